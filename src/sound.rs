//! Sound out of this machine: a queue that the interface fills, and a device that empties it.
//!
//! A thread opens the device when there is something to hear and lets it go after a while of silence, so that the
//! interface waits for no device. On Linux it is PulseAudio or PipeWire, spoken to over its socket, which needs no
//! library; elsewhere the system's own. Start at [`Speaker`].

#[cfg(any(target_os = "macos", windows))]
mod native;
#[cfg(not(any(target_os = "macos", windows)))]
mod pulse;
mod queue;

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tiebreak_domain::media::Sound;
use tiebreak_ui::host::SoundOut;

#[cfg(any(target_os = "macos", windows))]
use native as system;
#[cfg(not(any(target_os = "macos", windows)))]
use pulse as system;
use queue::Queue;

/// Samples a second, of each channel.
const RATE_HZ: u32 = 48_000;
/// Left and right.
const CHANNELS: usize = 2;
/// How long a device that plays nothing is kept.
const SILENCE: Duration = Duration::from_secs(5);
/// How long a device that failed is left alone.
const REST: Duration = Duration::from_secs(10);

/// Where this machine's sound goes.
pub struct Speaker {
    queue: Arc<Queue>,
}

impl Speaker {
    /// Starts the thread that puts sound out; it opens nothing yet.
    pub fn start() -> Self {
        let queue = Arc::new(Queue::default());
        let emptied = Arc::clone(&queue);
        let spawned = thread::Builder::new().name("tiebreak-sound".to_owned()).spawn(move || {
            while emptied.wait_for_something() {
                match system::open(Arc::clone(&emptied)) {
                    Ok(device) => {
                        emptied.set_problem(None);
                        emptied.wait_for_silence(SILENCE);
                        drop(device);
                    }
                    Err(reason) => {
                        tracing::warn!(reason, "no sound can be heard");
                        emptied.set_problem(Some(format!("No sound can be heard: {reason}")));
                        emptied.rest(REST);
                    }
                }
            }
        });
        if let Err(error) = spawned {
            queue.set_problem(Some(format!("No sound can be heard: {error}")));
        }
        Self { queue }
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl SoundOut for Speaker {
    fn queue(&mut self, sound: &Sound) {
        self.queue.push(&sound.samples);
    }

    fn heard(&self) -> u64 {
        self.queue.heard(Instant::now())
    }

    fn waiting(&self) -> u64 {
        self.queue.waiting(Instant::now())
    }

    fn hold(&mut self, is_held: bool) {
        self.queue.hold(is_held);
    }

    fn stop(&mut self) {
        self.queue.stop();
    }

    fn set_volume(&mut self, volume: f32) {
        self.queue.set_volume(volume);
    }

    fn problem(&self) -> Option<String> {
        self.queue.problem()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Needs a sound server, one without a loudspeaker too: `TIEBREAK_TEST_SOUND=1`.
    #[test]
    fn a_server_hears_what_is_queued_at_the_speed_of_time() {
        if std::env::var_os("TIEBREAK_TEST_SOUND").is_none() {
            eprintln!("skipped: TIEBREAK_TEST_SOUND is not set");
            return;
        }
        let mut speaker = Speaker::start();
        let second = Sound { rate_hz: RATE_HZ, channels: 2, samples: vec![0.1; 2 * RATE_HZ as usize].into() };
        let started = Instant::now();
        speaker.queue(&second);
        while speaker.waiting() > 0 && started.elapsed() < Duration::from_secs(20) {
            assert_eq!(speaker.problem(), None);
            assert!(speaker.heard() as f64 <= started.elapsed().as_secs_f64() * f64::from(RATE_HZ) + 1.0);
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!((speaker.heard(), speaker.waiting()), (48_000, 0));
        speaker.queue(&second);
        speaker.stop();
        assert_eq!((speaker.heard(), speaker.waiting()), (0, 0));
    }
}
