//! The study, for its lead: consent, profile, who judges what, known answers mixed in, arms, tags and people.
//!
//! The settings are saved as a whole, as the next version. Who leads and which tags somebody has take effect at
//! once, since they are about people and not about the study.

mod people_rows;
mod sections;

use egui::{Key, Ui};
use tiebreak_domain::person::People;
use tiebreak_domain::{AnnotatorId, ApiError, Reply, Request, StudySetup};

use super::study_form::StudyForm;
use super::{Heard, Purpose, error_ui, people_of, send, sentence};
use crate::app::Action;
use crate::command::Chord;
use crate::form;
use crate::theme::font::Face;
use crate::theme::text;
use crate::widget::{ActionButton, Dialog, Ink};

/// The dialog.
#[derive(Debug, Default)]
pub struct StudyDialog {
    is_asked: bool,
    form: Option<StudyForm>,
    /// The form as the engine last had it.
    original: StudyForm,
    /// The study as the engine last had it.
    study: StudySetup,
    /// Whose profile is shown.
    shown: Option<AnnotatorId>,
    people: Option<People>,
    templates: Vec<StudySetup>,
    is_sent: bool,
    is_warned: bool,
    error: Option<ApiError>,
}

impl StudyDialog {
    /// What a key means while this is open: Escape warns of changes first.
    pub fn key(&mut self, chord: Chord) -> Option<Action> {
        if chord.key == Key::Enter && chord.control {
            return self.save();
        }
        let is_escape = chord.key == Key::Escape && !chord.control && !chord.alt;
        if is_escape { self.leave() } else { None }
    }

    /// The engine answered.
    pub fn reply(&mut self, purpose: Purpose, result: Result<Reply, ApiError>) -> Heard {
        match (purpose, result) {
            (Purpose::Study, Ok(Reply::Study(study))) => {
                self.original = StudyForm::of(&study);
                self.study = *study;
                self.form = Some(self.original.clone());
            }
            (Purpose::StudyTemplates, Ok(Reply::StudyTemplates(templates))) => self.templates = templates,
            (Purpose::Everyone | Purpose::SetPerson, Ok(reply)) => {
                self.error = None;
                self.people = people_of(reply);
            }
            (Purpose::SetStudy, Ok(_)) => return Heard::Done("The study is set up so from now on"),
            (_, Ok(_)) => {}
            (_, Err(error)) => {
                self.is_sent = false;
                self.error = Some(error);
            }
        }
        Heard::Stays
    }

    /// Whether the form is another than the study.
    pub fn is_changed(&self) -> bool {
        self.form.as_ref().is_some_and(|form| *form != self.original)
    }

    fn leave(&mut self) -> Option<Action> {
        if self.is_changed() && !std::mem::replace(&mut self.is_warned, true) {
            return None;
        }
        Some(Action::CloseDialog)
    }

    fn save(&mut self) -> Option<Action> {
        let study = self.form.as_ref()?.study().ok()?;
        if std::mem::replace(&mut self.is_sent, true) {
            return None;
        }
        self.error = None;
        Some(send(Purpose::SetStudy, Request::SetStudy(Box::new(study))))
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, wanted: &mut Vec<Action>) {
        if !std::mem::replace(&mut self.is_asked, true) {
            wanted.push(send(Purpose::Study, Request::Study));
            wanted.push(send(Purpose::Everyone, Request::People));
            wanted.push(send(Purpose::StudyTemplates, Request::StudyTemplates));
        }
        let height = form::height(ui.ctx());
        let before = self.form.clone();
        let response = Dialog::new("study", "The study").width(form::WIDTH).stay().show(
            ui.ctx(),
            self,
            |ui, state| {
                let mut asked = Vec::new();
                let mut body = form::body(ui, height);
                state.body_ui(&mut body, height, &mut asked);
                asked
            },
            |ui, state| {
                let refusal = state.form.as_ref().and_then(|form| form.study().err());
                let is_ready = state.form.is_some() && refusal.is_none() && !state.is_sent;
                let label = "Do it so from now on";
                let button = ActionButton::new(label).primary().key("Ctrl+Enter").enabled(is_ready);
                let saves = ui.add(button).clicked();
                let closes = ui.add(ActionButton::new("Cancel").key("Escape")).clicked();
                state.note_ui(ui, refusal);
                (saves, closes)
            },
        );
        if self.form != before {
            self.is_warned = false;
        }
        wanted.extend(response.body);
        let (saves, closes) = response.footer;
        if saves {
            wanted.extend(self.save());
        }
        if closes {
            wanted.extend(self.leave());
        }
    }

    fn body_ui(&mut self, ui: &mut Ui, height: f32, asked: &mut Vec<Action>) {
        if self.form.is_none() {
            match &self.error {
                Some(error) => error_ui(ui, error),
                None => form::note_ui(ui, "Asking how the study is set up…"),
            }
            return;
        }
        form::columns_ui(
            ui,
            &mut (self, asked),
            height,
            |ui, (state, _)| state.left_ui(ui),
            |ui, (state, asked)| {
                state.right_ui(ui);
                state.people_ui(ui, asked);
            },
        );
    }

    fn note_ui(&self, ui: &mut Ui, refusal: Option<String>) {
        if self.is_warned {
            form::foot_note_ui(ui, "Once more throws the changes away");
        } else if let Some(refusal) = refusal {
            form::line_ui(ui, &sentence(&refusal), Ink::Loss, Face::Regular, text::SMALL);
        } else if let Some(error) = self.error.as_ref().filter(|_| self.form.is_some()) {
            form::line_ui(ui, &sentence(&error.message), Ink::Loss, Face::Regular, text::SMALL);
        }
    }
}
