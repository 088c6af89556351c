//! The project file: one SQLite database, `NAME.tiebreak`. (Signatures first; bodies follow.)
#![allow(missing_docs, unused_variables, clippy::all, clippy::pedantic, clippy::unimplemented)]

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Arc, RwLock};

use roaring::RoaringBitmap;
use tiebreak_domain::export::PolicyCounts;
use tiebreak_domain::filter::ItemRow;
use tiebreak_domain::project::{Progress, SearchIndex};
use tiebreak_domain::queue::QueueRequest;
use tiebreak_domain::*;

mod error;
pub use error::{Result, StoreError};

pub struct Store;
pub struct Reader;
pub struct Import<'a>(std::marker::PhantomData<&'a mut Store>);
/// In-memory roaring bitmaps; read-lock it only for a moment.
pub struct Facets;
pub type SharedFacets = Arc<RwLock<Facets>>;

#[derive(Clone, Debug, PartialEq)]
pub struct NewProject { pub key: ProjectKey, pub name: String, pub created_at: UnixMillis, pub rubric: Rubric, pub is_sample: bool }
#[derive(Clone, Debug, PartialEq)]
pub struct NewSource { pub name: String, pub media_folder: Option<String>, pub fetches_addresses: bool, pub blake3: String, pub imported_at: UnixMillis }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddedItem { pub id: ItemId, pub key: ItemKey, pub is_new: bool, pub status: ItemStatus }
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submitted { pub revision: u32, pub progress: Progress }
/// A part of what a filter finds, in item id order. `next`: go on after this item; none when complete.
#[derive(Clone, Debug, PartialEq)]
pub struct Found { pub ids: RoaringBitmap, pub next: Option<ItemId> }

impl Store {
    pub fn create(path: &Path, project: &NewProject) -> Result<Store> { unimplemented!() }
    pub fn open(path: &Path) -> Result<Store> { unimplemented!() }
    pub fn path(&self) -> &Path { unimplemented!() }
    pub fn reader(&self) -> Result<Reader> { unimplemented!() }
    pub fn info(&self, annotator: AnnotatorId) -> Result<ProjectInfo> { unimplemented!() }
    pub fn progress(&self, annotator: AnnotatorId) -> Progress { unimplemented!() }
    pub fn adopt(&mut self, project: &NewProject) -> Result<()> { unimplemented!() }
    pub fn annotator(&mut self, key: AnnotatorKey, name: &str) -> Result<AnnotatorId> { unimplemented!() }
    pub fn begin_import(&mut self) -> Result<Import<'_>> { unimplemented!() }
    pub fn submit(&mut self, judgment: &NewJudgment) -> Result<Submitted> { unimplemented!() }
    /// Returns the statuses before.
    pub fn set_status(&mut self, changes: &[(ItemId, ItemStatus)]) -> Result<Vec<(ItemId, ItemStatus)>> { unimplemented!() }
    pub fn index_some(&mut self, max_items: u32) -> Result<SearchIndex> { unimplemented!() }
    pub fn facets(&self) -> SharedFacets { unimplemented!() }
    /// Writes the log back into the file and closes; dropping does the same and cannot say what failed.
    pub fn close(self) -> Result<()> { unimplemented!() }
}

impl Import<'_> {
    /// As `Store::adopt`, in this transaction: a lossless import takes over key, name, rubric, created_at.
    pub fn adopt(&mut self, project: &NewProject) -> Result<()> { unimplemented!() }
    /// A source of the same name and media folder is taken up again; the same name with another folder gets a number.
    pub fn add_source(&mut self, source: &NewSource) -> Result<SourceId> { unimplemented!() }
    pub fn set_source_blake3(&mut self, source: SourceId, blake3: &str) -> Result<()> { unimplemented!() }
    pub fn add_item(&mut self, source: SourceId, item: &Item) -> Result<AddedItem> { unimplemented!() }
    /// An item that is there already keeps its status.
    pub fn add_item_with_status(&mut self, source: SourceId, item: &Item, status: ItemStatus) -> Result<AddedItem> { unimplemented!() }
    pub fn annotator(&mut self, key: AnnotatorKey, name: &str) -> Result<AnnotatorId> { unimplemented!() }
    /// Whether it is new. `None` = next revision.
    pub fn add_judgment(&mut self, judgment: &NewJudgment, given: Option<(u32, Option<JudgmentId>)>) -> Result<bool> { unimplemented!() }
    pub fn item_by_key(&mut self, key: ItemKey) -> Result<Option<ItemId>> { unimplemented!() }
    pub fn commit(self) -> Result<()> { unimplemented!() }
}

impl Reader {
    /// Needs no lock: works while a window has the project open. Changes nothing.
    pub fn open(path: &Path) -> Result<Reader> { unimplemented!() }
    pub fn queue(&self, request: &QueueRequest) -> Result<Vec<(StoredItem, Option<Judgment>)>> { unimplemented!() }
    pub fn item(&self, id: ItemId) -> Result<StoredItem> { unimplemented!() }
    pub fn item_by_key(&self, key: ItemKey) -> Result<Option<ItemId>> { unimplemented!() }
    pub fn source(&self, id: SourceId) -> Result<Source> { unimplemented!() }
    pub fn project(&self) -> Result<NewProject> { unimplemented!() }
    pub fn sources(&self) -> Result<Vec<Source>> { unimplemented!() }
    pub fn annotators(&self) -> Result<Vec<Annotator>> { unimplemented!() }
    pub fn info(&self, annotator: AnnotatorId) -> Result<ProjectInfo> { unimplemented!() }
    pub fn search_index(&self) -> Result<SearchIndex> { unimplemented!() }
    /// What a filter finds after `after` (None = from the start) until `go_on` says false (asked every few
    /// hundred hits; never asked without a search text, facets alone answer at once and in full).
    pub fn find(&self, filter: &ItemFilter, after: Option<ItemId>, go_on: impl FnMut() -> bool) -> Result<Found> { unimplemented!() }
    pub fn rows(&self, ids: &[ItemId]) -> Result<Vec<ItemRow>> { unimplemented!() }
    /// Active items with judgments in force of these annotators (empty = everyone), in id order.
    pub fn each_judged_item(&self, annotators: &[AnnotatorId], f: impl FnMut(StoredItem, Vec<Judgment>) -> ControlFlow<()>) -> Result<()> { unimplemented!() }
    /// Every item of any status, in id order.
    pub fn each_item(&self, f: impl FnMut(StoredItem) -> ControlFlow<()>) -> Result<()> { unimplemented!() }
    /// The whole log in (recorded_at, id) order, each with its item's key.
    pub fn each_judgment(&self, f: impl FnMut(ItemKey, Judgment) -> ControlFlow<()>) -> Result<()> { unimplemented!() }
    /// This annotator's last word on an item, withdrawn or not.
    pub fn latest(&self, annotator: AnnotatorId, item: ItemId) -> Result<Option<Judgment>> { unimplemented!() }
    pub fn policy_counts(&self, annotators: &[AnnotatorId]) -> Result<PolicyCounts> { unimplemented!() }
    /// What is wrong with the file, one sentence each; empty if nothing is.
    pub fn check(&self) -> Result<Vec<String>> { unimplemented!() }
}
