//! The exports, read by Python's `datasets`, and held row for row against what was judged. Needs
//! `TIEBREAK_TEST_PYTHON` to name a Python that has the library (as `./check.sh` makes one).

use std::process::Command;

use super::program::{Program, rows};
use super::serving::Serving;

const SCRIPT: &str = r#"
import csv, json, sys
from datasets import load_dataset
csv.field_size_limit(10**9)
folder = sys.argv[1]
truth = [row for row in csv.DictReader(open(folder + "/all.csv", encoding="utf-8", newline="")) if row["outcome"] in ("a", "b")]
for name in ("explicit", "implicit", "conversational", "hh"):
    data = load_dataset("json", data_files=f"{folder}/{name}.jsonl", split="train", cache_dir=folder + "/cache")
    assert len(data) == len(truth), (name, len(data), len(truth))
    for row, judged in zip(data, truth):
        chosen = judged["candidate_a" if judged["outcome"] == "a" else "candidate_b"]
        rejected = judged["candidate_b" if judged["outcome"] == "a" else "candidate_a"]
        if name == "explicit":
            assert (row["prompt"], row["chosen"], row["rejected"]) == (judged["prompt"], chosen, rejected)
        elif name == "conversational":
            assert row["prompt"][-1]["content"] == judged["prompt"], row
            assert row["chosen"][-1]["content"] == chosen and row["rejected"][-1]["content"] == rejected
        else:
            assert row["chosen"].endswith(chosen) and row["rejected"].endswith(rejected), (name, row, chosen)
    print(name, len(data), "rows")
"#;

#[test]
fn the_exports_load_and_match_what_was_judged() {
    let Some(python) = std::env::var_os("TIEBREAK_TEST_PYTHON") else {
        eprintln!("skipped: set TIEBREAK_TEST_PYTHON to a Python that has `datasets`");
        return;
    };
    let program = Program::new();
    program.write("pairs.jsonl", rows(300));
    program.expect(0, &["import", "p.tiebreak", "pairs.jsonl", "--create", "--no-labels"]);
    program.expect(0, &["simulate", "p.tiebreak", "--judgments", "250"]);
    let policies = ["--ties", "drop", "--both-bad", "drop", "--strength", "ignore"];
    for (file, format) in [
        ("explicit.jsonl", "trl-explicit"),
        ("implicit.jsonl", "trl-implicit"),
        ("conversational.jsonl", "trl-conversational"),
        ("hh.jsonl", "hh"),
    ] {
        let mut arguments = vec!["export", "p.tiebreak", file, "--format", format];
        arguments.extend(policies);
        program.expect(0, &arguments);
    }
    program.expect(0, &["export", "p.tiebreak", "all.csv", "--format", "csv"]);
    program.write("load.py", SCRIPT);
    let output = Command::new(python)
        .arg(program.path("load.py"))
        .arg(program.folder.path())
        .env("HF_HUB_OFFLINE", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    println!("{said}");
}

#[test]
fn the_python_client_collects_from_a_served_project() {
    let Some(python) = std::env::var_os("TIEBREAK_TEST_PYTHON") else {
        eprintln!("skipped: set TIEBREAK_TEST_PYTHON to a Python that has `datasets`");
        return;
    };
    let program = Program::new();
    program.write("pairs.jsonl", rows(3));
    program.expect(0, &["import", "p.tiebreak", "pairs.jsonl", "--create", "--no-labels"]);
    let scopes = ["--scope", "items:write", "--scope", "judgments:read"];
    let token = program.expect(0, &[&["token", "p.tiebreak", "--as", "Ada"], &scopes[..]].concat());
    let serving = Serving::start(&program);
    let output = Command::new(python)
        .args(["-m", "unittest", "discover", "-v", "-s", "tests"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/clients/python"))
        .env("TIEBREAK_TEST_SERVER", format!("http://{}", serving.address))
        .env("TIEBREAK_TEST_TOKEN", token.stdout.trim())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("skipped"), "{said}");
}
