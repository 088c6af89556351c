//! For programs and for files that come and go over a network: judgments written for a program, and requests about
//! files that the door has put in place of those that a caller names.

use std::path::{Path, PathBuf};

use tiebreak_domain::export::ExportReport;
use tiebreak_domain::import::ImportReport;
use tiebreak_domain::{ApiError, ErrorCode, ExportPlan, JobId, Reply, Request, Role, Scope};
use tiebreak_media::is_address;

use crate::accounts::Known;
use crate::engine::Engine;
use crate::export::job::{Told, ask_policies, export};
use crate::export::target::Target;
use crate::jobs::CancelFlag;
use crate::permission;
use crate::seat::Seat;

impl Engine {
    /// The number of the last judgment up to which none is still to come: what is judged later has a higher one.
    pub fn last_judgment(&self) -> Result<u64, ApiError> {
        Ok(self.session()?.readers.lend()?.last_judgment_number()?)
    }

    /// Writes judgments into a file: those of all items, or of the items of which something was said after the
    /// judgment with a number. For leads.
    pub fn export_for(
        &self,
        known: &Known,
        plan: &ExportPlan,
        since: Option<u64>,
        path: &Path,
    ) -> Result<ExportReport, ApiError> {
        permission::check_program(known, Scope::JudgmentsRead)?;
        let session = self.session()?;
        let target = Target::new(&session.place, path.to_owned(), true)?;
        let reader = session.readers.open()?;
        ask_policies(&reader, plan)?;
        let within = since.map(|since| reader.items_judged_after(since)).transpose()?;
        let told = Told { profiles: true, within };
        export(&reader, plan, &target, &session.shared.host, &told, &CancelFlag::default(), |_| {})
    }

    /// Starts an import of a file that the door has put somewhere. For leads.
    pub fn import_for(&self, known: &Known, request: Request) -> Result<JobId, ApiError> {
        permission::check_program(known, Scope::ItemsWrite)?;
        may_fetch(known, &request)?;
        match self.answer(request, Some(Seat::of_caller(&known.caller)))? {
            Reply::Started(job) => Ok(job),
            _ => Err(ApiError::new(ErrorCode::System, "the import was answered by something else")),
        }
    }

    /// Answers a request about files, whose paths the door has replaced by those of files that it keeps for whoever
    /// asks. For leads.
    pub fn call_on_files(&self, known: &Known, request: Request) -> Result<Reply, ApiError> {
        permission::check_program(known, Scope::Admin)?;
        if !permission::is_about_files(&request) {
            return Err(ApiError::new(ErrorCode::BadRequest, "this is not about a file"));
        }
        may_fetch(known, &request)?;
        self.answer(request, Some(Seat::of_caller(&known.caller)))
    }

    /// Whether a request is about files of a machine.
    pub fn is_about_files(request: &Request) -> bool {
        permission::is_about_files(request)
    }

    /// What a finished import did, of the last few.
    pub fn import_report(&self, job: JobId) -> Option<ImportReport> {
        self.shared.jobs.report(job).map(|report| (*report).clone())
    }

    /// A name for a file that nobody guesses.
    pub fn new_file_id(&self) -> String {
        format!("{:016x}", (self.shared.host.random)())
    }

    /// A folder beside the project file or below, by its relative path: where media of items may lie that come in over
    /// a network.
    pub fn folder_beside(&self, name: &str) -> Result<PathBuf, ApiError> {
        let session = self.session()?;
        let beside = session.place.file().and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
        let missing = || {
            ApiError::new(ErrorCode::NotFound, format!("there is no folder {name:?} beside the project"))
                .hint("media lie beside the project file, on the machine that serves it")
        };
        let beside = beside.canonicalize().map_err(|_| missing())?;
        let found = beside.join(name).canonicalize().map_err(|_| missing())?;
        if found.starts_with(&beside) && found.is_dir() { Ok(found) } else { Err(missing()) }
    }
}

/// Refuses to make this machine fetch from addresses for anybody but an owner: it reaches what they may not.
fn may_fetch(known: &Known, request: &Request) -> Result<(), ApiError> {
    let fetches = match request {
        Request::PreviewImport(plan) | Request::StartImport(plan) => {
            plan.fetches_addresses || plan.media_folder.as_deref().is_some_and(is_address)
        }
        _ => false,
    };
    if !fetches || known.caller.role == Role::Owner {
        return Ok(());
    }
    Err(ApiError::new(ErrorCode::Denied, "only an owner lets this machine fetch media from addresses")
        .hint("ask an owner to import these items"))
}
