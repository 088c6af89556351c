//! One annotator's log on one item, joined with that of another copy.

use std::collections::{HashMap, HashSet};

use tiebreak_domain::merge::{MergeConflict, MergeReport};
use tiebreak_domain::{AnnotatorId, ItemId, Judgment, JudgmentId, UnixMillis};

use super::order::{Step, merged};
use crate::facets::bit;
use crate::import::Import;
use crate::last_word::LastWord;
use crate::sql::params;
use crate::{Result, StoreError, judgment};

/// Brings in a log of the other copy: all of one annotator on one item, in the order of its revisions, already
/// in the words of this project.
pub(super) fn merge(import: &mut Import<'_>, theirs: &[Judgment], report: &mut MergeReport) -> Result<()> {
    let Some(first) = theirs.first() else { return Ok(()) };
    let (annotator, item) = (first.given.annotator, first.given.item);
    let mine = steps(import, annotator, item)?;
    let of_mine: HashSet<JudgmentId> = mine.iter().map(|step| step.1).collect();
    let mut missing: HashMap<JudgmentId, &Judgment> = HashMap::new();
    for judgment in theirs {
        let id = judgment.given.id;
        // An id that is here in another log is nothing to add either.
        if of_mine.contains(&id) || judgment::revision_of(import.connection, id)?.is_some() {
            report.judgments_known += 1;
        } else {
            import.validate(&judgment.given).map_err(|error| {
                StoreError::Refused(format!("judgment {id} of the other copy cannot be taken in: {error}"))
            })?;
            missing.insert(id, judgment);
        }
    }
    let steps_of_theirs: Vec<Step> = theirs
        .iter()
        .map(|judgment| (judgment.given.recorded_at, judgment.given.id))
        .filter(|step| of_mine.contains(&step.1) || missing.contains_key(&step.1))
        .collect();
    let order = merged(&mine, &steps_of_theirs);
    let kept = order.iter().zip(&mine).take_while(|(id, step)| **id == step.1).count();
    if kept == order.len() {
        return Ok(());
    }
    report.judgments_added += missing.len() as u64;
    if !missing.is_empty() && order.len() > steps_of_theirs.len() {
        report.conflicts.push(MergeConflict { item, annotator });
    }
    if kept < mine.len() {
        open(import, annotator, item, kept, order.len())?;
    }
    let mut before = kept.checked_sub(1).map(|last| order[last]);
    for (index, &id) in order.iter().enumerate().skip(kept) {
        let revision = index as u32 + 1;
        let is_last = index + 1 == order.len();
        if let Some(judgment) = missing.get(&id) {
            let given = &judgment.given;
            import.append(given, revision, before, is_last)?;
            if is_last {
                let word = LastWord::new(&given.verdict, given.flagged);
                import.facets.set_word(annotator, bit(item)?, word);
            }
        } else {
            place(import, id, revision, before)?;
            if is_last {
                close(import, annotator, item)?;
            }
        }
        before = Some(id);
    }
    Ok(())
}

/// What is here of a log, in the order of its revisions.
fn steps(import: &Import<'_>, annotator: AnnotatorId, item: ItemId) -> Result<Vec<Step>> {
    let mut statement = import.connection.prepare_cached(
        "SELECT recorded_at, id FROM judgment WHERE annotator_id = ?1 AND item_id = ?2 ORDER BY revision",
    )?;
    let steps = statement
        .query_map([annotator.0, item.0], |row| Ok((UnixMillis(row.get(0)?), JudgmentId(row.get(1)?))))?;
    steps.collect::<Result<_, _>>()
}

/// Lets the revisions of a log after the first `kept` be numbered anew, and makes room for `count` in all.
fn open(import: &Import<'_>, annotator: AnnotatorId, item: ItemId, kept: usize, count: usize) -> Result<()> {
    import
        .connection
        .prepare_cached("DELETE FROM latest WHERE annotator_id = ?1 AND item_id = ?2")?
        .execute([annotator.0, item.0])?;
    import
        .connection
        .prepare_cached(
            "UPDATE judgment SET revision = revision + ?4 \
             WHERE annotator_id = ?1 AND item_id = ?2 AND revision > ?3",
        )?
        .execute(params![annotator.0, item.0, kept as i64, count as i64])?;
    Ok(())
}

/// Gives a judgment that is here its place.
fn place(import: &Import<'_>, id: JudgmentId, revision: u32, supersedes: Option<JudgmentId>) -> Result<()> {
    let mut statement = import
        .connection
        .prepare_cached("UPDATE judgment SET revision = ?2, supersedes = ?3 WHERE id = ?1")?;
    statement.execute(params![id.0, revision, supersedes.map(|id| id.0)])?;
    Ok(())
}

/// Derives the last word of a log from its end.
fn close(import: &mut Import<'_>, annotator: AnnotatorId, item: ItemId) -> Result<()> {
    let sql = format!(
        "{} WHERE j.annotator_id = ?1 AND j.item_id = ?2 ORDER BY j.revision DESC LIMIT 1",
        judgment::SELECT
    );
    let mut statement = import.connection.prepare_cached(&sql)?;
    let mut rows = statement.query([annotator.0, item.0])?;
    let Some(row) = rows.next()? else { return Ok(()) };
    let number = row.get(0)?;
    let last = judgment::JudgmentRows::new(import.connection)?.read(row)?;
    let word = LastWord::new(&last.given.verdict, last.given.flagged);
    judgment::set_last(import.connection, annotator, item, number, word)?;
    import.facets.set_word(annotator, bit(item)?, word);
    Ok(())
}
