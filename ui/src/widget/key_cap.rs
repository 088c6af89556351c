//! The small outlined label that tells which key does the same as a control.

use std::sync::Arc;

use egui::{
    Align2, Color32, CornerRadius, Galley, Painter, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind,
    Ui, Vec2, WidgetInfo, vec2,
};

use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, control, radius, space, text};

/// A key as it is painted: `Enter` as ⏎, `Escape` as Esc, `Ctrl+Comma` as `Ctrl ,`.
pub fn key_label(keys: &str) -> String {
    let named = |key: &str| {
        match key {
            "Enter" => "⏎",
            "Escape" => "Esc",
            "ArrowLeft" | "Left" => "←",
            "ArrowRight" | "Right" => "→",
            "ArrowUp" | "Up" => "↑",
            "ArrowDown" | "Down" => "↓",
            "Backspace" => "⌫",
            "Delete" => "Del",
            "Comma" => ",",
            "Period" => ".",
            "Plus" => "+",
            "Minus" => "−",
            "Equals" => "=",
            "OpenBracket" => "[",
            "CloseBracket" => "]",
            "Slash" => "/",
            "Questionmark" => "?",
            other => other,
        }
        .to_owned()
    };
    keys.split('+').filter(|key| !key.is_empty()).map(named).collect::<Vec<_>>().join(" ")
}

/// A key cap by itself, as in the list of keys.
pub fn key_cap_ui(ui: &mut Ui, keys: &str) -> Response {
    let palette = theme::palette(ui);
    let cap = KeyCap::new(ui.painter(), keys);
    let (rect, response) = ui.allocate_exact_size(cap.size(), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, ui.is_enabled(), keys));
    if ui.is_rect_visible(rect) {
        cap.paint(ui.painter(), rect.min, palette.line_strong, palette.ink_third);
    }
    response
}

/// A key cap laid out, to be painted inside another control.
pub(crate) struct KeyCap {
    label: Arc<Galley>,
}

impl KeyCap {
    pub(crate) fn new(painter: &Painter, keys: &str) -> Self {
        let label =
            painter.layout_no_wrap(key_label(keys), Face::Mono.at(text::CAPTION), Color32::PLACEHOLDER);
        Self { label }
    }

    pub(crate) fn size(&self) -> Vec2 {
        vec2((self.label.size().x + space::SMALL + 2.0).max(control::KEY_CAP).ceil(), control::KEY_CAP)
    }

    pub(crate) fn paint(&self, painter: &Painter, top_left: Pos2, edge: Color32, ink: Color32) {
        let rect = Rect::from_min_size(top_left, self.size());
        let stroke = Stroke::new(HAIRLINE, edge);
        painter.rect_stroke(rect, CornerRadius::same(radius::SMALL), stroke, StrokeKind::Inside);
        let label = Align2::CENTER_CENTER.align_size_within_rect(self.label.size(), rect);
        painter.galley(label.min, Arc::clone(&self.label), ink);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_as_they_are_printed_on_a_keyboard() {
        assert_eq!(key_label("Enter"), "⏎");
        assert_eq!(key_label("Ctrl+Comma"), "Ctrl ,");
        assert_eq!(key_label("1"), "1");
        assert_eq!(key_label("Ctrl+Shift+Z"), "Ctrl Shift Z");
    }
}
