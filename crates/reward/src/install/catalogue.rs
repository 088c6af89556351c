//! What is installed, and taking it away.

use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use super::error::{InstallError, Reason};
use super::place;
use super::wanted_files;
use crate::model::manifest::FILE_NAME;
use crate::model::{Manifest, ManifestError};

/// A folder of the models folder.
#[derive(Clone, Debug, PartialEq)]
pub struct InstalledModel {
    /// The name of its folder; what [`remove`] takes.
    pub id: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest, or why the model cannot be used.
    pub manifest: Result<Manifest, Unusable>,
}

/// Why an installed model cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// There is no `reward.toml`.
    #[error("there is no reward.toml in the folder")]
    NoManifest,
    /// The manifest cannot be read from the disk, or is no text.
    #[error("the manifest cannot be read ({message})")]
    Unreadable {
        /// What the system said.
        message: String,
    },
    /// The manifest is wrong.
    #[error("the manifest is wrong ({source})")]
    Manifest {
        /// Everything that is wrong with it.
        source: ManifestError,
    },
    /// A file that the manifest names is not there.
    #[error("a file is missing: {path}")]
    FileMissing {
        /// As the manifest names it.
        path: String,
    },
}

/// The models of a models folder, by name. None if there is no such folder.
///
/// Whether files are there is looked at, and not whether they are what the manifest says: that takes as long as
/// reading them, and is done when a model is opened.
///
/// # Errors
/// If the folder is there and cannot be listed.
pub fn installed(models: &Path) -> Result<Vec<InstalledModel>, InstallError> {
    let entries = match fs::read_dir(models) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(InstallError::disk(models, error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| InstallError::disk(models, error))?;
        let Ok(id) = entry.file_name().into_string() else { continue };
        let folder = entry.path();
        if !id.starts_with('.') && folder.is_dir() {
            found.push(InstalledModel { manifest: look_at(&folder), id, folder });
        }
    }
    found.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(found)
}

fn look_at(folder: &Path) -> Result<Manifest, Unusable> {
    let path = folder.join(FILE_NAME);
    let file = fs::File::open(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Unusable::NoManifest,
        _ => Unusable::Unreadable { message: error.to_string() },
    })?;
    let text = place::manifest_text(file, FILE_NAME)
        .map_err(|error| Unusable::Unreadable { message: error.reason.to_string() })?;
    let manifest = Manifest::read(&text).map_err(|source| Unusable::Manifest { source })?;
    match wanted_files(&manifest).into_iter().find(|file| !folder.join(&file.path).is_file()) {
        Some(file) => Err(Unusable::FileMissing { path: file.path }),
        None => Ok(manifest),
    }
}

/// Takes an installed model away: out of the list in one step, and then from the disk.
///
/// # Errors
/// If there is no such model, or the disk refuses.
pub fn remove(models: &Path, id: &str) -> Result<(), InstallError> {
    let mut parts = Path::new(id).components();
    let is_name =
        matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) && !id.starts_with('.');
    let folder = models.join(id);
    // A link is taken for what it is, so that nothing outside is moved or emptied.
    let is_folder = fs::symlink_metadata(&folder).is_ok_and(|metadata| metadata.is_dir());
    if !is_name || !is_folder {
        return Err(InstallError::new(id, Reason::NotInstalled));
    }
    place::discard(models, &folder)
}
