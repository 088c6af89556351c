//! Goes about in films as somebody at the bar would, and holds every frame in every pane against the [`Truth`].

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tiebreak_domain::media::MediumRequest;
use tiebreak_domain::{Part, Request};
use tiebreak_ui::player::Player;
use tiebreak_ui::player::clock::SPEEDS_PERCENT;
use tiebreak_ui::player::reel::Known;
use tiebreak_ui::stage::Stage;

use super::settled::Settled;
use super::truth::Truth;

/// The films of the data set: their folder, and the file that pairs them.
pub const SETS: [(&str, &str); 2] = [("videos", "wan_pairs.jsonl"), ("videos/videoalign", "example.csv")];
/// So many frames of the app after a seek every pane shows what it should, when everything asked for is here at once.
const PATIENCE_FRAMES: usize = 200;
/// How long it may take by this machine's clock where that is measured.
const PATIENCE: Duration = Duration::from_mins(2);
/// So long after a frame the next one comes on a screen.
const FRAME_MS: u64 = 16;
/// So many frames are watched after a seek in films that play.
const WATCHED_FRAMES: usize = 5;
/// Stamps and times are both rounded to microseconds.
const ROUNDING_US: u64 = 1;

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    pub pairs: u64,
    pub seeks: u64,
    /// How often frames were asked of the engine.
    pub asked: u64,
    /// Frames in panes that were held against the truth.
    pub frames: u64,
    /// Stretches between two frames of the app whose length on the clock was held against the machine's.
    pub stretches: u64,
    /// How long it took after each seek until every pane showed its frame, in ascending order; empty where everything
    /// that was asked for was waited for.
    pub waits: Vec<Duration>,
}

/// Where the data is that the tests and benches of films use.
pub fn shared() -> PathBuf {
    std::env::var_os("TIEBREAK_SHARED")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")), PathBuf::from)
}

/// Somebody who goes about in the films of a project.
pub struct Seeker<'a> {
    stage: Stage,
    settled: Settled,
    folder: &'a Path,
    truths: HashMap<PathBuf, Truth>,
    random: StdRng,
    sought: Sought,
    /// Whether a frame waits for nothing, as on a screen.
    is_timed: bool,
}

/// A film on the screen.
struct Pane {
    medium: MediumRequest,
    file: PathBuf,
}

impl<'a> Seeker<'a> {
    /// Opens a project of pairs of films; `folder` is where their names begin.
    pub fn open(project: &Path, folder: &'a Path, window: [f32; 2], seed: u64) -> Self {
        let (stage, settled) = Settled::open(project, window);
        let random = StdRng::seed_from_u64(seed);
        let (truths, sought) = (HashMap::new(), Sought::default());
        Self { stage, settled, folder, truths, random, sought, is_timed: false }
    }

    /// Takes the time: no frame waits for what was asked for.
    #[allow(dead_code, reason = "only the bench does")]
    pub fn timed(self) -> Self {
        Self { is_timed: true, ..self }
    }

    /// Goes to so many places in every pair, and judges it. Panics where a pane is not in sync.
    pub fn go_about(mut self, seeks_a_pair: u64) -> Sought {
        while self.panes().is_empty() {
            self.frame(FRAME_MS);
        }
        while !self.panes().is_empty() {
            let panes = self.panes();
            self.wait(&panes);
            self.hold_times(&panes);
            let bar = self.stage.place("Position in seconds").expect("there is a bar to find a place on");
            for seek in 0..seeks_a_pair {
                self.seek(&panes, bar, seek);
            }
            self.sought.pairs += 1;
            self.stage.keys("1 Enter");
            self.settled.settle();
        }
        self.sought.waits.sort_unstable();
        let problems = self.settled.take_problems();
        assert!(problems.is_empty(), "{problems:?}");
        self.sought
    }

    /// A frame of the app, so many milliseconds after the one before; what it asks for is here at its end, unless time
    /// is taken.
    fn frame(&mut self, ms: u64) {
        self.stage.frame_after(ms);
        self.settle();
        let requests = self.settled.take_requests();
        self.sought.asked +=
            requests.iter().filter(|request| matches!(request, Request::Frames(_))).count() as u64;
    }

    fn settle(&self) {
        if !self.is_timed {
            self.settled.settle();
        } else if !self.settled.take_in() {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn player(&self) -> &Player {
        &self.stage.app().desk().expect("a project is open").player
    }

    /// The time on the clock, and whether all panes are said to show it.
    fn clock(&self) -> (u64, bool) {
        let time_us = self.player().clock().time_us(self.stage.now_ms());
        (time_us, self.player().shown_us() == time_us)
    }

    fn panes(&self) -> Vec<Pane> {
        let current = self.stage.app().desk().and_then(|desk| desk.session.current.as_ref());
        let Some(queued) = current.map(|shown| &shown.queued) else { return Vec::new() };
        let of = |part: &Part| match part {
            Part::Video { uri } => {
                let medium = MediumRequest { source: queued.item.source, uri: uri.clone() };
                Some(Pane { medium, file: self.folder.join(uri) })
            }
            _ => None,
        };
        queued.item.item.parts().filter_map(of).collect()
    }

    /// Lets frames pass until every pane shows the clock's time.
    fn wait(&mut self, panes: &[Pane]) {
        let began = Instant::now();
        let mut frames = 0;
        while if self.is_timed { began.elapsed() < PATIENCE } else { frames < PATIENCE_FRAMES } {
            let is_there = |pane: &Pane| self.player().shown_frame(&pane.medium).is_some();
            if self.clock().1 && !self.player().clock().is_held() && panes.iter().all(is_there) {
                return;
            }
            self.frame(FRAME_MS);
            frames += 1;
        }
        panic!("{:?} do not come", panes.iter().map(|pane| &pane.medium.uri).collect::<Vec<_>>());
    }

    /// The times by which the panes go are those of ffprobe.
    fn hold_times(&mut self, panes: &[Pane]) {
        for pane in panes {
            let truth = self.truths.entry(pane.file.clone()).or_insert_with(|| Truth::of(&pane.file));
            let player = &self.stage.app().desk().expect("a project is open").player;
            let Some(Known::Info(info)) = player.known(&pane.medium) else { panic!("{}", pane.medium.uri) };
            assert_eq!(info.times_us.len(), truth.times_us.len(), "{}", pane.medium.uri);
            for (frame, (here, there)) in info.times_us.iter().zip(&truth.times_us).enumerate() {
                assert!(here.abs_diff(*there) <= ROUNDING_US, "{}, frame {frame}: {here}", pane.medium.uri);
            }
        }
    }

    /// Goes to a place of the bar, at the next speed, and watches; every third time standing.
    fn seek(&mut self, panes: &[Pane], [left, top, right, bottom]: [f32; 4], seek: u64) {
        let speed_percent = SPEEDS_PERCENT[seek as usize % SPEEDS_PERCENT.len()];
        while self.player().clock().speed_percent() != speed_percent {
            let is_slower = self.player().clock().speed_percent() > speed_percent;
            self.stage.keys(if is_slower { "Ctrl+ArrowDown" } else { "Ctrl+ArrowUp" });
        }
        if self.player().clock().is_playing() == seek.is_multiple_of(3) {
            self.stage.keys("Space");
        }
        // Both ends are places too.
        let share = match seek {
            1 => 0.0,
            2 => 1.0,
            _ => self.random.random_range(0.0..=1.0_f32),
        };
        self.stage.click([left + share * (right - left), f32::midpoint(top, bottom)]);
        let began = Instant::now();
        self.stage.pointer_gone();
        self.settle();
        self.wait(panes);
        if self.is_timed {
            self.sought.waits.push(began.elapsed());
        }
        self.hold(panes);
        self.sought.seeks += 1;
        if !self.player().clock().is_playing() {
            self.step(panes);
        }
        for _ in 0..WATCHED_FRAMES {
            let (before_us, ms) = (self.clock().0, self.random.random_range(1..=40));
            let was_running = self.player().clock().is_running();
            self.frame(ms);
            if !self.clock().1 {
                continue;
            }
            self.hold(panes);
            let clock = self.player().clock();
            if was_running && clock.is_running() {
                let due_us = before_us + ms * 10 * u64::from(speed_percent);
                assert_eq!(self.clock().0, due_us.min(clock.length_us()), "{ms} ms at {speed_percent} %");
                self.sought.stretches += 1;
            }
        }
    }

    /// Goes a frame on and back again: to the very times at which frames appear.
    fn step(&mut self, panes: &[Pane]) {
        for key in ["Period", "Period", "Comma"] {
            self.stage.keys(key);
            self.settle();
            self.wait(panes);
            self.hold(panes);
        }
    }

    /// The frame in every pane is the one that covers the clock: its index, and what is seen of it.
    fn hold(&mut self, panes: &[Pane]) {
        let time_us = self.clock().0;
        for pane in panes {
            let due = [0, ROUNDING_US].map(|later_us| self.truths[&pane.file].covering(time_us + later_us));
            let shown = self.player().shown_frame(&pane.medium);
            let Some(due) = shown.filter(|shown| due.contains(shown)) else {
                panic!("{} shows frame {shown:?} at {time_us} µs and not {due:?}", pane.medium.uri)
            };
            let visual = self.player().visual(&pane.medium).expect("what is shown is seen");
            let truth = self.truths.get_mut(&pane.file).expect("its times were held");
            let seen = truth.nearest(&visual.pieces[0].pixels, due);
            assert_eq!(seen, due, "the picture in the pane of {} at {time_us} µs", pane.medium.uri);
            self.sought.frames += 1;
        }
    }
}
