//! Process supervision: a prompt, the steps of a solution, and whether each is right, as TRL's stepwise
//! supervision reads it. Steps behind the first that nobody looked at are not written.

use serde::Serialize;
use tiebreak_domain::answer::StepVerdict;
use tiebreak_domain::export::{NeutralSteps, SeveralPolicy};
use tiebreak_domain::{AnswerValue, ExportPlan, Judgment, Question};

use super::judged::{Judged, answer_to};
use super::output::{ItemOutput, json_line};
use super::policy::{UNANSWERED, WAITING, agreed_value, disagreement};
use super::turns::prompt_text;

#[derive(Serialize)]
struct Line<'a> {
    prompt: &'a str,
    completions: &'a [&'a str],
    labels: Vec<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotator: Option<&'a str>,
}

/// Writes the rows of one item.
pub(super) fn write(plan: &ExportPlan, question: &Question, judged: &Judged, output: &mut ItemOutput) {
    let answered = judged.answered();
    output.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    let mut said: Vec<(&Judgment, Vec<Option<Vec<bool>>>)> = Vec::new();
    for judgment in answered {
        match labels(plan, question, judged, judgment) {
            Ok(labels) => said.push((judgment, labels)),
            Err(reason) => output.leave_out(reason, 1),
        }
    }
    let all = said.len() as u64;
    let rows = |labels: &[Option<Vec<bool>>], annotator: Option<&str>| -> Vec<Result<String, String>> {
        let told = labels.iter().enumerate().filter_map(|(index, labels)| Some((index, labels.as_ref()?)));
        told.map(|(index, labels)| row(judged, index, labels, annotator)).collect()
    };
    match plan.several {
        _ if said.is_empty() => {}
        Some(SeveralPolicy::Each) => {
            for (judgment, labels) in &said {
                output.take(rows(labels, judged.names.known_annotator(judgment)), 1);
            }
        }
        Some(policy @ (SeveralPolicy::Majority | SeveralPolicy::Unanimous)) => {
            let agreed: Vec<Option<Vec<bool>>> = (0..judged.candidates().len())
                .map(|index| {
                    agreed_labels(
                        policy,
                        said.iter().filter_map(|(_, labels)| labels[index].as_deref()).collect(),
                    )
                })
                .collect();
            if agreed.iter().all(Option::is_none) {
                output.leave_out(disagreement(policy), all);
            } else {
                output.take(rows(&agreed, None), all);
            }
        }
        None if all > 1 => output.leave_out(WAITING, all),
        Some(SeveralPolicy::Latest) | None => {
            output.leave_out("an earlier judgment of the item", all - 1);
            let latest =
                said.iter().max_by_key(|(judgment, _)| (judgment.given.recorded_at, judgment.given.id));
            if let Some((_, labels)) = latest {
                output.take(rows(labels, None), 1);
            }
        }
    }
}

/// Step by step, up to the first on which there is no agreement.
fn agreed_labels(policy: SeveralPolicy, said: Vec<&[bool]>) -> Option<Vec<bool>> {
    let most = said.iter().map(|labels| labels.len()).max()?;
    let step = |step: usize| {
        let votes: Vec<bool> = said.iter().filter_map(|labels| labels.get(step).copied()).collect();
        agreed_value(policy, &votes)
    };
    let labels: Vec<bool> = (0..most).map_while(step).collect();
    (!labels.is_empty()).then_some(labels)
}

/// The labels of each candidate, as far as its steps were looked at.
fn labels(
    plan: &ExportPlan,
    question: &Question,
    judged: &Judged,
    judgment: &Judgment,
) -> Result<Vec<Option<Vec<bool>>>, &'static str> {
    let mut labels = Vec::new();
    for index in 0..judged.candidates().len() {
        let answer = answer_to(judgment, &question.key, Some(index as u8)).map(|answer| &answer.value);
        let Some(AnswerValue::Steps(verdicts)) = answer else {
            labels.push(None);
            continue;
        };
        let mut of_candidate = Vec::new();
        for verdict in verdicts.iter().map_while(|verdict| *verdict) {
            of_candidate.push(match (verdict, plan.neutral_steps) {
                (StepVerdict::Right, _) | (StepVerdict::Neutral, Some(NeutralSteps::Right)) => true,
                (StepVerdict::Wrong, _) | (StepVerdict::Neutral, Some(NeutralSteps::Wrong)) => false,
                (StepVerdict::Neutral, None) => return Err(WAITING),
            });
        }
        labels.push((!of_candidate.is_empty()).then_some(of_candidate));
    }
    if labels.iter().all(Option::is_none) { Err(UNANSWERED) } else { Ok(labels) }
}

fn row(judged: &Judged, index: usize, labels: &[bool], annotator: Option<&str>) -> Result<String, String> {
    let prompt = prompt_text(&judged.item.item.prompt)?;
    let steps = judged.candidates()[index].steps();
    let Some(completions) = steps.get(..labels.len()) else {
        return Err(format!("{} steps were judged of {}", labels.len(), steps.len()));
    };
    let labels = labels.to_vec();
    Ok(json_line(&Line { prompt: &prompt, completions, labels, annotator }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use tiebreak_domain::rubric::{QuestionKind, Scope};
    use tiebreak_domain::{Candidate, ExportFormat};

    #[test]
    fn steps_are_labelled_up_to_where_somebody_looked() {
        let names = names(vec![Question::new("steps", "S", Scope::Candidate, QuestionKind::Steps)]);
        let mut item = item(1);
        item.item.candidates = vec![Candidate::markdown("one\n\ntwo\n\nthree\n\nfour")];
        let steps = |who: i64, verdicts: &[Option<StepVerdict>]| {
            judgment(who, 1, vec![said("steps", Some(0), AnswerValue::Steps(verdicts.to_vec()))])
        };
        let (right, neutral, wrong) =
            (Some(StepVerdict::Right), Some(StepVerdict::Neutral), Some(StepVerdict::Wrong));
        let judgments = [steps(1, &[right, neutral, wrong, None]), steps(2, &[right, right, right, wrong])];
        let mut plan = ExportPlan::new(ExportFormat::Stepwise);
        let open = written(&plan, &names, &item, &judgments[..1]);
        assert_eq!(open.left_out, [("waiting for a policy".to_owned(), 1)], "neutral is neither");
        plan.neutral_steps = Some(NeutralSteps::Right);
        assert_eq!(
            written(&plan, &names, &item, &judgments[..1]).lines,
            [r#"{"prompt":"Why?","completions":["one","two","three"],"labels":[true,true,false]}"#]
        );
        let with_a_hole = [steps(1, &[right, None, wrong])];
        let line = written(&plan, &names, &item, &with_a_hole).lines.remove(0);
        assert!(
            line.contains(r#""completions":["one"],"labels":[true]"#),
            "labels stand by their steps: {line}"
        );
        plan.several = Some(SeveralPolicy::Majority);
        assert_eq!(
            written(&plan, &names, &item, &judgments).lines,
            [r#"{"prompt":"Why?","completions":["one","two"],"labels":[true,true]}"#],
            "of the third step there is no majority"
        );
    }
}
