//! What comes next is ready before it is asked for: real pictures and films, decoded as ever, while somebody judges
//! one item a second by a clock that stands still until the test moves it.
//!
//! How quickly this machine decodes is no part of it: whatever was asked for within a frame is here at its end. That
//! enough was asked for, early enough and at the size that is shown, is what is held.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use egui::{Event, Key, Modifiers, RawInput, Rect, pos2, vec2};
use tiebreak::backend::InProcess;
use tiebreak_domain::{Part, Request};
use tiebreak_ui::app::{App, Start};
use tiebreak_ui::backend::{Backend, Incoming, Ticket};
use tiebreak_ui::host::Still;
use tiebreak_ui::theme;

use crate::program::Program;

/// Sixty of them are a second, as near as makes no difference.
const FRAME_MS: u64 = 16;
const FRAMES_PER_ITEM: usize = 60;
/// How long anything may take before the test gives up.
const PATIENCE: Duration = Duration::from_mins(2);

/// The engine in this process, and what it was asked.
struct Asked {
    engine: InProcess,
    open: HashMap<Ticket, Request>,
    arrived: VecDeque<Incoming>,
    /// Media that were asked for since this was last taken, by name.
    media: Vec<String>,
    problems: Vec<String>,
}

#[derive(Clone)]
struct Watching(Arc<Mutex<Asked>>);

impl Watching {
    fn lock(&self) -> MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until everything that was asked for is here.
    fn settle(&self) {
        let began = Instant::now();
        loop {
            let mut asked = self.lock();
            while let Some(incoming) = asked.engine.receive() {
                if let Incoming::Reply(ticket, result) = &incoming {
                    asked.open.remove(ticket);
                    if let Err(error) = result {
                        asked.problems.push(error.message.clone());
                    }
                }
                asked.arrived.push_back(incoming);
            }
            if asked.open.is_empty() {
                return;
            }
            assert!(began.elapsed() < PATIENCE, "{:?} is not answered", asked.open);
            drop(asked);
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Backend for Watching {
    fn send(&mut self, ticket: Ticket, request: Request) {
        let mut asked = self.lock();
        let uri = match &request {
            Request::Image(image) => Some(&image.uri),
            Request::Video(medium) => Some(&medium.uri),
            // Thumbnails and what follows the beginning are asked for while it plays.
            Request::Frames(frames) if frames.first == 0 && frames.fit[0] > 256 => Some(&frames.medium.uri),
            _ => None,
        };
        if let Some(uri) = uri.cloned() {
            asked.media.push(uri);
        }
        asked.open.insert(ticket, request.clone());
        asked.engine.send(ticket, request);
    }

    fn receive(&mut self) -> Option<Incoming> {
        self.lock().arrived.pop_front()
    }
}

struct Bench {
    app: App,
    ctx: egui::Context,
    clock: Still,
    watching: Watching,
}

impl Bench {
    fn open(project: &Path) -> Self {
        let host = tiebreak_engine::Host {
            settings_file: None,
            data_folder: None,
            cache_folder: None,
            keyring: None,
            scores_in_background: false,
            ..tiebreak::machine::host()
        };
        let engine = InProcess::start(host, Arc::new(|| {}));
        let watching = Watching(Arc::new(Mutex::new(Asked {
            engine,
            open: HashMap::new(),
            arrived: VecDeque::new(),
            media: Vec::new(),
            problems: Vec::new(),
        })));
        let clock = Still::default();
        let start = Start { path: Some(project.display().to_string()), app_version: "test".into() };
        let app = App::new(Box::new(watching.clone()), Box::new(clock.clone()), start);
        let ctx = egui::Context::default();
        theme::install(&ctx);
        Self { app, ctx, clock, watching }
    }

    /// A frame with these keys; what it asks for is here at its end.
    fn frame(&mut self, keys: &[Key]) {
        self.clock.pass(FRAME_MS);
        let event = |key: Key, pressed| Event::Key {
            key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::NONE,
        };
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1440.0, 900.0))),
            events: keys.iter().flat_map(|key| [event(*key, true), event(*key, false)]).collect(),
            focused: true,
            ..RawInput::default()
        };
        let app = &mut self.app;
        let output = self.ctx.run_ui(input, |ui| {
            app.logic(&ui.ctx().clone());
            app.ui(ui);
        });
        output.drop_without_applying_deltas();
        self.watching.settle();
    }

    /// The media of the item on the screen, by name, each with whether it is a video.
    fn media(&self) -> Vec<(String, bool)> {
        let Some(shown) = self.app.desk().and_then(|desk| desk.session.current.as_ref()) else {
            return Vec::new();
        };
        let of = |part: &Part| match part {
            Part::Image { uri } => Some((uri.clone(), false)),
            Part::Video { uri } => Some((uri.clone(), true)),
            _ => None,
        };
        shown.queued.item.item.parts().filter_map(of).collect()
    }

    /// Videos on the screen whose pane shows their first frames.
    fn shows_all_videos(&self) -> bool {
        let desk = self.app.desk().unwrap();
        let source = desk.session.current.as_ref().unwrap().queued.item.source;
        self.media().into_iter().filter(|(_, is_video)| *is_video).all(|(uri, _)| {
            let medium = tiebreak_domain::media::MediumRequest { source, uri };
            desk.player.shown_frame(&medium).is_some()
        })
    }
}

/// Judges all of a data set, one item a second; gives how many items came on the screen by a key. None where the data
/// is missing.
fn judged(folder: &str, pairs: &str) -> Option<usize> {
    let shared = std::env::var_os("TIEBREAK_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")), PathBuf::from);
    let data = shared.join("data").join(folder);
    if !data.join(pairs).is_file() {
        eprintln!("skipped: there is no {}", data.join(pairs).display());
        return None;
    }
    let program = Program::new();
    let rows = data.join(pairs).display().to_string();
    program.expect(0, &["import", "p.tiebreak", &rows, "--create", "--no-labels"]);
    let mut bench = Bench::open(&program.path("p.tiebreak"));
    while bench.media().is_empty() {
        bench.frame(&[]);
    }
    let mut judged = 0;
    loop {
        for _ in 1..FRAMES_PER_ITEM {
            bench.frame(&[]);
        }
        bench.frame(&[Key::Num1]);
        let before = bench.media();
        bench.watching.lock().media.clear();
        bench.frame(&[Key::Enter]);
        let media = bench.media();
        if media.is_empty() {
            break;
        }
        assert_ne!(media, before, "the frame of the key press holds the next item");
        // What a pane shows is known in the frame after it was first painted.
        bench.frame(&[]);
        assert!(bench.shows_all_videos(), "{media:?} stand still");
        let asked = std::mem::take(&mut bench.watching.lock().media);
        let late: Vec<_> = media.iter().filter(|(uri, _)| asked.contains(uri)).collect();
        assert!(late.is_empty(), "after {judged} items these were asked for when they were needed: {late:?}");
        judged += 1;
    }
    let problems = std::mem::take(&mut bench.watching.lock().problems);
    assert!(problems.is_empty(), "{problems:?}");
    Some(judged)
}

#[test]
fn the_next_pictures_are_ready_before_they_are_asked_for() {
    if let Some(judged) = judged("images", "imagen_pairs.jsonl") {
        assert_eq!(judged, 39, "all but the first");
    }
}

#[test]
fn the_next_films_are_ready_before_they_are_asked_for() {
    if std::process::Command::new("ffmpeg").arg("-version").output().is_err() {
        eprintln!("skipped: there is no ffmpeg");
        return;
    }
    if let Some(judged) = judged("videos", "wan_pairs.jsonl") {
        assert_eq!(judged, 5, "all but the first");
    }
}
