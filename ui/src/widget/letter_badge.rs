//! The square with a candidate's letter; filled when that candidate is the chosen one.

use egui::{Align2, CornerRadius, Response, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};

use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, control, radius, text};

/// The badge of the candidate `letter`.
pub fn letter_badge_ui(ui: &mut Ui, letter: &str, is_chosen: bool) -> Response {
    let palette = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(control::BADGE), Sense::hover());
    response.widget_info(|| {
        let name = if is_chosen { format!("{letter}, chosen") } else { letter.to_owned() };
        WidgetInfo::labeled(Role::Label, ui.is_enabled(), name)
    });
    if ui.is_rect_visible(rect) {
        let (fill, edge, ink) = if is_chosen {
            (palette.accent, palette.accent, palette.on_accent)
        } else {
            (palette.panel, palette.line_strong, palette.ink)
        };
        let corner_radius = CornerRadius::same(radius::SMALL + 2);
        ui.painter().rect(rect, corner_radius, fill, Stroke::new(HAIRLINE, edge), StrokeKind::Inside);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, letter, Face::Bold.at(text::BODY), ink);
    }
    response
}
