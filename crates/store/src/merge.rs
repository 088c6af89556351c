//! Merging: another copy of this project is brought in, in one transaction.
//!
//! A copy is a project of the same key. Items are the same by their content's key, judgments by their id,
//! annotators by their key (another person of the same name gets a number), rubrics by what they ask: one that
//! this project lacks is added, under the next free version where its own means something else here, and the
//! judgments given under it follow. What this project already has stays as it is: statuses of items, the
//! rubric that is asked, names. Of labels that were taken from models the later one stays. Drafts and the scores of
//! models stay in their copy.
//!
//! An annotator may have gone on judging the same item in both copies. All of it is kept, in the order that
//! `order` lays down, and the last of it is in force; where it comes between what is here already, the later
//! revisions are numbered anew (`log`). So two copies that merge each other say the same, and a second merge
//! of the same copy changes nothing.
//!
//! Streams: what is in memory is a number for each item of the other copy, and one log at a time.

mod log;
mod order;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Instant;

use tiebreak_domain::merge::MergeReport;
use tiebreak_domain::{AnnotatorId, ItemId, Judgment, Source, SourceId};

use crate::import::Import;
use crate::judgment::{self, JudgmentRows};
use crate::prepared_item::PreparedItem;
use crate::project::{self, NewSource};
use crate::reader::Reader;
use crate::score::ModelLabel;
use crate::sql::Connection;
use crate::store::Store;
use crate::{Result, StoreError, assignment, item, people, score, surprise};

impl Store {
    /// Brings in another copy of this project. `media` says where the media folder of a source there is from here, and
    /// whether media at addresses are fetched. None where `go_on` said no, which leaves everything as it was.
    pub fn merge(
        &mut self,
        other: &Reader,
        media: impl Fn(&Source) -> (Option<String>, bool),
        mut go_on: impl FnMut() -> bool,
    ) -> Result<Option<MergeReport>> {
        let begun = Instant::now();
        let reader = self.reader()?;
        let (own, theirs) = (reader.project()?, other.project()?);
        if own.key != theirs.key {
            return Err(StoreError::NotKin { own: own.name, other: theirs.name });
        }
        let transaction = other.connection().read_transaction()?;
        let report = {
            let mut merge = Merge::new(self.begin_import()?, &reader, &transaction)?;
            if !merge.items(&media, &mut go_on)? || !merge.judgments(&mut go_on)? {
                return Ok(None);
            }
            merge.model_labels(&other.model_labels()?)?;
            assignment::add_conflicts(merge.import.connection, &merge.report.conflicts)?;
            let Merge { import, annotators, items, versions, .. } = &merge;
            surprise::merge(merge.import.connection, &transaction)?;
            people::merge(import.connection, &transaction, annotators, items, versions)?;
            merge.import.commit()?;
            merge.report
        };
        transaction.finish()?;
        Ok(Some(MergeReport { elapsed_ms: begun.elapsed().as_millis() as u64, ..report }))
    }
}

/// A merge under way.
struct Merge<'a, 'store> {
    import: Import<'store>,
    other: &'a Connection,
    report: MergeReport,
    sources: Vec<Source>,
    /// This project's item of each of the other's, by the other's number; 0 where there is none.
    items: Vec<u32>,
    /// This project's versions of the other's rubrics.
    versions: BTreeMap<u32, u32>,
    /// This project's annotators, by those of the other who said something.
    annotators: HashMap<AnnotatorId, AnnotatorId>,
}

impl<'a, 'store> Merge<'a, 'store> {
    fn new(mut import: Import<'store>, own: &Reader, other: &'a Connection) -> Result<Self> {
        let mut report = MergeReport::default();
        let mut versions = BTreeMap::new();
        for (version, rubric) in project::rubrics(other)? {
            let (taken, is_new) = import.take_rubric(&rubric)?;
            report.rubrics_added += u64::from(is_new);
            versions.insert(version, taken);
        }
        Ok(Self {
            import,
            other,
            report,
            sources: own.sources()?,
            items: vec![0],
            versions,
            annotators: HashMap::new(),
        })
    }

    /// Adds the items that are not here; false where it was told to stop.
    fn items(
        &mut self,
        media: &dyn Fn(&Source) -> (Option<String>, bool),
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<bool> {
        let mut sources: HashMap<SourceId, SourceId> = HashMap::new();
        let mut keys = self.other.prepare("SELECT id, content_key FROM item ORDER BY id")?;
        let mut rows = keys.stream(())?;
        while let Some(row) = rows.next()? {
            if !go_on() {
                return Ok(false);
            }
            let (number, key) = (row.get::<u32>(0)? as usize, tiebreak_domain::ItemKey(row.get(1)?));
            // Numbers have no gaps, so that this holds no more than there are items.
            if number != self.items.len() {
                return Err(damaged(format!("item {} is missing", self.items.len())));
            }
            if let Some(known) = self.import.item_by_key(key)? {
                self.items.push(known.0 as u32);
                self.report.items_known += 1;
                continue;
            }
            let stored = item::read(self.other, ItemId(number as i64))?;
            if stored.item.key() != key {
                return Err(damaged(format!("the content of item {number} does not belong to its key")));
            }
            let source = if let Some(source) = sources.get(&stored.source) {
                *source
            } else {
                let source = self.source(project::source(self.other, stored.source)?, media)?;
                sources.insert(stored.source, source);
                source
            };
            let prepared = PreparedItem::with_key(&stored.item, key)?;
            let added = self.import.add_item_prepared(source, &prepared, stored.status)?;
            self.items.push(added.id.0 as u32);
            self.report.items_added += 1;
        }
        Ok(true)
    }

    /// The source here of one there: of the same file, else added.
    fn source(
        &mut self,
        theirs: Source,
        media: &dyn Fn(&Source) -> (Option<String>, bool),
    ) -> Result<SourceId> {
        // The same import may be called otherwise here, since names are unique.
        let is_same_import = |own: &Source| !own.blake3.is_empty() && own.imported_at == theirs.imported_at;
        let is_same =
            |own: &&Source| own.blake3 == theirs.blake3 && (own.name == theirs.name || is_same_import(own));
        if let Some(own) = self.sources.iter().find(is_same) {
            return Ok(own.id);
        }
        let taken: HashSet<&str> = self.sources.iter().map(|own| own.name.as_str()).collect();
        let (media_folder, fetches_addresses) = media(&theirs);
        let source = NewSource {
            name: unique(&theirs.name, |name| taken.contains(name)),
            media_folder,
            fetches_addresses,
            blake3: theirs.blake3.clone(),
            imported_at: theirs.imported_at,
        };
        let id = self.import.add_source(&source)?;
        self.sources.push(Source { id, name: source.name, ..theirs });
        Ok(id)
    }

    /// Adds what was said and is not here, log by log; false where it was told to stop.
    fn judgments(&mut self, go_on: &mut dyn FnMut() -> bool) -> Result<bool> {
        let sql = format!("{} ORDER BY j.annotator_id, j.item_id, j.revision", judgment::SELECT);
        let mut statement = self.other.prepare(&sql)?;
        let mut judgments = JudgmentRows::new(self.other)?;
        let mut rows = statement.stream(())?;
        let mut log: Vec<Judgment> = Vec::new();
        while let Some(row) = rows.next()? {
            if !go_on() {
                return Ok(false);
            }
            let judgment = judgments.read(row)?;
            let is_same_log = log.first().is_some_and(|first| {
                first.given.annotator == judgment.given.annotator && first.given.item == judgment.given.item
            });
            if !is_same_log {
                self.log(&mut log)?;
            }
            log.push(judgment);
        }
        self.log(&mut log)?;
        Ok(true)
    }

    fn log(&mut self, theirs: &mut Vec<Judgment>) -> Result<()> {
        let Some(first) = theirs.first() else { return Ok(()) };
        let annotator = self.annotator(first.given.annotator)?;
        let item = usize::try_from(first.given.item.0).ok().and_then(|number| self.items.get(number));
        let item = item.copied().filter(|&number| number > 0).ok_or_else(|| {
            damaged(format!("judgment {} is about an item that it does not hold", first.given.id))
        })?;
        for judgment in theirs.iter_mut() {
            let given = &mut judgment.given;
            given.annotator = annotator;
            given.item = ItemId(i64::from(item));
            given.rubric_version =
                self.versions.get(&given.rubric_version).copied().unwrap_or(given.rubric_version);
        }
        log::merge(&mut self.import, theirs, &mut self.report)?;
        theirs.clear();
        Ok(())
    }

    /// Takes in what models said in bulk, where this project has no later label of the item.
    fn model_labels(&mut self, theirs: &[ModelLabel]) -> Result<()> {
        for label in theirs {
            let item = usize::try_from(label.item.0).ok().and_then(|number| self.items.get(number));
            let item = item.copied().filter(|number| *number > 0).ok_or_else(|| {
                damaged(format!("a label of a model is about item {}, which it does not hold", label.item))
            })?;
            let label = ModelLabel { item: ItemId(i64::from(item)), ..label.clone() };
            self.report.model_labels_added +=
                u64::from(score::add_later_label(self.import.connection, &label)?);
        }
        Ok(())
    }

    fn annotator(&mut self, theirs: AnnotatorId) -> Result<AnnotatorId> {
        if let Some(own) = self.annotators.get(&theirs) {
            return Ok(*own);
        }
        let (key, name) = project::annotator_of(self.other, theirs)?;
        let own = if let Some(own) = project::annotator_with_key(self.import.connection, key)? {
            own
        } else {
            let names = project::annotator_names(self.import.connection)?;
            self.report.annotators_added += 1;
            self.import.annotator(key, &unique(&name, |name| names.contains(name)))?
        };
        self.annotators.insert(theirs, own);
        Ok(own)
    }
}

/// The name, or the name with the first number that is free: "Ana", "Ana (2)", …
fn unique(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut unique = name.to_owned();
    let mut number = 2;
    while is_taken(&unique) {
        unique = format!("{name} ({number})");
        number += 1;
    }
    unique
}

fn damaged(sentence: String) -> StoreError {
    StoreError::Damaged(format!("the other copy is damaged: {sentence}"))
}
