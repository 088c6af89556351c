//! From blocks to places: type, distances and marks of a text.
//!
//! A block begins at the side on which its direction begins: all that stands beside its words, markers and bars of
//! quotes, is laid out as if it stood at the left and then mirrored with it.

mod kind;

use std::sync::Arc;

use egui::{Color32, Context, Rect, pos2, vec2};

pub(super) use self::kind::Type;
use super::block::{Block, Container, Content, Document, Marker};
use super::direction::{self, Direction};
use super::highlight::Token;
use super::inline::{InlineStyle, Inlines};
use super::laid_out::{Band, Joint, LaidOut, Link, Mark, Reading, Words};
use super::origin::Origins;
use super::shaped::{Copy, Look, Shaped, Shop, Typesetter, Unbroken};
use super::table;
use crate::theme::font::Face;
use crate::theme::{HAIRLINE, Palette, radius, space};

/// Width of the bar beside a quote.
const QUOTE_BAR: f32 = 3.0;

/// Lays `document` out for `reading`, all of it.
pub fn lay_out(ctx: &Context, document: &Document, reading: Reading) -> LaidOut {
    let mut progress = Progress::new(document, reading);
    while !progress.go_on(ctx, document, usize::MAX) {}
    progress.laid_out(document)
}

/// How far the layout of a text has come.
#[derive(Debug)]
pub(super) struct Progress {
    reading: Reading,
    next: usize,
    done_bytes: usize,
    y: f32,
    direction: Direction,
    out: LaidOut,
}

impl Progress {
    /// Nothing is laid out yet.
    pub fn new(document: &Document, reading: Reading) -> Self {
        let (places, fingerprint) = (document.places.clone(), document.fingerprint);
        let out = LaidOut { places, fingerprint, ..LaidOut::default() };
        Self { reading, next: 0, done_bytes: 0, y: 0.0, direction: Direction::default(), out }
    }

    /// Lays out blocks of about `most_bytes` more. Gives whether that was all.
    pub fn go_on(&mut self, ctx: &Context, document: &Document, most_bytes: usize) -> bool {
        let shop = Shop::of(ctx);
        let mut layout = Layout {
            typesetter: &mut shop.lock(),
            reading: self.reading,
            palette: self.reading.palette(),
            han: document.han,
            is_plain: document.is_plain,
            direction: self.direction,
            y: self.y,
            out: std::mem::take(&mut self.out),
        };
        let from_bytes = self.done_bytes;
        while let Some(block) = document.blocks.get(self.next) {
            let before = self.next.checked_sub(1).and_then(|index| document.blocks.get(index));
            layout.block(document, block, before);
            self.next += 1;
            self.done_bytes += block.content.weight_bytes();
            if self.done_bytes - from_bytes >= most_bytes {
                break;
            }
        }
        (self.direction, self.y) = (layout.direction, layout.y);
        self.out = layout.out;
        self.next >= document.blocks.len()
    }

    /// What is laid out, as high as all of it will be by what is known so far.
    pub fn laid_out(&self, document: &Document) -> LaidOut {
        let rest: usize = document.blocks[self.next..].iter().map(|block| block.content.weight_bytes()).sum();
        let height = self.y + rest as f32 * self.y / self.done_bytes.max(1) as f32;
        let is_complete = self.next >= document.blocks.len();
        LaidOut { size: vec2(self.reading.width, height.ceil()), is_complete, ..self.out.clone() }
    }
}

/// What is being laid out.
pub(super) struct Layout<'a> {
    typesetter: &'a mut Typesetter,
    pub(super) reading: Reading,
    pub(super) palette: &'static Palette,
    han: Option<&'static str>,
    is_plain: bool,
    /// Of the block that is being laid out, or was last.
    pub(super) direction: Direction,
    pub(super) y: f32,
    pub(super) out: LaidOut,
}

impl Layout<'_> {
    fn block(&mut self, document: &Document, block: &Block, before: Option<&Block>) {
        let gap = before.map_or(0.0, |before| self.gap(before, block));
        let top = self.y + gap;
        let (first_words, first_mark) = (self.out.words.len(), self.out.marks.len());
        self.direction = self.direction_of(block, before);
        let inset = self.containers(document, block, before, gap);
        self.y = top;
        let width = (self.reading.width - inset).max(self.reading.sizes.body * 4.0);
        // A long table is painted row by row; one that hangs on a marker or a quote's bar, as a whole.
        let is_in_rows = matches!(block.content, Content::Table { .. }) && block.containers.is_empty();
        if let Some(marker) = &block.marker {
            self.marker(marker, inset);
        }
        if self.direction.is_right_to_left() {
            for (rect, _) in &mut self.out.marks[first_mark..] {
                *rect = mirrored(*rect, self.reading.width);
            }
        }
        let left = if self.direction.is_right_to_left() { self.reading.width - inset - width } else { inset };
        match &block.content {
            Content::Paragraph(words) => {
                self.paragraphs(words, &Type::body(self.reading.sizes), left, width);
            }
            Content::Heading { level, words } => {
                self.words(words, &Type::heading(self.reading.sizes, *level), left, width);
            }
            Content::Formula(words) => {
                // In the middle; nothing of what stands before it in its line says where it begins.
                let shaped = self.shape(words, &Type::body(self.reading.sizes), width).broken_tight(width);
                let spare = (width - shaped.size.x).max(0.0);
                self.place(shaped, left + (spare / 2.0).round(), Vec::new(), &words.origins);
            }
            Content::Code { text, tokens, origins, .. } => {
                self.code((text, tokens, origins), left, width, block.is_continued);
            }
            Content::Html { text, origins } => {
                let shaped = self.mono(text, &[], self.palette.ink_second, width);
                self.place(shaped, left, Vec::new(), origins);
            }
            Content::Table { alignments, rows } => {
                table::lay_out(self, alignments, rows, (left, width), is_in_rows);
            }
            Content::Rule => {
                let line = Rect::from_min_size(pos2(left, self.y + space::SMALL), vec2(width, HAIRLINE));
                self.out.marks.push((line, Mark::Fill { radius: 0, color: self.palette.line_strong }));
                self.y += 2.0 * space::SMALL;
            }
        }
        let joint = self.joint(block, before, first_words);
        if let Some(words) = self.out.words.get_mut(first_words) {
            words.joint = joint;
            words.said_before = match &block.marker {
                None | Some(Marker::Bullet) => None,
                Some(Marker::Number(number)) => Some(number.clone()),
                Some(Marker::Task(is_done)) => Some(if *is_done { "done:" } else { "to do:" }.to_owned()),
            };
        }
        for (rect, _) in &mut self.out.marks[first_mark..] {
            // Bars of quotes were begun before the height was known.
            if rect.bottom() == f32::INFINITY {
                rect.max.y = self.y;
            }
        }
        if !is_in_rows {
            self.band(top - gap, first_words, first_mark);
        }
    }

    /// A block without letters goes with the one before, and so does one that goes on, and code in a list.
    fn direction_of(&self, block: &Block, before: Option<&Block>) -> Direction {
        let of_any = |text: &str| if self.is_plain { Direction::of(text) } else { Direction::of_any(text) };
        let own = match &block.content {
            _ if block.is_continued && !self.is_plain => None,
            Content::Paragraph(words) | Content::Heading { words, .. } => of_any(&words.text),
            Content::Table { rows, .. } => {
                rows.iter().flatten().find_map(|cell| Direction::of_any(&cell.text))
            }
            Content::Code { .. } | Content::Html { .. } if block.containers.is_empty() => {
                Some(Direction::LeftToRight)
            }
            Content::Code { .. } | Content::Html { .. } | Content::Formula(_) | Content::Rule => None,
        };
        own.unwrap_or(if before.is_some() { self.direction } else { Direction::default() })
    }

    fn joint(&self, block: &Block, before: Option<&Block>, first_words: usize) -> Joint {
        let ends = first_words.checked_sub(1).and_then(|index| self.out.words[index].origins.whole());
        let begins = self.out.words.get(first_words).and_then(|words| words.origins.whole());
        match (ends, begins) {
            (Some(ends), Some(begins)) if block.is_continued && ends.end == begins.start => Joint::NOTHING,
            _ if block.is_continued => Joint::LINE,
            _ if block.is_tight && before.is_some_and(|before| !before.containers.is_empty()) => Joint::LINE,
            _ => Joint::Paragraph,
        }
    }

    /// Closes a strip that began at `top`.
    pub(super) fn band(&mut self, top: f32, first_words: usize, first_mark: usize) {
        let (words, marks) = (first_words..self.out.words.len(), first_mark..self.out.marks.len());
        self.out.bands.push(Band { top, bottom: self.y, words, marks });
    }

    /// Distance between two blocks.
    fn gap(&self, before: &Block, block: &Block) -> f32 {
        let body = self.reading.sizes.body;
        if block.is_continued {
            return 0.0;
        }
        let factor = match (&before.content, &block.content) {
            (_, Content::Heading { level: 1 | 2, .. }) => 1.4,
            (_, Content::Heading { .. }) => 1.15,
            (Content::Heading { .. }, _) => 0.5,
            (Content::Code { .. } | Content::Table { .. }, _)
            | (_, Content::Code { .. } | Content::Table { .. }) => 0.8,
            _ if block.is_tight
                && !block.containers.is_empty()
                && before.containers.len() >= block.containers.len() =>
            {
                0.25
            }
            _ if block.is_tight && block.marker.is_some() && !before.containers.is_empty() => 0.25,
            _ => 0.75,
        };
        (body * factor).round()
    }

    /// Paints the bars of quotes and gives how far from the edge stands what is inside all containers.
    fn containers(&mut self, document: &Document, block: &Block, before: Option<&Block>, gap: f32) -> f32 {
        let sizes = self.reading.sizes;
        let step = (sizes.body * 1.4).round();
        let mut left = 0.0;
        for (depth, container) in block.containers.iter().enumerate() {
            if left > self.reading.width * 0.5 {
                break;
            }
            match container {
                Container::Quote => {
                    let goes_on =
                        before.is_some_and(|before| before.containers.get(depth) == Some(container));
                    let top = if goes_on { self.y } else { self.y + gap };
                    let bar = Rect::from_min_max(pos2(left, top), pos2(left + QUOTE_BAR, f32::INFINITY));
                    self.out.marks.push((bar, Mark::Fill { radius: 1, color: self.palette.line_strong }));
                    left += step * 0.75;
                }
                Container::List(index) => {
                    let digits = document.lists.get(*index).map_or(0, |list| list.number_width);
                    // A digit of Inter is 0.62 of its size wide at most.
                    let numbers = (digits.min(8) as f32 * sizes.body * 0.62 + space::SMALL).ceil();
                    left += if digits > 0 { step.max(numbers) } else { step };
                }
            }
        }
        left
    }

    fn marker(&mut self, marker: &Marker, left: f32) {
        let sizes = self.reading.sizes;
        let middle = self.y + sizes.line_height / 2.0;
        match marker {
            Marker::Bullet => {
                let side = (sizes.body * 0.32).max(4.0);
                let dot = Rect::from_center_size(pos2(left - sizes.body * 0.75, middle), vec2(side, side));
                self.out.marks.push((dot, Mark::Dot(self.palette.ink_second)));
            }
            Marker::Number(number) => {
                let look = Look {
                    face: Face::Figures,
                    size: sizes.body,
                    line_height: sizes.line_height,
                    ink: self.palette.ink_second,
                    is_struck: false,
                };
                let direction = Some(self.direction);
                let copy = Copy { text: number, look, stretches: &[], direction, drawn: &[], han: None };
                let mut label = self.typesetter.unbroken(copy, f32::MAX);
                let width = label.width();
                let label = label.broken(width);
                let at = pos2(left - space::SMALL - label.size.x, self.y);
                self.out.marks.push((Rect::from_min_size(at, label.size), Mark::Label(Arc::new(label))));
            }
            Marker::Task(is_ticked) => {
                let side = (sizes.body * 0.85).round();
                let center = pos2(left - sizes.body * 0.8, middle);
                let check = Rect::from_center_size(center, vec2(side, side));
                self.out.marks.push((check, Mark::Check { is_ticked: *is_ticked }));
            }
        }
    }

    /// The lines of plain text are paragraphs, each with a direction of its own.
    fn paragraphs(&mut self, words: &Inlines, kind: &Type, left: f32, width: f32) {
        let turns = if self.is_plain { direction::turns(&words.text) } else { Vec::new() };
        if turns.is_empty() {
            return self.words(words, kind, left, width);
        }
        let mut rest = words.clone();
        let mut start = 0;
        for (index, turn) in turns.into_iter().chain([words.text.len() + 1]).enumerate() {
            // Without the line break between them.
            let length = turn - 1 - start;
            let mut part = std::mem::take(&mut rest);
            if length < part.text.len() {
                rest = part.split_off(length).split_off(1);
            }
            start = turn;
            self.direction = Direction::of_any(&part.text).unwrap_or(self.direction);
            let first_words = self.out.words.len();
            self.words(&part, kind, left, width);
            if let Some(words) = self.out.words.get_mut(first_words).filter(|_| index > 0) {
                words.joint = Joint::LINE;
            }
        }
    }

    fn words(&mut self, words: &Inlines, kind: &Type, left: f32, width: f32) {
        if words.text.is_empty() {
            self.y += kind.line_height;
            return;
        }
        let shaped = self.set(words, kind, width);
        self.inline_marks(words, &shaped, left, self.y);
        let links = links_of(words, &shaped);
        self.place(shaped, left, links, &words.origins);
    }

    fn code(
        &mut self,
        (text, tokens, origins): (&str, &[(usize, Token)], &Origins),
        left: f32,
        width: f32,
        is_continued: bool,
    ) {
        let (across, down) = (space::MEDIUM + 2.0, space::MEDIUM);
        let top = self.y;
        if is_continued {
            self.y -= down;
        }
        let shaped = self.mono(text, tokens, self.palette.ink, width - 2.0 * across);
        // A piece that goes on reaches back over the rounded foot of the piece before.
        let back = if is_continued { 2.0 * down } else { 0.0 };
        let height = shaped.size.y + 2.0 * down + back;
        let ground = Rect::from_min_size(
            pos2(left, top - back),
            vec2(width, height - if is_continued { down } else { 0.0 }),
        );
        self.out.marks.push((ground, Mark::Fill { radius: radius::MEDIUM, color: self.palette.code }));
        self.y = if is_continued { top - down } else { top + down };
        self.place(shaped, left + across, Vec::new(), origins);
        self.y += down;
    }

    /// Sets code, which runs from left to right whatever is in it.
    fn mono(&mut self, text: &str, tokens: &[(usize, Token)], ink: Color32, width: f32) -> Shaped {
        let sizes = self.reading.sizes;
        let (size, line_height) = (sizes.code, sizes.code_line_height);
        let look = Look { face: Face::Mono, size, line_height, ink, is_struck: false };
        let colored = |&(end, token): &(usize, Token)| {
            (end, Look { ink: token_color(self.palette, token, ink), ..look })
        };
        let stretches: Vec<(usize, Look)> = tokens.iter().map(colored).collect();
        let direction = Some(Direction::LeftToRight);
        let copy = Copy { text, look, stretches: &stretches, direction, drawn: &[], han: self.han };
        self.typesetter.set(copy, width)
    }

    /// Sets running text in lines of `width`.
    pub(super) fn set(&mut self, words: &Inlines, kind: &Type, width: f32) -> Shaped {
        self.shape(words, kind, width).broken(width)
    }

    /// Shapes running text for lines of `width`.
    pub(super) fn shape(&mut self, words: &Inlines, kind: &Type, width: f32) -> Unbroken {
        let look = kind.look(InlineStyle::default(), self.palette);
        let stretches: Vec<(usize, Look)> =
            words.spans.iter().map(|span| (span.end, kind.look(span.style, self.palette))).collect();
        let direction = Some(self.direction);
        let (text, drawn) = (words.text.as_str(), words.drawn.as_slice());
        let copy = Copy { text, look, stretches: &stretches, direction, drawn, han: self.han };
        self.typesetter.unbroken(copy, width)
    }

    fn place(&mut self, shaped: Shaped, left: f32, links: Vec<Link>, origins: &Origins) {
        let height = shaped.size.y;
        let (at, shaped, origins) = (pos2(left, self.y), Arc::new(shaped), origins.clone());
        self.out.words.push(Words { at, shaped, said_before: None, links, origins, joint: Joint::default() });
        self.y += height;
    }

    /// Rounded grounds behind inline code, and lines under links.
    pub(super) fn inline_marks(&mut self, words: &Inlines, shaped: &Shaped, left: f32, top: f32) {
        let mut start = 0;
        for span in &words.spans {
            let range = start..span.end;
            start = span.end;
            if !span.style.is_code && span.style.link.is_none() {
                continue;
            }
            for rect in shaped.rects(&range) {
                let rect = rect.translate(vec2(left, top));
                if span.style.is_code {
                    let fill = Mark::Fill { radius: radius::SMALL, color: self.palette.code };
                    self.out.marks.push((rect.expand2(vec2(1.5, 0.0)), fill));
                }
                if span.style.link.is_some() {
                    let line = Rect::from_min_max(pos2(rect.left(), rect.bottom() - HAIRLINE), rect.max);
                    self.out.marks.push((line, Mark::Fill { radius: 0, color: self.palette.accent }));
                }
            }
        }
    }
}

/// A place at the other side of `width`.
fn mirrored(rect: Rect, width: f32) -> Rect {
    Rect::from_min_max(pos2(width - rect.right(), rect.top()), pos2(width - rect.left(), rect.bottom()))
}

/// The colour of a part of code.
pub(crate) fn token_color(palette: &Palette, token: Token, ink: Color32) -> Color32 {
    match token {
        Token::Plain => ink,
        Token::Keyword => palette.syntax.keyword,
        Token::String => palette.syntax.string,
        Token::Number => palette.syntax.number,
        Token::Function => palette.syntax.function,
        Token::Kind => palette.syntax.kind,
        Token::Comment => palette.syntax.comment,
        Token::Added => palette.saved,
        Token::Removed => palette.loss,
    }
}

/// Where the links of `words` stand.
pub(super) fn links_of(words: &Inlines, shaped: &Shaped) -> Vec<Link> {
    if words.links.is_empty() && words.faults.is_empty() {
        return Vec::new();
    }
    let mut links = Vec::new();
    let mut start = 0;
    for span in &words.spans {
        let fault = span.style.fault.and_then(|fault| words.faults.get(fault as usize));
        let address = span.style.link.and_then(|link| words.links.get(link as usize));
        if let Some(says) = fault.or(address) {
            let (rects, is_fault) = (shaped.rects(&(start..span.end)), fault.is_some());
            links.push(Link { rects, address: says.clone(), is_fault });
        }
        start = span.end;
    }
    links
}
