//! Whether the interface keeps its pace while models score and heads learn: `cargo bench --bench busy [-- SECONDS]`
//! (30 seconds unless told otherwise).
//!
//! A real project with the real engine in this process: 3,000 labelled pairs, and many more without a label, of which
//! the model that comes with the program scores every text in the background. The app's own frame runs sixty times a
//! second while somebody judges by keys, three pairs a second, and takes one back now and then, which makes the heads
//! start again from all votes. The same is done before with neither at work. A frame is late that is not done 16.7 ms
//! after its time, waiting for a core included; what a graphics card would do comes on top.

#[path = "common/real.rs"]
mod real;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use cpu_time::{ProcessTime, ThreadTime};
use egui::{Event as Input, Key, Modifiers, RawInput, Rect, pos2, vec2};
use tiebreak::backend::InProcess;
use tiebreak::machine;
use tiebreak_domain::learning::Learning;
use tiebreak_domain::{Event, Reply, Request, StudySetup};
use tiebreak_engine::Engine;
use tiebreak_ui::app::{App, Start};
use tiebreak_ui::backend::{Backend, Incoming, Ticket};
use tiebreak_ui::theme;

use real::Real;

const WINDOW: [f32; 2] = [1440.0, 900.0];
/// Sixty times a second.
const FRAME: Duration = Duration::from_nanos(16_666_667);
/// From one judgment to the next.
const FRAMES_PER_JUDGMENT: u64 = 20;
/// Every so manieth judgment is taken back, and given again.
const UNDO_EVERY: u64 = 8;
/// Pairs that bring a vote.
const LABELLED: u64 = 3_000;
/// Pairs without one for each second: more than the model can score.
const OPEN_PER_SECOND: u64 = 2_000;
/// How long the project may take to open, and the models to begin.
const PATIENCE: Duration = Duration::from_mins(2);

fn main() {
    let seconds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(30_u64);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let idle = run(folder.path(), "idle", seconds, None);
    let busy = run(folder.path(), "busy", seconds, Some(Learning::default()));
    let ratio = |of: fn(&Figures) -> f64| of(&busy) / of(&idle).max(1e-9);
    println!(
        "busy to idle: wall p50 {:.2}, p99 {:.2}, CPU p50 {:.2}, p99 {:.2}, saved p50 {:.2}",
        ratio(|figures| at(&figures.wall_ms, 0.5)),
        ratio(|figures| at(&figures.wall_ms, 0.99)),
        ratio(|figures| at(&figures.cpu_ms, 0.5)),
        ratio(|figures| at(&figures.cpu_ms, 0.99)),
        ratio(|figures| at(&figures.saved_ms, 0.5)),
    );
}

/// What was measured; lists in ascending order.
#[derive(Default)]
struct Figures {
    wall_ms: Vec<f64>,
    cpu_ms: Vec<f64>,
    /// The frames of key presses alone.
    press_ms: Vec<f64>,
    /// From sending a judgment to hearing that it is on the disk.
    saved_ms: Vec<f64>,
    late: u64,
    missed: u64,
}

fn at(sorted: &[f64], share: f64) -> f64 {
    sorted.get((sorted.len().saturating_sub(1) as f64 * share) as usize).copied().unwrap_or(f64::NAN)
}

fn run(folder: &Path, name: &str, seconds: u64, learning: Option<Learning>) -> Figures {
    let project = project(folder, name, LABELLED, OPEN_PER_SECOND * seconds);
    let host = tiebreak_engine::Host {
        settings_file: None,
        data_folder: Some(folder.join(format!("{name} data"))),
        cache_folder: None,
        keyring: None,
        ..machine::host()
    };
    set_learning(&host, &project, learning.clone());
    let host = tiebreak_engine::Host { scores_in_background: true, ..host };
    let watched = Arc::new(Mutex::new(Watched::default()));
    let backend = Watching { inner: InProcess::start(host, Arc::new(|| {})), watched: Arc::clone(&watched) };
    let start = Start { path: Some(project), app_version: "bench".into() };
    let mut app = App::new(Box::new(backend), Box::new(Real(Instant::now())), start);
    let ctx = egui::Context::default();
    theme::install(&ctx);
    while tiebreak_ui::document::warm_up_some() {}
    let began = Instant::now();
    let is_ready = |app: &App| {
        let watched = lock(&watched);
        shown(app) != 0 && (learning.is_none() || watched.scored.is_some())
    };
    while !is_ready(&app) {
        assert!(began.elapsed() < PATIENCE, "the project is open, and models have begun");
        frame(&ctx, &mut app, &[]);
        thread::sleep(FRAME);
    }
    let began_scoring = lock(&watched).scored.map(|(_, last)| (last, last));
    *lock(&watched) = Watched { scored: began_scoring, ..Watched::default() };
    let process = ProcessTime::now();
    let mut figures = pace(&ctx, &mut app, seconds);
    let process = process.elapsed().as_secs_f64();
    drop(app);
    let mut watched = lock(&watched);
    figures.saved_ms.append(&mut watched.saved_ms);
    for list in [&mut figures.wall_ms, &mut figures.cpu_ms, &mut figures.press_ms, &mut figures.saved_ms] {
        list.sort_by(f64::total_cmp);
    }
    let scored = watched.scored.map_or(0, |(_, last)| last) - watched.scored.map_or(0, |(first, _)| first);
    let ended = if watched.has_ended { ", which ended before the time was over" } else { "" };
    println!(
        "{name}: {} frames, {} late, {} of them by more than a frame; {} judgments, {scored} texts scored{ended}, \
         {} refits, {:.2} cores in use",
        figures.wall_ms.len(),
        figures.late,
        figures.missed,
        figures.saved_ms.len(),
        watched.refits,
        process / seconds as f64,
    );
    for (what, list) in [
        ("frame, by the wall", &figures.wall_ms),
        ("frame, CPU of its thread", &figures.cpu_ms),
        ("frame of a key press, by the wall", &figures.press_ms),
        ("judgment sent to saved", &figures.saved_ms),
    ] {
        println!(
            "  {what}: p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms",
            at(list, 0.5),
            at(list, 0.99),
            at(list, 1.0)
        );
    }
    figures
}

/// Frames at their times, and keys as a person presses them.
fn pace(ctx: &egui::Context, app: &mut App, seconds: u64) -> Figures {
    let mut figures = Figures::default();
    let began = Instant::now();
    let mut number = 0_u64;
    let (mut judged, mut is_undone) = (0_u64, false);
    let mut before = 0;
    while began.elapsed() < Duration::from_secs(seconds) {
        let due = FRAME * number as u32;
        if let Some(left) = due.checked_sub(began.elapsed()) {
            thread::sleep(left);
        }
        // Keys go by the frames that were painted: one that was missed takes no key along.
        let painted = figures.wall_ms.len() as u64;
        let keys: &[Key] = match painted % FRAMES_PER_JUDGMENT {
            0 if judged % UNDO_EVERY == UNDO_EVERY - 1 && !is_undone => &[Key::U],
            0 => &[if painted.is_multiple_of(3) { Key::Num1 } else { Key::Num2 }],
            4 if is_undone || judged % UNDO_EVERY != UNDO_EVERY - 1 => &[Key::Enter],
            4 => {
                is_undone = true;
                &[]
            }
            _ => &[],
        };
        let is_enter = keys == [Key::Enter];
        if is_enter {
            before = shown(app);
        }
        let (wall_ms, cpu_ms) = frame(ctx, app, keys);
        if is_enter {
            assert_ne!(shown(app), before, "the frame of the key press holds the next item");
            judged += 1;
            is_undone = false;
        }
        figures.wall_ms.push(wall_ms);
        figures.cpu_ms.push(cpu_ms);
        figures.press_ms.extend((!keys.is_empty()).then_some(wall_ms));
        let behind = began.elapsed().saturating_sub(due);
        figures.late += u64::from(behind > FRAME);
        figures.missed += u64::from(behind > 2 * FRAME);
        // A screen that missed a frame shows the next one at its time.
        number = (number + 1).max((began.elapsed().as_nanos() / FRAME.as_nanos()) as u64);
    }
    figures
}

/// One frame with these keys: milliseconds by the wall, and of the thread's CPU.
fn frame(ctx: &egui::Context, app: &mut App, keys: &[Key]) -> (f64, f64) {
    let event = |key: Key, pressed| Input::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let input = RawInput {
        screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(WINDOW[0], WINDOW[1]))),
        events: keys.iter().flat_map(|key| [event(*key, true), event(*key, false)]).collect(),
        focused: true,
        ..RawInput::default()
    };
    let (wall, cpu) = (Instant::now(), ThreadTime::now());
    let mut output = ctx.run_ui(input, |ui| {
        app.logic(&ui.ctx().clone());
        app.ui(ui);
    });
    let shapes = std::mem::take(&mut output.shapes);
    let meshes = ctx.tessellate(shapes, output.pixels_per_point);
    let cost = (wall.elapsed().as_secs_f64() * 1000.0, cpu.elapsed().as_secs_f64() * 1000.0);
    assert!(!meshes.is_empty(), "something was painted");
    output.drop_without_applying_deltas();
    cost
}

fn shown(app: &App) -> i64 {
    app.desk().and_then(|desk| desk.session.current.as_ref()).map_or(0, |shown| shown.queued.item.id.0)
}

/// A project on the disk, made by the program.
fn project(folder: &Path, name: &str, labelled: u64, open: u64) -> String {
    let path = |file: String| folder.join(file);
    let file = path(format!("{name}.tiebreak"));
    std::fs::write(path(format!("{name}-labelled.jsonl")), rows(0..labelled, ["chosen", "rejected"]))
        .expect("room on the disk");
    std::fs::write(
        path(format!("{name}-open.jsonl")),
        rows(labelled..labelled + open, ["response_a", "response_b"]),
    )
    .expect("room on the disk");
    for arguments in [vec!["labelled", "--create", "--labels", "people"], vec!["open"]] {
        let status = Command::new(env!("CARGO_BIN_EXE_tiebreak"))
            .arg("import")
            .arg(&file)
            .arg(path(format!("{name}-{}.jsonl", arguments[0])))
            .args(&arguments[1..])
            .env("TIEBREAK_HOME", folder.join("home"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("the program");
        assert!(status.success(), "the rows were imported");
    }
    file.display().to_string()
}

/// Pairs of texts of twenty to two hundred words, other ones each time; the first is mostly the longer.
fn rows(numbers: std::ops::Range<u64>, names: [&str; 2]) -> String {
    const WORDS: [&str; 16] = [
        "memory", "line", "counter", "file", "reads", "slowly", "because", "garden", "winter", "answer",
        "model", "wrong", "careful", "token", "window", "river",
    ];
    let mut rows = String::new();
    for number in numbers {
        let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 33
        };
        let mut text = |least: u64, most: u64| {
            let count = least + next() % (most - least);
            (0..count).fold(format!("Item {number}"), |text, _| text + " " + WORDS[(next() % 16) as usize])
        };
        let (prompt, first, second) = (text(5, 40), text(40, 200), text(20, 160));
        writeln!(rows, r#"{{"prompt":"{prompt}","{}":"{first}","{}":"{second}"}}"#, names[0], names[1])
            .expect("a string takes every text");
    }
    rows
}

fn set_learning(host: &tiebreak_engine::Host, project: &str, learning: Option<Learning>) {
    let engine = Engine::new(host.clone(), |_| {});
    engine.call(Request::OpenProject { path: project.to_owned() }).expect("the project opens");
    let study = StudySetup { learning, ..StudySetup::default() };
    engine.call(Request::SetStudy(Box::new(study))).expect("a study with these rules");
}

/// What passes between the interface and the engine.
#[derive(Default)]
struct Watched {
    sent: HashMap<Ticket, Instant>,
    saved_ms: Vec<f64>,
    /// Texts scored when it was first told and when it was last.
    scored: Option<(u64, u64)>,
    has_ended: bool,
    refits: u64,
}

fn lock(watched: &Mutex<Watched>) -> std::sync::MutexGuard<'_, Watched> {
    watched.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The engine in this process, and somebody who counts.
struct Watching {
    inner: InProcess,
    watched: Arc<Mutex<Watched>>,
}

impl Backend for Watching {
    fn send(&mut self, ticket: Ticket, request: Request) {
        if matches!(request, Request::Submit(_)) {
            lock(&self.watched).sent.insert(ticket, Instant::now());
        }
        self.inner.send(ticket, request);
    }

    fn receive(&mut self) -> Option<Incoming> {
        let arrived = self.inner.receive()?;
        let mut watched = lock(&self.watched);
        match &arrived {
            Incoming::Reply(ticket, Ok(Reply::Saved { .. })) => {
                if let Some(sent) = watched.sent.remove(ticket) {
                    watched.saved_ms.push(sent.elapsed().as_secs_f64() * 1000.0);
                }
            }
            Incoming::Reply(_, Err(error)) => panic!("the engine refused: {error:?}"),
            Incoming::Event(Event::ScoringProgress(_, progress)) => {
                let first = watched.scored.map_or(progress.done, |(first, _)| first);
                watched.scored = Some((first, progress.done));
            }
            Incoming::Event(Event::ScoringEnded(..)) => watched.has_ended = true,
            Incoming::Event(Event::LearningChanged(_)) => watched.refits += 1,
            _ => {}
        }
        Some(arrived)
    }
}
