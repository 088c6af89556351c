//! What a comparison came to, for statistics: one side, the other, or neither.
//!
//! [`Outcome`] says more than most statistics ask. Here both kinds of tie are one, and what could not be judged
//! is no choice at all.

use serde::{Deserialize, Serialize};
use tiebreak_domain::Outcome;

/// One side of a pair, or neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// The first candidate as the data had it.
    A,
    /// Neither.
    Tie,
    /// The second candidate.
    B,
}

impl Choice {
    /// How many choices there are: the categories of [`Self::category`].
    pub const COUNT: usize = 3;

    /// What an outcome comes to: both bad is a tie, unratable is none.
    pub fn from_outcome(outcome: Outcome) -> Option<Self> {
        match outcome {
            Outcome::A => Some(Self::A),
            Outcome::B => Some(Self::B),
            Outcome::Tie | Outcome::BothBad => Some(Self::Tie),
            Outcome::Unratable => None,
        }
    }

    /// The category in tables, in the order A, tie, B, so that a tie lies between the sides.
    pub fn category(self) -> usize {
        self as usize
    }

    /// Whether one side won.
    pub fn is_decided(self) -> bool {
        self != Self::Tie
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_lies_between_the_sides_and_unratable_is_nothing() {
        let categories: Vec<_> = Outcome::ALL
            .into_iter()
            .map(|outcome| Choice::from_outcome(outcome).map(Choice::category))
            .collect();
        assert_eq!(categories, [Some(0), Some(2), Some(1), Some(1), None]);
    }
}
