//! How accuracy grows with labels, and what the next labels would bring.
//!
//! Accuracy is taken to follow a − b·n^(−c), rising to a as labels grow (the inverse power law of learning curves;
//! Cortes et al. 1994, Figueroa et al. 2012). Fitted by weighted least squares: for each c the best a and b are in
//! closed form, and c is searched. The interval redraws the points around the fit by their own standard errors, or
//! by the scatter where that is larger. It supposes that the curve has this shape: it is a forecast for a few
//! hundred labels, not for ten times as many.

use rand::Rng;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ContinuousCDF, Normal};
use thiserror::Error;

use crate::Interval;
use crate::bootstrap::{Plan, from_resamples};

/// Three numbers are fitted; with fewer different numbers of labels than this nothing is left to judge the fit by.
pub const LEAST_POINTS: usize = 5;

/// The exponents that are searched.
const LEAST_EXPONENT: f64 = 0.05;
const MOST_EXPONENT: f64 = 2.0;
const EXPONENTS: usize = 60;

/// The accuracy reached with so many labels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// How many labels it was trained on: at least one.
    pub labels: u64,
    /// The share right on held-out labels.
    pub accuracy: f64,
    /// Its standard error, above zero: √(p(1−p)/m) on m held-out labels, or that of a mean over seeds.
    pub standard_error: f64,
}

/// A curve cannot be fitted yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error(
    "too few points for a learning curve: {needed} different numbers of labels are needed, and there are {have}"
)]
pub struct TooFewPoints {
    /// How many different numbers of labels there are.
    pub have: usize,
    /// The least that are needed.
    pub needed: usize,
}

/// accuracy(n) = `ceiling` − `scale`·n^(−`exponent`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LearningCurve {
    /// What it rises to: at most 1.
    pub ceiling: f64,
    /// How much is missing at one label: not below 0.
    pub scale: f64,
    /// How fast the gap closes.
    pub exponent: f64,
}

impl LearningCurve {
    /// The accuracy with so many labels.
    pub fn accuracy_at(&self, labels: u64) -> f64 {
        self.ceiling - self.scale * (labels.max(1) as f64).powf(-self.exponent)
    }

    /// What `more` labels add to `labels`.
    pub fn gain(&self, labels: u64, more: u64) -> f64 {
        self.accuracy_at(labels + more) - self.accuracy_at(labels)
    }
}

/// A fitted curve and its forecast.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// The curve.
    pub curve: LearningCurve,
    /// From how many labels the gain is counted: those there are, or the most that any point has.
    pub labels: u64,
    /// How many more labels.
    pub more: u64,
    /// What they are expected to add to accuracy.
    pub gain: Interval,
    /// The mean squared residual in standard errors: far above 1, the curve does not fit.
    pub misfit: f64,
}

/// Fits the curve.
pub fn fit_curve(points: &[CurvePoint]) -> Result<LearningCurve, TooFewPoints> {
    Ok(Fitter::new(points)?.fit(&points.iter().map(|point| point.accuracy).collect::<Vec<_>>()).0)
}

/// Fits the curve and says what the next `more` labels would bring to those there are; points lie behind them where
/// each is the mean of a while.
pub fn forecast(
    points: &[CurvePoint],
    labels: u64,
    more: u64,
    plan: Plan,
    rng: &mut impl Rng,
) -> Result<Forecast, TooFewPoints> {
    let fitter = Fitter::new(points)?;
    let accuracies: Vec<f64> = points.iter().map(|point| point.accuracy).collect();
    let (curve, squares) = fitter.fit(&accuracies);
    let misfit = squares / (points.len() - 3) as f64;
    // Where points scatter more than their errors say, they are less certain than they claim.
    let inflation = misfit.max(1.0).sqrt();
    let labels = points.iter().map(|point| point.labels).fold(labels, u64::max);
    let normal = Normal::standard();
    let mut redrawn = accuracies;
    let gain = from_resamples(curve.gain(labels, more), plan, || {
        for (redrawn, point) in redrawn.iter_mut().zip(points) {
            let deviation = normal.inverse_cdf(rng.random_range(f64::EPSILON..1.0));
            *redrawn = curve.accuracy_at(point.labels) + deviation * inflation * point.standard_error;
        }
        Some(fitter.fit(&redrawn).0.gain(labels, more))
    });
    // A plan of no resamples asks for no spread.
    let estimate = curve.gain(labels, more);
    let gain = gain.unwrap_or(Interval { estimate, low: estimate, high: estimate, level: plan.level });
    Ok(Forecast { curve, labels, more, gain, misfit })
}

/// The powers of all numbers of labels, worked out once for all resamples.
struct Fitter {
    labels: Vec<f64>,
    weights: Vec<f64>,
    grid: Vec<(f64, Vec<f64>)>,
}

impl Fitter {
    fn new(points: &[CurvePoint]) -> Result<Self, TooFewPoints> {
        let mut different: Vec<u64> = points.iter().map(|point| point.labels.max(1)).collect();
        different.sort_unstable();
        different.dedup();
        if different.len() < LEAST_POINTS {
            return Err(TooFewPoints { have: different.len(), needed: LEAST_POINTS });
        }
        let labels: Vec<f64> = points.iter().map(|point| point.labels.max(1) as f64).collect();
        // A standard error of zero comes of perfect accuracy on few labels; it is no certainty.
        let weights = points.iter().map(|point| point.standard_error.max(1e-4).powi(-2)).collect();
        let step = (MOST_EXPONENT / LEAST_EXPONENT).powf(1.0 / (EXPONENTS - 1) as f64);
        let grid = (0..EXPONENTS)
            .map(|at| LEAST_EXPONENT * step.powi(at as i32))
            .map(|exponent| (exponent, powers(&labels, exponent)))
            .collect();
        Ok(Self { labels, weights, grid })
    }

    /// The best curve through these accuracies, and its weighted squares.
    fn fit(&self, accuracies: &[f64]) -> (LearningCurve, f64) {
        let squares: Vec<f64> =
            self.grid.iter().map(|(exponent, powers)| self.fit_at(*exponent, powers, accuracies).1).collect();
        let best = (0..EXPONENTS).min_by(|one, other| squares[*one].total_cmp(&squares[*other])).unwrap_or(0);
        // Golden section between the neighbours of the best.
        let mut low = self.grid[best.saturating_sub(1)].0;
        let mut high = self.grid[(best + 1).min(EXPONENTS - 1)].0;
        let share = (5_f64.sqrt() - 1.0) / 2.0;
        let at = |exponent: f64| self.fit_at(exponent, &powers(&self.labels, exponent), accuracies);
        for _ in 0..30 {
            let (left, right) = (high - share * (high - low), low + share * (high - low));
            if at(left).1 < at(right).1 { high = right } else { low = left }
        }
        at(f64::midpoint(low, high))
    }

    /// The best ceiling and scale for one exponent, inside their bounds.
    fn fit_at(&self, exponent: f64, powers: &[f64], accuracies: &[f64]) -> (LearningCurve, f64) {
        let total: f64 = self.weights.iter().sum();
        let mean = |values: &[f64]| self.weights.iter().zip(values).map(|(w, v)| w * v).sum::<f64>() / total;
        let (power_mean, accuracy_mean) = (mean(powers), mean(accuracies));
        let (mut spread, mut shared) = (0.0, 0.0);
        for ((weight, power), accuracy) in self.weights.iter().zip(powers).zip(accuracies) {
            spread += weight * (power - power_mean).powi(2);
            shared += weight * (power - power_mean) * (accuracy - accuracy_mean);
        }
        let mut scale = (-shared / spread).max(0.0);
        let mut ceiling = accuracy_mean + scale * power_mean;
        if ceiling > 1.0 {
            ceiling = 1.0;
            let weighted = self.weights.iter().zip(powers);
            let square: f64 = weighted.clone().map(|(weight, power)| weight * power * power).sum();
            let missing: f64 = weighted
                .zip(accuracies)
                .map(|((weight, power), accuracy)| weight * power * (1.0 - accuracy))
                .sum();
            scale = (missing / square).max(0.0);
        }
        let curve = LearningCurve { ceiling, scale, exponent };
        let squares = self
            .weights
            .iter()
            .zip(powers)
            .zip(accuracies)
            .map(|((weight, power), accuracy)| weight * (accuracy - ceiling + scale * power).powi(2))
            .sum();
        (curve, squares)
    }
}

fn powers(labels: &[f64], exponent: f64) -> Vec<f64> {
    labels.iter().map(|labels| labels.powf(-exponent)).collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    const LABELS: [u64; 9] = [20, 40, 60, 100, 200, 300, 400, 500, 600];

    fn points(accuracy: impl Fn(u64) -> f64, standard_error: f64) -> Vec<CurvePoint> {
        LABELS.map(|labels| CurvePoint { labels, accuracy: accuracy(labels), standard_error }).to_vec()
    }

    fn plan() -> Plan {
        Plan { resamples: 200, level: 0.9 }
    }

    #[test]
    fn a_curve_of_this_shape_is_found_again() {
        let truth = LearningCurve { ceiling: 0.82, scale: 0.9, exponent: 0.4 };
        let found = fit_curve(&points(|labels| truth.accuracy_at(labels), 0.01)).expect("nine points");
        assert!((found.ceiling - 0.82).abs() < 1e-5, "{found:?}");
        assert!((found.scale - 0.9).abs() < 1e-4 && (found.exponent - 0.4).abs() < 1e-4, "{found:?}");
        let forecast = forecast(
            &points(|labels| truth.accuracy_at(labels), 1e-4),
            0,
            200,
            plan(),
            &mut StdRng::seed_from_u64(71),
        );
        let forecast = forecast.expect("nine points");
        assert!((forecast.gain.estimate - truth.gain(600, 200)).abs() < 1e-6, "{forecast:?}");
        assert!(forecast.misfit < 1e-3 && forecast.labels == 600);
        assert!(forecast.gain.high - forecast.gain.low < 1e-3, "exact points make a narrow forecast");
    }

    /// A nominal 90 % interval over many noisy curves should hold the true gain about nine times in ten.
    #[test]
    fn the_interval_holds_the_true_gain_about_as_often_as_it_says() {
        let truth = LearningCurve { ceiling: 0.80, scale: 0.8, exponent: 0.5 };
        let mut rng = StdRng::seed_from_u64(72);
        let normal = Normal::standard();
        let runs = 100;
        let held = (0..runs)
            .filter(|_| {
                let mut noisy = points(|labels| truth.accuracy_at(labels), 0.008);
                for point in &mut noisy {
                    point.accuracy += 0.008 * normal.inverse_cdf(rng.random_range(1e-9..1.0));
                }
                let plan = Plan { resamples: 60, level: 0.9 };
                let forecast = forecast(&noisy, 0, 200, plan, &mut rng).expect("nine points");
                forecast.gain.contains(truth.gain(600, 200))
            })
            .count();
        let share = held as f64 / f64::from(runs);
        assert!((0.83..=0.97).contains(&share), "{share}");
    }

    #[test]
    fn a_curve_that_is_flat_or_falls_promises_nothing() {
        let mut rng = StdRng::seed_from_u64(73);
        let falling = points(|labels| 0.7 - labels as f64 * 1e-4, 0.01);
        let forecast = forecast(&falling, 0, 200, plan(), &mut rng).expect("nine points");
        assert_eq!(forecast.gain.estimate, 0.0);
        assert_eq!(forecast.curve.scale, 0.0);
    }

    #[test]
    fn no_ceiling_is_above_one() {
        let steep = points(|labels| 0.5 + 0.0008 * labels as f64, 0.01);
        let found = fit_curve(&steep).expect("nine points");
        assert!(found.ceiling <= 1.0 && found.scale > 0.0, "{found:?}");
    }

    #[test]
    fn scatter_beyond_the_stated_errors_widens_the_forecast() {
        let wobble = |labels: u64| {
            0.8 - 0.8 / (labels as f64).sqrt() + if labels.is_multiple_of(200) { 0.02 } else { -0.02 }
        };
        let honest =
            forecast(&points(wobble, 0.02), 0, 200, plan(), &mut StdRng::seed_from_u64(74)).expect("nine");
        let boastful =
            forecast(&points(wobble, 0.002), 0, 200, plan(), &mut StdRng::seed_from_u64(74)).expect("nine");
        assert!(boastful.misfit > 20.0, "{boastful:?}");
        let width = |forecast: Forecast| forecast.gain.high - forecast.gain.low;
        assert!(width(boastful) > 0.7 * width(honest), "{boastful:?} against {honest:?}");
    }

    #[test]
    fn too_few_points_are_said_to_be() {
        let five = points(|_| 0.7, 0.01);
        assert_eq!(fit_curve(&five[..4]), Err(TooFewPoints { have: 4, needed: 5 }));
        let repeated = vec![five[0]; 9];
        let error = fit_curve(&repeated).expect_err("nine points at one number of labels");
        assert_eq!(
            error.to_string(),
            "too few points for a learning curve: 5 different numbers of labels are needed, and there are 1"
        );
    }
}
