//! Repeats: what is said of an item that was offered again unannounced. It stands in a log of its own, and the
//! judgment that it is held against stays in force.
//!
//! A judgment belongs to that log if its showing says so. An interface that lets people go back to what they have
//! just judged does not always know that it was a repeat, so these belong to it too: a withdrawal while the
//! repeat is the last thing that its annotator said of the item; and a judgment given in the repeat's order of
//! candidates where that is not the order of the judgment in force, or where the repeat has just been withdrawn.

use std::ops::ControlFlow;

use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::{AnnotatorId, ItemId, Judgment, JudgmentId, NewJudgment, Order, UnixMillis, Verdict};

use crate::judgment::{self, Head};
use crate::reader::Reader;
use crate::sql::{Connection, OptionalExtension, Row, params};
use crate::{Result, item};

/// A repeat as it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Repeat {
    /// What was handed over last.
    pub given: NewJudgment,
    /// The judgment that was in force when the item was offered again.
    pub repeat_of: JudgmentId,
}

/// The revision that a judgment which is in the log of repeats stands beside.
pub(crate) fn revision_beside(connection: &Connection, id: JudgmentId) -> Result<Option<u32>> {
    let mut statement = connection.prepare_cached(
        "SELECT j.revision FROM repeat_judgment p JOIN judgment j ON j.id = p.repeat_of WHERE p.id = ?1",
    )?;
    statement.query_row([id.0], |row| row.get(0)).optional()
}

/// Whether the log of repeats has an id.
pub(crate) fn is_known(connection: &Connection, id: JudgmentId) -> Result<bool> {
    connection.prepare_cached("SELECT 1 FROM repeat_judgment WHERE id = ?1")?.exists([id.0])
}

/// The judgment that another one repeats; none if it is an ordinary one.
pub(crate) fn judgment_repeated(
    connection: &Connection,
    judgment: &NewJudgment,
    head: &Head,
) -> Result<Option<JudgmentId>> {
    if head.is_withdrawn {
        return Ok(None);
    }
    let last = last(connection, judgment.annotator, judgment.item)?;
    let is_marked = judgment
        .showing
        .as_ref()
        .is_some_and(|showing| showing.acquisition.method == AcquisitionMethod::Repeat);
    if is_marked {
        return Ok(Some(last.map_or(head.id, |last| last.repeat_of)));
    }
    let Some(last) = last else { return Ok(None) };
    let (head_recorded_at, head_order) = recorded(connection, head.id)?;
    let was_withdrawn = last.given.verdict == Verdict::Withdrawn;
    let is_newest = (last.given.recorded_at, last.given.id) > (head_recorded_at, head.id);
    let belongs = if judgment.verdict == Verdict::Withdrawn {
        is_newest && !was_withdrawn
    } else {
        let order = judgment.showing.as_ref().map(|showing| &showing.order);
        let order_shown = shown_order(connection, judgment.annotator, judgment.item)?;
        order.is_some()
            && order == order_shown.as_ref()
            && (order != head_order.as_ref() || (was_withdrawn && is_newest))
    };
    Ok(belongs.then_some(last.repeat_of))
}

/// Appends to the log of repeats.
pub(crate) fn append(connection: &Connection, judgment: &NewJudgment, repeat_of: JudgmentId) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO repeat_judgment (id, annotator_id, item_id, repeat_of, body, recorded_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    statement.execute(params![
        judgment.id.0,
        judgment.annotator.0,
        judgment.item.0,
        repeat_of.0,
        serde_json::to_string(judgment)?,
        judgment.recorded_at.0,
    ])?;
    Ok(())
}

const SELECT: &str = "SELECT body, repeat_of, annotator_id, item_id FROM repeat_judgment";

fn from_row(row: &Row<'_>) -> Result<Repeat> {
    let given: NewJudgment = item::json(row, 0)?;
    // Rows of another copy are named otherwise there.
    let given = NewJudgment { annotator: AnnotatorId(row.get(2)?), item: ItemId(row.get(3)?), ..given };
    Ok(Repeat { given, repeat_of: JudgmentId(row.get(1)?) })
}

fn last(connection: &Connection, annotator: AnnotatorId, item: ItemId) -> Result<Option<Repeat>> {
    let sql = format!(
        "{SELECT} WHERE annotator_id = ?1 AND item_id = ?2 ORDER BY recorded_at DESC, id DESC LIMIT 1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([annotator.0, item.0])?;
    rows.next()?.map(from_row).transpose()
}

/// The order in which the repeat was shown first: a withdrawal has none.
fn shown_order(connection: &Connection, annotator: AnnotatorId, item: ItemId) -> Result<Option<Order>> {
    let sql = format!("{SELECT} WHERE annotator_id = ?1 AND item_id = ?2 ORDER BY recorded_at, id");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([annotator.0, item.0])?;
    while let Some(row) = rows.next()? {
        if let Some(showing) = from_row(row)?.given.showing {
            return Ok(Some(showing.order));
        }
    }
    Ok(None)
}

fn recorded(connection: &Connection, id: JudgmentId) -> Result<(UnixMillis, Option<Order>)> {
    let sql = format!("{} WHERE j.id = ?1", judgment::SELECT);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([id.0])?;
    let Some(row) = rows.next()? else { return Ok((UnixMillis::default(), None)) };
    let given = judgment::JudgmentRows::new(connection)?.read(row)?.given;
    Ok((given.recorded_at, given.showing.map(|showing| showing.order)))
}

impl Reader {
    /// The last word of everyone on every item that was offered again, in the order of annotators and items;
    /// withdrawn ones are not. Of one annotator, or of one item, where such is named.
    pub fn repeats(&self, annotator: Option<AnnotatorId>, item: Option<ItemId>) -> Result<Vec<Repeat>> {
        let sql = format!(
            "{SELECT} r WHERE number = (SELECT p.number FROM repeat_judgment p \
             WHERE p.annotator_id = r.annotator_id AND p.item_id = r.item_id \
             ORDER BY p.recorded_at DESC, p.id DESC LIMIT 1) \
             AND annotator_id = coalesce(?1, annotator_id) AND item_id = coalesce(?2, item_id) \
             ORDER BY annotator_id, item_id"
        );
        let mut statement = self.connection().prepare_cached(&sql)?;
        let mut rows = statement.query([annotator.map(|annotator| annotator.0), item.map(|item| item.0)])?;
        let mut repeats = Vec::new();
        while let Some(row) = rows.next()? {
            repeats.push(from_row(row)?);
        }
        repeats.retain(|repeat| repeat.given.verdict != Verdict::Withdrawn);
        Ok(repeats)
    }

    /// Whether an item was offered to an annotator again, and answered or passed by.
    pub fn was_repeated(&self, annotator: AnnotatorId, item: ItemId) -> Result<bool> {
        let last = last(self.connection(), annotator, item)?;
        Ok(last.is_some_and(|last| last.given.verdict != Verdict::Withdrawn))
    }

    /// How many items were offered to an annotator again, and answered, passed by or taken back.
    pub fn repeat_count(&self, annotator: AnnotatorId) -> Result<u64> {
        let mut statement = self
            .connection()
            .prepare_cached("SELECT count(DISTINCT item_id) FROM repeat_judgment WHERE annotator_id = ?1")?;
        Ok(statement.query_row([annotator.0], |row| row.get::<i64>(0))? as u64)
    }

    /// Items that an annotator judged last at least so many judgments ago, the latest of them first, as long as
    /// `go_on` says so. Looks back over no more than some ten thousand rows.
    pub fn judged_before(
        &self,
        annotator: AnnotatorId,
        judgments_ago: u32,
        mut go_on: impl FnMut(ItemId) -> Result<bool>,
    ) -> Result<()> {
        const MOST_ROWS: i64 = 20_000;
        let newest: i64 = self
            .connection()
            .prepare_cached("SELECT coalesce(max(number), 0) FROM judgment")?
            .query_row((), |row| row.get(0))?;
        let mut statement = self.connection().prepare_cached(
            "SELECT j.item_id FROM judgment j JOIN latest l ON l.judgment = j.number \
             WHERE j.annotator_id = ?1 AND j.number > ?2 AND j.verdict = 'judged' ORDER BY j.number DESC",
        )?;
        let mut rows = statement.query([annotator.0, newest - MOST_ROWS])?;
        let mut passed = 0;
        while let Some(row) = rows.next()? {
            if passed < judgments_ago {
                passed += 1;
            } else if !go_on(ItemId(row.get(0)?))? {
                break;
            }
        }
        Ok(())
    }

    /// The number of the last row of the log of repeats; 0 where it is empty.
    pub fn last_repeat(&self) -> Result<i64> {
        let mut statement =
            self.connection().prepare_cached("SELECT coalesce(max(number), 0) FROM repeat_judgment")?;
        statement.query_row((), |row| row.get(0))
    }

    /// The log of repeats up to a row's number, withdrawn ones included, in the order of time and then of id.
    pub fn each_repeat(&self, last: i64, mut each: impl FnMut(Repeat) -> ControlFlow<()>) -> Result<()> {
        let sql = format!("{SELECT} WHERE number <= ?1 ORDER BY recorded_at, id");
        let mut statement = self.connection().prepare_cached(&sql)?;
        let mut rows = statement.stream([last])?;
        while let Some(row) = rows.next()? {
            if each(from_row(row)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The judgment with an id, superseded or not.
    pub fn judgment(&self, id: JudgmentId) -> Result<Option<Judgment>> {
        let sql = format!("{} WHERE j.id = ?1", judgment::SELECT);
        let mut statement = self.connection().prepare_cached(&sql)?;
        let mut rows = statement.query([id.0])?;
        rows.next()?.map(|row| judgment::JudgmentRows::new(self.connection())?.read(row)).transpose()
    }
}
