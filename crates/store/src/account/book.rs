//! The account book: a way to the accounts of a project that is being served.
//!
//! A project has one writer, because what it holds in memory must be what the file says. Of accounts nothing is held
//! in memory, so that whoever has the file may invite and make tokens while it is served.

use tiebreak_domain::{AnnotatorId, AnnotatorKey, Role, UnixMillis};

use super::{Audit, Invitation, NewAccount, NewToken, SecretHash, audit, insert, invitation, token};
use crate::place::ProjectPlace;
use crate::sql::{Connection, postgres, sqlite};
use crate::{Result, StoreError, migration, project};

/// A connection that writes accounts and nothing else.
pub struct AccountBook {
    connection: Connection,
}

impl AccountBook {
    /// Opens the book of a project that this program's version has opened before.
    pub fn open(place: &ProjectPlace) -> Result<Self> {
        match place {
            ProjectPlace::File(path) => {
                if !path.is_file() {
                    return Err(StoreError::NotFound(format!("file {}", path.display())));
                }
                let open = || {
                    let applied = migration::verify(&sqlite::reader(path)?)?;
                    if applied < migration::NEWEST {
                        return Err(StoreError::TooOld(path.clone()));
                    }
                    Ok(Self { connection: sqlite::writer(path, false)? })
                };
                open().map_err(|error: StoreError| error.at(path))
            }
            ProjectPlace::Database(address) => {
                let connection = postgres::writer(address)?;
                migration::apply(&connection, migration::verify(&connection)?)?;
                Ok(Self { connection })
            }
        }
    }

    /// The annotator of a name, with an account as owner; both are made where they are missing.
    pub fn owner(&mut self, key: AnnotatorKey, name: &str, now: UnixMillis) -> Result<(AnnotatorId, Role)> {
        let transaction = self.connection.transaction()?;
        let (annotator, _) = project::annotator(&transaction, key, name)?;
        let role = {
            let mut statement = transaction.prepare("SELECT role FROM account WHERE annotator_id = ?1")?;
            let mut rows = statement.query([annotator.0])?;
            rows.next()?.map(|row| row.get::<String>(0)).transpose()?
        };
        let role = if let Some(word) = role {
            super::role_from(&word)?
        } else {
            let (password, subject) = (None, None);
            let role = Role::Owner;
            insert(&transaction, &NewAccount { annotator, role, password, subject, created_at: now })?;
            role
        };
        transaction.commit()?;
        Ok((annotator, role))
    }

    /// Keeps an invitation, and notes it.
    pub fn invite(&mut self, hash: &SecretHash, invited: &Invitation, noted: &Audit) -> Result<()> {
        let transaction = self.connection.transaction()?;
        invitation::keep(&transaction, hash, invited)?;
        audit::append(&transaction, noted)?;
        transaction.commit()
    }

    /// Keeps a token, and notes it.
    pub fn add_token(&mut self, hash: &SecretHash, made: &NewToken, noted: &Audit) -> Result<()> {
        let transaction = self.connection.transaction()?;
        token::keep(&transaction, hash, made)?;
        audit::append(&transaction, noted)?;
        transaction.commit()
    }
}
