//! Krippendorff's α: one less the observed disagreement over the one expected by chance.
//!
//! Formulas of Krippendorff 2011, *Computing Krippendorff's Alpha-Reliability*. Any number of raters, missing
//! ratings, four metrics. 1 is perfect, 0 is chance, below is worse than chance. Not the same as Gwet's weighted
//! coefficients: the ordinal metric depends on how often each category was used.

use rand::Rng;

use super::Counts;
use super::counts::ratings;
use crate::Interval;
use crate::bootstrap::Plan;

/// How far apart two categories are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Metric<'a> {
    /// The same or not.
    Nominal,
    /// By rank: categories are in order.
    Ordinal,
    /// By difference; holds the value of each category.
    Interval(&'a [f64]),
    /// By difference relative to the sum; holds the value of each category, none below zero.
    Ratio(&'a [f64]),
}

impl Metric<'_> {
    /// The squared difference of two categories; `used[c]` says how often each was used in pairable units.
    fn squared_difference(self, one: usize, other: usize, used: &[f64]) -> f64 {
        if one == other {
            return 0.0;
        }
        match self {
            Self::Nominal => 1.0,
            Self::Ordinal => {
                let (low, high) = (one.min(other), one.max(other));
                let between: f64 = used[low..=high].iter().sum();
                (between - f64::midpoint(used[low], used[high])).powi(2)
            }
            Self::Interval(values) => (values[one] - values[other]).powi(2),
            Self::Ratio(values) => {
                let sum = values[one] + values[other];
                if sum == 0.0 { 0.0 } else { ((values[one] - values[other]) / sum).powi(2) }
            }
        }
    }
}

/// Krippendorff's α. None where no unit has two ratings, or all ratings are equal: then there is no disagreement
/// that chance could explain.
pub fn alpha(counts: &Counts, metric: Metric<'_>) -> Option<f64> {
    let categories = counts.categories();
    let mut used = vec![0.0; categories];
    // Coincidences: for each ordered pair of categories, how often one unit had both, each unit weighing as much
    // as it has ratings.
    let mut coincidences = vec![0.0; categories * categories];
    for (row, multiplicity) in counts.rows() {
        let total = ratings(row);
        if total < 2.0 {
            continue;
        }
        let multiplicity = multiplicity as f64;
        for (one, one_count) in row.iter().enumerate().filter(|(_, count)| **count > 0) {
            let one_count = f64::from(*one_count);
            used[one] += one_count * multiplicity;
            for (other, other_count) in row.iter().enumerate().filter(|(_, count)| **count > 0) {
                let partners = f64::from(*other_count) - f64::from(u8::from(one == other));
                coincidences[one * categories + other] += multiplicity * one_count * partners / (total - 1.0);
            }
        }
    }
    let total: f64 = used.iter().sum();
    let (mut observed, mut expected) = (0.0, 0.0);
    for one in (0..categories).filter(|category| used[*category] > 0.0) {
        for other in (0..categories).filter(|category| used[*category] > 0.0) {
            let difference = metric.squared_difference(one, other, &used);
            observed += coincidences[one * categories + other] * difference;
            expected += used[one] * used[other] * difference;
        }
    }
    (expected > 0.0).then(|| 1.0 - (total - 1.0) * observed / expected)
}

/// α with an interval from resampled units.
pub fn alpha_interval(
    counts: &Counts,
    metric: Metric<'_>,
    plan: Plan,
    rng: &mut impl Rng,
) -> Option<Interval> {
    counts.bootstrap(plan, rng, |resample| alpha(resample, metric))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn it_is_undefined_without_variation_or_pairs() {
        assert_eq!(alpha(&Counts::from_ratings(2, [vec![1, 1], vec![1, 1]]), Metric::Nominal), None);
        assert_eq!(alpha(&Counts::from_ratings(2, [vec![0], vec![1]]), Metric::Nominal), None);
    }

    #[test]
    fn the_interval_holds_the_estimate_and_narrows_with_units() {
        let mut rng = StdRng::seed_from_u64(11);
        let units =
            [vec![0, 0], vec![0, 1], vec![1, 1], vec![2, 2], vec![2, 1], vec![0, 0], vec![2, 2], vec![0, 2]];
        let few = Counts::from_ratings(3, units.iter().cycle().take(40).cloned());
        let many = Counts::from_ratings(3, units.iter().cycle().take(4000).cloned());
        let few = alpha_interval(&few, Metric::Ordinal, Plan::default(), &mut rng).expect("defined");
        let many = alpha_interval(&many, Metric::Ordinal, Plan::default(), &mut rng).expect("defined");
        assert!(few.contains(few.estimate) && many.contains(many.estimate));
        let ratio = (few.high - few.low) / (many.high - many.low);
        assert!((7.0..14.0).contains(&ratio), "a hundred times the units give a tenth of the width: {ratio}");
    }
}
