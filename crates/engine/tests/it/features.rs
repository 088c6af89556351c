//! Models of precomputed features: what they read out of the data's columns, through the door.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use tiebreak_domain::reward::{ModelInfo, ModelKey, ModelPlace, ScoringReport};
use tiebreak_domain::{Event, ExportFormat, Reply, Request};

use crate::world::{World, trl_rows};

/// Adds a tiny model of three numbers.
fn add(world: &World, name: &str, onnx: &str, sections: &str) -> ModelKey {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reward/tests/data");
    let bytes = std::fs::read(data.join(onnx)).unwrap();
    let folder = world.path(name);
    std::fs::create_dir(&folder).unwrap();
    let mut manifest = format!(
        "format = 1\nname = {name:?}\nversion = \"1\"\nlicence = \"MIT\"\ndescription = \"For a test\"\n\
         precision = \"fp32\"\ninput = \"features\"\n{sections}"
    );
    let hash = blake3::hash(&bytes).to_hex();
    writeln!(manifest, "[files]\nmodel = {{ path = \"model.onnx\", blake3 = \"{hash}\" }}").unwrap();
    std::fs::write(folder.join("model.onnx"), bytes).unwrap();
    std::fs::write(folder.join("reward.toml"), manifest).unwrap();
    let job = world.start(Request::AddModel(ModelPlace::Folder(folder.to_string_lossy().into_owned())));
    world.wait(|event| match event {
        Event::InstallEnded(of, result) if of == job => Some(result.unwrap().key),
        _ => None,
    })
}

fn score(world: &World, models: Vec<ModelKey>) -> ScoringReport {
    let job = world.start(Request::StartScoring { models, keeps_watch: false });
    world.wait(|event| match event {
        Event::ScoringEnded(of, result) if of == job => Some(*result.unwrap()),
        _ => None,
    })
}

fn info(world: &World, key: &ModelKey) -> ModelInfo {
    let Reply::Models(models) = world.engine.call(Request::Models).unwrap() else { panic!("models") };
    models.models.into_iter().find(|model| model.key == *key).unwrap()
}

/// Three pairs whose candidates have columns of their own; `columns` gives them by item and candidate.
fn with_columns(columns: impl Fn(usize, usize) -> Value) -> World {
    let plain = World::new();
    plain.create("p.tiebreak");
    plain.import(&plain.write("rows.jsonl", trl_rows(3)));
    let mut item = 0;
    let lines = plain
        .export(ExportFormat::Tiebreak, "all.jsonl")
        .lines()
        .map(|line| {
            let mut line: Value = serde_json::from_str(line).unwrap();
            if line["record"] == "item" {
                for (index, candidate) in line["candidates"].as_array_mut().unwrap().iter_mut().enumerate() {
                    candidate["metadata"] = columns(item, index);
                }
                item += 1;
            }
            format!("{line}\n")
        })
        .collect::<String>();
    assert_eq!(item, 3, "the export holds three items");
    let world = World::new();
    world.create("q.tiebreak");
    world.import(&world.write("all.jsonl", lines));
    world
}

const SCORES: &str = "task = \"scores\"\n[features]\nname = \"x\"\ncolumns = [\"emb\"]\nlength = 3\n\
                      [score]\nname = \"scores\"\ndimensions = [\"a\", \"b\"]\n";

#[test]
fn a_model_reads_a_list_of_each_candidate_and_refuses_those_that_lack_it_by_name() {
    let world = with_columns(|item, candidate| match (item, candidate) {
        (2, 0) => json!({}),
        (2, 1) => json!({ "emb": [1, 2] }),
        _ => json!({ "emb": [item, candidate, 1] }),
    });
    let key = add(&world, "Numbers", "scores.onnx", SCORES);
    assert_eq!(info(&world, &key).scorable, 6, "every candidate should have them");
    let report = score(&world, vec![key.clone()]);
    assert_eq!((report.scored, report.refused_count), (4, 2), "{report:?}");
    let reasons: Vec<_> = report
        .refused
        .iter()
        .map(|refused| (refused.item.0, refused.candidate, refused.reason.as_str()))
        .collect();
    let [(3, 0, missing), (3, 1, short)] = reasons[..] else { panic!("{reasons:?}") };
    assert!(missing.contains("has the column \"emb\"") && missing.contains("import it again"), "{missing}");
    assert!(short.contains("holds 2 numbers, and the model takes 3"), "{short}");
    assert_eq!(info(&world, &key).scored, 4);
    // x times [[1, 0], [0, 10], [2, 5]].
    let scores: Vec<Vec<Option<f64>>> = world.told_lead(2).into_iter().map(|said| said.scores).collect();
    assert_eq!(scores, [[Some(3.0), Some(3.0)], [Some(5.0), Some(15.0)]]);
    let again = score(&world, vec![key]);
    assert_eq!((again.scored, again.known, again.refused_count), (0, 4, 2), "{again:?}");
}

#[test]
fn a_pairwise_model_reads_columns_of_single_numbers_of_both() {
    let world = with_columns(|item, candidate| match (item, candidate) {
        (0, 1) => json!({ "u": 1, "v": 2 }),
        _ => json!({ "u": item, "v": candidate, "w": 1 }),
    });
    let sections = "task = \"pairwise\"\n[features]\nname = \"first\"\nsecond_name = \"second\"\n\
                    columns = [\"u\", \"v\", \"w\"]\nlength = 3\n\
                    [score]\nname = \"better\"\ndimensions = [\"overall\"]\n";
    let key = add(&world, "Pairs", "pair.onnx", sections);
    let report = score(&world, vec![key]);
    assert_eq!((report.scored + report.known, report.refused_count), (2, 1), "{report:?}");
    let reason = &report.refused[0].reason;
    assert!(reason.starts_with("the second candidate: ") && reason.contains("\"w\""), "{reason}");
    // (first - second) times 1, -2, 3.
    assert_eq!(world.told_lead(2)[0].scores[0], Some(2.0));
}

#[test]
fn a_project_without_the_columns_is_not_for_the_model_and_whoever_asked_for_it_is_told() {
    let world = with_columns(|_, _| json!({}));
    let key = add(&world, "Numbers", "scores.onnx", SCORES);
    assert_eq!(info(&world, &key).scorable, 0);
    let named = score(&world, vec![key]);
    assert_eq!((named.scored, named.refused_count), (0, 0), "{named:?}");
    let told = "Numbers scored nothing: no candidate has a column \"emb\"";
    assert!(named.remarks.iter().any(|remark| remark == told), "{:?}", named.remarks);
    let all = score(&world, Vec::new());
    assert_eq!((all.scored + all.known, all.refused_count), (6, 0), "the model that came along reads texts");
    assert!(all.remarks.iter().all(|remark| remark != told), "{:?}", all.remarks);
}
