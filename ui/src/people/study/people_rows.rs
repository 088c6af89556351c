//! Everyone in a row: how far they are, who leads the study, their tags, and on demand what they said of themselves.

use egui::Ui;
use tiebreak_domain::study::{ProfileField, ProfileKind, ProfileValue};
use tiebreak_domain::{Person, Request, StudySetup};

use super::StudyDialog;
use crate::app::Action;
use crate::form;
use crate::people::quality::score_words;
use crate::people::{Purpose, send};
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Ink, text_ui};

impl StudyDialog {
    /// A row for everyone; a tick takes effect at once.
    pub(super) fn people_ui(&mut self, ui: &mut Ui, asked: &mut Vec<Action>) {
        let Some(people) = &self.people else { return };
        form::titled_ui(ui, "People", |ui| {
            let leads = people.people.iter().any(|person| person.is_lead);
            let words = if leads {
                "Only a lead sees how people do and changes the study. A lead without a PIN can be anybody."
            } else {
                "Nobody leads yet, so everyone may change this. Whoever leads should keep the seat by a PIN."
            };
            form::note_ui(ui, words);
            for person in people.people.iter().filter(|person| !person.annotator.is_past()) {
                let annotator = person.annotator.id;
                let is_shown = self.shown == Some(annotator);
                let is_toggled = form::section_ui(ui, ("study person", annotator.0), |ui| {
                    person_ui(ui, person, &self.study, is_shown, asked)
                });
                if is_toggled {
                    self.shown = (!is_shown).then_some(annotator);
                }
            }
        });
    }
}

/// Paints a person; says whether the profile is to be shown, or hidden again.
fn person_ui(
    ui: &mut Ui,
    person: &Person,
    study: &StudySetup,
    is_shown: bool,
    asked: &mut Vec<Action>,
) -> bool {
    let annotator = person.annotator.id;
    let name = &person.annotator.name;
    text_ui(ui, name, Ink::First, Face::Medium, text::BODY);
    form::note_ui(ui, standing_words(person, study));
    let mut is_toggled = false;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::MEDIUM;
        let mut is_lead = person.is_lead;
        if form::check_ui(ui, &mut is_lead, &format!("{name} leads")) {
            asked.push(send(Purpose::SetPerson, Request::SetLead { annotator, is_lead }));
        }
        for tag in &study.tags {
            let mut has_tag = person.tags.contains(tag);
            if form::check_ui(ui, &mut has_tag, &format!("{name}: {tag}")) {
                let mut tags = person.tags.clone();
                tags.retain(|known| known != tag);
                if has_tag {
                    tags.push(tag.clone());
                }
                asked.push(send(Purpose::SetPerson, Request::SetTags { annotator, tags }));
            }
        }
        if !person.profile.is_empty() {
            let button = ui.add(ActionButton::new("Profile").small().choice(is_shown));
            let label = format!("Profile of {name}");
            button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, label.clone()));
            is_toggled = button.clicked();
        }
    });
    if is_shown {
        for answer in &person.profile {
            let field = study.field(&answer.field);
            let title = field.map_or(answer.field.as_str(), |field| field.title.as_str());
            text_ui(ui, title, Ink::Second, Face::Regular, text::SMALL);
            text_ui(ui, value_words(&answer.value, field), Ink::First, Face::Medium, text::SMALL);
        }
    }
    ui.add_space(space::TINY);
    is_toggled
}

/// `12 judged · consented to version 2 · training 3 of 4, 75 %, not passed · arm hints`.
fn standing_words(person: &Person, study: &StudySetup) -> String {
    let mut said = vec![format!("{} judged", form::number(person.annotator.judged))];
    if !study.consent.trim().is_empty() {
        said.push(match (person.consented_at, person.consented_version) {
            (None, _) => "not consented".to_owned(),
            (Some(_), Some(version)) if version < study.version => {
                format!("consented to version {version}")
            }
            (Some(_), _) => "consented".to_owned(),
        });
    }
    if let Some(training) = person.training {
        let done = format!("training {}", score_words(training.score));
        said.push(match (training.left, training.is_qualified) {
            (_, Some(false)) => format!("{done}, not passed"),
            (0, _) => done,
            (left, _) => format!("{done}, {left} to do"),
        });
    }
    said.extend(person.arm.as_ref().map(|arm| format!("arm {arm}")));
    said.join(" · ")
}

fn value_words(value: &ProfileValue, field: Option<&ProfileField>) -> String {
    let title = |key: &String| {
        let entries = match field.map(|field| &field.kind) {
            Some(ProfileKind::Choice { entries } | ProfileKind::Choices { entries }) => entries.as_slice(),
            _ => &[],
        };
        entries
            .iter()
            .find(|entry| entry.key == *key)
            .map_or_else(|| key.clone(), |entry| entry.title.clone())
    };
    match value {
        ProfileValue::Text(words) => words.clone(),
        ProfileValue::Number(number) => number.to_string(),
        ProfileValue::Choice(key) => title(key),
        ProfileValue::Choices(keys) => keys.iter().map(title).collect::<Vec<_>>().join(", "),
        ProfileValue::Slider(place) => match field.map(|field| &field.kind) {
            Some(ProfileKind::Slider { lowest, highest, .. }) => {
                format!("{place}, from {lowest} to {highest}")
            }
            _ => place.to_string(),
        },
    }
}
