//! Frames that were decoded, the least recently used of which go when the byte budget is full.

use std::collections::{BTreeMap, HashMap};

use tiebreak_domain::door::Pixels;

/// Which frame: the number of its video, the size it is to fit in, and its index.
pub(crate) type FrameKey = (u64, [u32; 2], u32);

/// Frames up to a number of bytes.
#[derive(Debug)]
pub(crate) struct FrameCache {
    budget_bytes: usize,
    held_bytes: usize,
    /// Counts uses; the smallest is the longest ago.
    clock: u64,
    frames: HashMap<FrameKey, (u64, Pixels)>,
    by_use: BTreeMap<u64, FrameKey>,
}

impl FrameCache {
    pub fn new(budget_bytes: usize) -> Self {
        Self { budget_bytes, held_bytes: 0, clock: 0, frames: HashMap::new(), by_use: BTreeMap::new() }
    }

    /// The frame, which becomes the most recently used.
    pub fn get(&mut self, key: FrameKey) -> Option<Pixels> {
        let (used, pixels) = self.frames.get_mut(&key)?;
        self.by_use.remove(used);
        self.clock += 1;
        *used = self.clock;
        self.by_use.insert(self.clock, key);
        Some(pixels.clone())
    }

    /// Keeps a frame, dropping others.
    pub fn insert(&mut self, key: FrameKey, pixels: Pixels) {
        self.remove(key);
        self.held_bytes += pixels.rgba.len();
        self.clock += 1;
        self.by_use.insert(self.clock, key);
        self.frames.insert(key, (self.clock, pixels));
        while self.held_bytes > self.budget_bytes {
            let Some((_, oldest)) = self.by_use.first_key_value() else { break };
            self.remove(*oldest);
        }
    }

    fn remove(&mut self, key: FrameKey) {
        if let Some((used, pixels)) = self.frames.remove(&key) {
            self.by_use.remove(&used);
            self.held_bytes -= pixels.rgba.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(bytes: usize) -> Pixels {
        Pixels { width: 1, height: 1, full_width: 1, full_height: 1, rgba: vec![0; bytes].into() }
    }

    #[test]
    fn the_budget_holds_and_what_was_used_stays() {
        let mut cache = FrameCache::new(100);
        cache.insert((1, [9, 9], 0), pixels(40));
        cache.insert((1, [9, 9], 1), pixels(40));
        assert!(cache.get((1, [9, 9], 0)).is_some());
        cache.insert((2, [9, 9], 0), pixels(40));
        assert!(cache.get((1, [9, 9], 1)).is_none(), "frame 0 was used after it");
        assert!(cache.get((1, [9, 9], 0)).is_some() && cache.get((2, [9, 9], 0)).is_some());
        cache.insert((2, [9, 9], 0), pixels(10));
        assert_eq!(cache.held_bytes, 50, "a replaced frame is not counted twice");
        cache.insert((3, [9, 9], 0), pixels(101));
        assert_eq!((cache.held_bytes, cache.frames.len(), cache.by_use.len()), (0, 0, 0));
    }
}
