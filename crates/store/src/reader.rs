//! The reader: a connection that changes nothing, and answers every question the interface asks.
//!
//! Which items: the sets of [`crate::Facets`]. What is in them: the database. `queue` finds the next item, `find` and
//! `rows` serve the items browser, `stream` the exports, `derived` what annotators wrote, `check` looks whether the
//! file is sound.

mod check;
mod derived;
mod find;
mod medium;
mod queue;
mod stream;

use std::collections::BTreeMap;

use tiebreak_domain::export::PolicyCounts;
use tiebreak_domain::project::SearchIndex;
use tiebreak_domain::{
    Annotator, AnnotatorId, ItemId, ItemKey, Judgment, ProjectInfo, Rubric, Source, SourceId, StoredItem,
};

use crate::facets::{Facets, SharedFacets};
use crate::judgment::{self, JudgmentRows};
use crate::place::ProjectPlace;
use crate::project::{self, NewProject};
use crate::sql::{Connection, postgres, sqlite};
use crate::{Result, StoreError, item, migration};

pub use find::Found;
pub use queue::Queued;

/// A connection that only reads. Send it to a thread; it is not shared between them.
pub struct Reader {
    connection: Connection,
    facets: SharedFacets,
    place: ProjectPlace,
}

impl Reader {
    pub(crate) fn new(connection: Connection, facets: SharedFacets, place: &ProjectPlace) -> Self {
        Self { connection, facets, place: place.clone() }
    }

    /// Where the project is.
    pub fn place(&self) -> &ProjectPlace {
        &self.place
    }

    /// Opens a project to read it only. Needs no lock, so it works while a window has the project open, and
    /// then sees items and judgments as they are now, but finds and counts as of its opening. A project that
    /// an older program made is refused ([`StoreError::TooOld`]) until a [`crate::Store`] has opened it.
    pub fn open(place: impl Into<ProjectPlace>) -> Result<Self> {
        let place = place.into();
        let connection = match &place {
            ProjectPlace::File(path) => sqlite::reader(path)?,
            ProjectPlace::Database(address) => postgres::connect(address)?,
        };
        if migration::verify(&connection)? < migration::NEWEST {
            return Err(StoreError::TooOld(place.to_string().into()));
        }
        let facets = SharedFacets::new(Facets::load(&connection)?);
        Ok(Self::new(connection, facets, &place))
    }

    /// Another connection that reads the same project and shares its sets, for work that takes long.
    pub fn another(&self) -> Result<Self> {
        let connection = match &self.place {
            ProjectPlace::File(path) => sqlite::reader(path)?,
            ProjectPlace::Database(address) => postgres::connect(address)?,
        };
        Ok(Self::new(connection, self.facets.clone(), &self.place))
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The sets that filters and the queue stand on.
    pub fn facets(&self) -> SharedFacets {
        self.facets.clone()
    }

    /// One item.
    pub fn item(&self, id: ItemId) -> Result<StoredItem> {
        item::read(&self.connection, id)
    }

    /// The item with this content, if the project has it.
    pub fn item_by_key(&self, key: ItemKey) -> Result<Option<ItemId>> {
        Ok(item::by_key(&self.connection, key)?.map(|(id, _)| id))
    }

    /// One source.
    pub fn source(&self, id: SourceId) -> Result<Source> {
        project::source(&self.connection, id)
    }

    /// Every source, oldest first.
    pub fn sources(&self) -> Result<Vec<Source>> {
        project::sources(&self.connection)
    }

    /// Everyone, oldest first.
    pub fn annotators(&self) -> Result<Vec<Annotator>> {
        project::annotators(&self.connection, &self.facets)
    }

    /// The project's name, rubric and so on.
    pub fn project(&self) -> Result<NewProject> {
        project::read(&self.connection)
    }

    /// All that the interface knows of the project.
    pub fn info(&self, annotator: AnnotatorId) -> Result<ProjectInfo> {
        project::info(&self.connection, &self.facets, &self.place, annotator)
    }

    /// Every rubric ever asked, by version.
    pub fn rubrics(&self) -> Result<BTreeMap<u32, Rubric>> {
        project::rubrics(&self.connection)
    }

    /// How the search index stands.
    pub fn search_index(&self) -> Result<SearchIndex> {
        project::search_index(&self.connection)
    }

    /// How much of the active items each export policy is about; by anyone if no annotator is named.
    pub fn policy_counts(&self, annotators: &[AnnotatorId]) -> Result<PolicyCounts> {
        Ok(self.facets.read().policy_counts(annotators))
    }

    /// An annotator's last word on an item, withdrawn or not.
    pub fn latest(&self, annotator: AnnotatorId, item: ItemId) -> Result<Option<Judgment>> {
        let sql = format!(
            "{} JOIN latest l ON l.judgment = j.number WHERE l.annotator_id = ?1 AND l.item_id = ?2",
            judgment::SELECT
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([annotator.0, item.0])?;
        rows.next()?.map(|row| JudgmentRows::new(&self.connection)?.read(row)).transpose()
    }
}
