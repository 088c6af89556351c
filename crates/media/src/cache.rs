//! Things kept up to a number of bytes; the least recently used go when the budget is full.
//!
//! It knows nothing of what it keeps: decoded images and pyramids of tiles each have one of their own.

use std::{
    collections::{BTreeMap, HashMap},
    hash::Hash,
};

/// Values by key, up to a number of bytes.
#[derive(Debug)]
pub(crate) struct Cache<Key, Value> {
    budget_bytes: u64,
    held_bytes: u64,
    /// Counts uses; the smallest is the longest ago.
    clock: u64,
    kept: HashMap<Key, Kept<Value>>,
    by_use: BTreeMap<u64, Key>,
}

#[derive(Debug)]
struct Kept<Value> {
    used: u64,
    bytes: u64,
    value: Value,
}

impl<Key: Clone + Eq + Hash, Value: Clone> Cache<Key, Value> {
    /// An empty cache.
    pub(crate) fn new(budget_bytes: u64) -> Self {
        Self { budget_bytes, held_bytes: 0, clock: 0, kept: HashMap::new(), by_use: BTreeMap::new() }
    }

    /// The value, which becomes the most recently used.
    pub(crate) fn get(&mut self, key: &Key) -> Option<Value> {
        let kept = self.kept.get_mut(key)?;
        let key = self.by_use.remove(&kept.used)?;
        self.clock += 1;
        kept.used = self.clock;
        self.by_use.insert(self.clock, key);
        Some(kept.value.clone())
    }

    /// Keeps a value of a size, dropping others; one that is larger than the whole budget is not kept.
    pub(crate) fn insert(&mut self, key: Key, value: Value, bytes: u64) {
        self.remove(&key);
        if bytes > self.budget_bytes {
            return;
        }
        while self.held_bytes + bytes > self.budget_bytes {
            let Some((_, oldest)) = self.by_use.first_key_value() else { break };
            let oldest = oldest.clone();
            self.remove(&oldest);
        }
        self.clock += 1;
        self.held_bytes += bytes;
        self.by_use.insert(self.clock, key.clone());
        self.kept.insert(key, Kept { used: self.clock, bytes, value });
    }

    /// Drops a value.
    pub(crate) fn remove(&mut self, key: &Key) {
        if let Some(kept) = self.kept.remove(key) {
            self.by_use.remove(&kept.used);
            self.held_bytes -= kept.bytes;
        }
    }

    /// How much is held, in bytes as they were told.
    #[cfg(test)]
    pub(crate) fn held_bytes(&self) -> u64 {
        self.held_bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_least_recently_used_goes_first() {
        let mut cache = Cache::new(100);
        cache.insert(1, 'a', 40);
        cache.insert(2, 'b', 40);
        assert!(cache.get(&1).is_some());
        cache.insert(3, 'c', 40);
        assert!(cache.get(&2).is_none(), "1 was used after 2");
        assert!(cache.get(&1).is_some() && cache.get(&3).is_some());
        cache.insert(4, 'd', 101);
        assert!(cache.get(&4).is_none() && cache.held_bytes() == 80, "it would drop all others for nothing");
        cache.insert(3, 'e', 10);
        assert_eq!(cache.held_bytes(), 50, "a replaced value is not counted twice");
        cache.remove(&3);
        assert_eq!((cache.get(&3), cache.held_bytes()), (None, 40));
    }

    proptest! {
        #[test]
        fn the_budget_holds(steps in prop::collection::vec((0u8..8, 0u64..150, any::<bool>()), 0..60)) {
            let mut cache = Cache::new(200);
            for (name, bytes, is_insert) in steps {
                if is_insert {
                    cache.insert(name, bytes, bytes);
                    prop_assert_eq!(cache.get(&name), Some(bytes));
                } else {
                    cache.get(&name);
                }
                let held: u64 = cache.kept.values().map(|kept| kept.value).sum();
                prop_assert_eq!(held, cache.held_bytes());
                prop_assert!(held <= 200);
                prop_assert_eq!(cache.by_use.len(), cache.kept.len());
            }
        }
    }
}
