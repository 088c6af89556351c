//! How much a difference of a model's scores means: the logit that a difference of one comes to.
//!
//! It is the temperature that votes ask for, once there are enough of them and they determine one (METHODS 2.12 wants
//! fifty labels). Until then a model's difference counts in standard deviations of the pool.

use tiebreak_stats::calibration::{MIN_TEMPERATURE_LABELS, fit_temperature};

/// What decided votes ask for, each a difference and whether the first was better; or else one standard deviation.
pub fn sharpness(labels: &[(f64, bool)], deviation: f64) -> f64 {
    // A model that votes bear out every time is not sure without end; one that they do not is sure of nothing.
    let fit = fit_temperature(labels).filter(|fit| {
        labels.len() >= MIN_TEMPERATURE_LABELS && !(fit.is_at_limit && fit.temperature.0 < 1.0)
    });
    fit.map_or_else(|| 1.0 / deviation, |fit| 1.0 / fit.temperature.0)
}

/// The standard deviation of what is known; 1 where all is equal.
pub fn deviation(scores: &[f32]) -> f64 {
    let known: Vec<f64> =
        scores.iter().filter(|score| score.is_finite()).map(|score| f64::from(*score)).collect();
    let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
    let variance = known.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / known.len().max(1) as f64;
    if variance > 0.0 { variance.sqrt() } else { 1.0 }
}
