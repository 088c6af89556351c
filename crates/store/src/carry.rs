//! Carrying a project to another place: from a file into a database, back, or from one database into another.
//!
//! Every table, every column and every row comes along as it is: ids, bytes, and numbers bit by bit. The search index is
//! made anew where the project arrives. What arrived is read again and held against what was sent, table by table, in
//! the transaction that wrote it: either all of it is there and the same, or nothing is. The place that it came from
//! stays as it was.

use std::path::{Path, PathBuf};

use crate::lock::ProjectLock;
use crate::place::ProjectPlace;
use crate::project;
use crate::sql::catalog::{Table, tables};
use crate::sql::{Connection, Row, ToValue, Value, postgres, sqlite};
use crate::{Result, StoreError, migration};

/// So many values go into one statement, in whole rows.
const VALUES_AT_A_TIME: usize = 1_024;
/// And rows of about so many bytes.
const BYTES_AT_A_TIME: usize = 1024 * 1024;

/// A table that was carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedTable {
    /// Its name.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
    /// BLAKE3 of all of its values in the order of its key, the same here and there.
    pub blake3: String,
}

/// Carries a project to a place where none is. `on_row` hears now and then how many rows have gone, and says whether to
/// go on; where it says no, nothing has happened and there is no answer.
pub fn carry(
    from: &ProjectPlace,
    to: &ProjectPlace,
    mut on_rows: impl FnMut(u64) -> bool,
) -> Result<Option<Vec<CarriedTable>>> {
    let (source, _lock) = open(from)?;
    let snapshot = source.read_transaction()?;
    let carried = match to {
        ProjectPlace::Database(address) => {
            let target = postgres::connect(address)?;
            let transaction = target.transaction()?;
            if project::has_schema(&transaction, &address.schema())? {
                return Err(StoreError::ExistsInDatabase(address.to_string()));
            }
            transaction.execute_batch(&format!("CREATE SCHEMA {}", address.schema()))?;
            migration::apply_in(&transaction, 0)?;
            let carried = fill(&snapshot, &transaction, &mut on_rows)?;
            if carried.is_some() {
                transaction.commit()?;
                let _ = target.execute_batch(target.dialect().tidy_up());
            }
            carried
        }
        ProjectPlace::File(path) => into_file(&snapshot, path, &mut on_rows)?,
    };
    snapshot.finish()?;
    Ok(carried)
}

/// Opens what is to be carried, brought up to date first; a file is locked, so that nothing is added to it meanwhile
/// that would be missing where it goes.
fn open(place: &ProjectPlace) -> Result<(Connection, Option<ProjectLock>)> {
    let (connection, lock) = match place {
        ProjectPlace::File(path) => {
            if !path.is_file() {
                return Err(StoreError::NotFound(format!("file {}", path.display())));
            }
            let lock = ProjectLock::take(path)?;
            let applied = migration::verify(&sqlite::reader(path)?).map_err(|error| error.at(path))?;
            if applied < migration::NEWEST {
                let writer = sqlite::writer(path, false)?;
                migration::apply(&writer, applied)?;
                writer.close()?;
            }
            (sqlite::reader(path)?, Some(lock))
        }
        ProjectPlace::Database(address) => {
            let connection = postgres::connect(address)?;
            migration::apply(&connection, migration::verify(&connection)?)?;
            (connection, None)
        }
    };
    Ok((connection, lock))
}

fn into_file(
    source: &Connection,
    path: &Path,
    on_rows: &mut dyn FnMut(u64) -> bool,
) -> Result<Option<Vec<CarriedTable>>> {
    let _lock = ProjectLock::take(path)?;
    if path.exists() {
        return Err(StoreError::Exists(path.to_owned()));
    }
    // Under another name until all of it is there.
    let unfinished = Unfinished::new(path);
    let filled = (|| {
        std::fs::File::create_new(&unfinished.0).map_err(|error| StoreError::file(&unfinished.0, error))?;
        let target = sqlite::writer(&unfinished.0, true)?;
        migration::apply(&target, 0)?;
        let transaction = target.transaction()?;
        let carried = fill(source, &transaction, on_rows)?;
        if carried.is_some() {
            transaction.commit()?;
            target.close()?;
            put_in_place(&unfinished.0, path)?;
        }
        Ok(carried)
    })();
    filled.map_err(|error: StoreError| error.at(path))
}

/// A file that goes unless it was put in its place.
struct Unfinished(PathBuf);

impl Unfinished {
    fn new(path: &Path) -> Self {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        Self(PathBuf::from(name))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let mut name = self.0.as_os_str().to_owned();
            name.push(end);
            let _ = std::fs::remove_file(name);
        }
    }
}

/// Gives a file its name, unless another has it by now.
fn put_in_place(unfinished: &Path, path: &Path) -> Result<()> {
    match std::fs::hard_link(unfinished, path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(StoreError::file(path, error)),
        // Not every file system has links; the lock keeps other programs of ours away.
        Err(_) => std::fs::rename(unfinished, path).map_err(|error| StoreError::file(path, error)),
    }
}

/// Carries every table, and holds what arrived against what was sent.
fn fill(
    source: &Connection,
    target: &Connection,
    on_rows: &mut dyn FnMut(u64) -> bool,
) -> Result<Option<Vec<CarriedTable>>> {
    let theirs = tables(source)?;
    let ours = tables(target)?;
    let mut carried = Vec::with_capacity(ours.len());
    let mut gone = 0;
    for table in &ours {
        if let Some(other) = theirs.iter().find(|other| other.name == table.name) {
            let is_known = |column: &String| table.columns.contains(column);
            if !other.columns.iter().all(is_known) || other.columns.len() != table.columns.len() {
                return Err(differ(&format!("the columns of {} are others", table.name)));
            }
        } else {
            return Err(differ(&format!("there is no {}", table.name)));
        }
        let Some(sent) = send(source, target, table, &mut gone, on_rows)? else { return Ok(None) };
        if let Some(column) = &table.numbered {
            target.execute_batch(&format!(
                "SELECT setval(pg_get_serial_sequence('{0}', '{column}'), max({column})) FROM {0} HAVING max({column}) > 0",
                table.name
            ))?;
        }
        carried.push(sent);
    }
    if let Some(left) = theirs.iter().find(|other| ours.iter().all(|table| table.name != other.name)) {
        return Err(differ(&format!("{} would be left behind", left.name)));
    }
    for (table, sent) in ours.iter().zip(&carried) {
        let arrived = digest(target, table)?;
        if arrived != *sent {
            return Err(StoreError::Damaged(format!(
                "the table {} did not arrive as it was sent: {} of {} rows are there",
                table.name, arrived.rows, sent.rows
            )));
        }
    }
    Ok(Some(carried))
}

fn differ(what: &str) -> StoreError {
    StoreError::Damaged(format!("the two places have different tables: {what}"))
}

/// Every row of a table, in the order of its key.
fn select(table: &Table) -> String {
    format!("SELECT {} FROM {} ORDER BY {}", table.columns.join(", "), table.name, table.key.join(", "))
}

fn send(
    source: &Connection,
    target: &Connection,
    table: &Table,
    gone: &mut u64,
    on_rows: &mut dyn FnMut(u64) -> bool,
) -> Result<Option<CarriedTable>> {
    let width = table.columns.len();
    let rows_at_a_time = (VALUES_AT_A_TIME / width).max(1);
    let mut digest = Digest::default();
    let mut waiting = Waiting::default();
    let mut statement = source.prepare(&select(table))?;
    let mut rows = statement.stream(())?;
    while let Some(row) = rows.next()? {
        digest.add(row, width)?;
        for column in 0..width {
            waiting.push(row.get_ref(column)?);
        }
        if waiting.values.len() >= rows_at_a_time * width || waiting.bytes >= BYTES_AT_A_TIME {
            *gone += (waiting.values.len() / width) as u64;
            waiting.insert(target, table)?;
            if !on_rows(*gone) {
                return Ok(None);
            }
        }
    }
    *gone += (waiting.values.len() / width) as u64;
    waiting.insert(target, table)?;
    Ok(Some(digest.of(table)))
}

/// Rows on their way.
#[derive(Default)]
struct Waiting {
    values: Vec<Owned>,
    bytes: usize,
}

impl Waiting {
    fn push(&mut self, value: Value<'_>) {
        let value = Owned::from(value);
        self.bytes += value.size_bytes();
        self.values.push(value);
    }

    fn insert(&mut self, target: &Connection, table: &Table) -> Result<()> {
        let width = table.columns.len();
        let count = self.values.len() / width;
        if count > 0 {
            let row = format!("({})", vec!["?"; width].join(", "));
            let sql = format!(
                "INSERT INTO {} ({}) VALUES {}",
                table.name,
                table.columns.join(", "),
                vec![row; count].join(", ")
            );
            let values: Vec<Value<'_>> = self.values.iter().map(ToValue::to_value).collect();
            target.prepare_cached(&sql)?.execute(values.as_slice())?;
        }
        self.values.clear();
        self.bytes = 0;
        Ok(())
    }
}

fn digest(connection: &Connection, table: &Table) -> Result<CarriedTable> {
    let mut digest = Digest::default();
    let mut statement = connection.prepare(&select(table))?;
    let mut rows = statement.stream(())?;
    while let Some(row) = rows.next()? {
        digest.add(row, table.columns.len())?;
    }
    Ok(digest.of(table))
}

#[derive(Default)]
struct Digest {
    rows: u64,
    hasher: blake3::Hasher,
}

impl Digest {
    fn add(&mut self, row: &Row<'_>, width: usize) -> Result<()> {
        self.rows += 1;
        for column in 0..width {
            match row.get_ref(column)? {
                Value::Null => {
                    self.hasher.update(&[0]);
                }
                Value::Integer(integer) => {
                    self.hasher.update(&[1]).update(&integer.to_le_bytes());
                }
                Value::Real(number) => {
                    self.hasher.update(&[2]).update(&number.to_bits().to_le_bytes());
                }
                Value::Text(text) => {
                    self.hasher.update(&[3]).update(&(text.len() as u64).to_le_bytes());
                    self.hasher.update(text.as_bytes());
                }
                Value::Blob(bytes) => {
                    self.hasher.update(&[4]).update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
                }
            }
        }
        Ok(())
    }

    fn of(&self, table: &Table) -> CarriedTable {
        CarriedTable {
            name: table.name.clone(),
            rows: self.rows,
            blake3: self.hasher.finalize().to_hex().to_string(),
        }
    }
}

/// A value that outlives its row.
enum Owned {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl Owned {
    fn size_bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Blob(bytes) => bytes.len(),
            _ => 8,
        }
    }
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
