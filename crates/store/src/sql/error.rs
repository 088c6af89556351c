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
            Kind::Value(sentence) => formatter.write_str(sentence),
        }
    }
}

impl std::error::Error for DatabaseError {}

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
