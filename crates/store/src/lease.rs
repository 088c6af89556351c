//! Leases: items that were offered to somebody and are kept for them for a while, so that nobody else is offered
//! the place that they are filling.

use tiebreak_domain::{AnnotatorId, ItemId, UnixMillis};

use crate::Result;
use crate::reader::Reader;
use crate::sql::{Connection, params};
use crate::store::Store;

/// An item kept for an annotator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The item.
    pub item: ItemId,
    /// For whom.
    pub annotator: AnnotatorId,
    /// Until when.
    pub expires_at: UnixMillis,
}

/// Ends the lease of an item that was judged; there may be none.
pub(crate) fn release(connection: &Connection, annotator: AnnotatorId, item: ItemId) -> Result<()> {
    let mut statement =
        connection.prepare_cached("DELETE FROM lease WHERE item_id = ?1 AND annotator_id = ?2")?;
    statement.execute([item.0, annotator.0])?;
    Ok(())
}

impl Store {
    /// Keeps items for annotators, and forgets leases that have expired.
    pub fn lease(&mut self, leases: &[Lease], now: UnixMillis) -> Result<()> {
        let transaction = self.connection.transaction()?;
        transaction.prepare_cached("DELETE FROM lease WHERE expires_at <= ?1")?.execute([now.0])?;
        for lease in leases {
            transaction
                .prepare_cached(
                    "INSERT INTO lease (item_id, annotator_id, expires_at) VALUES (?1, ?2, ?3) \
                     ON CONFLICT (item_id, annotator_id) DO UPDATE SET expires_at = excluded.expires_at",
                )?
                .execute(params![lease.item.0, lease.annotator.0, lease.expires_at.0])?;
        }
        transaction.commit()?;
        Ok(())
    }
}

impl Reader {
    /// Every lease, expired ones too.
    pub fn leases(&self) -> Result<Vec<Lease>> {
        let mut statement =
            self.connection().prepare("SELECT item_id, annotator_id, expires_at FROM lease")?;
        let leases = statement.query_map((), |row| {
            Ok(Lease {
                item: ItemId(row.get(0)?),
                annotator: AnnotatorId(row.get(1)?),
                expires_at: UnixMillis(row.get(2)?),
            })
        })?;
        leases.collect()
    }
}
