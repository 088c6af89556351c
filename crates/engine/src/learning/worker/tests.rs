//! A worker that is the test itself: what it foretells, takes in, plans and leaves.

use std::collections::VecDeque;
use std::sync::Arc;

use tiebreak_domain::learning::Learning;
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::{ItemId, JudgmentId, Outcome, QueuedItem, Request as Call, StudySetup};

use super::super::tests::{judgment, preferred};
use super::*;
use crate::scoring::tests::{engine, with_rows};

/// A project of pairs whose worker is the test.
struct Project {
    session: Arc<Session>,
    _engine: crate::Engine,
    _folder: tempfile::TempDir,
    inbox: Inbox,
    work: Worker,
}

impl Project {
    fn new() -> Self {
        Self::of(12, Learning::default())
    }

    fn of(count: usize, learning: Learning) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (engine, events) = engine(folder.path());
        with_rows(&engine, &events, folder.path(), count);
        let learning = Learning { scores_in_background: false, ..learning };
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

    fn offers(&self, place: Place, count: u32, except: Vec<ItemId>) -> Vec<QueuedItem> {
        let seat = self.session.seat();
        let request = QueueRequest { annotator: seat.annotator, place, count, except };
        self.session.queue(&seat, &request).unwrap()
    }

    /// Judges an offer, and lets the worker hear of it.
    fn judge(&mut self, number: i64, offer: &QueuedItem) {
        let annotator = self.session.seat().annotator.0;
        let outcome = if offer.item.id.0 % 3 == 0 { Outcome::A } else { Outcome::B };
        let mut vote =
            judgment(number, annotator, offer.item.id.0, preferred(outcome), offer.acquisition.method);
        vote.given.showing.as_mut().unwrap().acquisition = offer.acquisition.clone();
        self.session.submit(&self.session.seat(), vote.given.clone()).unwrap();
        self.hear(&vote);
        self.take_up();
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
    assert_eq!(
        project.foretold(),
        [(vote.given.id, before[0].prediction.a)],
        "by a head that had not seen it"
    );
    assert_eq!(project.votes(), 1);
    project.hear(&vote);
    project.take_up();
    assert_eq!((project.votes(), project.foretold().len()), (1, 1), "heard of again, it is nothing new");
    let unheard = project.stored(2, 4);
    project.work.refit(&project.session, &project.inbox).unwrap();
    project.hear(&unheard);
    project.take_up();
    assert_eq!((project.votes(), project.foretold().len()), (2, 1), "a head that knows it foretells nothing");
    let vote = project.stored(3, 5);
    project.hear(&vote);
    project.inbox.reload();
    project.take_up();
    assert_eq!((project.votes(), project.foretold().len()), (3, 2), "a change of the pool forgets no vote");
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
        let vote = judgment(number, 76 + number, number, preferred(Outcome::B), AcquisitionMethod::Random);
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

/// Within three deviations of so many throws at a share of 15 %.
fn is_share_of(audits: usize, offers: usize) -> bool {
    let (expected, deviation) = (0.15 * offers as f64, (0.15 * 0.85 * offers as f64).sqrt());
    (audits as f64 - expected).abs() < 3.0 * deviation
}

#[test]
fn audits_keep_their_share_while_a_screen_fetches_ahead() {
    let learning = Learning { policy: Policy::Uncertainty, ..Learning::default() };
    let mut project = Project::of(440, learning);
    let mut outstanding: VecDeque<QueuedItem> = project.offers(Place::Start, 4, Vec::new()).into();
    let (mut offers, mut audits, mut chosen) = (0, 0, 0);
    let mut judged = 0;
    while offers < 400 {
        let held: Vec<ItemId> = outstanding.iter().map(|offer| offer.item.id).collect();
        let new = project.offers(Place::After(held[3]), 2, held.clone());
        for (place, offer) in new.iter().enumerate() {
            offers += 1;
            // What could be offered then: neither judged nor outstanding, nor just taken.
            let open = (440 - judged - held.len() as i64 - place as i64) as f64;
            let propensity = offer.acquisition.propensity;
            match offer.acquisition.method {
                AcquisitionMethod::Uncertainty => {
                    chosen += 1;
                    let expected = 0.85 + 0.15 / open;
                    assert!((propensity - expected).abs() < 1e-12, "{propensity} of {expected}");
                }
                AcquisitionMethod::Audit => {
                    audits += 1;
                    assert!(propensity <= 0.85 + 0.15 / open && propensity >= 0.15 / open - 1e-12);
                }
                AcquisitionMethod::Random => assert!((propensity - 1.0 / open).abs() < 1e-12, "{propensity}"),
                other => panic!("{other:?} at offer {offers}"),
            }
        }
        outstanding.extend(new);
        for offer in outstanding.drain(..2).collect::<Vec<_>>() {
            judged += 1;
            project.judge(judged, &offer);
        }
    }
    assert!(chosen > 300, "the policy chooses once there are votes: {chosen}");
    assert!(is_share_of(audits, offers), "{audits} of {offers}");
}

#[test]
fn what_is_on_a_screen_is_not_planned() {
    let mut project = Project::of(40, Learning::default());
    let annotator = project.session.seat().annotator;
    let held: Vec<ItemId> =
        project.offers(Place::Start, 6, Vec::new()).iter().map(|offer| offer.item.id).collect();
    project.work.plan(&project.session, annotator).unwrap();
    let planned = project.session.learning.ahead(annotator, AHEAD);
    assert_eq!(planned.len(), AHEAD, "there is enough else");
    assert!(planned.iter().all(|item| !held.contains(item)), "{planned:?} and {held:?}");
}

#[test]
fn audits_are_mixed_into_the_order_of_the_file() {
    let learning = Learning { policy: Policy::Assigned, ..Learning::default() };
    let mut project = Project::of(400, learning);
    let (mut place, mut last_in_file, mut audits) = (Place::Start, 0, 0);
    let mut judged = std::collections::BTreeSet::new();
    for number in 1..=200 {
        let offer = project.offers(place, 1, Vec::new()).remove(0);
        let item = offer.item.id.0;
        match offer.acquisition.method {
            AcquisitionMethod::Audit => audits += 1,
            AcquisitionMethod::FileOrder => {
                assert!(
                    (last_in_file + 1..item).all(|passed| judged.contains(&passed)),
                    "{item} jumps ahead"
                );
                assert!(item > last_in_file);
                last_in_file = item;
            }
            other => panic!("{other:?}"),
        }
        let open = 401.0 - number as f64;
        let least = if offer.acquisition.method == AcquisitionMethod::FileOrder { 0.85 } else { 0.0 };
        assert!(offer.acquisition.propensity >= least + 0.15 / open - 1e-12, "{:?}", offer.acquisition);
        judged.insert(item);
        project.judge(number, &offer);
        place = Place::After(offer.item.id);
    }
    assert!(is_share_of(audits, 200), "{audits} of 200");
}

#[test]
fn what_is_said_again_teaches_nothing() {
    let project = Project::new();
    let inbox = Arc::<Inbox>::default();
    *project.session.learning.inbox.lock().unwrap() = Some(Arc::clone(&inbox));
    let first = project.stored(1, 3);
    assert!(matches!(inbox.take(Some(Duration::ZERO)), Found::Work(_)), "a vote is heard of");
    let method = AcquisitionMethod::Repeat;
    let again = judgment(2, first.given.annotator.0, 3, preferred(Outcome::B), method);
    project.session.submit(&project.session.seat(), again.given).unwrap();
    assert!(matches!(inbox.take(Some(Duration::ZERO)), Found::Nothing), "a repeat stands beside it");
}
