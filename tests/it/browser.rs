//! The interface in headless Chromium, at the door of `tiebreak serve`: keys in, judgments out, with the network
//! there and away. Needs chromium and chromedriver and the built interface, so it runs only with
//! `TIEBREAK_TEST_BROWSER=1` (as `./check.sh` does) and says so elsewhere.

mod accounts;
mod network;
mod pictures;

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use super::doors::{KEYS, REST, assert_left, import_items};
use super::driver::{Driver, chromium, in_background};
use super::program::Program;

/// A served project.
pub struct Served {
    process: Child,
    /// The link that signs whoever opens it in, once.
    pub link: String,
}

impl Served {
    /// Serves the project of a program's folder.
    pub fn start(program: &Program, project: &str) -> Self {
        let mut process = program
            .command(&["serve", project, "--listen", "127.0.0.1:0"])
            .args(
                std::env::var_os("TIEBREAK_TEST_WEB")
                    .map(|folder| ["--web".into(), folder])
                    .into_iter()
                    .flatten(),
            )
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        let mut lines = said.lines().map(Result::unwrap);
        let link = lines.find(|line| line.contains("/enter?")).expect("it prints a link").trim().to_owned();
        // The rest of what it says is read, or it would stop one day.
        in_background(move || lines.for_each(drop));
        Self { process, link }
    }

    /// Where it listens: an address and a port.
    pub fn place(&self) -> &str {
        self.link.trim_start_matches("http://").split('/').next().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether tests with a browser were asked for; says so where not.
pub fn is_asked_for() -> bool {
    let is_asked_for = std::env::var_os("TIEBREAK_TEST_BROWSER").is_some();
    if !is_asked_for {
        eprintln!(
            "skipped: set TIEBREAK_TEST_BROWSER=1 to test the browser (needs chromium and chromedriver)"
        );
    }
    is_asked_for
}

/// Opens a served project, and returns when an item is on the screen.
pub fn open(browser: &Driver, served: &Served) {
    browser.go(&served.link);
    browser.wait_for_item();
}

#[test]
fn the_browser_leaves_the_judgments_that_every_door_leaves() {
    if !is_asked_for() {
        return;
    }
    let program = Program::new();
    import_items(&program);
    {
        let served = Served::start(&program, "p.tiebreak");
        let browser = chromium(&program.path("profile"));
        browser.resize(1280, 860);
        open(&browser, &served);
        for keys in KEYS {
            browser.keys(keys);
            std::thread::sleep(REST);
        }
        browser.wait_until_saved();
        let faults = browser.faults();
        assert!(faults.is_empty(), "the page has no faults: {faults:?}");
    }
    assert_left(&program);
}
