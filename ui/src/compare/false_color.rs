//! False colour: a ramp from black over violet and orange to pale yellow on which equal steps of a value look
//! equally large.
//!
//! It is made, not tabulated: lightness rises evenly from 0 to nearly 1 in OKLab (B. Ottosson, "A perceptual
//! color space for image processing", 2020), while hue turns from violet to yellow.

use std::sync::LazyLock;

use egui::Color32;

/// The colour of each value.
pub static RAMP: LazyLock<[Color32; 256]> =
    LazyLock::new(|| std::array::from_fn(|value| color(value as f32 / 255.0)));

/// Hue at the dark and at the light end, in degrees.
const HUES: [f32; 2] = [300.0, 460.0];
/// Lightness at the light end.
const LIGHTEST: f32 = 0.97;
/// How colourful the middle is.
const CHROMA: f32 = 0.19;

fn color(value: f32) -> Color32 {
    let lightness = value * LIGHTEST;
    let hue = (HUES[0] + (HUES[1] - HUES[0]) * value).to_radians();
    // Neither black nor near-white has room for colour.
    let mut chroma = CHROMA * (value * (1.0 - value) * 4.0).sqrt();
    loop {
        let linear = linear_from_oklab([lightness, chroma * hue.cos(), chroma * hue.sin()]);
        // Colours outside sRGB are made paler until they are inside, which leaves their lightness alone.
        if chroma <= 0.0 || linear.iter().all(|channel| (-1e-4..=1.0001).contains(channel)) {
            let [red, green, blue] = linear.map(srgb_from_linear);
            return Color32::from_rgba_premultiplied(red, green, blue, u8::MAX);
        }
        chroma -= 0.002;
    }
}

/// Ottosson's inverse matrices.
fn linear_from_oklab([lightness, a, b]: [f32; 3]) -> [f32; 3] {
    let cube = |value: f32| value * value * value;
    let long = cube(lightness + 0.396_337_78 * a + 0.215_803_76 * b);
    let medium = cube(lightness - 0.105_561_346 * a - 0.063_854_17 * b);
    let short = cube(lightness - 0.089_484_18 * a - 1.291_485_5 * b);
    [
        4.076_741_7 * long - 3.307_711_6 * medium + 0.230_969_94 * short,
        -1.268_438 * long + 2.609_757_4 * medium - 0.341_319_38 * short,
        -0.004_196_086_3 * long - 0.703_418_6 * medium + 1.707_614_7 * short,
    ]
}

fn srgb_from_linear(channel: f32) -> u8 {
    let channel = channel.clamp(0.0, 1.0);
    let encoded =
        if channel <= 0.003_130_8 { channel * 12.92 } else { 1.055 * channel.powf(1.0 / 2.4) - 0.055 };
    (encoded * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ottosson's forward matrices, lightness only.
    fn lightness(color: Color32) -> f32 {
        let linear = |channel: u8| {
            let value = f32::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = [color.r(), color.g(), color.b()].map(linear);
        let long = (0.412_221_46 * red + 0.536_332_55 * green + 0.051_445_995 * blue).cbrt();
        let medium = (0.211_903_5 * red + 0.680_699_5 * green + 0.107_396_96 * blue).cbrt();
        let short = (0.088_302_46 * red + 0.281_718_85 * green + 0.629_978_7 * blue).cbrt();
        0.210_454_26 * long + 0.793_617_8 * medium - 0.004_072_047 * short
    }

    #[test]
    fn equal_steps_of_value_are_equal_steps_of_lightness() {
        for (value, color) in RAMP.iter().enumerate() {
            let wanted = value as f32 / 255.0 * LIGHTEST;
            assert!((lightness(*color) - wanted).abs() < 0.02, "{value}: {} {wanted}", lightness(*color));
        }
        assert_eq!(RAMP[0], Color32::BLACK, "no difference is black");
    }

    #[test]
    fn the_middle_is_a_colour_and_no_grey() {
        let [red, green, blue, _] = RAMP[128].to_array();
        assert!(red.abs_diff(green).max(green.abs_diff(blue)) > 60, "{red} {green} {blue}");
    }
}
