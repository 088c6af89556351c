//! Where an export goes: a file and its manifest beside it, both written under other names first.

use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempDir};
use tiebreak_domain::{ApiError, ErrorCode};
use tiebreak_store::ProjectPlace;

use crate::failure;

/// A place for an export that nothing stands against.
pub struct Target {
    /// The file.
    pub path: PathBuf,
    /// Its manifest.
    pub manifest_path: PathBuf,
    replace: bool,
}

impl Target {
    /// Refuses what is no file, is there already (unless `replace`), or is the project itself.
    pub fn new(project: &ProjectPlace, path: PathBuf, replace: bool) -> Result<Self, ApiError> {
        let name = path.file_name().ok_or_else(|| {
            ApiError::new(ErrorCode::BadRequest, format!("this names no file to write, {}", path.display()))
                .hint("choose a name for the file")
        })?;
        let mut manifest_name = name.to_owned();
        manifest_name.push(".manifest.json");
        let manifest_path = path.with_file_name(manifest_name);
        refuse_to_replace(&path, replace)?;
        refuse_to_replace(&manifest_path, replace)?;
        if project.file().is_some_and(|project| is_same_file(project, &path)) {
            return Err(ApiError::new(ErrorCode::BadRequest, "the export would replace the project itself")
                .hint("choose another name"));
        }
        Ok(Self { path, manifest_path, replace })
    }

    /// Whether what is there already may be replaced.
    pub fn replaces(&self) -> bool {
        self.replace
    }

    fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    /// A folder in the same folder, with its content gone at the end unless it is kept.
    pub fn temporary_folder(&self) -> Result<TempDir, ApiError> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(".tiebreak-export-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o777));
        builder
            .tempdir_in(self.folder())
            .map_err(|error| failure::of_io("write the export", &self.path, &error))
    }

    /// A file in the same folder, so that it can be put in its place in one step.
    pub fn temporary(&self) -> Result<NamedTempFile, ApiError> {
        let folder = self.folder();
        let mut builder = tempfile::Builder::new();
        builder.prefix(".tiebreak-export-");
        // Temporary files are private; what they become is a file like any other.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        builder.tempfile_in(folder).map_err(|error| failure::of_io("write the export", &self.path, &error))
    }

    /// Takes the manifest of what is replaced away, so that at no moment one vouches for files that are not its own.
    pub fn withdraw_manifest(&self) -> Result<(), ApiError> {
        if !self.replace {
            return Ok(());
        }
        match std::fs::remove_file(&self.manifest_path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(failure::of_io("write the export", &self.manifest_path, &error))
            }
            _ => Ok(()),
        }
    }

    /// Makes it durable that files are in their places.
    pub fn sync_folder(&self) -> Result<(), ApiError> {
        // Elsewhere a folder cannot be opened as a file, and renames are durable by themselves.
        #[cfg(unix)]
        std::fs::File::open(self.folder())
            .and_then(|folder| folder.sync_all())
            .map_err(|error| failure::of_io("write the export", &self.path, &error))?;
        Ok(())
    }

    /// Puts a temporary file in its place.
    pub fn place(&self, file: NamedTempFile, path: &Path) -> Result<(), ApiError> {
        let placed = if self.replace { file.persist(path) } else { file.persist_noclobber(path) };
        placed.map(drop).map_err(|error| failure::of_io("write the export", path, &error.error))
    }
}

/// Whether two paths lead to one file.
fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

/// Whether two places are one project.
pub fn is_same_place(one: &ProjectPlace, other: &ProjectPlace) -> bool {
    match (one, other) {
        (ProjectPlace::File(one), ProjectPlace::File(other)) => is_same_file(one, other),
        (ProjectPlace::Database(one), ProjectPlace::Database(other)) => one.is_same(other),
        _ => false,
    }
}

/// Refuses a folder, and a file that must not be replaced.
pub fn refuse_to_replace(path: &Path, replace: bool) -> Result<(), ApiError> {
    if path.is_dir() {
        return Err(ApiError::new(ErrorCode::BadRequest, format!("this is a folder, {}", path.display()))
            .hint("name a file in it"));
    }
    if !replace && path.exists() {
        return Err(failure::exists(path, "choose another name, or say that it may be replaced"));
    }
    Ok(())
}
