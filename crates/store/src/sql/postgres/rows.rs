//! Rows: all in memory where they are few, through a cursor where they are many.

use postgres::Row;

use super::{Database as _, Postgres, numbered};
use crate::Result;
use crate::sql::{Access, Columns, DatabaseError, RowStream, Value};

use super::text::Decoded;

/// The first rows of a cursor, before it is known how large they are.
const FIRST_ROWS: usize = 64;
const MOST_ROWS: usize = 4_096;
/// About so many bytes of rows are in memory at a time.
const BYTES_AT_A_TIME: usize = 4 * 1024 * 1024;

/// A row, its texts as they were given.
struct ReadRow {
    row: Row,
    /// Texts that are stored otherwise.
    texts: Decoded,
}

impl ReadRow {
    fn new(row: Row) -> Self {
        let texts = Decoded::of(&row);
        Self { row, texts }
    }
}

impl Columns for ReadRow {
    fn value(&self, column: usize) -> Result<Value<'_>> {
        if let Some(text) = self.texts.get(column) {
            return Ok(Value::Text(text));
        }
        Ok(self.row.try_get(column).map_err(DatabaseError::postgres)?)
    }
}

/// Rows that are in memory.
pub(super) struct MemoryRows {
    rows: std::vec::IntoIter<Row>,
    current: Option<ReadRow>,
}

impl MemoryRows {
    pub(super) fn new(rows: Vec<Row>) -> Self {
        Self { rows: rows.into_iter(), current: None }
    }
}

impl RowStream for MemoryRows {
    fn next(&mut self) -> Result<Option<&(dyn Columns + '_)>> {
        self.current = self.rows.next().map(ReadRow::new);
        Ok(self.current.as_ref().map(|row| row as &dyn Columns))
    }
}

/// Rows that come through a cursor, inside a transaction.
pub(super) struct CursorRows<'database> {
    database: &'database Postgres,
    fetch: String,
    close: String,
    rows: MemoryRows,
    at_a_time: usize,
    is_at_end: bool,
}

impl<'database> CursorRows<'database> {
    pub(super) fn open(database: &'database Postgres, sql: &str, values: &[Value<'_>]) -> Result<Self> {
        // Where no transaction is under way this is one, else it is inside it.
        database.begin(Access::Read)?;
        let number = database.cursors.get();
        database.cursors.set(number + 1);
        let name = format!("tiebreak_{number}");
        let declare = format!("DECLARE {name} NO SCROLL CURSOR FOR {}", numbered(sql));
        let declared = database.state().and_then(|mut state| {
            use postgres::fallible_iterator::FallibleIterator as _;
            let mut rows = state.client.query_raw(declare.as_str(), values.iter())?;
            while rows.next()?.is_some() {}
            Ok(())
        });
        if let Err(error) = declared {
            let _ = database.roll_back();
            return Err(error);
        }
        Ok(Self {
            database,
            fetch: format!("FROM {name}"),
            close: format!("CLOSE {name}"),
            rows: MemoryRows::new(Vec::new()),
            at_a_time: FIRST_ROWS,
            is_at_end: false,
        })
    }

    fn fetch(&mut self) -> Result<()> {
        use postgres::fallible_iterator::FallibleIterator as _;
        let sql = format!("FETCH {} {}", self.at_a_time, self.fetch);
        let rows: Vec<Row> = {
            let mut state = self.database.state()?;
            let none: [Value<'_>; 0] = [];
            state.client.query_raw(sql.as_str(), none.iter())?.collect()?
        };
        self.is_at_end = rows.len() < self.at_a_time;
        let bytes: usize = rows.iter().map(Row::raw_size_bytes).sum();
        let per_row = (bytes / rows.len().max(1)).max(1);
        self.at_a_time = (BYTES_AT_A_TIME / per_row).clamp(1, MOST_ROWS);
        self.rows = MemoryRows::new(rows);
        Ok(())
    }
}

impl RowStream for CursorRows<'_> {
    fn next(&mut self) -> Result<Option<&(dyn Columns + '_)>> {
        if self.rows.rows.len() == 0 && !self.is_at_end {
            self.fetch()?;
        }
        self.rows.next()
    }
}

impl Drop for CursorRows<'_> {
    fn drop(&mut self) {
        // The end of its transaction closes a cursor too; of one inside another this is the end.
        if self.database.depth.get() > 1
            && let Ok(mut state) = self.database.state()
        {
            let _ = state.client.batch_execute(&self.close);
        }
        let _ = self.database.roll_back();
    }
}
