//! Lossless export and import: the same project, byte for byte; and two projects joined.

use proptest::prelude::*;
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::{
    ErrorCode, ExportFormat, ItemId, ItemStatus, Outcome, Preference, Reply, Request, Strength, Verdict,
};

use crate::world::{World, preference, trl_rows};

/// What somebody does with an item.
#[derive(Clone, Debug)]
struct Deed {
    annotator: usize,
    item: usize,
    verdict: u8,
    flagged: bool,
    comment: String,
}

/// A project to be.
#[derive(Clone, Debug)]
struct Plot {
    texts: Vec<(String, String, String, Option<String>)>,
    deeds: Vec<Deed>,
    statuses: Vec<(usize, bool)>,
}

fn plot() -> impl Strategy<Value = Plot> {
    let text = prop_oneof![
        "[a-z]{1,8}",
        "\\PC{1,12}",
        Just("zero\u{200d}width \u{202e}rtl 🏳️‍🌈 \u{1F468}\u{200D}\u{1F469} a\u{301}\u{0}\n\ttab \"quoted\" \\ </s>".to_owned()),
    ];
    let row = (text.clone(), text.clone(), text.clone(), proptest::option::of(text.clone()));
    let deed =
        (0..3_usize, 0..8_usize, 0..8_u8, any::<bool>(), prop_oneof![Just(String::new()), text.clone()])
            .prop_map(|(annotator, item, verdict, flagged, comment)| Deed {
                annotator,
                item,
                verdict,
                flagged,
                comment,
            });
    (
        proptest::collection::vec(row, 1..8),
        proptest::collection::vec(deed, 0..14),
        proptest::collection::vec((0..8_usize, any::<bool>()), 0..3),
    )
        .prop_map(|(texts, deeds, statuses)| Plot { texts, deeds, statuses })
}

fn verdict(number: u8) -> Verdict {
    match number {
        0 => Verdict::Skipped,
        1 => Verdict::Withdrawn,
        2 => Verdict::overall(preference(Outcome::Unratable)),
        3 => Verdict::overall(Preference { strength: Some(Strength::Much), ..preference(Outcome::A) }),
        number => Verdict::overall(preference(Outcome::ALL[usize::from(number) % 4])),
    }
}

/// Lives the plot through the door.
fn play(world: &World, plot: &Plot) {
    world.create("a.tiebreak");
    let rows: String = plot
        .texts
        .iter()
        .enumerate()
        .map(|(n, (prompt, first, second, extra))| {
            let mut row = serde_json::json!({
                "prompt": prompt, "chosen": format!("{n} {first}"), "rejected": format!("{n}. {second}"),
                "score": 0.1 + n as f64,
            });
            if let Some(extra) = extra {
                row["nested"] = serde_json::json!({ "note": extra, "list": [1, null, 2.5e-7, extra] });
            }
            format!("{row}\n")
        })
        .collect();
    let report = world.import_with_labels(&world.write("rows.jsonl", rows), "Früher");
    let count = report.items_added as usize;
    if count == 0 {
        return;
    }
    for deed in &plot.deeds {
        let annotator = world.seat(["Ada", "Bob", "Zoë 🦊"][deed.annotator]);
        let place = Place::At(ItemId((deed.item % count) as i64 + 1));
        let request = QueueRequest { annotator, place, count: 1, except: vec![] };
        let Reply::Items(items) = world.engine.call(Request::Queue(request)).unwrap() else { unreachable!() };
        let mut judgment = world.judgment(&items[0], verdict(deed.verdict));
        judgment.flagged = deed.flagged;
        judgment.comment.clone_from(&deed.comment);
        if let Err(error) = world.engine.call(Request::Submit(Box::new(judgment))) {
            assert_eq!(error.message, "there is nothing to take back");
        }
    }
    for (item, is_deleted) in &plot.statuses {
        let status = if *is_deleted { ItemStatus::Deleted } else { ItemStatus::Excluded };
        world.engine.call(Request::SetStatus(vec![(ItemId((item % count) as i64 + 1), status)])).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_project_comes_back_byte_for_byte(plot in plot()) {
        let world = World::new();
        play(&world, &plot);
        let first = world.export(ExportFormat::Tiebreak, "first.jsonl");
        let copy = World::new();
        copy.create("copy.tiebreak");
        let report = copy.import(&world.text("first.jsonl"));
        prop_assert_eq!(report.rows_refused, 0, "{:?}", report.problems);
        let second = copy.export(ExportFormat::Tiebreak, "second.jsonl");
        prop_assert_eq!(first, second);
        prop_assert_eq!(copy.check(), Vec::<String>::new());
        let (original, copied) = (world.info(), copy.info());
        prop_assert_eq!((original.key, &original.name), (copied.key, &copied.name));
        prop_assert_eq!(original.judgments, copied.judgments);
        prop_assert!(copied.current_annotator().is_some(), "somebody sits here after it");
        // Into itself it brings nothing.
        let again = world.import(&world.text("first.jsonl"));
        prop_assert_eq!((again.items_added, again.judgments_added, again.rows_refused), (0, 0, 0));
        prop_assert_eq!(world.export(ExportFormat::Tiebreak, "third.jsonl"), copy.read("second.jsonl"));
    }
}

#[test]
fn two_projects_are_joined() {
    let first = World::new();
    first.create("a.tiebreak");
    first.import(&first.write("rows.jsonl", trl_rows(3)));
    first.judge_next(Outcome::A);
    let second = first.beside();
    second.create("b.tiebreak");
    second.import(&second.write("rows.jsonl", trl_rows(5)));
    second.judge_next(Outcome::B);
    second.export(ExportFormat::Tiebreak, "b.jsonl");
    let report = first.import(&first.text("b.jsonl"));
    assert_eq!((report.items_added, report.items_known, report.judgments_added), (2, 3, 1), "{report:?}");
    let info = first.info();
    assert_eq!(info.name, "Trial", "it stays what it is");
    let people: Vec<(&str, u64)> =
        info.annotators.iter().map(|one| (one.name.as_str(), one.judged)).collect();
    assert_eq!(people, [("Ada", 1), ("Ada (2)", 1)], "two people of one name stay two");
    assert_eq!(first.check(), Vec::<String>::new());
}

#[test]
fn a_broken_record_is_explained_and_the_rest_comes_in() {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(3)));
    world.judge_next(Outcome::A);
    let text = world.export(ExportFormat::Tiebreak, "out.jsonl");
    let broken: String = text
        .lines()
        .map(|line| {
            if line.contains("Question 1?") {
                "{\"record\":\"item\"}\n".to_owned()
            } else {
                format!("{line}\n")
            }
        })
        .collect();
    let copy = World::new();
    copy.create("copy.tiebreak");
    let report = copy.import(&copy.write("broken.jsonl", broken));
    assert_eq!(report.items_added, 2);
    assert_eq!(report.rows_refused, 2, "the item, and the judgment about it: {:?}", report.problems);
    let newer = text.replacen("\"tiebreak\":1", "\"tiebreak\":2", 1);
    let error =
        copy.try_import(tiebreak_domain::ImportPlan::of_file(copy.write("newer.jsonl", newer))).unwrap_err();
    assert_eq!(error.code, ErrorCode::TooNew, "{error:?}");
}

#[test]
fn who_said_nothing_is_not_part_of_a_project() {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(2)));
    world.seat("Bob");
    world.judge_next(Outcome::A);
    world.seat("Ada");
    let text = world.export(ExportFormat::Tiebreak, "out.jsonl");
    let people: Vec<&str> = text.lines().filter(|line| line.contains("\"record\":\"annotator\"")).collect();
    assert!(people.len() == 1 && people[0].contains("Bob"), "{people:?}");
}
