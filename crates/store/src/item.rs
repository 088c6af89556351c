//! Items and candidates: rows in and out.

use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Candidate, Context, Item, ItemId, ItemKey, ItemStatus, Part, SourceId, StoredItem};

use crate::content_json::{candidates_from_json, parts_from_json};
use crate::sql::{Connection, OptionalExtension, Row, Value};
use crate::{Result, StoreError};

/// The columns of [`from_row`].
pub(crate) const SELECT: &str = "SELECT id, content_key, source_id, status, external_id, prompt, candidates, metadata, context FROM item ";

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

/// The item in a row of [`SELECT`].
pub(crate) fn from_row(row: &Row<'_>) -> Result<StoredItem> {
    let item = Item {
        external_id: row.get(4)?,
        prompt: parts(row, 5)?,
        context: context(row, 8)?,
        candidates: candidates(row, 6)?,
        metadata: metadata(row, 7)?,
    };
    let status = status_from_word(text(row, 3)?)?;
    Ok(StoredItem {
        id: ItemId(row.get(0)?),
        key: ItemKey(row.get(1)?),
        source: SourceId(row.get(2)?),
        status,
        item,
    })
}

/// One item.
pub(crate) fn read(connection: &Connection, id: ItemId) -> Result<StoredItem> {
    let mut statement = connection.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
    let mut found = statement.query([id.0])?;
    match found.next()? {
        Some(row) => from_row(row),
        None => Err(StoreError::NotFound(format!("item {id}"))),
    }
}

/// The item with a key.
pub(crate) fn by_key(connection: &Connection, key: ItemKey) -> Result<Option<(ItemId, ItemStatus)>> {
    let mut statement = connection.prepare_cached(
        "SELECT i.id, i.status FROM item_key k JOIN item i ON i.id = k.item_id WHERE k.content_key = ?1",
    )?;
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

/// A column of parts.
pub(crate) fn parts(row: &Row<'_>, column: usize) -> Result<Vec<Part>> {
    Ok(parts_from_json(text(row, column)?)?)
}

/// A column of candidates.
pub(crate) fn candidates(row: &Row<'_>, column: usize) -> Result<Vec<Candidate>> {
    Ok(candidates_from_json(text(row, column)?)?)
}

/// A column of what stands beside a prompt.
pub(crate) fn context(row: &Row<'_>, column: usize) -> Result<Vec<Context>> {
    match row.get_ref(column)? {
        Value::Null => Ok(Vec::new()),
        _ => json(row, column),
    }
}

fn metadata(row: &Row<'_>, column: usize) -> Result<Metadata> {
    match row.get_ref(column)? {
        Value::Null => Ok(Metadata::new()),
        _ => json(row, column),
    }
}
