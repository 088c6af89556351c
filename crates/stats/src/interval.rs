//! An estimate with its interval, and the intervals of shares.
//!
//! Wilson's score interval for one share (Wilson 1927, JASA 22:209) and Newcombe's hybrid of two of them for the
//! difference of two independent shares (Newcombe 1998, Stat. Med. 17:873, method 10). Both keep their level at
//! small counts and near 0 and 1, where the textbook interval does not. For anything that is no share of
//! independent trials see [`crate::bootstrap`].

use statrs::distribution::{ContinuousCDF, Normal};
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
    let (n, share) = (trials as f64, successes as f64 / trials as f64);
    let z = z_from_level(level);
    let denominator = 1.0 + z * z / n;
    let centre = (share + z * z / (2.0 * n)) / denominator;
    let half_width = z / denominator * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    // At no or all successes the ends are 0 and 1 exactly; rounding would leave them a hair off.
    let low = if successes == 0 { 0.0 } else { centre - half_width };
    let high = if successes == trials { 1.0 } else { centre + half_width };
    Some(Interval { estimate: share, low, high, level })
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
