//! Long work that ends while its dialog is closed.

use tiebreak_domain::export::{ExportCounts, ExportReport};
use tiebreak_domain::import::ImportReport;
use tiebreak_domain::{Event, JobId};

use super::*;

const JOB: JobId = JobId(4);

fn told(bench: &mut Bench, event: Event) -> Vec<String> {
    bench.remote.event(event);
    bench.frame(Vec::new());
    let told = bench.app.notices.list().iter().map(|notice| notice.message.clone()).collect();
    bench.app.notices = Notices::default();
    told
}

fn exported() -> ExportReport {
    ExportReport {
        path: "/p/pairs.jsonl".into(),
        manifest_path: String::new(),
        companions: Vec::new(),
        counts: ExportCounts { rows: 1_200, ..ExportCounts::default() },
        problems: Vec::new(),
        blake3: String::new(),
        elapsed_ms: 1,
    }
}

fn imported(items_added: u64) -> ImportReport {
    ImportReport {
        source: "pairs".into(),
        rows_read: items_added,
        items_added,
        items_known: 0,
        items_deleted_before: 0,
        judgments_added: 0,
        model_labels_added: 0,
        profiles_added: 0,
        rows_refused: 0,
        problems: Vec::new(),
        elapsed_ms: 1,
    }
}

#[test]
fn an_export_or_import_that_ends_out_of_sight_is_told_however_it_ended() {
    let mut bench = Bench::open(saved);
    let full = || ApiError::new(ErrorCode::DiskFull, "the disk is full");
    assert_eq!(
        told(&mut bench, Event::ExportEnded(JOB, Ok(Box::new(exported())))),
        ["1,200 rows written to /p/pairs.jsonl"]
    );
    assert_eq!(told(&mut bench, Event::ExportEnded(JOB, Err(full()))), ["The disk is full"]);
    assert_eq!(told(&mut bench, Event::ImportEnded(JOB, Err(full()))), ["The disk is full"]);
    let came_in = |items| Event::ImportEnded(JOB, Ok(Box::new(imported(items))));
    assert_eq!(told(&mut bench, came_in(1)), ["1 item added from pairs"]);
    assert_eq!(told(&mut bench, came_in(1_200)), ["1,200 items added from pairs"]);
    let stopped = || ApiError::new(ErrorCode::Cancelled, "it was stopped");
    assert!(told(&mut bench, Event::ExportEnded(JOB, Err(stopped()))).is_empty(), "whoever stopped it knows");
    assert!(told(&mut bench, Event::ImportEnded(JOB, Err(stopped()))).is_empty());
    bench.app.want(Action::Command(Command::ShowExport));
    bench.frame(Vec::new());
    let in_sight = told(&mut bench, Event::ExportEnded(JOB, Err(full())));
    assert!(in_sight.is_empty(), "the dialog says so: {in_sight:?}");
}
