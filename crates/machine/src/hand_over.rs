//! Handing a project over to the native window, which is a program of its own beside the one that asks.
//!
//! The address of a database may hold a password, so it goes over the standard input of that program: neither a list
//! of processes nor an environment that its children inherit, nor a file, ever holds it.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use tiebreak_domain::Request;
use tiebreak_engine::{Engine, is_in_database};

/// Opens what an engine has open in the native window. The engine lets go of it, because two programs cannot have one
/// project open; where the window cannot be started, it takes it back.
///
/// Blocks, wherever it is called: whoever is asked by a task of an asynchronous runtime may not wait for a database, so
/// a thread of its own does.
pub fn hand_over(engine: &Engine) -> Result<(), String> {
    thread::scope(|scope| {
        let handing = thread::Builder::new().name("hand over".to_owned());
        let handing = handing.spawn_scoped(scope, || let_go_and_start(engine));
        let handed = handing.map_err(|error| format!("no thread could be started: {error}"))?;
        handed.join().unwrap_or_else(|_| Err("handing the project over broke off".to_owned()))
    })
}

fn let_go_and_start(engine: &Engine) -> Result<(), String> {
    let place = engine.whole_place();
    // Nothing may be open.
    let _ = engine.call(Request::CloseProject);
    let program = native_program();
    let Err(error) = start(&program, place.as_deref()) else { return Ok(()) };
    let is_back =
        place.map(|path| engine.call(Request::OpenProject { path })).is_none_or(|back| back.is_ok());
    let what_now = if is_back { "" } else { "; open the project again from the menu" };
    Err(format!("{} could not be started: {error}{what_now}", program.display()))
}

/// Starts a program with a project, and does not wait for it.
fn start(program: &Path, place: Option<&str>) -> io::Result<()> {
    let mut command = Command::new(program);
    let address = place.filter(|place| is_in_database(Path::new(place)));
    let Some(address) = address else { return command.args(place).spawn().map(drop) };
    let mut child = command.arg("--place-on-stdin").stdin(Stdio::piped()).spawn()?;
    // An address is shorter than what a pipe holds, and the pipe ends here.
    child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(address.as_bytes()))
}

/// The program with the native window: beside this one, or else wherever the system finds it.
fn native_program() -> PathBuf {
    let name = format!("tiebreak{}", std::env::consts::EXE_SUFFIX);
    let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join(&name)));
    beside.filter(|program| program.is_file()).unwrap_or_else(|| name.into())
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::{Duration, Instant};

    use super::*;

    /// What a program that was started with a place saw: its arguments, its environment, and its standard input.
    fn seen(place: &str) -> [String; 3] {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("program");
        let script = "#!/bin/sh\ncd \"$(dirname \"$0\")\" && printf '%s ' \"$@\" >arguments && env >environment && \
                      cat >input && touch done\n";
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        start(&program, Some(place)).unwrap();
        let begun = Instant::now();
        while !folder.path().join("done").exists() {
            assert!(begun.elapsed() < Duration::from_mins(1), "the program never ended");
            std::thread::sleep(Duration::from_millis(10));
        }
        ["arguments", "environment", "input"]
            .map(|name| std::fs::read_to_string(folder.path().join(name)).unwrap())
    }

    #[test]
    fn a_password_goes_along_where_nobody_sees_it() {
        let address = "postgres://ana:s3cret@db.lab/work?sslmode=verify-full#pairs";
        let [arguments, environment, input] = seen(address);
        assert_eq!(input, address);
        assert_eq!(arguments, "--place-on-stdin ");
        assert!(!environment.contains("s3cret"), "{environment}");
    }

    #[test]
    fn a_file_is_an_argument() {
        assert_eq!(seen("/data/p.tiebreak")[0], "/data/p.tiebreak ");
    }
}
