//! Platt scaling: a slope and an offset for logits (Platt 1999), with the targets and the damped Newton method of
//! Lin, Lin and Weng 2007, *A note on Platt's probabilistic outputs*.
//!
//! Next to a temperature it can move where ½ lies, which pays only with enough labels. Targets are held a little
//! inside 0 and 1, so that labels without a mistake still have an optimum.

use serde::{Deserialize, Serialize};

use super::sigmoid;

/// With fewer audit labels than this, a temperature is the safer choice.
pub const MIN_PLATT_LABELS: usize = 500;

/// What makes a probability of a logit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Platt {
    /// What the logit is multiplied by.
    pub slope: f64,
    /// What is added.
    pub offset: f64,
}

impl Platt {
    /// The corrected probability.
    pub fn apply(&self, logit: f64) -> f64 {
        sigmoid(self.slope * logit + self.offset)
    }
}

/// Fits the logit of each prediction to whether it happened. None of no labels.
pub fn fit_platt(labels: &[(f64, bool)]) -> Option<Platt> {
    if labels.is_empty() {
        return None;
    }
    let positives = labels.iter().filter(|(_, happened)| *happened).count() as f64;
    let negatives = labels.len() as f64 - positives;
    let (high, low) = ((positives + 1.0) / (positives + 2.0), 1.0 / (negatives + 2.0));
    let target = |happened: bool| if happened { high } else { low };
    let loss = |fit: Platt| -> f64 {
        let cost = |(logit, happened): &(f64, bool)| {
            let z = fit.slope * logit + fit.offset;
            z.max(0.0) + (-z.abs()).exp().ln_1p() - target(*happened) * z
        };
        labels.iter().map(cost).sum()
    };

    let mut fit = Platt { slope: 0.0, offset: ((positives + 1.0) / (negatives + 1.0)).ln() };
    let mut best = loss(fit);
    for _ in 0..100 {
        // The ridge keeps the step finite where all logits are equal.
        let (mut slope_gradient, mut offset_gradient) = (0.0, 0.0);
        let (mut slope_curvature, mut offset_curvature, mut mixed) = (1e-12, 1e-12, 0.0);
        for (logit, happened) in labels {
            let share = fit.apply(*logit);
            let (miss, curvature) = (share - target(*happened), share * (1.0 - share));
            slope_gradient += miss * logit;
            offset_gradient += miss;
            slope_curvature += curvature * logit * logit;
            offset_curvature += curvature;
            mixed += curvature * logit;
        }
        if slope_gradient.abs() < 1e-10 && offset_gradient.abs() < 1e-10 {
            break;
        }
        let determinant = slope_curvature * offset_curvature - mixed * mixed;
        let slope_step = (offset_curvature * slope_gradient - mixed * offset_gradient) / determinant;
        let offset_step = (slope_curvature * offset_gradient - mixed * slope_gradient) / determinant;
        let improved = (0..40).map(|halvings| 0.5_f64.powi(halvings)).find_map(|size| {
            let next =
                Platt { slope: fit.slope - size * slope_step, offset: fit.offset - size * offset_step };
            let cost = loss(next);
            (cost < best).then_some((next, cost))
        });
        let Some((next, cost)) = improved else { break };
        (fit, best) = (next, cost);
    }
    Some(fit)
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn it_finds_the_slope_and_offset_that_made_the_labels() {
        let mut rng = StdRng::seed_from_u64(31);
        let labels: Vec<(f64, bool)> = (0..40_000)
            .map(|_| {
                let logit = rng.random_range(-4.0..4.0);
                (logit, rng.random::<f64>() < sigmoid(0.6 * logit - 0.4))
            })
            .collect();
        let fit = fit_platt(&labels).expect("many labels");
        assert!((fit.slope - 0.6).abs() < 0.02 && (fit.offset + 0.4).abs() < 0.04, "{fit:?}");
    }

    /// Two logits, two parameters: the optimum is where each has the mean of its targets.
    #[test]
    fn on_two_logits_it_gives_the_mean_targets() {
        let labels: Vec<(f64, bool)> = [(-1.0, 3, 1), (2.0, 1, 5)]
            .iter()
            .flat_map(|(logit, no, yes)| {
                std::iter::repeat_n((*logit, false), *no).chain(std::iter::repeat_n((*logit, true), *yes))
            })
            .collect();
        let (low, high) = (1.0 / 6.0, 7.0 / 8.0);
        let fit = fit_platt(&labels).expect("ten labels");
        assert!((fit.apply(-1.0) - (3.0 * low + high) / 4.0).abs() < 1e-9, "{fit:?}");
        assert!((fit.apply(2.0) - (low + 5.0 * high) / 6.0).abs() < 1e-9, "{fit:?}");
    }

    #[test]
    fn labels_without_a_mistake_or_a_spread_still_have_a_fit() {
        let fit = fit_platt(&[(-3.0, false), (3.0, true)]).expect("two labels");
        assert!(fit.slope.is_finite() && fit.apply(3.0) > 0.6 && fit.apply(3.0) < 0.7, "{fit:?}");
        let fit = fit_platt(&[(1.0, true), (1.0, true), (1.0, false)]).expect("three labels");
        assert!(fit.apply(1.0).is_finite(), "{fit:?}");
        assert_eq!(fit_platt(&[]), None);
    }
}
