//! Dialogs: one at most is open, over everything else, and has all keys.

mod changes;
mod explained;
mod keys_dialog;
mod open_project;
mod pairs;
mod palette;
mod settings_dialog;
mod unratable;
mod unsaved;

use egui::{Key, Ui};
use tiebreak_domain::quality::TrainingResult;
use tiebreak_domain::{ApiError, Order, ProjectInfo, Reply, Rubric};

pub use self::explained::Explained;
pub use self::keys_dialog::KeysDialog;
pub use self::open_project::OpenProject;
pub use self::pairs::made_words;
pub use self::palette::Palette;
pub use self::settings_dialog::SettingsDialog;
pub use self::unratable::Unratable;
pub use self::unsaved::Unsaved;
use super::{Action, Scene};
use crate::command::{Chord, Keymap};
use crate::desk::Desk;
use crate::export_dialog::ExportDialog;
use crate::host::Pick;
use crate::import_wizard::ImportWizard;
use crate::merge::MergeDialog;
use crate::models::{self, ModelsDialog, QueueDialog, ReportDialog};
use crate::new_project::ProjectWizard;
use crate::people::{Heard, ProfileDialog, Purpose, QualityDialog, RoleDialog, SeatsDialog, StudyDialog};
use crate::rubric_editor::RubricDialog;

/// A dialog and what has been typed into it.
#[derive(Debug)]
pub enum Dialog {
    /// Which project to open.
    Open(OpenProject),
    /// Setting up a new project.
    New(Box<ProjectWizard>),
    /// What the open project asks.
    Rubric(Box<RubricDialog>),
    /// Any command by name.
    Palette(Palette),
    /// All keys.
    Keys(KeysDialog),
    /// The settings.
    Settings(SettingsDialog),
    /// Why an item cannot be judged.
    Unratable(Unratable),
    /// Leaving while judgments are not saved.
    Unsaved(Unsaved),
    /// What a training item says.
    Explained(Explained),
    /// Bringing data in.
    Import(Box<ImportWizard>),
    /// Writing data out.
    Export(Box<ExportDialog>),
    /// Bringing another copy in.
    Merge(MergeDialog),
    /// Who judges.
    Seats(Box<SeatsDialog>),
    /// What a study asks about whoever sits here.
    Profile(Box<ProfileDialog>),
    /// The study, for its lead.
    Study(Box<StudyDialog>),
    /// How people do, for the lead.
    Quality(Box<QualityDialog>),
    /// The reward models of this machine.
    Models(Box<ModelsDialog>),
    /// What comes next, for the lead.
    Queue(Box<QueueDialog>),
    /// How models do against the people, for the lead.
    Report(Box<ReportDialog>),
    /// Asking pair by pair.
    Pairs,
    /// What an item is for, where its answer is known.
    Role(Box<RoleDialog>),
}

impl Dialog {
    /// Which project to open.
    pub fn open() -> Self {
        Self::Open(OpenProject::default())
    }

    /// A new project.
    pub fn new_project(documents_folder: &str) -> Self {
        Self::New(Box::new(ProjectWizard::new(documents_folder, None)))
    }

    /// A new project for a data file.
    pub fn new_project_for(data: &str, documents_folder: &str) -> Self {
        Self::New(Box::new(ProjectWizard::new(documents_folder, Some(data.to_owned()))))
    }

    /// What the open project asks.
    pub fn rubric(info: &ProjectInfo) -> Self {
        Self::Rubric(Box::new(RubricDialog::new(info)))
    }

    /// Any command by name.
    pub fn palette() -> Self {
        Self::Palette(Palette::default())
    }

    /// All keys.
    pub fn keys() -> Self {
        Self::Keys(KeysDialog::default())
    }

    /// The settings; `annotator` is who sits here, where a project is open.
    pub fn settings(annotator: Option<&str>) -> Self {
        Self::Settings(SettingsDialog::new(annotator))
    }

    /// Why an item cannot be judged.
    pub fn unratable(reason: &str) -> Self {
        Self::Unratable(Unratable::new(reason))
    }

    /// What a training item says, by the letters of the screen it was judged on.
    pub fn explained(result: &TrainingResult, rubric: &Rubric, order: Order) -> Self {
        Self::Explained(Explained::new(result, rubric, order))
    }

    /// Leaving while judgments are not saved; `then` is what would lose them.
    pub fn unsaved(then: Action) -> Self {
        Self::Unsaved(Unsaved::new(then))
    }

    /// Bringing data in, from a file if one is known.
    pub fn import(path: Option<String>) -> Self {
        Self::Import(Box::new(ImportWizard::new(path)))
    }

    /// Writing data out.
    pub fn export(info: &ProjectInfo, documents_folder: &str) -> Self {
        Self::Export(Box::new(ExportDialog::new(info, documents_folder)))
    }

    /// What a key means while this is open; most mean nothing, or belong to a field.
    pub fn key(
        &mut self,
        chord: Chord,
        desk: Option<&Desk>,
        keymap: &Keymap,
        ctx: &egui::Context,
    ) -> Option<Action> {
        // An open list closes first.
        if chord.key == Key::Escape && egui::Popup::is_any_open(ctx) {
            return None;
        }
        if let Self::Keys(dialog) = self
            && dialog.takes_key(chord)
        {
            return None;
        }
        let is_plain = !chord.control && !chord.alt;
        match self {
            Self::Unratable(dialog) => {
                if let Some(action) = dialog.key(chord, desk) {
                    return Some(action);
                }
            }
            Self::Palette(dialog) => dialog.key(chord),
            Self::Settings(dialog) => {
                dialog.key(chord);
                return None;
            }
            // Their Escape goes back a step or warns of changes, and closes only then.
            Self::Profile(dialog) => return dialog.key(chord),
            Self::New(wizard) => return wizard.key(chord),
            Self::Rubric(dialog) => return dialog.key(chord),
            Self::Seats(dialog) => return dialog.key(chord, desk, ctx),
            Self::Study(dialog) => return dialog.key(chord),
            Self::Role(dialog) => return dialog.key(chord, keymap, ctx),
            _ => {}
        }
        (chord.key == Key::Escape && is_plain).then_some(Action::CloseDialog)
    }

    /// A file was picked for this dialog.
    pub fn picked(&mut self, pick: Pick, path: String) {
        match self {
            Self::New(dialog) => dialog.picked(pick, path),
            Self::Import(wizard) => wizard.picked(pick, path),
            Self::Export(dialog) => dialog.picked(pick, path),
            Self::Merge(dialog) => dialog.picked(path),
            Self::Models(dialog) => dialog.picked(path),
            Self::Report(dialog) => dialog.picked(path),
            Self::Rubric(dialog) => dialog.picked(pick, path),
            _ => {}
        }
    }

    /// A preview of an import arrived.
    pub fn import_preview_arrived(&mut self, number: u64, result: Result<Reply, ApiError>) {
        if let (Self::Import(wizard), Some(preview)) = (
            self,
            only(result, |reply| match reply {
                Reply::ImportPreview(preview) => Some(*preview),
                _ => None,
            }),
        ) {
            wizard.preview_arrived(number, preview);
        }
    }

    /// A preview of an export arrived.
    pub fn export_preview_arrived(&mut self, number: u64, result: Result<Reply, ApiError>) {
        if let (Self::Export(dialog), Some(preview)) = (
            self,
            only(result, |reply| match reply {
                Reply::ExportPreview(preview) => Some(*preview),
                _ => None,
            }),
        ) {
            dialog.preview_arrived(number, preview);
        }
    }

    /// The engine said something about people; says what the dialog makes of it, and the error where nobody
    /// here shows it.
    pub fn people_reply(
        &mut self,
        purpose: Purpose,
        result: Result<Reply, ApiError>,
    ) -> Result<Heard, ApiError> {
        match self {
            Self::Seats(dialog) => Ok(dialog.reply(purpose, result)),
            Self::Profile(dialog) => Ok(dialog.reply(purpose, result)),
            Self::Study(dialog) => Ok(dialog.reply(purpose, result)),
            Self::Quality(dialog) => Ok(dialog.reply(purpose, result)),
            Self::Role(dialog) => Ok(dialog.reply(purpose, result)),
            _ => result.map(|_| Heard::Stays),
        }
    }

    /// The engine said something about models; says what the dialog makes of it, and the error where nobody here
    /// shows it.
    pub fn models_reply(
        &mut self,
        purpose: models::Purpose,
        result: Result<Reply, ApiError>,
    ) -> Result<models::Heard, ApiError> {
        match self {
            Self::Models(dialog) => Ok(dialog.reply(purpose, result)),
            Self::Queue(dialog) => Ok(dialog.reply(purpose, result)),
            Self::Report(dialog) => Ok(dialog.reply(purpose, result)),
            _ => result.map(|_| models::Heard::Stays),
        }
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, desk: Option<&mut Desk>, wanted: &mut Vec<Action>) {
        match self {
            Self::Open(dialog) => dialog.ui(ui, scene, wanted),
            Self::New(wizard) => wizard.ui(ui, scene, wanted),
            Self::Rubric(dialog) => dialog.ui(ui, scene, wanted),
            Self::Palette(dialog) => dialog.ui(ui, scene, desk.as_deref(), wanted),
            Self::Keys(dialog) => dialog.ui(ui, scene, wanted),
            Self::Settings(dialog) => dialog.ui(ui, scene, desk.as_deref(), wanted),
            Self::Unratable(dialog) => dialog.ui(ui, desk.as_deref(), wanted),
            Self::Unsaved(dialog) => dialog.ui(ui, desk.as_deref(), wanted),
            Self::Explained(dialog) => dialog.ui(ui, scene, wanted),
            Self::Import(wizard) => wizard.ui(ui, scene, desk.as_deref(), wanted),
            Self::Export(dialog) => dialog.ui(ui, scene, desk.as_deref(), wanted),
            Self::Merge(dialog) => dialog.ui(ui, scene, desk.as_deref(), wanted),
            Self::Seats(dialog) => dialog.ui(ui, scene, desk.as_deref(), wanted),
            Self::Profile(dialog) => dialog.ui(ui, scene, wanted),
            Self::Study(dialog) => dialog.ui(ui, wanted),
            Self::Models(dialog) => dialog.ui(ui, scene, desk.is_some(), wanted),
            Self::Queue(dialog) => dialog.ui(ui, scene, wanted),
            Self::Report(dialog) => dialog.ui(ui, scene, wanted),
            Self::Quality(dialog) => dialog.ui(ui, desk.as_deref(), wanted),
            Self::Pairs => pairs::pairs_ui(ui, wanted),
            Self::Role(dialog) => {
                if let Some(desk) = desk {
                    dialog.ui(ui, scene, desk, wanted);
                }
            }
        }
    }
}

fn only<T>(
    result: Result<Reply, ApiError>,
    pick: impl FnOnce(Reply) -> Option<T>,
) -> Option<Result<T, ApiError>> {
    match result {
        Ok(reply) => pick(reply).map(Ok),
        Err(error) => Some(Err(error)),
    }
}
