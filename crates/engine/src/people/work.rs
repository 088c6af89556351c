//! The work under way: who is at what, and what is settled. In memory, because the queue asks at every key press;
//! leases are kept in the project file too, so that a copy and the next start know them.

use std::collections::HashMap;

use roaring::RoaringBitmap;
use tiebreak_domain::{AnnotatorId, ApiError, ItemId, NewJudgment, Origin, UnixMillis, Verdict};
use tiebreak_store::{Lease, Reader};

use super::plan::Plan;
use crate::session::Session;

/// Who is at what, and what is settled.
#[derive(Default)]
pub struct Work {
    /// Until when which item is kept for whom.
    leases: HashMap<AnnotatorId, HashMap<u32, UnixMillis>>,
    /// Where everyone is in their order.
    pub cursors: HashMap<AnnotatorId, u32>,
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

    /// Puts what was read anew in the place of what was known; where everyone is stays.
    pub fn take_over(&mut self, reloaded: Self) {
        let cursors = std::mem::take(&mut self.cursors);
        *self = Self { cursors, ..reloaded };
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
