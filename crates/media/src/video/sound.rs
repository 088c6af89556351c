//! The sound of a medium: samples of any stretch of it, at any speed and the pitch it has.
//!
//! Where the n-th sample of a speed lies depends on nothing but n, so stretches that follow one another join without
//! a gap. Decoding begins a little before a stretch and is cut at the sample, because decoders need a run-up.

use std::sync::Arc;

use tiebreak_domain::media::Sound;

use super::{
    ffmpeg::{Film, Piped},
    problem::VideoProblem,
};

/// Samples a second, of each channel.
pub const SOUND_RATE_HZ: u32 = 48_000;
/// Left and right.
pub const SOUND_CHANNELS: u8 = 2;
/// A sample of all channels, in bytes.
const SAMPLE_BYTES: usize = 4 * SOUND_CHANNELS as usize;
/// Skipping so many samples is quicker than beginning anew.
const QUICKER_TO_SKIP: u64 = SOUND_RATE_HZ as u64;
/// The quickest, in hundredths.
const QUICKEST_PERCENT: u16 = 400;
/// What is played more slowly than this is silent: nothing could be made out.
const SLOWEST_HEARD_PERCENT: u16 = 10;
/// The longest stretch, as it is stored and as it is heard, in microseconds.
const LONGEST_US: u64 = 60_000_000;

/// The sound of one film at one speed, as it is decoded.
pub(crate) struct SoundRun {
    piped: Piped,
    /// The next sample that it gives.
    next: u64,
}

/// Where a stretch lies: from which sample to which, at its speed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub from_us: u64,
    pub speed_percent: u16,
    pub first: u64,
    pub end: u64,
}

impl Stretch {
    /// Out of what was asked; what is too quick or too long is brought to what can be done.
    pub fn new(from_us: u64, length_us: u64, speed_percent: u16) -> Self {
        let speed_percent = speed_percent.clamp(1, QUICKEST_PERCENT);
        let sample = |at_us: u64| {
            let samples = u128::from(at_us) * u128::from(SOUND_RATE_HZ) * 100;
            let unit = 1_000_000 * u128::from(speed_percent);
            ((samples + unit / 2) / unit) as u64
        };
        // Slowly, a short stretch lasts long: neither it nor what is heard of it may be longer.
        let longest_us = LONGEST_US * u64::from(speed_percent.min(100)) / 100;
        let end_us = from_us.saturating_add(length_us.min(longest_us));
        Self { from_us, speed_percent, first: sample(from_us), end: sample(end_us) }
    }

    fn count(self) -> usize {
        (self.end - self.first) as usize
    }

    /// Whether there is anything to be heard at its speed.
    pub fn is_heard(self) -> bool {
        self.speed_percent >= SLOWEST_HEARD_PERCENT
    }

    /// Silence as long as the stretch.
    pub fn silence(self) -> Sound {
        sound(vec![0.0; self.count() * usize::from(SOUND_CHANNELS)])
    }

    /// Samples of it, from a run that is under way if that leads there.
    pub fn read(self, film: &Film, under_way: &mut Option<SoundRun>) -> Result<Sound, VideoProblem> {
        let leads_there = under_way
            .as_ref()
            .is_some_and(|run| run.next <= self.first && self.first - run.next <= QUICKER_TO_SKIP);
        if !leads_there {
            *under_way = None;
            let piped = film.sound_from(self.from_us, self.speed_percent)?;
            *under_way = Some(SoundRun { piped, next: self.first });
        }
        let run = under_way.as_mut().expect("it was begun");
        let read = run.read(self);
        if read.is_err() {
            *under_way = None;
        }
        read
    }
}

impl SoundRun {
    fn read(&mut self, stretch: Stretch) -> Result<Sound, VideoProblem> {
        let skipped = (stretch.first - self.next) as usize;
        let mut bytes = vec![0; (skipped + stretch.count()) * SAMPLE_BYTES];
        // What is missing at the end is silence.
        self.piped.read(&mut bytes)?;
        self.next = stretch.end;
        let samples = bytes[skipped * SAMPLE_BYTES..].as_chunks().0.iter();
        Ok(sound(samples.map(|bytes| f32::from_le_bytes(*bytes).clamp(-1.0, 1.0)).collect()))
    }
}

fn sound(samples: Vec<f32>) -> Sound {
    Sound { rate_hz: SOUND_RATE_HZ, channels: SOUND_CHANNELS, samples: Arc::from(samples) }
}

/// What brings sound to a speed at its pitch: the filter takes a half to twice in one step.
pub(crate) fn tempo(speed_percent: u16) -> String {
    let mut left = f64::from(speed_percent) / 100.0;
    let mut steps = String::new();
    while left < 0.5 {
        steps.push_str(",atempo=0.5");
        left *= 2.0;
    }
    while left > 2.0 {
        steps.push_str(",atempo=2");
        left /= 2.0;
    }
    if (left - 1.0).abs() > 1e-9 {
        steps.push_str(&format!(",atempo={left:.6}"));
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_join_at_every_speed() {
        for speed in [10, 33, 100, 175, 400] {
            let mut next = Stretch::new(0, 0, speed).first;
            for step in 0..1000 {
                let stretch = Stretch::new(step * 33_333, 33_333, speed);
                assert_eq!(stretch.first, next, "step {step} at {speed} %");
                next = stretch.end;
            }
        }
        assert_eq!(
            Stretch::new(1_000_000, 500_000, 100),
            Stretch { from_us: 1_000_000, speed_percent: 100, first: 48_000, end: 72_000 }
        );
        assert_eq!(
            Stretch::new(1_000_000, 500_000, 50).first,
            96_000,
            "at half the speed it is twice as long"
        );
        let slow = Stretch::new(1_000_000, 400_000, 4);
        assert_eq!(
            (slow.is_heard(), slow.first, slow.count()),
            (false, 1_200_000, 480_000),
            "twenty-five times as long"
        );
        assert!(Stretch::new(0, 1, 10).is_heard());
        for speed in [0, 1, 10, 100, 400] {
            let longest = Stretch::new(0, u64::MAX, speed).count();
            assert!(longest <= 60 * SOUND_RATE_HZ as usize, "{longest} samples at {speed} %");
        }
        assert!(Stretch::new(u64::MAX, u64::MAX, 100).count() == 0, "no such stretch is there");
    }

    #[test]
    fn any_speed_is_made_of_steps_the_filter_takes() {
        let speeds = [
            (10, ",atempo=0.5,atempo=0.5,atempo=0.5,atempo=0.800000"),
            (50, ",atempo=0.500000"),
            (100, ""),
            (125, ",atempo=1.250000"),
            (400, ",atempo=2,atempo=2.000000"),
        ];
        for (speed, steps) in speeds {
            assert_eq!(tempo(speed), steps);
        }
    }
}
