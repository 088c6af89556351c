//! The second look: what calls for a reviewer, and the review.

use tiebreak_domain::answer::TextAnswer;
use tiebreak_domain::queue::Place;
use tiebreak_domain::rubric::{QuestionKind, Scope, TextPurpose};
use tiebreak_domain::second_look::{LookFilter, LookReason, LookReasonKind, SecondLook};
use tiebreak_domain::{
    Answer, AnswerValue, Candidate, Derived, Event, ExportFormat, ItemFilter, ItemId, ItemStatus, Lineage,
    NewJudgment, Origin, Outcome, Question, Reply, Request, Rubric, Verdict,
};

use crate::people::with_rows;
use crate::quality::{until_repeat, with_repeats};
use crate::world::{World, preference};

fn look(world: &World, filter: LookFilter) -> SecondLook {
    match world.engine.call(Request::SecondLook(filter)).unwrap() {
        Reply::SecondLook(look) => *look,
        other => panic!("expected a second look, found {other:?}"),
    }
}

fn all() -> LookFilter {
    LookFilter { count: 100, ..LookFilter::default() }
}

fn by(reason: LookReasonKind) -> LookFilter {
    LookFilter { reasons: vec![reason], ..all() }
}

/// Ada says A of all, Bob A, B and a flagged A.
fn disputed() -> World {
    let world = with_rows(4);
    for _ in 0..3 {
        world.judge_next(Outcome::A);
    }
    world.seat("Bob");
    world.judge_next(Outcome::A);
    world.judge_next(Outcome::B);
    let item = world.queue(Place::Start, 1).remove(0);
    let flagged = world.judgment(&item, Verdict::overall(preference(Outcome::A)));
    world.submit(NewJudgment { flagged: true, ..flagged });
    world
}

fn review(world: &World, item: i64, outcome: Outcome) {
    let item = world.queue(Place::At(ItemId(item)), 1).remove(0);
    let judgment = world.judgment(&item, Verdict::overall(preference(outcome)));
    world.submit(NewJudgment { origin: Origin::Review, ..judgment });
}

#[test]
fn flags_and_disagreements_are_listed_with_all_that_was_said() {
    let world = disputed();
    let bob = world.info().annotator;
    let found = look(&world, all());
    assert_eq!(found.total, 2);
    assert_eq!(
        (found.items[0].item, &found.items[0].reasons[..]),
        (ItemId(2), &[LookReason::PeopleDisagree][..])
    );
    assert_eq!(
        (found.items[1].item, &found.items[1].reasons[..]),
        (ItemId(3), &[LookReason::Flagged(bob)][..])
    );
    let said: Vec<_> =
        found.items[0].judgments.iter().map(|one| one.given.verdict.preference().unwrap().outcome).collect();
    assert_eq!(said, [Outcome::A, Outcome::B], "both are there, by annotator");
    assert_eq!(look(&world, by(LookReasonKind::Flagged)).total, 1);
    let second = look(&world, LookFilter { from: 1, count: 1, ..all() });
    assert_eq!((second.total, second.items.len(), second.items[0].item), (2, 1, ItemId(3)), "page by page");
    world.engine.call(Request::SetStatus(vec![(ItemId(2), ItemStatus::Excluded)])).unwrap();
    assert_eq!(look(&world, all()).total, 1, "what takes no part needs no second look");
}

#[test]
fn a_review_is_a_judgment_of_its_own_and_settles_until_somebody_judges_again() {
    let world = disputed();
    world.seat("Rex");
    let before = world.info().revisions;
    review(&world, 2, Outcome::B);
    assert_eq!(world.info().revisions, before + 1, "nothing was overwritten");
    assert_eq!(look(&world, all()).total, 1, "settled");
    let reviewed = look(&world, LookFilter { with_reviewed: true, ..all() });
    assert_eq!((reviewed.total, reviewed.items[0].is_reviewed), (2, true));
    assert_eq!(reviewed.items[0].judgments[2].given.origin, Origin::Review);
    let written = world.export(ExportFormat::Tiebreak, "all.jsonl");
    assert_eq!(written.matches(r#""origin":"review""#).count(), 1, "exports say so");
    world.seat("Ada");
    let item = world.queue(Place::At(ItemId(2)), 1).remove(0);
    world.submit(world.judgment(&item, Verdict::overall(preference(Outcome::Tie))));
    assert_eq!(look(&world, all()).total, 2, "Ada changed her mind after the review");
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn a_review_survives_the_lossless_format() {
    let world = disputed();
    review(&world, 2, Outcome::Tie);
    let written = world.export(ExportFormat::Tiebreak, "all.jsonl");
    world.create("b.tiebreak");
    world.import(&world.text("all.jsonl"));
    assert_eq!(world.export(ExportFormat::Tiebreak, "again.jsonl"), written);
    assert_eq!(
        look(&world, by(LookReasonKind::PeopleDisagree)).total,
        0,
        "Bob's review stands instead of his B"
    );
}

#[test]
fn whoever_disagrees_with_themselves_is_listed() {
    let world = with_repeats(100);
    let repeat = until_repeat(&world, Outcome::A);
    world.submit(world.judgment(&repeat, Verdict::overall(preference(Outcome::B))));
    let found = look(&world, by(LookReasonKind::SelfDisagrees));
    assert_eq!(found.total, 1);
    assert_eq!(found.items[0].item, repeat.item.id);
    assert_eq!(found.items[0].reasons, [LookReason::SelfDisagrees(world.info().annotator)]);
    let again = found.items[0].repeats[0].given.verdict.preference().unwrap().outcome;
    assert_eq!(again, Outcome::B, "what was said again is there too");
}

#[test]
fn conflicts_of_a_merge_are_listed() {
    let world = with_rows(2);
    world.engine.call(Request::CloseProject).unwrap();
    std::fs::copy(world.path("a.tiebreak"), world.path("b.tiebreak")).unwrap();
    world.project(Request::OpenProject { path: world.text("b.tiebreak") });
    world.judge_next(Outcome::A);
    world.project(Request::OpenProject { path: world.text("a.tiebreak") });
    world.judge_next(Outcome::B);
    let job = world.start(Request::StartMerge { path: world.text("b.tiebreak") });
    world.wait(|event| match event {
        Event::MergeEnded(ended, result) if ended == job => Some(result.unwrap()),
        _ => None,
    });
    let found = look(&world, by(LookReasonKind::MergeConflict));
    assert_eq!(found.items[0].reasons, [LookReason::MergeConflict(world.info().annotator)]);
    assert_eq!(found.items[0].item, ItemId(1));
}

#[test]
fn a_rewrite_is_listed_with_the_judgment_that_holds_it_and_goes_with_it() {
    let world = with_rows(2);
    let purpose = TextPurpose::Rewrite;
    let kind = QuestionKind::Text { purpose, with_confidence: false };
    let question = Question { required: false, ..Question::new("better", "Better?", Scope::Candidate, kind) };
    let mut rubric = Rubric::default();
    rubric.questions.push(question);
    world.project(Request::SetRubric(Box::new(rubric)));
    let said = |world: &World, words: Option<&str>| {
        let item = world.queue(Place::At(ItemId(1)), 1).remove(0);
        let mut answers = Verdict::overall(preference(Outcome::A)).answers().to_vec();
        answers.extend(words.map(|words| Answer {
            question: "better".into(),
            candidate: Some(1),
            value: AnswerValue::Text(TextAnswer { text: words.into(), confidence: None }),
        }));
        let judgment = world.judgment(&item, Verdict::Judged { answers });
        let judgment = NewJudgment { flagged: true, rubric_version: 2, ..judgment };
        let id = judgment.id;
        world.submit(judgment);
        id
    };
    let judgment = said(&world, Some("A good answer"));
    let derived = look(&world, all()).items[0].derived.clone();
    let lineage = Lineage {
        item: ItemId(1),
        original: Some(1),
        annotator: world.info().annotator,
        judgment,
        question: "better".into(),
    };
    assert_eq!(derived, [Derived { candidate: Candidate::markdown("A good answer"), lineage }]);
    let rows = |world: &World| {
        let Reply::Found { view, .. } = world.engine.call(Request::Find(ItemFilter::default())).unwrap()
        else {
            panic!("nothing was found")
        };
        match world.engine.call(Request::Rows { view, from: 0, count: 2 }).unwrap() {
            Reply::Rows { rows, .. } => rows,
            other => panic!("expected rows, found {other:?}"),
        }
    };
    let row = &rows(&world)[0].rewrites;
    assert_eq!((row.len(), row[0].original, row[0].text.as_str()), (1, Some(1), "A good answer"));
    let text = world.export(ExportFormat::Tiebreak, "all.jsonl");
    let copy = World::new();
    copy.create("copy.tiebreak");
    copy.import(&copy.write("all.jsonl", text));
    let again = look(&copy, all()).items[0].derived.clone();
    assert_eq!((again.len(), again[0].lineage.judgment), (1, judgment), "lineage survives the lossless file");
    said(&world, None);
    assert!(look(&world, all()).items[0].derived.is_empty(), "it was taken back with the judgment");
    assert!(rows(&world).iter().all(|row| row.rewrites.is_empty()));
}
