//! What can go wrong with a project file, and what to do about it.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use tiebreak_domain::{ApiError, ErrorCode};

use crate::sql::DatabaseError;

/// Why the store refused or failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// There is no such file, item, source or annotator.
    #[error("there is no {0}")]
    NotFound(String),
    /// A new project would overwrite a file.
    #[error("there is already a file {}", .0.display())]
    Exists(PathBuf),
    /// A new project would take the place of one in a database.
    #[error("there is already a project {0}")]
    ExistsInDatabase(String),
    /// The file was made by a newer program.
    #[error("the project was made by a newer Tiebreak: its format is {found}, this program knows {known}")]
    TooNew {
        /// The file's format.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// A merge with a project that is no copy of this one.
    #[error("the projects are not kin: {other:?} and {own:?} were made apart")]
    NotKin {
        /// What this project is called.
        own: String,
        /// What the other is called.
        other: String,
    },
    /// The file was made by an older program and is still as that left it.
    #[error("the project was made by an older Tiebreak, {}", .0.display())]
    TooOld(PathBuf),
    /// The file is no project, or is damaged.
    #[error("{0}")]
    Damaged(String),
    /// Another window or command has the project open.
    #[error("the project is open in another window{}", .0.map_or_else(String::new, |pid| format!(" (process {pid})")))]
    AlreadyOpen(Option<u32>),
    /// Others have the project of a database open: they are named.
    #[error("the project is open elsewhere{}", if .0.is_empty() { String::new() } else { format!(", by {}", .0) })]
    OpenInDatabase(String),
    /// A project of a database is on its way to another place.
    #[error("the project {0} is being moved to another place")]
    BeingMoved(String),
    /// The file or its folder cannot be written.
    #[error("the project cannot be written: {}", .0.display())]
    ReadOnly(PathBuf),
    /// No room is left.
    #[error("the disk is full")]
    DiskFull,
    /// The request makes no sense here, in a sentence.
    #[error("{0}")]
    Refused(String),
    /// The system refused a file operation.
    #[error("the system refused {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The database refused.
    #[error("the project's database refused")]
    Database(#[source] DatabaseError),
    /// The server of a database cannot be spoken to.
    #[error("the database {server} cannot be reached")]
    Unreachable {
        /// Host, port and database.
        server: String,
        /// Why.
        #[source]
        source: DatabaseError,
    },
    /// A stored text is not what was stored.
    #[error("a stored text cannot be read")]
    Content(#[from] serde_json::Error),
}

/// A result of the store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl StoreError {
    /// The error of a file operation, sorted by what the user can do about it.
    pub(crate) fn file(path: &Path, source: std::io::Error) -> Self {
        use std::io::ErrorKind;
        match source.kind() {
            ErrorKind::NotFound => Self::NotFound(format!("file {}", path.display())),
            ErrorKind::AlreadyExists => Self::Exists(path.to_owned()),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::ReadOnly(path.to_owned()),
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull,
            _ => Self::File { path: path.to_owned(), source },
        }
    }

    /// The same error with the project's path where the database knew none.
    pub(crate) fn at(self, path: &Path) -> Self {
        match self {
            Self::ReadOnly(_) => Self::ReadOnly(path.to_owned()),
            Self::Database(error) if error.is_about_opening() => Self::ReadOnly(path.to_owned()),
            other => other,
        }
    }

    /// Whether another change came in between, so that the same one can be tried again.
    pub(crate) fn is_contended(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_contended())
    }

    /// Whether a server could not be spoken to, which may pass.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Database(error) | Self::Unreachable { source: error, .. } => error.is_passing(),
            _ => false,
        }
    }

    fn with_sources(&self) -> String {
        let mut message = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            write!(message, ": {error}").expect("a string takes every text");
            source = error.source();
        }
        message
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        let (code, hint) = match &error {
            StoreError::NotFound(_) => (ErrorCode::NotFound, None),
            StoreError::Exists(_) | StoreError::ExistsInDatabase(_) => {
                (ErrorCode::BadRequest, Some("choose another name, or open the file that is there"))
            }
            StoreError::TooNew { .. } => (ErrorCode::TooNew, Some("update Tiebreak and open it again")),
            StoreError::NotKin { .. } => (
                ErrorCode::BadRequest,
                Some(
                    "a merge joins copies of one project; of another, import its export in the lossless format",
                ),
            ),
            StoreError::TooOld(_) => {
                (ErrorCode::BadRequest, Some("open it in the app once, which brings it up to date"))
            }
            StoreError::Damaged(_) => (
                ErrorCode::Damaged,
                Some(
                    "nothing was changed; run `tiebreak check` on it, and go back to a copy if you have one",
                ),
            ),
            StoreError::Content(_) => (ErrorCode::Damaged, Some("run `tiebreak check` on the project")),
            StoreError::AlreadyOpen(_) => (ErrorCode::AlreadyOpen, Some("close it there first")),
            StoreError::OpenInDatabase(_) => (
                ErrorCode::AlreadyOpen,
                Some("close it there, and end the servers and workers of the project; then move it"),
            ),
            StoreError::BeingMoved(_) => {
                (ErrorCode::AlreadyOpen, Some("wait until that has ended, and open it where it then is"))
            }
            StoreError::ReadOnly(_) => {
                (ErrorCode::ReadOnly, Some("copy the project to a folder that you may write to"))
            }
            StoreError::DiskFull => {
                (ErrorCode::DiskFull, Some("free some space and try again; nothing that was saved is lost"))
            }
            StoreError::Refused(_) => (ErrorCode::BadRequest, None),
            StoreError::Database(error) if error.is_passing() => (
                ErrorCode::Unavailable,
                Some(
                    "try again in a moment; what was acknowledged is saved, and what was not may be sent again",
                ),
            ),
            StoreError::Unreachable { source, .. } if source.is_passing() => (
                ErrorCode::Unavailable,
                Some("check that the server runs and that the network is there, and try again"),
            ),
            StoreError::Unreachable { .. } => {
                (ErrorCode::Denied, Some("check user, password, database and sslmode of the address"))
            }
            StoreError::File { .. } | StoreError::Database(_) => (ErrorCode::System, None),
        };
        let api = Self::new(code, error.with_sources());
        match hint {
            Some(hint) => api.hint(hint),
            None => api,
        }
    }
}
