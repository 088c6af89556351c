//! Items of many candidates asked pair by pair: on import, in a project that has them, and by the policies.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tiebreak_domain::candidate_pairs::{PAIR_COLUMN, PairsMade};
use tiebreak_domain::import::LabelPolicy;
use tiebreak_domain::learning::{Learning, Policy, QueueAhead};
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::reward::ScoringReport;
use tiebreak_domain::rubric::{QuestionKind, RankingForm, Scope};
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::{
    Event, ExportFormat, ImportPlan, ItemFilter, ItemStatus, NewJudgment, Outcome, Question, Reply, Request,
    StudySetup, Verdict,
};

use crate::world::{World, preference, until};

/// Four candidates a prompt: two good ones that little tells apart, and two bad ones.
fn rows(count: usize) -> String {
    (1..=count)
        .map(|n| {
            let texts = [
                format!("Please see step {n}, which is explained at length and with care"),
                format!("No {n}"),
                format!("Please see part {n}, which is explained at length and with love"),
                format!("Bah {n}"),
            ];
            let texts = texts.map(|text| format!("\"{text}\"")).join(",");
            format!("{{\"id\":\"q{n}\",\"prompt\":\"Question {n}?\",\"candidates\":[{texts}],\"models\":[\"a\",\"b\",\"c\",\"d\"],\"rankings\":[{{\"annotator\":\"Old\",\"ranks\":[1,3,2,null]}}]}}\n")
        })
        .collect()
}

fn plan(world: &World, count: usize, labels: LabelPolicy) -> ImportPlan {
    let path = world.write("rows.jsonl", rows(count));
    ImportPlan { labels, makes_pairs: true, ..ImportPlan::of_file(path) }
}

fn take_in() -> LabelPolicy {
    LabelPolicy::TakeIn { annotator: "Original".into() }
}

fn make_pairs(world: &World, filter: ItemFilter) -> PairsMade {
    match world.engine.call(Request::MakePairs(filter)).unwrap() {
        Reply::PairsMade(made) => made,
        other => panic!("expected what was made, found {other:?}"),
    }
}

fn ahead_of(world: &World, annotator: tiebreak_domain::AnnotatorId) -> QueueAhead {
    until(|| match world.engine.call(Request::QueueAhead { annotator, count: 8 }).unwrap() {
        Reply::QueueAhead(ahead) if !ahead.entries.is_empty() => Some(*ahead),
        _ => None,
    })
}

/// A project that ranks, with whole items.
fn ranking_world(count: usize, labels: LabelPolicy) -> World {
    ranking(World::new(), count, labels)
}

fn ranking(world: World, count: usize, labels: LabelPolicy) -> World {
    let mut info = world.create("p.tiebreak");
    let kind = QuestionKind::Ranking { form: RankingForm::WithTies };
    info.rubric.questions = vec![Question::new("ranking", "In order", Scope::Item, kind)];
    world.project(Request::SetRubric(Box::new(info.rubric)));
    let path = world.write("rows.jsonl", rows(count));
    world.try_import(ImportPlan { labels, ..ImportPlan::of_file(path) }).unwrap();
    world
}

#[test]
fn an_import_makes_pairs_with_the_votes_that_an_order_comes_to() {
    let world = World::new();
    world.create("p.tiebreak");
    let report = world.try_import(plan(&world, 2, take_in())).unwrap();
    assert_eq!((report.rows_read, report.items_added, report.rows_refused), (2, 12, 0));
    assert_eq!(report.judgments_added, 6, "the fourth was not placed: three pairs of each prompt");
    let again = world.try_import(plan(&world, 2, take_in())).unwrap();
    assert_eq!((again.items_added, again.items_known, again.judgments_added), (0, 12, 0));
    let csv = world.export(ExportFormat::Csv, "out.csv");
    let votes: Vec<&str> = csv.lines().skip(1).collect();
    assert_eq!(votes.len(), 6, "{csv}");
    let first = &world.queue(Place::Start, 1)[0].item.item;
    assert_eq!(first.external_id.as_deref(), Some("q1#1-2"));
    let lossless = world.export(ExportFormat::Tiebreak, "all.jsonl");
    assert!(lossless.contains(&format!("\"{PAIR_COLUMN}\":\"1 and 2 of 4\"")), "and it says which two");
    assert!(lossless.contains("\"model\":\"d\""), "candidates are as they were");
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn a_vote_that_places_no_two_is_told_and_whole_items_are_refused_where_pairs_are_asked() {
    let world = World::new();
    world.create("p.tiebreak");
    let row = rows(1).replace("[1,3,2,null]", "[1,null,null,null]");
    let path = world.write("rows.jsonl", &row);
    let pairs = ImportPlan { labels: take_in(), makes_pairs: true, ..ImportPlan::of_file(&path) };
    let report = world.try_import(pairs.clone()).unwrap();
    assert_eq!((report.items_added, report.judgments_added, report.problems.len()), (6, 0, 1));
    assert!(report.problems[0].reason.contains("without its vote"), "{:?}", report.problems);
    let whole = world.try_import(ImportPlan { makes_pairs: false, ..pairs }).unwrap();
    assert_eq!((whole.items_added, whole.rows_refused), (0, 1));
}

#[test]
fn pairs_of_a_project_are_made_once_and_the_whole_steps_aside() {
    let world = ranking_world(3, take_in());
    let made = make_pairs(&world, ItemFilter::default());
    let expected = PairsMade { items: 3, pairs_added: 18, labels_carried: 9, ..PairsMade::default() };
    assert_eq!(made, expected);
    let info = world.info();
    assert_eq!((info.active_items, info.excluded_items), (18, 3));
    assert_eq!(make_pairs(&world, ItemFilter::default()), PairsMade::default(), "nothing whole is left");
    world.engine.call(Request::SetStatus(vec![(tiebreak_domain::ItemId(1), ItemStatus::Active)])).unwrap();
    let again = make_pairs(&world, ItemFilter::default());
    let expected = PairsMade { items: 1, pairs_known: 6, ..PairsMade::default() };
    assert_eq!(again, expected, "what is there is not doubled");
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn what_people_said_of_the_whole_stays_an_answer_to_the_whole() {
    let world = ranking_world(3, LabelPolicy::LeaveOut);
    let item = world.queue(Place::Start, 1).remove(0);
    let mut skipped = world.judgment(&item, Verdict::Skipped);
    skipped.rubric_version = world.info().rubric.version;
    world.submit(skipped);
    let made = make_pairs(&world, ItemFilter::default());
    assert_eq!((made.items, made.items_judged, made.pairs_added), (2, 1, 12));
}

#[test]
fn a_content_of_several_pairs_is_scored_once() {
    let world = World::new();
    world.create("p.tiebreak");
    world.try_import(plan(&world, 3, LabelPolicy::LeaveOut)).unwrap();
    let job = world.start(Request::StartScoring { models: Vec::new(), keeps_watch: false });
    let report: ScoringReport = world.wait(|event| match event {
        Event::ScoringEnded(ended, result) if ended == job => Some(*result.unwrap()),
        _ => None,
    });
    assert_eq!((report.scored, report.known), (12, 24), "of 18 pairs: {report:?}");
}

#[test]
fn a_judgment_is_saved_while_pairs_are_made_and_what_was_judged_meanwhile_stays_whole() {
    let (arrived, arrivals) = channel::<()>();
    let (release, released) = channel::<()>();
    let released = Mutex::new(released);
    let turns = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&turns);
    // Whoever makes the pairs looks at the clock before each turn, and is held before the second.
    let world = World::watching_the_clock(move || {
        if std::thread::current().name() == Some("pairs") && counted.fetch_add(1, Ordering::SeqCst) == 1 {
            arrived.send(()).unwrap();
            // Nobody releases a test that failed.
            let _ = released.lock().unwrap().recv();
        }
    });
    let world = ranking(world, 400, LabelPolicy::LeaveOut);
    let info = world.info();
    let made = std::thread::scope(|scope| {
        let engine = &world.engine;
        let make = || engine.call(Request::MakePairs(ItemFilter::default())).unwrap();
        let making = std::thread::Builder::new().name("pairs".into()).spawn_scoped(scope, make).unwrap();
        arrivals.recv_timeout(Duration::from_mins(1)).expect("there is a second turn");
        let request = QueueRequest {
            annotator: info.annotator,
            place: Place::After(tiebreak_domain::ItemId(399)),
            count: 1,
            except: Vec::new(),
        };
        let Reply::Items(mut last) = world.engine.call(Request::Queue(request)).unwrap() else {
            panic!("expected an item")
        };
        let skip = world.judgment(&last.remove(0), Verdict::Skipped);
        let skip = NewJudgment { rubric_version: info.rubric.version, ..skip };
        assert_eq!(skip.item.0, 400, "the last of those with four candidates");
        world.submit(skip);
        release.send(()).unwrap();
        making.join().unwrap()
    });
    let Reply::PairsMade(made) = made else { panic!("expected what was made, found {made:?}") };
    assert!(turns.load(Ordering::SeqCst) > 2, "in turns");
    assert_eq!((made.items, made.items_judged), (399, 1), "{made:?}");
    assert_eq!(made.pairs_added, 399 * 6);
    let again = make_pairs(&world, ItemFilter::default());
    assert_eq!((again.items, again.pairs_added), (0, 0), "doing it again finds nothing left: {again:?}");
}

#[test]
fn the_policy_chooses_the_pair_whose_best_is_still_open_and_the_showing_holds_it() {
    let world = World::new();
    world.create("p.tiebreak");
    // A past annotator put both good ones before the bad ones, now one and now the other first.
    let ranks = ["[1,3,2,3]", "[2,3,1,3]"];
    let ranked = rows(60)
        .lines()
        .enumerate()
        .fold(String::new(), |all, (place, row)| all + &row.replace("[1,3,2,null]", ranks[place % 2]) + "\n");
    let path = world.write("rows.jsonl", ranked);
    let pairs = ImportPlan { labels: take_in(), makes_pairs: true, ..ImportPlan::of_file(path) };
    assert_eq!(world.try_import(pairs).unwrap().judgments_added, 360);
    let learning = Learning {
        policy: Policy::BestOfN,
        audit_share: 0.0,
        scores_in_background: false,
        ..Learning::default()
    };
    let study = StudySetup { learning: Some(learning), ..StudySetup::default() };
    world.engine.call(Request::SetStudy(Box::new(study))).unwrap();
    until(|| (world.learning_state().votes == 360).then_some(()));
    let is_good = |text: &str| text.starts_with("Please");
    let annotator = world.info().annotator;
    let mut ahead: QueueAhead = ahead_of(&world, annotator);
    let reason = &ahead.entries.remove(0).reason;
    assert!(
        reason.contains("(candidates ") && reason.contains(" of 4)"),
        "the lead reads which two: {reason}"
    );
    for _ in 0..10 {
        let item = world.queue(Place::Start, 1).remove(0);
        assert_eq!(item.acquisition.method, AcquisitionMethod::BestOfN);
        let texts: Vec<String> =
            item.item.item.candidates.iter().map(tiebreak_domain::Candidate::text).collect();
        assert!(texts.iter().all(|text| is_good(text)), "no bad one can be the best: {texts:?}");
        world.submit(world.judgment(&item, Verdict::overall(preference(Outcome::Tie))));
    }
    let line = world.export(ExportFormat::Tiebreak, "all.jsonl");
    let stored = line.lines().filter(|line| line.contains("\"best_of_n\"")).count();
    assert!(stored >= 10, "the showing says by what the pair was chosen: {stored}");
}
