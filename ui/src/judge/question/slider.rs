//! The slider: any whole number of a range. There is no knob until somebody touches it, and where the study
//! wants it so no number either.

use egui::{
    Color32, CornerRadius, CursorIcon, Key, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use tiebreak_domain::AnswerValue;
use tiebreak_domain::rubric::{Scale, Slot};

use super::row::Row;
use super::{Asked, Change, digit};
use crate::command::Chord;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, control, space, text};
use crate::widget::{Ink, figures_ui, focus_ring_ui, text_ui};

/// A range of whole numbers and what was chosen of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Track {
    /// The left end.
    pub from: i32,
    /// The right end.
    pub to: i32,
    /// What was chosen.
    pub value: Option<i32>,
}

impl Track {
    /// What a key makes of it: a digit goes to that tenth, an arrow by one, Home and End to the ends. The
    /// first touch of an arrow begins in the middle.
    pub(super) fn after(self, key: Key) -> Option<i32> {
        let middle = self.from + (self.to - self.from) / 2;
        let stepped = |by: i32| self.value.map_or(middle, |value| (value + by).clamp(self.from, self.to));
        match key {
            Key::ArrowLeft => Some(stepped(-1)),
            Key::ArrowRight => Some(stepped(1)),
            Key::Home => Some(self.from),
            Key::End => Some(self.to),
            key => {
                let tenths = f64::from(digit(key)?) / 10.0;
                Some(self.from + (f64::from(self.to - self.from) * tenths).round() as i32)
            }
        }
    }

    fn fraction(self) -> Option<f32> {
        let length = (self.to - self.from).max(1) as f32;
        self.value.map(|value| (value - self.from) as f32 / length)
    }

    fn at(self, fraction: f32) -> i32 {
        self.from + (fraction.clamp(0.0, 1.0) * (self.to - self.from) as f32).round() as i32
    }
}

fn track(asked: &Asked<'_>, slot: Slot, scale: &Scale) -> Track {
    let (from, to) = scale.range();
    Track { from, to, value: asked.value(slot).and_then(AnswerValue::rating) }
}

pub(super) fn key(chord: Chord, asked: &Asked<'_>, slot: Slot, scale: &Scale) -> Option<Change> {
    track(asked, slot, scale).after(chord.key).map(|value| Change::Set(AnswerValue::Rating(value)))
}

pub(super) fn ui(ui: &mut Ui, row: &Row<'_>, scale: &Scale) -> Option<Change> {
    let Scale::Slider { ends, is_number_hidden, .. } = scale else { return None };
    let track = track(&row.asked, row.slot, scale);
    let chosen = track_ui(ui, row, track, ends, *is_number_hidden);
    chosen.map(|value| Change::Set(AnswerValue::Rating(value)))
}

/// The track with the names of its ends; the value that was chosen on it in this frame.
pub(super) fn track_ui(
    ui: &mut Ui,
    row: &Row<'_>,
    track: Track,
    ends: &[String; 2],
    is_number_hidden: bool,
) -> Option<i32> {
    let palette = theme::palette(ui);
    let mut chosen = None;
    ui.horizontal(|ui| {
        ui.set_min_height(control::SMALL_HEIGHT);
        if !row.is_stacked && !ends[0].is_empty() {
            text_ui(ui, &ends[0], Ink::Second, Face::Regular, text::SMALL);
        }
        let beside = if row.is_stacked { FIGURE } else { FIGURE + END };
        let width = (ui.available_width() - beside).clamp(90.0, 320.0);
        let sense = if row.is_open { Sense::click_and_drag() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(width, control::SMALL_HEIGHT), sense);
        let said = track.value.filter(|_| !is_number_hidden).map_or(f64::NAN, f64::from);
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Slider, row.is_open, &row.name);
            info.value = (!said.is_nan()).then_some(said);
            info
        });
        let line = Rect::from_center_size(rect.center(), vec2(rect.width() - 2.0 * KNOB, control::BAR));
        if let Some(pointer) = response
            .interact_pointer_pos()
            .filter(|_| response.is_pointer_button_down_on() || response.clicked())
        {
            let value = track.at((pointer.x - line.left()) / line.width());
            chosen = (track.value != Some(value)).then_some(value);
        }
        let edge = if row.is_active { palette.accent } else { palette.line_strong };
        let round = CornerRadius::same(control::BAR as u8 / 2);
        ui.painter().rect(line, round, palette.hover, Stroke::new(HAIRLINE, edge), StrokeKind::Outside);
        let shown = chosen.map_or(track, |value| Track { value: Some(value), ..track });
        if let Some(fraction) = shown.fraction() {
            let at = pos2(line.left() + fraction * line.width(), line.center().y);
            ui.painter().rect_filled(line.with_max_x(at.x), round, palette.accent);
            ui.painter().circle(at, KNOB, palette.accent, Stroke::new(2.0, palette.panel));
        } else if response.hovered() && row.is_open {
            // Where a click would put it.
            if let Some(pointer) = response.hover_pos() {
                let x = pointer.x.clamp(line.left(), line.right());
                let edge = Stroke::new(HAIRLINE, palette.accent);
                ui.painter().circle(pos2(x, line.center().y), KNOB, Color32::TRANSPARENT, edge);
            }
        }
        if response.has_focus() {
            focus_ring_ui(ui.painter(), rect, theme::radius::SMALL, palette);
        }
        if row.is_open {
            response.on_hover_cursor(CursorIcon::PointingHand);
        }
        if !row.is_stacked && !ends[1].is_empty() {
            text_ui(ui, &ends[1], Ink::Second, Face::Regular, text::SMALL);
        }
        let widest = track.to.to_string();
        match shown.value {
            Some(value) if !is_number_hidden => {
                figures_ui(ui, &value.to_string(), &widest, Ink::First, text::BODY, egui::Align::Max);
            }
            Some(_) => {
                figures_ui(ui, "set", "not set", Ink::Third, text::SMALL, egui::Align::Min);
            }
            None => {
                figures_ui(ui, "not set", "not set", Ink::Third, text::SMALL, egui::Align::Min);
            }
        }
    });
    if row.is_stacked && ends.iter().any(|end| !end.is_empty()) {
        let size = vec2((ui.available_width() - FIGURE).clamp(90.0, 320.0), text::SMALL * 1.5);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let font = Face::Regular.at(text::SMALL);
        let ink = Ink::Second.color(palette);
        ui.painter().text(rect.left_top(), egui::Align2::LEFT_TOP, &ends[0], font.clone(), ink);
        ui.painter().text(rect.right_top(), egui::Align2::RIGHT_TOP, &ends[1], font, ink);
    }
    chosen
}

/// Room beside the track for what it is set to, in points.
const FIGURE: f32 = 72.0;
/// Room beside the track for the name of its right end, where that stands beside it, in points.
const END: f32 = 64.0;
const KNOB: f32 = space::SMALL;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slider_is_where_it_was_put_and_nowhere_before() {
        let unset = Track { from: 0, to: 100, value: None };
        assert_eq!(unset.fraction(), None, "no knob");
        assert_eq!(unset.after(Key::Num7), Some(70));
        assert_eq!(unset.after(Key::ArrowRight), Some(50), "the first touch begins in the middle");
        assert_eq!(Track { value: Some(70), ..unset }.after(Key::ArrowLeft), Some(69));
        assert_eq!(Track { value: Some(100), ..unset }.after(Key::ArrowRight), Some(100), "the end");
        assert_eq!(unset.after(Key::A), None);
    }
}
