//! The likelihood of an outcome given a difference: one symmetric cumulative-logit model for every answer form.
//!
//! With `d` the advantage of A and cut points that mirror each other around zero, an answer is an interval
//! `(a, b)` of a logistic variable around `d`, and `P = σ(b − d) − σ(a − d)` (Agresti 1992, *Appl. Stat.* 41:287).
//! One cut at zero is Bradley–Terry (1952, *Biometrika* 39:324), two cuts at ±η are Rao–Kupper (1967, *JASA*
//! 62:194), and three thresholds give seven levels of strength. A win without a stated strength covers every
//! strength, so that nothing is assumed that nobody said. [`thresholds`] learns the cuts, [`strengths`] fits items
//! without features.

pub mod strengths;
pub mod thresholds;

use serde::{Deserialize, Serialize};
use tiebreak_domain::{Outcome, Strength};

use crate::learn::logistic::{log_sigmoid, sigmoid, sigmoid_slope};

/// One answer on a pair, from A's view. The strength counts from 1, the weakest; none was chosen where it is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Verdict {
    /// A is better.
    A(Option<u8>),
    /// Neither is.
    Tie,
    /// B is better.
    B(Option<u8>),
}

impl Verdict {
    /// What a judgment says of the difference: both bad is a tie (METHODS 2.1), what was not judged says nothing.
    pub fn from_outcome(outcome: Outcome, strength: Option<Strength>) -> Option<Self> {
        let strength = strength.map(|strength| match strength {
            Strength::Slightly => 1,
            Strength::Clearly => 2,
            Strength::Much => 3,
        });
        match outcome {
            Outcome::A => Some(Self::A(strength)),
            Outcome::B => Some(Self::B(strength)),
            Outcome::Tie | Outcome::BothBad => Some(Self::Tie),
            Outcome::Unratable => None,
        }
    }

    /// Whether A is better; none of a tie.
    pub fn a_won(self) -> Option<bool> {
        match self {
            Self::A(_) => Some(true),
            Self::Tie => None,
            Self::B(_) => Some(false),
        }
    }

    /// The same answer with A and B exchanged.
    pub fn swapped(self) -> Self {
        match self {
            Self::A(strength) => Self::B(strength),
            Self::Tie => Self::Tie,
            Self::B(strength) => Self::A(strength),
        }
    }
}

/// The logarithm of a probability at a difference, with its first two derivatives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evaluation {
    /// `ln P`.
    pub log_probability: f64,
    /// `∂ ln P / ∂d`.
    pub gradient: f64,
    /// `−∂² ln P / ∂d²`, never negative.
    pub information: f64,
}

/// The probability of each outcome, strengths summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OutcomeProbabilities {
    /// A is called better.
    pub a: f64,
    /// Neither is.
    pub tie: f64,
    /// B is called better.
    pub b: f64,
}

/// The likelihood: thresholds `τ_1 ≤ … ≤ τ_K`, mirrored at zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ordinal {
    /// Ascending, none negative. Where there is no tie level the first is zero.
    thresholds: Vec<f64>,
    has_tie: bool,
}

impl Ordinal {
    /// Two levels and no tie (Bradley and Terry 1952). A tie then counts as half a win for each.
    pub fn bradley_terry() -> Self {
        Self { thresholds: vec![0.0], has_tie: false }
    }

    /// Three levels (Rao and Kupper 1967), a tie within `eta` of zero; `eta` is the logarithm of their θ, above 0.
    pub fn rao_kupper(eta: f64) -> Self {
        Self::with_thresholds(vec![eta], true)
    }

    /// Levels between these thresholds. With a tie level all are above zero; without one, the first is the step
    /// from the weakest strength to the next, and zero is put before it.
    ///
    /// # Panics
    /// Where the thresholds do not ascend strictly from zero.
    pub fn with_thresholds(mut thresholds: Vec<f64>, has_tie: bool) -> Self {
        if !has_tie {
            thresholds.insert(0, 0.0);
        }
        let ascend = thresholds.windows(2).all(|pair| pair[0] < pair[1]);
        assert!(
            ascend && thresholds.first().is_some_and(|first| !has_tie || *first > 0.0),
            "thresholds ascend strictly from zero: {thresholds:?}"
        );
        Self { thresholds, has_tie }
    }

    /// Seven levels, tie and three strengths each way, one apart; a start for [`thresholds::learn`].
    pub fn strengths() -> Self {
        Self { thresholds: vec![0.5, 1.5, 2.5], has_tie: true }
    }

    /// The thresholds, ascending; the first is zero where there is no tie level.
    pub fn thresholds(&self) -> &[f64] {
        &self.thresholds
    }

    /// Whether a tie is an outcome of its own.
    pub fn has_tie(&self) -> bool {
        self.has_tie
    }

    /// Every level, from B's strongest win to A's; what is told apart and sums to one.
    pub fn levels(&self) -> Vec<Verdict> {
        let strengths = (1..=self.thresholds.len() as u8).map(Some);
        let mut levels = strengths.clone().rev().map(Verdict::B).collect::<Vec<_>>();
        if self.has_tie {
            levels.push(Verdict::Tie);
        }
        levels.extend(strengths.map(Verdict::A));
        levels
    }

    /// The interval of an answer, in the indices of [`Self::cut`]; none for a tie that is no level.
    fn interval(&self, verdict: Verdict) -> Option<(Cut, Cut)> {
        let highest = self.thresholds.len();
        let beyond = |strength: Option<u8>| match strength {
            None => (0, highest),
            // A strength finer than the model knows belongs to its strongest level.
            Some(strength) => {
                let level = usize::from(strength.max(1)).min(highest);
                (level - 1, level)
            }
        };
        match verdict {
            Verdict::A(strength) => {
                let (low, high) = beyond(strength);
                Some((Cut { index: low, sign: 1.0 }, Cut { index: high, sign: 1.0 }))
            }
            Verdict::B(strength) => {
                let (low, high) = beyond(strength);
                Some((Cut { index: high, sign: -1.0 }, Cut { index: low, sign: -1.0 }))
            }
            Verdict::Tie if self.has_tie => Some((Cut { index: 0, sign: -1.0 }, Cut { index: 0, sign: 1.0 })),
            Verdict::Tie => None,
        }
    }

    /// Where a cut lies; the one after the last threshold is infinite.
    fn cut(&self, cut: Cut) -> f64 {
        cut.sign * self.thresholds.get(cut.index).copied().unwrap_or(f64::INFINITY)
    }

    /// The log-probability of an answer at a difference, and its derivatives.
    ///
    /// With `P = σ(b−d) − σ(a−d)` the derivatives of METHODS 2.1 shorten to `σ(b−d) + σ(a−d) − 1` and
    /// `−σ'(b−d) − σ'(a−d)`: concave everywhere. A tie that is no level of its own is half a win for each.
    pub fn evaluate(&self, verdict: Verdict, difference: f64) -> Evaluation {
        let Some((low, high)) = self.interval(verdict) else {
            return Evaluation {
                log_probability: f64::midpoint(log_sigmoid(difference), log_sigmoid(-difference)),
                gradient: 0.5 - sigmoid(difference),
                information: sigmoid_slope(difference),
            };
        };
        let (low, high) = (self.cut(low), self.cut(high));
        Evaluation {
            log_probability: log_interval(low, high, difference),
            gradient: sigmoid(high - difference) + sigmoid(low - difference) - 1.0,
            information: sigmoid_slope(high - difference) + sigmoid_slope(low - difference),
        }
    }

    /// The probability of one level at a difference.
    pub fn probability(&self, verdict: Verdict, difference: f64) -> f64 {
        self.evaluate(verdict, difference).log_probability.exp()
    }

    /// The probability of each outcome at a difference.
    pub fn outcome_probabilities(&self, difference: f64) -> OutcomeProbabilities {
        let first = self.thresholds[0];
        let a = sigmoid(difference - first);
        let b = sigmoid(-difference - first);
        let tie = if self.has_tie { (1.0 - a - b).max(0.0) } else { 0.0 };
        OutcomeProbabilities { a, tie, b }
    }

    /// The expected information of an answer about the difference, `Σ P_k g_k²` (Fisher).
    pub fn expected_information(&self, difference: f64) -> f64 {
        self.levels()
            .into_iter()
            .map(|level| {
                let at = self.evaluate(level, difference);
                at.log_probability.exp() * at.gradient.powi(2)
            })
            .sum()
    }
}

/// One bound of an interval: the threshold of this index, or infinity behind the last, on this side of zero.
#[derive(Clone, Copy, Debug)]
struct Cut {
    index: usize,
    sign: f64,
}

/// `ln(σ(b − d) − σ(a − d))` without cancellation: `ln σ(b−d) + ln σ(d−a) + ln(1 − e^(a−b))`.
fn log_interval(low: f64, high: f64, difference: f64) -> f64 {
    let mut log_probability = 0.0;
    if high.is_finite() {
        log_probability += log_sigmoid(high - difference);
    }
    if low.is_finite() {
        log_probability += log_sigmoid(difference - low);
    }
    if high.is_finite() && low.is_finite() {
        log_probability += (-(low - high).exp_m1()).ln();
    }
    log_probability
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn models() -> Vec<Ordinal> {
        vec![
            Ordinal::bradley_terry(),
            Ordinal::rao_kupper(0.6),
            Ordinal::strengths(),
            Ordinal::with_thresholds(vec![0.7, 1.9], false),
        ]
    }

    #[test]
    fn rao_kupper_has_its_classic_form() {
        let (eta, difference) = (5.0_f64.ln(), 0.8);
        let model = Ordinal::rao_kupper(eta);
        let theta = eta.exp();
        // VideoReward's BTT is this model at θ = 5: the losses of its trainer, with the signs turned.
        let win = log_sigmoid(difference - eta);
        let tie = log_sigmoid(difference - eta) + log_sigmoid(-difference - eta) + (theta * theta - 1.0).ln();
        assert!((model.evaluate(Verdict::A(None), difference).log_probability - win).abs() < 1e-12);
        assert!((model.evaluate(Verdict::Tie, difference).log_probability - tie).abs() < 1e-12);
        assert!((theta * theta - 1.0 - 24.0).abs() < 1e-12, "the 24 of the trainer");
    }

    #[test]
    fn a_win_of_no_stated_strength_covers_them_all() {
        let model = Ordinal::strengths();
        let parts = (1..=3).map(|strength| model.probability(Verdict::A(Some(strength)), 0.4)).sum::<f64>();
        assert!((model.probability(Verdict::A(None), 0.4) - parts).abs() < 1e-12);
        let outcome = model.outcome_probabilities(0.4);
        assert!((outcome.a - parts).abs() < 1e-12);
        assert!((outcome.a + outcome.tie + outcome.b - 1.0).abs() < 1e-12);
    }

    #[test]
    fn judgments_become_verdicts() {
        assert_eq!(Verdict::from_outcome(Outcome::B, Some(Strength::Clearly)), Some(Verdict::B(Some(2))));
        assert_eq!(Verdict::from_outcome(Outcome::BothBad, None), Some(Verdict::Tie));
        assert_eq!(Verdict::from_outcome(Outcome::Unratable, None), None);
    }

    #[test]
    fn expected_information_of_two_levels_is_p_times_its_rest() {
        let p = sigmoid(0.9);
        let information = Ordinal::bradley_terry().expected_information(0.9);
        assert!((information - p * (1.0 - p)).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn levels_sum_to_one_and_mirror(difference in -6.0..6.0_f64) {
            for model in models() {
                let sum = model.levels().into_iter().map(|level| model.probability(level, difference));
                prop_assert!((sum.sum::<f64>() - 1.0).abs() < 1e-10);
                for level in model.levels() {
                    let here = model.evaluate(level, difference);
                    let there = model.evaluate(level.swapped(), -difference);
                    prop_assert!((here.log_probability - there.log_probability).abs() < 1e-10);
                    prop_assert!((here.gradient + there.gradient).abs() < 1e-10);
                }
            }
        }

        #[test]
        fn derivatives_are_the_slopes(difference in -4.0..4.0_f64) {
            let step = 1e-5;
            for model in models() {
                for level in model.levels().into_iter().chain([Verdict::Tie, Verdict::A(None)]) {
                    let at = |shift: f64| model.evaluate(level, difference + shift);
                    let slope = (at(step).log_probability - at(-step).log_probability) / (2.0 * step);
                    prop_assert!((at(0.0).gradient - slope).abs() < 1e-6, "{model:?} {level:?}");
                    let bend = (at(-step).gradient - at(step).gradient) / (2.0 * step);
                    prop_assert!((at(0.0).information - bend).abs() < 1e-6, "{model:?} {level:?}");
                }
            }
        }
    }
}
