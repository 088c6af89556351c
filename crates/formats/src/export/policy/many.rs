//! Pairs of an order of more than two candidates.
//!
//! Which pairs are made follows the candidates' mean places over the judgments that are looked at, ties in the
//! data's order: of a single judgment that is its own order. What is then said of a pair follows the judgments:
//! their own word each, or what more than half, or all, say of just this pair.

use tiebreak_domain::export::{NWayPolicy, SeveralPolicy};
use tiebreak_domain::{ExportPlan, Judgment};

use super::{EARLIER, RowGroup, Standing, UNANSWERED, Vote, WAITING, rows_of_pair};
use crate::export::output::ItemOutput;

/// One group for each judgment, or one for all where they are put together.
pub(super) fn rows_of_many(
    plan: &ExportPlan,
    candidates: usize,
    mut said: Vec<(&Judgment, Standing)>,
    output: &mut ItemOutput,
) -> Vec<RowGroup> {
    let all = said.len() as u64;
    let Some(n_way) = n_way_policy(plan) else {
        output.leave_out(WAITING, all);
        return Vec::new();
    };
    match plan.several {
        Some(SeveralPolicy::Each) => {
            let mut groups = Vec::new();
            for one in said {
                groups.extend(group(plan, n_way, candidates, &[one], output));
            }
            groups
        }
        Some(SeveralPolicy::Latest) => {
            said.sort_by_key(|(judgment, _)| (judgment.given.recorded_at, judgment.given.id));
            output.leave_out(EARLIER, all.saturating_sub(1));
            let latest = said.split_off(said.len().saturating_sub(1));
            group(plan, n_way, candidates, &latest, output).into_iter().collect()
        }
        None if all > 1 => {
            output.leave_out(WAITING, all);
            Vec::new()
        }
        _ => group(plan, n_way, candidates, &said, output).into_iter().collect(),
    }
}

/// The plan's word on more than two candidates, if the format can follow it.
pub(super) fn n_way_policy(plan: &ExportPlan) -> Option<NWayPolicy> {
    plan.n_way.filter(|policy| plan.format.n_way_policies().contains(policy))
}

fn group(
    plan: &ExportPlan,
    n_way: NWayPolicy,
    candidates: usize,
    said: &[(&Judgment, Standing)],
    output: &mut ItemOutput,
) -> Option<RowGroup> {
    if said.is_empty() {
        return None;
    }
    let order = mean_order(candidates, said);
    let weight = match n_way {
        NWayPolicy::AllPairs => Some(1.0 / (order.len().max(2) - 1) as f64),
        NWayPolicy::BestWorst | NWayPolicy::Adjacent => None,
    };
    // Pairs are no judgments: what is left out of them is told only where nothing of the item is written.
    let mut of_pairs = ItemOutput::default();
    let mut rows = Vec::new();
    for pair in pairs(n_way, &order) {
        let votes: Vec<Vote<'_>> = said
            .iter()
            .filter_map(|(judgment, standing)| {
                Some(Vote { judgment, preference: standing.between(pair[0], pair[1])? })
            })
            .collect();
        rows.extend(rows_of_pair(plan, pair, &votes, &mut of_pairs).into_iter().flat_map(|group| group.rows));
    }
    let judgments = said.len() as u64;
    if rows.is_empty() {
        let reason = of_pairs.left_out.first().map_or(UNANSWERED, |(reason, _)| reason.as_str());
        output.leave_out(reason, judgments);
        return None;
    }
    for row in &mut rows {
        row.weight = weight;
    }
    Some(RowGroup { rows, judgments })
}

/// The candidates that somebody placed, from the best.
fn mean_order(candidates: usize, said: &[(&Judgment, Standing)]) -> Vec<usize> {
    let mean_place = |candidate: usize| {
        let places: Vec<u32> =
            said.iter().filter_map(|(_, standing)| standing.rough_place(candidate)).collect();
        (!places.is_empty()).then(|| f64::from(places.iter().sum::<u32>()) / places.len() as f64)
    };
    let mut order: Vec<(f64, usize)> =
        (0..candidates).filter_map(|candidate| Some((mean_place(candidate)?, candidate))).collect();
    order.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    order.into_iter().map(|(_, candidate)| candidate).collect()
}

/// The pairs, the one that stands higher first.
fn pairs(n_way: NWayPolicy, order: &[usize]) -> Vec<[usize; 2]> {
    match (n_way, order) {
        (NWayPolicy::BestWorst, [best, .., worst]) => vec![[*best, *worst]],
        (NWayPolicy::BestWorst, _) => Vec::new(),
        (NWayPolicy::Adjacent, order) => order.windows(2).map(|two| [two[0], two[1]]).collect(),
        (NWayPolicy::AllPairs, order) => order
            .iter()
            .enumerate()
            .flat_map(|(place, &first)| order[place + 1..].iter().map(move |&second| [first, second]))
            .collect(),
    }
}
