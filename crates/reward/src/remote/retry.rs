//! What is tried again, and when: exponential back-off with jitter, and what the server asks for.

use std::time::Duration;

/// How often and how patiently a request is tried again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retries {
    /// How often after the first time.
    pub times: u32,
    /// The first pause, which doubles each time.
    pub first_pause: Duration,
    /// The longest pause; a server that asks for a longer one is given up on.
    pub longest_pause: Duration,
}

impl Default for Retries {
    /// Half a minute in all.
    fn default() -> Self {
        Self { times: 6, first_pause: Duration::from_millis(500), longest_pause: Duration::from_mins(1) }
    }
}

impl Retries {
    /// The pause before a retry, the first being 0. `jitter` from 0 to 1 takes off up to half, so that clients which
    /// were turned away together do not come back together.
    pub fn pause(&self, retry: u32, jitter: f64) -> Duration {
        let doubled = self.first_pause.saturating_mul(2_u32.saturating_pow(retry));
        doubled.min(self.longest_pause).mul_f64(1.0 - 0.5 * jitter.clamp(0.0, 1.0))
    }
}

/// Whether another try may end better: the server is busy, broken or away. What it calls our mistake stays one.
pub(super) fn is_passing(status: u16) -> bool {
    status == 429 || status >= 500
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_are_spread() {
        let retries = Retries {
            times: 9,
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_millis(500),
        };
        let whole: Vec<u128> = (0..4).map(|retry| retries.pause(retry, 0.0).as_millis()).collect();
        assert_eq!(whole, [100, 200, 400, 500]);
        assert_eq!(retries.pause(1, 1.0), Duration::from_millis(100), "half at most is taken off");
        assert_eq!(retries.pause(u32::MAX, 0.0), Duration::from_millis(500), "no overflow");
    }

    #[test]
    fn our_mistakes_are_not_repeated() {
        let passing: Vec<u16> = [200, 301, 400, 401, 404, 408, 422, 429, 500, 502, 503, 504]
            .into_iter()
            .filter(|status| is_passing(*status))
            .collect();
        assert_eq!(passing, [429, 500, 502, 503, 504]);
    }
}
