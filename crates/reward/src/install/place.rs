//! Where a model is put together, and how it comes to its place.
//!
//! Work is done in `.incoming` inside the models folder, so that the last step is a rename on one disk. What lies
//! there is no model, and is never listed.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use super::error::{InstallError, Reason};
use super::{Installed, wanted_files};
use crate::model::manifest::{FILE_NAME, MAX_BYTES};
use crate::model::{Manifest, ModelError};

/// The folder for what is not finished.
pub(super) const INCOMING: &str = ".incoming";
const NAME_CHARACTERS: usize = 48;

/// The folder for what is not finished, made if it is not there.
pub(super) fn incoming(models: &Path) -> Result<PathBuf, InstallError> {
    let folder = models.join(INCOMING);
    fs::create_dir_all(&folder).map_err(|error| InstallError::disk(&folder, error))?;
    Ok(folder)
}

/// A folder that goes away by itself unless it is put in its place.
pub(super) fn staging(models: &Path) -> Result<TempDir, InstallError> {
    let folder = incoming(models)?;
    tempfile::Builder::new()
        .prefix("model-")
        .tempdir_in(&folder)
        .map_err(|error| InstallError::disk(&folder, error))
}

/// The text of a manifest, from its file or a server.
pub(super) fn manifest_text(reader: impl Read, at: &str) -> Result<String, InstallError> {
    let mut bytes = Vec::new();
    reader
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| InstallError::disk(Path::new(at), error))?;
    match String::from_utf8(bytes) {
        Ok(text) if text.len() <= MAX_BYTES => Ok(text),
        _ => Err(InstallError::new(at, Reason::NotText)),
    }
}

/// Reads a manifest for an install.
pub(super) fn read_manifest(text: &str, at: &str) -> Result<Manifest, InstallError> {
    Manifest::read(text).map_err(|source| InstallError::new(at, Reason::Manifest { source }))
}

/// The name of a model's folder: its own name in plain letters, and what tells it from others of that name.
pub(super) fn id_of(manifest: &Manifest, text: &str) -> String {
    let mut name = String::new();
    for character in manifest.name.to_lowercase().chars() {
        if character.is_ascii_alphanumeric() {
            name.push(character);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if name.len() >= NAME_CHARACTERS {
            break;
        }
    }
    let name = name.trim_matches('-');
    let name = if name.is_empty() { "model" } else { name };
    format!("{name}-{}", &blake3::hash(text.as_bytes()).to_hex()[..8])
}

/// The model where it is installed already with all its files, so that nothing has to be done.
pub(super) fn already_there(models: &Path, manifest: &Manifest, text: &str) -> Option<Installed> {
    let id = id_of(manifest, text);
    let folder = models.join(&id);
    let is_whole = fs::read(folder.join(FILE_NAME)).is_ok_and(|there| there == text.as_bytes())
        && wanted_files(manifest).iter().all(|file| folder.join(&file.path).is_file());
    is_whole.then(|| Installed { id, folder, manifest: manifest.clone(), was_there: true })
}

/// A file inside the staging folder, with the folders above it.
pub(super) fn create(staging: &Path, path: &str) -> Result<(File, PathBuf), InstallError> {
    let target = staging.join(path);
    let made = target.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| File::create(&target));
    made.map(|file| (file, target.clone())).map_err(|error| InstallError::disk(&target, error))
}

/// Whether a model can be used, as [`super::Watch::try_out`] says.
type TryOut<'t> = &'t dyn Fn(&Path, &Manifest) -> Result<(), ModelError>;

/// Writes the manifest, has the model tried out, and puts the folder in its place, in one step.
pub(super) fn settle(
    models: &Path,
    staging: TempDir,
    manifest: Manifest,
    text: &str,
    try_out: TryOut,
) -> Result<Installed, InstallError> {
    let (mut file, path) = create(staging.path(), FILE_NAME)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| InstallError::disk(&path, error))?;
    // Windows renames no folder in which a file is open.
    drop(file);
    try_out(staging.path(), &manifest).map_err(|source| {
        InstallError::new(manifest.name.clone(), Reason::Unusable { source: Arc::new(source) })
    })?;
    let id = id_of(&manifest, text);
    let folder = models.join(&id);
    if fs::exists(&folder).unwrap_or(false) {
        if let Some(there) = already_there(models, &manifest, text) {
            // Another install of the same model was quicker.
            return Ok(there);
        }
        // A folder of that name that is not whole would keep the model out for ever.
        discard(models, &folder)?;
    }
    if let Err(error) = fs::rename(staging.path(), &folder) {
        // Between the look and the step another install may have been quicker, too.
        let there = already_there(models, &manifest, text);
        return there.ok_or_else(|| InstallError::disk(&folder, error));
    }
    // The folder has another name now, and is to stay.
    let _ = staging.keep();
    sync_folder(models);
    Ok(Installed { id, folder, manifest, was_there: false })
}

/// Takes a model's folder away: out of sight in one step, and then from the disk.
pub(super) fn discard(models: &Path, folder: &Path) -> Result<(), InstallError> {
    let aside = staging(models)?;
    fs::rename(folder, aside.path().join("removed")).map_err(|error| InstallError::disk(folder, error))?;
    sync_folder(models);
    aside.close().map_err(|error| InstallError::disk(folder, error))
}

/// Makes a rename outlast a power cut, where a system can be asked to.
fn sync_folder(folder: &Path) {
    if cfg!(unix)
        && let Err(error) = File::open(folder).and_then(|folder| folder.sync_all())
    {
        tracing::warn!(%error, "the models folder could not be flushed to the disk");
    }
}
