//! Where a source's media folder is: as the project file says it, and as the disk has it.
//!
//! A folder below the project file's own is stored relative to it, with `/` between its parts, so that the
//! two can be moved together. Any other is stored absolute.

use std::path::{Component, Path, PathBuf};

/// What is stored for a folder on this disk.
pub fn stored_from_folder(project: &Path, folder: &Path) -> String {
    let folder = folder.canonicalize().unwrap_or_else(|_| absolute(folder));
    let home = project_folder(project);
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
pub fn folder_from_stored(project: &Path, stored: &str) -> PathBuf {
    project_folder(project).join(stored)
}

fn project_folder(project: &Path) -> PathBuf {
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
    fn a_folder_below_the_project_moves_with_it() {
        let home = tempfile::tempdir().unwrap();
        let project = home.path().join("p.tiebreak");
        let media = home.path().join("media/deep");
        std::fs::create_dir_all(&media).unwrap();
        assert_eq!(stored_from_folder(&project, &media), "media/deep");
        assert_eq!(stored_from_folder(&project, home.path()), ".");
        let moved = tempfile::tempdir().unwrap();
        let found = folder_from_stored(&moved.path().join("p.tiebreak"), "media/deep");
        assert_eq!(found, moved.path().canonicalize().unwrap().join("media/deep"));
    }

    #[test]
    fn a_folder_elsewhere_is_absolute() {
        let home = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        let project = home.path().join("p.tiebreak");
        let stored = stored_from_folder(&project, elsewhere.path());
        assert_eq!(PathBuf::from(&stored), elsewhere.path().canonicalize().unwrap());
        assert_eq!(folder_from_stored(&project, &stored), PathBuf::from(stored));
    }
}
