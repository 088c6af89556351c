//! What an export tells of people, and what it parts.

use std::collections::BTreeSet;

use tiebreak_domain::export::{IdentityChoice, LabelChoice, SeveralPolicy};
use tiebreak_domain::{ErrorCode, ExportFormat, ExportPlan};

use crate::world::{World, answered, trl_rows};

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

/// One pair on which ann and bob agree and cy does not, and one that dee alone judged.
fn voted() -> World {
    let world = World::new();
    world.create("a.tiebreak");
    let vote = |who: &str, prompt: &str, chosen: &str, rejected: &str| {
        format!(
            "{{\"annotator\":\"{who}\",\"prompt\":\"{prompt}\",\"chosen\":\"{chosen}\",\"rejected\":\"{rejected}\"}}\n"
        )
    };
    let rows = [
        vote("ann", "p", "x", "y"),
        vote("bob", "p", "x", "y"),
        vote("cy", "p", "y", "x"),
        vote("dee", "q", "x", "y"),
    ];
    world.import_with_labels(&world.write("rows.jsonl", rows.concat()), "past");
    world
}

fn names(manifest: &serde_json::Value) -> Vec<&str> {
    manifest["annotators"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
}

#[test]
fn the_manifest_names_those_whose_judgments_went_in() {
    let world = voted();
    let majority =
        ExportPlan { several: Some(SeveralPolicy::Majority), ..answered(ExportFormat::TrlExplicit) };
    world.try_export(majority, "majority.jsonl").unwrap();
    let manifest = json(&world.read("majority.jsonl.manifest.json"));
    assert_eq!(names(&manifest), ["ann", "bob", "dee"], "cy was outvoted");
    let of_models = ExportPlan { labels: LabelChoice::Model, ..answered(ExportFormat::TrlExplicit) };
    world.try_export(of_models, "models.jsonl").unwrap();
    let manifest = json(&world.read("models.jsonl.manifest.json"));
    assert_eq!(names(&manifest), Vec::<&str>::new(), "nobody's judgment is in it");
}

#[test]
fn people_are_called_as_the_plan_says() {
    let world = voted();
    let export = |identity, format: ExportFormat, name: &str| {
        world.try_export(ExportPlan { identity, ..answered(format) }, name).unwrap();
        (world.read(name), json(&world.read(&format!("{name}.manifest.json"))))
    };
    let (named, _) = export(IdentityChoice::Names, ExportFormat::TrlExplicit, "names.jsonl");
    assert!(named.contains("\"annotator\":\"cy\""));
    let called = |text: &str| {
        let names = text.lines().map(|line| json(line)["annotator"].as_str().unwrap().to_owned());
        names.collect::<BTreeSet<String>>()
    };
    let (text, manifest) = export(IdentityChoice::Pseudonyms, ExportFormat::TrlExplicit, "pseudonyms.jsonl");
    let pseudonyms = called(&text);
    assert_eq!(pseudonyms.len(), 4);
    assert!(pseudonyms.iter().all(|name| name.starts_with("annotator-")), "{pseudonyms:?}");
    assert_eq!(
        names(&manifest).into_iter().collect::<BTreeSet<_>>(),
        pseudonyms.iter().map(String::as_str).collect()
    );
    assert!(manifest["project"].get("key").is_none() && manifest["annotators"][0].get("key").is_none());
    let (again, _) = export(IdentityChoice::Pseudonyms, ExportFormat::TrlConversational, "again.jsonl");
    assert_eq!(called(&again), pseudonyms, "the same in every export");
    for format in [ExportFormat::TrlExplicit, ExportFormat::Csv, ExportFormat::Ranking, ExportFormat::Answers]
    {
        let name = format!("nobody.{}.{}", format.word(), format.extension());
        let (text, manifest) = export(IdentityChoice::Nobody, format, &name);
        let told = format!("{text}{manifest}");
        for name in ["ann", "bob", "cy", "dee"] {
            let quoted = [format!("\"{name}\""), format!(",{name},")];
            assert!(!quoted.iter().any(|word| told.contains(word)), "{name} in {told}");
        }
    }
    let about_people = ExportPlan { identity: IdentityChoice::Nobody, ..answered(ExportFormat::Prism) };
    assert_eq!(world.try_export(about_people, "prism.jsonl").unwrap_err().code, ErrorCode::BadRequest);
}

#[test]
fn what_is_tested_with_is_not_trained_on() {
    let world = World::new();
    world.create("a.tiebreak");
    let twice = trl_rows(60) + &trl_rows(60).replace("Good", "Fine").replace("Question ", "Question  ");
    world.import_with_labels(&world.write("rows.jsonl", twice), "past");
    let plan = ExportPlan { test_share: Some(30), ..answered(ExportFormat::TrlExplicit) };
    let report = world.try_export(plan.clone(), "out.jsonl").unwrap();
    let prompts = |name: &str| -> BTreeSet<String> {
        let prompt = |line: &str| json(line)["prompt"].as_str().unwrap().replace("  ", " ");
        world.read(name).lines().map(prompt).collect()
    };
    let (train, test) = (prompts("out.jsonl"), prompts("out.test.jsonl"));
    assert_eq!(train.len() + test.len(), 60, "no prompt stands in both");
    assert!(train.is_disjoint(&test) && (6..=30).contains(&test.len()), "{} of 60", test.len());
    let manifest = json(&world.read("out.jsonl.manifest.json"));
    let split = &manifest["split"];
    assert_eq!((&split["groups"], &split["test_groups"]), (&60.into(), &test.len().into()));
    assert_eq!(split["test_rows"], 2 * test.len());
    assert_eq!((report.counts.rows, report.companions.len()), (120, 1));
    let csv = ExportPlan { test_share: Some(30), ..answered(ExportFormat::Csv) };
    assert_eq!(world.try_export(csv, "out.csv").unwrap_err().code, ErrorCode::BadRequest);
    let all = ExportPlan { test_share: Some(100), ..plan };
    assert_eq!(world.try_export(all, "all.jsonl").unwrap_err().code, ErrorCode::BadRequest);
}
