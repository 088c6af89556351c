//! What playing a pair of films costs: `cargo bench --bench playing [-- SECONDS] [4k] [difference|wipe|loupe]` (20
//! seconds in a window of 1920×1080, and side by side without a loupe, unless told otherwise).
//!
//! Two films of 1080p at 30 frames a second, made by ffmpeg, are played side by side in the app's own window frame with
//! the real engine in this process, sixty frames a second by the wall. Told are the films' frames that were never on
//! the screen, how long the clock stood still for frames on their way, the CPU time of this process and of its
//! decoders, and their memory at most. The same films decoded by ffmpeg alone, into nothing, is what that is held
//! against. No graphics card is involved: what it would take to put the frames on a screen comes on top; `window` opens
//! the program's own window, drawn by software, and tells its memory too.
//!
//! `seeks=10000` goes to so many places in the films of the data set, at every speed, and holds every frame in every
//! pane against ffprobe's timestamps and ffmpeg's pictures: in a window so small that a pair's frames are kept, and every
//! thirtieth of them in a large one, where a seek back has a decoder go through the film again. `drift=600` plays for so many seconds and tells how far the
//! clock is from the machine's.

mod drift;
mod films;
mod memory;
#[path = "../common/real.rs"]
mod real;
#[path = "../../tests/it/sync/seeks.rs"]
mod seeks;
#[path = "../../tests/it/settled.rs"]
mod settled;
mod show;
#[path = "../../tests/it/sync/truth.rs"]
mod truth;
mod window;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use cpu_time::ProcessTime;
use egui::{Event, Key, Modifiers, pos2};

use films::{CLIPS, alone, make, project};
use memory::{Memory, Watch, children_s, ended_children_s, files_and_none, megabytes};
use seeks::{SETS, Seeker};
use show::{LARGE_WINDOW, Show, WINDOW};

const FRAMES_PER_SECOND: u64 = 30;
const SIZE: [u32; 2] = [1920, 1080];
/// So many pairs are in the data set.
const PAIRS: u64 = 9;
/// In this window the frames of a pair of them are kept.
const SMALL_WINDOW: [f32; 2] = [900.0, 600.0];
/// Of so many seeks one is done in the large window too.
const IN_LARGE: u64 = 30;

fn main() {
    if Command::new("ffmpeg").arg("-version").output().is_err() {
        println!("skipped: there is no ffmpeg");
        return;
    }
    if let Some(seeks) = asked("seeks=") {
        return seek(seeks);
    }
    if let Some(seconds) = asked("drift=") {
        return drift::run(seconds);
    }
    let seconds = asked("").unwrap_or(20);
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (clip, seed) in CLIPS.iter().zip(["0", "3"]) {
        make(&folder.path().join(clip), SIZE, FRAMES_PER_SECOND, seed, seconds + 2);
    }
    let project = project(folder.path());
    if std::env::args().any(|argument| argument == "window") {
        window::run(folder.path(), &project, seconds);
        return;
    }
    let made_s = ended_children_s();
    let alone = alone(folder.path(), seconds + 2);
    let alone_cores = (ended_children_s() - made_s) / (seconds + 2) as f64;
    println!("ffmpeg alone, both films into nothing: {alone:.2} x real time");
    let look = Look::asked();
    println!("looked at {}", look.map_or("side by side", |look| look.name));
    let is_large = std::env::args().any(|argument| argument == "4k");
    let window = if is_large { LARGE_WINDOW } else { WINDOW };
    println!("in a window of {} × {}", window[0], window[1]);
    let figures = play(project, seconds, look, window);
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
        "memory, {}; {} MB of the app's in no file",
        figures.memory.words(),
        megabytes(figures.in_no_file)
    );
}

/// The number behind a word.
fn asked(word: &str) -> Option<u64> {
    std::env::args().find_map(|argument| argument.strip_prefix(word)?.parse().ok())
}

/// Goes about in the films of the data set.
fn seek(seeks: u64) {
    let seeks_a_pair = seeks.div_ceil(PAIRS);
    for (window, seeks_a_pair) in [(SMALL_WINDOW, seeks_a_pair), (WINDOW, seeks_a_pair.div_ceil(IN_LARGE))] {
        for (folder, rows) in SETS {
            let folder = seeks::shared().join("data").join(folder);
            if folder.join(rows).is_file() {
                seek_in(window, &folder, rows, seeks_a_pair);
            } else {
                println!("skipped: there is no {}", folder.join(rows).display());
            }
        }
    }
}

fn seek_in(window: [f32; 2], folder: &Path, rows: &str, seeks_a_pair: u64) {
    let place = tempfile::tempdir().expect("a temporary folder");
    let project = films::import(place.path(), &folder.join(rows));
    let began = Instant::now();
    let sought = Seeker::open(Path::new(&project), folder, window, 7).timed().go_about(seeks_a_pair);
    let waits_ms: Vec<f64> = sought.waits.iter().map(|wait| wait.as_secs_f64() * 1e3).collect();
    println!(
        "{rows} in {} × {}: {} pairs, {} seeks at every speed: {} frames in panes covered the clock, {} stretches of it \
         were as long as the machine's; both panes showed theirs after {:.0} ms (median; 95 % within {:.0}, all within \
         {:.0}); frames were asked for {} times; {} s",
        window[0],
        window[1],
        sought.pairs,
        sought.seeks,
        sought.frames,
        sought.stretches,
        at(&waits_ms, 0.5),
        at(&waits_ms, 0.95),
        at(&waits_ms, 1.0),
        sought.asked,
        began.elapsed().as_secs()
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
    fn events(self, [width, height]: [f32; 2]) -> Vec<Event> {
        let press = |pressed| Event::Key {
            key: self.key,
            physical_key: None,
            pressed,
            repeat: false,
            modifiers: Modifiers::NONE,
        };
        vec![Event::PointerMoved(pos2(width * 0.25, height * 0.5)), press(true), press(false)]
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
    memory: Memory,
    /// What of it is the app's own, when the films had played.
    in_no_file: u64,
}

fn at(sorted: &[f64], share: f64) -> f64 {
    sorted.get((sorted.len().saturating_sub(1) as f64 * share) as usize).copied().unwrap_or(f64::NAN)
}

fn play(project: String, seconds: u64, look: Option<Look>, window: [f32; 2]) -> Figures {
    let mut show = Show::open(project, window);
    if let Some(look) = look {
        show.frame(look.events(window));
    }
    let mut figures = Figures::default();
    let watch = Watch::start(std::process::id());
    let (began, own, decoders_s) = (Instant::now(), ProcessTime::now(), children_s() + ended_children_s());
    let began_us = show.shown_us();
    let mut before = show.frames().unwrap_or_default();
    show.play(seconds, |show, cpu_ms| {
        figures.cpu_ms.push(cpu_ms);
        let now = show.frames().unwrap_or_default();
        for (dropped, (before, now)) in figures.dropped.iter_mut().zip(before.iter().zip(&now)) {
            if let (Some(before), Some(now)) = (before, now) {
                *dropped += u64::from(now.saturating_sub(before + 1));
            }
        }
        before = now;
    });
    figures.seconds = began.elapsed().as_secs_f64();
    figures.played_us = show.shown_us() - began_us;
    figures.stood_ms = (figures.seconds * 1e6 - figures.played_us as f64).max(0.0) / 1e3;
    figures.own_s = own.elapsed().as_secs_f64();
    figures.decoders_s = children_s() + ended_children_s() - decoders_s;
    figures.memory = watch.most();
    [_, figures.in_no_file] = files_and_none(std::process::id(), &[]);
    figures.cpu_ms.sort_by(f64::total_cmp);
    figures
}
