//! What one item becomes in a file, and the account of what went in and what not.

use std::collections::{BTreeMap, BTreeSet};

use tiebreak_domain::AnnotatorId;
use tiebreak_domain::export::ExportCounts;

/// A picture that is written beside the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Its name in the folder of pictures.
    pub name: String,
    /// Its bytes, as PNG.
    pub png: Vec<u8>,
}

/// The lines of one item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemOutput {
    /// Lines of the file, without their ends.
    pub lines: Vec<String>,
    /// Lines of the files beside it, by what their names end in (see [`super::line_files`]).
    pub beside: BTreeMap<&'static str, Vec<String>>,
    /// Pictures.
    pub pictures: Vec<Picture>,
    /// Judgments that the lines stand for.
    pub judgments: u64,
    /// Judgments left out, by reason.
    pub left_out: Vec<(String, u64)>,
    /// Rows that would not be valid, and why.
    pub refused: Vec<(u64, String)>,
    /// Labels of unpaired rows: true and false.
    pub labels: [u64; 2],
    /// Rewritten responses that went in.
    pub rewrites: u64,
    /// Rewritten responses that were left out.
    pub rewrites_left_out: u64,
    /// Whose judgments the lines stand for, of formats in which not everyone's do.
    pub voters: BTreeSet<AnnotatorId>,
}

impl ItemOutput {
    /// Counts judgments that were left out.
    pub fn leave_out(&mut self, reason: &str, judgments: u64) {
        leave_out(&mut self.left_out, reason, judgments);
    }

    /// Adds a line of a file beside it.
    pub(super) fn add_beside(&mut self, file: &'static str, line: String) {
        self.beside.entry(file).or_default().push(line);
    }

    /// Takes rows that stand or fall together: all are written, or all are refused for the first reason.
    pub fn take(&mut self, rows: Vec<Result<String, String>>, judgments: u64) {
        let count = rows.len() as u64;
        match rows.into_iter().collect::<Result<Vec<String>, String>>() {
            Ok(lines) => {
                self.lines.extend(lines);
                self.judgments += judgments;
            }
            Err(reason) => self.refused.push((count, reason)),
        }
    }
}

/// Counts judgments that were left out, in the order in which the reasons first come up.
pub fn leave_out(left_out: &mut Vec<(String, u64)>, reason: &str, judgments: u64) {
    if judgments == 0 {
        return;
    }
    match left_out.iter_mut().find(|(known, _)| known == reason) {
        Some((_, count)) => *count += judgments,
        None => left_out.push((reason.to_owned(), judgments)),
    }
}

/// Adds an item's account to that of the whole.
pub fn add_to_counts(counts: &mut ExportCounts, output: &ItemOutput) {
    counts.rows += (output.lines.len() + output.beside.values().map(Vec::len).sum::<usize>()) as u64;
    counts.judgments += output.judgments;
    counts.rewrites += output.rewrites;
    counts.rewrites_left_out += output.rewrites_left_out;
    for (reason, judgments) in &output.left_out {
        leave_out(&mut counts.left_out, reason, *judgments);
    }
    counts.rows_refused += output.refused.iter().map(|(rows, _)| rows).sum::<u64>();
}

/// A row as one line of JSON.
pub(super) fn json_line(row: &impl serde::Serialize) -> String {
    serde_json::to_string(row).expect("keys are strings and the writer is memory")
}
