//! Samples on their way to a device, and how many of them were heard.
//!
//! A device asks for samples before they are heard. How long before is its latency, which it tells; between two asks
//! time goes on. So what was heard is what was given, less the latency, plus the time since.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::{CHANNELS, RATE_HZ};

/// The queue; the interface and a device share it.
#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    samples: VecDeque<f32>,
    /// Samples of each channel that a device took since the last stop.
    given: u64,
    /// When it last took some, and how many before they are heard.
    last_given: Option<(Instant, u64)>,
    /// The most that was said to be heard, so that it never goes back.
    heard: u64,
    is_held: bool,
    is_closed: bool,
    /// 1 less the volume, so that the usual is full.
    quieter: f32,
    problem: Option<String>,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn push(&self, samples: &[f32]) {
        self.state().samples.extend(samples);
        self.changed.notify_all();
    }

    pub fn hold(&self, is_held: bool) {
        let mut state = self.state();
        if is_held {
            // Time does not go on for what is held.
            state.heard = state.heard_at(Instant::now());
            state.last_given = None;
        }
        state.is_held = is_held;
        self.changed.notify_all();
    }

    pub fn stop(&self) {
        let mut state = self.state();
        state.samples.clear();
        (state.given, state.heard, state.last_given) = (0, 0, None);
        self.changed.notify_all();
    }

    pub fn set_volume(&self, volume: f32) {
        self.state().quieter = 1.0 - volume.clamp(0.0, 1.0);
    }

    pub fn heard(&self, now: Instant) -> u64 {
        let mut state = self.state();
        state.heard = state.heard_at(now);
        state.heard
    }

    pub fn waiting(&self, now: Instant) -> u64 {
        let state = self.state();
        state.given + (state.samples.len() / CHANNELS) as u64 - state.heard_at(now)
    }

    pub fn problem(&self) -> Option<String> {
        self.state().problem.clone()
    }

    pub fn set_problem(&self, problem: Option<String>) {
        self.state().problem = problem;
    }

    pub fn close(&self) {
        self.state().is_closed = true;
        self.changed.notify_all();
    }

    /// Gives a device samples that are heard `latency` samples later: silence where there are none.
    pub fn fill(&self, now: Instant, latency: u64, out: &mut [f32]) {
        let mut state = self.state();
        let volume = 1.0 - state.quieter;
        let ready = if state.is_held { 0 } else { state.samples.len().min(out.len()) / CHANNELS * CHANNELS };
        for (out, sample) in out.iter_mut().zip(state.samples.drain(..ready)) {
            *out = sample * volume;
        }
        out[ready..].fill(0.0);
        if ready > 0 {
            state.heard = state.heard_at(now);
            let count = (ready / CHANNELS) as u64;
            state.given += count;
            state.last_given = Some((now, latency + count));
            self.changed.notify_all();
        }
    }

    /// Waits until there is something to hear; false if nothing ever will be.
    pub fn wait_for_something(&self) -> bool {
        let mut state = self.state();
        while !state.is_closed && (state.is_held || state.samples.is_empty()) {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        !state.is_closed
    }

    /// Waits until nothing was heard for so long, or nothing ever will be.
    pub fn wait_for_silence(&self, silence: Duration) {
        let mut state = self.state();
        while !state.is_closed {
            let is_silent = state.is_held || state.samples.is_empty();
            let (next, waited) =
                self.changed.wait_timeout(state, silence).unwrap_or_else(PoisonError::into_inner);
            state = next;
            if waited.timed_out() && is_silent {
                return;
            }
        }
    }

    /// Waits, or until it is closed.
    pub fn rest(&self, rest: Duration) {
        let still_open = |state: &mut State| !state.is_closed;
        drop(self.changed.wait_timeout_while(self.state(), rest, still_open));
    }
}

impl State {
    fn heard_at(&self, now: Instant) -> u64 {
        let Some((at, behind)) = self.last_given else { return self.heard };
        let since = now.saturating_duration_since(at).as_secs_f64() * f64::from(RATE_HZ);
        let left = behind.saturating_sub(since as u64);
        self.given.saturating_sub(left).max(self.heard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many samples of each channel, counted up.
    fn samples(from: u32, count: u32) -> Vec<f32> {
        (from..from + count).flat_map(|at| [at as f32, -(at as f32)]).collect()
    }

    #[test]
    fn what_is_queued_is_given_once_in_order_and_silence_is_not_counted() {
        let (queue, now) = (Queue::default(), Instant::now());
        let mut out = vec![9.0; 8];
        queue.fill(now, 0, &mut out);
        assert_eq!(out, [0.0; 8], "nothing is queued");
        queue.push(&samples(1, 3));
        queue.push(&samples(4, 3));
        queue.fill(now, 0, &mut out);
        assert_eq!(out, samples(1, 4));
        queue.set_volume(0.5);
        queue.fill(now, 0, &mut out);
        assert_eq!(out, [2.5, -2.5, 3.0, -3.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(queue.heard(now + Duration::from_secs(9)), 6);
        assert_eq!(queue.waiting(now + Duration::from_secs(9)), 0);
    }

    #[test]
    fn what_was_heard_goes_on_with_time_and_never_back() {
        let (queue, start) = (Queue::default(), Instant::now());
        let at = |ms: u64| start + Duration::from_millis(ms);
        queue.push(&samples(0, 9600));
        let mut out = vec![0.0; 2 * 4800];
        // 20 ms pass before the first is heard, and these are 100 ms.
        queue.fill(at(0), 960, &mut out);
        assert_eq!([0, 20, 70, 120, 500].map(|ms| queue.heard(at(ms))), [0, 0, 2400, 4800, 4800]);
        queue.fill(at(110), 960, &mut out);
        assert_eq!(queue.heard(at(110)), 4800, "a device that came early sets nothing back");
        assert_eq!(queue.waiting(at(180)), 9600 - 7200);
        queue.stop();
        assert_eq!((queue.heard(at(200)), queue.waiting(at(200))), (0, 0));
    }

    #[test]
    fn what_is_held_stays_and_its_clock_stands() {
        let (queue, now) = (Queue::default(), Instant::now());
        queue.push(&samples(1, 8));
        let mut out = vec![0.0; 8];
        queue.fill(now, 0, &mut out);
        queue.hold(true);
        let heard = queue.heard(Instant::now());
        queue.fill(now, 0, &mut out);
        assert_eq!(out, [0.0; 8]);
        assert_eq!(queue.heard(Instant::now() + Duration::from_secs(5)), heard);
        queue.hold(false);
        queue.fill(now, 0, &mut out);
        assert_eq!(out, samples(5, 4), "not one is lost");
    }
}
