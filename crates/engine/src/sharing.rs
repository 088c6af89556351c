//! Sharing: a project in a database that other processes change too.
//!
//! The store's follower hears what they change and keeps the sets current. What else this process keeps in memory is
//! gathered here and read anew a moment later, many changes at a time: the rubric, the study and its people, the leases
//! of others, what was learned. Whoever listens hears of it as of a change of one's own.

use std::collections::BTreeSet;
use std::sync::{Arc, Condvar, Mutex, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use tiebreak_domain::{AnnotatorId, ApiError, ErrorCode, Event, ItemId};
use tiebreak_store::{Change, Follower, Lease, Store};

use crate::session::Session;

/// How long changes are gathered before what they mean is read.
const GATHERED_FOR: Duration = Duration::from_millis(150);

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
    /// Begins to hear; [`Sharing::look`] begins to do something about it. None of a project that nobody else can change.
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
    loop {
        let mut heard = gathered.0.lock().expect("gathering does not panic");
        while heard.is_empty() && !heard.is_stopped {
            heard = gathered.1.wait(heard).expect("gathering does not panic");
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
        if let Err(error) = session.follow_others(&changed) {
            tracing::warn!(%error, "what others changed could not be read");
        }
    }
}

impl Session {
    fn follow_others(self: &Arc<Self>, heard: &Heard) -> Result<(), ApiError> {
        self.note_leases(&heard.leases);
        if heard.is_empty() {
            return Ok(());
        }
        if heard.everything || heard.rubric {
            return self.refresh();
        }
        if heard.people {
            let learned_by = self.learning_rules();
            self.reload_plan()?;
            if self.learning_rules() != learned_by {
                self.learn_anew()?;
                self.score_in_background();
            }
        } else {
            for &(annotator, item) in &heard.words {
                self.note_word_of_others(annotator, item)?;
            }
        }
        if heard.scores && self.learning_rules().is_some() {
            self.learn_anew()?;
        }
        if heard.people || heard.statuses || !heard.words.is_empty() {
            let seat = self.seat_here();
            self.emit(Event::ProjectChanged(Box::new(self.info(&seat)?)));
        }
        Ok(())
    }

    /// Somebody said something in another process.
    fn note_word_of_others(&self, annotator: AnnotatorId, item: ItemId) -> Result<(), ApiError> {
        let latest = self.readers.lend()?.latest(annotator, item)?;
        let Some(judgment) = latest else { return Ok(()) };
        self.note_judgment(item, &(&judgment.given).into())?;
        if self.learning_rules().is_some() {
            self.note_vote_of_others(judgment.given);
        }
        Ok(())
    }
}
