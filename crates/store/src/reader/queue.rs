//! The queue: which item is next. Found in the sets, so that it costs the same with one item open as with all.

use roaring::RoaringBitmap;
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::{AnnotatorId, Draft, ItemId, ItemStatus, Judgment, StoredItem};

use super::Reader;
use crate::facets::{Facets, bit};
use crate::{Result, StoreError, draft};

/// An item of the queue, and what its annotator said and began to say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Queued {
    /// The item.
    pub item: StoredItem,
    /// The annotator's last word on it, withdrawn or not.
    pub previous: Option<Judgment>,
    /// What the annotator began to say and did not submit.
    pub draft: Option<Draft>,
}

impl Reader {
    /// The items at a place, at most `count`, for one annotator.
    ///
    /// Going round ends with the item started from, if that is open itself. `except` holds for open and
    /// skipped items; `At`, `Before` and `Behind` go where they were sent.
    pub fn queue(&self, request: &QueueRequest) -> Result<Vec<Queued>> {
        let places = places(&self.facets.read(), request)?;
        places.into_iter().map(|place| self.queued(request.annotator, ItemId(i64::from(place)))).collect()
    }

    /// An item, and what an annotator said and began to say of it.
    pub fn queued(&self, annotator: AnnotatorId, item: ItemId) -> Result<Queued> {
        Ok(Queued {
            item: self.item(item)?,
            previous: self.latest(annotator, item)?,
            draft: draft::read(&self.connection, annotator, item)?,
        })
    }
}

fn places(facets: &Facets, request: &QueueRequest) -> Result<Vec<u32>> {
    let count = request.count as usize;
    let without_exceptions = |mut items: RoaringBitmap| {
        for &item in &request.except {
            bit(item).map(|item| items.remove(item))?;
        }
        Ok::<_, StoreError>(items)
    };
    let active = facets.with_status(ItemStatus::Active);
    Ok(match request.place {
        Place::Start => round(&without_exceptions(facets.open(request.annotator))?, 0, count),
        Place::After(item) => round(&without_exceptions(facets.open(request.annotator))?, bit(item)?, count),
        Place::Skipped(item) => {
            let skipped = match facets.annotator(request.annotator) {
                Some(sets) => &sets.skipped & active,
                None => RoaringBitmap::new(),
            };
            round(&without_exceptions(skipped)?, item.map_or(Ok(0), bit)?, count)
        }
        Place::At(item) if facets.has_item(item) => vec![bit(item)?],
        Place::At(item) => return Err(StoreError::NotFound(format!("item {item}"))),
        Place::Before(item) => active.range(..bit(item)?).next_back().into_iter().collect(),
        Place::Behind(item) => active.range(bit(item)?.saturating_add(1)..).next().into_iter().collect(),
    })
}

/// The first `count` of some items after one of them, going round once.
fn round(items: &RoaringBitmap, after: u32, count: usize) -> Vec<u32> {
    items.range(after.saturating_add(1)..).chain(items.range(..=after)).take(count).collect()
}
