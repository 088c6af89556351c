//! What is in sight is scored sooner: on the scorer's interactive lane, which goes before every other batch, and
//! stored at once.

use tiebreak_domain::{ApiError, ErrorCode, ItemId, ItemStatus, StoredItem};
use tiebreak_reward::model::manifest::Manifest;
use tiebreak_reward::model::{Lane, Request, Scored};

use super::{LOOK_EVERY, Run, Turn, Work};

impl Run<'_> {
    /// Scores what came in sight since this was last called; nothing, quickly, where nothing did.
    pub(super) fn score_in_sight(&mut self, work: &mut Work, manifest: &Manifest) -> Result<(), ApiError> {
        let items = self.session.in_sight.since(&mut work.seen);
        if items.is_empty() {
            return Ok(());
        }
        let mut wanted = Vec::new();
        for item in items {
            if let Some(stored) = self.active(item)? {
                if work.claims.is_some() {
                    // Another program may have come to it first.
                    let reader = self.session.readers.lend()?;
                    work.known.learn(reader.scored_between(&work.scored_model.key, item, item)?);
                }
                self.gather(work, manifest, &stored, Turn::Sooner, &mut wanted);
            }
        }
        let (places, requests) = self.ask_what_is_known(work, wanted)?;
        if requests.is_empty() {
            return Ok(());
        }
        let results = self.compute_on(work, Lane::Interactive, requests)?;
        self.store(work, places.into_iter().zip(results))
    }

    /// An item, unless it is excluded or gone meanwhile.
    fn active(&self, item: ItemId) -> Result<Option<StoredItem>, ApiError> {
        let reader = self.session.readers.lend()?;
        let is_active = u32::try_from(item.0)
            .is_ok_and(|id| reader.facets().read().with_status(ItemStatus::Active).contains(id));
        Ok(if is_active { Some(reader.item(item)?) } else { None })
    }

    /// Waits for some inputs on a lane, and for nothing else.
    pub(super) fn compute_on(
        &mut self,
        work: &Work,
        lane: Lane,
        requests: Vec<Request>,
    ) -> Result<Vec<Option<Result<Scored, String>>>, ApiError> {
        let mut results: Vec<Option<Result<Scored, String>>> = (0..requests.len()).map(|_| None).collect();
        let job = work
            .scorer
            .submit(lane, requests)
            .map_err(|error| ApiError::new(ErrorCode::System, error.to_string()))?;
        let mut received = 0;
        while received < results.len() && !self.cancel.is_set() && job.progress().is_some() {
            if let Some(item) = job.recv_timeout(LOOK_EVERY) {
                results[item.index] = Some(item.result.map_err(|fault| fault.to_string()));
                received += 1;
            }
        }
        self.count(&job);
        self.forget_what_broke_off(&mut results);
        Ok(results)
    }
}
