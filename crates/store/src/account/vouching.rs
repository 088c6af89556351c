//! Sign-ins by OpenID Connect that have begun: what has to come back for them to end well.

use tiebreak_domain::UnixMillis;

use super::SecretHash;
use crate::Result;
use crate::sql::{Connection, params};
use crate::store::Store;

/// What was sent along, and is held against what comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vouching {
    /// What the identity has to name.
    pub nonce: String,
    /// What the code is redeemed with.
    pub verifier: String,
    /// The invitation that it accepts; none where the account is known.
    pub invitation: Option<SecretHash>,
    /// Until when.
    pub expires_at: UnixMillis,
}

impl Store {
    /// Keeps what has to come back, and forgets what did not in time.
    pub fn begin_vouching(&mut self, hash: &SecretHash, vouching: &Vouching, now: UnixMillis) -> Result<()> {
        self.change(|connection| {
            connection.execute("DELETE FROM vouching WHERE expires_at <= ?1", [now.0])?;
            connection.execute(
                "INSERT INTO vouching (hash, nonce, verifier, invitation, expires_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (hash) DO NOTHING",
                params![hash, vouching.nonce, vouching.verifier, vouching.invitation, vouching.expires_at.0],
            )?;
            Ok(())
        })
    }

    /// Takes out what was kept under a state, once; none where it is unknown or too old.
    pub fn end_vouching(&mut self, hash: &SecretHash, now: UnixMillis) -> Result<Option<Vouching>> {
        let (found, count) = self.change(|connection| {
            let found = find(connection, hash)?;
            let count = connection.execute("DELETE FROM vouching WHERE hash = ?1", params![hash])?;
            Ok((found, count))
        })?;
        Ok(found.filter(|found| count > 0 && found.expires_at > now))
    }
}

fn find(connection: &Connection, hash: &SecretHash) -> Result<Option<Vouching>> {
    let mut statement = connection
        .prepare_cached("SELECT nonce, verifier, invitation, expires_at FROM vouching WHERE hash = ?1")?;
    let mut rows = statement.query([hash])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Vouching {
        nonce: row.get(0)?,
        verifier: row.get(1)?,
        invitation: row.get(2)?,
        expires_at: UnixMillis(row.get(3)?),
    }))
}
