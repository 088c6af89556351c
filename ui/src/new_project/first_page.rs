//! The first page: name, file, people and data at the left, what is asked at the right.

use egui::{Key, Response, Ui};

use super::{Button, ProjectWizard, about, file_name};
use crate::app::{Action, Scene};
use crate::form;
use crate::host::Pick;
use crate::theme::space;
use crate::widget::{ActionButton, caption_ui, text_field_ui};

impl ProjectWizard {
    /// Paints the page; says which button was pressed on it.
    pub(super) fn first_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        height: f32,
        wanted: &mut Vec<Action>,
    ) -> Option<Button> {
        // Both columns say what was pressed, and only one of them is painted at a time.
        let pressed = std::cell::Cell::new(None);
        form::columns_ui(
            ui,
            self,
            height,
            |ui, state| {
                if state.fields_ui(ui, scene, wanted) {
                    pressed.set(Some(Button::Primary));
                }
            },
            |ui, state| {
                if let Some(button) = state.asked_ui(ui) {
                    pressed.set(Some(button));
                }
            },
        );
        pressed.get()
    }

    /// The fields; says whether Enter was pressed in one of them.
    fn fields_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) -> bool {
        let name = text_field_ui(ui, "Name", &mut self.name, "writing assistant, round 2");
        if std::mem::take(&mut self.wants_focus) {
            name.request_focus();
        }
        if name.changed() {
            self.suggest_path();
        }
        let hint = "/path/to/name.tiebreak";
        let file = form::section_ui(ui, "project file", |ui| {
            form::path_field_ui(ui, "File", &mut self.path, hint, scene.has_dialogs)
        });
        self.is_path_typed |= file.field.changed();
        if file.browses {
            let suggested = file_name::suggested("", &self.name);
            wanted.push(Action::Dialog(Pick::NewProject, suggested));
        }
        let annotator = self.annotator.get_or_insert_with(|| scene.settings.annotator_name.clone());
        let who = text_field_ui(ui, "Who judges", annotator, "Ada");
        form::note_ui(ui, "Judgments carry this name. Others can join later.");
        ui.add_space(space::SMALL);
        let data = form::section_ui(ui, "project data", |ui| {
            let hint = "/path/to/pairs.jsonl, or later";
            form::path_field_ui(ui, "Data", &mut self.data, hint, scene.has_dialogs)
        });
        if data.browses {
            wanted.push(Action::Dialog(Pick::ImportFile, self.data.clone()));
        }
        form::note_ui(ui, "What is in it is shown before anything is imported.");
        let is_enter = ui.input(|input| input.key_pressed(Key::Enter));
        let entered = |field: &Response| field.lost_focus() && is_enter;
        [&name, &file.field, &who, &data.field].into_iter().any(entered)
    }

    fn asked_ui(&mut self, ui: &mut Ui) -> Option<Button> {
        let mut pressed = None;
        caption_ui(ui, "What is compared");
        self.gallery.media_ui(ui);
        ui.add_space(space::SMALL);
        caption_ui(ui, "What is asked");
        ui.horizontal_wrapped(|ui| {
            if ui.add(ActionButton::new("Choose a template…").small().key("Ctrl+G")).clicked() {
                pressed = Some(Button::Gallery);
            }
            if ui.add(ActionButton::new("Change…").small().key("Ctrl+R")).clicked() {
                pressed = Some(Button::Change);
            }
        });
        ui.add_space(space::TINY);
        about::picture_ui(ui, &self.asked);
        about::facts_ui(ui, &self.asked);
        pressed
    }
}
