//! Percentile bootstrap intervals (Efron and Tibshirani 1993, chapter 13): resample, compute again, read quantiles.
//!
//! The unit that is resampled must be the unit that is independent: where several judgments share a prompt or an
//! annotator, resample those ([`by_cluster`]), or the interval is too narrow. Randomness is the caller's; equal
//! seeds give equal intervals. A resample on which the statistic is undefined is left out, and where most are, so
//! is the interval.

use rand::Rng;

use crate::Interval;

/// How many resamples a report takes where nobody says otherwise.
pub const REPORT_RESAMPLES: usize = 1000;

/// How an interval is to be bootstrapped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// How many resamples are taken.
    pub resamples: usize,
    /// The level of the interval.
    pub level: f64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { resamples: REPORT_RESAMPLES, level: crate::interval::REPORT_LEVEL }
    }
}

/// The interval of a statistic of independent observations. `statistic` is given positions below `count`, each as
/// often as it was drawn; first all of them once, which gives the estimate.
pub fn plain(
    count: usize,
    plan: Plan,
    rng: &mut impl Rng,
    mut statistic: impl FnMut(&[usize]) -> Option<f64>,
) -> Option<Interval> {
    if count == 0 {
        return None;
    }
    let mut positions: Vec<usize> = (0..count).collect();
    let estimate = statistic(&positions)?;
    from_resamples(estimate, plan, || {
        positions.fill_with(|| rng.random_range(0..count));
        statistic(&positions)
    })
}

/// The interval of a statistic of observations that come in clusters: whole clusters are drawn. `cluster_of[i]` is
/// the cluster of observation `i`, any numbers; `statistic` is given positions as in [`plain`].
pub fn by_cluster(
    cluster_of: &[usize],
    plan: Plan,
    rng: &mut impl Rng,
    mut statistic: impl FnMut(&[usize]) -> Option<f64>,
) -> Option<Interval> {
    let mut members = std::collections::BTreeMap::<usize, Vec<usize>>::new();
    for (position, cluster) in cluster_of.iter().enumerate() {
        members.entry(*cluster).or_default().push(position);
    }
    let members: Vec<Vec<usize>> = members.into_values().collect();
    let mut positions = Vec::with_capacity(cluster_of.len());
    plain(members.len(), plan, rng, |drawn| {
        positions.clear();
        positions.extend(drawn.iter().flat_map(|cluster| &members[*cluster]));
        statistic(&positions)
    })
}

/// The mean difference of two methods run with the same seeds, the first less the second: seeds are drawn, and
/// both methods of a seed stay together. None of fewer than two seeds, or of lists of unequal length.
pub fn paired_difference(first: &[f64], second: &[f64], plan: Plan, rng: &mut impl Rng) -> Option<Interval> {
    if first.len() != second.len() || first.len() < 2 {
        return None;
    }
    let differences: Vec<f64> = first.iter().zip(second).map(|(one, two)| one - two).collect();
    plain(differences.len(), plan, rng, |seeds| {
        Some(seeds.iter().map(|seed| differences[*seed]).sum::<f64>() / seeds.len() as f64)
    })
}

/// An estimate with the interval that resampled statistics span.
pub(crate) fn from_resamples(
    estimate: f64,
    plan: Plan,
    mut resample: impl FnMut() -> Option<f64>,
) -> Option<Interval> {
    let mut values: Vec<f64> = (0..plan.resamples).filter_map(|_| resample()).collect();
    if values.is_empty() || values.len() * 2 < plan.resamples {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let tail = (1.0 - plan.level) / 2.0;
    Some(Interval {
        estimate,
        low: quantile(&values, tail),
        high: quantile(&values, 1.0 - tail),
        level: plan.level,
    })
}

/// A quantile of sorted values, between neighbours in proportion (Hyndman and Fan 1996, type 7).
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let (below, above) = (place.floor() as usize, place.ceil() as usize);
    sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
}

/// Draws as many observations as there are from a table that says how often each kind occurs, and writes how often
/// each was drawn.
pub(crate) fn redraw_multiplicities(original: &[u64], drawn: &mut [u64], rng: &mut impl Rng) {
    let mut reached = 0;
    let cumulative: Vec<u64> = original
        .iter()
        .map(|count| {
            reached += count;
            reached
        })
        .collect();
    drawn.fill(0);
    for _ in 0..reached {
        let pick = rng.random_range(0..reached);
        drawn[cumulative.partition_point(|end| *end <= pick)] += 1;
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn mean(values: &[f64]) -> impl FnMut(&[usize]) -> Option<f64> {
        |positions| Some(positions.iter().map(|at| values[*at]).sum::<f64>() / positions.len() as f64)
    }

    #[test]
    fn a_mean_has_about_the_interval_of_theory() {
        let mut rng = StdRng::seed_from_u64(1);
        let values: Vec<f64> = (0..400).map(f64::from).collect();
        let interval = plain(400, Plan::default(), &mut rng, mean(&values)).expect("there are values");
        // The standard error of the mean of 0..400 is 115.47 / 20.
        let half_width = 1.96 * 115.47 / 20.0;
        assert_eq!(interval.estimate, 199.5);
        assert!((interval.low - (199.5 - half_width)).abs() < 1.5, "{interval:?}");
        assert!((interval.high - (199.5 + half_width)).abs() < 1.5, "{interval:?}");
    }

    #[test]
    fn equal_seeds_give_equal_intervals() {
        let values = [1.0, 5.0, 2.0, 8.0];
        let run = |seed| plain(4, Plan::default(), &mut StdRng::seed_from_u64(seed), mean(&values));
        assert_eq!(run(7), run(7));
    }

    #[test]
    fn clusters_that_repeat_one_value_widen_the_interval() {
        let mut rng = StdRng::seed_from_u64(2);
        let values: Vec<f64> = (0..200).map(|at| f64::from((at / 10) % 2)).collect();
        let clusters: Vec<usize> = (0..200).map(|at| at / 10).collect();
        let naive = plain(200, Plan::default(), &mut rng, mean(&values)).expect("there are values");
        let honest =
            by_cluster(&clusters, Plan::default(), &mut rng, mean(&values)).expect("there are values");
        let ratio = (honest.high - honest.low) / (naive.high - naive.low);
        assert!((ratio - 10_f64.sqrt()).abs() < 0.6, "ten copies of each value are worth one: {ratio}");
    }

    #[test]
    fn a_paired_difference_forgets_what_seeds_share() {
        let mut rng = StdRng::seed_from_u64(3);
        let first = [0.61, 0.75, 0.52, 0.69, 0.83];
        let second: Vec<f64> = first.iter().map(|value| value - 0.02).collect();
        let interval = paired_difference(&first, &second, Plan::default(), &mut rng).expect("five seeds");
        assert!((interval.low - 0.02).abs() < 1e-9 && (interval.high - 0.02).abs() < 1e-9, "{interval:?}");
        assert_eq!(paired_difference(&first, &second[1..], Plan::default(), &mut rng), None);
        assert_eq!(
            paired_difference(&[1.0], &[0.0], Plan::default(), &mut rng),
            None,
            "one seed shows no spread"
        );
    }

    #[test]
    fn a_statistic_that_is_mostly_undefined_has_no_interval() {
        let mut rng = StdRng::seed_from_u64(4);
        let mut calls = 0;
        let interval = plain(3, Plan::default(), &mut rng, |_| {
            calls += 1;
            (calls % 3 == 1).then_some(0.5)
        });
        assert_eq!(interval, None);
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.5), 2.5);
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 1.0), 4.0);
    }

    #[test]
    fn redrawing_keeps_the_total_and_the_shares() {
        let mut rng = StdRng::seed_from_u64(5);
        let mut drawn = [0; 3];
        redraw_multiplicities(&[6000, 0, 4000], &mut drawn, &mut rng);
        assert_eq!(drawn.iter().sum::<u64>(), 10_000);
        assert_eq!(drawn[1], 0, "what never occurred is never drawn");
        assert!(drawn[0].abs_diff(6000) < 200, "{drawn:?}");
    }
}
