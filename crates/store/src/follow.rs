//! The follower: hears what other processes change in a project that they share, and changes the sets of this one.
//!
//! It listens on a connection of its own. What it hears says what changed; what it may have missed it looks for itself:
//! every few seconds the judgments that came since, and after a lost connection everything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::change::{Change, Told};
use crate::facets::SharedFacets;
use crate::place::ProjectPlace;
use crate::sql::postgres::{DatabaseAddress, Hearing};
use crate::sql::{Connection, postgres};
use crate::store::Store;
use crate::{Result, StoreError};

/// How long a silence is listened to: closing waits for no longer.
const LISTEN: Duration = Duration::from_millis(200);
/// How often it looks itself.
const LOOK: Duration = Duration::from_secs(5);
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Follows what others change; stops when it is dropped.
pub struct Follower {
    is_stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Store {
    /// Follows what other processes change, and calls `heard` after the sets have followed; none where nobody else can
    /// change the project. [`Change::Items`] says that everything may be new.
    pub fn follow(&self, heard: impl Fn(&Change) + Send + 'static) -> Result<Option<Follower>> {
        let ProjectPlace::Database(address) = self.place() else { return Ok(None) };
        let mut following = Following {
            address: address.clone(),
            own: self.teller(),
            facets: self.facets(),
            heard: Box::new(heard),
            seen: 0,
        };
        // Heard from here on; what the sets missed between their loading and now is looked for.
        let connection = postgres::connect(address)?;
        let hearing = Hearing::begin(address)?;
        following.see(&connection)?;
        following.facets.rebuild(&connection)?;
        let is_stopped = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&is_stopped);
        let thread = std::thread::Builder::new()
            .name("tiebreak-follower".to_owned())
            .spawn(move || following.run(connection, hearing, &stop))
            .map_err(|source| StoreError::File { path: "a thread".into(), source })?;
        Ok(Some(Follower { is_stopped, thread: Some(thread) }))
    }
}

impl Follower {
    /// Hears nothing more.
    pub fn stop(&mut self) {
        self.is_stopped.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread that follows other processes panicked");
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Following {
    address: DatabaseAddress,
    /// What this process is called.
    own: u64,
    facets: SharedFacets,
    heard: Box<dyn Fn(&Change) + Send>,
    /// The number in the log up to which nothing was still to come at the last look.
    seen: i64,
}

impl Following {
    fn run(&mut self, connection: Connection, hearing: Hearing, stop: &AtomicBool) {
        let mut connection = connection;
        let mut hearing = hearing;
        let mut looked = Instant::now();
        while !stop.load(Ordering::Acquire) {
            let followed = hearing.next(LISTEN).and_then(|heard| {
                for payload in heard {
                    self.hear(&connection, &payload)?;
                }
                if looked.elapsed() >= LOOK {
                    looked = Instant::now();
                    self.look(&connection)?;
                }
                Ok(())
            });
            if let Err(error) = followed {
                tracing::warn!(%error, "what others change cannot be followed for now");
                let Some((anew, hearing_anew)) = self.return_to(stop) else { return };
                (connection, hearing) = (anew, hearing_anew);
            }
        }
    }

    /// Connects again, and builds the sets anew.
    fn return_to(&mut self, stop: &AtomicBool) -> Option<(Connection, Hearing)> {
        let mut wait = FIRST_WAIT;
        while !stop.load(Ordering::Acquire) {
            std::thread::sleep(wait);
            wait = (wait * 2).min(LONGEST_WAIT);
            let returned = postgres::connect(&self.address).and_then(|connection| {
                let hearing = Hearing::begin(&self.address)?;
                self.see(&connection)?;
                self.facets.rebuild(&connection)?;
                Ok((connection, hearing))
            });
            match returned {
                Ok(returned) => {
                    (self.heard)(&Change::Items);
                    return Some(returned);
                }
                Err(error) => tracing::debug!(%error, "the database is still away"),
            }
        }
        None
    }

    fn hear(&self, connection: &Connection, payload: &str) -> Result<()> {
        // What a newer program tells and this one does not know may be anything.
        let told = serde_json::from_str::<Told>(payload);
        let change = match told {
            Ok(told) if told.by == self.own => return Ok(()),
            Ok(told) => told.change,
            Err(_) => Change::Items,
        };
        if !self.facets.apply(&change) {
            self.facets.rebuild(connection)?;
        }
        (self.heard)(&change);
        Ok(())
    }

    fn see(&mut self, connection: &Connection) -> Result<()> {
        self.seen = connection.query_row(connection.dialect().last_number(), (), |row| row.get(0))?;
        Ok(())
    }

    /// Looks for judgments that nobody told of.
    fn look(&mut self, connection: &Connection) -> Result<()> {
        let since = self.seen;
        self.see(connection)?;
        let mut statement = connection.prepare_cached(
            "SELECT DISTINCT l.annotator_id, l.item_id, l.state FROM judgment j \
             JOIN latest l ON l.annotator_id = j.annotator_id AND l.item_id = j.item_id WHERE j.number > ?1",
        )?;
        let mut rows = statement.stream([since])?;
        while let Some(row) = rows.next()? {
            let change = Change::Word { annotator: row.get(0)?, item: row.get(1)?, state: row.get(2)? };
            if !self.facets.says(&change) {
                self.facets.apply(&change);
                (self.heard)(&change);
            }
        }
        Ok(())
    }
}
