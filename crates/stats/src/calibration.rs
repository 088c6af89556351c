//! Whether a model's probabilities mean what they say, and how to mend them where they do not.
//!
//! [`Scored`] is one prediction and what happened. [`reliability`] draws the diagram and its ECE; [`brier`], [`nll`]
//! and the scores of several outcomes judge whole forecasts; [`fit_temperature`], [`fit_platt`] and [`fit_isotonic`]
//! learn a correction from audit labels; [`selective`] says what is gained by trusting only confident predictions.

mod isotonic;
mod platt;
mod reliability;
mod scores;
mod selective;
mod temperature;

pub use isotonic::{Isotonic, fit_isotonic};
pub use platt::{MIN_PLATT_LABELS, Platt, fit_platt};
pub use reliability::{
    Binning, Reliability, ReliabilityBin, classwise_ece, ece_interval, ece_interval_by_cluster, reliability,
};
pub use scores::{brier, brier_of_classes, nll, nll_of_classes, one_against_rest, ranked_probability_score};
pub use selective::{Selective, SelectivePoint, selective, wrong_at};
pub use temperature::{
    MIN_TEMPERATURE_LABELS, Temperature, TemperatureFit, fit_temperature, fit_temperature_of_classes,
};

use serde::{Deserialize, Serialize};

/// A probability, and whether what it was about came true.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// From 0 to 1.
    pub probability: f64,
    /// Whether it happened.
    pub happened: bool,
}

impl Scored {
    /// The same prediction seen from the side the model chose: its confidence (at least ½), and whether it was
    /// right. At exactly ½ it is taken to have chosen what the probability is about.
    pub fn as_confidence(self) -> Self {
        if self.probability >= 0.5 {
            self
        } else {
            Self { probability: 1.0 - self.probability, happened: !self.happened }
        }
    }

    /// 1 where it happened.
    fn outcome(self) -> f64 {
        f64::from(u8::from(self.happened))
    }
}

/// The logarithm of the odds. Probabilities of 0 and 1 are taken as the nearest that have one.
pub fn logit(probability: f64) -> f64 {
    let inside = probability.clamp(scores::LEAST_PROBABILITY, 1.0 - scores::LEAST_PROBABILITY);
    inside.ln() - (-inside).ln_1p()
}

/// The probability with these logarithmic odds.
pub fn sigmoid(logit: f64) -> f64 {
    if logit >= 0.0 {
        1.0 / (1.0 + (-logit).exp())
    } else {
        let odds = logit.exp();
        odds / (1.0 + odds)
    }
}

/// Ten predictions whose every statistic was worked out apart from this code.
#[cfg(test)]
fn toy() -> Vec<Scored> {
    let probabilities = [0.9, 0.8, 0.7, 0.6, 0.55, 0.95, 0.3, 0.2, 0.85, 0.65];
    let happened = [true, true, false, true, false, true, false, false, false, true];
    probabilities
        .into_iter()
        .zip(happened)
        .map(|(probability, happened)| Scored { probability, happened })
        .collect()
}
