//! `tiebreak import`.

use tiebreak_domain::DataFormat;

use crate::program::{Program, ran, rows};

#[test]
fn data_comes_in_and_a_second_time_adds_nothing() {
    let program = Program::new();
    program.write("rows.jsonl", rows(3));
    let missing = program.expect(1, &["import", "a.tiebreak", "rows.jsonl"]);
    assert!(
        missing.stderr.starts_with("error: ") && missing.stderr.contains("hint: add --create"),
        "{missing:?}"
    );
    let first = program.expect(0, &["import", "a.tiebreak", "rows.jsonl", "--create"]);
    assert!(first.stdout.contains("3 items added, 0 known before"), "{first:?}");
    let again = program.expect(0, &["import", "a.tiebreak", "rows.jsonl", "--labels", "past"]);
    assert!(again.stdout.contains("0 items added, 3 known before"), "{again:?}");
    assert!(again.stdout.contains("3 judgments taken in"), "{again:?}");
}

#[test]
fn refused_rows_are_listed_saved_and_told_by_the_code() {
    let program = Program::new();
    program.write("rows.jsonl", format!("{}garbage\n", rows(2)));
    let ran = program
        .expect(3, &["import", "a.tiebreak", "rows.jsonl", "--create", "--report", "bad.csv", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((report["items_added"].as_u64(), report["rows_refused"].as_u64()), (Some(2), Some(1)));
    assert!(program.read("bad.csv").contains("\r\n3,"), "{}", program.read("bad.csv"));
}

#[test]
fn columns_are_said_by_options() {
    let program = Program::new();
    program.write("flat.csv", "ask,first,second,winner,who\nWhy?,because,no idea,A,x\nHow?,so,thus,B,y\n");
    let columns = ["--prompt", "ask", "--candidate", "first", "--candidate", "second", "--label", "winner"];
    let import = ["import", "a.tiebreak", "flat.csv", "--create", "--labels", "past", "--text", "plain"];
    let ran = program.expect(0, &[&import[..], &columns[..]].concat());
    assert!(ran.stdout.contains("2 items added") && ran.stdout.contains("2 judgments"), "{ran:?}");
    program.expect(0, &["export", "a.tiebreak", "out.jsonl", "--format", "trl-explicit"]);
    let rows: Vec<serde_json::Value> =
        program.read("out.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows[0]["chosen"], "because");
    assert_eq!(rows[1]["chosen"], "thus");
}

#[test]
fn a_preview_needs_no_project_and_makes_none() {
    let program = Program::new();
    program.write("rows.jsonl", rows(2));
    let ran = program.expect(0, &["import", "--preview", "rows.jsonl"]);
    assert!(ran.stdout.contains("TRL preference"), "{ran:?}");
    assert_eq!(std::fs::read_dir(program.folder.path()).unwrap().count(), 1, "only the data is there");
}

#[test]
fn a_command_line_that_makes_no_sense_is_told_apart() {
    let program = Program::new();
    program.expect(2, &["import"]);
    program.expect(2, &["import", "a", "b", "--format", "parquet"]);
    program.expect(2, &["import", "a", "b", "--labels", "x", "--no-labels"]);
    program.expect(2, &["nonsense", "--what"]);
    let named = program.expect(0, &["import", "--help"]).stdout;
    for format in DataFormat::ALL {
        assert!(named.contains(format.word()), "`import --help` names every format: {named}");
    }
    let help = program.expect(0, &["--help"]);
    assert!(help.stdout.contains("Exit codes:") && help.stdout.contains("130"), "{help:?}");
}

#[test]
fn a_project_that_is_open_elsewhere_has_a_code_of_its_own() {
    let program = Program::new();
    program.write("rows.jsonl", rows(400_000));
    program.write("few.jsonl", rows(1));
    program.expect(0, &["import", "a.tiebreak", "few.jsonl", "--create"]);
    let mut child = program.command(&["import", "a.tiebreak", "rows.jsonl"]).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    let second = program.run(&["import", "a.tiebreak", "few.jsonl"]);
    let peeked = program.run(&["info", "a.tiebreak"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(second.code, 4, "{second:?}");
    assert!(second.stderr.contains("hint: "), "{second:?}");
    assert_eq!(peeked.code, 0, "looking is allowed: {peeked:?}");
    program.expect(0, &["check", "a.tiebreak"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_cancels_and_leaves_nothing() {
    let program = Program::new();
    program.write("rows.jsonl", rows(400_000));
    program.write("few.jsonl", rows(1));
    program.expect(0, &["import", "a.tiebreak", "few.jsonl", "--create"]);
    let child = program.command(&["import", "a.tiebreak", "rows.jsonl"]).spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(600));
    let killed = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let ended = ran(child.wait_with_output().unwrap());
    assert_eq!(ended.code, 130, "{ended:?}");
    assert!(ended.stderr.contains("error: the import was cancelled"), "{ended:?}");
    let info = program.expect(0, &["info", "a.tiebreak", "--json"]);
    let info: serde_json::Value = serde_json::from_str(&info.stdout).unwrap();
    assert_eq!(info["active_items"], 1);
    program.expect(0, &["check", "a.tiebreak"]);
}

#[test]
fn what_stands_beside_the_prompt_is_said_by_options() {
    let program = Program::new();
    let row = r#"{"prompt":"Fill in","image_a":"a.png","image_b":"b.png","source text":"A red door.","reference":"r.png","area":"m.png"}"#;
    program.write("flat.jsonl", format!("{row}\n"));
    let columns = ["--context", "source text", "--context", "reference", "--mask", "area"];
    let preview = program.expect(0, &[&["import", "--preview", "flat.jsonl"], &columns[..]].concat());
    let said = r#"--context "source text" --context "reference" --mask "area""#;
    assert!(preview.stdout.contains(said), "{preview:?}");
    program.expect(0, &[&["import", "a.tiebreak", "flat.jsonl", "--create"], &columns[..]].concat());
    program.expect(0, &["export", "a.tiebreak", "all.jsonl", "--format", "tiebreak"]);
    let all = program.read("all.jsonl");
    let item = all.lines().find(|line| line.contains("\"record\":\"item\"")).unwrap();
    let item: serde_json::Value = serde_json::from_str(item).unwrap();
    let context: Vec<_> = item["context"]
        .as_array()
        .unwrap()
        .iter()
        .map(|context| (context["title"].as_str().unwrap(), context["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(context, [("source text", "reference"), ("reference", "reference"), ("area", "mask")]);
    program.write("flat.csv", "prompt,a,b\np,x,y\n");
    let gone = program.expect(1, &["import", "b.tiebreak", "flat.csv", "--create", "--context", "source"]);
    assert!(gone.stderr.contains("there is no column \"source\""), "{gone:?}");
}
