//! The problems of a finished import, as a CSV file.

use std::io::Write;
use std::path::Path;

use tiebreak_domain::import::ImportReport;
use tiebreak_domain::{ApiError, ErrorCode, JobId};

use crate::failure;
use crate::jobs::Jobs;

/// Writes the problems of a finished import.
pub fn save(jobs: &Jobs, job: JobId, path: &Path) -> Result<(), ApiError> {
    let report = jobs.report(job).ok_or_else(|| {
        if !jobs.started(job) {
            return failure::of_another_process("there is no report of this import");
        }
        ApiError::new(ErrorCode::NotFound, "the report of this import is no longer kept")
            .hint("import the file again: what is there already is not doubled")
    })?;
    write(&report, path).map_err(|error| failure::of_io("write the report", path, &error))
}

fn write(report: &ImportReport, path: &Path) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    file.write_all(b"line,reason\r\n")?;
    for problem in &report.problems {
        write!(file, "{},\"{}\"\r\n", problem.line, problem.reason.replace('"', "\"\""))?;
    }
    file.flush()?;
    file.get_ref().sync_all()
}
