//! Why a model was not brought here, in words, and what to do about each.

use std::error::Error;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::model::{ManifestError, ModelError};

/// An install that failed; nothing of it is in the models folder.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}: {at}")]
pub struct InstallError {
    /// The file, folder or address.
    pub at: String,
    /// What is wrong with it.
    #[source]
    pub reason: Reason,
}

impl InstallError {
    pub(super) fn new(at: impl Into<String>, reason: Reason) -> Self {
        Self { at: at.into(), reason }
    }

    /// From a failure of the disk.
    pub(super) fn disk(path: &Path, error: io::Error) -> Self {
        Self::new(path.display().to_string(), Reason::Disk { source: Arc::new(error) })
    }
}

/// What is wrong.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Reason {
    /// Somebody said stop.
    #[error("the install was cancelled")]
    Cancelled,
    /// There is no `reward.toml`.
    #[error("there is no reward.toml in the folder")]
    NoManifest,
    /// The manifest is wrong.
    #[error("the manifest cannot be read ({source})")]
    Manifest {
        /// Everything that is wrong with it.
        source: ManifestError,
    },
    /// The manifest is no text.
    #[error("the manifest is no text, or longer than 1 MiB")]
    NotText,
    /// A file that the manifest names is not there.
    #[error("a file that the manifest names is missing")]
    FileMissing,
    /// A file is not what the manifest says.
    #[error("the file is not the one that the manifest means; its BLAKE3 is {found}")]
    WrongHash {
        /// What it hashes to.
        found: String,
    },
    /// Every file is there, and no runtime can do anything with them.
    #[error("the model cannot be used ({source})")]
    Unusable {
        /// Why it was not opened.
        source: Arc<ModelError>,
    },
    /// The files are larger than allowed.
    #[error("the model is too large for this machine; the limit is {limit_bytes} bytes")]
    TooLarge {
        /// [`super::InstallLimits::total_bytes`].
        limit_bytes: u64,
    },
    /// The server sent another length than it said.
    #[error("the server said that the file has {promised} bytes, and sent {received}")]
    WrongLength {
        /// What it said.
        promised: u64,
        /// What came.
        received: u64,
    },
    /// The address cannot be used.
    #[error("this is no http or https address of a reward.toml")]
    BadAddress,
    /// The server answered with an error.
    #[error("the server answered {status}")]
    Status {
        /// The HTTP status code.
        status: u16,
    },
    /// Redirected too often, or to where it may not lead.
    #[error("{why}")]
    Redirect {
        /// A sentence.
        why: String,
    },
    /// Nothing came for too long.
    #[error("the server sent nothing for {limit:?}")]
    Stalled {
        /// [`super::InstallLimits::stall`].
        limit: Duration,
    },
    /// Something came, and hardly anything.
    #[error("the server sent only {bytes} bytes in {window:?}")]
    TooSlow {
        /// What came.
        bytes: u64,
        /// [`super::InstallLimits::pace`].
        window: Duration,
    },
    /// The connection failed.
    #[error("the connection failed ({message})")]
    Connection {
        /// The innermost reason.
        message: String,
    },
    /// This machine cannot connect at all.
    #[error("this machine cannot download ({message})")]
    NoClient {
        /// Why.
        message: String,
    },
    /// The same download runs already, perhaps in another window.
    #[error("this model is being downloaded already")]
    InProgress,
    /// No model has this id.
    #[error("no such model is installed")]
    NotInstalled,
    /// The disk refused.
    #[error("the disk refused ({source})")]
    Disk {
        /// What the system said.
        source: Arc<io::Error>,
    },
}

impl Reason {
    /// What to do about it: a sentence without a full stop.
    pub fn hint(&self) -> String {
        match self {
            Self::Cancelled => "start it again; what came so far of a download is kept",
            Self::NoManifest => "choose the folder that holds a reward.toml; tools/ makes one from a model",
            Self::Manifest { source } => return source.hint().to_owned(),
            Self::NotText => "check that this is a reward.toml, not a page about it",
            Self::FileMissing => "put the file beside the manifest, or make the folder again",
            Self::WrongHash { .. } => {
                "get the file again; if it was changed on purpose, make a new manifest with its hash"
            }
            Self::Unusable { source } => return source.hint(),
            Self::TooLarge { .. } => {
                "choose a smaller model, or one of 8-bit numbers; twice its size has to fit into half of the memory"
            }
            Self::WrongLength { .. } => "try again; if it stays so, tell whoever runs the server",
            Self::BadAddress => {
                "give the address of a reward.toml, as in https://example.org/model/reward.toml"
            }
            Self::Status { status: 404 | 410 } => "check the address: the file is not there",
            Self::Status { status: 401 | 403 } => {
                "the server wants a login: download the folder by other means, and add it from the disk"
            }
            Self::Redirect { .. } => "check the address, or ask whoever runs the server",
            Self::Status { .. } | Self::Stalled { .. } | Self::TooSlow { .. } | Self::Connection { .. } => {
                "check the network and try again; what came so far is kept"
            }
            Self::NoClient { .. } => "install the system's root certificates, or add the model from a folder",
            Self::InProgress => "wait for it, or cancel it where it was started",
            Self::NotInstalled => "list the models again",
            Self::Disk { .. } => "check that the models folder can be written and that the disk has room",
        }
        .to_owned()
    }

    /// Whether a later attempt may find the server in a better mood.
    pub(super) fn is_passing(&self) -> bool {
        match self {
            Self::Stalled { .. } | Self::TooSlow { .. } | Self::Connection { .. } => true,
            Self::Status { status } => *status == 429 || *status >= 500,
            _ => false,
        }
    }
}

/// The innermost reason of an error, which says most.
pub(super) fn innermost(error: &dyn Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
