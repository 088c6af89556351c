//! Argilla's records, as its SDK reads them: what is shown as `fields`, and everyone's answers under `responses`.
//!
//! A preference is the label of the outcome (`a`, `b`, `tie`, …), an order has ranks, equal ones for ties. Argilla
//! knows its people by numbers of its own: `user_id` is what the file calls an annotator, to be mapped on import.
//! Whoever skipped has a response that is discarded.

use serde_json::{Map, Value, json};
use tiebreak_domain::answer::Ranking;
use tiebreak_domain::{Judgment, Verdict};

use super::judged::Judged;
use super::label_studio::NOTHING_TO_SAY;
use super::output::{ItemOutput, json_line};
use super::told::{Said, metadata, name_of, shown, told};

/// Writes the record of one item.
pub(super) fn write(judged: &Judged, output: &mut ItemOutput) {
    let mut responses: Map<String, Value> = Map::new();
    let mut judgments = 0;
    for judgment in judged.judgments {
        let is_skipped = matches!(judgment.given.verdict, Verdict::Skipped);
        let said = if is_skipped { discarded(judged, judgment) } else { answers(judged, judgment) };
        if said.is_empty() {
            output.leave_out(NOTHING_TO_SAY, 1);
            continue;
        }
        judgments += 1;
        for (question, mut response) in said {
            if let Some(annotator) = judged.names.known_annotator(judgment) {
                response["user_id"] = annotator.into();
            }
            let list = responses.entry(question).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(list) = list {
                list.push(response);
            }
        }
    }
    if judgments > 0 {
        output.take(vec![record(judged, responses)], judgments);
    }
}

fn record(judged: &Judged, responses: Map<String, Value>) -> Result<String, String> {
    Ok(json_line(&json!({
        "id": judged.name(),
        "fields": shown(judged)?,
        "metadata": metadata(judged),
        "suggestions": {},
        "responses": responses,
        "vectors": {},
    })))
}

/// That somebody went on without an answer, under the question asked first.
fn discarded(judged: &Judged, judgment: &Judgment) -> Vec<(String, Value)> {
    let rubric = judged.names.rubrics.get(&judgment.given.rubric_version);
    let first = rubric.and_then(|rubric| rubric.questions.first());
    let response = |key: &str| (key.to_owned(), json!({ "value": null, "status": "discarded" }));
    first.map(|question| response(&question.key)).into_iter().collect()
}

fn answers(judged: &Judged, judgment: &Judgment) -> Vec<(String, Value)> {
    let candidates = judged.candidates().len();
    let answer = |said| match said {
        Said::Outcome(outcome) => json!(outcome.word()),
        Said::Order(ranking, _) => ranks(ranking, candidates),
        Said::Number(number, _) => json!(number),
        Said::Entry(entry) => json!(entry),
        Said::Entries(entries) => json!(entries),
        Said::Words(words) => json!(words),
    };
    let said = told(judged, judgment).into_iter();
    said.map(|told| (told.name, json!({ "value": answer(told.said), "status": "submitted" }))).collect()
}

/// Every candidate with its rank; none for who was not placed.
fn ranks(ranking: &Ranking, candidates: usize) -> Value {
    let mut ranks = ranking.places(candidates);
    if let Some(rank) = ranking.worst.and_then(|worst| ranks.get_mut(usize::from(worst))) {
        *rank = Some(candidates as u32);
    }
    let rank = |(index, rank): (usize, &Option<u32>)| json!({ "value": name_of(index), "rank": rank });
    ranks.iter().enumerate().map(rank).collect()
}
