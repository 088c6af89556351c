//! SQLite: a project file. Connections and their settings: one that writes, any number that read.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, ErrorCode, OpenFlags, ToSql, params_from_iter};

use super::{Access, Columns, Connection, Database, DatabaseError, Dialect, Prepared, RowStream, Value};
use crate::{Result, StoreError};

/// The writer's page cache in KiB: holds the upper pages of every index of a million items, and bounds what an
/// import keeps in memory (dirty pages beyond it are spilled to the log).
const WRITER_CACHE_KIB: i64 = 64 * 1024;
const READER_CACHE_KIB: i64 = 8 * 1024;
/// The log shrinks back to this after a checkpoint.
const WAL_BYTES_KEPT: i64 = 16 * 1024 * 1024;
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// An item with two candidates of common length fits into one or two such pages.
const PAGE_BYTES: i64 = 8192;

/// Opens the connection that writes; `is_new` where the file is still to be made.
pub(crate) fn writer(path: &Path, is_new: bool) -> Result<Connection> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, is_new);
    let connection = rusqlite::Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    if connection.is_readonly(rusqlite::MAIN_DB)? {
        return Err(StoreError::ReadOnly(path.to_owned()));
    }
    if is_new {
        connection.pragma_update(None, "page_size", PAGE_BYTES)?;
    }
    // The first thing that reads the file, hence the one that notices when it is none of ours.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "journal_size_limit", WAL_BYTES_KEPT)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(Connection::new(Sqlite(connection)))
}

/// Opens a connection that only reads. It may tidy up the log of a crashed process, which changes nothing
/// that was ever committed.
pub(crate) fn reader(path: &Path) -> Result<Connection> {
    if !path.exists() {
        return Err(StoreError::NotFound(format!("file {}", path.display())));
    }
    let connection = match plain_reader(path) {
        Ok(connection) => connection,
        // A log cannot be made in a folder that cannot be written, and without one nothing can be changing.
        Err(StoreError::Database(_) | StoreError::ReadOnly(_)) if !has_log(path) => immutable_reader(path)?,
        Err(error) => return Err(error.at(path)),
    };
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "query_only", true)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(Connection::new(Sqlite(connection)))
}

fn plain_reader(path: &Path) -> Result<rusqlite::Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = rusqlite::Connection::open_with_flags(path, flags)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

fn immutable_reader(path: &Path) -> Result<rusqlite::Connection> {
    let mut address = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {
                address.push(*byte as char);
            }
            other => write!(address, "%{other:02x}").expect("a string takes every text"),
        }
    }
    address.push_str("?immutable=1");
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    Ok(rusqlite::Connection::open_with_flags(address, flags)?)
}

fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|metadata| metadata.len() > 0)
}

/// A database in memory, for tests.
#[cfg(test)]
pub(crate) fn in_memory() -> Connection {
    Connection::new(Sqlite(rusqlite::Connection::open_in_memory().expect("memory is there")))
}

/// A connection to a project file.
struct Sqlite(rusqlite::Connection);

impl Database for Sqlite {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    fn prepare<'database>(&'database self, sql: &str, keep: bool) -> Result<Box<dyn Prepared + 'database>> {
        Ok(if keep {
            Box::new(Kept(self.0.prepare_cached(sql)?))
        } else {
            Box::new(Once(self.0.prepare(sql)?))
        })
    }

    fn prepare_insert<'database>(
        &'database self,
        sql: &str,
        _number: &str,
    ) -> Result<Box<dyn Prepared + 'database>> {
        self.prepare(sql, true)
    }

    fn run(&self, sql: &str) -> Result<()> {
        Ok(self.0.execute_batch(sql)?)
    }

    fn begin(&self, access: Access) -> Result<()> {
        self.run(match access {
            Access::Read => "BEGIN",
            Access::Write => "BEGIN IMMEDIATE",
        })
    }

    fn commit(&self) -> Result<()> {
        self.run("COMMIT")
    }

    fn roll_back(&self) -> Result<()> {
        self.run("ROLLBACK")
    }

    fn close(self: Box<Self>) -> Result<()> {
        Ok(self.0.close().map_err(|(_, error)| error)?)
    }
}

/// A statement that goes when it was asked.
struct Once<'connection>(rusqlite::Statement<'connection>);

/// A statement that goes back among those remembered.
struct Kept<'connection>(CachedStatement<'connection>);

macro_rules! prepared {
    ($($name:ident),+) => {
        $(impl Prepared for $name<'_> {
            fn execute(&mut self, values: &[Value<'_>]) -> Result<u64> {
                Ok(self.0.execute(params_from_iter(values))? as u64)
            }

            fn insert(&mut self, values: &[Value<'_>]) -> Result<i64> {
                Ok(self.0.insert(params_from_iter(values))?)
            }

            fn query<'rows>(
                &'rows mut self,
                values: &[Value<'_>],
                _is_stream: bool,
            ) -> Result<Box<dyn RowStream + 'rows>> {
                Ok(Box::new(Rows(self.0.query(params_from_iter(values))?)))
            }
        })+
    };
}

prepared!(Once, Kept);

struct Rows<'statement>(rusqlite::Rows<'statement>);

impl RowStream for Rows<'_> {
    fn next(&mut self) -> Result<Option<&(dyn Columns + '_)>> {
        Ok(self.0.next()?.map(|row| row as &dyn Columns))
    }
}

impl Columns for rusqlite::Row<'_> {
    fn value(&self, column: usize) -> Result<Value<'_>> {
        Ok(match self.get_ref(column)? {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(integer) => Value::Integer(integer),
            ValueRef::Real(number) => Value::Real(number),
            ValueRef::Text(text) => Value::Text(
                std::str::from_utf8(text)
                    .map_err(|_| StoreError::Damaged(format!("column {column} holds no text")))?,
            ),
            ValueRef::Blob(bytes) => Value::Blob(bytes),
        })
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Integer(integer) => ValueRef::Integer(integer),
            Self::Real(number) => ValueRef::Real(number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly(PathBuf::from("the project file")),
            Some(ErrorCode::DatabaseCorrupt) => {
                Self::Damaged(format!("the project file is damaged: {error}"))
            }
            Some(ErrorCode::NotADatabase) => Self::Damaged("the file is not a Tiebreak project".to_owned()),
            _ => Self::Database(DatabaseError::sqlite(error)),
        }
    }
}
