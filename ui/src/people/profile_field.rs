//! One field of a profile being filled in: what was said so far, and the control for its kind.

use egui::Ui;
use tiebreak_domain::Person;
use tiebreak_domain::rubric::Entry;
use tiebreak_domain::study::{ProfileField, ProfileKind, ProfileValue};

use super::slider::{Track, slider_ui};
use crate::form;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Ink, text_field_ui, text_ui};

/// Lists longer than this fold up.
const MOST_OPEN: usize = 7;

/// A field and what is said to it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FieldForm {
    pub field: ProfileField,
    /// What was typed, for words and numbers.
    typed: String,
    /// What was chosen, for the other kinds.
    chosen: Option<ProfileValue>,
    stored: Option<ProfileValue>,
}

impl FieldForm {
    /// A field with what the person said before; what the field no longer takes is asked anew.
    pub(super) fn new(field: &ProfileField, person: &Person) -> Self {
        let said = person.profile.iter().find(|answer| answer.field == field.key);
        let stored = said.map(|answer| answer.value.clone());
        let fitting = stored.clone().filter(|value| field.refusal(value).is_none());
        let (typed, chosen) = match fitting {
            Some(ProfileValue::Text(text)) => (text, None),
            Some(ProfileValue::Number(number)) => (number.to_string(), None),
            other => (String::new(), other),
        };
        Self { field: field.clone(), typed, chosen, stored }
    }

    /// What is said now; nothing where nothing was, and the error says why something typed cannot be said.
    pub(super) fn value(&self) -> Result<Option<ProfileValue>, String> {
        let typed = self.typed.trim();
        let value = match self.field.kind {
            ProfileKind::Text => (!typed.is_empty()).then(|| ProfileValue::Text(typed.to_owned())),
            ProfileKind::Number { .. } if typed.is_empty() => None,
            ProfileKind::Number { .. } => {
                let number = typed.replace(',', ".").parse();
                Some(ProfileValue::Number(number.map_err(|_| format!("{typed:?} is no number"))?))
            }
            _ => self.chosen.clone(),
        };
        match value.as_ref().and_then(|value| self.field.refusal(value)) {
            Some(_) => Err(self.bounds().unwrap_or_else(|| "this cannot be said here".to_owned())),
            None => Ok(value),
        }
    }

    /// What is to be kept, where it is another than before.
    pub(super) fn change(&self) -> Result<Option<(String, Option<ProfileValue>)>, String> {
        let value = self.value()?;
        Ok((value != self.stored).then(|| (self.field.key.clone(), value)))
    }

    fn bounds(&self) -> Option<String> {
        let ProfileKind::Number { lowest, highest } = &self.field.kind else { return None };
        Some(match (lowest, highest) {
            (Some(lowest), Some(highest)) => format!("a number from {lowest} to {highest}"),
            (Some(lowest), None) => format!("a number of {lowest} or more"),
            (None, Some(highest)) => format!("a number of {highest} or less"),
            (None, None) => "a number".to_owned(),
        })
    }

    /// What the field is called on the screen.
    pub(super) fn label(&self) -> String {
        if self.field.required {
            format!("{} (required)", self.field.title)
        } else {
            self.field.title.clone()
        }
    }

    pub(super) fn ui(&mut self, ui: &mut Ui) {
        let label = self.label();
        let hint = self.bounds().unwrap_or_default();
        let Self { field, typed, chosen, .. } = self;
        match &field.kind {
            ProfileKind::Text | ProfileKind::Number { .. } => {
                text_field_ui(ui, &label, typed, &hint);
            }
            ProfileKind::Choice { entries } => {
                title_ui(ui, &label);
                choice_ui(ui, &field.title, entries, chosen);
            }
            ProfileKind::Choices { entries } => {
                title_ui(ui, &label);
                choices_ui(ui, entries, chosen);
            }
            ProfileKind::Slider { lowest, highest, low_title, high_title } => {
                title_ui(ui, &label);
                let track = Track { lowest: *lowest, highest: *highest, low_title, high_title };
                let mut value = match chosen {
                    Some(ProfileValue::Slider(value)) => Some(*value),
                    _ => None,
                };
                slider_ui(ui, &field.title, track, &mut value);
                *chosen = value.map(ProfileValue::Slider);
            }
        }
        let is_clearable = !field.required && chosen.is_some();
        if is_clearable && !matches!(field.kind, ProfileKind::Choices { .. }) {
            let clear = ui.add(ActionButton::new("Take back").quiet().small());
            let name = format!("Take back: {}", field.title);
            clear.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
            if clear.clicked() {
                *chosen = None;
            }
        }
        if !self.field.help.is_empty() {
            form::note_ui(ui, &self.field.help);
        }
        if let Err(says) = self.value() {
            text_ui(ui, super::sentence(&says), Ink::Loss, Face::Regular, text::SMALL);
        }
        ui.add_space(space::SMALL);
    }
}

fn title_ui(ui: &mut Ui, label: &str) {
    text_ui(ui, label, Ink::Second, Face::Medium, text::SMALL);
}

fn choice_ui(ui: &mut Ui, name: &str, entries: &[Entry], chosen: &mut Option<ProfileValue>) {
    let key = match chosen {
        Some(ProfileValue::Choice(key)) => Some(key.as_str()),
        _ => None,
    };
    let mut index = entries.iter().position(|entry| Some(entry.key.as_str()) == key);
    if entries.len() <= MOST_OPEN {
        let options: Vec<(&str, &str)> = entries.iter().map(|entry| (entry.title.as_str(), "")).collect();
        form::options_ui(ui, name, &options, &mut index);
    } else {
        let unsaid = std::iter::once("Not said yet");
        let labels: Vec<&str> = unsaid.chain(entries.iter().map(|entry| entry.title.as_str())).collect();
        let mut place = index.map_or(0, |index| index + 1);
        let width = ui.available_width().min(360.0);
        form::combo_ui(ui, name, &labels, &mut place, width);
        index = place.checked_sub(1);
    }
    *chosen = index.and_then(|index| entries.get(index)).map(|entry| ProfileValue::Choice(entry.key.clone()));
}

fn choices_ui(ui: &mut Ui, entries: &[Entry], chosen: &mut Option<ProfileValue>) {
    let mut keys = match chosen.take() {
        Some(ProfileValue::Choices(keys)) => keys,
        _ => Vec::new(),
    };
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::TINY;
        for entry in entries {
            let mut is_on = keys.contains(&entry.key);
            if form::check_ui(ui, &mut is_on, &entry.title) {
                keys.retain(|key| *key != entry.key);
                if is_on {
                    keys.push(entry.key.clone());
                }
            }
        }
    });
    let place = |key: &String| entries.iter().position(|entry| entry.key == *key);
    keys.sort_by_key(place);
    // Nobody can tell an empty list from one that nobody looked at.
    *chosen = (!keys.is_empty()).then_some(ProfileValue::Choices(keys));
}
