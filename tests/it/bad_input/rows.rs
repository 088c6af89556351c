//! Rows that cannot be taken, between rows that are.

use super::{Precious, watched};

/// Imports a good row, a bad one and another good one, and gives back why the bad one was refused.
fn reason(precious: &Precious, number: usize, row: impl AsRef<[u8]>) -> String {
    let program = &precious.program;
    let good = |name: &str| {
        format!("{{\"prompt\":\"{name} {number}\",\"chosen\":\"good\",\"rejected\":\"bad\"}}\n").into_bytes()
    };
    let bytes = [&good("before")[..], row.as_ref(), b"\n", &good("after")].concat();
    program.write("bad.jsonl", bytes);
    let ran = watched(program, &["import", "p.tiebreak", "bad.jsonl", "--report", "report.csv"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stdout.contains("2 items added") && ran.stdout.contains("1 of 3 rows refused"), "{ran:?}");
    let said = ran.stderr.lines().next().unwrap_or_default().to_owned();
    let reason = said.strip_prefix("line 2: ").unwrap_or_else(|| panic!("no line: {ran:?}")).to_owned();
    let report = program.read("report.csv");
    assert!(report.contains(&format!("2,\"{}\"", reason.replace('"', "\"\""))), "{reason}: {report}");
    reason
}

#[test]
fn each_bad_row_is_explained_and_the_others_are_taken() {
    let precious = Precious::new();
    let deep = format!("{{\"prompt\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let cases: [(&[u8], &str); 11] = [
        (
            b"{\"prompt\":\"caf\xe9\",\"chosen\":\"a\",\"rejected\":\"b\"}",
            "the row is not valid UTF-8 at its byte 15",
        ),
        (
            b"{\"prompt\":NaN,\"chosen\":\"a\",\"rejected\":\"b\"}",
            "\"prompt\" is NaN, which JSON does not have",
        ),
        (
            b"{\"prompt\":\"p\",\"chosen\":Infinity,\"rejected\":\"b\"}",
            "\"chosen\" is Infinity, which JSON does not have",
        ),
        (
            b"{\"prompt\":\"p\",\"chosen\":-Infinity,\"rejected\":\"b\"}",
            "\"chosen\" is -Infinity, which JSON does not have",
        ),
        (deep.as_bytes(), "the JSON is nested deeper than 127 levels"),
        (b"{\"prompt\":\"p\",\"chosen\":\"a\"", "the JSON ends in the middle of the row"),
        (
            b"{\"prompt\":\"p\",\"chosen\":\"same\",\"rejected\":\"same\"}",
            "\"chosen\" and \"rejected\" are the same",
        ),
        (b"{\"prompt\":\"p\",\"chosen\":\"a\"}", "\"rejected\" is missing"),
        (b"{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":null}", "\"rejected\" "),
        (b"[\"p\",\"a\",\"b\"]", "the row is a list, expected an object"),
        (b"{\"prompt\":\"p\",\"chosen\":{\"x\":1},\"rejected\":\"b\"}", "\"chosen\" is an object"),
    ];
    for (number, (row, expected)) in cases.into_iter().enumerate() {
        let reason = reason(&precious, number, row);
        assert!(reason.starts_with(expected), "{expected:?}, found {reason:?}");
    }
    precious.program.expect(0, &["check", "p.tiebreak"]);
}

#[test]
fn a_file_of_nothing_but_bad_rows_adds_nothing() {
    let precious = Precious::new();
    let program = &precious.program;
    program.write("bad.jsonl", "{\"chosen\":\"a\",\"rejected\":NaN}\n".repeat(5_000));
    let ran = watched(program, &["import", "p.tiebreak", "bad.jsonl", "--report", "report.csv"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stdout.contains("0 items added") && ran.stdout.contains("5000 of 5000 rows"), "{ran:?}");
    assert!(ran.stderr.contains("and 4990 more"), "the count is of all that were refused: {ran:?}");
    precious.is_unchanged();
}

#[test]
fn an_item_of_three_candidates_is_nothing_for_a_project_of_pairs() {
    let precious = Precious::new();
    let program = &precious.program;
    let (head, items) = precious.content.split_once("{\"record\":\"item\"").unwrap();
    let mut item: serde_json::Value =
        serde_json::from_str(&format!("{{\"record\":\"item\"{}", items.lines().next().unwrap())).unwrap();
    let candidates = item["candidates"].as_array_mut().unwrap();
    let third = serde_json::from_str(&candidates[0].to_string().replace("Good 1", "A third")).unwrap();
    candidates.push(third);
    let parsed: tiebreak_domain::Item = serde_json::from_value(item.clone()).unwrap();
    item["key"] = serde_json::to_value(parsed.key()).unwrap();
    program.write("three.jsonl", format!("{head}{item}\n"));
    let ran = watched(program, &["import", "p.tiebreak", "three.jsonl"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(
        ran.stderr.contains("line 4: the project asks about pairs, and this item has candidates: 3"),
        "{ran:?}"
    );
    precious.is_unchanged();
}

#[test]
fn a_lossless_file_with_a_hole_says_which_line_hangs_in_the_air() {
    let precious = Precious::new();
    let program = &precious.program;
    let without_an_item: String = precious
        .content
        .lines()
        .filter(|line| !line.contains("Question 2?"))
        .map(|line| format!("{line}\n"))
        .collect();
    program.write("hole.jsonl", &without_an_item);
    let ran = watched(program, &["import", "other.tiebreak", "hole.jsonl", "--create"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("the judgment is about an item that the file does not hold"), "{ran:?}");
    program.expect(0, &["check", "other.tiebreak"]);
    precious.is_unchanged();
}
