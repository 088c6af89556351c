//! Bad input from outside: whatever is thrown at the program, it says what, where, why and what to do, leaves
//! with a code that is written down, and the project is what it was before.

mod disk;
mod files;
mod projects;
mod rows;
mod tables;

use std::io::{Read, Write};

use super::program::{Program, Ran, rows};

/// No file, however large, may take more: a program at rest needs some 20 MB, an import some 150.
const MOST_MEMORY_KIB: u64 = 300 * 1024;

/// A project with votes in it, and everything it held before something bad was tried.
struct Precious {
    program: Program,
    content: String,
}

impl Precious {
    fn new() -> Self {
        let program = Program::new();
        program.write("good.jsonl", rows(4));
        program.expect(0, &["import", "p.tiebreak", "good.jsonl", "--create", "--labels", "past"]);
        let content = content(&program);
        Self { program, content }
    }

    /// Tries an import that must be refused, for this reason and with this advice.
    fn refuses(&self, file: &str, message: &str, hint: &str) {
        let ran = watched(&self.program, &["import", "p.tiebreak", file]);
        assert_eq!(ran.code, 1, "{file}: {ran:?}");
        assert_told(&ran, message, hint);
        assert!(ran.stderr.contains(file), "which file is not said: {ran:?}");
        self.is_unchanged();
    }

    fn is_unchanged(&self) {
        assert_eq!(content(&self.program), self.content);
        self.program.expect(0, &["check", "p.tiebreak"]);
    }
}

/// All that a project holds.
fn content(program: &Program) -> String {
    program.expect(0, &["export", "p.tiebreak", "all.jsonl", "--format", "tiebreak", "--replace"]);
    program.read("all.jsonl")
}

/// One sentence of what failed and one of what to do, and nothing else.
fn assert_told(ran: &Ran, message: &str, hint: &str) {
    let mut lines = ran.stderr.lines();
    let said = lines.next().unwrap_or_default();
    assert!(said.starts_with("error: ") && said.contains(message), "{message:?}: {ran:?}");
    let advice = lines.next().unwrap_or_default();
    assert!(advice.starts_with("hint: ") && advice.contains(hint), "{hint:?}: {ran:?}");
    assert_eq!(lines.next(), None, "{ran:?}");
}

/// Runs a command and holds it to the limit of memory, where the system says how much a process took.
fn watched(program: &Program, arguments: &[&str]) -> Ran {
    let mut child = program.command(arguments).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut most_kib = 0;
    let code = loop {
        if let Some(code) = child.try_wait().unwrap() {
            break code;
        }
        let page = std::fs::read_to_string(&status).unwrap_or_default();
        let peak = page.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|words| words.split_whitespace().next()?.parse().ok());
        most_kib = most_kib.max(peak.unwrap_or(0));
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    let ran = Ran { code: code.code().unwrap_or(-1), stdout, stderr };
    assert!(most_kib <= MOST_MEMORY_KIB, "{most_kib} KiB of memory: {ran:?}");
    assert!(!ran.stderr.contains("panicked"), "{ran:?}");
    ran
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

/// Bytes without any pattern, the same in every run.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        })
        .collect()
}
