//! Projects of other annotation tools, in and out, and what their readers and axolotl find beside a file.

use serde_json::{Value, json};
use tiebreak_domain::export::{AxolotlType, IdentityChoice, SeveralPolicy, TiePolicy};
use tiebreak_domain::queue::Place;
use tiebreak_domain::{ExportFormat, ExportPlan, Outcome, Verdict};

use crate::world::{World, trl_rows};

fn judged() -> World {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(3)));
    world.judge_next(Outcome::A);
    world.judge_next(Outcome::Tie);
    let item = world.queue(Place::Start, 3).into_iter().find(|item| item.previous.is_none());
    let skip = world.judgment(&item.expect("one is left"), Verdict::Skipped);
    world.submit(skip);
    world
}

fn manifest(world: &World, name: &str) -> Value {
    serde_json::from_str(&world.read(&format!("{name}.manifest.json"))).unwrap()
}

#[test]
fn label_studio_gets_one_array_and_its_configuration_and_gives_back_every_vote_and_skip() {
    let world = judged();
    // Whoever sits in the other project is called the same.
    let plan =
        ExportPlan { identity: IdentityChoice::Pseudonyms, ..ExportPlan::new(ExportFormat::LabelStudio) };
    world.try_export(plan, "tasks.json").unwrap();
    let tasks: Value = serde_json::from_str(&world.read("tasks.json")).unwrap();
    assert_eq!(tasks.as_array().unwrap().len(), 3, "it reads arrays and no lines");
    assert_eq!(tasks[2]["annotations"][0]["was_cancelled"], true);
    assert!(world.read("tasks.labeling.xml").contains("<Pairwise name=\"overall\" toName=\"a,b\"/>"));
    let told = manifest(&world, "tasks.json");
    assert_eq!(
        (&told["format"], &told["companions"][0]["name"]),
        (&json!("label-studio"), &json!("tasks.labeling.xml"))
    );
    assert_eq!(told["counts"]["judgments"], 3);

    let other = world.beside();
    other.create("b.tiebreak");
    let report = other.import_with_labels(&world.text("tasks.json"), "past");
    assert_eq!((report.items_added, report.judgments_added, report.problems.len()), (3, 3, 0), "{report:?}");
    let person = other.info().annotators.iter().find(|one| one.judged + one.skipped > 0).cloned().unwrap();
    assert_eq!((person.judged, person.skipped), (2, 1), "who skipped has not judged");
    let again = other.import_with_labels(&world.text("tasks.json"), "past");
    assert_eq!((again.items_added, again.judgments_added), (0, 0), "the same file again adds nothing");
    assert_eq!(other.check(), Vec::<String>::new());
}

#[test]
fn a_skip_never_takes_an_answer_out_of_force() {
    let annotation = |result: Value, cancelled: bool| {
        let mut annotation = json!({ "completed_by": 1, "result": result });
        annotation["was_cancelled"] = cancelled.into();
        annotation
    };
    let left =
        json!([{ "from_name": "q", "to_name": "q", "type": "pairwise", "value": { "selected": "left" } }]);
    let task = json!([{
        "data": { "prompt": "p", "a": "x", "b": "y" },
        "annotations": [annotation(left, false), annotation(json!([]), true)],
    }]);
    let world = World::new();
    world.create("a.tiebreak");
    let report = world.import_with_labels(&world.write("tasks.json", task.to_string()), "past");
    // The question is called something of its own, so that its answer is none of the project's.
    assert_eq!(report.problems[0].reason, "taken without its vote: it answers no question of the project");
    let named = task.to_string().replace("\"q\"", "\"comparison\"");
    let report = world.import_with_labels(&world.write("named.json", named), "past");
    let person = world.info().annotators.iter().find(|one| one.judged > 0).cloned().unwrap();
    assert_eq!((person.judged, person.skipped, report.problems.len()), (1, 0, 0), "{report:?}");
}

#[test]
fn a_doubt_refuses_no_row() {
    let record = json!({
        "id": "r1",
        "fields": { "prompt": "Hi", "a": "Hello", "b": "No" },
        "responses": { "pref": [{ "value": ["b", "a"], "user_id": "u1" }] },
        "suggestions": {},
    });
    let world = World::new();
    world.create("a.tiebreak");
    let report = world.import_with_labels(&world.write("records.jsonl", record.to_string()), "past");
    assert_eq!((report.items_added, report.judgments_added, report.rows_refused), (1, 1, 0), "{report:?}");
    assert!(report.problems[0].reason.starts_with("taken with a doubt: "), "{report:?}");
}

#[test]
fn axolotl_finds_its_configuration_beside_the_file() {
    let world = judged();
    let plan = ExportPlan {
        several: Some(SeveralPolicy::Each),
        ties: Some(TiePolicy::Drop),
        test_share: Some(50),
        ..ExportPlan::new(ExportFormat::Axolotl(AxolotlType::Intel))
    };
    let report = world.try_export(plan.clone(), "train.jsonl").unwrap();
    assert_eq!(report.counts.rows, 1, "{report:?}");
    let yaml = world.read("train.axolotl.yaml");
    assert!(
        yaml.contains("  - path: \"train.jsonl\"\n") && yaml.contains("    type: chatml.intel\n"),
        "{yaml}"
    );
    assert_eq!(manifest(&world, "train.jsonl")["format"], "axolotl-intel");
    let kto = ExportPlan { format: ExportFormat::Axolotl(AxolotlType::Kto), test_share: None, ..plan };
    world.try_export(kto, "kto.jsonl").unwrap();
    assert_eq!(manifest(&world, "kto.jsonl")["class_balance"]["desirable"], 1);
}
