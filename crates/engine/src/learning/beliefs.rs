//! What models say of items before anybody judges them: which they are sure of, which not, where they contradict each
//! other, and their word taken in bulk as labels of a model.
//!
//! Being sure is one thing for pairs and for many candidates: how likely the best is better than the second best. Of
//! the head that is what it believes; of a model it is the difference of its scores by the temperature that the votes
//! ask for, or in deviations of the pool while there are too few. Where nothing learns yet, heads are fitted here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use roaring::RoaringBitmap;
use tiebreak_domain::filter::{BeliefFilter, BeliefKind};
use tiebreak_domain::reward::{Prediction, Scorer};
use tiebreak_domain::rubric::OVERALL;
use tiebreak_domain::{ApiError, ErrorCode, ItemFilter, ItemId, ItemStatus, Judgment, Outcome, Reply};
use tiebreak_reward::learn::ordinal::Verdict;
use tiebreak_stats::calibration::{fit_temperature, sigmoid};
use tiebreak_store::ModelLabel;

use super::THREADS;
use super::learned::Learned;
use super::pool::{Pool, PoolItem, PoolScorer};
use super::votes::pair_of;
use crate::models;
use crate::seat::Seat;
use crate::session::Session;

/// Fewer decided votes than this ask for no temperature.
const LEAST_VOTES: usize = 20;

/// Somebody who has a word on every item.
enum Voice<'a> {
    Head,
    /// A model, and what a difference of its scores comes to as a logit.
    Model(&'a PoolScorer, f64),
}

/// What one voice says of an item.
struct Word {
    /// The best candidate; none where a tie is likelier.
    best: Option<u8>,
    /// How sure of that.
    confidence: f64,
    /// Of a pair, in the data's order.
    prediction: Prediction,
}

impl Learned {
    /// The items of which a filter's model says so, among those of the pool.
    fn believed(&self, filter: &BeliefFilter) -> Result<RoaringBitmap, ApiError> {
        let threshold =
            filter.threshold().map_err(|message| ApiError::new(ErrorCode::BadRequest, message))?;
        let voice = self.voice(&filter.by)?;
        let others: Vec<Voice<'_>> = match filter.kind {
            BeliefKind::Contradicted => self.voices().filter(|other| !other.is_of(&filter.by)).collect(),
            _ => Vec::new(),
        };
        let is_meant = |item: &PoolItem| {
            let Some(word) = self.word(&voice, item) else { return false };
            let is_sure = word.confidence >= threshold;
            match filter.kind {
                BeliefKind::Sure => is_sure,
                BeliefKind::Unsure => !is_sure,
                BeliefKind::Contradicted => {
                    is_sure
                        && word.best.is_some()
                        && others.iter().filter_map(|other| self.word(other, item)).any(|other| {
                            other.confidence >= threshold
                                && other.best.is_some_and(|best| Some(best) != word.best)
                        })
                }
            }
        };
        Ok(self.pool.items.iter().filter(|item| is_meant(item)).map(|item| item.id.0 as u32).collect())
    }

    /// The pairs that somebody is surer of than this.
    fn sure_by(&self, by: &Scorer, above: f64) -> Result<Vec<(ItemId, Prediction)>, ApiError> {
        let voice = self.voice(by)?;
        let pairs = self.pool.items.iter().filter(|item| item.candidates == 2);
        let words = pairs.filter_map(|item| Some((item.id, self.word(&voice, item)?)));
        Ok(words
            .filter(|(_, word)| word.confidence > above)
            .map(|(id, word)| (id, word.prediction))
            .collect())
    }

    fn voice(&self, by: &Scorer) -> Result<Voice<'_>, ApiError> {
        self.voices().find(|voice| voice.is_of(by)).ok_or_else(|| {
            ApiError::new(ErrorCode::NotFound, "this model has scored nothing of what the project asks about")
                .hint("let it score first, and see that the study does not leave it out")
        })
    }

    /// The head, and every model once: by its overall score where it gives several.
    fn voices(&self) -> impl Iterator<Item = Voice<'_>> {
        let scorers = &self.pool.scorers;
        let is_main = move |scorer: &&PoolScorer| {
            let mut of_model = scorers.iter().filter(|other| other.scorer == scorer.scorer);
            let main = of_model.clone().find(|other| other.dimension == OVERALL).or_else(|| of_model.next());
            main.is_some_and(|main| std::ptr::eq(main, *scorer))
        };
        let models =
            scorers.iter().filter(is_main).map(|scorer| Voice::Model(scorer, self.sharpness(scorer)));
        std::iter::once(Voice::Head).chain(models)
    }

    /// The logit that a difference of one in a model's scores comes to.
    fn sharpness(&self, scorer: &PoolScorer) -> f64 {
        let difference = |a: u32, b: u32| f64::from(scorer.scores[a as usize] - scorer.scores[b as usize]);
        let labels: Vec<(f64, bool)> = self
            .main()
            .votes
            .iter()
            .filter_map(|known| {
                let a_won = match known.vote.verdict {
                    Verdict::A(_) => true,
                    Verdict::B(_) => false,
                    Verdict::Tie => return None,
                };
                let difference = difference(known.vote.a, known.vote.b);
                difference.is_finite().then_some((difference, a_won))
            })
            .collect();
        // A model that votes bear out every time is not sure without end; one that they do not is sure of nothing.
        let fit = fit_temperature(&labels)
            .filter(|fit| labels.len() >= LEAST_VOTES && !(fit.is_at_limit && fit.temperature.0 < 1.0));
        fit.map_or_else(|| 1.0 / deviation(&scorer.scores), |fit| fit.temperature.apply(1.0))
    }

    /// What a voice says of an item; none where it does not know all of its candidates.
    fn word(&self, voice: &Voice<'_>, item: &PoolItem) -> Option<Word> {
        let score = |row: u32| match voice {
            Voice::Head => self.main().head.score(&self.pool.table, row),
            Voice::Model(scorer, _) => f64::from(scorer.scores[row as usize]),
        };
        if item.candidates == 2
            && let Voice::Head = voice
        {
            let prediction = self.prediction_of_pair(item.first_pair as usize);
            let best = match prediction.likeliest() {
                Outcome::A => Some(0),
                Outcome::B => Some(1),
                _ => None,
            };
            return Some(Word { best, confidence: prediction.confidence(), prediction });
        }
        let mut ranked: Vec<(u8, f64)> =
            item.rows.iter().enumerate().map(|(place, row)| (place as u8, score(*row))).collect();
        if ranked.iter().any(|(_, score)| !score.is_finite()) {
            return None;
        }
        ranked.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        let [(best, highest), (second, next), ..] = ranked.as_slice() else { return None };
        let confidence = match voice {
            Voice::Head => {
                let said = self.prediction_of_pair(pair_of(item, *best.min(second), *best.max(second)));
                if best < second { said.a } else { said.b }
            }
            Voice::Model(_, sharpness) => sigmoid((highest - next) * sharpness),
        };
        let ahead = Prediction { a: confidence, tie: 0.0, b: 1.0 - confidence };
        let prediction = if *best == 0 { ahead } else { ahead.swapped() };
        // Equal scores say nothing of which is better.
        let best = (highest > next).then_some(*best);
        Some(Word { best, confidence, prediction })
    }
}

impl Voice<'_> {
    fn is_of(&self, by: &Scorer) -> bool {
        match self {
            Self::Head => *by == Scorer::Head,
            Self::Model(scorer, _) => scorer.scorer == *by,
        }
    }
}

/// The standard deviation of what is known; 1 where all is equal.
fn deviation(scores: &[f32]) -> f64 {
    let known: Vec<f64> =
        scores.iter().filter(|score| score.is_finite()).map(|score| f64::from(*score)).collect();
    let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
    let variance = known.iter().map(|score| (score - mean).powi(2)).sum::<f64>() / known.len().max(1) as f64;
    if variance > 0.0 { variance.sqrt() } else { 1.0 }
}

impl Session {
    /// The items of which a model says what a filter asks for; none where it asks for no model's word.
    pub fn believed(&self, seat: &Seat, filter: &ItemFilter) -> Result<Option<RoaringBitmap>, ApiError> {
        let Some(belief) = &filter.belief else { return Ok(None) };
        self.for_lead(seat)?;
        let believed = self.with_learned(|learned| learned.believed(belief))?;
        Ok(Some(believed.unwrap_or_default()))
    }

    /// Everything that a filter finds.
    pub fn find_all(&self, seat: &Seat, filter: &ItemFilter) -> Result<RoaringBitmap, ApiError> {
        let within = self.believed(seat, filter)?;
        Ok(self.readers.lend()?.find_within(filter, within.as_ref(), None, || true)?.ids)
    }

    /// Takes a model's word for open pairs that it is sure of, among what a filter finds.
    pub fn accept_model_labels(
        &self,
        seat: &Seat,
        above: f64,
        by: &Scorer,
        of: &ItemFilter,
    ) -> Result<Reply, ApiError> {
        self.for_lead(seat)?;
        if !(0.5..1.0).contains(&above) {
            let message = format!("being sure begins between 0.5 and 1, not at {above}");
            return Err(ApiError::new(ErrorCode::BadRequest, message));
        }
        let of = ItemFilter { status: Some(ItemStatus::Active), ..of.clone() };
        let mut open = self.find_all(seat, &of)?;
        let said =
            self.with_learned(|learned| Ok((learned.sure_by(by, above)?, learned.main().key.clone())))?;
        let (sure, question) = said.unwrap_or_default();
        let source = self.name_of_voice(by)?;
        {
            let reader = self.readers.open()?;
            // What people judged is theirs, and where answers are known nobody is asked for them.
            reader.each_vote(|judgment| {
                open.remove(judgment.given.item.0 as u32);
            })?;
            for (item, _) in reader.item_roles()? {
                open.remove(item.0 as u32);
            }
        }
        let accepted_at = self.shared.host.now();
        let labels: Vec<ModelLabel> = sure
            .into_iter()
            .filter(|(item, _)| open.contains(item.0 as u32))
            .map(|(item, prediction)| ModelLabel {
                item,
                scorer: by.word().to_owned(),
                source: source.clone(),
                question: question.clone(),
                prediction,
                accepted_at,
            })
            .collect();
        let count = labels.len() as u64;
        self.writer.ask(move |store| Ok(store.add_model_labels(&labels)?))?;
        Ok(Reply::Count(count))
    }

    /// `model:NAME@PRECISION`; of a model that is not on this machine, with its version.
    fn name_of_voice(&self, by: &Scorer) -> Result<String, ApiError> {
        let Scorer::Model(key) = by else { return Ok("model:head@fp64".to_owned()) };
        let shelf = models::shelf(&self.shared.host)?;
        let here =
            shelf.iter().find(|model| model.key == *key).and_then(|model| model.manifest.as_ref().ok());
        if let Some(manifest) = here {
            return Ok(format!("model:{}@{}", manifest.name, manifest.precision.word()));
        }
        let known = self.readers.lend()?.scored_models()?.into_iter().find(|model| model.key == *key);
        Ok(known.map_or_else(
            || format!("model:{key}"),
            |model| format!("model:{}@{}", model.name, model.version),
        ))
    }

    /// Asks the heads as they are; where nothing learns, or not yet, heads that are fitted for the question and kept
    /// until something changes.
    fn with_learned<T>(
        &self,
        ask: impl FnOnce(&Learned) -> Result<T, ApiError>,
    ) -> Result<Option<T>, ApiError> {
        if let Some(learned) = self.learning.learned().as_ref().filter(|learned| learned.is_fitted()) {
            return ask(learned).map(Some);
        }
        self.fitted_for_a_question()?.map(|learned| ask(&learned)).transpose()
    }

    fn fitted_for_a_question(&self) -> Result<Option<Arc<Learned>>, ApiError> {
        // What changes from here on is not in what is read now.
        let change = self.learning.kept.change();
        let active = self.readers.lend()?.facets().read().with_status(ItemStatus::Active).clone();
        if let Some(known) = self.learning.kept.fit(change, &active) {
            return Ok(known.learned);
        }
        let rules = self.learning_rules().unwrap_or_default();
        let mut judgments: Vec<Judgment> = Vec::new();
        let pool = {
            let reader = self.readers.open()?;
            reader.each_vote(|judgment| judgments.push(judgment))?;
            Pool::read(&reader, &rules, &models::references(&self.shared.host))?
        };
        let learned = pool.and_then(|pool| Learned::new(pool, &self.rubric(), THREADS)).map(|mut learned| {
            learned.refit(&judgments, THREADS);
            Arc::new(learned)
        });
        self.learning.kept.keep(change, active, learned.clone());
        Ok(learned)
    }
}

/// Heads that were fitted for a question, kept for the next one.
#[derive(Default)]
pub struct Kept {
    /// How often something changed.
    changes: AtomicU64,
    fit: Mutex<Option<Fit>>,
}

#[derive(Clone)]
struct Fit {
    change: u64,
    /// The items that were asked then.
    active: RoaringBitmap,
    learned: Option<Arc<Learned>>,
}

impl Kept {
    /// Something changed: votes, items, scores or rules.
    pub fn forget(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
        *self.lock() = None;
    }

    fn change(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    fn fit(&self, change: u64, active: &RoaringBitmap) -> Option<Fit> {
        self.lock().as_ref().filter(|fit| fit.change == change && fit.active == *active).cloned()
    }

    fn keep(&self, change: u64, active: RoaringBitmap, learned: Option<Arc<Learned>>) {
        let mut fit = self.lock();
        // What changed while it was fitted has made it old already.
        if change == self.change() {
            *fit = Some(Fit { change, active, learned });
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Fit>> {
        self.fit.lock().expect("a fit is exchanged whole")
    }
}

#[cfg(test)]
mod tests;
