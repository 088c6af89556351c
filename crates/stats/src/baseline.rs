//! What a model must beat: rules that read nothing.
//!
//! "The longer one wins" is right on two thirds of many chat comparisons, so an accuracy means little without it
//! beside it. Only decided comparisons count. The majority side is found on the same votes that it is scored on, so
//! it is at least ½ by making; the others are not.

use serde::{Deserialize, Serialize};

use crate::interval::wilson;
use crate::{Choice, Interval};

/// One comparison, as far as these rules look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The length of A, in any unit.
    pub length_a: u64,
    /// The length of B, in the same unit.
    pub length_b: u64,
    /// Whether A was shown first; none where that is not known.
    pub a_was_first: Option<bool>,
    /// What was chosen.
    pub choice: Choice,
}

/// How often each rule is right, with Wilson's interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baselines {
    /// How many comparisons were decided.
    pub decided: u64,
    /// How many of those had two lengths to choose from.
    pub of_unequal_length: u64,
    /// "The longer one wins", over those. Below ½, shorter wins.
    pub longer_wins: Option<Interval>,
    /// How many decided comparisons have a known order.
    pub of_known_order: u64,
    /// "The one shown first wins", over those.
    pub first_wins: Option<Interval>,
    /// The side of the data that won more often; none where both did alike.
    pub majority_side: Option<Choice>,
    /// "That side always wins", over all decided.
    pub majority_wins: Option<Interval>,
}

/// All rules on some comparisons.
pub fn baselines(comparisons: &[Comparison], level: f64) -> Baselines {
    let (mut decided, mut a_won) = (0, 0);
    let (mut of_unequal_length, mut longer_won) = (0, 0);
    let (mut of_known_order, mut first_won) = (0, 0);
    for comparison in comparisons.iter().filter(|comparison| comparison.choice.is_decided()) {
        let is_a = comparison.choice == Choice::A;
        decided += 1;
        a_won += u64::from(is_a);
        if comparison.length_a != comparison.length_b {
            of_unequal_length += 1;
            longer_won += u64::from(is_a == (comparison.length_a > comparison.length_b));
        }
        if let Some(a_was_first) = comparison.a_was_first {
            of_known_order += 1;
            first_won += u64::from(is_a == a_was_first);
        }
    }
    let b_won = decided - a_won;
    let majority_side = match a_won.cmp(&b_won) {
        std::cmp::Ordering::Greater => Some(Choice::A),
        std::cmp::Ordering::Less => Some(Choice::B),
        std::cmp::Ordering::Equal => None,
    };
    Baselines {
        decided,
        of_unequal_length,
        longer_wins: wilson(longer_won, of_unequal_length, level),
        of_known_order,
        first_wins: wilson(first_won, of_known_order, level),
        majority_side,
        majority_wins: wilson(a_won.max(b_won), decided, level),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_counts_what_it_can_see() {
        let row =
            |length_a, length_b, a_was_first, choice| Comparison { length_a, length_b, a_was_first, choice };
        let rows = [
            row(9, 3, Some(true), Choice::A),
            row(3, 9, Some(true), Choice::B),
            row(9, 3, Some(false), Choice::B),
            row(5, 5, Some(false), Choice::B),
            row(2, 1, None, Choice::B),
            row(9, 3, Some(true), Choice::Tie),
        ];
        let found = baselines(&rows, 0.95);
        assert_eq!((found.decided, found.of_unequal_length, found.of_known_order), (5, 4, 4));
        assert_eq!(found.longer_wins.map(|share| share.estimate), Some(0.5));
        assert_eq!(found.first_wins.map(|share| share.estimate), Some(0.75));
        assert_eq!(found.majority_side, Some(Choice::B));
        assert_eq!(found.majority_wins.map(|share| share.estimate), Some(0.8));
    }

    #[test]
    fn nothing_decided_says_nothing() {
        let found = baselines(&[], 0.95);
        assert_eq!((found.longer_wins, found.first_wins, found.majority_side), (None, None, None));
    }
}
