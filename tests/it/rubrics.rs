//! `tiebreak rubric`, and what becomes of rubric files that cannot be asked.

use crate::program::Program;

/// A rubric file that is sound but for what is put into it.
fn file(questions: &str) -> String {
    format!(
        "name = \"Mine\"\nabout = \"A try.\"\ncollects = \"Little.\"\nmedia = \"text\"\ncandidates = 2\n{questions}"
    )
}

fn rating(key: &str, more: &str) -> String {
    format!(
        "\n[[question]]\nkey = \"{key}\"\ntitle = \"How good?\"\nkind = \"rating\"\nscale = \"points\"\n{more}\n"
    )
}

const ANCHORS: &str = "anchors = [\"bad\", \"so\", \"good\"]";

#[test]
fn a_template_shown_is_a_rubric_file_that_passes_its_check() {
    let program = Program::new();
    let list = program.expect(0, &["rubric", "list"]).stdout;
    assert!(list.contains("helpsteer2") && list.contains("videoreward"), "{list}");
    program.write("mine.toml", program.expect(0, &["rubric", "show", "helpsteer2"]).stdout);
    program.expect(0, &["rubric", "check", "mine.toml"]);
    let ran = program.expect(1, &["rubric", "show", "helpster"]);
    assert!(ran.stderr.contains("helpster"), "{ran:?}");
}

#[test]
fn every_fault_names_its_line_and_a_remedy() {
    let waits = |other: &str| format!("{ANCHORS}\nwhen = {{ question = \"{other}\" }}");
    let cases = [
        ("a wrong key", rating("a", &format!("{ANCHORS}\nscael = 3")), "scael"),
        ("a duplicate key", rating("a", ANCHORS) + &rating("a", ANCHORS), "already"),
        ("a circle of conditions", rating("a", &waits("b")) + &rating("b", &waits("a")), "circle"),
        ("anchors of the wrong length", rating("a", &format!("points = 5\n{ANCHORS}")), "5"),
    ];
    for (name, questions, says) in cases {
        let program = Program::new();
        program.write("mine.toml", file(&questions));
        let ran = program.expect(1, &["rubric", "check", "mine.toml"]);
        let told = format!("{}{}", ran.stdout, ran.stderr);
        assert!(
            told.contains("mine.toml") && told.contains("line ") && told.contains(says),
            "{name}: {told}"
        );
        assert!(told.contains("hint"), "{name}: it says how to mend it: {told}");
        program.write("rows.jsonl", crate::program::rows(1));
        let ran =
            program.expect(1, &["import", "p.tiebreak", "rows.jsonl", "--create", "--rubric", "mine.toml"]);
        assert!(!program.path("p.tiebreak").exists(), "{name}: no half project is left: {ran:?}");
    }
}
