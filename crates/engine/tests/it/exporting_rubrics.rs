//! Exports of rubrics: what is asked of them, what lies beside the file, and what the manifest says.

use tiebreak_domain::answer::{Mark, MarkForm};
use tiebreak_domain::export::{PolicyQuestion, RatingPolicy, SeveralPolicy};
use tiebreak_domain::queue::Place;
use tiebreak_domain::rubric::{MarkShape, QuestionKind, Scale, Scope, StrengthSteps};
use tiebreak_domain::{
    Answer, AnswerValue, ErrorCode, ExportFormat, ExportPlan, NewJudgment, Outcome, Preference, Question,
    QueuedItem, Reply, Request, Rubric, Verdict,
};

use crate::world::{World, trl_rows};

fn stars(key: &str) -> Question {
    Question::new(key, key, Scope::Candidate, QuestionKind::Rating { scale: Scale::Stars { count: 5 } })
}

fn preference(key: &str) -> Question {
    let kind = QuestionKind::Preference { outcomes: Outcome::all(), strength: StrengthSteps::None };
    Question::new(key, key, Scope::Pair, kind)
}

fn rates(key: &str, values: [i32; 2]) -> Vec<Answer> {
    let answer = |candidate: u8| Answer {
        question: key.into(),
        candidate: Some(candidate),
        value: AnswerValue::Rating(values[usize::from(candidate)]),
    };
    vec![answer(0), answer(1)]
}

fn prefers(key: &str, outcome: Outcome) -> Answer {
    let value = AnswerValue::Preference(Preference::new(outcome));
    Answer { question: key.into(), candidate: None, value }
}

/// Three items and a rubric of version 2.
fn asking(questions: Vec<Question>) -> World {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(3)));
    world.project(Request::SetRubric(Box::new(Rubric { questions, ..Rubric::default() })));
    world
}

/// Somebody answers the first item.
fn answer(world: &World, name: &str, answers: Vec<Answer>) -> QueuedItem {
    world.seat(name);
    let item = world.queue(Place::Start, 1).remove(0);
    let judgment = world.judgment(&item, Verdict::Judged { answers });
    world.submit(NewJudgment { rubric_version: 2, ..judgment });
    item
}

fn manifest(world: &World, name: &str) -> serde_json::Value {
    serde_json::from_str(&world.read(&format!("{name}.manifest.json"))).unwrap()
}

fn replacing(world: &World, plan: ExportPlan, name: &str) {
    let request = Request::StartExport { plan, path: world.text(name), replace: true };
    let job = world.start(request);
    world
        .wait(|event| match event {
            tiebreak_domain::Event::ExportEnded(ended, result) if ended == job => Some(result.map(drop)),
            _ => None,
        })
        .unwrap();
}

fn strays(world: &World) -> usize {
    let entries = std::fs::read_dir(world.folder.path()).unwrap();
    entries
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("tiebreak-export"))
        .count()
}

#[test]
fn several_ratings_are_asked_about_and_the_manifest_says_what_became_of_them() {
    let world = asking(vec![stars("helpfulness")]);
    answer(&world, "Ada", rates("helpfulness", [5, 2]));
    answer(&world, "Bob", rates("helpfulness", [4, 1]));
    let open = ExportPlan::new(ExportFormat::HelpSteer2);
    let error = world.try_export(open.clone(), "out.jsonl").unwrap_err();
    assert_eq!(error.code, ErrorCode::PolicyNeeded);
    let preview = match world.engine.call(Request::PreviewExport(open.clone())).unwrap() {
        Reply::ExportPreview(preview) => preview,
        other => panic!("{other:?}"),
    };
    assert_eq!(preview.unanswered, [PolicyQuestion::Ratings]);
    assert_eq!(preview.holds.items_with_several_ratings, 1);
    let report =
        world.try_export(ExportPlan { ratings: Some(RatingPolicy::Mean), ..open }, "out.jsonl").unwrap();
    assert_eq!((report.counts.rows, report.counts.judgments), (2, 2));
    let out = world.read("out.jsonl");
    assert!(out.contains("\"helpfulness\":4}") && out.contains("\"helpfulness\":2}"), "4.5 and 1.5: {out}");
    let manifest = manifest(&world, "out.jsonl");
    assert_eq!(manifest["policies"]["ratings"], "mean");
    assert_eq!(manifest["policies"]["several"], serde_json::Value::Null, "it was not asked");
    assert_eq!(manifest["rubric_versions"], serde_json::json!([2]));
}

#[test]
fn of_two_questions_one_is_chosen_and_no_other() {
    let world = asking(vec![preference("overall"), preference("style")]);
    let item = answer(&world, "Ada", vec![prefers("overall", Outcome::A), prefers("style", Outcome::B)]);
    let mut plan = ExportPlan::new(ExportFormat::TrlExplicit);
    let error = world.try_export(plan.clone(), "out.jsonl").unwrap_err();
    assert_eq!(error.code, ErrorCode::PolicyNeeded, "that one is called overall is no reason to take it");
    plan.question = Some("taste".into());
    let error = world.try_export(plan.clone(), "out.jsonl").unwrap_err();
    assert_eq!(error.code, ErrorCode::BadRequest);
    assert_eq!(error.hint.as_deref(), Some("those that fit are overall, style"));
    for (key, chosen) in [("overall", 0), ("style", 1)] {
        plan.question = Some(key.into());
        let name = format!("{key}.jsonl");
        world.try_export(plan.clone(), &name).unwrap();
        let row: serde_json::Value = serde_json::from_str(&world.read(&name)).unwrap();
        assert_eq!(row["chosen"], item.item.item.candidates[chosen].text(), "by the question {key}");
        assert_eq!(manifest(&world, &name)["policies"]["question"], key);
    }
    let unfit = world.try_export(ExportPlan::new(ExportFormat::Stepwise), "x.jsonl").unwrap_err();
    assert_eq!(unfit.code, ErrorCode::BadRequest, "nobody was asked about steps");
}

#[test]
fn a_question_that_nobody_ever_answered_is_no_choice() {
    let world = asking(vec![preference("better")]);
    answer(&world, "Ada", vec![prefers("better", Outcome::A)]);
    let plan = ExportPlan::new(ExportFormat::TrlExplicit);
    world.try_export(plan, "out.jsonl").unwrap();
    assert_eq!(
        manifest(&world, "out.jsonl")["policies"]["question"],
        "better",
        "the first rubric was never used"
    );
}

#[test]
fn utterances_lie_beside_conversations() {
    let world = asking(vec![stars("score")]);
    answer(&world, "Ada", rates("score", [5, 2]));
    let plan = ExportPlan::new(ExportFormat::Prism);
    let report = world.try_export(plan.clone(), "p.jsonl").unwrap();
    let beside = ["utterances", "survey", "metadata"].map(|word| world.text(&format!("p.{word}.jsonl")));
    assert_eq!(report.companions, beside);
    assert_eq!(world.read("p.jsonl").lines().count(), 1);
    let utterances = world.read("p.utterances.jsonl");
    assert_eq!(utterances.lines().count(), 2);
    let manifest = manifest(&world, "p.jsonl");
    assert_eq!(manifest["companions"][0]["name"], "p.utterances.jsonl");
    let hash = blake3::hash(utterances.as_bytes()).to_hex().to_string();
    assert_eq!(manifest["companions"][0]["blake3"], hash);
    std::fs::remove_file(world.path("p.jsonl")).unwrap();
    std::fs::remove_file(world.path("p.jsonl.manifest.json")).unwrap();
    let error = world.try_export(plan, "p.jsonl").unwrap_err();
    assert_eq!(error.code, ErrorCode::Exists, "a companion is not written over either");
    assert_eq!(strays(&world), 0, "no temporary file stays");
}

#[test]
fn heat_maps_lie_in_a_folder_that_is_replaced_as_a_whole() {
    let marks = QuestionKind::Marks { shape: MarkShape::Points, labels: Vec::new() };
    let world = World::new();
    world.create("a.tiebreak");
    let row = r#"{"id":"1","prompt":"a fox","generations":["a.png","b.png"],"ranking":[1,2]}"#;
    world.import(&world.write("rows.jsonl", row));
    let questions = vec![Question::new("artifact", "Where?", Scope::Candidate, marks)];
    world.project(Request::SetRubric(Box::new(Rubric { questions, ..Rubric::default() })));
    let mark = Mark { part: 0, x: 0.5, y: 0.5, form: MarkForm::Radius(0.1), label: None, at_us: None };
    let said = |candidate: u8, marks: Vec<Mark>| Answer {
        question: "artifact".into(),
        candidate: Some(candidate),
        value: AnswerValue::Marks(marks),
    };
    answer(&world, "Ada", vec![said(0, vec![mark]), said(1, vec![])]);
    let plan = ExportPlan::new(ExportFormat::RichHf);
    let report = world.try_export(plan.clone(), "r.jsonl").unwrap();
    assert_eq!(report.companions, [world.text("r.maps")]);
    let maps = || std::fs::read_dir(world.path("r.maps")).unwrap().count();
    assert_eq!((world.read("r.jsonl").lines().count(), maps()), (2, 2));
    let row: serde_json::Value = serde_json::from_str(world.read("r.jsonl").lines().next().unwrap()).unwrap();
    let map = world.path("r.maps").join(row["artifact_map"].as_str().unwrap());
    assert!(std::fs::read(map).unwrap().starts_with(b"\x89PNG"), "the row names its map");
    assert_eq!(manifest(&world, "r.jsonl")["companions"][0]["files"], 2);
    std::fs::write(world.path("r.maps").join("old.png"), "old").unwrap();
    replacing(&world, plan, "r.jsonl");
    assert_eq!(maps(), 2, "what lay there before is gone");
    assert_eq!(strays(&world), 0);
}

#[test]
fn trainers_are_told_what_they_need() {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(3)));
    for _ in 0..3 {
        world.judge_next(Outcome::A);
    }
    let plan =
        ExportPlan { several: Some(SeveralPolicy::Each), ..ExportPlan::new(ExportFormat::LlamaFactory) };
    world.try_export(plan, "pref.jsonl").unwrap();
    let info: serde_json::Value = serde_json::from_str(&world.read("pref.dataset_info.json")).unwrap();
    assert_eq!((&info["pref"]["file_name"], &info["pref"]["ranking"]), (&"pref.jsonl".into(), &true.into()));
    world.export(ExportFormat::Kto, "kto.jsonl");
    let balance = &manifest(&world, "kto.jsonl")["class_balance"];
    assert_eq!((&balance["desirable"], &balance["undesirable"]), (&3.into(), &3.into()));
    assert_eq!(balance["desirable_weight"], 1.0);
}

#[test]
fn every_answer_is_written_whatever_it_was_asked_under() {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(2)));
    world.judge_next(Outcome::A);
    world.project(Request::SetRubric(Box::new(Rubric {
        questions: vec![stars("quality")],
        ..Rubric::default()
    })));
    answer(&world, "Bob", rates("quality", [5, 2]));
    let out = world.export(ExportFormat::Answers, "all.csv");
    assert_eq!(out.lines().count(), 1 + 1 + 2, "a header, one preference, two ratings: {out}");
    assert_eq!(manifest(&world, "all.csv")["rubric_versions"], serde_json::json!([1, 2]));
}
