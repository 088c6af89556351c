//! A lab at work: `cargo bench --bench team [-- OPTION=VALUE…]`.
//!
//! A private PostgreSQL, two `tiebreak serve` processes on one project in it, and simulated annotators who judge over
//! HTTP, each through a connection of its own that can be cut. What is measured: the round trip of handing a judgment
//! in and being offered the next item. What is counted at the end, from an export: whether an acknowledged judgment is
//! missing or doubled, and whether an item was judged more often than wanted.
//!
//! ```text
//! annotators=200   how many
//! seconds=300      how long they work
//! pace=4000        milliseconds that a judgment takes each of them, give or take half of it
//! wanted=2         how many judge an item
//! faults=none      none; serve (one process killed every ten seconds and started again); postgres (killed and started
//!                  again once); network (cut for a minute in the middle); all
//! ```

mod annotator;
mod cable;
mod lab;
mod ledger;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use annotator::Annotator;
use cable::Cable;
use lab::Lab;
use ledger::Ledger;

/// Between two ends of one of the two processes.
const KILLED_EVERY: Duration = Duration::from_secs(10);
/// How long the network is away.
const CUT_FOR: Duration = Duration::from_mins(1);
/// How long what waits may take to be handed in after the end.
const PATIENCE: Duration = Duration::from_mins(2);

/// What was asked for.
struct Options {
    annotators: usize,
    seconds: u64,
    pace: u64,
    wanted: u32,
    faults: String,
}

impl Options {
    fn read() -> Self {
        let given: HashMap<String, String> = std::env::args()
            .filter_map(|argument| {
                argument.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()))
            })
            .collect();
        let number = |name: &str, usual: u64| {
            given.get(name).map_or(usual, |text| text.parse().expect("a number after the equals sign"))
        };
        Self {
            annotators: number("annotators", 200) as usize,
            seconds: number("seconds", 300),
            pace: number("pace", 4_000),
            wanted: number("wanted", 2) as u32,
            faults: given.get("faults").cloned().unwrap_or_else(|| "none".to_owned()),
        }
    }

    fn has_fault(&self, name: &str) -> bool {
        self.faults == name || self.faults == "all"
    }
}

fn main() {
    let options = Options::read();
    // An error says that there is one already, which serves as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime starts");
    // Half as many again as can be judged, so that nobody runs out.
    let judgments = options.annotators as u64 * options.seconds * 1000 / options.pace;
    let items = judgments * 3 / 2 / u64::from(options.wanted) + 1_000;
    println!(
        "{} annotators, one judgment in {} ms each, {} s, {items} items, {} wanted, faults: {}",
        options.annotators, options.pace, options.seconds, options.wanted, options.faults
    );
    let mut lab = Lab::start(&runtime, items, options.wanted);
    let seats = lab.invite(&runtime, options.annotators);
    let ledger = Arc::new(Ledger::default());
    let cables: Vec<Cable> =
        lab.ports().iter().map(|port| runtime.block_on(Cable::to(*port)).expect("a free port")).collect();
    let until = Instant::now() + Duration::from_secs(options.seconds);
    let annotators: Vec<_> = seats
        .into_iter()
        .enumerate()
        .map(|(index, seat)| {
            let address = cables[index % cables.len()].address();
            let annotator = Annotator::new(seat, address, Arc::clone(&ledger), options.pace, index as u64);
            runtime.spawn(annotator.work(until, until + PATIENCE))
        })
        .collect();
    trouble(&options, &mut lab, &cables, until);
    for annotator in annotators {
        runtime.block_on(annotator).expect("no annotator panics");
    }
    ledger.say_times();
    let is_right = ledger.hold_against(&lab.export(), options.wanted);
    drop(lab);
    assert!(is_right, "the export and what was acknowledged are not the same");
}

/// Lets go wrong what was asked for, until the end.
fn trouble(options: &Options, lab: &mut Lab, cables: &[Cable], until: Instant) {
    let begun = Instant::now();
    let middle = Duration::from_secs(options.seconds / 2);
    let mut killed = Duration::ZERO;
    let mut is_restarted = !options.has_fault("postgres");
    let mut is_cut = false;
    while Instant::now() < until {
        std::thread::sleep(Duration::from_millis(100));
        let passed = begun.elapsed();
        if options.has_fault("serve") && passed >= killed + KILLED_EVERY {
            killed = passed;
            lab.kill_and_restart_serve();
        }
        if !is_restarted && passed >= middle / 2 {
            is_restarted = true;
            lab.kill_and_restart_postgres();
        }
        let shall_be_cut = options.has_fault("network") && passed >= middle && passed < middle + CUT_FOR;
        if shall_be_cut != is_cut {
            is_cut = shall_be_cut;
            for cable in cables {
                cable.cut(is_cut);
            }
        }
    }
    for cable in cables {
        cable.cut(false);
    }
}
