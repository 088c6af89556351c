//! Learning from votes while people judge: a worker of its own keeps the heads, plans what is asked next, and
//! raises flags.
//!
//! Nobody waits for it. A judgment is noted when it is on the disk; the queue takes the next item from a plan that
//! was made before, and draws at random where there is none yet. Turned off, nothing of this runs.

mod beliefs;
mod ensembles;
pub(crate) mod flags;
pub(crate) mod learned;
pub(crate) mod lot;
mod page;
pub(crate) mod pool;
mod rating;
mod report;
mod standing;
pub(crate) mod votes;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use rand::SeedableRng;
use rand::rngs::StdRng;
use roaring::RoaringBitmap;
use tiebreak_domain::learning::{Learning, LearningState, Policy, QueueAhead, QueueEntry};
use tiebreak_domain::reward::Scorer;
use tiebreak_domain::second_look::ModelFlag;
use tiebreak_domain::{AnnotatorId, ApiError, Event, ItemId, Judgment, NewJudgment, Reply, Verdict};
use tiebreak_store::StoredPrediction;

use crate::seat::Seat;
use crate::session::Session;
use learned::{Learned, Planned};
use lot::Lot;
use pool::Pool;

/// How many items are planned ahead.
const AHEAD: usize = 24;
/// A refit after so many votes, and after a twentieth of all where that is more.
const REFIT_AFTER: usize = 25;
/// Or after so long without one.
const IDLE: Duration = Duration::from_millis(1_500);
/// Threads for passes over the pool.
const THREADS: usize = 2;

/// The way to the worker, and what it last published.
pub struct LearningDesk {
    notes: Mutex<Option<Sender<Note>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    learned: Mutex<Option<Arc<Learned>>>,
    published: Mutex<Published>,
    kept: beliefs::Kept,
}

/// What is there to be taken without waiting.
#[derive(Default)]
struct Published {
    plans: HashMap<AnnotatorId, VecDeque<Planned>>,
    state: LearningState,
    flags: Vec<ModelFlag>,
    /// Judged items about which models contradict each other.
    contradicted: Vec<ItemId>,
    /// Items drawn for a second look.
    lot: Lot,
}

/// What the worker is told.
enum Note {
    /// A judgment is on the disk.
    Judged(Box<NewJudgment>, bool),
    /// Items, scores, rules or old judgments changed.
    Reload,
    /// Somebody needs a plan.
    Plan(AnnotatorId),
    /// The project closes.
    Stop,
}

impl LearningDesk {
    /// A desk whose worker has not started.
    pub fn new() -> Self {
        Self {
            notes: Mutex::new(None),
            thread: Mutex::new(None),
            learned: Mutex::new(None),
            published: Mutex::new(Published::default()),
            kept: beliefs::Kept::default(),
        }
    }

    fn tell(&self, note: Note) {
        if let Some(notes) = &*self.notes.lock().expect("the way to the worker is exchanged whole") {
            // A worker that has stopped needs to know nothing.
            let _ = notes.send(note);
        }
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

    /// Lets the worker finish what it is at.
    pub fn stop(&self) {
        self.tell(Note::Stop);
        *self.notes.lock().expect("the way to the worker is exchanged whole") = None;
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
        let published = self.published();
        let plan = published.plans.get(&annotator).into_iter().flatten();
        plan.take(count).map(|planned| ItemId(i64::from(planned.item))).collect()
    }

    /// Takes the next planned item that may be offered, and why.
    pub fn take(&self, annotator: AnnotatorId, may_be_offered: &RoaringBitmap) -> Option<Planned> {
        let mut published = self.published();
        let plan = published.plans.get_mut(&annotator)?;
        while let Some(planned) = plan.pop_front() {
            if may_be_offered.contains(planned.item) {
                return Some(planned);
            }
        }
        None
    }

    /// Asks for another plan where little is left of the last.
    pub fn replenish(&self, annotator: AnnotatorId) {
        let left = self.published().plans.get(&annotator).map_or(0, VecDeque::len);
        if left < AHEAD / 2 {
            self.tell(Note::Plan(annotator));
        }
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
        let mut notes = self.learning.notes.lock().expect("the way to the worker is exchanged whole");
        if notes.is_none() {
            let (sender, receiver) = unbounded();
            let session = Arc::downgrade(self);
            let thread = std::thread::Builder::new()
                .name("tiebreak-learning".to_owned())
                .spawn(move || serve(&session, &receiver))
                .map_err(|error| {
                    ApiError::new(
                        tiebreak_domain::ErrorCode::System,
                        format!("cannot start the worker that learns from votes: {error}"),
                    )
                })?;
            *self.learning.thread.lock().expect("the worker's place is exchanged whole") = Some(thread);
            *notes = Some(sender);
        }
        drop(notes);
        self.learning.tell(Note::Reload);
        Ok(())
    }

    /// A judgment is on the disk.
    pub fn note_vote(&self, judgment: NewJudgment, revision: u32) {
        self.learning.kept.forget();
        self.learning.tell(Note::Judged(Box::new(judgment), revision == 1));
    }

    /// A judgment was stored by another process, which has kept what was foretold of it.
    pub fn note_vote_of_others(&self, judgment: NewJudgment) {
        self.learning.kept.forget();
        self.learning.tell(Note::Judged(Box::new(judgment), false));
    }

    /// How learning stands.
    pub fn learning_state(&self) -> Reply {
        Reply::Learning(Box::new(self.learning.published().state.clone()))
    }

    /// What is asked next, and why.
    pub fn queue_ahead(&self, seat: &Seat, annotator: AnnotatorId, count: u32) -> Result<Reply, ApiError> {
        self.for_lead(seat)?;
        let (planned, state) = {
            let published = self.learning.published();
            let plan = published.plans.get(&annotator);
            let planned: Vec<Planned> = plan.into_iter().flatten().take(count as usize).cloned().collect();
            (planned, published.state.clone())
        };
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
                score: Some(planned.score),
                propensity: planned.propensity,
                reason: planned.reason,
                prediction: learned
                    .as_ref()
                    .and_then(|learned| learned.predictions(item).into_iter().next())
                    .map(|(_, prediction)| prediction),
            })
            .collect();
        Ok(Reply::QueueAhead(Box::new(QueueAhead { entries, state })))
    }

    /// What heads say of an item, for whoever may know it.
    pub fn head_scores(&self, item: ItemId) -> Vec<tiebreak_domain::reward::ItemScores> {
        self.learning.learned().map(|learned| learned.scores(item)).unwrap_or_default()
    }

    /// Takes every such label back.
    pub fn forget_model_labels(&self, seat: &Seat) -> Result<Reply, ApiError> {
        self.for_lead(seat)?;
        Ok(Reply::Count(self.writer.ask(|store| Ok(store.forget_model_labels()?))?))
    }
}

/// The worker: takes votes in as they come, and starts again from all of them now and then.
fn serve(session: &Weak<Session>, notes: &Receiver<Note>) {
    let mut work = Worker { is_stale: true, planned_for: Vec::new(), random: None };
    loop {
        let note = if work.is_stale { notes.recv_timeout(IDLE) } else { notes.recv().map_err(Into::into) };
        let Some(session) = session.upgrade() else { return };
        let outcome = match note {
            Ok(Note::Stop) | Err(RecvTimeoutError::Disconnected) => return,
            Ok(Note::Judged(judgment, is_first)) => work.judged(&session, *judgment, is_first),
            Ok(Note::Reload) => {
                // Several changes at once are one.
                let rest: Vec<Note> = notes.try_iter().collect();
                if rest.iter().any(|note| matches!(note, Note::Stop)) {
                    return;
                }
                work.reload(&session)
            }
            Ok(Note::Plan(annotator)) => work.plan(&session, annotator),
            Err(RecvTimeoutError::Timeout) => work.refit(&session),
        };
        if let Err(error) = outcome {
            tracing::warn!(%error, "learning from votes could not go on");
            session.learning.published().state.remarks = vec![error.message.clone()];
            work.is_stale = false;
        }
    }
}

struct Worker {
    /// Whether votes came since the last refit.
    is_stale: bool,
    planned_for: Vec<AnnotatorId>,
    random: Option<StdRng>,
}

impl Worker {
    fn reload(&mut self, session: &Session) -> Result<(), ApiError> {
        let Some(learning) = session.learning_rules() else { return Ok(()) };
        let pool = Pool::read(&*session.readers.open()?, &learning)?;
        let learned = pool.and_then(|pool| Learned::new(pool, &session.rubric(), THREADS));
        session.learning.publish(learned);
        let seated = session.seat().annotator;
        if !self.planned_for.contains(&seated) {
            self.planned_for.push(seated);
        }
        self.refit(session)
    }

    fn judged(&mut self, session: &Session, judgment: NewJudgment, is_first: bool) -> Result<(), ApiError> {
        let is_vote = matches!(judgment.verdict, Verdict::Judged { .. });
        let annotator = judgment.annotator;
        let mut is_due = !is_first;
        if is_vote && is_first {
            let Some(learned) = session.learning.learned() else { return Ok(()) };
            let id = judgment.id;
            let predictions: Vec<StoredPrediction> = learned
                .predictions(judgment.item)
                .into_iter()
                .map(|(question, prediction)| StoredPrediction {
                    judgment: id,
                    scorer: Scorer::Head,
                    question,
                    prediction,
                })
                .collect();
            if !predictions.is_empty() {
                session.writer.send(move |store| Ok(store.note_predictions(&predictions)?))?;
            }
            let mut next = Learned::clone(&learned);
            next.take_in(&Judgment { given: judgment, revision: 1, supersedes: None });
            is_due = next.since_refit() >= REFIT_AFTER.max(next.main().votes.len() / 20);
            session.learning.publish(Some(next));
        }
        self.is_stale = true;
        if is_due {
            return self.refit(session);
        }
        self.plan(session, annotator)
    }

    /// Starts again from all votes, and publishes what came of it.
    fn refit(&mut self, session: &Session) -> Result<(), ApiError> {
        let Some(learning) = session.learning_rules() else { return Ok(()) };
        let mut judgments = Vec::new();
        session.readers.open()?.each_vote(|judgment| judgments.push(judgment))?;
        let (state, raised, contradicted, lot) = if let Some(learned) = session.learning.learned() {
            // Beside what is published: whoever asks meanwhile is told what was learned before.
            let mut learned = Learned::clone(&learned);
            learned.refit(&judgments, THREADS);
            let raised = flags::raise(&learned, &learning, session.shared.host.now());
            let predictions = session.readers.lend()?.predictions()?;
            let state = standing::state(&learned, &predictions, &raised.remarks, &judgments);
            let contradicted = learned.contradicted();
            session.learning.publish(Some(learned));
            (state, raised.flags, contradicted, raised.lot)
        } else {
            let remark = "there is no pair to learn from: nothing that is asked compares candidates";
            let state = LearningState { remarks: vec![remark.to_owned()], ..LearningState::default() };
            (state, Vec::new(), Vec::new(), Lot::default())
        };
        self.is_stale = false;
        {
            let mut published = session.learning.published();
            published.state = state.clone();
            published.flags = raised;
            published.contradicted = contradicted;
            published.lot = lot;
        }
        for annotator in self.planned_for.clone() {
            self.plan(session, annotator)?;
        }
        session.emit(Event::LearningChanged(Box::new(state)));
        Ok(())
    }

    fn plan(&mut self, session: &Session, annotator: AnnotatorId) -> Result<(), ApiError> {
        let Some(learning) = session.learning_rules().filter(|learning| learning.policy != Policy::Assigned)
        else {
            session.learning.published().plans.clear();
            return Ok(());
        };
        if !self.planned_for.contains(&annotator) {
            self.planned_for.push(annotator);
        }
        let open = session.open_to_learning(annotator)?;
        let random = self.random.get_or_insert_with(|| StdRng::seed_from_u64((session.shared.host.random)()));
        let planned = match session.learning.learned() {
            Some(learned) => learned.plan(&learning, &open, AHEAD, random),
            None => Vec::new(),
        };
        session.learning.published().plans.insert(annotator, planned.into());
        Ok(())
    }
}

#[cfg(test)]
mod tests;
