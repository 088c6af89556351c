//! Which content pixels are of: a file that was changed is another content.

use std::{ops::Deref, path::PathBuf, sync::Arc, time::SystemTime};

use crate::{folder::Located, problem::Problem};

/// Which content: a file that was changed is another content.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ContentKey {
    /// A file as it was last written.
    File {
        /// Where, resolved.
        path: PathBuf,
        /// When it was changed, where the system tells.
        modified: Option<SystemTime>,
        /// Its size.
        bytes: u64,
    },
    /// An http(s) address.
    Address(String),
}

impl ContentKey {
    /// What is there now.
    pub(crate) fn of(located: Located) -> Result<Self, Problem> {
        Ok(match located {
            Located::File(path) => {
                let metadata = path.metadata().map_err(Problem::from_io)?;
                Self::File { path, modified: metadata.modified().ok(), bytes: metadata.len() }
            }
            Located::Address(address) => Self::Address(address),
        })
    }

    /// Whether it is still what it was; an address is taken as it was when it was fetched.
    pub(crate) fn is_unchanged(&self) -> bool {
        match self {
            Self::File { path, .. } => Self::of(Located::File(path.clone())).is_ok_and(|now| now == *self),
            Self::Address(_) => true,
        }
    }
}

/// The bytes of a content: a file's own, or those that the fetcher hands out.
pub(crate) enum ContentBytes {
    Read(Vec<u8>),
    Fetched(Arc<[u8]>),
}

impl Deref for ContentBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Read(bytes) => bytes,
            Self::Fetched(bytes) => bytes,
        }
    }
}
