//! The databases that every story is told on: SQLite always, PostgreSQL where `TIEBREAK_TEST_POSTGRES` holds the
//! address of a database in which schemas may be made: `postgres://user:password@host:port/database`.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use tiebreak_store::ProjectPlace;

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

thread_local! {
    static BACKEND: Cell<Backend> = const { Cell::new(Backend::Sqlite) };
}

/// Tells a story on a database, or says why it does not.
pub fn on(backend: Backend, story: fn()) {
    if backend == Backend::Postgres && server().is_none() {
        eprintln!("skipped: TIEBREAK_TEST_POSTGRES names no database");
        return;
    }
    BACKEND.set(backend);
    story();
}

/// Goes on with a story on another database.
pub fn set(backend: Backend) {
    BACKEND.set(backend);
}

/// The database that this story is told on.
pub fn backend() -> Backend {
    BACKEND.get()
}

/// Makes two tests of each story.
macro_rules! on_both {
    ($($story:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test]
            fn $story() {
                crate::backend::on(crate::backend::Backend::Sqlite, super::$story);
            })+
        }

        mod postgres {
            $(#[test]
            fn $story() {
                crate::backend::on(crate::backend::Backend::Postgres, super::$story);
            })+
        }
    };
}

pub(crate) use on_both;

/// The address of the server, without a project.
pub fn server() -> Option<String> {
    std::env::var("TIEBREAK_TEST_POSTGRES").ok().filter(|address| !address.is_empty())
}

/// Room for one project: a folder, or a schema that goes with it.
pub struct Home {
    pub folder: TempDir,
    pub place: ProjectPlace,
    schema: Option<String>,
}

impl Home {
    /// On the database that this story is told on.
    pub fn new() -> Self {
        Self::on(backend())
    }

    pub fn on(backend: Backend) -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let folder = tempfile::tempdir().unwrap();
        if backend == Backend::Sqlite {
            let place = ProjectPlace::File(folder.path().join("trial.tiebreak"));
            return Self { folder, place, schema: None };
        }
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{number}", std::process::id());
        let place = ProjectPlace::from_text(&format!("{}#{name}", server().unwrap())).unwrap();
        Self { folder, place, schema: Some(format!("tiebreak_{name}")) }
    }

    /// Runs SQL that no Tiebreak would.
    pub fn run(&self, sql: &str) -> Result<(), String> {
        let Some(schema) = &self.schema else {
            let connection = rusqlite::Connection::open(self.place.file().unwrap()).unwrap();
            return connection.execute_batch(sql).map_err(|error| error.to_string());
        };
        let mut client = client();
        client.batch_execute(&format!("SET search_path TO {schema}")).unwrap();
        client.batch_execute(sql).map_err(|error| format!("{:?}", error.as_db_error()))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Some(schema) = &self.schema {
            let _ = client().batch_execute(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"));
        }
    }
}

/// A connection past the store.
pub fn client() -> postgres::Client {
    postgres::Client::connect(&server().unwrap(), postgres::NoTls).unwrap()
}
