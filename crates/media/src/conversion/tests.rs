#![allow(clippy::unwrap_used)]

use image::{
    ExtendedColorType, ImageBuffer, ImageEncoder, Luma, LumaA, Rgb, RgbImage, Rgba, RgbaImage,
    codecs::{jpeg::JpegEncoder, png::PngEncoder, webp::WebPEncoder},
};
use moxcms::ColorProfile;

use crate::{Limits, decode, decode_for_screen};

const BIG: [u32; 2] = [1000, 1000];

/// IEC 61966-2-1, from a number to light and back.
fn linear(number: f64) -> f64 {
    if number <= 0.040_45 { number / 12.92 } else { ((number + 0.055) / 1.055).powf(2.4) }
}

fn encoded(linear: f64) -> f64 {
    let linear = linear.clamp(0.0, 1.0);
    if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

/// A colour of Display P3 in sRGB, by the matrices of the two (SMPTE EG 432-1 and IEC 61966-2-1, both white D65).
fn srgb_of_p3(colour: [f64; 3]) -> [f64; 3] {
    let light = colour.map(linear);
    [
        [1.224_940_2, -0.224_940_2, 0.0],
        [-0.042_056_9, 1.042_056_9, 0.0],
        [-0.019_637_6, -0.078_636_1, 1.098_273_5],
    ]
    .map(|row| encoded(row[0] * light[0] + row[1] * light[1] + row[2] * light[2]))
}

fn assert_near(shown: &[u8], expected: [f64; 3], what: &str) {
    let is_near =
        shown.iter().zip(expected).all(|(one, other)| (f64::from(*one) - other * 255.0).abs() <= 1.0);
    assert!(is_near, "{what}: {shown:?} for {:?}", expected.map(|value| value * 255.0));
}

fn colours() -> RgbImage {
    RgbImage::from_fn(16, 16, |x, y| Rgb([x as u8 * 17, y as u8 * 17, ((x + y) * 8) as u8]))
}

fn p3() -> Vec<u8> {
    ColorProfile::new_display_p3().encode().unwrap()
}

fn with_profile(mut encoder: impl ImageEncoder, profile: Vec<u8>, picture: &RgbImage) {
    encoder.set_icc_profile(profile).unwrap();
    encoder
        .write_image(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .unwrap();
}

fn png(profile: Vec<u8>, picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    with_profile(PngEncoder::new(&mut bytes), profile, picture);
    bytes
}

/// A TIFF by hand: header, one directory, the profile, the pixels.
fn tiff(profile: &[u8], picture: &RgbImage) -> Vec<u8> {
    const TAGS: u32 = 9;
    let profile_at = 8 + 2 + TAGS * 12 + 4;
    let bits_at = profile_at + profile.len() as u32;
    let pixels_at = bits_at + 6;
    let (width, height) = picture.dimensions();
    let tags: [(u16, u16, u32, u32); TAGS as usize] = [
        (256, 4, 1, width),
        (257, 4, 1, height),
        (258, 3, 3, bits_at),
        (262, 3, 1, 2),
        (273, 4, 1, pixels_at),
        (277, 3, 1, 3),
        (278, 4, 1, height),
        (279, 4, 1, width * height * 3),
        (34_675, 7, profile.len() as u32, profile_at),
    ];
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend_from_slice(&(TAGS as u16).to_le_bytes());
    for (tag, kind, count, value) in tags {
        bytes.extend_from_slice(&tag.to_le_bytes());
        bytes.extend_from_slice(&kind.to_le_bytes());
        bytes.extend_from_slice(&count.to_le_bytes());
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(profile);
    bytes.extend_from_slice(&[8, 0, 8, 0, 8, 0]);
    bytes.extend_from_slice(picture.as_raw());
    bytes
}

fn shown(bytes: &[u8]) -> RgbaImage {
    let pixels = decode_for_screen(bytes, BIG, &Limits::default()).unwrap();
    RgbaImage::from_raw(pixels.width, pixels.height, pixels.rgba.to_vec()).unwrap()
}

fn stored(bytes: &[u8]) -> RgbaImage {
    let pixels = decode(bytes, BIG, &Limits::default()).unwrap();
    RgbaImage::from_raw(pixels.width, pixels.height, pixels.rgba.to_vec()).unwrap()
}

#[test]
fn display_p3_is_brought_to_srgb_in_every_format_that_carries_profiles() {
    let picture = colours();
    let mut files = vec![("PNG", png(p3(), &picture))];
    let mut webp = Vec::new();
    with_profile(WebPEncoder::new_lossless(&mut webp), p3(), &picture);
    files.push(("WebP", webp));
    files.push(("TIFF", tiff(&p3(), &picture)));
    let mut jpeg = Vec::new();
    with_profile(JpegEncoder::new_with_quality(&mut jpeg, 100), p3(), &picture);
    files.push(("JPEG", jpeg));
    for (format, bytes) in files {
        // What the decoder gives of it, lossy or not, is what is converted.
        let numbers = image::load_from_memory(&bytes).unwrap().into_rgb8();
        for ((x, y, pixel), source) in shown(&bytes).enumerate_pixels().zip(numbers.pixels()) {
            let expected = srgb_of_p3(source.0.map(|value| f64::from(value) / 255.0));
            assert_near(&pixel.0[..3], expected, &format!("{format} at {x} {y}"));
        }
        assert_eq!(
            stored(&bytes),
            image::DynamicImage::from(numbers).into_rgba8(),
            "{format}: models get its own"
        );
    }
}

#[test]
fn sixteen_bits_and_alpha_are_converted_as_well() {
    let colour = [0xC000_u16, 0x4000, 0x8123, 0x9000];
    let wide: ImageBuffer<Rgba<u16>, Vec<u16>> = ImageBuffer::from_pixel(3, 2, Rgba(colour));
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    encoder.set_icc_profile(p3()).unwrap();
    let numbers: Vec<u8> = wide.iter().flat_map(|value| value.to_ne_bytes()).collect();
    encoder.write_image(&numbers, 3, 2, ExtendedColorType::Rgba16).unwrap();
    let pixel = shown(&bytes).get_pixel(2, 1).0;
    let [red, green, blue, alpha] = colour.map(|value| f64::from(value) / 65_535.0);
    assert_near(&pixel[..3], srgb_of_p3([red, green, blue]), "sixteen bits");
    assert!((f64::from(pixel[3]) - alpha * 255.0).abs() <= 0.51, "alpha has no colour: {}", pixel[3]);
}

#[test]
fn a_profile_that_says_srgb_changes_no_bit() {
    let bytes = png(ColorProfile::new_srgb().encode().unwrap(), &colours());
    assert_eq!(shown(&bytes), image::DynamicImage::from(colours()).into_rgba8());
}

#[test]
fn grey_follows_its_own_curve() {
    let profile = ColorProfile::new_gray_with_gamma(1.8).encode().unwrap();
    let expected = |value: u8| encoded((f64::from(value) / 255.0).powf(1.8));
    let grey = image::GrayImage::from_fn(256, 1, |x, _| Luma([x as u8]));
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    encoder.set_icc_profile(profile.clone()).unwrap();
    encoder.write_image(grey.as_raw(), 256, 1, ExtendedColorType::L8).unwrap();
    for (x, _, pixel) in shown(&bytes).enumerate_pixels() {
        assert_near(&pixel.0[..3], [expected(x as u8); 3], &format!("grey {x}"));
    }
    let with_alpha = ImageBuffer::from_pixel(2, 2, LumaA([90_u8, 33]));
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    encoder.set_icc_profile(profile).unwrap();
    encoder.write_image(with_alpha.as_raw(), 2, 2, ExtendedColorType::La8).unwrap();
    let pixel = shown(&bytes).get_pixel(1, 1).0;
    assert_near(&pixel[..3], [expected(90); 3], "grey with alpha");
    assert_eq!(pixel[3], 33);
}

#[test]
fn a_broken_or_foreign_profile_never_fails_the_picture() {
    let picture = colours();
    let as_it_is = image::DynamicImage::from(picture.clone()).into_rgba8();
    let whole = p3();
    let mut wrong_tags = whole.clone();
    wrong_tags[140..200].fill(0xEE);
    let grey = ColorProfile::new_gray_with_gamma(1.8).encode().unwrap();
    for (profile, what) in [
        (b"no profile at all".to_vec(), "text"),
        (whole[..200].to_vec(), "a cut-off profile"),
        (wrong_tags, "tags that lead nowhere"),
        (grey, "a profile of grey"),
        (vec![0; 128], "zeros"),
    ] {
        assert_eq!(shown(&png(profile, &picture)), as_it_is, "{what}: the picture is shown as sRGB");
    }
}

/// A PNG with chunks after its header.
fn with_chunks(png: &[u8], chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut bytes = png[..33].to_vec();
    for (name, data) in chunks {
        let named = [&name[..], data].concat();
        let crc = !named.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1)))
        });
        bytes.extend_from_slice(&(data.len() as u32).to_be_bytes());
        bytes.extend_from_slice(&named);
        bytes.extend_from_slice(&crc.to_be_bytes());
    }
    bytes.extend_from_slice(&png[33..]);
    bytes
}

fn plain_png(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new(&mut bytes);
    encoder
        .write_image(picture.as_raw(), picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

#[test]
fn code_points_of_a_png_are_believed_before_its_gamma() {
    let picture = colours();
    let gamma = 100_000_u32.to_be_bytes();
    // Primaries of P3, the curve of sRGB, red, green and blue, full range.
    let bytes = with_chunks(&plain_png(&picture), &[(b"gAMA", &gamma), (b"cICP", &[12, 13, 0, 1])]);
    for ((x, y, pixel), source) in shown(&bytes).enumerate_pixels().zip(picture.pixels()) {
        let expected = srgb_of_p3(source.0.map(|value| f64::from(value) / 255.0));
        assert_near(&pixel.0[..3], expected, &format!("at {x} {y}"));
    }
    let pq = shown(&with_chunks(
        &plain_png(&RgbImage::from_pixel(2, 2, Rgb([148; 3]))),
        &[(b"cICP", &[9, 16, 0, 1])],
    ));
    // 148 of 255 is 58 % of PQ, which is white: 0.9 of the range after the shoulder.
    let [red, ..] = pq.get_pixel(0, 0).0;
    assert!(red.abs_diff(243) <= 2, "{red}");
}

#[test]
fn gamma_and_chromaticities_of_a_png_count_where_nothing_better_does() {
    let picture = colours();
    let as_it_is = image::DynamicImage::from(picture.clone()).into_rgba8();
    let gamma = |value: u32| value.to_be_bytes();
    let chunks = |chunks: &[(&[u8; 4], &[u8])]| shown(&with_chunks(&plain_png(&picture), chunks));
    assert_eq!(chunks(&[(b"gAMA", &gamma(45_455))]), as_it_is, "what everybody writes means sRGB");
    assert_eq!(chunks(&[(b"sRGB", &[0]), (b"gAMA", &gamma(100_000))]), as_it_is, "sRGB is sRGB");
    assert_eq!(chunks(&[(b"gAMA", &gamma(0))]), as_it_is, "a gamma of zero says nothing");
    for ((x, y, pixel), source) in
        chunks(&[(b"gAMA", &gamma(100_000))]).enumerate_pixels().zip(picture.pixels())
    {
        assert_near(
            &pixel.0[..3],
            source.0.map(|value| encoded(f64::from(value) / 255.0)),
            &format!("at {x} {y}"),
        );
    }
}
