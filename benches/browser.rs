//! The interface in headless Chromium at the door of `tiebreak serve` on this machine: how long from the address to
//! the first item, with nothing in the browser's cache and with everything there, and from the key that submits to
//! the next item. `tools/build-web.sh && cargo bench --bench browser`; needs chromium and chromedriver.

#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

#[path = "../tests/it/driver.rs"]
#[allow(dead_code)]
mod driver;

const STARTS: usize = 5;
const KEYS: usize = 100;

/// When the first item was on the screen, on the clock that begins with the navigation.
const FIRST_ITEM_MS: &str = "const marks = performance.getEntriesByName('tiebreak-item'); \
    return marks.length > 0 && marks[0].startTime";

/// Counts milliseconds and frames from the key that submits to the next item.
const LISTEN: &str = "window.measured = []; let frames = 0, pressed = 0, at = 0; \
    const count = () => { frames += 1; requestAnimationFrame(count) }; count(); \
    addEventListener('keydown', event => { if (event.key === 'Enter') { pressed = performance.now(); at = frames } }, true); \
    const shows = tiebreakPage.shows; \
    tiebreakPage.shows = item => { measured.push([performance.now() - pressed, frames - at]); shows(item) };";

fn served(folder: &Path) -> (std::process::Child, String) {
    let tiebreak = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiebreak"));
        command.args(arguments).current_dir(folder).env("TIEBREAK_HOME", folder.join("home"));
        command
    };
    let mut rows = String::new();
    for number in 0..1_000 {
        let answer = format!("Answer {number}. ").repeat(40);
        rows.push_str(&format!(
            "{{\"prompt\":\"Question {number}?\",\"chosen\":\"{answer}\",\"rejected\":\"No. {answer}\"}}\n"
        ));
    }
    std::fs::write(folder.join("pairs.jsonl"), rows).unwrap();
    let imported =
        tiebreak(&["import", "p.tiebreak", "pairs.jsonl", "--create", "--no-labels"]).status().unwrap();
    assert!(imported.success());
    let mut serve = tiebreak(&["serve", "p.tiebreak", "--listen", "127.0.0.1:0"]);
    if let Some(web) = std::env::var_os("TIEBREAK_TEST_WEB") {
        serve.arg("--web").arg(web);
    }
    let mut process = serve.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let link = lines.find(|line| line.contains("/enter?")).expect("it prints a link").trim().to_owned();
    driver::in_background(move || lines.for_each(drop));
    (process, link)
}

fn say(what: &str, mut values: Vec<f64>) {
    values.sort_by(f64::total_cmp);
    let at = |share: f64| values[((values.len() - 1) as f64 * share).round() as usize];
    println!("{what}: p50 {:.1}, p95 {:.1}, most {:.1}", at(0.5), at(0.95), at(1.0));
}

fn main() {
    let (mut cold, mut warm, mut keys) = (Vec::new(), Vec::new(), Vec::new());
    for start in 0..STARTS {
        let folder = tempfile::tempdir().unwrap();
        let (mut process, link) = served(folder.path());
        let browser = driver::chromium(&folder.path().join("profile"));
        browser.resize(1280, 860);
        browser.go(&link);
        cold.push(browser.wait_for(FIRST_ITEM_MS).as_f64().unwrap());
        let page = link.split("/enter").next().unwrap();
        for _ in 0..2 {
            browser.go(&format!("{page}/"));
            // The first time the browser may still be putting away what it compiled.
            let again = browser.wait_for(FIRST_ITEM_MS).as_f64().unwrap();
            warm.push(again);
            std::thread::sleep(std::time::Duration::from_secs(1));
        }
        if start == 0 {
            browser.script(LISTEN);
            for _ in 0..KEYS {
                browser.keys(&["1", "Return"]);
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            let measured: Vec<Value> = browser.script("return measured").as_array().unwrap().clone();
            keys.extend(measured.iter().map(|pair| (pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap())));
        }
        drop(browser);
        let _ = process.kill();
        let _ = process.wait();
    }
    say("from the address to the first item, cold, ms", cold);
    say("from the address to the first item, warm, ms", warm);
    say("from the key to the next item, ms", keys.iter().map(|key| key.0).collect());
    say("from the key to the next item, frames", keys.iter().map(|key| key.1).collect());
}
