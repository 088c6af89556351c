//! Accounts: annotators who may sign in over a network, and with what. Who may do what is not decided here.
//!
//! Of every secret only a hash comes in. `invitation`, `sign_in` and `token` are the ways in, `audit` is what was
//! done with them.

mod audit;
mod book;
mod invitation;
mod sign_in;
mod token;
mod vouching;

pub use audit::Audit;
pub use book::AccountBook;
pub use invitation::{Invitation, Joining};
pub use sign_in::SignIn;
pub use token::{NewToken, StoredToken};
pub use vouching::Vouching;

use tiebreak_domain::{AnnotatorId, Role, UnixMillis};

use crate::reader::Reader;
use crate::sql::{Connection, Row, Value, params};
use crate::store::Store;
use crate::{PinRecord, Result, StoreError};

/// BLAKE3 of a secret.
pub type SecretHash = [u8; 32];

/// An annotator who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Under which number they judge.
    pub annotator: AnnotatorId,
    /// What they are called, which is what they sign in as.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// The password, hashed as PINs are; none where there is none.
    pub password: Option<PinRecord>,
    /// Who vouches for them: the issuer, a line feed, the subject.
    pub subject: Option<String>,
    /// Whether they are shut out.
    pub is_disabled: bool,
    /// Wrong passwords in a row.
    pub wrong: u32,
    /// When the last wrong one was given.
    pub wrong_at: UnixMillis,
    /// Since when.
    pub created_at: UnixMillis,
}

const COLUMNS: &str = "a.annotator_id, n.name, a.role, a.password_salt, a.password_hash, a.subject, a.is_disabled, \
    a.wrong_passwords, a.wrong_password_at, a.created_at";

fn account_from(row: &Row<'_>) -> Result<Account> {
    let (salt, hash): (Option<[u8; 16]>, Option<[u8; 32]>) = (row.get(3)?, row.get(4)?);
    Ok(Account {
        annotator: AnnotatorId(row.get(0)?),
        name: row.get(1)?,
        role: role_from(&row.get::<String>(2)?)?,
        password: salt.zip(hash).map(|(salt, hash)| PinRecord { salt, hash }),
        subject: row.get(5)?,
        is_disabled: row.get(6)?,
        wrong: row.get(7)?,
        wrong_at: UnixMillis(row.get(8)?),
        created_at: UnixMillis(row.get(9)?),
    })
}

fn role_from(word: &str) -> Result<Role> {
    word.parse().map_err(StoreError::Damaged)
}

/// Adds an account; an annotator has one at most.
fn insert(connection: &Connection, account: &NewAccount<'_>) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO account (annotator_id, role, password_salt, password_hash, subject, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            account.annotator.0,
            account.role.word(),
            account.password.map(|password| password.salt),
            account.password.map(|password| password.hash),
            account.subject,
            account.created_at.0,
        ])?;
    Ok(())
}

/// An account as it is made.
#[derive(Clone, Copy, Debug)]
pub struct NewAccount<'a> {
    /// Whose.
    pub annotator: AnnotatorId,
    /// What they may do.
    pub role: Role,
    /// The password, if there is one.
    pub password: Option<PinRecord>,
    /// Who vouches, if somebody does.
    pub subject: Option<&'a str>,
    /// When.
    pub created_at: UnixMillis,
}

impl Store {
    /// Adds an account for an annotator who has none.
    pub fn add_account(&mut self, account: &NewAccount<'_>) -> Result<()> {
        self.change(|connection| insert(connection, account))
    }

    /// Changes what somebody may do.
    pub fn set_account_role(&mut self, annotator: AnnotatorId, role: Role) -> Result<()> {
        let sql = "UPDATE account SET role = ?2 WHERE annotator_id = ?1";
        let count = self.change(|connection| connection.execute(sql, params![annotator.0, role.word()]))?;
        changed(count, annotator)
    }

    /// Shuts somebody out, which ends all their sign-ins and tokens, or lets them in again.
    pub fn set_account_disabled(&mut self, annotator: AnnotatorId, is_disabled: bool) -> Result<()> {
        self.change(|connection| {
            let count = connection.execute(
                "UPDATE account SET is_disabled = ?2 WHERE annotator_id = ?1",
                params![annotator.0, i64::from(is_disabled)],
            )?;
            changed(count, annotator)?;
            if is_disabled {
                end_sign_ins(connection, annotator)?;
                take_tokens_back(connection, annotator)?;
            }
            Ok(())
        })
    }

    /// Changes a password, which ends all sign-ins of its owner, and their tokens where that is wanted.
    pub fn set_password(
        &mut self,
        annotator: AnnotatorId,
        password: &PinRecord,
        ends_tokens: bool,
    ) -> Result<()> {
        self.change(|connection| set_password(connection, annotator, password, ends_tokens))
    }

    /// Notes how a password was tried: when it was wrong, or that it was right, which ends the row of wrong ones.
    pub fn note_password_attempt(
        &mut self,
        annotator: AnnotatorId,
        wrong_at: Option<UnixMillis>,
    ) -> Result<()> {
        self.change(|connection| match wrong_at {
            Some(at) => connection.execute(
                "UPDATE account SET wrong_passwords = wrong_passwords + 1, wrong_password_at = ?2 \
                 WHERE annotator_id = ?1",
                params![annotator.0, at.0],
            ),
            None => connection.execute(
                "UPDATE account SET wrong_passwords = 0, wrong_password_at = 0 WHERE annotator_id = ?1",
                params![annotator.0],
            ),
        })?;
        Ok(())
    }
}

fn end_sign_ins(connection: &Connection, annotator: AnnotatorId) -> Result<()> {
    connection.execute("DELETE FROM sign_in WHERE annotator_id = ?1", [annotator.0])?;
    Ok(())
}

fn take_tokens_back(connection: &Connection, annotator: AnnotatorId) -> Result<()> {
    connection.execute("DELETE FROM api_token WHERE annotator_id = ?1", [annotator.0])?;
    Ok(())
}

/// Whoever signed in before, or has the old password, comes in no more.
fn shut_out_others(connection: &Connection, annotator: AnnotatorId) -> Result<()> {
    connection.execute(
        "UPDATE account SET password_salt = NULL, password_hash = NULL WHERE annotator_id = ?1",
        [annotator.0],
    )?;
    end_sign_ins(connection, annotator)?;
    take_tokens_back(connection, annotator)?;
    Ok(())
}

/// A new password: all sign-ins end, and tokens where that is wanted.
fn set_password(
    connection: &Connection,
    annotator: AnnotatorId,
    password: &PinRecord,
    ends_tokens: bool,
) -> Result<()> {
    let count = connection.execute(
        "UPDATE account SET password_salt = ?2, password_hash = ?3, wrong_passwords = 0, wrong_password_at = 0 \
         WHERE annotator_id = ?1",
        params![annotator.0, password.salt, password.hash],
    )?;
    changed(count, annotator)?;
    end_sign_ins(connection, annotator)?;
    if ends_tokens {
        take_tokens_back(connection, annotator)?;
    }
    Ok(())
}

fn changed(count: u64, annotator: AnnotatorId) -> Result<()> {
    if count == 0 { Err(StoreError::NotFound(format!("account of annotator {annotator}"))) } else { Ok(()) }
}

impl Reader {
    /// Every account, the oldest annotator's first.
    pub fn accounts(&self) -> Result<Vec<Account>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM account a JOIN annotator n ON n.id = a.annotator_id ORDER BY a.annotator_id"
        );
        let mut statement = self.connection().prepare_cached(&sql)?;
        let mut rows = statement.query(())?;
        let mut accounts = Vec::new();
        while let Some(row) = rows.next()? {
            accounts.push(account_from(row)?);
        }
        Ok(accounts)
    }

    /// The account that somebody signs in to by name.
    pub fn account_named(&self, name: &str) -> Result<Option<Account>> {
        self.account_where("n.name = ?1", &params![name])
    }

    /// An annotator's account.
    pub fn account_of(&self, annotator: AnnotatorId) -> Result<Option<Account>> {
        self.account_where("a.annotator_id = ?1", &params![annotator.0])
    }

    /// The account that somebody vouches for.
    pub fn account_of_subject(&self, subject: &str) -> Result<Option<Account>> {
        self.account_where("a.subject = ?1", &params![subject])
    }

    fn account_where(&self, condition: &str, values: &[Value<'_>]) -> Result<Option<Account>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM account a JOIN annotator n ON n.id = a.annotator_id WHERE {condition}"
        );
        let mut statement = self.connection().prepare_cached(&sql)?;
        let mut rows = statement.query(values)?;
        rows.next()?.map(account_from).transpose()
    }
}
