//! The program in a folder of its own.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A folder in which the program runs, and its home.
pub struct Program {
    pub folder: tempfile::TempDir,
}

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Program {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tiebreak"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("TIEBREAK_HOME", self.path("home"))
            .env("USER", "ada")
            .env_remove("TIEBREAK_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().unwrap())
    }

    /// Runs, expecting this code.
    pub fn expect(&self, code: i32, arguments: &[&str]) -> Ran {
        let ran = self.run(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {ran:?}");
        ran
    }
}

pub fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// So many rows with a vote for the first answer.
pub fn rows(count: usize) -> String {
    (1..=count)
        .map(|n| {
            format!("{{\"prompt\":\"Question {n}?\",\"chosen\":\"Good {n}\",\"rejected\":\"Bad {n}\"}}\n")
        })
        .collect()
}

/// The address of a database that may be filled; says so where there is none.
pub fn postgres() -> Option<String> {
    let server = std::env::var("TIEBREAK_TEST_POSTGRES").ok().filter(|server| !server.is_empty());
    if server.is_none() {
        eprintln!("skipped: TIEBREAK_TEST_POSTGRES names no database");
    }
    server
}
