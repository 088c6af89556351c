//! A text laid out for one width, size and theme: words and marks at their places.
//!
//! What is seen is asked for by the source, in bytes ([`LaidOut::rects_of`], [`LaidOut::byte_at`]) or in
//! characters, as spans count ([`LaidOut::rects_of_characters`]). A long text is laid out a slice a frame; until
//! [`LaidOut::is_complete`] it ends early, and its height is an estimate.

use std::ops::Range;
use std::sync::Arc;

use egui::{Color32, Context, Pos2, Rect, Ui, Vec2};

use super::origin::Origins;
use super::places::Places;
use super::shaped::{Shaped, Sheets, Shop};
use crate::theme::{MEASURE_IN_EMS, Palette, TextSizes};

/// What a layout depends on besides the text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Width to fill, in points.
    pub width: f32,
    /// Sizes of the text.
    pub sizes: TextSizes,
    /// Whether the theme is dark.
    pub is_dark: bool,
    /// Pixels per point, to which letters are fitted.
    pub pixels_per_point: f32,
}

impl Reading {
    /// Reading in `ui` at `text_size` points, within `width` points but no wider than reads well.
    pub fn of(ui: &Ui, width: f32, text_size: f32) -> Self {
        Self::new(ui.ctx(), width, text_size, ui.visuals().dark_mode)
    }

    /// The same where there is no ui yet, as when laying out ahead.
    pub fn of_ctx(ctx: &Context, width: f32, text_size: f32) -> Self {
        Self::new(ctx, width, text_size, ctx.theme() == egui::Theme::Dark)
    }

    fn new(ctx: &Context, width: f32, text_size: f32, is_dark: bool) -> Self {
        let sizes = TextSizes::of(text_size);
        let width = if width.is_finite() { width } else { sizes.body * MEASURE_IN_EMS };
        let width = width.clamp(40.0, (sizes.body * MEASURE_IN_EMS).round()).floor();
        Self { width, sizes, is_dark, pixels_per_point: ctx.pixels_per_point() }
    }

    pub(super) fn palette(&self) -> &'static Palette {
        Palette::of(self.is_dark)
    }
}

/// A text laid out. Places are relative to its top left corner.
#[derive(Clone, Debug, Default)]
pub struct LaidOut {
    /// Its size: the width of the reading and the height of everything.
    pub size: Vec2,
    /// Strips from top to bottom, each of which is painted when any of it is visible.
    pub(super) bands: Vec<Band>,
    pub(super) words: Vec<Words>,
    pub(super) marks: Vec<(Rect, Mark)>,
    pub(super) places: Places,
    /// Tells the texts of two layouts apart.
    pub(super) fingerprint: u64,
    pub(super) is_complete: bool,
}

/// A block or a row of a table.
#[derive(Clone, Debug)]
pub(super) struct Band {
    pub top: f32,
    pub bottom: f32,
    pub words: Range<usize>,
    pub marks: Range<usize>,
}

/// Text that can be selected.
#[derive(Clone, Debug)]
pub(super) struct Words {
    pub at: Pos2,
    pub shaped: Arc<Shaped>,
    /// What a screen reader says before it: the number of a list's item.
    pub said_before: Option<String>,
    pub links: Vec<Link>,
    /// Where its characters stand in the source.
    pub origins: Origins,
    /// What stands between the words before and these when both are copied.
    pub joint: Joint,
}

/// What stands between the words of two blocks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Joint {
    /// An empty line.
    #[default]
    Paragraph,
    /// So many line breaks.
    Lines(u16),
    /// A tab, between two cells of a row.
    Cell,
}

impl Joint {
    /// Nothing: one long line was cut.
    pub const NOTHING: Self = Self::Lines(0);
    /// A line break.
    pub const LINE: Self = Self::Lines(1);

    fn write(self, copied: &mut String) {
        match self {
            Self::Paragraph => copied.push_str("\n\n"),
            Self::Lines(breaks) => copied.extend(std::iter::repeat_n('\n', breaks.into())),
            Self::Cell => copied.push('\t'),
        }
    }
}

/// Where a link stands in its words, or a formula that cannot be shown, and its address or what is wrong with it.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub rects: Vec<Rect>,
    pub address: String,
    pub is_fault: bool,
}

/// What is painted behind or beside words.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    Fill { radius: u8, color: Color32 },
    Dot(Color32),
    Check { is_ticked: bool },
    Label(Arc<Shaped>),
}

/// A place between two characters: the words, and the byte of their text that comes next.
pub(super) type Place = (usize, usize);

impl LaidOut {
    /// Characters laid out; a measure of its weight.
    pub fn char_count(&self) -> usize {
        self.words.iter().map(|words| words.shaped.text().len()).sum()
    }

    /// Whether the whole text is laid out; else the rest follows in the next frames.
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// Bytes it holds in memory, roughly.
    pub fn weight_bytes(&self) -> usize {
        let words: usize = self.words.iter().map(|words| words.shaped.weight_bytes() + 300).sum();
        words + self.marks.len() * 40
    }

    /// All words in reading order, block by block.
    pub fn text(&self) -> String {
        self.words.iter().map(|words| words.shaped.text()).collect::<Vec<_>>().join("\n")
    }

    /// Where bytes of the source are seen, one rectangle for each stretch of each line; what Markdown hides is
    /// seen nowhere.
    pub fn rects_of(&self, source: Range<usize>) -> Vec<Rect> {
        self.rects_of_characters(&self.places.characters(&source))
    }

    /// The same by characters of the source, as spans count.
    pub fn rects_of_characters(&self, source: &Range<u32>) -> Vec<Rect> {
        let rects = |words: &Words| {
            let shown = words.origins.shown_of(source).into_iter();
            let found = shown.flat_map(|shown| words.shaped.rects(&words.shaped.places().bytes(&shown)));
            found.map(|rect| rect.translate(words.at.to_vec2())).collect::<Vec<_>>()
        };
        self.words.iter().flat_map(rects).collect()
    }

    /// The byte of the source whose character is seen at a point, or nearest to it; none where the layout added
    /// what is there, or where there are no words at all.
    pub fn byte_at(&self, at: Pos2) -> Option<usize> {
        let range = self.character_at(at)?;
        Some(self.places.byte(range.start))
    }

    /// The characters of the source that are seen at a point: one, or several that are seen as one.
    pub(super) fn character_at(&self, at: Pos2) -> Option<Range<u32>> {
        let words = &self.words[self.nearest_words(at)?];
        let shown = words.shaped.character_at(at - words.at)?;
        words.origins.source_of(&words.shaped.places().characters(&shown))
    }

    /// The place nearest to a point.
    pub(super) fn place_at(&self, at: Pos2) -> Option<Place> {
        #[cfg(test)]
        super::painted::note_place();
        let index = self.nearest_words(at)?;
        let words = &self.words[index];
        Some((index, words.shaped.place_at(at - words.at)))
    }

    fn nearest_words(&self, at: Pos2) -> Option<usize> {
        let beyond = |range: egui::Rangef, value: f32| (range.min - value).max(value - range.max).max(0.0);
        let distance = |words: &Words| {
            let rect = words.rect();
            // What stands on the same height is nearer than anything above or below.
            beyond(rect.y_range(), at.y) * 1e4 + beyond(rect.x_range(), at.x)
        };
        let nearest = self
            .words
            .iter()
            .enumerate()
            .min_by(|(_, one), (_, other)| distance(one).total_cmp(&distance(other)));
        nearest.map(|(index, _)| index)
    }

    /// The stretch of the source between two places, in whichever order.
    pub(super) fn source_between(&self, one: Place, other: Place) -> Option<Range<u32>> {
        let mut found: Option<Range<u32>> = None;
        for (index, bytes) in self.between(one, other) {
            let words = &self.words[index];
            let shown = words.shaped.places().characters(&bytes);
            if let Some(source) = words.origins.source_of(&shown) {
                let from = found.as_ref().map_or(source.start, |found| found.start);
                found = Some(from..source.end);
            }
        }
        found.filter(|found| found.start < found.end)
    }

    /// The words between two places, in whichever order, and which bytes of each.
    pub(super) fn between(&self, one: Place, other: Place) -> impl Iterator<Item = (usize, Range<usize>)> {
        let (first, last) = (one.min(other), one.max(other));
        let end = (last.0 + 1).min(self.words.len());
        (first.0.min(end)..end).filter_map(move |index| {
            let length = self.words[index].shaped.text().len();
            let start = if index == first.0 { first.1.min(length) } else { 0 };
            let end = if index == last.0 { last.1.min(length) } else { length };
            (start < end).then_some((index, start..end))
        })
    }

    /// The words between two places as they are copied.
    pub(super) fn copied(&self, one: Place, other: Place) -> String {
        let mut copied = String::new();
        for (number, (index, bytes)) in self.between(one, other).enumerate() {
            let words = &self.words[index];
            if number > 0 {
                words.joint.write(&mut copied);
            }
            copied.push_str(&words.shaped.says(&bytes));
        }
        copied
    }

    /// Draws the letters of the first `height` points, so that showing them later draws nothing. Gives whether none
    /// is left for the next frame.
    pub(super) fn draw_ahead(&self, ctx: &Context, reading: Reading, height: f32) -> bool {
        let mut is_all = true;
        let shop = Shop::of(ctx);
        let mut typesetter = shop.lock();
        let sheets = Sheets::new(ctx, reading.is_dark);
        for words in self.words.iter().take_while(|words| words.at.y < height) {
            let between = egui::Rangef::new(0.0, height - words.at.y);
            is_all &= sheets.draw(&mut typesetter, &words.shaped, between);
        }
        for (place, mark) in self.marks.iter().filter(|(place, _)| place.top() < height) {
            if let Mark::Label(label) = mark {
                is_all &= sheets.draw(&mut typesetter, label, egui::Rangef::new(0.0, place.height()));
            }
        }
        is_all
    }
}

impl Words {
    /// Where they stand.
    pub fn rect(&self) -> Rect {
        Rect::from_min_size(self.at, self.shaped.size)
    }
}
