//! Sharing: a project in a database, which several engines have open. Told where `TIEBREAK_TEST_POSTGRES` holds the
//! address of a database in which schemas may be made.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use tiebreak_domain::assignment::{Assignment, QueueOrder};
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::reward::ScoringReport;
use tiebreak_domain::{
    AnnotatorId, ErrorCode, Event, ExportFormat, ImportPlan, ItemStatus, Outcome, QueuedItem, Reply, Request,
    StudySetup, Verdict,
};
use tiebreak_engine::{CancelFlag, ProjectFile, move_project};
use tiebreak_store::ProjectPlace;

use crate::people::set_study;
use crate::world::{World, preference, trl_rows, until};

/// An address of a project that is nowhere yet, and goes at the end.
struct Address(String);

impl Address {
    fn new() -> Option<Self> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("TIEBREAK_TEST_POSTGRES").ok().filter(|address| !address.is_empty());
        let Some(server) = server else {
            eprintln!("skipped: TIEBREAK_TEST_POSTGRES names no database");
            return None;
        };
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        Some(Self(format!("{server}#engine_{}_{number}", std::process::id())))
    }
}

impl Drop for Address {
    fn drop(&mut self) {
        ProjectPlace::from_text(&self.0).unwrap().remove().unwrap();
    }
}

/// What people do in a project, whatever it is kept in.
fn script(world: &World, project: &str, media: &Path) {
    world.project(Request::CreateProject { path: project.into(), name: "Trial".into() });
    let rows = world.write("rows.jsonl", trl_rows(12));
    let plan =
        ImportPlan { media_folder: Some(media.to_string_lossy().into_owned()), ..ImportPlan::of_file(&rows) };
    world.try_import(plan.clone()).unwrap();
    for outcome in [Outcome::A, Outcome::B, Outcome::Tie, Outcome::BothBad, Outcome::Unratable] {
        world.judge_next(outcome);
    }
    let item = world.queue(Place::Start, 1).remove(0);
    let mut said = world.judgment(&item, Verdict::overall(preference(Outcome::A)));
    said.comment = "Straße, 日本, \u{0}nul\u{1}".into();
    said.flagged = true;
    world.submit(said);
    world.submit(world.judgment(&item, Verdict::Withdrawn));
    world.submit(world.judgment(&item, Verdict::overall(preference(Outcome::B))));
    world.seat("Bob");
    let items = world.queue(Place::Start, 4);
    for (item, outcome) in items.iter().zip([Outcome::B, Outcome::B, Outcome::A]) {
        world.submit(world.judgment(item, Verdict::overall(preference(outcome))));
    }
    world.submit(world.judgment(&items[3], Verdict::Skipped));
    world.engine.call(Request::SetStatus(vec![(items[2].item.id, ItemStatus::Excluded)])).unwrap();
    set_study(world, &StudySetup { consent: String::new(), ..StudySetup::default() });
    let more = world.write("more.jsonl", trl_rows(14));
    world.try_import(ImportPlan { path: more, ..plan }).unwrap();
}

/// Every format that can be written, by its word.
fn exports(world: &World, round: &str) -> BTreeMap<&'static str, Vec<u8>> {
    let mut exports = BTreeMap::new();
    for format in ExportFormat::ALL {
        let name = format!("{round}-{}.out", format.word());
        if world.try_export(crate::world::answered(format), &name).is_ok() {
            exports.insert(format.word(), std::fs::read(world.path(&name)).unwrap());
        }
    }
    exports
}

#[test]
fn a_file_and_a_database_give_equal_exports_of_one_script_and_so_does_what_was_moved() {
    let Some(address) = Address::new() else { return };
    let (in_file, in_database) = (World::new(), World::new());
    // Apart from both projects, so that it is called the same in each.
    let media = tempfile::tempdir().unwrap();
    script(&in_file, &in_file.text("a.tiebreak"), media.path());
    script(&in_database, &address.0, media.path());
    let of_file = exports(&in_file, "one");
    let of_database = exports(&in_database, "one");
    assert!(of_file.len() > 8, "most formats have something to say: {:?}", of_file.keys());
    assert_eq!(of_file.keys().collect::<Vec<_>>(), of_database.keys().collect::<Vec<_>>());
    for (format, bytes) in &of_file {
        let (one, other) = (String::from_utf8_lossy(bytes), String::from_utf8_lossy(&of_database[format]));
        assert_eq!(one, other, "{format}");
    }
    assert_eq!(in_database.check(), Vec::<String>::new());

    let exact = exports(&in_database, "two");
    in_database.engine.call(Request::CloseProject).unwrap();
    let moved = in_database.path("moved.tiebreak");
    move_project(Path::new(&address.0), &moved, &CancelFlag::default(), |_| {}).unwrap();
    in_database.project(Request::OpenProject { path: moved.to_string_lossy().into_owned() });
    assert_eq!(exports(&in_database, "three"), exact, "byte for byte, wherever it is");
    assert_eq!(in_database.check(), Vec::<String>::new());
    let again = move_project(Path::new(&address.0), &moved, &CancelFlag::default(), |_| {}).unwrap_err();
    assert_eq!(again.code, ErrorCode::Exists);
}

fn queue(world: &World, annotator: AnnotatorId, count: u32) -> Vec<QueuedItem> {
    let request = QueueRequest { annotator, place: Place::Start, count, except: vec![] };
    match world.engine.call(Request::Queue(request)).unwrap() {
        Reply::Items(items) => items,
        other => panic!("expected items, found {other:?}"),
    }
}

#[test]
fn two_engines_share_out_the_work_and_nobody_is_offered_what_is_settled() {
    let Some(address) = Address::new() else { return };
    let one = World::new();
    one.project(Request::CreateProject { path: address.0.clone(), name: "Trial".into() });
    one.import(&one.write("rows.jsonl", trl_rows(30)));
    let assignment = Assignment {
        wanted: Some(2),
        order: QueueOrder::Own { seed: 4 },
        lease_minutes: 10,
        ..Assignment::default()
    };
    set_study(&one, &StudySetup { assignment, ..StudySetup::default() });
    let other = one.beside();
    other.project(Request::OpenProject { path: address.0.clone() });
    let people: Vec<AnnotatorId> = (0..6).map(|number| one.seat(&format!("P{number}"))).collect();
    std::thread::scope(|scope| {
        for (number, &person) in people.iter().enumerate() {
            let engine = if number % 2 == 0 { &one.engine } else { &other.engine };
            scope.spawn(move || {
                let mut nothing = 0;
                while nothing < 3 {
                    let request =
                        QueueRequest { annotator: person, place: Place::Start, count: 3, except: vec![] };
                    let Reply::Items(items) = engine.call(Request::Queue(request)).unwrap() else {
                        panic!("expected items");
                    };
                    nothing = if items.is_empty() { nothing + 1 } else { 0 };
                    for item in items {
                        let judgment = judgment(person, &item);
                        engine.call(Request::Submit(Box::new(judgment))).unwrap();
                    }
                }
            });
        }
    });
    let info = ProjectFile::open(Path::new(&address.0)).unwrap().info().unwrap();
    assert_eq!(info.judgments, 60, "all that is wanted");
    let counts = one.export(ExportFormat::Csv, "all.csv");
    let mut by_item: BTreeMap<String, u32> = BTreeMap::new();
    for line in counts.lines().skip(1) {
        let question = line.split("Question ").nth(1).unwrap().split('?').next().unwrap();
        *by_item.entry(question.to_owned()).or_default() += 1;
    }
    assert!(by_item.values().all(|count| *count == 2), "never more, never less: {by_item:?}");
    assert_eq!(one.check(), Vec::<String>::new());
}

fn judgment(annotator: AnnotatorId, item: &QueuedItem) -> tiebreak_domain::NewJudgment {
    static COUNTER: AtomicU32 = AtomicU32::new(1);
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let recorded_at = tiebreak_domain::UnixMillis(1_700_000_000_000 + i64::from(number));
    tiebreak_domain::NewJudgment {
        id: tiebreak_domain::JudgmentId::new(recorded_at, u128::from(number) << 8),
        item: item.item.id,
        annotator,
        verdict: Verdict::overall(preference(Outcome::A)),
        flagged: false,
        comment: String::new(),
        notes: Vec::new(),
        rubric_version: 1,
        showing: None,
        origin: tiebreak_domain::Origin::Screen,
        recorded_at,
    }
}

#[test]
fn what_another_engine_changes_is_heard_and_kept_to() {
    let Some(address) = Address::new() else { return };
    let one = World::new();
    one.project(Request::CreateProject { path: address.0.clone(), name: "Trial".into() });
    one.import(&one.write("rows.jsonl", trl_rows(4)));
    let other = one.beside();
    let info = other.project(Request::OpenProject { path: address.0.clone() });
    assert_eq!(
        other.engine.whole_place().as_ref(),
        Some(&address.0),
        "a program that goes on needs all of it"
    );
    assert!(!info.path.contains("password") && info.path.starts_with("postgres://"), "{}", info.path);
    let heard = |wanted: &dyn Fn(&tiebreak_domain::ProjectInfo) -> bool| {
        other.wait(|event| match event {
            Event::ProjectChanged(info) if wanted(&info) => Some(*info),
            _ => None,
        })
    };
    one.judge_next(Outcome::A);
    heard(&|info| info.judgments == 1);
    let mut rubric = one.info().rubric;
    rubric.models_visible = true;
    one.project(Request::SetRubric(Box::new(rubric)));
    heard(&|info| info.rubric.version == 2);
    assert_eq!(other.queue(Place::Start, 1)[0].item.id.0, 2, "item 1 is judged, whoever asks");
    let assignment = Assignment { wanted: Some(1), ..Assignment::default() };
    set_study(&one, &StudySetup { assignment, ..StudySetup::default() });
    until(|| match other.engine.call(Request::Study).unwrap() {
        Reply::Study(study) => (study.assignment.wanted == Some(1)).then_some(()),
        other => panic!("expected the study, found {other:?}"),
    });
    let ada = one.info().annotator;
    let bob = other.seat("Bob");
    assert_eq!(queue(&one, ada, 2).len(), 2);
    let left: Vec<i64> = queue(&other, bob, 9).iter().map(|item| item.item.id.0).collect();
    assert_eq!(left, [4], "2 and 3 are kept for Ada by the other process");
    one.import(&one.write("more.jsonl", trl_rows(6)));
    heard(&|info| info.active_items == 6);
    until(|| {
        let found = other.engine.call(Request::Find(tiebreak_domain::ItemFilter {
            search: "\"question 6\"".into(),
            ..Default::default()
        }));
        found.ok()
    });
}

/// Starts scoring by every model, and gives the job's report when it has ended.
fn scored(world: &World, keeps_watch: bool) -> impl FnOnce() -> ScoringReport + '_ {
    let job = world.start(Request::StartScoring { models: Vec::new(), keeps_watch });
    move || {
        world.wait(|event| match event {
            Event::ScoringEnded(ended, result) if ended == job => Some(*result.unwrap()),
            _ => None,
        })
    }
}

/// How many candidates have a score of the model that reads texts.
fn scores(world: &World) -> u64 {
    let Reply::Models(models) = world.engine.call(Request::Models).unwrap() else { panic!("models") };
    models.models.iter().find(|model| model.name == "Tiebreak small").unwrap().scored
}

#[test]
fn programs_that_score_one_project_share_out_the_work() {
    let Some(address) = Address::new() else { return };
    let one = World::new();
    one.project(Request::CreateProject { path: address.0.clone(), name: "Trial".into() });
    // Several stretches of items.
    one.import(&one.write("rows.jsonl", trl_rows(700)));
    let other = one.beside();
    other.project(Request::OpenProject { path: address.0.clone() });
    let (ended, other_ended) = (scored(&one, false), scored(&other, false));
    let (report, other_report) = (ended(), other_ended());
    assert_eq!(scores(&one), 1_400);
    assert_eq!(report.scored + other_report.scored, 1_400, "none twice: {report:?}, {other_report:?}");
    assert_eq!(report.scored + report.known, 1_400, "each waits until all is done");
}

#[test]
fn who_keeps_watch_scores_what_comes_later_and_takes_up_what_another_left() {
    let Some(address) = Address::new() else { return };
    let one = World::new();
    one.project(Request::CreateProject { path: address.0.clone(), name: "Trial".into() });
    one.import(&one.write("rows.jsonl", trl_rows(3)));
    let worker = one.beside();
    worker.project(Request::OpenProject { path: address.0.clone() });
    // Somebody who has the first stretch, and dies.
    let reader = tiebreak_store::Reader::open(ProjectPlace::from_text(&address.0).unwrap()).unwrap();
    let Reply::Models(models) = one.engine.call(Request::Models).unwrap() else { panic!("models") };
    let model = models.models.iter().find(|model| model.name == "Tiebreak small").unwrap().key.clone();
    let mut claims = reader.scoring_claims().unwrap().unwrap();
    assert!(claims.take(&model, 0).unwrap());
    let job = worker.start(Request::StartScoring { models: Vec::new(), keeps_watch: true });
    std::thread::sleep(std::time::Duration::from_millis(1_500));
    assert_eq!(scores(&one), 0, "what another has is left to it");
    drop(claims);
    until(|| (scores(&one) == 6).then_some(()));
    one.import(&one.write("more.jsonl", trl_rows(200)));
    until(|| (scores(&one) == 400).then_some(()));
    worker.engine.call(Request::Cancel(job)).unwrap();
    let report = worker.wait(|event| match event {
        Event::ScoringEnded(ended, result) if ended == job => Some(*result.unwrap()),
        _ => None,
    });
    assert_eq!((report.scored, report.refused_count), (400, 0), "each once: {report:?}");
}

#[test]
fn a_project_in_a_file_is_not_watched() {
    let world = World::new();
    world.create("p.tiebreak");
    let refused = world.refused(Request::StartScoring { models: Vec::new(), keeps_watch: true });
    assert_eq!(refused.code, ErrorCode::BadRequest);
    assert!(refused.hint.as_deref().is_some_and(|hint| hint.contains("tiebreak move")), "{refused:?}");
}
