//! Who leads the study, and the tags of everyone.

use egui::Ui;
use tiebreak_domain::{Person, Request};

use super::StudyDialog;
use crate::app::Action;
use crate::form;
use crate::people::{Purpose, send};
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{Ink, text_ui};

impl StudyDialog {
    /// A row for everyone; a tick takes effect at once.
    pub(super) fn people_ui(&self, ui: &mut Ui, asked: &mut Vec<Action>) {
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
                let id = ("study person", person.annotator.id.0);
                form::section_ui(ui, id, |ui| person_ui(ui, person, &self.tags, asked));
            }
        });
    }
}

fn person_ui(ui: &mut Ui, person: &Person, tags: &[String], asked: &mut Vec<Action>) {
    let annotator = person.annotator.id;
    let name = &person.annotator.name;
    text_ui(ui, name, Ink::First, Face::Medium, text::BODY);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = space::MEDIUM;
        let mut is_lead = person.is_lead;
        if form::check_ui(ui, &mut is_lead, &format!("{name} leads")) {
            asked.push(send(Purpose::SetPerson, Request::SetLead { annotator, is_lead }));
        }
        for tag in tags {
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
        if let Some(arm) = &person.arm {
            form::note_ui(ui, format!("Arm: {arm}"));
        }
    });
    ui.add_space(space::TINY);
}
