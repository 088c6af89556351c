//! Pictures of the interface in a browser: `TIEBREAK_GALLERY=FOLDER` with the browser tests asked for.

use std::path::PathBuf;
use std::time::Duration;

use super::{Served, is_asked_for, open};
use crate::driver::{Driver, chromium};
use crate::program::Program;

fn press(browser: &Driver, keys: &[&str]) {
    browser.keys(keys);
    std::thread::sleep(Duration::from_millis(1_500));
}

#[test]
fn the_sample_can_be_pictured_in_a_browser() {
    let Some(folder) = std::env::var_os("TIEBREAK_GALLERY").map(PathBuf::from) else {
        eprintln!("skipped: set TIEBREAK_GALLERY to a folder to picture the browser");
        return;
    };
    if !is_asked_for() {
        return;
    }
    std::fs::create_dir_all(&folder).unwrap();
    let program = Program::new();
    program.expect(0, &["sample", "s.tiebreak"]);
    let served = Served::start(&program, "s.tiebreak");
    let browser = chromium(&program.path("profile"));
    browser.resize(1280, 860);
    open(&browser, &served);
    for theme in ["light", "dark"] {
        for (width, height) in [(1280, 860), (900, 600)] {
            browser.resize(width, height);
            press(&browser, &[]);
            let picture = |name: &str| {
                browser.screenshot(&folder.join(format!("browser-{name}-{width}x{height}-{theme}.png")));
            };
            picture("judge");
            press(&browser, &["Right"]);
            picture("next");
            press(&browser, &["ctrl+k"]);
            picture("palette");
            press(&browser, &["Escape", "i"]);
            picture("items");
            press(&browser, &["Escape"]);
        }
        press(&browser, &["ctrl+k", "d", "a", "r", "k", "Return"]);
    }
}
