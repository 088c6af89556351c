//! Pairs of many candidates and labels of models from outside: what the commands say and write.

use std::fmt::Write as _;

use crate::program::Program;

/// Four answers a prompt, ranked: the polite, longer ones first.
fn rankings(count: usize) -> String {
    (1..=count).fold(String::new(), |mut rows, n| {
        let answers = format!(
            "[\"Please take step {n} slowly, and look twice\",\"No {n}\",\"Please do {n} with care and love\",\"Bah {n}\"]"
        );
        writeln!(
            rows,
            "{{\"prompt\":\"Question {n}?\",\"candidates\":{answers},\"rankings\":[{{\"annotator\":\"Old\",\"ranks\":[1,3,2,4]}}]}}"
        )
        .unwrap();
        rows
    })
}

#[test]
fn an_import_by_pairs_and_pairs_of_a_project_come_to_the_same() {
    let program = Program::new();
    program.write("rows.jsonl", rankings(5));
    let import = ["import", "a.tiebreak", "rows.jsonl", "--create", "--labels", "Old", "--pairs", "all"];
    let told = program.expect(0, &import).stdout;
    assert!(told.contains("30 items added") && told.contains("30 judgments taken in"), "{told}");
    program.expect(
        0,
        &["import", "b.tiebreak", "rows.jsonl", "--create", "--rubric", "imagereward", "--labels", "Old"],
    );
    let made = program.expect(0, &["pairs", "b.tiebreak"]).stdout;
    assert!(made.contains("30 pairs added") && made.contains("of 5 items"), "{made}");
    assert!(made.contains("30 votes on pairs"), "{made}");
    let again = program.expect(0, &["pairs", "b.tiebreak", "--of", "status=active"]).stdout;
    assert!(again.contains("0 pairs added, 0 known"), "{again}");
    let wrong = program.expect(1, &["pairs", "b.tiebreak", "--of", "stat=open"]);
    assert!(wrong.stderr.contains("did you mean \"state\"?"), "{}", wrong.stderr);
    program.expect(0, &["check", "b.tiebreak"]);
}

#[test]
fn labels_of_the_head_are_taken_marked_in_the_export_and_taken_back() {
    let program = Program::new();
    program.write("voted.jsonl", rankings(6));
    program.write("open.jsonl", rankings(9).lines().skip(6).collect::<Vec<_>>().join("\n"));
    program
        .expect(0, &["import", "p.tiebreak", "voted.jsonl", "--create", "--labels", "Old", "--pairs", "all"]);
    program.expect(0, &["import", "p.tiebreak", "open.jsonl", "--no-labels", "--pairs", "all"]);
    let of = "source=open.jsonl sure=0.6";
    let accept = ["labels", "accept", "p.tiebreak", "--above", "0.6", "--of", of];
    let told = program.expect(0, &accept).stdout;
    let count: usize = told.split(' ').next().and_then(|count| count.parse().ok()).expect("a number first");
    assert!((6..=18).contains(&count), "most of eighteen are plain: {told}");
    let export = |out: &str, labels: &str| {
        let arguments =
            ["export", "p.tiebreak", out, "--format", "trl-explicit", "--labels", labels, "--ties", "drop"];
        program.expect(0, &arguments).stderr
    };
    let said = export("both.jsonl", "both-marked");
    assert!(said.contains(&format!("labels of a model: {count} (model:head@fp64)")), "{said}");
    let both = program.read("both.jsonl");
    assert_eq!(both.lines().filter(|row| row.contains("\"source\":\"people\"")).count(), 36);
    assert_eq!(both.lines().filter(|row| row.contains("\"source\":\"model:head@fp64\"")).count(), count);
    export("people.jsonl", "people");
    assert!(!program.read("people.jsonl").contains("source"), "nothing of a model unless it is said");
    let back = program.expect(0, &["labels", "forget", "p.tiebreak"]).stdout;
    assert!(back.starts_with(&format!("{count} labels")), "{back}");
}
