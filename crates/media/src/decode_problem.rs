//! What a decoder's error says about the image.

use std::{error::Error, io, sync::Arc};

use image::{ImageError, ImageFormat};

use crate::{content_kind::format_name, limits::Limits, problem::Problem};

/// The problem behind an error of the `image` crate.
pub(crate) fn problem_of(error: ImageError, format: ImageFormat, bytes: &[u8], limits: &Limits) -> Problem {
    let name = format_name(format);
    match &error {
        ImageError::Limits(_) => Problem::TooMuchMemory { limit_bytes: limits.decoded_bytes },
        ImageError::Unsupported(_) => Problem::UnsupportedVariety { format: name, source: Arc::new(error) },
        other if ends_too_soon(other) || is_short_riff(bytes) => {
            Problem::Truncated { format: name, bytes: bytes.len() as u64 }
        }
        _ => Problem::Damaged { format: name, source: Arc::new(error) },
    }
}

/// A WebP file says its length after "RIFF"; its decoder complains only of the bits that are missing.
fn is_short_riff(bytes: &[u8]) -> bool {
    bytes
        .strip_prefix(b"RIFF")
        .and_then(|rest| rest.first_chunk())
        .is_some_and(|length| u64::from(u32::from_le_bytes(*length)) + 8 > bytes.len() as u64)
}

/// Some decoders keep the system's error, some only say it in words.
fn ends_too_soon(error: &ImageError) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        let is_end = error
            .downcast_ref::<io::Error>()
            .is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof);
        let words = error.to_string().to_lowercase();
        if is_end
            || ["unexpected end", "unexpected eof", "end of file", "fill whole buffer", "exhausted"]
                .iter()
                .any(|it| words.contains(it))
        {
            return true;
        }
        next = error.source();
    }
    false
}
