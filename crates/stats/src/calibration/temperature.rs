//! Temperature scaling: one number that makes a model less (or more) sure of everything.
//!
//! The logits are divided by T, which is chosen to make the labels likeliest (Guo et al. 2017, section 4.2). In 1/T
//! the likelihood is concave, so there is one optimum, found by halving the range of its slope. The order of
//! predictions stays. Where a threshold is set afterwards, fit T on other labels than those, or its guarantee is
//! lost.

use serde::{Deserialize, Serialize};

use super::{scores::LEAST_PROBABILITY, sigmoid};

/// With fewer audit labels than this, leave probabilities as they are.
pub const MIN_TEMPERATURE_LABELS: usize = 50;

/// The range that is searched: beyond, a model is either always right or knows nothing.
const LEAST: f64 = 0.01;
const MOST: f64 = 100.0;

/// What logits are divided by: above 1 where a model was too sure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Temperature(pub f64);

impl Temperature {
    /// The corrected probability of two outcomes.
    pub fn apply(self, logit: f64) -> f64 {
        sigmoid(logit / self.0)
    }

    /// The corrected probabilities of several outcomes, from logits or logarithms of probabilities.
    pub fn apply_to_classes<const K: usize>(self, logits: [f64; K]) -> [f64; K] {
        softmax(logits, 1.0 / self.0)
    }
}

/// A temperature, and what it was worth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemperatureFit {
    /// The temperature.
    pub temperature: Temperature,
    /// Whether the optimum lies beyond the range that is searched (0.01 to 100): the labels do not determine it.
    pub is_at_limit: bool,
    /// How many labels it was fitted on.
    pub labels: u64,
    /// The mean negative log-likelihood at temperature 1, in nats.
    pub nll_before: f64,
    /// The same at the fitted temperature.
    pub nll_after: f64,
}

/// Fits two outcomes: the logit of each prediction, and whether it happened. None of no labels.
pub fn fit_temperature(labels: &[(f64, bool)]) -> Option<TemperatureFit> {
    let rows: Vec<([f64; 2], usize)> =
        labels.iter().map(|(logit, happened)| ([0.0, *logit], usize::from(*happened))).collect();
    fit_temperature_of_classes(&rows)
}

/// Fits several outcomes: the logits (or logarithms of probabilities) of each, and which came true. None of no
/// labels.
pub fn fit_temperature_of_classes<const K: usize>(rows: &[([f64; K], usize)]) -> Option<TemperatureFit> {
    if rows.is_empty() {
        return None;
    }
    // The slope of the summed negative log-likelihood in 1/T: it only ever rises.
    let slope = |sharpness: f64| -> f64 {
        rows.iter()
            .map(|(logits, happened)| {
                let expected: f64 =
                    softmax(*logits, sharpness).iter().zip(logits).map(|(share, logit)| share * logit).sum();
                expected - logits[*happened]
            })
            .sum()
    };
    let (mut low, mut high) = (1.0 / MOST, 1.0 / LEAST);
    let is_at_limit = slope(low) >= 0.0 || slope(high) <= 0.0;
    for _ in 0..100 {
        // Halving the ratio rather than the difference keeps small values of 1/T as exact as large ones.
        let middle = (low * high).sqrt();
        if slope(middle) > 0.0 { high = middle } else { low = middle }
    }
    let temperature = Temperature(1.0 / (low * high).sqrt());
    let nll = |temperature: Temperature| {
        let surprise = |(logits, happened): &([f64; K], usize)| {
            -temperature.apply_to_classes(*logits)[*happened].max(LEAST_PROBABILITY).ln()
        };
        rows.iter().map(surprise).sum::<f64>() / rows.len() as f64
    };
    Some(TemperatureFit {
        temperature,
        is_at_limit,
        labels: rows.len() as u64,
        nll_before: nll(Temperature(1.0)),
        nll_after: nll(temperature),
    })
}

fn softmax<const K: usize>(logits: [f64; K], sharpness: f64) -> [f64; K] {
    let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let weights = logits.map(|logit| ((logit - top) * sharpness).exp());
    let sum: f64 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

#[cfg(test)]
mod tests {
    use super::super::{logit, toy};
    use super::*;

    fn toy_labels() -> Vec<(f64, bool)> {
        toy().iter().map(|one| (logit(one.probability), one.happened)).collect()
    }

    #[test]
    fn the_toy_has_its_known_temperature() {
        let fit = fit_temperature(&toy_labels()).expect("ten labels");
        assert!((fit.temperature.0 - 1.305_545_4).abs() < 1e-6, "{fit:?}");
        assert!((fit.nll_before - 0.580_082_5).abs() < 5e-8, "{fit:?}");
        assert!((fit.nll_after - 0.572_424_3).abs() < 5e-8, "{fit:?}");
        assert!(!fit.is_at_limit);
    }

    #[test]
    fn logits_that_were_doubled_get_twice_the_temperature() {
        let doubled: Vec<(f64, bool)> =
            toy_labels().iter().map(|(logit, happened)| (2.0 * logit, *happened)).collect();
        let fit = fit_temperature(&doubled).expect("ten labels");
        assert!((fit.temperature.0 - 2.0 * 1.305_545_4).abs() < 2e-6, "{fit:?}");
    }

    #[test]
    fn a_model_that_is_always_right_has_no_temperature() {
        let fit = fit_temperature(&[(1.0, true), (-2.0, false)]).expect("two labels");
        assert!(fit.is_at_limit && fit.temperature.0 < 0.0101, "{fit:?}");
        let fit = fit_temperature(&[(1.0, false), (-2.0, true)]).expect("two labels");
        assert!(fit.is_at_limit && fit.temperature.0 > 99.0, "always wrong: knows nothing; {fit:?}");
        assert_eq!(fit_temperature(&[]), None);
    }

    #[test]
    fn three_outcomes_keep_their_order_and_sum() {
        let rows = [([2.0, 0.5, 0.0], 0), ([2.0, 0.5, 0.0], 1), ([0.0, 0.3, 1.5], 2), ([1.0, 0.0, 3.0], 0)];
        let fit = fit_temperature_of_classes(&rows).expect("four labels");
        assert!(fit.nll_after < fit.nll_before && !fit.is_at_limit, "{fit:?}");
        let probabilities = fit.temperature.apply_to_classes([2.0, 0.5, 0.0]);
        assert!((probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(probabilities[0] > probabilities[1] && probabilities[1] > probabilities[2]);
    }
}
