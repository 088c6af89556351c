//! The store: what writes to a project. Of a file there is one connection that does, and a lock that makes it the only
//! one; of a database there may be any number, in this process and in others.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tiebreak_domain::project::{Progress, SearchIndex};
use tiebreak_domain::{
    AnnotatorId, AnnotatorKey, Draft, ItemId, ItemStatus, NewJudgment, Origin, ProjectInfo, Rubric,
    UnixMillis, Verdict,
};

use crate::change::{Change, payloads};
use crate::facets::{Facets, SharedFacets, bit};
use crate::import::{Import, MOST_IN_MEMORY};
use crate::item::{status_from_word, status_word};
use crate::last_word::LastWord;
use crate::lock::ProjectLock;
use crate::place::ProjectPlace;
use crate::project::{self, NewProject};
use crate::reader::Reader;
use crate::sql::{Connection, OptionalExtension, params, postgres, sqlite};
use crate::surprise::{self, Surprise};
use crate::{Result, StoreError, draft, item, judgment, lease, migration, repeat, search};

/// How often a change that others came in between is tried.
const MOST_TRIES: u32 = 12;
/// And for how long.
const PATIENCE: Duration = Duration::from_secs(30);
const FIRST_WAIT: Duration = Duration::from_millis(2);

/// A project open for writing. Of a file there is one per machine at a time: a lock beside it sees to that.
pub struct Store {
    // In this order: the connection closes before the lock is let go.
    pub(crate) connection: Connection,
    pub(crate) facets: SharedFacets,
    rubrics: Arc<RwLock<BTreeMap<u32, Rubric>>>,
    place: ProjectPlace,
    /// What this process is called where it tells others of changes.
    teller: u64,
    _lock: Option<ProjectLock>,
}

/// What became of a judgment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// Its revision.
    pub revision: u32,
    /// How far its annotator is now.
    pub progress: Progress,
    /// Whether it is in the log; what repeats another judgment stands beside it.
    pub is_in_log: bool,
}

/// What became of a judgment in the log.
enum Appended {
    /// It was there.
    Known(u32),
    /// It repeats another one and stands beside it.
    Beside(u32),
    /// It is the last word.
    Last(u32),
}

impl Store {
    /// Makes a new project. Refuses to write over anything.
    pub fn create(place: impl Into<ProjectPlace>, project: &NewProject) -> Result<Self> {
        let place = place.into();
        match &place {
            ProjectPlace::File(path) => Self::create_file(path, project),
            ProjectPlace::Database(address) => {
                let connection = postgres::writer(address)?;
                let transaction = connection.transaction()?;
                if project::has_schema(&transaction, &address.schema())? {
                    return Err(StoreError::ExistsInDatabase(address.to_string()));
                }
                transaction.execute_batch(&format!("CREATE SCHEMA {}", address.schema()))?;
                migration::apply_in(&transaction, 0)?;
                project::write(&transaction, project)?;
                transaction.commit()?;
                Self::with(connection, place, None)
            }
        }
    }

    fn create_file(path: &Path, project: &NewProject) -> Result<Self> {
        let lock = ProjectLock::take(path)?;
        // Makes the file, or learns that there is one, in one step.
        std::fs::File::create_new(path).map_err(|error| StoreError::file(path, error))?;
        let created = Self::fill_file(path, project)
            .and_then(|connection| Self::with(connection, path.into(), Some(lock)));
        if created.is_err() {
            let _ = std::fs::remove_file(path);
        }
        created.map_err(|error| error.at(path))
    }

    fn fill_file(path: &Path, project: &NewProject) -> Result<Connection> {
        let connection = sqlite::writer(path, true)?;
        migration::apply(&connection, 0)?;
        let transaction = connection.transaction()?;
        project::write(&transaction, project)?;
        transaction.commit()?;
        Ok(connection)
    }

    /// Opens a project, and migrates it if an older program made it.
    pub fn open(place: impl Into<ProjectPlace>) -> Result<Self> {
        let place = place.into();
        match &place {
            ProjectPlace::File(path) => Self::open_file(path),
            ProjectPlace::Database(address) => {
                let connection = postgres::writer(address)?;
                let applied = migration::verify(&connection)?;
                migration::apply(&connection, applied)?;
                Self::with(connection, place, None)
            }
        }
    }

    fn open_file(path: &Path) -> Result<Self> {
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
            Self::with(connection, path.into(), Some(lock))
        };
        open().map_err(|error| error.at(path))
    }

    fn with(connection: Connection, place: ProjectPlace, lock: Option<ProjectLock>) -> Result<Self> {
        Ok(Self {
            facets: SharedFacets::new(Facets::load(&connection)?),
            rubrics: Arc::new(RwLock::new(project::rubrics(&connection)?)),
            connection,
            place,
            teller: std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), std::process::id()),
            _lock: lock,
        })
    }

    /// Another connection to the same project, which shares what is kept in memory with this one; none where a project
    /// can have only one.
    pub fn another(&self) -> Result<Option<Self>> {
        let ProjectPlace::Database(address) = &self.place else { return Ok(None) };
        Ok(Some(Self {
            connection: postgres::writer(address)?,
            facets: self.facets.clone(),
            rubrics: Arc::clone(&self.rubrics),
            place: self.place.clone(),
            teller: self.teller,
            _lock: None,
        }))
    }

    /// Where the project is.
    pub fn place(&self) -> &ProjectPlace {
        &self.place
    }

    /// What this process is called among those that share the project.
    pub(crate) fn teller(&self) -> u64 {
        self.teller
    }

    /// A new connection that reads what this one commits.
    pub fn reader(&self) -> Result<Reader> {
        let connection = match &self.place {
            ProjectPlace::File(path) => sqlite::reader(path)?,
            ProjectPlace::Database(address) => postgres::connect(address)?,
        };
        Ok(Reader::new(connection, self.facets.clone(), &self.place))
    }

    /// Changes something in one transaction. In a database it is tried again where others came in between or the
    /// connection was lost: a change must be one that can be made twice.
    pub(crate) fn change<T>(&self, mut make: impl FnMut(&Connection) -> Result<T>) -> Result<T> {
        let begun = Instant::now();
        let mut wait = FIRST_WAIT;
        for tried in 1.. {
            let made = self.connection.transaction().and_then(|transaction| {
                let made = make(&transaction)?;
                transaction.commit()?;
                Ok(made)
            });
            match made {
                Err(error)
                    if self.place.is_shared()
                        && tried < MOST_TRIES
                        && begun.elapsed() < PATIENCE
                        && (error.is_contended() || error.is_passing()) =>
                {
                    tracing::debug!(%error, tried, "a change is tried again");
                    std::thread::sleep(wait);
                    wait = (wait * 2).min(Duration::from_secs(2));
                }
                other => return other,
            }
        }
        unreachable!("the last try returns")
    }

    /// Tells the other processes that share the project what was changed. They look for themselves now and then, so
    /// that what cannot be told is no loss.
    pub(crate) fn tell(&self, changes: &[Change]) {
        if !self.place.is_shared() || changes.is_empty() {
            return;
        }
        // The change is on the disk by now. That it is told need not be: who tells holds up everyone else who does.
        let told = payloads(self.teller, changes).iter().try_for_each(|payload| {
            self.connection.execute_batch(&format!(
                "BEGIN; SET LOCAL synchronous_commit TO off; \
                 SELECT pg_notify('tiebreak_' || current_schema(), '{}'); COMMIT",
                payload.replace('\'', "''")
            ))
        });
        if let Err(error) = told {
            tracing::debug!(%error, "a change could not be told to others");
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    /// All that the interface knows of the project.
    pub fn info(&self, annotator: AnnotatorId) -> Result<ProjectInfo> {
        project::info(&self.connection, &self.facets, &self.place, annotator)
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
        self.change(|connection| project::adopt(connection, project, &[]))?;
        self.set_rubrics(project::rubrics(&self.connection)?);
        self.tell(&[Change::Items]);
        Ok(())
    }

    /// Finds an annotator by key or name, else adds one.
    pub fn annotator(&mut self, key: AnnotatorKey, name: &str) -> Result<AnnotatorId> {
        let (annotator, is_new) = self.change(|connection| project::annotator(connection, key, name))?;
        if is_new {
            self.tell(&[Change::People]);
        }
        Ok(annotator)
    }

    /// Begins an import: one transaction, during which nothing else can be written.
    pub fn begin_import(&mut self) -> Result<Import<'_>> {
        self.begin_import_with(MOST_IN_MEMORY)
    }

    /// Begins an import that stores its new items' keys whenever so many are in memory.
    #[doc(hidden)]
    pub fn begin_import_with(&mut self, most_keys_in_memory: usize) -> Result<Import<'_>> {
        Import::begin(self, most_keys_in_memory)
    }

    /// Appends a judgment. It is on the disk when this returns; sending it again changes nothing.
    ///
    /// A judgment is never refused because others filled the item's places meanwhile: work that was done is kept. What
    /// keeps an item from being judged too often is the lease ([`Store::claim`]), which whoever shows or prefetches an
    /// item renews.
    pub fn submit(&mut self, judgment: &NewJudgment) -> Result<Submitted> {
        self.submit_review(judgment, None)
    }

    /// The same of a review, with what it says of a vote that a model held for unlikely.
    pub fn submit_review(&mut self, judgment: &NewJudgment, surprise: Option<Surprise>) -> Result<Submitted> {
        bit(judgment.item)?;
        let annotator = judgment.annotator;
        if self.place.is_shared() && self.rubric(judgment.rubric_version).is_none() {
            // Another process may ask something else since.
            self.set_rubrics(project::rubrics(&self.connection)?);
        }
        let appended = self.change(|connection| {
            let appended = self.append(connection, judgment)?;
            if let Some(surprise) = surprise {
                surprise::insert(connection, judgment.id, surprise)?;
            }
            Ok(appended)
        })?;
        match appended {
            Appended::Known(revision) if self.place.is_shared() => {
                // It may have been stored just now, by a try whose answer was lost: the sets do not know of it yet.
                let state: Option<i64> = self
                    .connection
                    .prepare_cached("SELECT state FROM latest WHERE annotator_id = ?1 AND item_id = ?2")?
                    .query_row([annotator.0, judgment.item.0], |row| row.get(0))
                    .optional()?;
                let change =
                    state.map(|state| Change::Word { annotator: annotator.0, item: judgment.item.0, state });
                if let Some(change) = change.filter(|change| !self.facets.says(change)) {
                    self.facets.apply(&change);
                    self.tell(&[change]);
                }
                Ok(self.submitted(annotator, revision, true))
            }
            Appended::Known(revision) => Ok(self.submitted(annotator, revision, true)),
            Appended::Beside(revision) => Ok(self.submitted(annotator, revision, false)),
            Appended::Last(revision) => {
                let word = LastWord::new(&judgment.verdict, judgment.flagged);
                let change = Change::word(annotator, judgment.item, word);
                self.facets.apply(&change);
                self.tell(&[change]);
                Ok(self.submitted(annotator, revision, true))
            }
        }
    }

    fn submitted(&self, annotator: AnnotatorId, revision: u32, is_in_log: bool) -> Submitted {
        Submitted { revision, progress: self.facets.read().progress(annotator), is_in_log }
    }

    fn append(&self, connection: &Connection, judgment: &NewJudgment) -> Result<Appended> {
        let annotator = judgment.annotator;
        if let Some(revision) = judgment::revision_of(connection, judgment.id)? {
            return Ok(Appended::Known(revision));
        }
        if let Some(revision) = repeat::revision_beside(connection, judgment.id)? {
            return Ok(Appended::Beside(revision));
        }
        let Some(rubric) = self.rubric(judgment.rubric_version) else {
            let version = judgment.rubric_version;
            return Err(StoreError::Refused(format!("the project has no rubric of version {version}")));
        };
        judgment::validate(judgment, Some(&rubric))?;
        if !self.has_item(connection, judgment.item)? {
            return Err(StoreError::NotFound(format!("item {}", judgment.item)));
        }
        if judgment.origin != Origin::Label {
            judgment::validate_whole(judgment, &rubric, &item::read(connection, judgment.item)?.item)?;
        }
        if !project::has_annotator(connection, annotator)? {
            return Err(StoreError::NotFound(format!("annotator {annotator}")));
        }
        let head = judgment::head(connection, annotator, judgment.item)?;
        if let Some(head) = &head
            && let Some(repeat_of) = repeat::judgment_repeated(connection, judgment, head)?
        {
            repeat::append(connection, judgment, repeat_of)?;
            draft::forget(connection, annotator, judgment.item)?;
            return Ok(Appended::Beside(head.revision));
        }
        if judgment.verdict == Verdict::Withdrawn && head.as_ref().is_none_or(|head| head.is_withdrawn) {
            return Err(StoreError::Refused("there is nothing to take back".to_owned()));
        }
        let revision = head.as_ref().map_or(1, |head| head.revision + 1);
        judgment::announce(connection)?;
        judgment::append(connection, judgment, revision, head.map(|head| head.id), true)?;
        draft::forget(connection, annotator, judgment.item)?;
        lease::release(connection, annotator, judgment.item)?;
        Ok(Appended::Last(revision))
    }

    /// Whether there is such an item; the sets of a database may be a moment behind.
    pub(crate) fn has_item(&self, connection: &Connection, item: ItemId) -> Result<bool> {
        if self.facets.read().has_item(item) {
            return Ok(true);
        }
        Ok(self.place.is_shared()
            && connection.prepare_cached("SELECT 1 FROM item WHERE id = ?1")?.exists([item.0])?)
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
            return self.change(|connection| draft::forget(connection, annotator, item));
        };
        self.change(|connection| {
            if !self.has_item(connection, item)? {
                return Err(StoreError::NotFound(format!("item {item}")));
            }
            if !project::has_annotator(connection, annotator)? {
                return Err(StoreError::NotFound(format!("annotator {annotator}")));
            }
            draft::save(connection, annotator, item, draft, saved_at)
        })
    }

    /// Asks something else from now on, as the version after the highest, which is returned. The same questions
    /// again are no new version.
    pub fn set_rubric(&mut self, rubric: &Rubric) -> Result<u32> {
        let version = self.change(|connection| project::set_rubric(connection, rubric))?;
        self.set_rubrics(project::rubrics(&self.connection)?);
        self.tell(&[Change::Rubric]);
        Ok(version)
    }

    /// Changes whether items take part, all or none, and returns what they were, for an undo.
    pub fn set_status(&mut self, changes: &[(ItemId, ItemStatus)]) -> Result<Vec<(ItemId, ItemStatus)>> {
        let before = self.change(|connection| {
            let mut before = Vec::with_capacity(changes.len());
            let mut select = connection.prepare_cached("SELECT status FROM item WHERE id = ?1")?;
            let mut update = connection.prepare_cached("UPDATE item SET status = ?2 WHERE id = ?1")?;
            for &(id, status) in changes {
                let word: String = {
                    let mut rows = select.query([id.0])?;
                    let row = rows.next()?.ok_or_else(|| StoreError::NotFound(format!("item {id}")))?;
                    row.get(0)?
                };
                before.push((id, status_from_word(&word)?));
                update.execute(params![id.0, status_word(status)])?;
            }
            Ok(before)
        })?;
        let change = Change::Statuses(changes.iter().map(|&(id, status)| (id.0, status)).collect());
        self.facets.apply(&change);
        self.tell(&[change]);
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
        let Self { connection, _lock: lock, place, .. } = self;
        connection.close().map_err(|error| match place.file() {
            Some(path) => error.at(path),
            None => error,
        })?;
        drop(lock);
        Ok(())
    }

    pub(crate) fn set_rubrics(&self, rubrics: BTreeMap<u32, Rubric>) {
        *self.rubrics.write().unwrap_or_else(PoisonError::into_inner) = rubrics;
    }

    /// Every rubric ever asked, as far as this process knows.
    pub(crate) fn rubrics(&self) -> BTreeMap<u32, Rubric> {
        self.rubrics.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn rubric(&self, version: u32) -> Option<Rubric> {
        self.rubrics.read().unwrap_or_else(PoisonError::into_inner).get(&version).cloned()
    }
}
