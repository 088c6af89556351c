//! Rating: points with named anchors, stars, yes or no; one key each. The slider has a file of its own.

use egui::{Align2, CursorIcon, Key, Role, Sense, Ui, Vec2, WidgetInfo};
use tiebreak_domain::AnswerValue;
use tiebreak_domain::rubric::Scale;

use super::row::Row;
use super::{Change, digit, letter};
use crate::command::Chord;
use crate::theme::font::Face;
use crate::theme::{self, control, space, text};
use crate::widget::{Segmented, focus_ring_ui};

/// A value of a scale, with its key and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The value.
    pub value: i32,
    /// The key, as it is printed.
    pub key: &'static str,
    /// The name; the number where it has none.
    pub name: String,
}

const DIGITS: [&str; 11] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];

/// The values of a scale with their keys. Where the numbers are digits the key is the number; else the keys
/// count the points. A tenth point has 0, an eleventh X.
pub fn points(scale: &Scale) -> Vec<Point> {
    let (lowest, highest) = scale.range();
    if let Scale::YesNo = scale {
        let point = |value, key, name: &str| Point { value, key, name: name.to_owned() };
        return vec![point(1, "1", "Yes"), point(0, "2", "No")];
    }
    (lowest..=highest)
        .enumerate()
        .map(|(index, value)| {
            let key = match (lowest, highest) {
                (0, 0..=9) => DIGITS[index],
                (0, _) if value == 10 => "X",
                (0, _) => DIGITS[index],
                _ if index == 10 => "X",
                _ => DIGITS[index + 1],
            };
            let anchor = match scale {
                Scale::Points { anchors, .. } => anchors.get(index).map_or("", |anchor| anchor.trim()),
                _ => "",
            };
            let name = if anchor.is_empty() { value.to_string() } else { anchor.to_owned() };
            Point { value, key, name }
        })
        .collect()
}

/// One key a value.
pub(super) fn key(chord: Chord, scale: &Scale) -> Option<Change> {
    let done = |value| Some(Change::Done(AnswerValue::Rating(value)));
    if let Scale::YesNo = scale {
        match letter(chord.key) {
            Some('y') => return done(1),
            Some('n') => return done(0),
            _ => {}
        }
    }
    let points = points(scale);
    let pressed = if chord.key == Key::X { "X".to_owned() } else { digit(chord.key)?.to_string() };
    points.iter().find(|point| point.key == pressed).and_then(|point| done(point.value))
}

/// A value as a cell or a line shows it.
pub fn short(scale: &Scale, value: i32) -> String {
    match scale {
        Scale::YesNo if value == 1 => "Yes".to_owned(),
        Scale::YesNo => "No".to_owned(),
        _ => value.to_string(),
    }
}

/// The row of values.
pub(super) fn ui(ui: &mut Ui, row: &Row<'_>, scale: &Scale) -> Option<Change> {
    let before = row.asked.value(row.slot).and_then(AnswerValue::rating);
    values_ui(ui, row, scale, before)
}

/// The values as buttons, `before` being the one that was chosen.
pub fn values_ui(ui: &mut Ui, row: &Row<'_>, scale: &Scale, before: Option<i32>) -> Option<Change> {
    if let Scale::Stars { count } = scale {
        return stars_ui(ui, row, *count, before);
    }
    let points = points(scale);
    let at = points.iter().position(|point| Some(point.value) == before);
    let mut chosen = at;
    let labels: Vec<String> = labels(ui, scale, &points);
    let name = &row.name;
    // Many points, or long names, break into rows of their own rather than out of the panel.
    let mut change = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(space::TINY);
        let is_joined = total_width(ui, &labels) <= ui.available_width();
        let per_row = if is_joined { points.len() } else { 1 };
        for (number, chunk) in points.chunks(per_row.max(1)).enumerate() {
            let first = number * per_row;
            let mut control = Segmented::new(name).enabled(row.is_open).active(row.is_active);
            for (index, point) in chunk.iter().enumerate() {
                // A number that is its own key needs no key beside it.
                let label = &labels[first + index];
                let key = if label == point.key { "" } else { point.key };
                control = control.option_with_key(label, key);
            }
            let inside =
                chosen.and_then(|index| index.checked_sub(first)).filter(|index| *index < chunk.len());
            let mut now = inside;
            control.show(ui, &mut now);
            if now != inside {
                chosen = now.map(|index| first + index);
                change =
                    Some(chosen.map_or(Change::Clear, |index| {
                        Change::Done(AnswerValue::Rating(points[index].value))
                    }));
            }
        }
    });
    change
}

/// Names where they fit in two rows, else numbers; the names are then in the line below the questions.
fn labels(ui: &Ui, scale: &Scale, points: &[Point]) -> Vec<String> {
    let names: Vec<String> = points
        .iter()
        .map(|point| {
            let is_told_by_key = point.key.parse() == Ok(point.value);
            if is_told_by_key || *scale == Scale::YesNo || point.name == point.value.to_string() {
                point.name.clone()
            } else {
                format!("{} {}", point.value, point.name)
            }
        })
        .collect();
    if total_width(ui, &names) <= ui.available_width() * 1.9 {
        return names;
    }
    points.iter().map(|point| point.value.to_string()).collect()
}

fn total_width(ui: &Ui, labels: &[String]) -> f32 {
    let font = Face::Medium.at(text::SMALL);
    let width = |label: &String| {
        let galley = ui.painter().layout_no_wrap(label.clone(), font.clone(), egui::Color32::PLACEHOLDER);
        galley.size().x + 2.0 * space::LARGE + control::KEY_CAP + space::TINY
    };
    labels.iter().map(width).sum()
}

fn stars_ui(ui: &mut Ui, row: &Row<'_>, count: u8, before: Option<i32>) -> Option<Change> {
    let palette = theme::palette(ui);
    let mut change = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let size = Vec2::new(control::SMALL_HEIGHT - 2.0, control::SMALL_HEIGHT);
        let mut pointed = None;
        let mut places = Vec::new();
        for star in 1..=i32::from(count) {
            let sense = if row.is_open { Sense::click() } else { Sense::hover() };
            let (rect, response) = ui.allocate_exact_size(size, sense);
            let name = format!("{}: {star} of {count} stars", row.name);
            response.widget_info(|| {
                WidgetInfo::selected(Role::RadioButton, row.is_open, before == Some(star), &name)
            });
            if response.clicked() {
                let again = before == Some(star);
                change = Some(if again { Change::Clear } else { Change::Done(AnswerValue::Rating(star)) });
            }
            if response.hovered() && row.is_open {
                pointed = Some(star);
                ui.set_cursor_icon(CursorIcon::PointingHand);
            }
            if response.has_focus() {
                focus_ring_ui(ui.painter(), rect, theme::radius::SMALL, palette);
            }
            places.push((star, rect));
        }
        for (star, rect) in places {
            let is_lit = before.is_some_and(|value| star <= value);
            let is_pointed = pointed.is_some_and(|value| star <= value);
            let ink = match (row.is_open, is_lit, is_pointed) {
                (false, ..) => palette.ink_disabled,
                (_, true, _) => palette.accent,
                (_, _, true) => palette.accent_hover,
                _ => palette.ink_third,
            };
            let glyph = if is_lit || is_pointed { "★" } else { "☆" };
            ui.painter().text(rect.center(), Align2::CENTER_CENTER, glyph, Face::Regular.at(22.0), ink);
        }
        ui.add_space(space::SMALL);
        let says = before.map_or_else(|| format!("1–{count}"), |value| format!("{value} of {count}"));
        crate::widget::figures_ui(
            ui,
            &says,
            "10 of 10",
            crate::widget::Ink::Third,
            text::SMALL,
            egui::Align::Min,
        );
    });
    change
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(scale: &Scale) -> String {
        points(scale).iter().map(|point| point.key).collect()
    }

    #[test]
    fn every_value_has_one_key() {
        let points = |from, count| Scale::Points { from, anchors: vec![String::new(); count] };
        assert_eq!(keys(&points(0, 5)), "01234", "the number is its own key");
        assert_eq!(keys(&points(1, 7)), "1234567");
        assert_eq!(keys(&points(-3, 7)), "1234567", "below nought the keys count");
        assert_eq!(keys(&points(1, 10)), "1234567890", "0 is ten");
        assert_eq!(keys(&points(0, 11)), "0123456789X");
        assert_eq!(keys(&points(1, 11)), "1234567890X");
    }
}
