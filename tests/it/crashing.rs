//! kill -9 at random moments: what was acknowledged is there, and the file is sound.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::time::Duration;

use super::program::{Program, rows};

/// Milliseconds until the kill, spread over start, work and end; fixed, so that a failure can be repeated.
fn moments(count: u64, spread_ms: u64) -> impl Iterator<Item = Duration> {
    (0..count).map(move |index| Duration::from_millis(index * 2_654_435_761 % spread_ms))
}

#[test]
fn a_kill_while_judging_loses_nothing_that_was_acknowledged() {
    let program = Program::new();
    program.write("pairs.jsonl", rows(4_000));
    program.expect(0, &["import", "p.tiebreak", "pairs.jsonl", "--create", "--no-labels"]);
    let mut acknowledged = BTreeSet::new();
    for (round, moment) in moments(12, 700).enumerate() {
        let seed = round.to_string();
        let mut child = program
            .command(&["simulate", "p.tiebreak", "--judgments", "4000", "--seed", &seed])
            .spawn()
            .unwrap();
        std::thread::sleep(moment);
        child.kill().unwrap();
        // A line that was cut off was never read by anybody.
        let output = BufReader::new(child.stdout.take().unwrap());
        let lines = output.lines().map_while(Result::ok).filter(|line| line.len() == "saved ".len() + 32);
        acknowledged.extend(lines.map(|line| line["saved ".len()..].to_owned()));
        child.wait().unwrap();
        program.expect(0, &["check", "p.tiebreak"]);
    }
    assert!(!acknowledged.is_empty(), "no round got as far as a judgment");
    program.expect(0, &["export", "p.tiebreak", "all.jsonl", "--format", "tiebreak"]);
    let exported = program.read("all.jsonl");
    for id in &acknowledged {
        assert!(exported.contains(id.as_str()), "judgment {id} was acknowledged and is gone");
    }
    println!("{} acknowledged judgments survived 12 kills", acknowledged.len());
}

#[test]
fn a_kill_while_importing_leaves_all_or_nothing() {
    let program = Program::new();
    program.write("pairs.jsonl", rows(60_000));
    program.expect(0, &["import", "p.tiebreak", "pairs.jsonl", "--create", "--no-labels", "--preview"]);
    program.write("few.jsonl", rows(3));
    program.expect(0, &["import", "p.tiebreak", "few.jsonl", "--create", "--no-labels"]);
    for moment in moments(8, 900) {
        let mut child =
            program.command(&["import", "p.tiebreak", "pairs.jsonl", "--no-labels"]).spawn().unwrap();
        std::thread::sleep(moment);
        child.kill().unwrap();
        child.wait().unwrap();
        program.expect(0, &["check", "p.tiebreak"]);
        let info = program.expect(0, &["info", "p.tiebreak", "--json"]).stdout;
        let info: serde_json::Value = serde_json::from_str(&info).unwrap();
        let items = info["active_items"].as_u64().unwrap();
        assert!(items == 3 || items == 60_000, "{items} items: half an import was kept");
    }
}
