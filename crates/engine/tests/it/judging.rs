//! The queue and its judgments: order, blinding, revisions, undo, statuses.

use tiebreak_domain::queue::Place;
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::{ErrorCode, ItemId, ItemStatus, Outcome, Reply, Request, Verdict};

use crate::world::{World, preference, trl_rows};

fn with_rows(count: usize) -> World {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(count)));
    world
}

#[test]
fn a_judgment_is_saved_changed_and_taken_back() {
    let world = with_rows(3);
    let item = world.judge_next(Outcome::A);
    assert_eq!(world.queue(Place::Start, 9).len(), 2, "what is judged is not offered");
    let again = world.queue(Place::At(item.item.id), 1).remove(0);
    assert_eq!(again.order, item.order, "a slip is corrected where it was made");
    assert_eq!(again.acquisition.method, AcquisitionMethod::Chosen);
    assert_eq!(again.previous.as_ref().unwrap().revision, 1);
    assert_eq!(world.submit(world.judgment(&again, Verdict::overall(preference(Outcome::Tie)))), 2);
    assert_eq!(world.submit(world.judgment(&again, Verdict::Withdrawn)), 3);
    assert_eq!(world.queue(Place::Start, 9).len(), 3, "an item taken back is open again");
    let info = world.info();
    assert_eq!((info.judgments, info.revisions), (0, 3), "nothing is overwritten");
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn sending_a_judgment_twice_stores_it_once() {
    let world = with_rows(1);
    let item = world.queue(Place::Start, 1).remove(0);
    let judgment = world.judgment(&item, Verdict::overall(preference(Outcome::B)));
    assert_eq!(world.submit(judgment.clone()), 1);
    assert_eq!(world.submit(judgment), 1);
    assert_eq!(world.info().revisions, 1);
}

#[test]
fn a_judgment_that_breaks_the_rubric_is_refused() {
    let world = with_rows(1);
    let item = world.queue(Place::Start, 1).remove(0);
    let judgment =
        world.judgment(&item, Verdict::overall(tiebreak_domain::Preference::new(Outcome::Unratable)));
    let error = world.refused(Request::Submit(Box::new(judgment)));
    assert_eq!(error.code, ErrorCode::BadRequest);
    assert_eq!(world.info().revisions, 0);
}

#[test]
fn both_orders_are_drawn_and_stay_with_the_judgment() {
    let world = with_rows(200);
    let items = world.queue(Place::Start, 200);
    let swapped = items.iter().filter(|item| item.order.candidate_at(0) == 1).count();
    assert!((70..130).contains(&swapped), "{swapped} of 200 swapped");
    assert!(items.iter().all(|item| item.acquisition.propensity == 1.0));
}

#[test]
fn models_are_hidden_until_the_vote() {
    let world = World::new();
    world.create("a.tiebreak");
    let row = r#"{"question":"Q?","answer_1":"one","answer_2":"two","m1":"model-x","m2":"model-y","extra":"by model-x"}"#;
    let path = world.write("rows.jsonl", format!("{row}\n"));
    let columns = |content: &str, model: &str| tiebreak_domain::import::CandidateColumns {
        content: content.into(),
        kind: tiebreak_domain::import::ContentKind::Text,
        model: Some(model.into()),
    };
    let mapping = tiebreak_domain::import::ColumnMapping {
        prompt: vec!["question".into()],
        candidates: vec![columns("answer_1", "m1"), columns("answer_2", "m2")],
        metadata: vec!["extra".into()],
        ..Default::default()
    };
    let plan = tiebreak_domain::ImportPlan {
        format: Some(tiebreak_domain::DataFormat::Columns),
        mapping: Some(mapping),
        ..tiebreak_domain::ImportPlan::of_file(path)
    };
    assert_eq!(world.try_import(plan).unwrap().items_added, 1);
    let offered = world.queue(Place::Start, 1).remove(0);
    let seen = serde_json::to_string(&offered).unwrap();
    assert!(!seen.contains("model-"), "no model before the vote: {seen}");
    let item = world.judge_next(Outcome::A);
    let after = serde_json::to_string(&world.queue(Place::At(item.item.id), 1)).unwrap();
    assert!(after.contains("model-x") && after.contains("model-y"), "both after it: {after}");
}

#[test]
fn statuses_change_and_come_back() {
    let world = with_rows(3);
    let change = vec![(ItemId(1), ItemStatus::Deleted), (ItemId(2), ItemStatus::Excluded)];
    let before = match world.engine.call(Request::SetStatus(change)).unwrap() {
        Reply::StatusesBefore(before) => before,
        other => panic!("{other:?}"),
    };
    let info = world.info();
    assert_eq!((info.active_items, info.excluded_items, info.deleted_items), (1, 1, 1));
    assert_eq!(world.queue(Place::Start, 9).len(), 1);
    let again = world.import(&world.text("rows.jsonl"));
    assert_eq!((again.items_added, again.items_known, again.items_deleted_before), (0, 3, 1));
    world.engine.call(Request::SetStatus(before)).unwrap();
    assert_eq!(world.info().active_items, 3);
}

#[test]
fn annotators_judge_side_by_side() {
    let world = with_rows(2);
    world.judge_next(Outcome::A);
    let bob = world.seat("  Bob ");
    assert_eq!(world.queue(Place::Start, 9).len(), 2, "somebody else starts afresh");
    world.judge_next(Outcome::B);
    assert_eq!(world.seat("Bob"), bob);
    let info = world.info();
    assert_eq!(
        info.annotators.iter().map(|one| (one.name.as_str(), one.judged)).collect::<Vec<_>>(),
        [("Ada", 1), ("Bob", 1)]
    );
    assert_eq!(world.refused(Request::SetAnnotator { name: " ".into() }).code, ErrorCode::BadRequest);
}
