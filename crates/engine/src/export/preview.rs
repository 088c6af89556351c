//! What an export would write: its first rows and, as far as a moment's look goes, its counts.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tiebreak_domain::export::{ExportCounts, ExportPreview, LabelChoice};
use tiebreak_domain::{ApiError, ExportFormat, ExportPlan};
use tiebreak_formats::export::header;
use tiebreak_formats::export::output::leave_out;
use tiebreak_store::Reader;

use crate::export::asking::Asking;
use crate::export::lines::Lines;
use crate::export::lossless::each_record;
use crate::export::model_labels;
use crate::host::NOBODY;

/// How many rows are shown.
const ROWS: usize = 5;
/// How many problems are listed.
const PROBLEMS: usize = 100;
/// How long may be counted. What is left then is counted as "not counted yet".
const PATIENCE: Duration = Duration::from_millis(400);

/// Looks at the project by the plan.
pub fn preview(reader: &Reader, plan: &ExportPlan) -> Result<ExportPreview, ApiError> {
    let asking = Asking::new(reader, plan)?;
    let begun = Instant::now();
    let mut preview = ExportPreview {
        rows: Vec::new(),
        counts: ExportCounts::default(),
        problems: Vec::new(),
        unanswered: asking.unanswered.clone(),
        holds: asking.holds,
        questions: asking.questions.clone(),
    };
    if plan.format == ExportFormat::Tiebreak {
        let info = reader.info(NOBODY)?;
        each_record(reader, |record| {
            preview.rows.push(record.to_line());
            if preview.rows.len() < ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        let items = info.active_items + info.excluded_items + info.deleted_items;
        let annotators = info.annotators.len() as u64;
        let of_study = reader.studies()?.len() + reader.item_roles()?.len() + reader.merge_conflicts()?.len();
        let labels = reader.model_labels()?.len();
        let judgments = info.revisions + reader.last_repeat()? as u64;
        preview.counts.judgments = judgments;
        preview.counts.rows =
            1 + info.sources.len() as u64 + annotators + items + judgments + (of_study + labels) as u64;
        return Ok(preview);
    }
    preview.rows.extend(header(plan.format, &asking.names));
    let mut lines = Lines::new(plan, &asking, PROBLEMS);
    let mut judgments_seen = 0;
    let mut is_complete = true;
    let has_people = plan.labels != LabelChoice::Model;
    reader.each_judged_item(&plan.annotators, |item, judgments| {
        if !has_people {
            return ControlFlow::Break(());
        }
        judgments_seen += judgments.len() as u64;
        let room = ROWS.saturating_sub(preview.rows.len());
        preview.rows.extend(lines.of_item(&item, &judgments).lines.into_iter().take(room));
        if begun.elapsed() < PATIENCE {
            return ControlFlow::Continue(());
        }
        is_complete = false;
        ControlFlow::Break(())
    })?;
    for labelled in model_labels::to_write(reader, plan)? {
        let rows = lines.of_label(&reader.item(labelled.item)?, &labelled).lines;
        let room = ROWS.saturating_sub(preview.rows.len());
        preview.rows.extend(rows.into_iter().take(room));
        if begun.elapsed() > PATIENCE {
            is_complete = false;
            break;
        }
    }
    let rest = lines.finish();
    let room = ROWS.saturating_sub(preview.rows.len());
    preview.rows.extend(rest.lines.into_iter().take(room));
    preview.counts = lines.counts;
    preview.problems = lines.problems;
    if !is_complete {
        let all: u64 = reader
            .annotators()?
            .iter()
            .filter(|one| plan.annotators.is_empty() || plan.annotators.contains(&one.id))
            .map(|one| one.judged + one.skipped)
            .sum();
        leave_out(&mut preview.counts.left_out, "not counted yet", all.saturating_sub(judgments_seen));
    }
    Ok(preview)
}
