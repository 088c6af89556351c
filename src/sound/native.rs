//! CoreAudio and WASAPI, through cpal.

use std::sync::Arc;
use std::time::Instant;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, OutputCallbackInfo, Stream, StreamConfig};

use super::queue::Queue;
use super::{CHANNELS, RATE_HZ};

/// A stream that plays; dropping it ends it.
pub struct Device {
    _stream: Stream,
}

/// Opens the usual output, which empties the queue from then on.
pub fn open(queue: Arc<Queue>) -> Result<Device, String> {
    let device = cpal::default_host().default_output_device().ok_or("there is no output device")?;
    let config =
        StreamConfig { channels: CHANNELS as u16, sample_rate: RATE_HZ, buffer_size: BufferSize::Default };
    let give = move |out: &mut [f32], info: &OutputCallbackInfo| {
        let stamp = info.timestamp();
        let ahead = stamp.playback.saturating_duration_since(stamp.callback);
        let latency = (ahead.as_secs_f64() * f64::from(RATE_HZ)) as u64;
        queue.fill(Instant::now(), latency, out);
    };
    let complain = |error: cpal::Error| tracing::warn!(%error, "the sound device complains");
    let refused = |error: cpal::Error| format!("the device refused ({error})");
    let stream = device.build_output_stream(config, give, complain, None).map_err(refused)?;
    stream.play().map_err(refused)?;
    Ok(Device { _stream: stream })
}
