//! A connection to whichever database, and its transactions.

use std::ops::Deref;

use super::value::Params;
use super::{Access, Database, Dialect, Row, Statement};
use crate::Result;
use crate::facets::refuse_questions_while_reading;

/// A connection.
pub(crate) struct Connection(Box<dyn Database>);

impl Connection {
    pub(super) fn new(database: impl Database + 'static) -> Self {
        Self(Box::new(database))
    }

    /// Which SQL the database speaks.
    pub(crate) fn dialect(&self) -> Dialect {
        self.0.dialect()
    }

    /// A statement that is asked once, or seldom.
    pub(crate) fn prepare(&self, sql: &str) -> Result<Statement<'_>> {
        refuse_questions_while_reading();
        Ok(Statement::new(self.0.prepare(sql, false)?))
    }

    /// A statement that is asked often.
    pub(crate) fn prepare_cached(&self, sql: &str) -> Result<Statement<'_>> {
        refuse_questions_while_reading();
        Ok(Statement::new(self.0.prepare(sql, true)?))
    }

    /// A statement that inserts rows and is asked often; the column that is named holds their number.
    pub(crate) fn prepare_insert(&self, sql: &str, number: &str) -> Result<Statement<'_>> {
        refuse_questions_while_reading();
        Ok(Statement::new(self.0.prepare_insert(sql, number)?))
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, params: impl Params) -> Result<u64> {
        self.prepare(sql)?.execute(params)
    }

    /// Runs statements without values, one after the other.
    pub(crate) fn execute_batch(&self, sql: &str) -> Result<()> {
        refuse_questions_while_reading();
        self.0.run(sql)
    }

    /// The first row of a statement.
    pub(crate) fn query_row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.prepare(sql)?.query_row(params, read)
    }

    /// Begins a transaction that changes something.
    pub(crate) fn transaction(&self) -> Result<Transaction<'_>> {
        Transaction::begin(self, Access::Write)
    }

    /// Begins a transaction that reads, all of it as of one moment.
    pub(crate) fn read_transaction(&self) -> Result<Transaction<'_>> {
        Transaction::begin(self, Access::Read)
    }

    /// Closes, and says what failed.
    pub(crate) fn close(self) -> Result<()> {
        self.0.close()
    }
}

/// A transaction: dropped without a commit, nothing happened.
pub(crate) struct Transaction<'connection> {
    connection: &'connection Connection,
    is_open: bool,
}

impl<'connection> Transaction<'connection> {
    fn begin(connection: &'connection Connection, access: Access) -> Result<Self> {
        refuse_questions_while_reading();
        connection.0.begin(access)?;
        Ok(Self { connection, is_open: true })
    }

    /// Makes its changes durable.
    pub(crate) fn commit(mut self) -> Result<()> {
        self.is_open = false;
        let committed = self.connection.0.commit();
        if committed.is_err() {
            // What cannot be rolled back now is rolled back when the database is next opened.
            let _ = self.connection.0.roll_back();
        }
        committed
    }

    /// Ends one that only read.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.is_open = false;
        self.connection.0.roll_back()
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.is_open {
            let _ = self.connection.0.roll_back();
        }
    }
}
