//! The rubric as a file: the text is saved as it stands, or another file's text takes its place.
//!
//! A path is typed, or picked where the system has dialogs. What is opened need not be askable: its faults are
//! shown at their lines like those of typed text.

use egui::{Align, Layout, Ui, vec2};
use tiebreak_domain::{ApiError, ErrorCode};

use crate::app::notice::with_capital;
use crate::app::{Action, Scene};
use crate::form;
use crate::host::Pick;
use crate::theme::font::Face;
use crate::theme::{control, space, text};
use crate::widget::{ActionButton, Ink, Notice, text_ui};

/// What is to be done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    /// Its text takes the place of what is in the editor.
    Open,
    /// The text is written to it.
    Save,
}

/// Something to ask the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileWish {
    pub doing: Doing,
    pub path: String,
    /// Whether a file that is there may be replaced.
    pub replaces: bool,
}

/// What is typed, and how it went.
#[derive(Debug, Default)]
pub(super) struct FileBar {
    /// The folder in which files are suggested, with its last separator.
    folder: String,
    unfolded: Option<Doing>,
    path: String,
    wants_focus: bool,
    is_waiting: bool,
    /// What was done last, in words.
    done: String,
    error: Option<ApiError>,
    picked: Option<String>,
}

impl FileBar {
    /// Nothing is asked yet; files are suggested in `folder`.
    pub(super) fn new(folder: String) -> Self {
        Self { folder, ..Self::default() }
    }

    /// Asks for a path; once more folds the field away.
    pub(super) fn unfold(&mut self, doing: Doing, name: &str) {
        if self.unfolded.take() == Some(doing) {
            return;
        }
        self.unfolded = Some(doing);
        self.wants_focus = true;
        self.error = None;
        self.done.clear();
        self.path = match doing {
            Doing::Open => String::new(),
            Doing::Save => format!("{}{}.toml", self.folder, file_stem(name)),
        };
    }

    /// Folds the field away; says whether there was one.
    pub(super) fn fold(&mut self) -> bool {
        self.unfolded.take().is_some()
    }

    /// A file was picked in a dialog of the system, which has asked before one is replaced.
    pub(super) fn picked(&mut self, path: String) {
        self.picked = Some(path);
    }

    /// It was done.
    pub(super) fn done(&mut self, doing: Doing) {
        self.is_waiting = false;
        let name = form::file_name_of(&self.path);
        self.done = match doing {
            Doing::Open => format!("✓ {name} is open; Ctrl+Z brings the text before back"),
            Doing::Save => format!("✓ Saved as {}", self.path),
        };
        self.unfolded = None;
    }

    /// It was refused.
    pub(super) fn refused(&mut self, error: ApiError) {
        self.is_waiting = false;
        self.error = Some(error);
        // Another path is what most often helps.
        self.wants_focus = true;
    }

    /// What was done last is no longer news.
    pub(super) fn forget_done(&mut self) {
        self.done.clear();
    }

    /// Paints it; says what is to be asked.
    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        name: &str,
        wanted: &mut Vec<Action>,
    ) -> Option<FileWish> {
        let before = self.unfolded;
        let room = vec2(ui.available_width(), control::SMALL_HEIGHT);
        ui.allocate_ui_with_layout(room, Layout::left_to_right(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::SMALL;
            let buttons =
                [(Doing::Open, "Open a rubric file…", "Ctrl+O"), (Doing::Save, "Save as a file…", "Ctrl+S")];
            for (doing, label, key) in buttons {
                let button = ActionButton::new(label).key(key).small();
                if ui.add(button.choice(self.unfolded == Some(doing))).clicked() {
                    self.unfold(doing, name);
                }
            }
            form::line_ui(ui, &self.done, Ink::Saved, Face::Medium, text::SMALL);
        });
        if self.unfolded != before {
            // A field that gets the focus in the frame of a click elsewhere loses it by that click.
            ui.ctx().request_repaint();
            return None;
        }
        let wish = self.unfolded.and_then(|doing| self.path_ui(ui, scene, doing, wanted));
        self.is_waiting |= wish.is_some();
        wish
    }

    fn path_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        doing: Doing,
        wanted: &mut Vec<Action>,
    ) -> Option<FileWish> {
        let (label, verb, pick) = match doing {
            Doing::Open => ("Rubric file to open", "Open", Pick::OpenRubric),
            Doing::Save => ("File for this rubric", "Save", Pick::SaveRubric),
        };
        let mut replaces = false;
        let mut is_wanted = false;
        if let Some(path) = self.picked.take() {
            self.path = path;
            (replaces, is_wanted) = (true, true);
        }
        ui.add_space(space::TINY);
        let field = form::path_field_ui(ui, label, &mut self.path, "/path/to/rubric.toml", scene.has_dialogs);
        if std::mem::take(&mut self.wants_focus) {
            field.field.request_focus();
        }
        if field.field.changed() {
            self.error = None;
        }
        if field.browses {
            let suggested = if doing == Doing::Save { form::file_name_of(&self.path) } else { "" };
            wanted.push(Action::Dialog(pick, suggested.to_owned()));
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::SMALL;
            let is_ready = !self.path.trim().is_empty() && !self.is_waiting;
            is_wanted |= ui.add(ActionButton::new(verb).small().enabled(is_ready)).clicked();
            is_wanted |= field.entered && is_ready;
            if ui.add(ActionButton::new("Leave it").quiet().small()).clicked() {
                self.unfolded = None;
            }
            if self.is_waiting {
                text_ui(ui, "One moment…", Ink::Third, Face::Regular, text::SMALL);
            }
        });
        if let Some(error) = &self.error {
            let what = with_capital(&error.message);
            let hint = error.hint.as_deref().map(with_capital).unwrap_or_default();
            let notice = Notice::error(&what).todo(&hint);
            let can_replace = error.code == ErrorCode::Exists && doing == Doing::Save;
            let notice = if can_replace { notice.action("Replace it") } else { notice };
            if notice.show(ui).is_some() {
                (replaces, is_wanted) = (true, true);
            }
        }
        let path = self.path.trim().to_owned();
        if !is_wanted || path.is_empty() {
            return None;
        }
        self.error = None;
        Some(FileWish { doing, path, replaces })
    }
}

/// A file name out of a rubric's name: lower case, letters and digits, lines between.
fn file_stem(name: &str) -> String {
    let words: Vec<String> = name
        .to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    if words.is_empty() { "rubric".to_owned() } else { words.join("-") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_the_rubric_is() {
        assert_eq!(file_stem("HelpSteer2: five ratings"), "helpsteer2-five-ratings");
        assert_eq!(file_stem("  …  "), "rubric", "a name of signs alone is none");
    }
}
