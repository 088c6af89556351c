//! wip
use tiebreak_domain::{Candidate, ExportFormat, Part};

/// A decided pair, ready to be written.
#[derive(Clone, Copy, Debug)]
pub struct PreferenceRow<'a> {
    /// What was asked for.
    pub prompt: &'a [Part],
    /// The better candidate.
    pub chosen: &'a Candidate,
    /// The other.
    pub rejected: &'a Candidate,
    /// How much better, if it shall be written; finite.
    pub margin: Option<f64>,
    /// Who said so, if it shall be written.
    pub annotator: Option<&'a str>,
    /// The data's name for the item, if it shall be written.
    pub external_id: Option<&'a str>,
}

/// The row as one line without its end, or why it is not valid in this format, in a sentence.
pub fn preference_line(format: ExportFormat, row: &PreferenceRow) -> Result<String, String> {
    let _ = (format, row);
    Err("wip".into())
}
