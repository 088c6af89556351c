//! One export: into a temporary file in the same folder, made durable, then put in its place with its
//! manifest. Cancelled or failed, it leaves nothing behind.

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;
use tiebreak_domain::export::{ExportCounts, ExportProgress, ExportReport, PolicyQuestion};
use tiebreak_domain::import::RowProblem;
use tiebreak_domain::{ApiError, ErrorCode, Event, ExportFormat, ExportPlan, JobId};
use tiebreak_formats::{LosslessRecord, csv_header};
use tiebreak_store::Reader;

use crate::engine::Shared;
use crate::export::lines::Lines;
use crate::export::lossless::each_record;
use crate::export::manifest::{Manifest, ManifestAnnotator, ManifestFile, ManifestProject};
use crate::export::policy::unanswered;
use crate::export::target::Target;
use crate::failure;
use crate::host::{Host, NOBODY};
use crate::jobs::CancelFlag;
use crate::session::Session;

/// How many problems a report lists.
const PROBLEMS: usize = 1_000;
/// The least time between two reports of progress.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// Starts an export of the open project.
pub fn start(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    plan: ExportPlan,
    path: PathBuf,
    replace: bool,
) -> Result<JobId, ApiError> {
    let target = Target::new(&session.path, path, replace)?;
    ask_policies(&*session.readers.lend()?, &plan)?;
    let (shared, session) = (Arc::clone(shared), Arc::clone(session));
    let jobs = Arc::clone(&shared.jobs);
    let on_panic = {
        let shared = Arc::clone(&shared);
        move |job| shared.emit(Event::ExportEnded(job, Err(failure::broke_off("export"))))
    };
    let work = move |job: JobId, cancel: &CancelFlag| {
        let ended = session.readers.lend().and_then(|reader| {
            let progress = |progress| shared.emit(Event::ExportProgress(job, progress));
            export(&reader, &plan, &target, &shared.host, cancel, progress)
        });
        shared.emit(Event::ExportEnded(job, ended.map(Box::new)));
    };
    jobs.start("tiebreak-export", work, on_panic)
}

/// Refuses a plan that leaves a needed policy open.
pub fn ask_policies(reader: &Reader, plan: &ExportPlan) -> Result<(), ApiError> {
    let open = unanswered(plan, &reader.policy_counts(&plan.annotators)?);
    if open.is_empty() {
        return Ok(());
    }
    let words: Vec<&str> = open
        .iter()
        .map(|question| match question {
            PolicyQuestion::Ties => "ties",
            PolicyQuestion::BothBad => "both bad",
            PolicyQuestion::Strength => "strength",
            PolicyQuestion::Several => "several judgments of one item",
        })
        .collect();
    Err(ApiError::new(
        ErrorCode::PolicyNeeded,
        format!("the export must be told what becomes of {}", words.join(", ")),
    )
    .hint("choose a policy for each; nothing about them is assumed"))
}

/// Writes the file and its manifest.
pub fn export(
    reader: &Reader,
    plan: &ExportPlan,
    target: &Target,
    host: &Host,
    cancel: &CancelFlag,
    on_progress: impl FnMut(ExportProgress),
) -> Result<ExportReport, ApiError> {
    let begun = Instant::now();
    let info = reader.info(NOBODY)?;
    let file = target.temporary()?;
    let items_total = match plan.format {
        ExportFormat::Tiebreak => {
            info.active_items + info.excluded_items + info.deleted_items + info.revisions
        }
        _ => info.active_items,
    };
    let mut output = Output {
        writer: BufWriter::new(file),
        hash: blake3::Hasher::new(),
        size_bytes: 0,
        failed: None,
        cancel,
        progress: ExportProgress { items_done: 0, items_total },
        reported: None,
        on_progress,
    };
    let (counts, problems) = if plan.format == ExportFormat::Tiebreak {
        (write_lossless(reader, &mut output)?, Vec::new())
    } else {
        write_lines(reader, plan, &mut output)?
    };
    if cancel.is_set() {
        return Err(failure::cancelled("export"));
    }
    let of_io = |error: &io::Error| failure::of_io("write the export", &target.path, error);
    let Output { writer, hash, size_bytes, failed, mut on_progress, .. } = output;
    if let Some(error) = failed {
        return Err(of_io(&error));
    }
    let file = writer.into_inner().map_err(|error| of_io(error.error()))?;
    file.as_file().sync_all().map_err(|error| of_io(&error))?;
    let blake3 = hash.finalize().to_hex().to_string();
    let file_name = target.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let manifest = Manifest {
        program: "tiebreak",
        program_version: &host.app_version,
        created_at: host.now().rfc3339(),
        project: ManifestProject { key: info.key, name: &info.name },
        format: plan.format.word(),
        policies: plan.into(),
        counts: (&counts).into(),
        annotators: info
            .annotators
            .iter()
            .filter(|one| one.judged + one.skipped > 0)
            .filter(|one| {
                plan.format == ExportFormat::Tiebreak
                    || plan.annotators.is_empty()
                    || plan.annotators.contains(&one.id)
            })
            .map(|one| ManifestAnnotator { key: one.key, name: one.name.clone() })
            .collect(),
        file: ManifestFile { name: &file_name, size_bytes, blake3: &blake3 },
    };
    let mut manifest_file = target.temporary()?;
    serde_json::to_writer_pretty(&mut manifest_file, &manifest)
        .map_err(io::Error::from)
        .and_then(|()| manifest_file.write_all(b"\n"))
        .and_then(|()| manifest_file.as_file().sync_all())
        .map_err(|error| of_io(&error))?;
    target.place(file, &target.path)?;
    target.place(manifest_file, &target.manifest_path)?;
    on_progress(ExportProgress { items_done: items_total, items_total });
    Ok(ExportReport {
        path: target.path.to_string_lossy().into_owned(),
        manifest_path: target.manifest_path.to_string_lossy().into_owned(),
        counts,
        problems,
        blake3,
        elapsed_ms: begun.elapsed().as_millis() as u64,
    })
}

fn write_lossless<F: FnMut(ExportProgress)>(
    reader: &Reader,
    output: &mut Output<'_, F>,
) -> Result<ExportCounts, ApiError> {
    let mut counts = ExportCounts::default();
    each_record(reader, |record| {
        counts.rows += 1;
        counts.judgments += u64::from(matches!(record, LosslessRecord::Judgment(_)));
        let counts_as_done = matches!(record, LosslessRecord::Item(_) | LosslessRecord::Judgment(_));
        output.line(&record.to_line(), u64::from(counts_as_done))
    })?;
    Ok(counts)
}

fn write_lines<F: FnMut(ExportProgress)>(
    reader: &Reader,
    plan: &ExportPlan,
    output: &mut Output<'_, F>,
) -> Result<(ExportCounts, Vec<RowProblem>), ApiError> {
    let mut lines = Lines::new(reader, plan, PROBLEMS)?;
    let is_csv = plan.format == ExportFormat::Csv;
    if is_csv && output.line(&csv_header(), 0).is_break() {
        return Ok((lines.counts, lines.problems));
    }
    reader.each_judged_item(&plan.annotators, |item, judgments| {
        for line in lines.of_item(&item, &judgments) {
            output.line(&line, 0)?;
        }
        output.done(1)
    })?;
    Ok((lines.counts, lines.problems))
}

/// Where lines go: counted, hashed and buffered. What fails is kept, since the reader only knows to stop.
struct Output<'a, F> {
    writer: BufWriter<NamedTempFile>,
    hash: blake3::Hasher,
    size_bytes: u64,
    failed: Option<io::Error>,
    cancel: &'a CancelFlag,
    progress: ExportProgress,
    reported: Option<Instant>,
    on_progress: F,
}

impl<F: FnMut(ExportProgress)> Output<'_, F> {
    fn line(&mut self, line: &str, done: u64) -> ControlFlow<()> {
        for bytes in [line.as_bytes(), b"\n"] {
            self.hash.update(bytes);
            self.size_bytes += bytes.len() as u64;
            if let Err(error) = self.writer.write_all(bytes) {
                self.failed = Some(error);
                return ControlFlow::Break(());
            }
        }
        self.done(done)
    }

    fn done(&mut self, items: u64) -> ControlFlow<()> {
        self.progress.items_done += items;
        if self.reported.is_none_or(|at| at.elapsed() >= REPORT_EVERY) {
            self.reported = Some(Instant::now());
            (self.on_progress)(self.progress);
        }
        if self.cancel.is_set() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
