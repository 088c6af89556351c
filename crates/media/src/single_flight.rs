//! Work that several threads want at once is done once.
//!
//! The first caller of a key does the work; those who come meanwhile wait for its result. If the first one
//! panics, the next takes over, so nobody waits for ever.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

/// Running work by key.
pub(crate) struct SingleFlight<Key, Value> {
    flights: Mutex<HashMap<Key, Arc<Flight<Value>>>>,
}

struct Flight<Value> {
    state: Mutex<State<Value>>,
    changed: Condvar,
}

enum State<Value> {
    Running,
    Done(Value),
    Abandoned,
}

impl<Key: Clone + Eq + Hash, Value: Clone> SingleFlight<Key, Value> {
    pub(crate) fn new() -> Self {
        Self { flights: Mutex::new(HashMap::new()) }
    }

    /// Does the work, or waits for the thread that is doing it.
    pub(crate) fn run(&self, key: Key, work: impl FnOnce() -> Value) -> Value {
        loop {
            let (flight, is_first) = self.join(&key);
            if is_first {
                let mut landing = Landing { flights: self, key, flight, outcome: State::Abandoned };
                let value = work();
                landing.outcome = State::Done(value.clone());
                return value;
            }
            let running = |state: &mut State<Value>| matches!(state, State::Running);
            let state = flight
                .changed
                .wait_while(locked(&flight.state), running)
                .unwrap_or_else(PoisonError::into_inner);
            if let State::Done(value) = &*state {
                return value.clone();
            }
        }
    }

    fn join(&self, key: &Key) -> (Arc<Flight<Value>>, bool) {
        let mut flights = locked(&self.flights);
        if let Some(flight) = flights.get(key) {
            return (flight.clone(), false);
        }
        let flight = Arc::new(Flight { state: Mutex::new(State::Running), changed: Condvar::new() });
        flights.insert(key.clone(), flight.clone());
        (flight, true)
    }
}

/// Ends a flight however its work ended.
struct Landing<'a, Key: Clone + Eq + Hash, Value: Clone> {
    flights: &'a SingleFlight<Key, Value>,
    key: Key,
    flight: Arc<Flight<Value>>,
    outcome: State<Value>,
}

impl<Key: Clone + Eq + Hash, Value: Clone> Drop for Landing<'_, Key, Value> {
    fn drop(&mut self) {
        locked(&self.flights.flights).remove(&self.key);
        *locked(&self.flight.state) = std::mem::replace(&mut self.outcome, State::Abandoned);
        self.flight.changed.notify_all();
    }
}

/// A lock whose data is valid even if a thread died holding it.
pub(crate) fn locked<Value>(mutex: &Mutex<Value>) -> MutexGuard<'_, Value> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::{
        sync::{
            Barrier,
            atomic::{AtomicU32, Ordering},
        },
        thread,
        time::Duration,
    };

    use super::*;

    #[test]
    fn eight_callers_share_one_run() {
        let (flights, runs, start) = (SingleFlight::new(), AtomicU32::new(0), Barrier::new(8));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    start.wait();
                    let value = flights.run("key", || {
                        runs.fetch_add(1, Ordering::SeqCst);
                        thread::sleep(Duration::from_millis(200));
                        7
                    });
                    assert_eq!(value, 7);
                });
            }
        });
        assert_eq!(runs.load(Ordering::SeqCst), 1, "the others waited");
        assert_eq!(flights.run("key", || 8), 8, "a finished flight is not a cache");
    }

    #[test]
    fn a_panic_hands_the_work_on() {
        let (flights, start) = (SingleFlight::new(), Barrier::new(2));
        thread::scope(|scope| {
            let first = scope.spawn(|| {
                flights.run("key", || {
                    start.wait();
                    thread::sleep(Duration::from_millis(50));
                    panic!("on purpose")
                })
            });
            start.wait();
            assert_eq!(flights.run("key", || 2), 2);
            assert!(first.join().is_err());
        });
    }
}
