//! Pairs by worth, where worth may only fall: looked at again only when it matters.
//!
//! After each pick of a greedy batch the worth of every pair changes, but never upwards (less variance left, a
//! nearer neighbour asked). So the best by an old worth, looked at again, is the best of all if it stays on top:
//! a batch costs a few looks instead of a pass over the pool per pick (lazy greedy, Minoux 1978).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// A pair with the worth it had when the batch held this many picks.
#[derive(Clone, Copy, Debug)]
struct Entry {
    worth: f32,
    pair: u32,
    picks_seen: u32,
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    /// Equal worths go in the order of the pool, so that a choice is the same on every machine.
    fn cmp(&self, other: &Self) -> Ordering {
        self.worth.total_cmp(&other.worth).then_with(|| other.pair.cmp(&self.pair))
    }
}

pub(super) struct LazyQueue {
    heap: BinaryHeap<Entry>,
}

impl LazyQueue {
    /// Pairs with their worth before the first pick.
    pub fn new(worths: impl Iterator<Item = (usize, f32)>) -> Self {
        let entry = |(pair, worth)| Entry { worth, pair: pair as u32, picks_seen: 0 };
        Self { heap: worths.map(entry).collect::<Vec<_>>().into() }
    }

    /// The best pair that is allowed, with its worth; it stays in the queue. `worth` looks at a pair again.
    /// What is not allowed is dropped for good: a pair once taken, or of a full cluster, does not come back.
    pub fn best(
        &mut self,
        picks: usize,
        is_allowed: impl Fn(usize) -> bool,
        mut worth: impl FnMut(usize) -> f32,
    ) -> Option<(usize, f32)> {
        while let Some(mut top) = self.heap.peek_mut() {
            let pair = top.pair as usize;
            if !is_allowed(pair) {
                std::collections::binary_heap::PeekMut::pop(top);
                continue;
            }
            if top.picks_seen == picks as u32 {
                return Some((pair, top.worth));
            }
            top.worth = worth(pair).min(top.worth);
            top.picks_seen = picks as u32;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn looks_again_only_at_the_top() {
        let mut queue = LazyQueue::new([9.0, 8.0, 7.0, 1.0].into_iter().enumerate());
        assert_eq!(queue.best(0, |_| true, |_| 0.0), Some((0, 9.0)));
        let looks = Cell::new(0);
        let fallen = [0.0, 3.0, 6.5, 0.5];
        let best = queue.best(
            1,
            |pair| pair != 0,
            |pair| {
                looks.set(looks.get() + 1);
                fallen[pair]
            },
        );
        assert_eq!(best, Some((2, 6.5)));
        assert_eq!(looks.get(), 2, "the last was never looked at");
        assert_eq!(queue.best(1, |_| false, |_| 0.0), None);
    }

    #[test]
    fn equal_worths_keep_the_order_of_the_pool() {
        let mut queue = LazyQueue::new([1.0, 1.0].into_iter().enumerate());
        assert_eq!(queue.best(0, |_| true, |_| 0.0), Some((0, 1.0)));
    }
}
