//! Installing from a folder on the disk: every file is copied and hashed in one pass.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::sync::Arc;

use super::error::{InstallError, Reason};
use super::place;
use super::{InstallLimits, InstallProgress, Installed, Watch, wanted_files};
use crate::model::manifest::{FILE_NAME, FileEntry};

/// What a model's maker says of it; copied along where it is there.
const CARD: &str = "CARD.md";
const CARD_BYTES: u64 = 1024 * 1024;
const BLOCK_BYTES: usize = 1024 * 1024;

/// Copies a model from a folder that holds a `reward.toml`. The folder itself is only read.
///
/// # Errors
/// What is wrong with the manifest, with a file, or with the disk; nothing is installed then.
pub fn from_folder(
    models: &Path,
    source: &Path,
    limits: &InstallLimits,
    watch: &mut Watch,
) -> Result<Installed, InstallError> {
    let manifest_path = source.join(FILE_NAME);
    let at = manifest_path.display().to_string();
    let file = File::open(&manifest_path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            InstallError::new(source.display().to_string(), Reason::NoManifest)
        }
        _ => InstallError::disk(&manifest_path, error),
    })?;
    let text = place::manifest_text(file, &at)?;
    let manifest = place::read_manifest(&text, &at)?;
    if let Some(there) = place::already_there(models, &manifest, &text) {
        return Ok(there);
    }
    let files = wanted_files(&manifest);
    check_sizes(source, &files, limits)?;
    let staging = place::staging(models)?;
    let mut left_bytes = limits.total_bytes;
    for (files_done, file) in files.iter().enumerate() {
        let from = source.join(&file.path);
        let at = || from.display().to_string();
        let mut reader = open(&from)?;
        let bytes = reader.metadata().map_err(|error| InstallError::disk(&from, error))?.len();
        let (mut writer, to) = place::create(staging.path(), &file.path)?;
        let mut hasher = blake3::Hasher::new();
        let mut block = vec![0; BLOCK_BYTES];
        let mut bytes_done = 0;
        loop {
            if (watch.is_cancelled)() {
                return Err(InstallError::new(at(), Reason::Cancelled));
            }
            let count = match reader.read(&mut block) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(InstallError::disk(&from, error)),
            };
            let Some(left) = left_bytes.checked_sub(count as u64) else {
                return Err(InstallError::new(at(), Reason::TooLarge { limit_bytes: limits.total_bytes }));
            };
            left_bytes = left;
            hasher.update(&block[..count]);
            writer.write_all(&block[..count]).map_err(|error| InstallError::disk(&to, error))?;
            bytes_done += count as u64;
            let (file, files) = (file.path.clone(), files.len());
            (watch.progress)(&InstallProgress { file, files_done, files, bytes_done, bytes: Some(bytes) });
        }
        writer.sync_all().map_err(|error| InstallError::disk(&to, error))?;
        let found = hasher.finalize().to_hex().to_string();
        if found != file.blake3 {
            return Err(InstallError::new(at(), Reason::WrongHash { found }));
        }
    }
    copy_card(source, staging.path());
    place::settle(models, staging, manifest, &text, watch.try_out)
}

/// Looks at the sizes first: what is too large would be copied for an hour before that shows.
fn check_sizes(source: &Path, files: &[FileEntry], limits: &InstallLimits) -> Result<(), InstallError> {
    let mut left_bytes = limits.total_bytes;
    for file in files {
        let from = source.join(&file.path);
        // What cannot be looked at is told when it is opened.
        let bytes = fs::metadata(&from).map_or(0, |metadata| metadata.len());
        left_bytes = left_bytes.checked_sub(bytes).ok_or_else(|| {
            InstallError::new(
                from.display().to_string(),
                Reason::TooLarge { limit_bytes: limits.total_bytes },
            )
        })?;
    }
    Ok(())
}

/// Opens a file, and nothing that only looks like one. Links are followed: caches of models are made of them.
fn open(path: &Path) -> Result<File, InstallError> {
    let missing = || InstallError::new(path.display().to_string(), Reason::FileMissing);
    match fs::metadata(path) {
        // A pipe would never end.
        Ok(metadata) if !metadata.is_file() => return Err(missing()),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Err(missing());
        }
        Err(error) => {
            return Err(InstallError::new(
                path.display().to_string(),
                Reason::Disk { source: Arc::new(error) },
            ));
        }
        Ok(_) => {}
    }
    File::open(path).map_err(|error| InstallError::disk(path, error))
}

/// The card is worth having, and no reason to fail.
fn copy_card(source: &Path, staging: &Path) {
    let from = source.join(CARD);
    if fs::metadata(&from).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= CARD_BYTES)
        && let Err(error) = fs::read(&from).and_then(|card| fs::write(staging.join(CARD), card))
    {
        tracing::warn!(%error, "a model's card could not be copied");
    }
}
