#![allow(clippy::unwrap_used)]

use image::{ImageBuffer, Rgb, Rgba};

use super::*;

fn seen(light: Light, colour: [f32; 4]) -> [u8; 4] {
    light.seen(colour)
}

/// IEC 61966-2-1 in double precision.
fn srgb(linear: f64) -> f64 {
    let encoded = if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    encoded * 255.0
}

#[test]
fn what_a_screen_can_show_is_shown_as_it_is() {
    for step in 0..=80_u8 {
        let linear = f32::from(step) / 100.0;
        let [red, green, blue, alpha] = seen(Light::linear(false), [linear, linear / 2.0, 0.0, 0.5]);
        let near = |shown: u8, linear: f64| (f64::from(shown) - srgb(linear)).abs() < 0.53;
        assert!(
            near(red, f64::from(linear)) && near(green, f64::from(linear) / 2.0),
            "{linear}: {red} {green}"
        );
        assert_eq!([blue, alpha], [0, 128]);
    }
}

#[test]
fn brighter_light_is_never_darker_and_ends_in_white() {
    let grey = |value: f32| seen(Light::linear(false), [value, value, value, 1.0])[0];
    let steps: Vec<u8> = (0..2000).map(|step| grey(step as f32 / 50.0)).collect();
    assert!(steps.is_sorted(), "no step is darker than the one before it");
    // 1 - 0.2² / (1 + 0.2 - 0.8) is 0.9, which is 243.0 in sRGB.
    assert_eq!(grey(1.0), 243);
    assert_eq!(seen(Light::linear(false), [30_000.0, 100.0, 0.0, 1.0])[..3], [255, 255, 255]);
}

#[test]
fn what_is_no_number_is_no_light() {
    let light = Light::linear(false);
    assert_eq!(seen(light, [f32::NAN, -3.0, 0.0, f32::NAN]), [0, 0, 0, 255]);
    assert_eq!(seen(light, [f32::INFINITY; 4])[..3], [255, 255, 255]);
}

#[test]
fn colours_that_were_multiplied_by_their_alpha_are_divided_by_it() {
    let whole = seen(Light::linear(false), [0.4, 0.2, 0.6, 0.5]);
    assert_eq!(seen(Light::linear(true), [0.2, 0.1, 0.3, 0.5]), whole);
    assert_eq!(seen(Light::linear(true), [0.2, 0.1, 0.3, 0.0])[3], 0);
}

#[test]
fn the_white_of_pq_and_hlg_is_the_white_of_other_pictures() {
    // ITU-R BT.2408, table 1: 203 cd/m² is 58 % of PQ and 75 % of HLG.
    assert!((pq_nits(0.58) - 203.0).abs() < 3.0, "{}", pq_nits(0.58));
    assert!((pq_nits(1.0) - 10_000.0).abs() < 1.0);
    let hlg = Light::high_range(TransferCharacteristics::Hlg, CicpColorPrimaries::Bt2020);
    let [red, green, blue] = hlg.linear_light([0.75; 3]);
    assert!((red - 1.0).abs() < 0.01 && (green, blue) == (red, red), "{red} {green} {blue}");
    let pq = Light::high_range(TransferCharacteristics::Smpte2084, CicpColorPrimaries::Bt2020);
    // A grey stays grey through the primaries: both have white D65.
    let [red, green, blue, _] = seen(pq, [0.45, 0.45, 0.45, 1.0]);
    assert!(red.abs_diff(green) <= 1 && red.abs_diff(blue) <= 1, "{red} {green} {blue}");
}

#[test]
fn every_pixel_type_is_read_the_same() {
    let pq = Light::high_range(TransferCharacteristics::Smpte2084, CicpColorPrimaries::Bt709);
    let eight = DynamicImage::from(image::RgbImage::from_pixel(2, 1, Rgb([120, 40, 90])));
    let wide: ImageBuffer<Rgba<u16>, _> =
        ImageBuffer::from_pixel(2, 1, Rgba([120, 40, 90, 255].map(|it| it * 257)));
    let float = image::Rgb32FImage::from_pixel(2, 1, Rgb([120.0, 40.0, 90.0].map(|it: f32| it / 255.0)));
    let shown = pq.rgba_from(&eight);
    assert_eq!(shown, pq.rgba_from(&wide.into()));
    assert_eq!(shown, pq.rgba_from(&float.into()));
}
