//! `tiebreak export`.

use crate::program::{Program, rows};

fn with_votes() -> Program {
    let program = Program::new();
    program.write("rows.jsonl", rows(4));
    program.expect(0, &["import", "a.tiebreak", "rows.jsonl", "--create", "--labels", "past"]);
    program
}

#[test]
fn every_format_is_written_with_its_manifest() {
    let program = with_votes();
    for (format, lines) in [
        ("trl-explicit", 4),
        ("trl-implicit", 4),
        ("trl-conversational", 4),
        ("hh", 4),
        ("csv", 5),
        ("tiebreak", 11),
    ] {
        let out = format!("{format}.out");
        let ran = program.expect(0, &["export", "a.tiebreak", &out, "--format", format]);
        assert_eq!(ran.stdout, format!("{out}\n{out}.manifest.json\n"));
        assert_eq!(program.read(&out).lines().count(), lines, "{format}");
        let manifest: serde_json::Value =
            serde_json::from_str(&program.read(&format!("{out}.manifest.json"))).unwrap();
        assert_eq!(manifest["format"], format);
    }
}

#[test]
fn a_file_is_replaced_only_with_replace() {
    let program = with_votes();
    let export = ["export", "a.tiebreak", "out.jsonl", "--format", "hh"];
    program.expect(0, &export);
    let refused = program.expect(1, &export);
    assert!(refused.stderr.contains("hint: choose another name, or add --replace"), "{refused:?}");
    program.expect(0, &[&export[..], &["--replace"]].concat());
}

#[test]
fn lossless_goes_round_through_the_shell() {
    let program = with_votes();
    program.expect(0, &["export", "a.tiebreak", "all.jsonl", "--format", "tiebreak"]);
    program.expect(0, &["import", "b.tiebreak", "all.jsonl", "--create"]);
    program.expect(0, &["export", "b.tiebreak", "again.jsonl", "--format", "tiebreak"]);
    assert_eq!(program.read("all.jsonl"), program.read("again.jsonl"));
}

#[test]
fn what_must_be_said_is_asked_for() {
    let program = Program::new();
    program.write("flat.csv", "q,one,two,vote\nWhy?,because,no idea,tie\n");
    let columns = ["--prompt", "q", "--candidate", "one", "--candidate", "two", "--label", "vote"];
    program.expect(
        0,
        &[&["import", "a.tiebreak", "flat.csv", "--create", "--labels", "past"][..], &columns[..]].concat(),
    );
    let export = ["export", "a.tiebreak", "out.jsonl", "--format", "trl-explicit"];
    let refused = program.expect(1, &export);
    assert!(refused.stderr.contains("ties") && refused.stderr.contains("hint: say --ties"), "{refused:?}");
    assert!(!program.path("out.jsonl").exists());
    program.expect(0, &[&export[..], &["--ties", "margin-zero"]].concat());
    assert!(program.read("out.jsonl").contains("\"margin\":0"));
    let preview = program.expect(0, &["export", "a.tiebreak", "--format", "trl-explicit", "--preview"]);
    assert!(preview.stderr.contains("to be said: --ties"), "{preview:?}");
    let unknown =
        program.expect(1, &["export", "a.tiebreak", "x.csv", "--format", "csv", "--annotator", "nobody"]);
    assert!(unknown.stderr.contains("past"), "{unknown:?}");
}
