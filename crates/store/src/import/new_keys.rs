//! The keys of an import's new items, kept in memory until they can be stored in their order.
//!
//! Keys are hashes: stored one by one, each would touch another page of the table, and a million of them
//! would be written many times over. Sorted, they fill page after page.

use std::collections::HashMap;

use rusqlite::{Connection, params};
use tiebreak_domain::{ItemId, ItemKey};

use crate::Result;

/// With so many, the map takes some 22 MB, and twice that where it is sorted.
const MOST_IN_MEMORY: usize = 900_000;

/// The keys not stored yet.
#[derive(Default)]
pub(super) struct NewKeys(HashMap<[u8; 16], u32>);

impl NewKeys {
    /// The item with a key, if it is among these.
    pub(super) fn get(&self, key: ItemKey) -> Option<ItemId> {
        self.0.get(&key.0).map(|&number| ItemId(i64::from(number)))
    }

    /// Takes up a key that is nowhere yet; stores them all where they became too many, and says whether it did.
    pub(super) fn insert(&mut self, connection: &Connection, key: ItemKey, number: u32) -> Result<bool> {
        self.0.insert(key.0, number);
        let is_full = self.0.len() >= MOST_IN_MEMORY;
        if is_full {
            self.store(connection)?;
        }
        Ok(is_full)
    }

    /// Stores them all.
    pub(super) fn store(&mut self, connection: &Connection) -> Result<()> {
        let mut keys: Vec<_> = std::mem::take(&mut self.0).into_iter().collect();
        keys.sort_unstable();
        let mut statement =
            connection.prepare_cached("INSERT INTO item_key (content_key, item_id) VALUES (?1, ?2)")?;
        for (key, number) in keys {
            statement.execute(params![key, number])?;
        }
        Ok(())
    }
}
