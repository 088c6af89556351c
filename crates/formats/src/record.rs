//! What a file is made of, once its bytes are understood.

use tiebreak_domain::import::RowProblem;
use tiebreak_domain::{Item, Preference};

use crate::lossless::LosslessRecord;

/// A vote found in the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Who gave it, as the data says; `1`, `2`, … where a row holds several nameless votes; none for the
    /// plan's past annotator.
    pub annotator: Option<String>,
    /// What was said.
    pub preference: Preference,
    /// Words given with it; may be empty.
    pub comment: String,
}

impl Label {
    /// A bare vote of the plan's past annotator.
    pub fn new(preference: Preference) -> Self {
        Self { annotator: None, preference, comment: String::new() }
    }
}

/// One thing read from a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// An item, and the votes that stood beside it.
    Item {
        /// The line in the file, from 1; the row's number in a JSON array.
        line: u64,
        /// The item, fit to be judged as a pair.
        item: Item,
        /// Its votes, always read; whether they are taken in is the plan's to say.
        labels: Vec<Label>,
    },
    /// A row that was refused, or (its reason begins with "taken without its vote") whose item came just
    /// before, but whose vote could not be understood.
    Problem(RowProblem),
    /// A record of the lossless format.
    Lossless(LosslessRecord),
}
