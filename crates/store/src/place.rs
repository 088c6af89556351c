//! Where a project is: a file, or a schema of a database.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::reader::Reader;
use crate::sql::postgres::{self, DatabaseAddress};
use crate::{Result, StoreError, project};

/// Where a project is. Its text says so to people, without a password.
#[derive(Clone, Debug)]
pub enum ProjectPlace {
    /// A project file.
    File(PathBuf),
    /// A project in a database.
    Database(DatabaseAddress),
}

impl ProjectPlace {
    /// What a text means: an address of a database if it begins like one, else a path.
    pub fn from_text(text: &str) -> Result<Self> {
        if DatabaseAddress::is_meant(text) {
            return text.parse().map(Self::Database);
        }
        Ok(Self::File(PathBuf::from(text)))
    }

    /// The same for what may be no text.
    pub fn from_path(path: &Path) -> Result<Self> {
        match path.to_str() {
            Some(text) => Self::from_text(text),
            None => Ok(Self::File(path.to_owned())),
        }
    }

    /// Whether a text is meant as the address of a project in a database, whether or not it can be read as one.
    pub fn is_address(text: &str) -> bool {
        DatabaseAddress::is_meant(text)
    }

    /// The text that it was made of, with the password of an address: for a program that goes on with the project, and
    /// for nobody's eyes.
    pub fn whole_text(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Database(address) => address.whole().to_owned(),
        }
    }

    /// The file, if it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Database(_) => None,
        }
    }

    /// Whether something is there already: a file of whatever kind, or a project of that name in the database.
    pub fn exists(&self) -> Result<bool> {
        match self {
            Self::File(path) => Ok(path.exists()),
            Self::Database(address) => project::has_schema(&postgres::connect(address)?, &address.schema()),
        }
    }

    /// Removes a project that holds no items.
    pub fn remove_empty(&self) -> Result<()> {
        let items = Reader::open(self)?.facets().read().last_item();
        if items > 0 {
            return Err(StoreError::Refused("only an empty project is removed".to_owned()));
        }
        self.remove()
    }

    /// Removes a project with all that is in it; for tests.
    #[doc(hidden)]
    pub fn remove(&self) -> Result<()> {
        match self {
            Self::File(path) => std::fs::remove_file(path).map_err(|error| StoreError::file(path, error)),
            Self::Database(address) => postgres::connect(address)?
                .execute_batch(&format!("DROP SCHEMA IF EXISTS {} CASCADE", address.schema())),
        }
    }

    /// Whether other processes may change the project too.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Database(_))
    }
}

impl fmt::Display for ProjectPlace {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(formatter),
            Self::Database(address) => address.fmt(formatter),
        }
    }
}

impl From<PathBuf> for ProjectPlace {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl From<&Path> for ProjectPlace {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl From<&PathBuf> for ProjectPlace {
    fn from(path: &PathBuf) -> Self {
        Self::File(path.clone())
    }
}

impl From<&Self> for ProjectPlace {
    fn from(place: &Self) -> Self {
        place.clone()
    }
}
