//! Statements and their rows, with values of whatever types.

use super::value::{FromValue, Params};
use super::{Columns, DatabaseError, Prepared, RowStream, Value};
use crate::Result;

/// A row, valid until the next one is asked for.
pub(crate) type Row<'row> = dyn Columns + 'row;

impl dyn Columns + '_ {
    /// What is in a column, the first being 0.
    pub(crate) fn get<T: FromValue>(&self, column: usize) -> Result<T> {
        T::from_value(self.value(column)?)
    }

    /// The same without a copy.
    pub(crate) fn get_ref(&self, column: usize) -> Result<Value<'_>> {
        self.value(column)
    }
}

/// A prepared statement.
pub(crate) struct Statement<'connection>(Box<dyn Prepared + 'connection>);

impl<'connection> Statement<'connection> {
    pub(super) fn new(prepared: Box<dyn Prepared + 'connection>) -> Self {
        Self(prepared)
    }

    /// Runs it; how many rows it changed.
    pub(crate) fn execute(&mut self, params: impl Params) -> Result<u64> {
        params.with(|values| self.0.execute(values))
    }

    /// Runs it, at the latest before the next statement that is not of its kind: it inserts one row, and what is wrong
    /// with it may be told later.
    pub(crate) fn execute_soon(&mut self, params: impl Params) -> Result<()> {
        params.with(|values| self.0.execute_soon(values))
    }

    /// Runs it, and gives the number of the row that it inserted.
    pub(crate) fn insert(&mut self, params: impl Params) -> Result<i64> {
        params.with(|values| self.0.insert(values))
    }

    /// Its rows, which may be in memory all at once: few, or one of a kind.
    pub(crate) fn query(&mut self, params: impl Params) -> Result<Rows<'_>> {
        Ok(Rows(params.with(|values| self.0.query(values, false))?))
    }

    /// Its rows, however many, in the memory of some of them.
    pub(crate) fn stream(&mut self, params: impl Params) -> Result<Rows<'_>> {
        Ok(Rows(params.with(|values| self.0.query(values, true))?))
    }

    /// Its first row.
    pub(crate) fn query_row<T>(
        &mut self,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut rows = self.query(params)?;
        read(rows.next()?.ok_or_else(DatabaseError::no_row)?)
    }

    /// Its rows, read one by one.
    pub(crate) fn query_map<T, F>(&mut self, params: impl Params, read: F) -> Result<MappedRows<'_, F>>
    where
        F: FnMut(&Row<'_>) -> Result<T>,
    {
        Ok(MappedRows { rows: self.query(params)?, read })
    }

    /// Whether it has a row.
    pub(crate) fn exists(&mut self, params: impl Params) -> Result<bool> {
        Ok(self.query(params)?.next()?.is_some())
    }
}

/// The rows of a question.
pub(crate) struct Rows<'statement>(Box<dyn RowStream + 'statement>);

impl Rows<'_> {
    /// The next row.
    pub(crate) fn next(&mut self) -> Result<Option<&Row<'_>>> {
        self.0.next()
    }
}

/// Rows, each made into something.
pub(crate) struct MappedRows<'statement, F> {
    rows: Rows<'statement>,
    read: F,
}

impl<T, F: FnMut(&Row<'_>) -> Result<T>> Iterator for MappedRows<'_, F> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        match self.rows.next() {
            Ok(Some(row)) => Some((self.read)(row)),
            Ok(None) => None,
            Err(error) => Some(Err(error)),
        }
    }
}
