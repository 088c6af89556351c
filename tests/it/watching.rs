//! Studies that demand that videos are seen to their end.

use crate::program::Program;

const RUBRIC: &str = "name = \"Seen\"\nabout = \"A try.\"\ncollects = \"Little.\"\nmedia = \"video\"\ncandidates = 2\n\
    [video]\nmust_be_seen = true\n\
    [[question]]\nkey = \"overall\"\ntitle = \"Which is better?\"\nkind = \"preference\"\nstrength = \"optional\"\n";

#[test]
fn a_simulated_annotator_sees_what_plays_to_its_end() {
    let program = Program::new();
    program.write("seen.toml", RUBRIC);
    let rows: String = (1..=5)
        .map(|n| {
            format!("{{\"prompt\":\"a dog {n}\",\"video_a\":\"{n}-a.mp4\",\"video_b\":\"{n}-b.mp4\"}}\n")
        })
        .collect();
    program.write("rows.jsonl", rows);
    program.expect(
        0,
        &["import", "p.tiebreak", "rows.jsonl", "--create", "--no-labels", "--rubric", "seen.toml"],
    );
    let told = program.expect(0, &["simulate", "p.tiebreak", "--judgments", "5"]).stdout;
    assert_eq!(told.lines().count(), 5, "each is saved: {told}");
    program.expect(0, &["export", "p.tiebreak", "all.csv", "--format", "csv"]);
    let csv = program.read("all.csv");
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let watched = reader.headers().unwrap().iter().position(|name| name == "watched").unwrap();
    let words: Vec<String> = reader.records().map(|row| row.unwrap()[watched].to_owned()).collect();
    assert_eq!(words, ["to_end to_end"; 5]);
}

#[test]
fn nothing_is_said_of_watching_where_nothing_plays() {
    let program = Program::new();
    program.write("rows.jsonl", crate::program::rows(2));
    program.expect(0, &["import", "p.tiebreak", "rows.jsonl", "--create", "--no-labels"]);
    program.expect(0, &["simulate", "p.tiebreak", "--judgments", "2"]);
    program.expect(0, &["export", "p.tiebreak", "all.csv", "--format", "csv"]);
    assert!(!program.read("all.csv").contains("still"), "texts need not be watched");
}
