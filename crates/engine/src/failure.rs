//! The engine's own failures, each a sentence with something to do about it.
//!
//! Failures of the crates below arrive through their own `From<…> for ApiError`; what is here is what only
//! the engine can know: that no project is open, that a thread is gone, that a file of its own failed.

use std::path::Path;

use tiebreak_domain::{ApiError, ErrorCode};

/// No project is open.
pub fn no_project() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "no project is open").hint("open or create a project first")
}

/// The project was closed while something was asked of it.
pub fn closed() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "the project was closed meanwhile").hint("open it again")
}

/// What this process alone could know of was asked of it, and another one may know it.
pub fn of_another_process(what: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("{what} in this process of the server")).hint(
        "load it again; where several processes serve a project, a proxy keeps each browser at one of them",
    )
}

/// Work ended without an answer: the thread that did it panicked.
pub fn broke_off(what: &str) -> ApiError {
    ApiError::new(ErrorCode::System, format!("an internal fault stopped the {what}"))
        .hint("nothing half-done was kept; try again, and report it if it happens again")
}

/// A job was cancelled.
pub fn cancelled(what: &str) -> ApiError {
    ApiError::new(ErrorCode::Cancelled, format!("the {what} was cancelled, and nothing of it was kept"))
}

/// A file is there already, and is not to be replaced.
pub fn exists(path: &Path, hint: &str) -> ApiError {
    ApiError::new(ErrorCode::Exists, format!("there is already a file {}", path.display())).hint(hint)
}

/// The system refused something about a file.
pub fn of_io(doing: &str, path: &Path, error: &std::io::Error) -> ApiError {
    use std::io::ErrorKind;
    let (code, hint) = match error.kind() {
        ErrorKind::NotFound => (ErrorCode::NotFound, "check that the folder exists"),
        ErrorKind::AlreadyExists => (ErrorCode::Exists, "choose another name"),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            (ErrorCode::ReadOnly, "choose a folder that you may write to")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            (ErrorCode::DiskFull, "make room on the disk, or choose another one")
        }
        _ => (ErrorCode::System, "check the disk and the folder's permissions"),
    };
    ApiError::new(code, format!("cannot {doing} ({error}), {}", path.display())).hint(hint)
}
