//! What a screen can ask the app to do.

use tiebreak_domain::rubric::Slot;
use tiebreak_domain::second_look::LookReasonKind;
use tiebreak_domain::{ItemId, Note, Request, Rubric, Settings};

use super::Dialog;
use super::tickets::Purpose;
use crate::command::Command;
use crate::host::Pick;
use crate::judge::question::Change;
use crate::judge::session::Round;

/// What is to be done as soon as a project is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AfterOpening {
    /// Asks this instead of what projects ask.
    pub rubric: Option<Box<Rubric>>,
    /// Seats this annotator.
    pub annotator: Option<String>,
    /// Goes on to the import of this file.
    pub import: Option<String>,
}

/// One thing asked for by a button, a key, a dialog or the system.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a handful live at once, each for a frame")]
pub enum Action {
    /// A command, as its key would give it.
    Command(Command),
    /// Open a project; or import a data file into the open project, or into a new one.
    OpenAny(String),
    /// Make a project and open it.
    Create {
        /// The file.
        path: String,
        /// Its name.
        name: String,
        /// What to do in it first.
        then: AfterOpening,
    },
    /// Go to one item on the judge screen.
    Judge(ItemId),
    /// Look again at the items that call for it, for this reason or for any.
    LookAgain(Option<LookReasonKind>),
    /// Look again at one of them.
    Look(ItemId),
    /// Go through the open or the skipped items from the start.
    BeginRound(Round),
    /// Ask again for items that could not be had.
    AskAgain,
    /// Choose why an item cannot be judged.
    Unratable(String),
    /// Change an answer of the item on the screen.
    Answer(Slot, Change),
    /// Put the keys to an answer.
    GoToSlot(Slot),
    /// Replace the comment of the item on the screen.
    SetComment(String),
    /// The line for a note on an item was left: these are its notes from now on, or as they were if none.
    SetNotes(ItemId, Option<Vec<Note>>),
    /// The comment field was left.
    LeaveComment,
    /// Store again what could not be stored.
    RetrySaving,
    /// Close the window.
    Quit,
    /// Do this though judgments are lost by it.
    LeaveUnsaved(Box<Action>),
    /// Sit down as this annotator.
    SetAnnotator(String),
    /// Show a dialog.
    Show(Box<Dialog>),
    /// Close the dialog.
    CloseDialog,
    /// Replace the settings.
    Settings(Box<Settings>),
    /// Open a file dialog; the text is a suggested name.
    Dialog(Pick, String),
    /// A file was picked.
    Picked(Pick, String),
    /// Send a request.
    Send(Purpose, Request),
    /// Put a text on the clipboard.
    Copy(String),
    /// Take a notice away.
    Dismiss(u64),
    /// Take a project off the list of recent ones.
    Forget(String),
}

impl Action {
    /// Whether the open project is closed by it, and with it goes what could not be stored.
    pub fn leaves_the_project(&self) -> bool {
        match self {
            Self::Quit | Self::Create { .. } => true,
            Self::OpenAny(path) => is_project(path),
            Self::Command(command) => matches!(command, Command::OpenSample | Command::CloseProject),
            _ => false,
        }
    }
}

/// Whether a path is a project's, by its name.
pub fn is_project(path: &str) -> bool {
    let is_address = ["postgres://", "postgresql://"].iter().any(|scheme| path.starts_with(scheme));
    is_address || path.to_lowercase().ends_with(".tiebreak")
}
