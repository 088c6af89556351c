//! Marks: points and boxes on pictures. They are drawn on the picture itself, by the mouse or by a cross hair
//! that the arrows move and Enter places; here are their labels and their list.

use egui::{Color32, CornerRadius, Key, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, Vec2, pos2, vec2};
use tiebreak_domain::AnswerValue;
use tiebreak_domain::Part;
use tiebreak_domain::answer::{Mark, MarkForm};
use tiebreak_domain::rubric::{Entry, MarkShape, QuestionKind, Slot};

use super::row::Row;
use super::{Asked, Change, digit};
use crate::command::Chord;
use crate::judge::sheet::Cursor;
use crate::theme::font::Face;
use crate::theme::{self, Palette, space, text};
use crate::widget::{ActionButton, Ink, Segmented, text_ui};

/// The radius around a point, as a fraction of the picture's width.
const RADIUS: f32 = 0.02;
/// One step of the cross hair, as a fraction of the picture.
const STEP: f32 = 0.02;
/// A drag shorter than this, in points, is a click.
const CLICK: f32 = 5.0;

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

fn first_picture(parts: &[Part]) -> Option<u16> {
    parts.iter().position(|part| matches!(part, Part::Image { .. })).map(|part| part as u16)
}

fn with_mark(asked: &Asked<'_>, slot: Slot, mark: Mark) -> Change {
    let mut marks = marks(asked, slot).to_vec();
    marks.push(mark);
    Change::Set(AnswerValue::Marks(marks))
}

fn without(asked: &Asked<'_>, slot: Slot, index: usize) -> Change {
    let mut marks = marks(asked, slot).to_vec();
    marks.remove(index);
    if marks.is_empty() { Change::Clear } else { Change::Set(AnswerValue::Marks(marks)) }
}

/// A box between two corners, in fractions.
fn box_between(first: [f32; 2], second: [f32; 2]) -> (f32, f32, MarkForm) {
    let (left, right) = (first[0].min(second[0]), first[0].max(second[0]));
    let (top, bottom) = (first[1].min(second[1]), first[1].max(second[1]));
    (left, top, MarkForm::Size([right - left, bottom - top]))
}

pub(super) fn key(
    chord: Chord,
    asked: &Asked<'_>,
    slot: Slot,
    shape: MarkShape,
    labels: &[Entry],
    cursor: &mut Cursor,
) -> Option<Change> {
    let part = first_picture(parts(asked, slot))?;
    let by = match chord.key {
        Key::ArrowLeft => [-STEP, 0.0],
        Key::ArrowRight => [STEP, 0.0],
        Key::ArrowUp => [0.0, -STEP],
        Key::ArrowDown => [0.0, STEP],
        Key::Escape if cursor.point.is_some() => {
            cursor.point = None;
            cursor.corner = None;
            return Some(Change::Move);
        }
        Key::Backspace => {
            let last = marks(asked, slot).len().checked_sub(1)?;
            return Some(without(asked, slot, last));
        }
        Key::Enter | Key::Space => {
            let at = cursor.point?;
            return Some(place(asked, slot, shape, part, at, chord.key == Key::Space, cursor));
        }
        key => {
            let number = usize::from(digit(key)?).checked_sub(1)?;
            cursor.label = Some(labels.get(number)?.key.clone());
            return Some(Change::Move);
        }
    };
    let [x, y] = cursor.point.unwrap_or([0.5 - by[0], 0.5 - by[1]]);
    cursor.point = Some([(x + by[0]).clamp(0.0, 1.0), (y + by[1]).clamp(0.0, 1.0)]);
    Some(Change::Move)
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
            Mark { part, x: at[0], y: at[1], form: MarkForm::Radius(RADIUS), label },
        );
    }
    match cursor.corner.take() {
        None => {
            cursor.corner = Some(at);
            Change::Move
        }
        Some(corner) => {
            let (x, y, form) = box_between(corner, at);
            with_mark(asked, slot, Mark { part, x, y, form, label })
        }
    }
}

/// The labels for the next mark, and the list of what was marked.
pub(super) fn ui(ui: &mut Ui, row: &Row<'_>, labels: &[Entry], cursor: &mut Cursor) -> Option<Change> {
    let marks = marks(&row.asked, row.slot);
    let mut change = None;
    if !labels.is_empty() && row.is_active {
        label_ui(ui, row, labels, cursor);
    }
    if marks.is_empty() {
        let says = if row.is_active {
            "Click or drag on the picture; arrows and Enter do the same"
        } else {
            "Nothing marked"
        };
        text_ui(ui, says, Ink::Third, Face::Regular, text::SMALL);
        if row.is_active {
            let none = ActionButton::new("Nothing to mark").small().enabled(row.is_open);
            let says_none = matches!(row.asked.value(row.slot), Some(AnswerValue::Marks(_)));
            if ui.add(none.choice(says_none)).clicked() {
                change = Some(Change::Done(AnswerValue::Marks(Vec::new())));
            }
        }
    }
    for (index, mark) in marks.iter().enumerate() {
        ui.horizontal(|ui| {
            let form = if matches!(mark.form, MarkForm::Radius(_)) { "Point" } else { "Box" };
            let label = title_of(labels, mark.label.as_deref());
            let says = format!("{} {form} {label}", index + 1);
            text_ui(ui, &says, Ink::Second, Face::Figures, text::SMALL);
            let button = ui.add(ActionButton::new("Remove").quiet().small().enabled(row.is_open));
            let name = format!("{}: remove {}", row.name, says.trim());
            button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, row.is_open, &name));
            if button.clicked() {
                change = Some(without(&row.asked, row.slot, index));
            }
        });
    }
    change
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

/// What was drawn on a picture, in fractions of its width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Drawn {
    /// A click.
    Point([f32; 2]),
    /// A drag from corner to corner.
    Box([f32; 2], [f32; 2]),
}

/// What a picture shows of marks, and whether it can be drawn on.
#[derive(Clone, Debug, Default)]
pub struct Canvas {
    /// The marks with what they say.
    pub marks: Vec<(Mark, String)>,
    /// What can be drawn now; nothing if none.
    pub shape: Option<MarkShape>,
    /// The cross hair of the keys.
    pub cross_hair: Option<[f32; 2]>,
    /// The corner that a box was begun at by keys.
    pub corner: Option<[f32; 2]>,
    /// What was drawn in this frame.
    pub drawn: Option<Drawn>,
}

impl Canvas {
    /// The marks on one picture of a candidate (none: of the prompt), and whether more can be drawn there.
    pub fn of(
        asked: &Asked<'_>,
        active: Option<Slot>,
        cursor: &Cursor,
        candidate: Option<u8>,
        part: u16,
    ) -> Self {
        let mut canvas = Self::default();
        for (index, question) in asked.rubric.questions.iter().enumerate() {
            let QuestionKind::Marks { shape, labels } = &question.kind else { continue };
            let slot = Slot { question: index, candidate };
            for mark in marks(asked, slot).iter().filter(|mark| mark.part == part) {
                canvas.marks.push((mark.clone(), title_of(labels, mark.label.as_deref()).to_owned()));
            }
            let is_here =
                |active: Slot| active.question == index && active.candidate.is_some() == candidate.is_some();
            if active.is_some_and(is_here) {
                canvas.shape = Some(*shape);
                if active == Some(slot) && first_picture(parts(asked, slot)) == Some(part) {
                    canvas.cross_hair = cursor.point;
                    canvas.corner = cursor.corner;
                }
            }
        }
        canvas
    }

    /// What was drawn, as a change of the answer.
    pub fn change(&self, asked: &Asked<'_>, slot: Slot, part: u16, label: Option<String>) -> Option<Change> {
        let (x, y, form) = match self.drawn? {
            Drawn::Point([x, y]) => (x, y, MarkForm::Radius(RADIUS)),
            Drawn::Box(first, second) => box_between(first, second),
        };
        Some(with_mark(asked, slot, Mark { part, x, y, form, label }))
    }

    /// Paints the marks over a picture that stands at `place`, and takes what is drawn on it.
    pub fn ui(&mut self, ui: &Ui, response: &egui::Response, place: Rect, pane: Rect) {
        let palette = theme::palette(ui);
        let painter = ui.painter().with_clip_rect(pane.intersect(ui.clip_rect()));
        for (mark, says) in &self.marks {
            mark_ui(&painter, place, mark, says, palette);
        }
        let on_screen = |[x, y]: [f32; 2]| place.lerp_inside(vec2(x, y));
        if let Some(at) = self.cross_hair {
            let at = on_screen(at);
            let stroke = Stroke::new(theme::HAIRLINE, palette.accent);
            painter.hline(place.x_range(), at.y, stroke);
            painter.vline(at.x, place.y_range(), stroke);
            if let Some(corner) = self.corner {
                outline_ui(&painter, Rect::from_two_pos(on_screen(corner), at), palette);
            }
        }
        if let Some(shape) = self.shape {
            self.take_drawing(ui, response, place, shape, &painter, palette);
        }
    }

    fn take_drawing(
        &mut self,
        ui: &Ui,
        response: &egui::Response,
        place: Rect,
        shape: MarkShape,
        painter: &Painter,
        palette: &Palette,
    ) {
        let fraction = |at: Pos2| {
            let inside = place.clamp(at) - place.min;
            [inside.x / place.width(), inside.y / place.height()]
        };
        if response.hovered() {
            ui.set_cursor_icon(egui::CursorIcon::Crosshair);
        }
        let origin = ui.input(|input| input.pointer.press_origin());
        let pointer = response.interact_pointer_pos();
        if let (Some(origin), Some(pointer), true) = (origin, pointer, response.dragged())
            && shape != MarkShape::Points
        {
            outline_ui(painter, Rect::from_two_pos(place.clamp(origin), place.clamp(pointer)), palette);
        }
        let Some(pointer) = pointer.filter(|_| response.clicked() || response.drag_stopped()) else { return };
        let origin = response.ctx.data(|data| data.get_temp::<Pos2>(response.id)).unwrap_or(pointer);
        let is_drag = response.drag_stopped() && origin.distance(pointer) > CLICK;
        self.drawn = match shape {
            MarkShape::Boxes if !is_drag => None,
            MarkShape::Boxes | MarkShape::Both if is_drag => {
                Some(Drawn::Box(fraction(origin), fraction(pointer)))
            }
            _ => place.contains(pointer).then(|| Drawn::Point(fraction(pointer))),
        };
    }
}

/// Remembers where a drag began; the pointer forgets it in the frame of its release.
pub fn remember_origin(ui: &Ui, response: &egui::Response) {
    if response.drag_started() || response.is_pointer_button_down_on() {
        let origin = ui.input(|input| input.pointer.press_origin());
        if let Some(origin) = origin {
            ui.ctx().data_mut(|data| data.insert_temp(response.id, origin));
        }
    }
}

fn outline_ui(painter: &Painter, rect: Rect, palette: &Palette) {
    painter.rect_stroke(rect, CornerRadius::ZERO, Stroke::new(3.0, palette.panel), StrokeKind::Middle);
    painter.rect_stroke(rect, CornerRadius::ZERO, Stroke::new(1.5, palette.accent), StrokeKind::Middle);
}

fn mark_ui(painter: &Painter, place: Rect, mark: &Mark, says: &str, palette: &Palette) {
    let at = pos2(place.left() + mark.x * place.width(), place.top() + mark.y * place.height());
    let label_at = match mark.form {
        MarkForm::Radius(radius) => {
            let radius = (radius * place.width()).max(4.0);
            painter.circle_stroke(at, radius, Stroke::new(3.5, palette.panel));
            painter.circle_stroke(at, radius, Stroke::new(2.0, palette.accent));
            painter.circle_filled(at, 2.0, palette.accent);
            at + vec2(radius + 2.0, -radius)
        }
        MarkForm::Size([width, height]) => {
            let size = vec2(width * place.width(), height * place.height());
            outline_ui(painter, Rect::from_min_size(at, size), palette);
            at
        }
    };
    if !says.is_empty() {
        let galley =
            painter.layout_no_wrap(says.to_owned(), Face::Medium.at(text::CAPTION), palette.on_accent);
        let rect = Rect::from_min_size(label_at, galley.size() + vec2(space::SMALL, 2.0));
        painter.rect_filled(rect, CornerRadius::same(theme::radius::SMALL), palette.accent);
        painter.galley(rect.min + vec2(space::TINY, 1.0), galley, Color32::PLACEHOLDER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_is_the_same_from_whichever_corner_it_is_drawn() {
        let (x, y, form) = box_between([0.75, 0.5], [0.25, 0.25]);
        assert_eq!((x, y, form), (0.25, 0.25, MarkForm::Size([0.5, 0.25])));
        assert_eq!(box_between([0.25, 0.25], [0.75, 0.5]), (x, y, form));
    }
}
