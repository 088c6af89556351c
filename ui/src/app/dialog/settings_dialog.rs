//! The settings: looks, pace and who sits here.

use egui::{Key, Ui};
use tiebreak_domain::Settings;
use tiebreak_domain::settings::ThemeChoice;

use crate::app::{Action, Scene};
use crate::command::Chord;
use crate::desk::Desk;
use crate::theme::font::Face;
use crate::theme::{self, space, text};
use crate::widget::{ActionButton, Dialog, Ink, Segmented, text_field_ui, text_ui};
use crate::{form, people};

/// The name typed so far; everything else takes effect at once.
#[derive(Debug)]
pub struct SettingsDialog {
    annotator: Option<String>,
    name: Option<String>,
    is_done: bool,
}

const THEMES: [ThemeChoice; 3] = [ThemeChoice::System, ThemeChoice::Light, ThemeChoice::Dark];
const GRACES_MS: [u32; 3] = [300, 500, 1000];
const IDLES_S: [u32; 3] = [15, 30, 60];

impl SettingsDialog {
    pub(super) fn new(annotator: Option<&str>) -> Self {
        Self { annotator: annotator.map(str::to_owned), name: None, is_done: false }
    }

    /// What a key means while this is open: Escape ends it as its button does, with the name that was typed.
    pub(super) fn key(&mut self, chord: Chord) {
        self.is_done |= chord.key == Key::Escape && !chord.control && !chord.alt;
    }

    /// Whether another name was typed; everything else is in force already.
    pub(super) fn is_changed(&self) -> bool {
        let (Some(in_force), Some(typed)) = (&self.annotator, &self.name) else { return false };
        typed.trim() != in_force
    }

    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        desk: Option<&Desk>,
        wanted: &mut Vec<Action>,
    ) {
        let is_stuck = desk.is_some_and(Desk::has_refused_judgments);
        let mut settings = scene.settings.clone();
        let in_force = self.annotator.clone().unwrap_or_else(|| settings.annotator_name.clone());
        let name = self.name.get_or_insert_with(|| in_force.clone());
        let response = Dialog::new("settings", "Settings").width(520.0).show(
            ui.ctx(),
            name,
            |ui, name| {
                let field = text_field_ui(ui, "Your name, as judgments carry it", name, "Ada");
                if is_stuck {
                    form::note_ui(ui, people::SAVE_FIRST);
                }
                ui.add_space(space::MEDIUM);
                looks_ui(ui, &mut settings);
                ui.add_space(space::MEDIUM);
                pace_ui(ui, &mut settings);
                field.lost_focus()
            },
            |ui, _| ui.add(ActionButton::new("Done").primary().key("Escape")).clicked(),
        );
        let typed = name.trim().to_owned();
        let is_over = response.footer || response.should_close || std::mem::take(&mut self.is_done);
        if (response.body || is_over) && !typed.is_empty() && typed != in_force && !is_stuck {
            settings.annotator_name.clone_from(&typed);
            if self.annotator.is_some() {
                self.annotator = Some(typed.clone());
                wanted.push(Action::SetAnnotator(typed));
            }
        }
        if settings != *scene.settings {
            wanted.push(Action::Settings(Box::new(settings)));
        }
        if is_over {
            wanted.push(Action::CloseDialog);
        }
    }
}

fn looks_ui(ui: &mut Ui, settings: &mut Settings) {
    row_ui(ui, "Theme", |ui| {
        one_of_ui(ui, "Theme", &["System", "Light", "Dark"], &THEMES, &mut settings.theme);
    });
    row_ui(ui, "Text size", |ui| {
        if ui.add(ActionButton::new("−").small()).clicked() {
            settings.text_size -= 1.0;
        }
        text_ui(ui, format!("{:.0}", settings.text_size), Ink::First, Face::Figures, text::BODY);
        if ui.add(ActionButton::new("+").small()).clicked() {
            settings.text_size += 1.0;
        }
        settings.text_size = settings.text_size.clamp(*theme::TEXT_SIZES.start(), *theme::TEXT_SIZES.end());
    });
    row_ui(ui, "Scrolling", |ui| {
        one_of_ui(ui, "Scrolling", &["Linked", "Each alone"], &[true, false], &mut settings.linked_scrolling);
    });
}

fn pace_ui(ui: &mut Ui, settings: &mut Settings) {
    row_ui(ui, "After choosing", |ui| {
        one_of_ui(
            ui,
            "After choosing",
            &["Enter goes on", "Goes on by itself"],
            &[false, true],
            &mut settings.auto_advance,
        );
    });
    row_ui(ui, "Moment of grace", |ui| {
        one_of_ui(ui, "Moment of grace", &["0.3 s", "0.5 s", "1 s"], &GRACES_MS, &mut settings.grace_ms);
    });
    row_ui(ui, "After the vote", |ui| {
        one_of_ui(
            ui,
            "After the vote",
            &["Say nothing", "Say what models believe"],
            &[false, true],
            &mut settings.tells_beliefs,
        );
    });
    row_ui(ui, "Idle after", |ui| {
        one_of_ui(ui, "Idle after", &["15 s", "30 s", "60 s"], &IDLES_S, &mut settings.idle_after_s);
    });
}

fn row_ui(ui: &mut Ui, label: &str, controls: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.scope(|ui| {
            ui.set_width(150.0);
            text_ui(ui, label, Ink::Second, Face::Medium, text::BODY);
        });
        controls(ui);
    });
    ui.add_space(space::SMALL);
}

fn one_of_ui<T: Copy + PartialEq>(ui: &mut Ui, name: &str, labels: &[&str], values: &[T], value: &mut T) {
    let mut chosen = values.iter().position(|candidate| candidate == value);
    let mut control = Segmented::new(name).keep_one();
    for label in labels {
        control = control.option(label);
    }
    control.show(ui, &mut chosen);
    if let Some(chosen) = chosen {
        *value = values[chosen];
    }
}
