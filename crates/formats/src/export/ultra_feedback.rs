//! UltraFeedback: a prompt with all its completions, each with its ratings.
//!
//! Ratings are texts there, `N/A` where there is none. Means and medians keep their fractions. A checklist about each
//! candidate whose key is a rating's with `_type` behind it becomes that rating's `Type`. Words whose key has
//! `_rationale` behind a rating's are its `Rationale`; where a `_type` is asked, `Rationale` is the words of
//! `_type_rationale`, and those about the rating are `Rationale For Rating`. The rating `overall_score` and a critique
//! of each candidate belong to the completion itself.

use serde::Serialize;
use serde_json::{Map, Value, json};
use tiebreak_domain::rubric::TextPurpose;
use tiebreak_domain::{AnswerValue, Candidate, ExportPlan, Judgment};

use super::help_steer2::{rated_groups, rating_from};
use super::judged::{Judged, answer_to};
use super::output::{ItemOutput, json_line};
use super::turns::{prompt_text, response_text};

#[derive(Serialize)]
struct Line<'a> {
    source: &'a str,
    instruction: String,
    models: Vec<&'a str>,
    correct_answers: Value,
    incorrect_answers: Value,
    completions: Vec<Completion<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotator: Option<&'a str>,
}

#[derive(Serialize)]
struct Completion<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    principle: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_system_prompt: Option<&'a str>,
    response: String,
    annotations: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    overall_score: Option<f64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    critique: String,
}

/// The rating that belongs to the completion itself.
const OVERALL_SCORE: &str = "overall_score";

/// Writes the row of one item, or one for each annotator.
pub(super) fn write(plan: &ExportPlan, judged: &Judged, output: &mut ItemOutput) {
    for (annotator, judgments) in rated_groups(plan, judged, output) {
        output.take(vec![row(plan, judged, annotator, &judgments)], judgments.len() as u64);
    }
}

fn row(
    plan: &ExportPlan,
    judged: &Judged,
    annotator: Option<&str>,
    judgments: &[&Judgment],
) -> Result<String, String> {
    let item = &judged.item.item;
    let answers = |column: &str| {
        let given = item.metadata.get(column).filter(|value| value.is_array());
        given.cloned().unwrap_or_else(|| json!(["None"]))
    };
    let completions = item.candidates.iter().enumerate().map(|(index, candidate)| {
        Ok(Completion {
            model: candidate.model.as_deref().unwrap_or_default(),
            principle: text_of(candidate, "principle"),
            custom_system_prompt: text_of(candidate, "custom_system_prompt"),
            response: response_text(candidate, index)?,
            annotations: annotations(plan, judged, judgments, index),
            overall_score: rating_from(plan.ratings, judgments, OVERALL_SCORE, index),
            critique: critique(judged, judgments, index),
        })
    });
    Ok(json_line(&Line {
        source: judged.metadata("source").unwrap_or(judged.source),
        instruction: prompt_text(&item.prompt)?,
        models: item.candidates.iter().map(|one| one.model.as_deref().unwrap_or_default()).collect(),
        correct_answers: answers("correct_answers"),
        incorrect_answers: answers("incorrect_answers"),
        completions: completions.collect::<Result<_, String>>()?,
        annotator,
    }))
}

fn annotations(
    plan: &ExportPlan,
    judged: &Judged,
    judgments: &[&Judgment],
    index: usize,
) -> Map<String, Value> {
    let mut annotations = Map::new();
    let ratings = judged.names.candidate_ratings();
    for question in ratings.into_iter().filter(|question| question.key != OVERALL_SCORE) {
        let rating = rating_from(plan.ratings, judgments, &question.key, index);
        let rating = rating.map_or("N/A".to_owned(), |rating| rating.to_string());
        let mut annotation = Map::from_iter([("Rating".to_owned(), Value::String(rating))]);
        let type_key = format!("{}_type", question.key);
        let types = checked(judgments, &type_key, index);
        if !types.is_empty() {
            annotation.insert("Type".to_owned(), types.into());
        }
        let has_types = judged.names.question(&type_key).is_some();
        let about_the_rating = if has_types { "Rationale For Rating" } else { "Rationale" };
        for (explained, name) in [(&type_key, "Rationale"), (&question.key, about_the_rating)] {
            let rationale = words(judgments, &format!("{explained}_rationale"), index);
            if !rationale.is_empty() {
                annotation.insert(name.to_owned(), rationale.into());
            }
        }
        annotations.insert(question.key.clone(), annotation.into());
    }
    annotations
}

fn critique(judged: &Judged, judgments: &[&Judgment], index: usize) -> String {
    let words = judgments
        .iter()
        .filter_map(|judgment| judged.words(judgment, TextPurpose::Critique, Some(index as u8)));
    words.collect::<Vec<_>>().join("\n\n")
}

fn checked(judgments: &[&Judgment], key: &str, index: usize) -> Vec<String> {
    let mut types: Vec<String> = Vec::new();
    for judgment in judgments {
        let Some(AnswerValue::Checklist(keys)) = value(judgment, key, index) else { continue };
        for key in keys {
            if !types.contains(key) {
                types.push(key.clone());
            }
        }
    }
    types
}

fn words(judgments: &[&Judgment], key: &str, index: usize) -> String {
    let words = judgments.iter().filter_map(|judgment| match value(judgment, key, index)? {
        AnswerValue::Text(words) => Some(words.text.as_str()),
        _ => None,
    });
    words.collect::<Vec<_>>().join("\n\n")
}

fn value<'a>(judgment: &'a Judgment, key: &str, index: usize) -> Option<&'a AnswerValue> {
    answer_to(judgment, key, Some(index as u8)).map(|answer| &answer.value)
}

fn text_of<'a>(candidate: &'a Candidate, column: &str) -> Option<&'a str> {
    candidate.metadata.get(column)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use tiebreak_domain::ExportFormat;
    use tiebreak_domain::export::RatingPolicy;
    use tiebreak_domain::rubric::{Scope, TextPurpose};

    #[test]
    fn ratings_are_texts_and_missing_ones_say_so() {
        let names = names(vec![
            rating("honesty", 1, 5),
            rating("truthfulness", 1, 5),
            text("honesty_rationale", TextPurpose::Rationale, Scope::Candidate),
        ]);
        let mut item = item(3);
        item.item.candidates[0].model = Some("gpt-4".into());
        let judgments = [
            judgment(
                1,
                3,
                [rates("honesty", &[5, 3, 1]), vec![writes("honesty_rationale", Some(1), "partial")]]
                    .concat(),
            ),
            judgment(2, 3, rates("honesty", &[4, 3, 1])),
        ];
        let mut plan = ExportPlan::new(ExportFormat::UltraFeedback);
        plan.ratings = Some(RatingPolicy::Mean);
        let row = rows(&plan, &names, &item, &judgments).remove(0);
        assert_eq!(row["source"], "data");
        assert_eq!(row["models"], json!(["gpt-4", "", ""]));
        assert_eq!(row["correct_answers"], json!(["None"]));
        assert_eq!(row["completions"][0]["annotations"]["honesty"], json!({"Rating": "4.5"}));
        assert_eq!(
            row["completions"][1]["annotations"]["honesty"],
            json!({"Rating": "3", "Rationale": "partial"})
        );
        assert_eq!(row["completions"][2]["annotations"]["truthfulness"]["Rating"], "N/A");
    }
}
