//! Whether an annotator can be relied on, from as few gold items as the answer needs.
//!
//! Wald's sequential probability ratio test (1945) of two error rates: each gold item failed or passed moves the
//! logarithm of the likelihood ratio until one of two bounds is crossed. With 5 % against 25 % errors and 5 % for
//! either mistake, thirteen passes in a row or two fails at the start decide; on average it takes a reliable
//! annotator twenty items and an unreliable one thirteen. It advises; nobody is shut out by it.

use serde::{Deserialize, Serialize};

/// What is tested, and how sure one wants to be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GoldTest {
    /// How often a reliable annotator fails a gold item.
    pub reliable_error: f64,
    /// How often an unreliable one does: more often.
    pub unreliable_error: f64,
    /// How often a reliable annotator may be called unreliable.
    pub false_alarm: f64,
    /// How often an unreliable one may be called reliable.
    pub miss: f64,
}

impl Default for GoldTest {
    fn default() -> Self {
        Self { reliable_error: 0.05, unreliable_error: 0.25, false_alarm: 0.05, miss: 0.05 }
    }
}

/// What the gold items say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reliability {
    /// More gold items are needed.
    Undecided,
    /// Errs as seldom as a reliable annotator.
    Reliable,
    /// Errs as often as an unreliable one.
    Unreliable,
}

/// A running test of one annotator.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GoldRecord {
    /// Gold items passed until the decision.
    pub passed: u64,
    /// Gold items failed until the decision.
    pub failed: u64,
    /// The logarithm of how much likelier an unreliable annotator makes these.
    pub log_ratio: f64,
    /// What they say. Once decided it stays.
    pub reliability: Reliability,
}

impl GoldTest {
    /// Nobody has seen a gold item yet.
    pub fn start(&self) -> GoldRecord {
        GoldRecord { passed: 0, failed: 0, log_ratio: 0.0, reliability: Reliability::Undecided }
    }

    /// The bounds of the logarithm, the lower (reliable) first.
    pub fn bounds(&self) -> (f64, f64) {
        ((self.miss / (1.0 - self.false_alarm)).ln(), ((1.0 - self.miss) / self.false_alarm).ln())
    }

    /// One more gold item. A decided record stays as it is.
    pub fn add(&self, record: GoldRecord, has_passed: bool) -> GoldRecord {
        if record.reliability != Reliability::Undecided {
            return record;
        }
        let step = if has_passed {
            ((1.0 - self.unreliable_error) / (1.0 - self.reliable_error)).ln()
        } else {
            (self.unreliable_error / self.reliable_error).ln()
        };
        let log_ratio = record.log_ratio + step;
        let (low, high) = self.bounds();
        let reliability = if log_ratio <= low {
            Reliability::Reliable
        } else if log_ratio >= high {
            Reliability::Unreliable
        } else {
            Reliability::Undecided
        };
        GoldRecord {
            passed: record.passed + u64::from(has_passed),
            failed: record.failed + u64::from(!has_passed),
            log_ratio,
            reliability,
        }
    }

    /// All gold items of an annotator in the order they were judged.
    pub fn run(&self, passes: impl IntoIterator<Item = bool>) -> GoldRecord {
        passes.into_iter().fold(self.start(), |record, has_passed| self.add(record, has_passed))
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn thirteen_passes_or_two_fails_decide() {
        let test = GoldTest::default();
        let (low, high) = test.bounds();
        assert!((high - 2.944).abs() < 5e-4 && (low + high).abs() < 1e-12, "{low} {high}");
        assert_eq!(test.run([true; 12]).reliability, Reliability::Undecided);
        let record = test.run([true; 20]);
        assert_eq!((record.reliability, record.passed), (Reliability::Reliable, 13));
        assert_eq!(test.run([false]).reliability, Reliability::Undecided);
        assert_eq!(test.run([false, false]).reliability, Reliability::Unreliable);
        let record = test.run([false, false, true, true, true]);
        assert_eq!((record.passed, record.failed), (0, 2), "a decision stays");
    }

    #[test]
    fn mistakes_and_length_are_as_promised() {
        let test = GoldTest::default();
        let mut rng = StdRng::seed_from_u64(51);
        // Wald's mean lengths, 2.65 over the mean step, are 18.4 and 11.8; a bound is overshot by up to a step.
        for (error, wrong, length) in
            [(0.05, Reliability::Unreliable, 18.4..21.0), (0.25, Reliability::Reliable, 11.8..15.0)]
        {
            let (mut mistakes, mut items) = (0, 0);
            for _ in 0..4000 {
                let mut record = test.start();
                while record.reliability == Reliability::Undecided {
                    record = test.add(record, rng.random::<f64>() >= error);
                }
                mistakes += u32::from(record.reliability == wrong);
                items += record.passed + record.failed;
            }
            let rate = f64::from(mistakes) / 4000.0;
            // Wald's bounds hold up to the overshoot: α/(1−β) here.
            assert!(rate < 0.05 / 0.95 + 0.012, "{error}: {rate}");
            let mean = items as f64 / 4000.0;
            assert!(length.contains(&mean), "{error}: {mean}");
        }
    }
}
