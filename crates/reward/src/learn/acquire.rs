//! What to ask next, and why.
//!
//! A [`Policy`] gives every open pair of a pool a worth (METHODS 2.7); [`batch::choose`] takes the best, one slot
//! after another, with a cap per prompt cluster so that a batch is not one question in many words. In every slot a
//! coin decides first whether the item is an audit instead, drawn uniformly from all that can be asked: only those are
//! fit to measure with. The [`Pick`] keeps the probability with which the slot could have gone to this item, for
//! weighting, and a [`Reason`] that a person can read.

pub mod batch;
pub mod policy;
mod queue;
mod worth;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ensemble::Member;
use super::features::FeatureTable;
use super::head::information::InformationTable;
use super::head::pool::{Pair, PoolBelief};
use super::head::{Head, Vote};
pub use policy::Policy;

/// What a choice is made from. The pool's beliefs are those of the head.
#[derive(Clone, Copy)]
pub struct Situation<'a> {
    /// The head of the dimension that is asked about.
    pub head: &'a Head,
    /// The candidates.
    pub table: &'a FeatureTable,
    /// Every pair that could be asked.
    pub pairs: &'a [Pair],
    /// What the head believes of each.
    pub pool: &'a PoolBelief,
    /// The information table of the head's likelihood.
    pub information: &'a InformationTable,
    /// Whether the policy may choose each pair: it can be asked, and is not left out for being sure.
    pub open: &'a [bool],
    /// Whether each pair can be asked at all, whatever anybody thinks of it: what audits are drawn from. Every pair
    /// that is open is among them.
    pub askable: &'a [bool],
    /// The item of each pair, where all pairs of an item are asked at once; its pairs stand together. None where each
    /// pair is asked by itself.
    pub items: Option<&'a [u32]>,
    /// What was said so far.
    pub votes: &'a [Vote],
    /// Scores of several models, standardised, for "model against model".
    pub members: &'a [Member],
    /// A row per cluster, the features of its prompt; for the policy that spreads over prompts.
    pub prompts: Option<&'a FeatureTable>,
}

/// How a batch is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchSettings {
    /// What makes a pair worth asking.
    pub policy: Policy,
    /// How many pairs are wanted.
    pub size: usize,
    /// The share of slots that go to an audit.
    pub audit_share: f64,
    /// The most pairs of one prompt cluster in a batch, audits counted; 0 for no cap.
    pub cap_per_cluster: usize,
    /// Only pairs of this cluster, as when an item of many candidates is on the screen.
    pub only_cluster: Option<u32>,
    /// What asking costs, in units of the score: pairs whose [value] is below are not asked (METHODS 2.6). 0
    /// switches the rule off. Audits are asked whatever they cost.
    ///
    /// [value]: super::head::Belief::value_of_asking
    pub cost_of_asking: f64,
}

impl Default for BatchSettings {
    fn default() -> Self {
        Self {
            policy: Policy::GreedyInformation,
            size: 20,
            audit_share: 0.15,
            cap_per_cluster: 1,
            only_cluster: None,
            cost_of_asking: 0.0,
        }
    }
}

/// A pair that is to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pick {
    /// Its place in the pool.
    pub pair: usize,
    /// The policy of the batch.
    pub policy: Policy,
    /// What the policy gave it; 0 for an audit.
    pub score: f64,
    /// The probability that this slot would go to this pair's item, given the slots before and the policy's own
    /// draws: `audit share / items + (1 − audit share) · [the policy's choice]`. Never zero, so that weighting by its
    /// inverse is unbiased.
    pub propensity: f64,
    /// Whether it came from the uniform stream.
    pub is_audit: bool,
    /// Why it is asked.
    pub reason: Reason,
}

/// Why a pair is asked; chances are those of A.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Reason {
    /// It is the next in order.
    InOrder,
    /// It was drawn at random.
    Random,
    /// It was drawn uniformly, to measure with.
    Audit,
    /// The head cannot tell.
    HeadUnsure {
        /// What it says.
        chance: f64,
    },
    /// The answer would tell the head much.
    Informative {
        /// What it says.
        chance: f64,
    },
    /// Nothing like it was asked.
    Unfamiliar,
    /// Models disagree.
    ModelsDisagree {
        /// The lowest chance that a model gives.
        lowest: f64,
        /// The highest.
        highest: f64,
    },
    /// The vote that is there surprises the head.
    SecondOpinion {
        /// The probability of what was said.
        chance_of_vote: f64,
    },
    /// Both may be the best of their item.
    Contenders,
    /// One is likely much better, which makes a clear training pair.
    ClearGap {
        /// What the head says.
        chance: f64,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InOrder => write!(formatter, "next in order"),
            Self::Random => write!(formatter, "drawn at random"),
            Self::Audit => write!(formatter, "audit"),
            Self::HeadUnsure { chance } => write!(formatter, "head is unsure: {chance:.2}"),
            Self::Informative { chance } => write!(formatter, "teaches the head most: {chance:.2} so far"),
            Self::Unfamiliar => write!(formatter, "nothing like it was asked"),
            Self::ModelsDisagree { lowest, highest } => {
                write!(formatter, "models disagree: {lowest:.2} against {highest:.2}")
            }
            Self::SecondOpinion { chance_of_vote } => {
                write!(formatter, "second opinion: the vote had a chance of {chance_of_vote:.2}")
            }
            Self::Contenders => write!(formatter, "both may be the best"),
            Self::ClearGap { chance } => write!(formatter, "a clear gap: {chance:.2}"),
        }
    }
}

/// The most that asking about any open pair could gain, in units of the score; below the cost of asking, stop.
pub fn value_of_best_question(pool: &PoolBelief, open: &[bool]) -> f64 {
    (0..pool.len())
        .filter(|pair| open[*pair])
        .map(|pair| pool.belief(pair).value_of_asking())
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_read_like_sentences() {
        let disagree = Reason::ModelsDisagree { lowest: 0.52, highest: 0.914 };
        assert_eq!(disagree.to_string(), "models disagree: 0.52 against 0.91");
        assert_eq!(Reason::HeadUnsure { chance: 0.5 }.to_string(), "head is unsure: 0.50");
        assert_eq!(Reason::Audit.to_string(), "audit");
    }
}
