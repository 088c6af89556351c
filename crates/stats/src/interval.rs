//! An estimate with its interval, and the intervals of shares.
//!
//! Wilson's score interval for one share (Wilson 1927, JASA 22:209) and Newcombe's hybrid of two of them for the
//! difference of two independent shares (Newcombe 1998, Stat. Med. 17:873, method 10). Both keep their level at
//! small counts and near 0 and 1, where the textbook interval does not. Trials that share a cluster, such as a
//! prompt, count for as many as they are worth ([`clustered_share`]). For anything that is no share see
//! [`crate::bootstrap`].

use std::collections::BTreeMap;

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use tiebreak_domain::Interval;

/// The level of intervals in reports.
pub const REPORT_LEVEL: f64 = 0.95;

/// The estimate and as many standard errors to either side as the level asks for (Wald).
pub fn from_standard_error(estimate: f64, standard_error: f64, level: f64) -> Interval {
    let half_width = z_from_level(level) * standard_error;
    Interval { estimate, low: estimate - half_width, high: estimate + half_width, level }
}

/// So many standard errors a two-sided interval of this level reaches: 1.96 at 0.95.
pub fn z_from_level(level: f64) -> f64 {
    Normal::standard().inverse_cdf(f64::midpoint(1.0, level.clamp(0.0, 1.0)))
}

/// Wilson's interval for a share of independent trials. None of no trials.
pub fn wilson(successes: u64, trials: u64, level: f64) -> Option<Interval> {
    if trials == 0 || successes > trials {
        return None;
    }
    Some(wilson_of(successes as f64 / trials as f64, trials as f64, level))
}

/// The interval of the share of trials that succeeded, where trials of one cluster go together: Wilson's at the
/// number of independent trials that they are worth (Korn and Graubard 1998, *Survey Methodology* 24:193). The design
/// effect is the cluster-robust variance, `C/(C−1) · Σ_c (Σ_i (y_i − p))² / n²`, against that of independent trials;
/// few clusters are paid for by Student's t. It never counts trials for more than they are, and is Wilson's own
/// interval where every cluster has one trial. Each trial is its cluster, any number, and whether it succeeded.
pub fn clustered_share<K: Ord>(trials: impl IntoIterator<Item = (K, bool)>, level: f64) -> Option<Interval> {
    let mut clusters = BTreeMap::<K, (u64, u64)>::new();
    for (cluster, is_success) in trials {
        let (count, successes) = clusters.entry(cluster).or_default();
        *count += 1;
        *successes += u64::from(is_success);
    }
    let sum = |of: fn(&(u64, u64)) -> u64| clusters.values().map(of).sum::<u64>();
    let (count, successes) = (sum(|cluster| cluster.0), sum(|cluster| cluster.1));
    let number = clusters.len() as f64;
    if clusters.len() as u64 == count {
        return wilson(successes, count, level);
    }
    let share = successes as f64 / count as f64;
    if successes == 0 || successes == count || clusters.len() < 2 {
        // Nothing varies, so that nothing is seen of how clusters go together: each is worth one trial.
        return Some(wilson_of(share, number, level));
    }
    let squares = clusters
        .values()
        .map(|(count, successes)| (*successes as f64 - share * *count as f64).powi(2))
        .sum::<f64>();
    let variance = number / (number - 1.0) * squares / (count as f64).powi(2);
    let design_effect = (variance / (share * (1.0 - share) / count as f64)).max(1.0);
    let student = StudentsT::new(0.0, 1.0, number - 1.0).expect("a scale of one and a degree of freedom");
    let quantile = student.inverse_cdf(f64::midpoint(1.0, level.clamp(0.0, 1.0)));
    let worth = count as f64 / design_effect * (z_from_level(level) / quantile).powi(2);
    Some(wilson_of(share, worth, level))
}

/// Wilson's interval at a number of trials that need not be whole.
fn wilson_of(share: f64, n: f64, level: f64) -> Interval {
    let z = z_from_level(level);
    let denominator = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / denominator;
    let half_width = z / denominator * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    // At no or all successes the ends are 0 and 1 exactly; rounding would leave them a hair off.
    let low = if share == 0.0 { 0.0 } else { centre - half_width };
    let high = if share == 1.0 { 1.0 } else { centre + half_width };
    Interval { estimate: share, low, high, level }
}

/// Newcombe's interval for the difference of two independent shares, the first less the second. None where either
/// has no trials.
pub fn newcombe(first: (u64, u64), second: (u64, u64), level: f64) -> Option<Interval> {
    let (one, two) = (wilson(first.0, first.1, level)?, wilson(second.0, second.1, level)?);
    let estimate = one.estimate - two.estimate;
    let below = (one.estimate - one.low).hypot(two.high - two.estimate);
    let above = (one.high - one.estimate).hypot(two.estimate - two.low);
    Some(Interval { estimate, low: estimate - below, high: estimate + above, level })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Newcombe 1998, Table I of the first paper (Stat. Med. 17:857): method 3, the score interval.
    #[test]
    fn wilson_gives_the_published_intervals() {
        for (successes, trials, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let interval = wilson(successes, trials, 0.95).expect("there are trials");
            assert!((interval.low - low).abs() < 5e-5, "{successes}/{trials}: {interval:?}");
            assert!((interval.high - high).abs() < 5e-5, "{successes}/{trials}: {interval:?}");
        }
    }

    /// Newcombe 1998, Table II: method 10, without continuity correction.
    #[test]
    fn newcombe_gives_the_published_intervals() {
        for (first, second, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((10, 10), (0, 10), 0.6075, 1.0),
        ] {
            let interval = newcombe(first, second, 0.95).expect("there are trials");
            assert!((interval.low - low).abs() < 5e-5, "{first:?} {second:?}: {interval:?}");
            assert!((interval.high - high).abs() < 5e-5, "{first:?} {second:?}: {interval:?}");
        }
    }

    #[test]
    fn a_share_of_nothing_has_no_interval() {
        assert_eq!(wilson(0, 0, 0.95), None);
        assert_eq!(wilson(3, 2, 0.95), None, "more successes than trials are a fault of the caller");
        assert_eq!(newcombe((1, 2), (0, 0), 0.95), None);
    }

    #[test]
    fn one_trial_a_cluster_is_wilsons() {
        let trials = (0..40_u64).map(|at| (at, at % 3 == 0));
        assert_eq!(clustered_share(trials, 0.95), wilson(14, 40, 0.95));
        assert_eq!(clustered_share::<u64>([], 0.95), None);
    }

    #[test]
    fn trials_that_repeat_their_cluster_widen_the_interval() {
        // Five copies of each of 40 trials are worth the 40, but for Student's t and the lost degree of freedom.
        let repeated = (0..200_u64).map(|at| (at / 5, at / 5 % 3 == 0));
        let clustered = clustered_share(repeated, 0.95).expect("there are trials");
        let [naive, honest] =
            [wilson(70, 200, 0.95), wilson(14, 40, 0.95)].map(|known| known.expect("trials"));
        let width = |interval: Interval| interval.high - interval.low;
        assert_eq!(clustered.estimate, naive.estimate);
        assert!(width(clustered) > 2.0 * width(naive), "{clustered:?} and {naive:?}");
        assert!((width(clustered) / width(honest) - 1.0).abs() < 0.05, "{clustered:?} and {honest:?}");
    }

    #[test]
    fn clusters_that_do_not_go_together_cost_little_and_equal_ones_gain_nothing() {
        // Every pair holds one success: more even than chance has it, which is no reason to be surer.
        let even =
            clustered_share((0..200_u64).map(|at| (at / 2, at % 2 == 0)), 0.95).expect("there are trials");
        let naive = wilson(100, 200, 0.95).expect("there are trials");
        assert!(even.low <= naive.low && even.high >= naive.high && even.low > naive.low - 0.005, "{even:?}");
        let all = clustered_share((0..200_u64).map(|at| (at / 5, true)), 0.95).expect("there are trials");
        assert_eq!((Some(all.low), all.high), (wilson(40, 40, 0.95).map(|known| known.low), 1.0));
    }

    #[test]
    fn an_interval_survives_json() {
        let interval = wilson(7, 9, 0.9).expect("there are trials");
        let text = serde_json::to_string(&interval).expect("an interval is plain");
        assert_eq!(serde_json::from_str::<Interval>(&text).expect("it was just written"), interval);
    }

    proptest! {
        #[test]
        fn ends_are_ordered_inside_zero_and_one(trials in 1_u64..5000, share in 0.0..=1.0_f64, level in 0.5..0.999_f64) {
            let successes = (share * trials as f64).floor() as u64;
            let interval = wilson(successes, trials, level).expect("there are trials");
            prop_assert!(0.0 <= interval.low && interval.low <= interval.estimate + 1e-12);
            prop_assert!(interval.estimate <= interval.high + 1e-12 && interval.high <= 1.0);
            let wider = wilson(successes, trials, level + 5e-4).expect("there are trials");
            prop_assert!(wider.low <= interval.low && interval.high <= wider.high, "more confidence is never narrower");
        }
    }
}
