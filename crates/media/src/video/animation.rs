//! Pictures that move: GIF, WebP and PNG, decoded without ffmpeg. A picture that does not is a video of one frame.
//!
//! Such files can only be gone through from the start. A run has a thread of its own, which is never more than one
//! frame ahead and ends when nobody takes frames from it any more.

use std::{
    io::Cursor,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Instant,
};

use image::{
    AnimationDecoder, DynamicImage, Frame, Frames, ImageDecoder, ImageError, ImageFormat,
    Limits as ImageLimits,
    codecs::{gif::GifDecoder, png::PngDecoder, webp::WebPDecoder},
};
use tiebreak_domain::door::Pixels;

use super::{
    footage::{Footage, Run, Taken},
    problem::VideoProblem,
    timeline::Timeline,
    videos::VideoLimits,
};
use crate::{
    Limits, Problem,
    content_kind::format_name,
    conversion::Conversion,
    decode::{decode_for_screen, pixels_of, resized, size_of, size_within},
    opened::caught,
};

/// Frames of less than this are shown for [`SLOW_US`], as browsers do: the files are older than such speed.
const TOO_QUICK_US: u64 = 11_000;
const SLOW_US: u64 = 100_000;

/// A file of pictures.
pub(crate) struct Animation {
    bytes: Arc<[u8]>,
    format: ImageFormat,
    limits: Limits,
    timeline: Timeline,
}

impl Animation {
    /// Goes through it once, for the times of its frames.
    pub fn open(bytes: Vec<u8>, format: ImageFormat, limits: &VideoLimits) -> Result<Self, VideoProblem> {
        let bytes: Arc<[u8]> = bytes.into();
        let pictures = limits.pictures;
        let look = || -> Result<Option<Timeline>, VideoProblem> {
            let begun = Instant::now();
            let Some(Moving { size, frames, .. }) = moving(&bytes, format, &pictures)? else {
                return Ok(None);
            };
            let [width, height] = size;
            if u64::from(width) * u64::from(height) > limits.pixels {
                return Err(VideoProblem::TooLarge { width, height, limit_pixels: limits.pixels });
            }
            let mut lengths_us = Vec::new();
            for frame in frames {
                // A few bytes can stand for a frame that is composed whole.
                if begun.elapsed() > limits.looking {
                    return Err(VideoProblem::TookTooLong { seconds: limits.looking.as_secs() });
                }
                match frame {
                    Ok(frame) => lengths_us.push(length_us(&frame)),
                    // What comes before the damage is worth seeing.
                    Err(_) if !lengths_us.is_empty() => break,
                    Err(error) => return Err(damaged(format, error)),
                }
                if lengths_us.len() > limits.frames {
                    return Err(VideoProblem::TooManyFrames { limit: limits.frames });
                }
            }
            Ok(Some(Timeline::of_lengths(&lengths_us, size, codec(format))))
        };
        let timeline = caught(format, look)?;
        let timeline = match timeline {
            Some(timeline) if timeline.count() > 0 => timeline,
            Some(_) => return Err(VideoProblem::NoFrames),
            None => Timeline::of_lengths(&[SLOW_US], size_of(&bytes, &pictures)?, codec(format)),
        };
        Ok(Self { bytes, format, limits: pictures, timeline })
    }
}

impl Footage for Animation {
    fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    fn run_from(&self, _index: u32, fit: [u32; 2]) -> Result<Box<dyn Run>, VideoProblem> {
        let (sends, taken) = sync_channel(0);
        let reader = Reader {
            bytes: Arc::clone(&self.bytes),
            format: self.format,
            limits: self.limits,
            times_us: Arc::clone(&self.timeline.times_us),
            full: self.timeline.size,
            fit,
        };
        let thread = thread::Builder::new().name("tiebreak-animation".to_owned());
        thread.spawn(move || reader.read(&sends)).map_err(VideoProblem::not_run)?;
        Ok(Box::new(AnimationRun { taken }))
    }
}

struct AnimationRun {
    taken: Receiver<Result<Taken, VideoProblem>>,
}

impl Run for AnimationRun {
    fn take(&mut self) -> Result<Option<Taken>, VideoProblem> {
        self.taken.recv().ok().transpose()
    }
}

/// What a run's thread works with.
struct Reader {
    bytes: Arc<[u8]>,
    format: ImageFormat,
    limits: Limits,
    times_us: Arc<[u64]>,
    full: [u32; 2],
    fit: [u32; 2],
}

impl Reader {
    /// Sends frames until there are none, or nobody takes them.
    fn read(&self, sends: &SyncSender<Result<Taken, VideoProblem>>) {
        if let Err(problem) = caught(self.format, || self.send_all(sends)) {
            // The run may be over; then nobody wants to know.
            let _ = sends.send(Err(problem));
        }
    }

    fn send_all(&self, sends: &SyncSender<Result<Taken, VideoProblem>>) -> Result<(), VideoProblem> {
        let Some(Moving { frames, conversion, .. }) = moving(&self.bytes, self.format, &self.limits)? else {
            let pixels = decode_for_screen(&self.bytes, self.fit, &self.limits)?;
            let _ = sends.send(Ok(Taken { at_us: 0, pixels }));
            return Ok(());
        };
        for (frame, at_us) in frames.zip(self.times_us.iter()) {
            let frame = frame.map_err(|error| damaged(self.format, error))?;
            let picture = DynamicImage::ImageRgba8(frame.into_buffer());
            let pixels = fitted(picture, &conversion, self.full, self.fit);
            if sends.send(Ok(Taken { at_us: *at_us as i64, pixels })).is_err() {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// A picture that moves.
struct Moving<'bytes> {
    size: [u32; 2],
    /// Each whole.
    frames: Frames<'bytes>,
    /// How their numbers become what the screen shows.
    conversion: Conversion,
}

/// What moves in a picture, if anything does.
fn moving<'bytes>(
    bytes: &'bytes [u8],
    format: ImageFormat,
    limits: &Limits,
) -> Result<Option<Moving<'bytes>>, VideoProblem> {
    let problem = |error| damaged(format, error);
    let mut allowed = ImageLimits::no_limits();
    allowed.max_alloc = Some(limits.decoded_bytes);
    let checked = |(width, height): (u32, u32)| {
        let decoded_bytes = u64::from(width) * u64::from(height) * 4;
        if decoded_bytes <= limits.decoded_bytes {
            return Ok([width, height]);
        }
        let limit_bytes = limits.decoded_bytes;
        Err(VideoProblem::from(Problem::TooLarge { width, height, bytes: decoded_bytes, limit_bytes }))
    };
    let file = bytes;
    let bytes = Cursor::new(bytes);
    Ok(match format {
        ImageFormat::Gif => {
            let mut decoder = GifDecoder::new(bytes).map_err(problem)?;
            let size = checked(decoder.dimensions())?;
            decoder.set_limits(allowed).map_err(problem)?;
            let conversion = Conversion::of_frames(&mut decoder, format, file);
            Some(Moving { size, frames: decoder.into_frames(), conversion })
        }
        ImageFormat::WebP => {
            let mut decoder = WebPDecoder::new(bytes).map_err(problem)?;
            let size = checked(decoder.dimensions())?;
            decoder.set_limits(allowed).map_err(problem)?;
            decoder.has_animation().then(|| {
                let conversion = Conversion::of_frames(&mut decoder, format, file);
                Moving { size, frames: decoder.into_frames(), conversion }
            })
        }
        ImageFormat::Png => {
            let mut decoder = PngDecoder::with_limits(bytes, allowed).map_err(problem)?;
            let size = checked(decoder.dimensions())?;
            if decoder.is_apng().map_err(problem)? {
                let conversion = Conversion::of_frames(&mut decoder, format, file);
                Some(Moving { size, frames: decoder.apng().map_err(problem)?.into_frames(), conversion })
            } else {
                None
            }
        }
        _ => None,
    })
}

fn length_us(frame: &Frame) -> u64 {
    let (numerator, denominator) = frame.delay().numer_denom_ms();
    let length_us = u64::from(numerator) * 1000 / u64::from(denominator.max(1));
    if length_us < TOO_QUICK_US { SLOW_US } else { length_us }
}

fn damaged(format: ImageFormat, error: ImageError) -> VideoProblem {
    Problem::Damaged { format: format_name(format), source: Arc::new(error) }.into()
}

fn codec(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Gif => "gif",
        ImageFormat::WebP => "webp",
        ImageFormat::Png => "png",
        _ => "picture",
    }
}

/// A picture brought to the size that a video of this full size has in `fit`, and to the colours of the screen.
pub(crate) fn fitted(
    picture: DynamicImage,
    conversion: &Conversion,
    full: [u32; 2],
    fit: [u32; 2],
) -> Pixels {
    let (small, conversion) = resized(picture, size_within(full, fit), conversion);
    pixels_of(conversion.rgba_from(small).into(), full)
}

#[cfg(test)]
mod tests;
