//! Videos: frames by index and sound by the sample, in bounded memory.
//!
//! A frame's index and time come from the file's own timestamps, never from a frame rate. Films are decoded by the
//! ffmpeg executable where one is found, which writes pixels into a pipe and tells the timestamp of every frame it
//! wrote; animated pictures and folders of numbered pictures need no ffmpeg. A frame is handed out only under the
//! index whose time it carries.
//!
//! Start at [`Videos`], the one entry the engine uses. `footage` is the trait behind which the ways of decoding are,
//! `reel` finds frames in a run of them, `ffmpeg` holds all that speaks to the executable.

mod animation;
mod ffmpeg;
mod footage;
mod frame_cache;
mod idle;
mod problem;
mod reel;
mod sequence;
mod sound;
mod timeline;
mod videos;

pub use ffmpeg::Ffmpeg;
pub use problem::{VideoError, VideoProblem};
pub use sound::{SOUND_CHANNELS, SOUND_RATE_HZ};
pub use videos::{VideoLimits, Videos};
