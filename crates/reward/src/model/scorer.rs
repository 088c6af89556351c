//! Scoring in threads: long lists in the background, and before them what is on the screen.
//!
//! A [`Scorer`] owns the sessions of a model, each in a named thread. [`Scorer::submit`] gives a [`ScoringJob`],
//! whose results are taken in the order in which they come. The interactive lane goes before the bulk lane after
//! every batch. Results wait in a bounded place: a job whose results nobody takes stands still, and costs the
//! other lane nothing. A job that is let go of is cancelled.

mod calibration;
mod job;
mod plan;
mod state;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

pub use calibration::{CALIBRATION_BUDGETS, calibrate};
pub use job::{JobItem, ScoringJob};
pub use state::Progress;

use super::error::ModelError;
use super::request::Request;
use super::reward_model::{OpenedModel, RewardModel};
use super::runtime::{CardRoom, Provider, RuntimeKind, Warning};
use state::Shared;

/// How urgent a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lane {
    /// What is on the screen, and what comes next.
    Interactive,
    /// Everything else.
    Bulk,
}

/// How a scorer works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScorerOptions {
    /// The most tokens of a batch, filling included; none for what is usual on the device (512 on a processor,
    /// 16,384 on a card that has room for so many). [`calibrate`] finds what is fastest.
    pub batch_tokens: Option<usize>,
    /// How many results of a job wait to be taken before it stands still.
    pub results_capacity: usize,
    /// How many requests of the bulk lane may wait before more are turned away.
    pub queue_capacity: usize,
}

impl Default for ScorerOptions {
    fn default() -> Self {
        Self { batch_tokens: None, results_capacity: 4096, queue_capacity: 1 << 20 }
    }
}

/// The bulk lane is full; the requests come back.
#[derive(Debug, thiserror::Error)]
#[error("{waiting} inputs wait to be scored already")]
pub struct QueueFull {
    /// What was not taken.
    pub requests: Vec<Request>,
    /// How many wait.
    pub waiting: usize,
}

/// The tokens of a batch on a card, until memory or patience end.
const CARD_BATCH_TOKENS: usize = 16_384;
/// The tokens of a batch on a processor, whose caches they should not overflow.
pub const PROCESSOR_BATCH_TOKENS: usize = 512;

/// Threads that score.
pub struct Scorer {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    kind: RuntimeKind,
    /// What sessions heed.
    is_ended: Arc<AtomicBool>,
}

impl Scorer {
    /// Starts a thread for each session of a model.
    pub fn start(opened: OpenedModel, options: ScorerOptions) -> Result<Self, ModelError> {
        let OpenedModel { model, sessions, warnings } = opened;
        let provider = sessions.first().map_or(Provider::Cpu, |session| session.provider());
        let kind = sessions.first().map_or(RuntimeKind::Rten, |session| session.kind());
        let usual = || match provider {
            Provider::Server => CARD_BATCH_TOKENS,
            Provider::Cpu => PROCESSOR_BATCH_TOKENS,
            // The weights are on the card by now.
            _ => CardRoom::now().usable_bytes().map_or(CARD_BATCH_TOKENS, |left| {
                model.batch_tokens_within(left, sessions.len()).min(CARD_BATCH_TOKENS)
            }),
        };
        let budget = options.batch_tokens.unwrap_or_else(usual).max(1);
        let shared = Arc::new(Shared::new(model, options, budget, sessions.len(), provider, warnings));
        let is_ended = Arc::<AtomicBool>::default();
        let mut scorer = Self { shared, threads: Vec::with_capacity(sessions.len()), kind, is_ended };
        for (number, mut session) in sessions.into_iter().enumerate() {
            session.heed(Arc::clone(&scorer.is_ended));
            let shared = Arc::clone(&scorer.shared);
            let builder = std::thread::Builder::new().name(format!("score-{number}"));
            let thread = builder.spawn(move || worker::run(&shared, session));
            scorer.threads.push(thread.map_err(|source| ModelError::ThreadFailed { source })?);
        }
        Ok(scorer)
    }

    /// The model that scores.
    pub fn model(&self) -> &Arc<RewardModel> {
        &self.shared.model
    }

    /// Which runtime runs it.
    pub fn runtime(&self) -> RuntimeKind {
        self.kind
    }

    /// What carries the numbers out at present.
    pub fn provider(&self) -> Provider {
        self.shared.provider()
    }

    /// Takes a job on. Nothing waits here: the interactive lane takes all there is, and the bulk lane turns away
    /// what is too much.
    ///
    /// # Errors
    /// The bulk lane is full.
    pub fn submit(&self, lane: Lane, requests: Vec<Request>) -> Result<ScoringJob, QueueFull> {
        let id = self.shared.submit(lane, requests)?;
        Ok(ScoringJob::new(Arc::clone(&self.shared), id))
    }

    /// How many sessions work for the bulk lane: all, or one while the interface is in use, so that it stays
    /// quick and what is on the screen never waits for a batch. 0 halts the bulk lane.
    pub fn set_bulk_sessions(&self, sessions: usize) {
        self.shared.set_bulk_sessions(sessions);
    }

    /// How many sessions there are.
    pub fn sessions(&self) -> usize {
        self.threads.len()
    }

    /// What did not go as hoped since this was last asked.
    pub fn take_warnings(&self) -> Vec<Warning> {
        self.shared.take_warnings()
    }
}

impl Drop for Scorer {
    /// Ends after the batches that are running; those with a server are hung up on.
    fn drop(&mut self) {
        self.is_ended.store(true, Ordering::Release);
        self.shared.close();
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing to give back.
            let _ = thread.join();
        }
    }
}
