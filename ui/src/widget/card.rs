//! The frame around a piece of content.

use egui::{CornerRadius, Frame, Margin, Stroke, Ui};

use crate::theme::{self, FOCUS_RING, HAIRLINE, radius, space};

/// What the edge of a card tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Edge {
    /// Nothing: a hairline.
    #[default]
    Plain,
    /// This one is chosen: the accent, thick.
    Chosen,
    /// This one is where the keys go: the accent, thin.
    Active,
}

/// A card. Its content stands at the same place whatever its edge tells.
pub fn card_frame(ui: &Ui, edge: Edge) -> Frame {
    let palette = theme::palette(ui);
    let stroke = match edge {
        Edge::Plain => Stroke::new(HAIRLINE, palette.line),
        Edge::Chosen => Stroke::new(FOCUS_RING, palette.accent),
        Edge::Active => Stroke::new(HAIRLINE, palette.accent),
    };
    // egui counts the edge as part of the frame: a thicker edge takes its width from the margin.
    let margin = space::EDGE - stroke.width;
    let vertical = space::LARGE - stroke.width;
    Frame::new()
        .fill(palette.panel)
        .stroke(stroke)
        .corner_radius(CornerRadius::same(radius::LARGE))
        .inner_margin(Margin::symmetric(margin as i8, vertical as i8))
}
