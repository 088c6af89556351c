//! People: who sits here, what a study asks of them, and what the lead sets up and sees.
//!
//! Five dialogs: [`SeatsDialog`] changes who judges, [`ProfileDialog`] asks for consent and what a study wants to
//! know, [`StudyDialog`] sets the study up, [`QualityDialog`] says how people do, and [`RoleDialog`] says what an
//! item is for where its answer is known. Each asks the engine for what it
//! shows as soon as it is open, and keeps what was typed until the engine has said yes. When the queue is denied,
//! the app asks who everyone is, and [`next_step`] says which dialog comes up by itself.

mod pin_field;
mod profile;
mod profile_field;
mod quality;
pub(crate) mod role;
mod seats;
mod slider;
mod study;
mod study_field;
mod study_form;
#[cfg(test)]
mod tests;

use tiebreak_domain::person::People;
use tiebreak_domain::{ApiError, ItemId, Reply, Request, TextFormat};

pub use self::profile::ProfileDialog;
pub use self::quality::QualityDialog;
pub use self::role::RoleDialog;
pub use self::seats::SeatsDialog;
pub use self::study::StudyDialog;
use crate::app::tickets;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::desk::Desk;
use crate::document::{DocumentCache, Reading, document_ui};
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Ink, text_ui};

/// Why nobody else can sit down while judgments live in this window only.
pub const SAVE_FIRST: &str = "Some judgments are not saved yet: save them before somebody else sits down";

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
    /// Who everyone is, for the screens: answered with everyone.
    Standing,
    /// An item that has a role, or is to have one.
    ItemOfRole(ItemId),
    /// Every item that has a role.
    ItemRoles,
    /// What an item is for.
    SetItemRole,
    /// Items are for judging again: how many, told with the last of them.
    MakeOrdinary(usize),
}

/// What a dialog makes of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It stays open.
    Stays,
    /// It has done its work, and this is to be said.
    Done(&'static str),
    /// It has done its work, this is to be said, and what opened it is to open again.
    Goes(&'static str, Command),
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

/// Whether whoever sits here may do what is for the lead: leads the study, or nobody does. A seat whose PIN was
/// not given may nothing.
pub fn may_lead(people: &People) -> bool {
    let mut leads = people.people.iter().filter(|person| person.is_lead).peekable();
    let is_open = leads.peek().is_none();
    is_open || (!people.needs_pin && leads.any(|lead| lead.annotator.id == people.seated))
}

/// A request about people, on its way to the engine.
pub fn send(purpose: Purpose, request: Request) -> Action {
    Action::Send(tickets::Purpose::People(purpose), request)
}

/// Everyone, out of an answer.
fn people_of(reply: Reply) -> Option<People> {
    if let Reply::People(people) = reply { Some(*people) } else { None }
}

/// What somebody wrote in Markdown for people to read, as wide as there is room.
pub(crate) fn markdown_ui(ui: &mut egui::Ui, documents: &mut DocumentCache, words: &str, text_size: f32) {
    let reading = Reading::of(ui, ui.available_width(), text_size);
    let laid_out = documents.get(ui.ctx(), words, TextFormat::Markdown, reading);
    document_ui(ui, &laid_out);
}

/// What went wrong, and what to do about it.
fn error_ui(ui: &mut egui::Ui, error: &ApiError) {
    text_ui(ui, sentence(&error.message), Ink::Loss, Face::Medium, text::SMALL);
    if let Some(hint) = &error.hint {
        text_ui(ui, sentence(hint), Ink::Second, Face::Regular, text::SMALL);
    }
}

/// Why nothing is offered yet, in the place of an item, and how to go on.
pub fn denied_ui(ui: &mut egui::Ui, scene: &Scene<'_>, desk: &Desk, reason: &str, wanted: &mut Vec<Action>) {
    let everyone = desk.people.as_ref();
    let own = everyone.and_then(|people| people.people.iter().find(|own| own.annotator.id == people.seated));
    let training = own.and_then(|own| own.training);
    let has_failed = training.is_some_and(|training| training.is_qualified == Some(false));
    let (title, then, commands): (_, _, &[Command]) = if has_failed {
        ("Training not passed", NOT_PASSED, &[Command::ShowItems, Command::ShowSeats])
    } else {
        ("Not yet", "", &[Command::ShowProfile, Command::ShowSeats])
    };
    let for_lead = if has_failed && desk.may_lead() {
        [Command::ShowStudy, Command::ShowQuality].as_slice()
    } else {
        &[]
    };
    let room = ui.max_rect();
    let size = egui::vec2(520.0_f32.min(room.width()), 300.0);
    let middle = egui::Rect::from_center_size(room.center(), size);
    ui.scope_builder(egui::UiBuilder::new().max_rect(middle), |ui| {
        ui.spacing_mut().item_spacing.y = space::SMALL;
        text_ui(ui, title, Ink::First, Face::Bold, text::DISPLAY);
        text_ui(ui, sentence(reason), Ink::Second, Face::Regular, text::TITLE);
        if !then.is_empty() {
            text_ui(ui, then, Ink::Second, Face::Regular, text::BODY);
        }
        ui.add_space(space::LARGE);
        ui.horizontal_wrapped(|ui| {
            let commands = commands.iter().chain(for_lead);
            for command in commands.filter(|command| command.is_offered(scene.knows_files)) {
                let key = scene.keymap.key(*command);
                if ui.add(ActionButton::new(command.label()).key(&key)).clicked() {
                    wanted.push(Action::Command(*command));
                }
            }
        });
    });
}

/// What comes after a training that was not passed.
const NOT_PASSED: &str = "Nothing else is offered until that changes. Whoever leads the study can say what comes \
                          next: other training items, or a lower threshold. What you have judged is kept.";

/// The engine's words begin in lower case.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
