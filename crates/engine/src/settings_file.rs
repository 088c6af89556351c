//! The settings file: TOML, written whole or not at all, and read whatever state it is in.
//!
//! Fields this program does not know are let pass, so that an older program reads a newer file. A file that
//! is no TOML at all is moved aside as `settings.broken.toml` and the built-in settings are used: a typo
//! must not keep anyone out of their projects.
//!
//! The list of projects opened before is the engine's own: an interface edits a copy, which may be older than
//! the list is. Of what it sends back, only what it took off the list counts.

use std::collections::HashSet;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tiebreak_domain::{ApiError, ErrorCode, Settings};

use crate::failure;

/// Where settings are kept, if anywhere.
#[derive(Debug)]
pub struct SettingsFile {
    path: Option<PathBuf>,
    /// What was last loaded or saved, where there is no file to keep it.
    kept: Settings,
    /// The paths of the projects opened before, as an interface saw them last.
    shown: HashSet<String>,
}

impl SettingsFile {
    /// Nothing is read yet.
    pub fn new(path: Option<PathBuf>) -> Self {
        Self { path, kept: Settings::default(), shown: HashSet::new() }
    }

    /// Reads the settings; recent projects whose files are gone are dropped.
    pub fn load(&mut self) -> Settings {
        if let Some(path) = &self.path {
            self.kept = read(path);
        }
        let mut settings = self.kept.clone();
        settings.recent.retain(|recent| Path::new(&recent.path).is_file());
        settings
    }

    /// Reads the settings for an interface, which will send them back changed.
    pub fn show(&mut self) -> Settings {
        let settings = self.load();
        self.shown = paths(&settings);
        settings
    }

    /// Writes what an interface sent. Projects that it took off the list of those opened before are off;
    /// what came onto the list since it was shown stays.
    pub fn replace(&mut self, sent: &Settings) -> Result<(), ApiError> {
        let sent_paths = paths(sent);
        let mut settings = sent.clone();
        settings.recent = self.load().recent;
        settings
            .recent
            .retain(|recent| sent_paths.contains(&recent.path) || !self.shown.contains(&recent.path));
        self.save(&settings)?;
        self.shown = sent_paths;
        Ok(())
    }

    /// Writes the settings beside the old ones, then exchanges the two.
    pub fn save(&mut self, settings: &Settings) -> Result<(), ApiError> {
        if let Some(path) = &self.path {
            let text = toml::to_string_pretty(settings).map_err(|error| {
                ApiError::new(ErrorCode::System, format!("cannot write the settings: {error}"))
            })?;
            write(path, &text).map_err(|error| failure::of_io("save the settings", path, &error))?;
        }
        self.kept = settings.clone();
        Ok(())
    }
}

fn paths(settings: &Settings) -> HashSet<String> {
    settings.recent.iter().map(|recent| recent.path.clone()).collect()
}

fn read(path: &Path) -> Settings {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Settings::default(),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "the settings cannot be read, the built-in ones are used");
            return Settings::default();
        }
    };
    let parsed = String::from_utf8(bytes)
        .map_err(|error| error.to_string())
        .and_then(|text| toml::from_str(&text).map_err(|error| error.to_string()));
    parsed.unwrap_or_else(|error| {
        let aside = path.with_file_name("settings.broken.toml");
        tracing::warn!(path = %path.display(), aside = %aside.display(), %error, "the settings are broken and were moved aside");
        if let Err(error) = fs::rename(path, &aside) {
            tracing::warn!(%error, "the broken settings could not be moved aside");
        }
        Settings::default()
    })
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn file_in(folder: &tempfile::TempDir) -> (PathBuf, SettingsFile) {
        let path = folder.path().join("deep/settings.toml");
        (path.clone(), SettingsFile::new(Some(path)))
    }

    #[test]
    fn settings_survive_their_file() {
        let folder = tempfile::tempdir().unwrap();
        let (path, mut file) = file_in(&folder);
        assert_eq!(file.load(), Settings::default(), "no file yet");
        let mut settings = Settings { text_size: 20.0, annotator_name: "Zoë".into(), ..Settings::default() };
        settings.keys.insert("skip".into(), "Ctrl+S".into());
        file.save(&settings).unwrap();
        assert_eq!(SettingsFile::new(Some(path)).load(), settings);
    }

    #[test]
    fn unknown_fields_pass_and_missing_ones_are_built_in() {
        let folder = tempfile::tempdir().unwrap();
        let (path, mut file) = file_in(&folder);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "text_size = 18.0\nfrom_the_future = [1, 2]\n").unwrap();
        let settings = file.load();
        assert_eq!(settings.text_size, 18.0);
        assert_eq!(settings.grace_ms, Settings::default().grace_ms);
        assert!(path.is_file(), "a readable file stays where it is");
    }

    #[test]
    fn a_broken_file_is_kept_aside() {
        let folder = tempfile::tempdir().unwrap();
        let (path, mut file) = file_in(&folder);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "text_size = = 3").unwrap();
        assert_eq!(file.load(), Settings::default());
        assert!(!path.exists());
        let aside = path.with_file_name("settings.broken.toml");
        assert_eq!(fs::read_to_string(aside).unwrap(), "text_size = = 3", "nothing of it is lost");
    }
}
