//! Sharing: a project in a database that other processes change too.
//!
//! The store's follower hears what they change and keeps the sets current. What else this process keeps in memory is
//! gathered here and read anew a moment later, many changes at a time: the rubric, the study and its people, the leases
//! of others, what was learned. Whoever listens hears of it as of a change of one's own.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tiebreak_domain::{AnnotatorId, ApiError, ErrorCode, Event, ItemId};
use tiebreak_store::{Change, Follower, Lease, Store};

use crate::session::Session;

/// How long changes are gathered before what they mean is read.
const GATHERED_FOR: Duration = Duration::from_millis(150);
/// How often whoever listens is told of what others judge.
const TOLD_EVERY: Duration = Duration::from_secs(2);

/// What others changed and this process has not looked at yet.
#[derive(Default)]
struct Heard {
    everything: bool,
    rubric: bool,
    people: bool,
    scores: bool,
    statuses: bool,
    words: BTreeSet<(AnnotatorId, ItemId)>,
    leases: Vec<Lease>,
    is_stopped: bool,
}

impl Heard {
    fn is_empty(&self) -> bool {
        !(self.everything || self.rubric || self.people || self.scores || self.statuses)
            && self.words.is_empty()
            && self.leases.is_empty()
    }

    fn add(&mut self, change: &Change) {
        match change {
            Change::Word { annotator, item, .. } => {
                self.words.insert((AnnotatorId(*annotator), ItemId(*item)));
            }
            Change::Statuses(_) => self.statuses = true,
            Change::Leases(_) => self.leases.extend(change.as_leases().into_iter().flatten()),
            Change::Items => self.everything = true,
            Change::Rubric => self.rubric = true,
            Change::People => self.people = true,
            Change::Scores => self.scores = true,
        }
    }
}

type Gathered = Arc<(Mutex<Heard>, Condvar)>;

/// What follows other processes for a session.
pub struct Sharing {
    gathered: Gathered,
    // Stopped before the thread that looks.
    follower: Option<Follower>,
    thread: Option<JoinHandle<()>>,
}

impl Sharing {
    /// Begins to hear; [`Sharing::look`] begins to do something about it. None of a project that nobody else can
    /// change.
    pub fn begin(store: &Store) -> Result<Option<Self>, ApiError> {
        let gathered = Gathered::default();
        let hears = Arc::clone(&gathered);
        let follower = store.follow(move |change| {
            let (heard, wakes) = &*hears;
            heard.lock().expect("gathering does not panic").add(change);
            wakes.notify_one();
        })?;
        Ok(follower.map(|follower| Self { gathered, follower: Some(follower), thread: None }))
    }

    /// Looks at what is heard, for as long as the session is there.
    pub fn look(&mut self, session: &Arc<Session>) -> Result<(), ApiError> {
        let gathered = Arc::clone(&self.gathered);
        let session = Arc::downgrade(session);
        let thread = std::thread::Builder::new()
            .name("tiebreak-sharing".to_owned())
            .spawn(move || serve(&gathered, &session))
            .map_err(|error| {
                let what = format!("cannot start the thread that follows other processes: {error}");
                ApiError::new(ErrorCode::System, what)
            })?;
        self.thread = Some(thread);
        Ok(())
    }

    /// Hears nothing more.
    pub fn stop(&mut self) {
        self.follower = None;
        let (heard, wakes) = &*self.gathered;
        heard.lock().expect("gathering does not panic").is_stopped = true;
        wakes.notify_one();
        // The thread may be the last to hold the session, and then it is the one that ends here.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
            && thread.join().is_err()
        {
            tracing::error!("the thread that looks at what others changed panicked");
        }
    }
}

impl Drop for Sharing {
    fn drop(&mut self) {
        self.stop();
    }
}

fn serve(gathered: &Gathered, session: &Weak<Session>) {
    // When numbers that grew are told, where they have not been yet.
    let mut tell_at: Option<Instant> = None;
    loop {
        let mut heard = gathered.0.lock().expect("gathering does not panic");
        while heard.is_empty() && !heard.is_stopped {
            let wait = tell_at.map_or(TOLD_EVERY, |at| at.saturating_duration_since(Instant::now()));
            heard = gathered.1.wait_timeout(heard, wait).expect("gathering does not panic").0;
            if tell_at.is_some_and(|at| at <= Instant::now()) {
                break;
            }
        }
        if heard.is_stopped {
            return;
        }
        // Leases are what the next request goes by: they do not wait.
        let leases = std::mem::take(&mut heard.leases);
        drop(heard);
        let Some(session) = session.upgrade() else { return };
        session.note_leases(&leases);
        std::thread::sleep(GATHERED_FOR);
        let mut heard = gathered.0.lock().expect("gathering does not panic");
        let changed = std::mem::take(&mut *heard);
        heard.is_stopped = changed.is_stopped;
        drop(heard);
        let is_told = match session.follow_others(&changed) {
            Ok(is_told) => is_told,
            Err(error) => {
                tracing::warn!(%error, "what others changed could not be read");
                false
            }
        };
        if is_told {
            tell_at = None;
        } else if !changed.words.is_empty() && tell_at.is_none() {
            tell_at = Some(Instant::now() + TOLD_EVERY);
        }
        if tell_at.is_some_and(|at| at <= Instant::now()) {
            tell_at = None;
            match session.info(&session.seat()) {
                Ok(info) => session.emit(Event::ProjectChanged(Box::new(info))),
                Err(error) => tracing::warn!(%error, "the project's numbers could not be read"),
            }
        }
    }
}

impl Session {
    /// Reads anew what others changed; whether whoever listens was told of the project's numbers.
    fn follow_others(self: &Arc<Self>, heard: &Heard) -> Result<bool, ApiError> {
        self.note_leases(&heard.leases);
        if heard.everything || heard.rubric {
            self.refresh()?;
            return Ok(true);
        }
        if heard.people {
            let learned_by = self.learning_rules();
            self.reload_plan_of_others()?;
            if self.learning_rules() != learned_by {
                self.learn_anew()?;
                self.score_in_background();
            }
        } else {
            for &(annotator, item) in &heard.words {
                self.note_word_of_others(annotator, item)?;
            }
        }
        if (heard.scores || heard.statuses) && self.learning_rules().is_some() {
            self.learn_anew()?;
        }
        let is_told = heard.people || heard.statuses;
        if is_told {
            self.emit(Event::ProjectChanged(Box::new(self.info(&self.seat())?)));
        }
        Ok(is_told)
    }

    /// Somebody said something in another process.
    fn note_word_of_others(&self, annotator: AnnotatorId, item: ItemId) -> Result<(), ApiError> {
        let latest = self.readers.lend()?.latest(annotator, item)?;
        let Some(judgment) = latest else { return Ok(()) };
        self.note_judgment(item, &(&judgment.given).into())?;
        if self.learning_rules().is_some() {
            self.note_vote_of_others(judgment);
        }
        Ok(())
    }
}
