//! PulseAudio, or PipeWire in its place: its socket, spoken to without a library.

use std::sync::Arc;
use std::time::Instant;

use futures_executor::block_on;
use pulseaudio::protocol::{
    ChannelMap, PlaybackStreamParams, SampleFormat, SampleSpec,
    stream::{BufferAttr, StreamFlags},
};
use pulseaudio::{AsPlaybackSource, Client, PlaybackStream};

use super::queue::Queue;
use super::{CHANNELS, RATE_HZ};

/// How much the server holds, in samples: a twentieth of a second.
const HELD: u32 = RATE_HZ / 20;
const SAMPLE_BYTES: usize = size_of::<f32>();

/// A stream that plays; dropping it ends it.
pub struct Device {
    _stream: PlaybackStream,
    _client: Client,
}

/// Opens the usual output, which empties the queue from then on.
pub fn open(queue: Arc<Queue>) -> Result<Device, String> {
    let reason = |error| match error {
        pulseaudio::ClientError::ServerUnavailable => {
            "there is no PulseAudio or PipeWire server for this user".to_owned()
        }
        error => format!("the sound server refused ({error})"),
    };
    let client = Client::from_env(c"Tiebreak").map_err(reason)?;
    let held_bytes = HELD * (CHANNELS * SAMPLE_BYTES) as u32;
    let params = PlaybackStreamParams {
        sample_spec: SampleSpec {
            format: SampleFormat::Float32Le,
            channels: CHANNELS as u8,
            sample_rate: RATE_HZ,
        },
        channel_map: ChannelMap::stereo(),
        buffer_attr: BufferAttr {
            max_length: held_bytes * 4,
            target_length: held_bytes,
            pre_buffering: 0,
            minimum_request_length: held_bytes / 4,
            ..BufferAttr::default()
        },
        flags: StreamFlags { adjust_latency: true, ..StreamFlags::default() },
        ..PlaybackStreamParams::default()
    };
    let mut samples: Vec<f32> = Vec::new();
    let source = move |bytes: &mut [u8]| {
        let count = bytes.len() / (CHANNELS * SAMPLE_BYTES) * CHANNELS;
        samples.resize(count, 0.0);
        // What is asked for now is heard once what the server holds is over.
        let asked = (count / CHANNELS) as u64;
        queue.fill(Instant::now(), u64::from(HELD).saturating_sub(asked), &mut samples);
        for (bytes, sample) in bytes.as_chunks_mut().0.iter_mut().zip(&samples) {
            *bytes = sample.to_le_bytes();
        }
        count * SAMPLE_BYTES
    };
    let stream = block_on(client.create_playback_stream(params, source.as_playback_source()));
    Ok(Device { _stream: stream.map_err(reason)?, _client: client })
}
