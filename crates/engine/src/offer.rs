//! From a stored item to one that may be shown: its order drawn, its models hidden, its acquisition noted.

use tiebreak_domain::item::Metadata;
use tiebreak_domain::queue::Place;
use tiebreak_domain::showing::Acquisition;
use tiebreak_domain::{Judgment, Order, QueuedItem, Rubric, StoredItem, Verdict};

/// An item as the queue hands it out.
///
/// The order of an earlier showing is kept, so that a slip is corrected where it was made; else it is drawn
/// from `random`. Model names and all metadata, which may hold them under any name, are left out unless the
/// rubric shows them or this annotator's vote stands already.
pub fn offered(
    mut item: StoredItem,
    previous: Option<Judgment>,
    place: Place,
    rubric: &Rubric,
    random: impl FnMut() -> u64,
) -> QueuedItem {
    let candidates = item.item.candidates.len();
    let has_voted =
        previous.as_ref().is_some_and(|judgment| matches!(judgment.given.verdict, Verdict::Judged { .. }));
    if !rubric.models_visible && !has_voted {
        item.item.metadata = Metadata::new();
        for candidate in &mut item.item.candidates {
            candidate.model = None;
            candidate.metadata = Metadata::new();
        }
    }
    let shown_before = previous
        .as_ref()
        .and_then(|judgment| judgment.given.showing.as_ref())
        .map(|showing| showing.order.clone())
        .filter(|order| order.len() == candidates);
    QueuedItem {
        order: shown_before.unwrap_or_else(|| Order::shuffled(candidates, random)),
        acquisition: match place {
            Place::Start | Place::After(_) => Acquisition::FILE_ORDER,
            Place::At(_) | Place::Before(_) | Place::Behind(_) | Place::Skipped(_) => Acquisition::CHOSEN,
        },
        item,
        previous,
    }
}
