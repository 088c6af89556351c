//! The whole interface on the real engine, without a window: keys in, a project file out.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tiebreak::backend::InProcess;
use tiebreak_engine::Host;
use tiebreak_ui::app::{App, Start};
use tiebreak_ui::host::Still;
use tiebreak_ui::judge::saving::SavedState;
use tiebreak_ui::judge::session::{Session, Shown};
use tiebreak_ui::stage::Stage;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

/// A machine without settings of its own.
pub fn host() -> Host {
    Host { settings_file: None, data_folder: None, cache_folder: None, ..tiebreak::machine::host() }
}

/// An interface with a project open.
pub struct Desk {
    stage: Stage,
}

impl Desk {
    /// Opens a project as `tiebreak FILE` does, and waits for its first item.
    pub fn open(project: &Path) -> Self {
        let backend = InProcess::start(host(), Arc::new(|| ()));
        let clock = Still::default();
        // A wall clock near the real one, because the engine has that.
        clock.now.lock().unwrap().unix = tiebreak_domain::UnixMillis(1_700_000_000_000);
        let start = Start { path: Some(project.display().to_string()), app_version: "test".into() };
        let app = App::new(Box::new(backend), Box::new(clock.clone()), start);
        let mut desk = Self { stage: Stage::new(app, clock) };
        desk.wait("an item on the screen", |desk| {
            desk.session().is_some_and(|session| session.current.is_some())
        });
        desk
    }

    /// What is on the screen.
    pub fn session(&self) -> Option<&Session> {
        self.stage.app().desk().map(|desk| &desk.session)
    }

    /// The item on the screen.
    pub fn shown(&self) -> Option<&Shown> {
        self.session()?.current.as_ref()
    }

    /// Runs frames until something is so.
    pub fn wait(&mut self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let started = Instant::now();
        while !is_so(self) {
            assert!(started.elapsed() < PATIENCE, "waited in vain for {what}");
            self.stage.frame();
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until everything submitted is on the disk.
    pub fn wait_until_saved(&mut self) {
        self.wait("the word Saved", |desk| {
            desk.session().is_some_and(|session| session.saving.state() == SavedState::Saved)
        });
    }

    /// Presses keys, a frame each.
    pub fn keys(&mut self, script: &str) {
        self.stage.keys(script);
    }

    /// Types words.
    pub fn text(&mut self, words: &str) {
        self.stage.text(words);
    }
}
