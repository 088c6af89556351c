//! Items and candidates: rows in and out. Parts and metadata are JSON texts, exactly as domain writes them.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Candidate, Item, ItemId, ItemKey, ItemStatus, SourceId, StoredItem};

use crate::{Result, StoreError};

/// Candidates of one item have ids `item * CANDIDATE_STRIDE + index`.
pub(crate) const CANDIDATE_STRIDE: i64 = 16;

/// The columns of [`ItemRows::read`].
pub(crate) const SELECT: &str =
    "SELECT id, content_key, source_id, status, external_id, prompt, metadata FROM item ";

const SELECT_CANDIDATES: &str =
    "SELECT model, parts, metadata FROM candidate WHERE id BETWEEN ?1 AND ?2 ORDER BY id";

/// The word stored for a status.
pub(crate) fn status_word(status: ItemStatus) -> &'static str {
    match status {
        ItemStatus::Active => "active",
        ItemStatus::Excluded => "excluded",
        ItemStatus::Deleted => "deleted",
    }
}

/// The status that a stored word names; the database lets no other word in.
pub(crate) fn status_from_word(word: &str) -> Result<ItemStatus> {
    match word {
        "active" => Ok(ItemStatus::Active),
        "excluded" => Ok(ItemStatus::Excluded),
        "deleted" => Ok(ItemStatus::Deleted),
        other => Err(StoreError::Damaged(format!("an item has an unknown status: {other:?}"))),
    }
}

/// Reads rows of [`SELECT`], each with its candidates.
pub(crate) struct ItemRows<'connection> {
    candidates: CachedStatement<'connection>,
}

impl<'connection> ItemRows<'connection> {
    pub(crate) fn new(connection: &'connection Connection) -> Result<Self> {
        Ok(Self { candidates: connection.prepare_cached(SELECT_CANDIDATES)? })
    }

    /// The item in a row of [`SELECT`].
    pub(crate) fn read(&mut self, row: &Row<'_>) -> Result<StoredItem> {
        let id = ItemId(row.get(0)?);
        let item = Item {
            external_id: row.get(4)?,
            prompt: json(row, 5)?,
            candidates: self.candidates_of(id)?,
            metadata: metadata(row, 6)?,
        };
        let status = status_from_word(text(row, 3)?)?;
        Ok(StoredItem { id, key: ItemKey(row.get(1)?), source: SourceId(row.get(2)?), status, item })
    }

    /// The candidates of an item, in its order.
    pub(crate) fn candidates_of(&mut self, id: ItemId) -> Result<Vec<Candidate>> {
        let first = id.0 * CANDIDATE_STRIDE;
        let mut rows = self.candidates.query([first, first + CANDIDATE_STRIDE - 1])?;
        let mut candidates = Vec::with_capacity(2);
        while let Some(row) = rows.next()? {
            candidates.push(Candidate {
                parts: json(row, 1)?,
                model: row.get(0)?,
                metadata: metadata(row, 2)?,
            });
        }
        Ok(candidates)
    }
}

/// One item.
pub(crate) fn read(connection: &Connection, id: ItemId) -> Result<StoredItem> {
    let mut rows = ItemRows::new(connection)?;
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
    let mut found = statement.query([id.0])?;
    match found.next()? {
        Some(row) => rows.read(row),
        None => Err(StoreError::NotFound(format!("item {id}"))),
    }
}

/// The item with a key.
pub(crate) fn by_key(connection: &Connection, key: ItemKey) -> Result<Option<(ItemId, ItemStatus)>> {
    let mut statement = connection.prepare_cached("SELECT id, status FROM item WHERE content_key = ?1")?;
    let found: Option<(i64, String)> =
        statement.query_row([key.0], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    found.map(|(id, status)| Ok((ItemId(id), status_from_word(&status)?))).transpose()
}

/// A text column without a copy.
pub(crate) fn text<'row>(row: &'row Row<'_>, column: usize) -> Result<&'row str> {
    row.get_ref(column)?.as_str().map_err(|_| StoreError::Damaged(format!("column {column} holds no text")))
}

/// A column of JSON.
pub(crate) fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T> {
    Ok(serde_json::from_str(text(row, column)?)?)
}

fn metadata(row: &Row<'_>, column: usize) -> Result<Metadata> {
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(Metadata::new()),
        _ => json(row, column),
    }
}
