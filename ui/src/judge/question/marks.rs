//! Marks: points and boxes on pictures. They are drawn, chosen, moved and resized on the picture itself
//! ([`canvas`]), by the mouse or by keys; here are the keys, the labels and the list.
//!
//! The arrows move a cross hair that Enter places, on any picture of the candidate; once a mark is chosen they
//! move that, and with Shift they resize it.

pub mod canvas;
mod edit;

use egui::{Key, Role, Ui, Vec2, WidgetInfo};
use tiebreak_domain::AnswerValue;
use tiebreak_domain::Part;
use tiebreak_domain::answer::{Mark, MarkForm};
use tiebreak_domain::rubric::{Entry, MarkShape, Slot};

pub use self::canvas::{Canvas, Drawn};
use super::row::Row;
use super::{Asked, Change, digit};
use crate::command::Chord;
use crate::judge::sheet::Cursor;
use crate::player::transport::clock_words;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Ink, Segmented, text_ui};

/// The radius around a point, as a fraction of the picture's width.
const RADIUS: f32 = 0.02;
/// One step of the cross hair, as a fraction of the picture.
const STEP: f32 = 0.02;
/// One step of a chosen mark, likewise.
const FINE_STEP: f32 = 0.01;

fn marks<'a>(asked: &Asked<'a>, slot: Slot) -> &'a [Mark] {
    match asked.value(slot) {
        Some(AnswerValue::Marks(marks)) => marks,
        _ => &[],
    }
}

/// The parts that marks of a slot lie on: the candidate's, or the prompt's.
fn parts<'a>(asked: &Asked<'a>, slot: Slot) -> &'a [Part] {
    match slot.candidate {
        Some(candidate) => &asked.item().candidates[usize::from(candidate)].parts,
        None => &asked.item().prompt,
    }
}

fn pictures(parts: &[Part]) -> Vec<u16> {
    let is_picture = |(_, part): &(usize, &Part)| matches!(part, Part::Image { .. } | Part::Video { .. });
    parts.iter().enumerate().filter(is_picture).map(|(index, _)| index as u16).collect()
}

/// The picture that the cross hair is on.
fn picture_of_keys(asked: &Asked<'_>, slot: Slot, cursor: &Cursor) -> Option<u16> {
    pictures(parts(asked, slot)).get(cursor.picture).copied()
}

fn with_mark(asked: &Asked<'_>, slot: Slot, mark: Mark) -> Change {
    let mut marks = marks(asked, slot).to_vec();
    marks.push(mark);
    Change::Set(AnswerValue::Marks(marks))
}

fn with_changed(asked: &Asked<'_>, slot: Slot, index: usize, mark: Mark) -> Change {
    let mut marks = marks(asked, slot).to_vec();
    marks[index] = mark;
    Change::Set(AnswerValue::Marks(marks))
}

fn without(asked: &Asked<'_>, slot: Slot, index: usize) -> Change {
    let mut marks = marks(asked, slot).to_vec();
    marks.remove(index);
    if marks.is_empty() { Change::Clear } else { Change::Set(AnswerValue::Marks(marks)) }
}

/// One step of an arrow.
fn step(key: Key, length: f32) -> Option<[f32; 2]> {
    match key {
        Key::ArrowLeft => Some([-length, 0.0]),
        Key::ArrowRight => Some([length, 0.0]),
        Key::ArrowUp => Some([0.0, -length]),
        Key::ArrowDown => Some([0.0, length]),
        _ => None,
    }
}

pub(super) fn key(
    chord: Chord,
    asked: &Asked<'_>,
    slot: Slot,
    shape: MarkShape,
    labels: &[Entry],
    cursor: &mut Cursor,
) -> Option<Change> {
    let pictures = pictures(parts(asked, slot));
    let part = *pictures.get(cursor.picture).or(pictures.first())?;
    let given = marks(asked, slot);
    let chosen = cursor.mark.and_then(|index| Some((index, given.get(index)?)));
    if let Some(chosen) = chosen
        && let Some(change) = chosen_key(chord, asked, slot, chosen, labels, cursor)
    {
        return Some(change);
    }
    if chord.shift {
        return None;
    }
    // On a video these go from frame to frame, until a mark is chosen.
    let is_on_video = matches!(parts(asked, slot).get(usize::from(part)), Some(Part::Video { .. }));
    match chord.key {
        Key::Period | Key::Comma if is_on_video && cursor.mark.is_none() => None,
        Key::Escape if cursor.point.is_some() => {
            cursor.point = None;
            cursor.corner = None;
            Some(Change::Move)
        }
        Key::Period | Key::Comma => {
            let last = given.len().checked_sub(1)?;
            let next = match (cursor.mark, chord.key) {
                (Some(index), Key::Period) => {
                    if index >= last {
                        0
                    } else {
                        index + 1
                    }
                }
                (None, Key::Period) => 0,
                (Some(index), _) if index > 0 => (index - 1).min(last),
                _ => last,
            };
            choose(next, &given[next], &pictures, cursor);
            Some(Change::Move)
        }
        Key::N if pictures.len() > 1 => {
            cursor.picture = (cursor.picture + 1) % pictures.len();
            cursor.point.get_or_insert([0.5, 0.5]);
            cursor.corner = None;
            cursor.mark = None;
            Some(Change::Move)
        }
        Key::Backspace | Key::Delete => {
            let last = given.len().checked_sub(1)?;
            Some(without(asked, slot, last))
        }
        Key::Num0 if given.is_empty() => Some(Change::Done(AnswerValue::Marks(Vec::new()))),
        Key::Enter | Key::Space => {
            let at = cursor.point?;
            Some(place(asked, slot, shape, part, at, chord.key == Key::Space, cursor))
        }
        key => {
            if let Some(by) = step(key, STEP) {
                let [x, y] = cursor.point.unwrap_or([0.5 - by[0], 0.5 - by[1]]);
                cursor.point = Some([(x + by[0]).clamp(0.0, 1.0), (y + by[1]).clamp(0.0, 1.0)]);
                return Some(Change::Move);
            }
            cursor.label = Some(label_of_key(key, labels)?);
            Some(Change::Move)
        }
    }
}

/// What a key means to the mark that was chosen.
fn chosen_key(
    chord: Chord,
    asked: &Asked<'_>,
    slot: Slot,
    (index, mark): (usize, &Mark),
    labels: &[Entry],
    cursor: &mut Cursor,
) -> Option<Change> {
    if let Some(by) = step(chord.key, FINE_STEP) {
        let after = if chord.shift { edit::resized(mark, by) } else { edit::moved(mark, by) };
        return Some(with_changed(asked, slot, index, after));
    }
    match chord.key {
        _ if chord.shift => None,
        Key::Escape => {
            cursor.mark = None;
            Some(Change::Move)
        }
        Key::Backspace | Key::Delete => {
            cursor.mark = None;
            Some(without(asked, slot, index))
        }
        key => {
            let label = label_of_key(key, labels)?;
            cursor.label = Some(label.clone());
            Some(with_changed(asked, slot, index, Mark { label: Some(label), ..mark.clone() }))
        }
    }
}

fn label_of_key(key: Key, labels: &[Entry]) -> Option<String> {
    let number = usize::from(digit(key)?).checked_sub(1)?;
    Some(labels.get(number)?.key.clone())
}

/// Puts the keys to a mark, and the cross hair away.
fn choose(index: usize, mark: &Mark, pictures: &[u16], cursor: &mut Cursor) {
    cursor.mark = Some(index);
    cursor.point = None;
    cursor.corner = None;
    if let Some(picture) = pictures.iter().position(|part| *part == mark.part) {
        cursor.picture = picture;
    }
}

/// Enter places a point, or a box corner by corner; where both can be drawn, Space begins a box.
fn place(
    asked: &Asked<'_>,
    slot: Slot,
    shape: MarkShape,
    part: u16,
    at: [f32; 2],
    is_space: bool,
    cursor: &mut Cursor,
) -> Change {
    let is_box = match shape {
        MarkShape::Points => false,
        MarkShape::Boxes => true,
        MarkShape::Both => is_space || cursor.corner.is_some(),
    };
    let label = cursor.label.clone();
    if !is_box {
        return with_mark(
            asked,
            slot,
            Mark { part, x: at[0], y: at[1], form: MarkForm::Radius(RADIUS), label, at_us: None },
        );
    }
    match cursor.corner.take() {
        None => {
            cursor.corner = Some(at);
            Change::Move
        }
        Some(corner) => {
            let (x, y, form) = edit::box_between(corner, at);
            with_mark(asked, slot, Mark { part, x, y, form, label, at_us: None })
        }
    }
}

/// The labels for the next mark, what the keys do, and the list of what was marked.
pub(super) fn ui(
    ui: &mut Ui,
    row: &Row<'_>,
    shape: MarkShape,
    labels: &[Entry],
    cursor: &mut Cursor,
) -> Option<Change> {
    let marks = marks(&row.asked, row.slot);
    let mut change = None;
    if !labels.is_empty() && row.is_active {
        label_ui(ui, row, labels, cursor);
    }
    let says = if row.is_active {
        hint(shape, pictures(parts(&row.asked, row.slot)).len(), marks.len(), cursor)
    } else if marks.is_empty() {
        "Nothing marked".to_owned()
    } else {
        String::new()
    };
    if !says.is_empty() {
        ui.add_space(space::TINY);
        text_ui(ui, says, Ink::Third, Face::Regular, text::SMALL);
        ui.add_space(space::TINY);
    }
    if marks.is_empty() && row.is_active {
        let none = ActionButton::new("Nothing to mark").small().key("0").enabled(row.is_open);
        let says_none = matches!(row.asked.value(row.slot), Some(AnswerValue::Marks(_)));
        let button = ui.add(none.choice(says_none));
        let name = format!("{}: nothing to mark", row.name);
        button.widget_info(|| WidgetInfo::selected(Role::Button, row.is_open, says_none, &name));
        if button.clicked() {
            change = Some(Change::Done(AnswerValue::Marks(Vec::new())));
        }
    }
    for (index, mark) in marks.iter().enumerate() {
        ui.horizontal(|ui| {
            let form = if matches!(mark.form, MarkForm::Radius(_)) { "Point" } else { "Box" };
            let label = title_of(labels, mark.label.as_deref());
            let moment = mark.at_us.map(clock_words).unwrap_or_default();
            let says = format!("{} {form} {label} {moment}", index + 1);
            let says = says.trim();
            let is_chosen = row.is_active && cursor.mark == Some(index);
            let button = ActionButton::new(says).small().enabled(row.is_open);
            let button = ui.add(if is_chosen { button.choice(true) } else { button.quiet() });
            let name = format!("{}: choose {says}", row.name);
            button.widget_info(|| WidgetInfo::selected(Role::Button, row.is_open, is_chosen, &name));
            if button.clicked() {
                change = Some(Change::At(index));
            }
            let key = if is_chosen { "Delete" } else { "" };
            let remove = ActionButton::new("Remove").quiet().small().key(key).enabled(row.is_open);
            let button = ui.add(remove);
            let name = format!("{}: remove {says}", row.name);
            button.widget_info(|| WidgetInfo::labeled(Role::Button, row.is_open, &name));
            if button.clicked() {
                change = Some(without(&row.asked, row.slot, index));
                cursor.mark = None;
            }
        });
    }
    change
}

/// What the pointer and the keys do now.
fn hint(shape: MarkShape, pictures: usize, given: usize, cursor: &Cursor) -> String {
    if cursor.mark.is_some() {
        return "Arrows move it · Shift+arrows resize it · , and . go to another · Esc lets go".to_owned();
    }
    let (draws, places) = match shape {
        MarkShape::Points => ("Click on the picture", "Enter marks"),
        MarkShape::Boxes => ("Drag on the picture", "Enter sets a corner"),
        MarkShape::Both => ("Click or drag on the picture", "Enter marks · Space sets a corner"),
    };
    let mut hint = format!("{draws} · arrows aim · {places}");
    if pictures > 1 {
        hint.push_str(" · N next picture");
    }
    if given > 0 {
        hint.push_str(" · , and . choose a mark");
    }
    hint
}

/// The labels as a row, the one in force chosen.
pub(super) fn label_ui(ui: &mut Ui, row: &Row<'_>, labels: &[Entry], cursor: &mut Cursor) {
    let mut chosen = labels.iter().position(|label| Some(&label.key) == cursor.label.as_ref());
    let before = chosen;
    let keys: Vec<String> = (1..=labels.len()).map(|number| number.to_string()).collect();
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(space::TINY);
        // In a narrow column each stands by itself, so that a long one goes to the next line.
        let together = if row.is_stacked { 1 } else { 3 };
        for (number, chunk) in labels.chunks(together).enumerate() {
            let first = number * together;
            let name = format!("{}: label", row.name);
            let mut control = Segmented::new(&name).enabled(row.is_open);
            for (index, label) in chunk.iter().enumerate() {
                let key = if first + index < 9 { keys[first + index].as_str() } else { "" };
                control = control.option_with_key(&label.title, key);
            }
            let inside =
                chosen.and_then(|index| index.checked_sub(first)).filter(|index| *index < chunk.len());
            let mut now = inside;
            control.show(ui, &mut now);
            if now != inside {
                chosen = now.map(|index| first + index);
            }
        }
    });
    if chosen != before {
        cursor.label = chosen.map(|index| labels[index].key.clone());
    }
}

/// What a label's key is called on the screen.
pub(super) fn title_of<'a>(labels: &'a [Entry], key: Option<&'a str>) -> &'a str {
    let Some(key) = key else { return "" };
    labels.iter().find(|label| label.key == key).map_or(key, |label| label.title.as_str())
}
