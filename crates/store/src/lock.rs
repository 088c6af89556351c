//! The lock: one window or command at a time may write to a project.
//!
//! A file beside the project, `NAME.tiebreak.lock`, locked through the system, which lets go of it when the
//! process dies, however it dies. It says which process holds it, and is removed on a clean close.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::{Result, StoreError};

/// A held lock; let go when dropped.
#[derive(Debug)]
pub(crate) struct ProjectLock {
    // Held for its lock only.
    _file: File,
    path: PathBuf,
}

impl ProjectLock {
    /// Takes the lock of a project, or says who has it.
    pub(crate) fn take(project: &Path) -> Result<Self> {
        let mut path = project.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        loop {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(|error| StoreError::file(&path, error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(StoreError::AlreadyOpen(holder(&mut file))),
                Err(TryLockError::Error(error)) => return Err(StoreError::file(&path, error)),
            }
            // Whoever held it may have removed the file between our opening and our locking it; then we hold
            // a file that nobody else will find.
            if !is_still_at(&file, &path) {
                continue;
            }
            let written = file
                .set_len(0)
                .and_then(|()| writeln!(file, "{}", std::process::id()))
                .and_then(|()| file.flush());
            written.map_err(|error| StoreError::file(&path, error))?;
            return Ok(Self { _file: file, path });
        }
    }
}

impl Drop for ProjectLock {
    fn drop(&mut self) {
        // Removed while still locked. A lock file that stays behind harms nobody: it is not locked.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(held), Ok(found)) => held.ino() == found.ino() && held.dev() == found.dev(),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_second_opener_is_told_who_has_it_and_a_stale_file_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("p.tiebreak");
        std::fs::write(folder.path().join("p.tiebreak.lock"), "12345\n").unwrap();
        let lock = ProjectLock::take(&project).expect("a file left by a dead process is free");
        match ProjectLock::take(&project) {
            Err(StoreError::AlreadyOpen(pid)) => {
                assert!(cfg!(windows) || pid == Some(std::process::id()), "{pid:?}");
            }
            other => panic!("the lock was given twice: {other:?}"),
        }
        drop(lock);
        assert!(!folder.path().join("p.tiebreak.lock").exists(), "removed on close");
        ProjectLock::take(&project).expect("free again");
    }
}
