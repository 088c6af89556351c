//! Active and idle time: what an annotator's inputs say about time at work.
//!
//! Time between two inputs counts as work up to the idle limit; what lies beyond it, and all time in which
//! the window is not the one in front, counts as idle.

/// Adds up active and idle time of one showing.
#[derive(Clone, Debug)]
pub struct Activity {
    idle_after_ms: u64,
    last_ms: u64,
    active_ms: u64,
    idle_ms: u64,
    is_away: bool,
}

impl Activity {
    /// Starts at a monotonic time in milliseconds.
    pub fn start(now_ms: u64, idle_after_ms: u64) -> Self {
        Self { idle_after_ms, last_ms: now_ms, active_ms: 0, idle_ms: 0, is_away: false }
    }

    /// The annotator did something.
    pub fn input(&mut self, now_ms: u64) {
        let (active, idle) = self.pending(now_ms);
        self.active_ms += active;
        self.idle_ms += idle;
        self.last_ms = self.last_ms.max(now_ms);
    }

    /// The window came to the front or left it.
    pub fn focus(&mut self, now_ms: u64, is_focused: bool) {
        self.input(now_ms);
        self.is_away = !is_focused;
    }

    /// Active and idle milliseconds up to now.
    pub fn totals(&self, now_ms: u64) -> (u64, u64) {
        let (active, idle) = self.pending(now_ms);
        (self.active_ms + active, self.idle_ms + idle)
    }

    fn pending(&self, now_ms: u64) -> (u64, u64) {
        let gap = now_ms.saturating_sub(self.last_ms);
        let active = if self.is_away { 0 } else { gap.min(self.idle_after_ms) };
        (active, gap - active)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_beyond_the_limit_is_no_work() {
        let mut activity = Activity::start(0, 30_000);
        activity.input(10_000);
        activity.input(100_000);
        assert_eq!(activity.totals(105_000), (10_000 + 30_000 + 5_000, 60_000));
    }

    #[test]
    fn time_behind_another_window_is_no_work() {
        let mut activity = Activity::start(0, 30_000);
        activity.focus(1_000, false);
        activity.focus(9_000, true);
        assert_eq!(activity.totals(10_000), (2_000, 8_000));
    }

    #[test]
    fn a_clock_that_goes_back_adds_nothing() {
        let mut activity = Activity::start(5_000, 30_000);
        activity.input(4_000);
        assert_eq!(activity.totals(5_000), (0, 0));
    }
}
