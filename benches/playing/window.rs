//! The memory of the program in its real window, drawn by software: under Xvfb, with the films of the pair.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::memory::{Watch, files_and_none, megabytes};
use super::show::WINDOW;

/// Parts of the paths of what draws in software: Mesa, and what it compiles its shaders with.
const RENDERER: [&str; 9] =
    ["LLVM", "gallium", "swrast", "libGL", "libEGL", "libglapi", "mesa", "libdrm", "libvulkan"];

/// A child that ends with its value.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Opens a project in a window for so many seconds and tells what it took.
pub fn run(folder: &Path, project: &str, seconds: u64) {
    let size = format!("{}x{}x24", WINDOW[0], WINDOW[1]);
    let server = Command::new("Xvfb")
        .args(["-displayfd", "1", "-screen", "0", &size, "-nolisten", "tcp", "-noreset"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(server) = server else {
        println!("skipped: there is no Xvfb");
        return;
    };
    let mut server = Ending(server);
    let mut number = String::new();
    let said = server.0.stdout.take().expect("it was asked for");
    BufReader::new(said).read_line(&mut number).expect("Xvfb says its number");
    let program = Command::new(env!("CARGO_BIN_EXE_tiebreak"))
        .arg(project)
        .env("TIEBREAK_HOME", folder.join("home"))
        .env("DISPLAY", format!(":{}", number.trim()))
        .env_remove("WAYLAND_DISPLAY")
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        .spawn()
        .expect("the program");
    let program = Ending(program);
    // As large as the other runs' window, where there is xdotool.
    let [width, height] = WINDOW.map(|side| side.to_string());
    let sized = Command::new("xdotool")
        .args(["search", "--sync", "--onlyvisible", "--name", "Tiebreak", "windowsize", &width, &height])
        .env("DISPLAY", format!(":{}", number.trim()))
        .status();
    if !sized.is_ok_and(|status| status.success()) {
        println!("the window has its usual size: there is no xdotool");
    }
    let watch = Watch::start(program.0.id());
    thread::sleep(Duration::from_secs(seconds));
    let [renderer, none] = files_and_none(program.0.id(), &RENDERER);
    println!(
        "memory in a window drawn by software, {}; at the end {} MB of the app's in the files of Mesa and LLVM, {} MB in \
         no file",
        watch.most().words(),
        megabytes(renderer),
        megabytes(none)
    );
}
