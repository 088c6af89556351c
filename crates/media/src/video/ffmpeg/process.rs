//! An ffmpeg at work: what it writes comes from a pipe, what it says is read beside it.
//!
//! The pipe holds back a process that is ahead, so it needs no memory that is not bounded. It ends with its value:
//! it is killed on dropping, and if this program dies first, the pipe breaks, on which ffmpeg ends by itself. Nobody
//! waits for one that hangs: it is killed when it says nothing for too long ([`super::watchdog`]).

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read},
    process::{ChildStdout, Command, Stdio},
    sync::{
        Arc,
        mpsc::{Receiver, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    showinfo::{Shown, shown_in},
    watchdog::Watched,
};
use crate::video::problem::VideoProblem;

/// How many of its complaints are kept.
const KEPT_COMPLAINTS: usize = 4;
/// A message is for reading.
const LONGEST_MESSAGE: usize = 240;
/// A process that is waited for and says nothing for so long hangs: no picture takes as long to decode.
pub(super) const LONGEST_SILENCE: Duration = Duration::from_mins(1);

/// A process whose output is read.
pub(crate) struct Piped {
    child: Arc<Watched>,
    silence: Duration,
    output: ChildStdout,
    shown: Receiver<Shown>,
    said: Option<JoinHandle<Said>>,
}

/// What a process complained of before it ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Said {
    complaints: VecDeque<String>,
}

impl Said {
    /// The first thing that went wrong, which is mostly the reason for the rest.
    pub fn reason(&self) -> Option<String> {
        self.complaints.front().cloned()
    }

    fn listen(&mut self, line: &str) {
        let is_complaint = ["[error]", "[fatal]", "[panic]"].iter().any(|level| line.contains(level));
        if is_complaint && self.complaints.len() < KEPT_COMPLAINTS {
            let message = message_of(line);
            if !message.is_empty() {
                self.complaints.push_back(message);
            }
        }
    }
}

/// Without the part of ffmpeg that says it, its address, the level and the file's own path.
fn message_of(line: &str) -> String {
    let mut message = line.trim();
    while message.starts_with('[') {
        let Some((_, rest)) = message.split_once(']') else { break };
        message = rest.trim_start();
    }
    let message = match message.rsplit_once(": ") {
        Some((start, reason)) if start.contains("file:") => reason,
        _ => message,
    };
    message.trim_end_matches('.').chars().take(LONGEST_MESSAGE).collect()
}

impl Piped {
    /// Starts it; its output is to go to the pipe `pipe:1`.
    pub fn start(command: Command) -> Result<Self, VideoProblem> {
        Self::start_patiently(command, LONGEST_SILENCE)
    }

    /// The same, for one that may be silent for longer.
    pub fn start_patiently(mut command: Command, silence: Duration) -> Result<Self, VideoProblem> {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(VideoProblem::not_run)?;
        let output = child.stdout.take().expect("it was asked for");
        let words = child.stderr.take().expect("it was asked for");
        let child = Watched::new(child)?;
        let (shows, shown) = channel();
        let listener = thread::Builder::new().name("tiebreak-ffmpeg".to_owned()).spawn(move || {
            let mut said = Said::default();
            let mut words = BufReader::new(words);
            let mut line = Vec::new();
            // Names in what it says need not be UTF-8.
            while words.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
                let text = String::from_utf8_lossy(&line);
                match shown_in(&text) {
                    // Nobody may wait for it any more; the rest is read all the same, so that it can go on.
                    Some(shown) => drop(shows.send(shown)),
                    None => said.listen(&text),
                }
                line.clear();
            }
            said
        });
        match listener {
            Ok(listener) => Ok(Self { child, silence, output, shown, said: Some(listener) }),
            Err(error) => {
                // Without a listener it could not go on.
                child.kill();
                Err(VideoProblem::not_run(error))
            }
        }
    }

    /// Fills a buffer, or as much as there is before the end; how much that was.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, VideoProblem> {
        let mut filled = 0;
        while filled < buffer.len() {
            let (output, rest) = (&mut self.output, &mut buffer[filled..]);
            match self.child.while_waiting(self.silence, || output.read(rest))? {
                Ok(0) => break,
                Ok(bytes) => filled += bytes,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(VideoProblem::not_run(error)),
            }
        }
        Ok(filled)
    }

    /// Reads the lines it writes, for those that write text, while more are wanted. All of them may take no longer than
    /// `patience`.
    pub fn each_line(
        &mut self,
        patience: Duration,
        wants_more: &mut dyn FnMut(&str) -> bool,
    ) -> Result<bool, VideoProblem> {
        let started = Instant::now();
        let mut output = BufReader::new(&mut self.output);
        let mut line = Vec::new();
        loop {
            line.clear();
            let left = patience.saturating_sub(started.elapsed());
            let read = self.child.while_waiting(left, || output.read_until(b'\n', &mut line));
            let is_late = started.elapsed() > patience;
            if read.is_err() || is_late {
                return Err(VideoProblem::TookTooLong { seconds: patience.as_secs() });
            }
            if !matches!(read, Ok(Ok(1..))) {
                return Ok(true);
            }
            if !wants_more(&String::from_utf8_lossy(&line)) {
                return Ok(false);
            }
        }
    }

    /// The next thing the filter showed; none when it has ended.
    pub fn next_shown(&mut self) -> Result<Option<Shown>, VideoProblem> {
        self.child.while_waiting(self.silence, || self.shown.recv().ok())
    }

    /// Waits for its end: whether it ended well, and what it said.
    pub fn end(&mut self) -> (bool, Said) {
        let ended = self.child.while_waiting(self.silence, || self.child.ended());
        let is_well = ended.ok().flatten().is_some_and(|status| status.success());
        let said = self.said.take().and_then(|listener| listener.join().ok());
        (is_well, said.unwrap_or_default())
    }
}

impl Drop for Piped {
    fn drop(&mut self) {
        self.child.kill();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn what_hangs_is_ended_and_nobody_waits_for_it() {
        let silent = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            Piped::start_patiently(command, Duration::from_millis(100)).expect("a shell")
        };
        let begun = Instant::now();
        // What is started by what is ended would keep the pipe; `exec` leaves nothing behind.
        let mut hangs = silent("printf ab; exec sleep 60");
        let mut buffer = [0; 3];
        let problem = hangs.read(&mut buffer).expect_err("the third never comes");
        assert!(matches!(problem, VideoProblem::TookTooLong { .. }), "{problem}");
        let mut lines = Vec::new();
        let problem = silent("echo one; exec sleep 60")
            .each_line(Duration::from_millis(300), &mut |line| {
                lines.push(line.trim_end().to_owned());
                true
            })
            .expect_err("it never ends");
        assert!(matches!(problem, VideoProblem::TookTooLong { .. }), "{problem}");
        assert_eq!(lines, ["one"]);
        assert!(silent("exec sleep 60").next_shown().is_err());
        assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
        let mut well = silent("printf abc");
        assert_eq!(well.read(&mut buffer).expect("three"), 3);
        thread::sleep(Duration::from_millis(1500));
        assert!(well.end().0, "who is not waited for is left alone");
    }

    #[test]
    fn complaints_are_told_without_addresses_and_paths() {
        let lines = [
            ("[mov,mp4,m4a @ 0x55] [error] moov atom not found\n", "moov atom not found"),
            (
                "[error] file:/a/b: c.mp4: Invalid data found when processing input\n",
                "Invalid data found when processing input",
            ),
            ("[fatal] Cannot allocate memory.", "Cannot allocate memory"),
        ];
        for (line, message) in lines {
            let mut said = Said::default();
            said.listen("[info] all is well");
            said.listen(line);
            assert_eq!(said.reason().as_deref(), Some(message));
        }
    }
}
