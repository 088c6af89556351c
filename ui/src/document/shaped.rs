//! Text that has been set: where its letters, its characters and its lines are, in points from its top left
//! corner.
//!
//! Everything that counts within it counts bytes of its text. In a line, characters stand in the order in which
//! they are seen, which is not the order of the text wherever directions mix: a range of the text may lie in
//! several places of a line, and a place between two characters may be seen at two points.

mod atlas;
mod ends;
mod flat;
mod fonts;
mod geometry;
mod outline;
mod paint;
mod raster;
mod typesetter;

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use egui::{Color32, Rect, Vec2};
use parley::FontData;

pub(super) use fonts::{lend, warm_up};
pub(super) use paint::Sheets;
pub(super) use typesetter::{Copy, Look, Shop, Typesetter, Unbroken};

use super::drawing::{Drawing, STAND_IN};
use super::places::Places;

/// Text, set.
pub(super) struct Shaped {
    text: Arc<str>,
    places: Places,
    pub size: Vec2,
    /// Whether its lines begin at the right.
    pub is_right_to_left: bool,
    lines: Vec<Line>,
    cells: Vec<Cell>,
    glyphs: Vec<Glyph>,
    runs: Vec<Run>,
    boxes: Vec<Box>,
    /// Lines through words: from, to, height, ink.
    strikes: Vec<(f32, f32, f32, Color32)>,
    /// The bytes at which words begin, and what stands between them.
    word_starts: Vec<u32>,
    painted: Mutex<paint::Painted>,
}

/// A line.
#[derive(Clone, Debug)]
struct Line {
    top: f32,
    bottom: f32,
    letters_top: f32,
    letters_bottom: f32,
    /// Its text, with the line break at its end.
    start: u32,
    end: u32,
    cells: Range<u32>,
    glyphs: Range<u32>,
}

/// A character with all that belongs to it, at its place in a line.
#[derive(Clone, Copy, Debug)]
struct Cell {
    left: f32,
    width: f32,
    start: u32,
    end: u32,
    is_right_to_left: bool,
}

/// A letter of a font; `y` is the line it stands on.
#[derive(Clone, Copy, Debug)]
struct Glyph {
    run: u32,
    id: u32,
    x: f32,
    y: f32,
}

/// What the letters of a stretch have in common.
#[derive(Clone, Debug, PartialEq)]
struct Run {
    font: FontData,
    size: f32,
    ink: Color32,
    coords: Vec<i16>,
    /// Degrees by which upright letters are slanted, where a font has no italics.
    skew: f32,
    /// Whether letters are made bold, where a font has no bold ones.
    is_emboldened: bool,
}

/// Something drawn, at its place.
struct Box {
    rect: Rect,
    at: u32,
    size: f32,
    ink: Color32,
    drawing: Arc<dyn Drawing>,
}

impl fmt::Debug for Shaped {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Shaped")
            .field("text", &self.text)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Shaped {
    fn of(text: Arc<str>, places: Places, is_right_to_left: bool) -> Self {
        Self {
            text,
            places,
            size: Vec2::ZERO,
            is_right_to_left,
            lines: Vec::new(),
            cells: Vec::new(),
            glyphs: Vec::new(),
            runs: Vec::new(),
            boxes: Vec::new(),
            strikes: Vec::new(),
            word_starts: Vec::new(),
            painted: Mutex::default(),
        }
    }

    /// Its words; what is drawn is one [`STAND_IN`] each.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Characters and bytes of its text.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// What a range of it says when it is copied or read out.
    pub fn says(&self, bytes: &Range<usize>) -> String {
        let text = self.text.get(bytes.clone()).unwrap_or_default();
        if self.boxes.is_empty() {
            return text.to_owned();
        }
        let mut says = String::with_capacity(text.len());
        for (at, character) in text.char_indices() {
            let drawn = (self.boxes.iter()).find(|drawn| drawn.at as usize == bytes.start + at);
            match drawn.filter(|_| character == STAND_IN) {
                Some(drawn) => says.push_str(drawn.drawing.says()),
                None => says.push(character),
            }
        }
        says
    }

    /// Bytes it holds in memory, roughly, with its letters ready to be painted.
    pub fn weight_bytes(&self) -> usize {
        let glyphs = self.glyphs.len() * (size_of::<Glyph>() + paint::QUAD_BYTES);
        let cells = self.cells.len() * size_of::<Cell>() + self.word_starts.len() * 4;
        glyphs + cells + self.lines.len() * size_of::<Line>() + self.text.len() * 2 + self.runs.len() * 96
    }
}
