//! `tiebreak merge`: copies of a project, brought together.

use std::path::{Path, PathBuf};

use tiebreak_domain::merge::MergeReport;
use tiebreak_domain::{ApiError, Event, Request};

use crate::cli::desk::{Desk, text};
use crate::cli::exit::Exit;
use crate::cli::json;
use crate::cli::progress::Progress;

/// How many conflicts are printed; `--json` prints them all.
const CONFLICTS_PRINTED: usize = 10;

/// Copies are projects that were one once. Every judgment of every copy is kept; merging a copy again
/// adds nothing. Where an annotator went on judging an item in two copies, the later word is in force, and the
/// item is listed. Each copy comes in whole or not at all.
#[derive(clap::Args)]
pub struct Arguments {
    /// The project that the others are brought into: a file, or postgres://user@host/database#project
    into: PathBuf,
    /// The other copies; they stay as they are
    #[arg(required = true)]
    others: Vec<PathBuf>,
    /// Print the reports as a JSON list
    #[arg(long)]
    json: bool,
}

/// Merges one copy after another.
pub fn run(arguments: &Arguments) -> Result<Exit, ApiError> {
    let desk = Desk::new();
    desk.open(&arguments.into)?;
    let mut reports = Vec::new();
    for other in &arguments.others {
        let ended = |job, event| match event {
            Event::MergeEnded(of, result) if of == job => Some(result),
            _ => None,
        };
        let request = Request::StartMerge { path: text(other)? };
        let (_, report) = desk.run(request, &mut Progress::new(), ended).map_err(|error| ApiError {
            message: format!("{}: {}", tiebreak_engine::shown_place(other), error.message),
            ..error
        })?;
        if !arguments.json {
            print_report(other, &report);
        }
        reports.push(report);
    }
    if arguments.json {
        json::print(&reports)?;
    }
    Ok(Exit::Done)
}

fn print_report(other: &Path, report: &MergeReport) {
    println!(
        "{}: {} judgments added, {} known before; {} items added, {} known before; {} annotators added",
        tiebreak_engine::shown_place(other),
        report.judgments_added,
        report.judgments_known,
        report.items_added,
        report.items_known,
        report.annotators_added
    );
    if report.rubrics_added > 0 {
        println!("{} rubrics added, with the judgments given under them", report.rubrics_added);
    }
    if report.model_labels_added > 0 {
        println!("{} labels of models added", report.model_labels_added);
    }
    if report.conflicts.is_empty() {
        return;
    }
    println!(
        "{} items were judged by one annotator in both copies; the later word is in force",
        report.conflicts.len()
    );
    for conflict in report.conflicts.iter().take(CONFLICTS_PRINTED) {
        println!("  item {}, annotator {}", conflict.item, conflict.annotator);
    }
    let more = report.conflicts.len().saturating_sub(CONFLICTS_PRINTED);
    if more > 0 {
        println!("  … and {more} more");
    }
}
