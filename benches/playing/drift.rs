//! How far the films' clock is from the machine's after minutes of playing.

use std::time::Instant;

use super::films::{CLIPS, make, project};
use super::show::{Show, WINDOW};

/// Small, so that nothing has to be waited for; of different rates.
const SIZE: [u32; 2] = [480, 270];
const RATES: [u64; 2] = [30, 25];

/// Plays for so many seconds and tells.
pub fn run(seconds: u64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for ((clip, seed), rate) in CLIPS.iter().zip(["0", "3"]).zip(RATES) {
        make(&folder.path().join(clip), SIZE, rate, seed, seconds + 5);
    }
    let mut show = Show::open(project(folder.path()), WINDOW);
    let mut since = Since::now(&show);
    let (mut most_us, mut last_us, mut before_us, mut held) = (0_i64, 0_i64, 0_i64, 0_u64);
    let (mut frames, mut wrong) = (0_u64, 0_u64);
    show.play(seconds, |show, _| {
        let Some(player) = show.player() else { return };
        if player.clock().is_held() {
            // It waits for a decoder: that is told, and counted from anew.
            held += 1;
            before_us += std::mem::take(&mut last_us);
            since = Since::now(show);
            return;
        }
        last_us = since.off_us(show);
        most_us = most_us.max((before_us + last_us).abs());
        for (frame, rate) in show.frames().unwrap_or_default().iter().zip(RATES) {
            frames += 1;
            let due = show.shown_us() * rate / 1_000_000;
            wrong += u64::from(*frame != Some(due as u32));
        }
    });
    println!(
        "after {seconds} s of films of {} and {} frames a second the clock is {:.1} ms from the machine's, {:.1} ms at \
         most; it waited in {held} frames of the window; of {frames} frames of films {wrong} did not cover the clock",
        RATES[0],
        RATES[1],
        (before_us + last_us) as f64 / 1e3,
        most_us as f64 / 1e3
    );
}

/// A moment by both clocks.
struct Since {
    wall: Instant,
    shown_us: u64,
}

impl Since {
    fn now(show: &Show) -> Self {
        Self { wall: show.frame_began, shown_us: show.shown_us() }
    }

    /// How far what is shown is ahead of the machine's clock, both counted from here.
    fn off_us(&self, show: &Show) -> i64 {
        (show.shown_us() - self.shown_us) as i64
            - show.frame_began.duration_since(self.wall).as_micros() as i64
    }
}
