//! The worker: takes votes in as they come, and starts again from all of them now and then.
//!
//! What came while it was at something is taken together. Votes that were revised or taken back ask for a refit, as do
//! many new ones; after a refit it rests for as long as that took, so that a team that revises all day leaves the machine
//! half of its time. Plans are made for those who ask for them, and for nobody who has long stopped asking.

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
use super::learned::Learned;
use super::lot::Lot;
use super::pool::Pool;
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
                // What somebody else said of the pair is no foresight: such votes are cross-fitted.
                if *is_own && !learned.has_vote_on(judgment.given.item) {
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
        let mut judgments = Vec::new();
        session.readers.open()?.each_vote(|judgment| judgments.push(judgment))?;
        // What was read and is still to be heard of is foretold by the heads that do not know it yet.
        let heard = inbox.take_heard();
        self.learn(session, inbox, &heard)?;
        self.is_due = heard.iter().any(|heard| heard.judgment.revision > 1);
        self.is_stale = self.is_due;
        let (state, raised, contradicted, lot) = if let Some(mut learned) = learned {
            learned.refit(&judgments, THREADS);
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
            let state = standing::state(&learned, &predictions, &raised.remarks, &judgments);
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
            None => Vec::new(),
        };
        session.learning.published().plans.insert(annotator, planned.into());
        Ok(())
    }
}

fn is_new_vote(judgment: &Judgment) -> bool {
    judgment.revision == 1 && matches!(judgment.given.verdict, Verdict::Judged { .. })
}

/// What the heads say of a vote they have not seen.
fn foretold(learned: &Learned, judgment: &Judgment) -> Vec<StoredPrediction> {
    let of_question = |(question, prediction)| StoredPrediction {
        judgment: judgment.given.id,
        scorer: Scorer::Head,
        question,
        prediction,
    };
    learned.predictions(judgment.given.item).into_iter().map(of_question).collect()
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
mod tests {
    use std::sync::Arc;

    use tiebreak_domain::learning::Learning;
    use tiebreak_domain::showing::AcquisitionMethod;
    use tiebreak_domain::{JudgmentId, Outcome, Request as Call, StudySetup};

    use super::super::tests::{judgment, preferred};
    use super::*;
    use crate::scoring::tests::{engine, with_rows};

    /// A project of twelve pairs whose worker is the test.
    struct Project {
        session: Arc<Session>,
        _engine: crate::Engine,
        _folder: tempfile::TempDir,
        inbox: Inbox,
        work: Worker,
    }

    impl Project {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let (engine, events) = engine(folder.path());
            with_rows(&engine, &events, folder.path(), 12);
            let learning = Learning { scores_in_background: false, ..Learning::default() };
            let study = StudySetup { learning: Some(learning), ..StudySetup::default() };
            engine.call(Call::SetStudy(Box::new(study))).unwrap();
            let session = engine.session().unwrap();
            session.learning.stop();
            let mut project = Self {
                session,
                _engine: engine,
                _folder: folder,
                inbox: Inbox::default(),
                work: Worker::new(Instant::now()),
            };
            project.work.reload(&project.session, &project.inbox).unwrap();
            project
        }

        /// Stores a vote that the worker has not heard of.
        fn stored(&self, number: i64, item: i64) -> Judgment {
            let annotator = self.session.seat().annotator.0;
            let vote = judgment(number, annotator, item, preferred(Outcome::A), AcquisitionMethod::Random);
            self.session.submit(&self.session.seat(), vote.given.clone()).unwrap();
            vote
        }

        fn hear(&self, judgment: &Judgment) {
            self.inbox.hear(Heard { judgment: judgment.clone(), is_own: true });
        }

        fn take_up(&mut self) {
            let Found::Work(gathered) = self.inbox.take(None) else { panic!("something was heard") };
            self.work.take_up(&self.session, &self.inbox, gathered).unwrap();
        }

        fn foretold(&self) -> Vec<(JudgmentId, f64)> {
            // What is written behind is asked after what waits to be written.
            self.session.writer.ask(|_| Ok(())).unwrap();
            let predictions = self.session.readers.lend().unwrap().predictions().unwrap();
            predictions.into_iter().map(|stored| (stored.judgment, stored.prediction.a)).collect()
        }

        fn votes(&self) -> usize {
            self.session.learning.learned().unwrap().main().votes.len()
        }
    }

    #[test]
    fn a_vote_that_a_refit_reads_first_is_foretold_before_it_and_learned_once() {
        let mut project = Project::new();
        let before = project.session.learning.learned().unwrap().predictions(tiebreak_domain::ItemId(3));
        let vote = project.stored(1, 3);
        project.hear(&vote);
        project.work.refit(&project.session, &project.inbox).unwrap();
        assert_eq!(project.foretold(), [(vote.given.id, before[0].1.a)], "by a head that had not seen it");
        assert_eq!(project.votes(), 1);
        project.hear(&vote);
        project.take_up();
        assert_eq!((project.votes(), project.foretold().len()), (1, 1), "heard of again, it is nothing new");
        let unheard = project.stored(2, 4);
        project.work.refit(&project.session, &project.inbox).unwrap();
        project.hear(&unheard);
        project.take_up();
        assert_eq!(
            (project.votes(), project.foretold().len()),
            (2, 1),
            "a head that knows it foretells nothing"
        );
        let vote = project.stored(3, 5);
        project.hear(&vote);
        project.inbox.reload();
        project.take_up();
        assert_eq!(
            (project.votes(), project.foretold().len()),
            (3, 2),
            "a change of the pool forgets no vote"
        );
    }

    #[test]
    fn a_second_opinion_is_not_foretold_by_a_head_that_knows_the_first() {
        let mut project = Project::new();
        let vote = project.stored(1, 3);
        project.hear(&vote);
        project.take_up();
        let other = judgment(2, 77, 3, preferred(Outcome::B), AcquisitionMethod::Random);
        project.hear(&other);
        project.take_up();
        assert_eq!(project.votes(), 2, "both are learned from");
        assert_eq!(project.foretold().len(), 1, "and one was foretold");
    }

    #[test]
    fn what_others_judged_elsewhere_is_taken_in_and_nothing_is_planned_for_them_here() {
        let mut project = Project::new();
        let elsewhere = |number: i64, revision| {
            let vote =
                judgment(number, 76 + number, number, preferred(Outcome::B), AcquisitionMethod::Random);
            Heard { judgment: Judgment { revision, ..vote }, is_own: false }
        };
        for number in 1..=9 {
            project.inbox.hear(elsewhere(number, 1));
        }
        project.take_up();
        assert_eq!((project.votes(), project.work.is_due), (9, false), "no vote of theirs is a refit");
        assert!(project.foretold().is_empty(), "their process has foretold them");
        let planned: Vec<AnnotatorId> = project.session.learning.published().plans.keys().copied().collect();
        assert_eq!(planned, [project.session.seat().annotator]);
        project.work.rested_at = Instant::now() + PLANNED_FOR;
        project.inbox.hear(elsewhere(3, 2));
        project.take_up();
        assert!(project.work.is_due, "what they revised asks for one, after the rest");
    }

    #[test]
    fn closing_waits_for_nothing_that_is_left_to_do() {
        let mut project = Project::new();
        let vote = project.stored(1, 3);
        project.hear(&vote);
        let Found::Work(gathered) = project.inbox.take(None) else { panic!("something was heard") };
        project.inbox.stop();
        project.work.take_up(&project.session, &project.inbox, gathered).unwrap();
        project.work.refit(&project.session, &project.inbox).unwrap();
        assert_eq!((project.votes(), project.foretold().len()), (0, 0), "the next who opens it learns");
    }

    #[test]
    fn who_stopped_asking_is_planned_for_no_more() {
        let began = Instant::now();
        let mut asking = Asking::default();
        asking.asks(AnnotatorId(1), began);
        asking.asks(AnnotatorId(2), began + PLANNED_FOR / 2);
        asking.asks(AnnotatorId(2), began + PLANNED_FOR / 2);
        assert_eq!(asking.still(began + PLANNED_FOR / 2), [1, 2].map(AnnotatorId));
        assert_eq!(asking.still(began + PLANNED_FOR), [AnnotatorId(2)], "the first is long gone");
        asking.asks(AnnotatorId(1), began + PLANNED_FOR);
        assert_eq!(asking.still(began + PLANNED_FOR).len(), 2, "and back when they ask again");
    }

    #[test]
    fn a_refit_waits_for_a_pause_or_for_the_rest_from_the_last() {
        let now = Instant::now();
        let mut work = Worker::new(now);
        assert_eq!(work.patience(now), Some(IDLE), "votes that were there before");
        work.rested_at = now + 4 * IDLE;
        assert_eq!(work.patience(now), Some(4 * IDLE));
        work.is_due = true;
        assert_eq!(work.patience(now + IDLE), Some(3 * IDLE), "what is due waits for the rest too");
        assert_eq!(work.patience(now + 5 * IDLE), Some(Duration::ZERO));
        (work.is_stale, work.is_due) = (false, false);
        assert_eq!(work.patience(now), None, "nothing new is no reason");
    }
}
