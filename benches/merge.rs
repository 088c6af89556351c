//! Two copies of a project come together: `cargo bench --bench merge [-- ROWS]` (100,000 unless told otherwise).
//!
//! `tiebreak import` of so many pairs with a vote each, into two copies of one project under two names; then
//! `tiebreak merge` of one into the other, where every item is known, and into a copy that holds none of them.
//! The ratio is to the speed of the import, in rows and judgments a second.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const WORDS: [&str; 16] = [
    "memory", "line", "counter", "file", "reads", "slowly", "because", "garden", "winter", "answer", "model",
    "wrong", "careful", "token", "window", "river",
];

fn main() {
    let rows = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(100_000_u64);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = |name: &str| folder.path().join(name);
    write_rows(&at("one.jsonl"), 1);
    write_rows(&at("pairs.jsonl"), rows);
    run(&["import", "--create"], &[&at("base.tiebreak"), &at("one.jsonl")]);
    for copy in ["first.tiebreak", "second.tiebreak", "empty.tiebreak"] {
        fs::copy(at("base.tiebreak"), at(copy)).expect("room on the disk");
    }
    let import = run(&["import", "--labels", "first"], &[&at("first.tiebreak"), &at("pairs.jsonl")]);
    say("import with a vote each", rows, import, import);
    run(&["import", "--labels", "second"], &[&at("second.tiebreak"), &at("pairs.jsonl")]);
    let known = run(&["merge"], &[&at("first.tiebreak"), &at("second.tiebreak")]);
    say("merge, every item known", rows, known, import);
    let again = run(&["merge"], &[&at("first.tiebreak"), &at("second.tiebreak")]);
    say("the same again", rows, again, import);
    let all = run(&["merge"], &[&at("empty.tiebreak"), &at("second.tiebreak")]);
    say("merge, no item known", rows, all, import);
}

fn say(name: &str, rows: u64, took: Duration, import: Duration) {
    let seconds = took.as_secs_f64();
    let ratio = import.as_secs_f64() / seconds;
    println!("{name}: {seconds:.2} s, {:.0} a second, ratio {ratio:.2}", rows as f64 / seconds);
}

fn write_rows(path: &Path, rows: u64) {
    let mut file = BufWriter::new(fs::File::create(path).expect("a file in the temporary folder"));
    for row in 0..rows {
        let mut state = row.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let [prompt, chosen, rejected] = [20, 70, 70].map(|count| {
            let mut text = format!("Item {row}");
            for _ in 0..count {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push(' ');
                text.push_str(WORDS[(state >> 60) as usize]);
            }
            text
        });
        writeln!(file, r#"{{"prompt":"{prompt}","chosen":"{chosen}","rejected":"{rejected}"}}"#)
            .expect("room on the disk");
    }
    file.flush().expect("room on the disk");
}

fn run(words: &[&str], files: &[&Path]) -> Duration {
    let started = Instant::now();
    let status = Command::new(env!("CARGO_BIN_EXE_tiebreak"))
        .args(words)
        .args(files)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("the program");
    assert!(status.success(), "tiebreak {words:?} failed");
    started.elapsed()
}
