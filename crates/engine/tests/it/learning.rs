//! Learning from votes: who is asked what and why, what is told to whom, and that nothing of it stands in the way.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tiebreak_domain::learning::{Learning, LearningState, Policy, QueueAhead};
use tiebreak_domain::model_report::{Contestant, ModelReport, ReportFilter};
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::reward::{ItemScores, Models, Scorer, ScoringReport};
use tiebreak_domain::second_look::{LookFilter, LookOrder, LookReasonKind, SecondLook};
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::{
    ErrorCode, Event, ItemId, ItemStatus, Outcome, QueuedItem, Reply, Request, StudySetup, Verdict,
};

use crate::world::{World, preference, until};

/// Nothing is scored unless a test says so.
fn quiet() -> Learning {
    Learning { scores_in_background: false, ..Learning::default() }
}

/// Answers whose better one says "please" and is longer, so that anything can learn it.
fn rows(count: usize) -> String {
    (1..=count)
        .map(|n| {
            let good = format!("Please see step {n}, which is explained at length and with care");
            let bad = format!("No {n}");
            let (a, b) = if n % 2 == 0 { (&good, &bad) } else { (&bad, &good) };
            format!("{{\"prompt\":\"Question {n}?\",\"response_a\":\"{a}\",\"response_b\":\"{b}\"}}\n")
        })
        .collect()
}

fn better(number: i64) -> Outcome {
    if number % 2 == 0 { Outcome::A } else { Outcome::B }
}

fn world(count: usize, learning: Option<Learning>) -> World {
    begun(World::new(), count, learning)
}

fn begun(world: World, count: usize, learning: Option<Learning>) -> World {
    world.create("p.tiebreak");
    world.import(&world.write("rows.jsonl", rows(count)));
    let study = StudySetup { learning, ..StudySetup::default() };
    world.engine.call(Request::SetStudy(Box::new(study))).unwrap();
    world
}

fn ahead(world: &World) -> QueueAhead {
    let annotator = world.info().annotator;
    match world.engine.call(Request::QueueAhead { annotator, count: 8 }).unwrap() {
        Reply::QueueAhead(ahead) => *ahead,
        other => panic!("expected what comes next, found {other:?}"),
    }
}

fn report(world: &World) -> ModelReport {
    match world.engine.call(Request::ModelReport(ReportFilter::default())).unwrap() {
        Reply::ModelReport(report) => *report,
        other => panic!("expected the report, found {other:?}"),
    }
}

fn look(world: &World) -> SecondLook {
    let filter = LookFilter { count: 50, order: LookOrder::Severity, ..LookFilter::default() };
    match world.engine.call(Request::SecondLook(filter)).unwrap() {
        Reply::SecondLook(look) => *look,
        other => panic!("expected the list, found {other:?}"),
    }
}

fn judge(world: &World, count: usize, wrong_every: usize) -> Vec<AcquisitionMethod> {
    let mut methods = Vec::new();
    for number in 1..=count {
        let item = world.queue(Place::Start, 1).remove(0);
        methods.push(item.acquisition.method);
        assert!(item.acquisition.propensity > 0.0 && item.acquisition.propensity <= 1.0);
        let right = better(item.item.id.0);
        let is_wrong = wrong_every > 0 && number % wrong_every == 0;
        let said = match (is_wrong, right) {
            (false, right) => right,
            (true, Outcome::A) => Outcome::B,
            (true, _) => Outcome::A,
        };
        world.submit(world.judgment(&item, Verdict::overall(preference(said))));
    }
    methods
}

#[test]
fn without_learning_nothing_runs_and_the_order_is_the_files() {
    let world = world(5, None);
    assert_eq!(judge(&world, 3, 0), [AcquisitionMethod::FileOrder; 3]);
    assert_eq!(world.learning_state(), LearningState::default());
    let next: Vec<_> = ahead(&world).entries.into_iter().map(|entry| (entry.item.0, entry.reason)).collect();
    assert_eq!(
        next,
        [4, 5].map(|item| (item, "next in order".to_owned())),
        "what comes next is told all the same"
    );
}

#[test]
fn a_head_learns_from_votes_says_why_and_marks_what_it_chose() {
    let world = world(120, Some(quiet()));
    until(|| (world.learning_state().pairs == 120).then_some(()));
    let early = judge(&world, 20, 0);
    assert!(
        early.iter().all(|method| matches!(method, AcquisitionMethod::Random | AcquisitionMethod::Audit)),
        "at random until there is something to go by: {early:?}"
    );
    until(|| (world.learning_state().votes >= 20).then_some(()));
    until(|| {
        ahead(&world).entries.iter().any(|entry| entry.method == AcquisitionMethod::GreedyBald).then_some(())
    });
    let next = ahead(&world);
    assert!(next.entries.iter().all(|entry| !entry.reason.is_empty() && !entry.prompt.is_empty()));
    let late = judge(&world, 15, 0);
    assert!(late.contains(&AcquisitionMethod::GreedyBald), "then what teaches most: {late:?}");
    let learned = until(|| Some(world.learning_state()).filter(|state| state.votes == 35));
    assert!(learned.features.contains("style"), "what it learns from is told: {:?}", learned.features);
    let report = report(&world);
    let head = report.rows.iter().find(|row| row.contestant == Contestant::Scorer(Scorer::Head)).unwrap();
    assert!(head.accuracy.unwrap().estimate > 0.8, "a pattern this plain is learned: {:?}", head.accuracy);
    let longer = report.rows.iter().find(|row| row.contestant == Contestant::Longer).unwrap();
    assert_eq!(longer.accuracy.unwrap().estimate, 1.0, "and length alone would do, which stands beside it");
}

/// A world whose worker can be held in the middle of a refit.
struct Held {
    /// First, so that a test that fails lets the worker go before the world ends.
    release: Sender<()>,
    world: World,
    /// At which of its next looks at the clock it is held; 0 at none.
    looks: Arc<AtomicUsize>,
    arrivals: Receiver<()>,
}

impl Held {
    fn new(count: usize) -> Self {
        let (arrived, arrivals) = channel::<()>();
        let (release, released) = channel::<()>();
        let looks = Arc::new(AtomicUsize::new(0));
        let (counted, released) = (Arc::clone(&looks), Mutex::new(released));
        let world = World::watching_the_clock(move || {
            let is_worker = std::thread::current().name() == Some("tiebreak-learning");
            let counts_down = |left: usize| left.checked_sub(1);
            if is_worker && counted.fetch_update(Ordering::SeqCst, Ordering::SeqCst, counts_down) == Ok(1) {
                arrived.send(()).unwrap();
                // Nobody releases a test that failed.
                let _ = released.lock().unwrap().recv();
            }
        });
        let world = begun(world, count, Some(quiet()));
        until(|| (world.learning_state().pairs == count as u64).then_some(()));
        Self { release, world, looks, arrivals }
    }

    /// Votes, and waits until the refit that follows is held.
    fn hold(&self, item: &QueuedItem) {
        // The first look is for the plan that follows the vote, the second in the middle of the refit.
        self.looks.store(2, Ordering::SeqCst);
        self.world.submit(self.world.judgment(item, Verdict::overall(preference(Outcome::A))));
        let arrived = self.arrivals.recv_timeout(Duration::from_mins(1));
        arrived.expect("the worker refits after a while without a vote");
    }
}

#[test]
fn what_was_revised_meanwhile_is_one_refit() {
    let held = Held::new(20);
    let world = &held.world;
    let item = world.queue(Place::Start, 1).remove(0);
    held.hold(&item);
    for turn in 0..30 {
        let outcome = if turn % 2 == 0 { Outcome::A } else { Outcome::B };
        world.submit(world.judgment(&item, Verdict::overall(preference(outcome))));
    }
    world.submit(world.judgment(&item, Verdict::Withdrawn));
    let _ = world.events.try_iter().count();
    held.release.send(()).unwrap();
    until(|| (world.learning_state().votes == 0).then_some(()));
    // A worker that took them one by one would be at them for a while yet.
    std::thread::sleep(Duration::from_secs(2));
    world.engine.call(Request::CloseProject).unwrap();
    let refits = world.events.try_iter().filter(|event| matches!(event, Event::LearningChanged(_))).count();
    assert!((1..=3).contains(&refits), "the one that was held, and one for all that came: {refits}");
}

#[test]
fn nobody_waits_for_a_refit() {
    let held = Held::new(40);
    let Held { world, release, .. } = &held;
    let item = world.queue(Place::Start, 1).remove(0);
    held.hold(&item);
    let annotator = world.info().annotator;
    let (answer, answers) = channel();
    std::thread::scope(|scope| {
        let engine = &world.engine;
        let ask = move || {
            let ahead = engine.call(Request::QueueAhead { annotator, count: 8 });
            let scores = engine.call(Request::ItemScores { annotator, item: item.item.id });
            let queue = QueueRequest { annotator, place: Place::Start, count: 2, except: vec![] };
            let next = engine.call(Request::Queue(queue));
            answer.send((ahead, scores, next)).unwrap();
        };
        std::thread::Builder::new().name("test-asking".to_owned()).spawn_scoped(scope, ask).unwrap();
        let told = answers.recv_timeout(Duration::from_mins(1));
        release.send(()).unwrap();
        let (ahead, scores, next) = told.expect("answers come while the refit is held");
        let Ok(Reply::QueueAhead(ahead)) = ahead else { panic!("expected what comes next, found {ahead:?}") };
        assert!(
            ahead.entries.iter().all(|entry| entry.prediction.is_some()),
            "what was learned before is told"
        );
        let Ok(Reply::ItemScores(scores)) = scores else { panic!("expected scores, found {scores:?}") };
        assert_eq!(scores[0].scorer, Scorer::Head);
        assert!(matches!(next, Ok(Reply::Items(items)) if items.len() == 2));
    });
    until(|| (world.learning_state().votes == 1).then_some(()));
}

#[test]
fn an_undo_is_unlearned() {
    let world = world(40, Some(quiet()));
    until(|| (world.learning_state().pairs == 40).then_some(()));
    judge(&world, 6, 0);
    until(|| (world.learning_state().votes == 6).then_some(()));
    let item = world.queue(Place::Start, 1).remove(0);
    world.submit(world.judgment(&item, Verdict::overall(preference(Outcome::A))));
    until(|| (world.learning_state().votes == 7).then_some(()));
    world.submit(world.judgment(&item, Verdict::Withdrawn));
    until(|| (world.learning_state().votes == 6).then_some(()));
}

#[test]
fn what_models_say_is_told_after_the_vote_and_never_before() {
    let world = world(10, Some(quiet()));
    until(|| (world.learning_state().pairs == 10).then_some(()));
    let item = world.queue(Place::Start, 1).remove(0);
    assert!(item.scores.is_empty(), "hidden unless the study shows them");
    let annotator = world.info().annotator;
    let ask = Request::ItemScores { annotator, item: item.item.id };
    assert_eq!(world.refused(ask.clone()).code, ErrorCode::Denied, "not before the vote");
    world.submit(world.judgment(&item, Verdict::overall(preference(Outcome::A))));
    let told: Vec<ItemScores> = until(|| match world.engine.call(ask.clone()).unwrap() {
        Reply::ItemScores(scores) if !scores.is_empty() => Some(scores),
        _ => None,
    });
    assert_eq!(told[0].scorer, Scorer::Head);
    assert!(told[0].scores.iter().all(Option::is_some), "something of each candidate");
}

#[test]
fn slips_are_flagged_once_enough_was_judged_and_a_second_look_says_who_was_right() {
    let learning = Learning { policy: Policy::Random, flag_level: 0.1, ..quiet() };
    let world = world(160, Some(learning));
    until(|| (world.learning_state().pairs == 160).then_some(()));
    judge(&world, 120, 20);
    until(|| (world.learning_state().votes == 120).then_some(()));
    let found = until(|| Some(look(&world)).filter(|look| look.total > 0));
    let first = &found.items[0];
    assert!(first.reasons.iter().any(|reason| reason.kind() == LookReasonKind::ModelDisagrees));
    let flag = &first.flags[0];
    assert!(flag.probability < 0.5 && flag.severity > 0.0 && flag.p_value <= 1.0);
    let flagged: Vec<_> = found.items.iter().take(6).map(|look| look.item.0).collect();
    let slips = found
        .items
        .iter()
        .take(6)
        .filter(|look| {
            let said = look.judgments[0].given.verdict.preference().unwrap().outcome;
            said != better(look.item.0)
        })
        .count();
    assert!(slips >= 4, "the six first are mostly the six slips: {slips} of {flagged:?}");
}

#[test]
fn the_sample_models_score_texts_once_and_their_scores_reach_the_head() {
    let world = world(30, Some(quiet()));
    let Reply::Models(models) = world.engine.call(Request::Models).unwrap() else { panic!("models") };
    let Models { models, machine } = *models;
    assert!(!machine.runtime.is_empty() && !machine.providers.is_empty());
    let text =
        models.iter().find(|model| model.name == "Tiebreak small").expect("one comes with the program");
    assert!(text.is_bundled && text.problem.is_none(), "{:?}", text.problem);
    assert_eq!((text.scored, text.scorable), (0, 60));
    let score = || -> ScoringReport {
        let job = world.start(Request::StartScoring { models: Vec::new(), keeps_watch: false });
        world.wait(|event| match event {
            Event::ScoringEnded(ended, result) if ended == job => Some(*result.unwrap()),
            _ => None,
        })
    };
    let first = score();
    assert_eq!((first.scored + first.known, first.refused_count), (60, 0), "{first:?}");
    let again = score();
    assert_eq!((again.scored, again.known), (0, 60), "what is known is not scored again");
    until(|| (!world.learning_state().priors.is_empty()).then_some(()));
    assert!(world.learning_state().features.contains("Tiebreak small"), "its embedding is learned from");
    let removal = world.refused(Request::RemoveModel(text.key.clone()));
    assert_eq!(removal.code, ErrorCode::BadRequest, "what came with the program stays");
}

#[test]
fn scores_that_are_shown_are_hidden_from_some_and_the_showing_says_so() {
    let learning = Learning { scores_visible: true, hidden_share: 0.5, ..quiet() };
    let world = world(60, Some(learning));
    until(|| (world.learning_state().pairs == 60).then_some(()));
    judge(&world, 1, 0);
    let job = world.start(Request::StartScoring { models: Vec::new(), keeps_watch: false });
    world.wait(|event| matches!(event, Event::ScoringEnded(ended, _) if ended == job).then_some(()));
    let shown = world.queue(Place::Start, 40);
    let visible = shown.iter().filter(|item| !item.scores.is_empty()).count();
    assert!((8..=32).contains(&visible), "about half of 40: {visible}");
}

#[test]
fn labels_of_a_model_are_taken_only_where_it_is_sure_and_nobody_judged() {
    let world = world(60, Some(quiet()));
    until(|| (world.learning_state().pairs == 60).then_some(()));
    judge(&world, 30, 0);
    until(|| (world.learning_state().votes == 30).then_some(()));
    let before = world.info().judgments;
    let Reply::Count(taken) = world
        .engine
        .call(Request::AcceptModelLabels { above: 0.6, by: Scorer::Head, of: Box::default() })
        .unwrap()
    else {
        panic!("a number")
    };
    assert!(taken > 0 && taken <= 30, "of the thirty that are open: {taken}");
    assert_eq!(world.info().judgments, before, "none of them is a judgment");
    let refused =
        world.refused(Request::AcceptModelLabels { above: 0.2, by: Scorer::Head, of: Box::default() });
    assert_eq!(refused.code, ErrorCode::BadRequest);
    let Reply::Count(gone) = world.engine.call(Request::ForgetModelLabels).unwrap() else {
        panic!("a number")
    };
    assert_eq!(gone, taken);
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn what_is_out_of_play_is_out_of_learning_and_comes_back() {
    let world = world(20, Some(quiet()));
    until(|| (world.learning_state().pairs == 20).then_some(()));
    judge(&world, 4, 0);
    until(|| (world.learning_state().votes == 4).then_some(()));
    let before = world.queue(Place::Start, 1).remove(0);
    world.submit(world.judgment(&before, Verdict::overall(preference(Outcome::A))));
    let judged = before.item.id;
    let set = |status| {
        world.engine.call(Request::SetStatus(vec![(judged, status)])).unwrap();
    };
    let stands = |pairs, votes| {
        until(|| {
            let state = world.learning_state();
            ((state.pairs, state.votes) == (pairs, votes)).then_some(())
        });
    };
    set(ItemStatus::Excluded);
    stands(19, 4);
    set(ItemStatus::Active);
    stands(20, 5);
}

#[test]
fn scores_of_a_candidate_are_told_when_no_pair_of_it_is_left_to_judge() {
    let world = World::new();
    world.create("p.tiebreak");
    let pair = |one: &str, other: &str| {
        format!("{{\"prompt\":\"Q?\",\"response_a\":\"{one}\",\"response_b\":\"{other}\"}}\n")
    };
    let others: String = (1..=80)
        .map(|n| format!("{{\"prompt\":\"{n}?\",\"response_a\":\"Yes\",\"response_b\":\"No\"}}\n"))
        .collect();
    let rows = [pair("one", "two"), others, pair("two", "three"), pair("one", "three")].concat();
    world.import(&world.write("rows.jsonl", rows));
    let study = StudySetup { learning: Some(quiet()), ..StudySetup::default() };
    world.engine.call(Request::SetStudy(Box::new(study))).unwrap();
    until(|| (world.learning_state().pairs == 83).then_some(()));
    let annotator = world.info().annotator;
    let told = |item: i64| {
        let queued = world.queue(Place::At(ItemId(item)), 1).remove(0);
        world.submit(world.judgment(&queued, Verdict::overall(preference(Outcome::A))));
        match world.engine.call(Request::ItemScores { annotator, item: ItemId(item) }).unwrap() {
            Reply::ItemScores(scores) => !scores.is_empty(),
            other => panic!("expected scores, found {other:?}"),
        }
    };
    // The head says something once the worker has heard of a vote.
    told(7);
    let ask = Request::ItemScores { annotator, item: ItemId(7) };
    until(|| match world.engine.call(ask.clone()).unwrap() {
        Reply::ItemScores(scores) => (!scores.is_empty()).then_some(()),
        other => panic!("expected scores, found {other:?}"),
    });
    assert!(!told(1), "of one and two, each of which is to be judged beside three");
    assert!(told(8), "no other pair shares its candidates");
    assert!(!told(82), "now three would be known too");
    assert!(told(83), "the last of the three");
}
