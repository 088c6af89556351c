//! The logistic curve and its neighbours, in forms that neither overflow nor cancel.
//!
//! Small functions that the likelihood, the information and the policies share; natural logarithms throughout.

use rand::Rng;
use statrs::distribution::{Continuous, ContinuousCDF, Normal};

/// The logistic function, `1 / (1 + e^-x)`.
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + (-x).exp())
    } else {
        let exponential = x.exp();
        exponential / (1.0 + exponential)
    }
}

/// The logarithm of [`sigmoid`], exact far to the left too.
pub fn log_sigmoid(x: f64) -> f64 {
    if x >= 0.0 { -(-x).exp().ln_1p() } else { x - x.exp().ln_1p() }
}

/// The slope of [`sigmoid`], `σ(x)(1 − σ(x))`; zero at either infinity.
pub fn sigmoid_slope(x: f64) -> f64 {
    let exponential = (-x.abs()).exp();
    exponential / (1.0 + exponential).powi(2)
}

/// The entropy of one yes-or-no of probability `p`, in nats.
pub fn binary_entropy(p: f64) -> f64 {
    entropy_term(p) + entropy_term(1.0 - p)
}

/// What one outcome of probability `p` adds to an entropy, `−p ln p`; zero where `p` is.
pub fn entropy_term(p: f64) -> f64 {
    if p > 0.0 { -p * p.ln() } else { 0.0 }
}

/// The density of the standard normal.
pub fn normal_density(z: f64) -> f64 {
    Normal::standard().pdf(z)
}

/// The probability that a standard normal lies below `z`.
pub fn normal_below(z: f64) -> f64 {
    Normal::standard().cdf(z)
}

/// One standard normal draw (Box and Muller 1958, *Ann. Math. Stat.* 29:610).
pub fn normal_draw(random: &mut impl Rng) -> f64 {
    // The open end keeps the logarithm finite.
    let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.random::<f64>()).cos()
}

/// One standard Gumbel draw, for choosing in proportion to exponentials by a maximum.
pub fn gumbel_draw(random: &mut impl Rng) -> f64 {
    -(-(1.0 - random.random::<f64>()).ln()).max(f64::MIN_POSITIVE).ln()
}

/// The mean of `values`; zero for none.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// The population variance of `values` around their mean; zero for none.
pub fn population_variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    mean(&values.iter().map(|value| (value - centre).powi(2)).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn tails_are_finite_and_right() {
        assert_eq!(log_sigmoid(-800.0), -800.0, "far left the logarithm is the argument");
        assert_eq!(sigmoid(f64::INFINITY), 1.0);
        assert_eq!(sigmoid(f64::NEG_INFINITY), 0.0);
        assert_eq!(sigmoid_slope(f64::INFINITY), 0.0);
        assert!((sigmoid_slope(0.7) - sigmoid(0.7) * sigmoid(-0.7)).abs() < 1e-15);
        assert_eq!(binary_entropy(0.0), 0.0);
    }

    #[test]
    fn draws_have_the_moments_of_their_law() {
        let mut random = StdRng::seed_from_u64(1);
        let normal = (0..40_000).map(|_| normal_draw(&mut random)).collect::<Vec<_>>();
        assert!(mean(&normal).abs() < 0.02);
        assert!((population_variance(&normal) - 1.0).abs() < 0.03);
        let gumbel = (0..40_000).map(|_| gumbel_draw(&mut random)).collect::<Vec<_>>();
        assert!((mean(&gumbel) - 0.577_215_7).abs() < 0.02, "the mean is Euler's constant");
    }
}
