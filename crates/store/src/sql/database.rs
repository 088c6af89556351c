//! The traits that a database implements.

use super::{Dialect, Value};
use crate::Result;

/// What a transaction is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// A picture of one moment, which changes nothing.
    Read,
    /// Changes, all or none of them.
    Write,
}

/// A database as one connection sees it. Sent between threads, not shared by them.
pub(crate) trait Database: Send {
    /// Which SQL it speaks.
    fn dialect(&self) -> Dialect;

    /// Prepares a statement; `keep` says that it will be asked again, so that it is worth remembering.
    fn prepare<'database>(&'database self, sql: &str, keep: bool) -> Result<Box<dyn Prepared + 'database>>;

    /// Prepares a statement that inserts rows, whose number is in the column that is named.
    fn prepare_insert<'database>(
        &'database self,
        sql: &str,
        number: &str,
    ) -> Result<Box<dyn Prepared + 'database>>;

    /// Runs statements without values, one after the other.
    fn run(&self, sql: &str) -> Result<()>;

    /// Begins a transaction; there is none under way.
    fn begin(&self, access: Access) -> Result<()>;

    /// Makes the transaction's changes durable.
    fn commit(&self) -> Result<()>;

    /// Ends the transaction as if it had never been.
    fn roll_back(&self) -> Result<()>;

    /// Closes, and says what failed.
    fn close(self: Box<Self>) -> Result<()>;
}

/// A statement that can be run again and again.
pub(crate) trait Prepared {
    /// Runs it with these values; how many rows it changed.
    fn execute(&mut self, values: &[Value<'_>]) -> Result<u64>;

    /// Runs it, at the latest before the next statement that is not of its kind: it inserts one row.
    fn execute_soon(&mut self, values: &[Value<'_>]) -> Result<()> {
        self.execute(values).map(|_| ())
    }

    /// Runs it, and gives the number of the row that it inserted.
    fn insert(&mut self, values: &[Value<'_>]) -> Result<i64>;

    /// Asks it. The rows may be in memory all at once where `is_stream` is not set.
    fn query<'rows>(
        &'rows mut self,
        values: &[Value<'_>],
        is_stream: bool,
    ) -> Result<Box<dyn RowStream + 'rows>>;
}

/// Rows that come one by one.
pub(crate) trait RowStream {
    /// The next row.
    fn next(&mut self) -> Result<Option<&(dyn Columns + '_)>>;
}

/// The columns of a row.
pub(crate) trait Columns {
    /// What is in a column, the first being 0.
    fn value(&self, column: usize) -> Result<Value<'_>>;
}
