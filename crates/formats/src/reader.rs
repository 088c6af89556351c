//! wip
use tiebreak_domain::{DataFormat, ImportPlan};

use crate::{FormatError, Record};

/// Streams a file, row by row, in constant memory.
pub struct Reader {}

impl Reader {
    /// Opens the file and recognises what the plan leaves open.
    pub fn open(plan: &ImportPlan) -> Result<Self, FormatError> {
        Err(FormatError::Empty { path: plan.path.clone() })
    }

    /// Bytes of the file read so far (compressed ones, if it is compressed).
    pub fn bytes_read(&self) -> u64 {
        0
    }

    /// Bytes in the file.
    pub fn bytes_total(&self) -> u64 {
        0
    }

    /// The format it is read as.
    pub fn format(&self) -> DataFormat {
        DataFormat::Columns
    }

    /// BLAKE3 of the file's bytes in hexadecimal; none until the end was reached.
    pub fn blake3(&self) -> Option<String> {
        None
    }
}

impl Iterator for Reader {
    type Item = Result<Record, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        None
    }
}
