//! What is wrong with a file: the line, the fault and the remedy.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::Range;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, in a sentence.
    pub what: String,
    /// How to mend it.
    pub hint: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.what)
    }
}

/// A text that is not what it should be: everything that is wrong with it, in the order of its lines.
///
/// It reads as its first fault, and says how many more there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    file_name: &'static str,
    faults: Vec<Fault>,
}

impl FileError {
    /// Everything that is wrong, at least one.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// How to mend the first fault.
    pub fn hint(&self) -> &str {
        self.faults.first().map_or("", |fault| &fault.hint)
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file_name.is_empty() {
            write!(formatter, "{}, ", self.file_name)?;
        }
        match self.faults.as_slice() {
            [] => formatter.write_str("the file cannot be read"),
            [only] => only.fmt(formatter),
            [first, others @ ..] => write!(formatter, "{first} (and {} more)", others.len()),
        }
    }
}

impl std::error::Error for FileError {}

/// Collects faults while a text is read.
#[derive(Debug)]
pub struct Faults<'t> {
    text: &'t str,
    found: RefCell<Vec<Fault>>,
    has_gap: Cell<bool>,
}

impl<'t> Faults<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, found: RefCell::default(), has_gap: Cell::default() }
    }

    /// A fault at a place of the text, in bytes.
    pub fn add(&self, at: &Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        let before = self.text.as_bytes().iter().take(at.start);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        self.found.borrow_mut().push(Fault { line, what: what.into(), hint: hint.into() });
    }

    /// A fault that leaves something unread, so that the file as a whole cannot be looked at.
    pub fn add_gap(&self, at: &Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        self.has_gap.set(true);
        self.add(at, what, hint);
    }

    /// Whether something was left unread.
    pub fn has_gap(&self) -> bool {
        self.has_gap.get()
    }

    /// Whether nothing is wrong so far.
    pub fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    pub(crate) fn into_error(self, file_name: &'static str) -> FileError {
        let mut faults = self.found.into_inner();
        faults.sort_by_key(|fault| fault.line);
        FileError { file_name, faults }
    }
}
