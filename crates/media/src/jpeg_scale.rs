//! JPEG at a half, a quarter or an eighth of its size: a smaller transform of the same coefficients, so that most of a
//! large picture's pixels are never made.
//!
//! The smallest such scale that is still as large as what is wanted is taken, and the rest is resampled as ever. What
//! this decoder does not do (four colours, twelve bits, damage) is left to the one that does everything.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, RgbImage};
use jpeg_decoder::{Decoder, PixelFormat};

/// The picture at the smallest scale that is at least as large as `wanted` (width and height in pixels); none where
/// that is its full size, or this decoder cannot.
pub(crate) fn decode_scaled(
    bytes: &[u8],
    [width, height]: [u32; 2],
    [wanted_width, wanted_height]: [u32; 2],
    limit_bytes: u64,
) -> Option<DynamicImage> {
    let is_large_enough =
        |part: &u32| width.div_ceil(*part) >= wanted_width && height.div_ceil(*part) >= wanted_height;
    let part = [8, 4, 2].into_iter().find(is_large_enough)?;
    let width = u16::try_from(width.div_ceil(part)).ok()?;
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_max_decoding_buffer_size(usize::try_from(limit_bytes).unwrap_or(usize::MAX));
    let decode = |decoder: &mut Decoder<_>| -> Result<_, jpeg_decoder::Error> {
        // It is content where one side is large enough; so the width alone says which scale.
        let size = decoder.scale(width, u16::MAX)?;
        Ok((size, decoder.decode()?))
    };
    let ((width, height), pixels) = decode(&mut decoder)
        .inspect_err(|error| tracing::debug!(%error, "a JPEG is decoded whole instead of scaled"))
        .ok()?;
    let (width, height) = (u32::from(width), u32::from(height));
    if width < wanted_width || height < wanted_height {
        return None;
    }
    match decoder.info()?.pixel_format {
        PixelFormat::RGB24 => RgbImage::from_raw(width, height, pixels).map(DynamicImage::ImageRgb8),
        PixelFormat::L8 => GrayImage::from_raw(width, height, pixels).map(DynamicImage::ImageLuma8),
        PixelFormat::L16 | PixelFormat::CMYK32 => None,
    }
}
