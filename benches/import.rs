//! A million pairs: `cargo bench --bench import [-- ROWS]` (1,000,000 unless told otherwise).
//!
//! `tiebreak import` of a JSONL file with pairs of about 1 KB, against a bare rusqlite loop that inserts the
//! same texts in one transaction under the same pragmas. Then: opening the project and handing out the first
//! item, the next item, and (once the search index is built) searches and filters, through the engine's door.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tiebreak_domain::filter::ItemState;
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::{ItemFilter, Outcome, Reply, Request};
use tiebreak_engine::Engine;

fn main() {
    let rows = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000_000_u64);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("pairs.jsonl");
    write_rows(&data, rows);
    let size_mb = std::fs::metadata(&data).map_or(0, |data| data.len()) / 1_000_000;
    println!("{rows} pairs, {size_mb} MB of JSONL");

    let bare_file = folder.path().join("bare.db");
    let bare = bare_loop(&bare_file, rows);
    // What the system still has to write of it must not slow the import down.
    std::fs::File::open(&bare_file).and_then(|file| file.sync_all()).expect("a disk that takes it");
    std::fs::remove_file(&bare_file).expect("a file of ours");
    say("bare loop", rows, bare);
    let project = folder.path().join("p.tiebreak");
    let (took, peak_mb) = import(&project, &data);
    say("tiebreak import", rows, took);
    println!(
        "ratio {:.2} (1 = as fast as the bare loop), peak memory {peak_mb} MB",
        bare.as_secs_f64() / took.as_secs_f64()
    );
    through_the_door(&project, rows);
}

fn say(name: &str, rows: u64, took: Duration) {
    println!("{name}: {:.1} s, {:.0} rows/s", took.as_secs_f64(), rows as f64 / took.as_secs_f64());
}

const WORDS: [&str; 32] = [
    "memory", "line", "counter", "file", "reads", "slowly", "because", "garden", "winter", "answer", "model",
    "wrong", "careful", "token", "window", "river", "always", "never", "short", "long", "number", "example",
    "table", "first", "second", "reason", "light", "paper", "engine", "small", "question", "better",
];

/// A pair of about 1,000 characters; other words in each.
fn texts(row: u64) -> [String; 3] {
    let mut state = row.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    [20, 70, 70].map(|count| {
        let mut text = format!("Item {row}");
        for _ in 0..count {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push(' ');
            text.push_str(WORDS[(state >> 59) as usize]);
        }
        text
    })
}

fn write_rows(path: &Path, rows: u64) {
    let mut file = BufWriter::new(std::fs::File::create(path).expect("a file in the temporary folder"));
    for row in 0..rows {
        let [prompt, a, b] = texts(row);
        writeln!(file, r#"{{"id":"{row}","prompt":"{prompt}","response_a":"{a}","response_b":"{b}"}}"#)
            .expect("room on the disk");
    }
    file.flush().expect("room on the disk");
}

fn bare_loop(path: &Path, rows: u64) -> Duration {
    let mut connection = rusqlite::Connection::open(path).expect("a database");
    connection
        .execute_batch(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE pair (id TEXT, prompt TEXT, a TEXT, b TEXT);",
        )
        .expect("pragmas");
    let mut took = Duration::ZERO;
    let transaction = connection.transaction().expect("a transaction");
    {
        let mut insert =
            transaction.prepare("INSERT INTO pair VALUES (?1, ?2, ?3, ?4)").expect("a statement");
        for row in 0..rows {
            // Making the texts is no part of inserting them.
            let ([prompt, a, b], id) = (texts(row), row.to_string());
            let started = Instant::now();
            insert.execute((&id, &prompt, &a, &b)).expect("a row");
            took += started.elapsed();
        }
    }
    let started = Instant::now();
    transaction.commit().expect("room on the disk");
    took + started.elapsed()
}

fn import(project: &Path, data: &Path) -> (Duration, u64) {
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tiebreak"))
        .args(["import", "--create", "--no-labels"])
        .args([project, data])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program");
    let mut peak_kb = 0;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        peak_kb = peak.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(peak_kb);
        if let Some(ended) = child.try_wait().expect("a child of ours") {
            assert!(ended.success(), "the import failed");
            return (started.elapsed(), peak_kb / 1000);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn through_the_door(project: &Path, rows: u64) {
    let host = tiebreak::machine::host();
    let host = tiebreak_engine::Host { settings_file: None, data_folder: None, cache_folder: None, ..host };
    let engine = Arc::new(Engine::new(host, |_| ()));
    let call = |request| engine.call(request).expect("the engine answers");
    let started = Instant::now();
    let Reply::Project(info) = call(Request::OpenProject { path: project.display().to_string() }) else {
        panic!("no project")
    };
    let first = next(&engine, info.annotator, Place::Start);
    println!("open and first item: {:.1} ms", ms(started));
    let started = Instant::now();
    let mut last = first;
    for _ in 0..1_000 {
        last = next(&engine, info.annotator, Place::After(last));
    }
    println!("next item: {:.3} ms", ms(started) / 1_000.0);
    let started = Instant::now();
    loop {
        let Reply::Project(info) = call(Request::Project) else { panic!("no project") };
        if info.search_index.is_complete() {
            break;
        }
        std::thread::sleep(Duration::from_millis(250));
    }
    say("search index, in the background", rows, started.elapsed());
    let filters = [
        ("search of one word", ItemFilter { search: "garden".into(), ..ItemFilter::default() }),
        ("search of a phrase", ItemFilter { search: "\"garden winter\"".into(), ..ItemFilter::default() }),
        ("search of a rare word", ItemFilter { search: "777777".into(), ..ItemFilter::default() }),
        ("filter by state", ItemFilter { state: ItemState::Open, ..ItemFilter::default() }),
        ("filter by outcome", ItemFilter { outcome: Some(Outcome::A), ..ItemFilter::default() }),
    ];
    for (name, filter) in filters {
        let started = Instant::now();
        let Reply::Found { view, count, is_complete } = call(Request::Find(filter)) else {
            panic!("nothing found")
        };
        let found_ms = ms(started);
        call(Request::Rows { view, from: 0, count: 64 });
        let more = if is_complete { "" } else { ", so far" };
        println!(
            "{name}: first answer {found_ms:.1} ms, with 64 rows {:.1} ms ({count} items{more})",
            ms(started)
        );
    }
}

fn next(engine: &Engine, annotator: tiebreak_domain::AnnotatorId, place: Place) -> tiebreak_domain::ItemId {
    let request = QueueRequest { annotator, place, count: 1, except: Vec::new() };
    match engine.call(Request::Queue(request)) {
        Ok(Reply::Items(items)) => items[0].item.id,
        other => panic!("no item: {other:?}"),
    }
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
