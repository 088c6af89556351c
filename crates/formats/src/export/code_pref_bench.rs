//! CodePrefBench: an instruction, two programs, and one vote for each annotator. `gt_choice` is the data's own
//! verdict and is written where the data has it. Both bad and what cannot be decided are no votes there.

use serde::Serialize;
use serde_json::Value;
use tiebreak_domain::{AnswerValue, Outcome, Question};

use super::help_steer2::responses;
use super::judged::{Judged, answer_to};
use super::output::{ItemOutput, json_line};
use super::policy::{UNANSWERED, UNRATABLE};
use super::turns::prompt_text;

#[derive(Serialize)]
struct Line<'a> {
    task_id: String,
    instruction: String,
    choices: [String; 2],
    #[serde(skip_serializing_if = "Option::is_none")]
    gt_choice: Option<&'a Value>,
    criterion: &'a str,
    annotations: Vec<&'static str>,
    annotators: Vec<&'a str>,
}

/// Writes the row of one pair.
pub(super) fn write(question: &Question, judged: &Judged, output: &mut ItemOutput) {
    let answered = judged.answered();
    output.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    let mut votes = Vec::new();
    for judgment in answered {
        let answer = answer_to(judgment, &question.key, None).map(|answer| &answer.value);
        let vote = match answer {
            Some(AnswerValue::Preference(preference)) => vote(preference.outcome),
            _ => Err(UNANSWERED),
        };
        match vote {
            Ok(vote) => votes.push((vote, judged.names.annotator(judgment))),
            Err(reason) => output.leave_out(reason, 1),
        }
    }
    if !votes.is_empty() {
        let judgments = votes.len() as u64;
        output.take(vec![row(question, judged, &votes)], judgments);
    }
}

fn vote(outcome: Outcome) -> Result<&'static str, &'static str> {
    match outcome {
        Outcome::A => Ok("codeA"),
        Outcome::B => Ok("codeB"),
        Outcome::Tie => Ok("Tie"),
        Outcome::BothBad => Err("both bad"),
        Outcome::Unratable => Err(UNRATABLE),
    }
}

fn row(question: &Question, judged: &Judged, votes: &[(&'static str, &str)]) -> Result<String, String> {
    let (annotations, annotators) = votes.iter().copied().unzip();
    Ok(json_line(&Line {
        task_id: judged.name(),
        instruction: prompt_text(&judged.item.item.prompt)?,
        choices: responses(judged)?.map(unfenced),
        gt_choice: judged.item.item.metadata.get("gt_choice"),
        criterion: &question.key,
        annotations,
        annotators,
    }))
}

/// The code of a text that is one block of code without a language, as the import makes it; any other text as it
/// is.
fn unfenced(text: String) -> String {
    let code = text.strip_prefix("```\n").and_then(|rest| rest.strip_suffix("\n```"));
    match code.filter(|code| !code.contains("```")) {
        Some(code) => code.to_owned(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use tiebreak_domain::rubric::StrengthSteps;
    use tiebreak_domain::{ExportFormat, ExportPlan};

    #[test]
    fn code_comes_without_the_fence_that_it_was_shown_in() {
        assert_eq!(unfenced("```\na\n\nb\n```".into()), "a\n\nb");
        for text in ["a", "```rust\na\n```", "```\na\n```\nand\n```\nb\n```"] {
            assert_eq!(unfenced(text.into()), text, "it is more than a block");
        }
    }

    #[test]
    fn the_votes_on_the_question_asked_for_stand_side_by_side() {
        let names = names(vec![
            preference("correctness", StrengthSteps::None),
            preference("security", StrengthSteps::None),
        ]);
        let judgments: Vec<_> = [Outcome::A, Outcome::Tie, Outcome::Unratable]
            .iter()
            .zip(1..)
            .map(|(security, who)| {
                judgment(who, 2, vec![outcome("correctness", Outcome::B), outcome("security", *security)])
            })
            .collect();
        let mut item = item(2);
        item.item.metadata.insert("gt_choice".into(), 0.into());
        let mut plan = ExportPlan::new(ExportFormat::CodePrefBench);
        plan.question = Some("security".into());
        let output = written(&plan, &names, &item, &judgments);
        assert_eq!(
            output.lines,
            [
                r#"{"task_id":"q1","instruction":"Why?","choices":["text 0","text 1"],"gt_choice":0,"criterion":"security","annotations":["codeA","Tie"],"annotators":["ada","bob"]}"#
            ]
        );
        assert_eq!(output.left_out, [("cannot be judged".to_owned(), 1)]);
    }
}
