//! Text fields with their label above them, which is also their name for screen readers.

use egui::{Margin, Response, TextEdit, Ui, vec2};

use super::as_read::as_read_ui;
use super::words::{Ink, text_ui};
use crate::theme::font::Face;
use crate::theme::{self, control, space, text};

/// One line of text.
pub fn text_field_ui(ui: &mut Ui, label: &str, value: &mut String, hint: &str) -> Response {
    let field = field_ui(ui, label, TextEdit::singleline(value), hint, 1);
    as_read_ui(ui, &field, value);
    field
}

/// One line that shows dots, for what nobody is to read along.
pub fn secret_field_ui(ui: &mut Ui, label: &str, value: &mut String) -> Response {
    field_ui(ui, label, TextEdit::singleline(value).password(true), "", 1)
}

/// Several lines of text, `rows` of them visible.
pub fn text_area_ui(ui: &mut Ui, label: &str, value: &mut String, hint: &str, rows: usize) -> Response {
    let field = field_ui(ui, label, TextEdit::multiline(value), hint, rows);
    as_read_ui(ui, &field, value);
    field
}

fn field_ui(ui: &mut Ui, label: &str, edit: TextEdit<'_>, hint: &str, rows: usize) -> Response {
    let palette = theme::palette(ui);
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::TINY;
        let label = text_ui(ui, label, Ink::Second, Face::Medium, text::SMALL);
        let hint = egui::RichText::new(hint).color(palette.ink_third).font(Face::Regular.at(text::BODY));
        ui.add(
            edit.hint_text(hint)
                .font(Face::Regular.at(text::BODY))
                .margin(Margin::symmetric(space::MEDIUM as i8 - 2, 7))
                .desired_width(f32::INFINITY)
                .desired_rows(rows)
                .min_size(vec2(0.0, control::SMALL_HEIGHT)),
        )
        .labelled_by(label.id)
    })
    .inner
}
