//! Sign-ins: browsers that are known by a cookie, until it expires, was unused for too long, or is given back.

use std::collections::HashMap;

use tiebreak_domain::{AnnotatorId, Role, UnixMillis};

use super::{SecretHash, role_from};
use crate::Result;
use crate::reader::Reader;
use crate::sql::params;
use crate::store::Store;

/// A browser that is signed in, and whose account it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Whose.
    pub annotator: AnnotatorId,
    /// What they are called.
    pub name: String,
    /// What they may do now.
    pub role: Role,
    /// When it was last used, to within some minutes.
    pub seen_at: UnixMillis,
    /// Until when at the latest.
    pub expires_at: UnixMillis,
}

impl Store {
    /// Signs a browser in, and forgets the sign-ins that have expired.
    pub fn sign_in(
        &mut self,
        hash: &SecretHash,
        annotator: AnnotatorId,
        now: UnixMillis,
        expires_at: UnixMillis,
    ) -> Result<()> {
        self.change(|connection| {
            connection.execute("DELETE FROM sign_in WHERE expires_at <= ?1", [now.0])?;
            connection.execute(
                "INSERT INTO sign_in (hash, annotator_id, created_at, seen_at, expires_at) \
                 VALUES (?1, ?2, ?3, ?3, ?4) ON CONFLICT (hash) DO NOTHING",
                params![hash, annotator.0, now.0, expires_at.0],
            )?;
            Ok(())
        })
    }

    /// Notes that a sign-in was used.
    pub fn note_seen(&mut self, hash: &SecretHash, now: UnixMillis) -> Result<()> {
        let sql = "UPDATE sign_in SET seen_at = ?2 WHERE hash = ?1";
        self.change(|connection| connection.prepare_cached(sql)?.execute(params![hash, now.0]))?;
        Ok(())
    }

    /// Signs a browser out.
    pub fn sign_out(&mut self, hash: &SecretHash) -> Result<()> {
        self.change(|connection| connection.execute("DELETE FROM sign_in WHERE hash = ?1", params![hash]))?;
        Ok(())
    }
}

impl Reader {
    /// Who is signed in by a cookie; none of an account that is shut out.
    pub fn signed_in(&self, hash: &SecretHash) -> Result<Option<SignIn>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT s.annotator_id, n.name, a.role, s.seen_at, s.expires_at FROM sign_in s \
             JOIN account a ON a.annotator_id = s.annotator_id JOIN annotator n ON n.id = s.annotator_id \
             WHERE s.hash = ?1 AND a.is_disabled = 0",
        )?;
        let mut rows = statement.query([hash])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        Ok(Some(SignIn {
            annotator: AnnotatorId(row.get(0)?),
            name: row.get(1)?,
            role: role_from(&row.get::<String>(2)?)?,
            seen_at: UnixMillis(row.get(3)?),
            expires_at: UnixMillis(row.get(4)?),
        }))
    }
    /// When each of those who are signed in was last there, to within some minutes, by annotator. Nothing is known of
    /// whoever signed out.
    pub fn last_seen(&self) -> Result<HashMap<AnnotatorId, UnixMillis>> {
        let sql = "SELECT annotator_id, MAX(seen_at) FROM sign_in GROUP BY annotator_id";
        let mut statement = self.connection().prepare_cached(sql)?;
        let mut rows = statement.query(())?;
        let mut seen = HashMap::new();
        while let Some(row) = rows.next()? {
            seen.insert(AnnotatorId(row.get(0)?), UnixMillis(row.get(1)?));
        }
        Ok(seen)
    }
}
