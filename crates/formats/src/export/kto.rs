//! Unpaired rows for KTO: a completion, and whether it is desirable.
//!
//! A decided pair becomes two rows, the chosen true and the rejected false. Where each candidate was called
//! good or not by itself (a yes/no question), each has a row of its own, and nothing is taken apart. Of a ranking, a
//! candidate that is better than one and worse than another would be called both, and has no row. A rewrite is
//! desirable; what it was made of is not, where no other row says something of it.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;
use tiebreak_domain::export::SeveralPolicy;
use tiebreak_domain::{AnnotatorId, Candidate, ExportFormat, ExportPlan, Judgment, Part, Question};

use super::axolotl;
use super::judged::{Judged, rating_of};
use super::output::{ItemOutput, json_line};
use super::policy::{PairRow, UNANSWERED, WAITING, agreed_value, disagreement, is_labelled, rows_of_item};
use super::rewrites::{self, is_of_rewrites};
use super::turns::{check_end, check_turns, messages, prompt_text, response_text, turns};

#[derive(Serialize)]
struct Line<'a> {
    /// Of axolotl's rows, which have no other place for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<String>,
    prompt: Value,
    completion: Value,
    label: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
}

/// Writes the rows of one item; those that axolotl reads are the same in bare texts.
pub(super) fn write(plan: &ExportPlan, question: &Question, judged: &Judged, output: &mut ItemOutput) {
    let mut named = BTreeSet::new();
    if is_of_rewrites(question) {
        // Nothing but rewrites is written.
    } else if is_labelled(plan.format, question) {
        write_labelled(plan, question, judged, &mut named, output);
    } else if judged.candidates().len() < 2 {
        output.leave_out("fewer than two candidates", judged.judgments.len() as u64);
    } else {
        write_pairs(plan, question, judged, &mut named, output);
    }
    rewrites::write(plan, question, judged, output, |rewrite| {
        let annotator = rewrite.names_annotator.then(|| judged.names.annotators.get(&rewrite.by)).flatten();
        let annotator = annotator.map(String::as_str);
        let label = |candidate, label| {
            (line(plan, judged, candidate, rewrite.original, label, annotator), Some(label))
        };
        let mut rows = vec![label(Some(&rewrite.candidate), true)];
        // A completion is never called two things; of several rewrites of one, it is called so once.
        if named.insert(rewrite.original) {
            rows.push(label(judged.candidates().get(rewrite.original), false));
        }
        rows
    });
}

/// Writes both sides of every pair, and notes which candidates have a row.
fn write_pairs(
    plan: &ExportPlan,
    question: &Question,
    judged: &Judged,
    named: &mut BTreeSet<usize>,
    output: &mut ItemOutput,
) {
    for group in rows_of_item(plan, question, judged, output) {
        let voters: Vec<AnnotatorId> = group.rows.iter().flat_map(|row| row.voters.clone()).collect();
        let mut labelled: Vec<(usize, bool, Option<&str>)> = Vec::new();
        for PairRow { chosen, rejected, both, annotator, .. } in group.rows {
            let annotator = annotator.and_then(|id| judged.names.annotators.get(&id)).map(String::as_str);
            // Of many candidates, one may stand in several pairs: a row says the same thing once.
            for row in
                [(chosen, both.unwrap_or(true), annotator), (rejected, both.unwrap_or(false), annotator)]
            {
                if !labelled.contains(&row) {
                    labelled.push(row);
                }
            }
        }
        // Better than one and worse than another, a candidate has no label of its own: it would be called two things.
        let is_both =
            |(index, label, by): &(usize, bool, Option<&str>)| labelled.contains(&(*index, !*label, *by));
        let labelled: Vec<_> = labelled.iter().copied().filter(|row| !is_both(row)).collect();
        named.extend(labelled.iter().map(|(index, ..)| *index));
        if take(plan, judged, &labelled, group.judgments, output) {
            output.voters.extend(voters);
        }
    }
}

/// Writes every candidate with its own label, and notes which have one.
fn write_labelled(
    plan: &ExportPlan,
    question: &Question,
    judged: &Judged,
    named: &mut BTreeSet<usize>,
    output: &mut ItemOutput,
) {
    let candidates = judged.candidates().len();
    let labels = |judgment: &Judgment| -> Vec<Option<bool>> {
        (0..candidates)
            .map(|index| rating_of(judgment, &question.key, index).map(|value| value == 1))
            .collect()
    };
    let answered = judged.answered();
    output.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    let said: Vec<(&Judgment, Vec<Option<bool>>)> = answered
        .iter()
        .map(|judgment| (*judgment, labels(judgment)))
        .filter(|(_, labels)| labels.iter().any(Option::is_some))
        .collect();
    output.leave_out(UNANSWERED, (answered.len() - said.len()) as u64);
    let is_said_of = |index: &usize| said.iter().any(|(_, labels)| labels[*index].is_some());
    named.extend((0..candidates).filter(is_said_of));
    let rows = |labels: &[Option<bool>], annotator| -> Vec<(usize, bool, Option<&str>)> {
        labels.iter().enumerate().filter_map(|(index, label)| Some((index, (*label)?, annotator))).collect()
    };
    match plan.several {
        _ if said.is_empty() => {}
        Some(SeveralPolicy::Each) => {
            for (judgment, labels) in &said {
                take(plan, judged, &rows(labels, judged.names.known_annotator(judgment)), 1, output);
            }
        }
        Some(policy @ (SeveralPolicy::Majority | SeveralPolicy::Unanimous)) => {
            let agreed: Vec<Option<bool>> = (0..candidates)
                .map(|index| {
                    let votes: Vec<bool> = said.iter().filter_map(|(_, labels)| labels[index]).collect();
                    agreed_value(policy, &votes)
                })
                .collect();
            let rows = rows(&agreed, None);
            if rows.is_empty() {
                output.leave_out(disagreement(policy), said.len() as u64);
            } else {
                take(plan, judged, &rows, said.len() as u64, output);
            }
        }
        None if said.len() > 1 => output.leave_out(WAITING, said.len() as u64),
        Some(SeveralPolicy::Latest) | None => {
            let latest =
                said.iter().max_by_key(|(judgment, _)| (judgment.given.recorded_at, judgment.given.id));
            output.leave_out("an earlier judgment of the item", said.len() as u64 - 1);
            if let Some((_, labels)) = latest {
                take(plan, judged, &rows(labels, None), 1, output);
            }
        }
    }
}

/// Writes rows; says whether they are written, and not refused.
fn take(
    plan: &ExportPlan,
    judged: &Judged,
    rows: &[(usize, bool, Option<&str>)],
    judgments: u64,
    output: &mut ItemOutput,
) -> bool {
    let lines: Vec<Result<String, String>> = rows
        .iter()
        .map(|(index, label, annotator)| {
            line(plan, judged, judged.candidates().get(*index), *index, *label, *annotator)
        })
        .collect();
    let are_valid = lines.iter().all(Result::is_ok);
    if are_valid {
        for (_, label, _) in rows {
            output.labels[usize::from(!label)] += 1;
        }
    }
    output.take(lines, judgments);
    are_valid && !rows.is_empty()
}

fn line(
    plan: &ExportPlan,
    judged: &Judged,
    candidate: Option<&Candidate>,
    index: usize,
    label: bool,
    annotator: Option<&str>,
) -> Result<String, String> {
    let item = &judged.item.item;
    let Some(candidate) = candidate else { return Err("the item is no pair".to_owned()) };
    if label && candidate.is_empty_response() {
        return Err(format!(
            "candidate {} is empty, and nothing can be learned from it as desirable",
            index + 1
        ));
    }
    let id = item.external_id.as_deref();
    if plan.format != ExportFormat::Kto {
        let [system, prompt, completion] = axolotl::completion(&item.prompt, candidate, index)?;
        let (prompt, completion) = (prompt.into(), completion.into());
        return Ok(json_line(&Line { system, prompt, completion, label, annotator, id }));
    }
    let (prompt, completion) = if is_conversation(&item.prompt, candidate) {
        response_turns(&item.prompt, candidate, index)?
    } else {
        (prompt_text(&item.prompt)?.into(), response_text(candidate, index)?.into())
    };
    Ok(json_line(&Line { system: None, prompt, completion, label, annotator, id }))
}

fn is_conversation(prompt: &[Part], candidate: &Candidate) -> bool {
    prompt.iter().chain(&candidate.parts).any(|part| matches!(part, Part::Message { .. }))
}

fn response_turns(prompt: &[Part], candidate: &Candidate, index: usize) -> Result<(Value, Value), String> {
    if prompt.iter().any(|part| part.uri().is_some()) {
        return Err("the prompt holds a medium, and this format knows texts only".to_owned());
    }
    let asked = turns(prompt, "user");
    check_turns(&asked, "the prompt")?;
    check_end(&asked, "user", "the prompt")?;
    let text = response_text(candidate, index)?;
    Ok((messages(&asked), messages(&[("assistant", text)])))
}

/// How many rows of a file are desirable, and the weights under which both kinds count about the same.
///
/// TRL asks that `desirable_weight` × positives and `undesirable_weight` × negatives stand between 1:1 and 4:3
/// (`docs/source/kto_trainer.md`). The weights here bring them to 1:1 by raising the rarer kind.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ClassBalance {
    /// Rows whose label is true.
    pub desirable: u64,
    /// Rows whose label is false.
    pub undesirable: u64,
    /// For KTO's option of this name; none where a kind is missing.
    pub desirable_weight: Option<f64>,
    /// For KTO's option of this name; none where a kind is missing.
    pub undesirable_weight: Option<f64>,
}

impl ClassBalance {
    /// Of so many rows.
    pub fn of_labels([desirable, undesirable]: [u64; 2]) -> Self {
        let raised = |mine: u64, other: u64| {
            let ratio = (other as f64 / mine as f64).max(1.0);
            (mine > 0 && other > 0).then(|| (ratio * 1_000.0).round() / 1_000.0)
        };
        Self {
            desirable,
            undesirable,
            desirable_weight: raised(desirable, undesirable),
            undesirable_weight: raised(undesirable, desirable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use serde_json::json;
    use tiebreak_domain::Outcome;
    use tiebreak_domain::export::{BothBadPolicy, NWayPolicy, TiePolicy};
    use tiebreak_domain::rubric::{QuestionKind, RankingForm, Scale, Scope, StrengthSteps};

    #[test]
    fn a_pair_comes_apart_and_two_bad_ones_stay_bad() {
        let names = names(vec![preference("overall", StrengthSteps::None)]);
        let plan = ExportPlan {
            ties: Some(TiePolicy::Drop),
            both_bad: Some(BothBadPolicy::BothRejected),
            several: Some(SeveralPolicy::Each),
            ..ExportPlan::new(ExportFormat::Kto)
        };
        let judgments = [
            judgment(1, 2, vec![outcome("overall", Outcome::B)]),
            judgment(2, 2, vec![outcome("overall", Outcome::BothBad)]),
        ];
        let output = written(&plan, &names, &item(2), &judgments);
        assert_eq!(
            output.lines[0],
            r#"{"prompt":"Why?","completion":"text 1","label":true,"annotator":"ada","id":"q1"}"#
        );
        let labels: Vec<_> = rows(&plan, &names, &item(2), &judgments)
            .iter()
            .map(|row| json!([row["completion"], row["label"]]))
            .collect();
        assert_eq!(
            labels,
            [
                json!(["text 1", true]),
                json!(["text 0", false]),
                json!(["text 0", false]),
                json!(["text 1", false])
            ]
        );
        assert_eq!(output.labels, [1, 3]);
    }

    #[test]
    fn of_a_ranking_no_completion_is_called_two_things() {
        let names = names(vec![ranking("overall", RankingForm::WithTies)]);
        for n_way in [NWayPolicy::AllPairs, NWayPolicy::Adjacent] {
            let plan = ExportPlan { n_way: Some(n_way), ..ExportPlan::new(ExportFormat::Kto) };
            let judgments = [judgment(1, 3, vec![ranks("overall", &[&[2], &[0], &[1]])])];
            let labels: Vec<_> = rows(&plan, &names, &item(3), &judgments)
                .iter()
                .map(|row| json!([row["completion"], row["label"]]))
                .collect();
            assert_eq!(labels, [json!(["text 2", true]), json!(["text 1", false])], "{n_way:?}");
        }
    }

    #[test]
    fn a_yes_or_no_of_each_candidate_is_its_label() {
        let kind = QuestionKind::Rating { scale: Scale::YesNo };
        let names = names(vec![Question::new("good", "Good?", Scope::Candidate, kind)]);
        let plan =
            ExportPlan { several: Some(SeveralPolicy::Majority), ..ExportPlan::new(ExportFormat::Kto) };
        let judgments: Vec<_> = [[1, 1], [1, 0], [0, 0]]
            .iter()
            .zip(1..)
            .map(|(values, annotator)| judgment(annotator, 2, rates("good", values)))
            .collect();
        let rows = rows(&plan, &names, &item(2), &judgments);
        let labels: Vec<_> = rows.iter().map(|row| &row["label"]).collect();
        assert_eq!(labels, [&json!(true), &json!(false)], "2 of 3 yes, 1 of 3 yes");
    }

    #[test]
    fn weights_bring_both_kinds_to_the_same() {
        let balance = ClassBalance::of_labels([100, 300]);
        assert_eq!((balance.desirable_weight, balance.undesirable_weight), (Some(3.0), Some(1.0)));
        assert_eq!(ClassBalance::of_labels([5, 0]).desirable_weight, None, "no weight makes up for nothing");
    }
}
