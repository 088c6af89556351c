//! Decoded images, the least recently used of which go when the byte budget is full.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    time::SystemTime,
};

use tiebreak_domain::door::Pixels;

/// Which content: a file that was changed is another content.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ContentKey {
    /// A file as it was last written.
    File {
        /// Where, resolved.
        path: PathBuf,
        /// When it was changed, where the system tells.
        modified: Option<SystemTime>,
        /// Its size.
        bytes: u64,
    },
    /// An http(s) address.
    Address(String),
}

/// Which decoded image: a content at a size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ImageKey {
    /// Of what.
    pub content: ContentKey,
    /// The size it was to fit in.
    pub fit: [u32; 2],
}

/// Decoded images up to a number of bytes.
#[derive(Debug)]
pub struct ImageCache {
    budget_bytes: usize,
    held_bytes: usize,
    /// Counts uses; the smallest is the longest ago.
    clock: u64,
    images: HashMap<ImageKey, (u64, Pixels)>,
    by_use: BTreeMap<u64, ImageKey>,
}

impl ImageCache {
    /// An empty cache.
    pub fn new(budget_bytes: usize) -> Self {
        Self { budget_bytes, held_bytes: 0, clock: 0, images: HashMap::new(), by_use: BTreeMap::new() }
    }

    /// The image, which becomes the most recently used.
    pub fn get(&mut self, key: &ImageKey) -> Option<Pixels> {
        let (used, pixels) = self.images.get_mut(key)?;
        let key = self.by_use.remove(used)?;
        self.clock += 1;
        *used = self.clock;
        self.by_use.insert(self.clock, key);
        Some(pixels.clone())
    }

    /// Keeps an image, dropping others; one that is larger than the whole budget is not kept.
    pub fn insert(&mut self, key: ImageKey, pixels: Pixels) {
        self.remove(&key);
        let bytes = pixels.rgba.len();
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
        self.images.insert(key, (self.clock, pixels));
    }

    /// How much is held, in bytes of pixels.
    pub fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    fn remove(&mut self, key: &ImageKey) {
        if let Some((used, pixels)) = self.images.remove(key) {
            self.by_use.remove(&used);
            self.held_bytes -= pixels.rgba.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(name: u8) -> ImageKey {
        ImageKey { content: ContentKey::Address(name.to_string()), fit: [1, 1] }
    }

    fn pixels(bytes: usize) -> Pixels {
        Pixels { width: 1, height: 1, full_width: 1, full_height: 1, rgba: vec![0; bytes].into() }
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let mut cache = ImageCache::new(100);
        cache.insert(key(1), pixels(40));
        cache.insert(key(2), pixels(40));
        assert!(cache.get(&key(1)).is_some());
        cache.insert(key(3), pixels(40));
        assert!(cache.get(&key(2)).is_none(), "1 was used after 2");
        assert!(cache.get(&key(1)).is_some() && cache.get(&key(3)).is_some());
        cache.insert(key(4), pixels(101));
        assert!(
            cache.get(&key(4)).is_none() && cache.held_bytes() == 80,
            "it would drop all others for nothing"
        );
        cache.insert(key(3), pixels(10));
        assert_eq!(cache.held_bytes(), 50, "a replaced image is not counted twice");
    }

    proptest! {
        #[test]
        fn the_budget_holds(steps in prop::collection::vec((0u8..8, 0usize..150, any::<bool>()), 0..60)) {
            let mut cache = ImageCache::new(200);
            for (name, bytes, is_insert) in steps {
                if is_insert {
                    cache.insert(key(name), pixels(bytes));
                    prop_assert!(cache.get(&key(name)).is_some_and(|held| held.rgba.len() == bytes));
                } else {
                    cache.get(&key(name));
                }
                let held: usize = cache.images.values().map(|(_, pixels)| pixels.rgba.len()).sum();
                prop_assert_eq!(held, cache.held_bytes());
                prop_assert!(held <= 200);
                prop_assert_eq!(cache.by_use.len(), cache.images.len());
            }
        }
    }
}
