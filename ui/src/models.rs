//! Reward models on the screen: which there are and what runs them, what is asked next and why, and how they do.
//!
//! Three dialogs: [`ModelsDialog`] adds, removes and lets score, [`QueueDialog`] sets by what the next item is
//! chosen and says why it is next, [`ReportDialog`] holds models against the people. The last two are for the
//! lead alone. Nothing that a model says is shown here of an item that is being judged.

mod models_dialog;
mod plot;
mod queue_dialog;
mod queue_rules;
mod report_dialog;
#[cfg(test)]
mod tests;
mod words;

use tiebreak_domain::learning::LearningState;
use tiebreak_domain::reward::{InstallProgress, ModelInfo, ScoringProgress, ScoringReport};
use tiebreak_domain::{ApiError, Reply, Request};

pub use self::models_dialog::ModelsDialog;
pub use self::queue_dialog::QueueDialog;
pub use self::report_dialog::ReportDialog;
pub use self::words::belief_words;
use crate::app::{Action, tickets};
use crate::desk::Job;

/// What the interface asks the engine about models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The models of this machine.
    Models,
    /// A model is to be brought here.
    Add,
    /// A model is to be taken away.
    Remove,
    /// The token for a model's server is to be kept.
    KeepToken,
    /// It is to be forgotten.
    ForgetToken,
    /// Scoring is to start.
    StartScoring,
    /// The study, for its rules of learning.
    Study,
    /// The rules of learning are to be as the dialog says.
    SetStudy,
    /// What is asked next.
    QueueAhead,
    /// The head's word is to be taken in bulk, or taken back.
    Labels,
    /// How models do.
    Report,
    /// The report was written.
    SaveReport,
}

/// The latest scoring.
pub type ScoringJob = Job<Option<ScoringProgress>, ScoringReport>;
/// The latest model on its way here.
pub type InstallJob = Job<Option<InstallProgress>, ModelInfo>;

/// What the app keeps of models beside any dialog: long work, and how learning stands.
#[derive(Debug, Default)]
pub struct ModelWork {
    /// The latest scoring.
    pub scoring: Option<ScoringJob>,
    /// The latest model on its way here.
    pub install: Option<InstallJob>,
    /// How learning stands, as the engine last said.
    pub learning: Option<Box<LearningState>>,
}

/// What a dialog makes of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// It stays open.
    Stays,
    /// It stays open, and this is to be said.
    Says(String),
    /// It stays open and has more to ask.
    Asks(Vec<(Purpose, Request)>),
}

/// A request about models, on its way to the engine.
fn send(purpose: Purpose, request: Request) -> Action {
    Action::Send(tickets::Purpose::Models(purpose), request)
}

/// The number of a job that was started, out of an answer.
pub fn job_of(result: Result<Reply, ApiError>) -> Result<tiebreak_domain::JobId, ApiError> {
    match result? {
        Reply::Started(job) => Ok(job),
        other => Err(ApiError::new(
            tiebreak_domain::ErrorCode::System,
            format!("the engine answered something else: {other:?}"),
        )),
    }
}
