//! The lines of one item in the format asked for, and the account of what went in and what not.

use std::collections::BTreeSet;

use tiebreak_domain::export::ExportCounts;
use tiebreak_domain::import::RowProblem;
use tiebreak_domain::{ExportPlan, Judgment, StoredItem};
use tiebreak_formats::export::judged::Judged;
use tiebreak_formats::export::output::{ItemOutput, add_to_counts};
use tiebreak_formats::export::write_item;

use crate::export::asking::Asking;
use crate::export::counted::counted;

/// Turns items into lines, and counts.
pub struct Lines<'a> {
    plan: &'a ExportPlan,
    asking: &'a Asking,
    problems_kept: usize,
    /// What went in and what not, so far.
    pub counts: ExportCounts,
    /// Why rows were refused.
    pub problems: Vec<RowProblem>,
    /// The rubric versions that judgments were given under.
    pub rubric_versions: BTreeSet<u32>,
    /// Labels of unpaired rows: true and false.
    pub labels: [u64; 2],
}

impl<'a> Lines<'a> {
    /// Begins with nothing counted.
    pub fn new(plan: &'a ExportPlan, asking: &'a Asking, problems_kept: usize) -> Self {
        Self {
            plan,
            asking,
            problems_kept,
            counts: ExportCounts::default(),
            problems: Vec::new(),
            rubric_versions: BTreeSet::new(),
            labels: [0; 2],
        }
    }

    /// What one item becomes.
    pub fn of_item(&mut self, item: &StoredItem, judgments: &[Judgment]) -> ItemOutput {
        let source = self.asking.sources.get(&item.source).map_or("", String::as_str);
        let (judgments, left_out) = counted(self.plan.format, self.asking.roles.get(&item.id), judgments);
        let judged = Judged { item, source, judgments: &judgments, names: &self.asking.names };
        let mut output =
            if judgments.is_empty() { ItemOutput::default() } else { write_item(self.plan, &judged) };
        if let Some((reason, count)) = left_out {
            output.leave_out(reason, count);
        }
        add_to_counts(&mut self.counts, &output);
        self.rubric_versions.extend(judgments.iter().map(|judgment| judgment.given.rubric_version));
        for (count, more) in self.labels.iter_mut().zip(output.labels) {
            *count += more;
        }
        for (_, reason) in &output.refused {
            if self.problems.len() < self.problems_kept {
                self.problems.push(RowProblem { line: item.id.0 as u64, reason: reason.clone() });
            }
        }
        output
    }
}
