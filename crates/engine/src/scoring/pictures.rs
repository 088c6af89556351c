//! Pictures described by what is built in: colour, contrast, sharpness and shape of pictures that no model embeds, so
//! that heads have something to learn from before such a model is there.
//!
//! It happens in the background, each distinct picture once, decoded small; of a video the frame in its middle is
//! taken. What comes of it is kept among the embeddings, under a key that is nobody's
//! ([`ModelKey::built_in_pictures`]): a run that is stopped goes on from there. A picture that cannot be read is kept
//! with nothing, and is tried again only when its file is another.

mod content;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use roaring::RoaringBitmap;
use tiebreak_domain::learning::FeatureSource;
use tiebreak_domain::reward::{ModelKey, ScoringProgress};
use tiebreak_domain::{ApiError, Candidate, Event, ItemId, ItemStatus, SourceId, StoredItem};
use tiebreak_media::MediaFolder;
use tiebreak_reward::model::Scored;
use tiebreak_store::{CandidateScore, ScoredModel};

use super::inputs::{Sources, only_image, only_video};
use super::post::{STRETCH, stretches_of};
use super::work::{InputHash, Known};
use super::{MOST_LOOKED_AT, Run, TELL_EVERY};
use crate::engine::Shared;
use crate::jobs::CancelFlag;
use crate::session::Session;
use content::Content;

/// What it is called where its progress is told.
const NAME: &str = "Built-in features of pictures";
/// How many are stored at a time.
const STORED_AT_ONCE: usize = 64;

/// What came of it.
#[derive(Debug, Default)]
pub struct Described {
    /// Candidates that have features now.
    pub count: u64,
    /// Candidates whose picture could not be read now.
    pub unreadable: u64,
    /// Why, of the first.
    pub problem: Option<String>,
    /// Items that another program was at.
    pub passed_over: RoaringBitmap,
}

/// Whether a candidate is a picture or a video and nothing that is read.
pub fn is_bare_picture(candidate: &Candidate) -> bool {
    (only_image(candidate).is_some() || only_video(candidate).is_some()) && candidate.text().trim().is_empty()
}

/// Starts describing in the background, unless that is going on; then it is looked again at its end.
pub fn start(shared: &Arc<Shared>, session: &Arc<Session>) {
    session.wants_description.store(true, Ordering::Release);
    if session.is_describing.swap(true, Ordering::AcqRel) {
        return;
    }
    let (of_work, of_panic) = (Arc::clone(session), Arc::clone(session));
    let work = move |_, cancel: &CancelFlag| {
        let session = of_work;
        loop {
            while session.wants_description.swap(false, Ordering::AcqRel) && !cancel.is_set() {
                if let Err(error) = in_background(&session, cancel) {
                    tracing::warn!(%error, "pictures could not be described");
                }
            }
            session.is_describing.store(false, Ordering::Release);
            // Whoever asked just now found it going on.
            let is_asked = session.wants_description.load(Ordering::Acquire) && !cancel.is_set();
            if !is_asked || session.is_describing.swap(true, Ordering::AcqRel) {
                return;
            }
        }
    };
    let on_panic = move |_| of_panic.is_describing.store(false, Ordering::Release);
    if let Err(error) = shared.jobs.start("tiebreak-pictures", work, on_panic) {
        session.is_describing.store(false, Ordering::Release);
        tracing::warn!(%error, "describing pictures in the background could not start");
    }
}

fn in_background(session: &Arc<Session>, cancel: &CancelFlag) -> Result<(), ApiError> {
    let active = session.readers.lend()?.facets().read().with_status(ItemStatus::Active).clone();
    let sources = Sources::new(session.shared.host.cache_folder.clone());
    let described = describe(session, &sources, cancel, &active, &mut |_, _| {})?;
    if let Some(problem) = described.problem {
        tracing::warn!(count = described.unreadable, problem, "pictures could not be described");
    }
    if described.count > 0 { session.learn_anew() } else { Ok(()) }
}

impl Run<'_> {
    /// Describes the pictures of items that came since it last did, unless another thread is at it.
    pub(super) fn describe_pictures(&mut self) -> Result<(), ApiError> {
        let active = self.session.readers.lend()?.facets().read().with_status(ItemStatus::Active).clone();
        let fresh = active - &self.described;
        if fresh.is_empty() || self.session.is_describing.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        let (shared, job, began) = (self.shared, self.job, Instant::now());
        let mut told_at = began;
        let mut tell = |done: u64, total: u64| {
            if told_at.elapsed() < TELL_EVERY {
                return;
            }
            told_at = Instant::now();
            let per_second = done as f64 / began.elapsed().as_secs_f64().max(1e-3);
            let left_s = Some((total - done) as f64 / per_second.max(1e-3));
            let (model, name) = (ModelKey::built_in_pictures(), NAME.to_owned());
            let progress = ScoringProgress { model, name, done, total, per_second, left_s, real_share: 1.0 };
            shared.emit(Event::ScoringProgress(job, progress));
        };
        let described = describe(self.session, &self.sources, self.cancel, &fresh, &mut tell);
        self.session.is_describing.store(false, Ordering::Release);
        let described = described?;
        if !self.cancel.is_set() {
            // What another program was at is looked at again: it may have ended before it was done.
            self.described |= fresh - &described.passed_over;
        }
        self.has_described |= described.count > 0;
        if described.count > 0 {
            self.report
                .remarks
                .push(format!("built-in features of {} pictures were worked out", described.count));
        }
        if let Some(problem) = described.problem {
            let remark =
                format!("{} pictures could not be read for them, first: {problem}", described.unreadable);
            self.report.remarks.push(remark);
        }
        Ok(())
    }
}

/// Describes the pictures of some items that are neither described nor embedded by a model. Of how many it has looked
/// at, and of how many about, is told now and then.
fn describe(
    session: &Session,
    sources: &Sources,
    cancel: &CancelFlag,
    items: &RoaringBitmap,
    tell: &mut dyn FnMut(u64, u64),
) -> Result<Described, ApiError> {
    let source = session.learning_rules().unwrap_or_default().features;
    let mut work = Work::begin(session, sources)?;
    let wants_any = matches!(source, FeatureSource::Automatic | FeatureSource::BuiltIn);
    let total = if wants_any { pictures_of(session, items)? } else { 0 };
    if total == 0 {
        return Ok(work.described);
    }
    // Where the study asks for what is built in, what models say of pictures does not count.
    let models = match source {
        FeatureSource::Automatic => session.readers.lend()?.scored_models()?,
        _ => Vec::new(),
    };
    let mut claims = session.readers.lend()?.scoring_claims()?;
    let key = ModelKey::built_in_pictures();
    for stretch in stretches_of(items) {
        let first = stretch * STRETCH;
        let last = first + (STRETCH - 1);
        // What another program is at is described when it is done.
        if let Some(claims) = &mut claims
            && !claims.take(&key, stretch)?
        {
            work.described.passed_over.extend(items.range(first..=last));
            continue;
        }
        let covered = work.covered(&models, first, last)?;
        for item in items.range(first..=last) {
            if cancel.is_set() {
                break;
            }
            let stored = session.readers.lend()?.item(ItemId(i64::from(item)))?;
            work.describe_item(&stored, &covered)?;
            tell(work.looked_at, total.max(work.looked_at));
        }
        if let Some(claims) = &mut claims {
            work.store()?;
            claims.give_back()?;
        }
        if cancel.is_set() {
            break;
        }
    }
    work.store()?;
    Ok(work.described)
}

/// How many bare pictures some items have; of very many items, about how many.
fn pictures_of(session: &Session, items: &RoaringBitmap) -> Result<u64, ApiError> {
    let stride = items.len().div_ceil(MOST_LOOKED_AT).max(1);
    let reader = session.readers.lend()?;
    let mut count = 0;
    for item in items.iter().step_by(stride as usize) {
        let stored = reader.item(ItemId(i64::from(item)))?;
        count += stored.item.candidates.iter().filter(|candidate| is_bare_picture(candidate)).count() as u64;
    }
    Ok(count * stride)
}

/// A description under way.
struct Work<'a> {
    session: &'a Session,
    sources: &'a Sources,
    known: Known,
    /// What failed in a way that may pass.
    failed: HashSet<InputHash>,
    folders: HashMap<SourceId, MediaFolder>,
    rows: Vec<CandidateScore>,
    looked_at: u64,
    described: Described,
}

impl<'a> Work<'a> {
    /// Reads what is described already.
    fn begin(session: &'a Session, sources: &'a Sources) -> Result<Self, ApiError> {
        let known = Known::read(&*session.readers.lend()?, &ModelKey::built_in_pictures())?;
        Ok(Self {
            session,
            sources,
            known,
            failed: HashSet::new(),
            folders: HashMap::new(),
            rows: Vec::new(),
            looked_at: 0,
            described: Described::default(),
        })
    }

    /// What of some items is described, or embedded by a model.
    fn covered(
        &self,
        models: &[ScoredModel],
        first: u32,
        last: u32,
    ) -> Result<HashSet<(ItemId, u8)>, ApiError> {
        let reader = self.session.readers.lend()?;
        let (first, last) = (ItemId(i64::from(first)), ItemId(i64::from(last)));
        let built_in = ModelKey::built_in_pictures();
        let mut covered = HashSet::new();
        for key in models.iter().map(|model| &model.key).chain([&built_in]) {
            covered.extend(reader.embedded_between(key, first, last)?);
        }
        Ok(covered)
    }

    fn describe_item(
        &mut self,
        stored: &StoredItem,
        covered: &HashSet<(ItemId, u8)>,
    ) -> Result<(), ApiError> {
        for (index, candidate) in stored.item.candidates.iter().enumerate() {
            if !is_bare_picture(candidate) {
                continue;
            }
            self.looked_at += 1;
            let place = (stored.id, index as u8);
            if covered.contains(&place) {
                continue;
            }
            let folder = self.folder(stored.source)?;
            let content = Content::of(&folder, candidate);
            if self.failed.contains(&content.key) || self.was_tried(place, &content.key)? {
                continue;
            }
            let key = ModelKey::built_in_pictures();
            let said = self.known.said_of(&*self.session.readers.lend()?, &key, &content.key)?;
            let embedding = match said {
                Some(known) => known.embedding,
                None => match content.features(self.sources, &folder) {
                    Ok(features) => Some(features.to_vec()),
                    Err(fault) => {
                        self.described.unreadable += 1;
                        self.described.problem.get_or_insert(fault.reason);
                        if fault.may_pass {
                            self.failed.insert(content.key);
                            continue;
                        }
                        None
                    }
                },
            };
            self.described.count += u64::from(embedding.is_some());
            self.known
                .inputs
                .insert(content.key, Scored { scores: Vec::new(), embedding: embedding.clone() });
            self.known.bound();
            let ((item, candidate), input_key) = (place, content.key);
            self.rows.push(CandidateScore { item, candidate, input_key, scores: Vec::new(), embedding });
            if self.rows.len() >= STORED_AT_ONCE {
                self.store()?;
            }
        }
        Ok(())
    }

    /// Whether this very content could not be read there before.
    fn was_tried(&self, (item, candidate): (ItemId, u8), content: &InputHash) -> Result<bool, ApiError> {
        if !self.known.places.contains(&(item, candidate)) {
            return Ok(false);
        }
        let reader = self.session.readers.lend()?;
        let tried = reader.score_of(&ModelKey::built_in_pictures(), item, candidate)?;
        Ok(tried.is_some_and(|tried| tried.embedding.is_none() && tried.input_key == *content))
    }

    fn folder(&mut self, source: SourceId) -> Result<MediaFolder, ApiError> {
        if let Some(folder) = self.folders.get(&source) {
            return Ok(folder.clone());
        }
        let folder = self.session.media_folder(source)?;
        self.folders.insert(source, folder.clone());
        Ok(folder)
    }

    fn store(&mut self) -> Result<(), ApiError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        let model = ScoredModel {
            key: ModelKey::built_in_pictures(),
            name: NAME.to_owned(),
            version: "1".to_owned(),
            dimensions: Vec::new(),
            is_judge: Some(false),
        };
        self.session.writer.ask(move |store| Ok(store.add_scores(&model, &rows)?))
    }
}

#[cfg(test)]
mod tests;
