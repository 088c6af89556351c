//! One field of a profile being set up: its words, its kind, and the entries or bounds of that kind.

use egui::Ui;
use tiebreak_domain::rubric::Entry;
use tiebreak_domain::study::{ProfileField, ProfileKind};

use crate::form;
use crate::theme::space;
use crate::widget::{ActionButton, text_area_ui, text_field_ui};

const KINDS: [&str; 5] = ["Words", "A number", "One of a list", "Several of a list", "A slider"];

/// A field as text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FieldDraft {
    pub title: String,
    pub key: String,
    pub help: String,
    pub is_required: bool,
    /// Which of [`KINDS`].
    pub kind: usize,
    pub lowest: String,
    pub highest: String,
    pub low_title: String,
    pub high_title: String,
    /// One entry a line.
    pub entries: String,
    /// The entries as they were, which may have keys and groups of their own.
    known_entries: Vec<Entry>,
}

impl FieldDraft {
    pub(super) fn of(field: &ProfileField) -> Self {
        let mut draft = Self {
            title: field.title.clone(),
            key: field.key.clone(),
            help: field.help.clone(),
            is_required: field.required,
            ..Self::default()
        };
        let words = |bound: &Option<f64>| bound.map_or_else(String::new, |bound| bound.to_string());
        match &field.kind {
            ProfileKind::Text => {}
            ProfileKind::Number { lowest, highest } => {
                (draft.kind, draft.lowest, draft.highest) = (1, words(lowest), words(highest));
            }
            ProfileKind::Choice { entries } | ProfileKind::Choices { entries } => {
                draft.kind = if matches!(field.kind, ProfileKind::Choice { .. }) { 2 } else { 3 };
                let titles: Vec<&str> = entries.iter().map(|entry| entry.title.as_str()).collect();
                draft.entries = titles.join("\n");
                draft.known_entries.clone_from(entries);
            }
            ProfileKind::Slider { lowest, highest, low_title, high_title } => {
                draft.kind = 4;
                (draft.lowest, draft.highest) = (lowest.to_string(), highest.to_string());
                (draft.low_title, draft.high_title) = (low_title.clone(), high_title.clone());
            }
        }
        draft
    }

    /// The field; the error says what cannot be read.
    pub(super) fn field(&self) -> Result<ProfileField, String> {
        let title = self.title.trim();
        if title.is_empty() {
            return Err("every question of the profile needs its words".to_owned());
        }
        let number = |typed: &str| match typed.trim() {
            "" => Ok(None),
            typed => typed.parse::<f64>().map(Some).map_err(|_| format!("{typed:?} is no number, {title:?}")),
        };
        let end = |typed: &str| {
            let typed = typed.trim();
            typed.parse::<i32>().map_err(|_| format!("a slider ends at whole numbers, {title:?}"))
        };
        let kind = match self.kind {
            1 => ProfileKind::Number { lowest: number(&self.lowest)?, highest: number(&self.highest)? },
            2 => ProfileKind::Choice { entries: self.list() },
            3 => ProfileKind::Choices { entries: self.list() },
            4 => ProfileKind::Slider {
                lowest: end(&self.lowest)?,
                highest: end(&self.highest)?,
                low_title: self.low_title.trim().to_owned(),
                high_title: self.high_title.trim().to_owned(),
            },
            _ => ProfileKind::Text,
        };
        let key = match self.key.trim() {
            "" => key_of(title),
            key => key.to_owned(),
        };
        let help = self.help.trim().to_owned();
        Ok(ProfileField { key, title: title.to_owned(), help, kind, required: self.is_required })
    }

    fn list(&self) -> Vec<Entry> {
        let titles = self.entries.lines().map(str::trim).filter(|line| !line.is_empty());
        titles
            .map(|title| {
                let known = self.known_entries.iter().find(|entry| entry.title == title);
                let fresh = || Entry { key: key_of(title), title: title.to_owned(), ..Entry::default() };
                known.cloned().unwrap_or_else(fresh)
            })
            .collect()
    }

    /// Paints it; says whether it is to go. `number` counts from 1, and tells the controls apart.
    pub(super) fn ui(&mut self, ui: &mut Ui, number: usize) -> bool {
        let named = |words: &str| format!("{words} of question {number}");
        text_field_ui(ui, &format!("Question {number}"), &mut self.title, "How old are you?");
        text_field_ui(ui, &named("Help"), &mut self.help, "");
        let mut is_gone = false;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::MEDIUM;
            form::combo_ui(ui, &named("Kind"), &KINDS, &mut self.kind, 170.0);
            form::check_ui(ui, &mut self.is_required, &format!("Question {number} is required"));
            let remove = ui.add(ActionButton::new("Remove").quiet().small());
            remove.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, named("Removal")));
            is_gone = remove.clicked();
        });
        if matches!(self.kind, 1 | 4) {
            ui.columns(2, |columns| {
                text_field_ui(&mut columns[0], &named("Lowest"), &mut self.lowest, "");
                text_field_ui(&mut columns[1], &named("Highest"), &mut self.highest, "");
            });
        }
        if self.kind == 4 {
            ui.columns(2, |columns| {
                text_field_ui(&mut columns[0], &named("Left end"), &mut self.low_title, "Not at all");
                text_field_ui(&mut columns[1], &named("Right end"), &mut self.high_title, "Very");
            });
        }
        if matches!(self.kind, 2 | 3) {
            text_area_ui(ui, &named("Entries, one a line,"), &mut self.entries, "", 3);
        }
        ui.add_space(space::MEDIUM);
        is_gone
    }
}

/// A key out of words: lower case, letters and digits, underscores between.
fn key_of(words: &str) -> String {
    let mut key = String::new();
    for letter in words.to_lowercase().chars() {
        if letter.is_alphanumeric() {
            key.push(letter);
        } else if !key.is_empty() && !key.ends_with('_') {
            key.push('_');
        }
    }
    key.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_survives_its_form_with_keys_that_nobody_sees() {
        let entry =
            |key: &str, title: &str| Entry { key: key.into(), title: title.into(), group: "g".into() };
        let kinds = [
            ProfileKind::Text,
            ProfileKind::Number { lowest: Some(18.0), highest: None },
            ProfileKind::Choice { entries: vec![entry("uk", "United Kingdom"), entry("x", "Elsewhere")] },
            ProfileKind::Choices { entries: vec![entry("law", "The law")] },
            ProfileKind::Slider { lowest: -3, highest: 3, low_title: "No".into(), high_title: "Yes".into() },
        ];
        for kind in kinds {
            let field = ProfileField::new("q", "A question?", kind);
            assert_eq!(FieldDraft::of(&field).field().as_ref(), Ok(&field));
        }
    }

    #[test]
    fn a_title_alone_makes_a_field_and_what_cannot_be_read_is_said() {
        let mut draft = FieldDraft { title: "How old are you?".into(), ..FieldDraft::default() };
        assert_eq!(draft.field().map(|field| field.key), Ok("how_old_are_you".to_owned()));
        draft.kind = 1;
        draft.lowest = "many".into();
        assert!(draft.field().is_err_and(|says| says.contains("many")), "the value is named");
        draft.kind = 4;
        draft.lowest = String::new();
        assert!(draft.field().is_err(), "a slider has no ends of its own");
    }
}
