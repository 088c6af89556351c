//! The lines of one item in the format asked for, and the account of what went in and what not.

use std::collections::HashMap;

use tiebreak_domain::export::ExportCounts;
use tiebreak_domain::import::RowProblem;
use tiebreak_domain::{AnnotatorId, ApiError, ExportFormat, ExportPlan, Judgment, SourceId, StoredItem};
use tiebreak_formats::{CsvRow, PreferenceRow, csv_line, preference_line};
use tiebreak_store::Reader;

use crate::export::policy::rows_of_item;

/// Turns items into lines, and counts.
pub struct Lines<'a> {
    plan: &'a ExportPlan,
    annotators: HashMap<AnnotatorId, String>,
    sources: HashMap<SourceId, String>,
    problems_kept: usize,
    /// What went in and what not, so far.
    pub counts: ExportCounts,
    /// Why rows were refused.
    pub problems: Vec<RowProblem>,
}

impl<'a> Lines<'a> {
    /// Reads the names that lines carry.
    pub fn new(reader: &Reader, plan: &'a ExportPlan, problems_kept: usize) -> Result<Self, ApiError> {
        Ok(Self {
            plan,
            annotators: reader.annotators()?.into_iter().map(|one| (one.id, one.name)).collect(),
            sources: reader.sources()?.into_iter().map(|source| (source.id, source.name)).collect(),
            problems_kept,
            counts: ExportCounts::default(),
            problems: Vec::new(),
        })
    }

    /// The lines of one item, without their ends.
    pub fn of_item(&mut self, item: &StoredItem, judgments: &[Judgment]) -> Vec<String> {
        match self.plan.format {
            ExportFormat::Csv => self.csv_lines(item, judgments),
            _ => self.preference_lines(item, judgments),
        }
    }

    fn csv_lines(&mut self, item: &StoredItem, judgments: &[Judgment]) -> Vec<String> {
        self.counts.rows += judgments.len() as u64;
        self.counts.judgments += judgments.len() as u64;
        let source = self.sources.get(&item.source).map_or("", String::as_str);
        judgments
            .iter()
            .map(|judgment| {
                let annotator = self.annotators.get(&judgment.given.annotator).map_or("", String::as_str);
                csv_line(&CsvRow { item, source, annotator, judgment })
            })
            .collect()
    }

    fn preference_lines(&mut self, item: &StoredItem, judgments: &[Judgment]) -> Vec<String> {
        let mut lines = Vec::new();
        for group in rows_of_item(self.plan, judgments, &mut self.counts) {
            let written = group.rows.iter().map(|row| {
                let candidates = &item.item.candidates;
                let (Some(chosen), Some(rejected)) =
                    (candidates.get(row.chosen), candidates.get(row.rejected))
                else {
                    return Err("the item is no pair".to_owned());
                };
                let row = PreferenceRow {
                    prompt: &item.item.prompt,
                    chosen,
                    rejected,
                    margin: row.margin,
                    annotator: row.annotator.and_then(|id| self.annotators.get(&id)).map(String::as_str),
                    external_id: item.item.external_id.as_deref(),
                };
                preference_line(self.plan.format, &row)
            });
            match written.collect::<Result<Vec<String>, String>>() {
                Ok(written) => {
                    self.counts.rows += written.len() as u64;
                    self.counts.judgments += group.judgments;
                    lines.extend(written);
                }
                Err(reason) => {
                    self.counts.rows_refused += group.rows.len() as u64;
                    if self.problems.len() < self.problems_kept {
                        self.problems.push(RowProblem { line: item.id.0 as u64, reason });
                    }
                }
            }
        }
        lines
    }
}
