//! Values that outlive the row or the caller that they came from, gathered until there are enough for one statement.

use super::{ToValue, Value};

/// A value of one's own.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Owned {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl From<Value<'_>> for Owned {
    fn from(value: Value<'_>) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Integer(integer) => Self::Integer(integer),
            Value::Real(number) => Self::Real(number),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Blob(bytes) => Self::Blob(bytes.to_owned()),
        }
    }
}

impl ToValue for Owned {
    fn to_value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Integer(integer) => Value::Integer(*integer),
            Self::Real(number) => Value::Real(*number),
            Self::Text(text) => Value::Text(text),
            Self::Blob(bytes) => Value::Blob(bytes),
        }
    }
}

/// So many values go into one statement, in whole rows.
const MOST_VALUES: usize = 1_024;
/// And rows of about so many bytes.
const MOST_BYTES: usize = 1024 * 1024;

/// Rows that are waiting to be inserted.
#[derive(Debug, Default)]
pub(crate) struct WaitingRows {
    values: Vec<Owned>,
    width: usize,
    bytes: usize,
}

impl WaitingRows {
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.values.len().checked_div(self.width).unwrap_or(0)
    }

    /// Adds a row, as wide as those before; whether there are enough now.
    pub(crate) fn push<'a>(&mut self, row: impl Iterator<Item = Value<'a>>) -> bool {
        let before = self.values.len();
        for value in row {
            self.bytes += match value {
                Value::Text(text) => text.len(),
                Value::Blob(bytes) => bytes.len(),
                _ => 8,
            };
            self.values.push(Owned::from(value));
        }
        self.width = self.values.len() - before;
        self.bytes >= MOST_BYTES || self.values.len() + self.width > MOST_VALUES
    }

    /// `VALUES (?, ?), (?, ?)` for all of them.
    pub(crate) fn places(&self) -> String {
        let row = format!("({})", vec!["?"; self.width].join(", "));
        format!("VALUES {}", vec![row; self.count()].join(", "))
    }

    /// Their values, row by row.
    pub(crate) fn values(&self) -> Vec<Value<'_>> {
        self.values.iter().map(ToValue::to_value).collect()
    }

    /// None wait any more.
    pub(crate) fn clear(&mut self) {
        self.values.clear();
        self.bytes = 0;
    }
}
