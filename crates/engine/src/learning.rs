//! Learning from votes while people judge: a worker of its own keeps the heads, plans what is asked next, and
//! raises flags.
//!
//! Nobody waits for it. A judgment is noted when it is on the disk; the queue takes the next item from a plan that
//! was made before, and draws at random where there is none yet. Turned off, nothing of this runs.

mod anchoring;
pub(crate) mod audits;
mod beliefs;
mod ensembles;
pub(crate) mod flags;
mod inbox;
pub(crate) mod judges;
pub(crate) mod learned;
pub(crate) mod lot;
mod page;
pub(crate) mod pool;
mod rating;
mod report;
mod said;
mod sharpness;
mod standing;
pub(crate) mod votes;
mod worker;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use roaring::RoaringBitmap;
use tiebreak_domain::learning::{Learning, LearningState, Policy, QueueAhead, QueueEntry};
use tiebreak_domain::second_look::ModelFlag;
use tiebreak_domain::{AnnotatorId, ApiError, ItemId, Judgment, NewJudgment, Reply};

use crate::seat::Seat;
use crate::session::Session;
use inbox::{Heard, Inbox};
use learned::{Ahead, Learned, Planned};
use lot::Lot;

/// How many items are planned ahead.
const AHEAD: usize = 24;
/// Threads for passes over the pool.
const THREADS: usize = 2;
/// How many items may be on the way to somebody and back: more than any screen fetches ahead.
const MOST_OUTSTANDING: usize = 256;

/// The way to the worker, and what it last published.
pub struct LearningDesk {
    inbox: Mutex<Option<Arc<Inbox>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    learned: Mutex<Option<Arc<Learned>>>,
    published: Mutex<Published>,
    kept: beliefs::Kept,
}

/// What is there to be taken without waiting.
#[derive(Default)]
struct Published {
    plans: HashMap<AnnotatorId, Ahead>,
    /// What everyone was offered and has not answered, as they last said.
    outstanding: HashMap<AnnotatorId, RoaringBitmap>,
    state: LearningState,
    flags: Vec<ModelFlag>,
    /// Judged items about which models contradict each other.
    contradicted: Vec<ItemId>,
    /// Items drawn for a second look.
    lot: Lot,
}

impl LearningDesk {
    /// A desk whose worker has not started.
    pub fn new() -> Self {
        Self {
            inbox: Mutex::new(None),
            thread: Mutex::new(None),
            learned: Mutex::new(None),
            published: Mutex::new(Published::default()),
            kept: beliefs::Kept::default(),
        }
    }

    /// The way to the worker; none where nothing is learned.
    fn inbox(&self) -> Option<Arc<Inbox>> {
        self.inbox.lock().expect("the way to the worker is exchanged whole").clone()
    }

    /// What is learned so far. Whoever asks holds it as it was then: what comes next is made beside it, and nobody
    /// waits for a refit.
    fn learned(&self) -> Option<Arc<Learned>> {
        self.learned.lock().expect("what is learned is exchanged whole").clone()
    }

    fn publish(&self, learned: Option<Learned>) {
        let next = learned.map(Arc::new);
        let last =
            std::mem::replace(&mut *self.learned.lock().expect("what is learned is exchanged whole"), next);
        // Letting go of a large pool takes a while, and is nothing to hold the lock for.
        drop(last);
    }

    fn published(&self) -> MutexGuard<'_, Published> {
        self.published.lock().expect("what is published is exchanged whole")
    }

    /// Lets the worker finish what it is at, and nothing of what waits behind it.
    pub fn stop(&self) {
        if let Some(inbox) = self.inbox.lock().expect("the way to the worker is exchanged whole").take() {
            inbox.stop();
        }
        let thread = self.thread.lock().expect("the worker's place is exchanged whole").take();
        if let Some(thread) = thread.filter(|thread| thread.thread().id() != std::thread::current().id())
            && thread.join().is_err()
        {
            tracing::error!("the worker that learns from votes panicked");
        }
    }

    /// The flags as they are now, the most severe first.
    pub fn flags(&self) -> Vec<ModelFlag> {
        self.published().flags.clone()
    }

    /// The items that have one of an item's candidates under the same prompt; none where that is not known.
    pub fn sharing_candidates(&self, item: ItemId) -> Option<Vec<ItemId>> {
        self.learned()?.sharing_candidates(item)
    }

    /// The flags of an item, the most severe first.
    pub fn flags_of(&self, item: ItemId) -> Vec<ModelFlag> {
        self.published().flags.iter().filter(|flag| flag.item == item).cloned().collect()
    }

    /// Judged items about which models contradict each other.
    pub fn contradicted(&self) -> Vec<ItemId> {
        self.published().contradicted.clone()
    }

    /// Items drawn for a second look.
    pub fn lot(&self) -> Lot {
        self.published().lot.clone()
    }

    /// What is planned next for an annotator, so far as that.
    pub fn ahead(&self, annotator: AnnotatorId, count: usize) -> Vec<ItemId> {
        self.picks(annotator, count).iter().map(|planned| ItemId(i64::from(planned.item))).collect()
    }

    fn picks(&self, annotator: AnnotatorId, count: usize) -> Vec<Planned> {
        let published = self.published();
        let plan = published.plans.get(&annotator).into_iter().flat_map(|ahead| &ahead.picks);
        plan.take(count).cloned().collect()
    }

    /// Takes the next planned item that may be offered, with the probability with which the policy took it.
    pub fn take(&self, annotator: AnnotatorId, may_be_offered: &RoaringBitmap) -> Option<(Planned, f64)> {
        let mut published = self.published();
        let ahead = published.plans.get_mut(&annotator)?;
        let (_, chance) = ahead.next(may_be_offered)?;
        ahead.picks.pop_front().map(|planned| (planned, chance))
    }

    /// The probability with which the policy would take an item of those that may be offered; none where nothing is
    /// planned.
    pub fn chance(&self, annotator: AnnotatorId, item: u32, may_be_offered: &RoaringBitmap) -> Option<f64> {
        self.published().plans.get_mut(&annotator)?.chance(item, may_be_offered)
    }

    /// Whether there is nothing that the policy would ask of an annotator.
    pub fn is_exhausted(&self, annotator: AnnotatorId) -> bool {
        self.published().plans.get(&annotator).is_some_and(|ahead| ahead.is_exhausted)
    }

    /// The items on which heads learn; none before they are known.
    pub fn askable(&self) -> Option<Arc<RoaringBitmap>> {
        self.learned().map(|learned| Arc::clone(&learned.askable))
    }

    /// Notes what somebody was offered and has not answered, the latest last: none of it is planned for them.
    pub fn note_outstanding(&self, annotator: AnnotatorId, items: &[ItemId]) {
        let latest = &items[items.len().saturating_sub(MOST_OUTSTANDING)..];
        let items = latest.iter().map(|item| item.0 as u32).collect();
        self.published().outstanding.insert(annotator, items);
    }

    /// What somebody was offered and has not answered.
    pub fn outstanding(&self, annotator: AnnotatorId) -> RoaringBitmap {
        self.published().outstanding.get(&annotator).cloned().unwrap_or_default()
    }

    /// Asks for another plan where little is left of the last.
    pub fn replenish(&self, annotator: AnnotatorId) {
        let left = self.published().plans.get(&annotator).map_or(0, |ahead| ahead.picks.len());
        if left < AHEAD / 2
            && let Some(inbox) = self.inbox()
        {
            inbox.ask(annotator);
        }
    }
}

impl Drop for LearningDesk {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Session {
    /// The rules of learning, where it is turned on.
    pub fn learning_rules(&self) -> Option<Learning> {
        self.study().learning
    }

    /// Starts the worker where the study wants one and there is none, and tells it that something changed.
    pub fn learn_anew(self: &Arc<Self>) -> Result<(), ApiError> {
        self.learning.kept.forget();
        if self.learning_rules().is_none() {
            self.learning.stop();
            self.learning.publish(None);
            *self.learning.published() = Published::default();
            return Ok(());
        }
        let mut inbox = self.learning.inbox.lock().expect("the way to the worker is exchanged whole");
        if inbox.is_none() {
            let opened = Arc::<Inbox>::default();
            let (session, of_worker) = (Arc::downgrade(self), Arc::clone(&opened));
            let thread = std::thread::Builder::new()
                .name("tiebreak-learning".to_owned())
                .spawn(move || worker::serve(&session, &of_worker))
                .map_err(|error| {
                    ApiError::new(
                        tiebreak_domain::ErrorCode::System,
                        format!("cannot start the worker that learns from votes: {error}"),
                    )
                })?;
            *self.learning.thread.lock().expect("the worker's place is exchanged whole") = Some(thread);
            *inbox = Some(opened);
        }
        if let Some(inbox) = &*inbox {
            inbox.reload();
        }
        Ok(())
    }

    /// A judgment is on the disk.
    pub fn note_vote(&self, judgment: NewJudgment, revision: u32) {
        self.hear(Heard { judgment: Judgment { given: judgment, revision, supersedes: None }, is_own: true });
    }

    /// A judgment was stored by another process, which has kept what was foretold of it.
    pub fn note_vote_of_others(&self, judgment: Judgment) {
        self.hear(Heard { judgment, is_own: false });
    }

    fn hear(&self, heard: Heard) {
        self.learning.kept.forget();
        if let Some(inbox) = self.learning.inbox() {
            inbox.hear(heard);
        }
    }

    /// How learning stands.
    pub fn learning_state(&self) -> Reply {
        Reply::Learning(Box::new(self.learning.published().state.clone()))
    }

    /// What is asked next, and why.
    pub fn queue_ahead(&self, seat: &Seat, annotator: AnnotatorId, count: u32) -> Result<Reply, ApiError> {
        self.for_lead(seat)?;
        let mut planned = self.learning.picks(annotator, count as usize);
        let state = self.learning.published().state.clone();
        if self.learning_rules().is_none_or(|learning| learning.policy == Policy::Assigned) {
            let coming = self.coming_in_order(annotator, count as usize)?;
            planned = coming.into_iter().map(Planned::in_order).collect();
        }
        let reader = self.readers.lend()?;
        let ids: Vec<ItemId> = planned.iter().map(|planned| ItemId(i64::from(planned.item))).collect();
        let rows = reader.rows(&ids)?;
        let learned = self.learning.learned();
        let entries = planned
            .into_iter()
            .zip(ids)
            .map(|(planned, item)| QueueEntry {
                item,
                prompt: rows
                    .iter()
                    .find(|row| row.id == item)
                    .map(|row| row.prompt.clone())
                    .unwrap_or_default(),
                method: planned.method,
                score: planned.score,
                propensity: planned.propensity,
                reason: planned.reason,
                prediction: learned
                    .as_ref()
                    .and_then(|learned| learned.predictions(item).into_iter().next())
                    .filter(|said| said.pair.is_none())
                    .map(|said| said.prediction),
            })
            .collect();
        Ok(Reply::QueueAhead(Box::new(QueueAhead { entries, state })))
    }

    /// Whether scores are hidden from somebody on an item, though the study shows them: the same whenever they look.
    pub fn hides_scores(&self, annotator: AnnotatorId, item: ItemId, share: f64) -> bool {
        anchoring::is_hidden(self.key(), annotator, item, share)
    }

    /// What heads say of an item, for whoever may know it.
    pub fn head_scores(&self, item: ItemId) -> Vec<tiebreak_domain::reward::ItemScores> {
        self.learning.learned().map(|learned| learned.scores(item)).unwrap_or_default()
    }

    /// What judges of pairs say of the two that an item is.
    pub fn judges_scores(&self, item: ItemId) -> Vec<tiebreak_domain::reward::ItemScores> {
        self.learning.learned().map(|learned| learned.scores_of_judges(item)).unwrap_or_default()
    }

    /// Takes every such label back.
    pub fn forget_model_labels(&self, seat: &Seat) -> Result<Reply, ApiError> {
        self.for_lead(seat)?;
        Ok(Reply::Count(self.writer.ask(|store| Ok(store.forget_model_labels()?))?))
    }
}

#[cfg(test)]
pub(crate) mod tests;
