//! Carrying a project to another place: from a file into a database, back, or from one database into another.
//!
//! Every table, every column and every row comes along as it is: ids, bytes, and numbers bit by bit. The search index
//! is made anew where the project arrives. What arrived is read again and held against what was sent, table by table,
//! in the transaction that wrote it: either all of it is there and the same, or nothing is. The place that it came from
//! stays as it was.

use std::path::{Path, PathBuf};

use crate::lock::ProjectLock;
use crate::place::ProjectPlace;
use crate::project;
use crate::sql::catalog::{Table, tables};
use crate::sql::{Connection, Row, Value, WaitingRows, postgres, sqlite};
use crate::{Result, StoreError, migration};

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
    let carried = carry_from(&source, to, &mut on_rows);
    if let ProjectPlace::Database(address) = from {
        postgres::let_writers_in(&source, address);
    }
    carried
}

fn carry_from(
    source: &Connection,
    to: &ProjectPlace,
    on_rows: &mut dyn FnMut(u64) -> bool,
) -> Result<Option<Vec<CarriedTable>>> {
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
            let carried = fill(&snapshot, &transaction, on_rows)?;
            if carried.is_some() {
                transaction.commit()?;
                let _ = target.execute_batch(target.dialect().tidy_up());
            }
            carried
        }
        ProjectPlace::File(path) => into_file(&snapshot, path, on_rows)?,
    };
    snapshot.finish()?;
    Ok(carried)
}

/// Opens what is to be carried, brought up to date first, and keeps everybody out who would write to it: nothing is
/// added to it meanwhile that would be missing where it goes.
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
            let applied = migration::verify(&connection)?;
            postgres::keep_writers_out(&connection, address)?;
            migration::apply(&connection, applied)?;
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
    // Asked before the lock, so that a project that is open is said to be there.
    if path.exists() {
        return Err(StoreError::Exists(path.to_owned()));
    }
    let _lock = ProjectLock::take(path)?;
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
            close_whole(target, &unfinished.0)?;
            put_in_place(&unfinished.0, path)?;
        }
        Ok(carried)
    })();
    filled.map_err(|error: StoreError| error.at(path))
}

/// Closes a file that was just made, with everything in the one file: its log is left behind, and goes.
fn close_whole(target: Connection, path: &Path) -> Result<()> {
    let is_held: bool = target.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0))?;
    target.close()?;
    // Nothing can have come into it since; what is left in it would be missing from the file.
    let is_left = std::fs::metadata(log_of(path)).is_ok_and(|log| log.len() > 0);
    if is_held || is_left {
        let message = "another program looks into the file that is being made, which therefore is not whole";
        return Err(StoreError::Refused(message.to_owned()));
    }
    let synced = std::fs::OpenOptions::new().write(true).open(path).and_then(|file| file.sync_all());
    synced.map_err(|error| StoreError::file(path, error))
}

/// The log beside a file.
fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
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
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(StoreError::file(path, error));
        }
        // Not every file system has links; the lock keeps other programs of ours away.
        Err(_) => std::fs::rename(unfinished, path).map_err(|error| StoreError::file(path, error))?,
    }
    sync_folder_of(path).map_err(|error| StoreError::file(path, error))
}

/// Makes the name of a file durable.
#[cfg(unix)]
fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// Folders of other systems cannot be opened for that.
#[cfg(not(unix))]
fn sync_folder_of(_path: &Path) -> std::io::Result<()> {
    Ok(())
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
    let mut digest = Digest::default();
    let mut waiting = WaitingRows::default();
    let mut statement = source.prepare(&select(table))?;
    let mut rows = statement.stream(())?;
    while let Some(row) = rows.next()? {
        digest.add(row, width)?;
        let values = (0..width).map(|column| row.get_ref(column)).collect::<Result<Vec<_>>>()?;
        if waiting.push(values.into_iter()) {
            *gone += waiting.count() as u64;
            insert(target, table, &mut waiting)?;
            if !on_rows(*gone) {
                return Ok(None);
            }
        }
    }
    *gone += waiting.count() as u64;
    insert(target, table, &mut waiting)?;
    Ok(Some(digest.of(table)))
}

/// Inserts what waits.
fn insert(target: &Connection, table: &Table, waiting: &mut WaitingRows) -> Result<()> {
    if !waiting.is_empty() {
        let sql = format!("INSERT INTO {} ({}) {}", table.name, table.columns.join(", "), waiting.places());
        target.prepare_cached(&sql)?.execute(waiting.values().as_slice())?;
        waiting.clear();
    }
    Ok(())
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
