//! Images: found inside their folder, fetched where the user allowed it, decoded within limits, scaled.
//!
//! Everything that comes in is distrusted: a path may point outside, a name may lie about its format, a
//! header may promise more pixels than there is memory, a server may never finish. Each such thing ends in
//! a [`MediaError`] that names the image, the reason and a way out; none ends in a panic.
//!
//! Start at [`Images`], the one entry the engine uses: it joins [`MediaFolder`] (where an image is),
//! [`Fetcher`] (images at addresses), [`decode`] (bytes to pixels) and a cache with a byte budget. Nothing
//! here paints, and nothing here knows a project. [`Videos`] does the like for what moves and sounds.

mod address;
mod content_kind;
mod decode;
mod error;
mod fetcher;
mod folder;
mod image_cache;
mod images;
mod jpeg_end;
mod jpeg_scale;
mod limits;
mod network_thread;
mod problem;
mod single_flight;
mod video;

pub use address::host_of;
pub use content_kind::ContentKind;
pub use decode::{decode, decode_file};
pub use error::MediaError;
pub use fetcher::Fetcher;
pub use folder::{Located, MediaFolder};
pub use image_cache::{ContentKey, ImageCache, ImageKey};
pub use images::Images;
pub use limits::{FetchLimits, Limits};
pub use problem::Problem;
pub use video::{Ffmpeg, SOUND_CHANNELS, SOUND_RATE_HZ, VideoError, VideoLimits, VideoProblem, Videos};
