//! What is wrong with a rubric file: the line, the fault and the remedy.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RubricFileFault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, in a sentence.
    pub what: String,
    /// How to mend it.
    pub hint: String,
}

impl fmt::Display for RubricFileFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.what)
    }
}

/// A text that is no rubric file: everything that is wrong with it, in the order of its lines.
///
/// It reads as its first fault, and says how many more there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RubricFileError {
    faults: Vec<RubricFileFault>,
}

impl RubricFileError {
    /// Everything that is wrong, at least one.
    pub fn faults(&self) -> &[RubricFileFault] {
        &self.faults
    }

    /// How to mend the first fault.
    pub fn hint(&self) -> Option<&str> {
        self.faults.first().map(|fault| fault.hint.as_str())
    }
}

impl fmt::Display for RubricFileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.faults.as_slice() {
            [] => formatter.write_str("the rubric file cannot be read"),
            [only] => only.fmt(formatter),
            [first, others @ ..] => write!(formatter, "{first} (and {} more)", others.len()),
        }
    }
}

impl std::error::Error for RubricFileError {}

/// Collects faults while a text is read.
pub(super) struct Faults<'t> {
    text: &'t str,
    found: RefCell<Vec<RubricFileFault>>,
    has_gap: RefCell<bool>,
}

impl<'t> Faults<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, found: RefCell::default(), has_gap: RefCell::default() }
    }

    /// A fault at a place of the text.
    pub(super) fn add(&self, at: &Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        let before = self.text.as_bytes().iter().take(at.start);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        self.found.borrow_mut().push(RubricFileFault { line, what: what.into(), hint: hint.into() });
    }

    /// A fault that leaves something unread, so that the rubric as a whole cannot be looked at.
    pub(super) fn add_gap(&self, at: &Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        *self.has_gap.borrow_mut() = true;
        self.add(at, what, hint);
    }

    pub(super) fn has_gap(&self) -> bool {
        *self.has_gap.borrow()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    pub(super) fn into_error(self) -> RubricFileError {
        let mut faults = self.found.into_inner();
        faults.sort_by_key(|fault| fault.line);
        RubricFileError { faults }
    }
}
