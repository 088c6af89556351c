//! One export: into temporary files in the same folder, made durable, then put in their places with a
//! manifest. Cancelled or failed, it leaves nothing behind.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use roaring::RoaringBitmap;
use tiebreak_domain::export::{ExportCounts, ExportProgress, ExportReport, IdentityChoice, LabelChoice};
use tiebreak_domain::import::RowProblem;
use tiebreak_domain::{AnnotatorId, ApiError, Event, ExportFormat, ExportPlan, JobId, StoredItem};
use tiebreak_formats::LosslessRecord;
use tiebreak_formats::export::output::ItemOutput;
use tiebreak_formats::export::questions::question_of_plan;
use tiebreak_formats::export::{ClassBalance, header};
use tiebreak_store::Reader;

use crate::engine::Shared;
use crate::export::asking::Asking;
use crate::export::companions::{Companions, refuse_existing, test_file};
use crate::export::identity::identity_of;
use crate::export::line_file::LineFile;
use crate::export::lines::Lines;
use crate::export::lossless::each_record;
use crate::export::manifest::{Manifest, ManifestAnnotator, ManifestFile, ManifestProject, Policies};
use crate::export::model_labels;
use crate::export::split::Split;
use crate::export::target::Target;
use crate::failure;
use crate::host::{Host, NOBODY};
use crate::jobs::CancelFlag;
use crate::seat::Seat;
use crate::session::Session;

/// How many problems a report lists.
const PROBLEMS: usize = 1_000;
/// The least time between two reports of progress.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// Starts an export of the open project.
pub fn start(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    seat: &Seat,
    plan: ExportPlan,
    path: PathBuf,
    replace: bool,
) -> Result<JobId, ApiError> {
    let target = Target::new(&session.place, path, replace)?;
    refuse_existing(&plan, &target)?;
    ask_policies(&*session.readers.open()?, &plan)?;
    let tells_profiles = !session.is_for_lead_alone(seat)?;
    let (shared, session) = (Arc::clone(shared), Arc::clone(session));
    let jobs = Arc::clone(&shared.jobs);
    let on_panic = {
        let shared = Arc::clone(&shared);
        move |job| shared.emit(Event::ExportEnded(job, Err(failure::broke_off("export"))))
    };
    let work = move |job: JobId, cancel: &CancelFlag| {
        let ended = session.readers.open().and_then(|reader| {
            let progress = |progress| shared.emit(Event::ExportProgress(job, progress));
            let told = Told { profiles: tells_profiles, within: None };
            export(&reader, &plan, &target, &shared.host, &told, cancel, progress)
        });
        shared.emit(Event::ExportEnded(job, ended.map(Box::new)));
    };
    jobs.start("tiebreak-export", work, on_panic)
}

/// Refuses a plan that leaves a needed policy open.
pub fn ask_policies(reader: &Reader, plan: &ExportPlan) -> Result<(), ApiError> {
    Asking::new(reader, plan)?.refuse_open()
}

/// What of a project is told.
#[derive(Default)]
pub struct Told {
    /// Whether what people say of themselves is.
    pub profiles: bool,
    /// Judgments of these items alone; of all if none.
    pub within: Option<RoaringBitmap>,
}

/// Writes the file, its companions and its manifest.
pub fn export(
    reader: &Reader,
    plan: &ExportPlan,
    target: &Target,
    host: &Host,
    told: &Told,
    cancel: &CancelFlag,
    on_progress: impl FnMut(ExportProgress),
) -> Result<ExportReport, ApiError> {
    let begun = Instant::now();
    let info = reader.info(NOBODY)?;
    let items_total = match plan.format {
        ExportFormat::Tiebreak => {
            info.active_items + info.excluded_items + info.deleted_items + info.revisions
        }
        _ => info.active_items,
    };
    let mut asking = Asking::for_writing(reader, plan)?;
    if told.profiles && plan.format == ExportFormat::Prism {
        asking.tell_profiles(reader)?;
    }
    let mut output = Output {
        file: LineFile::of(plan.format, target.temporary()?),
        companions: Companions::new(plan, target, &asking.names)?,
        test_file: test_file(plan.format),
        test_rows: 0,
        cancel,
        progress: ExportProgress { items_done: 0, items_total },
        reported: None,
        on_progress,
    };
    let mut split = Split::new(reader, plan)?;
    let mut account = if plan.format == ExportFormat::Tiebreak {
        write_lossless(reader, &mut output)?
    } else {
        write_lines(reader, plan, &asking, (told.within.as_ref(), split.as_ref()), &mut output)?
    };
    if cancel.is_set() {
        return Err(failure::cancelled("export"));
    }
    let of_io = |error: &io::Error| failure::of_io("write the export", &target.path, error);
    let Output { file, companions, mut on_progress, test_rows, .. } = output;
    if let Some(split) = &mut split {
        split.told.test_rows = test_rows;
    }
    let finished = file.finish().map_err(|error| of_io(&error))?;
    let too_large = companions.too_large(finished.size_bytes);
    let companions = companions.finish()?;
    account.problems.extend(too_large.map(|reason| RowProblem { line: 0, reason }));
    // From here on what is there belongs together: the file first, what stands beside it, and last who vouches for all.
    target.withdraw_manifest()?;
    target.place(finished.file, &target.path)?;
    let (paths, companions): (Vec<PathBuf>, Vec<_>) = companions.place()?.into_iter().unzip();
    let file_name = target.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let question = question_of_plan(plan, &asking.names).map(|question| question.key.as_str());
    let has_names = identity_of(plan) == IdentityChoice::Names;
    let annotators = info.annotators.iter().filter(|one| match plan.format {
        ExportFormat::Tiebreak => one.judged + one.skipped > 0,
        _ => account.contributors.contains(&one.id),
    });
    let annotators = annotators.filter_map(|one| {
        let name = if has_names { Some(&one.name) } else { asking.names.annotators.get(&one.id) };
        Some(ManifestAnnotator { key: has_names.then_some(one.key), name: name?.clone() })
    });
    let annotators = annotators.collect();
    let manifest = Manifest {
        program: "tiebreak",
        program_version: &host.app_version,
        created_at: host.now().rfc3339(),
        project: ManifestProject { key: has_names.then_some(info.key), name: &info.name },
        format: plan.format.word(),
        policies: Policies::new(plan, question),
        counts: (&account.counts).into(),
        annotators,
        split: split.map(|split| split.told),
        rubric_versions: account.rubric_versions,
        class_balance: plan.format.is_unpaired().then(|| ClassBalance::of_labels(account.labels)),
        file: ManifestFile { name: &file_name, size_bytes: finished.size_bytes, blake3: &finished.blake3 },
        companions,
    };
    let mut manifest_file = target.temporary()?;
    serde_json::to_writer_pretty(&mut manifest_file, &manifest)
        .map_err(io::Error::from)
        .and_then(|()| manifest_file.write_all(b"\n"))
        .and_then(|()| manifest_file.as_file().sync_all())
        .map_err(|error| of_io(&error))?;
    target.place(manifest_file, &target.manifest_path)?;
    target.sync_folder()?;
    on_progress(ExportProgress { items_done: items_total, items_total });
    Ok(ExportReport {
        path: target.path.to_string_lossy().into_owned(),
        manifest_path: target.manifest_path.to_string_lossy().into_owned(),
        companions: paths.iter().map(|path| path.to_string_lossy().into_owned()).collect(),
        counts: account.counts,
        problems: account.problems,
        blake3: finished.blake3,
        elapsed_ms: begun.elapsed().as_millis() as u64,
    })
}

/// What is told of an export in its report and its manifest.
#[derive(Default)]
struct Account {
    counts: ExportCounts,
    problems: Vec<RowProblem>,
    rubric_versions: BTreeSet<u32>,
    labels: [u64; 2],
    contributors: BTreeSet<AnnotatorId>,
}

fn write_lossless<F: FnMut(ExportProgress)>(
    reader: &Reader,
    output: &mut Output<'_, F>,
) -> Result<Account, ApiError> {
    let mut account = Account::default();
    each_record(reader, |record| {
        account.counts.rows += 1;
        let rubric_version = match &record {
            LosslessRecord::Judgment(judgment) => Some(judgment.rubric_version),
            LosslessRecord::Repeat(repeat) => Some(repeat.rubric_version),
            _ => None,
        };
        account.counts.judgments += u64::from(rubric_version.is_some());
        account.rubric_versions.extend(rubric_version);
        let counts_as_done = matches!(record, LosslessRecord::Item(_) | LosslessRecord::Judgment(_));
        output.line(&record.to_line())?;
        output.done(u64::from(counts_as_done))
    })?;
    Ok(account)
}

fn write_lines<F: FnMut(ExportProgress)>(
    reader: &Reader,
    plan: &ExportPlan,
    asking: &Asking,
    (within, split): (Option<&RoaringBitmap>, Option<&Split>),
    output: &mut Output<'_, F>,
) -> Result<Account, ApiError> {
    let mut lines = Lines::new(plan, asking, PROBLEMS);
    let can_go_on = header(plan.format, &asking.names).is_none_or(|header| {
        let is_beside = split.is_none() || output.companions.line(output.test_file, &header);
        is_beside && output.line(&header).is_continue()
    });
    let is_test = |item: &StoredItem| split.is_some_and(|split| split.is_test(item));
    if can_go_on {
        if plan.labels != LabelChoice::Model {
            reader.each_judged_item(&plan.annotators, |item, judgments| {
                if within.is_some_and(|within| !within.contains(item.id.0 as u32)) {
                    return ControlFlow::Continue(());
                }
                output.item(&lines.of_item(&item, &judgments), is_test(&item))?;
                output.done(1)
            })?;
        }
        for labelled in model_labels::to_write(reader, plan)? {
            if within.is_some_and(|within| !within.contains(labelled.item.0 as u32)) {
                continue;
            }
            let item = reader.item(labelled.item)?;
            if output.item(&lines.of_label(&item, &labelled), is_test(&item)).is_break() {
                break;
            }
        }
        // Where it was stopped, what is written is thrown away.
        let _ = output.item(&lines.finish(), false);
    }
    let Lines { counts, problems, rubric_versions, labels, contributors, .. } = lines;
    Ok(Account { counts, problems, rubric_versions, labels, contributors })
}

/// Where lines go, and who is told how far it is.
struct Output<'a, F> {
    file: LineFile,
    companions: Companions<'a>,
    /// What the file of items to test with is called among the companions.
    test_file: &'static str,
    test_rows: u64,
    cancel: &'a CancelFlag,
    progress: ExportProgress,
    reported: Option<Instant>,
    on_progress: F,
}

impl<F: FnMut(ExportProgress)> Output<'_, F> {
    fn item(&mut self, item: &ItemOutput, is_test: bool) -> ControlFlow<()> {
        for line in &item.lines {
            if !is_test {
                self.line(line)?;
                continue;
            }
            self.test_rows += 1;
            self.companions.see(line);
            if !self.companions.line(self.test_file, line) {
                return ControlFlow::Break(());
            }
        }
        let companions = &mut self.companions;
        let mut beside =
            item.beside.iter().flat_map(|(file, lines)| lines.iter().map(move |line| (*file, line)));
        let is_written = beside.all(|(file, line)| companions.line(file, line))
            && item.pictures.iter().all(|picture| companions.picture(picture));
        if is_written { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn line(&mut self, line: &str) -> ControlFlow<()> {
        self.companions.see(line);
        if self.file.line(line) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
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
