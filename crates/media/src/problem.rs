//! What can be wrong with an image, in words, and what to do about each.

use std::{io, sync::Arc, time::Duration};

use crate::{Ffmpeg, content_kind::ContentKind};

/// What is wrong with an image; which one is said by [`crate::MediaError`].
#[derive(Clone, Debug, thiserror::Error)]
pub enum Problem {
    /// The source has no media folder, and the path is relative to one.
    #[error("the data names an image by path, but its source has no media folder")]
    NoFolder,
    /// The media folder itself is gone.
    #[error("the media folder is missing, so is the image")]
    FolderMissing {
        /// The folder.
        folder: String,
    },
    /// The path leads out of the media folder.
    #[error("the path leads outside the media folder")]
    Outside,
    /// Neither a usable path nor an http(s) address.
    #[error("{why} cannot be an image's path")]
    NotAPath {
        /// What it is: "a file: address", "an empty path".
        why: String,
    },
    /// An address, and fetching is off.
    #[error("the image is on the network, and fetching is off for this source")]
    AddressesOff,
    /// No such file.
    #[error("the image is missing")]
    NotFound,
    /// Something is there that is not a file.
    #[error("there is a folder or device, not a file")]
    NotAFile,
    /// The system refuses to read it.
    #[error("the image may not be read by this user")]
    PermissionDenied,
    /// Reading failed.
    #[error("the image cannot be read ({source})")]
    Read {
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// The file or body is larger than allowed.
    #[error("the file is too large ({}, the limit is {})", readable(*bytes), readable(*limit_bytes))]
    FileTooLarge {
        /// Its size in bytes, or as much as was read.
        bytes: u64,
        /// [`crate::Limits::file_bytes`] or [`crate::FetchLimits::body_bytes`].
        limit_bytes: u64,
    },
    /// The picture is larger than allowed.
    #[error(
        "the picture is too large ({width} x {height} pixels, {} decoded, the limit is {})",
        readable(*bytes), readable(*limit_bytes)
    )]
    TooLarge {
        /// Width in pixels, from the header.
        width: u32,
        /// Height in pixels, from the header.
        height: u32,
        /// Decoded size in bytes.
        bytes: u64,
        /// [`crate::Limits::decoded_bytes`].
        limit_bytes: u64,
    },
    /// The decoder would need more memory than allowed, for something else than the picture.
    #[error("decoding the picture would take more memory than the limit ({})", readable(*limit_bytes))]
    TooMuchMemory {
        /// [`crate::Limits::decoded_bytes`].
        limit_bytes: u64,
    },
    /// No such tile.
    #[error(
        "a picture of {width} x {height} pixels has no tile in column {column}, row {row} of level {level}"
    )]
    NoSuchTile {
        /// From 0, the full size.
        level: u8,
        /// From the left.
        column: u32,
        /// From the top.
        row: u32,
        /// Width of the full size in pixels.
        width: u32,
        /// Height of the full size in pixels.
        height: u32,
    },
    /// A picture is to be brought to a size without pixels, or one that is larger than allowed.
    #[error("a picture cannot be brought to {width} x {height} pixels")]
    BadSize {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The file was written while it was read.
    #[error("the image was changed while it was read")]
    ChangedMeanwhile,
    /// It ends too soon.
    #[error("the {format} file is cut off after {}", readable(*bytes))]
    Truncated {
        /// "PNG", "JPEG", …
        format: &'static str,
        /// How much of it is there.
        bytes: u64,
    },
    /// It is not an image at all.
    #[error("this is no image but {looks_like}")]
    NotAnImage {
        /// "a web page", "an empty file", "text", "unknown data".
        looks_like: ContentKind,
    },
    /// An image in a format that is not read.
    #[error("{format} images are not supported")]
    Unsupported {
        /// "HEIC", "SVG", …
        format: ContentKind,
    },
    /// A supported format in a variety that is not read.
    #[error("this variety of {format} is not supported ({source})")]
    UnsupportedVariety {
        /// "TIFF", …
        format: &'static str,
        /// What the decoder said.
        source: Arc<image::ImageError>,
    },
    /// The contents break the rules of their format.
    #[error("the {format} file is damaged ({source})")]
    Damaged {
        /// "PNG", …
        format: &'static str,
        /// What the decoder said.
        source: Arc<image::ImageError>,
    },
    /// The program that decodes this format is not there.
    #[error("AVIF images are decoded by ffmpeg, which is not installed")]
    NoFfmpeg,
    /// The program that decodes this format made nothing of it.
    #[error("ffmpeg cannot decode the {format} file ({reason})")]
    Undecodable {
        /// "AVIF".
        format: &'static str,
        /// What the program said.
        reason: String,
    },
    /// The decoder failed in a way it should not.
    #[error("the {format} file broke the decoder ({message})")]
    Panicked {
        /// "PNG", …
        format: &'static str,
        /// What it said.
        message: String,
    },
    /// The server answered with an error.
    #[error("the server answered {status}")]
    Status {
        /// The HTTP status code.
        status: u16,
    },
    /// Redirected too often, or to somewhere else than http(s).
    #[error("{why}")]
    Redirect {
        /// A sentence.
        why: String,
    },
    /// The connection failed.
    #[error("the image cannot be fetched ({message})")]
    Connection {
        /// The innermost reason.
        message: String,
        /// The whole of it.
        source: Arc<reqwest::Error>,
    },
    /// The address cannot be parsed.
    #[error("the address cannot be understood")]
    BadAddress,
    /// It took too long.
    #[error("the server took more than {limit:?}")]
    TookTooLong {
        /// [`crate::FetchLimits::total`].
        limit: Duration,
    },
    /// A bucket refused, or could not be reached.
    #[error("the bucket cannot be read ({message})")]
    Bucket {
        /// The innermost reason.
        message: String,
        /// The whole of it.
        source: Arc<object_store::Error>,
    },
    /// What was fetched could not be written to the cache folder.
    #[error("what was fetched cannot be kept ({source})")]
    Unkept {
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// There is no folder for what is fetched.
    #[error("there is no cache folder for what is fetched")]
    NoCacheFolder,
    /// No client could be made.
    #[error("this machine cannot fetch images ({message})")]
    NoClient {
        /// Why.
        message: String,
    },
}

impl Problem {
    /// From a failure to open or read.
    pub(crate) fn from_io(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::NotFound,
            io::ErrorKind::PermissionDenied => Self::PermissionDenied,
            _ => Self::Read { source: Arc::new(error) },
        }
    }

    /// Whether the same content will fail in the same way again.
    pub(crate) fn is_lasting(&self) -> bool {
        matches!(
            self,
            Self::FileTooLarge { .. }
                | Self::TooLarge { .. }
                | Self::TooMuchMemory { .. }
                | Self::Truncated { .. }
                | Self::NotAnImage { .. }
                | Self::Unsupported { .. }
                | Self::UnsupportedVariety { .. }
                | Self::Damaged { .. }
                | Self::Undecodable { .. }
                | Self::Panicked { .. }
        )
    }

    /// What to do about it: a sentence without a full stop.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoFolder => "choose the folder with the images in the source's settings",
            Self::FolderMissing { .. } => {
                "put the folder back, connect its disk, or choose another media folder for the source"
            }
            Self::Outside => {
                "copy the image into the media folder, or choose a media folder that holds them all"
            }
            Self::NotAPath { .. } => {
                "name images by a path inside the media folder, or by an http or https address"
            }
            Self::AddressesOff => {
                "allow fetching for this source, or download the images and name their paths"
            }
            Self::NotFound => "check that the media folder is the right one and that the file is in it",
            Self::NotAFile => "name a file",
            Self::PermissionDenied => "give this user the right to read the file and its folder",
            // More than a byte for each of red, green, blue and alpha.
            Self::TooLarge { width, height, bytes, limit_bytes }
                if u64::from(*width) * u64::from(*height) * 4 <= *limit_bytes && bytes > limit_bytes =>
            {
                "save it with 8 bits a channel, or scale it down, and import it again"
            }
            Self::FileTooLarge { .. } | Self::TooLarge { .. } | Self::TooMuchMemory { .. } => {
                "scale the picture down and import it again"
            }
            Self::NoSuchTile { .. } | Self::BadSize { .. } => {
                "please report this: the picture itself is whole"
            }
            Self::ChangedMeanwhile => "try again once it is written",
            Self::NoFfmpeg => {
                return Some(format!("{}; or convert the images to PNG", Ffmpeg::how_to_install()));
            }
            Self::Truncated { .. }
            | Self::Damaged { .. }
            | Self::Undecodable { .. }
            | Self::Panicked { .. } => {
                "copy or download the file again, or save it anew with another program"
            }
            Self::NotAnImage { looks_like } => match looks_like {
                ContentKind::GitLfsPointer => "run `git lfs pull` where the images come from",
                ContentKind::WebPage => {
                    "check that the address leads to the image itself, not to a page about it"
                }
                _ => {
                    "check what the data names here: PNG, JPEG, WebP, GIF, BMP, TIFF, AVIF, Radiance HDR and OpenEXR are shown"
                }
            },
            Self::Unsupported { .. } | Self::UnsupportedVariety { .. } => {
                "convert it to PNG, JPEG or WebP and import it again"
            }
            Self::Status { status: 404 | 410 } => {
                "the image is gone from there: check the address in the data"
            }
            Self::Status { status: 401 | 403 } => {
                "it may not be read without a login: let the program read it (for a bucket, by its provider's variables, such as AWS_ACCESS_KEY_ID), or download the images and name their paths"
            }
            Self::Redirect { .. } | Self::BadAddress => "check the address in the data",
            Self::Status { .. } | Self::Connection { .. } | Self::TookTooLong { .. } => {
                "check the network and try again in a minute"
            }
            Self::Read { .. } => "check the disk, and try again",
            Self::Bucket { .. } => {
                "check the bucket's name and its provider's variables (AWS_REGION, AWS_ENDPOINT, GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_ACCOUNT_NAME, …)"
            }
            Self::Unkept { .. } | Self::NoCacheFolder => "make room on the disk, and try again",
            Self::NoClient { .. } => "install the system's root certificates, or download the images",
        };
        Some(hint.to_owned())
    }
}

/// "6.4 GB" of 6,400,000,000 bytes: decimal units, as file managers show them.
fn readable(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_with_fewer_bits_is_told_so() {
        let hint = |width, height, bytes| {
            let limit_bytes = crate::Limits::default().decoded_bytes;
            Problem::TooLarge { width, height, bytes, limit_bytes }.hint().unwrap_or_default()
        };
        assert!(hint(16_384, 16_384, 16_384 * 16_384 * 6).starts_with("save it with 8 bits"));
        assert!(hint(40_000, 40_000, 40_000 * 40_000 * 3).starts_with("scale the picture down"));
    }

    #[test]
    fn sizes_read_as_in_a_file_manager() {
        let shown: Vec<String> =
            [0, 999, 1000, 999_960, 536_870_912, 6_400_000_000, u64::MAX].map(readable).into();
        assert_eq!(
            shown,
            ["0 bytes", "999 bytes", "1.0 kB", "1.0 MB", "536.9 MB", "6.4 GB", "18446744.1 TB"]
        );
    }
}
