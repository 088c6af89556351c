//! What is wrong with a manifest: the line, the fault and the remedy.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use super::FILE_NAME;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestFault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, in a sentence.
    pub what: String,
    /// How to mend it.
    pub hint: String,
}

/// A text that is no manifest: everything that is wrong with it, in the order of its lines.
///
/// It reads as its first fault, and says how many more there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestError {
    faults: Vec<ManifestFault>,
}

impl ManifestError {
    /// Everything that is wrong, at least one.
    pub fn faults(&self) -> &[ManifestFault] {
        &self.faults
    }

    /// How to mend the first fault.
    pub fn hint(&self) -> &str {
        self.faults.first().map_or("", |fault| &fault.hint)
    }
}

impl fmt::Display for ManifestError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.faults.first() else {
            return write!(formatter, "{FILE_NAME} cannot be read");
        };
        write!(formatter, "{FILE_NAME}, line {}: {}", first.line, first.what)?;
        match self.faults.len() - 1 {
            0 => Ok(()),
            others => write!(formatter, " (and {others} more)"),
        }
    }
}

impl std::error::Error for ManifestError {}

/// Collects faults while a text is read.
pub(super) struct Faults<'t> {
    text: &'t str,
    found: RefCell<Vec<ManifestFault>>,
}

impl<'t> Faults<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, found: RefCell::default() }
    }

    /// A fault at a place of the text.
    pub(super) fn add(&self, at: &Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        let before = self.text.as_bytes().iter().take(at.start);
        let line = before.filter(|byte| **byte == b'\n').count() + 1;
        self.found.borrow_mut().push(ManifestFault { line, what: what.into(), hint: hint.into() });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.borrow().is_empty()
    }

    pub(super) fn into_error(self) -> ManifestError {
        let mut faults = self.found.into_inner();
        faults.sort_by_key(|fault| fault.line);
        ManifestError { faults }
    }
}
