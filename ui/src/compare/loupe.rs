//! The loupe: what is under the pointer, enlarged where it is, in every pane at the same place.

use egui::{CornerRadius, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2};

use crate::theme::{Palette, radius};

/// Side of its window, in points.
pub const SIDE: f32 = 200.0;
/// It enlarges by so much.
const FACTOR: f32 = 4.0;

/// A loupe over a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loupe {
    /// The middle of its window, which stays where it is.
    pub at: Pos2,
    /// What it shows through.
    pub window: Rect,
}

impl Loupe {
    /// The loupe over a point of a pane; its window stays inside the pane.
    pub fn at(at: Pos2, pane: Rect) -> Self {
        let window = Rect::from_center_size(at, Vec2::splat(SIDE.min(pane.width()).min(pane.height())));
        Self { at, window: window.intersect(pane) }
    }

    /// Where a picture that stands at `place` stands inside it.
    pub fn enlarged(self, place: Rect) -> Rect {
        let from = |point: Pos2| self.at + (point - self.at) * FACTOR;
        Rect::from_min_max(from(place.min), from(place.max))
    }

    /// Paints its frame.
    pub fn frame_ui(self, painter: &Painter, palette: &Palette) {
        let corners = CornerRadius::same(radius::SMALL);
        painter.rect_stroke(self.window, corners, Stroke::new(3.0, palette.panel), StrokeKind::Middle);
        painter.rect_stroke(self.window, corners, Stroke::new(1.5, palette.accent), StrokeKind::Middle);
    }
}

#[cfg(test)]
mod tests {
    use egui::{pos2, vec2};

    use super::*;

    #[test]
    fn what_is_under_the_pointer_stays_under_it() {
        let pane = Rect::from_min_size(Pos2::ZERO, vec2(800.0, 600.0));
        let loupe = Loupe::at(pos2(400.0, 300.0), pane);
        let place = Rect::from_min_size(pos2(200.0, 100.0), vec2(400.0, 400.0));
        let enlarged = loupe.enlarged(place);
        assert_eq!(enlarged.width(), 1_600.0);
        assert_eq!(enlarged.lerp_inside(vec2(0.5, 0.5)), loupe.at);
        assert!(pane.contains_rect(Loupe::at(pos2(799.0, 599.0), pane).window), "it stays in its pane");
    }
}
