//! What a response carries: bytes, or a stretch of a file that is read while it is sent.

use std::fs::File;
use std::io::{self, Read};

use bytes::Bytes;
use tempfile::TempDir;

/// What a response carries.
#[derive(Debug)]
pub enum Body {
    /// Bytes, none of them among the possibilities.
    Bytes(Bytes),
    /// A file from where it stands.
    File {
        /// Placed at the first byte.
        file: File,
        /// How many bytes.
        length: u64,
        /// What goes once it is sent.
        folder: Option<TempDir>,
    },
}

impl Body {
    /// Nothing.
    pub fn empty() -> Self {
        Self::Bytes(Bytes::new())
    }

    /// How many bytes.
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { length, .. } => *length,
        }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of it in memory, for doors that cannot stream.
    pub fn into_bytes(self) -> io::Result<Bytes> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::File { file, length, folder: _folder } => {
                let mut bytes = Vec::new();
                file.take(length).read_to_end(&mut bytes)?;
                Ok(bytes.into())
            }
        }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}
