//! The controls of the interface, painted by the theme.
//!
//! Each can be reached by the keyboard and shows its focus, has a name for screen readers, a look under the
//! pointer and a look when it cannot be used. None changes its size with its state, so nothing jumps.

mod action_button;
mod card;
mod count;
mod dialog;
mod key_cap;
mod letter_badge;
mod notice;
mod progress_bar;
mod segmented;
#[cfg(test)]
mod tests;
mod text_field;
mod words;

pub use action_button::ActionButton;
pub use card::{Edge, card_frame};
pub use count::count_text;
pub use dialog::{Dialog, DialogResponse};
pub use key_cap::{key_cap_ui, key_label};
pub use letter_badge::letter_badge_ui;
pub use notice::{Notice, NoticeKind};
pub use progress_bar::{BarKind, progress_bar_ui};
pub use segmented::Segmented;
pub use text_field::{text_area_ui, text_field_ui};
pub use words::{Ink, caption_ui, figures_ui, text_ui};

use egui::{CornerRadius, Painter, Rect, Stroke, StrokeKind};

use crate::theme::{FOCUS_RING, Palette};

/// Paints the ring that shows where the keyboard's focus is, just outside `rect`.
pub fn focus_ring_ui(painter: &Painter, rect: Rect, radius: u8, palette: &Palette) {
    painter.rect_stroke(
        rect.expand(FOCUS_RING),
        CornerRadius::same(radius + FOCUS_RING as u8),
        Stroke::new(FOCUS_RING, palette.accent),
        StrokeKind::Inside,
    );
}
