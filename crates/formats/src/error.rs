//! What makes a whole file unreadable. A bad row never does: it is a [`crate::Record::Problem`].

use std::io;

use tiebreak_domain::{ApiError, ErrorCode};

/// Why a file cannot be read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The system refused to open it.
    #[error("the file cannot be opened: {path}")]
    Open {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The system failed in the middle.
    #[error("reading failed after row {rows}: {path}")]
    Read {
        /// The file.
        path: String,
        /// Rows read before.
        rows: u64,
        /// What the system said.
        source: io::Error,
    },
    /// There is nothing in it.
    #[error("the file holds no rows: {path}")]
    Empty {
        /// The file.
        path: String,
    },
    /// It is no text in UTF-8.
    #[error("the file is {what}, not text in UTF-8: {path}")]
    NotText {
        /// What it is instead.
        what: &'static str,
        /// What to do.
        hint: &'static str,
        /// The file.
        path: String,
    },
    /// The compressed data ends too early.
    #[error("the gzip data ends in the middle, after row {rows}: {path}")]
    CutGzip {
        /// The file.
        path: String,
        /// Rows read before.
        rows: u64,
    },
    /// The compressed data is wrong.
    #[error("the gzip data is damaged after row {rows}: {path}")]
    DamagedGzip {
        /// The file.
        path: String,
        /// Rows read before.
        rows: u64,
        /// What the decompressor said.
        source: io::Error,
    },
    /// The JSON array is broken in a way that leaves no next row to go on with.
    #[error("the JSON array is broken after row {rows}, {reason}: {path}")]
    BrokenArray {
        /// The file.
        path: String,
        /// Rows read before.
        rows: u64,
        /// What was found.
        reason: String,
    },
    /// It is neither JSON nor a table.
    #[error("the file is neither JSON nor a table with two columns or more: {path}")]
    Unrecognised {
        /// The file.
        path: String,
    },
    /// No two columns look like candidates, and no mapping says which are.
    #[error("no two columns look like a pair of candidates: {path}")]
    MappingNeeded {
        /// The file.
        path: String,
    },
    /// The mapping names a column that the table lacks, or too few candidates.
    #[error("the column mapping does not fit, {reason}: {path}")]
    Mapping {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// It holds neither items nor people.
    #[error("the file says what detectors found in the texts of PRISM, and holds nothing to judge: {path}")]
    NothingToJudge {
        /// The file.
        path: String,
    },
    /// It is in the lossless format of another version.
    #[error(
        "the file is lossless format version {found}, and this program reads up to version {}: {path}",
        crate::lossless::LOSSLESS_VERSION
    )]
    LosslessVersion {
        /// The file.
        path: String,
        /// Its version.
        found: u64,
    },
    /// It does not begin as the lossless format does.
    #[error("the first line is no project record, so this is not the lossless format: {path}")]
    NotLossless {
        /// The file.
        path: String,
    },
}

impl From<FormatError> for ApiError {
    fn from(error: FormatError) -> Self {
        let (code, hint) = code_and_hint(&error);
        let message = match std::error::Error::source(&error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        };
        ApiError::new(code, message).hint(hint)
    }
}

fn code_and_hint(error: &FormatError) -> (ErrorCode, &str) {
    match error {
        FormatError::Open { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            (ErrorCode::NotFound, "Check the path; relative paths start in the current folder")
        }
        FormatError::Open { .. } => (ErrorCode::System, "Check that it is a file you may read"),
        FormatError::Read { .. } => {
            (ErrorCode::System, "Check the disk or the network it lies on, then try again")
        }
        FormatError::Empty { .. } => (ErrorCode::BadInput, "Choose a file with at least one row"),
        FormatError::NotText { hint, .. } => (ErrorCode::BadInput, hint),
        FormatError::CutGzip { .. } => (
            ErrorCode::BadInput,
            "Download or copy it again; to take the rows before the break, unpack it by `gzip -dc FILE > ROWS` and import that",
        ),
        FormatError::DamagedGzip { .. } => {
            (ErrorCode::BadInput, "Download or copy it again, then hold it against its checksum")
        }
        FormatError::BrokenArray { .. } => (
            ErrorCode::BadInput,
            "Mend or write the file again; as JSONL, one object per line, one broken row does not stop the others",
        ),
        FormatError::Unrecognised { .. } => (
            ErrorCode::BadInput,
            "Write it as JSONL, JSON, CSV or TSV, with the column names in the first line",
        ),
        FormatError::MappingNeeded { .. } | FormatError::Mapping { .. } => {
            (ErrorCode::BadInput, "Say which columns hold the prompt and the two candidates")
        }
        FormatError::NothingToJudge { .. } => (
            ErrorCode::BadInput,
            "Import conversations.jsonl or utterances.jsonl, and survey.jsonl for what people say of themselves",
        ),
        FormatError::LosslessVersion { .. } => {
            (ErrorCode::TooNew, "Update Tiebreak, or export it again from this version")
        }
        FormatError::NotLossless { .. } => {
            (ErrorCode::BadInput, "Let the format be recognised, or choose another")
        }
    }
}
