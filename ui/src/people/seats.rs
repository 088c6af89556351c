//! Who judges: a list by keys, a name to add, the PIN where a seat is kept by one, and one's own PIN.
//!
//! Where the project is locked, this comes up at once with the PIN of whoever the settings name, and stays until
//! somebody has sat down. While judgments could not be stored nobody changes seats, since they live in this
//! window only.

mod list;
mod pins;

use egui::{Context, Key, Ui};
use tiebreak_domain::person::People;
use tiebreak_domain::{AnnotatorId, ApiError, Person, Pin, Reply, Request};

use super::pin_field::wait_s;
use super::{Heard, Purpose, SAVE_FIRST, error_ui, people_of, send};
use crate::app::{Action, Scene};
use crate::command::{Chord, Command};
use crate::desk::Desk;
use crate::form;
use crate::widget::{ActionButton, Dialog};

/// The dialog.
#[derive(Debug, Default)]
pub struct SeatsDialog {
    people: Option<People>,
    is_asked: bool,
    marked: Option<usize>,
    name: String,
    stage: Stage,
    error: Option<ApiError>,
    /// Until when no PIN is to be tried, on the monotonic clock.
    waits_until_ms: Option<u64>,
    now_ms: u64,
    is_sent: bool,
    wants_focus: bool,
}

#[derive(Debug, Default)]
enum Stage {
    /// Everyone.
    #[default]
    List,
    /// The PIN of a seat.
    Pin { name: String, annotator: AnnotatorId, pin: String },
    /// One's own PIN is set, changed or let go.
    Own { current: String, pin: String, again: String },
}

impl SeatsDialog {
    /// The dialog of a locked project: it begins with the PIN.
    pub fn locked(people: People) -> Self {
        let mut dialog = Self::default();
        dialog.arrived(people);
        dialog
    }

    /// What a key means while this is open.
    pub fn key(&mut self, chord: Chord, desk: Option<&Desk>, ctx: &Context) -> Option<Action> {
        let is_plain = !chord.control && !chord.alt;
        if !is_plain {
            return None;
        }
        if chord.key == Key::Escape {
            return self.escape();
        }
        let is_typing = ctx.text_edit_focused();
        let is_free = ctx.memory(|memory| memory.focused().is_none());
        if chord.key == Key::Enter && (is_typing || is_free) {
            return self.enter(is_typing, desk);
        }
        if matches!(self.stage, Stage::List) && !is_typing { self.list_key(chord, desk) } else { None }
    }

    /// The engine answered; a switch that worked is the app's to carry on.
    pub fn reply(&mut self, purpose: Purpose, result: Result<Reply, ApiError>) -> Heard {
        let was_sent = std::mem::take(&mut self.is_sent);
        match (purpose, result) {
            (Purpose::Everyone, Ok(reply)) => {
                self.is_sent = was_sent;
                if let Some(people) = people_of(reply) {
                    self.arrived(people);
                }
            }
            (Purpose::SetPin, Ok(_)) => return Heard::Done("The PIN is as you said"),
            (_, Ok(_)) => {}
            (_, Err(error)) => {
                self.waits_until_ms = wait_s(&error).map(|wait_s| self.now_ms + wait_s * 1000);
                self.error = Some(error);
                self.clear_pins();
                self.wants_focus = true;
            }
        }
        Heard::Stays
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, desk: Option<&Desk>, wanted: &mut Vec<Action>) {
        self.now_ms = scene.now.monotonic_ms;
        if self.people.is_none() && !std::mem::replace(&mut self.is_asked, true) {
            wanted.push(send(Purpose::Everyone, Request::People));
        }
        let title = match &self.stage {
            Stage::List => "Who judges".to_owned(),
            Stage::Pin { name, .. } => format!("The seat of {name} is kept by a PIN"),
            Stage::Own { .. } => "Your PIN".to_owned(),
        };
        let is_stuck = has_unsaved(desk);
        let response = Dialog::new("seats", &title).width(460.0).stay().show(
            ui.ctx(),
            self,
            |ui, state| {
                let chosen = match &state.stage {
                    Stage::List => state.list_ui(ui, desk),
                    Stage::Pin { .. } => state.pin_ui(ui),
                    Stage::Own { .. } => state.own_ui(ui),
                };
                if let Some(error) = &state.error {
                    error_ui(ui, error);
                }
                if is_stuck {
                    form::note_ui(ui, SAVE_FIRST);
                }
                chosen
            },
            |ui, state| state.footer_ui(ui, desk),
        );
        wanted.extend(response.body);
        wanted.extend(response.footer);
    }

    fn arrived(&mut self, people: People) {
        if people.needs_pin {
            self.ask_pin_of(people.seated, &people);
        }
        self.people = Some(people);
    }

    fn ask_pin_of(&mut self, annotator: AnnotatorId, people: &People) {
        let person = people.people.iter().find(|person| person.annotator.id == annotator);
        if let Some(person) = person {
            let name = person.annotator.name.clone();
            self.stage = Stage::Pin { name, annotator, pin: String::new() };
            self.wants_focus = true;
            self.error = None;
        }
    }

    fn escape(&mut self) -> Option<Action> {
        if !matches!(self.stage, Stage::List) {
            self.back();
            return None;
        }
        (!self.is_locked()).then_some(Action::CloseDialog)
    }

    fn back(&mut self) {
        self.stage = Stage::List;
        self.error = None;
    }

    fn enter(&mut self, is_typing: bool, desk: Option<&Desk>) -> Option<Action> {
        match &self.stage {
            Stage::List if is_typing => self.choose_name(desk),
            Stage::List => self.choose(self.marked?, desk),
            Stage::Pin { .. } => self.give_pin(),
            Stage::Own { .. } => self.set_own_pin(),
        }
    }

    fn switch(&mut self, name: String, pin: Option<Pin>) -> Option<Action> {
        if self.is_sent {
            return None;
        }
        self.is_sent = true;
        self.error = None;
        Some(send(Purpose::Switch, Request::SwitchAnnotator { name, pin }))
    }

    fn footer_ui(&mut self, ui: &mut Ui, desk: Option<&Desk>) -> Option<Action> {
        match &self.stage {
            Stage::List => self.list_footer_ui(ui, desk),
            Stage::Pin { .. } => self.pin_footer_ui(ui),
            Stage::Own { .. } => self.own_footer_ui(ui),
        }
    }

    /// How to leave: nobody works in a locked project.
    fn leave_ui(&mut self, ui: &mut Ui) -> Option<Action> {
        if !matches!(self.stage, Stage::List) {
            if ui.add(ActionButton::new("Back").key("Escape")).clicked() {
                self.back();
            }
            return None;
        }
        if self.is_locked() {
            let closes = ui.add(ActionButton::new("Close project")).clicked();
            return closes.then_some(Action::Command(Command::CloseProject));
        }
        ui.add(ActionButton::new("Cancel").key("Escape")).clicked().then_some(Action::CloseDialog)
    }

    fn is_locked(&self) -> bool {
        self.people.as_ref().is_some_and(|people| people.needs_pin)
    }

    fn seated(&self) -> Option<&Person> {
        let people = self.people.as_ref()?;
        people.people.iter().find(|person| person.annotator.id == people.seated)
    }

    /// Those who can sit here: names that a file brought cannot.
    fn choices(&self) -> Vec<&Person> {
        let people = self.people.iter().flat_map(|people| &people.people);
        people.filter(|person| !person.annotator.is_past()).collect()
    }
}

fn has_unsaved(desk: Option<&Desk>) -> bool {
    desk.is_some_and(Desk::has_refused_judgments)
}
