//! Media looked at closely: tiles of large pictures, frames and sound of videos.
//!
//! The interface pulls: it asks for the tiles in view, and for the frames that come next, so that what is held
//! is bounded by the side that shows it. Times are whole microseconds from a video's beginning; a frame is
//! known by its index, and the times of all frames come from the file's own timestamps.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::SourceId;
use crate::door::Pixels;

/// Width and height of a tile, in pixels; those at the right and lower edge may be smaller.
pub const TILE_SIDE: u32 = 512;

/// Which tile of a picture is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TileRequest {
    /// The source whose media folder the picture is in.
    pub source: SourceId,
    /// As the data has it.
    pub uri: String,
    /// The size that the picture is brought to before it is cut, so that pictures of different size can lie on
    /// one another; none for its own.
    pub as_size: Option<[u32; 2]>,
    /// 0 is full size; every level halves both sides, rounded up.
    pub level: u8,
    /// From the left, in tiles of this level.
    pub column: u32,
    /// From the top, in tiles of this level.
    pub row: u32,
}

/// A medium in a source's folder.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MediumRequest {
    /// The source whose media folder it is in.
    pub source: SourceId,
    /// As the data has it.
    pub uri: String,
}

/// What is known of a video before any frame is decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoInfo {
    /// Width and height in pixels as it is to be shown: turned upright, pixels made square.
    pub size: [u32; 2],
    /// When each frame appears, in the order they are shown, from 0 for the first.
    pub times_us: Arc<[u64]>,
    /// When the last frame ends.
    pub duration_us: u64,
    /// Whether there is sound.
    pub has_sound: bool,
    /// What it is coded with, as its decoder calls it: `h264`, `gif`.
    pub codec: String,
    /// What is to be known of how it is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<VideoRemark>,
}

/// What is to be known of how a video is shown: something that its file does not say, or that cannot be done here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VideoRemark {
    /// Its pictures say nothing of time, and so many a second are shown.
    NumberedPictures {
        /// How many.
        per_second: u16,
    },
    /// It is of high dynamic range, which the ffmpeg of this machine cannot bring to the screen's: it looks pale.
    RangeNotMapped,
}

impl VideoInfo {
    /// The frame that is on the screen at a time: the last that has appeared.
    pub fn frame_at(&self, time_us: u64) -> u32 {
        let shown = self.times_us.partition_point(|appears_us| *appears_us <= time_us);
        shown.saturating_sub(1) as u32
    }
}

/// Which frames of a video are wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FramesRequest {
    /// The video.
    pub medium: MediumRequest,
    /// Largest width and height in pixels; scaled down to fit, never up.
    pub fit: [u32; 2],
    /// The index of the first.
    pub first: u32,
    /// How many, one after the other.
    pub count: u32,
    /// Whether they are looked at and not played, so that no loss is allowed on the way.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_exact: bool,
}

/// Frames in the order they are shown; fewer than asked where the video ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frames {
    /// The index of the first.
    pub first: u32,
    /// The frames; `full_width` and `full_height` are the video's.
    pub pictures: Vec<Pixels>,
}

/// Which stretch of a medium's sound is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SoundRequest {
    /// The video, or the sound.
    pub medium: MediumRequest,
    /// Where it begins, in the medium's own time.
    pub from_us: u64,
    /// How much of the medium's own time.
    pub length_us: u64,
    /// How fast it is to sound, in hundredths, at the pitch it has: 100 is as it was recorded.
    pub speed_percent: u16,
}

/// A stretch of sound.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sound {
    /// Samples a second of each channel.
    pub rate_hz: u32,
    /// 1 or 2.
    pub channels: u8,
    /// From -1 to 1, channels side by side.
    pub samples: Arc<[f32]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_frame_on_the_screen_is_the_last_that_appeared() {
        let info = VideoInfo {
            size: [2, 2],
            times_us: [0, 40_000, 100_000].into(),
            duration_us: 140_000,
            has_sound: false,
            codec: "h264".into(),
            remark: None,
        };
        let frames = [0, 39_999, 40_000, 99_999, 100_000, 9_000_000].map(|time_us| info.frame_at(time_us));
        assert_eq!(frames, [0, 0, 1, 1, 2, 2]);
    }
}
