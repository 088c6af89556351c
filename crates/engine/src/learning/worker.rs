//! The worker: takes votes in as they come, and starts again from all of them now and then.
//!
//! What came while it was at something is taken together. Votes that were revised or taken back ask for a refit, as do
//! many new ones; after a refit it rests for as long as that took, so that a team that revises all day leaves the
//! machine half of its time. Plans are made for those who ask for them, and for nobody who has long stopped asking.

use std::collections::BTreeMap;
use std::sync::Weak;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;
use tiebreak_domain::learning::{LearningState, Policy};
use tiebreak_domain::reward::Scorer;
use tiebreak_domain::{AnnotatorId, ApiError, ErrorCode, Event, Judgment, Verdict};
use tiebreak_store::StoredPrediction;

use super::inbox::{Found, Gathered, Heard, Inbox};
use super::learned::{Ahead, Foresight, Learned};
use super::lot::Lot;
use super::pool::Pool;
use super::said::Said;
use super::{AHEAD, THREADS, flags, standing};
use crate::models;
use crate::session::Session;

/// A refit after so many votes, and after a twentieth of all where that is more.
const REFIT_AFTER: usize = 25;
/// Or after so long without one.
const IDLE: Duration = Duration::from_millis(1_500);
/// The longest rest after a refit.
const LONGEST_REST: Duration = Duration::from_mins(1);
/// Whoever has not asked for so long is planned for no more.
const PLANNED_FOR: Duration = Duration::from_mins(5);

/// Works until the project closes.
pub fn serve(session: &Weak<Session>, inbox: &Inbox) {
    let mut work = Worker::new(Instant::now());
    loop {
        let found = inbox.take(work.patience(Instant::now()));
        let Some(session) = session.upgrade() else { return };
        let outcome = match found {
            Found::Stop => return,
            Found::Work(gathered) => work.take_up(&session, inbox, gathered),
            Found::Nothing => work.refit(&session, inbox),
        };
        if let Err(error) = outcome {
            tracing::warn!(%error, "learning from votes could not go on");
            session.learning.published().state.remarks = vec![error.message.clone()];
            (work.is_stale, work.is_due) = (false, false);
        }
    }
}

struct Worker {
    /// Whether votes came since the last refit.
    is_stale: bool,
    /// Whether they ask for another as soon as may be.
    is_due: bool,
    /// Until when it rests from the last.
    rested_at: Instant,
    asking: Asking,
    random: Option<StdRng>,
}

impl Worker {
    fn new(now: Instant) -> Self {
        Self { is_stale: true, is_due: false, rested_at: now, asking: Asking::default(), random: None }
    }

    /// How long to wait for something before a refit; without end where none is wanted.
    fn patience(&self, now: Instant) -> Option<Duration> {
        let rest = self.rested_at.saturating_duration_since(now);
        match (self.is_due, self.is_stale) {
            (true, _) => Some(rest),
            (false, true) => Some(rest.max(IDLE)),
            (false, false) => None,
        }
    }

    fn take_up(&mut self, session: &Session, inbox: &Inbox, gathered: Gathered) -> Result<(), ApiError> {
        let Gathered { heard, mut plans, is_reload } = gathered;
        for own in heard.iter().filter(|heard| heard.is_own) {
            let annotator = own.judgment.given.annotator;
            if !plans.contains(&annotator) {
                plans.push(annotator);
            }
        }
        for annotator in &plans {
            self.asking.asks(*annotator, Instant::now());
        }
        self.learn(session, inbox, &heard)?;
        if is_reload {
            return self.reload(session, inbox);
        }
        if self.is_due && self.patience(Instant::now()) == Some(Duration::ZERO) {
            return self.refit(session, inbox);
        }
        for annotator in plans.into_iter().take_while(|_| !inbox.is_stopped()) {
            self.plan(session, annotator)?;
        }
        Ok(())
    }

    /// Foretells votes that were given here, each by what the votes before it taught, and takes them in. What a refit
    /// has read from the disk already is neither foretold by a head that knows it, nor taken in twice.
    fn learn(&mut self, session: &Session, inbox: &Inbox, heard: &[Heard]) -> Result<(), ApiError> {
        let Some(learned) = session.learning.learned().filter(|_| !heard.is_empty()) else { return Ok(()) };
        // Beside what is published: whoever asks meanwhile is told what was learned before.
        let mut learned = Learned::clone(&learned);
        let mut predictions: Vec<StoredPrediction> = Vec::new();
        for Heard { judgment, is_own } in heard {
            if inbox.is_stopped() {
                break;
            }
            if judgment.revision > 1 {
                (self.is_stale, self.is_due) = (true, true);
            } else if is_new_vote(judgment) && !learned.knows(judgment.given.id) {
                if *is_own {
                    predictions.extend(foretold(&learned, judgment));
                }
                learned.take_in(judgment);
                self.is_stale = true;
            }
        }
        self.is_due |= learned.since_refit() >= REFIT_AFTER.max(learned.main().votes.len() / 20);
        session.learning.publish(Some(learned));
        if !predictions.is_empty() {
            session.writer.send(move |store| Ok(store.note_predictions(&predictions)?))?;
        }
        Ok(())
    }

    fn reload(&mut self, session: &Session, inbox: &Inbox) -> Result<(), ApiError> {
        let Some(learning) = session.learning_rules() else { return Ok(()) };
        let pool =
            Pool::read(&*session.readers.open()?, &learning, &models::references(&session.shared.host))?;
        let learned = pool.and_then(|pool| Learned::new(pool, &session.rubric(), THREADS));
        self.asking.asks(session.seat().annotator, Instant::now());
        self.start_again(session, inbox, learned)
    }

    fn refit(&mut self, session: &Session, inbox: &Inbox) -> Result<(), ApiError> {
        // Beside what is published, here too.
        let learned = session.learning.learned().map(|learned| Learned::clone(&learned));
        self.start_again(session, inbox, learned)
    }

    /// Fits heads to all votes, and publishes what came of it.
    fn start_again(
        &mut self,
        session: &Session,
        inbox: &Inbox,
        learned: Option<Learned>,
    ) -> Result<(), ApiError> {
        let Some(learning) = session.learning_rules() else { return Ok(()) };
        let began = Instant::now();
        (self.is_stale, self.is_due) = (false, false);
        let said = Said::read(&*session.readers.open()?)?;
        // What was read and is still to be heard of is foretold by the heads that do not know it yet.
        let heard = inbox.take_heard();
        self.learn(session, inbox, &heard)?;
        self.is_due = heard.iter().any(|heard| heard.judgment.revision > 1);
        self.is_stale = self.is_due;
        let (state, raised, contradicted, lot) = if let Some(mut learned) = learned {
            learned.refit(&said.in_force, THREADS);
            learned.note_superseded(&said.superseded);
            for Heard { judgment, .. } in &heard {
                // It came after they were read.
                if !learned.knows(judgment.given.id) && is_new_vote(judgment) {
                    learned.take_in(judgment);
                    self.is_stale = true;
                }
            }
            if inbox.is_stopped() {
                return Ok(());
            }
            let raised = flags::raise(&learned, &learned.dimensions, &learning, session.shared.host.now());
            let predictions = session.readers.lend()?.predictions()?;
            let state = standing::state(&learned, &predictions, &raised.remarks, &said);
            let contradicted = learned.contradicted();
            session.learning.publish(Some(learned));
            (state, raised.flags, contradicted, raised.lot)
        } else {
            session.learning.publish(None);
            let remark = "there is no pair to learn from: nothing that is asked compares candidates";
            let state = LearningState { remarks: vec![remark.to_owned()], ..LearningState::default() };
            (state, Vec::new(), Vec::new(), Lot::default())
        };
        let ended = Instant::now();
        self.rested_at = ended + ended.duration_since(began).min(LONGEST_REST);
        let asking = self.asking.still(ended);
        {
            let mut published = session.learning.published();
            published.state = state.clone();
            published.flags = raised;
            published.contradicted = contradicted;
            published.lot = lot;
            published.plans.retain(|annotator, _| asking.contains(annotator));
        }
        for annotator in asking.into_iter().take_while(|_| !inbox.is_stopped()) {
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
        let open = match session.open_to_learning(annotator) {
            // A project that became another may not know them.
            Err(error) if error.code == ErrorCode::NotFound => {
                self.asking.last.remove(&annotator);
                session.learning.published().plans.remove(&annotator);
                return Ok(());
            }
            open => open?,
        };
        let random = self.random.get_or_insert_with(|| StdRng::seed_from_u64((session.shared.host.random)()));
        let planned = match session.learning.learned() {
            Some(learned) => learned.plan(&learning, annotator, &open, AHEAD, random),
            None => Ahead::default(),
        };
        session.learning.published().plans.insert(annotator, planned);
        Ok(())
    }
}

fn is_new_vote(judgment: &Judgment) -> bool {
    judgment.revision == 1 && matches!(judgment.given.verdict, Verdict::Judged { .. })
}

/// What the heads say of a vote they have not seen, so far as nobody has voted on its pairs: other votes are
/// cross-fitted.
fn foretold(learned: &Learned, judgment: &Judgment) -> Vec<StoredPrediction> {
    let of_pair = |Foresight { question, pair, prediction }| StoredPrediction {
        judgment: judgment.given.id,
        scorer: Scorer::Head,
        question,
        pair,
        prediction,
    };
    learned.fresh_predictions(judgment.given.item).into_iter().map(of_pair).collect()
}

/// Who asks for plans, and when they last did.
#[derive(Default)]
struct Asking {
    last: BTreeMap<AnnotatorId, Instant>,
}

impl Asking {
    fn asks(&mut self, annotator: AnnotatorId, now: Instant) {
        self.last.insert(annotator, now);
    }

    /// Those who still ask; the others are forgotten.
    fn still(&mut self, now: Instant) -> Vec<AnnotatorId> {
        self.last.retain(|_, last| now.saturating_duration_since(*last) < PLANNED_FOR);
        self.last.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests;
