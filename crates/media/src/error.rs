//! The one error of this crate: which image, and what is wrong with it.

use tiebreak_domain::{ApiError, ErrorCode};

use crate::problem::Problem;

/// Why an image cannot be shown.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{problem}: {place}")]
pub struct MediaError {
    /// Which image: its address, or its path as the data has it.
    pub place: String,
    /// What is wrong.
    #[source]
    pub problem: Problem,
}

impl MediaError {
    /// A problem at a place.
    pub fn new(place: impl Into<String>, problem: Problem) -> Self {
        Self { place: shortened(place.into()), problem }
    }

    /// Which image, and where it was looked for if that is what is wrong.
    fn place_in_words(&self) -> String {
        match &self.problem {
            Problem::FolderMissing { folder } => format!("{} in {folder}", self.place),
            _ => self.place.clone(),
        }
    }

    /// What to do about it: a sentence without a full stop.
    pub fn hint(&self) -> Option<String> {
        self.problem.hint()
    }
}

impl From<MediaError> for ApiError {
    fn from(error: MediaError) -> Self {
        let code = match &error.problem {
            Problem::NotFound | Problem::FolderMissing { .. } => ErrorCode::NotFound,
            Problem::AddressesOff
            | Problem::NoFolder
            | Problem::Outside
            | Problem::NotAPath { .. }
            | Problem::NoSuchTile { .. }
            | Problem::BadSize { .. } => ErrorCode::BadRequest,
            Problem::PermissionDenied
            | Problem::Read { .. }
            | Problem::ChangedMeanwhile
            | Problem::NoFfmpeg
            | Problem::Connection { .. }
            | Problem::NoClient { .. }
            | Problem::TookTooLong { .. } => ErrorCode::System,
            _ => ErrorCode::BadInput,
        };
        let api = ApiError::new(code, error.problem.to_string()).at(error.place_in_words());
        match error.hint() {
            Some(hint) => api.hint(hint),
            None => api,
        }
    }
}

/// A `data:` uri can be megabytes long, and a message is for reading.
fn shortened(mut place: String) -> String {
    const LONGEST: usize = 300;
    if place.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|end| place.is_char_boundary(*end)).unwrap_or(0);
        place.truncate(end);
        place.push('…');
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_door_gets_the_place_and_a_hint() {
        let error = MediaError::new("a.png", Problem::NotFound);
        let api = ApiError::from(error);
        assert_eq!(api.code, ErrorCode::NotFound);
        assert_eq!((api.message.as_str(), api.place.as_deref()), ("the image is missing", Some("a.png")));
        assert!(api.hint.is_some_and(|hint| hint.contains("media folder")));
    }

    #[test]
    fn the_message_tells_neither_the_path_nor_the_folder() {
        let folder = "/data/wan21".to_owned();
        let api = ApiError::from(MediaError::new("wan/a.png", Problem::FolderMissing { folder }));
        assert_eq!(api.message, "the media folder is missing, so is the image");
        assert_eq!(api.place.as_deref(), Some("wan/a.png in /data/wan21"));
    }

    #[test]
    fn a_long_place_is_cut_between_characters() {
        let error = MediaError::new("ä".repeat(4000), Problem::NotFound);
        assert!(error.place.ends_with("ä…"));
        assert!(error.place.len() <= 303);
    }
}
