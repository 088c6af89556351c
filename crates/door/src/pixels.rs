//! Decoded pictures, frames and sound as bytes: JSON would be four times as long and slow to read.
//!
//! A body is the length of a JSON header (32 bits, little-endian), the header, and the blobs one after the other.
//! The header is the reply without its bytes, with `lengths` of the blobs: a picture or tile has `width`, `height`,
//! `full_width`, `full_height`, a picture also `may_move`, where its file may be an animation; frames have `first` and
//! `pictures` of that kind; sound has `rate_hz` and `channels`.
//! Blobs are RGBA of 8 bits, or PNG or JPEG where that is asked for; or `flat`, for readers that cannot read
//! transparency without loss: a byte, and a PNG without transparency. Where the byte is 1 the PNG is twice as high as
//! the picture, and the transparency stands as grey below the colours. Sound is 32-bit floats, little-endian.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use serde_json::{Value, json};
use tiebreak_domain::door::{Picture, Pixels};
use tiebreak_domain::{ApiError, ErrorCode, Reply, Request, SourceId};

const JPEG_QUALITY: u8 = 90;

/// As what pictures are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// As they are.
    Raw,
    /// PNG.
    Png,
    /// A PNG without transparency, which stands below the colours if there is any.
    Flat,
    /// JPEG; transparency becomes white.
    Jpeg,
}

impl Coding {
    /// The coding of a word; raw where nothing is said.
    pub fn of(word: Option<&str>) -> Option<Self> {
        match word {
            None | Some("raw") => Some(Self::Raw),
            Some("png") => Some(Self::Png),
            Some("flat") => Some(Self::Flat),
            Some("jpeg") => Some(Self::Jpeg),
            Some(_) => None,
        }
    }
}

/// The medium that is asked about; none where it is something else that is asked.
pub fn medium_of(request: &Request) -> Option<(SourceId, &str)> {
    match request {
        Request::Image(image) => Some((image.source, &image.uri)),
        Request::Tile(tile) => Some((tile.source, &tile.uri)),
        Request::Frames(frames) => Some((frames.medium.source, &frames.medium.uri)),
        Request::Sound(sound) => Some((sound.medium.source, &sound.medium.uri)),
        _ => None,
    }
}

/// The body for a reply.
pub fn body(reply: &Reply, coding: Coding) -> Result<Vec<u8>, ApiError> {
    let (mut header, blobs) = match reply {
        Reply::Image(Picture { pixels, may_move }) => {
            let mut facts = facts(pixels);
            facts["may_move"] = (*may_move).into();
            (facts, vec![coded(pixels, coding)?])
        }
        Reply::Tile(pixels) => (facts(pixels), vec![coded(pixels, coding)?]),
        Reply::Frames(frames) => {
            let pictures: Vec<Value> = frames.pictures.iter().map(facts).collect();
            let blobs =
                frames.pictures.iter().map(|pixels| coded(pixels, coding)).collect::<Result<_, _>>()?;
            (json!({ "first": frames.first, "pictures": pictures }), blobs)
        }
        Reply::Sound(sound) => {
            let bytes = sound.samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
            (json!({ "rate_hz": sound.rate_hz, "channels": sound.channels }), vec![bytes])
        }
        _ => return Err(ApiError::new(ErrorCode::System, "the engine answered something else")),
    };
    header["lengths"] = blobs.iter().map(Vec::len).collect();
    let header = header.to_string();
    let mut body = Vec::with_capacity(4 + header.len() + blobs.iter().map(Vec::len).sum::<usize>());
    body.extend_from_slice(&(header.len() as u32).to_le_bytes());
    body.extend_from_slice(header.as_bytes());
    for blob in blobs {
        body.extend_from_slice(&blob);
    }
    Ok(body)
}

fn facts(pixels: &Pixels) -> Value {
    json!({
        "width": pixels.width,
        "height": pixels.height,
        "full_width": pixels.full_width,
        "full_height": pixels.full_height,
    })
}

fn coded(pixels: &Pixels, coding: Coding) -> Result<Vec<u8>, ApiError> {
    let (width, height) = (pixels.width, pixels.height);
    let mut bytes = Cursor::new(Vec::new());
    let written = match coding {
        Coding::Raw => return Ok(pixels.rgba.to_vec()),
        Coding::Png => PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Adaptive)
            .write_image(&pixels.rgba, width, height, ExtendedColorType::Rgba8),
        Coding::Flat => return flat(pixels),
        Coding::Jpeg => {
            let on_white = |channel: u8, alpha: u8| {
                let alpha = u32::from(alpha);
                ((u32::from(channel) * alpha + 255 * (255 - alpha) + 127) / 255) as u8
            };
            let rgb: Vec<u8> = pixels
                .rgba
                .chunks_exact(4)
                .flat_map(|pixel| [0, 1, 2].map(|channel| on_white(pixel[channel], pixel[3])))
                .collect();
            JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY).write_image(
                &rgb,
                width,
                height,
                ExtendedColorType::Rgb8,
            )
        }
    };
    written.map_err(uncoded)?;
    Ok(bytes.into_inner())
}

fn uncoded(error: image::ImageError) -> ApiError {
    ApiError::new(ErrorCode::System, format!("the picture could not be coded: {error}"))
}

/// Colours alone, above their transparency if there is any, behind a byte that says which.
fn flat(pixels: &Pixels) -> Result<Vec<u8>, ApiError> {
    let (rgba, _) = pixels.rgba.as_chunks::<4>();
    let is_clear = rgba.iter().any(|pixel| pixel[3] < u8::MAX);
    let colours = rgba.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]);
    let alpha = rgba.iter().filter(|_| is_clear).flat_map(|[.., alpha]| [*alpha; 3]);
    let rgb: Vec<u8> = colours.chain(alpha).collect();
    let height = if is_clear { pixels.height * 2 } else { pixels.height };
    let mut bytes = Cursor::new(vec![u8::from(is_clear)]);
    bytes.set_position(1);
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Adaptive)
        .write_image(&rgb, pixels.width, height, ExtendedColorType::Rgb8)
        .map_err(uncoded)?;
    Ok(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tiebreak_domain::media::{Frames, Sound};

    use super::*;

    fn pixels() -> Pixels {
        let rgba = [[255, 0, 0, 255], [0, 0, 255, 0]].concat().into();
        Pixels { width: 2, height: 1, full_width: 20, full_height: 10, rgba }
    }

    fn read(body: &[u8]) -> (Value, Vec<Vec<u8>>) {
        let length = u32::from_le_bytes(body[..4].try_into().unwrap()) as usize;
        let header: Value = serde_json::from_slice(&body[4..4 + length]).unwrap();
        let mut rest = &body[4 + length..];
        let mut blobs = Vec::new();
        for length in header["lengths"].as_array().unwrap() {
            let (blob, behind) = rest.split_at(length.as_u64().unwrap() as usize);
            blobs.push(blob.to_vec());
            rest = behind;
        }
        assert!(rest.is_empty(), "nothing stands behind the last blob");
        (header, blobs)
    }

    #[test]
    fn a_picture_comes_with_its_facts() {
        let picture = Picture { pixels: pixels(), may_move: true };
        let (header, blobs) = read(&body(&Reply::Image(picture), Coding::Raw).unwrap());
        assert_eq!(header["may_move"].as_bool(), Some(true));
        assert_eq!((header["width"].as_u64(), header["full_height"].as_u64()), (Some(2), Some(10)));
        assert_eq!(blobs, [pixels().rgba.to_vec()]);
    }

    #[test]
    fn coded_pictures_show_the_same() {
        let (_, blobs) = read(&body(&Reply::Tile(pixels()), Coding::Png).unwrap());
        let read_back = image::load_from_memory(&blobs[0]).unwrap().to_rgba8();
        assert_eq!(read_back.into_raw(), pixels().rgba.to_vec(), "PNG loses nothing");
        let (_, blobs) = read(&body(&Reply::Tile(pixels()), Coding::Jpeg).unwrap());
        assert_eq!(&blobs[0][..2], [0xFF, 0xD8], "JPEG");
    }

    #[test]
    fn flat_pictures_lose_neither_colours_nor_transparency() {
        let (_, blobs) = read(&body(&Reply::Tile(pixels()), Coding::Flat).unwrap());
        let (is_clear, png) = blobs[0].split_first().unwrap();
        let both = image::load_from_memory(png).unwrap().to_rgb8();
        assert_eq!((*is_clear, both.width(), both.height()), (1, 2, 2));
        assert_eq!(
            both.into_raw(),
            [255, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0],
            "what is clear has colours too"
        );
        let opaque = Pixels { rgba: [9, 8, 7, 255].into(), width: 1, height: 1, ..pixels() };
        let (_, blobs) = read(&body(&Reply::Tile(opaque), Coding::Flat).unwrap());
        let picture = image::load_from_memory(&blobs[0][1..]).unwrap().to_rgb8();
        assert_eq!((blobs[0][0], picture.into_raw()), (0, vec![9, 8, 7]));
    }

    #[test]
    fn frames_stand_one_after_the_other_and_sound_is_floats() {
        let frames = Frames { first: 7, pictures: vec![pixels(), pixels()] };
        let (header, blobs) = read(&body(&Reply::Frames(frames), Coding::Raw).unwrap());
        assert_eq!((header["first"].as_u64(), header["pictures"].as_array().unwrap().len()), (Some(7), 2));
        assert_eq!(blobs.len(), 2);
        let sound = Sound { rate_hz: 48_000, channels: 2, samples: [0.5, -1.0].into() };
        let (header, blobs) = read(&body(&Reply::Sound(sound), Coding::Raw).unwrap());
        assert_eq!(header["channels"].as_u64(), Some(2));
        assert_eq!(blobs, [[0.5_f32.to_le_bytes(), (-1.0_f32).to_le_bytes()].concat()]);
    }
}
