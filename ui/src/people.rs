//! People: who sits here, what a study asks of them, and what the lead sets up and sees.
//!
//! Four dialogs: [`SeatsDialog`] changes who judges, [`ProfileDialog`] asks for consent and what a study wants to
//! know, [`StudyDialog`] sets the study up, [`QualityDialog`] says how people do. Each asks the engine for what it
//! shows as soon as it is open, and keeps what was typed until the engine has said yes. When the queue is denied,
//! the app asks who everyone is, and [`next_step`] says which dialog comes up by itself.

mod pin_field;
mod profile;
mod profile_field;
mod quality;
mod seats;
mod slider;
mod study;
mod study_field;
mod study_form;
#[cfg(test)]
mod tests;

use tiebreak_domain::person::People;
use tiebreak_domain::{ApiError, Reply, Request};

pub use self::profile::ProfileDialog;
pub use self::quality::QualityDialog;
pub use self::seats::SeatsDialog;
pub use self::study::StudyDialog;
use crate::app::tickets;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Ink, text_ui};

/// What the interface asks the engine about people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Why nothing is offered.
    WhyDenied,
    /// Everyone, for a dialog.
    Everyone,
    /// The study, for a dialog.
    Study,
    /// The studies that come with the program.
    StudyTemplates,
    /// Another annotator is to sit here, or the same with the PIN.
    Switch,
    /// A PIN was set, changed or let go.
    SetPin,
    /// What somebody says of themselves.
    SaveProfile,
    /// The study is to be as the dialog says.
    SetStudy,
    /// Somebody's tags, or who leads: answered with everyone.
    SetPerson,
    /// How people do.
    Quality,
}

/// What a dialog makes of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It stays open.
    Stays,
    /// It has done its work, and this is to be said.
    Done(&'static str),
}

/// What comes up by itself where nothing is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// The PIN, or another annotator.
    Seats,
    /// The consent and the profile.
    Profile,
}

/// What whoever sits here has to do first; none if nothing.
pub fn next_step(people: &People) -> Option<NextStep> {
    if people.needs_pin {
        return Some(NextStep::Seats);
    }
    people.to_do_first.as_ref().map(|_| NextStep::Profile)
}

/// A request about people, on its way to the engine.
pub fn send(purpose: Purpose, request: Request) -> Action {
    Action::Send(tickets::Purpose::People(purpose), request)
}

/// Everyone, out of an answer.
fn people_of(reply: Reply) -> Option<People> {
    if let Reply::People(people) = reply { Some(*people) } else { None }
}

/// What went wrong, and what to do about it.
fn error_ui(ui: &mut egui::Ui, error: &ApiError) {
    text_ui(ui, sentence(&error.message), Ink::Loss, Face::Medium, text::SMALL);
    if let Some(hint) = &error.hint {
        text_ui(ui, sentence(hint), Ink::Second, Face::Regular, text::SMALL);
    }
}

/// Why nothing is offered yet, in the place of an item, and how to go on.
pub fn denied_ui(ui: &mut egui::Ui, scene: &Scene<'_>, reason: &str, wanted: &mut Vec<Action>) {
    let room = ui.max_rect();
    let size = egui::vec2(460.0_f32.min(room.width()), 260.0);
    let middle = egui::Rect::from_center_size(room.center(), size);
    ui.scope_builder(egui::UiBuilder::new().max_rect(middle), |ui| {
        ui.spacing_mut().item_spacing.y = space::SMALL;
        text_ui(ui, "Not yet", Ink::First, Face::Bold, text::DISPLAY);
        text_ui(ui, sentence(reason), Ink::Second, Face::Regular, text::TITLE);
        ui.add_space(space::LARGE);
        ui.horizontal_wrapped(|ui| {
            for command in [Command::ShowProfile, Command::ShowSeats] {
                let key = scene.keymap.key(command);
                if ui.add(ActionButton::new(command.label()).key(&key)).clicked() {
                    wanted.push(Action::Command(command));
                }
            }
        });
    });
}

/// The engine's words begin in lower case.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
