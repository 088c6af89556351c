//! Imports: one transaction that takes in a whole file, or nothing.
//!
//! Made for a million items: one row each, hashed and written as JSON before it comes here if there is a
//! thread for it ([`PreparedItem`]), keys stored in their order at the end, no search index (that is built
//! afterwards, see [`crate::Store::index_some`]), and changed pages that spill to the log instead of filling
//! the memory. The sets of [`Facets`] are changed in a copy, which takes the place
//! of the shared ones on commit.

mod new_keys;
mod profile;
mod study;

use std::collections::BTreeMap;

use tiebreak_domain::{
    AnnotatorId, AnnotatorKey, Answer, Item, ItemId, ItemKey, ItemStatus, JudgmentId, NewJudgment, Origin,
    Rubric, SourceId, Verdict,
};

use crate::change::Change;
use crate::facets::{Facets, bit};
use crate::item::{self, status_word};
use crate::last_word::LastWord;
use crate::prepared_item::PreparedItem;
use crate::project::{self, NewProject, NewSource};
use crate::sql::{Connection, Statement, Transaction, params};
use crate::store::Store;
use crate::surprise::{self, Surprise};
use crate::{Result, StoreError, judgment};
use new_keys::NewKeys;

pub(crate) use new_keys::MOST_IN_MEMORY;

/// What became of an item that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddedItem {
    /// Its row, old or new.
    pub id: ItemId,
    /// Its content's key.
    pub key: ItemKey,
    /// Whether the project did not have it before.
    pub is_new: bool,
    /// Whether it takes part: what it was before, if it was there.
    pub status: ItemStatus,
}

/// An import under way. Dropped without [`Import::commit`], nothing happened.
pub struct Import<'store> {
    insert_item: Statement<'store>,
    /// None once it is committed.
    transaction: Option<Transaction<'store>>,
    pub(crate) connection: &'store Connection,
    store: &'store Store,
    rubrics: BTreeMap<u32, Rubric>,
    pub(crate) facets: Facets,
    /// Runs of new items with one source: source, first, last.
    runs: Vec<(SourceId, u32, u32)>,
    /// Logs that did not come in the order of their revisions, to be looked at before the commit.
    unordered: Vec<(AnnotatorId, ItemId)>,
    /// Whether it was said that this adds to the log.
    is_announced: bool,
    new_keys: NewKeys,
    /// Whether any key is in the database, where it would have to be looked for.
    has_stored_keys: bool,
}

impl<'store> Import<'store> {
    pub(crate) fn begin(store: &'store Store, most_keys_in_memory: usize) -> Result<Self> {
        let connection = &store.connection;
        let insert_item = connection.prepare_cached(
            "INSERT INTO item (id, content_key, source_id, status, external_id, prompt, candidates, metadata, context) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        let transaction = connection.transaction()?;
        let (facets, rubrics) = match connection.dialect().lock_of_imports() {
            None => (store.facets.read().clone(), store.rubrics()),
            Some(lock) => {
                // What others brought in before is known only now.
                connection.execute_batch(lock)?;
                (Facets::load(connection)?, project::rubrics(connection)?)
            }
        };
        Ok(Self {
            connection,
            insert_item,
            has_stored_keys: facets.last_item() > 0,
            facets,
            rubrics,
            store,
            transaction: Some(transaction),
            runs: Vec::new(),
            unordered: Vec::new(),
            is_announced: false,
            new_keys: NewKeys::new(most_keys_in_memory),
        })
    }

    /// Makes an empty project another: a lossless import takes over key, name, rubrics and time.
    pub fn adopt(&mut self, project: &NewProject, other_rubrics: &[Rubric]) -> Result<()> {
        project::adopt(self.connection, project, other_rubrics)?;
        self.rubrics = project::rubrics(self.connection)?;
        Ok(())
    }

    /// The version under which the project knows the rubric of another; added where it does not know it, as
    /// the flag says. Judgments given under it carry this version from here on.
    pub fn take_rubric(&mut self, rubric: &Rubric) -> Result<(u32, bool)> {
        project::take_rubric(self.connection, &mut self.rubrics, rubric)
    }

    /// Takes up the source of the same name and media folder, or adds one. Where another source has the name,
    /// a number follows it.
    pub fn add_source(&mut self, source: &NewSource) -> Result<SourceId> {
        project::add_source(self.connection, source)
    }

    /// Says what the hash of a source's bytes is, once its end was read.
    pub fn set_source_blake3(&mut self, source: SourceId, blake3: &str) -> Result<()> {
        let mut statement = self.connection.prepare_cached("UPDATE source SET blake3 = ?2 WHERE id = ?1")?;
        statement.execute(params![source.0, blake3])?;
        Ok(())
    }

    /// Says where a source's relative media paths are looked up, once an item turned out to have some.
    pub fn set_source_media_folder(&mut self, source: SourceId, folder: &str) -> Result<()> {
        let mut statement =
            self.connection.prepare_cached("UPDATE source SET media_folder = ?2 WHERE id = ?1")?;
        statement.execute(params![source.0, folder])?;
        Ok(())
    }

    /// Adds an active item unless the project has its content already.
    pub fn add_item(&mut self, source: SourceId, item: &Item) -> Result<AddedItem> {
        self.add_item_with_status(source, item, ItemStatus::Active)
    }

    /// Adds an item unless the project has its content already, in which case its status stays.
    pub fn add_item_with_status(
        &mut self,
        source: SourceId,
        item: &Item,
        status: ItemStatus,
    ) -> Result<AddedItem> {
        self.add_item_prepared(source, &PreparedItem::new(item)?, status)
    }

    /// Adds an active item whose key was computed before; it has to be [`Item::key`].
    pub fn add_item_with_key(&mut self, source: SourceId, item: &Item, key: ItemKey) -> Result<AddedItem> {
        self.add_item_prepared(source, &PreparedItem::with_key(item, key)?, ItemStatus::Active)
    }

    /// Adds an item that another thread made ready, unless the project has its content already, in which case
    /// its status stays.
    pub fn add_item_prepared(
        &mut self,
        source: SourceId,
        item: &PreparedItem,
        status: ItemStatus,
    ) -> Result<AddedItem> {
        let key = item.key();
        if let Some((id, status)) = self.known(key)? {
            return Ok(AddedItem { id, key, is_new: false, status });
        }
        let number = self
            .facets
            .last_item()
            .checked_add(1)
            .ok_or_else(|| StoreError::Refused("the project is full".to_owned()))?;
        let id = ItemId(i64::from(number));
        self.insert_item.execute_soon(params![
            id.0,
            key.0,
            source.0,
            status_word(status),
            item.external_id,
            item.prompt,
            item.candidates,
            item.metadata,
            item.context
        ])?;
        self.facets.add_item(number, status);
        self.has_stored_keys |= self.new_keys.insert(self.connection, key, number)?;
        match self.runs.last_mut() {
            Some((of_source, _, last)) if *of_source == source => *last = number,
            _ => self.runs.push((source, number, number)),
        }
        Ok(AddedItem { id, key, is_new: true, status })
    }

    /// The item with a key, of before or of this import, and its status.
    fn known(&self, key: ItemKey) -> Result<Option<(ItemId, ItemStatus)>> {
        match self.new_keys.get(key) {
            Some(id) => {
                let number = bit(id)?;
                let has = |status: &ItemStatus| self.facets.with_status(*status).contains(number);
                let others = [ItemStatus::Excluded, ItemStatus::Deleted];
                Ok(Some((id, others.into_iter().find(has).unwrap_or(ItemStatus::Active))))
            }
            None if self.has_stored_keys => item::by_key(self.connection, key),
            None => Ok(None),
        }
    }

    /// Finds an annotator by key or name, else adds one.
    pub fn annotator(&mut self, key: AnnotatorKey, name: &str) -> Result<AnnotatorId> {
        Ok(project::annotator(self.connection, key, name)?.0)
    }

    /// Adds what a review, which was added before, says of a vote that a model held for unlikely.
    pub fn add_surprise(&mut self, review: JudgmentId, surprise: Surprise) -> Result<()> {
        surprise::insert(self.connection, review, surprise)
    }

    /// Adds a judgment unless the log has its id already, and says whether it is new.
    ///
    /// `given` is the revision and what it supersedes, where the data says so; else it is the next revision.
    /// A given revision that this project's own log already has goes to the end of that log.
    pub fn add_judgment(
        &mut self,
        judgment: &NewJudgment,
        given: Option<(u32, Option<JudgmentId>)>,
    ) -> Result<bool> {
        let item = bit(judgment.item)?;
        if judgment::revision_of(self.connection, judgment.id)?.is_some() {
            return Ok(false);
        }
        if !self.facets.has_item(judgment.item) {
            return Err(StoreError::NotFound(format!("item {}", judgment.item)));
        }
        self.validate(judgment)?;
        let head = judgment::head(self.connection, judgment.annotator, judgment.item)?;
        let next = head.as_ref().map_or(1, |head| head.revision + 1);
        let before = head.map(|head| head.id);
        let (revision, supersedes) = match given {
            Some((revision, supersedes))
                if revision >= next || !self.has_revision(judgment.annotator, judgment.item, revision)? =>
            {
                if revision != next || supersedes != before {
                    self.unordered.push((judgment.annotator, judgment.item));
                }
                (revision, supersedes)
            }
            _ => (next, before),
        };
        let is_last = revision >= next;
        self.append(judgment, revision, supersedes, is_last)?;
        if is_last {
            let word = LastWord::new(&judgment.verdict, judgment.flagged);
            self.facets.set_word(judgment.annotator, item, word);
        }
        Ok(true)
    }

    /// Adds to the log.
    pub(crate) fn append(
        &mut self,
        judgment: &NewJudgment,
        revision: u32,
        supersedes: Option<JudgmentId>,
        is_last: bool,
    ) -> Result<()> {
        if !self.is_announced {
            // Once, and not before: whoever reads the log reads what comes after this again until the import ends.
            judgment::announce(self.connection)?;
            self.is_announced = true;
        }
        judgment::append(self.connection, judgment, revision, supersedes, is_last)
    }

    /// What a label in force says of an item; none where its annotator's last word is something else.
    pub fn label_in_force(&self, annotator: AnnotatorId, item: ItemId) -> Result<Option<Vec<Answer>>> {
        let sql = format!(
            "{} JOIN latest l ON l.judgment = j.number WHERE l.annotator_id = ?1 AND l.item_id = ?2",
            judgment::SELECT
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query([annotator.0, item.0])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let given = judgment::JudgmentRows::new(self.connection)?.read(row)?.given;
        Ok(match given.verdict {
            Verdict::Judged { answers } if given.origin == Origin::Label => Some(answers),
            _ => None,
        })
    }

    /// Refuses what could never have been stored under its rubric.
    pub(crate) fn validate(&self, judgment: &NewJudgment) -> Result<()> {
        judgment::validate(judgment, self.rubrics.get(&judgment.rubric_version))
    }

    /// The item with this content, if the project has it.
    pub fn item_by_key(&mut self, key: ItemKey) -> Result<Option<ItemId>> {
        Ok(self.known(key)?.map(|(id, _)| id))
    }

    /// Makes all of it durable, and visible to readers.
    pub fn commit(mut self) -> Result<()> {
        self.unordered.sort_unstable();
        self.unordered.dedup();
        for (annotator, item) in std::mem::take(&mut self.unordered) {
            self.refuse_broken_log(annotator, item)?;
        }
        self.new_keys.store(self.connection)?;
        for &(source, first, last) in &self.runs {
            self.facets.add_source_range(source, first, last);
            let mut statement = self.connection.prepare_cached(
                "INSERT INTO source_range (first_item, last_item, source_id) VALUES (?1, ?2, ?3)",
            )?;
            statement.execute(params![first, last, source.0])?;
        }
        if let Some(transaction) = self.transaction.take() {
            transaction.commit()?;
        }
        self.store.set_rubrics(std::mem::take(&mut self.rubrics));
        if self.store.place().is_shared() {
            // Others may have gone on judging meanwhile.
            self.store.facets.rebuild(self.connection)?;
        } else {
            *self.store.facets.write() = std::mem::take(&mut self.facets);
        }
        let _ = self.connection.execute_batch(self.connection.dialect().tidy_up());
        self.store.tell(&[Change::Items]);
        Ok(())
    }

    fn has_revision(&self, annotator: AnnotatorId, item: ItemId, revision: u32) -> Result<bool> {
        let mut statement = self.connection.prepare_cached(
            "SELECT 1 FROM judgment WHERE annotator_id = ?1 AND item_id = ?2 AND revision = ?3",
        )?;
        statement.exists(params![annotator.0, item.0, revision])
    }

    fn refuse_broken_log(&self, annotator: AnnotatorId, item: ItemId) -> Result<()> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, revision, supersedes FROM judgment WHERE annotator_id = ?1 AND item_id = ?2 ORDER BY revision",
        )?;
        let mut rows = statement.query([annotator.0, item.0])?;
        let mut before: Option<[u8; 16]> = None;
        let mut expected = 1;
        while let Some(row) = rows.next()? {
            let (revision, supersedes): (u32, Option<[u8; 16]>) = (row.get(1)?, row.get(2)?);
            if revision != expected || supersedes != before {
                return Err(StoreError::Refused(format!(
                    "the judgments of annotator {annotator} on item {item} do not follow each other at revision \
                     {expected}"
                )));
            }
            before = Some(row.get(0)?);
            expected += 1;
        }
        Ok(())
    }
}
