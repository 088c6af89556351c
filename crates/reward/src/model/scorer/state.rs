//! What the threads of a scorer share: jobs, their results, and whose turn it is.
//!
//! One lock, held for moments: preparing, planning and running happen outside it, on work taken from here.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::plan::{Group, Plan};
use super::{JobItem, Lane, QueueFull, ScorerOptions};
use crate::model::error::InputFault;
use crate::model::prepared::Prepared;
use crate::model::request::{Request, Scored};
use crate::model::reward_model::RewardModel;
use crate::model::runtime::{Provider, Warning};

/// How many inputs are made ready at a time; between two times, the other lane may come first.
const PREPARE_COUNT: usize = 256;

/// How far a job has come, and where the time went.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Inputs with a result, a fault included.
    pub done: usize,
    /// Inputs.
    pub total: usize,
    /// Tokens without filling, of inputs that were run.
    pub real_tokens: u64,
    /// Tokens that the model saw.
    pub padded_tokens: u64,
    /// Seconds in the model, of all threads together.
    pub model_seconds: f64,
    /// Seconds of the threads on everything else.
    pub other_seconds: f64,
}

/// A piece of work that a thread has taken.
pub(super) enum Work {
    /// Make inputs ready.
    Prepare { job: u64, lane: Lane, first: usize, requests: Vec<Request> },
    /// Put a job's inputs in order.
    Order { job: u64, lane: Lane, inputs: Vec<(usize, Prepared)> },
    /// Run a batch.
    Run { job: u64, lane: Lane, batch: Vec<Group> },
}

impl Work {
    pub(super) fn lane(&self) -> Lane {
        match self {
            Self::Prepare { lane, .. } | Self::Order { lane, .. } | Self::Run { lane, .. } => *lane,
        }
    }
}

struct Job {
    lane: Lane,
    /// What has not been made ready, from `prepared_to` on.
    requests: VecDeque<Request>,
    prepared_to: usize,
    preparing: usize,
    inputs: Vec<(usize, Prepared)>,
    is_ordering: bool,
    plan: Option<Plan>,
    results: VecDeque<JobItem>,
    progress: Progress,
}

struct State {
    jobs: BTreeMap<u64, Job>,
    next_job: u64,
    bulk_sessions: usize,
    bulk_running: usize,
    is_closed: bool,
    provider: Provider,
    warnings: Vec<Warning>,
}

/// What the threads share.
pub(super) struct Shared {
    pub(super) model: Arc<RewardModel>,
    options: ScorerOptions,
    budget_tokens: usize,
    state: Mutex<State>,
    /// There may be work.
    work: Condvar,
    /// There may be results.
    results: Condvar,
}

impl Shared {
    pub(super) fn new(
        model: Arc<RewardModel>,
        options: ScorerOptions,
        budget_tokens: usize,
        bulk_sessions: usize,
        provider: Provider,
        warnings: Vec<Warning>,
    ) -> Self {
        let state = State {
            jobs: BTreeMap::new(),
            next_job: 0,
            bulk_sessions,
            bulk_running: 0,
            is_closed: false,
            provider,
            warnings,
        };
        let (work, results) = (Condvar::new(), Condvar::new());
        Self { model, options, budget_tokens, state: Mutex::new(state), work, results }
    }

    /// What a thread left when it panicked is whole: nothing is changed halfway under the lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn submit(&self, lane: Lane, requests: Vec<Request>) -> Result<u64, QueueFull> {
        let mut state = self.lock();
        let waiting: usize = state
            .jobs
            .values()
            .filter(|job| job.lane == Lane::Bulk)
            .map(|job| job.progress.total - job.progress.done)
            .sum();
        // A single job may be longer than the queue: its requests are in memory already.
        if lane == Lane::Bulk && waiting > 0 && waiting + requests.len() > self.options.queue_capacity {
            return Err(QueueFull { requests, waiting });
        }
        let id = state.next_job;
        state.next_job += 1;
        let progress = Progress { total: requests.len(), ..Progress::default() };
        let job = Job {
            lane,
            requests: requests.into(),
            prepared_to: 0,
            preparing: 0,
            inputs: Vec::new(),
            is_ordering: false,
            plan: None,
            results: VecDeque::new(),
            progress,
        };
        state.jobs.insert(id, job);
        drop(state);
        self.work.notify_all();
        Ok(id)
    }

    /// Waits for work; none when the scorer ends.
    pub(super) fn take_work(&self) -> Option<Work> {
        let mut state = self.lock();
        loop {
            if state.is_closed {
                return None;
            }
            if let Some(work) = self.next_work(&mut state) {
                return Some(work);
            }
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn next_work(&self, state: &mut State) -> Option<Work> {
        for lane in [Lane::Interactive, Lane::Bulk] {
            if lane == Lane::Bulk && state.bulk_running >= state.bulk_sessions {
                continue;
            }
            let mut jobs = state.jobs.iter_mut().filter(|(_, job)| job.lane == lane);
            let work = jobs.find_map(|(id, job)| self.work_of(*id, job));
            if let Some(work) = work {
                state.bulk_running += usize::from(lane == Lane::Bulk);
                return Some(work);
            }
        }
        None
    }

    fn work_of(&self, id: u64, job: &mut Job) -> Option<Work> {
        let lane = job.lane;
        if !job.requests.is_empty() {
            let count = PREPARE_COUNT.min(job.requests.len());
            let requests: Vec<Request> = job.requests.drain(..count).collect();
            let first = job.prepared_to;
            job.prepared_to += requests.len();
            job.preparing += 1;
            return Some(Work::Prepare { job: id, lane, first, requests });
        }
        if job.preparing > 0 || job.is_ordering {
            return None;
        }
        let Some(plan) = &mut job.plan else {
            job.is_ordering = true;
            return Some(Work::Order { job: id, lane, inputs: std::mem::take(&mut job.inputs) });
        };
        if plan.is_finished() || job.results.len() >= self.options.results_capacity {
            return None;
        }
        let batch = plan.take_batch(&self.model.manifest().input, self.budget_tokens);
        Some(Work::Run { job: id, lane, batch })
    }

    /// Inputs are ready, each with its place, or not.
    pub(super) fn put_prepared(
        &self,
        id: u64,
        lane: Lane,
        prepared: Vec<(usize, Result<Prepared, InputFault>)>,
        time: Duration,
    ) {
        self.change(id, lane, |job| {
            job.preparing -= 1;
            job.progress.other_seconds += time.as_secs_f64();
            for (place, prepared) in prepared {
                match prepared {
                    Ok(prepared) => job.inputs.push((place, prepared)),
                    Err(fault) => job.give(place, Err(fault)),
                }
            }
        });
    }

    /// A job's inputs are in order.
    pub(super) fn put_plan(&self, id: u64, lane: Lane, plan: Plan, time: Duration) {
        self.change(id, lane, |job| {
            job.is_ordering = false;
            job.plan = Some(plan);
            job.progress.other_seconds += time.as_secs_f64();
        });
    }

    /// A batch has run: the results with their places, and what it cost.
    pub(super) fn put_results(
        &self,
        id: u64,
        lane: Lane,
        results: Vec<(usize, Result<Scored, InputFault>)>,
        cost: Progress,
    ) {
        self.change(id, lane, |job| {
            job.progress.real_tokens += cost.real_tokens;
            job.progress.padded_tokens += cost.padded_tokens;
            job.progress.model_seconds += cost.model_seconds;
            job.progress.other_seconds += cost.other_seconds;
            for (place, result) in results {
                job.give(place, result);
            }
        });
    }

    /// Notes what a session met.
    pub(super) fn note(&self, provider: Provider, warnings: Vec<Warning>) {
        let mut state = self.lock();
        if !warnings.is_empty() {
            state.provider = provider;
            state.warnings.extend(warnings);
        }
    }

    fn change(&self, id: u64, lane: Lane, change: impl FnOnce(&mut Job)) {
        let mut state = self.lock();
        state.bulk_running -= usize::from(lane == Lane::Bulk);
        // A job that was cancelled meanwhile is gone, and so is what was done for it.
        if let Some(job) = state.jobs.get_mut(&id) {
            change(job);
        }
        drop(state);
        self.work.notify_all();
        self.results.notify_all();
    }

    /// The next result of a job; waits for it, at most so long. None when all were taken, or time is up.
    pub(super) fn take_result(&self, id: u64, patience: Option<Duration>) -> Option<JobItem> {
        let deadline = patience.map(|patience| std::time::Instant::now() + patience);
        let mut state = self.lock();
        loop {
            let is_closed = state.is_closed;
            let job = state.jobs.get_mut(&id)?;
            if let Some(item) = job.results.pop_front() {
                let was_full = job.results.len() + 1 == self.options.results_capacity;
                drop(state);
                if was_full {
                    self.work.notify_all();
                }
                return Some(item);
            }
            if is_closed || job.progress.done == job.progress.total {
                return None;
            }
            state = match deadline
                .map(|deadline| deadline.saturating_duration_since(std::time::Instant::now()))
            {
                None => self.results.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(Duration::ZERO) => return None,
                Some(left) => {
                    self.results.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }

    pub(super) fn progress(&self, id: u64) -> Option<Progress> {
        self.lock().jobs.get(&id).map(|job| job.progress)
    }

    /// Ends a job after the batches that are running; its results are gone.
    pub(super) fn cancel(&self, id: u64) {
        let job = self.lock().jobs.remove(&id);
        // Letting go of a long job takes a while, and nobody else need wait for it.
        drop(job);
        self.work.notify_all();
        self.results.notify_all();
    }

    pub(super) fn set_bulk_sessions(&self, sessions: usize) {
        self.lock().bulk_sessions = sessions;
        self.work.notify_all();
    }

    pub(super) fn provider(&self) -> Provider {
        self.lock().provider
    }

    pub(super) fn take_warnings(&self) -> Vec<Warning> {
        std::mem::take(&mut self.lock().warnings)
    }

    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.work.notify_all();
        self.results.notify_all();
    }
}

impl Job {
    fn give(&mut self, index: usize, result: Result<Scored, InputFault>) {
        self.progress.done += 1;
        self.results.push_back(JobItem { index, result });
    }
}
