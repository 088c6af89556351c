#![allow(clippy::unwrap_used)]
use std::time::Duration;

use image::{Delay, RgbaImage, codecs::gif::GifEncoder};

use super::*;

/// Frames of one grey each, 10, 20, 30, …, that last so many milliseconds.
fn gif(lengths_ms: &[u32]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    for (count, length_ms) in lengths_ms.iter().enumerate() {
        let grey = 10 * (count as u8 % 20 + 1);
        let picture = RgbaImage::from_pixel(8, 4, image::Rgba([grey, grey, grey, 255]));
        let delay = Delay::from_numer_denom_ms(*length_ms, 1);
        encoder.encode_frame(Frame::from_parts(picture, 0, 0, delay)).unwrap();
    }
    drop(encoder);
    bytes
}

fn greys(animation: &Animation, fit: [u32; 2]) -> Vec<(i64, [u32; 2], u8)> {
    let mut run = animation.run_from(0, fit).unwrap();
    let mut greys = Vec::new();
    while let Some(Taken { at_us, pixels }) = run.take().unwrap() {
        greys.push((at_us, [pixels.width, pixels.height], pixels.rgba[0]));
    }
    greys
}

#[test]
fn a_gif_has_the_times_it_says() {
    let animation =
        Animation::open(gif(&[30, 0, 70, 20]), ImageFormat::Gif, &VideoLimits::default()).unwrap();
    assert_eq!(*animation.timeline.times_us, [0, 30_000, 130_000, 200_000], "none at once");
    assert_eq!(animation.timeline.duration_us, 220_000);
    assert_eq!(animation.timeline.size, [8, 4]);
    let expected: Vec<_> = [(0, 10), (30_000, 20), (130_000, 30), (200_000, 40)]
        .map(|(at_us, grey)| (at_us, [4, 2], grey))
        .to_vec();
    assert_eq!(greys(&animation, [4, 4]), expected);
}

#[test]
fn a_run_that_nobody_takes_from_ends() {
    let animation = Animation::open(gif(&[30; 50]), ImageFormat::Gif, &VideoLimits::default()).unwrap();
    let mut run = animation.run_from(0, [8, 8]).unwrap();
    run.take().unwrap();
    drop(run);
    for _ in 0..500 {
        if Arc::strong_count(&animation.bytes) == 1 {
            return;
        }
        thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("its thread still holds the file");
}

#[test]
fn what_is_too_large_or_takes_too_long_is_refused_while_it_is_looked_through() {
    let open = |limits: VideoLimits| Animation::open(gif(&[30; 50]), ImageFormat::Gif, &limits).map(drop);
    assert!(open(VideoLimits::default()).is_ok());
    let small = open(VideoLimits { pixels: 3, ..VideoLimits::default() }).unwrap_err();
    assert!(matches!(small, VideoProblem::TooLarge { limit_pixels: 3, .. }), "{small}");
    let hasty = open(VideoLimits { looking: Duration::ZERO, ..VideoLimits::default() }).unwrap_err();
    assert!(matches!(hasty, VideoProblem::TookTooLong { .. }), "{hasty}");
}

#[test]
fn what_is_cut_off_shows_what_is_there_and_a_still_picture_is_one_frame() {
    let whole = gif(&[50; 6]);
    let cut =
        Animation::open(whole[..whole.len() * 2 / 3].to_vec(), ImageFormat::Gif, &VideoLimits::default());
    let count = cut.unwrap().timeline.count();
    assert!((1..6).contains(&count), "{count}");
    let none = Animation::open(whole[..20].to_vec(), ImageFormat::Gif, &VideoLimits::default());
    assert!(none.is_err(), "there is no frame in it");
    let mut still = Cursor::new(Vec::new());
    RgbaImage::new(6, 2).write_to(&mut still, ImageFormat::Png).unwrap();
    let still = Animation::open(still.into_inner(), ImageFormat::Png, &VideoLimits::default()).unwrap();
    assert_eq!((still.timeline.count(), still.timeline.size), (1, [6, 2]));
    assert_eq!(greys(&still, [3, 3]), [(0, [3, 1], 0)]);
}

/// A PNG of one colour of Display P3; `is_moving` makes it an animation of one frame.
fn of_p3(is_moving: bool) -> Vec<u8> {
    use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
    let mut png = Vec::new();
    let mut encoder = PngEncoder::new(&mut png);
    encoder.set_icc_profile(moxcms::ColorProfile::new_display_p3().encode().unwrap()).unwrap();
    encoder.write_image(&[200, 60, 40].repeat(8), 4, 2, ExtendedColorType::Rgb8).unwrap();
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        let body = [kind, data].concat();
        [&(data.len() as u32).to_be_bytes()[..], &body, &crc32fast::hash(&body).to_be_bytes()].concat()
    };
    if is_moving {
        let control = chunk(b"acTL", &[0, 0, 0, 1, 0, 0, 0, 0]);
        let mut frame = [0_u32, 4, 2, 0, 0].map(u32::to_be_bytes).concat();
        // A tenth of a second; what was there is left, and replaced.
        frame.extend([0, 1, 0, 10, 0, 0]);
        let pixels_at = png.windows(4).position(|four| four == b"IDAT").unwrap() - 4;
        png.splice(pixels_at..pixels_at, [control, chunk(b"fcTL", &frame)].concat());
    }
    png
}

#[test]
fn what_moves_has_the_colours_that_it_says() {
    let still = crate::decode_for_screen(&of_p3(false), [8, 8], &Limits::default()).unwrap();
    assert!(still.rgba[0] > 210, "the red of P3 is more than that of sRGB");
    for is_moving in [true, false] {
        let animation = Animation::open(of_p3(is_moving), ImageFormat::Png, &VideoLimits::default()).unwrap();
        let pixels = animation.run_from(0, [8, 8]).unwrap().take().unwrap().unwrap().pixels;
        assert_eq!(pixels.rgba, still.rgba, "moving: {is_moving}");
    }
}

#[test]
fn the_size_of_a_still_picture_is_read_from_its_header() {
    let mut png = of_p3(false);
    png.truncate(png.windows(4).position(|four| four == b"IDAT").unwrap() + 6);
    let still = Animation::open(png, ImageFormat::Png, &VideoLimits::default()).unwrap();
    assert_eq!(still.timeline.size, [4, 2], "no pixel of it is there");
}
