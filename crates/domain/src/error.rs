//! The one error that crosses the door.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of failure; stable, so that scripts and tests can rely on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// There is no such file, item, column, …
    NotFound,
    /// The file is not what it should be.
    BadInput,
    /// The request makes no sense, or not now.
    BadRequest,
    /// The project is from a newer program.
    TooNew,
    /// The project file is damaged, or is no project.
    Damaged,
    /// The project is open elsewhere.
    AlreadyOpen,
    /// There is a file of this name already, and nothing said that it may be replaced.
    Exists,
    /// The file or folder cannot be written.
    ReadOnly,
    /// The disk is full.
    DiskFull,
    /// It was cancelled.
    Cancelled,
    /// A policy must be chosen first.
    PolicyNeeded,
    /// It is about another project than the one that is open.
    OtherProject,
    /// It is for somebody else, or a PIN or a consent is missing.
    Denied,
    /// What it needs is away for a while: the same request may be answered later.
    Unavailable,
    /// Anything else that the system refused.
    System,
}

/// What failed, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// What kind of failure.
    pub code: ErrorCode,
    /// What failed and why: a sentence without a full stop, the value last.
    pub message: String,
    /// What to do about it, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The medium that it is about, as the data names it. A path may hold a model's name: it is for the log and for
    /// whoever has judged, and never a part of the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

impl ApiError {
    /// An error without a hint.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, place: None }
    }

    /// The same with a hint.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same about a medium.
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        match &self.place {
            Some(place) => write!(formatter, ": {place}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_in_the_log_and_not_in_the_message() {
        let error = ApiError::new(ErrorCode::NotFound, "the image is missing").at("wan/a.png");
        assert_eq!(
            (error.message.as_str(), error.to_string().as_str()),
            ("the image is missing", "the image is missing: wan/a.png")
        );
        let plain: ApiError =
            serde_json::from_str(r#"{"code":"not_found","message":"gone"}"#).expect("readable");
        assert_eq!((plain.place.as_deref(), plain.to_string().as_str()), (None, "gone"));
    }
}
