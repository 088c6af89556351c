//! Tokens: what programs sign in with, for some purposes and for some time.

use tiebreak_domain::{AnnotatorId, Role, Scope, UnixMillis};

use super::{SecretHash, role_from};
use crate::reader::Reader;
use crate::sql::{Connection, Row, params};
use crate::store::Store;
use crate::{Result, StoreError};

/// A token as it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// Whose.
    pub annotator: AnnotatorId,
    /// What people call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: UnixMillis,
    /// Until when.
    pub expires_at: UnixMillis,
}

/// A token, and whose account it is of now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredToken {
    /// BLAKE3 of it, by which it is named.
    pub hash: SecretHash,
    /// What was said when it was made.
    pub token: NewToken,
    /// What its annotator is called.
    pub annotator_name: String,
    /// What its annotator may do now.
    pub role: Role,
}

const COLUMNS: &str = "t.hash, t.annotator_id, t.name, t.scopes, t.created_at, t.expires_at, n.name, a.role \
    FROM api_token t JOIN account a ON a.annotator_id = t.annotator_id JOIN annotator n ON n.id = t.annotator_id";

fn token_from(row: &Row<'_>) -> Result<StoredToken> {
    let scopes: String = row.get(3)?;
    Ok(StoredToken {
        hash: row.get(0)?,
        token: NewToken {
            annotator: AnnotatorId(row.get(1)?),
            name: row.get(2)?,
            scopes: scopes
                .split_whitespace()
                .map(str::parse)
                .collect::<Result<_, _>>()
                .map_err(StoreError::Damaged)?,
            created_at: UnixMillis(row.get(4)?),
            expires_at: UnixMillis(row.get(5)?),
        },
        annotator_name: row.get(6)?,
        role: role_from(&row.get::<String>(7)?)?,
    })
}

/// Keeps a token, and forgets those that have expired.
pub(super) fn keep(connection: &Connection, hash: &SecretHash, token: &NewToken) -> Result<()> {
    let scopes: Vec<&str> = token.scopes.iter().map(|scope| scope.word()).collect();
    connection
        .prepare_cached("DELETE FROM api_token WHERE expires_at <= ?1")?
        .execute([token.created_at.0])?;
    connection
        .prepare_cached(
            "INSERT INTO api_token (hash, annotator_id, name, scopes, created_at, expires_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (hash) DO NOTHING",
        )?
        .execute(params![
            hash,
            token.annotator.0,
            token.name,
            scopes.join(" "),
            token.created_at.0,
            token.expires_at.0
        ])?;
    Ok(())
}

impl Store {
    /// Keeps a token, and forgets those that have expired.
    pub fn add_token(&mut self, hash: &SecretHash, token: &NewToken) -> Result<()> {
        self.change(|connection| keep(connection, hash, token))
    }

    /// Takes a token back; whether there was one.
    pub fn revoke_token(&mut self, hash: &SecretHash) -> Result<bool> {
        let sql = "DELETE FROM api_token WHERE hash = ?1";
        Ok(self.change(|connection| connection.execute(sql, params![hash]))? > 0)
    }
}

impl Reader {
    /// A token; none of an account that is shut out.
    pub fn token(&self, hash: &SecretHash) -> Result<Option<StoredToken>> {
        let sql = format!("SELECT {COLUMNS} WHERE t.hash = ?1 AND a.is_disabled = 0");
        let mut statement = self.connection().prepare_cached(&sql)?;
        let mut rows = statement.query([hash])?;
        rows.next()?.map(token_from).transpose()
    }

    /// Every token, the oldest first.
    pub fn tokens(&self) -> Result<Vec<StoredToken>> {
        let sql = format!("SELECT {COLUMNS} ORDER BY t.created_at, t.hash");
        let mut statement = self.connection().prepare_cached(&sql)?;
        let mut rows = statement.query(())?;
        let mut tokens = Vec::new();
        while let Some(row) = rows.next()? {
            tokens.push(token_from(row)?);
        }
        Ok(tokens)
    }
}
