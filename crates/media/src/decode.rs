//! Bytes to pixels: format by content, size by header, turned upright, scaled down.
//!
//! The picture is scaled in its own pixel type and only the result becomes 8-bit RGBA, so a large picture
//! is in memory once (twice with alpha, which is premultiplied for scaling). There are two ways to take its
//! numbers: [`decode`] as they are stored, which is what models were trained on, and [`decode_for_screen`] as the
//! file says they are to be seen; they differ only where there is a colour profile or code points of colours.

use std::{fs::File, io::Read, path::Path, sync::Arc};

use fast_image_resize::{ResizeOptions, Resizer};
use image::{DynamicImage, ImageFormat, metadata::Orientation};
use tiebreak_domain::door::Pixels;

use crate::{
    conversion::{Colours, Conversion},
    error::MediaError,
    limits::Limits,
    opened::{Opened, guarded, turn_for, turned},
    problem::Problem,
};

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
/// never up. The numbers are taken as sRGB whatever a colour profile says.
pub fn decode(bytes: &[u8], fit: [u32; 2], limits: &Limits) -> Result<Pixels, Problem> {
    guarded(bytes, limits, |format, bytes| decode_known(bytes, format, fit, limits, Colours::AsStored))
}

/// The same with colours as they are to be seen: by the file's colour profile or code points, brought to sRGB. A
/// profile that is broken is left out of account, and traced.
pub fn decode_for_screen(bytes: &[u8], fit: [u32; 2], limits: &Limits) -> Result<Pixels, Problem> {
    guarded(bytes, limits, |format, bytes| decode_known(bytes, format, fit, limits, Colours::Screen))
}

/// Width and height by the header, upright; no pixel is decoded, but of AVIF.
pub(crate) fn size_of(bytes: &[u8], limits: &Limits) -> Result<[u32; 2], Problem> {
    let size = |format, bytes: &[u8]| Ok(Opened::new(bytes, format, limits, Colours::AsStored)?.full());
    guarded(bytes, limits, size)
}

fn decode_known(
    bytes: &[u8],
    format: ImageFormat,
    fit: [u32; 2],
    limits: &Limits,
    colours: Colours,
) -> Result<Pixels, Problem> {
    let opened = Opened::new(bytes, format, limits, colours)?;
    let (stored, orientation, conversion) = (opened.stored, opened.orientation, opened.conversion.clone());
    let wanted = size_within(stored, turned(fit, orientation));
    let _turn = turn_for(opened.decoded_bytes);
    let picture = opened.picture(wanted)?;
    Ok(fitted(picture, stored, wanted, orientation, &conversion))
}

/// Scales first and turns after, because the smaller picture is quicker to turn. `full` is the size of the whole
/// picture, of which `picture` may be a smaller scale, and `wanted` the size it is brought to.
fn fitted(
    picture: DynamicImage,
    full: [u32; 2],
    wanted: [u32; 2],
    orientation: Orientation,
    conversion: &Conversion,
) -> Pixels {
    let (small, conversion) = resized(picture, wanted, conversion);
    let mut small = DynamicImage::from(conversion.rgba_from(small));
    small.apply_orientation(orientation);
    pixels_of(small, turned(full, orientation))
}

/// A picture as the door has it; `full` is the size of what it is a smaller scale of.
pub(crate) fn pixels_of(picture: DynamicImage, [full_width, full_height]: [u32; 2]) -> Pixels {
    let rgba = picture.into_rgba8();
    Pixels {
        width: rgba.width(),
        height: rgba.height(),
        full_width,
        full_height,
        rgba: Arc::from(rgba.into_raw()),
    }
}

/// Brought to a size, and how what came out is still to be converted. Light is not averaged but what is seen of it, as
/// in every other picture: one bright lamp must not outshine what is around it.
pub(crate) fn resized(
    picture: DynamicImage,
    wanted: [u32; 2],
    conversion: &Conversion,
) -> (DynamicImage, Conversion) {
    if [picture.width(), picture.height()] == wanted {
        return (picture, conversion.clone());
    }
    match conversion {
        Conversion::Light(light) => (scaled(light.rgba_from(&picture).into(), wanted), Conversion::AsIs),
        _ => (scaled(picture, wanted), conversion.clone()),
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

#[cfg(test)]
mod tests;
