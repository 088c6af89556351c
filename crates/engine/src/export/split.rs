//! Which items are tested with, and not trained on.
//!
//! Items that share a prompt, or a picture, a video or a sound, are one group, and so is what is joined by several
//! such items; a group is never parted, so that nothing is tested with that was trained on. Prompts are compared
//! letter by letter in their Unicode composition, with all white space as one space. Which groups are tested with
//! follows from what they hold, and not from their order: the same project is always parted alike.

use std::collections::HashMap;
use std::ops::ControlFlow;

use roaring::RoaringBitmap;
use serde::Serialize;
use tiebreak_domain::content_hash::ContentHash;
use tiebreak_domain::{ApiError, ErrorCode, ExportPlan, Part, StoredItem};
use tiebreak_store::Reader;
use unicode_normalization::UnicodeNormalization;

use crate::export::model_labels;

/// How a project is parted.
#[derive(Debug, Default)]
pub struct Split {
    /// The items that are tested with.
    test: RoaringBitmap,
    /// What the manifest tells of it.
    pub told: ToldSplit,
}

/// What a manifest tells of a split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ToldSplit {
    /// How many of a hundred groups were to be tested with.
    pub test_share: u8,
    /// How many groups there are.
    pub groups: u64,
    /// How many of them are tested with.
    pub test_groups: u64,
    /// Rows in the test file; the others are in the file itself.
    pub test_rows: u64,
}

/// Refuses a share that is none, and a format that is not parted.
pub fn refuse(plan: &ExportPlan) -> Result<(), ApiError> {
    let Some(share) = plan.test_share else { return Ok(()) };
    let reason = if !(1..=50).contains(&share) {
        format!("{share} of a hundred are no share to test with; 1 to 50 are")
    } else if !plan.format.can_be_split() {
        format!("{} is written whole", plan.format.title())
    } else {
        return Ok(());
    };
    Err(ApiError::new(ErrorCode::BadRequest, reason)
        .hint("leave the test file out, or choose another format"))
}

impl Split {
    /// Parts the items that a plan writes; none where it writes one file.
    pub fn new(reader: &Reader, plan: &ExportPlan) -> Result<Option<Self>, ApiError> {
        let Some(test_share) = plan.test_share else { return Ok(None) };
        let mut groups = Groups::default();
        reader.each_judged_item(&plan.annotators, |item, _| {
            groups.add(&item);
            ControlFlow::Continue(())
        })?;
        for label in model_labels::to_write(reader, plan)? {
            groups.add(&reader.item(label.item)?);
        }
        Ok(Some(groups.parted(test_share)))
    }

    /// Whether an item is tested with.
    pub fn is_test(&self, item: &StoredItem) -> bool {
        self.test.contains(item.id.0 as u32)
    }
}

/// Items joined by what they share.
#[derive(Default)]
struct Groups {
    /// What each group holds, by its place in `parents`.
    places: HashMap<u64, usize>,
    /// Each one's group is its parent's; a group's own parent is itself.
    parents: Vec<usize>,
    /// The smallest hash of what a group holds.
    smallest: Vec<u64>,
    items: Vec<(u32, usize)>,
}

impl Groups {
    fn add(&mut self, item: &StoredItem) {
        let mut group = None;
        for key in keys(item) {
            let place = *self.places.entry(key).or_insert_with(|| {
                self.parents.push(self.parents.len());
                self.smallest.push(key);
                self.parents.len() - 1
            });
            let root = self.root(place);
            group = Some(group.map_or(root, |before| self.join(before, root)));
        }
        if let Some(group) = group {
            self.items.push((item.id.0 as u32, group));
        }
    }

    fn root(&mut self, mut place: usize) -> usize {
        while self.parents[place] != place {
            self.parents[place] = self.parents[self.parents[place]];
            place = self.parents[place];
        }
        place
    }

    fn join(&mut self, one: usize, other: usize) -> usize {
        let (one, other) = (self.root(one), self.root(other));
        let (kept, gone) =
            if self.smallest[one] <= self.smallest[other] { (one, other) } else { (other, one) };
        self.parents[gone] = kept;
        kept
    }

    fn parted(mut self, test_share: u8) -> Split {
        let mut split = Split { told: ToldSplit { test_share, ..ToldSplit::default() }, ..Split::default() };
        let is_test = |smallest: u64| smallest % 100 < u64::from(test_share);
        for (item, group) in std::mem::take(&mut self.items) {
            let root = self.root(group);
            if is_test(self.smallest[root]) {
                split.test.insert(item);
            }
        }
        for place in 0..self.parents.len() {
            if self.parents[place] == place {
                split.told.groups += 1;
                split.told.test_groups += u64::from(is_test(self.smallest[place]));
            }
        }
        split
    }
}

/// What an item shares with others: its prompt and its media; an item without either stands for itself.
fn keys(item: &StoredItem) -> Vec<u64> {
    let parts = || item.item.prompt.iter().chain(item.item.candidates.iter().flat_map(|one| &one.parts));
    let mut keys: Vec<u64> = parts()
        .filter_map(Part::uri)
        .map(|uri| hash("medium", &format!("{} {}", item.source.0, uri.trim())))
        .collect();
    let prompt: String = item.item.prompt.iter().filter_map(Part::text).collect::<Vec<_>>().join("\n");
    let prompt: String = prompt.nfc().collect();
    let prompt = prompt.split_whitespace().collect::<Vec<_>>().join(" ");
    if !prompt.is_empty() {
        keys.push(hash("prompt", &prompt));
    }
    if keys.is_empty() {
        keys.push(hash("item", &item.key.to_string()));
    }
    keys
}

fn hash(what: &str, text: &str) -> u64 {
    let mut hash = ContentHash::new("tiebreak split 1");
    hash.field(what.as_bytes());
    hash.field(text.as_bytes());
    let hash = hash.finish();
    hash.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiebreak_domain::{Candidate, Item, ItemId, ItemKey, ItemStatus, SourceId};

    fn item(id: i64, prompt: &str, image: Option<&str>) -> StoredItem {
        let mut candidates = vec![Candidate::markdown("x"), Candidate::markdown("y")];
        candidates[0].parts.extend(image.map(Part::image));
        StoredItem {
            id: ItemId(id),
            key: ItemKey([id as u8; 16]),
            source: SourceId(1),
            status: ItemStatus::Active,
            item: Item { prompt: vec![Part::plain(prompt)], candidates, ..Item::default() },
        }
    }

    fn parted(items: &[StoredItem], share: u8) -> Split {
        let mut groups = Groups::default();
        for item in items {
            groups.add(item);
        }
        groups.parted(share)
    }

    #[test]
    fn what_shares_a_prompt_or_a_medium_stays_together() {
        let items = [
            item(1, "Caf\u{e9}  au\nlait", None),
            item(2, " Cafe\u{301} au lait", Some("1.png")),
            item(3, "tea", Some("1.png")),
            item(4, "water", None),
        ];
        let whole = parted(&items, 50);
        assert_eq!(whole.told.groups, 2, "the first three are joined by the second");
        for share in 1..=50 {
            let split = parted(&items, share);
            let [first, second, third] = [0, 1, 2].map(|place| split.is_test(&items[place]));
            assert!(first == second && second == third, "{share} of a hundred");
        }
    }

    #[test]
    fn about_so_many_are_tested_with_whatever_their_order() {
        let mut items: Vec<_> = (1..=2_000).map(|id| item(id, &format!("question {id}"), None)).collect();
        let split = parted(&items, 20);
        let tested = items.iter().filter(|item| split.is_test(item)).count();
        assert!((320..=480).contains(&tested), "{tested} of 2,000");
        assert_eq!((split.told.groups, split.told.test_groups), (2_000, tested as u64));
        items.reverse();
        assert_eq!(parted(&items, 20).test, split.test);
    }
}
