//! What holds the rows: lines of JSON, an array of JSON, or a table. Told by the first bytes, not the name.

use csv_core::{ReadRecordResult, ReaderBuilder};
use serde_json::Value;

use crate::elements::Place;
use crate::shape::argilla::is_record;
use crate::shape::label_studio::is_task;
use crate::shape::prodigy::is_choice;

/// How many bytes at the start are looked at.
pub(crate) const WINDOW_BYTES: usize = 1024 * 1024;

const DELIMITERS: [(u8, &str, &str); 4] = [
    (b'\t', "TSV", "tabs"),
    (b',', "CSV", "commas"),
    (b';', "CSV", "semicolons"),
    (b'|', "CSV", "vertical bars"),
];

/// What holds the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    /// One JSON object per line.
    Lines,
    /// JSON objects in an array, or one after another over several lines.
    Elements(Place),
    /// A table.
    Table {
        /// What stands between two fields.
        delimiter: u8,
        /// Whether the first row names the columns.
        has_header: bool,
    },
}

impl Container {
    /// What people call it.
    pub(crate) fn title(&self) -> String {
        match self {
            Self::Lines => "JSONL".to_owned(),
            Self::Elements(Place::Array) => "JSON array".to_owned(),
            Self::Elements(Place::Key(key)) => format!("JSON, the array {key:?}"),
            Self::Elements(Place::Sequence) => "JSON objects, one after another".to_owned(),
            Self::Table { delimiter, has_header } => {
                let (_, name, separator) =
                    DELIMITERS.iter().find(|known| known.0 == *delimiter).unwrap_or(&DELIMITERS[1]);
                let header = if *has_header { "" } else { ", no header" };
                format!("{name}, separated by {separator}{header}")
            }
        }
    }

    /// Looks at the start of a text; `is_whole` if there is no more of it. None if nothing fits.
    pub(crate) fn recognise(start: &[u8], is_whole: bool) -> Option<Self> {
        let at = start.iter().position(|byte| !byte.is_ascii_whitespace())?;
        match start[at] {
            b'[' => Some(Self::Elements(Place::Array)),
            b'{' => Some(recognise_objects(&start[at..], is_whole)),
            _ => recognise_table(start, is_whole),
        }
    }
}

fn recognise_objects(start: &[u8], is_whole: bool) -> Container {
    let glance = Glance::at(start);
    let Some(end) = glance.end else {
        // The first object is larger than the window (or broken): rows under a key, or one huge line.
        let first_line_is_object = start[1..].iter().position(|&byte| byte == b'\n').is_none();
        return match glance.arrays_of_objects.first() {
            Some(key) if !first_line_is_object || is_rows_key(key) => {
                Container::Elements(Place::Key(key.clone()))
            }
            _ => Container::Lines,
        };
    };
    let is_one_line = !start[..end].contains(&b'\n');
    let is_alone = is_whole && start[end..].iter().all(u8::is_ascii_whitespace);
    match glance.arrays_of_objects.as_slice() {
        [key] if is_alone && !is_row(&start[..end], key) => Container::Elements(Place::Key(key.clone())),
        _ if is_one_line => Container::Lines,
        // A first line that is no object on its own, though the text goes on with others that are.
        _ if glance.line_breaks_inside_a_string => Container::Lines,
        _ => Container::Elements(Place::Sequence),
    }
}

/// Whether an object is itself a row, so that the list in it is no list of rows.
fn is_row(object: &[u8], list: &str) -> bool {
    const PAIR: [&str; 3] = ["chosen", "rejected", "tiebreak"];
    const PROMPT: [&str; 6] = ["prompt", "instruction", "context", "conversation_id", "info", "filename"];
    let Ok(Value::Object(object)) = serde_json::from_slice(object) else { return false };
    if is_task(&object) || is_record(&object) || is_choice(&object) {
        return true;
    }
    let has = |names: &[&str]| names.iter().any(|name| object.contains_key(*name));
    has(&PAIR) || (has(&PROMPT) && !is_rows_key(list))
}

fn is_rows_key(key: &str) -> bool {
    matches!(key, "data" | "rows" | "items" | "records" | "examples" | "instances" | "pairs" | "comparisons")
}

/// What a look at the first object of a text shows.
#[derive(Default)]
struct Glance {
    /// Where the object ends, if it does.
    end: Option<usize>,
    /// Keys whose values are lists of objects, lists of messages left out.
    arrays_of_objects: Vec<String>,
    line_breaks_inside_a_string: bool,
}

impl Glance {
    fn at(start: &[u8]) -> Self {
        let mut glance = Self::default();
        let mut depth = 0usize;
        let mut string_start = None;
        let mut is_escaped = false;
        let mut last_string = &start[..0];
        for (at, &byte) in start.iter().enumerate() {
            if let Some(from) = string_start {
                match byte {
                    _ if is_escaped => is_escaped = false,
                    b'\\' => is_escaped = true,
                    b'\n' => glance.line_breaks_inside_a_string = true,
                    b'"' => {
                        if depth == 1 {
                            last_string = &start[from..at];
                        }
                        string_start = None;
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => string_start = Some(at + 1),
                b'[' | b'{' => {
                    if byte == b'[' && depth == 1 && holds_rows(&start[at + 1..]) {
                        glance.arrays_of_objects.push(String::from_utf8_lossy(last_string).into_owned());
                    }
                    depth += 1;
                }
                b']' | b'}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        glance.end = Some(at + 1);
                        return glance;
                    }
                }
                _ => {}
            }
        }
        glance
    }
}

/// Whether a list begins with an object that is no message.
fn holds_rows(list: &[u8]) -> bool {
    let mut rest = list.trim_ascii_start();
    if rest.first() != Some(&b'{') {
        return false;
    }
    rest = rest[1..].trim_ascii_start();
    ![b"\"role\"".as_slice(), b"\"content\"", b"\"from\"", b"\"value\""]
        .iter()
        .any(|key| rest.starts_with(key))
}

fn recognise_table(start: &[u8], is_whole: bool) -> Option<Container> {
    let mut best: Option<(usize, usize, u8, bool)> = None;
    for (delimiter, ..) in DELIMITERS {
        let records = first_records(start, delimiter, is_whole);
        let Some(width) = records.first().map(Vec::len).filter(|&width| width > 1) else { continue };
        let alike = records.iter().filter(|record| record.len() == width).count() * 100 / records.len();
        if alike >= 50
            && best.is_none_or(|(best_alike, best_width, ..)| (alike, width) > (best_alike, best_width))
        {
            best = Some((alike, width, delimiter, is_header(&records[0])));
        }
    }
    best.map(|(_, _, delimiter, has_header)| Container::Table { delimiter, has_header })
}

fn is_header(record: &[String]) -> bool {
    let are_names = record.len() > 2 && record.iter().all(|cell| looks_like_name(cell.trim()));
    record.iter().enumerate().all(|(index, cell)| {
        let cell = cell.trim();
        (!cell.is_empty() || index == 0)
            && cell.len() <= 100
            && !cell.contains('\n')
            && cell.parse::<f64>().is_err()
            && !cell.contains("://")
            // Spreadsheets repeat names; a first row of data repeats texts.
            && (are_names || !record[..index].iter().any(|earlier| earlier.trim() == cell))
    })
}

fn looks_like_name(cell: &str) -> bool {
    cell.len() <= 40
        && cell.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | ' ' | '#'))
}

fn first_records(start: &[u8], delimiter: u8, is_whole: bool) -> Vec<Vec<String>> {
    const MOST: usize = 20;
    let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
    let mut fields = vec![0; start.len() + 1];
    let mut ends = vec![0; 4096];
    let mut records = Vec::new();
    let mut rest = start;
    while records.len() < MOST {
        let mut fields_len = 0;
        let mut ends_len = 0;
        let is_complete = loop {
            let (result, read, written, ended) =
                reader.read_record(rest, &mut fields[fields_len..], &mut ends[ends_len..]);
            rest = &rest[read..];
            fields_len += written;
            ends_len += ended;
            match result {
                ReadRecordResult::InputEmpty if is_whole => {}
                ReadRecordResult::Record => break true,
                _ => break false,
            }
        };
        if !is_complete {
            break;
        }
        let mut from = 0;
        let cells = ends[..ends_len].iter().map(|&end| {
            let cell = String::from_utf8_lossy(&fields[from..end]).into_owned();
            from = end;
            cell
        });
        records.push(cells.collect());
    }
    records
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn title(text: &str) -> Option<String> {
        Container::recognise(text.as_bytes(), true).map(|container| container.title())
    }

    #[test]
    fn containers_are_told_by_their_first_bytes() {
        assert_eq!(title("{\"a\":1}\n{\"a\":2}\n").unwrap(), "JSONL");
        assert_eq!(title("{\"a\":1}").unwrap(), "JSONL", "one row is a file too");
        assert_eq!(title(" \n[{\"a\":1}]").unwrap(), "JSON array");
        assert_eq!(title("{\"version\":1,\"data\":[{\"a\":1}]}").unwrap(), "JSON, the array \"data\"");
        assert_eq!(title("{\n \"data\": [\n {\"a\":1}]}").unwrap(), "JSON, the array \"data\"");
        assert_eq!(title("{\n\"a\":1\n}\n{\n\"a\":2\n}").unwrap(), "JSON objects, one after another");
        assert_eq!(title("a,b\n1,2\n").unwrap(), "CSV, separated by commas");
        assert_eq!(title("a\tb\nx, y\tz\n").unwrap(), "TSV, separated by tabs");
        assert_eq!(title("a;b\nx, y;z\n").unwrap(), "CSV, separated by semicolons");
        assert_eq!(title("1,2\n3,4\n").unwrap(), "CSV, separated by commas, no header");
        assert_eq!(title("nothing to see here\n"), None);
    }

    #[test]
    fn a_row_with_messages_is_not_a_list_of_rows() {
        let row = r#"{"prompt":[{"role":"user","content":"Hi"}],"chosen":"a","rejected":"b"}"#;
        assert_eq!(title(row).unwrap(), "JSONL");
        let summaries = r#"{"info":{"post":"p"},"summaries":[{"text":"a"},{"text":"b"}],"choice":0}"#;
        assert_eq!(title(summaries).unwrap(), "JSONL", "the list is what is compared");
    }

    #[test]
    fn a_delimiter_inside_quotes_is_text() {
        assert_eq!(title("\"a;b\",c\n\"1;2;3\",4\n").unwrap(), "CSV, separated by commas");
    }
}
