//! A model at its post: it goes through the items of a project, once or again whenever some were added.
//!
//! It goes in stretches. Where several programs share the project, each claims a stretch before it works on it, looks
//! then what was scored there, and gives it back when what it said is stored; so that none does what another does,
//! and what a dead one left is taken up.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use roaring::RoaringBitmap;
use tiebreak_domain::{ApiError, ItemId, ItemStatus, StoredItem};
use tiebreak_reward::model::Scorer;
use tiebreak_reward::model::manifest::{Manifest, Task};
use tiebreak_store::{Reader, ScoredModel};

use super::scorable::{nothing_for, scorable, window_of};
use super::work::{Known, Turn, Wanted, Work};
use super::{LOOK_EVERY, Run};
use crate::models::ShelvedModel;

/// Items of a stretch: few enough that a slow model is soon done with it, and nobody waits for one.
pub(super) const STRETCH: u32 = 128;
/// The most stretches held at a time, so that many programs fit into the locks of one server.
const MOST_HELD: usize = 32;
/// How long whoever finds nothing but the work of others waits for it.
const WAIT_FOR_OTHERS: Duration = Duration::from_millis(500);
/// How often whoever keeps watch looks for new items.
const WATCH_EVERY: Duration = Duration::from_secs(1);
/// How long whoever keeps watch waits after a fault.
const WAIT_AFTER_FAULT: Duration = Duration::from_secs(5);
/// So many faults in a row are no passing matter.
const MOST_FAULTS: u32 = 60;

/// A model, and what it has gone through.
struct Post<'a> {
    model: &'a ShelvedModel,
    work: Option<Work>,
    /// The items that need not be looked at again.
    gone_through: RoaringBitmap,
}

impl<'a> Post<'a> {
    fn of(model: &'a ShelvedModel) -> Self {
        Self { model, work: None, gone_through: RoaringBitmap::new() }
    }
}

impl Run<'_> {
    /// Scores every candidate by each model in turn.
    pub(super) fn score_by_each(&mut self, models: &[ShelvedModel]) -> Result<(), ApiError> {
        for model in models {
            let gone_through = self.go_through(&mut Post::of(model));
            if self.cancel.is_set() {
                stopped(gone_through);
                return Ok(());
            }
            gone_through?;
        }
        if self.are_named { Ok(()) } else { self.describe_pictures() }
    }

    /// Scores what there is and whatever is added, until it is cancelled. A database that is away is waited for.
    pub(super) fn keep_watch(&mut self, models: &[ShelvedModel]) -> Result<(), ApiError> {
        let mut posts: Vec<Post> = models.iter().map(Post::of).collect();
        // A model that cannot be opened is no passing fault.
        for post in &mut posts {
            let opened = self.open(post);
            if self.cancel.is_set() {
                stopped(opened);
                return Ok(());
            }
            opened?;
        }
        let mut faults = 0;
        while !self.cancel.is_set() {
            let gone_through = posts.iter_mut().try_for_each(|post| self.go_through(post));
            let gone_through = gone_through.and_then(|()| {
                let is_news = !self.are_named && !self.cancel.is_set();
                if is_news { self.describe_pictures() } else { Ok(()) }
            });
            match gone_through {
                Ok(()) => {
                    faults = 0;
                    self.wait(WATCH_EVERY);
                }
                Err(error) if self.cancel.is_set() => stopped(Err(error)),
                Err(error) if faults < MOST_FAULTS => {
                    faults += 1;
                    tracing::warn!(%error, "scoring waits for the project");
                    // What was held went with the connection.
                    posts
                        .iter_mut()
                        .filter_map(|post| post.work.as_mut())
                        .for_each(|work| work.claims = None);
                    self.wait(WAIT_AFTER_FAULT);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn wait(&self, time: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < time && !self.cancel.is_set() {
            std::thread::sleep(LOOK_EVERY);
        }
    }

    /// Opens a post's model, unless nothing of the project is for it.
    fn open(&mut self, post: &mut Post) -> Result<(), ApiError> {
        let Ok(manifest) = &post.model.manifest else { return Ok(()) };
        let total = scorable(&*self.session.readers.lend()?, manifest)?;
        match &mut post.work {
            Some(work) => work.total = total,
            None if total == 0 => {
                let remark = nothing_for(manifest);
                if self.are_named && !self.report.remarks.contains(&remark) {
                    self.report.remarks.push(remark);
                }
            }
            None => {
                let scorer = self.scorer(post.model, manifest, total)?;
                post.work = Some(self.work(scorer, post.model, manifest, total)?);
            }
        }
        Ok(())
    }

    /// What a model that is open has to do.
    pub(super) fn work(
        &self,
        scorer: Scorer,
        model: &ShelvedModel,
        manifest: &Manifest,
        total: u64,
    ) -> Result<Work, ApiError> {
        let scored_model = ScoredModel {
            key: model.key.clone(),
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            dimensions: manifest.dimensions().to_vec(),
            is_judge: Some(manifest.task == Task::Pairwise),
        };
        let reader = self.session.readers.lend()?;
        let claims = reader.scoring_claims()?;
        let known = Known::read(&reader, &scored_model.key)?;
        Ok(Work { scored_model, total, done: 0, known, claims, scorer, began: Instant::now(), seen: 0 })
    }

    /// Goes through the items that came since it last did.
    fn go_through(&mut self, post: &mut Post) -> Result<(), ApiError> {
        let Ok(manifest) = &post.model.manifest else { return Ok(()) };
        let active = self.session.readers.lend()?.facets().read().with_status(ItemStatus::Active).clone();
        let fresh = active - &post.gone_through;
        if fresh.is_empty() {
            return Ok(());
        }
        self.open(post)?;
        if let Some(work) = &mut post.work {
            self.score_items(work, manifest, &fresh)?;
            self.embed_prompts(work, manifest, &fresh)?;
        }
        if !self.cancel.is_set() {
            post.gone_through |= fresh;
        }
        Ok(())
    }

    /// Scores every candidate of some items.
    pub(super) fn score_items(
        &mut self,
        work: &mut Work,
        manifest: &Manifest,
        items: &RoaringBitmap,
    ) -> Result<(), ApiError> {
        if work.claims.is_none() {
            work.claims = self.session.readers.lend()?.scoring_claims()?;
        }
        let key = work.scored_model.key.clone();
        let window = window_of(manifest);
        let mut wanted: Vec<Wanted> = Vec::new();
        let mut stretches: VecDeque<u32> = stretches_of(items);
        // How many stretches in a row were found in other hands.
        let mut refused = 0;
        while let Some(stretch) = stretches.pop_front() {
            if self.cancel.is_set() {
                return Ok(());
            }
            if let Some(claims) = &mut work.claims
                && !claims.take(&key, stretch)?
            {
                stretches.push_back(stretch);
                refused += 1;
                if refused >= stretches.len() {
                    // Nothing is held while others are waited for.
                    self.run_and_give_back(work, manifest, &mut wanted)?;
                    self.wait(WAIT_FOR_OTHERS);
                    refused = 0;
                }
                continue;
            }
            refused = 0;
            for stored in self.items_of(work, items, stretch)? {
                self.score_in_sight(work, manifest)?;
                self.gather(work, manifest, &stored, Turn::InOrder, &mut wanted);
                if wanted.len() >= window {
                    self.run_window(work, manifest, std::mem::take(&mut wanted))?;
                    if let Some(claims) = &mut work.claims {
                        claims.keep_only(&key, stretch)?;
                    }
                }
            }
            let holds_many = work.claims.as_ref().is_some_and(|claims| claims.held() >= MOST_HELD);
            if wanted.is_empty() || holds_many {
                self.run_and_give_back(work, manifest, &mut wanted)?;
            }
        }
        self.run_and_give_back(work, manifest, &mut wanted)?;
        self.tell(work, true);
        Ok(())
    }

    /// Scores what is ready, and gives back what was claimed for it.
    fn run_and_give_back(
        &mut self,
        work: &mut Work,
        manifest: &Manifest,
        wanted: &mut Vec<Wanted>,
    ) -> Result<(), ApiError> {
        self.run_window(work, manifest, std::mem::take(wanted))?;
        if let Some(claims) = &mut work.claims {
            claims.give_back()?;
        }
        Ok(())
    }

    /// The items of a stretch, whole, once it is known what was scored of it.
    fn items_of(
        &self,
        work: &mut Work,
        items: &RoaringBitmap,
        stretch: u32,
    ) -> Result<Vec<StoredItem>, ApiError> {
        let reader = self.session.readers.lend()?;
        let first = stretch * STRETCH;
        let last = first + (STRETCH - 1);
        if work.claims.is_some() {
            let (first, last) = (ItemId(i64::from(first)), ItemId(i64::from(last)));
            work.known.learn(reader.scored_between(&work.scored_model.key, first, last)?);
        }
        let read = |reader: &Reader, id: u32| reader.item(ItemId(i64::from(id))).map_err(ApiError::from);
        items.range(first..=last).map(|id| read(&reader, id)).collect()
    }
}

/// Notes how work ended that somebody said stop to: what was given up on is no fault of the run.
fn stopped(outcome: Result<(), ApiError>) {
    if let Err(error) = outcome {
        tracing::info!(%error, "scoring was stopped");
    }
}

/// The stretches in which there are items, in their order.
pub(super) fn stretches_of(items: &RoaringBitmap) -> VecDeque<u32> {
    let mut stretches: Vec<u32> = items.iter().map(|item| item / STRETCH).collect();
    stretches.dedup();
    stretches.into()
}
