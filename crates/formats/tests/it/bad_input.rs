//! Bad input: every message names what is wrong, and good rows go on.

use std::io::Write;

use tiebreak_domain::import::{CandidateColumns, ColumnMapping};
use tiebreak_domain::{ApiError, ErrorCode, ImportPlan};

use crate::files::{file, gzipped, read, read_bytes, read_plan};

const GOOD: &str = r#"{"prompt":"p","response_a":"a","response_b":"b"}"#;

fn fatal(bytes: impl AsRef<[u8]>) -> (String, String) {
    let error = ApiError::from(read_bytes(bytes).error.unwrap());
    let message = error.message.split(": /").next().unwrap().to_owned();
    (message, error.hint.unwrap())
}

fn reason_of_second(row: impl AsRef<[u8]>) -> String {
    let mut bytes = format!("{GOOD}\n").into_bytes();
    bytes.extend_from_slice(row.as_ref());
    bytes.extend_from_slice(format!("\n{GOOD}\n").as_bytes());
    let read = read_bytes(bytes);
    assert!(read.error.is_none(), "{read:?}");
    assert_eq!(read.items.len(), 2, "the rows around it are taken");
    assert_eq!((read.problems.len(), read.problems[0].line), (1, 2));
    read.problems[0].reason.clone()
}

#[test]
fn bad_rows_are_explained_and_passed_over() {
    assert_eq!(
        reason_of_second(r#"{"prompt":"p","response_a":NaN,"response_b":"b"}"#),
        "\"response_a\" is NaN, which JSON does not have; write null, or leave it out"
    );
    assert_eq!(reason_of_second(r#"{"prompt":"p""#), "the JSON ends in the middle of the row");
    assert_eq!(reason_of_second("[1,2]"), "the row is a list, expected an object");
    assert_eq!(reason_of_second(r#"{"prompt":"p","response_a":"a"}"#), "\"response_b\" is missing");
    assert_eq!(reason_of_second(r#"{"response_a":"a","response_b":[]}"#), "\"response_b\" is empty");
    assert_eq!(
        reason_of_second(r#"{"response_a":"a","response_b":"a"}"#),
        "\"response_a\" and \"response_b\" are the same"
    );
    assert_eq!(
        reason_of_second(r#"{"response_a":{"x":1},"response_b":"a"}"#),
        "\"response_a\" is an object, expected a text or a list of messages"
    );
    assert_eq!(reason_of_second(b"{\"prompt\":\"\xff\"}"), "the row is not valid UTF-8 at its byte 12");
    let deep = format!("{{\"prompt\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(reason_of_second(deep), "the JSON is nested deeper than 127 levels");
}

#[test]
fn a_row_of_70_mib_is_passed_over_whatever_holds_it() {
    let folder = tempfile::tempdir().unwrap();
    for [name, open, between, close] in [["long.jsonl", "", "\n", ""], ["long.json", "[", ",", "]"]] {
        let path = folder.path().join(name);
        let mut writer = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
        write!(writer, "{open}{GOOD}{between}{{\"prompt\":\"").unwrap();
        for _ in 0..70 {
            writer.write_all(&vec![b'x'; 1024 * 1024]).unwrap();
        }
        writeln!(writer, "\"}}{between}{GOOD}{close}").unwrap();
        writer.flush().unwrap();
        let read = read(path.to_str().unwrap());
        assert!(read.error.is_none(), "{name}: {:?}", read.error);
        assert_eq!(read.items.len(), 2, "{name}");
        assert_eq!(read.problems[0].reason, "the row is longer than 64 MiB", "{name}");
    }
}

#[test]
fn rows_of_a_table_that_do_not_fit_are_explained() {
    let read = read_bytes(b"prompt,response_a,response_b\np,a,b\np,a\np,a,b,\np,a,b,c\np,\xff,b\np,c,d\n");
    assert_eq!(read.items.len(), 3, "an empty field too many does no harm");
    let reasons: Vec<_> =
        read.problems.iter().map(|problem| (problem.line, problem.reason.as_str())).collect();
    assert_eq!(
        reasons,
        [
            (3, "the row has 2 fields, expected 3"),
            (5, "the row has 4 fields, expected 3"),
            (6, "\"response_a\" is not valid UTF-8 at its byte 1"),
        ]
    );
}

#[test]
fn a_quotation_mark_that_is_never_closed_is_a_bad_row() {
    for (rows, line, lines) in
        [("p,a,b\nq,c,\"d\nr,e,f\n", 3, 2), ("p,a,b\n\nq,\"c,d", 4, 1), ("p,a,b\n\"", 3, 1)]
    {
        let read = read_bytes(format!("prompt,response_a,response_b\n{rows}"));
        assert_eq!((read.items.len(), read.problems.len()), (1, 1), "{rows:?}: {read:?}");
        assert_eq!(read.problems[0].line, line, "{rows:?}");
        let words =
            format!("never closed, so everything from here to the end of the file is lost, lines: {lines}");
        assert!(read.problems[0].reason.contains(&words), "{rows:?}: {}", read.problems[0].reason);
    }
    let closed = read_bytes("prompt,response_a,response_b\np,a,\"b\n\"\"c\"\"\"");
    assert_eq!((closed.items.len(), closed.problems.len()), (1, 0), "{closed:?}");
}

#[test]
fn columns_of_one_name_are_numbered() {
    let read = read_bytes("prompt,response,response,note\np,a,b,n\n");
    assert_eq!((read.items.len(), read.problems.len()), (1, 0), "{read:?}");
    let data = read_bytes("Why is it so?,\"Because, I think.\",\"Because, I think.\"\nHow?,x,y\n");
    assert_eq!(data.items.len(), 2, "a first row of data does not name the columns: {data:?}");
}

#[test]
fn files_that_cannot_be_read_say_why_and_what_to_do() {
    let utf16: Vec<u8> = "\u{feff}{\"a\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (message, hint) = fatal(&utf16);
    assert_eq!(message, "the file is in UTF-16, not text in UTF-8");
    assert!(hint.contains("iconv"), "{hint}");
    assert_eq!(fatal(gzipped(&utf16)).0, message, "packed or not");
    assert_eq!(fatal(b"PK\x03\x04rest").0, "the file is a zip archive (or a spreadsheet), not text in UTF-8");
    assert_eq!(fatal(b"PAR1....").0, "the file is a Parquet file, not text in UTF-8");
    assert_eq!(fatal(b"{\"a\":\0}").0, "the file is binary, not text in UTF-8");
    for empty in ["", "\n \n", "\u{feff}", "[]", "a,b\n"] {
        assert_eq!(fatal(empty).0, "the file holds no rows", "{empty:?}");
    }
    assert_eq!(fatal(gzipped(b"")).0, "the file holds no rows");
    assert_eq!(fatal("just words\n").0, "the file is neither JSON nor a table with two columns or more");
    let gone = ApiError::from(read("no/such/file.jsonl").error.unwrap());
    assert_eq!(
        (gone.code, gone.message.split(':').next().unwrap()),
        (ErrorCode::NotFound, "the file cannot be opened")
    );
    assert!(read(".").error.unwrap().to_string().contains("cannot be opened"), "a folder is no file");
}

#[test]
fn gzip_that_ends_too_early_says_after_which_row() {
    let rows: String = (0..20_000)
        .map(|row| {
            format!("{{\"prompt\":\"{row}\",\"response_a\":\"a{}\",\"response_b\":\"b\"}}\n", row * 7919)
        })
        .collect();
    let packed = gzipped(rows.as_bytes());
    let read = read_bytes(&packed[..packed.len() / 2]);
    let taken = read.items.len();
    assert!((1_000..19_000).contains(&taken), "{taken} rows before the break");
    let error = ApiError::from(read.error.unwrap());
    assert!(
        error.message.starts_with(&format!("the gzip data ends in the middle, after row {taken}: ")),
        "{error}"
    );
    assert!(error.hint.unwrap().contains("gzip -dc"));
    let mut damaged = packed.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xff);
    let message = read_bytes(&damaged).error.unwrap().to_string();
    assert!(
        message.starts_with("the gzip data is damaged after row ")
            || message.starts_with("the gzip data ends"),
        "{message}"
    );
}

#[test]
fn a_broken_array_keeps_the_rows_before() {
    let read = read_bytes(format!("[{GOOD},{{\"prompt\":NaN}},{GOOD},{{\"prompt\":\"p"));
    assert_eq!((read.items.len(), read.problems.len()), (2, 1));
    let message = read.error.unwrap().to_string();
    assert!(
        message
            .starts_with("the JSON array is broken after row 3, the file ends in the middle of an element: "),
        "{message}"
    );
    let message = read_bytes(format!("[{GOOD}] {GOOD}")).error.unwrap().to_string();
    assert!(message.contains("something follows the end of the array"), "{message}");
}

#[test]
fn a_mapping_that_does_not_fit_is_refused() {
    let data = file("x.csv", "prompt,x,y\np,a,b\n");
    let column =
        |content: &str| CandidateColumns { content: content.into(), ..CandidateColumns::default_for_test() };
    let mut plan = ImportPlan::of_file(&data.path);
    plan.mapping =
        Some(ColumnMapping { candidates: vec![column("x"), column("z")], ..ColumnMapping::default() });
    let message = read_plan(&plan).error.unwrap().to_string();
    assert!(message.starts_with("the column mapping does not fit, there is no column \"z\""), "{message}");
    plan.mapping = Some(ColumnMapping { candidates: vec![column("x"); 13], ..ColumnMapping::default() });
    let message = read_plan(&plan).error.unwrap().to_string();
    assert!(message.contains("it names 13 candidates, expected 1 to 12"), "{message}");
    let context = vec!["gone".to_owned()];
    plan.mapping = Some(ColumnMapping { candidates: vec![column("x")], context, ..ColumnMapping::default() });
    let message = read_plan(&plan).error.unwrap().to_string();
    assert!(message.contains("there is no column \"gone\""), "{message}");
    plan.mapping =
        Some(ColumnMapping { candidates: vec![column("x"), column("y")], ..ColumnMapping::default() });
    assert_eq!(read_plan(&plan).items.len(), 1);
}

trait DefaultForTest {
    fn default_for_test() -> Self;
}

impl DefaultForTest for CandidateColumns {
    fn default_for_test() -> Self {
        Self { content: String::new(), kind: tiebreak_domain::import::ContentKind::Text, model: None }
    }
}

#[test]
fn a_lossless_file_of_another_version_is_refused() {
    let project = r#"{"record":"project","tiebreak":4,"key":"00000000000000000000000000000000","name":"x"}"#;
    let read = read_bytes(project);
    let error = ApiError::from(read.error.unwrap());
    assert_eq!(error.code, ErrorCode::TooNew);
    assert!(
        error
            .message
            .starts_with("the file is lossless format version 4, and this program reads up to version 3")
    );
}
