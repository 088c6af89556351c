//! Sound through the browser's own mixer: every stretch is put where the one before ends, on the mixer's clock, and
//! what was heard is read off that clock.

use tiebreak_domain::media::Sound;
use web_sys::{AudioBufferSourceNode, AudioContext, AudioContextOptions, AudioContextState, GainNode};

use crate::host::SoundOut;

/// How far ahead a stretch begins where nothing is queued, so that it is not cut at its beginning.
const LEAD_S: f64 = 0.03;
/// What the engine gives.
const RATE_HZ: u32 = 48_000;

/// The browser's mixer, or why there is none.
pub struct Speaker(Result<Mixer, String>);

struct Mixer {
    context: AudioContext,
    gain: GainNode,
    queued: Vec<Stretch>,
    /// Samples in all since the last stop.
    total: u64,
    is_held: bool,
}

struct Stretch {
    source: AudioBufferSourceNode,
    begins_s: f64,
    first: u64,
    count: u64,
}

impl Speaker {
    /// Asks the browser for a mixer.
    pub fn start() -> Self {
        let options = AudioContextOptions::new();
        options.set_sample_rate(RATE_HZ as f32);
        let mixer = AudioContext::new_with_context_options(&options).and_then(|context| {
            let gain = context.create_gain()?;
            gain.connect_with_audio_node(&context.destination())?;
            Ok(Mixer { context, gain, queued: Vec::new(), total: 0, is_held: false })
        });
        Self(mixer.map_err(|_| "This browser gives no sound".to_owned()))
    }
}

impl Mixer {
    fn queue(&mut self, sound: &Sound) -> Result<(), wasm_bindgen::JsValue> {
        let channels = usize::from(sound.channels.max(1));
        let count = sound.samples.len() / channels;
        if count == 0 {
            return Ok(());
        }
        let buffer = self.context.create_buffer(channels as u32, count as u32, sound.rate_hz as f32)?;
        for channel in 0..channels {
            let samples: Vec<f32> = sound.samples.iter().skip(channel).step_by(channels).copied().collect();
            buffer.copy_to_channel(&samples, channel as i32)?;
        }
        let source = self.context.create_buffer_source()?;
        source.set_buffer(Some(&buffer));
        source.connect_with_audio_node(&self.gain)?;
        let now_s = self.context.current_time();
        let follows_s = self.queued.last().map(Stretch::ends_s).filter(|ends_s| *ends_s >= now_s);
        let begins_s = follows_s.unwrap_or(now_s + LEAD_S);
        source.start_with_when(begins_s)?;
        self.queued.push(Stretch { source, begins_s, first: self.total, count: count as u64 });
        self.total += count as u64;
        // Until a key or a click a browser holds all sound; asking again is no harm.
        if !self.is_held && self.context.state() == AudioContextState::Suspended {
            let _ = self.context.resume()?;
        }
        Ok(())
    }

    fn heard(&self) -> u64 {
        let now_s = self.context.current_time();
        let begun = self.queued.iter().rev().find(|stretch| stretch.begins_s <= now_s);
        begun.map_or(self.queued.first().map_or(self.total, |first| first.first), |stretch| {
            let samples = ((now_s - stretch.begins_s) * f64::from(RATE_HZ)) as u64;
            stretch.first + samples.min(stretch.count)
        })
    }

    fn forget_heard(&mut self) {
        let now_s = self.context.current_time();
        let over = self.queued.iter().take_while(|stretch| stretch.ends_s() < now_s).count();
        // The last one is kept: what was heard is counted from it.
        self.queued.drain(..over.min(self.queued.len().saturating_sub(1)));
    }
}

impl Stretch {
    fn ends_s(&self) -> f64 {
        self.begins_s + self.count as f64 / f64::from(RATE_HZ)
    }
}

impl SoundOut for Speaker {
    fn queue(&mut self, sound: &Sound) {
        let Ok(mixer) = &mut self.0 else { return };
        mixer.forget_heard();
        if mixer.queue(sound).is_err() {
            self.0 = Err("This browser takes no more sound".to_owned());
        }
    }

    fn heard(&self) -> u64 {
        self.0.as_ref().map_or(0, Mixer::heard)
    }

    fn waiting(&self) -> u64 {
        self.0.as_ref().map_or(0, |mixer| mixer.total - mixer.heard())
    }

    fn hold(&mut self, is_held: bool) {
        let Ok(mixer) = &mut self.0 else { return };
        if mixer.is_held != is_held {
            mixer.is_held = is_held;
            // The clock stands still meanwhile; what comes of it is no matter of ours.
            let _ = if is_held { mixer.context.suspend() } else { mixer.context.resume() };
        }
    }

    fn stop(&mut self) {
        let Ok(mixer) = &mut self.0 else { return };
        for stretch in mixer.queued.drain(..) {
            // One that is over already says so, and that is no harm.
            #[expect(deprecated, reason = "the only name that web-sys has for it")]
            let _ = stretch.source.stop();
            let _ = stretch.source.disconnect();
        }
        mixer.total = 0;
    }

    fn set_volume(&mut self, volume: f32) {
        if let Ok(mixer) = &mut self.0 {
            mixer.gain.gain().set_value(volume);
        }
    }

    fn problem(&self) -> Option<String> {
        self.0.as_ref().err().cloned()
    }
}
