//! The queue: what is offered next, and how.

use serde::{Deserialize, Serialize};

use crate::reward::ItemScores;
use crate::showing::Acquisition;
use crate::{AnnotatorId, Draft, ItemId, Judgment, Order, StoredItem};

/// Which item is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The first open item, in file order.
    Start,
    /// The first open item after this one, going round to the start once.
    After(ItemId),
    /// This very item, whatever its state.
    At(ItemId),
    /// The nearest active item before this one, judged or not.
    Before(ItemId),
    /// The nearest active item after this one, judged or not.
    Behind(ItemId),
    /// The first skipped item after this one (or from the start), going round once.
    Skipped(Option<ItemId>),
}

/// A request for items.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueRequest {
    /// For whom.
    pub annotator: AnnotatorId,
    /// From where.
    pub place: Place,
    /// How many at most, each found from the one before; 1 for `At`, `Before` and `Behind`.
    pub count: u32,
    /// Items not to offer: those already on their way to the screen, or submitted and not yet stored.
    pub except: Vec<ItemId>,
}

/// An item ready to be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueuedItem {
    /// The item. Model names are absent where they must not be seen.
    pub item: StoredItem,
    /// The order for this showing: fresh, or that of `previous` so that a slip is corrected where it was made.
    pub order: Order,
    /// How it came to be offered.
    pub acquisition: Acquisition,
    /// What this annotator last said of it, withdrawn or not.
    pub previous: Option<Judgment>,
    /// What models say of it, where the study shows that before the vote and this showing is not one that hides it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scores: Vec<ItemScores>,
    /// What this annotator had begun to say of it and not submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Draft>,
}
