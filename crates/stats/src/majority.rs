//! When enough people have judged an item: how sure one can be of which side most people would take.
//!
//! Votes are draws from everybody's share p for a side; with an even prior p is Beta-distributed after them, and the
//! majority is right with probability P(p > ½). Votes may be weighted, for instance by [`crate::dawid_skene`]
//! accuracies, and are fractions then.

use serde::{Deserialize, Serialize};
use statrs::distribution::{Beta, ContinuousCDF};

/// The probability that more than half of everybody would take the first side. Even before any vote.
pub fn majority_probability(votes_for: f64, votes_against: f64) -> f64 {
    // Only the counts' sign can make this fail; a negative weight is no vote.
    Beta::new(1.0 + votes_for.max(0.0), 1.0 + votes_against.max(0.0)).map_or(0.5, |beta| beta.sf(0.5))
}

/// When to stop asking.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoppingRule {
    /// Stop once the leading side leads for everybody with this probability.
    pub confidence: f64,
    /// Stop after so many judgments in any case.
    pub most_judgments: u32,
}

impl Default for StoppingRule {
    fn default() -> Self {
        Self { confidence: 0.95, most_judgments: 5 }
    }
}

impl StoppingRule {
    /// Whether an item has been judged enough. `judgments` counts people, ties too.
    pub fn is_settled(&self, votes_for: f64, votes_against: f64, judgments: u32) -> bool {
        let leading = majority_probability(votes_for.max(votes_against), votes_for.min(votes_against));
        judgments >= self.most_judgments || leading >= self.confidence
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With an even prior, P(p > ½) after k of n is the chance of at most k heads in n+1 throws.
    #[test]
    fn whole_votes_have_their_exact_probability() {
        for (votes_for, votes_against, exact) in [
            (0.0, 0.0, 0.5),
            (3.0, 0.0, 15.0 / 16.0),
            (4.0, 0.0, 31.0 / 32.0),
            (4.0, 1.0, 57.0 / 64.0),
            (1.0, 3.0, 6.0 / 32.0),
        ] {
            let found = majority_probability(votes_for, votes_against);
            assert!((found - exact).abs() < 1e-12, "{votes_for}:{votes_against}: {found}");
        }
    }

    #[test]
    fn four_agreeing_are_enough_and_five_in_any_case() {
        let rule = StoppingRule::default();
        assert!(!rule.is_settled(3.0, 0.0, 3));
        assert!(rule.is_settled(4.0, 0.0, 4) && rule.is_settled(0.0, 4.0, 4));
        assert!(!rule.is_settled(3.0, 1.0, 4));
        assert!(rule.is_settled(3.0, 2.0, 5));
    }
}
