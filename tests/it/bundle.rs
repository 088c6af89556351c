//! The installed program under Xvfb, driven through the system's web view: the same keys as at every other door, and
//! what only the bundle has to do. Needs Xvfb, xdotool, D-Bus and `WebKitWebDriver`, so it runs only where
//! `TIEBREAK_TEST_BUNDLE` names the program (as `./check.sh` does).

mod handing_over;
mod updating;

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask};

use super::doors::{KEYS, REST, assert_left, import_items};
use super::driver::Driver;
use super::program::{Program, rows};
use super::window::Display;

/// Long enough for a letter to come to the page, and too short for it to be put away by itself.
const A_MOMENT: Duration = Duration::from_millis(150);
/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A desktop with one person's home on it.
struct Desktop {
    display: Display,
    bundle: PathBuf,
    program: Program,
    bus: Child,
    bus_address: String,
}

impl Desktop {
    /// Where the bundle is to be tested; else none, saying so.
    fn start() -> Option<Self> {
        Self::of_bundle_in("TIEBREAK_TEST_BUNDLE")
    }

    /// The same for a program that a variable names.
    fn of_bundle_in(variable: &str) -> Option<Self> {
        let Some(bundle) = std::env::var_os(variable).map(PathBuf::from) else {
            eprintln!("skipped: set {variable} to the program of the bundle to test it");
            return None;
        };
        let mut bus = Command::new("dbus-daemon")
            .args(["--session", "--nofork", "--print-address"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("D-Bus is installed");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let program = Program::new();
        import_items(&program);
        let display = Display::always("1400x1000");
        Some(Self { display, bundle, program, bus, bus_address: address.trim().to_owned() })
    }

    fn at_home<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .current_dir(self.program.folder.path())
            .env("DISPLAY", self.display.name())
            .env("DBUS_SESSION_BUS_ADDRESS", &self.bus_address)
            .env_remove("WAYLAND_DISPLAY")
            .env("LIBGL_ALWAYS_SOFTWARE", "1")
            .env("TIEBREAK_HOME", self.program.path("home"))
            .env("HOME", self.program.path("home"))
            .env("USER", "ada")
    }

    /// The bundle, with the project open in it.
    fn open(&self) -> Driver {
        self.open_place(&self.program.path("p.tiebreak").display().to_string())
    }

    /// The bundle, with a project open in it that lies in a file or a database.
    fn open_place(&self, place: &str) -> Driver {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let options = json!({"binary": self.bundle, "args": [place]});
        let mut driver = Command::new("WebKitWebDriver");
        self.at_home(&mut driver)
            // What `tauri-driver` does: the view lets itself be driven.
            .env("TAURI_AUTOMATION", "true")
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .stderr(Stdio::inherit());
        let driver = Driver::start(&mut driver, port, json!({"webkitgtk:browserOptions": options}));
        driver.wait_for_item();
        driver
    }

    fn xdotool(&self, arguments: &[&str]) -> bool {
        let mut command = Command::new("xdotool");
        let output = self.at_home(command.args(arguments)).output().expect("xdotool is installed");
        output.status.success()
    }

    /// Asks the window of the bundle to close, as a window manager does; there is none here.
    fn ask_to_close(&self) {
        let (connection, screen) = x11rb::connect(Some(self.display.name())).unwrap();
        let root = connection.setup().roots[screen].root;
        let atom = |name: &str| connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom;
        let (protocols, close) = (atom("WM_PROTOCOLS"), atom("WM_DELETE_WINDOW"));
        for window in connection.query_tree(root).unwrap().reply().unwrap().children {
            let taken = connection.get_property(false, window, protocols, AtomEnum::ATOM, 0, 99).unwrap();
            let taken = taken.reply().unwrap();
            if taken.value32().is_some_and(|mut known| known.any(|atom| atom == close)) {
                let event = ClientMessageEvent::new(32, window, protocols, [close, 0, 0, 0, 0]);
                connection.send_event(false, window, EventMask::NO_EVENT, event).unwrap();
            }
        }
        // What a client that leaves at once has sent may not be read: the answer says that it was.
        connection.get_input_focus().unwrap().reply().unwrap();
    }

    /// Closes the window, and waits until nothing is left of the bundle. Whoever sees that nothing happens asks again.
    fn close(&self, driver: Driver) {
        let mut asked = None;
        wait_until("the bundle ends", || {
            if asked.is_none_or(|asked: Instant| asked.elapsed() > Duration::from_secs(15)) {
                asked = Some(Instant::now());
                self.ask_to_close();
            }
            processes_of(&self.bundle).is_empty()
        });
        drop(driver);
        wait_until("its web view ends", || self.web_views().is_empty());
    }

    /// Opens the bundle, judges an item, and closes it again.
    fn judge_one(&self) {
        let driver = self.open();
        driver.judge(&["1", "Return"]);
        self.close(driver);
    }

    /// The processes in which web views of this home draw.
    fn web_views(&self) -> Vec<String> {
        self.processes_named("WebKitWebProces")
    }

    /// The processes of this home whose name begins so; the system cuts names at 15 letters.
    fn processes_named(&self, start: &str) -> Vec<String> {
        let home = format!("TIEBREAK_HOME={}", self.program.path("home").display());
        processes_where(|process| {
            let name = std::fs::read_to_string(format!("/proc/{process}/comm")).unwrap_or_default();
            let environment = std::fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
            name.starts_with(start)
                && environment.split(|byte| *byte == 0).any(|variable| variable == home.as_bytes())
        })
    }

    /// The program beside the bundle's, which is the native window.
    fn native(&self) -> PathBuf {
        self.bundle.with_file_name("tiebreak")
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for program in [self.bundle.clone(), self.native()] {
            kill_all(&program);
        }
        let _ = self.bus.kill();
        let _ = self.bus.wait();
    }
}

/// The processes that run a program.
fn processes_of(program: &Path) -> Vec<String> {
    processes_where(|process| {
        std::fs::read_link(format!("/proc/{process}/exe")).is_ok_and(|executable| executable == program)
    })
}

/// The numbers of some processes.
fn processes_where(is_meant: impl Fn(&str) -> bool) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()) && is_meant(name)).collect()
}

/// Ends them as the system does when it has had enough.
fn kill_all(program: &Path) {
    let processes = processes_of(program);
    drop(Command::new("kill").arg("-KILL").args(processes).stderr(Stdio::null()).status());
    wait_until("the killed are gone", || processes_of(program).is_empty());
}

#[track_caller]
fn wait_until(what: &str, mut is_it: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_it() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Every judgment with its comment, as the export has them.
fn comments(program: &Program) -> Vec<String> {
    comments_in(program, "p.tiebreak")
}

/// The same of a project that lies in a file or a database.
fn comments_in(program: &Program, place: &str) -> Vec<String> {
    program.expect(0, &["check", place]);
    program.expect(0, &["export", place, "all.csv", "--format", "csv", "--replace"]);
    let csv = program.read("all.csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let column = reader.headers().unwrap().iter().position(|name| name == "comment").unwrap();
    reader.records().map(|row| row.unwrap()[column].to_owned()).collect()
}

#[test]
fn the_bundle_leaves_the_judgments_that_every_door_leaves() {
    let Some(desktop) = Desktop::start() else { return };
    let driver = desktop.open();
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
    desktop.close(driver);
    assert_left(&desktop.program);
}

#[test]
fn a_bundle_that_is_killed_has_lost_nothing_that_was_acknowledged_and_brings_the_draft_back() {
    let Some(desktop) = Desktop::start() else { return };
    let driver = desktop.open();
    driver.judge(&["1", "Return"]);
    driver.judge(&["2", "Return"]);
    driver.keys(&["c"]);
    std::thread::sleep(REST);
    driver.keys(&["d", "r", "a", "f", "t"]);
    // Drafts are kept a moment after the last letter.
    std::thread::sleep(REST);
    kill_all(&desktop.bundle);
    drop(driver);
    wait_until("the web view ends", || desktop.web_views().is_empty());
    assert_eq!(comments(&desktop.program), ["", ""], "both judgments are there");
    desktop.judge_one();
    assert_eq!(comments(&desktop.program), ["", "", "draft"]);
}

#[test]
fn closing_the_window_keeps_what_was_typed_a_moment_before() {
    let Some(desktop) = Desktop::start() else { return };
    let driver = desktop.open();
    driver.keys(&["c"]);
    std::thread::sleep(REST);
    driver.keys(&["l", "a", "s", "t"]);
    std::thread::sleep(A_MOMENT);
    desktop.close(driver);
    desktop.judge_one();
    assert_eq!(comments(&desktop.program), ["last"]);
}

#[test]
fn quitting_from_the_menu_keeps_what_was_typed_a_moment_before() {
    let Some(desktop) = Desktop::start() else { return };
    let driver = desktop.open();
    driver.keys(&["c"]);
    std::thread::sleep(REST);
    driver.keys(&["l", "a", "s", "t"]);
    std::thread::sleep(A_MOMENT);
    assert!(desktop.xdotool(&["key", "ctrl+q"]));
    wait_until("the bundle ends", || processes_of(&desktop.bundle).is_empty());
    drop(driver);
    desktop.judge_one();
    assert_eq!(comments(&desktop.program), ["last"]);
}

/// A module whose only function traps, as ours does where it panics.
const TRAP: &str = "new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0,97,115,109,1,0,0,0,1,4,1,96,0,0,\
                    3,2,1,0,7,5,1,1,102,0,0,10,5,1,3,0,0,11]))).exports.f()";

#[test]
fn an_interface_that_breaks_off_begins_anew_and_offers_the_native_window_where_that_does_not_last() {
    let Some(desktop) = Desktop::start() else { return };
    let driver = desktop.open();
    let break_off = || {
        driver.script(&format!(
            "setTimeout(() => {{ delete document.documentElement.dataset.item; {TRAP} }}, 1)"
        ))
    };
    for _ in 0..2 {
        driver.judge(&["1", "Return"]);
        break_off();
        driver.wait_for("return document.documentElement.dataset.fault === undefined");
        driver.wait_for_item();
    }
    break_off();
    driver.wait_for("return document.documentElement.dataset.state === 'no-picture'");
    let said = driver.script("return document.getElementById('cover-title').textContent");
    assert_eq!(said, "The interface broke off");
    let button = driver.script("return document.activeElement.textContent");
    assert_eq!(button, "Open the native window");
    desktop.close(driver);
    assert_eq!(comments(&desktop.program), ["", ""], "both judgments are there");
}

#[test]
fn a_web_view_whose_process_dies_comes_again() {
    let Some(desktop) = Desktop::start() else { return };
    let driver = desktop.open();
    driver.judge(&["1", "Return"]);
    let died = desktop.web_views();
    assert!(!died.is_empty());
    drop(Command::new("kill").arg("-KILL").args(&died).status());
    wait_until("another process draws", || desktop.web_views().iter().any(|process| !died.contains(process)));
    desktop.close(driver);
    assert_eq!(comments(&desktop.program), [""]);
}

/// What a program on the bus says to others, of one kind, until it is dropped.
struct Overheard {
    monitor: Child,
    said: Arc<Mutex<String>>,
}

impl Overheard {
    fn begin(desktop: &Desktop, rule: &str) -> Self {
        let mut monitor = Command::new("dbus-monitor");
        let mut monitor =
            desktop.at_home(monitor.args(["--session", rule])).stdout(Stdio::piped()).spawn().unwrap();
        let said = Arc::new(Mutex::new(String::new()));
        let (lines, heard) = (BufReader::new(monitor.stdout.take().unwrap()).lines(), Arc::clone(&said));
        let listening = std::thread::Builder::new().name("monitor".to_owned());
        drop(listening.spawn(move || {
            lines.map_while(Result::ok).for_each(|line| heard.lock().unwrap().push_str(&(line + "\n")));
        }));
        // It listens once the bus has told it so.
        wait_until("it listens", || said.lock().unwrap().contains("NameLost"));
        Self { monitor, said }
    }
}

impl Drop for Overheard {
    fn drop(&mut self) {
        let _ = self.monitor.kill();
        let _ = self.monitor.wait();
    }
}

#[test]
fn the_system_tells_that_scoring_ended_where_nobody_looks() {
    let Some(desktop) = Desktop::start() else { return };
    let overheard = Overheard::begin(&desktop, "interface='org.freedesktop.Notifications',member='Notify'");
    let driver = desktop.open();
    // Without a window manager the window under the pointer is the one that is looked at; beside it is none.
    assert!(desktop.xdotool(&["mousemove", "1390", "990"]));
    std::thread::sleep(REST);
    driver.script(
        "fetch(`${globalThis.tiebreakDoor}/api/v1/call`, { method: 'POST', \
           headers: { 'content-type': 'application/json', 'x-tiebreak': '1' }, \
           body: JSON.stringify({ start_scoring: { models: [], keeps_watch: false } }) }) \
           .then(async (answer) => { globalThis.got = await answer.text(); })",
    );
    let answer = driver.wait_for("return globalThis.got");
    assert!(answer.as_str().unwrap().contains("started"), "{answer}");
    wait_until("the system is told", || overheard.said.lock().unwrap().contains("Scoring finished"));
    let said = overheard.said.lock().unwrap().clone();
    assert!(said.contains("string \"Tiebreak\""), "whose words they are: {said}");
    desktop.close(driver);
}

#[test]
fn a_file_that_is_opened_goes_to_the_window_that_is_there() {
    let Some(desktop) = Desktop::start() else { return };
    desktop.program.write("others.jsonl", rows(3));
    desktop.program.expect(0, &["import", "q.tiebreak", "others.jsonl", "--create", "--no-labels"]);
    let driver = desktop.open();
    let mut second = Command::new(&desktop.bundle);
    let mut second = desktop.at_home(second.arg("q.tiebreak")).spawn().unwrap();
    driver.wait_for("return document.title.startsWith('q ')");
    wait_until("the second process ends", || second.try_wait().unwrap().is_some());
    assert_eq!(processes_of(&desktop.bundle).len(), 1);
    desktop.close(driver);
}

#[test]
fn media_come_through_the_scheme_by_stretches() {
    let Some(desktop) = Desktop::start() else { return };
    let program = &desktop.program;
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    program.write("a.gif", &bytes);
    program.write("b.gif", &bytes);
    program
        .write("pictures.jsonl", json!({"prompt": "p", "image_a": "a.gif", "image_b": "b.gif"}).to_string());
    program.expect(0, &["import", "p.tiebreak", "pictures.jsonl", "--no-labels"]);
    let driver = desktop.open();
    driver.script(
        "fetch(`${globalThis.tiebreakDoor}/api/v1/media/2/a.gif`, { headers: { Range: 'bytes=1000-1009' } }) \
           .then(async (answer) => { globalThis.got = [answer.status, ...new Uint8Array(await answer.arrayBuffer())]; }) \
           .catch((error) => { globalThis.got = [String(error)]; })",
    );
    let got = driver.wait_for("return globalThis.got");
    let expected: Vec<u32> =
        [206].into_iter().chain(bytes[1000..1010].iter().map(|byte| u32::from(*byte))).collect();
    assert_eq!(got, json!(expected));
    desktop.close(driver);
}
