//! `tiebreak export`.

use tiebreak_domain::rubric::{QuestionKind, Slot};
use tiebreak_domain::{AnswerValue, Candidate};

use crate::desk::Desk;
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

#[test]
fn a_rewrite_comes_from_the_interface_into_the_pairs() {
    let program = Program::new();
    program.write("data.jsonl", "{\"prompt\":\"Why?\",\"responses\":[\"Becuase.\",\"No.\"]}\n");
    let rubric = ["--rubric", "language-feedback"];
    program.expect(
        0,
        &[&["import", "p.tiebreak", "data.jsonl", "--create", "--no-labels"][..], &rubric].concat(),
    );
    let mut desk = Desk::open(&program.path("p.tiebreak"));
    let shown = desk.shown().unwrap();
    let winner = shown.queued.order.candidate_at(0);
    let texts: Vec<String> = shown.queued.item.item.candidates.iter().map(Candidate::text).collect();
    let rubric = desk.session().unwrap().setup.rubric.clone();
    // The left one is better, and is rewritten, which begins as it is.
    desk.keys("1");
    for _ in 0..20 {
        if let Some(slot) = desk.shown().unwrap().sheet.active_slot() {
            let is_winner = slot.candidate == Some(winner as u8);
            let words = match (rubric.questions[slot.question].key.as_str(), is_winner) {
                ("critique", true) => "Too short.",
                ("critique", false) => "It says nothing.",
                ("correction", true) => " It scatters. ",
                _ => "",
            };
            if slot.answer(&rubric, &desk.shown().unwrap().draft.answers).is_none() && !words.is_empty() {
                desk.text(words);
            }
        }
        desk.keys("Tab");
    }
    // Enter in a text is a new line in it.
    for _ in 0..20 {
        let slot = desk.shown().unwrap().sheet.active_slot();
        let is_text = |slot: &Slot| matches!(rubric.questions[slot.question].kind, QuestionKind::Text { .. });
        if !slot.as_ref().is_some_and(is_text) {
            break;
        }
        desk.keys("Tab");
    }
    let written = desk.shown().unwrap().draft.answers.clone();
    let rewrite = written.iter().find_map(|answer| match &answer.value {
        AnswerValue::Text(words) if answer.question == "correction" => Some(words.text.trim().to_owned()),
        _ => None,
    });
    let rewrite = rewrite.expect("the rewrite was typed");
    assert!(rewrite.contains("It scatters.") && rewrite.len() > 15, "it began as the response: {rewrite:?}");
    desk.keys("Enter");
    desk.wait("the end", |desk| desk.shown().is_none());
    desk.wait_until_saved();
    drop(desk);
    let export = ["export", "p.tiebreak", "out.jsonl", "--format", "language-feedback"];
    let refused = program.expect(1, &export);
    assert!(refused.stderr.contains("rewritten responses"), "nothing is assumed: {refused:?}");
    let preview = program.expect(0, &["export", "p.tiebreak", "--format", "language-feedback", "--preview"]);
    assert!(preview.stderr.contains("to be said: --rewrites drop|chosen"), "{preview:?}");
    let ran = program.expect(0, &[&export[..], &["--rewrites", "chosen"]].concat());
    assert!(ran.stderr.contains("rewrites: 1 written, 0 left out"), "{ran:?}");
    let rows: Vec<serde_json::Value> =
        program.read("out.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (chosen, rejected) = (&texts[winner], &texts[1 - winner]);
    let expected = [
        serde_json::json!({"prompt": "Why?", "chosen": chosen, "rejected": rejected, "critique": "It says nothing."}),
        serde_json::json!({"prompt": "Why?", "chosen": rewrite, "rejected": chosen, "critique": "Too short."}),
    ];
    assert_eq!(rows, expected);
    let manifest: serde_json::Value = serde_json::from_str(&program.read("out.jsonl.manifest.json")).unwrap();
    assert_eq!(
        (&manifest["policies"]["rewrites"], &manifest["counts"]["rewrites"]),
        (&"chosen".into(), &1.into())
    );
    program.expect(0, &["export", "p.tiebreak", "all.jsonl", "--format", "tiebreak"]);
    program.expect(0, &["import", "q.tiebreak", "all.jsonl", "--create"]);
    let again =
        ["export", "q.tiebreak", "again.jsonl", "--format", "language-feedback", "--rewrites", "chosen"];
    program.expect(0, &again);
    assert_eq!(program.read("again.jsonl"), program.read("out.jsonl"), "it goes round with the judgments");
}
