//! What every way of decoding a video can do: tell its times, and run through its frames from some index on.

use tiebreak_domain::door::Pixels;

use super::{problem::VideoProblem, timeline::Timeline};

/// Pictures that fit in a square of so many pixels are for finding a place: nobody watches them play.
const SMALL_SIDE: u32 = 256;

/// Whether what fits in this is for finding a place. It may take its time, and is soon done with.
pub(crate) fn is_small(fit: [u32; 2]) -> bool {
    fit.iter().all(|side| *side <= SMALL_SIDE)
}

/// A video that was opened and looked through.
pub(crate) trait Footage: Send + Sync {
    /// Its times.
    fn timeline(&self) -> &Timeline;

    /// Begins to decode, such that the first frame taken is the one of this index or, where that cannot be had
    /// quickly, an earlier one. What is scaled fits in `fit`.
    fn run_from(&self, index: u32, fit: [u32; 2]) -> Result<Box<dyn Run>, VideoProblem>;
}

/// Frames, one after the other, in the order they are shown. Dropping it ends the work.
pub(crate) trait Run: Send {
    /// The next frame; none after the last.
    fn take(&mut self) -> Result<Option<Taken>, VideoProblem>;
}

/// A decoded frame.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    /// When it appears, by the decoder, on the scale of [`Timeline::times_us`].
    pub at_us: i64,
    /// What is seen.
    pub pixels: Pixels,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_over_the_bar_are_small_and_panes_are_not() {
        assert!(is_small([192, 108]) && is_small([108, 192]));
        assert!(!is_small([384, 216]) && !is_small([128, 896]));
    }
}
