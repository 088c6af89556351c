//! An ffmpeg at work: what it writes comes from a pipe, what it says is read beside it.
//!
//! The pipe holds back a process that is ahead, so it needs no memory that is not bounded. It ends with its value:
//! it is killed on dropping, and if this program dies first, the pipe breaks, on which ffmpeg ends by itself.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread::{self, JoinHandle},
};

use super::showinfo::{Shown, shown_in};
use crate::video::problem::VideoProblem;

/// How many of its complaints are kept.
const KEPT_COMPLAINTS: usize = 4;
/// A message is for reading.
const LONGEST_MESSAGE: usize = 240;

/// A process whose output is read.
pub(crate) struct Piped {
    child: Child,
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
    pub fn start(mut command: Command) -> Result<Self, VideoProblem> {
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(VideoProblem::not_run)?;
        let output = child.stdout.take().expect("it was asked for");
        let words = child.stderr.take().expect("it was asked for");
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
            Ok(listener) => Ok(Self { child, output, shown, said: Some(listener) }),
            Err(error) => {
                // Without a listener it could not go on; that it is gone already is as well.
                let _ = child.kill();
                let _ = child.wait();
                Err(VideoProblem::not_run(error))
            }
        }
    }

    /// Fills a buffer, or as much as there is before the end; how much that was.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize, VideoProblem> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.output.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(bytes) => filled += bytes,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(VideoProblem::not_run(error)),
            }
        }
        Ok(filled)
    }

    /// The lines it writes, for those that write text.
    pub fn lines(&mut self) -> impl Iterator<Item = String> {
        BufReader::new(&mut self.output)
            .split(b'\n')
            .map_while(Result::ok)
            .map(|line| String::from_utf8_lossy(&line).into_owned())
    }

    /// The next thing the filter showed; none when it has ended.
    pub fn next_shown(&mut self) -> Option<Shown> {
        self.shown.recv().ok()
    }

    /// Waits for its end: whether it ended well, and what it said.
    pub fn end(&mut self) -> (bool, Said) {
        let is_well = self.child.wait().is_ok_and(|status| status.success());
        let said = self.said.take().and_then(|listener| listener.join().ok());
        (is_well, said.unwrap_or_default())
    }
}

impl Drop for Piped {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
