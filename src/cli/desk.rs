//! A command's way to the engine: requests, and jobs that are waited for, shown and cancelled.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use tiebreak_domain::{ApiError, ErrorCode, Event, JobId, ProjectInfo, Reply, Request};
use tiebreak_engine::{CancelFlag, Engine};

use crate::cli::progress::Progress;
use crate::machine;

/// How often Ctrl-C is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// An engine with a terminal in front of it.
pub struct Desk {
    engine: Engine,
    events: Receiver<Event>,
    interrupted: CancelFlag,
}

impl Desk {
    /// An engine with no project open; from here on Ctrl-C cancels the job under way.
    pub fn new() -> Self {
        let (sender, events) = channel();
        // Nobody listens any more once the command has ended.
        let engine = Engine::new(machine::host(), move |event| drop(sender.send(event)));
        Self { engine, events, interrupted: interrupted() }
    }

    /// Asks the engine.
    pub fn call(&self, request: Request) -> Result<Reply, ApiError> {
        self.engine.call(request)
    }

    /// Opens a project.
    pub fn open(&self, path: &Path) -> Result<ProjectInfo, ApiError> {
        match self.call(Request::OpenProject { path: text(path)? })? {
            Reply::Project(info) => Ok(*info),
            other => Err(unexpected(&other)),
        }
    }

    /// Makes a project, named after its place.
    pub fn create(&self, path: &Path) -> Result<ProjectInfo, ApiError> {
        let name = tiebreak_engine::name_of_place(path)?;
        match self.call(Request::CreateProject { path: text(path)?, name })? {
            Reply::Project(info) => Ok(*info),
            other => Err(unexpected(&other)),
        }
    }

    /// Starts a job, shows its progress and waits for its end.
    pub fn run<T>(
        &self,
        request: Request,
        progress: &mut Progress,
        mut ended: impl FnMut(JobId, Event) -> Option<Result<T, ApiError>>,
    ) -> Result<(JobId, T), ApiError> {
        let job = match self.call(request)? {
            Reply::Started(job) => job,
            other => return Err(unexpected(&other)),
        };
        let mut is_cancelled = false;
        loop {
            if self.interrupted.is_set() && !is_cancelled {
                is_cancelled = true;
                self.call(Request::Cancel(job))?;
            }
            match self.events.recv_timeout(LOOK_EVERY) {
                Ok(event) => {
                    progress.show(&event);
                    if let Some(result) = ended(job, event) {
                        progress.end();
                        return Ok((job, result?));
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(ApiError::new(ErrorCode::System, "the engine ended before its job"));
                }
            }
        }
    }
}

/// Set by Ctrl-C, which from here on no longer ends the program by itself.
pub fn interrupted() -> CancelFlag {
    let flag = CancelFlag::default();
    let set = flag.clone();
    if let Err(error) = ctrlc::set_handler(move || set.set()) {
        tracing::warn!(%error, "Ctrl-C will end the program at once");
    }
    flag
}

/// A path as the door takes it.
pub fn text(path: &Path) -> Result<String, ApiError> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        ApiError::new(ErrorCode::BadRequest, format!("the path is not text in UTF-8, {}", path.display()))
            .hint("rename the file")
    })
}

/// An answer to another question; a fault of the program.
pub fn unexpected(reply: &Reply) -> ApiError {
    ApiError::new(ErrorCode::System, format!("the engine answered something else: {reply:?}"))
}
