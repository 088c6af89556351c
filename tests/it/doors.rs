//! What every door must do alike: the same keys on the same project leave the same judgments, whether they are
//! pressed in the native window, in a browser or in the bundle.

use std::time::Duration;

use super::program::{Program, rows};

/// A session of a quick hand: answers with and without strength, a flag, a comment, a skip that is taken back, and an
/// answer that is changed. Between two lines the hand rests for [`REST`], as one does before and after writing: a
/// software renderer may take that long for a frame, and a field has the keys only once it was painted.
pub const KEYS: [&[&str]; 12] = [
    &["1", "Return"],                     // A
    &["2", "w", "Return"],                // B, clearly
    &["3", "Return", "4", "f", "Return"], // a tie; both bad, to be looked at again
    &["s", "u", "1", "q", "Return"],      // skipped, taken back, then A, slightly
    &["2", "Return", "u", "3", "Return"], // B, taken back, then a tie
    &["c"],                               // a comment
    &["o", "k"],
    &["Escape"],
    &["1", "Return"],      // A, with it
    &["s"],                // skipped
    &["2", "e", "Return"], // B, by far
    &["1", "Left"],        // chosen and not submitted
];

/// How long the hand rests.
pub const REST: Duration = Duration::from_millis(900);

/// What [`KEYS`] leave, by the side that was answered: item, answer, strength, whether it is flagged, comment.
const LEFT: [&str; 8] = [
    "1 left - - -",
    "2 right clearly - -",
    "3 tie - - -",
    "4 both_bad - flagged -",
    "5 left slightly - -",
    "6 tie - - -",
    "7 left - - ok",
    "9 right much - -",
];

/// Imports what the keys are pressed on.
pub fn import_items(program: &Program) {
    program.write("pairs.jsonl", rows(20));
    program.expect(0, &["import", "p.tiebreak", "pairs.jsonl", "--create", "--no-labels"]);
}

/// Holds the judgments that a project holds against those that the keys stand for. Times, identities and the random
/// order of the sides are all that may differ from door to door.
pub fn assert_left(program: &Program) {
    program.expect(0, &["check", "p.tiebreak"]);
    program.expect(0, &["export", "p.tiebreak", "all.csv", "--format", "csv"]);
    let csv = program.read("all.csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| {
        headers.iter().position(|header| header == name).unwrap_or_else(|| panic!("{name} in {headers:?}"))
    };
    let [prompt, verdict, outcome, left, strength, flagged, comment] =
        ["prompt", "verdict", "outcome", "left_candidate", "strength", "flagged", "comment"].map(column);
    let left: Vec<String> = reader
        .records()
        .map(|row| row.unwrap())
        .filter(|row| &row[verdict] == "judged")
        .map(|row| {
            let item = row[prompt].trim_start_matches("Question ").trim_end_matches('?').to_owned();
            let answer = match &row[outcome] {
                side @ ("a" | "b") => if row[left] == *side { "left" } else { "right" }.to_owned(),
                other => other.to_owned(),
            };
            let or_none = |text: &str| if text.is_empty() { "-" } else { text }.to_owned();
            let flagged = if &row[flagged] == "true" { "flagged" } else { "-" };
            format!("{item} {answer} {} {flagged} {}", or_none(&row[strength]), or_none(&row[comment]))
        })
        .collect();
    assert_eq!(left, LEFT);
}
