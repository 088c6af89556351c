//! PostgreSQL: a project as a schema of a database that many processes share.
//!
//! A [`Postgres`] is one connection. It reconnects when the server was away: at once before a question outside a
//! transaction, while a transaction that broke off is for whoever ran it to run again. Statements are prepared once
//! and remembered; `?1` becomes `$1`. Rows that are many come through a cursor, as many at a time as fit into a few
//! megabytes, so that other statements can run between them.
//!
//! A text of PostgreSQL cannot hold U+0000 and one of SQLite can: `text` writes it otherwise, in an order that stays.

mod address;
mod hearing;
mod holding;
mod rows;
mod text;
mod tls;
mod value;

use std::cell::{Cell, RefCell, RefMut};
use std::collections::HashMap;
use std::time::{Duration, Instant};

use postgres::{Client, Statement};

pub use address::DatabaseAddress;
pub(crate) use hearing::Hearing;
pub(crate) use holding::{keep_writers_out, let_writers_in};

use super::{Access, Connection, Database, DatabaseError, Dialect, Prepared, RowStream, Value, WaitingRows};
use crate::{Result, StoreError};
use rows::{CursorRows, MemoryRows};

/// How long a server may be away before whoever asks is told so.
const PATIENCE: Duration = Duration::from_secs(20);
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(1);
/// So many statements are remembered.
const MOST_STATEMENTS: usize = 256;

/// A connection to the schema of a project, which need not be there yet.
pub(crate) fn connect(address: &DatabaseAddress) -> Result<Connection> {
    Ok(Connection::new(Postgres::connect(address, false)?))
}

/// The same to write: for as long as it is there the project is not carried to another place.
pub(crate) fn writer(address: &DatabaseAddress) -> Result<Connection> {
    Ok(Connection::new(Postgres::connect(address, true)?))
}

/// A client alone, for what is no question: hearing what others tell.
///
/// Statements are planned at each question. A plan that was made for good while the tables were small reads through
/// them, and goes on to do so while they grow, until the server happens to look at them: questions that take a
/// millisecond took a second in the first minutes of a project.
pub(crate) fn client(address: &DatabaseAddress) -> Result<Client> {
    let mut client = address.connect()?;
    client.batch_execute(&format!(
        "SET search_path TO {}; SET client_min_messages TO warning; SET standard_conforming_strings TO on; \
         SET plan_cache_mode TO force_custom_plan",
        address.schema()
    ))?;
    Ok(client)
}

/// A connection to a database.
pub(super) struct Postgres {
    address: DatabaseAddress,
    /// Whether it writes, and keeps the project where it is.
    is_writer: bool,
    state: RefCell<State>,
    /// How many transactions are open, one in another: the stream of a question outside a transaction is one.
    depth: Cell<u32>,
    cursors: Cell<u64>,
    /// Rows of one statement that go to the server together.
    waiting: RefCell<Waiting>,
}

#[derive(Default)]
struct Waiting {
    sql: String,
    rows: WaitingRows,
}

struct State {
    client: Client,
    statements: HashMap<String, Statement>,
    /// Which connection of this database it is, the first being 0.
    connection: u64,
}

impl Postgres {
    fn connect(address: &DatabaseAddress, is_writer: bool) -> Result<Self> {
        let client = holding::client(address, is_writer)?;
        let state = State { client, statements: HashMap::new(), connection: 0 };
        Ok(Self {
            address: address.clone(),
            is_writer,
            state: RefCell::new(state),
            depth: Cell::new(0),
            cursors: Cell::new(0),
            waiting: RefCell::default(),
        })
    }

    /// The state, connected where that is possible.
    fn state(&self) -> Result<RefMut<'_, State>> {
        self.send_waiting()?;
        let mut state = self.state.borrow_mut();
        if self.depth.get() == 0 && state.client.is_closed() {
            state.reconnect(&self.address, self.is_writer)?;
        }
        Ok(state)
    }

    /// Asks a statement in a way that may be tried again where the connection turns out to be gone.
    fn retrying<T>(&self, mut ask: impl FnMut(&mut State) -> Result<T, postgres::Error>) -> Result<T> {
        let mut state = self.state()?;
        match ask(&mut state) {
            Err(_) if self.depth.get() == 0 && state.client.is_closed() => {
                state.reconnect(&self.address, self.is_writer)?;
                Ok(ask(&mut state)?)
            }
            other => Ok(other?),
        }
    }

    /// Inserts the rows that wait.
    fn send_waiting(&self) -> Result<()> {
        let mut waiting = self.waiting.borrow_mut();
        let Waiting { sql, rows } = &mut *waiting;
        if rows.is_empty() {
            return Ok(());
        }
        let into = sql.split("VALUES").next().unwrap_or_default();
        let sql = format!("{into}{}", rows.places());
        let mut state = self.state.borrow_mut();
        let statement = state.statement(&sql)?;
        let sent = state.client.query_raw(&statement, rows.values().iter()).and_then(|mut answer| {
            use postgres::fallible_iterator::FallibleIterator as _;
            while answer.next()?.is_some() {}
            Ok(())
        });
        rows.clear();
        Ok(sent?)
    }

    fn end(&self, sql: &str) -> Result<()> {
        let depth = self.depth.get();
        self.depth.set(depth.saturating_sub(1));
        if depth > 1 {
            return Ok(());
        }
        let mut state = self.state.borrow_mut();
        if state.client.is_closed() {
            return Err(DatabaseError::gone("the connection was lost before the end of a change").into());
        }
        Ok(state.client.batch_execute(sql)?)
    }
}

impl State {
    fn reconnect(&mut self, address: &DatabaseAddress, is_writer: bool) -> Result<()> {
        let begun = Instant::now();
        let mut wait = FIRST_WAIT;
        loop {
            match holding::client(address, is_writer) {
                Ok(client) => {
                    self.client = client;
                    self.statements.clear();
                    self.connection += 1;
                    return Ok(());
                }
                Err(error) if !error.is_passing() || begun.elapsed() + wait > PATIENCE => return Err(error),
                Err(_) => std::thread::sleep(wait),
            }
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    fn statement(&mut self, sql: &str) -> Result<Statement, postgres::Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(&numbered(sql))?;
        if self.statements.len() >= MOST_STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl Database for Postgres {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn prepare<'database>(&'database self, sql: &str, _keep: bool) -> Result<Box<dyn Prepared + 'database>> {
        Ok(Box::new(Remembered { database: self, sql: sql.to_owned(), number: None }))
    }

    fn prepare_insert<'database>(
        &'database self,
        sql: &str,
        number: &str,
    ) -> Result<Box<dyn Prepared + 'database>> {
        let sql = format!("{sql} RETURNING {number}");
        Ok(Box::new(Remembered { database: self, sql, number: None }))
    }

    fn run(&self, sql: &str) -> Result<()> {
        Ok(self.state()?.client.batch_execute(sql)?)
    }

    fn begin(&self, access: Access) -> Result<()> {
        if self.depth.get() > 0 {
            if access == Access::Write {
                return Err(StoreError::Refused("a change was begun inside another".to_owned()));
            }
            self.depth.set(self.depth.get() + 1);
            return Ok(());
        }
        self.retrying(|state| {
            state.client.batch_execute(match access {
                Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
                Access::Write => "BEGIN",
            })
        })?;
        self.depth.set(1);
        Ok(())
    }

    fn commit(&self) -> Result<()> {
        self.send_waiting()?;
        self.end("COMMIT")
    }

    fn roll_back(&self) -> Result<()> {
        if self.depth.get() <= 1 {
            self.waiting.borrow_mut().rows.clear();
        }
        self.end("ROLLBACK")
    }

    fn close(self: Box<Self>) -> Result<()> {
        // A server that is gone has nothing to close.
        let _ = self.state.into_inner().client.close();
        Ok(())
    }
}

/// A statement, prepared when it is first asked and again after a reconnection.
struct Remembered<'database> {
    database: &'database Postgres,
    sql: String,
    /// The statement, and the connection that knows it.
    number: Option<(u64, Statement)>,
}

impl Remembered<'_> {
    fn run<T>(
        &mut self,
        may_retry: bool,
        mut ask: impl FnMut(&mut Client, &Statement) -> Result<T, postgres::Error>,
    ) -> Result<T> {
        let Self { database, sql, number } = self;
        let mut ask = |state: &mut State| {
            let statement = match number {
                Some((connection, statement)) if *connection == state.connection => statement.clone(),
                _ => {
                    let statement = state.statement(sql)?;
                    *number = Some((state.connection, statement.clone()));
                    statement
                }
            };
            ask(&mut state.client, &statement)
        };
        if may_retry {
            return database.retrying(ask);
        }
        let mut state = database.state()?;
        Ok(ask(&mut state)?)
    }
}

impl Prepared for Remembered<'_> {
    fn execute(&mut self, values: &[Value<'_>]) -> Result<u64> {
        self.run(false, |client, statement| {
            client.query_raw(statement, values.iter()).and_then(|mut rows| {
                use postgres::fallible_iterator::FallibleIterator as _;
                while rows.next()?.is_some() {}
                Ok(rows.rows_affected().unwrap_or(0))
            })
        })
    }

    fn execute_soon(&mut self, values: &[Value<'_>]) -> Result<()> {
        if self.database.waiting.borrow().sql != self.sql {
            self.database.send_waiting()?;
            self.database.waiting.borrow_mut().sql.clone_from(&self.sql);
        }
        let are_enough = self.database.waiting.borrow_mut().rows.push(values.iter().copied());
        if are_enough { self.database.send_waiting() } else { Ok(()) }
    }

    fn insert(&mut self, values: &[Value<'_>]) -> Result<i64> {
        self.run(false, |client, statement| {
            use postgres::fallible_iterator::FallibleIterator as _;
            let mut rows = client.query_raw(statement, values.iter())?;
            let mut number = 0;
            while let Some(row) = rows.next()? {
                number = row.try_get(0)?;
            }
            Ok(number)
        })
    }

    fn query<'rows>(
        &'rows mut self,
        values: &[Value<'_>],
        is_stream: bool,
    ) -> Result<Box<dyn RowStream + 'rows>> {
        if is_stream {
            return Ok(Box::new(CursorRows::open(self.database, &self.sql, values)?));
        }
        let rows = self.run(true, |client, statement| {
            use postgres::fallible_iterator::FallibleIterator as _;
            client.query_raw(statement, values.iter())?.collect::<Vec<postgres::Row>>()
        })?;
        Ok(Box::new(MemoryRows::new(rows)))
    }
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> Self {
        match error.code().map(postgres::error::SqlState::code) {
            Some("53100") => Self::DiskFull,
            _ => Self::Database(DatabaseError::postgres(error)),
        }
    }
}

/// `?1`, `?2`, … as `$1`, `$2`, …, and each bare `?` as the next number; texts and names stay.
fn numbered(sql: &str) -> String {
    let mut numbered = String::with_capacity(sql.len() + 8);
    let mut quote = None;
    let mut bare = 0;
    let mut characters = sql.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\'' | '"', None) => quote = Some(character),
            (other, Some(opened)) if other == opened => quote = None,
            ('?', None) => {
                numbered.push('$');
                if !characters.peek().is_some_and(char::is_ascii_digit) {
                    bare += 1;
                    numbered.push_str(&format!("{bare}"));
                }
                continue;
            }
            _ => {}
        }
        numbered.push(character);
    }
    numbered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_and_texts_stay() {
        assert_eq!(numbered("a = ?1 AND b = ?12"), "a = $1 AND b = $12");
        assert_eq!(numbered("VALUES (?, ?), (?, ?)"), "VALUES ($1, $2), ($3, $4)");
        assert_eq!(numbered("a = '?1' AND \"b?\" = ?2"), "a = '?1' AND \"b?\" = $2");
    }
}
