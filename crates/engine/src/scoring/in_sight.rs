//! Items in sight: those on a screen, those fetched for it, and those that are planned next. Models score them before
//! all others.
//!
//! Whoever offers an item notes it here and goes on; a run of scoring looks now and then at what came since it last
//! looked.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};

use tiebreak_domain::ItemId;

/// How many are kept: more than any screen fetches ahead.
const MOST_KEPT: usize = 64;

/// Items in sight, the oldest first.
#[derive(Default)]
pub struct InSight {
    noted: Mutex<Noted>,
}

#[derive(Default)]
struct Noted {
    /// The last of them.
    items: VecDeque<ItemId>,
    /// How many were noted in all.
    count: u64,
}

impl InSight {
    /// Notes items in the order in which they are wanted. What is known to be in sight already is not noted twice.
    pub fn note(&self, items: impl IntoIterator<Item = ItemId>) {
        let mut noted = self.noted();
        for item in items {
            if noted.items.contains(&item) {
                continue;
            }
            noted.items.push_back(item);
            noted.count += 1;
            if noted.items.len() > MOST_KEPT {
                noted.items.pop_front();
            }
        }
    }

    /// What was noted since somebody looked last, in order. `seen` counts what they have seen; from 0 it gives all.
    pub fn since(&self, seen: &mut u64) -> Vec<ItemId> {
        let noted = self.noted();
        let fresh = usize::try_from(noted.count - *seen).unwrap_or(usize::MAX).min(noted.items.len());
        *seen = noted.count;
        noted.items.range(noted.items.len() - fresh..).copied().collect()
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().expect("what is noted is changed whole")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_sees_what_is_new_to_them_in_order() {
        let ids = |numbers: &[i64]| numbers.iter().copied().map(ItemId).collect::<Vec<_>>();
        let in_sight = InSight::default();
        let (mut one, mut other) = (0, 0);
        in_sight.note(ids(&[5, 3, 9]));
        assert_eq!(in_sight.since(&mut one), ids(&[5, 3, 9]));
        assert_eq!(in_sight.since(&mut one), ids(&[]), "nothing twice");
        in_sight.note(ids(&[3, 4]));
        assert_eq!(in_sight.since(&mut one), ids(&[4]), "what is in sight already is no news");
        assert_eq!(
            in_sight.since(&mut other),
            ids(&[5, 3, 9, 4]),
            "a model that comes later begins with all"
        );
        in_sight.note((100..300).map(ItemId));
        assert_eq!(in_sight.since(&mut one).len(), MOST_KEPT, "what was long ago is let go of");
    }
}
