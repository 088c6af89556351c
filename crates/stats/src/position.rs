//! Whether the side of the screen decides.
//!
//! The order is random per showing, so without such an effect the left one wins half of all decided comparisons. Of
//! pairs judged twice with the sides exchanged, choosing the other candidate means choosing the same side of the
//! screen again: the flip rate counts side and chance together.

use serde::{Deserialize, Serialize};
use statrs::distribution::{Binomial, DiscreteCDF};

use crate::interval::wilson;
use crate::{Choice, Interval};

/// How often the left one won.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PositionEffect {
    /// How many comparisons were decided.
    pub decided: u64,
    /// The share of them that the left one won, with Wilson's interval.
    pub left_share: Option<Interval>,
    /// How likely a share at least this far from one half is if the side does not matter (binomial, both tails).
    pub p_value: Option<f64>,
}

/// The effect in decided comparisons. None of `left_wins` above `decided`.
pub fn position_effect(left_wins: u64, decided: u64, level: f64) -> PositionEffect {
    let left_share = wilson(left_wins, decided, level);
    let p_value = left_share.and_then(|_| {
        let rarer = left_wins.min(decided - left_wins);
        Binomial::new(0.5, decided).ok().map(|chance| (2.0 * chance.cdf(rarer)).min(1.0))
    });
    PositionEffect { decided, left_share, p_value }
}

/// One pair judged twice by one person with the sides exchanged; both choices in the data's order.
pub type SwappedRepeat = (Choice, Choice);

/// What swapped repeats say.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SwappedRepeats {
    /// How many there are.
    pub repeats: u64,
    /// The share in which the same was said again, ties included.
    pub consistency: Option<Interval>,
    /// How many were decided both times.
    pub decided: u64,
    /// The share of those in which the other candidate was chosen: the same side of the screen.
    pub flip_rate: Option<Interval>,
}

/// Counts swapped repeats.
pub fn swapped_repeats(repeats: impl IntoIterator<Item = SwappedRepeat>, level: f64) -> SwappedRepeats {
    let two = crate::agreement::two_raters(repeats, level);
    // The rest of the share: its interval is the mirrored one.
    let flip_rate = two.agreement_decided.map(|same| Interval {
        estimate: 1.0 - same.estimate,
        low: 1.0 - same.high,
        high: 1.0 - same.low,
        level: same.level,
    });
    SwappedRepeats { repeats: two.units, consistency: two.agreement, decided: two.decided, flip_rate }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_that_wins_too_often_is_unlikely() {
        let effect = position_effect(8, 10, 0.95);
        assert_eq!(effect.left_share.map(|share| share.estimate), Some(0.8));
        // Twice the chance of at most two heads in ten throws.
        assert!((effect.p_value.expect("ten") - 2.0 * 56.0 / 1024.0).abs() < 1e-12, "{effect:?}");
        assert_eq!(position_effect(5, 10, 0.95).p_value, Some(1.0));
        assert_eq!(
            position_effect(0, 0, 0.95),
            PositionEffect { decided: 0, left_share: None, p_value: None }
        );
    }

    #[test]
    fn flips_are_counted_among_decided_repeats() {
        use Choice::{A, B, Tie};
        let found = swapped_repeats([(A, A), (B, A), (B, B), (A, A), (Tie, A), (Tie, Tie)], 0.95);
        assert_eq!((found.repeats, found.decided), (6, 4));
        assert_eq!(found.consistency.map(|share| share.estimate), Some(4.0 / 6.0));
        let flips = found.flip_rate.expect("four were decided");
        let direct = wilson(1, 4, 0.95).expect("four");
        assert_eq!(flips.estimate, 0.25);
        assert!((flips.low - direct.low).abs() < 1e-12 && (flips.high - direct.high).abs() < 1e-12);
    }
}
