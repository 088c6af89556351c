//! From text to blocks, for Markdown (CommonMark with tables, strikethrough and task lists) and plain text.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use tiebreak_domain::TextFormat;

use super::block::{Alignment, Block, Container, Content, Document, List, MAX_DEPTH, Marker};
use super::highlight;
use super::inline::{InlineStyle, Inlines};

/// Longest text of one block in bytes; longer ones go on in the next, so that layout stays quick.
const MAX_BLOCK_BYTES: usize = 8_000;

impl Document {
    /// The blocks of `text`.
    pub fn parse(text: &str, format: TextFormat) -> Self {
        match format {
            TextFormat::Markdown => from_markdown(text),
            TextFormat::Plain => from_plain(text),
        }
    }
}

fn from_plain(text: &str) -> Document {
    let mut document = Document::default();
    let normal = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut rest = normal.strip_suffix('\n').unwrap_or(&normal);
    while !rest.is_empty() {
        let (piece, next) = cut_plain(rest);
        document.blocks.push(Block {
            containers: Vec::new(),
            marker: None,
            is_continued: !document.blocks.is_empty(),
            is_tight: false,
            content: Content::Paragraph(Inlines::plain(piece)),
        });
        rest = next;
    }
    document
}

/// A first piece of at most [`MAX_BLOCK_BYTES`], up to a line break where there is one, and the rest.
fn cut_plain(text: &str) -> (&str, &str) {
    let limit = MAX_BLOCK_BYTES / 4;
    if text.len() <= limit {
        return (text, "");
    }
    let end = text.floor_char_boundary(limit);
    if let Some(line_end) = text[..end].rfind('\n').filter(|at| *at > 0) {
        return (&text[..line_end], &text[line_end + 1..]);
    }
    let end = text.floor_char_boundary(MAX_BLOCK_BYTES.min(text.len()));
    match text[..end].find('\n') {
        Some(line_end) => (&text[..line_end], &text[line_end + 1..]),
        None if end == text.len() => (text, ""),
        None => {
            let cut = cut_at_space(text, end);
            (&text[..cut], &text[cut..])
        }
    }
}

/// The last place at or before `limit` where a word ends, or `limit` itself in one endless word.
fn cut_at_space(text: &str, limit: usize) -> usize {
    text[..limit].rfind(' ').map_or(limit, |at| at + 1)
}

fn from_markdown(text: &str) -> Document {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut builder = Builder::default();
    for event in Parser::new_ext(text, options) {
        builder.take(event);
    }
    builder.end_words();
    builder.document
}

/// What is being read.
#[derive(Default)]
struct Builder {
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
    code: Option<(String, String)>,
    html: Option<String>,
    table: Option<(Vec<Alignment>, Vec<Vec<Inlines>>)>,
}

struct Image {
    depth: u32,
    description: String,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => {
                if let Some((_, code)) = &mut self.code {
                    code.push_str(&text);
                } else if let Some(html) = &mut self.html {
                    html.push_str(&text);
                } else {
                    self.push(&text);
                }
            }
            Event::Code(code) => self.push_styled(&code, true),
            Event::Html(html) => match &mut self.html {
                Some(block) => block.push_str(&html),
                None => self.push_styled(&html, true),
            },
            Event::InlineHtml(html) => self.push_styled(&html, true),
            Event::SoftBreak => self.push(" "),
            Event::HardBreak => self.push("\n"),
            Event::Rule => self.add(Content::Rule),
            Event::TaskListMarker(is_done) => self.marker = Some(Marker::Task(is_done)),
            Event::FootnoteReference(text) | Event::InlineMath(text) | Event::DisplayMath(text) => {
                self.push(&text);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
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
                self.code = Some((language, String::new()));
            }
            Tag::HtmlBlock => {
                self.end_words();
                self.html = Some(String::new());
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
                None => self.image = Some(Image { depth: 0, description: String::new() }),
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
                if let Some((language, code)) = self.code.take() {
                    self.add_code(language, &code);
                }
            }
            TagEnd::HtmlBlock => {
                let html = self.html.take().unwrap_or_default();
                self.add_pieces(html.trim_end_matches('\n'), Content::Html);
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

    fn push(&mut self, text: &str) {
        self.push_styled(text, false);
    }

    fn push_styled(&mut self, text: &str, is_code: bool) {
        if let Some(image) = &mut self.image {
            image.description.push_str(text);
            return;
        }
        let style = InlineStyle { is_code, ..self.style() };
        self.words.get_or_insert_default().push(text, style);
    }

    fn style(&self) -> InlineStyle {
        InlineStyle {
            is_bold: self.bold > 0,
            is_italic: self.italic > 0,
            is_struck: self.struck > 0,
            is_code: false,
            is_aside: false,
            link: self.links.last().copied(),
        }
    }

    fn end_image(&mut self) {
        if let Some(image) = self.image.take() {
            let style = InlineStyle { is_aside: true, ..self.style() };
            let description = image.description.trim();
            let said =
                if description.is_empty() { "[image]".to_owned() } else { format!("[image: {description}]") };
            self.words.get_or_insert_default().push(&said, style);
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

    fn add_code(&mut self, language: String, code: &str) {
        let code = code.strip_suffix('\n').unwrap_or(code).replace('\r', "");
        let tokens = highlight::tokens(&language, &code);
        if tokens.is_empty() {
            self.add_pieces(&code, |text| Content::Code {
                language: language.clone(),
                text,
                tokens: Vec::new(),
            });
        } else {
            self.add(Content::Code { language, text: code, tokens });
        }
    }

    fn add_pieces(&mut self, text: &str, content: impl Fn(String) -> Content) {
        let mut is_continued = false;
        let mut rest = text;
        loop {
            let (piece, next) = cut_plain(rest);
            self.add_continued(content(piece.to_owned()), is_continued);
            if next.is_empty() {
                return;
            }
            rest = next;
            is_continued = true;
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
