//! Plain agreement: how often two ratings of one pair are the same, with ties and without.
//!
//! Not corrected for chance, but what a reader pictures. Without ties means that both decided for a side. For two
//! raters each unit counts once and Wilson's interval holds ([`two_raters`]); for more, the pairs of one unit hang
//! together, so the shares come bare ([`raw_agreement`]) and an interval is bootstrapped over units.

use serde::{Deserialize, Serialize};

use super::Counts;
use super::counts::ratings;
use crate::interval::wilson;
use crate::{Choice, Interval};

/// Shares over all pairs of ratings of the same unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct RawAgreement {
    /// How many pairs of ratings there are.
    pub pairs: u64,
    /// The share of them that are the same.
    pub agreement: Option<f64>,
    /// How many pairs have two decided ratings.
    pub decided_pairs: u64,
    /// The share of those that are the same.
    pub agreement_decided: Option<f64>,
    /// The share of all ratings that are no decision.
    pub tie_rate: Option<f64>,
}

/// Two raters over the units that both rated, with Wilson's intervals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TwoRaters {
    /// How many units both rated.
    pub units: u64,
    /// The share on which they said the same, ties included.
    pub agreement: Option<Interval>,
    /// How many units both decided.
    pub decided: u64,
    /// The share of those on which they chose the same side.
    pub agreement_decided: Option<Interval>,
    /// How often either called it a tie.
    pub ties: u64,
    /// The share of all their ratings that are ties. No interval: the two ratings of a unit hang together.
    pub tie_rate: Option<f64>,
}

/// Plain agreement of any number of raters; `is_tie[c]` says which categories are no decision.
pub fn raw_agreement(counts: &Counts, is_tie: &[bool]) -> RawAgreement {
    assert_eq!(is_tie.len(), counts.categories(), "each category is a tie or none");
    let pairs_of = |count: u64| count * count.saturating_sub(1) / 2;
    let (mut pairs, mut same, mut decided_pairs, mut decided_same) = (0, 0, 0, 0);
    let (mut total, mut ties) = (0, 0);
    for (row, multiplicity) in counts.rows() {
        let all = ratings(row) as u64;
        let tied: u64 =
            row.iter().zip(is_tie).filter(|(_, tie)| **tie).map(|(count, _)| u64::from(*count)).sum();
        pairs += multiplicity * pairs_of(all);
        decided_pairs += multiplicity * pairs_of(all - tied);
        total += multiplicity * all;
        ties += multiplicity * tied;
        for (count, tie) in row.iter().zip(is_tie) {
            let equal = multiplicity * pairs_of(u64::from(*count));
            same += equal;
            decided_same += if *tie { 0 } else { equal };
        }
    }
    let share = |part: u64, whole: u64| (whole > 0).then(|| part as f64 / whole as f64);
    RawAgreement {
        pairs,
        agreement: share(same, pairs),
        decided_pairs,
        agreement_decided: share(decided_same, decided_pairs),
        tie_rate: share(ties, total),
    }
}

/// Plain agreement of two raters, or of one with themselves on repeats.
pub fn two_raters(pairs: impl IntoIterator<Item = (Choice, Choice)>, level: f64) -> TwoRaters {
    let (mut units, mut same, mut decided, mut decided_same, mut ties) = (0, 0, 0, 0, 0);
    for (first, second) in pairs {
        let both_decided = first.is_decided() && second.is_decided();
        units += 1;
        same += u64::from(first == second);
        decided += u64::from(both_decided);
        decided_same += u64::from(both_decided && first == second);
        ties += u64::from(!first.is_decided()) + u64::from(!second.is_decided());
    }
    TwoRaters {
        units,
        agreement: wilson(same, units, level),
        decided,
        agreement_decided: wilson(decided_same, decided, level),
        ties,
        tie_rate: (units > 0).then(|| ties as f64 / (2 * units) as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_counted_apart() {
        use Choice::{A, B, Tie};
        let pairs = [(A, A), (A, B), (Tie, Tie), (Tie, B), (B, B)];
        let two = two_raters(pairs, 0.95);
        assert_eq!((two.units, two.decided, two.ties), (5, 3, 3));
        assert_eq!(two.agreement.map(|share| share.estimate), Some(0.6));
        assert_eq!(two.agreement_decided.map(|share| share.estimate), Some(2.0 / 3.0));
        assert_eq!(two.tie_rate, Some(0.3));

        let units = pairs.map(|(first, second)| [first.category(), second.category()]);
        let raw = raw_agreement(&Counts::from_ratings(Choice::COUNT, units), &[false, true, false]);
        assert_eq!(raw.agreement, Some(0.6), "both ways of counting agree: {raw:?}");
        assert_eq!(raw.agreement_decided, Some(2.0 / 3.0));
        assert_eq!((raw.tie_rate, raw.pairs, raw.decided_pairs), (Some(0.3), 5, 3));
    }

    #[test]
    fn three_raters_make_three_pairs() {
        let raw = raw_agreement(&Counts::from_ratings(3, [[0, 0, 2]]), &[false, true, false]);
        assert_eq!((raw.pairs, raw.agreement), (3, Some(1.0 / 3.0)));
    }

    #[test]
    fn nothing_is_not_zero() {
        assert_eq!(two_raters([], 0.95).agreement, None);
        assert_eq!(raw_agreement(&Counts::new(2), &[false, false]).agreement, None);
    }
}
