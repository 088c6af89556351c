//! Second looks at items drawn at random, on imported votes: what flags are held against, and how it is marked.

use std::fmt::Write as _;

use tiebreak_domain::learning::Learning;
use tiebreak_domain::model_report::ReportFilter;
use tiebreak_domain::queue::Place;
use tiebreak_domain::second_look::{LookFilter, LookItem, LookReason, LookReasonKind, SecondLook};
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::{
    ExportFormat, ItemId, NewJudgment, Origin, Outcome, Reply, Request, StudySetup, Verdict,
};

use crate::world::{World, preference, until};

/// One in ten votes prefers the answer that anything can tell is worse.
fn imported(count: usize) -> World {
    let world = World::new();
    world.create("p.tiebreak");
    let rows = (1..=count).fold(String::new(), |mut rows, n| {
        let good = format!("Please see step {n}, which is explained at length and with care");
        let bad = format!("No {n}");
        let (chosen, rejected) = if n % 10 == 0 { (bad, good) } else { (good, bad) };
        writeln!(
            rows,
            "{{\"prompt\":\"Question {n}?\",\"chosen\":\"{chosen}\",\"rejected\":\"{rejected}\"}}"
        )
        .unwrap();
        rows
    });
    let report = world.import_with_labels(&world.write("rows.jsonl", rows), "past");
    assert_eq!(report.judgments_added, count as u64);
    // At these levels nine second looks are enough.
    let learning = Learning {
        scores_in_background: false,
        flag_level: 0.25,
        false_discovery: 0.4,
        audit_share: 0.25,
        ..Learning::default()
    };
    let study = StudySetup { learning: Some(learning), ..StudySetup::default() };
    world.engine.call(Request::SetStudy(Box::new(study))).unwrap();
    until(|| (world.learning_state().votes == count as u64).then_some(()));
    world
}

fn look(world: &World, reasons: &[LookReasonKind]) -> SecondLook {
    let filter = LookFilter { reasons: reasons.to_vec(), count: 200, ..LookFilter::default() };
    match world.engine.call(Request::SecondLook(filter)).unwrap() {
        Reply::SecondLook(look) => *look,
        other => panic!("expected a second look, found {other:?}"),
    }
}

/// The chosen answer is A of the data; whoever looks twice sees the better one.
fn review(world: &World, item: ItemId) {
    let queued = world.queue(Place::At(item), 1).remove(0);
    let better = if item.0 % 10 == 0 { Outcome::B } else { Outcome::A };
    let judgment = world.judgment(&queued, Verdict::overall(preference(better)));
    world.submit(NewJudgment { origin: Origin::Review, ..judgment });
}

#[test]
fn flags_on_imported_votes_are_held_against_second_looks_at_items_drawn_at_random() {
    let world = imported(100);
    let told = |words: &str| world.learning_state().remarks.iter().any(|remark| remark.contains(words));
    assert!(told("look twice at 9 items more") && told("best at those drawn at random"));
    let drawn_looks = look(&world, &[LookReasonKind::Drawn]).items;
    let drawn: Vec<ItemId> = drawn_looks.iter().map(|look| look.item).collect();
    let is_alone = |look: &LookItem| look.reasons == [LookReason::Drawn];
    assert_eq!(drawn.len(), 9, "as many as are needed");
    let all = look(&world, &[]).items;
    let others: Vec<bool> = all.iter().map(is_alone).collect();
    let alone = others.iter().filter(|is_drawn| **is_drawn).count();
    let most = drawn_looks.iter().filter(|look| is_alone(look)).count();
    assert_eq!(
        alone,
        ((others.len() - alone) / 3).min(most),
        "a quarter of the list, as far as there are: {others:?}"
    );
    assert!(alone > 0 && !others[..3].contains(&true) && others[3], "mixed in: {others:?}");
    // Those that were looked at make way for those drawn after them.
    for look in all.iter().filter(|look| is_alone(look)) {
        review(&world, look.item);
    }
    until(|| {
        let left = look(&world, &[LookReasonKind::Drawn]).items.iter().filter(|look| is_alone(look)).count();
        let all = look(&world, &[]).items;
        let listed = all.iter().filter(|look| is_alone(look)).count();
        (listed > 0 && listed == ((all.len() - listed) / 3).min(left)).then_some(())
    });
    for item in &drawn {
        review(&world, *item);
    }
    until(|| told("by 9 second looks at items drawn at random").then_some(()));
    assert!(!told("no clean audits"), "{:?}", world.learning_state().remarks);
    assert!(look(&world, &[LookReasonKind::Drawn]).items.is_empty(), "enough is enough");
    let flagged = look(&world, &[LookReasonKind::ModelDisagrees]).items;
    let slips = flagged.iter().filter(|look| look.item.0 % 10 == 0).count();
    assert!(slips >= 5 && slips * 2 >= flagged.len(), "{slips} of {} flagged are slips", flagged.len());
}

#[test]
fn a_second_look_says_that_its_item_was_drawn_and_how_likely_that_was() {
    let world = imported(60);
    let drawn = look(&world, &[LookReasonKind::Drawn]).items[0].item;
    let other = (1..=60)
        .map(ItemId)
        .find(|item| look(&world, &[LookReasonKind::Drawn]).items.iter().all(|look| look.item != *item));
    review(&world, drawn);
    review(&world, other.unwrap());
    let reviews = look_at_reviews(&world, [drawn, other.unwrap()]);
    assert_eq!(reviews[0], (AcquisitionMethod::RandomLook, 9.0 / 60.0));
    assert_ne!(reviews[1].0, AcquisitionMethod::RandomLook, "it was chosen");
    let written = world.export(ExportFormat::Tiebreak, "all.jsonl");
    assert_eq!(
        written.matches("\"method\":\"random_look\",\"propensity\":0.15").count(),
        1,
        "exports say so"
    );
    world.create("b.tiebreak");
    world.import(&world.text("all.jsonl"));
    assert_eq!(world.export(ExportFormat::Tiebreak, "again.jsonl"), written, "and imports keep it");
}

fn look_at_reviews(world: &World, items: [ItemId; 2]) -> [(AcquisitionMethod, f64); 2] {
    items.map(|item| {
        let queued = world.queue(Place::At(item), 1).remove(0);
        let showing = queued.previous.unwrap().given.showing.unwrap();
        (showing.acquisition.method, showing.acquisition.propensity)
    })
}

#[test]
fn what_a_second_look_says_of_a_surprised_model_outlives_the_surprise() {
    let world = imported(100);
    let flagged = look(&world, &[LookReasonKind::ModelDisagrees]).items;
    let [agreed, refused] = [flagged[0].item, flagged[1].item];
    let say = |item: ItemId, outcome| {
        let queued = world.queue(Place::At(item), 1).remove(0);
        let judgment = world.judgment(&queued, Verdict::overall(preference(outcome)));
        world.submit(NewJudgment { origin: Origin::Review, ..judgment });
    };
    let voted = |look: &LookItem| {
        let vote = look.judgments.iter().find(|vote| vote.given.id == look.flags[0].judgment).unwrap();
        vote.given.verdict.preference().unwrap().outcome
    };
    // Whoever keeps an answer of their own says nothing of the model.
    world.seat("past");
    say(flagged[2].item, voted(&flagged[2]));
    world.seat("Ada");
    say(agreed, voted(&flagged[0]));
    say(refused, if voted(&flagged[1]) == Outcome::A { Outcome::B } else { Outcome::A });
    let is_kept = |world: &World| {
        let wrong = look(world, &[LookReasonKind::ModelWasWrong]);
        assert_eq!(
            (wrong.total, wrong.items[0].item),
            (1, agreed),
            "the pair to train on, though it is settled"
        );
        assert!(matches!(wrong.items[0].reasons[..], [.., LookReason::ModelWasWrong(_)]));
        let filter = LookFilter { with_reviewed: true, count: 200, ..LookFilter::default() };
        let Reply::SecondLook(all) = world.engine.call(Request::SecondLook(filter)).unwrap() else {
            panic!()
        };
        let said = |item| all.items.iter().find(|look| look.item == item).map(|look| look.model_was_wrong);
        assert!(said(agreed).is_none_or(|said| said == Some(true)));
        assert!(said(refused).is_none_or(|said| said == Some(false)));
        let Reply::ModelReport(report) =
            world.engine.call(Request::ModelReport(ReportFilter::default())).unwrap()
        else {
            panic!()
        };
        let told = "it was wrong about 1, which are pairs to train on, and right about 1";
        assert!(report.remarks.iter().any(|remark| remark.contains(told)), "{:?}", report.remarks);
    };
    is_kept(&world);
    world.engine.call(Request::CloseProject).unwrap();
    world.project(Request::OpenProject { path: world.text("p.tiebreak") });
    is_kept(&world);
    let csv = world.export(ExportFormat::Csv, "all.csv");
    assert!(csv.lines().next().unwrap().ends_with(",model_was_wrong,more_candidates"));
    let ending = |end: &str| csv.lines().skip(1).filter(|line| line.ends_with(end)).count();
    assert_eq!((ending(",true,"), ending(",false,")), (1, 1), "on the reviews alone");
    let written = world.export(ExportFormat::Tiebreak, "all.jsonl");
    assert_eq!(written.matches("\"model_was_wrong\":true").count(), 1);
    world.create("b.tiebreak");
    world.import(&world.text("all.jsonl"));
    assert_eq!(world.export(ExportFormat::Tiebreak, "again.jsonl"), written, "and an archive keeps it");
    is_kept(&world);
    assert_eq!(world.check(), Vec::<String>::new());
}
