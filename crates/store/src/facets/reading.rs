//! Reading the sets: a lock that many hold at a time, each thread once.
//!
//! A lock of this kind lets nobody in while somebody waits to change what it guards. A thread that takes it a second
//! time would therefore wait for the change, and the change for the thread's first taking, for ever. It shows only when
//! a change comes in between, so that debug builds, and with them every test, look for it whenever the sets are read.
//! They also look whether a database is asked meanwhile: its server may be far away, and everybody would wait for it.

use std::ops::Deref;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use super::Facets;

#[cfg(debug_assertions)]
thread_local! {
    /// The locks that this thread reads under now, by where they are.
    static READING: std::cell::RefCell<Vec<usize>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// The sets, which nobody changes as long as this is there.
pub struct FacetsRead<'a> {
    facets: RwLockReadGuard<'a, Facets>,
    #[cfg(debug_assertions)]
    lock: usize,
}

impl<'a> FacetsRead<'a> {
    pub(super) fn of(lock: &'a RwLock<Facets>) -> Self {
        refuse_while_reading(lock);
        // Every change is made of set operations that do not panic half way.
        let facets = lock.read().unwrap_or_else(PoisonError::into_inner);
        #[cfg(debug_assertions)]
        READING.with_borrow_mut(|reading| reading.push(place_of(lock)));
        Self {
            facets,
            #[cfg(debug_assertions)]
            lock: place_of(lock),
        }
    }
}

impl Deref for FacetsRead<'_> {
    type Target = Facets;

    fn deref(&self) -> &Facets {
        &self.facets
    }
}

#[cfg(debug_assertions)]
impl Drop for FacetsRead<'_> {
    fn drop(&mut self) {
        READING.with_borrow_mut(|reading| {
            if let Some(place) = reading.iter().rposition(|lock| *lock == self.lock) {
                reading.swap_remove(place);
            }
        });
    }
}

/// In debug builds, panics where this thread reads under a lock that it is about to take.
pub(super) fn refuse_while_reading(lock: &RwLock<Facets>) {
    #[cfg(debug_assertions)]
    READING.with_borrow(|reading| {
        assert!(
            !reading.contains(&place_of(lock)),
            "this thread reads the sets already, and may wait for ever"
        );
    });
    #[cfg(not(debug_assertions))]
    let _ = lock;
}

/// In debug builds, panics where this thread reads sets while it asks a database.
pub(crate) fn refuse_questions_while_reading() {
    #[cfg(debug_assertions)]
    READING.with_borrow(|reading| {
        assert!(reading.is_empty(), "a database is asked while this thread keeps the sets from changing");
    });
}

#[cfg(debug_assertions)]
fn place_of(lock: &RwLock<Facets>) -> usize {
    std::ptr::from_ref(lock).addr()
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::super::SharedFacets;

    #[test]
    fn a_thread_reads_the_sets_once_at_a_time() {
        let (one, other) = (SharedFacets::default(), SharedFacets::default());
        let first = one.read();
        drop(other.read());
        let again = one.clone();
        let nested = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(again.read())));
        assert!(nested.is_err(), "a second reading of one project's sets could wait for ever");
        let changed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(again.write())));
        assert!(changed.is_err(), "a change would wait for ever");
        drop(first);
        drop(one.read());
        drop(one.write());
    }
}
