//! What playing a pair of films costs: `cargo bench --bench playing [-- SECONDS] [difference|wipe|loupe]` (20 seconds,
//! and side by side without a loupe, unless told otherwise).
//!
//! Two films of 1080p at 30 frames a second, made by ffmpeg, are played side by side in the app's own window frame with
//! the real engine in this process, sixty frames a second by the wall. Told are the films' frames that were never on
//! the screen, how long the clock stood still for frames on their way, the CPU time of this process and of its
//! decoders, and their memory at most. The same films decoded by ffmpeg alone, into nothing, is what that is held
//! against. No graphics card is involved: what it would take to put the frames on a screen comes on top.

#[path = "common/real.rs"]
mod real;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use cpu_time::{ProcessTime, ThreadTime};
use egui::{Event, Key, Modifiers, RawInput, Rect, pos2, vec2};
use tiebreak::backend::InProcess;
use tiebreak::machine;
use tiebreak_domain::Part;
use tiebreak_domain::media::MediumRequest;
use tiebreak_ui::app::{App, Start};
use tiebreak_ui::theme;

use real::Real;

const WINDOW: [f32; 2] = [1920.0, 1080.0];
/// Sixty times a second.
const FRAME: Duration = Duration::from_nanos(16_666_667);
const FRAMES_PER_SECOND: u64 = 30;
const CLIPS: [&str; 2] = ["a.mp4", "b.mp4"];
/// How long the project may take to open, and the films to begin.
const PATIENCE: Duration = Duration::from_mins(2);
/// Between two looks at what the decoders hold.
const LOOK_EVERY: u64 = 15;

fn main() {
    let seconds = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(20_u64);
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        println!("skipped: there is no ffmpeg");
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (clip, seed) in CLIPS.iter().zip(["0", "3"]) {
        make(&folder.path().join(clip), seed, seconds + 2);
    }
    let made_s = ended_children_s();
    let alone = alone(folder.path(), seconds + 2);
    let alone_cores = (ended_children_s() - made_s) / (seconds + 2) as f64;
    println!("ffmpeg alone, both films into nothing: {alone:.2} x real time");
    let look = Look::asked();
    println!("looked at {}", look.map_or("side by side", |look| look.name));
    let figures = play(folder.path(), seconds, look);
    let due = figures.played_us as f64 / 1e6 * FRAMES_PER_SECOND as f64;
    println!(
        "played {:.1} s: of about {due:.0} frames of each film {} and {} were never shown; the clock stood still {:.0} ms",
        figures.played_us as f64 / 1e6,
        figures.dropped[0],
        figures.dropped[1],
        figures.stood_ms
    );
    println!(
        "frame of the window, CPU of its thread: p50 {:.2} ms, p99 {:.2} ms",
        at(&figures.cpu_ms, 0.5),
        at(&figures.cpu_ms, 0.99)
    );
    let cores = |seconds: f64| seconds / figures.seconds;
    println!(
        "cores in use: {:.2} here and {:.2} by the decoders, where decoding alone takes {:.2}",
        cores(figures.own_s),
        cores(figures.decoders_s),
        alone_cores
    );
    println!(
        "memory at most: {:.0} MB here and {:.0} MB in the decoders",
        figures.own_bytes as f64 / 1e6,
        figures.decoders_bytes as f64 / 1e6
    );
}

/// A way to look at the films, and the key that leads to it.
#[derive(Clone, Copy)]
struct Look {
    name: &'static str,
    key: Key,
}

impl Look {
    const ALL: [Self; 3] = [
        Self { name: "difference", key: Key::D },
        Self { name: "wipe", key: Key::Y },
        Self { name: "loupe", key: Key::N },
    ];

    /// The one that was asked for.
    fn asked() -> Option<Self> {
        std::env::args().find_map(|argument| Self::ALL.into_iter().find(|look| look.name == argument))
    }

    /// A tap on its key, with the pointer on the first film.
    fn events(self) -> Vec<Event> {
        let press = |pressed| Event::Key {
            key: self.key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::NONE,
        };
        vec![Event::PointerMoved(pos2(WINDOW[0] * 0.25, WINDOW[1] * 0.5)), press(true), press(false)]
    }
}

/// What was measured.
#[derive(Default)]
struct Figures {
    played_us: u64,
    dropped: [u64; 2],
    stood_ms: f64,
    /// In ascending order.
    cpu_ms: Vec<f64>,
    seconds: f64,
    own_s: f64,
    decoders_s: f64,
    own_bytes: u64,
    decoders_bytes: u64,
}

fn at(sorted: &[f64], share: f64) -> f64 {
    sorted.get((sorted.len().saturating_sub(1) as f64 * share) as usize).copied().unwrap_or(f64::NAN)
}

fn make(file: &Path, seed: &str, seconds: u64) {
    let pattern =
        format!("testsrc2=size=1920x1080:rate=30:duration={seconds},noise=alls=8:allf=t:all_seed={seed}");
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-f", "lavfi", "-i", &pattern, "-c:v", "libx264"])
        .args(["-preset", "veryfast", "-crf", "28", "-pix_fmt", "yuv420p"])
        .arg(file)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "ffmpeg has libx264");
}

/// How many times faster than they play ffmpeg decodes both films at once.
fn alone(folder: &Path, seconds: u64) -> f64 {
    let started = Instant::now();
    let children = CLIPS.map(|clip| {
        Command::new("ffmpeg")
            .args(["-v", "error", "-nostdin", "-i"])
            .arg(folder.join(clip))
            .args(["-map", "0:V:0", "-f", "null", "-"])
            .stdout(Stdio::null())
            .spawn()
            .expect("ffmpeg runs")
    });
    for mut child in children {
        assert!(child.wait().is_ok_and(|status| status.success()), "the film can be decoded");
    }
    seconds as f64 / started.elapsed().as_secs_f64()
}

fn play(folder: &Path, seconds: u64, look: Option<Look>) -> Figures {
    let project = project(folder);
    let host = tiebreak_engine::Host {
        settings_file: None,
        data_folder: None,
        cache_folder: None,
        keyring: None,
        ..machine::host()
    };
    let backend = InProcess::start(host, Arc::new(|| {}));
    let start = Start { path: Some(project), app_version: "bench".into() };
    let mut app = App::new(Box::new(backend), Box::new(Real(Instant::now())), start);
    let ctx = egui::Context::default();
    theme::install(&ctx);
    let began = Instant::now();
    while shown(&app).is_none_or(|shown| shown.contains(&None)) {
        assert!(began.elapsed() < PATIENCE, "the project is open, and the films play");
        frame(&ctx, &mut app, Vec::new());
        thread::sleep(FRAME);
    }
    if let Some(look) = look {
        frame(&ctx, &mut app, look.events());
    }
    let mut figures = Figures::default();
    let (began, own, decoders_s) = (Instant::now(), ProcessTime::now(), decoders().0 + ended_children_s());
    let began_us = played_us(&app);
    let mut before = shown(&app).unwrap_or_default();
    let mut number = 0_u64;
    while began.elapsed() < Duration::from_secs(seconds) {
        let due = FRAME * number as u32;
        if let Some(left) = due.checked_sub(began.elapsed()) {
            thread::sleep(left);
        }
        figures.cpu_ms.push(frame(&ctx, &mut app, Vec::new()));
        let now = shown(&app).unwrap_or_default();
        for (dropped, (before, now)) in figures.dropped.iter_mut().zip(before.iter().zip(&now)) {
            if let (Some(before), Some(now)) = (before, now) {
                *dropped += u64::from(now.saturating_sub(before + 1));
            }
        }
        before = now;
        if number.is_multiple_of(LOOK_EVERY) {
            figures.decoders_bytes = figures.decoders_bytes.max(decoders().1);
        }
        // A screen that missed a frame shows the next one at its time.
        number = (number + 1).max((began.elapsed().as_nanos() / FRAME.as_nanos()) as u64);
    }
    figures.seconds = began.elapsed().as_secs_f64();
    figures.played_us = played_us(&app) - began_us;
    figures.stood_ms = (figures.seconds * 1e6 - figures.played_us as f64).max(0.0) / 1e3;
    figures.own_s = own.elapsed().as_secs_f64();
    figures.decoders_s = decoders().0 + ended_children_s() - decoders_s;
    figures.own_bytes = status_of("self").map_or(0, |status| kilobytes(&status, "VmHWM:")) * 1024;
    figures.cpu_ms.sort_by(f64::total_cmp);
    figures
}

/// The frame that each pane shows; none where there is no item yet.
fn shown(app: &App) -> Option<Vec<Option<u32>>> {
    let desk = app.desk()?;
    let queued = &desk.session.current.as_ref()?.queued;
    let source = queued.item.source;
    let of = |part: &Part| match part {
        Part::Video { uri } => Some(desk.player.shown_frame(&MediumRequest { source, uri: uri.clone() })),
        _ => None,
    };
    Some(queued.item.item.parts().filter_map(of).collect())
}

fn played_us(app: &App) -> u64 {
    app.desk().map_or(0, |desk| desk.player.shown_us())
}

/// One frame of the window: milliseconds of its thread's CPU.
fn frame(ctx: &egui::Context, app: &mut App, events: Vec<Event>) -> f64 {
    let input = RawInput {
        screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(WINDOW[0], WINDOW[1]))),
        events,
        focused: true,
        ..RawInput::default()
    };
    let cpu = ThreadTime::now();
    let mut output = ctx.run_ui(input, |ui| {
        app.logic(&ui.ctx().clone());
        app.ui(ui);
    });
    let shapes = std::mem::take(&mut output.shapes);
    drop(ctx.tessellate(shapes, output.pixels_per_point));
    let cost_ms = cpu.elapsed().as_secs_f64() * 1000.0;
    output.drop_without_applying_deltas();
    cost_ms
}

/// A project of one pair, made by the program.
fn project(folder: &Path) -> String {
    let row = format!("{{\"prompt\":\"Bars\",\"video_a\":\"{}\",\"video_b\":\"{}\"}}\n", CLIPS[0], CLIPS[1]);
    std::fs::write(folder.join("rows.jsonl"), row).expect("room on the disk");
    let file = folder.join("p.tiebreak");
    let status = Command::new(env!("CARGO_BIN_EXE_tiebreak"))
        .arg("import")
        .args([&file, &folder.join("rows.jsonl")])
        .args(["--create", "--no-labels"])
        .env("TIEBREAK_HOME", folder.join("home"))
        .stdout(Stdio::null())
        .status()
        .expect("the program");
    assert!(status.success(), "the row was imported");
    file.display().to_string()
}

/// Seconds of CPU and bytes at most of the processes that this one started and that run still; 0 where the system
/// does not tell.
fn decoders() -> (f64, u64) {
    let own = std::process::id().to_string();
    let (mut seconds, mut bytes) = (0.0, 0);
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let name = process.file_name();
        let Some((name, status)) = name.to_str().and_then(|name| Some((name, status_of(name)?))) else {
            continue;
        };
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:")).map(str::trim);
        if parent == Some(own.as_str()) {
            bytes += kilobytes(&status, "VmHWM:") * 1024;
            seconds += ticks(name, [13, 14]);
        }
    }
    (seconds, bytes)
}

/// Seconds of CPU of the processes that this one started and that are over.
fn ended_children_s() -> f64 {
    ticks("self", [15, 16])
}

fn status_of(process: &str) -> Option<String> {
    std::fs::read_to_string(format!("/proc/{process}/status")).ok()
}

fn kilobytes(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// The sum of two columns of a process's `stat`, which count hundredths of a second.
fn ticks(process: &str, columns: [usize; 2]) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name of the program may hold anything but ends with the last bracket.
    let rest: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let column =
        |number: usize| rest.get(number - 2).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0);
    columns.map(column).iter().sum::<f64>() / 100.0
}
