//! Numbers of what one process alone holds: jobs, and results of searches.
//!
//! Several processes serve one project of a database, and a proxy may bring a request to another one than that which
//! gave the number. So each number carries a tag drawn by lot, and one that was given elsewhere names nothing here,
//! rather than somebody else's job.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Bits of a number that count; the tag stands above them. All of it fits what JavaScript takes for a number.
const COUNTED_BITS: u32 = 32;
/// How many tags there are.
const TAGS: u64 = 1 << 20;

/// Gives numbers.
#[derive(Debug)]
pub struct Numbers {
    tag: u64,
    last: AtomicU64,
}

impl Default for Numbers {
    fn default() -> Self {
        // Not the host's randomness: nothing that is stored or shown depends on it.
        let drawn = RandomState::new().hash_one("numbers");
        Self { tag: 1 + drawn % (TAGS - 1), last: AtomicU64::new(0) }
    }
}

impl Numbers {
    /// The next number.
    pub fn next(&self) -> u64 {
        (self.tag << COUNTED_BITS) | (self.last.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Whether this number was given here.
    pub fn gave(&self, number: u64) -> bool {
        let count = number & ((1 << COUNTED_BITS) - 1);
        self.tag == number >> COUNTED_BITS && (1..=self.last.load(Ordering::Relaxed)).contains(&count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_names_nothing_where_it_was_not_given() {
        let (one, other) = (Numbers { tag: 1, last: 0.into() }, Numbers { tag: 2, last: 0.into() });
        let (first, second) = (one.next(), one.next());
        assert_ne!(first, second);
        assert!(one.gave(first) && one.gave(second));
        assert!(!one.gave(second + 1) && !one.gave(0), "not given yet");
        let _ = other.next();
        assert!(!other.gave(first), "another process has given as many");
    }

    #[test]
    fn every_number_is_one_to_javascript() {
        let last = Numbers { tag: TAGS - 1, last: 5.into() };
        assert!(last.next() < 1 << 53);
        assert!((1..TAGS).contains(&Numbers::default().tag));
    }
}
