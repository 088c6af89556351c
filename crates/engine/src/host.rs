//! What the engine needs from the machine it runs on: folders, a clock, randomness and names.
//!
//! All of it is passed in, so that a test can say where files lie, what time it is and which order comes up.

use std::path::PathBuf;
use std::sync::Arc;

use tiebreak_domain::{AnnotatorId, AnnotatorKey, ProjectKey, Settings, UnixMillis};

use crate::keyring::Keyring;
use crate::settings_file::SettingsFile;

/// The annotator of questions in which none matters: rows are numbered from 1.
pub const NOBODY: AnnotatorId = AnnotatorId(0);

/// The machine, as the engine sees it.
#[derive(Clone)]
pub struct Host {
    /// Where settings are kept; none to keep none.
    pub settings_file: Option<PathBuf>,
    /// Where the sample project is made; none where there can be none.
    pub data_folder: Option<PathBuf>,
    /// Where fetched images are kept; none to keep them in memory only.
    pub cache_folder: Option<PathBuf>,
    /// The time.
    pub clock: Arc<dyn Fn() -> UnixMillis + Send + Sync>,
    /// Uniform 64-bit numbers.
    pub random: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// Where tokens for servers are kept; none where there is no such place.
    pub keyring: Option<Arc<dyn Keyring>>,
    /// The program's version, for manifests.
    pub app_version: String,
    /// What whoever sits here is called where the settings do not say.
    pub user_name: String,
    /// Whether models may score in the background: in a window, where somebody judges meanwhile, and not for a command
    /// that is over in a moment.
    pub scores_in_background: bool,
}

impl Host {
    /// What whoever sits here is called in projects: what the settings say, or else the system.
    pub fn annotator_name(&self) -> String {
        let settings = SettingsFile::new(self.settings_file.clone()).load();
        self.name_beside(&settings).unwrap_or_default()
    }

    pub(crate) fn name_beside(&self, settings: &Settings) -> Option<String> {
        let names = [settings.annotator_name.trim(), self.user_name.trim()];
        names.into_iter().find(|name| !name.is_empty()).map(str::to_owned)
    }

    pub(crate) fn now(&self) -> UnixMillis {
        (self.clock)()
    }

    pub(crate) fn new_annotator_key(&self) -> AnnotatorKey {
        AnnotatorKey(self.random_key())
    }

    pub(crate) fn new_project_key(&self) -> ProjectKey {
        ProjectKey(self.random_key())
    }

    pub(crate) fn new_salt(&self) -> [u8; 16] {
        self.random_key()
    }

    fn random_key(&self) -> [u8; 16] {
        let mut key = [0; 16];
        key[..8].copy_from_slice(&(self.random)().to_le_bytes());
        key[8..].copy_from_slice(&(self.random)().to_le_bytes());
        key
    }
}

impl std::fmt::Debug for Host {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Host")
            .field("settings_file", &self.settings_file)
            .field("data_folder", &self.data_folder)
            .field("cache_folder", &self.cache_folder)
            .field("app_version", &self.app_version)
            .field("user_name", &self.user_name)
            .field("scores_in_background", &self.scores_in_background)
            .finish_non_exhaustive()
    }
}
