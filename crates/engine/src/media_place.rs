//! Where a source's media folder is: as the project says it, and as the disk has it.
//!
//! A folder below a project file's own is stored relative to it, with `/` between its parts, so that the two can be
//! moved together. One in a bucket or at a web server is its address. Any other is stored absolute, and so is every one
//! of a project in a database; a relative one that such a project was moved with is looked for below the folder that
//! `TIEBREAK_MEDIA` names, else below the one that the program runs in.

use std::path::{Component, Path, PathBuf};

use tiebreak_media::{MediaFolder, is_address};
use tiebreak_store::ProjectPlace;

/// The media folder for what is stored.
pub fn media_folder(project: &ProjectPlace, stored: Option<&str>, fetches_addresses: bool) -> MediaFolder {
    match stored {
        Some(address) if is_address(address) => MediaFolder::at_address(address, fetches_addresses),
        stored => {
            let folder = stored.map(|stored| folder_from_stored(project, stored));
            MediaFolder::new(folder, fetches_addresses)
        }
    }
}

/// What is stored for a folder on this disk, or at an address.
pub fn stored_from_folder(project: &ProjectPlace, folder: &Path) -> String {
    if let Some(address) = folder.to_str().filter(|folder| is_address(folder)) {
        return address.to_owned();
    }
    let folder = folder.canonicalize().unwrap_or_else(|_| absolute(folder));
    let Some(file) = project.file() else {
        return folder.to_string_lossy().into_owned();
    };
    let home = folder_of_file(file);
    match folder.strip_prefix(&home) {
        Ok(below) if below.as_os_str().is_empty() => ".".to_owned(),
        Ok(below) => {
            let parts: Vec<_> = below
                .components()
                .filter_map(|component| match component {
                    Component::Normal(part) => Some(part.to_string_lossy()),
                    _ => None,
                })
                .collect();
            parts.join("/")
        }
        Err(_) => folder.to_string_lossy().into_owned(),
    }
}

/// The folder on this disk for what is stored.
pub fn folder_from_stored(project: &ProjectPlace, stored: &str) -> PathBuf {
    let home = match project.file() {
        Some(file) => folder_of_file(file),
        None => absolute(Path::new(&std::env::var_os("TIEBREAK_MEDIA").unwrap_or_else(|| ".".into()))),
    };
    home.join(stored)
}

fn folder_of_file(project: &Path) -> PathBuf {
    let project = absolute(project);
    let folder = project.parent().unwrap_or(Path::new("/"));
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_as_it_is() {
        let project = ProjectPlace::File(PathBuf::from("/home/ada/p.tiebreak"));
        for address in ["s3://bucket/folder", "https://host/folder/"] {
            assert_eq!(stored_from_folder(&project, Path::new(address)), address);
            let expected = MediaFolder::at_address(address, false);
            assert_eq!(media_folder(&project, Some(address), false), expected);
        }
        let folder = Some(PathBuf::from("/home/ada/media"));
        assert_eq!(media_folder(&project, Some("/home/ada/media"), true), MediaFolder::new(folder, true));
    }

    #[test]
    fn a_folder_below_the_project_moves_with_it() {
        let home = tempfile::tempdir().unwrap();
        let project = ProjectPlace::File(home.path().join("p.tiebreak"));
        let media = home.path().join("media/deep");
        std::fs::create_dir_all(&media).unwrap();
        assert_eq!(stored_from_folder(&project, &media), "media/deep");
        assert_eq!(stored_from_folder(&project, home.path()), ".");
        let moved = tempfile::tempdir().unwrap();
        let found = folder_from_stored(&ProjectPlace::File(moved.path().join("p.tiebreak")), "media/deep");
        assert_eq!(found, moved.path().canonicalize().unwrap().join("media/deep"));
    }

    #[test]
    fn a_folder_elsewhere_is_absolute() {
        let home = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let project = ProjectPlace::File(home.path().join("p.tiebreak"));
        let stored = stored_from_folder(&project, elsewhere.path());
        assert_eq!(PathBuf::from(&stored), elsewhere.path().canonicalize().unwrap());
        assert_eq!(folder_from_stored(&project, &stored), PathBuf::from(stored));
    }
}
