//! Real data, row by row; skipped where it is not there.

use tiebreak_domain::import::ContentKind;
use tiebreak_domain::{DataFormat, ImportPlan, Outcome, Part};
use tiebreak_formats::{Reader, preview};

use crate::files::read;

fn data(name: &str) -> Option<String> {
    let path = format!("{}/../../../shared/data/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::path::Path::new(&path).exists() {
        return Some(path);
    }
    eprintln!("skipped: {name} is not there");
    None
}

#[test]
fn pandalm_is_accounted_for_row_by_row() {
    let Some(path) = data("text/pandalm_testset-v1.json") else { return };
    assert_eq!(Reader::open(&ImportPlan::of_file(&path)).unwrap().format(), DataFormat::PandaLm);
    let read = read(&path);
    assert!(read.error.is_none());
    assert_eq!(read.items.len() + read.problems.len(), 999);
    let has_silent = |item: &tiebreak_domain::Item| {
        item.candidates.iter().any(tiebreak_domain::Candidate::is_empty_response)
    };
    let silent = read.items.iter().filter(|(_, item, _)| has_silent(item)).count();
    assert_eq!(silent, 54, "pairs with an empty response");
    assert!(
        read.problems.iter().all(|problem| problem.reason.ends_with("are the same")),
        "{:?}",
        read.problems
    );
    assert!(
        read.items.iter().all(|(_, item, labels)| labels.len() == 3 && item.candidates[1].model.is_some())
    );
}

#[test]
fn flat_pandalm_keeps_every_vote() {
    let Some(path) = data("text/pandalm_pairs.jsonl") else { return };
    let read = read(&path);
    assert!(read.error.is_none());
    assert_eq!(read.items.len() + read.problems.len(), 999);
    assert!(read.problems.iter().all(|problem| !problem.reason.starts_with("taken without its vote")));
    assert!(read.items.iter().all(|(_, _, labels)| labels.len() == 3));
    let (_, item, labels) = &read.items[0];
    assert_eq!(labels[0].preference().unwrap().outcome, Outcome::B);
    assert_eq!(item.candidates[0].model.as_deref(), Some("bloom-7b"));
    assert_eq!(item.external_id.as_deref(), Some("pandalm-test-0"));
}

#[test]
fn hh_is_read_whole() {
    let Some(path) = data("text/hh_harmless_base_test.jsonl.gz") else { return };
    let seen = preview(&ImportPlan::of_file(&path)).unwrap();
    assert_eq!((seen.container.as_str(), seen.format), ("JSONL, gzipped", DataFormat::AnthropicHh));
    let read = read(&path);
    assert!(read.error.is_none());
    assert_eq!(read.items.len() + read.problems.len(), 2_312);
    assert!(read.problems.len() < 30, "{:?}", read.problems);
    assert!(read.items.iter().all(|(_, item, _)| !item.prompt.is_empty()));
    let first = read
        .items
        .iter()
        .filter(|(_, _, labels)| labels[0].preference().unwrap().outcome == Outcome::A)
        .count();
    assert!((1_000..1_300).contains(&first), "{first} have the chosen one first");
}

#[test]
fn pairs_of_images_are_recognised() {
    let Some(path) = data("images/imagen_pairs.jsonl") else { return };
    let seen = preview(&ImportPlan::of_file(&path)).unwrap();
    let mapping = seen.mapping.unwrap();
    assert!(mapping.candidates.iter().all(|candidate| candidate.kind == ContentKind::Image));
    assert_eq!(mapping.candidates[0].model.as_deref(), Some("model_a"));
    assert_eq!(mapping.label.unwrap().column, "label");
    let read = read(&path);
    assert_eq!((read.items.len(), read.problems.len()), (40, 0));
    assert!(read.items.iter().all(|(_, item, labels)| {
        labels.is_empty()
            && item.candidates.iter().all(|candidate| matches!(candidate.parts[0], Part::Image { .. }))
    }));
}

#[test]
fn videos_are_told_from_texts() {
    let Some(path) = data("videos/wan_pairs.jsonl") else { return };
    let seen = preview(&ImportPlan::of_file(&path)).unwrap();
    let candidates = seen.items.iter().flat_map(|item| &item.candidates);
    assert!(candidates.clone().all(|candidate| matches!(candidate.parts[..], [Part::Video { .. }])));
    assert_eq!(candidates.count(), 12);
    assert_eq!(seen.because, "The columns `video_a` and `video_b` look like a pair of candidates");
}

#[test]
fn real_video_pairs_have_their_three_verdicts() {
    let Some(path) = data("videos/videoalign/example.csv") else { return };
    assert_eq!(Reader::open(&ImportPlan::of_file(&path)).unwrap().format(), DataFormat::VideoAlign);
    let read = read(&path);
    assert!(read.error.is_none() && read.problems.is_empty(), "{:?}", read.problems);
    assert!(!read.items.is_empty());
    assert!(read.items.iter().all(|(_, _, labels)| labels[0].answers.len() == 3));
}

/// The flat PandaLM pairs and their votes, put into the words of other tools: each gives back the same items and votes.
#[test]
fn real_votes_are_the_same_in_the_words_of_other_tools() {
    let Some(path) = data("text/pandalm_pairs.jsonl") else { return };
    let flat = read(&path);
    let text = std::fs::read_to_string(&path).unwrap();
    let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let words =
        |outcome: Outcome| ["a", "b", "tie"][Outcome::ALL.iter().position(|one| *one == outcome).unwrap()];
    let said: std::collections::HashMap<u64, Vec<Outcome>> = flat
        .items
        .iter()
        .map(|(line, _, labels)| {
            (*line, labels.iter().map(|label| label.preference().unwrap().outcome).collect())
        })
        .collect();
    let votes = |line: usize| said.get(&(line as u64 + 1)).cloned().unwrap_or_default();
    let shown = |row: &serde_json::Value| {
        let shown = ["id", "prompt", "response_a", "response_b"];
        let shown = shown.map(|name| (name.to_owned(), row[name].clone()));
        serde_json::Value::Object(shown.into_iter().collect())
    };
    let task = |(line, row): (usize, &serde_json::Value)| {
        let annotation = |(who, outcome): (usize, Outcome)| {
            let side = if outcome == Outcome::A { "left" } else { "right" };
            let (kind, name, value) = match outcome {
                Outcome::A | Outcome::B => ("pairwise", "pref", serde_json::json!({ "selected": side })),
                _ => ("choices", "pref_outcome", serde_json::json!({ "choices": [words(outcome)] })),
            };
            let result =
                serde_json::json!([{ "from_name": name, "to_name": name, "type": kind, "value": value }]);
            serde_json::json!({ "completed_by": who + 1, "result": result })
        };
        let annotations: Vec<_> = votes(line).into_iter().enumerate().map(annotation).collect();
        serde_json::json!({ "id": line, "data": shown(row), "annotations": annotations })
    };
    let record = |(line, row): (usize, &serde_json::Value)| {
        let response = |(who, outcome): (usize, Outcome)| {
            let rank = |won: bool| if won || outcome == Outcome::Tie { 1 } else { 2 };
            let ranks = serde_json::json!([
                { "value": "response_a", "rank": rank(outcome == Outcome::A) },
                { "value": "response_b", "rank": rank(outcome == Outcome::B) },
            ]);
            serde_json::json!({ "value": ranks, "user_id": (who + 1).to_string() })
        };
        let responses: Vec<_> = votes(line).into_iter().enumerate().map(response).collect();
        let mut fields = shown(row);
        let id = fields.as_object_mut().unwrap().shift_remove("id");
        serde_json::json!({ "id": id, "fields": fields, "responses": { "pref": responses }, "suggestions": {} })
    };
    let files = [
        (DataFormat::LabelStudio, rows.iter().enumerate().map(task).collect::<Vec<_>>()),
        (DataFormat::Argilla, rows.iter().enumerate().map(record).collect()),
    ];
    for (format, rows) in files {
        let file = crate::files::file("tasks.json", serde_json::Value::Array(rows).to_string());
        let reader = Reader::open(&ImportPlan::of_file(&file.path)).unwrap();
        assert_eq!(reader.format(), format);
        let read = read(&file.path);
        assert!(read.error.is_none());
        assert_eq!(
            (read.items.len(), read.problems.len()),
            (flat.items.len(), flat.problems.len()),
            "{format:?}: {:?}",
            read.problems
        );
        for ((line, item, labels), (_, expected, votes)) in read.items.iter().zip(&flat.items) {
            assert_eq!(
                (&item.prompt, &item.external_id),
                (&expected.prompt, &expected.external_id),
                "{line}"
            );
            let texts = |item: &tiebreak_domain::Item| {
                item.candidates.iter().map(tiebreak_domain::Candidate::text).collect::<Vec<_>>()
            };
            assert_eq!(texts(item), texts(expected), "{format:?}, {line}");
            let outcomes = |labels: &[tiebreak_formats::Label]| {
                labels.iter().map(|label| label.preference().unwrap().outcome).collect::<Vec<_>>()
            };
            assert_eq!(outcomes(labels), outcomes(votes), "{format:?}, {line}");
        }
    }
}
