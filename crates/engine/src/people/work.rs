//! The work under way: who is at what, and what is settled. In memory, because the queue asks at every key press;
//! leases are kept in the project file too, so that a copy and the next start know them.

use std::collections::HashMap;

use roaring::RoaringBitmap;
use tiebreak_domain::{AnnotatorId, ApiError, ItemId, NewJudgment, Origin, UnixMillis, Verdict};
use tiebreak_store::{Lease, Reader, StoredOffer};

use super::plan::Plan;
use crate::session::Session;

/// Who is at what, and what is settled.
#[derive(Default)]
pub struct Work {
    /// Until when which item is kept for whom.
    leases: HashMap<AnnotatorId, HashMap<u32, UnixMillis>>,
    /// What everyone was offered, whatever became of it: what they say of it is never refused.
    offered: HashMap<AnnotatorId, RoaringBitmap>,
    /// How what was offered came about, where that is not told to whom it was offered.
    offers: HashMap<(AnnotatorId, ItemId), StoredOffer>,
    /// Where everyone is in their order.
    pub cursors: HashMap<AnnotatorId, u32>,
    /// Audits that were mixed into the order of the file: they say nothing of where anybody is in it.
    pub audited: HashMap<AnnotatorId, RoaringBitmap>,
    /// Items on which people disagree, where that makes a difference.
    pub disputed: RoaringBitmap,
    /// Items with a review in force, where that makes a difference.
    pub reviewed: RoaringBitmap,
}

impl Work {
    /// Reads what a project says.
    pub fn load(reader: &Reader, plan: &Plan) -> Result<Self, ApiError> {
        let mut work = Self::default();
        if plan.study.assignment.wanted.is_none() {
            return Ok(work);
        }
        for lease in reader.leases()? {
            work.lease(lease);
        }
        if plan.study.assignment.overlap.is_some() {
            work.disputed = reader.disputed(plan.disagreement_above())?;
        }
        work.reviewed = reader.reviewed()?;
        Ok(work)
    }

    /// Puts what was read anew in the place of what was known. Where everyone is stays, and so does what they were
    /// offered: the reading took its time, and leases that were given meanwhile are in none of it.
    pub fn take_over(&mut self, reloaded: Self, now: UnixMillis) {
        let known = std::mem::replace(self, reloaded);
        self.cursors = known.cursors;
        self.audited = known.audited;
        self.offered = known.offered;
        self.offers = known.offers;
        for (annotator, leases) in known.leases {
            let reread = self.leases.entry(annotator).or_default();
            for (item, expires_at) in leases.into_iter().filter(|(_, expires_at)| *expires_at > now) {
                let until = reread.entry(item).or_insert(expires_at);
                *until = expires_at.max(*until);
            }
        }
    }

    /// Notes what somebody was offered.
    pub fn note_offers(&mut self, annotator: AnnotatorId, items: impl Iterator<Item = ItemId>) {
        self.offered.entry(annotator).or_default().extend(items.map(|item| item.0 as u32));
    }

    /// Whether an item was offered to somebody, as far as this process remembers.
    pub fn was_offered(&self, annotator: AnnotatorId, item: u32) -> bool {
        self.is_leased_to(annotator, item)
            || self.offered.get(&annotator).is_some_and(|offered| offered.contains(item))
    }

    /// The latest offer of an item to somebody, as far as this process remembers.
    pub fn offer(&self, annotator: AnnotatorId, item: ItemId) -> Option<&StoredOffer> {
        self.offers.get(&(annotator, item))
    }

    /// Remembers how an item came to be offered.
    pub fn keep_offer(&mut self, offer: StoredOffer) {
        self.offers.insert((offer.annotator, offer.item), offer);
    }

    /// Keeps an item for somebody.
    pub fn lease(&mut self, lease: Lease) {
        self.leases.entry(lease.annotator).or_default().insert(lease.item.0 as u32, lease.expires_at);
    }

    /// Whether an item is kept for somebody.
    pub fn is_leased_to(&self, annotator: AnnotatorId, item: u32) -> bool {
        self.leases.get(&annotator).is_some_and(|leases| leases.contains_key(&item))
    }

    /// What is kept for an annotator at a time; forgets what no longer is.
    pub fn leased_to(&mut self, annotator: AnnotatorId, now: UnixMillis) -> RoaringBitmap {
        let Some(leases) = self.leases.get_mut(&annotator) else { return RoaringBitmap::new() };
        leases.retain(|_, expires_at| *expires_at > now);
        leases.keys().copied().collect()
    }

    /// Keeps an item for somebody no longer.
    pub fn release(&mut self, annotator: AnnotatorId, item: u32) {
        if let Some(leases) = self.leases.get_mut(&annotator) {
            leases.remove(&item);
        }
    }

    fn set(items: &mut RoaringBitmap, item: u32, is_in: bool) {
        if is_in {
            items.insert(item);
        } else {
            items.remove(item);
        }
    }
}

impl Session {
    /// Takes note of what others keep for somebody.
    pub fn note_leases(&self, leases: &[Lease]) {
        let mut work = self.people.work.lock().expect("the work is never left half-changed");
        for lease in leases {
            work.lease(*lease);
        }
    }

    /// Takes note of a judgment that was stored.
    pub fn note_judgment(&self, item: ItemId, judgment: &JudgmentNote) -> Result<(), ApiError> {
        let plan = self.people.plan();
        if plan.study.assignment.wanted.is_none() {
            return Ok(());
        }
        let place = item.0 as u32;
        let reader = self.readers.lend()?;
        let is_disputed = match plan.study.assignment.overlap {
            Some(_) => Some(reader.is_disputed(item, plan.disagreement_above())?),
            None => None,
        };
        let reviewed = judgment.may_change_reviews.then(|| reader.reviewed()).transpose()?;
        let mut work = self.people.work.lock().expect("the work is never left half-changed");
        work.release(judgment.annotator, place);
        if let Some(is_disputed) = is_disputed {
            Work::set(&mut work.disputed, place, is_disputed);
        }
        if let Some(reviewed) = reviewed {
            work.reviewed = reviewed;
        }
        Ok(())
    }
}

/// What of a judgment the work under way depends on.
pub struct JudgmentNote {
    annotator: AnnotatorId,
    may_change_reviews: bool,
}

impl From<&NewJudgment> for JudgmentNote {
    fn from(judgment: &NewJudgment) -> Self {
        let may_change_reviews = judgment.origin == Origin::Review || judgment.verdict == Verdict::Withdrawn;
        Self { annotator: judgment.annotator, may_change_reviews }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: AnnotatorId = AnnotatorId(1);
    const BOB: AnnotatorId = AnnotatorId(2);

    fn lease(annotator: AnnotatorId, item: i64, expires_at: i64) -> Lease {
        Lease { item: ItemId(item), annotator, expires_at: UnixMillis(expires_at) }
    }

    #[test]
    fn what_is_read_anew_takes_no_lease_away_that_was_given_meanwhile() {
        let mut work = Work::default();
        work.lease(lease(ADA, 1, 50));
        let mut reloaded = Work::default();
        reloaded.lease(lease(ADA, 1, 50));
        reloaded.lease(lease(BOB, 7, 60));
        // While the rest was read, which takes long.
        work.lease(lease(ADA, 1, 90));
        work.lease(lease(ADA, 2, 90));
        work.lease(lease(ADA, 3, 20));
        work.cursors.insert(ADA, 4);
        work.take_over(reloaded, UnixMillis(30));
        let leased = |work: &mut Work, annotator, now| {
            let mut leased: Vec<u32> = work.leased_to(annotator, UnixMillis(now)).iter().collect();
            leased.sort_unstable();
            leased
        };
        assert_eq!(leased(&mut work, ADA, 30), [1, 2], "and what had run out stays out");
        assert_eq!(leased(&mut work, BOB, 30), [7]);
        assert_eq!(leased(&mut work, ADA, 70), [1, 2], "until the later of two times");
        assert_eq!(work.cursors.get(&ADA), Some(&4));
    }
}
