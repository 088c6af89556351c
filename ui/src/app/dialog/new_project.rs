//! A new project: its name, its file, and perhaps the data that goes into it first.

use egui::Ui;

use crate::app::{Action, Scene};
use crate::host::Pick;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Dialog, Ink, text_field_ui, text_ui};

/// What has been typed so far.
#[derive(Debug)]
pub struct NewProject {
    name: String,
    path: String,
    folder: String,
    data: Option<String>,
    is_path_typed: bool,
    was_shown: bool,
}

impl NewProject {
    pub(super) fn new(folder: &str, data: Option<String>) -> Self {
        let name = data.as_deref().map(stem).unwrap_or_default();
        let mut dialog = Self {
            name,
            path: String::new(),
            folder: folder.to_owned(),
            data,
            is_path_typed: false,
            was_shown: false,
        };
        dialog.suggest_path();
        dialog
    }

    pub(super) fn picked(&mut self, pick: Pick, path: String) {
        match pick {
            Pick::NewProject => {
                self.path = path;
                self.is_path_typed = true;
            }
            Pick::ImportFile => self.data = Some(path),
            _ => {}
        }
    }

    fn suggest_path(&mut self) {
        if !self.is_path_typed {
            let file = file_name_from_project_name(&self.name);
            let separator =
                if self.folder.is_empty() || self.folder.ends_with(['/', '\\']) { "" } else { "/" };
            self.path = format!("{}{separator}{file}.tiebreak", self.folder);
        }
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        let has_dialogs = scene.has_dialogs;
        let response = Dialog::new("new project", "New project").width(560.0).show(
            ui.ctx(),
            self,
            |ui, state| {
                let name = text_field_ui(ui, "Name", &mut state.name, "writing assistant, round 2");
                if !state.was_shown {
                    name.request_focus();
                    state.was_shown = true;
                }
                if name.changed() {
                    state.suggest_path();
                }
                ui.add_space(space::MEDIUM);
                let path = text_field_ui(ui, "File", &mut state.path, "/path/to/name.tiebreak");
                state.is_path_typed |= path.changed();
                ui.add_space(space::MEDIUM);
                let says = match &state.data {
                    Some(data) => format!("Then import {data}"),
                    None => "The project is one file. Bring your data in next.".to_owned(),
                };
                text_ui(ui, says, Ink::Second, Face::Regular, text::SMALL);
                let is_enter = ui.input(|input| input.key_pressed(egui::Key::Enter));
                (name.lost_focus() || path.lost_focus()) && is_enter
            },
            |ui, state| {
                let creates = ui
                    .add(ActionButton::new("Create").primary().key("Enter").enabled(state.is_ready()))
                    .clicked();
                if has_dialogs && ui.add(ActionButton::new("Browse…")).clicked() {
                    let suggested = format!("{}.tiebreak", file_name_from_project_name(&state.name));
                    wanted.push(Action::Dialog(Pick::NewProject, suggested));
                }
                creates
            },
        );
        if (response.body || response.footer) && self.is_ready() {
            wanted.push(Action::Create {
                path: with_extension(self.path.trim()),
                name: self.name.trim().to_owned(),
                then_import: self.data.clone(),
            });
        } else if response.should_close {
            wanted.push(Action::CloseDialog);
        }
    }

    fn is_ready(&self) -> bool {
        !self.name.trim().is_empty() && !self.path.trim().is_empty()
    }
}

fn with_extension(path: &str) -> String {
    if path.to_lowercase().ends_with(".tiebreak") { path.to_owned() } else { format!("{path}.tiebreak") }
}

/// A file name that every system allows.
fn file_name_from_project_name(name: &str) -> String {
    let kept: String = name
        .trim()
        .chars()
        .map(
            |character| {
                if r#"/\:*?"<>|"#.contains(character) || character.is_control() { '-' } else { character }
            },
        )
        .collect();
    if kept.is_empty() { "project".to_owned() } else { kept }
}

fn stem(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.split('.').next().unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_follows_the_name_until_it_is_typed() {
        let mut dialog = NewProject::new("docs", Some("/data/pairs.jsonl.gz".into()));
        assert_eq!((dialog.name.as_str(), dialog.path.as_str()), ("pairs", "docs/pairs.tiebreak"));
        dialog.name = "a/b: c".into();
        dialog.suggest_path();
        assert_eq!(dialog.path, "docs/a-b- c.tiebreak", "no character that a system refuses");
        dialog.picked(Pick::NewProject, "x.tiebreak".into());
        dialog.suggest_path();
        assert_eq!(dialog.path, "x.tiebreak");
        assert_eq!(with_extension("y"), "y.tiebreak");
    }
}
