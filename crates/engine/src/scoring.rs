//! Scoring: models read every active item's candidates in the background, and what they say goes into the project.
//!
//! Inputs are gathered in windows, so that memory stays bounded and neighbours of like length share a batch; what is
//! equal is scored once, and what is known already is not scored again. Each window is stored in one transaction: a
//! job that is stopped keeps what it had, and the next goes on from there. Items can be judged all the while; what is
//! in sight of somebody is scored before all else ([`sooner`]). Programs that share a project share the work
//! ([`post`]). After the models, pictures that none of them embeds are described by what is built in ([`pictures`]).

mod batch_sizes;
mod features;
pub mod in_sight;
mod inputs;
pub mod pictures;
mod post;
mod prompts;
mod remote;
mod scorable;
mod sooner;
mod work;

pub use remote::TOKEN_VARIABLE;
pub use scorable::scorable;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use roaring::RoaringBitmap;
use tiebreak_domain::reward::{ModelKey, ScoreRefusal, ScoringProgress, ScoringReport};
use tiebreak_domain::{ApiError, ErrorCode, Event, ItemId, JobId, StoredItem};
use tiebreak_reward::model::manifest::{Manifest, Task};
use tiebreak_reward::model::scorer::ScoringJob;
use tiebreak_reward::model::{
    Lane, ModelError, OpenOptions, Provider, Request, RewardModel, Scored, Scorer, ScorerOptions,
};
use tiebreak_store::CandidateScore;

use crate::engine::Shared;
use crate::failure;
use crate::jobs::CancelFlag;
use crate::models::{ShelvedModel, runtime, shelf};
use crate::session::Session;
use work::{InputHash, KeyedPlaces, Turn, Wanted, Work};

/// How long a result is waited for before it is looked whether something came in sight.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// The least time between two words of progress.
const TELL_EVERY: Duration = Duration::from_millis(200);
/// Items looked at to say what a project holds.
const MOST_LOOKED_AT: u64 = 20_000;
/// Refusals that are told one by one.
const REFUSALS_TOLD: usize = 20;

/// Some models of this machine, or every one that can be used.
fn chosen(shared: &Shared, models: &[ModelKey]) -> Result<Vec<ShelvedModel>, ApiError> {
    let mut chosen = Vec::new();
    for model in shelf(&shared.host)? {
        let is_wanted = models.is_empty() || models.contains(&model.key);
        if !is_wanted {
            continue;
        }
        match &model.manifest {
            Ok(_) => chosen.push(model),
            Err(_) if models.is_empty() => {}
            Err(problem) => {
                return Err(ApiError::new(
                    ErrorCode::BadInput,
                    format!("the model cannot be used: {problem}"),
                )
                .hint("mend its folder, or remove it and add it again"));
            }
        }
    }
    if let Some(missing) = models.iter().find(|key| chosen.iter().all(|model| model.key != **key)) {
        return Err(ApiError::new(ErrorCode::NotFound, format!("there is no model {missing}"))
            .hint("`tiebreak models list` names those that are here"));
    }
    Ok(chosen)
}

/// Starts scoring by some models, or by every one that fits. Whoever keeps watch goes on with what is added later,
/// until it is cancelled.
pub fn start(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    models: &[ModelKey],
    keeps_watch: bool,
) -> Result<JobId, ApiError> {
    if keeps_watch && session.place.file().is_some() {
        let what =
            "a project in a file is open in one program at a time: nothing could be added to it meanwhile";
        return Err(ApiError::new(ErrorCode::BadRequest, what).hint(
            "score it once, without watching; the program's window scores by itself what is added there; \
             `tiebreak move` brings a project into a database that several machines share",
        ));
    }
    let are_named = !models.is_empty();
    let models = chosen(shared, models)?;
    if keeps_watch && models.is_empty() {
        return Err(ApiError::new(ErrorCode::NotFound, "there is no model on this machine to score by")
            .hint("`tiebreak models add` brings one here"));
    }
    if session.is_scoring.swap(true, Ordering::AcqRel) {
        return Err(ApiError::new(ErrorCode::BadRequest, "models are scoring this project already")
            .hint("wait for them, or stop them first"));
    }
    let (shared, session) = (Arc::clone(shared), Arc::clone(session));
    let jobs = Arc::clone(&shared.jobs);
    let on_panic = {
        let (shared, session) = (Arc::clone(&shared), Arc::clone(&session));
        move |job| {
            session.is_scoring.store(false, Ordering::Release);
            shared.emit(Event::ScoringEnded(job, Err(failure::broke_off("scoring"))));
        }
    };
    let if_not_started = Arc::clone(&session);
    let work = move |job: JobId, cancel: &CancelFlag| {
        let mut run = Run { are_named, ..Run::new(&shared, &session, job, cancel) };
        let ended = if keeps_watch { run.keep_watch(&models) } else { run.score_by_each(&models) };
        let report = run.report();
        // Who keeps watch scores for others, who hear of it.
        if (report.scored > 0 || run.has_described)
            && !keeps_watch
            && let Err(error) = session.learn_anew()
        {
            tracing::warn!(%error, "what was scored could not be taken into account");
        }
        session.is_scoring.store(false, Ordering::Release);
        // Whoever wanted pictures described while this was at it is not forgotten.
        if session.wants_description.load(Ordering::Acquire) && !cancel.is_set() {
            pictures::start(&shared, &session);
        }
        shared.emit(Event::ScoringEnded(job, ended.map(|()| Box::new(report))));
    };
    let started = jobs.start("tiebreak-scoring", work, on_panic);
    if started.is_err() {
        if_not_started.is_scoring.store(false, Ordering::Release);
    }
    started
}

/// One job.
struct Run<'a> {
    shared: &'a Shared,
    session: &'a Session,
    job: JobId,
    cancel: &'a CancelFlag,
    sources: inputs::Sources,
    /// Whether somebody chose the models, and hears what one finds nothing for.
    are_named: bool,
    /// Whether features of pictures or prompts came.
    has_described: bool,
    /// The items whose pictures need not be looked at again.
    described: RoaringBitmap,
    report: ScoringReport,
    started: Instant,
    told_at: Option<Instant>,
    tokens: (u64, u64),
}

impl<'a> Run<'a> {
    fn new(shared: &'a Shared, session: &'a Session, job: JobId, cancel: &'a CancelFlag) -> Self {
        Self {
            shared,
            session,
            job,
            cancel,
            sources: inputs::Sources::new(shared.host.cache_folder.clone()),
            are_named: false,
            has_described: false,
            described: RoaringBitmap::new(),
            report: ScoringReport::default(),
            started: Instant::now(),
            told_at: None,
            tokens: (0, 0),
        }
    }

    fn report(&self) -> ScoringReport {
        let (real, padded) = self.tokens;
        ScoringReport {
            seconds: self.started.elapsed().as_secs_f64(),
            real_share: if padded == 0 { 1.0 } else { real as f64 / padded as f64 },
            is_partial: self.cancel.is_set(),
            ..self.report.clone()
        }
    }

    /// Makes ready what a model has not scored yet of an item.
    fn gather(
        &mut self,
        work: &mut Work,
        manifest: &Manifest,
        stored: &StoredItem,
        turn: Turn,
        wanted: &mut Vec<Wanted>,
    ) {
        let readable = inputs::is_readable(manifest, &stored.item);
        let candidates: Vec<usize> = match manifest.task {
            Task::Pairwise if readable == [true, true] => vec![0],
            Task::Pairwise => Vec::new(),
            _ => (0..readable.len()).filter(|index| readable[*index]).collect(),
        };
        for candidate in candidates {
            let place = (stored.id, candidate as u8);
            if work.known.places.contains(&place) {
                // What was in sight was counted when it was scored.
                if turn == Turn::InOrder && !work.known.sooner.contains(&place) {
                    self.report.known += 1;
                    work.done += 1;
                }
                continue;
            }
            if turn == Turn::Sooner {
                work.known.sooner.insert(place);
            }
            let request = inputs::request(
                self.session,
                &self.sources,
                stored.source,
                &stored.item,
                manifest,
                candidate,
            );
            let keyed = request.and_then(|request| {
                let key = work.scorer.model().input_key(&request).map_err(|fault| fault.to_string())?;
                let mut short = [0; 16];
                short.copy_from_slice(&key.0[..16]);
                Ok(Wanted { item: stored.id, candidate: candidate as u8, key: short, request })
            });
            match keyed {
                Ok(one) => wanted.push(one),
                Err(reason) => self.refuse(work, place, reason),
            }
        }
    }

    /// Opens a model, on this machine or on its server, for about so many inputs.
    fn scorer(&mut self, model: &ShelvedModel, manifest: &Manifest, inputs: u64) -> Result<Scorer, ApiError> {
        let refused =
            |error: ModelError| ApiError::new(ErrorCode::BadInput, error.to_string()).hint(error.hint());
        let host = &self.session.shared.host;
        let mut opened = match &manifest.remote {
            Some(server) => remote::open(host, &model.folder, manifest, server, self.cancel)?,
            None => RewardModel::open(&model.folder, runtime(), OpenOptions::default()).map_err(refused)?,
        };
        let memory = OpenOptions::default().memory_limit_bytes;
        let batch_tokens = batch_sizes::batch_tokens(host, &mut opened, inputs, memory);
        let scorer = Scorer::start(opened, ScorerOptions { batch_tokens, ..ScorerOptions::default() })
            .map_err(|error| ApiError::new(ErrorCode::System, error.to_string()).hint(error.hint()))?;
        if manifest.remote.is_none() {
            if scorer.provider() == Provider::Cpu {
                let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
                let sessions = scorable::bulk_sessions(scorer.sessions(), cores, host.scores_in_background);
                scorer.set_bulk_sessions(sessions);
            }
            self.report.remarks.push(format!(
                "{} ran on {}, {}",
                manifest.name,
                scorer.runtime(),
                scorer.provider()
            ));
        }
        Ok(scorer)
    }

    /// Scores a window of inputs, and stores it.
    fn run_window(
        &mut self,
        work: &mut Work,
        manifest: &Manifest,
        mut wanted: Vec<Wanted>,
    ) -> Result<(), ApiError> {
        // Some of it may have come in sight since it was made ready.
        wanted.retain(|one| !work.known.places.contains(&(one.item, one.candidate)));
        let (places, requests) = self.ask_what_is_known(work, wanted)?;
        let results = self.compute(work, manifest, requests)?;
        self.store(work, places.into_iter().zip(results))?;
        self.tell(work, false);
        Ok(())
    }

    /// Stores at once what equal inputs were given; what is left is to be computed.
    fn ask_what_is_known(
        &mut self,
        work: &mut Work,
        wanted: Vec<Wanted>,
    ) -> Result<(Vec<KeyedPlaces>, Vec<Request>), ApiError> {
        let mut rows: Vec<CandidateScore> = Vec::new();
        let mut places: Vec<KeyedPlaces> = Vec::new();
        let mut place_of_key: HashMap<InputHash, usize> = HashMap::new();
        let mut requests: Vec<Request> = Vec::new();
        let reader = self.session.readers.lend()?;
        for one in wanted {
            let said = work.known.said_of(&reader, &work.scored_model.key, &one.key)?;
            if let Some(Scored { scores, embedding }) = said {
                self.report.known += 1;
                work.done += 1;
                let (item, candidate, input_key) = (one.item, one.candidate, one.key);
                work.known.places.insert((item, candidate));
                rows.push(CandidateScore { item, candidate, input_key, scores, embedding });
            } else if let Some(place) = place_of_key.get(&one.key) {
                places[*place].1.push((one.item, one.candidate));
            } else {
                place_of_key.insert(one.key, places.len());
                places.push((one.key, vec![(one.item, one.candidate)]));
                requests.push(one.request);
            }
        }
        drop(reader);
        self.write(work, rows)?;
        Ok((places, requests))
    }

    /// Stores what came of inputs in one transaction, and counts it.
    fn store(
        &mut self,
        work: &mut Work,
        results: impl Iterator<Item = (KeyedPlaces, Option<Result<Scored, String>>)>,
    ) -> Result<(), ApiError> {
        let mut rows: Vec<CandidateScore> = Vec::new();
        for ((key, mut places), result) in results {
            // What came in sight while its batch was on its way is stored and counted.
            places.retain(|place| !work.known.places.contains(place));
            if places.is_empty() {
                continue;
            }
            match result {
                Some(Ok(scored)) => {
                    work.known.inputs.insert(key, scored.clone());
                    self.report.scored += 1;
                    self.report.known += places.len() as u64 - 1;
                    work.done += places.len() as u64;
                    for (item, candidate) in places {
                        work.known.places.insert((item, candidate));
                        let Scored { scores, embedding } = scored.clone();
                        rows.push(CandidateScore { item, candidate, input_key: key, scores, embedding });
                    }
                }
                Some(Err(reason)) => {
                    for place in places {
                        self.refuse(work, place, reason.clone());
                    }
                }
                // Cancelled before it was its turn.
                None => {}
            }
        }
        work.known.bound();
        self.write(work, rows)
    }

    fn write(&self, work: &Work, rows: Vec<CandidateScore>) -> Result<(), ApiError> {
        if rows.is_empty() {
            return Ok(());
        }
        let model = work.scored_model.clone();
        self.session.writer.ask(move |store| Ok(store.add_scores(&model, &rows)?))
    }

    fn compute(
        &mut self,
        work: &mut Work,
        manifest: &Manifest,
        requests: Vec<Request>,
    ) -> Result<Vec<Option<Result<Scored, String>>>, ApiError> {
        let mut results: Vec<Option<Result<Scored, String>>> = (0..requests.len()).map(|_| None).collect();
        let job = work
            .scorer
            .submit(Lane::Bulk, requests)
            .map_err(|error| ApiError::new(ErrorCode::System, error.to_string()))?;
        let mut received = 0;
        while received < results.len() && !self.cancel.is_set() && job.progress().is_some() {
            // While a long batch runs, something may come in sight.
            self.score_in_sight(work, manifest)?;
            let Some(item) = job.recv_timeout(LOOK_EVERY) else { continue };
            results[item.index] = Some(item.result.map_err(|fault| fault.to_string()));
            received += 1;
            if self.is_time_to_tell() {
                let (name, done) = (work.scored_model.name.clone(), work.done + received as u64);
                self.tell_of(&work.scored_model.key.clone(), name, done, work.total, work.began);
            }
        }
        self.count(&job);
        self.forget_what_broke_off(&mut results);
        let warnings = work.scorer.take_warnings();
        self.report.remarks.extend(warnings.iter().map(ToString::to_string));
        Ok(results)
    }

    /// What fails once somebody said stop is no refusal of an input.
    fn forget_what_broke_off(&self, results: &mut [Option<Result<Scored, String>>]) {
        if self.cancel.is_set() {
            results
                .iter_mut()
                .filter(|result| matches!(result, Some(Err(_))))
                .for_each(|result| *result = None);
        }
    }

    /// Counts what a job cost. It ends with it, if it was not done.
    fn count(&mut self, job: &ScoringJob) {
        if let Some(progress) = job.progress() {
            self.tokens.0 += progress.real_tokens;
            self.tokens.1 += progress.padded_tokens;
            self.report.model_seconds += progress.model_seconds;
        }
        job.cancel();
    }

    /// An input that gets no score.
    fn refuse(&mut self, work: &mut Work, (item, candidate): (ItemId, u8), reason: String) {
        work.known.places.insert((item, candidate));
        work.done += 1;
        self.report.refused_count += 1;
        if self.report.refused.len() < REFUSALS_TOLD {
            self.report.refused.push(ScoreRefusal { item, candidate, reason });
        }
    }

    fn is_time_to_tell(&self) -> bool {
        self.told_at.is_none_or(|at| at.elapsed() >= TELL_EVERY)
    }

    fn tell(&mut self, work: &Work, is_last: bool) {
        if is_last || self.is_time_to_tell() {
            let name = work.scored_model.name.clone();
            self.tell_of(&work.scored_model.key, name, work.done, work.total, work.began);
        }
    }

    fn tell_of(&mut self, key: &ModelKey, name: String, done: u64, total: u64, began: Instant) {
        self.told_at = Some(Instant::now());
        let fresh = self.report.scored.max(1) as f64;
        let per_second = fresh / began.elapsed().as_secs_f64().max(1e-3);
        let left_s = (total > done).then(|| (total - done) as f64 / per_second);
        let (real, padded) = self.tokens;
        let real_share = if padded == 0 { 1.0 } else { real as f64 / padded as f64 };
        let progress =
            ScoringProgress { model: key.clone(), name, done, total, per_second, left_s, real_share };
        self.shared.emit(Event::ScoringProgress(self.job, progress));
    }
}

#[cfg(test)]
pub(crate) mod tests;
