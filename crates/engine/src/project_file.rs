//! A project file looked at from outside: it is not locked, nothing in it changes, and it may be open elsewhere.
//!
//! The one exception: a file that an older program made is brought up to date first, if it can be written.

use std::path::Path;

use tiebreak_domain::export::{ExportPreview, ExportProgress, ExportReport};
use tiebreak_domain::{ApiError, ExportPlan, ProjectInfo};
use tiebreak_store::{ProjectPlace, Reader, Store, StoreError};

use crate::export::target::Target;
use crate::export::{job, preview};
use crate::host::{Host, NOBODY};
use crate::jobs::CancelFlag;

/// A project file that is only read.
pub struct ProjectFile {
    reader: Reader,
    place: ProjectPlace,
}

impl ProjectFile {
    /// Opens a project to look at it.
    pub fn open(path: &Path) -> Result<Self, ApiError> {
        let place = ProjectPlace::from_path(path)?;
        Ok(Self { reader: reader(&place)?, place })
    }

    /// The project's numbers.
    pub fn info(&self) -> Result<ProjectInfo, ApiError> {
        Ok(self.reader.info(NOBODY)?)
    }

    /// Holds the file against its own rules: what is wrong, one sentence each; nothing if it is sound.
    pub fn check(&self) -> Result<Vec<String>, ApiError> {
        Ok(self.reader.check()?)
    }

    /// What an export would write.
    pub fn preview_export(&self, plan: &ExportPlan) -> Result<ExportPreview, ApiError> {
        preview::preview(&self.reader, plan)
    }

    /// Exports; refuses to replace a file, unless `replace`.
    pub fn export(
        &self,
        plan: &ExportPlan,
        path: &Path,
        replace: bool,
        host: &Host,
        cancel: &CancelFlag,
        on_progress: impl FnMut(ExportProgress),
    ) -> Result<ExportReport, ApiError> {
        let target = Target::new(&self.place, path.to_owned(), replace)?;
        job::ask_policies(&self.reader, plan)?;
        let told = job::Told { profiles: true, within: None };
        job::export(&self.reader, plan, &target, host, &told, cancel, on_progress)
    }
}

/// Opens a project to read it, bringing it up to date first where an older program made it.
pub fn reader(place: &ProjectPlace) -> Result<Reader, ApiError> {
    match Reader::open(place) {
        Err(StoreError::TooOld(old)) => {
            let upgraded = Store::open(place).and_then(Store::close);
            // Somebody who may write must open it; why we may not is the lesser half of it.
            upgraded.map_err(|error| {
                let why = ApiError::from(error);
                let error = ApiError::from(StoreError::TooOld(old));
                ApiError { message: format!("{} ({})", error.message, why.message), ..error }
            })?;
            Ok(Reader::open(place)?)
        }
        other => Ok(other?),
    }
}
