//! Long work: its numbers, its threads, how it is cancelled, and what is remembered of it.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use tiebreak_domain::import::ImportReport;
use tiebreak_domain::{ApiError, ErrorCode, JobId};

use crate::failure;
use crate::numbers::Numbers;

/// How many finished imports are remembered, for their reports of problems.
const REPORTS_KEPT: usize = 8;

/// Whether a job shall stop; looked at between batches.
#[derive(Clone, Debug, Default)]
pub struct CancelFlag(Arc<AtomicBool>);

impl CancelFlag {
    /// Asks the job to stop.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the job shall stop.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Every job that runs, and the last imports that ran.
#[derive(Default)]
pub struct Jobs {
    numbers: Numbers,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: HashMap<JobId, Running>,
    reports: VecDeque<(JobId, Arc<ImportReport>)>,
}

struct Running {
    cancel: CancelFlag,
    thread: Option<JoinHandle<()>>,
}

impl Jobs {
    /// Starts a named thread. If `work` panics, `on_panic` is called in its stead, so that the job ends in an
    /// event either way.
    pub fn start(
        self: &Arc<Self>,
        thread_name: &str,
        work: impl FnOnce(JobId, &CancelFlag) + Send + 'static,
        on_panic: impl FnOnce(JobId) + Send + 'static,
    ) -> Result<JobId, ApiError> {
        let job = JobId(self.numbers.next());
        let cancel = CancelFlag::default();
        self.state().running.insert(job, Running { cancel: cancel.clone(), thread: None });
        let jobs = Arc::clone(self);
        let spawned = std::thread::Builder::new().name(thread_name.to_owned()).spawn(move || {
            if catch_unwind(AssertUnwindSafe(|| work(job, &cancel))).is_err() {
                on_panic(job);
            }
            jobs.state().running.remove(&job);
        });
        let mut state = self.state();
        match spawned {
            Ok(thread) => {
                // A job can be over before it is entered here.
                if let Some(running) = state.running.get_mut(&job) {
                    running.thread = Some(thread);
                }
                Ok(job)
            }
            Err(error) => {
                state.running.remove(&job);
                Err(ApiError::new(ErrorCode::System, format!("cannot start a thread: {error}")))
            }
        }
    }

    /// Asks a job to stop; one that has ended already is no error.
    pub fn cancel(&self, job: JobId) -> Result<(), ApiError> {
        if let Some(running) = self.state().running.get(&job) {
            running.cancel.set();
            return Ok(());
        }
        if self.numbers.gave(job.0) {
            return Ok(());
        }
        Err(failure::of_another_process(&format!("there is no job {}", job.0)))
    }

    /// Asks every job to stop and waits until all have.
    pub fn stop_all(&self) {
        let threads: Vec<JoinHandle<()>> = {
            let mut state = self.state();
            state
                .running
                .values_mut()
                .filter_map(|running| {
                    running.cancel.set();
                    running.thread.take()
                })
                .collect()
        };
        for thread in threads {
            // A job that stops all jobs cannot wait for itself.
            if thread.thread().id() == std::thread::current().id() {
                continue;
            }
            if thread.join().is_err() {
                tracing::error!("a job's thread panicked");
            }
        }
    }

    /// Remembers what an import did.
    pub fn remember(&self, job: JobId, report: Arc<ImportReport>) {
        let mut state = self.state();
        state.reports.push_back((job, report));
        if state.reports.len() > REPORTS_KEPT {
            state.reports.pop_front();
        }
    }

    /// Whether a job was started here.
    pub fn started(&self, job: JobId) -> bool {
        self.numbers.gave(job.0)
    }

    /// What a finished import did.
    pub fn report(&self, job: JobId) -> Option<Arc<ImportReport>> {
        self.state().reports.iter().find(|(known, _)| *known == job).map(|(_, report)| Arc::clone(report))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("the jobs' list is never left half-changed")
    }
}
