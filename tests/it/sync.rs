//! The films of a pair are in sync: real films through the real decoders into the panes of the app, at every speed,
//! wherever somebody goes in them. `cargo bench --bench playing -- seeks=10000` does the same more often.

mod seeks;
mod truth;

use std::process::Command;

use self::seeks::{SETS, Seeker, Sought};
use crate::program::Program;
use crate::settled;

/// Every speed once, standing and playing, and both ends.
const SEEKS_A_PAIR: u64 = 10;
const WINDOW: [f32; 2] = [1280.0, 860.0];

#[test]
fn the_frame_in_every_pane_is_the_one_whose_timestamp_covers_the_clock() {
    if ["ffmpeg", "ffprobe"].iter().any(|tool| Command::new(tool).arg("-version").output().is_err()) {
        eprintln!("skipped: there is no ffmpeg or no ffprobe");
        return;
    }
    for (set, (folder, rows)) in SETS.into_iter().enumerate() {
        let folder = seeks::shared().join("data").join(folder);
        if !folder.join(rows).is_file() {
            eprintln!("skipped: there is no {}", folder.join(rows).display());
            continue;
        }
        let program = Program::new();
        let rows = folder.join(rows).display().to_string();
        program.expect(0, &["import", "p.tiebreak", &rows, "--create", "--no-labels"]);
        let sought = Seeker::open(&program.path("p.tiebreak"), &folder, WINDOW, 5).go_about(SEEKS_A_PAIR);
        let pairs = [6, 3][set];
        let Sought { frames, stretches, .. } = sought;
        assert_eq!((sought.pairs, sought.seeks), (pairs, pairs * SEEKS_A_PAIR));
        // A seek is held at its end, and films that play also after it.
        assert!(frames >= 2 * sought.seeks && stretches >= sought.seeks, "{sought:?}");
    }
}
