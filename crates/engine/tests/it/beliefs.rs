//! What models say of items nobody has judged: filters by it, and their word taken in bulk for what a filter finds.

use tiebreak_domain::filter::{BeliefFilter, BeliefKind, ItemState};
use tiebreak_domain::queue::Place;
use tiebreak_domain::reward::{ModelKey, Scorer};
use tiebreak_domain::{ErrorCode, ItemFilter, Outcome, Reply, Request, Verdict};

use crate::world::{World, preference};

/// Answers whose better one says "please" and is longer, but for every fifth item, whose answers are alike.
fn rows(count: usize) -> String {
    (1..=count)
        .map(|n| {
            let good = format!("Please see step {n}, which is explained at length and with care");
            let bad = if n % 5 == 0 { good.replace("care", "love") } else { format!("No {n}") };
            let (a, b) = if n % 2 == 0 { (&good, &bad) } else { (&bad, &good) };
            format!("{{\"prompt\":\"Question {n}?\",\"response_a\":\"{a}\",\"response_b\":\"{b}\"}}\n")
        })
        .collect()
}

/// A project without learning, the first thirty items of which were judged.
fn judged_world() -> World {
    let world = World::new();
    world.create("p.tiebreak");
    world.import(&world.write("rows.jsonl", rows(60)));
    for _ in 0..30 {
        let item = world.queue(Place::Start, 1).remove(0);
        let outcome = match item.item.id.0 {
            even if even % 5 == 0 => Outcome::Tie,
            even if even % 2 == 0 => Outcome::A,
            _ => Outcome::B,
        };
        world.submit(world.judgment(&item, Verdict::overall(preference(outcome))));
    }
    world
}

fn by_belief(kind: BeliefKind, by: Scorer, percent: u8) -> ItemFilter {
    let belief = Some(BeliefFilter { kind, by, percent });
    ItemFilter { state: ItemState::Open, belief, ..ItemFilter::default() }
}

fn found(world: &World, filter: ItemFilter) -> Vec<i64> {
    let Reply::Found { view, count, .. } = world.engine.call(Request::Find(filter)).unwrap() else {
        panic!("what was found")
    };
    match world.engine.call(Request::Rows { view, from: 0, count: count as u32 }).unwrap() {
        Reply::Rows { rows, .. } => rows.into_iter().map(|row| row.id.0).collect(),
        other => panic!("expected rows, found {other:?}"),
    }
}

fn score(world: &World) -> ModelKey {
    let job = world.start(Request::StartScoring { models: Vec::new(), keeps_watch: false });
    world.wait(|event| {
        matches!(event, tiebreak_domain::Event::ScoringEnded(ended, _) if ended == job).then_some(())
    });
    let Reply::Models(models) = world.engine.call(Request::Models).unwrap() else { panic!("models") };
    models.models.into_iter().find(|model| model.name == "Tiebreak small").unwrap().key
}

#[test]
fn what_the_head_is_sure_of_and_what_not_are_the_open_items_between_them() {
    let world = judged_world();
    let sure = found(&world, by_belief(BeliefKind::Sure, Scorer::Head, 70));
    let unsure = found(&world, by_belief(BeliefKind::Unsure, Scorer::Head, 70));
    assert!(!sure.is_empty() && sure.iter().all(|id| *id > 30), "open ones: {sure:?}");
    let mut all: Vec<i64> = sure.iter().chain(&unsure).copied().collect();
    all.sort_unstable();
    assert_eq!(all, (31..=60).collect::<Vec<_>>(), "each is one or the other");
    let plain = sure.iter().filter(|id| **id % 5 != 0).count();
    assert!(plain >= 20, "what is plain to see: {sure:?}");
    let searched = ItemFilter { search: "33".into(), ..by_belief(BeliefKind::Sure, Scorer::Head, 70) };
    assert_eq!(found(&world, searched), [33], "and what is searched for among them");
    let none = by_belief(BeliefKind::Contradicted, Scorer::Head, 70);
    assert_eq!(found(&world, none), Vec::<i64>::new(), "there is nobody to contradict it");
}

#[test]
fn a_models_word_is_asked_for_once_it_has_scored_and_within_bounds() {
    let world = judged_world();
    let key = ModelKey("nobody".into());
    let unknown = Request::Find(by_belief(BeliefKind::Sure, Scorer::Model(key), 70));
    assert_eq!(world.refused(unknown).code, ErrorCode::NotFound);
    let bound = Request::Find(by_belief(BeliefKind::Sure, Scorer::Head, 20));
    assert_eq!(world.refused(bound).code, ErrorCode::BadRequest);
    let small = Scorer::Model(score(&world));
    let sure = found(&world, by_belief(BeliefKind::Sure, small.clone(), 60));
    let unsure = found(&world, by_belief(BeliefKind::Unsure, small.clone(), 60));
    assert_eq!(sure.len() + unsure.len(), 30, "it has a word on each");
    let against = found(&world, by_belief(BeliefKind::Contradicted, small, 50));
    assert!(against.iter().all(|id| *id > 30), "of the open ones: {against:?}");
}

#[test]
fn labels_are_taken_of_what_a_filter_finds_and_name_the_model() {
    let world = judged_world();
    let by = Scorer::Model(score(&world));
    let of = Box::new(ItemFilter { search: "33".into(), ..ItemFilter::default() });
    let accept = |by: &Scorer, of: &ItemFilter| {
        let of = Box::new(of.clone());
        match world.engine.call(Request::AcceptModelLabels { above: 0.5, by: by.clone(), of }).unwrap() {
            Reply::Count(count) => count,
            other => panic!("a number, not {other:?}"),
        }
    };
    assert_eq!(accept(&by, &of), 1, "the one that is searched for");
    let judged = ItemFilter { state: ItemState::Judged, ..ItemFilter::default() };
    assert_eq!(accept(&Scorer::Head, &judged), 0, "what people judged is theirs");
    let store = tiebreak_store::Reader::open(world.path("p.tiebreak")).unwrap();
    let labels = store.model_labels().unwrap();
    assert_eq!(labels.len(), 1);
    assert!(labels[0].source.starts_with("model:Tiebreak small@"), "{}", labels[0].source);
    assert_eq!((labels[0].item.0, labels[0].question.as_str()), (33, "overall"));
}

#[test]
fn which_items_models_are_sure_of_is_told_to_the_lead_alone() {
    let world = judged_world();
    let ada = world.info().annotator;
    world.engine.call(Request::SetLead { annotator: ada, is_lead: true }).unwrap();
    assert!(!found(&world, by_belief(BeliefKind::Sure, Scorer::Head, 70)).is_empty());
    world.seat("Bob");
    let refused = world.refused(Request::Find(by_belief(BeliefKind::Sure, Scorer::Head, 70)));
    assert_eq!(refused.code, ErrorCode::Denied);
    let pairs = world.refused(Request::MakePairs(ItemFilter::default()));
    assert_eq!(pairs.code, ErrorCode::Denied);
}
