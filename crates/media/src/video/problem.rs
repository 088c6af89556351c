//! What can be wrong with a video, in words, and what to do about each.

use std::{io, sync::Arc};

use tiebreak_domain::{ApiError, ErrorCode};

use super::ffmpeg::Ffmpeg;
use crate::{ContentKind, MediaError, Problem};

/// Why a video cannot be shown or heard.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{problem}: {place}")]
pub struct VideoError {
    /// Which video, as the data has it.
    pub place: String,
    /// What is wrong.
    #[source]
    pub problem: VideoProblem,
}

/// What is wrong with a video; which one is said by [`VideoError`].
#[derive(Clone, Debug, thiserror::Error)]
pub enum VideoProblem {
    /// Something that can be wrong with any file.
    #[error("{}", of_a_video(.0))]
    File(#[from] Problem),
    /// An address.
    #[error("the video is on the network, and videos are not fetched")]
    Address,
    /// There is no ffmpeg.
    #[error("ffmpeg is needed to play this video, and none was found")]
    NoFfmpeg,
    /// It is something else.
    #[error("this is no video but {looks_like}")]
    NotAVideo {
        /// "a web page", "text", …
        looks_like: ContentKind,
    },
    /// ffmpeg cannot make anything of it.
    #[error("the video cannot be read ({message})")]
    Unreadable {
        /// What ffmpeg said.
        message: String,
    },
    /// There is no picture in it at all.
    #[error("there is sound but no picture in this file")]
    NoPicture,
    /// No frame.
    #[error("there is no frame in this video")]
    NoFrames,
    /// More frames than are kept track of.
    #[error("the video has too many frames (the limit is {limit})")]
    TooManyFrames {
        /// How many would do.
        limit: usize,
    },
    /// Larger than is decoded.
    #[error("the video is too large ({width} x {height} pixels, the limit is {limit_pixels} pixels)")]
    TooLarge {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Width by height that would do.
        limit_pixels: u64,
    },
    /// A frame that is announced and cannot be decoded, nor any before it.
    #[error("the frame cannot be decoded ({message}), counted from 0 it is {index}")]
    Undecodable {
        /// Which.
        index: u32,
        /// What the decoder said.
        message: String,
    },
    /// The decoder took too long.
    #[error("ffmpeg did not answer within {seconds} s")]
    TookTooLong {
        /// How long it was waited for.
        seconds: u64,
    },
    /// ffmpeg could not be started or spoken to.
    #[error("ffmpeg could not be run ({source})")]
    NotRun {
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// A sequence without pictures.
    #[error("there are no numbered pictures here")]
    NoSequence,
}

impl VideoProblem {
    pub(crate) fn not_run(error: io::Error) -> Self {
        Self::NotRun { source: Arc::new(error) }
    }

    /// What to do about it: a sentence without a full stop.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::File(problem) => return problem.hint().map(|hint| in_words_of_videos(&hint)),
            Self::NoFfmpeg => Ffmpeg::how_to_install(),
            Self::Address => "download the videos and name their paths".into(),
            Self::NotAVideo { .. } => {
                "check what the data names here: MP4, MOV, WebM, MKV, AVI, GIF and folders of numbered pictures are played"
                    .into()
            }
            Self::Unreadable { .. } | Self::NoFrames | Self::Undecodable { .. } => {
                "copy or download the file again, or encode it anew with another program".into()
            }
            Self::NoPicture => "name a video, or make the part a sound".into(),
            Self::TooManyFrames { .. } => "cut the video into shorter ones".into(),
            Self::TooLarge { .. } => "scale the video down and import it again".into(),
            Self::TookTooLong { .. } => "try again; a file on a slow disk is better copied first".into(),
            Self::NotRun { .. } => "check that ffmpeg can be run, and that there is memory left".into(),
            Self::NoSequence => "name a folder with pictures 0001.png, 0002.png, …, or a pattern like frames/%04d.png".into(),
        })
    }
}

/// The words of pictures, said of videos.
fn of_a_video(problem: &Problem) -> String {
    in_words_of_videos(&problem.to_string())
}

fn in_words_of_videos(words: &str) -> String {
    words.replace("an image", "a video").replace("images", "videos").replace("image", "video")
}

impl From<MediaError> for VideoError {
    fn from(error: MediaError) -> Self {
        Self { place: error.place, problem: VideoProblem::File(error.problem) }
    }
}

impl From<VideoError> for ApiError {
    fn from(error: VideoError) -> Self {
        let mut place = error.place.clone();
        let code = match &error.problem {
            VideoProblem::File(problem) => {
                let of_file = ApiError::from(MediaError::new(place.clone(), problem.clone()));
                place = of_file.place.unwrap_or(place);
                of_file.code
            }
            VideoProblem::NoFfmpeg | VideoProblem::NoSequence => ErrorCode::NotFound,
            VideoProblem::Address => ErrorCode::BadRequest,
            VideoProblem::TookTooLong { .. } | VideoProblem::NotRun { .. } => ErrorCode::System,
            _ => ErrorCode::BadInput,
        };
        let api = ApiError::new(code, error.problem.to_string()).at(place);
        match error.problem.hint() {
            Some(hint) => api.hint(hint),
            None => api,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_videos() {
        let error = VideoError::from(MediaError::new("a.mp4", Problem::NotFound));
        let api = ApiError::from(error);
        assert_eq!((api.code, api.message.as_str()), (ErrorCode::NotFound, "the video is missing"));
        assert_eq!(api.place.as_deref(), Some("a.mp4"));
        let none = ApiError::from(VideoError { place: "a.mp4".into(), problem: VideoProblem::NoFfmpeg });
        assert_eq!(none.code, ErrorCode::NotFound);
        assert!(none.message.starts_with("ffmpeg is needed to play this video"), "{}", none.message);
        assert!(none.hint.is_some_and(|hint| hint.contains("install")));
    }
}
