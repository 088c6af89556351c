//! A window that is none: runs the app frame by frame from keys and words, without a display.
//!
//! For tests that use the whole program from outside. What it paints is laid out and thrown away.

use egui::{Context, Event, Modifiers, RawInput, Rect, pos2, vec2};

use crate::app::App;
use crate::command::Chord;
use crate::host::Still;
use crate::theme;

/// The window's size in points.
const SIZE: [f32; 2] = [1280.0, 860.0];
/// How long a frame takes, in milliseconds.
const FRAME_MS: u64 = 16;

/// An app on a stage.
pub struct Stage {
    app: App,
    ctx: Context,
    clock: Still,
}

impl Stage {
    /// Puts an app on it; `clock` is the app's own host, whose time passes with the frames.
    pub fn new(app: App, clock: Still) -> Self {
        let ctx = Context::default();
        theme::install(&ctx);
        Self { app, ctx, clock }
    }

    /// The app.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Lets a frame pass in which nothing is touched.
    pub fn frame(&mut self) {
        self.frame_with(Vec::new());
    }

    /// Presses keys as a key list writes them, `2 Enter Ctrl+Z`, a frame each. Fails at a word that is no key.
    pub fn keys(&mut self, script: &str) {
        for word in script.split(' ') {
            let chord = Chord::parse(word).unwrap_or_else(|| panic!("{word:?} is no key"));
            let modifiers = Modifiers {
                alt: chord.alt,
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
            self.frame_with(vec![press(true), press(false)]);
        }
    }

    /// Types words.
    pub fn text(&mut self, words: &str) {
        self.frame_with(vec![Event::Text(words.to_owned())]);
        self.frame();
    }

    fn frame_with(&mut self, events: Vec<Event>) {
        self.clock.pass(FRAME_MS);
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(SIZE[0], SIZE[1]))),
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
