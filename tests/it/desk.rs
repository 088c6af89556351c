//! The whole interface on the real engine, without a window: keys in, a project file out.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Event, Modifiers, RawInput, Rect, pos2, vec2};
use tiebreak::backend::InProcess;
use tiebreak_engine::Host;
use tiebreak_ui::app::{App, Start};
use tiebreak_ui::command::Chord;
use tiebreak_ui::host::Still;
use tiebreak_ui::judge::saving::SavedState;
use tiebreak_ui::judge::session::{Session, Shown};
use tiebreak_ui::theme;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A machine without settings of its own.
pub fn host() -> Host {
    Host { settings_file: None, data_folder: None, cache_folder: None, ..tiebreak::machine::host() }
}

/// An interface with a project open.
pub struct Desk {
    app: App,
    ctx: egui::Context,
    clock: Still,
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
        let ctx = egui::Context::default();
        theme::install(&ctx);
        let mut desk = Self { app, ctx, clock };
        desk.wait("an item on the screen", |desk| {
            desk.session().is_some_and(|session| session.current.is_some())
        });
        desk
    }

    /// What is on the screen.
    pub fn session(&self) -> Option<&Session> {
        self.app.desk().map(|desk| &desk.session)
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
            self.frame(Vec::new());
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
        for word in script.split(' ') {
            let chord = Chord::parse(word).unwrap_or_else(|| panic!("{word:?} is no key"));
            let modifiers = Modifiers {
                ctrl: chord.control,
                command: chord.control,
                shift: chord.shift,
                ..Modifiers::NONE
            };
            let press = |pressed| Event::Key {
                key: chord.key,
                physical_key: None,
                pressed,
                repeat: false,
                modifiers,
            };
            self.frame(vec![press(true), press(false)]);
        }
    }

    /// Types words.
    pub fn text(&mut self, words: &str) {
        self.frame(vec![Event::Text(words.to_owned())]);
        self.frame(Vec::new());
    }

    fn frame(&mut self, events: Vec<Event>) {
        self.clock.pass(16);
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1280.0, 860.0))),
            events,
            focused: true,
            ..RawInput::default()
        };
        let app = &mut self.app;
        let output = self.ctx.run_ui(input, |ui| {
            app.logic(&ui.ctx().clone());
            app.ui(ui);
        });
        output.drop_without_applying_deltas();
    }
}
