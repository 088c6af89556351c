//! The lines of one item in the format asked for, and the account of what went in and what not.

use std::collections::BTreeSet;

use tiebreak_domain::export::ExportCounts;
use tiebreak_domain::import::RowProblem;
use tiebreak_domain::{AnnotatorId, ExportFormat, ExportPlan, ItemId, Judgment, StoredItem, Verdict};
use tiebreak_formats::export::Writing;
use tiebreak_formats::export::judged::Judged;
use tiebreak_formats::export::output::{ItemOutput, add_to_counts, leave_out};

use crate::export::asking::Asking;
use crate::export::counted::counted;
use crate::export::model_labels::{self, Labelled, PEOPLE, mark};

/// Turns items into lines, and counts.
pub struct Lines<'a> {
    plan: &'a ExportPlan,
    asking: &'a Asking,
    writing: Writing,
    problems_kept: usize,
    /// What went in and what not, so far.
    pub counts: ExportCounts,
    /// Why rows were refused.
    pub problems: Vec<RowProblem>,
    /// The rubric versions that judgments were given under.
    pub rubric_versions: BTreeSet<u32>,
    /// Labels of unpaired rows: true and false.
    pub labels: [u64; 2],
    /// Whose judgments rows were made of.
    pub contributors: BTreeSet<AnnotatorId>,
}

impl<'a> Lines<'a> {
    /// Begins with nothing counted.
    pub fn new(plan: &'a ExportPlan, asking: &'a Asking, problems_kept: usize) -> Self {
        Self {
            plan,
            asking,
            writing: Writing::default(),
            problems_kept,
            counts: ExportCounts::default(),
            problems: Vec::new(),
            rubric_versions: BTreeSet::new(),
            labels: [0; 2],
            contributors: BTreeSet::new(),
        }
    }

    /// What one item becomes, and what waited for it.
    pub fn of_item(&mut self, item: &StoredItem, judgments: &[Judgment]) -> ItemOutput {
        let source = self.asking.sources.get(&item.source).map_or("", String::as_str);
        let (judgments, left_out) = counted(self.plan.format, self.asking.roles.get(&item.id), judgments);
        let judged = Judged { item, source, judgments: &judgments, names: &self.asking.names };
        let mut output =
            if judgments.is_empty() { ItemOutput::default() } else { self.writing.item(self.plan, &judged) };
        if let Some((reason, count)) = left_out {
            output.leave_out(reason, count);
        }
        if self.plan.labels.has_models() {
            mark(&mut output, PEOPLE);
        }
        self.count(&output, item.id);
        self.note_contributors(&output, &judgments);
        self.rubric_versions.extend(judgments.iter().map(|judgment| judgment.given.rubric_version));
        output
    }

    /// What a label of a model becomes: rows that name it as their source, and no judgment.
    pub fn of_label(&mut self, item: &StoredItem, labelled: &Labelled) -> ItemOutput {
        let source = self.asking.sources.get(&item.source).map_or("", String::as_str);
        let mut output = ItemOutput::default();
        if let Some(reason) = labelled.left_out {
            output.leave_out(reason, 1);
        } else if let Some(judgment) = labelled.judgment(item, self.plan, &self.asking.names) {
            let judgments = [judgment];
            let judged = Judged { item, source, judgments: &judgments, names: &self.asking.names };
            output = self.writing.item(self.plan, &judged);
            mark(&mut output, &labelled.source);
        } else {
            output.leave_out(model_labels::OTHER_QUESTION, 1);
        }
        let written = std::mem::take(&mut output.judgments);
        leave_out(&mut self.counts.model_labels, &labelled.source, written);
        self.count(&output, item.id);
        output
    }

    /// What is left at the end.
    pub fn finish(&mut self) -> ItemOutput {
        let output = self.writing.finish(self.plan, &self.asking.names);
        self.count(&output, ItemId(0));
        output
    }

    /// Whoever the format says its rows stand for; else whoever judged the item, where it has rows.
    fn note_contributors(&mut self, output: &ItemOutput, judgments: &[Judgment]) {
        if !output.voters.is_empty() {
            self.contributors.extend(&output.voters);
            return;
        }
        // A conversation is written with its last item; tables of judgments and other tools' files have skips.
        let has_rows = !output.lines.is_empty() || self.plan.format == ExportFormat::Prism;
        let has_skips = matches!(
            self.plan.format,
            ExportFormat::Csv
                | ExportFormat::Answers
                | ExportFormat::LabelStudio
                | ExportFormat::Argilla
                | ExportFormat::Prodigy
        );
        let is_in =
            |judgment: &&Judgment| has_skips || matches!(judgment.given.verdict, Verdict::Judged { .. });
        let judged = judgments.iter().filter(|judgment| has_rows && is_in(judgment));
        self.contributors.extend(judged.map(|judgment| judgment.given.annotator));
    }

    fn count(&mut self, output: &ItemOutput, item: ItemId) {
        add_to_counts(&mut self.counts, output);
        for (count, more) in self.labels.iter_mut().zip(output.labels) {
            *count += more;
        }
        for (_, reason) in &output.refused {
            if self.problems.len() < self.problems_kept {
                self.problems.push(RowProblem { line: item.0 as u64, reason: reason.clone() });
            }
        }
    }
}
