//! wip
use tiebreak_domain::{Judgment, StoredItem};

/// One judgment with all that belongs to it.
#[derive(Clone, Copy, Debug)]
pub struct CsvRow<'a> {
    /// The item.
    pub item: &'a StoredItem,
    /// The name of the file it came from.
    pub source: &'a str,
    /// The judgment, of any verdict.
    pub judgment: &'a Judgment,
    /// The name of who gave it.
    pub annotator: &'a str,
}

/// The names of the columns as one line, without its end.
pub fn csv_header() -> String {
    String::new()
}

/// One row as it stands in the file, without its last line end.
pub fn csv_line(row: &CsvRow) -> String {
    let _ = row;
    String::new()
}
