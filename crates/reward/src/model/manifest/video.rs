//! How a video is read: how many of its frames, and which.

/// How a video is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoInput {
    /// How many frames.
    pub frames: usize,
    /// Which of them.
    pub sampling: Sampling,
}

/// Which frames of a video are taken; both are uniform over its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sampling {
    /// Those in the middles of spans of equal length.
    Middles,
    /// From the first frame to the last, both included.
    Ends,
}

impl VideoInput {
    /// The indices of the frames to take from a video whose frames appear at these times (ascending, in microseconds)
    /// and which ends at `duration_us`: for each sampled moment the frame that is on the screen then. A video of few
    /// frames gives some of them more than once; one without any gives none.
    pub fn indices(&self, times_us: &[u64], duration_us: u64) -> Vec<usize> {
        let Some(last_us) = times_us.last().copied() else { return Vec::new() };
        let count = self.frames as u128;
        let moment_us = |at: usize| {
            let at = at as u128;
            match self.sampling {
                Sampling::Middles => (2 * at + 1) * u128::from(duration_us) / (2 * count),
                Sampling::Ends if count > 1 => at * u128::from(last_us) / (count - 1),
                Sampling::Ends => 0,
            }
        };
        // Times are rounded to microseconds: what appears one later is meant.
        let shown = |at| times_us.partition_point(|appears| u128::from(*appears) <= moment_us(at) + 1);
        (0..self.frames).map(|at| shown(at).saturating_sub(1)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampled(frames: usize, sampling: Sampling, times_us: &[u64], duration_us: u64) -> Vec<usize> {
        VideoInput { frames, sampling }.indices(times_us, duration_us)
    }

    #[test]
    fn frames_are_spread_over_the_length_and_not_over_the_count() {
        let even: Vec<u64> = (0..30).map(|at| at * 1_000_000 / 30).collect();
        assert_eq!(sampled(3, Sampling::Middles, &even, 1_000_000), [5, 15, 25]);
        assert_eq!(sampled(3, Sampling::Ends, &even, 1_000_000), [0, 14, 29], "as a linear spacing cut down");
        // Half of its length is the first frame.
        let uneven = [0, 500_000, 600_000, 700_000, 800_000, 900_000];
        assert_eq!(sampled(4, Sampling::Middles, &uneven, 1_000_000), [0, 0, 2, 4]);
        assert_eq!(
            sampled(1, Sampling::Middles, &uneven, 1_000_000),
            [1],
            "the middle begins with the second"
        );
        assert_eq!(sampled(1, Sampling::Ends, &uneven, 1_000_000), [0]);
    }

    #[test]
    fn rounded_times_lose_no_frame() {
        let rounded: Vec<u64> = (0..31_u64).map(|at| (at * 1_000_000 + 15) / 30).collect();
        let all: Vec<usize> = (0..31).collect();
        assert_eq!(sampled(31, Sampling::Ends, &rounded, 1_033_333), all);
    }

    #[test]
    fn a_short_video_gives_frames_again_and_an_empty_one_none() {
        assert_eq!(sampled(4, Sampling::Middles, &[0], 40_000), [0; 4]);
        assert_eq!(sampled(4, Sampling::Ends, &[0, 40_000], 80_000), [0, 0, 0, 1]);
        assert!(sampled(4, Sampling::Middles, &[], 0).is_empty());
    }
}
