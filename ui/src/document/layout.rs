//! From blocks to places: type, distances and marks of a text.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Align, Color32, Context, Galley, Rect, Stroke, pos2, vec2};

use super::block::{Block, Container, Content, Document, Marker};
use super::highlight::Token;
use super::inline::{InlineStyle, Inlines};
use super::laid_out::{Band, LaidOut, Link, Mark, Reading, Words};
use super::origin::Origins;
use super::table;
use crate::theme::font::Face;
use crate::theme::{HAIRLINE, Palette, TextSizes, radius, space};

/// Width of the bar beside a quote.
const QUOTE_BAR: f32 = 3.0;

/// Lays `document` out for `reading`. Call it where fonts are there: in a frame or after the first one.
pub fn lay_out(ctx: &Context, document: &Document, reading: Reading) -> LaidOut {
    let mut layout = Layout { ctx, reading, palette: reading.palette(), y: 0.0, out: LaidOut::default() };
    let mut before: Option<&Block> = None;
    for block in &document.blocks {
        layout.block(document, block, before);
        before = Some(block);
    }
    layout.out.size = vec2(reading.width, layout.y.ceil());
    layout.out
}

/// What is being laid out.
pub(super) struct Layout<'a> {
    ctx: &'a Context,
    pub(super) reading: Reading,
    pub(super) palette: &'static Palette,
    pub(super) y: f32,
    pub(super) out: LaidOut,
}

impl Layout<'_> {
    fn block(&mut self, document: &Document, block: &Block, before: Option<&Block>) {
        let gap = before.map_or(0.0, |before| self.gap(before, block));
        let top = self.y + gap;
        let (first_words, first_mark) = (self.out.words.len(), self.out.marks.len());
        let left = self.containers(document, block, before, gap);
        self.y = top;
        let width = (self.reading.width - left).max(self.reading.sizes.body * 4.0);
        // A long table is painted row by row; one that hangs on a marker or a quote's bar, as a whole.
        let is_in_rows = matches!(block.content, Content::Table { .. }) && block.containers.is_empty();
        if let Some(marker) = &block.marker {
            self.marker(marker, left);
        }
        match &block.content {
            Content::Paragraph(words) => self.words(words, &Type::body(self.reading.sizes), left, width),
            Content::Heading { level, words } => {
                self.words(words, &Type::heading(self.reading.sizes, *level), left, width);
            }
            Content::Code { text, tokens, origins, .. } => {
                self.code((text, tokens, origins), left, width, block.is_continued);
            }
            Content::Html { text, origins } => {
                let ink = self.palette.ink_second;
                let galley = self.galley(self.mono_job(text, &[], ink, width));
                self.place(galley, left, Vec::new(), origins);
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
        if let (Some(marker), Some(words)) = (&block.marker, self.out.words.get_mut(first_words)) {
            words.said_before = match marker {
                Marker::Bullet => None,
                Marker::Number(number) => Some(number.clone()),
                Marker::Task(is_done) => Some(if *is_done { "done:" } else { "to do:" }.to_owned()),
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

    /// Paints the bars of quotes and gives the left edge of what stands inside all containers.
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
                let format =
                    format_of(Face::Figures.at(sizes.body), sizes.line_height, self.palette.ink_second);
                let galley = self.galley(LayoutJob::single_section(number.clone(), format));
                let at = pos2(left - space::SMALL - galley.size().x, self.y);
                self.out.marks.push((Rect::from_min_size(at, galley.size()), Mark::Label(galley)));
            }
            Marker::Task(is_ticked) => {
                let side = (sizes.body * 0.85).round();
                let center = pos2(left - sizes.body * 0.8, middle);
                let check = Rect::from_center_size(center, vec2(side, side));
                self.out.marks.push((check, Mark::Check { is_ticked: *is_ticked }));
            }
        }
    }

    fn words(&mut self, words: &Inlines, kind: &Type, left: f32, width: f32) {
        let job = self.job(words, kind, width);
        if words.text.is_empty() {
            self.y += kind.line_height;
            return;
        }
        let galley = self.galley(job);
        self.inline_marks(words, &galley, left, self.y);
        let links = links_of(words, &galley);
        self.place(galley, left, links, &words.origins);
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
        let job = self.mono_job(text, tokens, self.palette.ink, width - 2.0 * across);
        let galley = self.galley(job);
        // A piece that goes on reaches back over the rounded foot of the piece before.
        let back = if is_continued { 2.0 * down } else { 0.0 };
        let height = galley.size().y + 2.0 * down + back;
        let ground = Rect::from_min_size(
            pos2(left, top - back),
            vec2(width, height - if is_continued { down } else { 0.0 }),
        );
        self.out.marks.push((ground, Mark::Fill { radius: radius::MEDIUM, color: self.palette.code }));
        self.y = if is_continued { top - down } else { top + down };
        self.place(galley, left + across, Vec::new(), origins);
        self.y += down;
    }

    /// A job of code.
    fn mono_job(&self, text: &str, tokens: &[(usize, Token)], ink: Color32, width: f32) -> LayoutJob {
        let sizes = self.reading.sizes;
        let mut job = LayoutJob { wrap: TextWrapping::wrap_at_width(width), ..LayoutJob::default() };
        let format = |color| format_of(Face::Mono.at(sizes.code), sizes.code_line_height, color);
        let mut start = 0;
        for &(end, token) in tokens {
            job.append(&text[start..end], 0.0, format(token_color(self.palette, token, ink)));
            start = end;
        }
        job.append(&text[start..], 0.0, format(ink));
        job
    }

    /// A job of running text.
    pub(super) fn job(&self, words: &Inlines, kind: &Type, width: f32) -> LayoutJob {
        let mut job = LayoutJob { wrap: TextWrapping::wrap_at_width(width), ..LayoutJob::default() };
        for (text, style) in words.stretches() {
            job.append(text, 0.0, kind.format(style, self.palette));
        }
        job
    }

    pub(super) fn galley(&self, job: LayoutJob) -> Arc<Galley> {
        self.ctx.fonts_mut(|fonts| fonts.layout_job(job))
    }

    fn place(&mut self, galley: Arc<Galley>, left: f32, links: Vec<Link>, origins: &Origins) {
        let height = galley.size().y;
        let (at, origins) = (pos2(left, self.y), origins.clone());
        self.out.words.push(Words { at, galley, said_before: None, links, origins });
        self.y += height;
    }

    /// Rounded grounds behind inline code, and lines under links.
    pub(super) fn inline_marks(&mut self, words: &Inlines, galley: &Galley, left: f32, top: f32) {
        if !words.spans.iter().any(|span| span.style.is_code || span.style.link.is_some()) {
            return;
        }
        let mut start = 0;
        for (text, style) in words.stretches() {
            let end = start + text.chars().count();
            let rects =
                if style.is_code || style.link.is_some() { rects_of(galley, start, end) } else { Vec::new() };
            for rect in rects {
                let rect = rect.translate(vec2(left, top));
                if style.is_code {
                    let fill = Mark::Fill { radius: radius::SMALL, color: self.palette.code };
                    self.out.marks.push((rect.expand2(vec2(1.5, 0.0)), fill));
                }
                if style.link.is_some() {
                    let line = Rect::from_min_max(pos2(rect.left(), rect.bottom() - HAIRLINE), rect.max);
                    self.out.marks.push((line, Mark::Fill { radius: 0, color: self.palette.accent }));
                }
            }
            start = end;
        }
    }
}

/// The type of one kind of text.
pub(super) struct Type {
    size: f32,
    code_size: f32,
    line_height: f32,
    regular: Face,
    bold: Face,
}

impl Type {
    pub(super) fn body(sizes: TextSizes) -> Self {
        let line_height = sizes.line_height;
        Self {
            size: sizes.body,
            code_size: sizes.code,
            line_height,
            regular: Face::Regular,
            bold: Face::Bold,
        }
    }

    pub(super) fn table(sizes: TextSizes, is_head: bool) -> Self {
        let regular = if is_head { Face::SemiBold } else { Face::Regular };
        let size = (sizes.body * 0.94).round();
        let line_height = (size * 1.4).round();
        Self { size, code_size: sizes.code - 1.0, line_height, regular, bold: Face::Bold }
    }

    fn heading(sizes: TextSizes, level: u8) -> Self {
        let size = sizes.headings[usize::from(level.clamp(1, 4)) - 1];
        Self {
            size,
            code_size: (size * 0.9).round(),
            line_height: TextSizes::heading_line_height(size),
            regular: Face::SemiBold,
            bold: Face::Bold,
        }
    }

    fn format(&self, style: InlineStyle, palette: &Palette) -> TextFormat {
        let face = match (style.is_code, style.is_bold, style.is_italic) {
            (true, false, _) => Face::Mono,
            (true, true, _) => Face::MonoBold,
            (false, false, false) => self.regular,
            (false, true, false) => self.bold,
            (false, false, true) if self.regular == Face::Regular => Face::Italic,
            (false, _, true) => Face::BoldItalic,
        };
        let size = if style.is_code { self.code_size } else { self.size };
        // Letters stand in the middle of their line; Inter and JetBrains Mono put the baseline at different
        // heights there. A line lower by this brings both onto one, from the ascents and descents of the two.
        let lower = if style.is_code { 0.7276 * self.size - 0.72 * self.code_size } else { 0.0 };
        let line_height = self.line_height - lower;
        let color = match (style.link, style.is_aside) {
            (Some(_), _) => palette.accent,
            (None, true) => palette.ink_third,
            (None, false) => palette.ink,
        };
        TextFormat {
            strikethrough: if style.is_struck { Stroke::new(HAIRLINE, color) } else { Stroke::NONE },
            ..format_of(face.at(size), line_height, color)
        }
    }
}

fn format_of(font_id: egui::FontId, line_height: f32, color: Color32) -> TextFormat {
    TextFormat {
        font_id,
        color,
        line_height: Some(line_height),
        valign: Align::BOTTOM,
        ..TextFormat::default()
    }
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

/// Where the links of `words` stand in `galley`.
pub(super) fn links_of(words: &Inlines, galley: &Galley) -> Vec<Link> {
    if words.links.is_empty() {
        return Vec::new();
    }
    let mut links = Vec::new();
    let mut start = 0;
    for (text, style) in words.stretches() {
        let end = start + text.chars().count();
        if let Some(address) = style.link.and_then(|link| words.links.get(link as usize)) {
            links.push(Link { rects: rects_of(galley, start, end), address: address.clone() });
        }
        start = end;
    }
    links
}

/// The places of the characters `start..end`, one for each row they stand on, as high as their letters.
pub(super) fn rects_of(galley: &Galley, start: usize, end: usize) -> Vec<Rect> {
    let mut rects = Vec::new();
    let mut row_start = 0;
    for row in &galley.rows {
        let count = row.glyphs.len();
        let from = start.max(row_start);
        let to = end.min(row_start + count);
        if from < to {
            let glyphs = &row.glyphs[from - row_start..to - row_start];
            let (first, last) = (&glyphs[0], &glyphs[glyphs.len() - 1]);
            let left = row.pos.x + first.pos.x;
            let right = row.pos.x + last.max_x();
            let baseline = row.pos.y + first.pos.y;
            let ascent = first.font_ascent.min(first.line_height);
            let top = baseline - ascent;
            rects.push(Rect::from_min_max(
                pos2(left, top),
                pos2(right, top + first.font_height.min(first.line_height)),
            ));
        }
        row_start += count + usize::from(row.ends_with_newline);
        if row_start >= end {
            break;
        }
    }
    rects
}
