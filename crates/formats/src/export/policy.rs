//! From the judgments of one item to rows of chosen and rejected, by the policies of a plan.
//!
//! Pure: no file, no format, no project. The order of the steps is fixed. Skips and what cannot be judged are left out;
//! several judgments become one or stay several, both bad counting with the ties where it is treated as one; then ties,
//! both bad and strength are looked at. A majority is found before weak judgments are left out, so that leaving out
//! weak votes never turns a majority round. Items of more than two candidates go through the same steps pair by pair
//! ([`many`]).

mod many;
#[cfg(test)]
mod tests;
mod unanswered;

pub(super) use unanswered::is_labelled;
pub use unanswered::{count_policies, unanswered};

use std::collections::BTreeSet;

use tiebreak_domain::export::{BothBadPolicy, SeveralPolicy, StrengthPolicy, TiePolicy};
use tiebreak_domain::{AnnotatorId, ExportPlan, Judgment, Outcome, Preference, Question, Strength};

use super::judged::Judged;
use super::output::ItemOutput;
use super::standing::{Standing, standing_of};

/// One training row, by candidate index.
#[derive(Clone, Debug, PartialEq)]
pub struct PairRow {
    /// The candidate that won.
    pub chosen: usize,
    /// The candidate that lost.
    pub rejected: usize,
    /// The label that both get, where neither won and the format has labels.
    pub both: Option<bool>,
    /// How much better, if the plan writes that.
    pub margin: Option<f64>,
    /// How much it weighs among the rows of its item, if the plan writes that.
    pub weight: Option<f64>,
    /// Who said so, if every judgment has its own row.
    pub annotator: Option<AnnotatorId>,
    /// Whoever said so, in the order of the judgments.
    pub voters: Vec<AnnotatorId>,
}

/// Rows that stand or fall together, and how many judgments they stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct RowGroup {
    /// One row, two where a tie is written in both directions, or the pairs of more than two candidates.
    pub rows: Vec<PairRow>,
    /// The judgments they stand for.
    pub judgments: u64,
}

/// Why a judgment without a policy is left out.
pub(super) const WAITING: &str = "waiting for a policy";
/// Why a judgment that could not be made is left out.
pub(super) const UNRATABLE: &str = "cannot be judged";
/// Why a judgment without the answer in question is left out.
pub(super) const UNANSWERED: &str = "the question was not answered";

/// The rows of one item, from its judgments in force; what is left out is counted in `output`.
pub fn rows_of_item(
    plan: &ExportPlan,
    question: &Question,
    judged: &Judged,
    output: &mut ItemOutput,
) -> Vec<RowGroup> {
    let candidates = judged.candidates().len();
    let answered = judged.answered();
    output.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    let said: Vec<(&Judgment, Standing)> = answered
        .iter()
        .filter_map(|judgment| Some((*judgment, standing_of(judgment, question, candidates)?)))
        .collect();
    output.leave_out(UNANSWERED, (answered.len() - said.len()) as u64);
    if candidates > 2 {
        return many::rows_of_many(plan, candidates, said, output);
    }
    let votes: Vec<Vote<'_>> = said
        .iter()
        .filter_map(|(judgment, standing)| Some(Vote { judgment, preference: standing.between(0, 1)? }))
        .collect();
    output.leave_out(UNANSWERED, (said.len() - votes.len()) as u64);
    rows_of_pair(plan, [0, 1], &votes, output)
}

/// One annotator's preference between two candidates.
#[derive(Clone)]
struct Vote<'a> {
    judgment: &'a Judgment,
    preference: Preference,
}

impl Vote<'_> {
    fn annotator(&self) -> AnnotatorId {
        self.judgment.given.annotator
    }
}

/// The rows of one pair, the votes being about its first and its second candidate.
fn rows_of_pair(
    plan: &ExportPlan,
    pair: [usize; 2],
    votes: &[Vote<'_>],
    output: &mut ItemOutput,
) -> Vec<RowGroup> {
    if votes.is_empty() {
        return Vec::new();
    }
    match plan.several {
        Some(SeveralPolicy::Each) => votes
            .iter()
            .filter_map(|vote| group(plan, pair, &[vote], Some(vote.annotator()), output))
            .collect(),
        Some(SeveralPolicy::Latest) => {
            let latest =
                votes.iter().max_by_key(|vote| (vote.judgment.given.recorded_at, vote.judgment.given.id));
            output.leave_out(EARLIER, votes.len() as u64 - 1);
            latest.and_then(|vote| group(plan, pair, &[vote], None, output)).into_iter().collect()
        }
        Some(policy @ (SeveralPolicy::Majority | SeveralPolicy::Unanimous)) => {
            agreed(plan, policy, pair, votes, output).into_iter().collect()
        }
        None if votes.len() == 1 => group(plan, pair, &[&votes[0]], None, output).into_iter().collect(),
        None => {
            output.leave_out(WAITING, votes.len() as u64);
            Vec::new()
        }
    }
}

const EARLIER: &str = "an earlier judgment of the item";

/// The votes that agree, if the policy finds enough of them.
fn agreed(
    plan: &ExportPlan,
    policy: SeveralPolicy,
    pair: [usize; 2],
    votes: &[Vote<'_>],
    output: &mut ItemOutput,
) -> Option<RowGroup> {
    let able: Vec<&Vote<'_>> =
        votes.iter().filter(|vote| vote.preference.outcome != Outcome::Unratable).collect();
    output.leave_out(UNRATABLE, (votes.len() - able.len()) as u64);
    // What is treated as a tie is one before it is counted, and with the ties.
    let as_counted = |vote: &Vote<'_>| match (vote.preference.outcome, both_bad_policy(plan)) {
        (Outcome::BothBad, Some(BothBadPolicy::AsTie)) => Outcome::Tie,
        (outcome, _) => outcome,
    };
    let outcomes: Vec<Outcome> = able.iter().map(|vote| as_counted(vote)).collect();
    let Some(outcome) = agreed_value(policy, &outcomes) else {
        output.leave_out(disagreement(policy), able.len() as u64);
        return None;
    };
    let agreeing: Vec<&Vote<'_>> = able.iter().copied().filter(|vote| as_counted(vote) == outcome).collect();
    output.leave_out("outvoted", (able.len() - agreeing.len()) as u64);
    group(plan, pair, &agreeing, None, output)
}

/// What more than half, or all, say; none if there is no such thing.
pub(super) fn agreed_value<T: Ord + Clone>(policy: SeveralPolicy, said: &[T]) -> Option<T> {
    let values: BTreeSet<&T> = said.iter().collect();
    let is_enough = |value: &&T| {
        let agreeing = said.iter().filter(|one| one == value).count();
        if policy == SeveralPolicy::Unanimous { agreeing == said.len() } else { agreeing * 2 > said.len() }
    };
    values.into_iter().find(is_enough).cloned()
}

/// Why judgments are left out on which a policy finds no agreement.
pub(super) fn disagreement(policy: SeveralPolicy) -> &'static str {
    if policy == SeveralPolicy::Unanimous { "not unanimous" } else { "no majority" }
}

/// The rows of votes that all say the same.
fn group(
    plan: &ExportPlan,
    pair: [usize; 2],
    votes: &[&Vote<'_>],
    annotator: Option<AnnotatorId>,
    output: &mut ItemOutput,
) -> Option<RowGroup> {
    let judgments = votes.len() as u64;
    let both_bad = both_bad_policy(plan);
    let [first, second] = pair;
    let (left_out_as, rows) = match (votes.first()?.preference.outcome, both_bad) {
        (Outcome::A, _) => return decided_group(plan, votes, [first, second], annotator, output),
        (Outcome::B, _) => return decided_group(plan, votes, [second, first], annotator, output),
        (Outcome::Unratable, _) => (UNRATABLE, Vec::new()),
        (Outcome::BothBad, None) => (WAITING, Vec::new()),
        (Outcome::BothBad, Some(BothBadPolicy::Drop)) => ("both bad", Vec::new()),
        (Outcome::BothBad, Some(BothBadPolicy::AsTie)) => level_rows(plan, "both bad", pair, annotator),
        (Outcome::BothBad, Some(BothBadPolicy::BothRejected)) => {
            ("both bad", vec![row(pair, None, Some(false), annotator)])
        }
        (Outcome::Tie, _) => level_rows(plan, "tie", pair, annotator),
    };
    if rows.is_empty() {
        output.leave_out(left_out_as, judgments);
        return None;
    }
    let voters: Vec<AnnotatorId> = votes.iter().map(|vote| vote.annotator()).collect();
    let rows = rows.into_iter().map(|row| PairRow { voters: voters.clone(), ..row }).collect();
    Some(RowGroup { rows, judgments })
}

fn row(
    [chosen, rejected]: [usize; 2],
    margin: Option<f64>,
    both: Option<bool>,
    annotator: Option<AnnotatorId>,
) -> PairRow {
    PairRow { chosen, rejected, both, margin, weight: None, annotator, voters: Vec::new() }
}

/// The rows of a pair in which neither won; none, and why, where the plan drops or has not asked.
fn level_rows<'a>(
    plan: &ExportPlan,
    what: &'a str,
    [first, second]: [usize; 2],
    annotator: Option<AnnotatorId>,
) -> (&'a str, Vec<PairRow>) {
    let ties = plan.ties.filter(|policy| plan.format.tie_policies().contains(policy));
    let both = |label| vec![row([first, second], None, Some(label), annotator)];
    match ties {
        None => (WAITING, Vec::new()),
        Some(TiePolicy::Drop) => (what, Vec::new()),
        Some(TiePolicy::MarginZero) => (what, vec![row([first, second], Some(0.0), None, annotator)]),
        Some(TiePolicy::BothDirections) => {
            let margin = matches!(plan.strength, Some(StrengthPolicy::Margin { .. })).then_some(0.0);
            let row = |pair| row(pair, margin, None, annotator);
            (what, vec![row([first, second]), row([second, first])])
        }
        Some(TiePolicy::BothChosen) => (what, both(true)),
        Some(TiePolicy::BothRejected) => (what, both(false)),
    }
}

/// The row of votes for the same candidate.
fn decided_group(
    plan: &ExportPlan,
    votes: &[&Vote<'_>],
    pair: [usize; 2],
    annotator: Option<AnnotatorId>,
    output: &mut ItemOutput,
) -> Option<RowGroup> {
    let all = votes.len() as u64;
    let policy = strength_policy(plan);
    let is_strong_enough = |strength: &Option<Strength>| match policy {
        Some(StrengthPolicy::DropBelow { weakest, keep_unset }) => {
            strength.map_or(keep_unset, |strength| strength >= weakest)
        }
        Some(StrengthPolicy::Ignore | StrengthPolicy::Margin { .. }) | None => true,
    };
    let strong: Vec<&&Vote<'_>> =
        votes.iter().filter(|vote| is_strong_enough(&vote.preference.strength)).collect();
    let strengths: Vec<Option<Strength>> = strong.iter().map(|vote| vote.preference.strength).collect();
    if policy.is_none() && strengths.iter().any(Option::is_some) {
        output.leave_out(WAITING, all);
        return None;
    }
    output.leave_out("too weak", all - strengths.len() as u64);
    if strengths.is_empty() {
        return None;
    }
    let margin = match policy {
        Some(StrengthPolicy::Margin { unset }) => Some(mean_margin(&strengths, unset)),
        _ => None,
    };
    let voters = strong.iter().map(|vote| vote.annotator()).collect();
    let row = PairRow { voters, ..row(pair, margin, None, annotator) };
    Some(RowGroup { judgments: strengths.len() as u64, rows: vec![row] })
}

/// The plan's word on both bad, if the format can follow it.
fn both_bad_policy(plan: &ExportPlan) -> Option<BothBadPolicy> {
    plan.both_bad.filter(|policy| plan.format.both_bad_policies().contains(policy))
}

/// The plan's word on strength, if the format can follow it.
fn strength_policy(plan: &ExportPlan) -> Option<StrengthPolicy> {
    let is_margin = matches!(plan.strength, Some(StrengthPolicy::Margin { .. }));
    plan.strength.filter(|_| !is_margin || plan.format.has_margin())
}

/// The mean of what agreeing judgments say; a single one's own margin.
fn mean_margin(strengths: &[Option<Strength>], unset: f64) -> f64 {
    let sum: f64 =
        strengths.iter().map(|strength| strength.map_or(unset, |known| f64::from(known.level()))).sum();
    sum / strengths.len() as f64
}
