//! What the program is told to open, and what of that it says.

use std::io::Write as _;
use std::process::Stdio;

use super::program::{Program, ran};

/// How the installed program hands over a project in a database. There is no display, so what would be opened is said.
#[cfg(not(any(target_os = "macos", windows)))]
#[test]
fn an_address_on_the_standard_input_is_taken_and_its_password_told_to_nobody() {
    let program = Program::new();
    let mut command = program.command(&["--place-on-stdin"]);
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"] {
        command.env_remove(name);
    }
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"postgres://ana:s3cret@db.lab/work#pairs\n").unwrap();
    let ran = ran(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stderr.contains("serve 'postgres://ana@db.lab:5432/work#pairs'"), "{ran:?}");
    assert!(!ran.stderr.contains("s3cret") && !ran.stdout.contains("s3cret"), "{ran:?}");
}
