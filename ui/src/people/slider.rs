//! A slider of a profile: a place between two ends, and no place at all until somebody touches it.

use egui::{
    CornerRadius, CursorIcon, EventFilter, Key, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, control, radius, space, text};
use crate::widget::{Ink, figures_ui, focus_ring_ui, text_ui};

const KNOB: f32 = 8.0;

/// The ends of a slider.
#[derive(Clone, Copy, Debug)]
pub(super) struct Track<'a> {
    pub lowest: i32,
    pub highest: i32,
    pub low_title: &'a str,
    pub high_title: &'a str,
}

impl Track<'_> {
    /// What a key makes of a value: arrows step, Home and End go to the ends; the first arrow begins in the
    /// middle.
    pub(super) fn after(self, value: Option<i32>, key: Key) -> Option<i32> {
        let middle = self.lowest + (self.highest - self.lowest) / 2;
        let stepped = |by: i32| value.map_or(middle, |value| (value + by).clamp(self.lowest, self.highest));
        match key {
            Key::ArrowLeft => Some(stepped(-1)),
            Key::ArrowRight => Some(stepped(1)),
            Key::Home => Some(self.lowest),
            Key::End => Some(self.highest),
            _ => None,
        }
    }

    fn at(self, fraction: f32) -> i32 {
        let length = (self.highest - self.lowest) as f32;
        self.lowest + (fraction.clamp(0.0, 1.0) * length).round() as i32
    }
}

/// Paints it; with the focus, arrows move the knob.
pub(super) fn slider_ui(ui: &mut Ui, name: &str, track: Track<'_>, value: &mut Option<i32>) {
    let palette = theme::palette(ui);
    ui.horizontal(|ui| {
        ui.set_min_height(control::SMALL_HEIGHT);
        if !track.low_title.is_empty() {
            text_ui(ui, track.low_title, Ink::Second, Face::Regular, text::SMALL);
        }
        let width = (ui.available_width() - 160.0).clamp(120.0, 320.0);
        let (rect, response) =
            ui.allocate_exact_size(vec2(width, control::SMALL_HEIGHT), Sense::click_and_drag());
        if response.clicked() || response.drag_started() {
            response.request_focus();
        }
        let line = egui::Rect::from_center_size(rect.center(), vec2(width - 2.0 * KNOB, control::BAR));
        let pointer = response.interact_pointer_pos();
        if let Some(pointer) = pointer.filter(|_| response.is_pointer_button_down_on() || response.clicked())
        {
            *value = Some(track.at((pointer.x - line.left()) / line.width()));
        }
        if response.has_focus() {
            let keeps = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, keeps));
            for key in [Key::ArrowLeft, Key::ArrowRight, Key::Home, Key::End] {
                if ui.input(|input| input.key_pressed(key)) {
                    *value = track.after(*value, key);
                }
            }
            focus_ring_ui(ui.painter(), rect.shrink(3.0), radius::MEDIUM, palette);
        }
        let said = *value;
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Slider, ui.is_enabled(), name);
            info.value = said.map(f64::from);
            info
        });
        let round = CornerRadius::same(control::BAR as u8 / 2);
        let edge = Stroke::new(HAIRLINE, palette.line_strong);
        ui.painter().rect(line, round, palette.hover, edge, StrokeKind::Outside);
        if let Some(said) = said {
            let length = (track.highest - track.lowest).max(1) as f32;
            let x = line.left() + line.width() * (said - track.lowest) as f32 / length;
            ui.painter().rect_filled(line.with_max_x(x), round, palette.accent);
            ui.painter().circle_filled(pos2(x, line.center().y), KNOB, palette.accent);
        }
        response.on_hover_cursor(CursorIcon::PointingHand);
        let shown = said.map_or_else(|| "not yet".to_owned(), |said| said.to_string());
        let ink = if said.is_some() { Ink::First } else { Ink::Third };
        figures_ui(ui, &shown, "not yet", ink, text::SMALL, egui::Align::Min);
        if !track.high_title.is_empty() {
            ui.add_space(space::TINY);
            text_ui(ui, track.high_title, Ink::Second, Face::Regular, text::SMALL);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_said_until_a_key_touches_it_and_the_ends_hold() {
        let track = Track { lowest: 0, highest: 10, low_title: "", high_title: "" };
        assert_eq!(track.after(None, Key::A), None, "other keys say nothing");
        assert_eq!(track.after(None, Key::ArrowRight), Some(5), "the first touch begins in the middle");
        assert_eq!(track.after(Some(10), Key::ArrowRight), Some(10), "not beyond the end");
        assert_eq!(track.after(Some(7), Key::Home), Some(0));
    }
}
