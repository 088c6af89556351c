//! The reach of somebody who only judges: items that are open to them, and those they have had.
//!
//! What was offered once stays within reach, though its lease ran out, others filled its places or it takes no part
//! any more: whoever was away for long and comes back finds a saved judgment, and no refusal. This process remembers
//! what it offered; what another one did, or this one before it started again, is written down where the study shares
//! work out ([`Reader::was_offered`](tiebreak_store::Reader::was_offered)). Where it does not, everything that takes
//! part and needs no tag is open to everybody.

use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::{ApiError, ErrorCode, ItemId, ItemStatus};

use super::pools::{close_by_tag, close_settled, pools};
use crate::seat::Seat;
use crate::session::Session;

impl Session {
    /// Refuses a seat that is bound to what it is offered an item that it was not, and could not be, offered.
    pub(crate) fn refuse_items_of_others(&self, seat: &Seat, item: ItemId) -> Result<(), ApiError> {
        if !seat.is_bound_to_offers() || self.is_within_reach(seat, item)? {
            return Ok(());
        }
        Err(ApiError::new(ErrorCode::Denied, format!("item {item} is not among those offered to you"))
            .hint("judge what the queue offers"))
    }

    fn is_within_reach(&self, seat: &Seat, item: ItemId) -> Result<bool, ApiError> {
        let Ok(place) = u32::try_from(item.0) else { return Ok(false) };
        if self.is_open_to(seat, place)? {
            return Ok(true);
        }
        Ok(self.readers.lend()?.was_offered(seat.annotator, item)?)
    }

    /// Whether this process would offer it now, or knows that it was.
    fn is_open_to(&self, seat: &Seat, place: u32) -> Result<bool, ApiError> {
        let annotator = seat.annotator;
        let plan = self.people.plan();
        let now = self.shared.host.now();
        let reader = self.readers.lend()?;
        let (_, tags) = reader.key_and_tags(annotator)?;
        let annotators = reader.annotators()?;
        let mut work = self.people.work.lock().expect("the work is never left half-changed");
        let facets = reader.facets();
        let facets = facets.read();
        let has_had = facets
            .annotator(annotator)
            .is_some_and(|said| said.judged.contains(place) || said.skipped.contains(place));
        if has_had || work.was_offered(annotator, place) {
            return Ok(true);
        }
        if !facets.with_status(ItemStatus::Active).contains(place) {
            return Ok(false);
        }
        if plan.is_plain() {
            return Ok(true);
        }
        let request = QueueRequest { annotator, place: Place::Start, count: 1, except: Vec::new() };
        let mut pools = pools(&plan, &facets, annotator, &request);
        if pools.training.contains(place) {
            return Ok(true);
        }
        close_by_tag(&plan, &tags, &mut pools);
        close_settled(&plan, &mut work, &facets, &annotators, annotator, now, &mut pools.normal);
        Ok([&pools.normal, &pools.gold, &pools.attention].iter().any(|open| open.contains(place)))
    }
}
