//! The store: the one connection that writes to a project, and the lock that makes it the only one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tiebreak_domain::project::{Progress, SearchIndex};
use tiebreak_domain::{
    AnnotatorId, AnnotatorKey, Draft, ItemId, ItemStatus, NewJudgment, Origin, ProjectInfo, Rubric,
    UnixMillis, Verdict,
};

use crate::facets::{Facets, SharedFacets, bit};
use crate::import::{Import, MOST_IN_MEMORY};
use crate::item::{status_from_word, status_word};
use crate::last_word::LastWord;
use crate::lock::ProjectLock;
use crate::project::{self, NewProject};
use crate::reader::Reader;
use crate::sql::{Connection, params, sqlite};
use crate::{Result, StoreError, draft, item, judgment, lease, migration, repeat, search};

/// A project open for writing. One per project and machine at a time: a lock file beside it sees to that.
pub struct Store {
    // In this order: the connection closes before the lock is let go.
    pub(crate) connection: Connection,
    pub(crate) facets: SharedFacets,
    rubrics: BTreeMap<u32, Rubric>,
    path: PathBuf,
    _lock: ProjectLock,
}

/// What became of a judgment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// Its revision.
    pub revision: u32,
    /// How far its annotator is now.
    pub progress: Progress,
}

impl Store {
    /// Makes a new project file. Refuses to write over anything.
    pub fn create(path: &Path, project: &NewProject) -> Result<Self> {
        let lock = ProjectLock::take(path)?;
        // Makes the file, or learns that there is one, in one step.
        std::fs::File::create_new(path).map_err(|error| StoreError::file(path, error))?;
        let created =
            Self::create_in(path, project).and_then(|connection| Self::with(connection, path, lock));
        if created.is_err() {
            let _ = std::fs::remove_file(path);
        }
        created.map_err(|error| error.at(path))
    }

    fn create_in(path: &Path, project: &NewProject) -> Result<Connection> {
        let connection = sqlite::writer(path, true)?;
        migration::apply(&connection, 0)?;
        let transaction = connection.transaction()?;
        project::write(&transaction, project)?;
        transaction.commit()?;
        Ok(connection)
    }

    /// Opens a project, and migrates it if an older program made it.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Err(StoreError::NotFound(format!("file {}", path.display())));
        }
        let lock = ProjectLock::take(path)?;
        let open = || {
            // Looked at before anything is written to it: another program's file stays as it is.
            migration::verify(&sqlite::reader(path)?)?;
            let connection = sqlite::writer(path, false)?;
            let applied = migration::verify(&connection)?;
            migration::apply(&connection, applied)?;
            Self::with(connection, path, lock)
        };
        open().map_err(|error| error.at(path))
    }

    fn with(connection: Connection, path: &Path, lock: ProjectLock) -> Result<Self> {
        Ok(Self {
            facets: SharedFacets::new(Facets::load(&connection)?),
            rubrics: project::rubrics(&connection)?,
            connection,
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// The project file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A new connection that reads what this one commits.
    pub fn reader(&self) -> Result<Reader> {
        Ok(Reader::new(sqlite::reader(&self.path)?, self.facets.clone(), &self.path))
    }

    /// All that the interface knows of the project.
    pub fn info(&self, annotator: AnnotatorId) -> Result<ProjectInfo> {
        project::info(&self.connection, &self.facets.read(), &self.path, annotator)
    }

    /// How far an annotator is.
    pub fn progress(&self, annotator: AnnotatorId) -> Progress {
        self.facets.read().progress(annotator)
    }

    /// The sets that filters and the queue stand on.
    pub fn facets(&self) -> SharedFacets {
        self.facets.clone()
    }

    /// Makes an empty project another.
    pub fn adopt(&mut self, project: &NewProject) -> Result<()> {
        let transaction = self.connection.transaction()?;
        project::adopt(&transaction, project, &[])?;
        transaction.commit()?;
        self.rubrics = project::rubrics(&self.connection)?;
        Ok(())
    }

    /// Finds an annotator by key or name, else adds one.
    pub fn annotator(&mut self, key: AnnotatorKey, name: &str) -> Result<AnnotatorId> {
        project::annotator(&self.connection, key, name)
    }

    /// Begins an import: one transaction, during which nothing else can be written.
    pub fn begin_import(&mut self) -> Result<Import<'_>> {
        self.begin_import_with(MOST_IN_MEMORY)
    }

    /// Begins an import that stores its new items' keys whenever so many are in memory.
    #[doc(hidden)]
    pub fn begin_import_with(&mut self, most_keys_in_memory: usize) -> Result<Import<'_>> {
        Import::begin(&self.connection, &self.facets, &mut self.rubrics, most_keys_in_memory)
    }

    /// Appends a judgment. It is on the disk when this returns; sending it again changes nothing.
    pub fn submit(&mut self, judgment: &NewJudgment) -> Result<Submitted> {
        let place = bit(judgment.item)?;
        let annotator = judgment.annotator;
        let transaction = self.connection.transaction()?;
        let known = judgment::revision_of(&transaction, judgment.id)?;
        if let Some(revision) = known.or(repeat::revision_beside(&transaction, judgment.id)?) {
            return Ok(Submitted { revision, progress: self.facets.read().progress(annotator) });
        }
        let Some(rubric) = self.rubrics.get(&judgment.rubric_version) else {
            let version = judgment.rubric_version;
            return Err(StoreError::Refused(format!("the project has no rubric of version {version}")));
        };
        judgment::validate(judgment, Some(rubric))?;
        if !self.facets.read().has_item(judgment.item) {
            return Err(StoreError::NotFound(format!("item {}", judgment.item)));
        }
        if judgment.origin != Origin::Label {
            judgment::validate_whole(judgment, rubric, &item::read(&transaction, judgment.item)?.item)?;
        }
        if !project::has_annotator(&transaction, annotator)? {
            return Err(StoreError::NotFound(format!("annotator {annotator}")));
        }
        let head = judgment::head(&transaction, annotator, judgment.item)?;
        if let Some(head) = &head
            && let Some(repeat_of) = repeat::judgment_repeated(&transaction, judgment, head)?
        {
            repeat::append(&transaction, judgment, repeat_of)?;
            draft::forget(&transaction, annotator, judgment.item)?;
            transaction.commit()?;
            return Ok(Submitted {
                revision: head.revision,
                progress: self.facets.read().progress(annotator),
            });
        }
        if judgment.verdict == Verdict::Withdrawn && head.as_ref().is_none_or(|head| head.is_withdrawn) {
            return Err(StoreError::Refused("there is nothing to take back".to_owned()));
        }
        let revision = head.as_ref().map_or(1, |head| head.revision + 1);
        judgment::append(&transaction, judgment, revision, head.map(|head| head.id), true)?;
        draft::forget(&transaction, annotator, judgment.item)?;
        lease::release(&transaction, annotator, judgment.item)?;
        transaction.commit()?;
        let mut facets = self.facets.write();
        facets.set_word(annotator, place, LastWord::new(&judgment.verdict, judgment.flagged));
        Ok(Submitted { revision, progress: facets.progress(annotator) })
    }

    /// Keeps what an annotator began to say of an item, or forgets it where there is nothing. It is on the disk
    /// when this returns.
    pub fn save_draft(
        &mut self,
        annotator: AnnotatorId,
        item: ItemId,
        draft: Option<&Draft>,
        saved_at: UnixMillis,
    ) -> Result<()> {
        let Some(draft) = draft.filter(|draft| !draft.is_empty()) else {
            return draft::forget(&self.connection, annotator, item);
        };
        if !self.facets.read().has_item(item) {
            return Err(StoreError::NotFound(format!("item {item}")));
        }
        if !project::has_annotator(&self.connection, annotator)? {
            return Err(StoreError::NotFound(format!("annotator {annotator}")));
        }
        draft::save(&self.connection, annotator, item, draft, saved_at)
    }

    /// Asks something else from now on, as the version after the highest, which is returned. The same questions
    /// again are no new version.
    pub fn set_rubric(&mut self, rubric: &Rubric) -> Result<u32> {
        let transaction = self.connection.transaction()?;
        let version = project::set_rubric(&transaction, rubric)?;
        transaction.commit()?;
        self.rubrics = project::rubrics(&self.connection)?;
        Ok(version)
    }

    /// Changes whether items take part, all or none, and returns what they were, for an undo.
    pub fn set_status(&mut self, changes: &[(ItemId, ItemStatus)]) -> Result<Vec<(ItemId, ItemStatus)>> {
        let transaction = self.connection.transaction()?;
        let mut before = Vec::with_capacity(changes.len());
        {
            let mut select = transaction.prepare_cached("SELECT status FROM item WHERE id = ?1")?;
            let mut update = transaction.prepare_cached("UPDATE item SET status = ?2 WHERE id = ?1")?;
            for &(id, status) in changes {
                let mut rows = select.query([id.0])?;
                let row = rows.next()?.ok_or_else(|| StoreError::NotFound(format!("item {id}")))?;
                let word: String = row.get(0)?;
                before.push((id, status_from_word(&word)?));
                drop(rows);
                update.execute(params![id.0, status_word(status)])?;
            }
        }
        transaction.commit()?;
        let mut facets = self.facets.write();
        for &(id, status) in changes {
            facets.set_status(bit(id)?, status);
        }
        Ok(before)
    }

    /// Builds the search index on by at most so many items, in one small transaction.
    pub fn index_some(&mut self, max_items: u32) -> Result<SearchIndex> {
        search::index_some(&self.connection, max_items)
    }

    /// Lets the file grow by no more than so many pages, as a full disk would.
    #[doc(hidden)]
    pub fn limit_pages(&mut self, more: i64) -> Result<()> {
        let pages: i64 = self.connection.query_row("PRAGMA page_count", (), |row| row.get(0))?;
        self.connection.query_row(&format!("PRAGMA max_page_count = {}", pages + more), (), |_| Ok(()))
    }

    /// Writes the log back into the file and closes. Dropping does the same and cannot say what failed.
    pub fn close(self) -> Result<()> {
        let Self { connection, _lock: lock, path, .. } = self;
        connection.close().map_err(|error| error.at(&path))?;
        drop(lock);
        Ok(())
    }
}
