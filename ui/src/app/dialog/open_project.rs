//! Which project to open: a path that is typed, or a file dialog.

use egui::Ui;

use crate::app::{Action, Scene};
use crate::host::Pick;
use crate::widget::{ActionButton, Dialog, text_field_ui};

/// The path typed so far.
#[derive(Debug, Default)]
pub struct OpenProject {
    path: String,
    was_shown: bool,
}

impl OpenProject {
    pub(super) fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        let has_dialogs = scene.has_dialogs;
        let response = Dialog::new("open", "Open a project").show(
            ui.ctx(),
            self,
            |ui, state| {
                let field =
                    text_field_ui(ui, "Project or data file", &mut state.path, "/path/to/name.tiebreak");
                if !state.was_shown {
                    field.request_focus();
                    state.was_shown = true;
                }
                let is_entered = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
                if is_entered && state.path.trim().is_empty() {
                    field.request_focus();
                }
                is_entered
            },
            |ui, state| {
                let can_open = !state.path.trim().is_empty();
                let opens =
                    ui.add(ActionButton::new("Open").primary().key("Enter").enabled(can_open)).clicked();
                if has_dialogs && ui.add(ActionButton::new("Browse…")).clicked() {
                    wanted.push(Action::Dialog(Pick::OpenProject, String::new()));
                }
                opens
            },
        );
        if (response.body || response.footer) && !self.path.trim().is_empty() {
            wanted.push(Action::CloseDialog);
            wanted.push(Action::OpenAny(self.path.trim().to_owned()));
        } else if response.should_close {
            wanted.push(Action::CloseDialog);
        }
    }
}
