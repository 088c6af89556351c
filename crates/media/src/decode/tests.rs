#![allow(clippy::unwrap_used)]

use std::{
    io::{self, Cursor},
    path::PathBuf,
    time::Instant,
};

use image::{GrayImage, ImageBuffer, Luma, Rgb, RgbImage, Rgba, RgbaImage, codecs::jpeg::JpegEncoder};

use super::*;
use crate::jpeg_scale::decode_scaled;

const BIG: [u32; 2] = [10_000, 10_000];
const RED: [u8; 4] = [255, 0, 0, 255];

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn decoded(bytes: &[u8], fit: [u32; 2]) -> Pixels {
    decode(bytes, fit, &Limits::default()).unwrap()
}

fn problem(bytes: &[u8]) -> Problem {
    decode(bytes, BIG, &Limits::default()).unwrap_err()
}

fn pixel(pixels: &Pixels, x: u32, y: u32) -> [u8; 4] {
    let at = ((y * pixels.width + x) * 4) as usize;
    pixels.rgba[at..at + 4].try_into().unwrap()
}

/// Red left half, blue right half, so that turning and cutting show.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) })
}

fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 1_u32;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 28) as u8;
        Rgb([(x / 9) as u8, (y / 7) as u8, ((x + y) / 13) as u8].map(|base| base.saturating_add(grain)))
    })
}

#[test]
fn every_format_is_read_and_kept_as_it_was() {
    use ImageFormat::{Bmp, Gif, Png, Tiff, WebP};
    for format in [Png, WebP, Gif, Bmp, Tiff] {
        let pixels = decoded(&encoded(halves(6, 4), format), BIG);
        assert_eq!([pixels.width, pixels.height, pixels.full_width, pixels.full_height], [6, 4, 6, 4]);
        assert_eq!(pixel(&pixels, 0, 0), RED, "{format:?}");
        assert_eq!(pixel(&pixels, 5, 3), [0, 0, 255, 255], "{format:?}");
    }
    let jpeg = decoded(&encoded(halves(64, 32), ImageFormat::Jpeg), BIG);
    let near = |left: [u8; 4], right: [u8; 4]| left.iter().zip(right).all(|(a, b)| a.abs_diff(b) < 8);
    assert!(near(pixel(&jpeg, 2, 2), RED), "{:?}", pixel(&jpeg, 2, 2));
    let gray = encoded(GrayImage::from_pixel(3, 3, Luma([77])), ImageFormat::Png);
    assert_eq!(pixel(&decoded(&gray, BIG), 1, 1), [77, 77, 77, 255]);
    let deep: ImageBuffer<Rgba<u16>, _> = ImageBuffer::from_pixel(3, 3, Rgba([0xFFFF, 0x8080, 0, 0x4040]));
    assert_eq!(pixel(&decoded(&encoded(deep, ImageFormat::Png), BIG), 2, 2), [255, 128, 0, 64]);
}

#[test]
fn pictures_are_scaled_down_into_the_fit_and_never_up() {
    let bytes = encoded(halves(400, 100), ImageFormat::Png);
    let size = |fit| {
        let pixels = decoded(&bytes, fit);
        assert_eq!([pixels.full_width, pixels.full_height], [400, 100]);
        assert_eq!(pixels.rgba.len() as u32, pixels.width * pixels.height * 4);
        [pixels.width, pixels.height]
    };
    assert_eq!(size([200, 200]), [200, 50]);
    assert_eq!(size([1000, 50]), [200, 50]);
    assert_eq!(size([400, 100]), [400, 100]);
    assert_eq!(size([u32::MAX, u32::MAX]), [400, 100]);
    assert_eq!(size([10, 10]), [10, 3]);
    assert_eq!(size([0, 0]), [1, 1], "a screen without room is no reason to fail");
    let line = decoded(&encoded(halves(9000, 1), ImageFormat::Png), [100, 100]);
    assert_eq!([line.width, line.height], [100, 1], "a side never vanishes");
    assert_eq!(pixel(&line, 0, 0), RED);
}

#[test]
fn what_is_transparent_does_not_bleed_when_scaled() {
    let picture = RgbaImage::from_fn(300, 300, |x, _| if x < 150 { Rgba(RED) } else { Rgba([0, 255, 0, 0]) });
    let pixels = decoded(&encoded(picture, ImageFormat::Png), [70, 70]);
    let visible = pixels.rgba.chunks_exact(4).filter(|pixel| pixel[3] > 8);
    let greenest = visible.map(|pixel| pixel[1]).max().unwrap();
    assert!(greenest < 8, "the invisible green must not tint the edge: {greenest}");
    assert_eq!(pixel(&pixels, 69, 0)[3], 0);
}

fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let exif = [
        &b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..],
        &[orientation, 0, 0, 0, 0, 0, 0],
    ]
    .concat();
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn cameras_held_sideways_are_put_upright() {
    // A red corner at the top left of the stored picture, wide.
    let stored =
        RgbImage::from_fn(64, 32, |x, y| if x < 16 && y < 16 { Rgb([255, 0, 0]) } else { Rgb([255; 3]) });
    let jpeg = encoded(stored, ImageFormat::Jpeg);
    // TIFF 6.0: where the stored first row and first column are to be seen.
    let corners = [
        (1, [64, 32], [0, 0]),
        (2, [64, 32], [1, 0]),
        (3, [64, 32], [1, 1]),
        (4, [64, 32], [0, 1]),
        (5, [32, 64], [0, 0]),
        (6, [32, 64], [1, 0]),
        (7, [32, 64], [1, 1]),
        (8, [32, 64], [0, 1]),
    ];
    for (orientation, full, corner) in corners {
        let bytes = with_orientation(&jpeg, orientation);
        for fit in [BIG, [16, 32], [32, 16]] {
            let pixels = decoded(&bytes, fit);
            assert_eq!([pixels.full_width, pixels.full_height], full, "{orientation}");
            assert!(pixels.width <= fit[0] && pixels.height <= fit[1], "{orientation} {fit:?} {pixels:?}");
            let at = |side: u32, end| if end == 1 { side - 2 } else { 1 };
            let red = pixel(&pixels, at(pixels.width, corner[0]), at(pixels.height, corner[1]));
            assert!(red[0] > 200 && red[1] < 80, "{orientation} at {fit:?}: {red:?}");
        }
    }
}

/// Red as near as a palette or blending comes to it.
fn assert_red(bytes: &[u8]) {
    let first = pixel(&decoded(bytes, BIG), 0, 0);
    assert!(first[0] > 250 && first[1] < 5 && first[2] < 5 && first[3] == 255, "{first:?}");
}

#[test]
fn of_animations_the_first_frame_is_shown() {
    let frame = |color| image::Frame::new(RgbaImage::from_pixel(4, 4, Rgba(color)));
    let mut gif = Vec::new();
    image::codecs::gif::GifEncoder::new(&mut gif)
        .encode_frames([frame(RED), frame([0, 0, 255, 255])])
        .unwrap();
    assert_red(&gif);

    let chunk = |name: &[u8; 4], data: &[u8]| [name, &(data.len() as u32).to_le_bytes()[..], data].concat();
    let frame = |color| {
        let still = encoded(RgbaImage::from_pixel(4, 4, Rgba(color)), ImageFormat::WebP);
        let head = [0, 0, 0, 0, 0, 0, 3, 0, 0, 3, 0, 0, 100, 0, 0, 0];
        chunk(b"ANMF", &[&head[..], &still[12..]].concat())
    };
    let parts = [
        b"WEBP".to_vec(),
        chunk(b"VP8X", &[0x12, 0, 0, 0, 3, 0, 0, 3, 0, 0]),
        chunk(b"ANIM", &[0; 6]),
        frame(RED),
        frame([0, 0, 255, 255]),
    ];
    assert_red(&chunk(b"RIFF", &parts.concat()));
}

/// A PNG that promises a size and holds next to nothing.
fn png_bomb(width: u32, height: u32) -> Vec<u8> {
    let chunk = |name: &[u8; 4], data: &[u8]| {
        let named = [name, data].concat();
        let crc = !named.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1)))
        });
        [&(data.len() as u32).to_be_bytes()[..], &named, &crc.to_be_bytes()].concat()
    };
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    let data = [0x78, 0x9C, 0x63, 0, 0];
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &data), chunk(b"IEND", &[])]
        .concat()
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let message = problem(&png_bomb(40_000, 40_000)).to_string();
    assert_eq!(
        message,
        "the picture is too large (40000 x 40000 pixels, 6.4 GB decoded, the limit is 1.1 GB)"
    );
    assert!(matches!(problem(&png_bomb(16_385, 16_384)), Problem::TooLarge { .. }), "just above the limit");
    let absurd = problem(&png_bomb(u32::MAX >> 1, u32::MAX >> 1));
    assert!(!matches!(absurd, Problem::Panicked { .. }), "{absurd}");
    assert!(
        matches!(problem(&png_bomb(100, 100)), Problem::Truncated { .. } | Problem::Damaged { .. }),
        "{}",
        problem(&png_bomb(100, 100))
    );
}

#[test]
fn a_picture_of_16k_in_rgba_is_allowed_by_its_header() {
    let problem = problem(&png_bomb(16_384, 16_384));
    assert!(matches!(problem, Problem::Truncated { .. } | Problem::Damaged { .. }), "{problem}");
}

#[test]
fn pictures_of_light_are_shown_within_the_range_of_a_screen() {
    // sRGB's 0.214 is half of its numbers; 4.0 bends to 0.9892, which is 253.8.
    let light = |value: f32| image::Rgb32FImage::from_pixel(5, 3, Rgb([value; 3]));
    for format in [ImageFormat::Hdr, ImageFormat::OpenExr, ImageFormat::Tiff] {
        for (value, expected) in [(0.214, 128), (0.0, 0), (4.0, 254)] {
            let bytes = encoded(light(value), format);
            for pixels in
                [decoded(&bytes, BIG), decode_for_screen(&bytes, [2, 2], &Limits::default()).unwrap()]
            {
                let [red, green, blue, alpha] = pixel(&pixels, 0, 0);
                assert!(red.abs_diff(expected) <= 1, "{format:?} of {value}: {red}");
                assert_eq!((green, blue, alpha), (red, red, 255), "{format:?} of {value}");
            }
        }
    }
}

#[test]
fn the_name_says_nothing_and_an_animation_without_frames_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jpg");
    std::fs::write(&file, encoded(halves(10, 10), ImageFormat::Png)).unwrap();
    assert_eq!(decode_file(&file, BIG, &Limits::default()).unwrap().width, 10, "a PNG called .jpg");
    let no_frames = problem(b"GIF89a\x04\0\x04\0\0\0\0;");
    assert!(matches!(no_frames, Problem::Truncated { .. } | Problem::Damaged { .. }), "{no_frames}");
    let no_size = problem(&png_bomb(0, 10));
    assert!(matches!(no_size, Problem::Truncated { .. } | Problem::Damaged { .. }), "{no_size}");
    for (width, height) in [(1, 1), (3, 1), (1, 10_000)] {
        let pixels = decoded(&encoded(halves(width, height), ImageFormat::Png), [100, 100]);
        assert_eq!([pixels.width, pixels.height], [width, height.min(100)]);
    }
}

#[test]
fn limits_are_the_callers() {
    let bytes = encoded(halves(100, 100), ImageFormat::Png);
    let limits = |decoded_bytes| Limits { decoded_bytes, ..Limits::default() };
    assert!(decode(&bytes, BIG, &limits(30_000)).is_ok());
    let refused = decode(&bytes, BIG, &limits(29_999)).unwrap_err();
    assert!(matches!(refused, Problem::TooLarge { width: 100, bytes: 30_000, .. }), "{refused}");
    for format in
        [ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp, ImageFormat::Tiff]
    {
        let refused = decode(&encoded(halves(100, 100), format), BIG, &limits(20_000)).unwrap_err();
        assert!(matches!(refused, Problem::TooLarge { .. }), "{format:?}: {refused}");
    }
}

#[test]
fn a_cut_off_file_is_called_so() {
    use ImageFormat::{Bmp, Gif, Jpeg, Png, Tiff, WebP};
    for format in [Png, Jpeg, WebP, Gif, Bmp, Tiff] {
        let bytes = encoded(noise(80, 80), format);
        for part in [bytes.len() / 2, bytes.len() * 9 / 10] {
            let problem = problem(&bytes[..part]);
            assert!(matches!(problem, Problem::Truncated { .. }), "{format:?} after {part}: {problem:?}");
        }
    }
}

#[test]
fn what_is_no_picture_is_named_with_a_way_out() {
    let page = problem(b"<!doctype html><p>sign in");
    assert_eq!(page.to_string(), "this is no image but a web page");
    assert!(page.hint().unwrap().contains("address"));
    let heic = problem(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic");
    assert_eq!(heic.to_string(), "HEIC images are not supported");
    assert!(heic.hint().unwrap().contains("convert"));
    // With ffmpeg or without, what is no picture is said to be none.
    let avif = problem(b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf");
    assert!(matches!(avif, Problem::NoFfmpeg | Problem::Undecodable { .. }), "{avif}");
    let mut damaged = encoded(noise(80, 80), ImageFormat::Png);
    damaged[60] ^= 0xFF;
    let damaged = problem(&damaged);
    assert!(matches!(damaged, Problem::Damaged { .. }), "{damaged:?}");
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.png");
    let read = |limits: &Limits| decode_file(&file, BIG, limits);
    assert!(matches!(read(&Limits::default()).unwrap_err().problem, Problem::NotFound));
    std::fs::write(&file, encoded(halves(10, 10), ImageFormat::Png)).unwrap();
    assert_eq!(read(&Limits::default()).unwrap().width, 10);
    let small = Limits { file_bytes: 20, ..Limits::default() };
    assert!(matches!(read(&small).unwrap_err().problem, Problem::FileTooLarge { limit_bytes: 20, .. }));
    let directory = decode_file(folder.path(), BIG, &Limits::default()).unwrap_err();
    assert!(matches!(directory.problem, Problem::NotAFile));
    assert!(matches!(Problem::from_io(io::ErrorKind::PermissionDenied.into()), Problem::PermissionDenied));
}

#[test]
fn the_images_at_hand_decode() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/images/imagen"));
    let Ok(files) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: there is no {}", folder.display());
        return;
    };
    let mut count = 0;
    for file in files {
        let path = file.unwrap().path();
        let pixels = decode_file(&path, [64, 64], &Limits::default()).unwrap();
        assert_eq!(pixels.width.max(pixels.height), 64, "{}", path.display());
        count += 1;
    }
    assert!(count > 0, "the folder is empty");
}

/// Prints what a large picture costs: `cargo test --release -p tiebreak-media -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement; run it in release"]
fn time_of_a_large_picture() {
    let picture = noise(2048, 2048);
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90).encode_image(&picture).unwrap();
    let png = encoded(picture, ImageFormat::Png);
    for (name, bytes) in [("JPEG", jpeg), ("PNG", png)] {
        for fit in [[1000, 1000], [2048, 2048]] {
            let mut times: Vec<f64> = (0..9)
                .map(|_| {
                    let start = Instant::now();
                    decoded(&bytes, fit);
                    start.elapsed().as_secs_f64() * 1000.0
                })
                .collect();
            times.sort_by(f64::total_cmp);
            let size = bytes.len() as f64 / 1e6;
            println!("{name} 2048x2048 ({size:.1} MB) to {}: {:.1} ms median of 9", fit[0], times[4]);
        }
    }
}

/// The whole picture, brought to a size.
fn whole(bytes: &[u8], [width, height]: [u32; 2]) -> Pixels {
    let picture = image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap();
    let full = [picture.width(), picture.height()];
    fitted(picture, full, [width, height], Orientation::NoTransforms, &Conversion::AsIs)
}

fn mean_difference(one: &Pixels, other: &Pixels) -> f64 {
    assert_eq!([one.width, one.height], [other.width, other.height]);
    let sum: u64 = one.rgba.iter().zip(&*other.rgba).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.rgba.len() as f64
}

#[test]
fn a_jpeg_decoded_at_a_smaller_scale_looks_as_the_whole_one_scaled() {
    let colours = encoded(noise(1037, 803), ImageFormat::Jpeg);
    let grey = encoded(DynamicImage::from(noise(1037, 803)).into_luma8(), ImageFormat::Jpeg);
    for (bytes, name) in [(&colours, "colours"), (&grey, "grey")] {
        for fit in [[500, 500], [300, 300], [200, 200], [100, 100], [20, 20]] {
            let wanted = size_within([1037, 803], fit);
            let smaller = decode_scaled(bytes, [1037, 803], wanted, u64::MAX);
            let smaller =
                smaller.unwrap_or_else(|| panic!("{name} at {fit:?} is decoded at a smaller scale"));
            assert!(
                smaller.width() >= wanted[0] && smaller.height() >= wanted[1],
                "{fit:?}: never too small"
            );
            assert!(smaller.width() <= 519, "{fit:?}: {} of 1037 pixels", smaller.width());
            let pixels = decoded(bytes, fit);
            assert_eq!([pixels.full_width, pixels.full_height], [1037, 803], "the size of the whole is told");
            let difference = mean_difference(&pixels, &whole(bytes, wanted));
            assert!(difference < 2.5, "{name} at {fit:?}: {difference} of 255 on average");
        }
        assert!(
            decode_scaled(bytes, [1037, 803], [520, 403], u64::MAX).is_none(),
            "more than a half is the whole"
        );
    }
    let narrow = decoded(&encoded(noise(1600, 40), ImageFormat::Jpeg), [100, 100]);
    assert_eq!([narrow.width, narrow.height], [100, 3]);
}

/// `cargo test --release -p tiebreak-media --lib how_much_faster -- --ignored --nocapture`
#[test]
#[ignore = "a figure, not a test"]
fn how_much_faster_a_large_jpeg_is_at_a_smaller_scale() {
    let bytes = encoded(noise(6000, 4000), ImageFormat::Jpeg);
    for side in [448, 896, 1792] {
        let wanted = size_within([6000, 4000], [side, side]);
        let best = |work: &dyn Fn()| {
            let times = (0..5).map(|_| {
                let started = Instant::now();
                work();
                started.elapsed()
            });
            times.min().unwrap()
        };
        let scaled = best(&|| drop(decoded(&bytes, [side, side])));
        let full = best(&|| drop(whole(&bytes, wanted)));
        eprintln!("6000 × 4000 to {side}: {scaled:?} at a smaller scale, {full:?} from the whole");
    }
}
