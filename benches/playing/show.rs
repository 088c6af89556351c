//! The app on the machine's own clock, frame by frame, without a window.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use egui::{Event, RawInput, Rect, pos2, vec2};
use tiebreak::backend::InProcess;
use tiebreak::machine;
use tiebreak_domain::Part;
use tiebreak_domain::media::MediumRequest;
use tiebreak_ui::app::{App, Start};
use tiebreak_ui::player::Player;
use tiebreak_ui::theme;

use super::real::Real;

/// The window's size in points.
pub const WINDOW: [f32; 2] = [1920.0, 1080.0];
/// The same on a screen on which both films have all of their pixels.
pub const LARGE_WINDOW: [f32; 2] = [3840.0, 2160.0];
/// Sixty times a second.
const FRAME: Duration = Duration::from_nanos(16_666_667);
/// How long the project may take to open, and the films to begin.
const PATIENCE: Duration = Duration::from_mins(2);

/// An app with a project open.
pub struct Show {
    app: App,
    ctx: egui::Context,
    window: [f32; 2],
    /// When the latest frame began: the moment that its clock stands for.
    pub frame_began: Instant,
}

impl Show {
    /// Opens a project, and waits until its films play.
    pub fn open(project: String, window: [f32; 2]) -> Self {
        let host = tiebreak_engine::Host {
            settings_file: None,
            data_folder: None::<PathBuf>,
            cache_folder: None,
            keyring: None,
            ..machine::host()
        };
        let backend = InProcess::start(host, Arc::new(|| {}));
        let start = Start { path: Some(project), app_version: "bench".into() };
        let app = App::new(Box::new(backend), Box::new(Real(Instant::now())), start);
        let ctx = egui::Context::default();
        theme::install(&ctx);
        let mut show = Self { app, ctx, window, frame_began: Instant::now() };
        let began = Instant::now();
        while show.frames().is_none_or(|shown| shown.contains(&None)) {
            assert!(began.elapsed() < PATIENCE, "the project is open, and the films play");
            show.frame(Vec::new());
            thread::sleep(FRAME);
        }
        show
    }

    /// Shows frames for so many seconds, as many as a screen has; `looks` is called after each, with its milliseconds
    /// of the thread's CPU.
    pub fn play(&mut self, seconds: u64, mut looks: impl FnMut(&Self, f64)) {
        let began = Instant::now();
        let mut number = 0_u64;
        while began.elapsed() < Duration::from_secs(seconds) {
            let due = FRAME * number as u32;
            if let Some(left) = due.checked_sub(began.elapsed()) {
                thread::sleep(left);
            }
            let cpu_ms = self.frame(Vec::new());
            looks(self, cpu_ms);
            // A screen that missed a frame shows the next one at its time.
            number = (number + 1).max((began.elapsed().as_nanos() / FRAME.as_nanos()) as u64);
        }
    }

    /// What plays; none before an item is on the screen.
    pub fn player(&self) -> Option<&Player> {
        Some(&self.app.desk()?.player)
    }

    /// The frame that each pane shows; none where there is no item yet.
    pub fn frames(&self) -> Option<Vec<Option<u32>>> {
        let desk = self.app.desk()?;
        let queued = &desk.session.current.as_ref()?.queued;
        let source = queued.item.source;
        let of = |part: &Part| match part {
            Part::Video { uri } => Some(desk.player.shown_frame(&MediumRequest { source, uri: uri.clone() })),
            _ => None,
        };
        Some(queued.item.item.parts().filter_map(of).collect())
    }

    /// The time of the clock that is on the screen.
    pub fn shown_us(&self) -> u64 {
        self.player().map_or(0, Player::shown_us)
    }

    /// One frame of the window: milliseconds of its thread's CPU.
    pub fn frame(&mut self, events: Vec<Event>) -> f64 {
        let [width, height] = self.window;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(width, height))),
            events,
            focused: true,
            ..RawInput::default()
        };
        self.frame_began = Instant::now();
        let cpu = ThreadTime::now();
        let app = &mut self.app;
        let mut output = self.ctx.run_ui(input, |ui| {
            app.logic(&ui.ctx().clone());
            app.ui(ui);
        });
        let shapes = std::mem::take(&mut output.shapes);
        drop(self.ctx.tessellate(shapes, output.pixels_per_point));
        let cost_ms = cpu.elapsed().as_secs_f64() * 1000.0;
        output.drop_without_applying_deltas();
        cost_ms
    }
}
