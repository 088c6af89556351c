//! How fast a file is read: `cargo run --release -p tiebreak-formats --example read_speed -- FILE`.

use std::time::Instant;

use tiebreak_domain::ImportPlan;
use tiebreak_formats::{Reader, Record};

fn main() {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: read_speed FILE");
        std::process::exit(2);
    };
    let started = Instant::now();
    let mut reader = match Reader::open(&ImportPlan::of_file(&path)) {
        Ok(reader) => reader,
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    };
    let (mut items, mut others) = (0u64, 0u64);
    for record in &mut reader {
        match record {
            Ok(Record::Item { .. }) => items += 1,
            Ok(_) => others += 1,
            Err(error) => eprintln!("{error}"),
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let megabytes = reader.bytes_total() as f64 / 1e6;
    println!(
        "{items} items and {others} other records of {megabytes:.0} MB in {seconds:.2} s: {:.0} rows/s, {:.0} MB/s",
        (items + others) as f64 / seconds,
        megabytes / seconds
    );
}
