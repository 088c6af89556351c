//! A window that is none: runs the app frame by frame from keys and words, without a display.
//!
//! For tests that use the whole program from outside. What it paints is laid out and thrown away.

use egui::{Context, Event, Modifiers, RawInput, Rect, pos2, vec2};

use crate::app::App;
use crate::command::Chord;
use crate::host::{Host as _, Still};
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
    size: [f32; 2],
}

impl Stage {
    /// Puts an app on it; `clock` is the app's own host, whose time passes with the frames.
    pub fn new(app: App, clock: Still) -> Self {
        let ctx = Context::default();
        theme::install(&ctx);
        Self { app, ctx, clock, size: SIZE }
    }

    /// The same in a window of another size, in points.
    pub fn sized(self, size: [f32; 2]) -> Self {
        Self { size, ..self }
    }

    /// The app.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// What the app's monotonic clock says, in milliseconds.
    pub fn now_ms(&self) -> u64 {
        self.clock.now().monotonic_ms
    }

    /// Lets a frame pass in which nothing is touched.
    pub fn frame(&mut self) {
        self.frame_with(Vec::new());
    }

    /// The same, so many milliseconds after the one before.
    pub fn frame_after(&mut self, ms: u64) {
        self.frame_in(ms, Vec::new());
    }

    /// Presses the pointer's button at a place, and lets it go in the next frame.
    pub fn click(&mut self, [x, y]: [f32; 2]) {
        let at = pos2(x, y);
        let button = |pressed| Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        self.frame_with(vec![Event::PointerMoved(at)]);
        self.frame_with(vec![button(true)]);
        self.frame_with(vec![button(false)]);
    }

    /// Takes the pointer out of the window.
    pub fn pointer_gone(&mut self) {
        self.frame_with(vec![Event::PointerGone]);
    }

    /// Where the first thing is that screen readers call so, its left, top, right and bottom; a frame passes.
    pub fn place(&mut self, name: &str) -> Option<[f32; 4]> {
        self.ctx.enable_accesskit();
        let mut output = self.run(FRAME_MS, Vec::new());
        self.ctx.disable_accesskit();
        let update = output.platform_output.accesskit_update.take();
        output.drop_without_applying_deltas();
        let (_, node) = update?.nodes.into_iter().find(|(_, node)| node.label() == Some(name))?;
        let bounds = node.bounds()?;
        Some([bounds.x0, bounds.y0, bounds.x1, bounds.y1].map(|side| side as f32))
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
        self.frame_in(FRAME_MS, events);
    }

    fn frame_in(&mut self, ms: u64, events: Vec<Event>) {
        self.run(ms, events).drop_without_applying_deltas();
    }

    fn run(&mut self, ms: u64, events: Vec<Event>) -> egui::FullOutput {
        self.clock.pass(ms);
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(self.size[0], self.size[1]))),
            events,
            focused: true,
            ..RawInput::default()
        };
        let app = &mut self.app;
        self.ctx.run_ui(input, |ui| {
            app.logic(&ui.ctx().clone());
            app.ui(ui);
        })
    }
}
