//! Inputs: what a model reads of an item's candidates, out of their parts and the files beside them.

use std::path::PathBuf;

use tiebreak_domain::door::Pixels;
use tiebreak_domain::{Item, Part, SourceId};
use tiebreak_media::{Images, MediaError, MediaFolder, VideoError, VideoLimits, VideoProblem, Videos};
use tiebreak_reward::model::manifest::{ImageInput, Input, Manifest, Task, VideoInput};
use tiebreak_reward::model::{Candidate, Request, RgbImage};

use super::features;
use crate::session::Session;

/// Pictures are decoded to at most this many times what the model sees, so that its own resampling decides.
const OVERSAMPLING: u32 = 4;
/// Memory for pictures on their way to a model.
const IMAGE_BUDGET_BYTES: usize = 32 * 1024 * 1024;
/// Memory for frames that a model may ask for again: a video of few frames gives some of them more than once.
const FRAME_BUDGET_BYTES: usize = 16 * 1024 * 1024;
/// What stands behind a transparent picture.
const BACKGROUND: u16 = 255;

/// Where the bytes of candidates come from: decoders of scoring's own, so that what people look at keeps theirs.
pub struct Sources {
    images: Images,
    videos: Videos,
}

impl Sources {
    pub fn new(cache_folder: Option<PathBuf>) -> Self {
        let limits = VideoLimits { kept_bytes: FRAME_BUDGET_BYTES, ..VideoLimits::default() };
        Self { images: Images::new(cache_folder, IMAGE_BUDGET_BYTES), videos: Videos::new(limits) }
    }

    /// A picture within a size, by its own numbers.
    pub fn picture(&self, folder: &MediaFolder, uri: &str, fit: [u32; 2]) -> Result<Pixels, MediaError> {
        self.images.get_as_stored(folder, uri, fit)
    }

    /// The frame in the middle of a video, within a size.
    pub fn middle_frame(&self, folder: &MediaFolder, uri: &str, fit: [u32; 2]) -> Result<Pixels, VideoError> {
        let info = self.videos.info(folder, uri)?;
        let taken = self.videos.frames(folder, uri, fit, info.frame_at(info.duration_us / 2), 1)?;
        taken.pictures.into_iter().next().ok_or_else(|| nothing_to_see(uri))
    }
}

/// What of an item a model could score, by the data's order; none where it cannot read the candidate at all. Where a
/// project has features, every candidate should: one that lacks them is refused by name.
pub fn is_readable(manifest: &Manifest, item: &Item) -> Vec<bool> {
    let can_read = |candidate: &tiebreak_domain::Candidate| match &manifest.input {
        Input::Text(_) => reads_as_text(candidate),
        Input::Image(_) | Input::ImageText(..) => only_image(candidate).is_some(),
        Input::Video(..) | Input::VideoText(..) => only_video(candidate).is_some(),
        Input::Features(_) => true,
    };
    item.candidates.iter().map(can_read).collect()
}

/// What a model reads of one candidate; for a pairwise model of two.
pub fn request(
    session: &Session,
    sources: &Sources,
    source: SourceId,
    item: &Item,
    manifest: &Manifest,
    candidate: usize,
) -> Result<Request, String> {
    let prompt: String = prompt_text(item);
    let first = content(session, sources, source, item, manifest, candidate);
    // A pairwise model is refused both for what is wrong with one.
    let first = first.map_err(|reason| {
        if manifest.task == Task::Pairwise { format!("the first candidate: {reason}") } else { reason }
    })?;
    let request = Request { prompt: prompt.into(), candidate: first, second: None };
    if manifest.task != Task::Pairwise {
        return Ok(request);
    }
    let second = content(session, sources, source, item, manifest, candidate + 1);
    Ok(request.against(second.map_err(|reason| format!("the second candidate: {reason}"))?))
}

fn content(
    session: &Session,
    sources: &Sources,
    source: SourceId,
    item: &Item,
    manifest: &Manifest,
    candidate: usize,
) -> Result<Candidate, String> {
    let candidate = item.candidates.get(candidate).ok_or("the item has no such candidate")?;
    match &manifest.input {
        Input::Text(_) => Ok(Candidate::Text(candidate.text().into())),
        Input::Image(input) | Input::ImageText(input, _) => {
            let uri = only_image(candidate).ok_or("the candidate has no picture")?;
            let folder = session.media_folder(source).map_err(|error| error.message)?;
            // Its own numbers, not those that people see: models were trained on pictures that nobody converted.
            let pixels = sources
                .images
                .get_as_stored(&folder, uri, largest(input))
                .map_err(|error| error.to_string())?;
            Ok(Candidate::Image(opaque(&pixels)))
        }
        Input::Video(image, video) | Input::VideoText(image, video, _) => {
            let uri = only_video(candidate).ok_or("the candidate has no video")?;
            let folder = session.media_folder(source).map_err(|error| error.message)?;
            let frames = frames(&sources.videos, &folder, uri, image, video);
            Ok(Candidate::Frames(frames.map_err(|error| with_hint(&error))?))
        }
        Input::Features(input) => {
            features::features(input, item, candidate).map(|numbers| Candidate::Features(numbers.into()))
        }
    }
}

/// The frames that a model wants of a video, each decoded once, one after the other.
fn frames(
    videos: &Videos,
    folder: &MediaFolder,
    uri: &str,
    image: &ImageInput,
    video: &VideoInput,
) -> Result<Vec<RgbImage>, VideoError> {
    let info = videos.info(folder, uri)?;
    let mut frames: Vec<RgbImage> = Vec::with_capacity(video.frames);
    let mut before = None;
    for index in video.indices(&info.times_us, info.duration_us) {
        let frame = match frames.last() {
            Some(last) if before == Some(index) => last.clone(),
            _ => {
                let taken = videos.frames(folder, uri, largest(image), index as u32, 1)?;
                let [pixels] = &taken.pictures[..] else { return Err(nothing_to_see(uri)) };
                opaque(pixels)
            }
        };
        before = Some(index);
        frames.push(frame);
    }
    if frames.is_empty() { Err(nothing_to_see(uri)) } else { Ok(frames) }
}

fn nothing_to_see(uri: &str) -> VideoError {
    VideoError { place: uri.to_owned(), problem: VideoProblem::NoFrames }
}

/// What is wrong with a video, and what to do about it: a refusal is read long after the run.
pub fn with_hint(error: &VideoError) -> String {
    error.problem.hint().map_or_else(|| error.to_string(), |hint| format!("{error} ({hint})"))
}

/// The size within which pictures and frames are decoded.
fn largest(input: &ImageInput) -> [u32; 2] {
    [OVERSAMPLING * input.width.max(input.height) as u32; 2]
}

pub fn opaque(pixels: &Pixels) -> RgbImage {
    let rgb = over_background(&pixels.rgba);
    RgbImage { width: pixels.width, height: pixels.height, pixels: rgb.into() }
}

/// Whether a model of texts has something to read: words, or the nothing that a model answered.
fn reads_as_text(candidate: &tiebreak_domain::Candidate) -> bool {
    let has_words = |part: &Part| part.text().is_some_and(|text| !text.trim().is_empty());
    candidate.is_empty_response() || candidate.parts.iter().any(has_words)
}

pub fn only_image(candidate: &tiebreak_domain::Candidate) -> Option<&str> {
    candidate
        .parts
        .iter()
        .find_map(|part| if let Part::Image { uri } = part { Some(uri.as_str()) } else { None })
}

pub fn only_video(candidate: &tiebreak_domain::Candidate) -> Option<&str> {
    candidate
        .parts
        .iter()
        .find_map(|part| if let Part::Video { uri } = part { Some(uri.as_str()) } else { None })
}

/// The words of a prompt; turns of a conversation with who speaks, as the models' makers write them.
pub fn prompt_text(item: &Item) -> String {
    let turns = item.prompt.iter().filter_map(|part| match part {
        Part::Message { role, text } => Some(format!("{}: {text}", speaker(role))),
        Part::Text { text, .. } => Some(text.clone()),
        _ => None,
    });
    turns.collect::<Vec<_>>().join("\n\n")
}

fn speaker(role: &str) -> &str {
    match role {
        "user" => "Human",
        "assistant" => "Assistant",
        other => other,
    }
}

/// Red, green and blue of pixels with transparency, laid over white.
fn over_background(rgba: &[u8]) -> Vec<u8> {
    let (pixels, _) = rgba.as_chunks::<4>();
    let over = |value: u8, alpha: u8| {
        let (value, alpha) = (u16::from(value), u16::from(alpha));
        ((value * alpha + BACKGROUND * (255 - alpha) + 127) / 255) as u8
    };
    pixels
        .iter()
        .flat_map(|[red, green, blue, alpha]| [over(*red, *alpha), over(*green, *alpha), over(*blue, *alpha)])
        .collect()
}

#[cfg(test)]
mod tests {
    use tiebreak_reward::model::manifest::{Filter, Layout, Resize, Sampling};

    use super::*;

    #[test]
    fn what_is_transparent_is_white_to_a_model() {
        assert_eq!(over_background(&[10, 20, 30, 255, 10, 20, 30, 0]), [10, 20, 30, 255, 255, 255]);
        assert_eq!(over_background(&[0, 0, 0, 128]), [127, 127, 127]);
    }

    #[test]
    fn an_empty_response_is_scored_and_a_picture_is_no_text() {
        let of = |parts| tiebreak_domain::Candidate { parts, ..tiebreak_domain::Candidate::default() };
        assert!(reads_as_text(&of(vec![Part::plain("x")])));
        assert!(reads_as_text(&of(vec![Part::plain("")])), "the model said nothing, and that is an answer");
        assert!(!reads_as_text(&of(vec![Part::plain(""), Part::image("x.png")])));
        assert!(!reads_as_text(&of(Vec::new())));
    }

    #[test]
    fn a_conversation_is_read_with_who_speaks() {
        let item = Item {
            prompt: vec![
                Part::message("user", "Hi"),
                Part::message("assistant", "Hello"),
                Part::message("user", "Why?"),
            ],
            ..Item::default()
        };
        assert_eq!(prompt_text(&item), "Human: Hi\n\nAssistant: Hello\n\nHuman: Why?");
    }

    /// Frames of 1 x 1 pixel, black or white, each shown for so many hundredths of a second.
    fn gif(frames: &[(bool, u8)]) -> Vec<u8> {
        let mut file = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
        for (is_white, hundredths) in frames {
            file.extend_from_slice(&[0x21, 0xf9, 4, 0, *hundredths, 0, 0, 0]);
            file.extend_from_slice(&[0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2]);
            file.extend_from_slice(if *is_white { &[0x4c, 1, 0] } else { &[0x44, 1, 0] });
        }
        file.push(0x3b);
        file
    }

    fn wanted(count: usize, sampling: Sampling) -> (ImageInput, VideoInput) {
        let image = ImageInput {
            name: "clip".to_owned(),
            second_name: None,
            width: 8,
            height: 8,
            resize: Resize::Exact,
            filter: Filter::Bilinear,
            mean: [0.0; 3],
            sd: [1.0; 3],
            layout: Layout::Ntchw,
        };
        (image, VideoInput { frames: count, sampling })
    }

    #[test]
    fn the_frames_of_a_video_are_those_on_the_screen_at_even_moments() {
        let folder = tempfile::tempdir().unwrap();
        // Black for a second, white for half of one, black again for half of one.
        std::fs::write(folder.path().join("a.gif"), gif(&[(false, 100), (true, 50), (false, 50)])).unwrap();
        let media = MediaFolder::new(Some(folder.path().to_owned()), false);
        let videos = Videos::without_ffmpeg(VideoLimits::default());
        let levels = |count, sampling| {
            let (image, video) = wanted(count, sampling);
            let frames = frames(&videos, &media, "a.gif", &image, &video).unwrap();
            frames.iter().map(|frame| frame.pixels[0]).collect::<Vec<_>>()
        };
        assert_eq!(levels(4, Sampling::Middles), [0, 0, 255, 0]);
        assert_eq!(levels(3, Sampling::Ends), [0, 0, 0], "0, 0.75 and 1.5 seconds");
        assert_eq!(levels(16, Sampling::Middles)[7..13], [0, 255, 255, 255, 255, 0]);
    }

    #[test]
    fn a_video_that_cannot_be_read_says_why_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let film = [b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41".as_slice(), &[0; 64]].concat();
        std::fs::write(folder.path().join("film.mp4"), film).unwrap();
        std::fs::write(folder.path().join("none.gif"), gif(&[])).unwrap();
        std::fs::create_dir(folder.path().join("empty")).unwrap();
        let media = MediaFolder::new(Some(folder.path().to_owned()), false);
        let videos = Videos::without_ffmpeg(VideoLimits::default());
        let said = |uri: &str| {
            let (image, video) = wanted(4, Sampling::Middles);
            with_hint(&frames(&videos, &media, uri, &image, &video).unwrap_err())
        };
        let no_ffmpeg = said("film.mp4");
        assert!(no_ffmpeg.starts_with("ffmpeg is needed to play this video, and none was found: film.mp4 ("));
        assert!(no_ffmpeg.contains("install it with `"), "{no_ffmpeg}");
        let none = said("none.gif");
        assert!(none.starts_with("the GIF file is damaged") && none.contains("none.gif ("), "{none}");
        assert!(said("empty").starts_with("there are no numbered pictures here"), "{}", said("empty"));
        assert!(said("gone.gif").starts_with("the video is missing: gone.gif"), "{}", said("gone.gif"));
        assert!(said("../a.gif").contains("leads outside"), "{}", said("../a.gif"));
    }
}
