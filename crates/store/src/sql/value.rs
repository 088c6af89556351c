//! Values: what goes into a statement and comes out of a row, borrowed wherever it can be.

use super::DatabaseError;
use crate::Result;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Integer(i64),
    Real(f64),
    Text(&'a str),
    Blob(&'a [u8]),
}

impl<'a> Value<'a> {
    /// A text.
    pub(crate) fn as_str(&self) -> Result<&'a str> {
        match *self {
            Self::Text(text) => Ok(text),
            other => Err(other.is_no("text")),
        }
    }

    /// A text, or nothing.
    pub(crate) fn as_str_or_null(&self) -> Result<Option<&'a str>> {
        match self {
            Self::Null => Ok(None),
            other => other.as_str().map(Some),
        }
    }

    /// Bytes.
    pub(crate) fn as_blob(&self) -> Result<&'a [u8]> {
        match *self {
            Self::Blob(bytes) => Ok(bytes),
            other => Err(other.is_no("bytes")),
        }
    }

    fn is_no(self, wanted: &'static str) -> crate::StoreError {
        let found = match self {
            Self::Null => "nothing",
            Self::Integer(_) => "an integer",
            Self::Real(_) => "a number",
            Self::Text(_) => "a text",
            Self::Blob(_) => "bytes",
        };
        DatabaseError::wrong_type(wanted, found).into()
    }
}

/// What can be given to a statement.
pub(crate) trait ToValue {
    fn to_value(&self) -> Value<'_>;
}

impl ToValue for Value<'_> {
    fn to_value(&self) -> Value<'_> {
        *self
    }
}

macro_rules! integers {
    ($($integer:ty),+) => {
        $(impl ToValue for $integer {
            fn to_value(&self) -> Value<'_> {
                Value::Integer(i64::from(*self))
            }
        })+
    };
}

integers!(bool, u8, u16, u32, i16, i32, i64);

impl ToValue for f64 {
    fn to_value(&self) -> Value<'_> {
        Value::Real(*self)
    }
}

impl ToValue for str {
    fn to_value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl ToValue for String {
    fn to_value(&self) -> Value<'_> {
        Value::Text(self)
    }
}

impl ToValue for Vec<u8> {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl<const LENGTH: usize> ToValue for [u8; LENGTH] {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(self)
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn to_value(&self) -> Value<'_> {
        (**self).to_value()
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, T::to_value)
    }
}

/// What can be read from a column.
pub(crate) trait FromValue: Sized {
    fn from_value(value: Value<'_>) -> Result<Self>;
}

impl FromValue for i64 {
    fn from_value(value: Value<'_>) -> Result<Self> {
        match value {
            Value::Integer(integer) => Ok(integer),
            other => Err(other.is_no("an integer")),
        }
    }
}

macro_rules! narrow_integers {
    ($($integer:ty),+) => {
        $(impl FromValue for $integer {
            fn from_value(value: Value<'_>) -> Result<Self> {
                let wide = i64::from_value(value)?;
                Self::try_from(wide).map_err(|_| DatabaseError::out_of_range(wide).into())
            }
        })+
    };
}

narrow_integers!(u8, u16, u32, i16, i32);

impl FromValue for bool {
    fn from_value(value: Value<'_>) -> Result<Self> {
        Ok(i64::from_value(value)? != 0)
    }
}

impl FromValue for f64 {
    fn from_value(value: Value<'_>) -> Result<Self> {
        match value {
            Value::Real(number) => Ok(number),
            Value::Integer(integer) => Ok(integer as f64),
            other => Err(other.is_no("a number")),
        }
    }
}

impl FromValue for String {
    fn from_value(value: Value<'_>) -> Result<Self> {
        Ok(value.as_str()?.to_owned())
    }
}

impl<const LENGTH: usize> FromValue for [u8; LENGTH] {
    fn from_value(value: Value<'_>) -> Result<Self> {
        let bytes = value.as_blob()?;
        Self::try_from(bytes).map_err(|_| DatabaseError::wrong_length(LENGTH, bytes.len()).into())
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Result<Self> {
        match value {
            Value::Null => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

/// The values of one statement.
pub(crate) trait Params {
    fn with<R>(self, run: impl FnOnce(&[Value<'_>]) -> R) -> R;
}

impl Params for () {
    fn with<R>(self, run: impl FnOnce(&[Value<'_>]) -> R) -> R {
        run(&[])
    }
}

impl Params for &[Value<'_>] {
    fn with<R>(self, run: impl FnOnce(&[Value<'_>]) -> R) -> R {
        run(self)
    }
}

impl<T: ToValue, const COUNT: usize> Params for [T; COUNT] {
    fn with<R>(self, run: impl FnOnce(&[Value<'_>]) -> R) -> R {
        run(&self.each_ref().map(T::to_value))
    }
}

/// The values of a statement, of whatever types.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        [$($crate::sql::ToValue::to_value(&$value)),*]
    };
}

pub(crate) use params;
