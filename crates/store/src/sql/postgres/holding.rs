//! Who holds a project where it is: everybody who writes to it, against whoever carries it away.
//!
//! It is an advisory lock of the connection. Those who write share it, and take it again when they connect again;
//! whoever carries the project to another place has it alone, so that nothing is written here that would be missing
//! there. Nobody waits for it. Who only reads has nothing to do with it.

use std::time::{Duration, Instant};

use postgres::Client;

use super::DatabaseAddress;
use crate::sql::Connection;
use crate::{Result, StoreError};

/// How long a server may take to notice that somebody has gone.
const NOTICED_WITHIN: Duration = Duration::from_secs(3);
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How many of those who have a project open are named.
const MOST_NAMED: usize = 5;

/// A client that holds the project if it writes.
pub(super) fn client(address: &DatabaseAddress, is_writer: bool) -> Result<Client> {
    let mut client = super::client(address)?;
    if is_writer {
        let sql = format!("SELECT pg_try_advisory_lock_shared({})", key(address));
        let is_held: bool = client.query_one(&sql, &[])?.try_get(0)?;
        if !is_held {
            return Err(StoreError::BeingMoved(address.to_string()));
        }
    }
    Ok(client)
}

/// Keeps everybody out who would write, for as long as the connection is there, or says who is in.
pub(crate) fn keep_writers_out(connection: &Connection, address: &DatabaseAddress) -> Result<()> {
    let begun = Instant::now();
    let sql = format!("SELECT pg_try_advisory_lock({})::integer::bigint", key(address));
    while connection.query_row(&sql, (), |row| row.get::<i64>(0))? == 0 {
        if begun.elapsed() >= NOTICED_WITHIN {
            return Err(StoreError::OpenInDatabase(holders(connection, address)?));
        }
        std::thread::sleep(LOOK_EVERY);
    }
    Ok(())
}

/// Lets them in again, at once: the server may take its time to notice that a connection was closed.
pub(crate) fn let_writers_in(connection: &Connection, address: &DatabaseAddress) {
    let sql = format!("SELECT pg_advisory_unlock({})::integer::bigint", key(address));
    // Where it cannot be told, the connection is gone, and the lock with it.
    let _ = connection.query_row(&sql, (), |row| row.get::<i64>(0));
}

/// Who has the project open, in words; the server does not tell everybody where they come from.
fn holders(connection: &Connection, address: &DatabaseAddress) -> Result<String> {
    let sql = format!(
        "SELECT DISTINCT coalesce(a.usename::text, 'somebody'), coalesce(host(a.client_addr), '') \
         FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid \
         WHERE l.locktype = 'advisory' AND l.objsubid = 2 AND l.granted AND l.pid <> pg_backend_pid() \
         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND (l.classid::bigint, l.objid::bigint) = \
             (SELECT one::bit(32)::bigint, other::bit(32)::bigint FROM (VALUES ({})) AS key (one, other)) \
         ORDER BY 1, 2 LIMIT {MOST_NAMED}",
        key(address)
    );
    let mut statement = connection.prepare(&sql)?;
    let named = statement.query_map((), |row| {
        let (user, host): (String, String) = (row.get(0)?, row.get(1)?);
        Ok(if host.is_empty() { user } else { format!("{user} at {host}") })
    })?;
    Ok(named.collect::<Result<Vec<_>>>()?.join(", "))
}

/// The lock of a project. Its schema is named: whoever makes a project connects before it is there.
fn key(address: &DatabaseAddress) -> String {
    format!("hashtext('tiebreak open'), hashtext('{}')", address.schema())
}
