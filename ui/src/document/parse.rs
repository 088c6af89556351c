//! From text to blocks, for Markdown (CommonMark with tables, strikethrough and task lists) and plain text.

mod formulas;

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use tiebreak_domain::TextFormat;

use super::block::{Alignment, Block, Container, Content, Document, List, MAX_DEPTH, Marker};
use super::code_language;
use super::highlight;
use super::inline::{InlineStyle, Inlines};
use super::language;
use super::origin::Origins;
use super::places::Places;
use super::tex::{self, Found};
use super::traced::{Characters, MAX_BLOCK_BYTES, Traced, code_within, cut_at_space, pieces};

impl Document {
    /// The blocks of `text`.
    pub fn parse(text: &str, format: TextFormat) -> Self {
        Self::parse_with(text, format, true)
    }

    /// The same, and whether code is coloured.
    pub(super) fn parse_with(text: &str, format: TextFormat, is_coloured: bool) -> Self {
        let document = match format {
            TextFormat::Markdown => from_markdown(text, is_coloured),
            TextFormat::Plain => from_plain(text),
        };
        Self {
            is_plain: format == TextFormat::Plain,
            places: Places::of(text),
            han: language::of_han(text),
            fingerprint: egui::util::hash((text, format)),
            ..document
        }
    }

    /// The stretches of `text`, in characters, of which anything is seen once it is laid out.
    pub fn seen(text: &str, format: TextFormat) -> Vec<Range<u32>> {
        let mut seen = Vec::new();
        for block in Self::parse_with(text, format, false).blocks {
            match &block.content {
                Content::Paragraph(words) | Content::Heading { words, .. } | Content::Formula(words) => {
                    seen.extend(words.origins.sources());
                }
                Content::Code { origins, .. } | Content::Html { origins, .. } => {
                    seen.extend(origins.sources());
                }
                Content::Table { rows, .. } => {
                    seen.extend(rows.iter().flatten().flat_map(|cell| cell.origins.sources()));
                }
                Content::Rule => {}
            }
        }
        seen
    }
}

fn from_plain(text: &str) -> Document {
    let mut document = Document::default();
    let mut normal = Traced::default();
    normal.push_lines(text, 0, &Characters::of(text));
    let text = normal.text.strip_suffix('\n').unwrap_or(&normal.text);
    for (piece, origins) in pieces(text, normal.origins) {
        let mut words = Inlines::plain(piece);
        words.origins = origins;
        document.blocks.push(Block {
            containers: Vec::new(),
            marker: None,
            is_continued: !document.blocks.is_empty(),
            is_tight: false,
            content: Content::Paragraph(words),
        });
    }
    document
}

fn from_markdown(text: &str, is_coloured: bool) -> Document {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut builder = Builder::of(text, is_coloured);
    builder.formulas = tex::find(text, options);
    let masked = tex::masked(text, &builder.formulas);
    for (event, range) in Parser::new_ext(&masked, options).into_offset_iter() {
        builder.take(event, range);
    }
    builder.end_words();
    builder.document
}

/// What is being read.
struct Builder<'a> {
    source: &'a str,
    characters: Characters,
    is_coloured: bool,
    /// What Markdown was shown as dollar signs.
    formulas: Vec<Found>,
    document: Document,
    containers: Vec<Container>,
    /// Next number of each open list, outermost first.
    numbers: Vec<Option<u64>>,
    marker: Option<Marker>,
    is_tight: bool,
    words: Option<Inlines>,
    heading: Option<u8>,
    bold: u32,
    italic: u32,
    struck: u32,
    links: Vec<u32>,
    image: Option<Image>,
    code: Option<(String, Traced)>,
    html: Option<Traced>,
    table: Option<(Vec<Alignment>, Vec<Vec<Inlines>>)>,
}

struct Image {
    depth: u32,
    description: String,
    range: Range<usize>,
}

impl<'a> Builder<'a> {
    fn of(source: &'a str, is_coloured: bool) -> Self {
        Self {
            source,
            characters: Characters::of(source),
            is_coloured,
            formulas: Vec::new(),
            document: Document::default(),
            containers: Vec::new(),
            numbers: Vec::new(),
            marker: None,
            is_tight: false,
            words: None,
            heading: None,
            bold: 0,
            italic: 0,
            struck: 0,
            links: Vec::new(),
            image: None,
            code: None,
            html: None,
            table: None,
        }
    }

    fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => {
                if self.code.is_none() && self.html.is_none() {
                    return self.push_with_formulas(&text, range);
                }
                let text = self.unmasked(&text, &range);
                if let (Some((_, block)), _) | (None, Some(block)) = (&mut self.code, &mut self.html) {
                    block.push_range(&text, range, self.source, &self.characters);
                }
            }
            Event::Code(code) => {
                for (piece, range) in code_within(self.source, range, &code) {
                    let piece = self.unmasked(piece, &range);
                    self.push_styled(&piece, true, range);
                }
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                let html = self.unmasked(&html, &range);
                match &mut self.html {
                    Some(block) => block.push_range(&html, range, self.source, &self.characters),
                    None => self.push_styled(&html, true, range),
                }
            }
            // Behind what stands by itself, a paragraph begins without a space.
            Event::SoftBreak if self.words.is_none() && self.image.is_none() => {}
            Event::SoftBreak => self.push(" ", range),
            Event::HardBreak => self.push("\n", range),
            Event::Rule => self.add(Content::Rule),
            Event::TaskListMarker(is_done) => self.marker = Some(Marker::Task(is_done)),
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.push(&text, range);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        match tag {
            Tag::Paragraph => {
                self.end_words();
                self.is_tight = false;
            }
            Tag::Heading { level, .. } => {
                self.end_words();
                self.heading = Some((level as u8).min(4));
            }
            Tag::BlockQuote(_) => {
                self.end_words();
                self.containers.push(Container::Quote);
            }
            Tag::List(first) => {
                self.end_words();
                self.containers.push(Container::List(self.document.lists.len()));
                self.document.lists.push(List::default());
                self.numbers.push(first);
            }
            Tag::Item => {
                self.end_words();
                self.flush_marker();
                self.marker = Some(self.next_marker());
                self.is_tight = true;
            }
            Tag::CodeBlock(kind) => {
                self.end_words();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split([' ', ',', '{']).next().unwrap_or_default().to_owned()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                self.code = Some((language, Traced::default()));
            }
            Tag::HtmlBlock => {
                self.end_words();
                self.html = Some(Traced::default());
            }
            Tag::Table(alignments) => {
                self.end_words();
                let alignments = alignments
                    .iter()
                    .map(|alignment| match alignment {
                        pulldown_cmark::Alignment::Center => Alignment::Center,
                        pulldown_cmark::Alignment::Right => Alignment::Right,
                        pulldown_cmark::Alignment::Left | pulldown_cmark::Alignment::None => Alignment::Left,
                    })
                    .collect();
                self.table = Some((alignments, Vec::new()));
            }
            Tag::TableHead | Tag::TableRow => {
                if let Some((_, rows)) = &mut self.table {
                    rows.push(Vec::new());
                }
            }
            Tag::Emphasis => self.italic += 1,
            Tag::Strong => self.bold += 1,
            Tag::Strikethrough => self.struck += 1,
            Tag::Link { dest_url, .. } => {
                let link = self.words.get_or_insert_default().add_link(&dest_url);
                self.links.push(link);
            }
            Tag::Image { .. } => match &mut self.image {
                Some(image) => image.depth += 1,
                None => self.image = Some(Image { depth: 0, description: String::new(), range }),
            },
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) => self.end_words(),
            TagEnd::BlockQuote(_) => {
                self.end_words();
                self.containers.pop();
            }
            TagEnd::List(_) => {
                self.end_words();
                self.containers.pop();
                self.numbers.pop();
                self.is_tight = false;
            }
            TagEnd::Item => {
                self.end_words();
                self.flush_marker();
            }
            TagEnd::CodeBlock => {
                if let Some((language, code)) = self.code.take()
                    && !self.add_block_of_math(&language, &code)
                {
                    self.add_code(&language, code);
                }
            }
            TagEnd::HtmlBlock => {
                let html = self.html.take().unwrap_or_default();
                let content = |text, origins| Content::Html { text, origins };
                self.add_pieces(html.text.trim_end_matches('\n'), html.origins, content);
            }
            TagEnd::TableCell => {
                let words = self.words.take().unwrap_or_default();
                if let Some(row) = self.table.as_mut().and_then(|(_, rows)| rows.last_mut()) {
                    row.push(words);
                }
            }
            TagEnd::Table => {
                if let Some((alignments, rows)) = self.table.take() {
                    self.add(Content::Table { alignments, rows });
                }
            }
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Strikethrough => self.struck = self.struck.saturating_sub(1),
            TagEnd::Link => {
                self.links.pop();
            }
            TagEnd::Image => match &mut self.image {
                Some(image) if image.depth > 0 => image.depth -= 1,
                _ => self.end_image(),
            },
            _ => {}
        }
    }

    fn push(&mut self, text: &str, range: Range<usize>) {
        self.push_styled(text, false, range);
    }

    fn push_styled(&mut self, text: &str, is_code: bool, range: Range<usize>) {
        if let Some(image) = &mut self.image {
            image.description.push_str(text);
            return;
        }
        let style = InlineStyle { is_code, ..self.style() };
        let source = self.characters.range(&range);
        self.words.get_or_insert_default().push_from(text, style, source);
    }

    fn style(&self) -> InlineStyle {
        InlineStyle {
            is_bold: self.bold > 0,
            is_italic: self.italic > 0,
            is_struck: self.struck > 0,
            is_code: false,
            is_aside: false,
            link: self.links.last().copied(),
            fault: None,
        }
    }

    fn end_image(&mut self) {
        if let Some(image) = self.image.take() {
            let style = InlineStyle { is_aside: true, ..self.style() };
            let description = image.description.trim();
            let said =
                if description.is_empty() { "[image]".to_owned() } else { format!("[image: {description}]") };
            let source = self.characters.range(&image.range);
            self.words.get_or_insert_default().push_from(&said, style, source);
        }
    }

    /// The marker of the item that begins, and the width of its list's numbers.
    fn next_marker(&mut self) -> Marker {
        let Some(Some(number)) = self.numbers.last_mut() else { return Marker::Bullet };
        let label = format!("{number}.");
        *number = number.saturating_add(1);
        if let Some(Container::List(index)) = self.containers.last() {
            let list = &mut self.document.lists[*index];
            list.number_width = list.number_width.max(label.len());
        }
        Marker::Number(label)
    }

    /// Shows the marker of an item that has no words of its own.
    fn flush_marker(&mut self) {
        if self.marker.is_some() {
            self.add(Content::Paragraph(Inlines::default()));
        }
    }

    /// Closes the paragraph or heading that is open, if any.
    fn end_words(&mut self) {
        let heading = self.heading.take();
        let Some(mut words) = self.words.take() else { return };
        if self.table.is_some() {
            self.words = Some(words);
            return;
        }
        if let Some(level) = heading {
            self.add(Content::Heading { level, words });
            return;
        }
        let mut is_continued = false;
        loop {
            let rest = if words.text.len() > MAX_BLOCK_BYTES {
                let limit = words.text.floor_char_boundary(MAX_BLOCK_BYTES);
                let cut = cut_at_space(&words.text, limit);
                Some(words.split_off(cut))
            } else {
                None
            };
            self.add_continued(Content::Paragraph(words), is_continued);
            match rest {
                Some(next) => words = next,
                None => return,
            }
            is_continued = true;
        }
    }

    fn add_code(&mut self, language: &str, code: Traced) {
        let Traced { text, origins, .. } = code;
        let text = text.strip_suffix('\n').unwrap_or(&text);
        let guessed = || if self.is_coloured { code_language::guess(text).unwrap_or_default() } else { "" };
        let language = if language.is_empty() { guessed() } else { language };
        let tokens = if self.is_coloured { highlight::tokens(language, text) } else { Vec::new() };
        if tokens.is_empty() {
            self.add_pieces(text, origins, |text, origins| Content::Code {
                language: language.to_owned(),
                text,
                tokens: Vec::new(),
                origins,
            });
        } else {
            self.add(Content::Code { language: language.to_owned(), text: text.to_owned(), tokens, origins });
        }
    }

    fn add_pieces(&mut self, text: &str, origins: Origins, content: impl Fn(String, Origins) -> Content) {
        if text.is_empty() {
            return self.add(content(String::new(), Origins::default()));
        }
        for (index, (piece, origins)) in pieces(text, origins).into_iter().enumerate() {
            self.add_continued(content(piece.to_owned(), origins), index > 0);
        }
    }

    fn add(&mut self, content: Content) {
        self.add_continued(content, false);
    }

    fn add_continued(&mut self, content: Content, is_continued: bool) {
        let containers = self.containers.iter().copied().take(MAX_DEPTH).collect();
        let marker = self.marker.take();
        let is_tight = self.is_tight;
        self.document.blocks.push(Block { containers, marker, is_continued, is_tight, content });
    }
}
