//! Ranking lists: a prompt, its candidates, and the ranks that each annotator gave them.
//!
//! Ranks start with 1, equal candidates have equal ranks, and after two equal ones the next is two further.
//! `null` stands for who was not placed. An item's type stands under its column's name, since it says what the
//! item can be asked. An order from which losses over whole lists (Plackett–Luce) can learn.

use std::collections::BTreeMap;

use serde::Serialize;
use tiebreak_domain::export::SeveralPolicy;
use tiebreak_domain::{Candidate, ExportPlan, Judgment, Question};

use super::judged::Judged;
use super::output::{ItemOutput, json_line};
use super::policy::{UNANSWERED, UNRATABLE, WAITING, agreed_value, disagreement};
use super::standing::standing_of;
use super::turns::{prompt_text, text_or_medium};

#[derive(Serialize)]
struct Line<'a> {
    id: String,
    prompt: String,
    candidates: Vec<String>,
    models: Vec<Option<&'a str>>,
    question: &'a str,
    rankings: Vec<Ranks<'a>>,
    #[serde(flatten)]
    item_type: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
struct Ranks<'a> {
    annotator: &'a str,
    ranks: Vec<Option<u32>>,
}

/// Writes the row of one item.
pub(super) fn write(question: &Question, judged: &Judged, output: &mut ItemOutput) {
    let ranked = ranked(question, judged, output);
    if !ranked.is_empty() {
        let judgments = ranked.len() as u64;
        output.take(vec![row(question, judged, ranked)], judgments);
    }
}

/// The ranks that each annotator gave; who gave none is left out.
pub(super) fn ranked<'a>(
    question: &Question,
    judged: &Judged<'a>,
    output: &mut ItemOutput,
) -> Vec<(&'a Judgment, Vec<Option<u32>>)> {
    let answered = judged.answered();
    output.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    let mut ranked = Vec::new();
    for judgment in answered {
        match standing_of(judgment, question, judged.candidates().len()) {
            None => output.leave_out(UNANSWERED, 1),
            Some(standing) => match standing.places() {
                None => output.leave_out(UNRATABLE, 1),
                Some(places) => ranked.push((judgment, places)),
            },
        }
    }
    ranked
}

/// A place for each candidate that has one, 1 for the best.
pub(super) type Places = Vec<Option<u32>>;

/// Writes a row for each order that the plan makes of what the annotators said.
pub(super) fn each_order(
    plan: &ExportPlan,
    question: &Question,
    judged: &Judged,
    output: &mut ItemOutput,
    row: impl Fn(&Places, Option<&str>) -> Result<String, String>,
) {
    let ranked = ranked(question, judged, output);
    let all = ranked.len() as u64;
    match plan.several {
        _ if ranked.is_empty() => {}
        Some(SeveralPolicy::Each) => {
            for (judgment, ranks) in &ranked {
                output.take(vec![row(ranks, judged.names.known_annotator(judgment))], 1);
            }
        }
        Some(policy @ (SeveralPolicy::Majority | SeveralPolicy::Unanimous)) => {
            let orders: Vec<Places> = ranked.iter().map(|(_, ranks)| ranks.clone()).collect();
            match agreed_value(policy, &orders) {
                None => output.leave_out(disagreement(policy), all),
                Some(ranks) => {
                    let agreeing = orders.iter().filter(|order| **order == ranks).count() as u64;
                    output.leave_out("outvoted", all - agreeing);
                    output.take(vec![row(&ranks, None)], agreeing);
                }
            }
        }
        None if all > 1 => output.leave_out(WAITING, all),
        Some(SeveralPolicy::Latest) | None => {
            output.leave_out("an earlier judgment of the item", all - 1);
            let time = |(judgment, _): &&(&Judgment, Places)| (judgment.given.recorded_at, judgment.given.id);
            if let Some((_, ranks)) = ranked.iter().max_by_key(time) {
                output.take(vec![row(ranks, None)], 1);
            }
        }
    }
}

fn row(
    question: &Question,
    judged: &Judged,
    ranked: Vec<(&Judgment, Vec<Option<u32>>)>,
) -> Result<String, String> {
    let item = &judged.item.item;
    let type_of = |(judgment, _): &(&Judgment, _)| {
        let rubric = judged.names.rubrics.get(&judgment.given.rubric_version)?;
        Some((rubric.type_column.as_deref()?, judged.item_type(judgment)?))
    };
    let item_type = ranked.iter().filter_map(type_of).collect();
    let text = |(index, candidate): (usize, &Candidate)| text_or_medium(candidate, index);
    Ok(json_line(&Line {
        id: judged.name(),
        prompt: if item.prompt.is_empty() { String::new() } else { prompt_text(&item.prompt)? },
        candidates: item.candidates.iter().enumerate().map(text).collect::<Result<_, String>>()?,
        models: item.candidates.iter().map(|candidate| candidate.model.as_deref()).collect(),
        question: &question.key,
        rankings: ranked
            .into_iter()
            .map(|(judgment, ranks)| Ranks { annotator: judged.names.annotator(judgment), ranks })
            .collect(),
        item_type,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use tiebreak_domain::answer::Ranking;
    use tiebreak_domain::rubric::{RankingForm, StrengthSteps};
    use tiebreak_domain::{AnswerValue, ExportFormat, ExportPlan, Outcome};

    #[test]
    fn every_annotator_has_ranks_and_ties_share_one() {
        let names = names(vec![ranking("order", RankingForm::WithTies)]);
        let judgments = [
            judgment(1, 4, vec![ranks("order", &[&[2], &[0, 3], &[1]])]),
            judgment(2, 4, vec![ranks("order", &[&[0], &[1], &[2], &[3]])]),
            judgment(3, 4, vec![]),
        ];
        let plan = ExportPlan::new(ExportFormat::Ranking);
        assert_eq!(
            written(&plan, &names, &item(4), &judgments).lines,
            [
                r#"{"id":"q1","prompt":"Why?","candidates":["text 0","text 1","text 2","text 3"],"models":[null,null,null,null],"question":"order","rankings":[{"annotator":"ada","ranks":[2,4,1,2]},{"annotator":"bob","ranks":[1,2,3,4]}]}"#
            ]
        );
    }

    #[test]
    fn the_middle_of_best_and_worst_has_no_rank_and_a_pair_is_a_ranking_of_two() {
        let plan = ExportPlan::new(ExportFormat::Ranking);
        let ends = AnswerValue::Ranking(Ranking { groups: vec![vec![3]], worst: Some(0) });
        let judgments = [judgment(1, 4, vec![said("ends", None, ends)])];
        let row = rows(&plan, &names(vec![ranking("ends", RankingForm::BestWorst)]), &item(4), &judgments);
        assert_eq!(row[0]["rankings"][0]["ranks"], serde_json::json!([4, null, null, 1]));
        let names = names(vec![preference("overall", StrengthSteps::None)]);
        let judgments = [
            judgment(1, 2, vec![outcome("overall", Outcome::B)]),
            judgment(2, 2, vec![outcome("overall", Outcome::BothBad)]),
        ];
        let output = written(&plan, &names, &item(2), &judgments);
        assert!(output.lines[0].contains("[2,1]"), "{output:?}");
        assert_eq!(output.left_out, [("cannot be judged".to_owned(), 1)], "both bad is no order");
    }
}
