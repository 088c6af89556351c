//! Things within running text that are drawn and no words, as formulas are.
//!
//! One stands in [`super::Inlines`] for one character, U+FFFC, at a place that has an origin like any other: it is
//! marked, found and selected as one character. What copying gives is what it says.

use std::fmt;
use std::sync::Arc;

use egui::{Color32, Painter, Rect};

/// The character that stands in the words for what is drawn.
pub const STAND_IN: char = '\u{fffc}';

/// How much room something drawn takes, in points.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Room {
    /// Across.
    pub width: f32,
    /// Down.
    pub height: f32,
    /// From the top to the line that letters stand on.
    pub baseline: f32,
}

/// Something drawn.
pub trait Drawing: fmt::Debug + Send + Sync {
    /// What it says: for screen readers, and when it is copied.
    fn says(&self) -> &str;

    /// The room it takes beside letters of `size` points, where lines are `width` points wide.
    fn room(&self, size: f32, width: f32) -> Room;

    /// Paints it into a rectangle of that room, beside letters of `size` points, in the colour of the words.
    fn paint(&self, painter: &Painter, rect: Rect, size: f32, ink: Color32);
}

/// Something drawn and its place in the words.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The byte at which its [`STAND_IN`] begins.
    pub at: usize,
    /// What it is.
    pub drawing: Arc<dyn Drawing>,
}

impl PartialEq for Drawn {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at && self.drawing.says() == other.drawing.says()
    }
}

impl Eq for Drawn {}
