//! Migrations: the SQL files of `migrations/`, in order, each applied once and never edited after landing.
//!
//! `user_version` is the number of the last one applied; the table `migration` keeps the hash of each. A file
//! that is newer than the program, or whose recorded hashes are not those of the embedded files, is refused.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{Result, StoreError};

/// Marks a SQLite file as a Tiebreak project: "TieB".
pub(crate) const APPLICATION_ID: i32 = i32::from_be_bytes(*b"TieB");

/// One file of `migrations/`.
pub(crate) struct Migration {
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        &[$(Migration {
            name: $name,
            sql: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/", $name)),
        }),+]
    };
}

/// Every migration; the first has the number 1.
pub(crate) const MIGRATIONS: &[Migration] = migrations![
    "0001_project.sql",
    "0002_item.sql",
    "0003_judgment.sql",
    "0004_search.sql",
    "0005_answer.sql",
    "0006_people.sql",
    "0007_reward.sql",
    "0008_model_label.sql",
    "0009_showing_watched.sql",
    "0010_account.sql",
];

impl Migration {
    /// BLAKE3 of its text, in hexadecimal; line ends count as one character, whatever a checkout made of them.
    pub(crate) fn blake3(&self) -> String {
        blake3::hash(self.sql.replace("\r\n", "\n").as_bytes()).to_hex().to_string()
    }
}

/// Refuses what is no project, is newer, or was migrated by other SQL than this program's. Returns the number
/// of the last migration applied.
pub(crate) fn verify(connection: &Connection) -> Result<usize> {
    let application_id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if application_id != APPLICATION_ID {
        return Err(StoreError::Damaged("the file is not a Tiebreak project".to_owned()));
    }
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    if found < 1 {
        return Err(StoreError::Damaged(format!("the project's format has no number: {found}")));
    }
    match changed(connection, found as usize)?.first() {
        Some(sentence) => Err(StoreError::Damaged(sentence.clone())),
        None => Ok(found as usize),
    }
}

/// A sentence for each of the first `count` migrations that is not recorded as this program has it.
pub(crate) fn changed(connection: &Connection, count: usize) -> Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT blake3 FROM migration WHERE version = ?1")?;
    let mut sentences = Vec::new();
    for (index, migration) in MIGRATIONS.iter().enumerate().take(count) {
        let recorded: Option<String> =
            statement.query_row([index as i64 + 1], |row| row.get(0)).optional()?;
        if recorded.as_deref() != Some(migration.blake3().as_str()) {
            sentences.push(format!(
                "the project was migrated by another text of {} than this program's",
                migration.name
            ));
        }
    }
    Ok(sentences)
}

/// Applies what is missing after the first `applied`, in one transaction.
pub(crate) fn apply(connection: &mut Connection, applied: usize) -> Result<()> {
    if applied >= MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(applied) {
        transaction.execute_batch(migration.sql)?;
        transaction.execute(
            "INSERT INTO migration (version, name, blake3) VALUES (?1, ?2, ?3)",
            params![index as i64 + 1, migration.name, migration.blake3()],
        )?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn landed_migrations_are_never_edited_and_new_ones_are_listed() {
        let landed = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/landed.txt"));
        let lines: Vec<String> = MIGRATIONS
            .iter()
            .map(|migration| format!("{} {}\n", migration.name, migration.blake3()))
            .collect();
        let embedded = lines.concat();
        assert_eq!(
            landed.replace("\r\n", "\n"),
            embedded,
            "a landed file was edited, or a new one is not in landed.txt"
        );
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| std::path::Path::new(name).extension().is_some_and(|extension| extension == "sql"))
            .collect();
        files.sort();
        let names: Vec<&str> = MIGRATIONS.iter().map(|migration| migration.name).collect();
        assert_eq!(files, names, "a file of migrations/ is not embedded");
    }

    #[test]
    fn an_edited_migration_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        apply(&mut connection, 0).unwrap();
        assert_eq!(verify(&connection).unwrap(), MIGRATIONS.len());
        connection.execute("UPDATE migration SET blake3 = 'x' WHERE version = 2", []).unwrap();
        let error = verify(&connection).unwrap_err().to_string();
        assert!(error.contains("0002_item.sql"), "{error}");
    }

    #[test]
    fn a_file_of_another_program_and_a_newer_project_are_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert!(matches!(verify(&connection), Err(StoreError::Damaged(_))), "no application id");
        apply(&mut connection, 0).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(verify(&connection), Err(StoreError::TooNew { found: 99, .. })));
    }
}
