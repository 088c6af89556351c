//! Pace: judgments per hour of work.

use std::collections::VecDeque;

/// The active times of the latest judgments.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    active_ms: VecDeque<u64>,
}

/// How many judgments the pace looks back on.
const WINDOW: usize = 20;
/// Below this many it says nothing.
const ENOUGH: usize = 3;

impl Pace {
    /// One more judgment took this much active time.
    pub fn judged(&mut self, active_ms: u64) {
        if self.active_ms.len() == WINDOW {
            self.active_ms.pop_front();
        }
        self.active_ms.push_back(active_ms);
    }

    /// The last judgment was taken back.
    pub fn took_back(&mut self) {
        self.active_ms.pop_back();
    }

    /// Judgments per hour of active time over the last 20, once there are 3.
    pub fn per_hour(&self) -> Option<u64> {
        let total_ms: u64 = self.active_ms.iter().sum();
        (self.active_ms.len() >= ENOUGH && total_ms > 0)
            .then(|| (self.active_ms.len() as u64 * 3_600_000 + total_ms / 2) / total_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pace_is_of_work_not_of_the_clock() {
        let mut pace = Pace::default();
        pace.judged(10_000);
        pace.judged(10_000);
        assert_eq!(pace.per_hour(), None, "two judgments are no pace");
        pace.judged(10_000);
        assert_eq!(pace.per_hour(), Some(360));
        for _ in 0..20 {
            pace.judged(20_000);
        }
        assert_eq!(pace.per_hour(), Some(180), "only the latest count");
    }
}
