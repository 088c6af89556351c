//! What the chunks of a PNG say about its colours, where it has no colour profile (PNG, third edition, 11.3.2): code
//! points, or gamma and chromaticities. Chunks come before the pixels; whatever is broken says nothing.

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, MatrixCoefficients,
    ToneReprCurve, TransferCharacteristics, XyY,
};

use crate::png_chunks;

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct PngColours {
    /// The cICP chunk.
    pub(crate) code_points: Option<CicpProfile>,
    is_srgb: bool,
    /// 100,000 times the exponent that makes numbers of light.
    gamma: Option<u32>,
    /// x and y of white, red, green and blue, times 100,000.
    chromaticities: Option<[u32; 8]>,
}

/// The numbers of sRGB, near which a gamma or chromaticities mean sRGB itself.
const SRGB_GAMMA: u32 = 45_455;
const SRGB_CHROMATICITIES: [u32; 8] = [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000];
const NEAR: u32 = 500;

/// Looks through the chunks before the pixels.
pub(crate) fn of(png: &[u8]) -> PngColours {
    let mut colours = PngColours::default();
    let mut rest = png.get(8..).unwrap_or_default();
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let Some(data) = after.get(..length) else { break };
        match &head[4..] {
            b"IDAT" => break,
            b"sRGB" => colours.is_srgb = true,
            b"cICP" => {
                colours.code_points =
                    data.first_chunk().and_then(|code_points_of| code_points(*code_points_of))
            }
            b"gAMA" => colours.gamma = numbers(data).map(|[gamma]| gamma).filter(|gamma| *gamma > 0),
            b"cHRM" => colours.chromaticities = numbers(data),
            _ => {}
        }
        rest = after.get(length.saturating_add(4)..).unwrap_or_default();
    }
    colours
}

/// Has a PNG say code points of its colours, if it does not yet: primaries, and how numbers stand for light. Only where
/// that changes what is seen: of the range of PQ and HLG, and of sRGB's curve with other primaries than its own.
pub(crate) fn with_code_points(png: &mut Vec<u8>, [primaries, transfer]: [u8; 2]) {
    let is_high_range = [TransferCharacteristics::Smpte2084, TransferCharacteristics::Hlg]
        .iter()
        .any(|known| *known as u8 == transfer);
    let is_wide =
        transfer == TransferCharacteristics::Srgb as u8 && primaries != CicpColorPrimaries::Bt709 as u8;
    let says = of(png);
    if (is_high_range || is_wide) && says.code_points.is_none() {
        png_chunks::insert(png, *b"cICP", &[primaries, transfer, 0, 1]);
    }
}

impl PngColours {
    /// A profile of the gamma and the chromaticities; none where they say sRGB, or nothing.
    pub(crate) fn profile(&self, has_colour: bool) -> Option<ColorProfile> {
        if self.is_srgb {
            return None;
        }
        let gamma = self.gamma?;
        let chromaticities = self.chromaticities.unwrap_or(SRGB_CHROMATICITIES);
        let is_near = |one: u32, other: u32| one.abs_diff(other) <= NEAR;
        let is_srgb = is_near(gamma, SRGB_GAMMA)
            && chromaticities.iter().zip(SRGB_CHROMATICITIES).all(|(one, other)| is_near(*one, other));
        if is_srgb {
            return None;
        }
        let exponent = 100_000.0 / gamma as f32;
        if !has_colour {
            return Some(ColorProfile::new_gray_with_gamma(exponent));
        }
        let [white_x, white_y, red_x, red_y, green_x, green_y, blue_x, blue_y] =
            chromaticities.map(|number| number as f32 / 100_000.0);
        if [white_y, red_y, green_y, blue_y].contains(&0.0) {
            return None;
        }
        let point = |x, y| Chromaticity { x, y };
        let mut profile = ColorProfile::new_srgb();
        profile.update_rgb_colorimetry(
            XyY { x: f64::from(white_x), y: f64::from(white_y), yb: 1.0 },
            ColorPrimaries {
                red: point(red_x, red_y),
                green: point(green_x, green_y),
                blue: point(blue_x, blue_y),
            },
        );
        let curve = ToneReprCurve::Parametric(vec![exponent]);
        profile.red_trc = Some(curve.clone());
        profile.green_trc = Some(curve.clone());
        profile.blue_trc = Some(curve);
        Some(profile)
    }
}

fn numbers<const COUNT: usize>(data: &[u8]) -> Option<[u32; COUNT]> {
    let (numbers, rest) = data.as_chunks::<4>();
    let numbers: Vec<u32> = numbers.iter().map(|bytes| u32::from_be_bytes(*bytes)).collect();
    if rest.is_empty() { numbers.try_into().ok() } else { None }
}

fn code_points([primaries, transfer, matrix, range]: [u8; 4]) -> Option<CicpProfile> {
    // Of PNG the numbers are red, green and blue over their whole range.
    if (matrix, range) != (0, 1) {
        return None;
    }
    Some(CicpProfile {
        color_primaries: CicpColorPrimaries::try_from(primaries).ok()?,
        transfer_characteristics: TransferCharacteristics::try_from(transfer).ok()?,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    })
}
