//! `tiebreak merge`: copies that went their own ways, brought together.

use crate::program::{Program, rows};

/// Two copies of one project, each judged by somebody else.
fn two_copies() -> Program {
    let program = Program::new();
    program.write("rows.jsonl", rows(30));
    program.expect(0, &["import", "a.tiebreak", "rows.jsonl", "--create", "--no-labels"]);
    std::fs::copy(program.path("a.tiebreak"), program.path("b.tiebreak")).unwrap();
    program.expect(0, &["simulate", "a.tiebreak", "--annotator", "ada", "--judgments", "20", "--seed", "1"]);
    program.expect(0, &["simulate", "b.tiebreak", "--annotator", "ben", "--judgments", "10", "--seed", "2"]);
    program
}

fn exported(program: &Program, project: &str) -> String {
    program.expect(0, &["export", project, "all.jsonl", "--format", "tiebreak", "--replace"]);
    program.read("all.jsonl")
}

#[test]
fn what_was_judged_in_two_copies_is_in_the_merged_one_once() {
    let program = two_copies();
    program.expect(0, &["merge", "a.tiebreak", "b.tiebreak"]);
    let info: serde_json::Value =
        serde_json::from_str(&program.expect(0, &["info", "a.tiebreak", "--json"]).stdout).unwrap();
    assert_eq!(info["judgments"], 30, "20 of ada and 10 of ben");
    assert_eq!(info["active_items"], 30, "the items were the same");
    assert_eq!(program.expect(0, &["check", "a.tiebreak"]).stdout, "a.tiebreak is sound\n");
    let once = exported(&program, "a.tiebreak");
    program.expect(0, &["merge", "a.tiebreak", "b.tiebreak"]);
    assert_eq!(exported(&program, "a.tiebreak"), once, "merging again changes no byte of the export");
}

#[test]
fn a_project_of_another_family_is_refused_and_nothing_changes() {
    let program = two_copies();
    program.write("others.jsonl", rows(3));
    program.expect(0, &["import", "other.tiebreak", "others.jsonl", "--create", "--no-labels"]);
    let before = exported(&program, "a.tiebreak");
    let ran = program.expect(1, &["merge", "a.tiebreak", "other.tiebreak"]);
    assert!(ran.stderr.contains("other.tiebreak") && ran.stderr.contains("cop"), "{ran:?}");
    assert_eq!(exported(&program, "a.tiebreak"), before);
    program.expect(1, &["merge", "a.tiebreak", "missing.tiebreak"]);
}
