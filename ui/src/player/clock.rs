//! The one clock by which every pane of an item plays.
//!
//! Pure: whoever asks says what the monotonic clock says. Its time is computed from the moment it was last set,
//! never added up frame by frame, so that it cannot drift. It stands still while it is held, which is while a
//! pane waits for a frame: all wait together.

/// The speeds, in hundredths.
pub const SPEEDS_PERCENT: [u16; 10] = [10, 25, 50, 75, 100, 125, 150, 200, 300, 400];
/// The usual one.
pub const USUAL_PERCENT: u16 = 100;

/// A clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Its time when it was last set.
    set_us: u64,
    /// When that was, on the monotonic clock.
    set_at_ms: u64,
    length_us: u64,
    speed_percent: u16,
    is_playing: bool,
    is_held: bool,
    range_us: Option<[u64; 2]>,
    loops: bool,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            set_us: 0,
            set_at_ms: 0,
            length_us: 0,
            speed_percent: USUAL_PERCENT,
            is_playing: false,
            is_held: false,
            range_us: None,
            loops: false,
        }
    }
}

impl Clock {
    /// Its time. At its end it stands there; where it loops, the end is the beginning.
    pub fn time_us(&self, now_ms: u64) -> u64 {
        if !self.is_running() {
            return self.set_us;
        }
        let passed_us = now_ms.saturating_sub(self.set_at_ms) * 10 * u64::from(self.speed_percent);
        let time_us = self.set_us + passed_us;
        match self.loop_ahead_us() {
            Some([from_us, to_us]) if time_us >= to_us => from_us + (time_us - from_us) % (to_us - from_us),
            _ => time_us.min(self.length_us),
        }
    }

    /// What is looped, if it comes to the end of it: whoever went beyond the range plays on from there.
    pub fn loop_ahead_us(&self) -> Option<[u64; 2]> {
        self.loop_us().filter(|[_, to_us]| self.set_us < *to_us || *to_us >= self.length_us)
    }

    /// What is played again and again: the range that was set, else all of it; none where nothing is.
    pub fn loop_us(&self) -> Option<[u64; 2]> {
        let [from_us, to_us] = self.range_us.unwrap_or([0, self.length_us]);
        (self.loops && from_us < to_us).then_some([from_us, to_us])
    }

    /// How long all of it is.
    pub fn length_us(&self) -> u64 {
        self.length_us
    }

    /// How fast it goes, in hundredths.
    pub fn speed_percent(&self) -> u16 {
        self.speed_percent
    }

    /// Whether it is meant to go.
    pub fn is_playing(&self) -> bool {
        self.is_playing
    }

    /// Whether it stands still though it is meant to go.
    pub fn is_held(&self) -> bool {
        self.is_playing && self.is_held
    }

    /// Whether it goes.
    pub fn is_running(&self) -> bool {
        self.is_playing && !self.is_held
    }

    /// Whether it came to its end and goes no further.
    pub fn is_over(&self, now_ms: u64) -> bool {
        self.loop_ahead_us().is_none() && self.length_us > 0 && self.time_us(now_ms) >= self.length_us
    }

    /// The range that is looped, as it was set.
    pub fn range_us(&self) -> Option<[u64; 2]> {
        self.range_us
    }

    /// Whether it begins again.
    pub fn loops(&self) -> bool {
        self.loops
    }

    /// Says how long all of it is.
    pub fn set_length(&mut self, length_us: u64, now_ms: u64) {
        if length_us != self.length_us {
            self.set(self.time_us(now_ms).min(length_us), now_ms);
            self.length_us = length_us;
        }
    }

    /// Lets it go; from the beginning where it is over.
    pub fn play(&mut self, now_ms: u64) {
        let from_us = if self.is_over(now_ms) { 0 } else { self.time_us(now_ms) };
        self.set(from_us, now_ms);
        self.is_playing = true;
    }

    /// Stops it where it is.
    pub fn pause(&mut self, now_ms: u64) {
        self.set(self.time_us(now_ms), now_ms);
        self.is_playing = false;
        self.is_held = false;
    }

    /// Goes to a time; whether it plays stays as it is.
    pub fn seek(&mut self, time_us: u64, now_ms: u64) {
        self.set(time_us.min(self.length_us), now_ms);
    }

    /// Makes it stand at a time until [`Self::release`].
    pub fn hold(&mut self, at_us: u64, now_ms: u64) {
        self.set(at_us, now_ms);
        self.is_held = true;
    }

    /// Lets it go again.
    pub fn release(&mut self, now_ms: u64) {
        self.set(self.time_us(now_ms), now_ms);
        self.is_held = false;
    }

    /// Makes it faster or slower from now on.
    pub fn set_speed(&mut self, speed_percent: u16, now_ms: u64) {
        self.set(self.time_us(now_ms), now_ms);
        let [slowest, .., fastest] = SPEEDS_PERCENT;
        self.speed_percent = speed_percent.clamp(slowest, fastest);
    }

    /// Takes the next speed of [`SPEEDS_PERCENT`], faster or slower.
    pub fn step_speed(&mut self, is_faster: bool, now_ms: u64) {
        let here = self.speed_percent;
        let next = if is_faster {
            SPEEDS_PERCENT.into_iter().find(|speed| *speed > here)
        } else {
            SPEEDS_PERCENT.into_iter().rev().find(|speed| *speed < here)
        };
        self.set_speed(next.unwrap_or(here), now_ms);
    }

    /// Loops, or no longer.
    pub fn set_loops(&mut self, loops: bool, now_ms: u64) {
        self.set(self.time_us(now_ms), now_ms);
        self.loops = loops;
    }

    /// Loops a range from now on, or all of it where there is none. A range that ends where it begins is none.
    pub fn set_range(&mut self, range_us: Option<[u64; 2]>, now_ms: u64) {
        self.set(self.time_us(now_ms), now_ms);
        let within = |[from_us, to_us]: [u64; 2]| [from_us.min(self.length_us), to_us.min(self.length_us)];
        self.range_us = range_us.map(within).filter(|[from_us, to_us]| from_us < to_us);
    }

    fn set(&mut self, time_us: u64, now_ms: u64) {
        self.set_us = time_us;
        self.set_at_ms = now_ms;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH_US: u64 = 5_000_000;

    fn playing() -> Clock {
        let mut clock = Clock::default();
        clock.set_length(LENGTH_US, 0);
        clock.play(1_000);
        clock
    }

    #[test]
    fn it_goes_at_every_speed_and_stands_at_its_end() {
        for speed_percent in SPEEDS_PERCENT {
            let mut clock = playing();
            clock.set_speed(speed_percent, 1_000);
            assert_eq!(clock.time_us(1_700), 7_000 * u64::from(speed_percent), "{speed_percent} %");
            assert_eq!(clock.time_us(1_000_000), LENGTH_US);
            assert!(clock.is_over(1_000_000));
        }
    }

    #[test]
    fn changes_of_speed_and_pauses_lose_no_time() {
        let mut clock = playing();
        clock.set_speed(25, 1_100);
        clock.pause(1_500);
        assert_eq!(clock.time_us(9_000), 200_000, "100 ms, and 400 ms at a quarter");
        clock.play(9_000);
        assert_eq!(clock.time_us(9_400), 300_000);
    }

    #[test]
    fn ten_minutes_of_frames_add_up_to_ten_minutes() {
        let mut clock = Clock::default();
        clock.set_length(3_600_000_000, 0);
        clock.play(0);
        let mut now_ms = 0;
        // Frames that come when they come, and a hold now and then, as a window has them.
        for frame in 0..36_000_u64 {
            now_ms += 16 + frame % 2;
            if frame % 1_000 == 0 {
                let at_us = clock.time_us(now_ms);
                clock.hold(at_us, now_ms);
                clock.release(now_ms);
            }
        }
        assert_eq!(clock.time_us(now_ms), now_ms * 1_000, "no drift at all");
    }

    #[test]
    fn what_is_over_begins_again_when_it_is_played() {
        let mut clock = playing();
        clock.play(99_000);
        assert_eq!(clock.time_us(99_500), 500_000);
    }

    #[test]
    fn a_range_is_looped_without_a_gap_and_left_by_going_beyond() {
        let mut clock = playing();
        clock.set_loops(true, 1_000);
        clock.set_range(Some([1_000_000, 2_500_000]), 1_000);
        assert_eq!(clock.time_us(3_499), 2_499_000);
        assert_eq!(clock.time_us(3_500), 1_000_000);
        assert_eq!(clock.time_us(3_500 + 1_500 * 7 + 200), 1_200_000);
        clock.seek(3_000_000, 20_000);
        assert_eq!(clock.time_us(20_100), 3_100_000);
        assert_eq!(clock.time_us(99_000), LENGTH_US, "beyond the range it plays to the end");
        assert!(clock.is_over(99_000) && !clock.is_over(20_100));
        clock.play(99_000);
        assert_eq!(clock.time_us(99_100), 100_000, "and from there it begins again");
        clock.set_range(Some([2, 2]), 99_000);
        assert_eq!(clock.loop_us(), Some([0, LENGTH_US]), "what ends where it begins is no range");
    }

    #[test]
    fn the_end_of_what_is_looped_is_its_beginning() {
        let mut clock = playing();
        clock.set_loops(true, 1_000);
        clock.seek(LENGTH_US, 2_000);
        assert!(!clock.is_over(2_000));
        assert_eq!(clock.time_us(2_300), 300_000, "it does not stick there");
        clock.pause(2_300);
        clock.seek(LENGTH_US, 2_300);
        assert_eq!(clock.time_us(9_000), LENGTH_US, "but standing it can be looked at");
        assert!(!clock.is_over(9_000));
    }

    #[test]
    fn speeds_go_step_by_step_and_no_further() {
        let mut clock = playing();
        clock.step_speed(true, 0);
        assert_eq!(clock.speed_percent(), 125);
        for _ in 0..20 {
            clock.step_speed(false, 0);
        }
        assert_eq!(clock.speed_percent(), 10);
        clock.set_speed(9_999, 0);
        assert_eq!(clock.speed_percent(), 400);
    }
}
