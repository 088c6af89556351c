//! Numbered pictures as a video: a folder of them, or a pattern like `frames/%04d.png`.
//!
//! They say nothing of time: how many are shown a second is what the study says. All are brought to the size of the
//! first, and to the colours of the screen. A picture that cannot be decoded stops the run, with its name.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use image::{DynamicImage, RgbaImage};
use tiebreak_domain::{door::Pixels, media::VideoRemark};

use super::{
    animation::fitted,
    footage::{Footage, Run, Taken},
    problem::VideoProblem,
    timeline::Timeline,
    videos::VideoLimits,
};
use crate::{
    Limits, Problem,
    conversion::Conversion,
    decode::{decode_for_screen, read_file, size_of, size_within},
};

/// What names of pictures end in.
const ENDINGS: [&str; 9] = ["png", "jpg", "jpeg", "webp", "bmp", "tif", "tiff", "gif", "avif"];

/// Numbered pictures.
#[derive(Debug)]
pub(crate) struct Sequence {
    pictures: Arc<[PathBuf]>,
    timeline: Timeline,
    per_second: u16,
    limits: Limits,
}

/// When a picture appears, in microseconds.
fn appears_us(index: usize, per_second: u16) -> u64 {
    index as u64 * 1_000_000 / u64::from(per_second)
}

/// Which pictures of a folder belong to a sequence.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Naming {
    /// All whose name ends in a number.
    Numbered,
    /// Those that a pattern gives, like `%04d.png`.
    Pattern {
        /// What comes before the number.
        before: String,
        /// How many digits at least; 0 for as many as there are.
        digits: usize,
        /// What comes behind it.
        behind: String,
    },
}

impl Naming {
    /// Of a pattern with one `%d` or `%04d`; none where there is none.
    pub fn of_pattern(name: &str) -> Option<Self> {
        let (before, rest) = name.split_once('%')?;
        let (digits, behind) = rest.split_once('d')?;
        let is_width =
            digits.is_empty() || digits.starts_with('0') && digits.bytes().all(|it| it.is_ascii_digit());
        let digits = digits.parse().unwrap_or(0);
        (is_width && digits < 20).then(|| Self::Pattern {
            before: before.to_owned(),
            digits,
            behind: behind.to_owned(),
        })
    }

    /// The number of a picture, if it belongs to the sequence.
    fn number(&self, name: &str) -> Option<u64> {
        let digits = match self {
            Self::Numbered => {
                let (stem, ending) = name.rsplit_once('.')?;
                let is_picture = ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known));
                let start = stem.trim_end_matches(|next: char| next.is_ascii_digit()).len();
                if is_picture { &stem[start..] } else { return None }
            }
            Self::Pattern { before, digits, behind } => {
                let number = name.strip_prefix(before.as_str())?.strip_suffix(behind.as_str())?;
                let is_padded = number.len() == *digits || number.len() > *digits && !number.starts_with('0');
                if is_padded || *digits == 0 { number } else { return None }
            }
        };
        let is_number = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
        if is_number { digits.parse().ok() } else { None }
    }
}

impl Sequence {
    /// The pictures of a resolved folder, in the order of their numbers. Links out of the folder are left out.
    pub fn open(
        folder: &Path,
        naming: &Naming,
        per_second: u16,
        limits: &VideoLimits,
    ) -> Result<Self, VideoProblem> {
        let mut pictures = Vec::new();
        for entry in fs::read_dir(folder).map_err(Problem::from_io)? {
            let entry = entry.map_err(Problem::from_io)?;
            let Some(number) = entry.file_name().to_str().and_then(|name| naming.number(name)) else {
                continue;
            };
            let is_inside =
                entry.path().canonicalize().is_ok_and(|path| path.starts_with(folder) && path.is_file());
            if is_inside {
                pictures.push((number, entry.path()));
            }
            if pictures.len() > limits.frames {
                return Err(VideoProblem::TooManyFrames { limit: limits.frames });
            }
        }
        pictures.sort_unstable();
        let pictures: Arc<[PathBuf]> = pictures.into_iter().map(|(_, path)| path).collect();
        let first = pictures.first().ok_or(VideoProblem::NoSequence)?;
        let size = size_of(&read_file(first, &limits.pictures)?, &limits.pictures)?;
        let at_us = |index| appears_us(index, per_second);
        let lengths_us: Vec<_> = (0..pictures.len()).map(|index| at_us(index + 1) - at_us(index)).collect();
        let mut timeline = Timeline::of_lengths(&lengths_us, size, "pictures");
        timeline.remark = Some(VideoRemark::NumberedPictures { per_second });
        Ok(Self { pictures, timeline, per_second, limits: limits.pictures })
    }
}

impl Footage for Sequence {
    fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    fn run_from(&self, index: u32, fit: [u32; 2]) -> Result<Box<dyn Run>, VideoProblem> {
        Ok(Box::new(SequenceRun {
            pictures: Arc::clone(&self.pictures),
            limits: self.limits,
            full: self.timeline.size,
            per_second: self.per_second,
            fit,
            next: index as usize,
        }))
    }
}

struct SequenceRun {
    pictures: Arc<[PathBuf]>,
    limits: Limits,
    full: [u32; 2],
    per_second: u16,
    fit: [u32; 2],
    next: usize,
}

impl Run for SequenceRun {
    fn take(&mut self) -> Result<Option<Taken>, VideoProblem> {
        let Some(picture) = self.pictures.get(self.next) else { return Ok(None) };
        let at_us = appears_us(self.next, self.per_second) as i64;
        let bytes = read_file(picture, &self.limits)?;
        let pixels = as_large_as_all(decode_for_screen(&bytes, self.fit, &self.limits)?, self.full, self.fit);
        self.next += 1;
        Ok(Some(Taken { at_us, pixels }))
    }
}

fn as_large_as_all(pixels: Pixels, full: [u32; 2], fit: [u32; 2]) -> Pixels {
    let [full_width, full_height] = full;
    if [pixels.width, pixels.height] == size_within(full, fit) {
        return Pixels { full_width, full_height, ..pixels };
    }
    let rgba = RgbaImage::from_raw(pixels.width, pixels.height, pixels.rgba.to_vec())
        .expect("pixels are as many as they say");
    // Its colours are those of the screen already.
    fitted(DynamicImage::ImageRgba8(rgba), &Conversion::AsIs, full, fit)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn picture(folder: &Path, name: &str, grey: u8, size: [u32; 2]) {
        RgbaImage::from_pixel(size[0], size[1], image::Rgba([grey, grey, grey, 255]))
            .save(folder.join(name))
            .unwrap();
    }

    fn greys(sequence: &Sequence, from: u32) -> Vec<(i64, u8, [u32; 2])> {
        let mut run = sequence.run_from(from, [64, 64]).unwrap();
        std::iter::from_fn(|| run.take().unwrap())
            .map(|taken| (taken.at_us, taken.pixels.rgba[0], [taken.pixels.width, taken.pixels.height]))
            .collect()
    }

    #[test]
    fn pictures_come_in_the_order_of_their_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        for (name, grey) in [("f9.png", 9), ("f10.png", 10), ("f2.png", 2), ("cover.png", 99)] {
            picture(&path, name, grey, [4, 2]);
        }
        picture(&path, "f11.png", 11, [8, 8]);
        fs::write(path.join("notes1.txt"), "no picture").unwrap();
        let sequence = Sequence::open(&path, &Naming::Numbered, 25, &VideoLimits::default()).unwrap();
        assert_eq!(
            greys(&sequence, 1),
            [(40_000, 9, [4, 2]), (80_000, 10, [4, 2]), (120_000, 11, [4, 2])],
            "the last has another size, and is brought to that of the first"
        );
        let padded = Naming::of_pattern("f%02d.png").unwrap();
        assert_eq!(greys(&Sequence::open(&path, &padded, 25, &VideoLimits::default()).unwrap(), 0).len(), 2);
        let none =
            Sequence::open(&path, &Naming::of_pattern("g%d.png").unwrap(), 25, &VideoLimits::default());
        assert!(matches!(none, Err(VideoProblem::NoSequence)));
    }

    #[test]
    fn colours_are_those_that_each_picture_says() {
        use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        let mut bytes = Vec::new();
        let mut encoder = PngEncoder::new(&mut bytes);
        encoder.set_icc_profile(moxcms::ColorProfile::new_display_p3().encode().unwrap()).unwrap();
        encoder.write_image(&[200, 60, 40].repeat(8), 4, 2, ExtendedColorType::Rgb8).unwrap();
        fs::write(path.join("f1.png"), &bytes).unwrap();
        picture(&path, "f2.png", 90, [4, 2]);
        let sequence = Sequence::open(&path, &Naming::Numbered, 25, &VideoLimits::default()).unwrap();
        let mut run = sequence.run_from(0, [64, 64]).unwrap();
        let shown = run.take().unwrap().unwrap().pixels.rgba;
        assert_eq!(shown, decode_for_screen(&bytes, [64, 64], &Limits::default()).unwrap().rgba);
        assert!(shown[0] > 210, "the red of P3 is more than that of sRGB: {:?}", &shown[..4]);
        assert_eq!(run.take().unwrap().unwrap().pixels.rgba[..4], [90, 90, 90, 255]);
    }

    #[test]
    fn they_are_shown_as_fast_as_is_said_without_drift() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        (0..25).for_each(|number| picture(&path, &format!("{number}.png"), number, [4, 2]));
        let sequence = Sequence::open(&path, &Naming::Numbered, 24, &VideoLimits::default()).unwrap();
        assert_eq!((sequence.timeline.times_us[1], sequence.timeline.times_us[24]), (41_666, 1_000_000));
        assert_eq!(greys(&sequence, 24), [(1_000_000, 24, [4, 2])], "the run says the same");
        let remark = VideoRemark::NumberedPictures { per_second: 24 };
        assert_eq!(sequence.timeline.info().remark, Some(remark));
    }

    #[test]
    fn patterns_have_one_number() {
        let pattern = |before: &str, digits, behind: &str| {
            Some(Naming::Pattern { before: before.into(), digits, behind: behind.into() })
        };
        assert_eq!(Naming::of_pattern("a_%04d.png"), pattern("a_", 4, ".png"));
        assert_eq!(Naming::of_pattern("%d.jpg"), pattern("", 0, ".jpg"));
        for name in ["a.png", "50%.png", "%s.png", "%4d.png", "%099d.png"] {
            assert_eq!(Naming::of_pattern(name), None, "{name}");
        }
    }
}
