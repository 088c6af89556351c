//! Every answer of every judgment as a row of CSV: one question, one candidate, one annotator.
//!
//! `value` is the outcome of a preference, the number of a rating, the key of a choice, the words of a text;
//! what has parts (orders, lists, marks, spans, steps, segments) is JSON as the lossless format writes it.
//! Candidates are counted from 1 in the data's order; `shown_position` is where the candidate stood on the
//! screen, from 1. A skip has a row without a question.

use serde_json::Value;
use tiebreak_domain::{Answer, AnswerValue, Judgment, UnixMillis, Verdict};

use super::judged::Judged;
use super::output::ItemOutput;
use super::table::{notes_json, quoted, watched_words};

const COLUMNS: [&str; 28] = [
    "item_key",
    "external_id",
    "source",
    "item_type",
    "candidate",
    "model",
    "annotator",
    "question",
    "kind",
    "value",
    "strength",
    "confidence",
    "reason",
    "verdict",
    "comment",
    "flagged",
    "rubric_version",
    "shown_position",
    "judgment_id",
    "revision",
    "recorded_at",
    "shown_at",
    "first_input_at",
    "submitted_at",
    "active_ms",
    "idle_ms",
    "watched",
    "notes",
];

/// The names of the columns as one line.
pub(super) fn header() -> String {
    COLUMNS.join(",")
}

/// Writes the answers about one item.
pub(super) fn write(judged: &Judged, output: &mut ItemOutput) {
    for judgment in judged.judgments {
        let rows: Vec<Result<String, String>> = match &judgment.given.verdict {
            Verdict::Judged { answers } => {
                answers.iter().map(|answer| Ok(row(judged, judgment, Some(answer)))).collect()
            }
            Verdict::Skipped | Verdict::Withdrawn => vec![Ok(row(judged, judgment, None))],
        };
        output.take(rows, 1);
    }
}

/// What is special to a kind of answer.
#[derive(Default)]
struct Told {
    kind: &'static str,
    value: String,
    strength: &'static str,
    confidence: String,
    reason: String,
}

fn row(judged: &Judged, judgment: &Judgment, answer: Option<&Answer>) -> String {
    let given = &judgment.given;
    let item = &judged.item.item;
    let told = answer.map(|answer| told(&answer.value)).unwrap_or_default();
    let candidate = answer.and_then(|answer| answer.candidate).map(usize::from);
    let model = candidate.and_then(|index| item.candidates.get(index)?.model.clone());
    let showing = given.showing.as_ref();
    let position = candidate.and_then(|candidate| {
        showing?.order.indices().iter().position(|shown| usize::from(*shown) == candidate)
    });
    let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let time = |time: Option<UnixMillis>| time.map(|time| time.0.to_string()).unwrap_or_default();
    let from_one = |index: Option<usize>| number(index.map(|index| index as u64 + 1));
    let verdict = match given.verdict {
        Verdict::Judged { .. } => "judged",
        Verdict::Skipped => "skipped",
        Verdict::Withdrawn => "withdrawn",
    };
    let fields: [String; COLUMNS.len()] = [
        judged.item.key.to_string(),
        item.external_id.clone().unwrap_or_default(),
        judged.source.to_owned(),
        judged.item_type(judgment).unwrap_or_default().to_owned(),
        from_one(candidate),
        model.unwrap_or_default(),
        judged.names.annotator(judgment).to_owned(),
        answer.map(|answer| answer.question.clone()).unwrap_or_default(),
        told.kind.to_owned(),
        told.value,
        told.strength.to_owned(),
        told.confidence,
        told.reason,
        verdict.to_owned(),
        given.comment.clone(),
        given.flagged.to_string(),
        given.rubric_version.to_string(),
        from_one(position),
        given.id.to_string(),
        judgment.revision.to_string(),
        given.recorded_at.0.to_string(),
        time(showing.map(|showing| showing.shown_at)),
        time(showing.and_then(|showing| showing.first_input_at)),
        time(showing.map(|showing| showing.submitted_at)),
        number(showing.map(|showing| showing.active_ms)),
        number(showing.map(|showing| showing.idle_ms)),
        showing.map(|showing| watched_words(&showing.watched, candidate)).unwrap_or_default(),
        notes_json(&given.notes),
    ];
    fields.map(|field| quoted(&field)).join(",")
}

fn told(value: &AnswerValue) -> Told {
    match value {
        AnswerValue::Preference(preference) => Told {
            kind: "preference",
            value: preference.outcome.word().to_owned(),
            strength: preference.strength.map_or("", |strength| strength.word()),
            reason: preference.reason.clone().unwrap_or_default(),
            ..Told::default()
        },
        AnswerValue::Rating(value) => Told { kind: "rating", value: value.to_string(), ..Told::default() },
        AnswerValue::Choice(key) => Told { kind: "choice", value: key.clone(), ..Told::default() },
        AnswerValue::Text(words) => Told {
            kind: "text",
            value: words.text.clone(),
            confidence: words.confidence.map(|confidence| confidence.to_string()).unwrap_or_default(),
            ..Told::default()
        },
        AnswerValue::Ranking(_) => json("ranking", value),
        AnswerValue::Checklist(_) => json("checklist", value),
        AnswerValue::Marks(_) => json("marks", value),
        AnswerValue::Spans(_) => json("spans", value),
        AnswerValue::Steps(_) => json("steps", value),
        AnswerValue::Segments(_) => json("segments", value),
    }
}

fn json(kind: &'static str, value: &AnswerValue) -> Told {
    let content = match serde_json::to_value(value) {
        Ok(Value::Object(tagged)) => tagged.into_iter().next().map(|(_, content)| content.to_string()),
        _ => None,
    };
    Told { kind, value: content.unwrap_or_default(), ..Told::default() }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use tiebreak_domain::rubric::{QuestionKind, RankingForm, Scope, StrengthSteps, TextPurpose};
    use tiebreak_domain::{ExportFormat, ExportPlan, Note, Question, Watched};

    #[test]
    fn every_answer_is_a_row_with_its_place_on_the_screen() {
        let labels = entries(&["x", "y"]);
        let names = names(vec![
            preference("overall", StrengthSteps::Optional),
            rating("quality", 1, 5),
            ranking("order", RankingForm::WithTies),
            Question::new("faults", "F", Scope::Item, QuestionKind::Checklist { entries: labels }),
            text("why", TextPurpose::Rationale, Scope::Item),
        ]);
        let mut item = item(2);
        item.item.candidates[1].model = Some("m2".into());
        let answers = [
            vec![prefers("overall", -3)],
            rates("quality", &[4, 2]),
            vec![
                ranks("order", &[&[0], &[1]]),
                said("faults", None, AnswerValue::Checklist(vec!["x".into()])),
                writes("why", None, "since,\n\"so\""),
            ],
        ]
        .concat();
        let plan = ExportPlan::new(ExportFormat::Answers);
        let mut first = judgment(1, 2, answers);
        first.given.notes = vec![Note { candidate: None, part: 0, at_us: 5, text: "cut".into() }];
        if let Some(showing) = &mut first.given.showing {
            showing.watched = vec![Watched::ToEnd, Watched::Partly];
        }
        let output = written(&plan, &names, &item, &[first, judgment(2, 2, vec![])]);
        let key = "01".repeat(16);
        let row = |candidate: &str, model: &str, told: &str, position: &str| {
            let watched = match candidate {
                "" => "to_end partly",
                "1" => "to_end",
                _ => "partly",
            };
            format!(
                "{key},q1,data,,{candidate},{model},ada,{told},judged,,false,1,{position},{key},1,1000,100,,1000,800,100,\
                 {watched},\"[{{\"\"part\"\":0,\"\"at_us\"\":5,\"\"text\"\":\"\"cut\"\"}}]\""
            )
        };
        assert_eq!(
            output.lines[..6],
            [
                row("", "", "overall,preference,a,much,,", ""),
                row("1", "", "quality,rating,4,,,", "2"),
                row("2", "m2", "quality,rating,2,,,", "1"),
                row("", "", "order,ranking,\"{\"\"groups\"\":[[0],[1]]}\",,,", ""),
                row("", "", "faults,checklist,\"[\"\"x\"\"]\",,,", ""),
                row("", "", "why,text,\"since,\n\"\"so\"\"\",,,", ""),
            ],
            "the sides were swapped on the screen"
        );
        assert!(
            output.lines[6].contains(",bob,,,,,,,skipped,"),
            "a skip is told, too: {:?}",
            output.lines[6]
        );
        assert!(output.lines.iter().all(|line| line.matches(',').count() >= COLUMNS.len() - 1));
    }
}
