//! An image whose header is read and allowed: its size, how it is turned, what its numbers mean. The pixels are not
//! decoded yet.
//!
//! The decoders are foreign code that reads hostile bytes: what they do runs inside [`guarded`], so that a panic in
//! there is the file's fault and nobody else's.

use std::{
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
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
/// So many bytes of them are decoded at once: a pair of 8192 x 8192 with transparency. One that is larger has to itself
/// what is there.
const LARGE_BYTES_AT_ONCE: u64 = 512 * 1024 * 1024;
static LARGE_PICTURES: Turns = Turns { taken: Mutex::new(0), given_back: Condvar::new() };

/// What large pictures that are being decoded take, in bytes.
struct Turns {
    taken: Mutex<u64>,
    given_back: Condvar,
}

/// The turn of one of them, until it is dropped.
pub(crate) struct Turn {
    turns: &'static Turns,
    bytes: u64,
}

impl Turns {
    fn taken(&self) -> MutexGuard<'_, u64> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until there is room beside the others, or there are none.
    fn take(&'static self, bytes: u64) -> Turn {
        let is_full = |taken: &mut u64| *taken > 0 && taken.saturating_add(bytes) > LARGE_BYTES_AT_ONCE;
        let waited = self.given_back.wait_while(self.taken(), is_full);
        *waited.unwrap_or_else(PoisonError::into_inner) += bytes;
        Turn { turns: self, bytes }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *self.turns.taken() -= self.bytes;
        self.turns.given_back.notify_all();
    }
}

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
    /// What its pixels take as they are stored.
    pub(crate) decoded_bytes: u64,
}

/// A turn for a picture of so many bytes, where it needs one; to be held until the pixels were made use of.
pub(crate) fn turn_for(bytes: u64) -> Option<Turn> {
    (bytes > LARGE_BYTES).then(|| LARGE_PICTURES.take(bytes))
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
        let stored = [width, height];
        Ok(Self { decoder, format, bytes, limits: *limits, stored, orientation, conversion, decoded_bytes })
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

#[cfg(test)]
mod tests {
    use std::{sync::mpsc::channel, thread, time::Duration};

    use super::*;

    #[test]
    fn a_pair_of_large_pictures_is_decoded_at_once_and_a_third_waits() {
        static TURNS: Turns = Turns { taken: Mutex::new(0), given_back: Condvar::new() };
        let pair = [TURNS.take(256 << 20), TURNS.take(256 << 20)];
        let (sends, taken) = channel();
        let waits = move || {
            let turn = TURNS.take(900 << 20);
            let _ = sends.send(*TURNS.taken());
            drop(turn);
        };
        let third = thread::Builder::new().name("third".into()).spawn(waits).expect("a thread");
        assert!(taken.recv_timeout(Duration::from_millis(100)).is_err(), "there is no room beside them");
        let [one, other] = pair;
        drop(one);
        assert!(taken.recv_timeout(Duration::from_millis(100)).is_err(), "nor beside one of them");
        drop(other);
        assert_eq!(
            taken.recv().ok(),
            Some(900 << 20),
            "alone it may be larger than what there is for several"
        );
        third.join().expect("it ended");
        assert_eq!(*TURNS.taken(), 0);
        assert!(turn_for(LARGE_BYTES).is_none(), "small ones need none");
    }
}
