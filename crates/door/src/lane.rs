//! Lanes: where requests wait for their turn.

use tiebreak_domain::Request;

/// Frames that fit in so many pixels are for a strip of thumbnails, and wait for what plays.
const THUMBNAIL_SIDE: u32 = 256;

/// Where a request waits for its turn: nothing stands behind what takes longer than itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Answered in no time.
    Quick,
    /// Judgments, drafts, and what is offered next.
    Judging,
    /// Pictures.
    Pictures,
    /// Frames and sound that play.
    Playing,
    /// Thumbnails, and what a video is.
    Looking,
    /// Everything else.
    Others,
    /// Imports and exports, which take as long as they take.
    Long,
    /// Waits for something to happen.
    Waiting,
}

impl Lane {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Quick,
        Self::Judging,
        Self::Pictures,
        Self::Playing,
        Self::Looking,
        Self::Others,
        Self::Long,
        Self::Waiting,
    ];

    /// The lane of a request for bytes.
    pub(crate) fn of(request: &Request) -> Self {
        match request {
            Request::Image(_) | Request::Tile(_) => Self::Pictures,
            Request::Frames(frames) if frames.fit.iter().all(|side| *side <= THUMBNAIL_SIDE) => Self::Looking,
            Request::Frames(_) | Request::Sound(_) => Self::Playing,
            _ => Self::Others,
        }
    }
}
