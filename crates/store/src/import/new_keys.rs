//! The keys of an import's new items, kept in memory until they can be stored in their order.
//!
//! Keys are hashes: stored one by one, each would touch another page of the table, and a million of them
//! would be written many times over. Sorted, they fill page after page.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use tiebreak_domain::{ItemId, ItemKey};

use crate::Result;
use crate::sql::{Connection, ToValue, Value, params};

/// With so many, the map takes some 44 MB, and nearly twice that where it is sorted.
pub(crate) const MOST_IN_MEMORY: usize = 1_800_000;

/// Within a statement the place of the key before is still known, and the next one's is right behind it.
const KEYS_PER_STATEMENT: usize = 64;

/// The keys not stored yet.
pub(super) struct NewKeys {
    items: HashMap<[u8; 16], u32, BuildHasherDefault<KeyHasher>>,
    most_in_memory: usize,
}

impl NewKeys {
    /// None, and at most so many at a time.
    pub(super) fn new(most_in_memory: usize) -> Self {
        Self { items: HashMap::default(), most_in_memory }
    }

    /// The item with a key, if it is among these.
    pub(super) fn get(&self, key: ItemKey) -> Option<ItemId> {
        self.items.get(&key.0).map(|&number| ItemId(i64::from(number)))
    }

    /// Takes up a key that is nowhere yet; stores them all where they became too many, and says whether it did.
    pub(super) fn insert(&mut self, connection: &Connection, key: ItemKey, number: u32) -> Result<bool> {
        self.items.insert(key.0, number);
        let is_full = self.items.len() >= self.most_in_memory;
        if is_full {
            self.store(connection)?;
        }
        Ok(is_full)
    }

    /// Stores them all.
    pub(super) fn store(&mut self, connection: &Connection) -> Result<()> {
        let mut keys: Vec<_> = self.items.drain().collect();
        keys.sort_unstable();
        let mut groups = keys.chunks_exact(KEYS_PER_STATEMENT);
        let rows = vec!["(?, ?)"; KEYS_PER_STATEMENT].join(", ");
        let mut insert =
            connection.prepare(&format!("INSERT INTO item_key (content_key, item_id) VALUES {rows}"))?;
        let mut values: Vec<Value<'_>> = Vec::with_capacity(2 * KEYS_PER_STATEMENT);
        for group in &mut groups {
            values.clear();
            for (key, number) in group {
                values.extend([key.to_value(), number.to_value()]);
            }
            insert.execute(values.as_slice())?;
        }
        let mut insert =
            connection.prepare_cached("INSERT INTO item_key (content_key, item_id) VALUES (?1, ?2)")?;
        for (key, number) in groups.remainder() {
            insert.execute(params![key, number])?;
        }
        Ok(())
    }
}

/// Keys are hashes already: their last bytes will do.
#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(last) = bytes.last_chunk() {
            self.0 = u64::from_le_bytes(*last);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
