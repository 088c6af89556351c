//! Winner and loser by task and criterion: one row for each pair that a question decided, as reward models
//! that are told the criterion are trained on (Gong et al. 2025, OneReward).
//!
//! The task is the item's type, the criterion the question's key. Ties, both bad and what cannot be judged
//! decide nothing. Of more than two candidates the plan says which pairs; of the ends of an order, best and
//! worst are the pair.

use serde::Serialize;
use tiebreak_domain::export::{NWayPolicy, SeveralPolicy, StrengthPolicy, TiePolicy};
use tiebreak_domain::rubric::QuestionKind;
use tiebreak_domain::{ExportFormat, ExportPlan, Judgment, Question};

use super::judged::{Judged, Names};
use super::output::{ItemOutput, json_line};
use super::policy::{UNANSWERED, WAITING, rows_of_item};
use super::standing::standing_of;
use super::turns::text_or_medium;

#[derive(Serialize)]
struct Line<'a> {
    task: Option<&'a str>,
    criterion: &'a str,
    prompt: String,
    winner: String,
    loser: String,
    annotator: &'a str,
    id: String,
}

fn criteria(names: &Names) -> Vec<&Question> {
    let decides = |question: &&Question| {
        matches!(question.kind, QuestionKind::Preference { .. } | QuestionKind::Ranking { .. })
    };
    names.questions().into_iter().filter(decides).collect()
}

/// Writes the rows of one item: those of each judgment stand or fall together.
pub(super) fn write(plan: &ExportPlan, judged: &Judged, output: &mut ItemOutput) {
    let answered = judged.answered();
    output.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    for judgment in answered {
        let mut rows = Vec::new();
        let mut why_not = None;
        for question in criteria(judged.names) {
            let pairs = pairs(plan, question, judged, judgment);
            why_not = why_not.or(pairs.as_ref().err().copied());
            for [winner, loser] in pairs.unwrap_or_default() {
                rows.push(row(question, judged, judgment, winner, loser));
            }
        }
        if rows.is_empty() {
            output.leave_out(why_not.unwrap_or("nothing was decided"), 1);
        } else {
            output.take(rows, 1);
        }
    }
}

/// Winner and loser of each pair that an answer decides.
fn pairs(
    plan: &ExportPlan,
    question: &Question,
    judged: &Judged,
    judgment: &Judgment,
) -> Result<Vec<[usize; 2]>, &'static str> {
    let candidates = judged.candidates().len();
    if standing_of(judgment, question, candidates).is_none() {
        return Ok(Vec::new());
    }
    let n_way: Option<NWayPolicy> = plan.n_way;
    if candidates > 2 && n_way.is_none() {
        return Err(WAITING);
    }
    let decided_only = ExportPlan {
        ties: Some(TiePolicy::Drop),
        both_bad: Some(tiebreak_domain::export::BothBadPolicy::Drop),
        strength: Some(StrengthPolicy::Ignore),
        several: Some(SeveralPolicy::Each),
        n_way,
        ..ExportPlan::new(ExportFormat::TrlExplicit)
    };
    let alone = Judged { judgments: std::slice::from_ref(judgment), ..*judged };
    let mut account = ItemOutput::default();
    let groups = rows_of_item(&decided_only, question, &alone, &mut account);
    let pairs: Vec<[usize; 2]> =
        groups.iter().flat_map(|group| &group.rows).map(|row| [row.chosen, row.rejected]).collect();
    if account.left_out.iter().any(|(reason, _)| reason == UNANSWERED) { Ok(Vec::new()) } else { Ok(pairs) }
}

fn row(
    question: &Question,
    judged: &Judged,
    judgment: &Judgment,
    winner: usize,
    loser: usize,
) -> Result<String, String> {
    let candidates = judged.candidates();
    Ok(json_line(&Line {
        task: judged.item_type(judgment),
        criterion: &question.key,
        prompt: judged.item.item.prompt_text(),
        winner: text_or_medium(&candidates[winner], winner)?,
        loser: text_or_medium(&candidates[loser], loser)?,
        annotator: judged.names.annotator(judgment),
        id: judged.name(),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use tiebreak_domain::answer::Ranking;
    use tiebreak_domain::rubric::RankingForm;
    use tiebreak_domain::{AnswerValue, Part};

    #[test]
    fn best_and_worst_by_each_criterion_of_the_task() {
        let mut names = names(vec![
            ranking("structure", RankingForm::BestWorst),
            ranking("looks", RankingForm::BestWorst),
        ]);
        if let Some(rubric) = names.rubrics.get_mut(&1) {
            rubric.type_column = Some("task".into());
        }
        let mut item =
            media_item("fill the hole", ["a.png", "b.png", "c.png", "d.png"].map(Part::image).to_vec());
        item.item.metadata.insert("task".into(), "fill".into());
        let ends = |question: &str, best: u8, worst: u8| {
            said(
                question,
                None,
                AnswerValue::Ranking(Ranking { groups: vec![vec![best]], worst: Some(worst) }),
            )
        };
        let judgments = [judgment(1, 4, vec![ends("structure", 2, 0), ends("looks", 1, 3)])];
        let mut plan = ExportPlan::new(ExportFormat::Criteria);
        assert_eq!(written(&plan, &names, &item, &judgments).left_out, [(WAITING.to_owned(), 1)]);
        plan.n_way = Some(NWayPolicy::BestWorst);
        assert_eq!(
            written(&plan, &names, &item, &judgments).lines,
            [
                r#"{"task":"fill","criterion":"structure","prompt":"fill the hole","winner":"c.png","loser":"a.png","annotator":"ada","id":"q1"}"#,
                r#"{"task":"fill","criterion":"looks","prompt":"fill the hole","winner":"b.png","loser":"d.png","annotator":"ada","id":"q1"}"#
            ]
        );
        plan.n_way = Some(NWayPolicy::AllPairs);
        let rows = rows(&plan, &names, &item, &judgments);
        assert_eq!(rows.len(), 10, "best beats three, two beat the worst, the middle is unknown: 5 each");
    }

    #[test]
    fn what_decides_nothing_has_no_row() {
        use tiebreak_domain::Outcome;
        use tiebreak_domain::rubric::StrengthSteps;
        let names = names(["one", "two"].map(|key| preference(key, StrengthSteps::None)).to_vec());
        let judgments = [
            judgment(1, 2, vec![outcome("one", Outcome::Tie), outcome("two", Outcome::B)]),
            judgment(2, 2, vec![outcome("one", Outcome::BothBad), outcome("two", Outcome::Unratable)]),
        ];
        let plan = ExportPlan::new(ExportFormat::Criteria);
        let output = written(&plan, &names, &item(2), &judgments);
        assert_eq!(output.lines.len(), 1, "only the decided one: {output:?}");
        assert!(output.lines[0].contains(r#""criterion":"two","prompt":"Why?","winner":"text 1""#));
        assert_eq!(output.left_out, [("nothing was decided".to_owned(), 1)]);
    }
}
