//! Label Studio's tasks with everyone's annotations, and the labeling configuration that shows them ([`config`]).
//!
//! Whoever imports them into Label Studio becomes their annotator: it refuses numbers and addresses that it does not
//! know. So names stand in `annotator`, which it passes over. Pairwise knows left and right; every other outcome is
//! an entry of the choices beside it. An order with ties goes into buckets that are called by the places. Images are
//! shown from wherever Label Studio can reach their paths.

pub(super) mod config;

use serde::Serialize;
use serde_json::{Map, Value, json};
use tiebreak_domain::answer::Ranking;
use tiebreak_domain::rubric::RankingForm;
use tiebreak_domain::{Judgment, Outcome, Verdict};

use super::judged::Judged;
use super::output::{ItemOutput, json_line};
use super::told::{Said, Told, metadata, name_of, shown, told};
use crate::shape::label_studio::OUTCOME;

/// Why a judgment is left out of whose answers nothing can be said.
pub(super) const NOTHING_TO_SAY: &str = "no answer of a kind that this format knows";

#[derive(Serialize)]
struct Task {
    data: Map<String, Value>,
    annotations: Vec<Annotation>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    meta: Map<String, Value>,
}

#[derive(Serialize)]
struct Annotation {
    #[serde(skip_serializing_if = "Option::is_none")]
    annotator: Option<String>,
    result: Vec<Value>,
    was_cancelled: bool,
    ground_truth: bool,
    created_at: String,
    /// Seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    lead_time: Option<f64>,
}

/// Writes the task of one item.
pub(super) fn write(judged: &Judged, output: &mut ItemOutput) {
    let mut annotations = Vec::new();
    for judgment in judged.judgments {
        let is_skipped = matches!(judgment.given.verdict, Verdict::Skipped);
        let result = results(judged, judgment);
        if result.is_empty() && !is_skipped {
            output.leave_out(NOTHING_TO_SAY, 1);
            continue;
        }
        let showing = judgment.given.showing.as_ref();
        annotations.push(Annotation {
            annotator: judged.names.known_annotator(judgment).map(str::to_owned),
            result,
            was_cancelled: is_skipped,
            ground_truth: false,
            created_at: judgment.given.recorded_at.rfc3339(),
            lead_time: showing.map(|showing| showing.active_ms as f64 / 1_000.0),
        });
    }
    let judgments = annotations.len() as u64;
    if judgments > 0 {
        output.take(vec![task(judged, annotations)], judgments);
    }
}

fn task(judged: &Judged, annotations: Vec<Annotation>) -> Result<String, String> {
    let mut data = Map::from_iter([("id".to_owned(), judged.name().into())]);
    data.extend(shown(judged)?);
    if config::asks_for_an_order(judged.names) {
        let item = |index: usize| {
            let name = name_of(index);
            let body = data.get(&name).cloned().unwrap_or_default();
            json!({ "id": name, "title": name.to_uppercase(), "body": body })
        };
        let items: Vec<Value> = (0..judged.candidates().len()).map(item).collect();
        data.insert("items".to_owned(), items.into());
    }
    Ok(json_line(&Task { data, annotations, meta: metadata(judged) }))
}

fn results(judged: &Judged, judgment: &Judgment) -> Vec<Value> {
    let candidates = judged.candidates().len();
    let results = told(judged, judgment).into_iter().map(|told| {
        let (from_name, to_name, kind, value) = result(told, candidates);
        (from_name, to_name, kind, value)
    });
    let number = |(number, (from_name, to_name, kind, value)): (usize, (String, String, &str, Value))| {
        json!({
            "id": format!("r{}", number + 1),
            "from_name": from_name,
            "to_name": to_name,
            "type": kind,
            "value": value,
        })
    };
    results.enumerate().map(number).collect()
}

/// The control, what it is about, its type, and its value.
fn result(told: Told, candidates: usize) -> (String, String, &'static str, Value) {
    let Told { name, candidate, said } = told;
    let about = name_of(candidate.unwrap_or_default());
    match said {
        Said::Outcome(outcome @ (Outcome::A | Outcome::B)) => {
            let selected = if outcome == Outcome::A { "left" } else { "right" };
            (name.clone(), name, "pairwise", json!({ "selected": selected }))
        }
        Said::Outcome(outcome) => {
            (format!("{name}{OUTCOME}"), about, "choices", json!({ "choices": [outcome.word()] }))
        }
        Said::Order(ranking, form) => {
            let ranker = ranker(&name, ranking, form, candidates);
            (name, "items".to_owned(), "ranker", json!({ "ranker": ranker }))
        }
        Said::Number(number, true) => (name, about, "rating", json!({ "rating": number })),
        Said::Number(number, false) => (name, about, "number", json!({ "number": number })),
        Said::Entry(entry) => (name, about, "choices", json!({ "choices": [entry] })),
        Said::Entries(entries) => (name, about, "choices", json!({ "choices": entries })),
        Said::Words(words) => (name, about, "textarea", json!({ "text": [words] })),
    }
}

/// One list by the control's name, or a bucket for each place.
fn ranker(name: &str, ranking: &Ranking, form: RankingForm, candidates: usize) -> Value {
    let names = |group: &[u8]| group.iter().map(|place| name_of(usize::from(*place))).collect::<Vec<_>>();
    match form {
        RankingForm::Strict => json!({ name: names(&ranking.groups.concat()) }),
        RankingForm::WithTies => {
            let buckets = (1..=candidates).map(|place| {
                let group = ranking.groups.get(place - 1).map(|group| names(group)).unwrap_or_default();
                (place.to_string(), json!(group))
            });
            Value::Object(buckets.collect())
        }
        RankingForm::Best | RankingForm::BestWorst => {
            let best = names(&ranking.groups.concat());
            let worst: Vec<String> = ranking.worst.iter().map(|worst| name_of(usize::from(*worst))).collect();
            json!({ "best": best, "worst": worst })
        }
    }
}
