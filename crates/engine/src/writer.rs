//! The thread that writes: it owns the store, and everything that changes the project is a task for it. Of a project in
//! a database there are several, since each waits for the server most of the time; whoever asks waits for the answer,
//! so that what one asks happens in its order there too.
//!
//! Tasks run one after another in the order they were sent. When none waits, the thread builds the search
//! index in small steps, so that a judgment never waits for more than one such step. A task that panics
//! answers its sender with an error and leaves the thread running: each task is at most one transaction,
//! which its unwinding rolls back.
//!
//! The state of the search index leaves the engine by two ways, in events and inside a project's numbers, and
//! an older one may overtake a newer one between the two. Whoever hands out numbers that say "not complete"
//! therefore asks for the state to be told once more a moment later.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, bounded, unbounded};
use tiebreak_domain::project::SearchIndex;
use tiebreak_domain::{ApiError, ErrorCode};
use tiebreak_store::Store;

use crate::failure;

type Task = Box<dyn FnOnce(&mut Store) + Send>;

/// How many items one step of background indexing takes: some tens of milliseconds.
const INDEX_STEP: u32 = 1_000;
/// The least time between two reports of the index.
const INDEX_REPORT: Duration = Duration::from_millis(150);
/// How many connections write to a database.
const WRITERS_OF_DATABASES: usize = 4;
/// How often it is looked whether another process has brought in items.
const LOOK_FOR_ITEMS: Duration = Duration::from_secs(3);
/// How long numbers that were handed out may be on their way before the index is told once more.
const TELL_AGAIN_AFTER: Duration = Duration::from_millis(250);

/// The way to the writer thread.
pub struct Writer {
    tasks: Mutex<Option<Sender<Task>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    tells_again: Arc<AtomicBool>,
}

impl Writer {
    /// Hands the store to a thread of its own; `on_index` hears of the growing search index.
    pub fn start(store: Store, on_index: impl Fn(SearchIndex) + Send + 'static) -> Result<Self, ApiError> {
        let (sender, tasks) = unbounded();
        let tells_again = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&tells_again);
        let mut threads = Vec::new();
        for _ in 1..WRITERS_OF_DATABASES {
            if let Some(another) = store.another()? {
                let tasks = tasks.clone();
                threads.push(spawn(move || serve_tasks(another, &tasks))?);
            }
        }
        threads.push(spawn(move || serve(store, &tasks, &asked, &on_index))?);
        Ok(Self { tasks: Mutex::new(Some(sender)), threads: Mutex::new(threads), tells_again })
    }

    /// Has the state of the search index told once more, after what is on its way now has arrived.
    pub fn tell_index_again(&self) {
        self.tells_again.store(true, Ordering::Release);
        // The empty task wakes the thread. A project that is closing has nobody left to tell.
        let _ = self.send(|_| Ok(()));
    }

    /// Sends a task and gives back where its answer will arrive. An answer that never comes (the channel
    /// closes) means that the task panicked.
    pub fn send<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Store) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<Receiver<Result<T, ApiError>>, ApiError> {
        let (answer, answered) = bounded(1);
        let task: Task = Box::new(move |store| {
            // Whoever asked may have gone away; the work is done all the same.
            let _ = answer.send(task(store));
        });
        let tasks = self.tasks.lock().expect("no task is sent while panicking");
        let sender = tasks.as_ref().ok_or_else(failure::closed)?;
        sender.send(task).map_err(|_| failure::closed())?;
        Ok(answered)
    }

    /// Sends a task and waits for its answer.
    pub fn ask<T: Send + 'static>(
        &self,
        task: impl FnOnce(&mut Store) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        self.send(task)?.recv().map_err(|_| failure::broke_off("change to the project"))?
    }

    /// Lets the tasks already sent finish, then closes the store and releases its lock.
    pub fn stop(&self) {
        self.tasks.lock().expect("no task is sent while panicking").take();
        let threads = std::mem::take(&mut *self.threads.lock().expect("stopping does not panic"));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a writer thread panicked");
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn spawn(serve: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, ApiError> {
    std::thread::Builder::new()
        .name("tiebreak-writer".to_owned())
        .spawn(serve)
        .map_err(|error| ApiError::new(ErrorCode::System, format!("cannot start the writer thread: {error}")))
}

/// Does what is sent, and nothing else.
fn serve_tasks(mut store: Store, tasks: &Receiver<Task>) {
    while let Ok(task) = tasks.recv() {
        run(task, &mut store);
    }
}

fn run(task: Task, store: &mut Store) {
    if catch_unwind(AssertUnwindSafe(|| task(store))).is_err() {
        tracing::error!("a change to the project panicked and was rolled back");
    }
}

fn serve(mut store: Store, tasks: &Receiver<Task>, tells_again: &AtomicBool, on_index: &dyn Fn(SearchIndex)) {
    let mut indexing = Indexing { on_index, told: None, told_at: None, again_at: None };
    let mut is_indexed = false;
    loop {
        if tells_again.swap(false, Ordering::Acquire) {
            indexing.again_at = Some(Instant::now() + TELL_AGAIN_AFTER);
        }
        let task = if is_indexed && let Some(again_at) = indexing.again_at {
            match tasks.recv_deadline(again_at) {
                Ok(task) => Ok(task),
                Err(RecvTimeoutError::Disconnected) => Err(()),
                Err(RecvTimeoutError::Timeout) => {
                    indexing.tell_again();
                    continue;
                }
            }
        } else if is_indexed && store.place().is_shared() {
            // What others bring in is to be found too.
            match tasks.recv_timeout(LOOK_FOR_ITEMS) {
                Ok(task) => Ok(task),
                Err(RecvTimeoutError::Disconnected) => Err(()),
                Err(RecvTimeoutError::Timeout) => {
                    is_indexed = false;
                    continue;
                }
            }
        } else if is_indexed {
            tasks.recv().map_err(|_| ())
        } else {
            match tasks.try_recv() {
                Ok(task) => Ok(task),
                Err(TryRecvError::Disconnected) => Err(()),
                Err(TryRecvError::Empty) => {
                    is_indexed = indexing.step(&mut store);
                    continue;
                }
            }
        };
        let Ok(task) = task else { break };
        run(task, &mut store);
        is_indexed = false;
    }
}

/// The search index as it grows, and what was last told of it.
struct Indexing<'a> {
    on_index: &'a dyn Fn(SearchIndex),
    told: Option<SearchIndex>,
    told_at: Option<Instant>,
    /// When to tell it once more.
    again_at: Option<Instant>,
}

impl Indexing<'_> {
    /// One step; whether nothing is left to do for now.
    fn step(&mut self, store: &mut Store) -> bool {
        let index = match store.index_some(INDEX_STEP) {
            Ok(index) => index,
            Err(error) => {
                // Searching finds less; the next change tries again.
                tracing::warn!(%error, "the search index could not grow");
                return true;
            }
        };
        let is_due = index.is_complete() || self.told_at.is_none_or(|at| at.elapsed() >= INDEX_REPORT);
        if is_due && self.told != Some(index) {
            self.told = Some(index);
            self.told_at = Some(Instant::now());
            (self.on_index)(index);
        }
        index.is_complete()
    }

    fn tell_again(&mut self) {
        self.again_at = None;
        if let Some(index) = self.told {
            (self.on_index)(index);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::mpsc::channel;

    use tiebreak_domain::{ProjectKey, Rubric, UnixMillis};
    use tiebreak_store::NewProject;

    use super::*;

    #[test]
    fn the_index_is_told_once_more_when_asked_though_nothing_is_left_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let project = NewProject {
            key: ProjectKey([1; 16]),
            name: "p".into(),
            created_at: UnixMillis(0),
            rubric: Rubric::default(),
            is_sample: false,
        };
        let store = Store::create(folder.path().join("p.tiebreak"), &project).unwrap();
        let (sender, told) = channel();
        let writer = Writer::start(store, move |index| sender.send(index).unwrap()).unwrap();
        let patience = Duration::from_secs(20);
        assert!(told.recv_timeout(patience).unwrap().is_complete(), "an empty index is complete");
        writer.ask(|_| Ok(())).unwrap();
        assert!(told.try_recv().is_err(), "and is not told again unasked");
        let asked_at = Instant::now();
        writer.tell_index_again();
        assert!(told.recv_timeout(patience).unwrap().is_complete());
        assert!(asked_at.elapsed() >= TELL_AGAIN_AFTER, "what is on its way arrives first");
        writer.tell_index_again();
        writer.stop();
    }
}
