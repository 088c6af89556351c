//! Finds frames by index in a run of decoded ones, going on where it stands, or beginning anew.
//!
//! The frame of an index is the one that is on the screen at its time: the one that carries that time, or, where
//! the decoder left that one out (it was damaged), the last one before it. Nothing later is ever given for it. If a
//! run begins too late, because the container's index is wrong, the next one begins at the start.

use std::{sync::Arc, time::Instant};

use tiebreak_domain::door::Pixels;

use super::{
    footage::{Footage, Run, Taken},
    problem::VideoProblem,
    timeline::Timeline,
};

/// Going through so many frames is quicker than to begin anew behind a key frame.
const QUICKER_TO_GO_ON: u32 = 24;
/// Who steps back wants to step back again: so many frames before are decoded along.
const STEP_BACK: u32 = 24;
/// Who goes somewhere wants to look around: so many frames before are kept of those that are decoded on the way, or
/// all of the way would be gone once more for them.
const AROUND: u32 = 8;

/// A video at a size, with the run through it that is under way.
pub(crate) struct Reel {
    footage: Arc<dyn Footage>,
    fit: [u32; 2],
    under_way: Option<UnderWay>,
    /// When it was last asked for anything.
    pub used: Instant,
}

struct UnderWay {
    run: Box<dyn Run>,
    /// The frame that is on the screen where the run stands.
    shown: Option<Taken>,
    /// The one after it, if it was taken already.
    ahead: Option<Taken>,
    has_ended: bool,
}

impl Reel {
    pub fn new(footage: Arc<dyn Footage>, fit: [u32; 2], now: Instant) -> Self {
        Self { footage, fit, under_way: None, used: now }
    }

    /// Ends the run, if one is under way.
    pub fn stop(&mut self) {
        self.under_way = None;
    }

    /// The frame of an index; `seen` is told each frame that is passed, with its index.
    pub fn frame(&mut self, index: u32, seen: &mut dyn FnMut(u32, &Pixels)) -> Result<Pixels, VideoProblem> {
        let footage = Arc::clone(&self.footage);
        let timeline = footage.timeline();
        let found = self.look(timeline, index, seen);
        if found.is_err() {
            self.under_way = None;
        }
        found
    }

    fn look(
        &mut self,
        timeline: &Timeline,
        index: u32,
        seen: &mut dyn FnMut(u32, &Pixels),
    ) -> Result<Pixels, VideoProblem> {
        if !self.under_way.as_ref().is_some_and(|it| it.should_go_on(timeline, index)) {
            let before = if self.is_step_back(timeline, index) { STEP_BACK } else { AROUND };
            self.begin(index.saturating_sub(before).max(timeline.key_before(index)))?;
        }
        if let Some(pixels) = self.go_to(timeline, index, seen)? {
            return Ok(pixels);
        }
        tracing::debug!(index, "seeking came out too late, decoding from the start");
        self.begin(0)?;
        let found = self.go_to(timeline, index, seen)?;
        found.ok_or_else(|| VideoProblem::Undecodable { index, message: "nor any before it".into() })
    }

    /// Whether it stands a little behind what is wanted.
    fn is_step_back(&self, timeline: &Timeline, index: u32) -> bool {
        let shown = self.under_way.as_ref().and_then(|it| it.shown.as_ref());
        let stands_at = shown.and_then(|shown| timeline.index_at(shown.at_us));
        stands_at.is_some_and(|stands_at| stands_at > index && stands_at - index <= 2 * STEP_BACK)
    }

    /// What runs is ended before the next begins, so that there is never more than one.
    fn begin(&mut self, index: u32) -> Result<(), VideoProblem> {
        self.under_way = None;
        let run = self.footage.run_from(index, self.fit)?;
        self.under_way = Some(UnderWay { run, shown: None, ahead: None, has_ended: false });
        Ok(())
    }

    fn go_to(
        &mut self,
        timeline: &Timeline,
        index: u32,
        seen: &mut dyn FnMut(u32, &Pixels),
    ) -> Result<Option<Pixels>, VideoProblem> {
        let Some(under_way) = &mut self.under_way else { return Ok(None) };
        let wanted_us = timeline.times_us[index as usize] as i64;
        under_way.go_to(wanted_us, &mut |taken| {
            if let Some(index) = timeline.index_at(taken.at_us) {
                seen(index, &taken.pixels);
            }
        })?;
        Ok(under_way.shown.as_ref().map(|shown| shown.pixels.clone()))
    }
}

impl UnderWay {
    /// Whether what is wanted comes sooner by going on than by beginning anew.
    fn should_go_on(&self, timeline: &Timeline, index: u32) -> bool {
        let Some(shown) = &self.shown else { return false };
        let wanted_us = timeline.times_us[index as usize] as i64;
        if shown.at_us > wanted_us + 1 {
            return false;
        }
        let stands_at = timeline.times_us.partition_point(|at_us| *at_us as i64 <= shown.at_us + 1) as u32;
        timeline.key_before(index) <= stands_at || index.saturating_sub(stands_at) <= QUICKER_TO_GO_ON
    }

    /// Takes frames until the one on the screen at this time is found.
    fn go_to(&mut self, wanted_us: i64, seen: &mut dyn FnMut(&Taken)) -> Result<(), VideoProblem> {
        loop {
            // The next one need not be known if this is the very one.
            if self.shown.as_ref().is_some_and(|shown| (shown.at_us - wanted_us).abs() <= 1) {
                return Ok(());
            }
            if self.ahead.is_none() && !self.has_ended {
                self.ahead = self.run.take()?;
                self.has_ended = self.ahead.is_none();
            }
            match self.ahead.take() {
                Some(taken) if taken.at_us <= wanted_us + 1 => {
                    seen(&taken);
                    self.shown = Some(taken);
                }
                later => {
                    self.ahead = later;
                    return Ok(());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Mutex;

    use super::*;

    /// Frames of one pixel that say their time; keys every tenth.
    struct Made {
        timeline: Timeline,
        /// Indices that the decoder leaves out.
        damaged: Vec<u32>,
        /// How many frames too late a run begins that does not begin at the start.
        seeks_late_by: u32,
        begun: Mutex<Vec<u32>>,
    }

    struct MadeRun(std::vec::IntoIter<i64>);

    impl Run for MadeRun {
        fn take(&mut self) -> Result<Option<Taken>, VideoProblem> {
            Ok(self.0.next().map(|at_us| Taken {
                at_us,
                pixels: Pixels {
                    width: 1,
                    height: 1,
                    full_width: 1,
                    full_height: 1,
                    rgba: (at_us as u32).to_le_bytes().to_vec().into(),
                },
            }))
        }
    }

    impl Footage for Made {
        fn timeline(&self) -> &Timeline {
            &self.timeline
        }

        fn run_from(&self, index: u32, _fit: [u32; 2]) -> Result<Box<dyn Run>, VideoProblem> {
            self.begun.lock().unwrap().push(index);
            let from = if index == 0 { 0 } else { index + self.seeks_late_by };
            let left = (from..self.timeline.count()).filter(|index| !self.damaged.contains(index));
            let times: Vec<_> = left.map(|index| self.timeline.times_us[index as usize] as i64).collect();
            Ok(Box::new(MadeRun(times.into_iter())))
        }
    }

    fn made(damaged: &[u32], seeks_late_by: u32) -> Arc<Made> {
        let mut timeline = Timeline::of_lengths(&[40_000; 100], [1, 1], "made");
        timeline.keys = (0..10).map(|ten| ten * 10).collect();
        Arc::new(Made { timeline, damaged: damaged.to_vec(), seeks_late_by, begun: Mutex::default() })
    }

    fn frame(reel: &mut Reel, index: u32) -> u32 {
        let pixels = reel.frame(index, &mut |_, _| {}).unwrap();
        u32::from_le_bytes(pixels.rgba[..].try_into().unwrap()) / 40_000
    }

    fn reel(made: &Arc<Made>) -> Reel {
        Reel::new(made.clone(), [1, 1], Instant::now())
    }

    #[test]
    fn it_goes_on_where_it_stands_and_begins_anew_where_that_is_quicker() {
        let made = made(&[], 0);
        let mut reel = reel(&made);
        let asked = [0, 1, 2, 5, 5, 29, 99, 98, 97, 3];
        assert_eq!(asked.map(|index| frame(&mut reel, index)), asked);
        // 29 is near; 99 is behind a key frame; 98 is a step back, from its key frame on; 3 is far back.
        assert_eq!(*made.begun.lock().unwrap(), [0, 91, 90, 90, 0]);
    }

    #[test]
    fn frames_passed_on_the_way_are_told() {
        let made = made(&[], 0);
        let mut reel = reel(&made);
        let mut seen = Vec::new();
        reel.frame(99, &mut |index, _| seen.push(index)).unwrap();
        assert_eq!(seen, [91, 92, 93, 94, 95, 96, 97, 98, 99], "looking around needs no decoder");
        seen.clear();
        reel.frame(95, &mut |index, _| seen.push(index)).unwrap();
        assert_eq!(seen, [90, 91, 92, 93, 94, 95], "stepping back again needs no decoder");
    }

    #[test]
    fn a_seek_that_comes_out_late_is_done_again_from_the_start() {
        let made = made(&[], 3);
        let mut reel = reel(&made);
        assert_eq!(frame(&mut reel, 50), 50);
        assert_eq!(*made.begun.lock().unwrap(), [50, 0]);
    }

    #[test]
    fn a_frame_that_was_left_out_shows_the_one_before_it_however_it_is_reached() {
        let made = made(&[0, 1, 40, 41, 99], 0);
        let mut reel = reel(&made);
        assert_eq!([39, 40, 41, 42].map(|index| frame(&mut reel, index)), [39, 39, 39, 42]);
        assert_eq!(frame(&mut reel, 99), 98);
        let mut sought = self::reel(&made);
        assert_eq!(frame(&mut sought, 41), 39, "the seek finds nothing before it");
        let none = sought.frame(1, &mut |_, _| {}).unwrap_err();
        assert!(matches!(none, VideoProblem::Undecodable { index: 1, .. }), "{none}");
    }
}
