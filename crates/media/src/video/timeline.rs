//! When each frame of a video appears, and where decoding can begin.

use std::sync::Arc;

use tiebreak_domain::media::{VideoInfo, VideoRemark};

/// How long a frame lasts if nothing says so, in microseconds.
const USUAL_FRAME_US: u64 = 40_000;

/// The times of a video's frames.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Timeline {
    /// Upright, with square pixels.
    pub size: [u32; 2],
    /// From 0, ascending, without duplicates.
    pub times_us: Arc<[u64]>,
    /// When the last frame ends.
    pub duration_us: u64,
    /// The indices at which decoding can begin, ascending.
    pub keys: Vec<u32>,
    /// Whether there is sound.
    pub has_sound: bool,
    /// As the decoder calls it.
    pub codec: String,
    /// What is to be known of how it is shown.
    pub remark: Option<VideoRemark>,
}

/// One frame of a list of stamps, in units of its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stamp {
    /// When it appears.
    pub appears: i64,
    /// How long it lasts; 0 where that is not known.
    pub lasts: i64,
    /// Whether decoding can begin at it.
    pub is_key: bool,
}

impl Timeline {
    /// Of stamps in any order; `unit` is numerator and denominator of a second. Gives the stamp of the first frame too.
    pub fn of_stamps(mut stamps: Vec<Stamp>, unit: [i64; 2]) -> (Self, i64) {
        stamps.sort_unstable();
        stamps.dedup_by_key(|stamp| stamp.appears);
        let first = stamps.first().map_or(0, |stamp| stamp.appears);
        let mut times_us = Vec::with_capacity(stamps.len());
        let mut keys = Vec::new();
        let mut lasts_us = 0;
        for stamp in &stamps {
            let at_us = micros(stamp.appears.saturating_sub(first), unit).max(0) as u64;
            // Stamps finer than a microsecond fall together.
            if times_us.last().is_some_and(|before| *before >= at_us) {
                continue;
            }
            if stamp.is_key {
                keys.push(times_us.len() as u32);
            }
            times_us.push(at_us);
            lasts_us = micros(stamp.lasts, unit).max(0) as u64;
        }
        if lasts_us == 0 {
            lasts_us = match times_us.as_slice() {
                [.., before, last] => last - before,
                _ => USUAL_FRAME_US,
            };
        }
        let duration_us = times_us.last().map_or(0, |last| last + lasts_us);
        let timeline = Self {
            size: [0, 0],
            times_us: times_us.into(),
            duration_us,
            keys,
            has_sound: false,
            codec: String::new(),
            remark: None,
        };
        (timeline, first)
    }

    /// Of frames that last so long, each of which stands for itself.
    pub fn of_lengths(lengths_us: &[u64], size: [u32; 2], codec: &str) -> Self {
        let mut times_us = Vec::with_capacity(lengths_us.len());
        let mut duration_us = 0;
        for length_us in lengths_us {
            times_us.push(duration_us);
            duration_us += (*length_us).max(1);
        }
        Self {
            size,
            keys: (0..times_us.len() as u32).collect(),
            times_us: times_us.into(),
            duration_us,
            has_sound: false,
            codec: codec.to_owned(),
            remark: None,
        }
    }

    /// How many frames there are.
    pub fn count(&self) -> u32 {
        self.times_us.len() as u32
    }

    /// The last index at or before this one at which decoding can begin.
    pub fn key_before(&self, index: u32) -> u32 {
        let after = self.keys.partition_point(|key| *key <= index);
        after.checked_sub(1).map_or(0, |before| self.keys[before])
    }

    /// The index of the frame that appears at this time, give or take what rounding does.
    pub fn index_at(&self, at_us: i64) -> Option<u32> {
        let due = u64::try_from(at_us.saturating_add(1)).ok()?;
        let index = self.times_us.partition_point(|appears| *appears <= due).checked_sub(1)?;
        let off_by = self.times_us[index] as i64 - at_us;
        (off_by.abs() <= 1).then_some(index as u32)
    }

    /// As the door has it.
    pub fn info(&self) -> VideoInfo {
        VideoInfo {
            size: self.size,
            times_us: Arc::clone(&self.times_us),
            duration_us: self.duration_us,
            has_sound: self.has_sound,
            codec: self.codec.clone(),
            remark: self.remark,
        }
    }
}

/// A count of units of a second in microseconds, rounded to the nearest.
pub(crate) fn micros(count: i64, [numerator, denominator]: [i64; 2]) -> i64 {
    let denominator = i128::from(denominator.max(1));
    let scaled = i128::from(count) * i128::from(numerator) * 1_000_000;
    let rounded = (2 * scaled + denominator).div_euclid(2 * denominator);
    rounded.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(appears: i64, is_key: bool) -> Stamp {
        Stamp { appears, lasts: 1024, is_key }
    }

    #[test]
    fn frames_are_in_the_order_they_are_shown_and_begin_at_zero() {
        let stamps = [(512, true), (4608, false), (2560, false), (1536, false), (8704, true)];
        let (timeline, first) =
            Timeline::of_stamps(stamps.map(|(at, key)| stamp(at, key)).to_vec(), [1, 16_384]);
        assert_eq!(first, 512);
        assert_eq!(*timeline.times_us, [0, 62_500, 125_000, 250_000, 500_000]);
        assert_eq!(timeline.duration_us, 562_500, "the last frame lasts as long as it says");
        assert_eq!(timeline.keys, [0, 4]);
        assert_eq!([0, 3, 4, 9].map(|index| timeline.key_before(index)), [0, 0, 4, 4]);
    }

    #[test]
    fn what_says_no_length_lasts_as_long_as_the_one_before() {
        let stamps = [0, 30, 90].map(|appears| Stamp { appears, lasts: 0, is_key: true });
        assert_eq!(Timeline::of_stamps(stamps.to_vec(), [1, 1000]).0.duration_us, 150_000);
        let alone = Stamp { appears: -7, lasts: 0, is_key: true };
        let (timeline, first) = Timeline::of_stamps(vec![alone, alone], [1, 1000]);
        assert_eq!((timeline.count(), timeline.duration_us, first), (1, USUAL_FRAME_US, -7));
        assert_eq!(Timeline::of_stamps(Vec::new(), [1, 1000]).0.count(), 0);
    }

    #[test]
    fn a_time_is_found_only_where_a_frame_appears() {
        let (timeline, _) = Timeline::of_stamps([0, 1, 2].map(|at| stamp(at, true)).to_vec(), [1001, 30_000]);
        assert_eq!(*timeline.times_us, [0, 33_367, 66_733]);
        let found = [0, 33_367, 33_366, 66_734, 66_735, -1, -2, 20_000].map(|at_us| timeline.index_at(at_us));
        assert_eq!(found, [Some(0), Some(1), Some(1), Some(2), None, Some(0), None, None]);
    }
}
