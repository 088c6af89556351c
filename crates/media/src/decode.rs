//! Bytes to pixels: format by content, size by header, turned upright, scaled down.
//!
//! The picture is scaled in its own pixel type and only the result becomes 8-bit RGBA, so a large picture
//! is in memory once (twice with alpha, which is premultiplied for scaling). Colour profiles are not
//! applied: the numbers are taken as sRGB, as most viewers of data sets do.

use std::{
    error::Error,
    fs::File,
    io::{self, Cursor, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use fast_image_resize::{ResizeOptions, Resizer};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, metadata::Orientation};
use tiebreak_domain::door::Pixels;

use crate::{
    content_kind::{ContentKind, format_name},
    error::MediaError,
    jpeg_end::reaches_its_end,
    jpeg_scale::decode_scaled,
    limits::Limits,
    problem::Problem,
};

/// Pictures above this many decoded bytes take turns, so that several threads do not each fill the memory
/// that the limit allows to one.
const LARGE_BYTES: u64 = 128 * 1024 * 1024;
static LARGE_PICTURES: Mutex<()> = Mutex::new(());

/// Reads and decodes a file; see [`decode`].
pub fn decode_file(path: &Path, fit: [u32; 2], limits: &Limits) -> Result<Pixels, MediaError> {
    read_file(path, limits)
        .and_then(|bytes| decode(&bytes, fit, limits))
        .map_err(|problem| MediaError::new(path.display().to_string(), problem))
}

/// The bytes of a regular file; anything else (a pipe would never end) is refused.
pub(crate) fn read_file(path: &Path, limits: &Limits) -> Result<Vec<u8>, Problem> {
    let metadata = path.metadata().map_err(Problem::from_io)?;
    if !metadata.is_file() {
        return Err(Problem::NotAFile);
    }
    let too_large = |bytes| Problem::FileTooLarge { bytes, limit_bytes: limits.file_bytes };
    if metadata.len() > limits.file_bytes {
        return Err(too_large(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    let file = File::open(path).map_err(Problem::from_io)?;
    // It may grow while it is read.
    file.take(limits.file_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(Problem::from_io)?;
    if bytes.len() as u64 > limits.file_bytes {
        return Err(too_large(bytes.len() as u64));
    }
    Ok(bytes)
}

/// Decodes the first frame, upright, scaled down to `fit` (width and height in pixels) where it is larger,
/// never up.
pub fn decode(bytes: &[u8], fit: [u32; 2], limits: &Limits) -> Result<Pixels, Problem> {
    let format = match ContentKind::of(bytes) {
        ContentKind::Image(format) => format,
        format @ ContentKind::OtherImage(_) => return Err(Problem::Unsupported { format }),
        looks_like => return Err(Problem::NotAnImage { looks_like }),
    };
    // The decoders are foreign code that reads hostile bytes: whatever goes wrong in there is the file's.
    let decoded = catch_unwind(AssertUnwindSafe(|| decode_known(bytes, format, fit, limits)));
    decoded.unwrap_or_else(|panic| {
        let message = panic_message(panic.as_ref());
        tracing::warn!(format = format_name(format), message, "an image decoder panicked");
        Err(Problem::Panicked { format: format_name(format), message })
    })
}

pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}

fn decode_known(
    bytes: &[u8],
    format: ImageFormat,
    fit: [u32; 2],
    limits: &Limits,
) -> Result<Pixels, Problem> {
    let problem = |error| problem_of(error, format, bytes, limits);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut allowed = image::Limits::no_limits();
    allowed.max_alloc = Some(limits.decoded_bytes);
    reader.limits(allowed);
    let mut decoder = reader.into_decoder().map_err(problem)?;
    let (width, height) = decoder.dimensions();
    let decoded_bytes = decoder.total_bytes();
    if decoded_bytes > limits.decoded_bytes {
        let limit_bytes = limits.decoded_bytes;
        return Err(Problem::TooLarge { width, height, bytes: decoded_bytes, limit_bytes });
    }
    if width == 0 || height == 0 || (format == ImageFormat::Jpeg && !reaches_its_end(bytes)) {
        return Err(Problem::Truncated { format: format_name(format), bytes: bytes.len() as u64 });
    }
    let _turn =
        (decoded_bytes > LARGE_BYTES).then(|| LARGE_PICTURES.lock().unwrap_or_else(PoisonError::into_inner));
    // A picture with a broken EXIF block is still a picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let full = [width, height];
    let wanted = size_within(full, upright(fit, orientation));
    let smaller = (format == ImageFormat::Jpeg)
        .then(|| decode_scaled(bytes, full, wanted, limits.decoded_bytes))
        .flatten();
    let picture = match smaller {
        Some(picture) => picture,
        None => DynamicImage::from_decoder(decoder).map_err(problem)?,
    };
    Ok(fitted(picture, full, wanted, orientation))
}

/// A size as it is before a picture is turned, or after.
fn upright([width, height]: [u32; 2], orientation: Orientation) -> [u32; 2] {
    let lies_on_its_side = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    if lies_on_its_side { [height, width] } else { [width, height] }
}

/// Scales first and turns after, because the smaller picture is quicker to turn. `full` is the size of the whole
/// picture, of which `picture` may be a smaller scale, and `wanted` the size it is brought to.
fn fitted(picture: DynamicImage, full: [u32; 2], wanted: [u32; 2], orientation: Orientation) -> Pixels {
    let has_size = [picture.width(), picture.height()] == wanted;
    let mut small = if has_size { picture } else { scaled(picture, wanted) };
    small.apply_orientation(orientation);
    let [full_width, full_height] = upright(full, orientation);
    let rgba = small.into_rgba8();
    Pixels {
        width: rgba.width(),
        height: rgba.height(),
        full_width,
        full_height,
        rgba: Arc::from(rgba.into_raw()),
    }
}

/// The largest size of the same shape that fits and is not larger than the picture itself.
pub(crate) fn size_within([width, height]: [u32; 2], [fit_width, fit_height]: [u32; 2]) -> [u32; 2] {
    let [fit_width, fit_height] = [fit_width.max(1), fit_height.max(1)];
    if width <= fit_width && height <= fit_height {
        return [width, height];
    }
    let ratio = (f64::from(fit_width) / f64::from(width)).min(f64::from(fit_height) / f64::from(height));
    let side = |full: u32, fit: u32| ((f64::from(full) * ratio).round() as u32).clamp(1, fit);
    [side(width, fit_width), side(height, fit_height)]
}

pub(crate) fn scaled(picture: DynamicImage, [width, height]: [u32; 2]) -> DynamicImage {
    let mut small = DynamicImage::new(width, height, picture.color());
    let resized = Resizer::new().resize(&picture, &mut small, &ResizeOptions::new());
    match resized {
        Ok(()) => small,
        Err(error) => {
            // A pixel type it does not know; slower, but it is the user's picture.
            tracing::debug!(%error, "falling back to the image crate's resampling");
            picture.resize_exact(width, height, image::imageops::FilterType::Lanczos3)
        }
    }
}

fn problem_of(error: ImageError, format: ImageFormat, bytes: &[u8], limits: &Limits) -> Problem {
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

#[cfg(test)]
mod tests;
