//! A job as the one who submitted it sees it.

use std::sync::Arc;
use std::time::Duration;

use super::state::{Progress, Shared};
use crate::model::error::InputFault;
use crate::model::request::Scored;

/// A result.
#[derive(Clone, Debug, PartialEq)]
pub struct JobItem {
    /// The place of its request in the list that was submitted.
    pub index: usize,
    /// The scores, or why there are none.
    pub result: Result<Scored, InputFault>,
}

/// A job that was submitted. Letting go of it cancels it.
pub struct ScoringJob {
    shared: Arc<Shared>,
    id: u64,
}

impl ScoringJob {
    pub(super) fn new(shared: Arc<Shared>, id: u64) -> Self {
        Self { shared, id }
    }

    /// The next result, in the order in which they come; waits for it. None when there are no more.
    pub fn recv(&self) -> Option<JobItem> {
        self.shared.take_result(self.id, None)
    }

    /// The next result, if there is one.
    pub fn try_recv(&self) -> Option<JobItem> {
        self.shared.take_result(self.id, Some(Duration::ZERO))
    }

    /// The next result; waits for it, at most so long.
    pub fn recv_timeout(&self, patience: Duration) -> Option<JobItem> {
        self.shared.take_result(self.id, Some(patience))
    }

    /// How far it has come; none once it was cancelled.
    pub fn progress(&self) -> Option<Progress> {
        self.shared.progress(self.id)
    }

    /// Ends it after the batches that are running. Results that were not taken are gone.
    pub fn cancel(&self) {
        self.shared.cancel(self.id);
    }

    /// Every result, by the place of its request; waits for all.
    pub fn collect(self) -> Vec<Option<Result<Scored, InputFault>>> {
        let total = self.progress().map_or(0, |progress| progress.total);
        let mut results: Vec<Option<Result<Scored, InputFault>>> = (0..total).map(|_| None).collect();
        while let Some(item) = self.recv() {
            results[item.index] = Some(item.result);
        }
        results
    }
}

impl Drop for ScoringJob {
    fn drop(&mut self) {
        self.shared.cancel(self.id);
    }
}
