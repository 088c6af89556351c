//! An image whose header is read and allowed: its size, how it is turned, what its numbers mean. The pixels are not
//! decoded yet.
//!
//! The decoders are foreign code that reads hostile bytes: what they do runs inside [`guarded`], so that a panic in
//! there is the file's fault and nobody else's.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, MutexGuard, PoisonError},
};

use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, metadata::Orientation};

use crate::{
    avif,
    content_kind::{ContentKind, format_name},
    conversion::{Colours, Conversion},
    decode_problem::problem_of,
    jpeg_cmyk,
    jpeg_end::reaches_its_end,
    jpeg_scale::decode_scaled,
    limits::Limits,
    problem::Problem,
};

/// Pictures above this many decoded bytes take turns, so that several threads do not each fill the memory
/// that the limit allows to one.
const LARGE_BYTES: u64 = 128 * 1024 * 1024;
static LARGE_PICTURES: Mutex<()> = Mutex::new(());

/// Does work on an image's bytes, of a format that can be decoded; a panic becomes a problem of the image. Of AVIF the
/// bytes are those of the PNG that was made of it.
pub(crate) fn guarded<Made>(
    bytes: &[u8],
    limits: &Limits,
    work: impl FnOnce(ImageFormat, &[u8]) -> Result<Made, Problem>,
) -> Result<Made, Problem> {
    let png;
    let (format, bytes) = match ContentKind::of(bytes) {
        ContentKind::Image(format) => (format, bytes),
        ContentKind::Avif => {
            png = avif::png_of(bytes, limits)?;
            (ImageFormat::Png, &png[..])
        }
        format @ ContentKind::OtherImage(_) => return Err(Problem::Unsupported { format }),
        looks_like => return Err(Problem::NotAnImage { looks_like }),
    };
    caught(format, || work(format, bytes))
}

/// Does work in which a decoder reads bytes of a format; a panic becomes a problem of the file.
pub(crate) fn caught<Made, Fault: From<Problem>>(
    format: ImageFormat,
    work: impl FnOnce() -> Result<Made, Fault>,
) -> Result<Made, Fault> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = panic_message(panic.as_ref());
        tracing::warn!(format = format_name(format), message, "an image decoder panicked");
        Err(Problem::Panicked { format: format_name(format), message }.into())
    })
}

pub(crate) fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}

/// An image whose header is read and allowed.
pub(crate) struct Opened<'bytes> {
    decoder: Box<dyn ImageDecoder + 'bytes>,
    format: ImageFormat,
    bytes: &'bytes [u8],
    limits: Limits,
    /// Width and height as they are stored.
    pub(crate) stored: [u32; 2],
    /// How it is turned upright.
    pub(crate) orientation: Orientation,
    /// How its numbers become what the screen shows.
    pub(crate) conversion: Conversion,
    /// Held until the pixels were made use of.
    pub(crate) turn: Option<MutexGuard<'static, ()>>,
}

/// A turn for a picture of so many bytes, where it needs one.
pub(crate) fn turn_for(bytes: u64) -> Option<MutexGuard<'static, ()>> {
    (bytes > LARGE_BYTES).then(|| LARGE_PICTURES.lock().unwrap_or_else(PoisonError::into_inner))
}

impl<'bytes> Opened<'bytes> {
    pub(crate) fn new(
        bytes: &'bytes [u8],
        format: ImageFormat,
        limits: &Limits,
        colours: Colours,
    ) -> Result<Self, Problem> {
        let problem = |error| problem_of(error, format, bytes, limits);
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut allowed = image::Limits::no_limits();
        allowed.max_alloc = Some(limits.decoded_bytes);
        reader.limits(allowed);
        let mut decoder: Box<dyn ImageDecoder + 'bytes> = Box::new(reader.into_decoder().map_err(problem)?);
        let (width, height) = decoder.dimensions();
        let decoded_bytes = decoder.total_bytes();
        if decoded_bytes > limits.decoded_bytes {
            let limit_bytes = limits.decoded_bytes;
            return Err(Problem::TooLarge { width, height, bytes: decoded_bytes, limit_bytes });
        }
        if width == 0 || height == 0 || (format == ImageFormat::Jpeg && !reaches_its_end(bytes)) {
            return Err(Problem::Truncated { format: format_name(format), bytes: bytes.len() as u64 });
        }
        // A picture with a broken EXIF block is still a picture.
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        let conversion = Conversion::of(decoder.as_mut(), format, bytes, colours);
        let turn = turn_for(decoded_bytes);
        let stored = [width, height];
        Ok(Self { decoder, format, bytes, limits: *limits, stored, orientation, conversion, turn })
    }

    /// Width and height after it was turned upright.
    pub(crate) fn full(&self) -> [u32; 2] {
        turned(self.stored, self.orientation)
    }

    /// The pixels as they are stored: all of them, or, where the format can, of a smaller scale that is at least as
    /// large as `wanted`.
    pub(crate) fn picture(self, wanted: [u32; 2]) -> Result<DynamicImage, Problem> {
        let Self { decoder, format, bytes, limits, .. } = self;
        if let Conversion::Inks(inks) = &self.conversion
            && let Some(picture) = jpeg_cmyk::decode(bytes, inks, limits.decoded_bytes)
        {
            return Ok(picture);
        }
        let smaller = (format == ImageFormat::Jpeg)
            .then(|| decode_scaled(bytes, self.stored, wanted, limits.decoded_bytes))
            .flatten();
        match smaller {
            Some(picture) => Ok(picture),
            None => {
                DynamicImage::from_decoder(decoder).map_err(|error| problem_of(error, format, bytes, &limits))
            }
        }
    }
}

/// A size as it is before a picture is turned, or after.
pub(crate) fn turned([width, height]: [u32; 2], orientation: Orientation) -> [u32; 2] {
    let lies_on_its_side = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    if lies_on_its_side { [height, width] } else { [width, height] }
}
