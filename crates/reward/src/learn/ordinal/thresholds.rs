//! Learning the thresholds of the ordinal likelihood from answers whose differences are given.
//!
//! The thresholds are sums of increments `e^ρ_k` (METHODS 2.1), so that they ascend whatever ρ is. A normal prior
//! on ρ around the start keeps few answers from moving them far. Gauss–Newton steps with halving: the likelihood
//! is concave in the thresholds, and dropping the curvature of the exponential keeps each step uphill.

use crate::learn::logistic::{sigmoid, sigmoid_slope};
use crate::learn::matrix::Symmetric;

use super::{Ordinal, Verdict};

/// An answer on a pair whose difference is known.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The advantage of A.
    pub difference: f64,
    /// What was said.
    pub verdict: Verdict,
    /// How often, or how much it counts.
    pub weight: f64,
}

/// The most probable thresholds, starting from those of `start`, whose increments are the prior's centre.
/// `prior_deviation` is the prior's width on the logarithm of an increment; infinite for none.
pub fn learn(start: &Ordinal, answers: &[Answer], prior_deviation: f64) -> Ordinal {
    let centre = increments(start);
    if centre.is_empty() {
        return start.clone();
    }
    let precision = prior_deviation.powi(-2);
    let objective = |increments: &[f64]| {
        let model = model_from_increments(increments, start.has_tie());
        let penalty =
            increments.iter().zip(&centre).map(|(value, centre)| (value - centre).powi(2)).sum::<f64>();
        log_likelihood(&model, answers) - 0.5 * precision * penalty
    };
    let mut current = centre.clone();
    let mut value = objective(&current);
    for _ in 0..200 {
        let model = model_from_increments(&current, start.has_tie());
        let (mut gradient, mut curvature) = slopes(&model, answers, &current);
        for ((slope, value), centre) in gradient.iter_mut().zip(&current).zip(&centre) {
            *slope -= precision * (value - centre);
        }
        curvature.add_diagonal(&vec![precision + 1e-9; current.len()]);
        let Some(factor) = curvature.cholesky() else { break };
        let step = factor.solve(&gradient);
        let mut share = 1.0;
        let moved = loop {
            let next =
                current.iter().zip(&step).map(|(value, step)| value + share * step).collect::<Vec<_>>();
            let reached = objective(&next);
            if reached > value {
                value = reached;
                current = next;
                break true;
            }
            share *= 0.5;
            if share < 1e-6 {
                break false;
            }
        };
        if !moved || step.iter().all(|step| (share * step).abs() < 1e-12) {
            break;
        }
    }
    model_from_increments(&current, start.has_tie())
}

/// The log-likelihood of the answers.
pub fn log_likelihood(model: &Ordinal, answers: &[Answer]) -> f64 {
    answers
        .iter()
        .map(|answer| answer.weight * model.evaluate(answer.verdict, answer.difference).log_probability)
        .sum()
}

/// ρ: the logarithms of the increments that may move.
fn increments(model: &Ordinal) -> Vec<f64> {
    let thresholds = model.thresholds();
    let between = thresholds.windows(2).map(|pair| (pair[1] - pair[0]).ln());
    let first = model.has_tie().then(|| thresholds[0].ln());
    first.into_iter().chain(between).collect()
}

fn model_from_increments(increments: &[f64], has_tie: bool) -> Ordinal {
    let mut threshold = 0.0;
    let thresholds = increments
        .iter()
        .map(|increment| {
            // Kept apart and finite, so that no step of the search leaves the model.
            threshold += increment.clamp(-20.0, 5.0).exp();
            threshold
        })
        .collect();
    Ordinal::with_thresholds(thresholds, has_tie)
}

/// The gradient of the log-likelihood in ρ, and its negated Gauss–Newton curvature.
fn slopes(model: &Ordinal, answers: &[Answer], increments: &[f64]) -> (Vec<f64>, Symmetric) {
    let count = model.thresholds().len();
    let mut gradient = vec![0.0; count];
    let mut hessian = vec![0.0; count * count];
    for answer in answers {
        let Some(bounds) = model.interval(answer.verdict) else { continue };
        let (low, high) = (model.cut(bounds.0), model.cut(bounds.1));
        let (mut ratio, mut bend) = (0.0, 0.0);
        if low.is_finite() && high.is_finite() {
            let grown = (high - low).exp_m1();
            ratio = 1.0 / grown;
            bend = (1.0 + grown) / (grown * grown);
        }
        let difference = answer.difference;
        let first = [-sigmoid(low - difference) - ratio, sigmoid(difference - high) + ratio];
        let second = [
            [-sigmoid_slope(low - difference) - bend, bend],
            [bend, -sigmoid_slope(difference - high) - bend],
        ];
        let ends = [bounds.0, bounds.1];
        for (one, end) in ends.iter().enumerate().filter(|(_, end)| end.index < count) {
            gradient[end.index] += answer.weight * end.sign * first[one];
            for (other, partner) in ends.iter().enumerate().filter(|(_, end)| end.index < count) {
                hessian[end.index * count + partner.index] +=
                    answer.weight * end.sign * partner.sign * second[one][other];
            }
        }
    }
    // An increment moves its own threshold and every later one. Without a tie level the first never moves.
    let offset = count - increments.len();
    let scale = increments.iter().map(|increment| increment.exp()).collect::<Vec<_>>();
    let in_increments = (0..increments.len())
        .map(|index| scale[index] * gradient[index + offset..].iter().sum::<f64>())
        .collect();
    let mut curvature = Symmetric::from_diagonal(&vec![0.0; increments.len()]);
    for row in 0..count {
        for column in 0..count {
            let value = -hessian[row * count + column];
            for (left, left_scale) in scale.iter().enumerate() {
                for (right, right_scale) in scale.iter().enumerate() {
                    if left + offset <= row && right + offset <= column {
                        curvature.add(left, right, value * left_scale * right_scale);
                    }
                }
            }
        }
    }
    (in_increments, curvature)
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn drawn(model: &Ordinal, count: usize) -> Vec<Answer> {
        let mut random = StdRng::seed_from_u64(5);
        (0..count)
            .map(|_| {
                let difference = random.random_range(-3.0..3.0);
                let mut left = random.random::<f64>();
                let levels = model.levels();
                let verdict = levels
                    .iter()
                    .copied()
                    .find(|level| {
                        left -= model.probability(*level, difference);
                        left < 0.0
                    })
                    .unwrap_or(levels[0]);
                Answer { difference, verdict, weight: 1.0 }
            })
            .collect()
    }

    #[test]
    fn thresholds_come_back_from_drawn_answers() {
        for (truth, start) in [
            (Ordinal::with_thresholds(vec![0.3, 1.1, 2.4], true), Ordinal::strengths()),
            (
                Ordinal::with_thresholds(vec![0.8, 1.7], false),
                Ordinal::with_thresholds(vec![0.3, 0.6], false),
            ),
        ] {
            let found = learn(&start, &drawn(&truth, 20_000), f64::INFINITY);
            for (found, truth) in found.thresholds().iter().zip(truth.thresholds()) {
                assert!((found - truth).abs() < 0.07, "{found} is near {truth}");
            }
        }
    }

    #[test]
    fn the_gradient_vanishes_at_the_optimum() {
        let answers = drawn(&Ordinal::strengths(), 500);
        let found = learn(&Ordinal::strengths(), &answers, f64::INFINITY);
        let best = log_likelihood(&found, &answers);
        for index in 0..3 {
            for shift in [-1e-3, 1e-3] {
                let mut thresholds = found.thresholds().to_vec();
                thresholds[index] += shift;
                let beside = Ordinal::with_thresholds(thresholds, true);
                assert!(log_likelihood(&beside, &answers) < best, "threshold {index} cannot be improved");
            }
        }
    }

    #[test]
    fn few_answers_stay_near_the_prior() {
        let start = Ordinal::rao_kupper(0.5);
        let ties = [Answer { difference: 0.0, verdict: Verdict::Tie, weight: 1.0 }; 2];
        let held = learn(&start, &ties, 0.5).thresholds()[0];
        assert!(held > 0.5 && held < 1.0, "two ties widen the tie a little: {held}");
        assert_eq!(
            learn(&Ordinal::bradley_terry(), &ties, 0.5),
            Ordinal::bradley_terry(),
            "nothing to learn"
        );
    }
}
