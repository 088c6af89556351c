//! The SQL layer: what the store asks of a database, whichever it is.
//!
//! [`Database`] is the trait; `sqlite` implements it for project files, `postgres` for databases that several processes
//! share. Everything else of the store speaks to a
//! [`Connection`], which prepares statements, runs transactions and hands out [`Row`]s of [`Value`]s. Statements
//! are written once, with `?1`, `?2`, … for their values, in SQL that every database here understands; where two
//! differ, the statement is asked of the [`Dialect`].

pub(crate) mod catalog;
mod connection;
mod database;
mod dialect;
mod error;
mod owned;
pub(crate) mod postgres;
pub(crate) mod sqlite;
mod statement;
mod value;

pub(crate) use connection::{Connection, Transaction};
pub(crate) use database::{Access, Columns, Database, Prepared, RowStream};
pub(crate) use dialect::Dialect;
pub use error::DatabaseError;
pub(crate) use error::OptionalExtension;
pub(crate) use owned::WaitingRows;
pub(crate) use statement::{Row, Statement};
pub(crate) use value::{ToValue, Value, params};
