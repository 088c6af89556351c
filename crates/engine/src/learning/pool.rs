//! The pool: every active item's candidates as rows of numbers, and every pair that could be asked.
//!
//! It is read from the project once, and again when items or scores change. Features are the embeddings that installed
//! models gave, with the style of the text beside them, or what is built in where there is none ([`blocks`]); the
//! scores of models are columns of their own, from which heads start. Memory is bounded: of a project with more than
//! about 160,000 different candidates one prompt in so many is taken, whole, and a remark says so. What is left out can
//! be judged all the same, at random, and is neither planned nor told of.

mod blocks;
mod scorers;

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use tiebreak_domain::candidate_pairs::PAIR_COLUMN;
use tiebreak_domain::item::MAX_CANDIDATES;
use tiebreak_domain::learning::Learning;
use tiebreak_domain::reward::{ModelKey, Scorer};
use tiebreak_domain::{ApiError, Candidate, Item, ItemId, ItemStatus, Part, StoredItem};
use tiebreak_reward::learn::ensemble::Member;
#[cfg(test)]
use tiebreak_reward::learn::features::text;
use tiebreak_reward::learn::features::{ColumnKind, FeatureTable};
use tiebreak_reward::learn::head::pool::Pair;
use tiebreak_reward::model::manifest::Reference;
use tiebreak_store::Reader;

use super::judges::PoolJudge;
use super::rating;
use crate::columns::numbers_of;
use crate::scoring::pictures::is_bare_picture;
use scorers::Said;

/// The most numbers that features may take in memory: a quarter of a gigabyte.
const MOST_NUMBERS: usize = 64 * 1024 * 1024;
/// How many candidates that comes to, of about 400 numbers each.
const MOST_CANDIDATES: u64 = MOST_NUMBERS as u64 / 400;
/// The most items of a pool, however few candidates they share.
const MOST_ITEMS: u64 = 2_000_000;
/// How many candidates share a prompt at least before an embedding counts as covering a kind of item.
const LEAST_COVERED: usize = 2;

/// What models' scores are like on their makers' data.
pub type References = HashMap<ModelKey, Reference>;

/// An item of the pool.
pub struct PoolItem {
    /// The item.
    pub id: ItemId,
    /// The row of each candidate. Items of one prompt share the row of a candidate that they share.
    pub rows: Box<[u32]>,
    /// How many candidates it has.
    pub candidates: u8,
    /// Which two of how many they are, where it is a pair of a larger item: "2 and 4 of 4".
    pub pair_name: Option<Box<str>>,
    /// What items of one prompt share.
    pub cluster: u32,
    /// What its candidates are.
    pub medium: Medium,
    /// Its first pair; the others follow.
    pub first_pair: u32,
}

/// What an item's candidates are: whatever of them takes the longest to take in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Medium {
    /// Words alone.
    Text,
    /// Pictures.
    Image,
    /// Sounds.
    Audio,
    /// Moving pictures.
    Video,
}

impl Medium {
    fn of(item: &Item) -> Self {
        let parts = item.candidates.iter().flat_map(|candidate| &candidate.parts);
        let of_part = |part: &Part| match part {
            Part::Text { .. } | Part::Message { .. } => Self::Text,
            Part::Image { .. } => Self::Image,
            Part::Audio { .. } => Self::Audio,
            Part::Video { .. } => Self::Video,
        };
        parts.map(of_part).max().unwrap_or(Self::Text)
    }
}

/// A model whose scores are in the pool.
pub struct PoolScorer {
    /// Who.
    pub scorer: Scorer,
    /// What people call it.
    pub name: String,
    /// About what.
    pub dimension: String,
    /// As it gave them; not a number where it gave none.
    pub scores: Vec<f32>,
    /// The same in deviations of what its maker measured, or else of the pool.
    pub member: Member,
}

/// Every active item as numbers.
pub struct Pool {
    /// In the order of the file.
    pub items: Vec<PoolItem>,
    /// A row for each candidate of each prompt.
    pub table: FeatureTable,
    /// Every pair of candidates of one item.
    pub pairs: Vec<Pair>,
    /// The item of each pair, by its place in `items`.
    pub item_of_pair: Vec<u32>,
    /// The characters of each candidate.
    pub lengths: Vec<f32>,
    /// What models said.
    pub scorers: Vec<PoolScorer>,
    /// What several of them say together.
    pub ensembles: Vec<PoolScorer>,
    /// What models said that hold two candidates against each other.
    pub judges: Vec<PoolJudge>,
    /// What the features are, in words.
    pub features: String,
    /// What is missing, a sentence each.
    pub remarks: Vec<String>,
    places: HashMap<ItemId, u32>,
}

impl Pool {
    /// Reads it; none where the project has no pairs, nor candidates that are rated.
    pub fn read(
        reader: &Reader,
        learning: &Learning,
        references: &References,
    ) -> Result<Option<Self>, ApiError> {
        Self::read_with(reader, learning, references, true)
    }

    /// The same with the scores of models beside the table and not in it.
    pub fn read_without_scorers(reader: &Reader, learning: &Learning) -> Result<Option<Self>, ApiError> {
        Self::read_with(reader, learning, &References::new(), false)
    }

    fn read_with(
        reader: &Reader,
        learning: &Learning,
        references: &References,
        has_scorers: bool,
    ) -> Result<Option<Self>, ApiError> {
        let active = reader.facets().read().with_status(ItemStatus::Active).clone();
        let mut raw = Raw::default();
        // An item of one candidate has no pair, and teaches only those who learn from ratings.
        let fewest = if rating::heads(&reader.project()?.rubric).is_empty() { 2 } else { 1 };
        let is_meant = |stored: &StoredItem| {
            active.contains(stored.id.0 as u32) && stored.item.candidates.len() >= fewest
        };
        let mut one_in = 1;
        if active.len() * MAX_CANDIDATES as u64 > MOST_CANDIDATES {
            // There may be more than there is room for: what is different is counted first.
            let mut different = Different::default();
            reader.each_item(|stored| {
                if is_meant(&stored) {
                    different.add(&stored.item, &learning.columns);
                }
                ControlFlow::Continue(())
            })?;
            one_in = different.one_in();
        }
        reader.each_item(|stored| {
            if is_meant(&stored) && is_taken(&stored.item, one_in) {
                raw.add(stored.id, &stored.item, &learning.columns);
            }
            ControlFlow::Continue(())
        })?;
        if raw.items.is_empty() {
            return Ok(None);
        }
        let mut remarks = Vec::new();
        if one_in > 1 {
            remarks.push(format!(
                "one prompt in {one_in} is looked at, because there are {} items with too many different candidates",
                active.len()
            ));
        }
        let mut models = reader.scored_models()?;
        let mut said = raw.said(reader, &models, learning, references)?;
        // What a judge of pairs is like inside is no feature of a candidate.
        models.retain(|model| !said.is_judge(&model.key));
        let columns = if has_scorers { said.scorers.as_slice() } else { &[] };
        let (table, features) = raw.table(reader, &models, columns, learning, &mut remarks)?;
        if !has_scorers {
            said.judges.clear();
        }
        Ok(Some(raw.laid_out(table, features, said, remarks)))
    }

    /// The same with one more column from which heads start; what models say beside the table is let go of.
    pub fn with_prior(mut self, name: &str, scores: &[f32]) -> Self {
        self.scorers.clear();
        let column = FeatureTable::from_scores(name, ColumnKind::Scorer, scores);
        self.table = self.table.joined(&column).expect("there is a score for each candidate");
        self
    }

    /// An item of the pool.
    pub fn item(&self, id: ItemId) -> Option<&PoolItem> {
        self.places.get(&id).map(|place| &self.items[*place as usize])
    }

    /// The pairs of an item; none of one that has a single candidate.
    pub fn pairs_of(item: &PoolItem) -> std::ops::Range<usize> {
        let count = usize::from(item.candidates) * (usize::from(item.candidates).saturating_sub(1)) / 2;
        item.first_pair as usize..item.first_pair as usize + count
    }
}

/// What is different among the candidates of some items.
#[derive(Default)]
struct Different {
    candidates: HashSet<[u8; 16]>,
    items: u64,
}

impl Different {
    fn add(&mut self, item: &Item, columns: &[String]) {
        let prompt = prompt_key(item);
        self.items += 1;
        let candidates = item.candidates.iter();
        self.candidates.extend(
            candidates.map(|candidate| row_key(prompt, candidate, &numbers_of(item, candidate, columns))),
        );
    }

    /// One prompt in how many there is room for.
    fn one_in(&self) -> u64 {
        let candidates = self.candidates.len() as u64;
        candidates.div_ceil(MOST_CANDIDATES).max(self.items.div_ceil(MOST_ITEMS)).max(1)
    }
}

/// Whether an item's prompt is among those that are taken, with all items that share it.
fn is_taken(item: &Item, one_in: u64) -> bool {
    let prompt = prompt_key(item);
    let (number, _) = prompt.split_first_chunk::<8>().expect("a key has sixteen bytes");
    u64::from_le_bytes(*number).is_multiple_of(one_in)
}

/// What is read of the items before features are made of it.
#[derive(Default)]
struct Raw {
    items: Vec<PoolItem>,
    texts: Vec<String>,
    lengths: Vec<f32>,
    /// Whether each candidate is a picture or a video and no text.
    is_picture: Vec<bool>,
    /// The numbers of the user's columns, candidate by candidate.
    columns: Vec<f32>,
    clusters: HashMap<[u8; 16], u32>,
    rows: HashMap<(ItemId, u8), u32>,
    /// The row of each content of each prompt.
    row_of_content: HashMap<[u8; 16], u32>,
}

impl Raw {
    /// The pool of it, with every pair of each item.
    fn laid_out(self, table: FeatureTable, features: String, said: Said, remarks: Vec<String>) -> Pool {
        let (mut pairs, mut item_of_pair) = (Vec::new(), Vec::new());
        let mut placed = Vec::with_capacity(self.items.len());
        for (place, mut item) in self.items.into_iter().enumerate() {
            item.first_pair = pairs.len() as u32;
            let of_item = Pair::all_of(&item.rows, item.cluster);
            item_of_pair.resize(item_of_pair.len() + of_item.len(), place as u32);
            pairs.extend(of_item);
            placed.push(item);
        }
        let places: HashMap<ItemId, u32> =
            placed.iter().enumerate().map(|(place, item)| (item.id, place as u32)).collect();
        let Said { scorers, judges } = said;
        let pair_of = |item: &ItemId| Some(placed[*places.get(item)? as usize].first_pair as usize);
        let judges = judges.into_iter().map(|judge| judge.placed(pairs.len(), pair_of)).collect();
        Pool {
            judges,
            items: placed,
            table,
            pairs,
            item_of_pair,
            lengths: self.lengths,
            ensembles: super::ensembles::ensembles(&scorers),
            scorers,
            features,
            remarks,
            places,
        }
    }

    fn add(&mut self, id: ItemId, item: &Item, columns: &[String]) {
        let clusters = self.clusters.len() as u32;
        let prompt = prompt_key(item);
        let cluster = *self.clusters.entry(prompt).or_insert(clusters);
        let mut rows = Vec::with_capacity(item.candidates.len());
        for (index, candidate) in item.candidates.iter().enumerate() {
            let numbers = numbers_of(item, candidate, columns);
            let next = self.texts.len() as u32;
            let row = *self.row_of_content.entry(row_key(prompt, candidate, &numbers)).or_insert(next);
            // Within an item equal candidates stay two: what is said of one is not said of the other.
            let row = if rows.contains(&row) { next } else { row };
            if row == next {
                let text = candidate.text();
                self.lengths.push(text.chars().count() as f32);
                self.is_picture.push(is_bare_picture(candidate));
                self.columns.extend(numbers);
                self.texts.push(text);
            }
            self.rows.insert((id, index as u8), row);
            rows.push(row);
        }
        let candidates = item.candidates.len() as u8;
        let pair_name = item.metadata.get(PAIR_COLUMN).and_then(serde_json::Value::as_str).map(Box::from);
        let (rows, medium) = (rows.into(), Medium::of(item));
        self.items.push(PoolItem { id, rows, candidates, pair_name, cluster, medium, first_pair: 0 });
    }
}

#[cfg(test)]
impl Pool {
    /// A pool of these items, of what is built in.
    pub fn of_items(items: &[(ItemId, Item)]) -> Self {
        let mut raw = Raw::default();
        for (id, item) in items {
            raw.add(*id, item, &[]);
        }
        let texts: Vec<&str> = raw.texts.iter().map(String::as_str).collect();
        let table = text::table(&texts);
        raw.laid_out(table, "built in".to_owned(), Said::default(), Vec::new())
    }
}

/// What is the same candidate wherever a prompt has it: its content, who made it, and the user's numbers.
fn row_key(prompt: [u8; 16], candidate: &Candidate, numbers: &[f32]) -> [u8; 16] {
    let alone = Item { candidates: vec![candidate.clone()], ..Item::default() };
    let mut hash = blake3::Hasher::new();
    hash.update(&alone.key().0);
    hash.update(&prompt);
    for number in numbers {
        hash.update(&number.to_bits().to_le_bytes());
    }
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize().as_bytes()[..16]);
    key
}

/// What items of one prompt share: the words and media of their prompt, white space as one.
fn prompt_key(item: &Item) -> [u8; 16] {
    let mut hash = blake3::Hasher::new();
    for part in item.prompt.iter().chain(item.context.iter().flat_map(|context| &context.parts)) {
        let words = part.text().or(part.uri()).unwrap_or_default();
        for word in words.split_whitespace() {
            hash.update(word.as_bytes());
            hash.update(b" ");
        }
        hash.update(b"\0");
    }
    if item.prompt.is_empty() {
        // Without a prompt no two items share one.
        hash.update(&item.key().0);
    }
    let mut key = [0; 16];
    key.copy_from_slice(&hash.finalize().as_bytes()[..16]);
    key
}

#[cfg(test)]
mod tests;
