//! How far along something is.

use egui::{CornerRadius, Rect, Response, Role, Sense, Ui, WidgetInfo, vec2};

use crate::theme::{self, control};

/// What a progress bar is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BarKind {
    /// Under way: the accent.
    #[default]
    Running,
    /// Complete: green.
    Done,
}

/// A thin bar `width` points wide, filled to `fraction` (0 to 1), with a `name` for screen readers.
pub fn progress_bar_ui(ui: &mut Ui, name: &str, fraction: f32, width: f32, kind: BarKind) -> Response {
    let palette = theme::palette(ui);
    let fraction = if fraction.is_finite() { fraction.clamp(0.0, 1.0) } else { 0.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(width, control::BAR), Sense::hover());
    response.widget_info(|| WidgetInfo {
        value: Some(f64::from(fraction) * 100.0),
        ..WidgetInfo::labeled(Role::ProgressIndicator, ui.is_enabled(), name)
    });
    if ui.is_rect_visible(rect) {
        let corner_radius = CornerRadius::same((control::BAR / 2.0) as u8);
        ui.painter().rect_filled(rect, corner_radius, palette.line);
        if fraction > 0.0 {
            let color = match kind {
                BarKind::Running => palette.accent,
                BarKind::Done => palette.saved,
            };
            // Never narrower than it is thick, or the rounded ends would turn inside out.
            let filled = vec2((width * fraction).max(control::BAR), control::BAR);
            ui.painter().rect_filled(Rect::from_min_size(rect.min, filled), corner_radius, color);
        }
    }
    response
}
