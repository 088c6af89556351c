//! Facets: which items are active, judged, skipped, flagged, … as sets in memory.
//!
//! A project of a million items asks these questions at every key press, so they are answered from
//! compressed bitmaps instead of the database. They are derived: built when a project opens, kept current by
//! whatever commits, and equal at any time to what building them again would give.

mod reading;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};

use roaring::RoaringBitmap;
use tiebreak_domain::export::PolicyCounts;
use tiebreak_domain::filter::{ItemState, RowVerdict};
use tiebreak_domain::project::Progress;
use tiebreak_domain::{AnnotatorId, ItemFilter, ItemId, ItemStatus, Outcome, SourceId};

use crate::change::Change;
use crate::last_word::{LastVerdict, LastWord};
use crate::sql::Connection;
use crate::{Result, StoreError};
use reading::refuse_while_reading;

pub(crate) use reading::refuse_questions_while_reading;

pub use reading::FacetsRead;

/// What one annotator has said, by item.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnnotatorFacets {
    /// Judged.
    pub judged: RoaringBitmap,
    /// Skipped and not come back to.
    pub skipped: RoaringBitmap,
    /// Flagged, among those judged or skipped.
    pub flagged: RoaringBitmap,
    /// With a strength, among those judged.
    pub with_strength: RoaringBitmap,
    outcomes: [RoaringBitmap; Outcome::ALL.len()],
}

impl AnnotatorFacets {
    /// Judged with this outcome.
    pub fn outcome(&self, outcome: Outcome) -> &RoaringBitmap {
        &self.outcomes[outcome as usize]
    }

    /// Builds the sets of one annotator from a project; none if it never said anything.
    fn load(connection: &Connection, annotator: AnnotatorId) -> Result<Option<Self>> {
        // Asked for one annotator, the rows come in the order of items, and no more than is needed of each.
        let mut statement = connection
            .prepare_cached("SELECT item_id, state FROM latest WHERE annotator_id = ?1 ORDER BY item_id")?;
        let mut rows = statement.stream([annotator.0])?;
        let mut sets = None;
        while let Some(row) = rows.next()? {
            let sets = sets.get_or_insert_with(Self::default);
            if let Some(word) = LastWord::from_state(row.get(1)?) {
                sets.add(row.get(0)?, word);
            }
        }
        Ok(sets)
    }

    fn set(&mut self, item: u32, word: LastWord) {
        if self.judged.remove(item) || self.skipped.remove(item) {
            self.flagged.remove(item);
            self.with_strength.remove(item);
            for outcome in &mut self.outcomes {
                outcome.remove(item);
            }
        }
        self.add(item, word);
    }

    fn add(&mut self, item: u32, word: LastWord) {
        match word.verdict {
            LastVerdict::Withdrawn => return,
            LastVerdict::Skipped => self.skipped.insert(item),
            LastVerdict::Judged => self.judged.insert(item),
        };
        if word.flagged {
            self.flagged.insert(item);
        }
        if word.strength.is_some() {
            self.with_strength.insert(item);
        }
        if let Some(outcome) = word.outcome {
            self.outcomes[outcome as usize].insert(item);
        }
    }
}

/// The sets of one project. Item ids are `u32` in them: four thousand million items are enough for one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facets {
    last_item: u32,
    active: RoaringBitmap,
    excluded: RoaringBitmap,
    deleted: RoaringBitmap,
    sources: BTreeMap<SourceId, RoaringBitmap>,
    annotators: BTreeMap<AnnotatorId, AnnotatorFacets>,
}

/// The sets as the writer and all readers of a project share them: hold a lock for a moment only, and never over a
/// question to the database. A thread that reads them reads them once at a time.
#[derive(Clone, Debug, Default)]
pub struct SharedFacets {
    facets: Arc<RwLock<Facets>>,
    /// What was changed since the sets began to be built anew; none while they are not.
    journal: Arc<Mutex<Option<Vec<Change>>>>,
    /// Held by whoever builds them anew.
    rebuilding: Arc<Mutex<()>>,
}

impl SharedFacets {
    pub(crate) fn new(facets: Facets) -> Self {
        Self { facets: Arc::new(RwLock::new(facets)), ..Self::default() }
    }

    /// The sets as they are now. A thread that reads them already must not: a change that waits in between would be
    /// waited for by the second reading, and itself wait for the first. Debug builds panic.
    pub fn read(&self) -> FacetsRead<'_> {
        FacetsRead::of(&self.facets)
    }

    /// Changes the sets, of a project that nobody else changes.
    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, Facets> {
        refuse_while_reading(&self.facets);
        // Every change is made of set operations that do not panic half way.
        self.facets.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the sets as a change says; whether that is all there is to it.
    pub(crate) fn apply(&self, change: &Change) -> bool {
        let mut facets = self.write();
        if let Some(journal) = &mut *self.journal() {
            journal.push(change.clone());
        }
        change.apply(&mut facets)
    }

    /// Whether the sets say of somebody's last word what a change does.
    pub(crate) fn says(&self, change: &Change) -> bool {
        let Change::Word { annotator, item, state } = change else { return false };
        let (Ok(item), Some(word)) = (u32::try_from(*item), LastWord::from_state(*state)) else {
            return true;
        };
        self.read().says(AnnotatorId(*annotator), item, word)
    }

    /// Builds the sets anew, while others go on changing them.
    pub(crate) fn rebuild(&self, connection: &Connection) -> Result<()> {
        let _one_at_a_time = self.rebuilding.lock().unwrap_or_else(PoisonError::into_inner);
        *self.journal() = Some(Vec::new());
        let loaded = connection.read_transaction().and_then(|snapshot| {
            let loaded = Facets::load(&snapshot)?;
            snapshot.finish()?;
            Ok(loaded)
        });
        let mut facets = self.write();
        let changed = self.journal().take().unwrap_or_default();
        let mut loaded = loaded?;
        for change in changed {
            change.apply(&mut loaded);
        }
        *facets = loaded;
        Ok(())
    }

    fn journal(&self) -> MutexGuard<'_, Option<Vec<Change>>> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An item's place in the sets.
pub(crate) fn bit(item: ItemId) -> Result<u32> {
    u32::try_from(item.0).map_err(|_| StoreError::NotFound(format!("item {item}")))
}

impl Facets {
    /// Builds the sets from a project.
    pub(crate) fn load(connection: &Connection) -> Result<Self> {
        let mut facets = Self::default();
        let last: i64 =
            connection.query_row("SELECT coalesce(max(id), 0) FROM item", (), |row| row.get(0))?;
        facets.last_item = bit(ItemId(last))?;
        if last > 0 {
            facets.active.insert_range(1..=facets.last_item);
        }
        let mut statement = connection.prepare(connection.dialect().items_out_of_play())?;
        let mut rows = statement.stream(())?;
        while let Some(row) = rows.next()? {
            let status = if row.get(1)? { ItemStatus::Deleted } else { ItemStatus::Excluded };
            facets.set_status(row.get(0)?, status);
        }
        let mut statement = connection
            .prepare("SELECT first_item, last_item, source_id FROM source_range ORDER BY first_item")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            facets.add_source_range(SourceId(row.get(2)?), row.get(0)?, row.get(1)?);
        }
        let mut statement = connection.prepare("SELECT id FROM annotator")?;
        let annotators = statement.query_map((), |row| row.get(0).map(AnnotatorId))?;
        for annotator in annotators.collect::<Result<Vec<_>, _>>()? {
            let sets = AnnotatorFacets::load(connection, annotator)?;
            facets.annotators.extend(sets.map(|sets| (annotator, sets)));
        }
        Ok(facets)
    }

    /// The last item's number; 0 where there is none.
    pub fn last_item(&self) -> u32 {
        self.last_item
    }

    /// Adds an item that is in no set yet.
    pub(crate) fn add_item(&mut self, item: u32, status: ItemStatus) {
        self.last_item = self.last_item.max(item);
        self.insert_status(item, status);
    }

    pub(crate) fn add_source_range(&mut self, source: SourceId, first_item: u32, last_item: u32) {
        self.sources.entry(source).or_default().insert_range(first_item..=last_item);
    }

    pub(crate) fn set_status(&mut self, item: u32, status: ItemStatus) {
        self.active.remove(item);
        self.excluded.remove(item);
        self.deleted.remove(item);
        self.insert_status(item, status);
    }

    fn insert_status(&mut self, item: u32, status: ItemStatus) {
        match status {
            ItemStatus::Active => self.active.insert(item),
            ItemStatus::Excluded => self.excluded.insert(item),
            ItemStatus::Deleted => self.deleted.insert(item),
        };
    }

    pub(crate) fn set_word(&mut self, annotator: AnnotatorId, item: u32, word: LastWord) {
        self.annotators.entry(annotator).or_default().set(item, word);
    }

    /// Whether an annotator's last word on an item is this one.
    fn says(&self, annotator: AnnotatorId, item: u32, word: LastWord) -> bool {
        let Some(sets) = self.annotators.get(&annotator) else {
            return word.verdict == LastVerdict::Withdrawn;
        };
        match word.verdict {
            LastVerdict::Withdrawn => !sets.judged.contains(item) && !sets.skipped.contains(item),
            LastVerdict::Skipped => {
                sets.skipped.contains(item) && sets.flagged.contains(item) == word.flagged
            }
            LastVerdict::Judged => {
                let has_outcome = |outcome: Outcome| sets.outcome(outcome).contains(item);
                sets.judged.contains(item)
                    && sets.flagged.contains(item) == word.flagged
                    && sets.with_strength.contains(item) == word.strength.is_some()
                    && Outcome::ALL.into_iter().find(|outcome| has_outcome(*outcome)) == word.outcome
            }
        }
    }

    /// Items with a status.
    pub fn with_status(&self, status: ItemStatus) -> &RoaringBitmap {
        match status {
            ItemStatus::Active => &self.active,
            ItemStatus::Excluded => &self.excluded,
            ItemStatus::Deleted => &self.deleted,
        }
    }

    /// Whether the project has this item.
    pub fn has_item(&self, item: ItemId) -> bool {
        (1..=i64::from(self.last_item)).contains(&item.0)
    }

    /// What one annotator has said; none if it has never said anything.
    pub fn annotator(&self, annotator: AnnotatorId) -> Option<&AnnotatorFacets> {
        self.annotators.get(&annotator)
    }

    /// Active items that an annotator has neither judged nor skipped.
    pub fn open(&self, annotator: AnnotatorId) -> RoaringBitmap {
        match self.annotators.get(&annotator) {
            Some(sets) => {
                let mut open = &self.active - &sets.judged;
                open -= &sets.skipped;
                open
            }
            None => self.active.clone(),
        }
    }

    /// How far an annotator is, in active items.
    pub fn progress(&self, annotator: AnnotatorId) -> Progress {
        let sets = self.annotators.get(&annotator);
        Progress {
            judged: sets.map_or(0, |sets| sets.judged.intersection_len(&self.active)),
            skipped: sets.map_or(0, |sets| sets.skipped.intersection_len(&self.active)),
            total: self.active.len(),
        }
    }

    /// Judgments in force: one per annotator and judged item.
    pub fn judgments_in_force(&self) -> u64 {
        self.annotators.values().map(|sets| sets.judged.len()).sum()
    }

    /// Active items judged or skipped by any of these annotators; by anyone if none is named.
    pub fn touched(&self, annotators: &[AnnotatorId]) -> RoaringBitmap {
        let mut touched = RoaringBitmap::new();
        for sets in self.chosen(annotators) {
            touched |= &sets.judged;
            touched |= &sets.skipped;
        }
        touched & &self.active
    }

    /// The items a filter finds, its search text and what models say aside.
    pub fn matching(&self, filter: &ItemFilter) -> RoaringBitmap {
        let mut items = match filter.status {
            Some(status) => self.with_status(status).clone(),
            None => &self.active | &self.excluded,
        };
        if let Some(source) = filter.source {
            match self.sources.get(&source) {
                Some(of_source) => items &= of_source,
                None => items.clear(),
            }
        }
        let named = filter.annotator.as_slice();
        let said = |part: fn(&AnnotatorFacets) -> &RoaringBitmap| {
            self.chosen(named).fold(RoaringBitmap::new(), |union, sets| union | part(sets))
        };
        match filter.state {
            ItemState::Any => {}
            ItemState::Open => {
                items -= said(|sets| &sets.judged);
                items -= said(|sets| &sets.skipped);
            }
            ItemState::Judged => items &= said(|sets| &sets.judged),
            ItemState::Skipped => items &= said(|sets| &sets.skipped),
        }
        if filter.flagged {
            items &= said(|sets| &sets.flagged);
        }
        if let Some(outcome) = filter.outcome {
            let with_outcome =
                self.chosen(named).fold(RoaringBitmap::new(), |union, sets| union | sets.outcome(outcome));
            items &= with_outcome;
        }
        items
    }

    /// Who said what of an item, in force.
    pub fn verdicts(&self, item: u32) -> Vec<RowVerdict> {
        let of_annotator = |(&annotator, sets): (&AnnotatorId, &AnnotatorFacets)| {
            let is_judged = sets.judged.contains(item);
            (is_judged || sets.skipped.contains(item)).then(|| RowVerdict {
                annotator,
                outcome: Outcome::ALL.into_iter().find(|&outcome| sets.outcome(outcome).contains(item)),
                flagged: sets.flagged.contains(item),
            })
        };
        self.annotators.iter().filter_map(of_annotator).collect()
    }

    /// How much of the active items each export policy is about, by these annotators; by anyone if none is named.
    pub fn policy_counts(&self, annotators: &[AnnotatorId]) -> PolicyCounts {
        let mut counts = PolicyCounts::default();
        for sets in self.chosen(annotators) {
            counts.ties += sets.outcome(Outcome::Tie).intersection_len(&self.active);
            counts.both_bad += sets.outcome(Outcome::BothBad).intersection_len(&self.active);
            counts.with_strength += sets.with_strength.intersection_len(&self.active);
        }
        counts.items_with_several = self.judged_by_several(annotators).len();
        counts
    }

    /// Active items that more than one of these annotators judged; of everyone if none is named.
    pub fn judged_by_several(&self, annotators: &[AnnotatorId]) -> RoaringBitmap {
        let mut once = RoaringBitmap::new();
        let mut several = RoaringBitmap::new();
        for sets in self.chosen(annotators) {
            several |= &once & &sets.judged;
            once |= &sets.judged;
        }
        several & &self.active
    }

    fn chosen<'a>(&'a self, annotators: &'a [AnnotatorId]) -> impl Iterator<Item = &'a AnnotatorFacets> {
        self.annotators
            .iter()
            .filter(|(id, _)| annotators.is_empty() || annotators.contains(id))
            .map(|(_, sets)| sets)
    }
}
