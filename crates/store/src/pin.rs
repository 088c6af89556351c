//! PINs: the salted hash that a seat is kept by, and how often it was tried wrongly, which outlasts the program.

use tiebreak_domain::{AnnotatorId, UnixMillis};

use crate::Result;
use crate::people::ensure;
use crate::reader::Reader;
use crate::sql::params;
use crate::store::Store;

/// What is stored of a PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PinRecord {
    /// What was mixed in: random, one for each PIN.
    pub salt: [u8; 16],
    /// The hash of both.
    pub hash: [u8; 32],
}

/// How a seat is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PinState {
    /// The PIN; none where the seat is free.
    pub record: Option<PinRecord>,
    /// Wrong PINs in a row.
    pub wrong: u32,
    /// When the last wrong one was given.
    pub wrong_at: UnixMillis,
}

impl Store {
    /// Keeps a seat by a PIN, or lets it go; wrong attempts are forgotten.
    pub fn set_pin(&mut self, annotator: AnnotatorId, record: Option<&PinRecord>) -> Result<()> {
        self.change(|connection| {
            ensure(connection, annotator)?;
            connection.execute(
                "UPDATE person SET pin_salt = ?2, pin_hash = ?3, wrong_pins = 0, wrong_pin_at = 0 \
                 WHERE annotator_id = ?1",
                params![annotator.0, record.map(|record| record.salt), record.map(|record| record.hash)],
            )?;
            Ok(())
        })
    }

    /// Notes how a PIN was tried: when it was wrong, or that it was right, which ends the row of wrong ones.
    pub fn note_pin_attempt(&mut self, annotator: AnnotatorId, wrong_at: Option<UnixMillis>) -> Result<()> {
        self.change(|connection| {
            let mut statement = connection.prepare_cached(
                "UPDATE person SET wrong_pins = CASE WHEN CAST(?2 AS BIGINT) IS NULL THEN 0 \
             WHEN wrong_pins < 1000 THEN wrong_pins + 1 ELSE 1001 END, \
             wrong_pin_at = coalesce(CAST(?2 AS BIGINT), 0) WHERE annotator_id = ?1",
            )?;
            statement.execute(params![annotator.0, wrong_at.map(|at| at.0)])?;
            Ok(())
        })
    }
}

impl Reader {
    /// How an annotator's seat is kept.
    pub fn pin_state(&self, annotator: AnnotatorId) -> Result<PinState> {
        let mut statement = self.connection().prepare_cached(
            "SELECT pin_salt, pin_hash, wrong_pins, wrong_pin_at FROM person WHERE annotator_id = ?1",
        )?;
        let mut rows = statement.query([annotator.0])?;
        let Some(row) = rows.next()? else { return Ok(PinState::default()) };
        let (salt, hash): (Option<[u8; 16]>, Option<[u8; 32]>) = (row.get(0)?, row.get(1)?);
        Ok(PinState {
            record: salt.zip(hash).map(|(salt, hash)| PinRecord { salt, hash }),
            wrong: row.get(2)?,
            wrong_at: UnixMillis(row.get(3)?),
        })
    }
}
