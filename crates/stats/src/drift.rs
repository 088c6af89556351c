//! Whether somebody's judging changes over time: a two-sided cumulative sum (Page 1954; Montgomery, chapter 9).
//!
//! Standardised residuals, of agreement with a model ([`residual`]) or of the logarithm of the time taken, are added
//! up less an allowance; a sum beyond the limit is an alarm, and the sum begins anew. The usual allowance of ¼ is
//! tuned to shifts of half a standard deviation; with the usual limit of 5 a steady annotator still sets off an
//! alarm about once in seventy judgments (Siegmund 1985), so an alarm is a reason to look and no verdict. A limit of
//! 8 makes that about once in 370.

use serde::{Deserialize, Serialize};

/// The standardised residual of an event that was expected with a probability. None at 0 and 1, where none is.
pub fn residual(happened: bool, probability: f64) -> Option<f64> {
    let variance = probability * (1.0 - probability);
    (variance > 0.0).then(|| (f64::from(u8::from(happened)) - probability) / variance.sqrt())
}

/// What makes an alarm, in standard deviations.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cusum {
    /// What each residual is allowed before it counts.
    pub allowance: f64,
    /// The sum beyond which there is an alarm.
    pub limit: f64,
}

impl Default for Cusum {
    fn default() -> Self {
        Self { allowance: 0.25, limit: 5.0 }
    }
}

/// Which way residuals went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Above what was expected.
    Up,
    /// Below.
    Down,
}

/// One alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// The position of the residual that set it off.
    pub at: usize,
    /// The position from which the sum has not been zero: about where the change began.
    pub since: usize,
    /// Which way.
    pub direction: Direction,
}

/// Both sums as they stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CusumState {
    seen: usize,
    above: f64,
    above_since: usize,
    below: f64,
    below_since: usize,
}

impl Cusum {
    /// One more residual; an alarm where it sets one off, after which both sums begin anew.
    pub fn add(&self, state: &mut CusumState, residual: f64) -> Option<Alarm> {
        let at = state.seen;
        state.seen += 1;
        state.above = (state.above + residual - self.allowance).max(0.0);
        state.below = (state.below - residual - self.allowance).max(0.0);
        if state.above == 0.0 {
            state.above_since = at + 1;
        }
        if state.below == 0.0 {
            state.below_since = at + 1;
        }
        let (since, direction) = if state.above > self.limit {
            (state.above_since, Direction::Up)
        } else if state.below > self.limit {
            (state.below_since, Direction::Down)
        } else {
            return None;
        };
        *state =
            CusumState { seen: at + 1, above_since: at + 1, below_since: at + 1, ..CusumState::default() };
        Some(Alarm { at, since, direction })
    }

    /// All alarms of residuals in the order of time.
    pub fn alarms(&self, residuals: impl IntoIterator<Item = f64>) -> Vec<Alarm> {
        let mut state = CusumState::default();
        residuals.into_iter().filter_map(|residual| self.add(&mut state, residual)).collect()
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};
    use statrs::distribution::{ContinuousCDF, Normal};

    use super::*;

    #[test]
    fn a_shift_sets_off_an_alarm_that_says_since_when() {
        let steady = [0.5, -0.5].into_iter().cycle().take(20);
        let shifted = std::iter::repeat_n(1.25, 7);
        let alarms = Cusum::default().alarms(steady.chain(shifted));
        // The sum rises by one each time, and 5 is not beyond 5.
        assert_eq!(alarms, [Alarm { at: 25, since: 20, direction: Direction::Up }]);
        let down = Cusum::default().alarms(std::iter::repeat_n(-3.0, 4));
        let at: Vec<_> = down.iter().map(|alarm| (alarm.at, alarm.since, alarm.direction)).collect();
        assert_eq!(at, [(1, 0, Direction::Down), (3, 2, Direction::Down)], "it begins anew after an alarm");
    }

    #[test]
    fn residuals_are_standardised() {
        assert_eq!(residual(true, 0.5), Some(1.0));
        assert_eq!(residual(false, 0.2), Some(-0.5));
        assert_eq!(residual(true, 1.0), None);
    }

    /// Siegmund's approximation of the mean run without a shift: 142 on one side, so 71 on two.
    #[test]
    fn without_a_shift_an_alarm_comes_about_once_in_seventy() {
        let mut rng = StdRng::seed_from_u64(61);
        let normal = Normal::standard();
        let count = 200_000;
        let mut draw = |shift: f64| -> Vec<f64> {
            (0..count).map(|_| shift + normal.inverse_cdf(rng.random_range(1e-12..1.0))).collect()
        };
        let every = |residuals: Vec<f64>, limit| {
            let alarms = Cusum { limit, ..Cusum::default() }.alarms(residuals).len();
            count as f64 / alarms as f64
        };
        let steady = draw(0.0);
        let usual = every(steady.clone(), 5.0);
        assert!((usual - 71.0).abs() < 5.0, "{usual}");
        let strict = every(steady, 8.0);
        assert!((330.0..420.0).contains(&strict), "{strict}");
        let shifted = every(draw(1.0), 5.0);
        assert!((6.0..10.0).contains(&shifted), "a shift of one deviation is found soon: {shifted}");
    }
}
