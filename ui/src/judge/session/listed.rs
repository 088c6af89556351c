//! Going through a list: a reviewer's items, one after the other, whatever their state.
//!
//! A review begins blank and with the sides exchanged against how the vote in question was given, or else against how
//! the reviewer has judged the item before, so that nothing of the first answer is given away and no leaning to a side
//! is repeated; [`Session::keep_answer`] says it again by one key.

use tiebreak_domain::queue::Place;
use tiebreak_domain::{Draft, ItemId, Judgment, Order, Origin, QueuedItem, Verdict};

use super::{Moment, Round, Session};
use crate::judge::draft::draft_from_previous;
use crate::judge::{Outbox, Purpose};

/// An item of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The item.
    pub item: ItemId,
    /// The order in which the vote in question was given, if there is one.
    pub questioned: Option<Order>,
}

impl Session {
    /// Goes through these items, the first at once. What was begun on the screen is kept as a draft.
    pub fn go_through(&mut self, items: Vec<Listed>, outbox: &mut Outbox) {
        self.leave();
        self.round = Round::Listed;
        self.ahead.clear();
        self.behind.clear();
        self.listed = items.iter().map(|listed| listed.item).collect();
        self.questioned =
            items.into_iter().filter_map(|listed| Some((listed.item, listed.questioned?))).collect();
        self.awaited = None;
        self.is_asking = false;
        self.is_exhausted = self.listed.is_empty();
        self.fill(outbox);
    }

    /// Says once more what the reviewer said as an annotator; says whether there was anything.
    pub fn keep_answer(&mut self, moment: &Moment, outbox: &mut Outbox) -> bool {
        let Some(own) = self.own_answer() else { return false };
        let draft = Draft { flagged: false, ..draft_from_previous(Some(own)) };
        if let Some(shown) = &mut self.current {
            shown.draft = draft;
        }
        self.submit(moment, outbox)
    }

    /// What the reviewer said of the item on the screen as an annotator.
    pub fn own_answer(&self) -> Option<&Judgment> {
        let previous = self.current.as_ref()?.queued.previous.as_ref()?;
        let is_own = self.setup.origin == Origin::Review
            && previous.given.origin != Origin::Review
            && matches!(previous.given.verdict, Verdict::Judged { .. });
        is_own.then_some(previous)
    }

    /// Asks for the next item of the list.
    pub(super) fn ask_listed(&mut self, outbox: &mut Outbox) {
        let taken = self.taken();
        let next = std::iter::from_fn(|| self.listed.pop_front()).find(|item| !taken.contains(item));
        self.awaited = next;
        if let Some(item) = next {
            outbox.push((Purpose::Ahead, self.queue_request(Place::At(item), 1)));
        } else {
            self.is_asking = false;
            self.is_exhausted = true;
        }
    }

    /// Whether this answers the last question, and not one about a list that was left.
    pub(super) fn is_awaited(&self, items: &[QueuedItem]) -> bool {
        match items {
            [] => self.awaited.is_some(),
            [first, ..] => self.awaited == Some(first.item.id),
        }
    }

    /// Exchanges the sides where the vote in question was given, or the reviewer has seen them, otherwise.
    pub(super) fn exchange_sides(&self, queued: &mut QueuedItem) {
        let previous = queued.previous.as_ref();
        if self.setup.said_before(previous).is_some() {
            return;
        }
        let own = previous.and_then(|judgment| judgment.given.showing.as_ref()).map(|showing| &showing.order);
        let seen = self.questioned.get(&queued.item.id).or(own);
        if let Some(seen) = seen.filter(|seen| seen.len() == queued.order.len()) {
            queued.order = seen.reversed();
        }
    }
}
