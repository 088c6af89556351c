//! Drafts: answers that were begun and not submitted, one per annotator and item. Unlike judgments they change
//! and go.

use tiebreak_domain::{AnnotatorId, Draft, ItemId, UnixMillis};

use crate::Result;
use crate::sql::{Connection, OptionalExtension, params};

/// Keeps a draft in the place of the one before.
pub(crate) fn save(
    connection: &Connection,
    annotator: AnnotatorId,
    item: ItemId,
    draft: &Draft,
    saved_at: UnixMillis,
) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO draft (annotator_id, item_id, body, saved_at) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (annotator_id, item_id) DO UPDATE SET body = excluded.body, saved_at = excluded.saved_at",
    )?;
    statement.execute(params![annotator.0, item.0, serde_json::to_string(draft)?, saved_at.0])?;
    Ok(())
}

/// Forgets a draft; there may be none.
pub(crate) fn forget(connection: &Connection, annotator: AnnotatorId, item: ItemId) -> Result<()> {
    let mut statement =
        connection.prepare_cached("DELETE FROM draft WHERE annotator_id = ?1 AND item_id = ?2")?;
    statement.execute([annotator.0, item.0])?;
    Ok(())
}

/// What an annotator began to say of an item.
pub(crate) fn read(connection: &Connection, annotator: AnnotatorId, item: ItemId) -> Result<Option<Draft>> {
    let mut statement =
        connection.prepare_cached("SELECT body FROM draft WHERE annotator_id = ?1 AND item_id = ?2")?;
    let body: Option<String> = statement.query_row([annotator.0, item.0], |row| row.get(0)).optional()?;
    Ok(body.map(|body| serde_json::from_str(&body)).transpose()?)
}
