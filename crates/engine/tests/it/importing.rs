//! Imports: what comes in, what does not, twice, cancelled and broken.

use std::io::Write;
use std::path::PathBuf;

use tiebreak_domain::import::LabelPolicy;
use tiebreak_domain::{ErrorCode, Event, ImportPlan, JobId, Request};

use crate::world::{World, trl_rows};

fn with_project() -> World {
    let world = World::new();
    world.create("a.tiebreak");
    world
}

fn shared_data(name: &str) -> Option<String> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(name);
    if path.is_file() {
        return Some(path.to_string_lossy().into_owned());
    }
    eprintln!("skipped: there is no {}", path.display());
    None
}

#[test]
fn good_rows_come_in_and_bad_ones_are_explained() {
    let world = with_project();
    let rows = format!(
        "{}not json\n{}",
        trl_rows(2),
        "{\"prompt\":\"Q\",\"chosen\":\"same\",\"rejected\":\"same\"}\n{\"prompt\":\"Q\",\"chosen\":\"x\",\"rejected\":\"y\"}\n"
    );
    let job = world.start(Request::StartImport(ImportPlan::of_file(world.write("rows.jsonl", rows))));
    let report = world.import_ended(job).unwrap();
    assert_eq!((report.rows_read, report.items_added, report.rows_refused), (5, 3, 2), "{report:?}");
    let lines: Vec<u64> = report.problems.iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [3, 4]);
    let info = world.info();
    assert_eq!(info.active_items, 3);
    assert_eq!(info.sources[0].name, "rows.jsonl");
    assert_eq!(info.sources[0].blake3.len(), 64);
    assert_eq!(info.sources[0].media_folder, None, "texts need no folder");
    assert_eq!(info.judgments, 0, "votes are left out unless asked for");
    world.engine.call(Request::SaveImportReport { job, path: world.text("problems.csv") }).unwrap();
    let saved = world.read("problems.csv");
    assert!(saved.starts_with("line,reason\r\n3,\"") && saved.lines().count() == 3, "{saved}");
    let unknown = world.refused(Request::SaveImportReport { job: JobId(99), path: world.text("x.csv") });
    assert_eq!(unknown.code, ErrorCode::NotFound);
}

#[test]
fn the_same_file_twice_adds_nothing() {
    let world = with_project();
    let path = world.write("rows.jsonl", trl_rows(1_500));
    assert_eq!(world.import_with_labels(&path, "past").judgments_added, 1_500);
    let again = world.import_with_labels(&path, "past");
    assert_eq!((again.items_added, again.items_known, again.judgments_added), (0, 1_500, 0));
    assert_eq!(world.info().sources.len(), 1, "no empty source stays behind");
    let path = world.write("rows.jsonl", trl_rows(1_501));
    let more = world.import_with_labels(&path, "past");
    assert_eq!((more.items_added, more.items_known, more.judgments_added), (1, 1_500, 1));
    assert_eq!(more.source, "rows.jsonl (2)");
    assert_eq!(world.info().sources[1].name, "rows.jsonl (2)");
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn labels_become_a_past_annotators_judgments() {
    let world = with_project();
    let report = world.import_with_labels(&world.write("rows.jsonl", trl_rows(3)), "Old hand");
    assert_eq!(report.judgments_added, 3);
    let info = world.info();
    let past = info.annotators.iter().find(|one| one.name == "Old hand").unwrap();
    assert_eq!(past.judged, 3);
    assert_ne!(past.id, info.annotator, "whoever sits here has judged nothing");
    assert_eq!(world.queue(tiebreak_domain::queue::Place::Start, 9).len(), 3);
    let path = world.write("more.jsonl", trl_rows(4));
    let labels = LabelPolicy::TakeIn { annotator: "Ada".into() };
    let error = world.try_import(ImportPlan { labels, ..ImportPlan::of_file(path) }).unwrap_err();
    assert_eq!(error.code, ErrorCode::BadRequest, "votes never slip under somebody's own: {error:?}");
    assert_eq!(world.info().active_items, 3, "and nothing of that file came in");
}

#[test]
fn several_votes_of_a_row_are_several_annotators() {
    let Some(path) = shared_data("text/pandalm_testset-v1.json") else { return };
    let world = with_project();
    let report = world.import_with_labels(&path, "PandaLM");
    assert_eq!(report.items_added + report.items_known + report.rows_refused, report.rows_read, "{report:?}");
    let names: Vec<String> =
        world.info().annotators.into_iter().filter(|one| one.judged > 0).map(|one| one.name).collect();
    assert_eq!(names, ["PandaLM 1", "PandaLM 2", "PandaLM 3"]);
}

#[test]
fn images_keep_their_folder() {
    let Some(path) = shared_data("images/imagen_pairs.jsonl") else { return };
    let world = with_project();
    let report = world.import(&path);
    assert!(report.items_added > 0, "{report:?}");
    assert!(world.info().sources[0].media_folder.is_some());
    let item = world.queue(tiebreak_domain::queue::Place::Start, 1).remove(0).item;
    let uri = item.item.candidates[0].parts.iter().find_map(|part| part.uri()).unwrap().to_owned();
    let image = tiebreak_domain::door::ImageRequest { source: item.source, uri, fit: [64, 64] };
    match world.engine.call(Request::Image(image)).unwrap() {
        tiebreak_domain::Reply::Image(tiebreak_domain::door::Picture { pixels, .. }) => {
            assert!(pixels.width <= 64 && pixels.height <= 64 && pixels.full_width > 64);
            assert_eq!(pixels.rgba.len(), (pixels.width * pixels.height * 4) as usize);
        }
        other => panic!("{other:?}"),
    }
    let image = tiebreak_domain::door::ImageRequest {
        source: item.source,
        uri: "../../secret.png".into(),
        fit: [64, 64],
    };
    assert!(world.engine.call(Request::Image(image)).is_err(), "nothing outside the folder");
}

#[test]
fn a_cancelled_import_leaves_nothing() {
    let world = with_project();
    let path = world.write("rows.jsonl", trl_rows(60_000));
    let job = world.start(Request::StartImport(ImportPlan::of_file(path.clone())));
    world.wait(|event| match event {
        Event::ImportProgress(of, progress) if of == job && progress.rows_read > 0 => Some(()),
        _ => None,
    });
    world.engine.call(Request::Cancel(job)).unwrap();
    let error = world.import_ended(job).unwrap_err();
    assert_eq!(error.code, ErrorCode::Cancelled);
    let info = world.info();
    assert_eq!((info.active_items, info.sources.len()), (0, 0));
    world.engine.call(Request::Cancel(job)).unwrap();
    assert_eq!(world.refused(Request::Cancel(JobId(77))).code, ErrorCode::NotFound);
    assert_eq!(world.import(&path).items_added, 60_000, "and it can be imported after all");
}

#[test]
fn closing_the_project_cancels_its_imports() {
    let world = with_project();
    let path = world.write("rows.jsonl", trl_rows(60_000));
    let job = world.start(Request::StartImport(ImportPlan::of_file(path)));
    world.engine.call(Request::CloseProject).unwrap();
    assert_eq!(world.import_ended(job).unwrap_err().code, ErrorCode::Cancelled);
    let info = world.project(Request::OpenProject { path: world.text("a.tiebreak") });
    assert_eq!(info.active_items, 0);
}

#[test]
fn a_truncated_file_is_rolled_back_and_says_how_far_it_was_good() {
    let world = with_project();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(trl_rows(20_000).as_bytes()).unwrap();
    let mut bytes = gzip.finish().unwrap();
    bytes.truncate(bytes.len() / 2);
    let error = world.try_import(ImportPlan::of_file(world.write("rows.jsonl.gz", bytes))).unwrap_err();
    assert_eq!(error.code, ErrorCode::BadInput);
    assert!(error.message.contains("nothing was imported"), "{error:?}");
    assert!(error.hint.is_some());
    assert_eq!(world.info().active_items, 0);
}

#[test]
fn judgments_wait_for_an_import_and_are_not_lost() {
    let world = with_project();
    world.import(&world.write("first.jsonl", trl_rows(5)));
    let job =
        world.start(Request::StartImport(ImportPlan::of_file(world.write("rows.jsonl", trl_rows(20_000)))));
    world.judge_next(tiebreak_domain::Outcome::A);
    world.import_ended(job).unwrap();
    let info = world.info();
    assert_eq!((info.judgments, info.active_items), (1, 20_000));
}

#[test]
fn a_missing_media_folder_is_refused_at_once() {
    let world = with_project();
    let path = world.write("rows.jsonl", trl_rows(1));
    let plan = ImportPlan { media_folder: Some(world.text("nowhere")), ..ImportPlan::of_file(path) };
    assert_eq!(world.refused(Request::StartImport(plan)).code, ErrorCode::NotFound);
}
