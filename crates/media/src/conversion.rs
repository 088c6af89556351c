//! What a picture's numbers mean, and how they become the 8-bit sRGB that is painted.
//!
//! In order of what is believed: code points (PNG's cICP chunk), a colour profile (ICC, of any format that carries
//! one), PNG's gamma and chromaticities; else the numbers are sRGB. Floating-point pictures are light, and are
//! brought into the screen's range by [`Light`]. A profile that is broken or is not of the picture's kind never fails
//! the picture: it is traced, and the numbers are taken as sRGB. One that says sRGB in other words changes nothing.

use std::sync::Arc;

use image::{ColorType, DynamicImage, ImageDecoder, ImageFormat, RgbaImage};
use moxcms::{
    CicpColorPrimaries, CicpProfile, ColorProfile, DataColorSpace, Layout, TransferCharacteristics,
    TransformExecutor, TransformOptions,
};

use crate::{jpeg_cmyk, light::Light, png_colours, tiff_profile};

type Executor<Number> = Arc<dyn TransformExecutor<Number> + Send + Sync>;

/// Whose colours are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Colours {
    /// The numbers in the file, as models were trained on them.
    AsStored,
    /// What the file says they are to look like, in sRGB.
    Screen,
}

/// How a picture's numbers become sRGB.
#[derive(Clone)]
pub(crate) enum Conversion {
    /// They are.
    AsIs,
    /// By a profile, of eight bits.
    Eight(Executor<u8>),
    /// By a profile, of sixteen bits.
    Sixteen(Executor<u16>),
    /// By a profile of four inks, when it is decoded.
    Inks(Executor<u8>),
    /// They are light.
    Light(Light),
}

impl Conversion {
    /// Of an image whose header is read.
    pub(crate) fn of(
        decoder: &mut dyn ImageDecoder,
        format: ImageFormat,
        bytes: &[u8],
        colours: Colours,
    ) -> Self {
        let kind = decoder.color_type();
        Self::of_kind(decoder, kind, format, bytes, colours)
    }

    /// Of the frames of an image that moves, which are all of eight bits with transparency.
    pub(crate) fn of_frames(decoder: &mut dyn ImageDecoder, format: ImageFormat, bytes: &[u8]) -> Self {
        Self::of_kind(decoder, ColorType::Rgba8, format, bytes, Colours::Screen)
    }

    fn of_kind(
        decoder: &mut dyn ImageDecoder,
        kind: ColorType,
        format: ImageFormat,
        bytes: &[u8],
        colours: Colours,
    ) -> Self {
        if matches!(kind, ColorType::Rgb32F | ColorType::Rgba32F) {
            // OpenEXR multiplies colours by their alpha.
            return Self::Light(Light::linear(format == ImageFormat::OpenExr));
        }
        if colours == Colours::AsStored {
            return Self::AsIs;
        }
        let png = if format == ImageFormat::Png {
            png_colours::of(bytes)
        } else {
            png_colours::PngColours::default()
        };
        if let Some(points) = png.code_points {
            return Self::by_code_points(points, kind);
        }
        // A profile that cannot be read is no reason not to show the picture.
        let profile = match format {
            ImageFormat::Tiff => Ok(tiff_profile::of(bytes).map(<[u8]>::to_vec)),
            _ => decoder.icc_profile(),
        };
        let profile = profile.unwrap_or_else(|error| {
            tracing::warn!(%error, "a colour profile cannot be read; the picture is shown as sRGB");
            None
        });
        let Some(profile) = profile else {
            return png
                .profile(kind.has_color())
                .map_or(Self::AsIs, |profile| Self::by_profile(&profile, kind));
        };
        match ColorProfile::new_from_slice(&profile) {
            Ok(profile) if profile.color_space == DataColorSpace::Cmyk => {
                if format == ImageFormat::Jpeg {
                    Self::by_inks(&profile)
                } else {
                    Self::AsIs
                }
            }
            Ok(profile) => match profile.cicp {
                Some(points) if is_high_range(points.transfer_characteristics) => {
                    Self::by_code_points(points, kind)
                }
                _ => Self::by_profile(&profile, kind),
            },
            Err(error) => {
                tracing::warn!(%error, "a colour profile is broken; the picture is shown as sRGB");
                Self::AsIs
            }
        }
    }

    /// A picture's pixels in sRGB. `picture` may be a part of the whole, and of another size.
    pub(crate) fn rgba_from(&self, picture: DynamicImage) -> RgbaImage {
        let converted = match self {
            Self::AsIs | Self::Inks(_) => None,
            Self::Eight(executor) => converted_8(&**executor, &picture),
            Self::Sixteen(executor) => converted_16(&**executor, &picture),
            Self::Light(light) => return light.rgba_from(&picture),
        };
        converted.unwrap_or(picture).into_rgba8()
    }

    fn by_code_points(points: CicpProfile, kind: ColorType) -> Self {
        if is_high_range(points.transfer_characteristics) {
            return Self::Light(Light::high_range(points.transfer_characteristics, points.color_primaries));
        }
        let mut profile = ColorProfile::new_from_cicp(points);
        // These are known with the rounding of sRGB's own profile, against which they are set.
        let known = match points.color_primaries {
            CicpColorPrimaries::Bt709 => Some(ColorProfile::new_srgb()),
            CicpColorPrimaries::Smpte432 => Some(ColorProfile::new_display_p3()),
            CicpColorPrimaries::Bt2020 => Some(ColorProfile::new_bt2020()),
            _ => None,
        };
        if let Some(known) = known {
            (profile.red_colorant, profile.green_colorant) = (known.red_colorant, known.green_colorant);
            profile.blue_colorant = known.blue_colorant;
        }
        if profile.red_trc.is_none() {
            tracing::warn!(?points, "code points of colours that say nothing; the picture is shown as sRGB");
            return Self::AsIs;
        }
        Self::by_profile(&profile, kind)
    }

    fn by_profile(profile: &ColorProfile, kind: ColorType) -> Self {
        // As the numbers lie; what is grey becomes coloured, since a profile may tint it.
        let (from, to) = match (kind.has_color(), kind.has_alpha()) {
            (true, true) => (Layout::Rgba, Layout::Rgba),
            (true, false) => (Layout::Rgb, Layout::Rgb),
            (false, true) => (Layout::GrayAlpha, Layout::Rgba),
            (false, false) => (Layout::Gray, Layout::Rgb),
        };
        let is_of_kind = match profile.color_space {
            DataColorSpace::Rgb => kind.has_color(),
            DataColorSpace::Gray => !kind.has_color(),
            _ => false,
        };
        if !is_of_kind {
            tracing::warn!(space = ?profile.color_space, ?kind, "a colour profile of another kind than its picture");
            return Self::AsIs;
        }
        let srgb = ColorProfile::new_srgb();
        let eight = profile.create_transform_8bit(from, &srgb, to, options());
        let made = eight.and_then(|eight| {
            if changes_nothing(&*eight, from, to)? {
                Ok(Self::AsIs)
            } else if kind.bytes_per_pixel() == kind.channel_count() {
                Ok(Self::Eight(eight))
            } else {
                profile.create_transform_16bit(from, &srgb, to, options()).map(Self::Sixteen)
            }
        });
        made.unwrap_or_else(|error| {
            tracing::warn!(%error, "a colour profile cannot be applied; the picture is shown as sRGB");
            Self::AsIs
        })
    }

    fn by_inks(profile: &ColorProfile) -> Self {
        let srgb = ColorProfile::new_srgb();
        let made = profile.create_transform_8bit(jpeg_cmyk::LAYOUT, &srgb, Layout::Rgb, options());
        made.map_or_else(
            |error| {
                tracing::warn!(%error, "a profile of inks cannot be applied; the picture is shown without it");
                Self::AsIs
            },
            Self::Inks,
        )
    }
}

fn options() -> TransformOptions {
    // Exactness is what people compare pictures by.
    TransformOptions {
        prefer_fixed_point: false,
        allow_use_cicp_transfer: false,
        ..TransformOptions::default()
    }
}

fn is_high_range(transfer: TransferCharacteristics) -> bool {
    matches!(transfer, TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg)
}

/// Whether a profile is sRGB in other words: no colour of a lattice moves by more than rounding does.
fn changes_nothing(
    executor: &dyn TransformExecutor<u8>,
    from: Layout,
    to: Layout,
) -> Result<bool, moxcms::CmsError> {
    const STEPS: [u8; 9] = [0, 16, 32, 64, 96, 128, 160, 208, 255];
    let (mut colours, mut expected) = (Vec::new(), Vec::new());
    let mut add = |[red, green, blue]: [u8; 3]| {
        let alpha = 255;
        match from {
            Layout::Rgb => colours.extend_from_slice(&[red, green, blue]),
            Layout::Rgba => colours.extend_from_slice(&[red, green, blue, alpha]),
            Layout::GrayAlpha => colours.extend_from_slice(&[red, alpha]),
            _ => colours.push(red),
        }
        expected.extend_from_slice(&[red, green, blue]);
        if to == Layout::Rgba {
            expected.push(alpha);
        }
    };
    (0..=255).for_each(|grey| add([grey; 3]));
    if matches!(from, Layout::Rgb | Layout::Rgba) {
        for red in STEPS {
            for green in STEPS {
                for blue in STEPS {
                    add([red, green, blue]);
                }
            }
        }
    }
    let mut converted = vec![0; expected.len()];
    executor.transform(&colours, &mut converted)?;
    Ok(converted.iter().zip(&expected).all(|(one, other)| one.abs_diff(*other) <= 1))
}

fn converted_8(executor: &dyn TransformExecutor<u8>, picture: &DynamicImage) -> Option<DynamicImage> {
    let (width, height) = (picture.width(), picture.height());
    let pixels = width as usize * height as usize;
    let numbers = picture.as_bytes();
    let to_channels = if picture.color().has_alpha() { 4 } else { 3 };
    let mut converted = vec![0; pixels * to_channels];
    applied(executor.transform(numbers, &mut converted))?;
    if to_channels == 4 {
        RgbaImage::from_raw(width, height, converted).map(DynamicImage::ImageRgba8)
    } else {
        image::RgbImage::from_raw(width, height, converted).map(DynamicImage::ImageRgb8)
    }
}

fn converted_16(executor: &dyn TransformExecutor<u16>, picture: &DynamicImage) -> Option<DynamicImage> {
    let (width, height) = (picture.width(), picture.height());
    let pixels = width as usize * height as usize;
    let numbers: &[u16] = match picture {
        DynamicImage::ImageLuma16(numbers) => numbers,
        DynamicImage::ImageLumaA16(numbers) => numbers,
        DynamicImage::ImageRgb16(numbers) => numbers,
        DynamicImage::ImageRgba16(numbers) => numbers,
        _ => return None,
    };
    if picture.color().has_alpha() {
        let mut converted = vec![0; pixels * 4];
        applied(executor.transform(numbers, &mut converted))?;
        image::ImageBuffer::from_raw(width, height, converted).map(DynamicImage::ImageRgba16)
    } else {
        let mut converted = vec![0; pixels * 3];
        applied(executor.transform(numbers, &mut converted))?;
        image::ImageBuffer::from_raw(width, height, converted).map(DynamicImage::ImageRgb16)
    }
}

fn applied(result: Result<(), moxcms::CmsError>) -> Option<()> {
    result
        .inspect_err(|error| tracing::warn!(%error, "a colour profile cannot be applied to the pixels"))
        .ok()
}

#[cfg(test)]
mod tests;
