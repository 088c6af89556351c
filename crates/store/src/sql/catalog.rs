//! The tables that a database holds, as they are: what carrying a project from one to another stands on.

use super::{Connection, Dialect};
use crate::Result;

/// A table that holds something of a project. The search index is none of them: it is made of the items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    /// The columns of its primary key.
    pub(crate) key: Vec<String>,
    /// The tables that its rows point to.
    pub(crate) references: Vec<String>,
    /// The column that is numbered by the database, where that must be told how far it is.
    pub(crate) numbered: Option<String>,
}

/// Every table, each behind those it points to.
pub(crate) fn tables(connection: &Connection) -> Result<Vec<Table>> {
    let names = match connection.dialect() {
        Dialect::Sqlite => {
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
             AND name NOT LIKE 'search%' AND name <> 'migration' ORDER BY name"
        }
        Dialect::Postgres => {
            "SELECT CAST(relname AS TEXT) FROM pg_class WHERE relnamespace = CAST(current_schema() AS REGNAMESPACE) \
             AND relkind = 'r' AND relname NOT LIKE 'search%' AND relname <> 'migration' \
             ORDER BY CAST(relname AS TEXT) COLLATE \"C\""
        }
    };
    let names: Vec<String> =
        connection.prepare(names)?.query_map((), |row| row.get(0))?.collect::<Result<_>>()?;
    let mut waiting = names.iter().map(|name| table(connection, name)).collect::<Result<Vec<_>>>()?;
    let mut ordered: Vec<Table> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let is_ready = |table: &Table| {
            let is_there = |name: &String| ordered.iter().any(|known| known.name == *name);
            table.references.iter().all(is_there)
        };
        // Tables that point to each other are held together when a transaction ends.
        let next = waiting.iter().position(is_ready).unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    Ok(ordered)
}

fn table(connection: &Connection, name: &str) -> Result<Table> {
    let mut table = Table {
        name: name.to_owned(),
        columns: Vec::new(),
        key: Vec::new(),
        references: Vec::new(),
        numbered: None,
    };
    match connection.dialect() {
        Dialect::Sqlite => {
            let mut key = Vec::new();
            let mut statement = connection.prepare(&format!("PRAGMA table_info({name})"))?;
            let mut rows = statement.query(())?;
            while let Some(row) = rows.next()? {
                let column: String = row.get(1)?;
                let place: u32 = row.get(5)?;
                if place > 0 {
                    key.push((place, column.clone()));
                }
                table.columns.push(column);
            }
            key.sort();
            table.key = key.into_iter().map(|(_, column)| column).collect();
            let mut statement = connection.prepare(&format!("PRAGMA foreign_key_list({name})"))?;
            table.references = statement.query_map((), |row| row.get(2))?.collect::<Result<_>>()?;
        }
        Dialect::Postgres => {
            let mut statement = connection.prepare(
                "SELECT CAST(attname AS TEXT), attidentity <> '' FROM pg_attribute \
                 WHERE attrelid = CAST(CAST(?1 AS TEXT) AS REGCLASS) AND attnum > 0 AND NOT attisdropped \
                 ORDER BY attnum",
            )?;
            let mut rows = statement.query([name])?;
            while let Some(row) = rows.next()? {
                let column: String = row.get(0)?;
                if row.get(1)? {
                    table.numbered = Some(column.clone());
                }
                table.columns.push(column);
            }
            let mut statement = connection.prepare(
                "SELECT CAST(a.attname AS TEXT) FROM pg_index i \
                 CROSS JOIN LATERAL unnest(CAST(i.indkey AS SMALLINT[])) WITH ORDINALITY AS k (column_number, place) \
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.column_number \
                 WHERE i.indrelid = CAST(CAST(?1 AS TEXT) AS REGCLASS) AND i.indisprimary ORDER BY k.place",
            )?;
            table.key = statement.query_map([name], |row| row.get(0))?.collect::<Result<_>>()?;
            let mut statement = connection.prepare(
                "SELECT CAST(c.relname AS TEXT) FROM pg_constraint k JOIN pg_class c ON c.oid = k.confrelid \
                 WHERE k.conrelid = CAST(CAST(?1 AS TEXT) AS REGCLASS) AND k.contype = 'f'",
            )?;
            table.references = statement.query_map([name], |row| row.get(0))?.collect::<Result<_>>()?;
        }
    }
    table.references.retain(|other| other != name);
    Ok(table)
}
