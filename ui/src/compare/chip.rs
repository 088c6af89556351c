//! A small button of the bar on the pictures: a word and its key, filled with a wash when it is on.

use egui::{Align2, Color32, CornerRadius, CursorIcon, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::theme::font::Face;
use crate::theme::{self, radius, space, text};
use crate::widget::{KeyCap, focus_ring_ui};

/// Height of a chip.
pub const HEIGHT: f32 = 26.0;

/// Paints a chip; `said` is what screen readers, and the pointer, are told.
pub fn chip_ui(ui: &mut Ui, label: &str, key: &str, is_on: bool, said: &str) -> Response {
    let palette = theme::palette(ui);
    let galley =
        ui.painter().layout_no_wrap(label.to_owned(), Face::Medium.at(text::SMALL), Color32::PLACEHOLDER);
    let cap = (!key.is_empty()).then(|| KeyCap::new(ui.painter(), key));
    let cap_width = cap.as_ref().map_or(0.0, |cap| cap.size().x + space::TINY);
    let width = (galley.size().x + cap_width + 2.0 * space::SMALL).ceil();
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_on, label));
    let ink = match (is_on, response.hovered()) {
        (true, _) => palette.accent,
        (false, true) => palette.ink,
        (false, false) => palette.ink_second,
    };
    let fill = match (is_on, response.hovered()) {
        (true, _) => palette.accent_wash,
        (false, true) => palette.hover,
        (false, false) => Color32::TRANSPARENT,
    };
    ui.painter().rect_filled(rect, CornerRadius::same(radius::SMALL), fill);
    let inside = rect.shrink2(vec2(space::SMALL, 0.0));
    let label_at = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), inside).min;
    ui.painter().galley(label_at, galley, ink);
    if let Some(cap) = cap {
        let at = pos2(inside.right() - cap.size().x, inside.center().y - theme::control::KEY_CAP / 2.0);
        cap.paint(ui.painter(), at, palette.line_strong, palette.ink_third);
    }
    if response.has_focus() {
        focus_ring_ui(ui.painter(), rect, radius::SMALL, palette);
    }
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if said.is_empty() { response } else { response.on_hover_text(said) }
}
