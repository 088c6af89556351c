//! Read connections, lent to whoever asks: made when needed, a few kept.

use std::ops::{Deref, DerefMut};
use std::path::PathBuf;
use std::sync::{Condvar, Mutex};
use std::time::{Duration, Instant};

use tiebreak_domain::ApiError;
use tiebreak_store::Reader;

use crate::failure;

/// How many idle connections are kept; each holds its own page cache.
const KEPT: usize = 4;

/// The pool of read connections of one project.
pub struct Readers {
    path: PathBuf,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Reader>,
    lent: usize,
    is_closed: bool,
}

impl Readers {
    /// A pool that holds nothing yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path, state: Mutex::default(), returned: Condvar::new() }
    }

    /// Lends a connection, a new one where none is idle.
    pub fn lend(&self) -> Result<Lent<'_>, ApiError> {
        let idle = {
            let mut state = self.state();
            if state.is_closed {
                return Err(failure::closed());
            }
            state.lent += 1;
            state.idle.pop()
        };
        let mut lent = Lent { reader: idle, pool: self };
        if lent.reader.is_none() {
            lent.reader = Some(Reader::open(&self.path)?);
        }
        Ok(lent)
    }

    /// Lends nothing more, closes what is idle and waits up to `patience` for what is lent.
    pub fn close(&self, patience: Duration) {
        let until = Instant::now() + patience;
        let mut state = self.state();
        state.is_closed = true;
        state.idle.clear();
        while state.lent > 0 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                tracing::warn!(lent = state.lent, "the project closes while it is still being read");
                return;
            }
            state = self.returned.wait_timeout(state, left).expect("the pool does not panic").0;
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("the pool does not panic")
    }
}

/// A connection on loan.
pub struct Lent<'a> {
    reader: Option<Reader>,
    pool: &'a Readers,
}

impl Deref for Lent<'_> {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        self.reader.as_ref().expect("a connection is set before it is lent")
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut Reader {
        self.reader.as_mut().expect("a connection is set before it is lent")
    }
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state();
        state.lent -= 1;
        // One that was in use while its holder panicked is not trusted again.
        if let Some(reader) = self.reader.take()
            && !state.is_closed
            && state.idle.len() < KEPT
            && !std::thread::panicking()
        {
            state.idle.push(reader);
        }
        self.pool.returned.notify_all();
    }
}
