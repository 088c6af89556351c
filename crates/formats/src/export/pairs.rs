//! Rows of chosen and rejected of one item: the policies' rows in the words of a trainer.

use tiebreak_domain::{ExportFormat, ExportPlan, Question};

use super::hpd;
use super::judged::Judged;
use super::output::ItemOutput;
use super::policy::{PairRow, rows_of_item};
use super::preference::{Membership, PreferenceRow, preference_line_in_group};

/// Writes the rows of one item.
pub(super) fn write(plan: &ExportPlan, question: &Question, judged: &Judged, output: &mut ItemOutput) {
    if judged.candidates().len() < 2 {
        output.leave_out("fewer than two candidates", judged.judgments.len() as u64);
        return;
    }
    for group in rows_of_item(plan, question, judged, output) {
        let lines = group.rows.iter().map(|row| line(plan, row, judged)).collect();
        output.take(lines, group.judgments);
    }
}

fn line(plan: &ExportPlan, row: &PairRow, judged: &Judged) -> Result<String, String> {
    let candidates = judged.candidates();
    let (Some(chosen), Some(rejected)) = (candidates.get(row.chosen), candidates.get(row.rejected)) else {
        return Err("the item is no pair".to_owned());
    };
    let annotator = row.annotator.and_then(|id| judged.names.annotators.get(&id));
    if plan.format == ExportFormat::HpdV3 {
        return hpd::pair_line(judged, [row.chosen, row.rejected], annotator.map(String::as_str));
    }
    let membership =
        (candidates.len() > 2).then(|| Membership { id: judged.item.key.to_string(), weight: row.weight });
    let row = PreferenceRow {
        prompt: &judged.item.item.prompt,
        chosen,
        rejected,
        margin: row.margin,
        annotator: annotator.map(String::as_str),
        external_id: judged.item.item.external_id.as_deref(),
    };
    preference_line_in_group(plan.format, &row, membership.as_ref())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::testing::*;
    use super::*;
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
    fn pairs_of_ratings_follow_the_higher_number() {
        let names = names(vec![rating("quality", 1, 7)]);
        let plan = ExportPlan::new(ExportFormat::OpenAi);
        let rows = rows(&plan, &names, &item(2), &[judgment(1, 2, rates("quality", &[3, 6]))]);
        assert_eq!(rows[0]["preferred_output"][0]["content"], "text 1");
        assert_eq!(rows[0]["non_preferred_output"][0]["content"], "text 0");
        assert!(rows[0].get("group_id").is_none(), "a pair belongs to no group");
    }
}
