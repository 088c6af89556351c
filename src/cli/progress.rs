//! Progress on stderr: a bar where there is a terminal, now and then a line where there is none.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use tiebreak_domain::Event;

/// The least time between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(2);

/// What is shown while a job runs.
pub struct Progress {
    bar: Option<ProgressBar>,
    last_line: Instant,
}

impl Progress {
    /// Nothing shown yet.
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(0);
            if let Ok(style) = ProgressStyle::with_template("{bar:32} {percent:>3} %  {msg}  {eta} left") {
                bar.set_style(style);
            }
            bar
        });
        Self { bar, last_line: Instant::now() }
    }

    /// Shows how far a job is.
    pub fn show(&mut self, event: &Event) {
        let (done, total, words) = match event {
            Event::ImportProgress(_, progress) => (
                progress.bytes_read,
                progress.bytes_total,
                format!("{} rows, {} refused", progress.rows_read, progress.rows_refused),
            ),
            Event::ExportProgress(_, progress) => {
                (progress.items_done, progress.items_total, format!("{} items", progress.items_done))
            }
            Event::InstallProgress(_, progress) => {
                (progress.done_bytes, progress.total_bytes, progress.file.clone())
            }
            Event::ScoringProgress(_, progress) => (
                progress.done,
                progress.total,
                format!(
                    "{}: {} candidates, {:.0} a second",
                    progress.name, progress.done, progress.per_second
                ),
            ),
            _ => return,
        };
        match &self.bar {
            Some(bar) => {
                bar.set_length(total.max(1));
                bar.set_position(done);
                bar.set_message(words);
            }
            None if self.last_line.elapsed() >= LINE_EVERY => {
                self.last_line = Instant::now();
                eprintln!("{words}, {} %", done * 100 / total.max(1));
            }
            None => {}
        }
    }

    /// Takes the bar away.
    pub fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
