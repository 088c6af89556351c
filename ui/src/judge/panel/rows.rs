//! The rows of the panel: title, and the answers of it, with the active one marked.

use egui::{Align, CursorIcon, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, vec2};
use tiebreak_domain::rubric::{QuestionKind, Scale, Slot};

use super::ROW;
use crate::app::{Action, Scene};
use crate::judge::question::matrix::{Matrix, matrix_ui};
use crate::judge::question::row::{Row, row_ui};
use crate::judge::question::{Asked, Change, rating, text as text_question};
use crate::judge::sheet::{Cursor, Sheet, StopPart};
use crate::theme::font::Face;
use crate::theme::{self, control, space, text};
use crate::widget::{Ink, text_ui};

/// What the rows are painted with.
pub(super) struct Rows<'a, 'b> {
    pub scene: &'a Scene<'b>,
    pub asked: Asked<'a>,
    pub open: &'a [Slot],
    pub sheet: &'a mut Sheet,
    pub is_stacked: bool,
    pub wanted: &'a mut Vec<Action>,
}

/// Width of the titles of the bar, in points.
const TITLE: f32 = 184.0;
/// Width of yes and no with their keys, in points.
const SHORT: f32 = 176.0;

impl<'a> Rows<'a, '_> {
    /// One question: its title, and a row for each of its places.
    pub(super) fn question_ui(&mut self, ui: &mut Ui, question: usize, slots: &[Slot]) {
        let is_active = self.sheet.active_slot().is_some_and(|active| active.question == question);
        let asked = &self.asked.rubric.questions[question];
        if let (true, [slot], QuestionKind::Rating { scale: Scale::YesNo }) =
            (self.is_stacked, slots, &asked.kind)
        {
            self.line_ui(ui, question, *slot, is_active);
            return;
        }
        if self.is_stacked {
            self.title_ui(ui, question, slots[0], is_active);
            ui.add_space(space::TINY);
            for &slot in slots {
                self.slot_ui(ui, slot, slots.len() > 1);
                ui.add_space(space::TINY);
            }
            ui.add_space(space::MEDIUM);
            return;
        }
        for (index, &slot) in slots.iter().enumerate() {
            ui.horizontal(|ui| {
                ui.set_min_height(ROW);
                let (title, _) = ui.allocate_exact_size(vec2(TITLE, ROW), Sense::hover());
                if index == 0 {
                    // A child of its own, so that the answers begin at the same place whatever the title's length.
                    let place = UiBuilder::new().max_rect(title).layout(Layout::left_to_right(Align::Center));
                    self.title_ui(&mut ui.new_child(place), question, slot, is_active);
                }
                self.slot_ui(ui, slot, slots.len() > 1);
            });
        }
    }

    /// A question whose answers are short enough to stand behind its title, as in lists of yes and no.
    fn line_ui(&mut self, ui: &mut Ui, question: usize, slot: Slot, is_active: bool) {
        ui.horizontal(|ui| {
            let width = ui.available_width() - SHORT;
            ui.allocate_ui_with_layout(vec2(width, ROW), Layout::left_to_right(Align::Center), |ui| {
                ui.set_width(width);
                self.title_ui(ui, question, slot, is_active);
            });
            self.slot_ui(ui, slot, false);
        });
        ui.add_space(space::TINY);
    }

    /// Ratings of several candidates, and the values of the active cell below.
    pub(super) fn matrix_ui(&mut self, ui: &mut Ui, questions: &[usize], before: Option<usize>) {
        let active = self.sheet.active_slot().filter(|slot| questions.contains(&slot.question));
        let matrix = Matrix { asked: self.asked, questions, before, active, open: self.open };
        if let Some(slot) = matrix_ui(ui, &matrix, self.sheet.is_moved) {
            self.wanted.push(Action::GoToSlot(slot));
        }
        let strip = vec2(ui.available_width(), control::SMALL_HEIGHT);
        ui.add_space(space::TINY);
        ui.allocate_ui(strip, |ui| {
            ui.set_min_height(control::SMALL_HEIGHT);
            let Some(slot) = active else { return };
            let QuestionKind::Rating { scale } = &self.asked.question(slot).kind else { return };
            // Names are in the line below; here every value of a scale gets the same room in every cell.
            let scale = match scale {
                Scale::Points { from, anchors } => {
                    Scale::Points { from: *from, anchors: vec![String::new(); anchors.len()] }
                }
                other => other.clone(),
            };
            let row = self.row(slot);
            let before = self.asked.value(slot).and_then(tiebreak_domain::AnswerValue::rating);
            if let Some(change) = rating::values_ui(ui, &row, &scale, before) {
                self.wanted.push(Action::Answer(slot, change));
            }
        });
        ui.add_space(if self.is_stacked { space::LARGE } else { space::TINY });
    }

    fn row(&self, slot: Slot) -> Row<'a> {
        let active = self.sheet.active();
        Row {
            asked: self.asked,
            slot,
            name: self.asked.name(slot),
            is_active: active.is_some_and(|active| active.slot == slot),
            part: active.map_or(StopPart::Answer, |active| active.part),
            is_open: self.open.contains(&slot),
            is_stacked: self.is_stacked,
            keymap: self.scene.keymap,
        }
    }

    fn slot_ui(&mut self, ui: &mut Ui, slot: Slot, is_one_of_many: bool) {
        let before = ui.cursor().min;
        let row = self.row(slot);
        // While another question has the keys, where they come to be in a list of steps is for a click to say.
        let is_elsewhere = !row.is_active && matches!(self.asked.question(slot).kind, QuestionKind::Steps);
        let mut own = Cursor::default();
        let cursor = if is_elsewhere { &mut own } else { &mut self.sheet.cursor };
        let change = ui
            .push_id(("answer", slot), |ui| {
                if is_one_of_many && let Some(candidate) = slot.candidate {
                    let ink = if row.is_active { Ink::Accent } else { Ink::Second };
                    let letter = self.asked.letter(candidate).to_string();
                    text_ui(ui, letter, ink, Face::SemiBold, text::BODY);
                }
                row_ui(ui, &row, cursor)
            })
            .inner;
        let field = text_question::field_id(self.asked.queued.item.id, slot);
        let is_typed_in = ui.memory(|memory| memory.has_focus(field));
        let is_active = row.is_active;
        match change {
            None => {}
            Some(Change::Move) if is_active => {}
            Some(Change::Move) if is_elsewhere => {
                self.wanted.push(Action::Answer(slot, Change::At(own.at)));
            }
            Some(Change::Move) => self.wanted.push(Action::GoToSlot(slot)),
            Some(change) => {
                let stays = is_elsewhere && !matches!(change, Change::Done(_));
                self.wanted.push(Action::Answer(slot, change));
                if stays {
                    self.wanted.push(Action::Answer(slot, Change::At(own.at)));
                }
            }
        }
        if is_typed_in && !(is_active && row.part == StopPart::Answer) {
            self.wanted.push(Action::GoToSlot(slot));
        }
        if self.is_stacked && is_active && self.sheet.is_moved {
            let top = before - vec2(0.0, 2.0 * text::BODY);
            ui.scroll_to_rect(Rect::from_min_max(top, ui.min_rect().max), None);
        }
    }

    fn title_ui(&mut self, ui: &mut Ui, question: usize, slot: Slot, is_active: bool) {
        let palette = theme::palette(ui);
        let asked = &self.asked.rubric.questions[question];
        let is_open = self.open.iter().any(|open| open.question == question);
        let (ink, face) = match (is_open, is_active) {
            (false, _) => (palette.ink_disabled, Face::Regular),
            (true, true) => (palette.accent, Face::SemiBold),
            (true, false) => (palette.ink, Face::Regular),
        };
        let words = egui::RichText::new(&asked.title).font(face.at(text::SMALL)).color(ink);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::TINY;
            let room = ui.available_width() - if asked.required { 16.0 } else { 72.0 };
            let title = ui
                .scope(|ui| {
                    ui.set_max_width(room);
                    let label = egui::Label::new(words).selectable(false).sense(Sense::click());
                    ui.add(if self.is_stacked { label.wrap() } else { label.truncate() })
                })
                .inner;
            title.widget_info(|| WidgetInfo::labeled(Role::Label, is_open, &asked.title));
            if title.clicked() && is_open {
                self.wanted.push(Action::GoToSlot(slot));
            }
            if !asked.required {
                text_ui(ui, "optional", Ink::Third, Face::Regular, text::CAPTION);
            }
            if !asked.help.is_empty() {
                let mark = text_ui(ui, "?", Ink::Third, Face::SemiBold, text::SMALL);
                mark.on_hover_cursor(CursorIcon::Help).on_hover_text(&asked.help);
                title.on_hover_text(&asked.help);
            }
        });
    }
}
