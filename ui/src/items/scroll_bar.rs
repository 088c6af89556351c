//! The table's scroll bar: egui's own counts points in `f32` and cannot tell a million rows apart.

use egui::{CornerRadius, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::scroll::{ROW_HEIGHT, Scroll};
use crate::theme;

/// Width of the bar, its surroundings included, in points.
pub(super) const SCROLL_BAR: f32 = 14.0;
const THUMB: f32 = 8.0;
const SHORTEST_THUMB: f32 = 28.0;

/// Paints the bar in `track`, and moves `scroll` as it is dragged. Nothing where all rows are in view.
pub(super) fn scroll_bar_ui(ui: &mut Ui, track: Rect, scroll: &mut Scroll, count: u64, height: f32) {
    let palette = theme::palette(ui);
    let id = ui.scope_id().with("items scroll bar");
    let total = count as f64 * f64::from(ROW_HEIGHT);
    if total <= f64::from(height) {
        return;
    }
    let track = track.shrink2(vec2(0.0, 2.0));
    let share = (f64::from(height) / total) as f32;
    let thumb_height = (track.height() * share).max(SHORTEST_THUMB).min(track.height());
    let room = track.height() - thumb_height;
    let thumb_top = |scroll: &Scroll| track.top() + room * scroll.fraction(count, height);

    // The keys do the same; Tab need not stop here.
    let response = ui.interact(track, id, Sense::DRAG | Sense::CLICK);
    response.widget_info(|| WidgetInfo {
        value: Some(f64::from(scroll.fraction(count, height))),
        ..WidgetInfo::labeled(Role::ScrollBar, true, "Scroll the items")
    });
    if let Some(pointer) = response.interact_pointer_pos().filter(|_| room > 0.0) {
        if response.drag_started() || response.clicked() {
            let pressed = ui.input(|input| input.pointer.press_origin()).unwrap_or(pointer);
            let within = pressed.y - thumb_top(scroll);
            let is_on_thumb = (0.0..=thumb_height).contains(&within);
            scroll.grabbed_at = if is_on_thumb { within } else { thumb_height / 2.0 };
        }
        if response.dragged() || response.clicked() {
            let top = pointer.y - scroll.grabbed_at - track.top();
            scroll.set_fraction(top / room, count, height);
        }
    }
    let thumb = Rect::from_min_size(
        pos2(track.center().x - THUMB / 2.0, thumb_top(scroll)),
        vec2(THUMB, thumb_height),
    );
    let is_held = response.hovered() || response.dragged();
    let fill = if is_held { palette.ink_third } else { palette.line_strong };
    ui.painter().rect_filled(thumb, CornerRadius::same((THUMB / 2.0) as u8), fill);
}
