//! JPEG in four inks, for which there is a colour profile.
//!
//! Without a profile the ordinary decoder makes red, green and blue of the inks as best it can; with one the inks
//! themselves are needed.

use std::io::Cursor;

use image::{DynamicImage, RgbImage};
use jpeg_decoder::{Decoder, PixelFormat};
use moxcms::{Layout, TransformExecutor};

/// How inks lie: four numbers a pixel.
pub(crate) const LAYOUT: Layout = Layout::Rgba;

/// The picture in sRGB; none where it is not of four inks, or this decoder cannot.
pub(crate) fn decode(
    bytes: &[u8],
    executor: &std::sync::Arc<dyn TransformExecutor<u8> + Send + Sync>,
    limit_bytes: u64,
) -> Option<DynamicImage> {
    let mut decoder = Decoder::new(Cursor::new(bytes));
    decoder.set_max_decoding_buffer_size(usize::try_from(limit_bytes).unwrap_or(usize::MAX));
    decoder.read_info().ok()?;
    if decoder.info()?.pixel_format != PixelFormat::CMYK32 {
        return None;
    }
    let mut inks = decoder
        .decode()
        .inspect_err(|error| tracing::debug!(%error, "inks of a JPEG are left to the ordinary decoder"))
        .ok()?;
    let (width, height) = decoder.info().map(|info| (u32::from(info.width), u32::from(info.height)))?;
    if !is_from_adobe(bytes) {
        // The decoder takes every file for one of Adobe's, which store how much paper is seen instead of how much ink.
        for ink in &mut inks {
            *ink = 255 - *ink;
        }
    }
    let mut rgb = vec![0; width as usize * height as usize * 3];
    executor
        .transform(&inks, &mut rgb)
        .inspect_err(|error| tracing::warn!(%error, "a profile of inks cannot be applied to the pixels"))
        .ok()?;
    RgbImage::from_raw(width, height, rgb).map(DynamicImage::ImageRgb8)
}

/// Whether there is an APP14 segment of Adobe before the pixels.
fn is_from_adobe(bytes: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xFF, marker, high, low]) = bytes.get(at..).and_then(|rest| rest.first_chunk::<4>()) {
        match marker {
            0xEE if bytes.get(at + 4..at + 9) == Some(b"Adobe") => return true,
            0xDA => return false,
            0xFF => at += 1,
            _ => at += 2 + usize::from(u16::from_be_bytes([*high, *low])),
        }
    }
    false
}
