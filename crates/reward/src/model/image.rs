//! Pixels into numbers, as the manifest says: fitted as torchvision and Pillow fit, resampled as Pillow resamples
//! (antialiased when shrinking), brought to mean and deviation.
//!
//! Where a half pixel must be rounded, it goes to the even side, as Python's `round` does in torchvision's
//! `CenterCrop` and Pillow's `ImageOps.pad`.

use std::sync::Arc;

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

use super::error::InputFault;
use super::manifest::{Filter, ImageInput, Layout, Resize};

/// Pixels, decoded: red, green, blue, row by row, 8 bits each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RgbImage {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Three bytes per pixel.
    pub pixels: Arc<[u8]>,
}

impl RgbImage {
    pub(super) fn check(&self) -> Result<(), InputFault> {
        let bytes = self.pixels.len();
        let wanted = u64::from(self.width) * u64::from(self.height) * 3;
        if wanted == 0 || wanted != bytes as u64 {
            return Err(InputFault::WrongImage { width: self.width, height: self.height, bytes });
        }
        Ok(())
    }
}

/// Brings an image to the model's size and appends its numbers in the model's order.
pub(super) fn append(image: &RgbImage, input: &ImageInput, numbers: &mut Vec<f32>) -> Result<(), InputFault> {
    image.check()?;
    let fitted = fit(image, input)?;
    // (value / 255 − mean) / sd, in one multiplication and one addition.
    let scale: [f32; 3] = std::array::from_fn(|channel| 1.0 / (255.0 * input.sd[channel]));
    let shift: [f32; 3] = std::array::from_fn(|channel| -input.mean[channel] / input.sd[channel]);
    match input.layout {
        Layout::Nchw | Layout::Ntchw | Layout::Ncthw => {
            for channel in 0..3 {
                let values = fitted.iter().skip(channel).step_by(3);
                numbers.extend(values.map(|value| f32::from(*value) * scale[channel] + shift[channel]));
            }
        }
        Layout::Nhwc => {
            let values = fitted.iter().enumerate();
            numbers.extend(values.map(|(at, value)| f32::from(*value) * scale[at % 3] + shift[at % 3]));
        }
    }
    Ok(())
}

/// Brings the frames of a clip to the model's size and appends their numbers in the model's order.
pub(super) fn append_clip(
    frames: &[RgbImage],
    input: &ImageInput,
    numbers: &mut Vec<f32>,
) -> Result<(), InputFault> {
    if input.layout != Layout::Ncthw {
        return frames.iter().try_for_each(|frame| append(frame, input, numbers));
    }
    let mut by_frame = Vec::new();
    frames.iter().try_for_each(|frame| append(frame, input, &mut by_frame))?;
    let plane = input.width * input.height;
    for channel in 0..3 {
        let planes = by_frame.chunks_exact(plane).skip(channel).step_by(3);
        numbers.extend(planes.flatten());
    }
    Ok(())
}

/// The image at the model's size, three bytes per pixel.
fn fit(image: &RgbImage, input: &ImageInput) -> Result<Vec<u8>, InputFault> {
    let (width, height) = (input.width, input.height);
    match input.resize {
        Resize::Exact => resized(image, width, height, input.filter),
        Resize::ShortestSide { pixels } => {
            let (short, long) = (image.width.min(image.height), image.width.max(image.height));
            // torchvision truncates the longer side.
            let longer = (pixels as u64 * u64::from(long) / u64::from(short)) as usize;
            let (wide, high) = if image.width <= image.height { (pixels, longer) } else { (longer, pixels) };
            let scaled = resized(image, wide, high, input.filter)?;
            let (left, top) = (half_to_even(wide - width), half_to_even(high - height));
            let mut cut = Vec::with_capacity(width * height * 3);
            for row in top..top + height {
                let start = (row * wide + left) * 3;
                cut.extend_from_slice(&scaled[start..start + width * 3]);
            }
            Ok(cut)
        }
        Resize::Pad { colour } => {
            let (from_width, from_height) = (f64::from(image.width), f64::from(image.height));
            let ratio = from_width / from_height;
            let wanted = width as f64 / height as f64;
            let (wide, high) = if ratio > wanted {
                (width, (from_height / from_width * width as f64).round_ties_even().max(1.0) as usize)
            } else if ratio < wanted {
                ((from_width / from_height * height as f64).round_ties_even().max(1.0) as usize, height)
            } else {
                (width, height)
            };
            let scaled = resized(image, wide, high, input.filter)?;
            let (left, top) = (half_to_even(width - wide), half_to_even(height - high));
            let mut filled: Vec<u8> = colour.iter().copied().cycle().take(width * height * 3).collect();
            for row in 0..high {
                let start = ((row + top) * width + left) * 3;
                filled[start..start + wide * 3]
                    .copy_from_slice(&scaled[row * wide * 3..(row + 1) * wide * 3]);
            }
            Ok(filled)
        }
    }
}

/// Half of a number of pixels; a half pixel goes to the even side.
fn half_to_even(pixels: usize) -> usize {
    let half = pixels / 2;
    if pixels % 2 == 1 && half % 2 == 1 { half + 1 } else { half }
}

fn resized(image: &RgbImage, width: usize, height: usize, filter: Filter) -> Result<Vec<u8>, InputFault> {
    let wrong =
        || InputFault::WrongImage { width: image.width, height: image.height, bytes: image.pixels.len() };
    let side = |pixels: usize| u32::try_from(pixels).ok().filter(|pixels| *pixels <= 65_536);
    let (to_width, to_height) = (side(width).ok_or_else(wrong)?, side(height).ok_or_else(wrong)?);
    if (to_width, to_height) == (image.width, image.height) {
        return Ok(image.pixels.to_vec());
    }
    let filter = match filter {
        Filter::Bicubic => FilterType::CatmullRom,
        Filter::Bilinear => FilterType::Bilinear,
        Filter::Lanczos => FilterType::Lanczos3,
    };
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    let mut resizer = Resizer::new();
    let mut pass = |pixels: &[u8], from: (u32, u32), to: (u32, u32)| {
        let mut source = Image::new(from.0, from.1, PixelType::U16x3);
        // 257 times a byte is that byte twice, in whichever order the machine reads them.
        for (wide, byte) in source.buffer_mut().chunks_exact_mut(2).zip(pixels) {
            wide.fill(*byte);
        }
        let mut target = Image::new(to.0, to.1, PixelType::U16x3);
        resizer.resize(&source, &mut target, &options).map_err(|_| wrong())?;
        let narrow = |wide: &[u8]| (u32::from(u16::from_ne_bytes([wide[0], wide[1]])) + 128) / 257;
        Ok(target.buffer().chunks_exact(2).map(|wide| narrow(wide) as u8).collect::<Vec<u8>>())
    };
    // As Pillow before 13 has it, with which models were trained: rows before columns, each with more than 8 bits,
    // and what lies between rounded to 8.
    let narrowed = pass(&image.pixels, (image.width, image.height), (to_width, image.height))?;
    pass(&narrowed, (to_width, image.height), (to_width, to_height))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(width: usize, height: usize, resize: Resize) -> ImageInput {
        ImageInput {
            name: "x".to_owned(),
            second_name: None,
            width,
            height,
            resize,
            filter: Filter::Bicubic,
            mean: [0.5; 3],
            sd: [0.25; 3],
            layout: Layout::Nhwc,
        }
    }

    fn image(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 3]) -> RgbImage {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let pixels = pixels.flat_map(|(x, y)| pixel(x, y)).collect();
        RgbImage { width, height, pixels }
    }

    #[test]
    fn numbers_are_brought_to_mean_and_deviation_in_the_order_of_the_layout() {
        let image = image(2, 1, |x, _| if x == 0 { [255, 0, 0] } else { [0, 255, 0] });
        let mut numbers = Vec::new();
        append(&image, &input(2, 1, Resize::Exact), &mut numbers).unwrap();
        assert_eq!(numbers, [2.0, -2.0, -2.0, -2.0, 2.0, -2.0], "rows of pixels");
        numbers.clear();
        append(&image, &ImageInput { layout: Layout::Nchw, ..input(2, 1, Resize::Exact) }, &mut numbers)
            .unwrap();
        assert_eq!(numbers, [2.0, -2.0, -2.0, 2.0, -2.0, -2.0], "channel by channel");
    }

    #[test]
    fn the_frames_of_a_clip_stand_whole_or_channel_by_channel() {
        let frames = [[255, 0, 0], [0, 255, 0]].map(|pixel| image(1, 1, |_, _| pixel));
        let numbers = |layout| {
            let mut numbers = Vec::new();
            let input = ImageInput { layout, ..input(1, 1, Resize::Exact) };
            append_clip(&frames, &input, &mut numbers).unwrap();
            numbers
        };
        assert_eq!(numbers(Layout::Ntchw), [2.0, -2.0, -2.0, -2.0, 2.0, -2.0]);
        assert_eq!(numbers(Layout::Ncthw), [2.0, -2.0, -2.0, 2.0, -2.0, -2.0]);
    }

    #[test]
    fn the_middle_is_cut_out_and_the_rest_is_filled() {
        let stripes = image(7, 2, |x, _| [x as u8; 3]);
        let cut = fit(&stripes, &input(2, 2, Resize::ShortestSide { pixels: 2 })).unwrap();
        assert_eq!(
            cut[..6],
            [2, 2, 2, 3, 3, 3],
            "5 pixels too many: 2 on the left, since 2.5 goes to the even side"
        );
        let padded = fit(&stripes, &input(7, 4, Resize::Pad { colour: [9, 8, 7] })).unwrap();
        assert_eq!(padded[..3], [9, 8, 7], "the colour above");
        assert_eq!(padded[7 * 3..7 * 3 + 6], [0, 0, 0, 1, 1, 1], "the image below it");
        assert_eq!([1, 2, 3, 5].map(half_to_even), [0, 1, 2, 2], "as Python rounds");
    }

    #[test]
    fn an_image_with_too_few_bytes_is_refused() {
        let mut broken = image(4, 4, |_, _| [0; 3]);
        broken.height = 5;
        let fault = append(&broken, &input(2, 2, Resize::Exact), &mut Vec::new()).unwrap_err();
        assert_eq!(fault, InputFault::WrongImage { width: 4, height: 5, bytes: 48 });
        broken.height = 0;
        assert!(append(&broken, &input(2, 2, Resize::Exact), &mut Vec::new()).is_err(), "no pixels at all");
    }
}
