//! Images: found inside their folder, fetched where the user allowed it, decoded within limits, scaled.
//!
//! Everything that comes in is distrusted: a path may point outside, a name may lie about its format, a
//! header may promise more pixels than there is memory, a server may never finish. Each such thing ends in
//! a [`MediaError`] that names the image, the reason and a way out; none ends in a panic.
//!
//! Start at [`Images`], the one entry the engine uses: it joins [`MediaFolder`] (where an image is),
//! [`Fetcher`] (media at addresses), [`decode`] (bytes to pixels), tiles of large pictures, and caches with byte
//! budgets. Nothing here paints, and nothing here knows a project. [`Videos`] does the like for what moves and
//! sounds.
//!
//! What people see is brought to sRGB by the file's colour profile; what models score is the file's own numbers.

mod address;
mod avif;
mod avif_alpha;
mod avif_facts;
mod cache;
mod content_key;
mod content_kind;
mod conversion;
mod decode;
mod decode_problem;
mod error;
mod fetcher;
mod folder;
mod halving;
mod images;
mod jpeg_cmyk;
mod jpeg_end;
mod jpeg_scale;
mod levels;
mod light;
mod limits;
mod network_thread;
mod opened;
mod png_chunks;
mod png_colours;
mod problem;
mod pyramid;
mod shelf;
mod single_flight;
mod streamed;
mod tiff_profile;
mod tiles;
mod upright;
mod video;

pub use address::{host_of, is_address};
pub use content_kind::ContentKind;
pub use decode::{decode, decode_file, decode_for_screen};
pub use error::MediaError;
pub use fetcher::Fetcher;
pub use folder::{Located, MediaFolder};
pub use images::Images;
pub use limits::{FetchLimits, Limits, TileBudget};
pub use problem::Problem;
pub use video::{Ffmpeg, SOUND_CHANNELS, SOUND_RATE_HZ, VideoError, VideoLimits, VideoProblem, Videos};
