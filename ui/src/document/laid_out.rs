//! A text laid out for one width, size and theme: galleys and marks at their places.

use std::ops::Range;
use std::sync::Arc;

use egui::{Color32, Context, Galley, Pos2, Rect, Ui, Vec2};

use super::origin::Origins;
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
    pub galley: Arc<Galley>,
    /// What a screen reader says before it: the number of a list's item.
    pub said_before: Option<String>,
    pub links: Vec<Link>,
    /// Where the characters of the galley stand in the source.
    pub origins: Origins,
}

/// Where a link stands in a galley.
#[derive(Clone, Debug)]
pub(super) struct Link {
    pub rects: Vec<Rect>,
    pub address: String,
}

/// What is painted behind or beside words.
#[derive(Clone, Debug)]
pub(super) enum Mark {
    Fill { radius: u8, color: Color32 },
    Dot(Color32),
    Check { is_ticked: bool },
    Label(Arc<Galley>),
}

impl LaidOut {
    /// Characters laid out; a measure of its weight.
    pub fn char_count(&self) -> usize {
        self.words.iter().map(|words| words.galley.text().len()).sum()
    }

    /// Bytes it holds in memory, roughly.
    pub fn weight_bytes(&self) -> usize {
        // A glyph keeps four vertices, six indices, its metrics and its text.
        const GLYPH_BYTES: usize = 4 * 20 + 6 * 4 + 64 + 2;
        let glyphs: usize = self.words.iter().map(|words| words.galley.num_vertices / 4 * GLYPH_BYTES).sum();
        glyphs + self.char_count() * 2 + self.marks.len() * 40 + self.words.len() * 400
    }

    /// All words in reading order, block by block.
    pub fn text(&self) -> String {
        self.words.iter().map(|words| words.galley.text()).collect::<Vec<_>>().join("\n")
    }
}
