//! Why a database refused.

use std::fmt;

use crate::{Result, StoreError};

/// What a database said when it refused.
#[derive(Debug)]
pub struct DatabaseError {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    NoRow,
    Sqlite(rusqlite::Error),
    Postgres(postgres::Error),
    /// The connection was lost.
    Gone(&'static str),
    Value(String),
}

impl DatabaseError {
    /// There is no row where there must be one.
    pub(crate) fn no_row() -> Self {
        Self { kind: Kind::NoRow }
    }

    pub(super) fn sqlite(error: rusqlite::Error) -> Self {
        Self { kind: Kind::Sqlite(error) }
    }

    pub(super) fn postgres(error: postgres::Error) -> Self {
        Self { kind: Kind::Postgres(error) }
    }

    pub(super) fn gone(what: &'static str) -> Self {
        Self { kind: Kind::Gone(what) }
    }

    /// Whether the server could not be spoken to, which may pass.
    pub(crate) fn is_passing(&self) -> bool {
        match &self.kind {
            Kind::Gone(_) => true,
            Kind::Postgres(error) => {
                if let Some(code) = error.code() {
                    let away = ["57P01", "57P02", "57P03", "53300"];
                    code.code().starts_with("08") || away.contains(&code.code())
                } else {
                    let source = std::error::Error::source(error);
                    error.is_closed() || source.is_some_and(<dyn std::error::Error>::is::<std::io::Error>)
                }
            }
            _ => false,
        }
    }

    /// Whether another change came in between, so that the same change can be tried again.
    pub(crate) fn is_contended(&self) -> bool {
        let Kind::Postgres(error) = &self.kind else { return false };
        // Serialization, deadlock, a row that is there by now, a lock that was not to be had.
        error.code().is_some_and(|code| ["40001", "40P01", "23505", "55P03"].contains(&code.code()))
    }

    /// Whether there is no such table or schema.
    pub(crate) fn is_about_missing(&self) -> bool {
        let Kind::Postgres(error) = &self.kind else { return false };
        error.code().is_some_and(|code| ["42P01", "3F000"].contains(&code.code()))
    }

    pub(super) fn wrong_type(wanted: &str, found: &str) -> Self {
        Self { kind: Kind::Value(format!("a column should hold {wanted} and holds {found}")) }
    }

    pub(super) fn out_of_range(number: i64) -> Self {
        Self { kind: Kind::Value(format!("a column holds a number that is out of range, {number}")) }
    }

    pub(super) fn wrong_length(wanted: usize, found: usize) -> Self {
        Self { kind: Kind::Value(format!("a column should hold {wanted} bytes and holds {found}")) }
    }

    /// Whether a file could not even be opened.
    pub(crate) fn is_about_opening(&self) -> bool {
        matches!(&self.kind, Kind::Sqlite(error)
            if error.sqlite_error_code() == Some(rusqlite::ErrorCode::CannotOpen))
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::NoRow => formatter.write_str("a row is missing"),
            Kind::Sqlite(error) => error.fmt(formatter),
            Kind::Postgres(error) => match error.as_db_error() {
                Some(said) => formatter.write_str(said.message()),
                None => error.fmt(formatter),
            },
            Kind::Gone(what) => formatter.write_str(what),
            Kind::Value(sentence) => formatter.write_str(sentence),
        }
    }
}

impl std::error::Error for DatabaseError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            Kind::Postgres(error) if error.as_db_error().is_none() => error.source(),
            _ => None,
        }
    }
}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(error)
    }
}

/// Takes a missing row for an answer.
pub(crate) trait OptionalExtension<T> {
    /// None where there is no such row.
    fn optional(self) -> Result<Option<T>>;
}

impl<T> OptionalExtension<T> for Result<T> {
    fn optional(self) -> Result<Option<T>> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(StoreError::Database(DatabaseError { kind: Kind::NoRow })) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
