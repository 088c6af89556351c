//! How the clock's time is a time of each video: what happens where lengths differ.
//!
//! The clock's length is that of the longest. A study says what the others do when they are over
//! ([`Ends`]); it is said openly on their panes.

use tiebreak_domain::media::VideoInfo;
use tiebreak_domain::rubric::Ends;

/// The lengths of what plays together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Timeline {
    ends: Ends,
    length_us: u64,
}

/// What a pane says of its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It is over, and its last frame stays.
    Held,
    /// It began again, for the so-manyth time.
    Repeated(u64),
    /// It is slowed down to this many hundredths of its speed.
    Stretched(u64),
}

impl Timeline {
    /// A timeline for videos of these lengths.
    pub fn new(ends: Ends, durations_us: impl IntoIterator<Item = u64>) -> Self {
        Self { ends, length_us: durations_us.into_iter().max().unwrap_or_default() }
    }

    /// The length of the longest.
    pub fn length_us(&self) -> u64 {
        self.length_us
    }

    /// The time of a video of its own at a time of the clock.
    pub fn own_us(&self, duration_us: u64, time_us: u64) -> u64 {
        // The end of the longest is its last moment, so that its last frame is on the screen there.
        let time_us = time_us.min(self.length_us.saturating_sub(1));
        if duration_us == 0 {
            return 0;
        }
        match self.ends {
            Ends::Hold => time_us.min(duration_us - 1),
            Ends::Loop => time_us % duration_us,
            Ends::Stretch => scaled(time_us, duration_us, self.length_us),
        }
    }

    /// The frame of a video that is on the screen at a time of the clock.
    pub fn frame_at(&self, info: &VideoInfo, time_us: u64) -> u32 {
        info.frame_at(self.own_us(info.duration_us, time_us))
    }

    /// What its pane says of its end at a time of the clock.
    pub fn ending(&self, duration_us: u64, time_us: u64) -> Option<Ending> {
        if duration_us >= self.length_us || duration_us == 0 {
            return None;
        }
        match self.ends {
            Ends::Hold => (time_us >= duration_us).then_some(Ending::Held),
            Ends::Loop => {
                let time_us = time_us.min(self.length_us - 1);
                (time_us >= duration_us).then_some(Ending::Repeated(time_us / duration_us + 1))
            }
            Ends::Stretch => {
                let percent = (duration_us * 100 + self.length_us / 2) / self.length_us;
                (percent < 100).then_some(Ending::Stretched(percent))
            }
        }
    }

    /// How many hundredths of its speed a video has, while the clock goes at the usual one.
    pub fn pace_percent(&self, duration_us: u64) -> u64 {
        match self.ending(duration_us, 0) {
            Some(Ending::Stretched(percent)) => percent,
            _ => 100,
        }
    }

    /// When the frame after the one at `time_us` appears, by the clock; none where none does.
    pub fn next_change_us(&self, info: &VideoInfo, time_us: u64) -> Option<u64> {
        let own_us = self.own_us(info.duration_us, time_us);
        let next = info.times_us.get(info.frame_at(own_us) as usize + 1).copied();
        let again = (self.ends == Ends::Loop).then_some(info.duration_us);
        let next_own_us = next.filter(|next_us| *next_us < info.duration_us).or(again)?;
        let change_us = match self.ends {
            Ends::Hold => next_own_us,
            Ends::Loop => time_us - own_us + next_own_us,
            Ends::Stretch => clock_from_own(next_own_us, info.duration_us, self.length_us),
        };
        (change_us > time_us && change_us < self.length_us).then_some(change_us)
    }

    /// When the frame before the one at `time_us` appeared, by the clock; none at the first.
    pub fn previous_change_us(&self, info: &VideoInfo, time_us: u64) -> Option<u64> {
        let time_us = time_us.min(self.length_us.saturating_sub(1));
        let own_us = self.own_us(info.duration_us, time_us);
        let frame = info.frame_at(own_us) as usize;
        let Some(before) = frame.checked_sub(1) else {
            // The first frame of another round comes after the last of the one before.
            let round_us = time_us - own_us;
            let last_us = info.times_us.last().copied()?;
            return (self.ends == Ends::Loop && round_us > 0).then(|| round_us - info.duration_us + last_us);
        };
        let before_us = info.times_us[before];
        Some(match self.ends {
            Ends::Hold => before_us,
            Ends::Loop => time_us - own_us + before_us,
            Ends::Stretch => clock_from_own(before_us, info.duration_us, self.length_us),
        })
    }

    /// The first moment of the clock at which a video's own time is at least `own_us`, in its first round.
    pub fn clock_us(&self, duration_us: u64, own_us: u64) -> u64 {
        match self.ends {
            Ends::Hold | Ends::Loop => own_us,
            Ends::Stretch => clock_from_own(own_us, duration_us, self.length_us),
        }
    }
}

fn scaled(value: u64, by: u64, of: u64) -> u64 {
    (u128::from(value) * u128::from(by) / u128::from(of.max(1))) as u64
}

/// The least time of the clock that [`scaled`] brings to `own_us` or beyond.
fn clock_from_own(own_us: u64, duration_us: u64, length_us: u64) -> u64 {
    (u128::from(own_us) * u128::from(length_us)).div_ceil(u128::from(duration_us.max(1))) as u64
}

#[cfg(test)]
mod tests {
    use super::super::clock::{Clock, SPEEDS_PERCENT};
    use super::*;

    const ALL: [Ends; 3] = [Ends::Hold, Ends::Loop, Ends::Stretch];

    fn video(times_us: Vec<u64>, duration_us: u64) -> VideoInfo {
        VideoInfo {
            size: [16, 16],
            times_us: times_us.into(),
            duration_us,
            has_sound: false,
            codec: "h264".into(),
            remark: None,
        }
    }

    fn steady(frames: u64, per_second: u64) -> VideoInfo {
        let at = |frame: u64| frame * 1_000_000 / per_second;
        video((0..frames).map(at).collect(), at(frames))
    }

    /// 24, 25, 29.97 and 16 frames a second, one of variable rate, one of one frame.
    fn mixed() -> Vec<VideoInfo> {
        let mut random = Random(7);
        let mut at_us = 0;
        let uneven: Vec<u64> = (0..90)
            .map(|_| {
                let appears_us = at_us;
                at_us += 5_000 + random.next() % 90_000;
                appears_us
            })
            .collect();
        vec![
            steady(81, 16),
            steady(120, 24),
            video((0..150).map(|frame| frame * 1_001_000 / 30).collect(), 150 * 1_001_000 / 30),
            video(uneven, at_us),
            video(vec![0], 40_000),
            steady(125, 25),
        ]
    }

    /// A linear congruential generator (Knuth, MMIX), so that every run sees the same seeks.
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            self.0 >> 33
        }
    }

    /// The frame that covers a time, found by looking at every frame, with the rule spelled out anew.
    fn covering(info: &VideoInfo, ends: Ends, length_us: u64, time_us: u64) -> u32 {
        let time_us = time_us.min(length_us - 1);
        let own_us = match ends {
            Ends::Hold => time_us as f64,
            Ends::Loop => time_us as f64 - (time_us / info.duration_us * info.duration_us) as f64,
            Ends::Stretch => (time_us as u128 * info.duration_us as u128 / length_us as u128) as u64 as f64,
        };
        let mut found = 0;
        for (frame, appears_us) in info.times_us.iter().enumerate() {
            if *appears_us as f64 <= own_us {
                found = frame;
            }
        }
        found as u32
    }

    #[test]
    fn every_pane_shows_the_frame_that_covers_the_clock_after_ten_thousand_seeks_at_every_speed() {
        let videos = mixed();
        let mut random = Random(5);
        for ends in ALL {
            let timeline = Timeline::new(ends, videos.iter().map(|info| info.duration_us));
            let length_us = timeline.length_us();
            let mut clock = Clock::default();
            clock.set_length(length_us, 0);
            clock.play(0);
            let mut now_ms = 0;
            for seek in 0..10_000_usize {
                now_ms += random.next() % 400;
                clock.set_speed(SPEEDS_PERCENT[seek % SPEEDS_PERCENT.len()], now_ms);
                clock.seek(random.next() % (length_us + 1), now_ms);
                now_ms += random.next() % 60;
                let time_us = clock.time_us(now_ms);
                for info in &videos {
                    assert_eq!(
                        timeline.frame_at(info, time_us),
                        covering(info, ends, length_us, time_us),
                        "{ends:?} at {time_us} µs of {length_us}"
                    );
                }
            }
        }
    }

    #[test]
    fn frames_change_exactly_when_it_is_said() {
        let videos = mixed();
        for ends in ALL {
            let timeline = Timeline::new(ends, videos.iter().map(|info| info.duration_us));
            for info in &videos {
                let mut time_us = 0;
                let mut changes = 0;
                while let Some(next_us) = timeline.next_change_us(info, time_us) {
                    let (before, after) =
                        (timeline.frame_at(info, next_us - 1), timeline.frame_at(info, next_us));
                    assert_eq!(
                        before,
                        timeline.frame_at(info, time_us),
                        "{ends:?}: nothing changes in between"
                    );
                    if info.times_us.len() > 1 {
                        assert_ne!(before, after, "{ends:?}: it changes there, at {next_us}");
                    }
                    assert_eq!(
                        timeline.previous_change_us(info, next_us),
                        Some(time_us),
                        "{ends:?}: a step back undoes a step"
                    );
                    time_us = next_us;
                    changes += 1;
                }
                if ends != Ends::Loop {
                    assert_eq!(changes, info.times_us.len() - 1, "{ends:?}: every frame is stepped on");
                }
            }
        }
    }

    #[test]
    fn what_is_over_says_so() {
        let timeline = |ends| Timeline::new(ends, [4_000_000, 5_000_000]);
        assert_eq!(timeline(Ends::Hold).ending(4_000_000, 3_999_999), None);
        assert_eq!(timeline(Ends::Hold).ending(4_000_000, 4_000_000), Some(Ending::Held));
        assert_eq!(timeline(Ends::Loop).ending(4_000_000, 4_500_000), Some(Ending::Repeated(2)));
        assert_eq!(timeline(Ends::Stretch).ending(4_000_000, 0), Some(Ending::Stretched(80)));
        for ends in ALL {
            assert_eq!(timeline(ends).ending(5_000_000, 5_000_000), None, "the longest has nothing to say");
        }
    }

    #[test]
    fn at_the_end_every_video_shows_its_last_frame_unless_it_loops() {
        let (short, long) = (steady(10, 10), steady(30, 10));
        for ends in [Ends::Hold, Ends::Stretch] {
            let timeline = Timeline::new(ends, [short.duration_us, long.duration_us]);
            assert_eq!([&short, &long].map(|info| timeline.frame_at(info, 3_000_000)), [9, 29], "{ends:?}");
        }
        let timeline = Timeline::new(Ends::Loop, [short.duration_us, long.duration_us]);
        assert_eq!(timeline.frame_at(&short, 1_250_000), 2);
        assert_eq!(timeline.frame_at(&long, 3_000_000), 29);
    }
}
