//! What a study wants to know before anybody judges: the consent, and a form with the fields of the profile.
//!
//! Nothing is filled in beforehand but what the person said before. What is required and missing is named at the
//! foot, and only a form that is whole is saved.

use egui::{Key, Ui};
use tiebreak_domain::person::People;
use tiebreak_domain::{ApiError, Person, Reply, Request, StudySetup};

use super::profile_field::FieldForm;
use super::{Heard, Purpose, error_ui, markdown_ui, people_of, send};
use crate::app::{Action, Scene};
use crate::command::Chord;
use crate::document::DocumentCache;
use crate::form;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, radius, space, text};
use crate::widget::{ActionButton, Dialog, Ink, text_ui};

/// The dialog.
#[derive(Debug, Default)]
pub struct ProfileDialog {
    is_asked: bool,
    study: Option<StudySetup>,
    person: Option<Person>,
    fields: Vec<FieldForm>,
    consents: bool,
    is_sent: bool,
    is_warned: bool,
    error: Option<ApiError>,
    documents: DocumentCache,
}

impl ProfileDialog {
    /// What a key means while this is open: Escape warns of what would be lost first.
    pub fn key(&mut self, chord: Chord) -> Option<Action> {
        if chord.key == Key::Enter && chord.control {
            return self.save();
        }
        let is_escape = chord.key == Key::Escape && !chord.control && !chord.alt;
        if is_escape { self.leave() } else { None }
    }

    /// Whether anything was said that is not saved.
    pub fn is_changed(&self) -> bool {
        let had_consented = self.person.as_ref().is_some_and(|person| person.consented_at.is_some());
        self.consents != had_consented || self.fields.iter().any(|form| form.change() != Ok(None))
    }

    fn leave(&mut self) -> Option<Action> {
        if self.is_changed() && !std::mem::replace(&mut self.is_warned, true) {
            return None;
        }
        Some(Action::CloseDialog)
    }

    /// The engine answered.
    pub fn reply(&mut self, purpose: Purpose, result: Result<Reply, ApiError>) -> Heard {
        match (purpose, result) {
            (Purpose::Everyone, Ok(reply)) => {
                self.person = people_of(reply).and_then(own);
                self.begin();
            }
            (Purpose::Study, Ok(Reply::Study(study))) => {
                self.study = Some(*study);
                self.begin();
            }
            (Purpose::SaveProfile, Ok(_)) => return Heard::Done("Thank you; what you said is saved"),
            (_, Ok(_)) => {}
            (_, Err(error)) => {
                self.is_sent = false;
                self.error = Some(error);
            }
        }
        Heard::Stays
    }

    /// The form begins as soon as both are known.
    fn begin(&mut self) {
        if let (Some(study), Some(person)) = (&self.study, &self.person) {
            self.fields = study.profile.iter().map(|field| FieldForm::new(field, person)).collect();
            self.consents = person.consented_at.is_some();
        }
    }

    fn asks_consent(&self) -> bool {
        self.study.as_ref().is_some_and(|study| !study.consent.trim().is_empty())
    }

    /// What keeps the form from being saved; nothing if it is whole.
    fn missing(&self) -> Option<String> {
        if self.study.is_none() || self.person.is_none() {
            return Some("Asking what the study wants to know…".to_owned());
        }
        if self.asks_consent() && !self.consents {
            return Some("The study needs your consent".to_owned());
        }
        self.fields.iter().find_map(|form| match form.value() {
            Err(_) => Some(format!("Look at {:?} again", form.field.title)),
            Ok(None) if form.field.required => Some(format!("{:?} is required", form.field.title)),
            Ok(_) => None,
        })
    }

    fn save(&mut self) -> Option<Action> {
        if self.is_sent || self.missing().is_some() {
            return None;
        }
        let person = self.person.as_ref()?;
        let answers = self.fields.iter().filter_map(|form| form.change().ok().flatten()).collect();
        let consents = (self.asks_consent() && person.consented_at.is_none()).then_some(self.consents);
        let request = Request::SaveProfile { annotator: person.annotator.id, answers, consents };
        self.is_sent = true;
        self.error = None;
        Some(send(Purpose::SaveProfile, request))
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        if !std::mem::replace(&mut self.is_asked, true) {
            wanted.push(send(Purpose::Study, Request::Study));
            wanted.push(send(Purpose::Everyone, Request::People));
        }
        let title = match self.study.as_ref().map(|study| study.name.trim()) {
            Some(name) if !name.is_empty() => format!("{name}: about you"),
            _ => "About you".to_owned(),
        };
        let height = form::height(ui.ctx());
        let before = self.said();
        let response = Dialog::new("profile", &title).width(640.0).stay().show(
            ui.ctx(),
            self,
            |ui, state| {
                form::column_ui(&mut form::body(ui, height), "profile", height, |ui| {
                    state.body_ui(ui, scene);
                });
            },
            |ui, state| {
                let missing = state.missing();
                let is_ready = missing.is_none() && !state.is_sent;
                let button = ActionButton::new("Save").primary().key("Ctrl+Enter").enabled(is_ready);
                let saves = ui.add(button).clicked();
                let closes = ui.add(ActionButton::new("Later").key("Escape")).clicked();
                match missing {
                    _ if state.is_warned => {
                        form::foot_note_ui(ui, "Once more throws away what you said here")
                    }
                    missing => form::note_ui(ui, missing.unwrap_or_default()),
                }
                (saves, closes)
            },
        );
        if self.said() != before {
            self.is_warned = false;
        }
        let (saves, closes) = response.footer;
        if saves {
            wanted.extend(self.save());
        }
        if closes {
            wanted.extend(self.leave());
        }
    }

    /// What stands in the form.
    fn said(&self) -> (bool, Vec<FieldForm>) {
        (self.consents, self.fields.clone())
    }

    fn body_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>) {
        if let Some(error) = &self.error {
            error_ui(ui, error);
        }
        let Some(study) = &self.study else { return };
        if study.consent.trim().is_empty() && study.profile.is_empty() {
            text_ui(ui, "This study asks nothing about you", Ink::Second, Face::Regular, text::BODY);
            return;
        }
        if !study.consent.trim().is_empty() {
            let palette = theme::palette(ui);
            egui::Frame::new()
                .fill(palette.window)
                .stroke(egui::Stroke::new(HAIRLINE, palette.line))
                .corner_radius(egui::CornerRadius::same(radius::MEDIUM))
                .inner_margin(egui::Margin::same(space::MEDIUM as i8))
                .show(ui, |ui| {
                    markdown_ui(ui, &mut self.documents, &study.consent, scene.settings.text_size);
                });
            let is_given = self.person.as_ref().is_some_and(|person| person.consented_at.is_some());
            if is_given {
                text_ui(ui, "✓ You have consented", Ink::Saved, Face::Medium, text::SMALL);
            } else {
                form::check_ui(ui, &mut self.consents, "I have read this and consent (required)");
            }
            ui.add_space(space::MEDIUM);
        }
        for form in &mut self.fields {
            let key = form.field.key.clone();
            form::section_ui(ui, ("profile field", key), |ui| form.ui(ui));
        }
    }
}

fn own(people: People) -> Option<Person> {
    let seated = people.seated;
    people.people.into_iter().find(|person| person.annotator.id == seated)
}
