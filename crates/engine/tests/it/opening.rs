//! Projects opened, created, closed; settings; the sample.

use tiebreak_domain::{ErrorCode, Reply, Request};
use tiebreak_engine::ProjectFile;

use crate::world::{World, trl_rows};

fn recent(world: &World) -> Vec<(String, String, u64, u64)> {
    match world.engine.call(Request::LoadSettings).unwrap() {
        Reply::Settings(settings) => settings
            .recent
            .into_iter()
            .map(|recent| (recent.name, recent.content, recent.judged, recent.total))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_a_project_there_is_nothing_to_ask() {
    let world = World::new();
    let error = world.refused(Request::Project);
    assert_eq!(error.code, ErrorCode::BadRequest);
    assert!(error.hint.is_some());
}

#[test]
fn a_project_is_made_closed_and_found_again() {
    let world = World::new();
    let made = world.create("a.tiebreak");
    assert_eq!(made.current_annotator().unwrap().name, "Ada", "the machine says who sits here");
    world.import(&world.write("rows.jsonl", trl_rows(3)));
    world.judge_next(tiebreak_domain::Outcome::A);
    let error = world.refused(Request::CreateProject { path: world.text("a.tiebreak"), name: "B".into() });
    assert_eq!(error.code, ErrorCode::Exists, "a project is never replaced: {error:?}");
    world.engine.call(Request::CloseProject).unwrap();
    assert_eq!(recent(&world), vec![("Trial".into(), "texts".into(), 1, 3)], "as it was when it was closed");
    let again = world.project(Request::OpenProject { path: world.text("a.tiebreak") });
    assert_eq!((again.key, again.annotator, again.judgments), (made.key, made.annotator, 1));
    std::fs::remove_file(world.path("rows.jsonl")).unwrap();
    world.engine.call(Request::CloseProject).unwrap();
    std::fs::remove_file(world.path("a.tiebreak")).unwrap();
    assert_eq!(recent(&world), vec![], "what is gone is not offered");
}

#[test]
fn one_program_at_a_time_and_the_next_after_it() {
    let world = World::new();
    world.create("a.tiebreak");
    let second = world.beside();
    let open = Request::OpenProject { path: world.text("a.tiebreak") };
    let error = second.refused(open.clone());
    assert_eq!(error.code, ErrorCode::AlreadyOpen);
    assert!(error.hint.is_some());
    let path = world.path("a.tiebreak");
    let file = ProjectFile::open(&path).unwrap();
    assert_eq!(file.info().unwrap().name, "Trial", "looking at it needs no lock");
    assert_eq!(file.check().unwrap(), Vec::<String>::new());
    drop(world.engine);
    second.project(open.clone());
    second.project(open);
}

#[test]
fn a_project_that_cannot_be_opened_leaves_the_open_one() {
    let world = World::new();
    world.create("a.tiebreak");
    let missing = world.refused(Request::OpenProject { path: world.text("none.tiebreak") });
    assert_eq!(missing.code, ErrorCode::NotFound);
    world.write("garbage.tiebreak", "not a database, though long enough to be looked at".repeat(200));
    let garbage = world.refused(Request::OpenProject { path: world.text("garbage.tiebreak") });
    assert_eq!(garbage.code, ErrorCode::Damaged);
    assert_eq!(world.info().name, "Trial");
}

#[test]
fn a_project_of_a_newer_program_is_left_alone() {
    let world = World::new();
    world.create("a.tiebreak");
    world.engine.call(Request::CloseProject).unwrap();
    // The header's user_version: four bytes at offset 60, big-endian (SQLite file format, section 1.3).
    let mut bytes = std::fs::read(world.path("a.tiebreak")).unwrap();
    bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    world.write("newer.tiebreak", &bytes);
    let error = world.refused(Request::OpenProject { path: world.text("newer.tiebreak") });
    assert_eq!(error.code, ErrorCode::TooNew, "{error:?}");
    assert_eq!(std::fs::read(world.path("newer.tiebreak")).unwrap(), bytes, "not a byte was changed");
}

#[test]
fn the_sample_keeps_what_was_judged() {
    let world = World::new();
    let info = match world.engine.call(Request::OpenSample) {
        Ok(Reply::Project(info)) => info,
        Err(error) if error.message.contains("carries no sample") => {
            eprintln!("skipped: the sample's items are not in assets/sample");
            return;
        }
        other => panic!("{other:?}"),
    };
    assert!(info.is_sample && info.active_items >= 40, "{} items", info.active_items);
    world.judge_next(tiebreak_domain::Outcome::B);
    world.engine.call(Request::CloseProject).unwrap();
    assert_eq!(world.project(Request::OpenSample).judgments, info.judgments + 1);
}

#[test]
fn only_the_last_twelve_projects_are_remembered() {
    let world = World::new();
    for number in 0..14 {
        world.create(&format!("{number}.tiebreak"));
    }
    world.engine.call(Request::CloseProject).unwrap();
    let Reply::Settings(settings) = world.engine.call(Request::LoadSettings).unwrap() else { unreachable!() };
    let names: Vec<String> = settings
        .recent
        .iter()
        .map(|recent| std::path::Path::new(&recent.path).file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, (2..14).rev().map(|number| number.to_string()).collect::<Vec<_>>(), "latest first");
}
