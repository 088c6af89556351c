//! Exports: each format, what is asked first, what is refused, and the manifest.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::time::Duration;

use tiebreak_domain::export::{PolicyQuestion, SeveralPolicy, TiePolicy};
use tiebreak_domain::quality::ItemRole;
use tiebreak_domain::queue::Place;
use tiebreak_domain::{
    ErrorCode, ExportFormat, ExportPlan, NewJudgment, Origin, Outcome, Preference, QueuedItem, Reply,
    Request, Verdict,
};

use crate::world::{World, answered, trl_rows, until};

/// Five items: A, B, a tie, a skip, and one open.
fn judged() -> World {
    judged_with_items().0
}

fn judged_with_items() -> (World, Vec<QueuedItem>) {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(5)));
    let items = [Outcome::A, Outcome::B, Outcome::Tie].map(|outcome| world.judge_next(outcome)).to_vec();
    let item = world.queue(tiebreak_domain::queue::Place::Start, 1).remove(0);
    world.submit(world.judgment(&item, Verdict::Skipped));
    (world, items)
}

#[test]
fn nobody_who_judges_waits_for_exports() {
    const EXPORTS: u32 = 6;
    let (goes_on, begun) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let (go_on, began) = (Arc::clone(&goes_on), Arc::clone(&begun));
    let world = World::watching_the_clock(move || {
        // An export looks at the clock when it has written everything, before it ends.
        if std::thread::current().name() == Some("tiebreak-export") {
            began.fetch_add(1, Ordering::AcqRel);
            while !go_on.load(Ordering::Acquire) {
                std::thread::sleep(Duration::from_millis(2));
            }
        }
    });
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(2)));
    for number in 0..EXPORTS {
        let (plan, path) = (answered(ExportFormat::Csv), world.text(&format!("{number}.csv")));
        world.start(Request::StartExport { plan, path, replace: false });
    }
    until(|| (begun.load(Ordering::Acquire) == EXPORTS).then_some(()));
    std::thread::scope(|scope| {
        let (sender, answered) = channel();
        let engine = &world.engine;
        scope.spawn(move || sender.send(engine.call(Request::Project).is_ok()));
        let answer = answered.recv_timeout(Duration::from_secs(30));
        goes_on.store(true, Ordering::Release);
        assert_eq!(answer, Ok(true), "a short question is answered while they run");
    });
}

fn text(item: &QueuedItem, candidate: usize) -> String {
    item.item.item.candidates[candidate].text()
}

#[test]
fn preference_rows_say_what_was_judged() {
    let (world, items) = judged_with_items();
    let out = world.export(ExportFormat::TrlExplicit, "out.jsonl");
    let rows: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<[&str; 2]> =
        rows.iter().map(|row| ["chosen", "rejected"].map(|side| row[side].as_str().unwrap())).collect();
    let [first, second] = [0, 1].map(|item| [0, 1].map(|candidate| text(&items[item], candidate)));
    assert_eq!(told, [[&first[0], &first[1]], [&second[1], &second[0]]], "whatever side it stood on");
    assert_eq!(rows[0]["annotator"], "Ada");
    for format in [ExportFormat::TrlImplicit, ExportFormat::TrlConversational, ExportFormat::AnthropicHh] {
        let text = world.export(format, &format!("{}.jsonl", format.word()));
        assert_eq!(text.lines().count(), 2, "{}: {text}", format.word());
    }
    let csv = world.export(ExportFormat::Csv, "out.csv");
    assert_eq!(csv.lines().count(), 1 + 4, "a header, and every judgment, skips too: {csv}");
}

#[test]
fn a_manifest_says_what_is_in_the_file() {
    let world = judged();
    let report = world.try_export(answered(ExportFormat::TrlExplicit), "out.jsonl").unwrap();
    assert_eq!((report.counts.rows, report.counts.judgments), (2, 2));
    assert_eq!(report.counts.left_out, [("tie".to_owned(), 1), ("skipped".to_owned(), 1)]);
    let bytes = std::fs::read(world.path("out.jsonl")).unwrap();
    assert_eq!(report.blake3, blake3::hash(&bytes).to_hex().to_string());
    let manifest: serde_json::Value = serde_json::from_str(&world.read("out.jsonl.manifest.json")).unwrap();
    assert_eq!(manifest["program_version"], "9.9.9");
    assert_eq!(manifest["format"], "trl-explicit");
    assert_eq!(manifest["policies"]["ties"], "drop");
    assert_eq!(manifest["counts"]["left_out"]["tie"], 1);
    assert_eq!(manifest["file"]["size_bytes"], bytes.len());
    assert_eq!(manifest["file"]["blake3"], report.blake3);
    assert_eq!(manifest["annotators"][0]["name"], "Ada");
    let strays = std::fs::read_dir(world.folder.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("tiebreak-export"));
    assert_eq!(strays.count(), 0, "no temporary file stays");
}

#[test]
fn nothing_is_assumed_that_was_not_asked() {
    let world = judged();
    let open = ExportPlan::new(ExportFormat::TrlExplicit);
    let error = world.try_export(open.clone(), "out.jsonl").unwrap_err();
    assert_eq!(error.code, ErrorCode::PolicyNeeded);
    assert!(!world.path("out.jsonl").exists(), "and nothing is written");
    let preview = match world.engine.call(Request::PreviewExport(open.clone())).unwrap() {
        Reply::ExportPreview(preview) => preview,
        other => panic!("{other:?}"),
    };
    assert_eq!(preview.unanswered, [PolicyQuestion::Ties]);
    assert_eq!(preview.holds.ties, 1);
    assert_eq!(preview.rows.len(), 2, "what needs no answer is shown");
    world.try_export(ExportPlan { ties: Some(TiePolicy::MarginZero), ..open }, "out.jsonl").unwrap();
    assert_eq!(world.read("out.jsonl").lines().count(), 3);
}

#[test]
fn a_file_is_replaced_only_on_request() {
    let world = judged();
    world.write("out.jsonl", "precious");
    let error = world.try_export(answered(ExportFormat::AnthropicHh), "out.jsonl").unwrap_err();
    assert_eq!(error.code, ErrorCode::Exists);
    assert_eq!(world.read("out.jsonl"), "precious");
    let plan = answered(ExportFormat::AnthropicHh);
    let job = world.start(Request::StartExport { plan, path: world.text("out.jsonl"), replace: true });
    world.wait(|event| match event {
        tiebreak_domain::Event::ExportEnded(ended, result) if ended == job => Some(result.unwrap()),
        _ => None,
    });
    assert!(world.read("out.jsonl").contains("Human:"));
    let missing = world.try_export(answered(ExportFormat::Csv), "no/such/folder.csv").unwrap_err();
    assert_eq!(missing.code, ErrorCode::NotFound);
    let itself = Request::StartExport {
        plan: answered(ExportFormat::Csv),
        path: world.text("a.tiebreak"),
        replace: true,
    };
    assert_eq!(world.refused(itself).code, ErrorCode::BadRequest, "never over the project itself");
}

#[test]
fn only_the_annotators_asked_for_are_written() {
    let world = judged();
    let bob = world.seat("Bob");
    let item = world.judge_next(Outcome::B);
    let plan = ExportPlan { annotators: vec![bob], ..answered(ExportFormat::TrlExplicit) };
    let report = world.try_export(plan, "bob.jsonl").unwrap();
    assert_eq!(report.counts.rows, 1);
    assert!(world.read("bob.jsonl").contains(&format!("\"chosen\":\"{}\"", text(&item, 1))));
    let manifest = world.read("bob.jsonl.manifest.json");
    assert!(manifest.contains("Bob") && !manifest.contains("Ada"), "{manifest}");
}

#[test]
fn what_was_asked_to_teach_or_to_watch_trains_nothing() {
    let (world, items) = judged_with_items();
    let expected = Verdict::overall(Preference::new(Outcome::A)).answers().to_vec();
    let role = ItemRole::Attention { expected };
    world.engine.call(Request::SetItemRole { item: items[0].item.id, role }).unwrap();
    let report = world.try_export(answered(ExportFormat::TrlExplicit), "out.jsonl").unwrap();
    assert_eq!(report.counts.rows, 1, "of A and B, B is left");
    assert!(report.counts.left_out.contains(&("of an attention check".to_owned(), 1)), "{:?}", report.counts);
    let csv = world.export(ExportFormat::Csv, "out.csv");
    assert_eq!(csv.lines().count(), 1 + 4, "a table of every judgment still has every judgment");
}

#[test]
fn a_second_look_decides_for_those_before_it() {
    let (world, items) = judged_with_items();
    world.seat("Rita");
    let item = world.queue(Place::At(items[0].item.id), 1).remove(0);
    let decision = world.judgment(&item, Verdict::overall(Preference::new(Outcome::B)));
    world.submit(NewJudgment { origin: Origin::Review, ..decision });
    let mut plan = answered(ExportFormat::TrlExplicit);
    plan.several = Some(SeveralPolicy::Each);
    let report = world.try_export(plan, "out.jsonl").unwrap();
    assert!(
        report.counts.left_out.contains(&("decided by a second look".to_owned(), 1)),
        "{:?}",
        report.counts
    );
    let first: serde_json::Value =
        serde_json::from_str(world.read("out.jsonl").lines().next().unwrap()).unwrap();
    assert_eq!(first["chosen"], text(&items[0], 1).as_str(), "the reviewer's word stands");
    assert_eq!(first["annotator"], "Rita");
}
