//! Values on the wire.

use std::error::Error;

use postgres::types::private::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::text::encoded;
use crate::sql::Value;

impl ToSql for Value<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match *self {
            Self::Null => Ok(IsNull::Yes),
            Self::Integer(integer) => match *kind {
                Type::BOOL => (integer != 0).to_sql(kind, out),
                Type::INT2 => i16::try_from(integer)?.to_sql(kind, out),
                Type::INT4 => i32::try_from(integer)?.to_sql(kind, out),
                Type::FLOAT8 => (integer as f64).to_sql(kind, out),
                Type::INT8 => integer.to_sql(kind, out),
                ref other => Err(format!("an integer was given for a value of type {other}").into()),
            },
            Self::Real(number) => match *kind {
                Type::FLOAT8 => number.to_sql(kind, out),
                ref other => Err(format!("a number was given for a value of type {other}").into()),
            },
            Self::Text(text) => encoded(text).to_sql(&Type::TEXT, out),
            Self::Blob(bytes) => bytes.to_sql(&Type::BYTEA, out),
        }
    }

    fn accepts(_kind: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *kind {
            Type::BOOL => Self::Integer(i64::from(bool::from_sql(kind, raw)?)),
            Type::INT2 => Self::Integer(i64::from(i16::from_sql(kind, raw)?)),
            Type::INT4 => Self::Integer(i64::from(i32::from_sql(kind, raw)?)),
            Type::OID => Self::Integer(i64::from(u32::from_sql(kind, raw)?)),
            Type::INT8 => Self::Integer(i64::from_sql(kind, raw)?),
            Type::FLOAT8 => Self::Real(f64::from_sql(kind, raw)?),
            Type::BYTEA => Self::Blob(raw),
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN | Type::JSON => {
                Self::Text(std::str::from_utf8(raw)?)
            }
            ref other => return Err(format!("a column of type {other} cannot be read").into()),
        })
    }

    fn from_sql_null(_kind: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(_kind: &Type) -> bool {
        true
    }
}
