//! Migrations: the SQL files of `migrations/`, in order, each applied once and never edited after landing. Those of
//! `migrations/postgres/` have the same numbers and names, and make the same tables of a database's schema.
//!
//! Of a file, `user_version` is the number of the last one applied; the table `migration` keeps the hash of each. A
//! project that is newer than the program, or whose recorded hashes are not those of the embedded files, is refused.

use crate::sql::{Connection, Dialect, OptionalExtension, params};
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
        /// Every migration of files; the first has the number 1.
        const OF_FILES: &[Migration] = &[$(Migration {
            name: $name,
            sql: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/", $name)),
        }),+];

        /// The same of databases.
        const OF_DATABASES: &[Migration] = &[$(Migration {
            name: $name,
            sql: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/postgres/", $name)),
        }),+];
    };
}

migrations![
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
    "0011_offer.sql",
    "0012_surprise.sql",
    "0013_model_judge.sql",
];

/// The number of the last migration.
pub(crate) const NEWEST: usize = OF_FILES.len();

/// The migrations of a database.
fn migrations(dialect: Dialect) -> &'static [Migration] {
    match dialect {
        Dialect::Sqlite => OF_FILES,
        Dialect::Postgres => OF_DATABASES,
    }
}

impl Migration {
    /// BLAKE3 of its text, in hexadecimal; line ends count as one character, whatever a checkout made of them.
    pub(crate) fn blake3(&self) -> String {
        blake3::hash(self.sql.replace("\r\n", "\n").as_bytes()).to_hex().to_string()
    }
}

/// Refuses what is no project, is newer, or was migrated by other SQL than this program's. Returns the number
/// of the last migration applied.
pub(crate) fn verify(connection: &Connection) -> Result<usize> {
    let found = match connection.dialect() {
        Dialect::Sqlite => format_of_file(connection)?,
        Dialect::Postgres => format_of_schema(connection)?,
    };
    let known = NEWEST as i64;
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

fn format_of_file(connection: &Connection) -> Result<i64> {
    let application_id: i32 = connection.query_row("PRAGMA application_id", (), |row| row.get(0))?;
    if application_id != APPLICATION_ID {
        return Err(StoreError::Damaged("the file is not a Tiebreak project".to_owned()));
    }
    connection.query_row("PRAGMA user_version", (), |row| row.get(0))
}

fn format_of_schema(connection: &Connection) -> Result<i64> {
    let found = connection.query_row("SELECT coalesce(max(version), 0) FROM migration", (), |row| row.get(0));
    found.map_err(|error| match error {
        StoreError::Database(error) if error.is_about_missing() => {
            StoreError::NotFound("project of that name in the database".to_owned())
        }
        other => other,
    })
}

/// A sentence for each of the first `count` migrations that is not recorded as this program has it.
pub(crate) fn changed(connection: &Connection, count: usize) -> Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT blake3 FROM migration WHERE version = ?1")?;
    let mut sentences = Vec::new();
    for (index, migration) in migrations(connection.dialect()).iter().enumerate().take(count) {
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
pub(crate) fn apply(connection: &Connection, applied: usize) -> Result<()> {
    if applied >= NEWEST {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    apply_in(&transaction, applied)?;
    transaction.commit()
}

/// Applies what is missing in a transaction that is under way.
pub(crate) fn apply_in(connection: &Connection, applied: usize) -> Result<()> {
    let dialect = connection.dialect();
    let mut applied = applied;
    if let Some(lock) = dialect.lock_of_migrations() {
        connection.execute_batch(lock)?;
        if applied > 0 {
            // Another process may have been there first.
            applied = verify(connection)?;
        }
    }
    for (index, migration) in migrations(dialect).iter().enumerate().skip(applied) {
        connection.execute_batch(migration.sql)?;
        connection.execute(
            "INSERT INTO migration (version, name, blake3) VALUES (?1, ?2, ?3)",
            params![index as i64 + 1, migration.name, migration.blake3()],
        )?;
    }
    if dialect == Dialect::Sqlite {
        connection.execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {NEWEST};"
        ))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::sql::sqlite;

    #[test]
    fn landed_migrations_are_never_edited_and_new_ones_are_listed() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
        for (folder, migrations) in [(root.to_owned(), OF_FILES), (format!("{root}/postgres"), OF_DATABASES)]
        {
            let landed = std::fs::read_to_string(format!("{folder}/landed.txt")).unwrap();
            let lines: Vec<String> = migrations
                .iter()
                .map(|migration| format!("{} {}\n", migration.name, migration.blake3()))
                .collect();
            assert_eq!(
                landed.replace("\r\n", "\n"),
                lines.concat(),
                "a landed file was edited, or a new one is not in landed.txt of {folder}"
            );
            let mut files: Vec<String> = std::fs::read_dir(&folder)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .filter(|name| {
                    std::path::Path::new(name).extension().is_some_and(|extension| extension == "sql")
                })
                .collect();
            files.sort();
            let names: Vec<&str> = migrations.iter().map(|migration| migration.name).collect();
            assert_eq!(files, names, "a file of {folder} is not embedded");
        }
    }

    #[test]
    fn an_edited_migration_is_refused() {
        let connection = sqlite::in_memory();
        apply(&connection, 0).unwrap();
        assert_eq!(verify(&connection).unwrap(), NEWEST);
        connection.execute("UPDATE migration SET blake3 = 'x' WHERE version = 2", ()).unwrap();
        let error = verify(&connection).unwrap_err().to_string();
        assert!(error.contains("0002_item.sql"), "{error}");
    }

    #[test]
    fn a_file_of_another_program_and_a_newer_project_are_refused() {
        let connection = sqlite::in_memory();
        assert!(matches!(verify(&connection), Err(StoreError::Damaged(_))), "no application id");
        apply(&connection, 0).unwrap();
        connection.execute_batch("PRAGMA user_version = 99").unwrap();
        assert!(matches!(verify(&connection), Err(StoreError::TooNew { found: 99, .. })));
    }
}
