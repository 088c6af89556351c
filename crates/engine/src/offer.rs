//! From a stored item to one that may be shown: its order drawn, its models hidden, its acquisition noted.

use tiebreak_domain::item::Metadata;
use tiebreak_domain::queue::Place;
use tiebreak_domain::showing::{Acquisition, AcquisitionMethod};
use tiebreak_domain::{Order, QueuedItem, Rubric, Verdict};
use tiebreak_store::Queued;

/// An item as the queue hands it out.
///
/// The order of an earlier showing is kept, so that a slip is corrected where it was made; else it is drawn
/// from `random`. Model names and all metadata, which may hold them under any name, are left out unless the
/// rubric shows them or this annotator's vote stands already; the columns that the rubric names are always there.
pub fn offered(queued: Queued, place: Place, rubric: &Rubric, random: impl FnMut() -> u64) -> QueuedItem {
    let acquisition = match place {
        Place::Start | Place::After(_) => Acquisition::FILE_ORDER,
        Place::At(_) | Place::Before(_) | Place::Behind(_) | Place::Skipped(_) => Acquisition::CHOSEN,
    };
    with_acquisition(queued, acquisition, rubric, random)
}

/// An item as a study's plan hands it out.
///
/// A repeat looks like an item that was never seen: nothing of what was said stands in it, its models are hidden
/// again, and its candidates stand the other way round than they did.
pub fn offered_for(
    mut queued: Queued,
    acquisition: Acquisition,
    rubric: &Rubric,
    random: impl FnMut() -> u64,
) -> QueuedItem {
    if acquisition.method != AcquisitionMethod::Repeat {
        return with_acquisition(queued, acquisition, rubric, random);
    }
    let before = queued.previous.take().and_then(|judgment| judgment.given.showing);
    let mut offered = with_acquisition(queued, acquisition, rubric, random);
    if let Some(before) = before.filter(|before| before.order.len() == offered.order.len()) {
        offered.order = before.order.reversed();
    }
    offered
}

fn with_acquisition(
    queued: Queued,
    acquisition: Acquisition,
    rubric: &Rubric,
    random: impl FnMut() -> u64,
) -> QueuedItem {
    let Queued { mut item, previous, draft } = queued;
    let candidates = item.item.candidates.len();
    let has_voted =
        previous.as_ref().is_some_and(|judgment| matches!(judgment.given.verdict, Verdict::Judged { .. }));
    if !rubric.models_visible && !has_voted {
        item.item.metadata.retain(|column, _| {
            rubric.shown_metadata.contains(column) || rubric.type_column.as_ref() == Some(column)
        });
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
        acquisition,
        item,
        previous,
        scores: Vec::new(),
        draft,
    }
}
