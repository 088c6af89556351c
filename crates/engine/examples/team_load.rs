//! How fast a team works on one project in a database: so many annotators in this process, each of whom is offered an
//! item, thinks, and submits, for so many seconds. Run it in two processes at once for two servers.
//!
//! `cargo run --release -p tiebreak-engine --example team_load -- ADDRESS make ITEMS WANTED` makes the project;
//! `… -- ADDRESS run FIRST COUNT SECONDS THINK_MS` lets annotators FIRST to FIRST + COUNT work, and prints the round
//! trips of submit and next; `… -- ADDRESS count` says how often items were judged.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use tiebreak_domain::assignment::{Assignment, QueueOrder};
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::{
    AnnotatorId, Event, ImportPlan, JudgmentId, NewJudgment, Origin, Outcome, Preference, QueuedItem, Reply,
    Request, StudySetup, UnixMillis, Verdict,
};
use tiebreak_engine::{Engine, Host, ProjectFile};
use tiebreak_store::{ProjectPlace, Reader};

#[allow(clippy::disallowed_methods)]
fn now() -> UnixMillis {
    UnixMillis(SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis() as i64)
}

fn engine() -> (Engine, std::sync::mpsc::Receiver<Event>) {
    let seed = AtomicU64::new(u64::from(std::process::id()) << 32);
    let host = Host {
        settings_file: None,
        data_folder: None,
        cache_folder: None,
        clock: Arc::new(now),
        random: Arc::new(move || {
            let mut z = seed.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        }),
        keyring: None,
        app_version: "0".to_owned(),
        user_name: "Lead".to_owned(),
        scores_in_background: false,
    };
    let (sender, events) = std::sync::mpsc::channel();
    (Engine::new(host, move |event| drop(sender.send(event))), events)
}

fn make(address: &str, items: usize, wanted: u32) {
    let (engine, events) = engine();
    engine.call(Request::CreateProject { path: address.to_owned(), name: "Load".to_owned() }).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rows.jsonl");
    let rows: String = (0..items)
        .map(|n| format!("{{\"prompt\":\"Question {n}?\",\"chosen\":\"Yes {n}\",\"rejected\":\"No {n}\"}}\n"))
        .collect();
    std::fs::write(&file, rows).unwrap();
    let begun = Instant::now();
    engine.call(Request::StartImport(ImportPlan::of_file(file.to_string_lossy()))).unwrap();
    while !matches!(events.recv().unwrap(), Event::ImportEnded(_, Ok(_))) {}
    println!("{items} items imported in {:.2} s", begun.elapsed().as_secs_f64());
    let order = QueueOrder::Own { seed: 7 };
    let assignment = Assignment { wanted: Some(wanted), order, lease_minutes: 30, ..Assignment::default() };
    engine.call(Request::SetStudy(Box::new(StudySetup { assignment, ..StudySetup::default() }))).unwrap();
}

fn next(engine: &Engine, annotator: AnnotatorId) -> Option<QueuedItem> {
    let request = QueueRequest { annotator, place: Place::Start, count: 1, except: vec![] };
    match engine.call(Request::Queue(request)).unwrap() {
        Reply::Items(items) => items.into_iter().next(),
        other => panic!("{other:?}"),
    }
}

fn judgment(annotator: AnnotatorId, item: &QueuedItem, number: u64) -> NewJudgment {
    NewJudgment {
        id: JudgmentId::new(now(), u128::from(number) << 64 | u128::from(annotator.0 as u64)),
        item: item.item.id,
        annotator,
        verdict: Verdict::overall(Preference::new(Outcome::A)),
        flagged: false,
        comment: String::new(),
        notes: Vec::new(),
        rubric_version: 1,
        showing: None,
        origin: Origin::Screen,
        recorded_at: now(),
    }
}

fn run(address: &str, first: u64, count: u64, seconds: u64, think_ms: u64) {
    let (engine, _events) = engine();
    engine.call(Request::OpenProject { path: address.to_owned() }).unwrap();
    let people: Vec<AnnotatorId> = (first..first + count)
        .map(|number| match engine.call(Request::SetAnnotator { name: format!("P{number}") }).unwrap() {
            Reply::Project(info) => info.annotator,
            other => panic!("{other:?}"),
        })
        .collect();
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let work = |(index, annotator): (usize, AnnotatorId)| {
            let engine = &engine;
            move || {
                let mut times = Vec::new();
                let mut on_screen = next(engine, annotator);
                std::thread::sleep(Duration::from_millis(think_ms * index as u64 / count));
                while let Some(item) = on_screen
                    && Instant::now() < until
                {
                    std::thread::sleep(Duration::from_millis(think_ms));
                    let begun = Instant::now();
                    let judgment = judgment(annotator, &item, times.len() as u64);
                    engine.call(Request::Submit(Box::new(judgment))).unwrap();
                    on_screen = next(engine, annotator);
                    times.push(begun.elapsed());
                }
                times
            }
        };
        let threads: Vec<_> = people.into_iter().enumerate().map(|one| scope.spawn(work(one))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
    println!(
        "{} judgments, {:.0} a second; submit and next: median {:.1} ms, 99th percentile {:.1} ms, longest {:.1} ms",
        times.len(),
        times.len() as f64 / seconds as f64,
        at(0.5).as_secs_f64() * 1e3,
        at(0.99).as_secs_f64() * 1e3,
        times.last().copied().unwrap_or_default().as_secs_f64() * 1e3,
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments[at].parse::<u64>().unwrap();
    match arguments[1].as_str() {
        "make" => make(&arguments[0], number(2) as usize, number(3) as u32),
        "run" => run(&arguments[0], number(2), number(3), number(4), number(5)),
        _ => {
            let file = ProjectFile::open(Path::new(&arguments[0])).unwrap();
            let info = file.info().unwrap();
            println!("{} judgments in force, {} revisions", info.judgments, info.revisions);
            let reader = Reader::open(ProjectPlace::from_text(&arguments[0]).unwrap()).unwrap();
            let facets = reader.facets();
            let facets = facets.read();
            let most = (1..=facets.last_item()).map(|item| facets.verdicts(item).len()).max();
            println!("most judgments of an item: {}", most.unwrap_or(0));
            println!("check: {:?}", file.check().unwrap());
        }
    }
}
