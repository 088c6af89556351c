//! Read connections, lent to whoever asks.
//!
//! Those for short questions are made when the project is opened: they share the sets that the store keeps current,
//! and the store is out of reach on its own thread afterwards, busy for as long as an import takes. Who finds none idle
//! waits for one; nobody holds two. What takes long, as exports and reports do, [opens](Readers::open) one of its own
//! that closes afterwards, so that nobody who judges waits for it.

use std::ops::Deref;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tiebreak_domain::ApiError;
use tiebreak_store::{Reader, Store};

use crate::failure;

/// How many connections there are for short questions.
const CONNECTIONS: usize = 6;

/// The pool of read connections of one project.
pub struct Readers {
    state: Mutex<State>,
    returned: Condvar,
}

struct State {
    idle: Vec<Reader>,
    lent: usize,
    is_closed: bool,
}

impl Readers {
    /// Makes every connection.
    pub fn of_store(store: &Store) -> Result<Self, ApiError> {
        let idle = (0..CONNECTIONS).map(|_| store.reader()).collect::<Result<_, _>>()?;
        let state = State { idle, lent: 0, is_closed: false };
        Ok(Self { state: Mutex::new(state), returned: Condvar::new() })
    }

    /// Lends a connection; waits where none is idle.
    pub fn lend(&self) -> Result<Lent<'_>, ApiError> {
        let mut state = self.state();
        loop {
            if state.is_closed {
                return Err(failure::closed());
            }
            if let Some(reader) = state.idle.pop() {
                state.lent += 1;
                return Ok(Lent { reader: Some(reader), pool: self, comes_back: true });
            }
            state = self.returned.wait(state).expect("the pool does not panic");
        }
    }

    /// Opens a connection for work that takes long; it closes when it is given back.
    pub fn open(&self) -> Result<Lent<'_>, ApiError> {
        let opened = self.lend()?.another()?;
        let mut state = self.state();
        if state.is_closed {
            return Err(failure::closed());
        }
        state.lent += 1;
        Ok(Lent { reader: Some(opened), pool: self, comes_back: false })
    }

    /// Lends nothing more, closes what is idle and waits up to `patience` for what is lent.
    pub fn close(&self, patience: Duration) {
        let until = Instant::now() + patience;
        let mut state = self.state();
        state.is_closed = true;
        state.idle.clear();
        self.returned.notify_all();
        while state.lent > 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                tracing::warn!(lent = state.lent, "the project closes while it is still being read");
                return;
            }
            state = self.returned.wait_timeout(state, left).expect("the pool does not panic").0;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the pool does not panic")
    }
}

/// A connection on loan.
pub struct Lent<'a> {
    reader: Option<Reader>,
    pool: &'a Readers,
    /// Whether others are lent it afterwards.
    comes_back: bool,
}

impl Deref for Lent<'_> {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        self.reader.as_ref().expect("it is given back only when the loan is dropped")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut reader = self.reader.take();
        if !self.comes_back {
            // Closed before it counts as given back, and while nobody waits for the pool.
            drop(reader.take());
        }
        let mut state = self.pool.state();
        state.lent -= 1;
        if let Some(reader) = reader
            && !state.is_closed
        {
            state.idle.push(reader);
        }
        self.pool.returned.notify_all();
    }
}
