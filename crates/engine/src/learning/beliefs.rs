//! What models say of items before anybody judges them: which they are sure of, which not, where they contradict each
//! other, and their word taken in bulk as labels of a model.
//!
//! Being sure is one thing for pairs and for many candidates: how likely the best is better than the second best. Of
//! the head that is what it believes; of a model, or of several together, it is the difference of scores by the
//! temperature that the votes ask for, or in deviations of the pool while there are too few; of a judge of pairs it is
//! the logit, likewise. Where nothing learns yet, heads are fitted here.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use roaring::RoaringBitmap;
use tiebreak_domain::filter::{BeliefFilter, BeliefKind};
use tiebreak_domain::reward::{Prediction, Scorer};
use tiebreak_domain::rubric::OVERALL;
use tiebreak_domain::{ApiError, ErrorCode, ItemFilter, ItemId, ItemStatus, Judgment, Outcome, Reply};
use tiebreak_stats::calibration::sigmoid;
use tiebreak_store::ModelLabel;

use super::THREADS;
use super::judges::PoolJudge;
use super::learned::Learned;
use super::pool::{Pool, PoolItem, PoolScorer};
use super::sharpness::{deviation, sharpness};
use super::votes::pair_of;
use crate::models;
use crate::seat::Seat;
use crate::session::Session;

/// Somebody who has a word on every item.
enum Voice<'a> {
    Head,
    /// A model, or several together, and what a difference of scores comes to as a logit.
    Model(&'a PoolScorer, f64),
    /// A judge of pairs, and what its logit comes to.
    Judge(&'a PoolJudge, f64),
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
            // What is made of several models contradicts none of them that was not contradicted already.
            BeliefKind::Contradicted => {
                self.voices().filter(|other| !other.is_of(&filter.by) && !other.is_of_several()).collect()
            }
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

    /// The head, and every model and every combination of them once: by its overall score where it gives several.
    fn voices(&self) -> impl Iterator<Item = Voice<'_>> {
        let pool = &self.pool;
        let scorers = pool.scorers.iter().chain(&pool.ensembles);
        let models = scorers.clone().filter(move |scorer| {
            let of_model = scorers.clone().filter(|other| other.scorer == scorer.scorer);
            let place = of_model.clone().position(|other| std::ptr::eq(other, *scorer));
            place == main_of(of_model.map(|other| other.dimension.as_str()))
        });
        let judges = pool.judges.iter().filter(|judge| {
            let of_model = pool.judges.iter().filter(|other| other.scorer == judge.scorer);
            let place = of_model.clone().position(|other| std::ptr::eq(other, *judge));
            place == main_of(of_model.map(|other| other.dimension.as_str()))
        });
        let votes = || self.main().votes.iter().map(|known| (known.pair, known.vote.verdict));
        std::iter::once(Voice::Head)
            .chain(models.map(|scorer| Voice::Model(scorer, self.sharpness(scorer))))
            .chain(judges.map(move |judge| Voice::Judge(judge, judge.sharpness(votes()))))
    }

    /// The logit that a difference of one in a model's scores comes to.
    fn sharpness(&self, scorer: &PoolScorer) -> f64 {
        let difference = |a: u32, b: u32| f64::from(scorer.scores[a as usize] - scorer.scores[b as usize]);
        let votes = self.main().votes.iter();
        let labels: Vec<(f64, bool)> = votes
            .filter_map(|known| Some((difference(known.vote.a, known.vote.b), known.vote.verdict.a_won()?)))
            .filter(|(difference, _)| difference.is_finite())
            .collect();
        sharpness(&labels, deviation(&scorer.scores))
    }

    /// What a voice says of an item; none where it does not know all of its candidates.
    fn word(&self, voice: &Voice<'_>, item: &PoolItem) -> Option<Word> {
        if let Voice::Judge(judge, sharpness) = voice {
            if item.candidates != 2 {
                return None;
            }
            let logit = judge.logit(item.first_pair as usize);
            let a = sigmoid(logit * sharpness);
            let best = (logit != 0.0).then_some(u8::from(logit < 0.0));
            let prediction = Prediction { a, tie: 0.0, b: 1.0 - a };
            return logit.is_finite().then(|| Word { best, confidence: a.max(1.0 - a), prediction });
        }
        let score = |row: u32| match voice {
            Voice::Model(scorer, _) => f64::from(scorer.scores[row as usize]),
            Voice::Head | Voice::Judge(..) => self.main().head.score(&self.pool.table, row),
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
            Voice::Head | Voice::Judge(..) => {
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
            Self::Judge(judge, _) => judge.scorer == *by,
        }
    }

    fn is_of_several(&self) -> bool {
        matches!(self, Self::Model(scorer, _) if matches!(scorer.scorer, Scorer::Ensemble(_)))
    }
}

/// Which of the things that a model says is its word: what it says over all, or else the first.
fn main_of<'a>(mut dimensions: impl Iterator<Item = &'a str> + Clone) -> Option<usize> {
    let overall = dimensions.clone().position(|dimension| dimension == OVERALL);
    overall.or_else(|| dimensions.next().map(|_| 0))
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
        let key = match by {
            Scorer::Model(key) => key,
            Scorer::Ensemble(_) => return Ok(format!("model:{}@fp64", by.word())),
            Scorer::Head | Scorer::RatingHead => return Ok("model:head@fp64".to_owned()),
        };
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
