//! Copies of a project brought together through the door.

use tiebreak_domain::merge::MergeReport;
use tiebreak_domain::{ApiError, ErrorCode, Event, ExportFormat, Outcome, Reply, Request};

use crate::world::{World, trl_rows};

fn merge(world: &World, name: &str) -> Result<MergeReport, ApiError> {
    let job = match world.engine.call(Request::StartMerge { path: world.text(name) })? {
        Reply::Started(job) => job,
        other => panic!("expected a job, found {other:?}"),
    };
    world.wait(|event| match event {
        Event::MergeEnded(ended, result) if ended == job => Some(result.map(|report| *report)),
        _ => None,
    })
}

/// A project of four items, judged on in a copy by Bob while Ada judges here.
fn two_copies() -> World {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(4)));
    world.judge_next(Outcome::A);
    world.engine.call(Request::CloseProject).unwrap();
    std::fs::copy(world.path("a.tiebreak"), world.path("b.tiebreak")).unwrap();
    world.project(Request::OpenProject { path: world.text("b.tiebreak") });
    world.seat("Bob");
    world.judge_next(Outcome::B);
    world.import(&world.write("more.jsonl", trl_rows(6)));
    world.project(Request::OpenProject { path: world.text("a.tiebreak") });
    world.seat("Ada");
    world.judge_next(Outcome::Tie);
    world
}

#[test]
fn a_copy_comes_in_once() {
    let world = two_copies();
    let report = merge(&world, "b.tiebreak").unwrap();
    assert_eq!((report.items_added, report.judgments_added, report.judgments_known), (2, 1, 1), "{report:?}");
    assert!(report.conflicts.is_empty(), "nobody judged in both");
    let info = world.info();
    assert_eq!((info.active_items, info.judgments), (6, 3));
    assert_eq!(world.check(), Vec::<String>::new());
    let once = world.export(ExportFormat::Tiebreak, "once.jsonl");
    let again = merge(&world, "b.tiebreak").unwrap();
    assert_eq!((again.items_added, again.judgments_added), (0, 0), "{again:?}");
    assert_eq!(world.export(ExportFormat::Tiebreak, "twice.jsonl"), once, "not a byte changed");
}

#[test]
fn the_same_file_and_strangers_are_refused_with_the_reason() {
    let world = two_copies();
    assert_eq!(merge(&world, "a.tiebreak").unwrap_err().code, ErrorCode::BadRequest, "itself");
    assert_eq!(merge(&world, "none.tiebreak").unwrap_err().code, ErrorCode::NotFound);
    let stranger = world.beside();
    stranger.create("s.tiebreak");
    stranger.engine.call(Request::CloseProject).unwrap();
    let error = merge(&world, "s.tiebreak").unwrap_err();
    assert!(error.message.contains("not kin"), "{}", error.message);
    assert!(error.hint.is_some(), "and what to do instead");
    world.write("letter.txt", "Dear all");
    assert_eq!(merge(&world, "letter.txt").unwrap_err().code, ErrorCode::Damaged);
}
