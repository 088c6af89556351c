//! Streams for exports: everything in a fixed order, in the memory of one item.
//!
//! Each runs in one read transaction, so that an export is a picture of one moment.

use std::ops::ControlFlow;

use roaring::RoaringBitmap;
use tiebreak_domain::{AnnotatorId, ItemId, ItemKey, Judgment, StoredItem, Verdict};

use super::Reader;
use crate::Result;
use crate::facets::bit;
use crate::item;
use crate::judgment::{self, JudgmentRows};
use crate::sql::Connection;

impl Reader {
    /// Active items that any of these annotators (anyone if none is named) judged or skipped, in the order
    /// of their ids, with those judgments in force, in the order of annotators.
    pub fn each_judged_item(
        &self,
        annotators: &[AnnotatorId],
        mut each: impl FnMut(StoredItem, Vec<Judgment>) -> ControlFlow<()>,
    ) -> Result<()> {
        let transaction = self.connection.read_transaction()?;
        let touched = self.facets.read().touched(annotators);
        for place in touched {
            let id = ItemId(i64::from(place));
            let verdicts = self.facets.read().verdicts(place);
            let mut judgments = Vec::with_capacity(1);
            for verdict in verdicts {
                if !annotators.is_empty() && !annotators.contains(&verdict.annotator) {
                    continue;
                }
                let latest = self.latest(verdict.annotator, id)?;
                judgments.extend(latest.filter(|judgment| judgment.given.verdict != Verdict::Withdrawn));
            }
            // The sets may be a moment ahead of this transaction.
            if !judgments.is_empty() && each(item::read(&self.connection, id)?, judgments).is_break() {
                break;
            }
        }
        transaction.finish()?;
        Ok(())
    }

    /// The number of the last judgment in the log up to which it is complete; 0 where there is none.
    ///
    /// In a database numbers are drawn before they are committed, and not committed in their order: an import holds its
    /// own for minutes. Up to this number there will never be a judgment that is not there now, so that whoever has
    /// read the log after asking for it may go on behind it and miss nothing. What is added meanwhile behind a number
    /// that an import holds is read again each time until that import ends.
    pub fn last_judgment_number(&self) -> Result<u64> {
        let mut statement = self.connection.prepare_cached(self.connection.dialect().last_number())?;
        Ok(statement.query_row((), |row| row.get::<i64>(0))? as u64)
    }

    /// The items that somebody said something of after the judgment with a number.
    pub fn items_judged_after(&self, number: u64) -> Result<RoaringBitmap> {
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        let mut statement =
            self.connection.prepare_cached("SELECT item_id FROM judgment WHERE number > ?1")?;
        let mut rows = statement.query([number])?;
        let mut items = RoaringBitmap::new();
        while let Some(row) = rows.next()? {
            items.insert(bit(ItemId(row.get(0)?))?);
        }
        Ok(items)
    }

    /// Every item, whatever its status, in the order of ids.
    pub fn each_item(&self, mut each: impl FnMut(StoredItem) -> ControlFlow<()>) -> Result<()> {
        let transaction = self.connection.read_transaction()?;
        each_item(&transaction, &mut each)?;
        transaction.finish()?;
        Ok(())
    }

    /// The whole log, superseded and withdrawn judgments included, in the order of time and then of id, each
    /// with its item's key.
    pub fn each_judgment(&self, mut each: impl FnMut(ItemKey, Judgment) -> ControlFlow<()>) -> Result<()> {
        let transaction = self.connection.read_transaction()?;
        {
            // Sorted by number, not by row: a million sorted rows would be a copy of the log.
            let mut order = transaction.prepare("SELECT number FROM judgment ORDER BY recorded_at, id")?;
            let mut one = transaction.prepare(&format!("{} WHERE j.number = ?1", judgment::SELECT))?;
            let mut key = transaction.prepare("SELECT content_key FROM item WHERE id = ?1")?;
            let mut judgments = JudgmentRows::new(&transaction)?;
            let mut numbers = order.stream(())?;
            while let Some(row) = numbers.next()? {
                let mut rows = one.query([row.get::<i64>(0)?])?;
                let Some(row) = rows.next()? else { continue };
                let judgment = judgments.read(row)?;
                let key = ItemKey(key.query_row([judgment.given.item.0], |row| row.get(0))?);
                if each(key, judgment).is_break() {
                    break;
                }
            }
        }
        transaction.finish()?;
        Ok(())
    }
}

/// Every item, in the order of ids.
pub(super) fn each_item(
    connection: &Connection,
    mut each: impl FnMut(StoredItem) -> ControlFlow<()>,
) -> Result<()> {
    let mut statement = connection.prepare(&format!("{} ORDER BY id", item::SELECT))?;
    let mut rows = statement.stream(())?;
    while let Some(row) = rows.next()? {
        if each(item::from_row(row)?).is_break() {
            break;
        }
    }
    Ok(())
}
