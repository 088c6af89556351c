//! What annotators were told, and whether it is true.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use serde_json::Value;

/// What annotators were told.
#[derive(Default)]
pub struct Ledger(Mutex<Told>);

#[derive(Default)]
struct Told {
    /// The ids of judgments that were handed in, acknowledged or not.
    sent: HashSet<String>,
    acknowledged: HashSet<String>,
    /// How long handing in and being offered the next item took, where neither had to be tried again.
    trips: Vec<Duration>,
    tried_again: u64,
    waited_most: usize,
    refused: HashMap<String, u64>,
}

impl Ledger {
    fn told(&self) -> MutexGuard<'_, Told> {
        self.0.lock().expect("nobody panics while writing")
    }

    /// A judgment goes out.
    pub fn sends(&self, id: &str) {
        self.told().sent.insert(id.to_owned());
    }

    /// A judgment was called saved.
    pub fn acknowledged(&self, id: &str) {
        self.told().acknowledged.insert(id.to_owned());
    }

    /// A round trip.
    pub fn took(&self, trip: Duration) {
        self.told().trips.push(trip);
    }

    /// Something has to be tried again, while so many judgments wait.
    pub fn tries_again(&self, waiting: usize) {
        let mut told = self.told();
        told.tried_again += 1;
        told.waited_most = told.waited_most.max(waiting);
    }

    /// A judgment was refused for good.
    pub fn refused(&self, why: &str) {
        *self.told().refused.entry(why.to_owned()).or_default() += 1;
    }

    /// Prints how long it took.
    pub fn say_times(&self) {
        let mut told = self.told();
        told.trips.sort();
        let at = |share: f64| {
            let place = ((told.trips.len() as f64 * share) as usize).min(told.trips.len().saturating_sub(1));
            told.trips.get(place).map_or(0.0, |trip| trip.as_secs_f64() * 1000.0)
        };
        println!(
            "submit and next, {} round trips: median {:.1} ms, 95th {:.1} ms, 99th {:.1} ms, worst {:.1} ms",
            told.trips.len(),
            at(0.5),
            at(0.95),
            at(0.99),
            at(1.0)
        );
        println!(
            "{} judgments acknowledged; {} attempts had to be made again, at most {} judgments waited with one person",
            told.acknowledged.len(),
            told.tried_again,
            told.waited_most
        );
        for (why, count) in &told.refused {
            println!("refused for good, {count} times: {why}");
        }
    }

    /// Compares with the lossless export; prints what is not so.
    pub fn hold_against(&self, export: &str, wanted: u32) -> bool {
        let told = self.told();
        let mut stored = HashMap::<String, u32>::new();
        let mut of_item = HashMap::<String, HashSet<String>>::new();
        for line in export.lines() {
            let record: Value = serde_json::from_str(line).expect("the export is JSON");
            if record["record"] != "judgment" {
                continue;
            }
            let text = |name: &str| record[name].as_str().expect("ids are texts").to_owned();
            *stored.entry(text("id")).or_default() += 1;
            of_item.entry(text("item")).or_default().insert(text("annotator"));
        }
        let lost = told.acknowledged.iter().filter(|id| !stored.contains_key(*id)).count();
        let doubled = stored.values().filter(|count| **count > 1).count();
        let unknown = stored.keys().filter(|id| !told.sent.contains(*id)).count();
        let too_often = of_item.values().filter(|annotators| annotators.len() > wanted as usize).count();
        println!(
            "{} judgments of {} items stored: {lost} lost, {doubled} doubled, {unknown} unknown, {too_often} items \
             judged more often than wanted",
            stored.len(),
            of_item.len()
        );
        lost + doubled + unknown + too_often == 0 && told.refused.is_empty() && !stored.is_empty()
    }
}
