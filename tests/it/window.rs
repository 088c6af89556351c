//! The program in a real window: keys in, judgments out. Needs Xvfb, xdotool and ImageMagick, so it runs only
//! with `TIEBREAK_TEST_WINDOW=1` (as `./check.sh` does) and says so elsewhere.

mod gallery;
mod lead;
mod scripts;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::doors::{KEYS, REST, assert_left, import_items};
use super::program::{Program, rows};

/// A display of its own, gone when it is dropped. One at a time: a software renderer needs both cores.
pub struct Display {
    server: Child,
    name: String,
    _turn: MutexGuard<'static, ()>,
}

static TURN: Mutex<()> = Mutex::new(());

impl Display {
    /// Starts one of this size; none, saying so, where window tests are not asked for.
    fn start(size: &str) -> Option<Self> {
        if std::env::var_os("TIEBREAK_TEST_WINDOW").is_none() {
            eprintln!("skipped: set TIEBREAK_TEST_WINDOW=1 to test the real window (needs Xvfb and xdotool)");
            return None;
        }
        Some(Self::always(size))
    }

    /// Starts one of this size, asked for or not.
    pub fn always(size: &str) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", &format!("{size}x24"), "-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is installed");
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Self { server, name: format!(":{}", number.trim()), _turn: turn }
    }

    /// What `DISPLAY` is for programs that are to be seen on it.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn open(&self, program: &Program, arguments: &[&str]) -> Window<'_> {
        let child = program
            .command(arguments)
            .env("DISPLAY", &self.name)
            .env_remove("WAYLAND_DISPLAY")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let window = Window { display: self, child };
        window.wait_for_title("Tiebreak");
        // Without a window manager nobody gives the window the keys.
        window.wait_for(&["search", "--onlyvisible", "--name", "Tiebreak", "windowfocus"]);
        if !arguments.is_empty() {
            window.wait_for_title("^p .*Tiebreak$");
        }
        std::thread::sleep(Duration::from_millis(2_500));
        window
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

struct Window<'a> {
    display: &'a Display,
    child: Child,
}

impl Window<'_> {
    fn try_xdotool(&self, arguments: &[&str]) -> Result<(), String> {
        let output =
            Command::new("xdotool").args(arguments).env("DISPLAY", &self.display.name).output().unwrap();
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// Waits until the window says what is open in it; keys before that mean nothing.
    fn wait_for_title(&self, pattern: &str) {
        self.wait_for(&["search", "--onlyvisible", "--name", pattern]);
    }

    fn wait_for(&self, arguments: &[&str]) {
        let patience = Instant::now() + Duration::from_secs(90);
        while let Err(error) = self.try_xdotool(arguments) {
            assert!(Instant::now() < patience, "xdotool {arguments:?}: {error}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Presses keys one after the other, as a quick hand does.
    fn keys(&self, keys: &[&str]) {
        let mut arguments = vec!["key", "--delay", "30"];
        arguments.extend(keys);
        self.try_xdotool(&arguments).unwrap_or_else(|error| panic!("xdotool {arguments:?}: {error}"));
    }

    fn screenshot(&self, path: &Path) {
        let status = Command::new("import")
            .args(["-window", "root"])
            .arg(path)
            .env("DISPLAY", &self.display.name)
            .status()
            .expect("ImageMagick is installed");
        assert!(status.success());
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Waits until the project holds so many judgments in force; the window has it open meanwhile.
fn wait_for_judgments(program: &Program, count: u64) {
    let patience = Instant::now() + Duration::from_mins(1);
    loop {
        let info = program.expect(0, &["info", "p.tiebreak", "--json"]).stdout;
        let info: serde_json::Value = serde_json::from_str(&info).unwrap();
        let held = info["judgments"].as_u64().unwrap();
        if held >= count {
            return;
        }
        assert!(Instant::now() < patience, "{held} of {count} judgments arrived");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Real pairs where they are at hand, else pairs of our own.
fn import_pairs(program: &Program) {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/text/pandalm_pairs.jsonl");
    if real.exists() {
        let ran =
            program.run(&["import", "p.tiebreak", &real.display().to_string(), "--create", "--no-labels"]);
        assert!(ran.code == 0 || ran.code == 3, "{ran:?}");
    } else {
        eprintln!("the real pairs are not at hand, judging made ones");
        program.write("pairs.jsonl", rows(200));
        program.expect(0, &["import", "p.tiebreak", "pairs.jsonl", "--create", "--no-labels"]);
    }
}

#[test]
fn a_hundred_items_are_judged_by_keys_and_each_key_is_what_is_stored() {
    let Some(display) = Display::start("1280x860") else { return };
    let program = Program::new();
    import_pairs(&program);
    let window = display.open(&program, &["p.tiebreak"]);
    let pressed: Vec<&str> = ["1", "2", "3", "4"].into_iter().cycle().take(100).collect();
    for ten in pressed.chunks(10) {
        let keys: Vec<&str> = ten.iter().flat_map(|key| [*key, "Return"]).collect();
        window.keys(&keys);
    }
    wait_for_judgments(&program, 100);
    window.kill();
    program.expect(0, &["check", "p.tiebreak"]);
    program.expect(0, &["export", "p.tiebreak", "all.csv", "--format", "csv"]);
    let csv = program.read("all.csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (outcome, left) = (column("outcome"), column("left_candidate"));
    let stored: Vec<(String, String)> = reader
        .records()
        .map(|row| row.unwrap())
        .map(|row| (row[outcome].to_owned(), row[left].to_owned()))
        .collect();
    assert_eq!(stored.len(), 100);
    let mut swapped = 0;
    for (index, ((outcome, left), key)) in stored.iter().zip(&pressed).enumerate() {
        let right = if left == "a" { "b" } else { "a" };
        swapped += u32::from(left == "b");
        let expected = match *key {
            "1" => left,
            "2" => right,
            "3" => "tie",
            _ => "both_bad",
        };
        assert_eq!(outcome, expected, "item {}, key {key}, with {left} on the left", index + 1);
    }
    assert!((20..=80).contains(&swapped), "sides are random, {swapped} of 100 were swapped");
}

#[test]
fn what_the_window_acknowledged_survives_a_kill() {
    let Some(display) = Display::start("900x600") else { return };
    let program = Program::new();
    import_pairs(&program);
    for round in 1..=3_u64 {
        let window = display.open(&program, &["p.tiebreak"]);
        window.keys(&["1", "Return", "2", "q", "Return", "3", "Return", "s", "u", "4", "Return"]);
        wait_for_judgments(&program, round * 4);
        window.keys(&["1"]);
        window.kill();
        program.expect(0, &["check", "p.tiebreak"]);
        let info = program.expect(0, &["info", "p.tiebreak", "--json"]).stdout;
        let info: serde_json::Value = serde_json::from_str(&info).unwrap();
        assert_eq!(info["judgments"], round * 4, "what was chosen and not submitted is not stored");
    }
}

#[test]
fn the_window_leaves_the_judgments_that_every_door_leaves() {
    let Some(display) = Display::start("1280x860") else { return };
    let program = Program::new();
    import_items(&program);
    let window = display.open(&program, &["p.tiebreak"]);
    for keys in KEYS {
        window.keys(keys);
        std::thread::sleep(REST);
    }
    wait_for_judgments(&program, 8);
    std::thread::sleep(Duration::from_millis(500));
    window.kill();
    assert_left(&program);
}

/// Makes the picture in the README: `TIEBREAK_PICTURE=assets/screenshot.png`.
#[test]
fn the_sample_opens_by_one_key_and_can_be_pictured() {
    let Some(display) = Display::start("1280x860") else { return };
    let program = Program::new();
    let window = display.open(&program, &[]);
    window.keys(&["Return"]);
    window.wait_for_title("^Sample .*Tiebreak$");
    std::thread::sleep(Duration::from_millis(2_500));
    for (key, wait_ms) in
        [("1", 300), ("Return", 1_500), ("2", 300), ("Return", 1_500), ("1", 300), ("w", 1_500)]
    {
        window.keys(&[key]);
        std::thread::sleep(Duration::from_millis(wait_ms));
    }
    let picture = std::env::var_os("TIEBREAK_PICTURE").map_or_else(|| program.path("sample.png"), Into::into);
    window.screenshot(&picture);
    window.keys(&["Return"]);
    std::thread::sleep(Duration::from_millis(1_500));
    window.kill();
    let sample = program.path("home").join("data/sample.tiebreak").display().to_string();
    let info: serde_json::Value =
        serde_json::from_str(&program.expect(0, &["info", &sample, "--json"]).stdout).unwrap();
    assert_eq!(info["judgments"], 3);
    assert!(info["active_items"].as_u64().unwrap() >= 40, "the sample has at least 40 items");
}
