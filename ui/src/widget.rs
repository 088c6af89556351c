//! The controls of the interface, painted by the theme.
//!
//! Each can be reached by the keyboard and shows its focus, has a name for screen readers, a look under the
//! pointer and a look when it cannot be used. None changes its size with its state, so nothing jumps.

mod action_button;
mod as_read;
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
pub use as_read::as_read_ui;
pub use card::{Edge, card_frame};
pub use count::count_text;
pub use dialog::{Dialog, DialogResponse};
pub(crate) use key_cap::KeyCap;
pub use key_cap::{key_cap_ui, key_label};
pub use letter_badge::letter_badge_ui;
pub use notice::{Notice, NoticeKind};
pub use progress_bar::{BarKind, progress_bar_ui};
pub use segmented::Segmented;
pub use text_field::{secret_field_ui, text_area_ui, text_field_ui};
pub use words::{Ink, caption_ui, figures_ui, text_ui};

use egui::{CornerRadius, Painter, Rect, Stroke, StrokeKind};

use crate::theme::{FOCUS_RING, Palette};

/// Paints the ring that shows where the keyboard's focus is, around `rect` with a little distance, so that it
/// shows on controls filled with the accent too.
pub fn focus_ring_ui(painter: &Painter, rect: Rect, radius: u8, palette: &Palette) {
    let distance = 2.0 * FOCUS_RING;
    painter.rect_stroke(
        rect.expand(distance),
        CornerRadius::same(radius + distance as u8),
        Stroke::new(FOCUS_RING, palette.accent),
        StrokeKind::Inside,
    );
}
