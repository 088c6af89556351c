//! Connections and their settings: one that writes, any number that read.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

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
    let connection = Connection::open_with_flags(path, flags)?;
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
    Ok(connection)
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
    Ok(connection)
}

fn plain_reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

fn immutable_reader(path: &Path) -> Result<Connection> {
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
    Ok(Connection::open_with_flags(address, flags)?)
}

fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|metadata| metadata.len() > 0)
}
