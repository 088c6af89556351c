//! Rows of chosen and rejected of one item: the policies' rows, and those of rewrites, in the words of a trainer.

use serde_json::Value;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{AnnotatorId, Candidate, ExportFormat, ExportPlan, Question};

use super::hpd;
use super::judged::Judged;
use super::language_feedback;
use super::output::ItemOutput;
use super::policy::{PairRow, rows_of_item};
use super::preference::{Membership, PreferenceRow, preference_line_in_group};
use super::rewrites::{self, Rewrite, is_of_rewrites};
use super::unified_reward;
use crate::shape::openai::PARALLEL;

/// Writes the rows of one item.
pub(super) fn write(plan: &ExportPlan, question: &Question, judged: &Judged, output: &mut ItemOutput) {
    if is_of_rewrites(question) {
        // Nothing but rewrites is written.
    } else if judged.candidates().len() < 2 {
        output.leave_out("fewer than two candidates", judged.judgments.len() as u64);
    } else {
        for group in rows_of_item(plan, question, judged, output) {
            let lines: Vec<_> = group.rows.iter().map(|row| line(plan, row, judged)).collect();
            if lines.iter().all(Result::is_ok) {
                output.voters.extend(group.rows.iter().flat_map(|row| &row.voters));
            }
            output.take(lines, group.judgments);
        }
    }
    rewrites::write(plan, question, judged, output, |rewrite| {
        vec![(line_of_rewrite(plan, rewrite, judged), None)]
    });
}

fn line(plan: &ExportPlan, row: &PairRow, judged: &Judged) -> Result<String, String> {
    let candidates = judged.candidates();
    let (Some(chosen), Some(rejected)) = (candidates.get(row.chosen), candidates.get(row.rejected)) else {
        return Err("the item is no pair".to_owned());
    };
    let pair = Pair { chosen, rejected, place: row.rejected, voters: &row.voters };
    pair.line(plan, judged, row.annotator, row.margin, row.weight)
}

fn line_of_rewrite(plan: &ExportPlan, rewrite: &Rewrite, judged: &Judged) -> Result<String, String> {
    let original = judged.candidates().get(rewrite.original);
    let rejected = original.ok_or("what was rewritten is no candidate of the item")?;
    let voters = [rewrite.by];
    let pair = Pair { chosen: &rewrite.candidate, rejected, place: rewrite.original, voters: &voters };
    let annotator = rewrite.names_annotator.then_some(rewrite.by);
    pair.line(plan, judged, annotator, rewrite.margin, rewrite.weight)
}

/// Two candidates, the place of the rejected one in its item, and who says so.
struct Pair<'a> {
    chosen: &'a Candidate,
    rejected: &'a Candidate,
    place: usize,
    voters: &'a [AnnotatorId],
}

impl Pair<'_> {
    fn line(
        &self,
        plan: &ExportPlan,
        judged: &Judged,
        annotator: Option<AnnotatorId>,
        margin: Option<f64>,
        weight: Option<f64>,
    ) -> Result<String, String> {
        let annotator = annotator.and_then(|id| judged.names.annotators.get(&id));
        let membership =
            (judged.candidates().len() > 2).then(|| Membership { id: judged.item.key.to_string(), weight });
        let row = PreferenceRow {
            prompt: &judged.item.item.prompt,
            chosen: self.chosen,
            rejected: self.rejected,
            margin,
            annotator: annotator.map(String::as_str),
            external_id: judged.item.item.external_id.as_deref(),
            tools: tools(&judged.item.item.metadata),
            may_call_in_parallel: judged.item.item.metadata.get(PARALLEL) != Some(&Value::Bool(false)),
        };
        if plan.format.is_of_paths() {
            let place =
                judged.candidates().iter().position(|candidate| candidate == self.chosen).unwrap_or_default();
            let pair = [(self.chosen, place), (self.rejected, self.place)];
            let (annotator, group) = (annotator.map(String::as_str), membership.as_ref());
            return match plan.format {
                ExportFormat::HpdV3 => hpd::pair_line(judged, pair, annotator, group),
                format => unified_reward::pair_line(format, judged, pair, annotator, group),
            };
        }
        if plan.format == ExportFormat::LanguageFeedback {
            let critique = language_feedback::critique(judged, self.place, self.voters);
            return language_feedback::line(&row, &critique, membership.as_ref());
        }
        preference_line_in_group(plan.format, &row, membership.as_ref())
    }
}

/// The tools that could be called, where the data brought a list of them.
fn tools(metadata: &Metadata) -> Option<&Value> {
    let is_list = |tools: &&Value| {
        tools.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_object))
    };
    metadata.get("tools").filter(is_list)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::*;
    use super::*;
    use tiebreak_domain::Part;
    use tiebreak_domain::export::NWayPolicy;
    use tiebreak_domain::rubric::RankingForm;

    #[test]
    fn pairs_of_a_ranking_name_their_item_and_weigh_as_much_as_one_pair() {
        let names = names(vec![ranking("order", RankingForm::WithTies)]);
        let plan =
            ExportPlan { n_way: Some(NWayPolicy::AllPairs), ..ExportPlan::new(ExportFormat::TrlExplicit) };
        let judgments = [judgment(1, 3, vec![ranks("order", &[&[2], &[0], &[1]])])];
        let rows = rows(&plan, &names, &item(3), &judgments);
        let told: Vec<_> = rows
            .iter()
            .map(|row| (row["chosen"].as_str().unwrap(), row["rejected"].as_str().unwrap()))
            .collect();
        assert_eq!(told, [("text 2", "text 0"), ("text 2", "text 1"), ("text 0", "text 1")]);
        assert!(rows.iter().all(|row| row["weight"] == 0.5), "1/(3-1): {rows:?}");
        assert!(rows.iter().all(|row| row["group_id"] == "01".repeat(16)), "one item: {rows:?}");
    }

    #[test]
    fn a_weight_is_written_or_every_two_are_not_taken() {
        let names = names(vec![ranking("order", RankingForm::WithTies)]);
        let judgments = [judgment(1, 3, vec![ranks("order", &[&[2], &[0], &[1]])])];
        let plan = |format| ExportPlan { n_way: Some(NWayPolicy::AllPairs), ..ExportPlan::new(format) };
        let lines = rows(&plan(ExportFormat::LlamaFactory), &names, &item(3), &judgments);
        assert!(lines.iter().all(|row| row["weight"] == 0.5 && row["group_id"].is_string()), "{lines:?}");
        let pictures = media_item("a fox", ["a.jpg", "b.jpg", "c.jpg"].map(Part::image).to_vec());
        let lines = rows(&plan(ExportFormat::HpdV3), &names, &pictures, &judgments);
        assert!(lines.len() == 3 && lines.iter().all(|row| row["weight"] == 0.5), "{lines:?}");
        let open = written(&plan(ExportFormat::OpenAi), &names, &item(3), &judgments);
        assert_eq!(open.left_out, [("waiting for a policy".to_owned(), 1)], "it has no place for a weight");
    }

    #[test]
    fn pairs_of_ratings_follow_the_higher_number() {
        let names = names(vec![rating("quality", 1, 7)]);
        let plan = ExportPlan::new(ExportFormat::OpenAi);
        let rows = rows(&plan, &names, &item(2), &[judgment(1, 2, rates("quality", &[3, 6]))]);
        assert_eq!(rows[0]["preferred_output"][0]["content"], "text 1");
        assert_eq!(rows[0]["non_preferred_output"][0]["content"], "text 0");
        assert!(rows[0].get("group_id").is_none(), "a pair belongs to no group");
    }
}
