//! One import: its two threads, its transaction, its progress and its end.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use tiebreak_domain::import::{ImportProgress, ImportReport, LabelPolicy};
use tiebreak_domain::{ApiError, DataFormat, ErrorCode, Event, ImportPlan, JobId, UnixMillis};
use tiebreak_formats::Reader;
use tiebreak_media::is_address;
use tiebreak_store::{Import, NewSource, PreparedItem, Store};

use crate::engine::Shared;
use crate::failure;
use crate::host::NOBODY;
use crate::import::batch::{BATCHES_WAITING, Incoming, Message, send_file};
use crate::import::lossless::{Before, Lossless, MediaOfSources, unique_name};
use crate::import::rows::{Rows, Setting, note_problem};
use crate::jobs::CancelFlag;
use crate::media_place::stored_from_folder;
use crate::session::Session;

/// The least time between two reports of progress.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// Starts an import into the open project. A file that cannot be opened or understood is refused at once. Media
/// folders that stand in the file itself, and the one that it lies in, are taken where it is a file of this machine
/// (`is_from_here`) and not one that somebody sent.
pub fn start(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    plan: ImportPlan,
    is_from_here: bool,
) -> Result<JobId, ApiError> {
    let plan = checked(plan)?;
    let reader = Reader::open(&plan)?;
    let (shared, session) = (Arc::clone(shared), Arc::clone(session));
    let jobs = Arc::clone(&shared.jobs);
    let on_panic = {
        let shared = Arc::clone(&shared);
        move |job| shared.emit(Event::ImportEnded(job, Err(failure::broke_off("import"))))
    };
    let work = move |job: JobId, cancel: &CancelFlag| {
        let ended = run_job(&shared, &session, job, reader, (plan, is_from_here), cancel);
        if ended.is_ok()
            && let Err(error) = session.refresh()
        {
            tracing::warn!(%error, "the project's numbers could not be read after the import");
        }
        shared.emit(Event::ImportEnded(job, ended.map(Box::new)));
    };
    jobs.start("tiebreak-import", work, on_panic)
}

fn checked(plan: ImportPlan) -> Result<ImportPlan, ApiError> {
    if let LabelPolicy::TakeIn { annotator } = &plan.labels
        && annotator.trim().is_empty()
    {
        return Err(ApiError::new(ErrorCode::BadRequest, "the past annotator needs a name"));
    }
    if let Some(folder) = &plan.media_folder
        && !Path::new(folder).is_dir()
        && !is_address(folder)
    {
        return Err(ApiError::new(ErrorCode::NotFound, format!("there is no media folder {folder}")).hint(
            "choose the folder in which the paths of the data start, or an address as s3://bucket/folder",
        ));
    }
    Ok(plan)
}

/// On the reading thread: hands the writer its part, reads to the end, waits for the commit.
fn run_job(
    shared: &Arc<Shared>,
    session: &Session,
    job: JobId,
    reader: Reader,
    (plan, is_from_here): (ImportPlan, bool),
    cancel: &CancelFlag,
) -> Result<ImportReport, ApiError> {
    let begun = Instant::now();
    let work = Work {
        is_lossless: reader.format() == DataFormat::Tiebreak,
        bytes_total: reader.bytes_total(),
        plan: plan.clone(),
        is_from_here,
        started_at: shared.host.now(),
        cancel: cancel.clone(),
    };
    let (sender, receiver) = bounded(BATCHES_WAITING);
    let (spent_sender, spent) = unbounded();
    let events = Arc::clone(shared);
    let written = session.writer.send(move |store| {
        let progress = |progress| events.emit(Event::ImportProgress(job, progress));
        work.write(store, receiver, spent_sender, progress)
    })?;
    send_file(reader, &plan, &sender, &spent, &session.rubric(), cancel);
    drop(sender);
    let mut report = written.recv().map_err(|_| failure::broke_off("import"))??;
    report.elapsed_ms = begun.elapsed().as_millis() as u64;
    shared.jobs.remember(job, Arc::new(report.clone()));
    Ok(report)
}

/// The writer's part.
struct Work {
    plan: ImportPlan,
    is_from_here: bool,
    is_lossless: bool,
    bytes_total: u64,
    started_at: UnixMillis,
    cancel: CancelFlag,
}

impl Work {
    /// Writes what arrives in one transaction, which is committed only after the end of the file.
    fn write(
        &self,
        store: &mut Store,
        messages: Receiver<Message>,
        spent: Sender<Vec<PreparedItem>>,
        mut on_progress: impl FnMut(ImportProgress),
    ) -> Result<ImportReport, ApiError> {
        if self.cancel.is_set() {
            return Err(failure::cancelled("import"));
        }
        let reader = store.reader()?;
        let project = store.place().clone();
        let sources = reader.sources()?;
        let info = store.info(NOBODY)?;
        let mut taken = sources.iter().map(|source| source.name.clone()).collect::<HashSet<_>>();
        let name = unique_name(&self.source_name(), &mut taken);
        let mut report = ImportReport { source: name.clone(), ..ImportReport::default() };
        let mut import = store.begin_import()?;
        if self.is_lossless {
            let is_empty = info.active_items + info.excluded_items + info.deleted_items + info.revisions == 0;
            let mut annotators = info.annotators;
            if is_empty {
                let accounts = reader.accounts()?;
                annotators.retain(|one| accounts.iter().any(|account| account.annotator == one.id));
            }
            let before = Before { is_empty, sources, annotators, rubric: info.rubric };
            let folder = self.plan.media_folder.as_ref();
            let folder = folder.map(|folder| stored_from_folder(&project, Path::new(folder)));
            let media = MediaOfSources {
                folder,
                fetches_addresses: self.plan.fetches_addresses,
                are_as_written: self.is_from_here,
            };
            let lossless = Lossless::new(&mut import, &before, media, self.started_at, &mut report);
            self.receive(&messages, &spent, Target::Lossless(Box::new(lossless)), &mut on_progress)?;
        } else {
            let setting = Setting {
                source: NewSource {
                    name,
                    media_folder: self.media_folder().map(|folder| stored_from_folder(&project, &folder)),
                    fetches_addresses: self.plan.fetches_addresses,
                    blake3: String::new(),
                    imported_at: self.started_at,
                },
                rubric: info.rubric.clone(),
                study: reader.study()?,
                started_at: self.started_at,
                known_names: reader
                    .annotators()?
                    .into_iter()
                    .map(|annotator| (annotator.name, annotator.key))
                    .collect::<HashMap<_, _>>(),
                any_source: sources.first().map(|source| source.id),
            };
            let rows = Rows::new(&mut import, setting, &mut report);
            self.receive(&messages, &spent, Target::Rows(Box::new(rows)), &mut on_progress)?;
        }
        self.commit(import)?;
        Ok(report)
    }

    fn commit(&self, import: Import<'_>) -> Result<(), ApiError> {
        if self.cancel.is_set() {
            return Err(failure::cancelled("import"));
        }
        Ok(import.commit()?)
    }

    fn receive(
        &self,
        messages: &Receiver<Message>,
        spent: &Sender<Vec<PreparedItem>>,
        mut target: Target<'_, '_>,
        on_progress: &mut impl FnMut(ImportProgress),
    ) -> Result<(), ApiError> {
        let mut progress = ImportProgress { bytes_total: self.bytes_total, ..ImportProgress::default() };
        let mut reported: Option<Instant> = None;
        loop {
            let message = messages.recv();
            if self.cancel.is_set() {
                return Err(failure::cancelled("import"));
            }
            match message {
                Ok(Message::Batch { records, bytes_read }) => {
                    let mut written = Vec::with_capacity(records.len());
                    for record in records {
                        written.extend(target.write(record)?);
                    }
                    // The reading thread may be through already, and its memory with it.
                    let _ = spent.send(written);
                    let report = target.report();
                    progress.rows_read = report.rows_read;
                    progress.items_added = report.items_added;
                    progress.rows_refused = report.rows_refused;
                    progress.bytes_read = bytes_read;
                    if reported.is_none_or(|at| at.elapsed() >= REPORT_EVERY) {
                        reported = Some(Instant::now());
                        on_progress(progress);
                    }
                }
                Ok(Message::End { blake3 }) => {
                    on_progress(progress);
                    return target.finish(&blake3);
                }
                Ok(Message::Failed(error)) => return Err(error),
                Err(_) => return Err(failure::broke_off("reading of the file")),
            }
        }
    }

    fn source_name(&self) -> String {
        let given = self.plan.source_name.clone().filter(|name| !name.trim().is_empty());
        given.unwrap_or_else(|| {
            Path::new(&self.plan.path)
                .file_name()
                .map_or_else(|| self.plan.path.clone(), |name| name.to_string_lossy().into_owned())
        })
    }

    fn media_folder(&self) -> Option<PathBuf> {
        let own = || {
            let folder = Path::new(&self.plan.path).parent().filter(|folder| !folder.as_os_str().is_empty());
            folder.map_or_else(|| PathBuf::from("."), Path::to_owned)
        };
        // What somebody sent lies in a folder that goes when it was read.
        self.plan.media_folder.as_ref().map(PathBuf::from).or_else(|| self.is_from_here.then(own))
    }
}

enum Target<'a, 'store> {
    Rows(Box<Rows<'a, 'store>>),
    Lossless(Box<Lossless<'a, 'store>>),
}

impl Target<'_, '_> {
    /// Writes one record; gives back what is left of it.
    fn write(&mut self, incoming: Incoming) -> Result<Option<PreparedItem>, ApiError> {
        match incoming {
            Incoming::Problem { problem, is_refused } => {
                let report = self.report();
                // A row whose vote alone was refused was counted with its item.
                report.rows_read += u64::from(is_refused);
                note_problem(report, problem, is_refused);
                Ok(None)
            }
            Incoming::Item { line, begins_row, item, has_media, votes } => {
                self.report().rows_read += u64::from(begins_row);
                if let Self::Rows(rows) = self {
                    rows.item(line, &item, has_media, votes)?;
                }
                Ok(Some(item))
            }
            Incoming::Profile { line, name, answers } => {
                self.report().rows_read += 1;
                if let Self::Rows(rows) = self {
                    rows.profile(line, &name, &answers)?;
                }
                Ok(None)
            }
            Incoming::Lossless { line, record } => {
                self.report().rows_read += 1;
                if let Self::Lossless(lossless) = self {
                    lossless.record(line, *record)?;
                }
                Ok(None)
            }
        }
    }

    fn report(&mut self) -> &mut ImportReport {
        match self {
            Self::Rows(rows) => rows.report(),
            Self::Lossless(lossless) => lossless.report(),
        }
    }

    fn finish(self, blake3: &str) -> Result<(), ApiError> {
        match self {
            Self::Rows(rows) => rows.finish(blake3),
            Self::Lossless(lossless) => lossless.finish(),
        }
    }
}
