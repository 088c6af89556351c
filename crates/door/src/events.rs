//! What happens on its own, numbered, for whoever listens: streams wait without a thread, long polls with one.
//!
//! The last few hundred events are kept. Who comes back after more have passed is told so, and asks anew for what
//! they show.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use serde::Serialize;
use tiebreak_domain::Event;
use tokio::sync::watch;

/// How many are kept.
const KEPT: usize = 512;

/// Everything that happened lately.
pub struct Hub {
    state: Mutex<State>,
    happened: Condvar,
    next: watch::Sender<u64>,
}

struct State {
    /// The number of the next event.
    next: u64,
    kept: VecDeque<(u64, Arc<Event>)>,
}

/// What a listener hears.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Poll<E> {
    /// What to ask from next time.
    pub next: u64,
    /// What happened meanwhile.
    pub events: Vec<E>,
    /// Whether more happened than is kept: what is on the screen may be out of date.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub missed: bool,
}

impl Default for Hub {
    fn default() -> Self {
        let state = State { next: 1, kept: VecDeque::new() };
        Self { state: Mutex::new(state), happened: Condvar::new(), next: watch::Sender::new(1) }
    }
}

impl Hub {
    /// Something happened.
    pub fn push(&self, event: Event) {
        let next = {
            let mut state = self.state();
            let number = state.next;
            state.kept.push_back((number, Arc::new(event)));
            if state.kept.len() > KEPT {
                state.kept.pop_front();
            }
            state.next += 1;
            state.next
        };
        self.happened.notify_all();
        self.next.send_replace(next);
    }

    /// The number that the next event gets; 1 before there was any.
    pub fn next(&self) -> u64 {
        self.state().next
    }

    /// What happened from a number on.
    pub fn since(&self, number: u64) -> Poll<(u64, Arc<Event>)> {
        let state = self.state();
        let first = state.kept.front().map_or(state.next, |(first, _)| *first);
        let events = state.kept.iter().filter(|(known, _)| *known >= number).cloned().collect();
        // A number from beyond the end is of another process: this one cannot say what was missed.
        let is_of_another = number > state.next;
        Poll { next: state.next, events, missed: (number < first && number != 0) || is_of_another }
    }

    /// Waits until something happened from a number on, or the time is up.
    pub fn wait(&self, number: u64, patience: Duration) {
        let until = Instant::now() + patience;
        let mut state = self.state();
        while state.next == number {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            state = self.happened.wait_timeout(state, left).expect("events do not panic").0;
        }
    }

    /// Changes whenever something happens; its value is [`Hub::next`].
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.next.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("events do not panic")
    }
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::project::SearchIndex;

    use super::*;

    fn event(indexed: u64) -> Event {
        Event::SearchIndex(SearchIndex { indexed, total: 9 })
    }

    #[test]
    fn events_are_numbered_and_read_from_where_one_was() {
        let hub = Hub::default();
        assert_eq!((hub.next(), hub.since(1).events.len()), (1, 0));
        hub.push(event(1));
        hub.push(event(2));
        let heard = hub.since(2);
        assert_eq!((heard.next, heard.events.len(), heard.missed), (3, 1, false));
        assert_eq!(*heard.events[0].1, event(2));
        assert_eq!(hub.since(3).events.len(), 0);
    }

    #[test]
    fn who_was_away_for_too_long_is_told() {
        let hub = Hub::default();
        for number in 0..=KEPT as u64 {
            hub.push(event(number));
        }
        assert!(hub.since(1).missed, "the first was let go");
        assert!(!hub.since(2).missed);
        assert_eq!(hub.since(1).events.len(), KEPT);
    }

    #[test]
    fn a_number_of_another_process_is_not_waited_for() {
        let hub = Hub::default();
        hub.push(event(1));
        hub.wait(5_000, Duration::from_mins(1));
        let heard = hub.since(5_000);
        assert_eq!((heard.next, heard.events.len(), heard.missed), (2, 0, true));
        assert!(!hub.since(2).missed, "whoever heard all of it missed nothing");
    }

    #[test]
    fn a_long_poll_ends_with_the_next_event() {
        let hub = Arc::new(Hub::default());
        let waits = Arc::clone(&hub);
        let waiting = std::thread::Builder::new()
            .name("poll".into())
            .spawn(move || {
                waits.wait(1, Duration::from_mins(1));
                waits.next()
            })
            .expect("a thread");
        hub.push(event(1));
        assert_eq!(waiting.join().expect("it ends"), 2);
        assert!(hub.watch().has_changed().is_ok_and(|changed| !changed), "a new watch begins at what is");
    }
}
