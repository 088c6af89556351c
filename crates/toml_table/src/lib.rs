//! TOML files that people write by hand, read so that everything that is wrong is told at once: each fault with
//! its line and its remedy.
//!
//! [`read`] parses a text and hands its top [`Table`] to whoever knows the file: a rubric, a manifest. What the
//! keys mean is theirs to say; here values are of the right type, or a fault.

mod fault;
mod table;

pub use fault::{Fault, Faults, FileError};
pub use table::{Table, number, text, wrong};

use toml::de::DeTable;

/// More than any such file needs, and little enough to be read at once.
pub const MAX_BYTES: usize = 1024 * 1024;

/// How a kind of file is spoken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileKind {
    /// What it is, as in `manifest`.
    pub what: &'static str,
    /// The name that every such file has; empty where each has its own.
    pub file_name: &'static str,
    /// What to do about a key that stands twice.
    pub on_duplicate_key: &'static str,
}

/// Reads a text; the function makes of its top table what the file is, and adds what is wrong with it to the
/// table's faults.
///
/// # Errors
/// Everything that is wrong with it, by line.
pub fn read<T>(
    text: &str,
    kind: FileKind,
    make: impl FnOnce(&Table<'_>) -> Option<T>,
) -> Result<T, FileError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let faults = Faults::new(text);
    if text.len() > MAX_BYTES {
        let what = kind.what;
        faults.add_gap(
            &(0..0),
            format!("the file is longer than 1 MiB, so it is no {what}"),
            format!("choose a {what}"),
        );
        return Err(faults.into_error(kind.file_name));
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let hint = if error.message().contains("duplicate key") {
            kind.on_duplicate_key
        } else {
            "a line reads key = value; texts stand in quotation marks, lists in [ and ]"
        };
        let what = format!("this is not TOML: {}", error.message());
        faults.add_gap(&error.span().unwrap_or(0..0), what, hint);
    }
    // What a broken text still gives may lack half a table, and whatever is said of it would mislead.
    let made = if errors.is_empty() { make(&Table::new(table.get_ref(), 0..0, &faults)) } else { None };
    match made {
        Some(made) if faults.is_empty() => Ok(made),
        _ => Err(faults.into_error(kind.file_name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: FileKind =
        FileKind { what: "list", file_name: "list.toml", on_duplicate_key: "write each key once" };

    fn fault(text: &str, make: impl FnOnce(&Table<'_>) -> Option<()>) -> Fault {
        read(text, KIND, make).expect_err("the text is wrong").faults()[0].clone()
    }

    #[test]
    fn every_fault_has_its_line_and_they_stand_in_order() {
        let error = read("a = 1\nb = \"x\"\nc = 3\n", KIND, |table| {
            table.number("b", 0..=9_u8);
            table.number("a", 2..=9_u8);
            table.finish("a list");
            Some(())
        })
        .expect_err("three things are wrong");
        let lines: Vec<usize> = error.faults().iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [1, 2, 3]);
        assert_eq!(error.to_string(), "list.toml, line 1: \"a\" is 1 (and 2 more)");
        assert_eq!(error.hint(), "write a number from 2 to 9");
    }

    #[test]
    fn a_number_is_whole_and_within_what_its_type_holds() {
        let number = |text: &str| read(text, KIND, |table| table.number("a", i32::MIN..=i32::MAX));
        assert_eq!(number("a = -7"), Ok(-7));
        assert_eq!(number("a = 0x10"), Ok(16));
        assert!(number("a = 99999999999").is_err(), "more than 32 bits");
        assert!(number("a = 1.5").is_err());
    }

    #[test]
    fn a_key_that_stands_twice_is_told_as_such() {
        assert_eq!(fault("a = 1\na = 2\n", |_| Some(())).hint, "write each key once");
        let long = "#".repeat(MAX_BYTES + 1);
        assert_eq!(fault(&long, |_| Some(())).hint, "choose a list");
    }

    #[test]
    fn one_text_is_a_list_of_one_only_where_that_is_asked() {
        let strict = fault("a = \"x\"", |table| table.texts("a").map(|_| ()));
        assert_eq!(strict.what, "\"a\" is a text");
        let lenient = read("a = \"x\"", KIND, |table| table.one_or_more_texts("a"));
        assert_eq!(lenient.as_deref(), Ok(["x".to_owned()].as_slice()));
    }
}
