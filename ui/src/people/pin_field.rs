//! The field for a PIN: nobody reads along, and how long to wait after wrong ones.

use egui::{Margin, Response, TextEdit, Ui, vec2};
use tiebreak_domain::ApiError;

use crate::theme::font::Face;
use crate::theme::{control, space, text};
use crate::widget::{Ink, text_ui};

/// One line that shows dots; `label` stands above it and is its name.
pub(super) fn pin_field_ui(ui: &mut Ui, label: &str, pin: &mut String) -> Response {
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::TINY;
        let label = text_ui(ui, label, Ink::Second, Face::Medium, text::SMALL);
        ui.add(
            TextEdit::singleline(pin)
                .password(true)
                .font(Face::Regular.at(text::BODY))
                .margin(Margin::symmetric(space::MEDIUM as i8 - 2, 7))
                .desired_width(f32::INFINITY)
                .min_size(vec2(0.0, control::SMALL_HEIGHT)),
        )
        .labelled_by(label.id)
    })
    .inner
}

/// How many seconds the engine says to wait; nothing where it names none.
pub(super) fn wait_s(error: &ApiError) -> Option<u64> {
    let hint = error.hint.as_deref()?;
    let mut words = hint.strip_prefix("try again in ")?.split(' ');
    let seconds = words.next()?.parse().ok()?;
    (words.next() == Some("s")).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::ErrorCode;

    use super::*;

    #[test]
    fn the_wait_is_read_from_the_hint_and_from_no_other() {
        let error = |hint: &str| ApiError::new(ErrorCode::Denied, "the PIN is wrong").hint(hint);
        assert_eq!(wait_s(&error("try again in 16 s")), Some(16));
        assert_eq!(wait_s(&error("try again; the lead can let a forgotten PIN go")), None);
        assert_eq!(wait_s(&ApiError::new(ErrorCode::Denied, "no")), None, "no hint, no wait");
    }
}
