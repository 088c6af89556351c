//! What processes take while something plays: the memory of an app and of its decoders, and their CPU time.
//!
//! Memory is counted by proportional set size: a page that several processes share counts once for all of them
//! together. Linux tells it; elsewhere all is 0.

use std::fs::read_to_string;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Between two looks: to look takes a process's page tables in hand.
const BETWEEN: Duration = Duration::from_millis(250);

/// The memory that an app and its decoders took at one moment, in bytes.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Of the app.
    pub app: u64,
    /// Of the processes that it started, one by one.
    pub decoders: Vec<u64>,
}

impl Memory {
    /// Of an app now.
    pub fn of(process: u32) -> Self {
        let decoders = children(process).iter().map(|child| pss(child)).collect();
        Self { app: pss(&process.to_string()), decoders }
    }

    /// All of it.
    pub fn sum(&self) -> u64 {
        self.app + self.decoders.iter().sum::<u64>()
    }

    /// In words.
    pub fn words(&self) -> String {
        let of_each: Vec<String> = self.decoders.iter().map(|bytes| megabytes(*bytes)).collect();
        let decoders = if of_each.is_empty() { "no decoder".to_owned() } else { of_each.join(" + ") };
        format!("{} MB at most: {} in the app and {decoders}", megabytes(self.sum()), megabytes(self.app))
    }
}

/// Millions of bytes.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.0}", bytes as f64 / 1e6)
}

/// A thread that looks how much an app takes.
pub struct Watch {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Memory>,
}

impl Watch {
    /// Begins to look at a process.
    pub fn start(process: u32) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        let look = move || {
            let mut most = Memory::default();
            while !ends.load(Ordering::Relaxed) {
                let now = Memory::of(process);
                if now.sum() > most.sum() {
                    most = now;
                }
                thread::sleep(BETWEEN);
            }
            most
        };
        let thread = thread::Builder::new().name("memory".to_owned()).spawn(look).expect("a thread");
        Self { is_over, thread }
    }

    /// Ends it: the moment at which the sum was highest.
    pub fn most(self) -> Memory {
        self.is_over.store(true, Ordering::Relaxed);
        self.thread.join().expect("it only looks")
    }
}

fn pss(process: &str) -> u64 {
    kilobytes(&read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default(), "Pss:") * 1024
}

/// How much of a process's memory lies in the files whose paths hold one of these words, and how much in none at all,
/// in bytes.
pub fn files_and_none(process: u32, words: &[&str]) -> [u64; 2] {
    let smaps = read_to_string(format!("/proc/{process}/smaps")).unwrap_or_default();
    let (mut sums, mut path) = ([0, 0], String::new());
    for line in smaps.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        // The head of a mapping: addresses, rights, offset, device, inode, and its file if it has one.
        if fields.first().is_some_and(|field| field.contains('-')) && fields.len() >= 5 {
            path = fields[5..].join(" ");
        } else if let Some(kilobytes) = line.strip_prefix("Pss:") {
            let bytes = kilobytes.trim().trim_end_matches(" kB").parse().unwrap_or(0) * 1024_u64;
            if path.is_empty() || path.starts_with('[') {
                sums[1] += bytes;
            } else if words.iter().any(|word| path.contains(word)) {
                sums[0] += bytes;
            }
        }
    }
    sums
}

fn children(process: u32) -> Vec<String> {
    let parent = process.to_string();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let names = processes.filter_map(|process| process.file_name().into_string().ok());
    let is_child = |name: &String| {
        let status = read_to_string(format!("/proc/{name}/status")).unwrap_or_default();
        status.lines().find_map(|line| line.strip_prefix("PPid:")).map(str::trim) == Some(parent.as_str())
    };
    names.filter(is_child).collect()
}

fn kilobytes(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Seconds of CPU of the processes that this one started and that run still.
pub fn children_s() -> f64 {
    children(std::process::id()).iter().map(|child| ticks(child, [13, 14])).sum()
}

/// The same of those that are over.
pub fn ended_children_s() -> f64 {
    ticks("self", [15, 16])
}

/// The sum of two columns of a process's `stat`, which count hundredths of a second.
fn ticks(process: &str, columns: [usize; 2]) -> f64 {
    let stat = read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name of the program may hold anything but ends with the last bracket.
    let rest: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let column =
        |number: usize| rest.get(number - 2).and_then(|ticks| ticks.parse::<f64>().ok()).unwrap_or(0.0);
    columns.map(column).iter().sum::<f64>() / 100.0
}
