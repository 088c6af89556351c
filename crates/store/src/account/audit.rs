//! The audit log: what was done with accounts, by whom and from where. The database itself holds that it only grows.

use tiebreak_domain::{AnnotatorId, UnixMillis};

use crate::Result;
use crate::reader::Reader;
use crate::sql::{Connection, params};
use crate::store::Store;

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Random, the first six bytes its time.
    pub id: [u8; 16],
    /// When.
    pub at: UnixMillis,
    /// Who did it; none where nobody was known.
    pub annotator: Option<AnnotatorId>,
    /// What: a few words.
    pub action: String,
    /// About whom or what.
    pub about: String,
    /// From which address.
    pub address: String,
}

/// Adds a line.
pub(super) fn append(connection: &Connection, audit: &Audit) -> Result<()> {
    connection
            .prepare_cached(
                "INSERT INTO audit (id, at, annotator_id, action, about, address) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                 ON CONFLICT (id) DO NOTHING",
            )?
            .execute(params![
                audit.id,
                audit.at.0,
                audit.annotator.map(|annotator| annotator.0),
                audit.action,
                audit.about,
                audit.address,
            ])?;
    Ok(())
}

impl Store {
    /// Adds a line to the audit log.
    pub fn audit(&mut self, audit: &Audit) -> Result<()> {
        self.change(|connection| append(connection, audit))
    }
}

impl Reader {
    /// The last lines of the audit log, the latest first.
    pub fn audits(&self, count: u32) -> Result<Vec<Audit>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT id, at, annotator_id, action, about, address FROM audit ORDER BY id DESC LIMIT ?1",
        )?;
        let mut rows = statement.query([i64::from(count)])?;
        let mut audits = Vec::new();
        while let Some(row) = rows.next()? {
            audits.push(Audit {
                id: row.get(0)?,
                at: UnixMillis(row.get(1)?),
                annotator: row.get::<Option<i64>>(2)?.map(AnnotatorId),
                action: row.get(3)?,
                about: row.get(4)?,
                address: row.get(5)?,
            });
        }
        Ok(audits)
    }
}
