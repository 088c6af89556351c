//! `tiebreak info` and `tiebreak check`.

use crate::program::{Program, rows};

#[test]
fn info_tells_what_a_project_holds() {
    let program = Program::new();
    program.write("rows.jsonl", rows(3));
    program.expect(0, &["import", "a.tiebreak", "rows.jsonl", "--create", "--labels", "past"]);
    let page = program.expect(0, &["info", "a.tiebreak"]).stdout;
    assert!(page.starts_with("a  ("), "named after its file: {page}");
    assert!(page.contains("items       3") && page.contains("past: 3 judged"), "{page}");
    let info: serde_json::Value =
        serde_json::from_str(&program.expect(0, &["info", "a.tiebreak", "--json"]).stdout).unwrap();
    assert_eq!(info["sources"][0]["name"], "rows.jsonl");
}

#[test]
fn looking_at_a_project_changes_no_byte_of_it() {
    let program = Program::new();
    program.write("rows.jsonl", rows(3));
    program.expect(0, &["import", "a.tiebreak", "rows.jsonl", "--create"]);
    let before = std::fs::read(program.path("a.tiebreak")).unwrap();
    program.expect(0, &["info", "a.tiebreak"]);
    assert_eq!(program.expect(0, &["check", "a.tiebreak"]).stdout, "a.tiebreak is sound\n");
    assert_eq!(std::fs::read(program.path("a.tiebreak")).unwrap(), before);
}

#[test]
fn what_is_no_project_is_refused() {
    let program = Program::new();
    program.write("not.tiebreak", rows(200));
    for command in ["info", "check"] {
        let ran = program.expect(1, &[command, "not.tiebreak"]);
        assert!(ran.stderr.starts_with("error: "), "{ran:?}");
        program.expect(1, &[command, "missing.tiebreak"]);
    }
}
