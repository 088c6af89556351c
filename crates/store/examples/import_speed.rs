//! How fast an import is, beside a bare loop that inserts the same texts into one table with the same settings.
//!
//! `cargo run --release -p tiebreak-store --example import_speed -- 200000` prints both times and their ratio,
//! the peak memory, and what opening the project and asking for the next item cost after it.
#![allow(clippy::unwrap_used, clippy::unchecked_time_subtraction, clippy::format_push_string)]

use std::time::{Duration, Instant};

use tiebreak_domain::filter::ItemState;
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::{
    AnnotatorKey, Candidate, Item, ItemFilter, ItemId, ItemStatus, JudgmentId, NewJudgment, Origin, Outcome,
    Part, Preference, ProjectKey, Rubric, UnixMillis, Verdict,
};
use tiebreak_store::{NewProject, NewSource, PreparedItem, Store};

fn text(state: &mut u64, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 12);
    while text.len() < bytes {
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // A few thousand different words, some common and most rare, as in a language.
        let word = (*state >> 33) % (1 << ((*state >> 20) % 13));
        text.push_str(&format!("w{word:x} "));
    }
    text
}

fn texts(number: u64) -> (String, String, String) {
    let mut state = number;
    (text(&mut state, 200), text(&mut state, 400), text(&mut state, 400))
}

/// Time this thread has run, where the system tells (a busy machine changes the clock's time, not this one);
/// else time by the clock.
fn spent_since_start(start: Instant) -> Duration {
    let schedule = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = schedule.split_whitespace().next().and_then(|field| field.parse().ok());
    nanoseconds.map_or_else(|| start.elapsed(), Duration::from_nanos)
}

/// Rows made between two looks at the clock.
const BATCH: u64 = 1_000;

fn bare_loop(path: &std::path::Path, rows: u64) -> Duration {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA cache_size = -65536; PRAGMA journal_size_limit = 16777216; \
             CREATE TABLE pair (id INTEGER PRIMARY KEY, prompt TEXT, a TEXT, b TEXT) STRICT;",
        )
        .unwrap();
    let begin = Instant::now();
    let mut spent = Duration::ZERO;
    let mut statement = connection.prepare("INSERT INTO pair VALUES (?1, ?2, ?3, ?4)").unwrap();
    connection.execute_batch("BEGIN").unwrap();
    for first in (0..rows).step_by(BATCH as usize) {
        let batch: Vec<_> = (first..rows.min(first + BATCH)).map(|number| (number, texts(number))).collect();
        let start = spent_since_start(begin);
        for (number, (prompt, a, b)) in &batch {
            statement.execute(rusqlite::params![*number as i64, prompt, a, b]).unwrap();
        }
        spent += spent_since_start(begin) - start;
    }
    let start = spent_since_start(begin);
    connection.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    spent + spent_since_start(begin) - start
}

fn item(number: u64) -> Item {
    let (prompt, a, b) = texts(number);
    Item {
        prompt: vec![Part::markdown(prompt)],
        candidates: vec![Candidate::markdown(a), Candidate::markdown(b)],
        ..Item::default()
    }
}

/// What making the rows ready took, which another thread can do, and what writing them took.
fn import(store: &mut Store, rows: u64) -> [Duration; 2] {
    let begin = Instant::now();
    let (mut prepared_in, mut written_in) = (Duration::ZERO, Duration::ZERO);
    let mut import = store.begin_import().unwrap();
    let source = NewSource {
        name: "pairs.jsonl".to_owned(),
        media_folder: None,
        fetches_addresses: false,
        blake3: String::new(),
        imported_at: UnixMillis(0),
    };
    let source = import.add_source(&source).unwrap();
    for first in (0..rows).step_by(BATCH as usize) {
        let batch: Vec<Item> = (first..rows.min(first + BATCH)).map(item).collect();
        let start = spent_since_start(begin);
        let batch: Vec<_> = batch.iter().map(|item| PreparedItem::new(item).unwrap()).collect();
        let prepared = spent_since_start(begin);
        for item in &batch {
            import.add_item_prepared(source, item, ItemStatus::Active).unwrap();
        }
        prepared_in += prepared - start;
        written_in += spent_since_start(begin) - prepared;
    }
    let start = spent_since_start(begin);
    import.commit().unwrap();
    [prepared_in, written_in + spent_since_start(begin) - start]
}

fn judge(store: &mut Store, items: u64) -> tiebreak_domain::AnnotatorId {
    let mut import = store.begin_import().unwrap();
    let annotator = import.annotator(AnnotatorKey([1; 16]), "Ana").unwrap();
    for item in 1..=items {
        let judgment = NewJudgment {
            id: JudgmentId::new(UnixMillis(item as i64), u128::from(item)),
            item: ItemId(item as i64),
            annotator,
            verdict: Verdict::overall(Preference::new(Outcome::A)),
            flagged: false,
            comment: String::new(),
            rubric_version: 1,
            showing: None,
            origin: Origin::Label,
            recorded_at: UnixMillis(item as i64),
        };
        import.add_judgment(&judgment, None).unwrap();
    }
    import.commit().unwrap();
    annotator
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
    let rows: u64 = std::env::args().nth(1).and_then(|rows| rows.parse().ok()).unwrap_or(200_000);
    let folder = tempfile::tempdir().unwrap();
    let project = NewProject {
        key: ProjectKey([0; 16]),
        name: "Speed".to_owned(),
        created_at: UnixMillis(0),
        rubric: Rubric::default(),
        is_sample: false,
    };
    let path = folder.path().join("speed.tiebreak");
    let mut store = Store::create(&path, &project).unwrap();
    let [prepared, written] = import(&mut store, rows);
    let per_second = |time: Duration| rows as f64 / time.as_secs_f64();
    println!(
        "import: preparing {:.2} s, {:.0} rows/s; writing {:.2} s, {:.0} rows/s; {}",
        prepared.as_secs_f64(),
        per_second(prepared),
        written.as_secs_f64(),
        per_second(written),
        peak_memory()
    );
    let bare = bare_loop(&folder.path().join("bare.db"), rows);
    println!(
        "bare loop: {:.2} s, {:.0} rows/s; writing runs at {:.2} of its speed, at {:.2} with preparing on one thread",
        bare.as_secs_f64(),
        per_second(bare),
        bare.as_secs_f64() / written.as_secs_f64(),
        bare.as_secs_f64() / (written + prepared).as_secs_f64()
    );

    timed("close", || store.close().unwrap());
    let mut store = timed("open, nothing judged", || Store::open(&path).unwrap());
    let annotator = timed("import labels for 90 %", || judge(&mut store, rows * 9 / 10));
    store.close().unwrap();
    let mut store = timed("open, 90 % judged", || Store::open(&path).unwrap());
    let reader = store.reader().unwrap();
    let request = QueueRequest { annotator, place: Place::Start, count: 1, except: vec![] };
    timed("first next item", || reader.queue(&request).unwrap());
    timed("second next item", || reader.queue(&request).unwrap());
    let filter = ItemFilter { state: ItemState::Judged, outcome: Some(Outcome::A), ..ItemFilter::default() };
    timed("filter", || reader.find(&filter, None, || true).unwrap());
    let indexed = rows.min(20_000) as u32;
    timed(&format!("index {indexed} items"), || store.index_some(indexed).unwrap());
    for search in ["w1", "wab", "\"w1 w2\"", "wab*"] {
        let filter = ItemFilter { search: search.to_owned(), ..ItemFilter::default() };
        let found = timed(&format!("search {search}"), || reader.find(&filter, None, || true).unwrap());
        println!("    {} found", found.ids.len());
    }
    println!("at the end: {}", peak_memory());
}
