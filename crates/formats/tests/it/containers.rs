//! The same rows, whatever holds them.

use tiebreak_domain::{DataFormat, ImportPlan, Outcome, Part};
use tiebreak_formats::{Reader, preview};

use crate::files::{file, gzipped, read, read_bytes};

const ROWS: [&str; 2] = [
    r#"{"id":"1","prompt":"Say, \"hi\"","response_a":"Hi\nthere","response_b":"No","winner":"A"}"#,
    r#"{"id":"2","prompt":"Grüß","response_a":"Hallo 🌍","response_b":"Nein","winner":"tie"}"#,
];
const CSV: &str = "id,prompt,response_a,response_b,winner\r\n1,\"Say, \"\"hi\"\"\",\"Hi\nthere\",No,A\r\n2,Grüß,Hallo 🌍,Nein,tie\r\n";

#[test]
fn every_container_gives_the_same_items() {
    let [first, second] = ROWS;
    let texts = [
        format!("{first}\n{second}\n"),
        format!("\u{feff}{first}\r\n\r\n{second}"),
        format!("[\n  {first},\n  {second}\n]\n"),
        format!("[{first},{second}]"),
        format!("{{\"version\":1,\"data\":[{first},{second}],\"more\":{{\"a\":[1]}}}}"),
        CSV.to_owned(),
        format!("\u{feff}{CSV}"),
        "id\tprompt\tresponse_a\tresponse_b\twinner\n1\t\"Say, \"\"hi\"\"\"\t\"Hi\nthere\"\tNo\tA\n2\tGrüß\tHallo 🌍\tNein\ttie".to_owned(),
    ];
    for text in texts {
        for bytes in [text.clone().into_bytes(), gzipped(text.as_bytes())] {
            let read = read_bytes(&bytes);
            assert!(read.error.is_none() && read.problems.is_empty(), "{text}: {read:?}");
            assert_eq!(read.items.len(), 2, "{text}");
            let (_, item, labels) = &read.items[0];
            assert_eq!(item.external_id.as_deref(), Some("1"));
            assert_eq!(item.prompt, [Part::markdown("Say, \"hi\"")]);
            assert_eq!(item.candidates[0].parts, [Part::markdown("Hi\nthere")]);
            assert_eq!(labels[0].preference().unwrap().outcome, Outcome::A);
            assert_eq!(read.items[1].2[0].preference().unwrap().outcome, Outcome::Tie);
            assert_eq!(
                read.blake3,
                Some(blake3::hash(&bytes).to_hex().to_string()),
                "of the file as it lies there"
            );
        }
    }
}

#[test]
fn lines_are_counted_as_an_editor_does() {
    let [first, second] = ROWS;
    let read = read_bytes(format!("{first}\n\n{second}\nbroken\n"));
    assert_eq!(read.items.iter().map(|item| item.0).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(read.problems[0].line, 4);
    let table = read_bytes(CSV);
    assert_eq!(table.items.iter().map(|item| item.0).collect::<Vec<_>>(), [2, 4], "a field holds a line end");
    let array = read_bytes(format!("[\n\n{first},{second}]"));
    assert_eq!(array.items.iter().map(|item| item.0).collect::<Vec<_>>(), [1, 2], "an array counts rows");
}

#[test]
fn a_preview_says_what_and_why() {
    let data = file("x.csv", gzipped(CSV.as_bytes()));
    let preview = preview(&ImportPlan::of_file(&data.path)).unwrap();
    assert_eq!(preview.container, "CSV, separated by commas, gzipped");
    assert_eq!(preview.format, DataFormat::Columns);
    assert_eq!(preview.because, "The columns `response_a` and `response_b` look like a pair of candidates");
    assert_eq!(preview.columns[1].example, "Say, \"hi\"");
    assert_eq!((preview.rows_read, preview.items.len(), preview.items_with_labels), (2, 2, 2));
    assert_eq!(preview.mapping.unwrap().label.unwrap().column, "winner");
}

#[test]
fn hosts_of_images_are_named_before_anything_is_fetched() {
    let rows = "{\"prompt\":\"p\",\"image_a\":\"https://One.org/a.png\",\"image_b\":\"http://u@two.org:8080/b.jpg?x\"}\n";
    let data = file("x.jsonl", rows);
    let preview = preview(&ImportPlan::of_file(&data.path)).unwrap();
    assert_eq!(preview.media_hosts, ["one.org", "two.org:8080"]);
}

#[test]
fn a_file_without_a_pair_is_previewed_and_asks_for_a_mapping() {
    let data = file("x.csv", "colour,size\nred,3\n");
    let plan = ImportPlan::of_file(&data.path);
    let seen = preview(&plan).unwrap();
    assert_eq!(seen.because, "No two columns look like a pair of candidates: say which are");
    assert_eq!((seen.items.len(), seen.columns.len()), (0, 2));
    let error = Reader::open(&plan).err().unwrap();
    assert!(error.to_string().starts_with("no two columns look like a pair of candidates"));
}

#[test]
fn each_format_is_recognised() {
    let turn = |role: &str, text: &str| format!(r#"[{{"role":"{role}","content":"{text}"}}]"#);
    let cases = [
        (r#"{"prompt":"p","chosen":"a","rejected":"b"}"#.to_owned(), DataFormat::TrlPreference),
        (r#"{"chosen":"a","rejected":"b"}"#.to_owned(), DataFormat::TrlPreference),
        (
            format!(
                r#"{{"prompt":{},"chosen":{},"rejected":{}}}"#,
                turn("user", "p"),
                turn("assistant", "a"),
                turn("assistant", "b")
            ),
            DataFormat::TrlPreference,
        ),
        (
            r#"{"chosen":"\n\nHuman: p\n\nAssistant: a","rejected":"\n\nHuman: p\n\nAssistant: b"}"#
                .to_owned(),
            DataFormat::AnthropicHh,
        ),
        (
            r#"{"idx":0,"instruction":"p","input":"","response1":"a","response2":"b","annotator1":1}"#
                .to_owned(),
            DataFormat::PandaLm,
        ),
        (r#"{"prompt":"p","answer_1":"a","answer_2":"b"}"#.to_owned(), DataFormat::Columns),
    ];
    for (row, format) in cases {
        let data = file("x", &row);
        assert_eq!(Reader::open(&ImportPlan::of_file(&data.path)).unwrap().format(), format, "{row}");
        let read = read(&data.path);
        assert_eq!((read.items.len(), read.problems.len()), (1, 0), "{row}: {read:?}");
    }
}
