//! How much an answer would tell: the mutual information of an outcome and the head's weights (BALD).
//!
//! `I = H(E p) − E H(p)` over the levels of the answer (Houlsby et al. 2011, arXiv 1112.5745), by quadrature.
//! Their closed form is not used: it goes below zero where the outcome is nearly sure (METHODS 5, trap 2). For
//! pools, a table over the mean and the deviation.

use crate::learn::logistic::entropy_term;
use crate::learn::ordinal::Ordinal;
use crate::learn::quadrature::nodes;

use super::Belief;

/// The mutual information in nats; never negative.
pub fn mutual_information(likelihood: &Ordinal, belief: Belief) -> f64 {
    let deviation = belief.variance.max(0.0).sqrt();
    let mut expected = 0.0;
    let mut overall = 0.0;
    for level in likelihood.levels() {
        let mut share = 0.0;
        for node in nodes() {
            let p = likelihood.probability(level, belief.mean + deviation * node.at);
            share += node.weight * p;
            expected += node.weight * entropy_term(p);
        }
        overall += entropy_term(share);
    }
    (overall - expected).max(0.0)
}

const STEPS: usize = 256;
const HIGHEST_MEAN: f64 = 12.0;
const HIGHEST_DEVIATION: f64 = 6.0;

/// [`mutual_information`] on a grid of 256 means by 256 deviations, interpolated; beyond its edges, the edge.
#[derive(Clone, Debug)]
pub struct InformationTable {
    values: Vec<f32>,
}

impl InformationTable {
    /// The table of a likelihood; some 20 ms for two levels.
    pub fn new(likelihood: &Ordinal) -> Self {
        let mut values = Vec::with_capacity(STEPS * STEPS);
        for mean_step in 0..STEPS {
            for deviation_step in 0..STEPS {
                let mean = HIGHEST_MEAN * mean_step as f64 / (STEPS - 1) as f64;
                let deviation = HIGHEST_DEVIATION * deviation_step as f64 / (STEPS - 1) as f64;
                let belief = Belief { mean, variance: deviation * deviation };
                values.push(mutual_information(likelihood, belief) as f32);
            }
        }
        Self { values }
    }

    /// The information of a pair of this mean and variance, in nats.
    pub fn get(&self, mean: f32, variance: f32) -> f32 {
        const LAST: f32 = (STEPS - 1) as f32;
        let row = (mean.abs() * (LAST / HIGHEST_MEAN as f32)).min(LAST - 1e-3);
        let column = (variance.max(0.0).sqrt() * (LAST / HIGHEST_DEVIATION as f32)).min(LAST - 1e-3);
        let (row_share, column_share) = (row.fract(), column.fract());
        let place = row as usize * STEPS + column as usize;
        let between =
            |place: usize| self.values[place] + column_share * (self.values[place + 1] - self.values[place]);
        let low = between(place);
        low + row_share * (between(place + STEPS) - low)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn information(mean: f64, deviation: f64) -> f64 {
        mutual_information(&Ordinal::bradley_terry(), Belief { mean, variance: deviation * deviation })
    }

    /// METHODS 2.6.
    #[test]
    fn golden_numbers() {
        for (mean, deviation, wanted) in
            [(0.0, 1.0, 0.093_709), (1.0, 1.0, 0.081_427), (0.0, 2.0, 0.231_138), (2.0, 1.0, 0.054_164)]
        {
            let found = information(mean, deviation);
            assert!((found - wanted).abs() < 1e-6, "({mean}, {deviation}): {found} is {wanted}");
        }
        // Where Houlsby's closed form gives −0.00144.
        assert!((information(4.0, 0.1) - 0.000_09).abs() < 5e-6);
    }

    #[test]
    fn half_the_logarithm_is_within_a_tenth_for_small_deviations() {
        let p = crate::learn::logistic::sigmoid(1.0);
        let near = 0.5 * (1.0 + p * (1.0 - p) * 0.16).ln();
        assert!((information(1.0, 0.4) / near - 1.0).abs() < 0.1);
    }

    #[test]
    fn the_table_is_the_function() {
        let table = InformationTable::new(&Ordinal::bradley_terry());
        for mean in [-5.3, -0.21, 0.0, 0.77, 3.1, 8.4] {
            for deviation in [0.0, 0.05, 0.31, 1.07, 3.3, 5.9] {
                let wanted = information(mean, deviation);
                let found = f64::from(table.get(mean as f32, (deviation * deviation) as f32));
                assert!((found - wanted).abs() < 1e-4, "({mean}, {deviation}): {found} is {wanted}");
            }
        }
        assert!(table.get(1e9, 1e9).is_finite(), "beyond the edges there is the edge");
    }

    proptest! {
        #[test]
        fn never_negative_symmetric_and_rising_in_variance(mean in -8.0..8.0_f64, deviation in 0.0..4.0_f64) {
            for likelihood in [Ordinal::bradley_terry(), Ordinal::rao_kupper(0.5)] {
                let at = |mean: f64, deviation: f64| {
                    mutual_information(&likelihood, Belief { mean, variance: deviation * deviation })
                };
                let here = at(mean, deviation);
                prop_assert!(here >= 0.0 && here < 3.0_f64.ln());
                prop_assert!((here - at(-mean, deviation)).abs() < 1e-12);
                // What the lazy search for batches rests on.
                prop_assert!(at(mean, deviation + 0.1) >= here - 1e-6);
            }
        }
    }
}
