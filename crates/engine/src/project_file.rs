//! A project file looked at from outside: it is not locked, nothing in it changes, and it may be open elsewhere.

use std::path::{Path, PathBuf};

use tiebreak_domain::export::{ExportPreview, ExportProgress, ExportReport};
use tiebreak_domain::{ApiError, ExportPlan, ProjectInfo};
use tiebreak_store::Reader;

use crate::export::target::Target;
use crate::export::{job, preview};
use crate::host::{Host, NOBODY};
use crate::jobs::CancelFlag;

/// A project file that is only read.
pub struct ProjectFile {
    reader: Reader,
    path: PathBuf,
}

impl ProjectFile {
    /// Opens a project to look at it.
    pub fn open(path: &Path) -> Result<Self, ApiError> {
        Ok(Self { reader: Reader::open(path)?, path: path.to_owned() })
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
        let target = Target::new(&self.path, path.to_owned(), replace)?;
        job::ask_policies(&self.reader, plan)?;
        job::export(&self.reader, plan, &target, host, cancel, on_progress)
    }
}
