//! `tiebreak move`, from a file into a database and back: the same script leaves the same exports wherever it ran. Told
//! where `TIEBREAK_TEST_POSTGRES` holds the address of a database that may be filled (as `./check.sh` makes one).

use super::program::{Program, postgres, rows};

/// What is exported from a place, file by file.
fn exports(program: &Program, place: &str) -> Vec<String> {
    let policies = ["--ties", "drop", "--both-bad", "drop", "--strength", "ignore", "--several", "each"];
    let formats: [(&str, &[&str]); 3] = [("csv", &[]), ("tiebreak", &[]), ("trl-explicit", &policies)];
    formats
        .iter()
        .map(|(format, policies)| {
            drop(std::fs::remove_file(program.path("out")));
            drop(std::fs::remove_file(program.path("out.manifest.json")));
            let arguments = [&["export", place, "out", "--format", *format][..], *policies].concat();
            program.expect(0, &arguments);
            program.read("out")
        })
        .collect()
}

#[test]
fn a_project_that_was_moved_exports_what_it_exported_before() {
    let Some(server) = postgres() else { return };
    let program = Program::new();
    program.write("pairs.jsonl", rows(60));
    program.expect(0, &["import", "p.tiebreak", "pairs.jsonl", "--create", "--no-labels"]);
    program.expect(0, &["simulate", "p.tiebreak", "--judgments", "40"]);
    let before = exports(&program, "p.tiebreak");
    assert!(before.iter().all(|export| export.lines().count() > 20), "there is something to compare");

    let there = format!("{server}#moved_{}", std::process::id());
    let moved = program.expect(0, &["move", "p.tiebreak", &there]);
    assert!(moved.stdout.contains("the same as they were"), "{moved:?}");
    assert_eq!(exports(&program, &there), before, "from the database");
    program.expect(0, &["check", &there]);
    let again = program.run(&["move", "p.tiebreak", &there]);
    assert!(
        again.code != 0 && again.stderr.contains("choose another name"),
        "nothing is replaced: {again:?}"
    );

    program.expect(0, &["move", &there, "back.tiebreak"]);
    assert_eq!(exports(&program, "back.tiebreak"), before, "and back");
    assert_eq!(exports(&program, "p.tiebreak"), before, "what was moved stays as it is");
}
