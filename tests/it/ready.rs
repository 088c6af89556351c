//! What comes next is ready before it is asked for: real pictures and films, decoded as ever, while somebody judges
//! one item a second by a clock that stands still until the test moves it.
//!
//! How quickly this machine decodes is no part of it: whatever was asked for within a frame is here at its end. That
//! enough was asked for, early enough and at the size that is shown, is what is held.

use std::path::{Path, PathBuf};

use tiebreak_domain::{Part, Request};
use tiebreak_ui::stage::Stage;

use crate::program::Program;
use crate::settled::Settled;

/// Sixty of the stage's frames are a second, as near as makes no difference.
const FRAMES_PER_ITEM: usize = 60;
const WINDOW: [f32; 2] = [1440.0, 900.0];

struct Bench {
    stage: Stage,
    settled: Settled,
}

impl Bench {
    fn open(project: &Path) -> Self {
        let (stage, settled) = Settled::open(project, WINDOW);
        Self { stage, settled }
    }

    /// A frame with these keys, if any; what it asks for is here at its end.
    fn frame(&mut self, keys: &str) {
        if keys.is_empty() {
            self.stage.frame()
        } else {
            self.stage.keys(keys)
        }
        self.settled.settle();
    }

    /// Media that were asked for since this was last taken, by name.
    fn take_asked(&self) -> Vec<String> {
        let uri = |request: Request| match request {
            Request::Image(image) => Some(image.uri),
            Request::Video(medium) => Some(medium.uri),
            // Thumbnails and what follows the beginning are asked for while it plays.
            Request::Frames(frames) if frames.first == 0 && frames.fit[0] > 256 => Some(frames.medium.uri),
            _ => None,
        };
        self.settled.take_requests().into_iter().filter_map(uri).collect()
    }

    /// The media of the item on the screen, by name, each with whether it is a video.
    fn media(&self) -> Vec<(String, bool)> {
        let Some(shown) = self.stage.app().desk().and_then(|desk| desk.session.current.as_ref()) else {
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
        let desk = self.stage.app().desk().unwrap();
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
        bench.frame("");
    }
    let mut judged = 0;
    loop {
        for _ in 1..FRAMES_PER_ITEM {
            bench.frame("");
        }
        bench.frame("1");
        let before = bench.media();
        bench.settled.take_requests();
        bench.frame("Enter");
        let media = bench.media();
        if media.is_empty() {
            break;
        }
        assert_ne!(media, before, "the frame of the key press holds the next item");
        // What a pane shows is known in the frame after it was first painted.
        bench.frame("");
        assert!(bench.shows_all_videos(), "{media:?} stand still");
        let asked = bench.take_asked();
        let late: Vec<_> = media.iter().filter(|(uri, _)| asked.contains(uri)).collect();
        assert!(late.is_empty(), "after {judged} items these were asked for when they were needed: {late:?}");
        judged += 1;
    }
    let problems = bench.settled.take_problems();
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
