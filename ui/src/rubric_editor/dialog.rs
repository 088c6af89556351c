//! The rubric of an open project: edited, and asked from now on.

use egui::{Key, Ui};
use tiebreak_domain::rubric::{CandidateCount, Scope};
use tiebreak_domain::{ApiError, ProjectInfo, Reply, Request, Rubric, Template};

use super::{Purpose, RubricEditor, send};
use crate::app::{Action, Scene};
use crate::command::Chord;
use crate::form;
use crate::host::Pick;
use crate::widget::{ActionButton, Dialog};

/// Width of the dialog, in points, where the window has it.
const WIDE: f32 = 1240.0;

/// The dialog.
#[derive(Debug)]
pub struct RubricDialog {
    editor: RubricEditor,
    version: u32,
    judgments: u64,
    is_setting: bool,
}

impl RubricDialog {
    /// A dialog at the rubric that a project asks at present.
    pub fn new(info: &ProjectInfo) -> Self {
        Self {
            editor: RubricEditor::new(template_from_project(info), form::folder_of(&info.path)),
            version: info.rubric.version,
            judgments: info.judgments,
            is_setting: false,
        }
    }

    /// What a key means while this is open.
    pub fn key(&mut self, chord: Chord) -> Option<Action> {
        if self.editor.file_key(chord) {
            return None;
        }
        let is_escape = chord.key == Key::Escape && !chord.control && !chord.alt;
        (is_escape && self.editor.may_close()).then_some(Action::CloseDialog)
    }

    /// Whether the text is another than what is asked.
    pub fn is_changed(&self) -> bool {
        self.editor.is_changed()
    }

    /// A file was picked.
    pub fn picked(&mut self, pick: Pick, path: String) {
        self.editor.picked(pick, path);
    }

    /// The engine answered; says whether the rubric is asked now, so that the dialog has done its work.
    pub fn reply(&mut self, purpose: Purpose, result: Result<Reply, ApiError>) -> bool {
        if purpose != Purpose::Set {
            self.editor.reply(purpose, result);
            return false;
        }
        self.is_setting = false;
        match result {
            Ok(_) => true,
            Err(error) => {
                self.editor.refused(error);
                false
            }
        }
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        let height = super::height(ui.ctx());
        let is_entered = ui.input(|input| input.key_pressed(Key::Enter) && input.modifiers.command);
        let mut closes = false;
        let response = Dialog::new("rubric", "What is asked").width(WIDE).stay().show(
            ui.ctx(),
            self,
            |ui, state| state.editor.ui(&mut form::body(ui, height), scene, height, wanted),
            |ui, state| {
                let is_ready = state.editor.can_be_wanted() && !state.is_setting;
                let label = "Ask this from now on";
                let primary = ActionButton::new(label).primary().key("Ctrl+Enter").enabled(is_ready);
                let is_clicked = ui.add(primary).clicked();
                closes = ui.add(ActionButton::new("Cancel").key("Escape")).clicked();
                let copies = ui.add(ActionButton::new("Copy the text")).clicked();
                form::foot_note_ui(ui, &state.note());
                (is_clicked, copies)
            },
        );
        let (is_clicked, copies) = response.footer;
        if copies {
            wanted.push(Action::Copy(self.editor.text().to_owned()));
        }
        if (is_clicked || is_entered) && !self.is_setting {
            self.editor.want();
        }
        if let Some(template) = self.editor.take_wanted() {
            self.is_setting = true;
            wanted.push(send(Purpose::Set, Request::SetRubric(Box::new(template.rubric))));
        }
        if closes && self.editor.may_leave() {
            wanted.push(Action::CloseDialog);
        }
    }

    fn note(&self) -> String {
        if self.editor.is_warned() {
            return "Once more throws the changes away".to_owned();
        }
        let keep = "answers keep the version they were given under";
        match self.judgments {
            0 => format!("Version {}; {keep}", self.version),
            count => format!(
                "Version {}; {} {keep}",
                self.version,
                form::counted(count, "judgment:", "judgments:")
            ),
        }
    }
}

/// What a rubric file has to say besides the rubric, a project does not know.
fn template_from_project(info: &ProjectInfo) -> Template {
    let has_pairs = info.rubric.questions.iter().any(|question| question.scope == Scope::Pair);
    let candidates =
        if has_pairs { CandidateCount { least: 2, most: 2 } } else { CandidateCount { least: 1, most: 12 } };
    Template {
        id: String::new(),
        about: String::new(),
        collects: String::new(),
        paper: String::new(),
        media: "text".to_owned(),
        exports: Vec::new(),
        candidates,
        // The version is the project's to count, not the text's.
        rubric: Rubric { version: 1, ..info.rubric.clone() },
    }
}
