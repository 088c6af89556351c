//! A model's scores against people's choices, with and without ties.
//!
//! A model that scores candidates never says "tie" by itself: it needs a margin ε below which a difference counts as
//! one. Deutsch, Foster and Freitag 2023 (*Ties Matter*, arXiv 2305.14324) take the ε that agrees best, found in
//! one sweep over the sorted differences, O(n log n). An ε chosen on the same pairs flatters a little: to test a
//! model, choose it on some pairs and use [`accuracy_at`] on others.

use serde::{Deserialize, Serialize};

use crate::interval::{clustered_share, wilson};
use crate::{Choice, Interval};

/// One pair: what the model thinks, and what a person said.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoredChoice {
    /// The model's score of A less that of B. What is not a number is never right.
    pub difference: f64,
    /// The person's choice.
    pub choice: Choice,
}

impl ScoredChoice {
    /// Whether the model's sign is the side that the person chose.
    fn has_right_sign(self) -> bool {
        match self.choice {
            Choice::A => self.difference > 0.0,
            Choice::B => self.difference < 0.0,
            Choice::Tie => false,
        }
    }

    /// Whether the model is right where differences up to `margin` count as ties.
    fn is_right_at(self, margin: f64) -> bool {
        match self.choice {
            Choice::Tie => self.difference.abs() <= margin,
            _ => self.difference.abs() > margin && self.has_right_sign(),
        }
    }
}

/// How far a model agrees with people.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelAgreement {
    /// How many pairs there are.
    pub pairs: u64,
    /// How many of them people decided.
    pub decided: u64,
    /// The share of decided pairs on which the sign is right. A difference of exactly zero is not.
    pub without_ties: Option<Interval>,
    /// The best share of all pairs, ties included, that one margin gives.
    pub with_ties: Option<Interval>,
    /// That margin: the least one where several are best.
    pub best_margin: Option<f64>,
}

/// Both accuracies; Wilson's intervals suppose that pairs are independent (else resample prompts).
pub fn model_agreement(pairs: &[ScoredChoice], level: f64) -> ModelAgreement {
    let decided = pairs.iter().filter(|pair| pair.choice.is_decided()).count() as u64;
    let right = pairs.iter().filter(|pair| pair.has_right_sign()).count() as u64;
    let best = best_margin(pairs);
    let count = pairs.len() as u64;
    ModelAgreement {
        pairs: count,
        decided,
        without_ties: wilson(right, decided, level),
        with_ties: best.and_then(|(_, right)| wilson(right, count, level)),
        best_margin: best.map(|(margin, _)| margin),
    }
}

/// The same where pairs of one cluster, such as a prompt, go together; `cluster_of` has an entry for each pair.
pub fn model_agreement_by_cluster(pairs: &[ScoredChoice], cluster_of: &[u64], level: f64) -> ModelAgreement {
    let known = || pairs.iter().zip(cluster_of);
    let decided = known().filter(|(pair, _)| pair.choice.is_decided());
    let agreement = model_agreement(pairs, level);
    let with_ties = agreement.best_margin.and_then(|margin| {
        clustered_share(known().map(|(pair, cluster)| (*cluster, pair.is_right_at(margin))), level)
    });
    let without_ties =
        clustered_share(decided.map(|(pair, cluster)| (*cluster, pair.has_right_sign())), level);
    ModelAgreement { without_ties, with_ties, ..agreement }
}

/// The share of all pairs that are right where differences up to `margin` count as ties. None of no pairs.
pub fn accuracy_at(pairs: &[ScoredChoice], margin: f64, level: f64) -> Option<Interval> {
    let right = pairs.iter().filter(|pair| pair.is_right_at(margin)).count() as u64;
    wilson(right, pairs.len() as u64, level)
}

/// The margin that agrees best and how many pairs it gets right: the least such margin. None of no pairs.
pub fn best_margin(pairs: &[ScoredChoice]) -> Option<(f64, u64)> {
    if pairs.is_empty() {
        return None;
    }
    let mut sorted: Vec<ScoredChoice> =
        pairs.iter().copied().filter(|pair| !pair.difference.is_nan()).collect();
    sorted.sort_by(|one, other| one.difference.abs().total_cmp(&other.difference.abs()));
    let mut right = sorted.iter().filter(|pair| pair.has_right_sign()).count() as i64;
    // A margin of zero already makes ties of differences that are exactly zero; each next one takes in all pairs
    // of the next size together.
    let mut at = 0;
    let mut margin = 0.0;
    let mut best = None;
    loop {
        while let Some(pair) = sorted.get(at).filter(|pair| pair.difference.abs() <= margin) {
            right += i64::from(pair.choice == Choice::Tie) - i64::from(pair.has_right_sign());
            at += 1;
        }
        if best.is_none_or(|(_, most)| right > most) {
            best = Some((margin, right));
        }
        match sorted.get(at) {
            Some(next) if next.difference.is_finite() => margin = next.difference.abs(),
            _ => return best.map(|(margin, right)| (margin, right as u64)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pair(difference: f64, choice: Choice) -> ScoredChoice {
        ScoredChoice { difference, choice }
    }

    #[test]
    fn the_margin_takes_in_the_ties_that_cost_least() {
        use Choice::{A, B, Tie};
        let pairs = [
            pair(0.1, Tie),
            pair(-0.2, Tie),
            pair(0.2, A),
            pair(0.3, Tie),
            pair(1.0, A),
            pair(-2.0, B),
            pair(3.0, B),
        ];
        // At 0.1 four are right, at 0.2 four (a tie won, a side lost), at 0.3 five, at 1.0 four.
        assert_eq!(best_margin(&pairs), Some((0.3, 5)));
        let agreement = model_agreement(&pairs, 0.95);
        assert_eq!((agreement.pairs, agreement.decided), (7, 4));
        assert_eq!(agreement.without_ties.map(|share| share.estimate), Some(0.75));
        assert_eq!(agreement.with_ties.map(|share| share.estimate), Some(5.0 / 7.0));
        assert_eq!(accuracy_at(&pairs, 0.15, 0.95).map(|share| share.estimate), Some(4.0 / 7.0));
    }

    #[test]
    fn pairs_of_one_prompt_are_worth_less() {
        // Six votes on each of twenty prompts, all alike: right, wrong, or a tie that the model calls one.
        let kinds = [(1.0, Choice::A), (-1.0, Choice::A), (0.1, Choice::Tie), (-1.0, Choice::B)];
        let of = |at: usize| kinds[at / 6 % 4];
        let pairs: Vec<_> = (0..120).map(|at| pair(of(at).0, of(at).1)).collect();
        let by = |cluster: fn(u64) -> u64| {
            let clusters: Vec<u64> = (0..120).map(cluster).collect();
            model_agreement_by_cluster(&pairs, &clusters, 0.95)
        };
        let (alone, together) = (by(|at| at), by(|at| at / 6));
        assert_eq!(alone, model_agreement(&pairs, 0.95), "one pair a cluster is the plain interval");
        let width = |share: Option<Interval>| share.map_or(0.0, |share| share.high - share.low);
        assert!(width(together.without_ties) > 1.4 * width(alone.without_ties), "{together:?}");
        assert!(width(together.with_ties) > 1.4 * width(alone.with_ties), "{together:?}");
    }

    #[test]
    fn of_equally_good_margins_the_least_is_taken() {
        let pairs = [pair(0.1, Choice::Tie), pair(0.2, Choice::A), pair(0.3, Choice::Tie)];
        assert_eq!(best_margin(&pairs), Some((0.1, 2)), "0.3 gets two right as well");
    }

    #[test]
    fn without_human_ties_the_margin_stays_zero() {
        let pairs = [pair(0.5, Choice::A), pair(-0.1, Choice::B), pair(0.2, Choice::B)];
        assert_eq!(best_margin(&pairs), Some((0.0, 2)));
    }

    #[test]
    fn zero_decides_nothing_and_what_is_no_number_is_wrong() {
        let pairs = [pair(0.0, Choice::A), pair(0.0, Choice::Tie), pair(f64::NAN, Choice::Tie)];
        assert_eq!(best_margin(&pairs), Some((0.0, 1)));
        assert_eq!(model_agreement(&pairs, 0.95).without_ties.map(|share| share.estimate), Some(0.0));
        assert_eq!(best_margin(&[pair(f64::INFINITY, Choice::A)]), Some((0.0, 1)));
        assert_eq!(best_margin(&[]), None);
    }

    proptest! {
        /// The sweep finds what trying every margin finds.
        #[test]
        fn no_margin_beats_the_best(
            raw in prop::collection::vec((-6_i32..=6, 0_usize..3), 1..60),
        ) {
            let choices = [Choice::A, Choice::Tie, Choice::B];
            let pairs: Vec<_> =
                raw.iter().map(|(tenths, at)| pair(f64::from(*tenths) / 10.0, choices[*at])).collect();
            let (margin, right) = best_margin(&pairs).expect("there are pairs");
            let share = |margin| accuracy_at(&pairs, margin, 0.95).expect("there are pairs").estimate;
            prop_assert!((share(margin) - right as f64 / pairs.len() as f64).abs() < 1e-12);
            let best = pairs.iter().map(|pair| share(pair.difference.abs())).fold(share(0.0), f64::max);
            prop_assert_eq!(share(margin), best);
        }
    }
}
