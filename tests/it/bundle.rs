//! The installed program under Xvfb, driven through the system's web view: the same keys as at every other door. Needs
//! Xvfb and `WebKitWebDriver`, so it runs only where `TIEBREAK_TEST_BUNDLE` names the program (as `./check.sh` does).

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use super::doors::{KEYS, REST, assert_left, import_items};
use super::driver::Driver;
use super::program::Program;
use super::window::Display;

/// The bundle, with a project open in it.
fn open(display: &Display, bundle: &Path, program: &Program) -> Driver {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let project = program.path("p.tiebreak");
    let options = json!({"binary": bundle, "args": [project]});
    let mut driver = Command::new("WebKitWebDriver");
    driver
        .env("DISPLAY", display.name())
        .env_remove("WAYLAND_DISPLAY")
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        .env("TIEBREAK_HOME", program.path("home"))
        .env("HOME", program.path("home"))
        .env("USER", "ada")
        // What `tauri-driver` does: the view lets itself be driven.
        .env("TAURI_AUTOMATION", "true")
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .stderr(Stdio::inherit());
    Driver::start(&mut driver, port, json!({"webkitgtk:browserOptions": options}))
}

#[test]
fn the_bundle_leaves_the_judgments_that_every_door_leaves() {
    let Some(bundle) = std::env::var_os("TIEBREAK_TEST_BUNDLE").map(PathBuf::from) else {
        eprintln!("skipped: set TIEBREAK_TEST_BUNDLE to the program of the bundle to test it");
        return;
    };
    let display = Display::always("1400x1000");
    let program = Program::new();
    import_items(&program);
    let driver = open(&display, &bundle, &program);
    driver.wait_for_item();
    for keys in KEYS {
        driver.keys(keys);
        std::thread::sleep(REST);
    }
    driver.wait_until_saved();
    let drawn = driver.script("return document.documentElement.dataset.state");
    assert_eq!(drawn, "started", "the canvas is not blank");
    if let Some(picture) = std::env::var_os("TIEBREAK_PICTURE") {
        driver.screenshot(&PathBuf::from(picture));
    }
    driver.close();
    drop(display);
    assert_left(&program);
}
