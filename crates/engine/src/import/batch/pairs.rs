//! A row of more than two candidates as an item for every two of them, with its votes on each.
//!
//! The row is taken or refused as a whole, and counts once. A vote that says nothing of any pair is a problem of its
//! row; one that says something of some pairs only is a vote on those.

use tiebreak_domain::candidate_pairs::{PairItem, pair_items};
use tiebreak_domain::import::{LabelPolicy, RowProblem};
use tiebreak_domain::{Item, Rubric};
use tiebreak_formats::{Label, WITHOUT_VOTE};
use tiebreak_store::PreparedItem;

use super::{Incoming, Vote, refusal, votes_from_labels};

/// Makes the pairs of a row ready to be written.
pub(super) fn incoming(
    line: u64,
    item: &Item,
    labels: Vec<Label>,
    policy: &LabelPolicy,
    rubric: &Rubric,
    to: &mut Vec<Incoming>,
) {
    let pairs = pair_items(item);
    let refused = item.refusal().or_else(|| match pairs.first() {
        Some(pair) => rubric.refusal_of(&pair.item),
        None => Some("all candidates are the same".to_owned()),
    });
    if let Some(reason) = refused {
        to.push(refusal(line, reason));
        return;
    }
    // Who skipped all of it may well have answered a pair.
    let votes: Vec<Vote> =
        votes_from_labels(labels, policy).into_iter().filter(|vote| !vote.is_skip).collect();
    let mut is_said = vec![false; votes.len()];
    for (place, PairItem { item: pair, candidates }) in pairs.into_iter().enumerate() {
        let of_pair = votes.iter().zip(&mut is_said).filter_map(|(vote, is_said)| {
            let answers = rubric.votes_of_pair(&vote.answers, candidates);
            *is_said |= !answers.is_empty();
            (!answers.is_empty()).then(|| Vote { answers, ..vote.clone() })
        });
        let votes: Vec<Vote> = of_pair.collect();
        match PreparedItem::new(&pair) {
            Ok(prepared) => to.push(Incoming::Item {
                line,
                begins_row: place == 0,
                has_media: pair.has_media(),
                votes,
                item: prepared,
            }),
            Err(error) => to.push(refusal(line, error.to_string())),
        }
    }
    for _ in is_said.iter().filter(|is_said| !**is_said) {
        let reason = format!("{WITHOUT_VOTE}: it says of no two candidates which is better");
        to.push(Incoming::Problem { problem: RowProblem { line, reason }, is_refused: false });
    }
}
