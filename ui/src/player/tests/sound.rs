//! Pictures against the sound of a device whose crystal is not quite the computer's.

use std::collections::VecDeque;

use super::*;
use crate::host::SoundOut;

/// Samples a millisecond.
const PER_MS: u64 = 48;
/// How long one picture of thirty a second is.
const FRAME_US: u64 = 33_334;

/// A device that plays what is queued at its own rate, and knows which sample of the medium it is at.
struct Device {
    /// By how many millionths it is faster than the clock of the computer.
    ppm: i64,
    now_ms: u64,
    /// Runs of samples on their way, by the place of the first in the medium.
    queued: VecDeque<(u64, u64)>,
    queued_count: u64,
    /// Samples heard since it was stopped, in millionths.
    heard: u64,
    is_held: bool,
    starts: u32,
}

impl Device {
    fn new(ppm: i64, now_ms: u64) -> Self {
        let queued = VecDeque::new();
        Self { ppm, now_ms, queued, queued_count: 0, heard: 0, is_held: false, starts: 0 }
    }

    fn pass_to(&mut self, now_ms: u64) {
        let passed_ms = now_ms - std::mem::replace(&mut self.now_ms, now_ms);
        if !self.is_held {
            let rate = PER_MS * (1_000_000_i64 + self.ppm) as u64;
            self.heard = (self.heard + passed_ms * rate).min(self.queued_count * 1_000_000);
        }
    }

    /// The medium's own time of what is heard now; none while nothing is.
    fn hears_us(&self) -> Option<u64> {
        let mut before = 0;
        let heard = self.heard();
        let run = self.queued.iter().find(|(_, count)| {
            before += count;
            heard < before
        });
        let (from, count) = run?;
        Some((from + heard - (before - count)) * 1_000 / PER_MS)
    }
}

impl SoundOut for Device {
    fn queue(&mut self, sound: &Sound) {
        let from = place_of([sound.samples[0], sound.samples[1]]);
        if let Some((last, count)) = self.queued.back() {
            assert_eq!(from, last + count, "without a gap");
        } else {
            self.starts += 1;
        }
        let count = sound.samples.len() as u64 / 2;
        self.queued.push_back((from, count));
        self.queued_count += count;
    }

    fn heard(&self) -> u64 {
        self.heard / 1_000_000
    }

    fn waiting(&self) -> u64 {
        self.queued_count - self.heard()
    }

    fn hold(&mut self, is_held: bool) {
        self.is_held = is_held;
    }

    fn stop(&mut self) {
        self.queued.clear();
        (self.queued_count, self.heard) = (0, 0);
    }

    fn set_volume(&mut self, _volume: f32) {}

    fn problem(&self) -> Option<String> {
        None
    }
}

/// A sample that says its place in the medium, left in thousands and right what is left.
fn sample_at(place: u64) -> [f32; 2] {
    [(place / 1_000) as f32, (place % 1_000) as f32]
}

fn place_of([thousands, rest]: [f32; 2]) -> u64 {
    thousands as u64 * 1_000 + rest as u64
}

/// What is asked for at the usual speed. Of a stretch far from the beginning, from which nothing is cut off, only the
/// first sample says its place.
pub(super) fn numbered(request: &SoundRequest) -> Sound {
    let from = request.from_us * PER_MS / 1_000;
    let count = request.length_us * PER_MS * 100 / 1_000 / u64::from(request.speed_percent);
    let mut samples = vec![0.0; count as usize * 2];
    let told = if request.from_us < 2_000_000 { count } else { 1 };
    for (at, sample) in (0..told).zip(samples.as_chunks_mut::<2>().0) {
        *sample = sample_at(from + at);
    }
    Sound { rate_hz: 48_000, channels: 2, samples: samples.into() }
}

/// How far pictures and sound are apart at most over ten minutes, once it is heard.
fn farthest_apart_us(ppm: i64) -> u64 {
    let small = || sized(18_000, 30, [8, 4]);
    let with_sound = VideoInfo { has_sound: true, ..small() };
    let mut bench = Bench::new(Ends::Hold, &[("a.mp4", with_sound), ("b.mp4", small())]);
    let medium = bench.media()[0].clone();
    bench.player.toggle_solo(&medium);
    let mut device = Device::new(ppm, bench.now_ms);
    let (mut farthest_us, mut last_us) = (0, 0);
    let mut frames_heard = 0;
    for frame in 0_u64.. {
        // As a window has them: not one like the other, and now and then a long one.
        let step_ms = if frame % 997 == 0 { 70 } else { 16 + frame % 2 };
        device.pass_to(bench.now_ms + step_ms);
        bench.player.tick_sound(Some(&mut device), bench.now_ms + step_ms);
        bench.frame(step_ms);
        let shown_us = bench.player.shown_us();
        if shown_us >= 599_000_000 {
            break;
        }
        assert!(shown_us >= last_us, "the pictures never go back");
        assert!(frame < 60_000, "it comes to its end");
        if frame % 500 == 0 {
            assert_eq!(bench.shown(), bench.covering());
        }
        last_us = shown_us;
        if let Some(heard_us) = device.hears_us() {
            frames_heard += 1;
            farthest_us = farthest_us.max(heard_us.abs_diff(shown_us));
        }
    }
    assert!(frames_heard > 30_000, "it is heard all the time: {frames_heard}");
    assert_eq!(device.starts, 1, "it never had to begin anew");
    farthest_us
}

#[test]
fn ten_minutes_by_a_crystal_that_is_off_stay_within_one_frame() {
    // Left alone they would be 60 milliseconds apart at the end, nearly two frames.
    for ppm in [100, -100] {
        let farthest_us = farthest_apart_us(ppm);
        assert!(farthest_us <= FRAME_US, "{ppm} millionths: {farthest_us} µs");
    }
}

#[test]
fn a_short_loop_begins_its_sound_anew_each_time_and_goes_no_faster_for_it() {
    let with_sound = VideoInfo { has_sound: true, ..sized(90, 30, [8, 4]) };
    let mut bench = Bench::new(Ends::Hold, &[("a.mp4", with_sound)]);
    for (at_us, command) in [(500_000, Command::LoopFrom), (700_000, Command::LoopTo)] {
        bench.player.seek(at_us, bench.now_ms);
        bench.command(command);
    }
    bench.player.seek(500_000, bench.now_ms);
    let medium = bench.media()[0].clone();
    bench.player.toggle_solo(&medium);
    let mut device = Device::new(0, bench.now_ms);
    let (mut rounds, mut last_us, mut heard) = (0, 500_000, 0);
    for _ in 0..250 {
        device.pass_to(bench.now_ms + 16);
        bench.player.tick_sound(Some(&mut device), bench.now_ms + 16);
        bench.frame(16);
        let shown_us = bench.player.shown_us();
        rounds += u32::from(shown_us < last_us);
        last_us = shown_us;
        if let Some(heard_us) = device.hears_us() {
            heard += 1;
            assert!(heard_us < 700_000, "nothing behind the range is heard: {heard_us}");
            assert!(heard_us.abs_diff(shown_us) <= 2 * FRAME_US, "{heard_us} with {shown_us}");
        }
    }
    assert!((19..=20).contains(&rounds), "four seconds are twenty rounds of a fifth: {rounds}");
    assert!(device.starts >= 18 && heard > 150, "it is heard in each: {} and {heard}", device.starts);
}

#[test]
fn what_is_too_slow_to_be_heard_is_silent() {
    let with_sound = |frames| VideoInfo { has_sound: true, ..sized(frames, 30, [8, 4]) };
    let mut bench = Bench::new(Ends::Stretch, &[("a.mp4", with_sound(30)), ("b.mp4", with_sound(90))]);
    let medium = bench.media()[0].clone();
    bench.player.toggle_solo(&medium);
    let mut device = Device::new(0, bench.now_ms);
    for (speed_percent, is_heard) in [(50, true), (25, false)] {
        bench.player.clock.set_speed(speed_percent, bench.now_ms);
        bench.waiting.clear();
        bench.is_stalled = true;
        for _ in 0..4 {
            bench.player.tick_sound(Some(&mut device), bench.now_ms + 16);
            bench.frame(16);
        }
        let asked = bench.waiting.iter().any(|wanted| matches!(wanted, Wanted::Sound(_)));
        assert_eq!(asked, is_heard, "a third of {speed_percent} %");
    }
}
