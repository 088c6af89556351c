//! The picture that is marked: its marks are painted over it, and the pointer draws, chooses, moves and
//! resizes them there.

use egui::{
    Color32, CornerRadius, CursorIcon, Painter, PointerButton, Pos2, Rect, Stroke, StrokeKind, Ui, vec2,
};
use tiebreak_domain::AnswerValue;
use tiebreak_domain::answer::{Mark, MarkForm};
use tiebreak_domain::rubric::{MarkShape, QuestionKind, Slot};

use super::edit::{self, Hold, on_screen, rect_of};
use super::{RADIUS, marks, picture_of_keys, title_of};
use crate::judge::question::{Asked, Change};
use crate::judge::sheet::Cursor;
use crate::theme::font::Face;
use crate::theme::{self, Palette, space, text};

/// A drag shorter than this, in points, is a click.
const CLICK: f32 = 5.0;

/// What the pointer did on a picture, in fractions of its width and height.
#[derive(Clone, Debug, PartialEq)]
pub enum Drawn {
    /// A click where nothing was.
    Point([f32; 2]),
    /// A drag from corner to corner.
    Box([f32; 2], [f32; 2]),
    /// A mark of the answer was chosen.
    Chosen(usize),
    /// A mark of the answer was moved or resized.
    Changed(usize, Mark),
}

/// A mark on a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// The mark.
    pub mark: Mark,
    /// What it says.
    pub says: String,
    /// Its place in the answer that the pointer can change, if it stands there.
    pub index: Option<usize>,
}

/// What a picture shows of marks, and whether it can be drawn on.
#[derive(Clone, Debug, Default)]
pub struct Canvas {
    /// The marks.
    pub marks: Vec<Shown>,
    /// What can be drawn now; nothing if none.
    pub shape: Option<MarkShape>,
    /// The mark that was chosen to be changed.
    pub chosen: Option<usize>,
    /// The cross hair of the keys.
    pub cross_hair: Option<[f32; 2]>,
    /// The corner that a box was begun at by keys.
    pub corner: Option<[f32; 2]>,
    /// Whether the keys moved what is here, so that it is to be brought into view.
    pub is_moved: bool,
    /// What was drawn in this frame.
    pub drawn: Option<Drawn>,
}

/// Where the pointer was pressed, and what it held there.
#[derive(Clone, Debug)]
struct Press {
    at: Pos2,
    held: Option<(usize, Hold)>,
}

impl Canvas {
    /// The marks on one picture of a candidate (none: of the prompt), and whether more can be drawn there:
    /// where the answer `active` takes them.
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
            let is_here =
                |active: Slot| active.question == index && active.candidate.is_some() == candidate.is_some();
            let is_drawn_on = active.is_some_and(is_here);
            for (index, mark) in marks(asked, slot).iter().enumerate().filter(|(_, mark)| mark.part == part) {
                let says = title_of(labels, mark.label.as_deref()).to_owned();
                canvas.marks.push(Shown { mark: mark.clone(), says, index: is_drawn_on.then_some(index) });
            }
            if is_drawn_on {
                canvas.shape = Some(*shape);
            }
            if active == Some(slot) {
                canvas.chosen = cursor.mark;
                canvas.is_moved = cursor.is_moved;
                if picture_of_keys(asked, slot, cursor) == Some(part) {
                    canvas.cross_hair = cursor.point;
                    canvas.corner = cursor.corner;
                }
            }
        }
        canvas
    }

    /// What was drawn, as changes of the answer in a slot; a mark is chosen once it was drawn.
    pub fn changes(&self, asked: &Asked<'_>, slot: Slot, part: u16, label: Option<String>) -> Vec<Change> {
        let mut marks = marks(asked, slot).to_vec();
        let (index, mark) = match self.drawn.clone() {
            None => return Vec::new(),
            Some(Drawn::Chosen(index)) => return vec![Change::At(index)],
            Some(Drawn::Changed(index, mark)) => (index, mark),
            Some(Drawn::Point([x, y])) => {
                (marks.len(), Mark { part, x, y, form: MarkForm::Radius(RADIUS), label, at_us: None })
            }
            Some(Drawn::Box(first, second)) => {
                let (x, y, form) = edit::box_between(first, second);
                (marks.len(), Mark { part, x, y, form, label, at_us: None })
            }
        };
        match marks.get_mut(index) {
            Some(place) => *place = mark,
            None => marks.push(mark),
        }
        vec![Change::Set(AnswerValue::Marks(marks)), Change::At(index)]
    }

    /// The point of the picture that the keys are at: the cross hair, or the middle of the chosen mark.
    pub fn point_of_keys(&self) -> Option<[f32; 2]> {
        let chosen = || {
            let shown =
                self.marks.iter().find(|shown| shown.index.is_some() && shown.index == self.chosen)?;
            let [width, height] = match shown.mark.form {
                MarkForm::Radius(_) => [0.0, 0.0],
                MarkForm::Size(size) => size,
            };
            Some([shown.mark.x + width / 2.0, shown.mark.y + height / 2.0])
        };
        self.cross_hair.or_else(chosen)
    }

    /// Paints the marks over a picture that stands at `place`, and takes what the pointer does to it.
    pub fn ui(&mut self, ui: &Ui, response: &egui::Response, place: Rect, pane: Rect) {
        let palette = theme::palette(ui);
        let painter = ui.painter().with_clip_rect(pane.intersect(ui.clip_rect()));
        if let Some(at) = self.point_of_keys().filter(|_| self.is_moved) {
            ui.scroll_to_rect(Rect::from_center_size(on_screen(at, place), vec2(80.0, 80.0)), None);
        }
        if let Some(shape) = self.shape {
            self.take_pointer(ui, response, place, shape, &painter, palette);
        }
        for shown in &self.marks {
            mark_ui(&painter, place, shown, shown.index.is_some() && shown.index == self.chosen, palette);
        }
        let Some(at) = self.cross_hair.map(|at| on_screen(at, place)) else { return };
        for (width, color) in [(3.0, palette.panel), (theme::HAIRLINE, palette.accent)] {
            painter.hline(place.x_range(), at.y, Stroke::new(width, color));
            painter.vline(at.x, place.y_range(), Stroke::new(width, color));
        }
        if let Some(corner) = self.corner {
            outline_ui(&painter, Rect::from_two_pos(on_screen(corner, place), at), palette);
        }
    }

    /// What the pointer is on: the chosen mark before the others, and of those the one on top.
    fn held_at(&self, place: Rect, pointer: Pos2) -> Option<(usize, Hold)> {
        let hold = |shown: &Shown, is_chosen: bool| {
            Some((shown.index?, edit::hold_at(&shown.mark, place, pointer, is_chosen)?))
        };
        let is_chosen = |shown: &&Shown| shown.index.is_some() && shown.index == self.chosen;
        let chosen = self.marks.iter().find(is_chosen).and_then(|shown| hold(shown, true));
        chosen.or_else(|| self.marks.iter().rev().find_map(|shown| hold(shown, false)))
    }

    fn take_pointer(
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
        let is_pressed = ui.input(|input| input.pointer.button_pressed(PointerButton::Primary));
        if let Some(at) = response.interact_pointer_pos().filter(|_| is_pressed) {
            let press = Press { at, held: self.held_at(place, at) };
            ui.ctx().data_mut(|data| data.insert_temp(response.id, press));
        }
        let press = ui.ctx().data(|data| data.get_temp::<Press>(response.id));
        if let Some(pointer) = response.hover_pos() {
            let held = press.as_ref().filter(|_| response.dragged()).map(|press| press.held);
            ui.set_cursor_icon(icon(held.unwrap_or_else(|| self.held_at(place, pointer))));
        }
        let is_over = response.clicked() || response.drag_stopped_by(PointerButton::Primary);
        let is_dragged = response.dragged_by(PointerButton::Primary);
        let Some(pointer) = response.interact_pointer_pos().filter(|_| is_over || is_dragged) else { return };
        let press = press.unwrap_or(Press { at: pointer, held: None });
        let is_drag = press.at.distance(pointer) > CLICK;
        let held = press.held.and_then(|(index, hold)| {
            let shown = self.marks.iter_mut().find(|shown| shown.index == Some(index))?;
            Some((index, hold, shown))
        });
        if let Some((index, hold, shown)) = held {
            if is_drag {
                let (from, to) = (fraction(press.at), fraction(pointer));
                let by = [to[0] - from[0], to[1] - from[1]];
                let aspect = place.height() / place.width();
                // Painted where it is dragged; only its release changes the answer.
                shown.mark = edit::dragged(&shown.mark, hold, by, to, aspect);
            }
            if is_over {
                let mark = shown.mark.clone();
                self.drawn = Some(if is_drag { Drawn::Changed(index, mark) } else { Drawn::Chosen(index) });
            }
            return;
        }
        let is_box = is_drag && shape != MarkShape::Points;
        if is_box && is_over {
            self.drawn = Some(Drawn::Box(fraction(press.at), fraction(pointer)));
        } else if is_box {
            outline_ui(painter, Rect::from_two_pos(place.clamp(press.at), place.clamp(pointer)), palette);
        } else if is_over && shape != MarkShape::Boxes && place.contains(pointer) {
            self.drawn = Some(Drawn::Point(fraction(pointer)));
        }
    }
}

fn icon(held: Option<(usize, Hold)>) -> CursorIcon {
    match held {
        None => CursorIcon::Crosshair,
        Some((_, Hold::Whole)) => CursorIcon::Move,
        Some((_, Hold::Ring | Hold::Edge(_, 0))) => CursorIcon::ResizeHorizontal,
        Some((_, Hold::Edge(0, _))) => CursorIcon::ResizeVertical,
        Some((_, Hold::Edge(x, y))) if x == y => CursorIcon::ResizeNwSe,
        Some((_, Hold::Edge(..))) => CursorIcon::ResizeNeSw,
    }
}

fn outline_ui(painter: &Painter, rect: Rect, palette: &Palette) {
    painter.rect_stroke(rect, CornerRadius::ZERO, Stroke::new(3.0, palette.panel), StrokeKind::Middle);
    painter.rect_stroke(rect, CornerRadius::ZERO, Stroke::new(1.5, palette.accent), StrokeKind::Middle);
}

fn mark_ui(painter: &Painter, place: Rect, shown: &Shown, is_chosen: bool, palette: &Palette) {
    let rect = rect_of(&shown.mark, place);
    let label_at = if let MarkForm::Radius(_) = shown.mark.form {
        let ring = rect.width() / 2.0;
        painter.circle_stroke(rect.center(), ring, Stroke::new(4.0, palette.panel));
        painter.circle_stroke(rect.center(), ring, Stroke::new(2.0, palette.accent));
        painter.circle_filled(rect.center(), 2.0, palette.accent);
        rect.right_top() + vec2(2.0, 0.0)
    } else {
        outline_ui(painter, rect, palette);
        rect.min
    };
    if is_chosen {
        for (_, at) in edit::handles(&shown.mark, place) {
            let handle = Rect::from_center_size(at, vec2(space::SMALL, space::SMALL));
            let edge = Stroke::new(1.5, palette.accent);
            painter.rect(handle, CornerRadius::same(2), palette.panel, edge, StrokeKind::Middle);
        }
    }
    if !shown.says.is_empty() {
        let galley =
            painter.layout_no_wrap(shown.says.clone(), Face::Medium.at(text::CAPTION), palette.on_accent);
        let size = galley.size() + vec2(space::SMALL, 2.0);
        // A handle of the corner stays in sight.
        let label_at = if is_chosen { label_at + vec2(space::TINY, space::TINY) } else { label_at };
        let rect = Rect::from_min_size(label_at, size);
        painter.rect_filled(rect, CornerRadius::same(theme::radius::SMALL), palette.accent);
        painter.galley(rect.min + vec2(space::TINY, 1.0), galley, Color32::PLACEHOLDER);
    }
}
