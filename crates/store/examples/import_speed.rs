//! How fast an import is, beside a bare loop that inserts the same texts into one table with the same settings.
//!
//! `cargo run --release -p tiebreak-store --example import_speed -- 200000 20000` writes a file of so many
//! pairs, imports it the way the engine does (one thread parses and prepares, one writes), lets the bare loop
//! insert them, and prints both times and their ratio; then labels so many items, and prints what opening the
//! project, the next item, filters and the search index cost. The bare loop's time is without parsing.
//!
//! Two times are told: by the clock, and what the thread itself ran, which a busy machine changes less.
#![allow(clippy::unwrap_used, clippy::unchecked_time_subtraction)]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, BufWriter, Write as _};
use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tiebreak_domain::filter::ItemState;
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::{
    AnnotatorId, AnnotatorKey, Candidate, Item, ItemFilter, ItemId, ItemKey, ItemStatus, JudgmentId,
    NewJudgment, Origin, Outcome, Part, Preference, ProjectKey, Rubric, UnixMillis, Verdict,
};
use tiebreak_store::{NewProject, NewSource, PreparedItem, Store};

/// Rows that travel together, and that are made between two looks at the clock.
const BATCH: usize = 512;
const INDEX_STEP: u64 = 1_000;

fn text(state: &mut u64, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 12);
    while text.len() < bytes {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // A few thousand different words, some common and most rare, as in a language.
        let word = (*state >> 33) % (1 << ((*state >> 20) % 13));
        write!(text, "w{word:x} ").unwrap();
    }
    text
}

fn write_file(path: &Path, rows: u64) {
    let mut file = BufWriter::new(std::fs::File::create(path).unwrap());
    for number in 0..rows {
        let mut state = number;
        let row = [text(&mut state, 200), text(&mut state, 400), text(&mut state, 400)];
        serde_json::to_writer(&mut file, &row).unwrap();
        file.write_all(b"\n").unwrap();
    }
    // Else the disk would still be busy with it during the import.
    file.into_inner().unwrap().sync_all().unwrap();
}

fn batches(path: &Path) -> impl Iterator<Item = Vec<[String; 3]>> {
    let mut file = BufReader::new(std::fs::File::open(path).unwrap());
    let mut line = String::new();
    std::iter::from_fn(move || {
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH {
            line.clear();
            if file.read_line(&mut line).unwrap() == 0 {
                break;
            }
            batch.push(serde_json::from_str(&line).unwrap());
        }
        (!batch.is_empty()).then_some(batch)
    })
}

/// By the clock, and of this thread.
#[derive(Clone, Copy, Default)]
struct Times {
    clock: Duration,
    thread: Duration,
}

impl Times {
    /// Since some moment; the thread's are those of the clock where the system does not tell them.
    fn since(begin: Instant) -> Self {
        let clock = begin.elapsed();
        let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let nanoseconds = schedule.split_whitespace().next().and_then(|field| field.parse().ok());
        Self { clock, thread: nanoseconds.map_or(clock, Duration::from_nanos) }
    }

    fn add(&mut self, from: Self, to: Self) {
        self.clock += to.clock - from.clock;
        self.thread += to.thread - from.thread;
    }

    fn per_row(self, rows: u64) -> String {
        let micros = |time: Duration| time.as_secs_f64() * 1e6 / rows as f64;
        format!("{:.2} µs/row by the clock, {:.2} of the thread", micros(self.clock), micros(self.thread))
    }
}

fn bare_loop(path: &Path, file: &Path) -> Times {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 16777216; \
             CREATE TABLE pair (id INTEGER PRIMARY KEY, prompt TEXT, a TEXT, b TEXT) STRICT;",
        )
        .unwrap();
    let begin = Instant::now();
    let mut spent = Times::default();
    let mut statement = connection.prepare("INSERT INTO pair VALUES (NULL, ?1, ?2, ?3)").unwrap();
    connection.execute_batch("BEGIN").unwrap();
    for batch in batches(file) {
        let start = Times::since(begin);
        for [prompt, a, b] in &batch {
            statement.execute(rusqlite::params![prompt, a, b]).unwrap();
        }
        spent.add(start, Times::since(begin));
    }
    let start = Times::since(begin);
    connection.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    spent.add(start, Times::since(begin));
    println!("bare loop's commit: {:.2} s by the clock", (begin.elapsed() - start.clock).as_secs_f64());
    spent
}

fn prepared([prompt, a, b]: [String; 3]) -> PreparedItem {
    let item = Item {
        prompt: vec![Part::markdown(prompt)],
        candidates: vec![Candidate::markdown(a), Candidate::markdown(b)],
        ..Item::default()
    };
    PreparedItem::new(&item).unwrap()
}

/// What the import took, the thread's being that of writing; and what reading and preparing took.
fn import(store: &mut Store, file: &Path, keys: &mut Vec<ItemKey>) -> [Times; 2] {
    let begin = Instant::now();
    let from = Times::since(begin);
    let mut import = store.begin_import().unwrap();
    let source = NewSource {
        name: "pairs.jsonl".to_owned(),
        media_folder: None,
        fetches_addresses: false,
        blake3: String::new(),
        imported_at: UnixMillis(0),
    };
    let source = import.add_source(&source).unwrap();
    let (to, from_reader) = mpsc::sync_channel::<Vec<PreparedItem>>(4);
    let reading = std::thread::scope(|scope| {
        let reader = std::thread::Builder::new().name("read".to_owned()).spawn_scoped(scope, move || {
            let mut read = Times::default();
            let from = Times::since(begin);
            for batch in batches(file) {
                to.send(batch.into_iter().map(prepared).collect()).unwrap();
            }
            read.add(from, Times::since(begin));
            read
        });
        for batch in from_reader {
            for item in &batch {
                import.add_item_prepared(source, item, ItemStatus::Active).unwrap();
                keys.push(item.key());
            }
        }
        reader.unwrap().join().unwrap()
    });
    timed("import's commit", || import.commit().unwrap());
    let mut all = Times::default();
    all.add(from, Times::since(begin));
    [all, reading]
}

fn label(store: &mut Store, keys: &[ItemKey]) -> AnnotatorId {
    let key = AnnotatorKey([1; 16]);
    let mut import = store.begin_import().unwrap();
    let annotator = import.annotator(key, "Ana").unwrap();
    for (index, item) in keys.iter().enumerate() {
        let preference = Preference::new(Outcome::A);
        let judgment = NewJudgment {
            id: JudgmentId::of_label(*item, key, &preference),
            item: ItemId(index as i64 + 1),
            annotator,
            verdict: Verdict::overall(preference),
            flagged: false,
            comment: String::new(),
            notes: Vec::new(),
            rubric_version: 1,
            showing: None,
            origin: Origin::Label,
            recorded_at: UnixMillis(0),
        };
        import.add_judgment(&judgment, None).unwrap();
    }
    import.commit().unwrap();
    annotator
}

/// In steps as small as the engine's, between which judgments are written.
fn index(store: &mut Store, items: u64) {
    let begin = Instant::now();
    let mut spent = Times::default();
    let mut longest = Duration::ZERO;
    let from = Times::since(begin);
    for _ in 0..items.div_ceil(INDEX_STEP) {
        let step = Instant::now();
        store.index_some(INDEX_STEP as u32).unwrap();
        longest = longest.max(step.elapsed());
    }
    spent.add(from, Times::since(begin));
    let per_row = spent.per_row(items);
    println!("index {items} items: {per_row}; longest step {:.1} ms", longest.as_secs_f64() * 1e3);
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown here").to_owned()
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    println!("{what:<44} {:>9.3} ms", start.elapsed().as_secs_f64() * 1e3);
    result
}

fn main() {
    let mut numbers = std::env::args().skip(1).map(|number| number.parse::<u64>().unwrap());
    let rows = numbers.next().unwrap_or(200_000);
    let labels = numbers.next().unwrap_or(rows / 10).min(rows);
    let folder = tempfile::tempdir().unwrap();
    let project = NewProject {
        key: ProjectKey([0; 16]),
        name: "Speed".to_owned(),
        created_at: UnixMillis(0),
        rubric: Rubric::default(),
        is_sample: false,
    };
    let file = folder.path().join("pairs.jsonl");
    write_file(&file, rows);
    let bare_path = folder.path().join("bare.db");
    let bare = bare_loop(&bare_path, &file);
    println!("bare loop: {}", bare.per_row(rows));
    println!("  file {} MB", std::fs::metadata(&bare_path).unwrap().len() / 1_000_000);
    let path = folder.path().join("speed.tiebreak");
    let mut store = Store::create(&path, &project).unwrap();
    let mut keys = Vec::new();
    let [all, reading] = import(&mut store, &file, &mut keys);
    println!("import: {}; {}", all.per_row(rows), peak_memory());
    println!("  of it reading and preparing, at the same time: {}", reading.per_row(rows));
    println!("  file {} MB", std::fs::metadata(&path).unwrap().len() / 1_000_000);
    println!(
        "import runs at {:.2} of the bare loop's speed by the clock, its writing at {:.2} by the thread",
        bare.clock.as_secs_f64() / all.clock.as_secs_f64(),
        bare.thread.as_secs_f64() / all.thread.as_secs_f64()
    );

    timed("close", || store.close().unwrap());
    let mut store = timed("open, nothing judged", || Store::open(&path).unwrap());
    let annotator = timed(&format!("import {labels} labels"), || label(&mut store, &keys[..labels as usize]));
    store.close().unwrap();
    let mut store = timed("open, labelled", || Store::open(&path).unwrap());
    let reader = timed("first reader", || store.reader().unwrap());
    let request = QueueRequest { annotator, place: Place::Start, count: 1, except: vec![] };
    timed("first next item", || reader.queue(&request).unwrap());
    timed("second next item", || reader.queue(&request).unwrap());
    let filter = ItemFilter { state: ItemState::Judged, outcome: Some(Outcome::A), ..ItemFilter::default() };
    timed("filter", || reader.find(&filter, None, || true).unwrap());
    let indexed = rows.min(60_000);
    index(&mut store, indexed);
    for search in ["w1", "wab", "\"w1 w2\"", "wab*"] {
        let filter = ItemFilter { search: search.to_owned(), ..ItemFilter::default() };
        let found = timed(&format!("search {search}"), || reader.find(&filter, None, || true).unwrap());
        println!("    {} found", found.ids.len());
    }
    println!("at the end: {}", peak_memory());
}
