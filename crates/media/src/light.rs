//! Light brought into the range of a screen: floating-point pictures, and those whose numbers are PQ or HLG.
//!
//! 1 is the white of ordinary pictures (203 cd/m² of PQ and HLG, ITU-R BT.2408). The operator is the shoulder of the
//! Khronos PBR neutral tone mapper (Khronos 2024) without its toe: up to 0.8 every colour is shown exactly as it is;
//! above, the largest of the three channels is bent toward 1 and the colour toward white. It asks nothing of the
//! rest of the picture, so that the same light looks the same in A and in B.

use std::sync::LazyLock;

use image::{DynamicImage, RgbaImage};
use moxcms::{CicpColorPrimaries, TransferCharacteristics};

/// Where the shoulder begins.
const KNEE: f32 = 0.8;
/// How fast what is far too bright turns white.
const DESATURATION: f32 = 0.15;
/// What white is in cd/m².
const WHITE: f32 = 203.0;

/// ITU-R BT.2087: BT.2020 to BT.709, linear.
const FROM_BT2020: [[f32; 3]; 3] = [
    [1.660_491, -0.587_641, -0.072_85],
    [-0.124_55, 1.132_9, -0.008_349],
    [-0.018_151, -0.100_579, 1.118_73],
];
/// Display P3 to BT.709, linear: both of white D65.
const FROM_P3: [[f32; 3]; 3] =
    [[1.224_94, -0.224_94, 0.0], [-0.042_057, 1.042_057, 0.0], [-0.019_638, -0.078_636, 1.098_274]];
const FROM_BT709: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// How a picture's numbers are light.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Light {
    transfer: Transfer,
    to_bt709: [[f32; 3]; 3],
    is_premultiplied: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Transfer {
    Linear,
    Pq,
    Hlg,
}

impl Light {
    /// Floating-point numbers that are proportional to light, of sRGB's primaries.
    pub(crate) fn linear(is_premultiplied: bool) -> Self {
        Self { transfer: Transfer::Linear, to_bt709: FROM_BT709, is_premultiplied }
    }

    /// PQ or HLG in whole numbers. Primaries that are not known are taken as BT.2020's, which the two come with.
    pub(crate) fn high_range(transfer: TransferCharacteristics, primaries: CicpColorPrimaries) -> Self {
        Self {
            transfer: if transfer == TransferCharacteristics::Hlg { Transfer::Hlg } else { Transfer::Pq },
            to_bt709: match primaries {
                CicpColorPrimaries::Bt709 => FROM_BT709,
                CicpColorPrimaries::Smpte432 => FROM_P3,
                _ => FROM_BT2020,
            },
            is_premultiplied: false,
        }
    }

    /// What is seen of it.
    pub(crate) fn rgba_from(&self, picture: &DynamicImage) -> RgbaImage {
        let (width, height) = (picture.width(), picture.height());
        let mut rgba = RgbaImage::new(width, height);
        let mut pixels = rgba.pixels_mut();
        let mut put = |numbers: [f32; 4]| {
            if let Some(pixel) = pixels.next() {
                pixel.0 = self.seen(numbers);
            }
        };
        match picture {
            DynamicImage::ImageRgb32F(buffer) => buffer.pixels().for_each(|pixel| {
                let [red, green, blue] = pixel.0;
                put([red, green, blue, 1.0]);
            }),
            DynamicImage::ImageRgba32F(buffer) => buffer.pixels().for_each(|pixel| put(pixel.0)),
            DynamicImage::ImageRgba16(buffer) => {
                buffer.pixels().for_each(|pixel| put(pixel.0.map(|value| f32::from(value) / 65_535.0)));
            }
            DynamicImage::ImageRgba8(buffer) => {
                buffer.pixels().for_each(|pixel| put(pixel.0.map(|value| f32::from(value) / 255.0)));
            }
            other => {
                other
                    .to_rgba16()
                    .pixels()
                    .for_each(|pixel| put(pixel.0.map(|value| f32::from(value) / 65_535.0)));
            }
        }
        rgba
    }

    fn seen(&self, [red, green, blue, alpha]: [f32; 4]) -> [u8; 4] {
        let alpha = if alpha.is_finite() { alpha.clamp(0.0, 1.0) } else { 1.0 };
        let mut colour = [red, green, blue];
        if self.is_premultiplied && alpha > 0.0 && alpha < 1.0 {
            colour = colour.map(|value| value / alpha);
        }
        // What is not a number is no light; what is infinite is as bright as can be said.
        let colour = colour.map(|value| if value.is_nan() { 0.0 } else { value.clamp(-65_504.0, 65_504.0) });
        let linear = self.linear_light(colour);
        let linear = self.to_bt709.map(|row| row[0] * linear[0] + row[1] * linear[1] + row[2] * linear[2]);
        let [red, green, blue] = in_range(linear.map(|value| value.max(0.0))).map(encoded);
        [red, green, blue, (alpha * 255.0 + 0.5) as u8]
    }

    fn linear_light(&self, colour: [f32; 3]) -> [f32; 3] {
        match self.transfer {
            Transfer::Linear => colour,
            Transfer::Pq => colour.map(|value| pq_nits(value) / WHITE),
            Transfer::Hlg => {
                // ITU-R BT.2100, table 5: a display of 1000 cd/m², gamma 1.2.
                let [red, green, blue] = colour.map(hlg_scene);
                let luminance = 0.2627 * red + 0.6780 * green + 0.0593 * blue;
                let gain = 1000.0 * luminance.max(0.0).powf(0.2) / WHITE;
                [red * gain, green * gain, blue * gain]
            }
        }
    }
}

/// ITU-R BT.2100, table 4: the light of a PQ number in cd/m².
fn pq_nits(value: f32) -> f32 {
    const M1: f32 = 2610.0 / 16_384.0;
    const M2: f32 = 2523.0 / 4096.0 * 128.0;
    const C1: f32 = 3424.0 / 4096.0;
    const C2: f32 = 2413.0 / 4096.0 * 32.0;
    const C3: f32 = 2392.0 / 4096.0 * 32.0;
    let power = value.clamp(0.0, 1.0).powf(1.0 / M2);
    10_000.0 * ((power - C1).max(0.0) / (C2 - C3 * power)).powf(1.0 / M1)
}

/// ITU-R BT.2100, table 5: the scene's light of an HLG number.
fn hlg_scene(value: f32) -> f32 {
    const A: f32 = 0.178_832_77;
    const B: f32 = 1.0 - 4.0 * A;
    const C: f32 = 0.559_910_7;
    let value = value.clamp(0.0, 1.0);
    if value <= 0.5 { value * value / 3.0 } else { (((value - C) / A).exp() + B) / 12.0 }
}

/// The shoulder; see the module.
fn in_range(colour: [f32; 3]) -> [f32; 3] {
    let peak = colour[0].max(colour[1]).max(colour[2]);
    if peak <= KNEE {
        return colour;
    }
    let room = 1.0 - KNEE;
    let bent = 1.0 - room * room / (peak + room - KNEE);
    let white = 1.0 - 1.0 / (DESATURATION * (peak - bent) + 1.0);
    colour.map(|value| {
        let value = value * bent / peak;
        value + (bent - value) * white
    })
}

/// Linear light to an 8-bit sRGB number (IEC 61966-2-1), by a table that is finer than the numbers.
fn encoded(linear: f32) -> u8 {
    const STEPS: usize = 1 << 16;
    static TABLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let encode = |linear: f64| {
            if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
        };
        (0..=STEPS).map(|step| (encode(step as f64 / STEPS as f64) * 255.0 + 0.5) as u8).collect()
    });
    TABLE[((linear * STEPS as f32 + 0.5) as usize).min(STEPS)]
}

#[cfg(test)]
mod tests;
