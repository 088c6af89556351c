//! The list of who can sit here, and the field for a name that is not on it.

use egui::{CornerRadius, Key, Role, Sense, Ui, UiBuilder, WidgetInfo, vec2};
use tiebreak_domain::Person;

use super::{SeatsDialog, Stage, has_unsaved};
use crate::app::Action;
use crate::command::Chord;
use crate::desk::Desk;
use crate::form;
use crate::theme::font::Face;
use crate::theme::{self, radius, space, text};
use crate::widget::{ActionButton, Ink, as_read_ui, focus_ring_ui, key_cap_ui, text_ui};

const ROW_HEIGHT: f32 = 38.0;
/// People that have a key of their own.
const KEYS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

impl SeatsDialog {
    pub(super) fn list_key(&mut self, chord: Chord, desk: Option<&Desk>) -> Option<Action> {
        let last = self.choices().len().checked_sub(1)?;
        match chord.key {
            Key::ArrowDown => self.marked = Some(self.marked.map_or(0, |marked| (marked + 1).min(last))),
            Key::ArrowUp => self.marked = Some(self.marked.map_or(last, |marked| marked.saturating_sub(1))),
            Key::Home => self.marked = Some(0),
            Key::End => self.marked = Some(last),
            key => {
                let index = KEYS.iter().position(|known| *known == key)?;
                return self.choose(index, desk);
            }
        }
        None
    }

    /// Somebody on the list was chosen.
    pub(super) fn choose(&mut self, index: usize, desk: Option<&Desk>) -> Option<Action> {
        let chosen = self.choices().get(index).map(|person| (**person).clone())?;
        self.marked = Some(index);
        let is_seated = self.people.as_ref().is_some_and(|people| people.seated == chosen.annotator.id);
        if is_seated && !self.is_locked() {
            return Some(Action::CloseDialog);
        }
        if has_unsaved(desk) {
            return None;
        }
        if chosen.has_pin {
            let people = self.people.take()?;
            self.ask_pin_of(chosen.annotator.id, &people);
            self.people = Some(people);
            return None;
        }
        self.switch(chosen.annotator.name, None)
    }

    /// A name was typed: somebody on the list, or somebody else.
    pub(super) fn choose_name(&mut self, desk: Option<&Desk>) -> Option<Action> {
        let name = self.name.trim().to_owned();
        if name.is_empty() || has_unsaved(desk) {
            return None;
        }
        let known = self.choices().iter().position(|person| person.annotator.name == name);
        match known {
            Some(index) => self.choose(index, desk),
            None => self.switch(name, None),
        }
    }

    pub(super) fn list_ui(&mut self, ui: &mut Ui, desk: Option<&Desk>) -> Option<Action> {
        if self.people.is_none() {
            form::note_ui(ui, "Asking who is here…");
            return None;
        }
        let seated = self.seated().map(|person| person.annotator.id);
        let is_locked = self.is_locked();
        let mut clicked = None;
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            for (index, person) in self.choices().into_iter().enumerate() {
                let is_seated = seated == Some(person.annotator.id) && !is_locked;
                if row_ui(ui, index, person, is_seated, self.marked == Some(index)) {
                    clicked = Some(index);
                }
            }
        });
        ui.add_space(space::MEDIUM);
        let is_typed = !ui.ctx().text_edit_focused()
            && ui.input(|input| {
                input.events.iter().any(|event| match event {
                    egui::Event::Text(typed) => typed.chars().any(char::is_alphabetic),
                    _ => false,
                })
            });
        let id = egui::Id::unique("somebody else");
        if is_typed {
            ui.memory_mut(|memory| memory.request_focus(id));
        }
        name_field_ui(ui, id, &mut self.name);
        clicked.and_then(|index| self.choose(index, desk))
    }

    pub(super) fn list_footer_ui(&mut self, ui: &mut Ui, desk: Option<&Desk>) -> Option<Action> {
        let is_ready = !self.name.trim().is_empty() && !self.is_sent && !has_unsaved(desk);
        let sits = ui.add(ActionButton::new("Sit down").primary().key("Enter").enabled(is_ready)).clicked();
        let left = self.leave_ui(ui);
        if let Some(seated) = self.seated().filter(|_| !self.is_locked()) {
            let label = if seated.has_pin { "Change your PIN…" } else { "Set a PIN…" };
            if ui.add(ActionButton::new(label)).clicked() {
                self.stage = Stage::Own { current: String::new(), pin: String::new(), again: String::new() };
                self.wants_focus = true;
                self.error = None;
            }
        }
        if sits { self.choose_name(desk) } else { left }
    }
}

fn name_field_ui(ui: &mut Ui, id: egui::Id, name: &mut String) {
    ui.scope_builder(UiBuilder::new().id_salt("somebody else"), |ui| {
        let label = text_ui(ui, "Somebody else", Ink::Second, Face::Medium, text::SMALL);
        let palette = theme::palette(ui);
        let hint = egui::RichText::new("A name").color(palette.ink_third).font(Face::Regular.at(text::BODY));
        let edit = egui::TextEdit::singleline(name)
            .id(id)
            .hint_text(hint)
            .font(Face::Regular.at(text::BODY))
            .margin(egui::Margin::symmetric(space::MEDIUM as i8 - 2, 7))
            .desired_width(f32::INFINITY);
        let field = ui.add(edit).labelled_by(label.id);
        as_read_ui(ui, &field, name);
    });
}

fn row_ui(ui: &mut Ui, index: usize, person: &Person, is_seated: bool, is_marked: bool) -> bool {
    let palette = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    let judged = form::counted(person.annotator.judged, "judgment", "judgments");
    let says = match (is_seated, person.has_pin) {
        (true, _) => format!("judges now · {judged}"),
        (false, true) => format!("PIN · {judged}"),
        (false, false) => judged,
    };
    let name = &person.annotator.name;
    response.widget_info(|| {
        WidgetInfo::selected(Role::Button, ui.is_enabled(), is_seated, format!("{name}, {says}"))
    });
    if is_marked || response.hovered() {
        let fill = if is_marked { palette.accent_wash } else { palette.hover };
        ui.painter().rect_filled(rect, CornerRadius::same(radius::SMALL), fill);
    }
    if response.has_focus() {
        focus_ring_ui(ui.painter(), rect.shrink(3.0), radius::SMALL, palette);
    }
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    let mut row =
        ui.new_child(UiBuilder::new().max_rect(rect.shrink2(vec2(space::SMALL, 0.0))).layout(layout));
    if index < KEYS.len() {
        key_cap_ui(&mut row, &(index + 1).to_string());
    }
    let face = if is_seated { Face::SemiBold } else { Face::Medium };
    form::line_ui(&mut row, name, Ink::First, face, text::BODY);
    row.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        form::line_ui(ui, &says, Ink::Second, Face::Regular, text::SMALL);
    });
    response.clicked()
}
