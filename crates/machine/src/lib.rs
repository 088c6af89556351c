//! This machine: its folders, its clock, its randomness, and the name of who sits here.

mod hand_over;
mod keyring;
mod leaving;
mod notice;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use tiebreak_domain::UnixMillis;
use tiebreak_engine::Host;

pub use self::hand_over::hand_over;
pub use self::keyring::SystemKeyring;
pub use self::leaving::{Leaving, Then};
pub use self::notice::notice_of;

/// The engine's view of this machine. `TIEBREAK_HOME` puts settings, data and cache into one folder, for
/// tests and for a program that is carried on a stick.
pub fn host() -> Host {
    let home = std::env::var_os("TIEBREAK_HOME").map(std::path::PathBuf::from);
    let folders = directories::ProjectDirs::from("", "", "tiebreak");
    let folder = |name: &str, usual: fn(&directories::ProjectDirs) -> &std::path::Path| match &home {
        Some(home) => Some(home.join(name)),
        None => folders.as_ref().map(|folders| usual(folders).to_owned()),
    };
    Host {
        settings_file: folder("config", directories::ProjectDirs::config_dir)
            .map(|folder| folder.join("settings.toml")),
        data_folder: folder("data", directories::ProjectDirs::data_dir),
        cache_folder: folder("cache", directories::ProjectDirs::cache_dir),
        clock: Arc::new(now),
        random: Arc::new(rand::random::<u64>),
        keyring: Some(Arc::new(SystemKeyring)),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        user_name: user_name(),
        scores_in_background: false,
    }
}

/// The time by the wall.
pub fn now() -> UnixMillis {
    #[expect(clippy::disallowed_methods, reason = "this is where the clock is read")]
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UnixMillis(elapsed.as_millis() as i64)
}

fn user_name() -> String {
    ["USER", "USERNAME", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok()).unwrap_or_default()
}
