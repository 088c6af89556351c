//! The order in which characters are seen, held against the Unicode consortium's own cases: `BidiTest.txt`, every
//! sequence of up to four classes and longer ones, and `BidiCharacterTest.txt`, with characters and brackets.
//!
//! The files are not in the repository; Debian's package `unicode-data` brings them, which `./check.sh test`
//! installs. Without them the tests say so. `TIEBREAK_TEST_UNICODE` names another folder. Of the 860,000 cases every
//! eighth is held, and all of them, in a minute, where `TIEBREAK_TEST_ALL` is set, as `./check.sh` does.
//!
//! What is compared is what can be seen: the order from left to right of all characters that rule X9 leaves, and of
//! each whether it runs to the left. A level says more than that (2 and 4 look the same), and a separator that ends a
//! paragraph has no place in a line; both are counted and told.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::order::shown;
use super::*;
use crate::document::shaped::{Shop, Typesetter};

/// Where not all are held, of so many cases one.
const STRIDE: usize = 8;

/// Failures that are told one by one.
const TOLD: usize = 10;

/// A character of a class, by its name in the file.
fn character_of(class: &str) -> char {
    match class {
        "L" => 'a',
        "R" => 'א',
        "AL" => 'ع',
        "EN" => '1',
        "AN" => '\u{661}',
        "ES" => '-',
        "ET" => '$',
        "CS" => ',',
        "NSM" => '\u{5bf}',
        "BN" => '\u{ad}',
        "B" => '\u{2029}',
        "S" => '\t',
        "WS" => ' ',
        "ON" => '!',
        "LRE" => '\u{202a}',
        "RLE" => '\u{202b}',
        "LRO" => '\u{202d}',
        "RLO" => '\u{202e}',
        "PDF" => '\u{202c}',
        "LRI" => '\u{2066}',
        "RLI" => '\u{2067}',
        "FSI" => '\u{2068}',
        "PDI" => '\u{2069}',
        other => panic!("no such class: {other:?}"),
    }
}

/// A text in a paragraph of some direction, and what the file says of it.
struct Case<'a> {
    place: usize,
    text: &'a str,
    direction: Option<Direction>,
    /// Of each character; none where it is removed.
    levels: &'a [Option<u8>],
    /// The characters from left to right, counted in the text.
    order: &'a [usize],
}

struct Outcome {
    cases: usize,
    stride: usize,
    held: usize,
    failed: usize,
    told: Vec<String>,
    /// What the view cannot express, by its name.
    left_out: BTreeMap<&'static str, usize>,
}

impl Outcome {
    fn new() -> Self {
        let stride = if std::env::var_os("TIEBREAK_TEST_ALL").is_some() { 1 } else { STRIDE };
        Self { cases: 0, stride, held: 0, failed: 0, told: Vec::new(), left_out: BTreeMap::new() }
    }

    fn hold(&mut self, typesetter: &mut Typesetter, case: &Case<'_>) {
        self.cases += 1;
        if !self.cases.is_multiple_of(self.stride) {
            return;
        }
        let starts: Vec<usize> = case.text.char_indices().map(|(at, _)| at).collect();
        let is_separator = |at: usize| case.text[at..].starts_with('\u{2029}');
        if case.text.contains('\u{2029}') {
            *self
                .left_out
                .entry("places of separators, which end a line and are not seen in it")
                .or_default() += 1;
        }
        if case.levels.iter().flatten().any(|level| *level > 1) {
            *self
                .left_out
                .entry("heights of levels above 1, of which only the direction is seen")
                .or_default() += 1;
        }
        let expected: Vec<(usize, bool)> = case
            .order
            .iter()
            .map(|index| (starts[*index], case.levels[*index].is_some_and(|level| level % 2 == 1)))
            .filter(|(at, _)| !is_separator(*at))
            .collect();
        let is_kept = |at: &usize| starts.binary_search(at).is_ok_and(|index| case.levels[index].is_some());
        let shown: Vec<(usize, bool)> = shown(typesetter, case.text, case.direction)
            .into_iter()
            .filter(|(at, _)| is_kept(at) && !is_separator(*at))
            .collect();
        self.held += 1;
        if shown != expected {
            self.failed += 1;
            if self.told.len() < TOLD {
                let Case { place, text, direction, .. } = case;
                self.told
                    .push(format!("line {place}: {text:?} in {direction:?}: {shown:?} and not {expected:?}"));
            }
        }
    }

    fn end(self, file: &str, at_least: usize) {
        let right = self.held - self.failed;
        println!(
            "{file}: {right} of {} cases are seen as they should be, of {} in all",
            self.held, self.cases
        );
        for (what, count) in &self.left_out {
            println!("{file}: in {count} of them not compared: {what}");
        }
        assert!(self.cases >= at_least, "the file has only {} cases", self.cases);
        assert!(self.told.is_empty(), "{} of {} fail: {:#?}", self.failed, self.held, self.told);
    }
}

/// A file of the standard, or none, saying so.
fn read(name: &str) -> Option<String> {
    let folder = std::env::var_os("TIEBREAK_TEST_UNICODE")
        .map_or_else(|| PathBuf::from("/usr/share/unicode"), PathBuf::from);
    let text = std::fs::read_to_string(folder.join(name));
    if text.is_err() {
        eprintln!("skipped: there is no {}; install unicode-data", folder.join(name).display());
    }
    text.ok()
}

fn levels_of(words: &str) -> Vec<Option<u8>> {
    words.split_whitespace().map(|level| level.parse().ok()).collect()
}

fn numbers_of(words: &str) -> Vec<usize> {
    words.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

#[test]
fn every_case_of_classes_is_seen_as_the_consortium_says() {
    let Some(file) = read("BidiTest.txt") else { return };
    let shop = Shop::of(&context());
    let typesetter = &mut *shop.lock();
    let mut outcome = Outcome::new();
    let (mut levels, mut order) = (Vec::new(), Vec::new());
    for (place, line) in file.lines().enumerate() {
        let place = place + 1;
        if let Some(words) = line.strip_prefix("@Levels:") {
            levels = levels_of(words);
        } else if let Some(words) = line.strip_prefix("@Reorder:") {
            order = numbers_of(words);
        } else if let Some((classes, directions)) = line.split_once(';').filter(|_| !line.starts_with('#')) {
            let text: String = classes.split_whitespace().map(character_of).collect();
            let directions: u8 = directions.trim().parse().unwrap();
            let of = [None, Some(Direction::LeftToRight), Some(Direction::RightToLeft)];
            for (bit, direction) in of.into_iter().enumerate() {
                if directions & (1 << bit) != 0 {
                    let case = Case { place, text: &text, direction, levels: &levels, order: &order };
                    outcome.hold(typesetter, &case);
                }
            }
        }
    }
    outcome.end("BidiTest.txt", 700_000);
}

#[test]
fn every_case_of_characters_is_seen_as_the_consortium_says() {
    let Some(file) = read("BidiCharacterTest.txt") else { return };
    let shop = Shop::of(&context());
    let typesetter = &mut *shop.lock();
    let mut outcome = Outcome::new();
    for (place, line) in file.lines().enumerate() {
        let fields: Vec<&str> = line.split(';').collect();
        let [characters, direction, _, levels, order] = fields[..] else { continue };
        if line.starts_with('#') {
            continue;
        }
        let code = |word: &str| char::from_u32(u32::from_str_radix(word, 16).unwrap()).unwrap();
        let text: String = characters.split_whitespace().map(code).collect();
        let direction = match direction {
            "0" => Some(Direction::LeftToRight),
            "1" => Some(Direction::RightToLeft),
            _ => None,
        };
        let (levels, order) = (levels_of(levels), numbers_of(order));
        let case = Case { place: place + 1, text: &text, direction, levels: &levels, order: &order };
        outcome.hold(typesetter, &case);
    }
    outcome.end("BidiCharacterTest.txt", 91_000);
}
