//! A web view or a browser, driven by WebDriver (W3C), as far as these tests need it: pages, scripts, keys, pictures.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

/// Keys that have no letter, as xdotool calls them, with their WebDriver code points (W3C WebDriver, 17.4.2).
const NAMED_KEYS: [(&str, &str); 9] = [
    ("Return", "\u{E007}"),
    ("Escape", "\u{E00C}"),
    ("Tab", "\u{E004}"),
    ("space", " "),
    ("Left", "\u{E012}"),
    ("Up", "\u{E013}"),
    ("Right", "\u{E014}"),
    ("Down", "\u{E015}"),
    ("BackSpace", "\u{E003}"),
];
const MODIFIERS: [(&str, &str); 3] = [("ctrl", "\u{E009}"), ("shift", "\u{E008}"), ("alt", "\u{E00A}")];
/// Between one key and the next, as a quick hand does.
const BETWEEN_KEYS_MS: u64 = 30;

/// A driver's process and one session in it.
pub struct Driver {
    process: Child,
    port: u16,
    /// Empty until there is one, else a slash and its name.
    session: String,
}

impl Driver {
    /// Starts a driver that says on which port it listens, or is told one, and opens a session.
    pub fn start(command: &mut Command, port: u16, capabilities: Value) -> Self {
        let mut process = command
            .arg(format!("--port={port}"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("the driver is installed");
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let port = if port == 0 { port_said(&mut said) } else { port };
        // The rest of what it says is read, or it would stop one day.
        in_background(move || drop(std::io::copy(&mut said, &mut std::io::sink())));
        let mut driver = Self { process, port, session: String::new() };
        let patience = Instant::now() + Duration::from_secs(30);
        let body = json!({"capabilities": {"alwaysMatch": capabilities}});
        let opened = loop {
            match driver.try_post("", &body) {
                Ok(opened) => break opened,
                Err(error) => assert!(Instant::now() < patience, "no session: {error}"),
            }
            std::thread::sleep(Duration::from_millis(200));
        };
        driver.session = format!("/{}", opened["sessionId"].as_str().unwrap());
        driver
    }

    /// A command to the driver. It speaks HTTP over a socket of its own, which is all that is needed here.
    fn ask(&self, method: &str, path: &str, body: &str) -> Result<Value, String> {
        let failed = |error: std::io::Error| error.to_string();
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).map_err(failed)?;
        socket.set_read_timeout(Some(Duration::from_mins(2))).map_err(failed)?;
        let (session, length) = (&self.session, body.len());
        let head = format!(
            "{method} /session{session}{path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n",
            self.port
        );
        socket.write_all(head.as_bytes()).and_then(|()| socket.write_all(body.as_bytes())).map_err(failed)?;
        let mut said = BufReader::new(socket);
        let (mut line, mut length) = (String::new(), 0);
        loop {
            line.clear();
            said.read_line(&mut line).map_err(failed)?;
            if let Some((name, value)) = line.split_once(':') {
                if name.eq_ignore_ascii_case("content-length") {
                    length = value.trim().parse().map_err(|_| line.clone())?;
                }
            } else if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        said.read_exact(&mut body).map_err(failed)?;
        let said: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        if said["value"]["error"].is_string() {
            Err(said["value"].to_string())
        } else {
            Ok(said["value"].clone())
        }
    }

    fn try_post(&self, path: &str, body: &Value) -> Result<Value, String> {
        self.ask("POST", path, &body.to_string())
    }

    fn post(&self, path: &str, body: Value) -> Value {
        self.try_post(path, &body).unwrap_or_else(|error| panic!("{path} {body}: {error}"))
    }

    /// Goes to an address, and returns when the page around the interface is there.
    pub fn go(&self, address: &str) {
        self.post("/url", json!({"url": address}));
    }

    /// Runs a script in the page; what it returns.
    pub fn script(&self, script: &str) -> Value {
        self.post("/execute/sync", json!({"script": script, "args": []}))
    }

    /// Waits until a script returns something true, and gives it.
    pub fn wait_for(&self, script: &str) -> Value {
        let patience = Instant::now() + Duration::from_secs(90);
        loop {
            let value = self.script(script);
            if value != Value::Null && value != json!(false) && value != json!("") {
                return value;
            }
            assert!(Instant::now() <= patience, "waited in vain for {script}; the page: {}", self.state());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// What the page says of itself, and whether the web view still gives it frames.
    fn state(&self) -> Value {
        self.script(
            "globalThis.frames_seen = 0; requestAnimationFrame(() => { globalThis.frames_seen = 1; })",
        );
        std::thread::sleep(Duration::from_secs(1));
        self.script(
            "const canvas = document.getElementById('canvas'); \
             return { title: document.title, said: document.body.innerText, data: { ...document.documentElement.dataset }, \
               isHidden: document.hidden, canvas: [canvas.width, canvas.height], hasFrames: globalThis.frames_seen === 1, \
               marks: performance.getEntriesByType('mark').map((mark) => [mark.name, Math.round(mark.startTime)]), \
               now: Math.round(performance.now()), \
               fetched: performance.getEntriesByType('resource').slice(-12).map((one) => \
                 [one.name.slice(0, 160), Math.round(one.startTime), Math.round(one.responseEnd)]) }",
        )
    }

    /// Waits until an item is on the screen.
    pub fn wait_for_item(&self) {
        self.wait_for("return document.documentElement.dataset.item");
    }

    /// Presses keys that judge the item on the screen, and waits until that is acknowledged.
    pub fn judge(&self, keys: &[&str]) {
        let before = self.wait_for("return document.documentElement.dataset.item");
        self.keys(keys);
        self.wait_for(&format!("return document.documentElement.dataset.item !== {before}"));
        self.wait_until_saved();
    }

    /// Waits until nothing is kept any more for want of an acknowledgement.
    pub fn wait_until_saved(&self) {
        self.wait_for("return Object.keys(localStorage).every(name => !name.startsWith('tiebreak.waiting'))");
    }

    /// Presses keys one after the other; their names are xdotool's, so that one script drives every door.
    pub fn keys(&self, keys: &[&str]) {
        let mut actions = Vec::new();
        for key in keys {
            let mut names: Vec<&str> = key.split('+').collect();
            let last = names.pop().unwrap();
            let code = |list: &[(&str, &'static str)], name: &str| {
                list.iter().find(|(known, _)| *known == name).map(|(_, code)| *code)
            };
            let held: Vec<&str> = names.iter().map(|name| code(&MODIFIERS, name).unwrap()).collect();
            let key = code(&NAMED_KEYS, last).unwrap_or(last);
            actions.extend(held.iter().map(|key| json!({"type": "keyDown", "value": key})));
            actions.push(json!({"type": "keyDown", "value": key}));
            actions.push(json!({"type": "keyUp", "value": key}));
            actions.extend(held.iter().map(|key| json!({"type": "keyUp", "value": key})));
            actions.push(json!({"type": "pause", "duration": BETWEEN_KEYS_MS}));
        }
        self.post("/actions", json!({"actions": [{"type": "key", "id": "keys", "actions": actions}]}));
    }

    /// Makes the page, not the window, so large.
    pub fn resize(&self, width: u32, height: u32) {
        for _ in 0..2 {
            let inner = self.script("return [outerWidth - innerWidth, outerHeight - innerHeight]");
            let frame = |index: usize| inner[index].as_i64().unwrap();
            let rect = json!({"width": i64::from(width) + frame(0), "height": i64::from(height) + frame(1)});
            self.post("/window/rect", rect);
        }
    }

    /// What the page complained of so far.
    pub fn faults(&self) -> Vec<String> {
        let said = self.post("/se/log", json!({"type": "browser"}));
        let severe = said.as_array().into_iter().flatten().filter(|entry| entry["level"] == "SEVERE");
        severe.map(|entry| entry["message"].to_string()).collect()
    }

    /// Writes a picture of the page.
    pub fn screenshot(&self, path: &Path) {
        let said = self.ask("GET", "/screenshot", "").unwrap();
        std::fs::write(path, BASE64_STANDARD.decode(said.as_str().unwrap()).unwrap()).unwrap();
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Does something beside the test; nobody waits for it.
pub fn in_background(work: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().name("tiebreak-test".to_owned()).spawn(work).unwrap();
}

/// Chromium without a display.
pub fn chromium(profile: &Path) -> Driver {
    let profile = format!("--user-data-dir={}", profile.display());
    let mut arguments = vec![
        "--headless",
        "--no-sandbox",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
        "--autoplay-policy=no-user-gesture-required",
    ];
    arguments.push(&profile);
    let capabilities = json!({"browserName": "chrome", "goog:chromeOptions": {"args": arguments}, "goog:loggingPrefs": {"browser": "ALL"}});
    Driver::start(&mut Command::new("chromedriver"), 0, capabilities)
}

/// chromedriver says: `ChromeDriver was started successfully on port 12345.`
fn port_said(said: &mut impl BufRead) -> u16 {
    let mut line = String::new();
    while said.read_line(&mut line).unwrap() > 0 {
        if let Some((_, port)) = line.split_once("successfully on port ") {
            return port.trim().trim_end_matches('.').parse().unwrap();
        }
        line.clear();
    }
    panic!("the driver did not say on which port it listens");
}
