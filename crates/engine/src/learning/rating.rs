//! What is learned from ratings: a ridge head for each question that rates candidates by a number, and how well it
//! foretells.
//!
//! A head is fitted anew with all others at a refit. Annotators who rate higher or lower than others get a column
//! each, so that their severity is not taken for the candidates' merit. Errors are of heads that had not seen the
//! prompt: each fifth of the prompts is foretold by a head that learned from the other four.

use std::collections::HashMap;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tiebreak_domain::model_report::RatingReport;
use tiebreak_domain::reward::{ItemScores, Scorer};
use tiebreak_domain::rubric::{QuestionKind, Scale, Scope};
use tiebreak_domain::{AnnotatorId, Interval, ItemId, Judgment, Rubric};
use tiebreak_reward::learn::ridge::{Rating, Ridge, RidgeSettings, Severity};
use tiebreak_stats::bootstrap::{Plan, by_cluster};
use tiebreak_stats::correlation::pearson;
use tiebreak_stats::interval::REPORT_LEVEL;

use super::pool::{Pool, PoolItem};
use super::votes::Source;

/// Fewer ratings than this say little beyond their mean.
const LEAST_RATINGS: usize = 10;
const FOLDS: u32 = 5;
const RESAMPLES: usize = 200;

/// A rating, and what it is of.
#[derive(Clone, Copy, Debug)]
pub struct KnownRating {
    rating: Rating,
    /// The item.
    item: ItemId,
    /// What items of one prompt share.
    cluster: u32,
    is_audit: bool,
}

/// What one question's ratings taught.
#[derive(Clone)]
pub struct RatingHead {
    key: String,
    range: (i32, i32),
    ratings: Vec<KnownRating>,
    ridge: Option<Ridge>,
}

/// A head for each question that rates candidates by a number, none of which has seen a rating.
pub fn heads(rubric: &Rubric) -> Vec<RatingHead> {
    let heads = rubric.questions.iter().filter(|question| question.scope == Scope::Candidate);
    heads
        .filter_map(|question| match &question.kind {
            QuestionKind::Rating { scale: Scale::YesNo } => None,
            QuestionKind::Rating { scale } => Some(RatingHead {
                key: question.key.clone(),
                range: scale.range(),
                ratings: Vec::new(),
                ridge: None,
            }),
            _ => None,
        })
        .collect()
}

impl RatingHead {
    /// Starts again from judgments.
    pub fn refit<'a>(&mut self, pool: &Pool, judgments: impl Iterator<Item = &'a Judgment>) {
        let mut annotators: HashMap<AnnotatorId, u32> = HashMap::new();
        self.ratings.clear();
        for judgment in judgments {
            let Some(item) = pool.item(judgment.given.item) else { continue };
            let rated = judgment.given.verdict.answers().iter().filter(|answer| answer.question == self.key);
            for answer in rated {
                let Some((candidate, value)) = answer.candidate.zip(answer.value.rating()) else { continue };
                if candidate >= item.candidates {
                    continue;
                }
                let next = annotators.len() as u32;
                let annotator = *annotators.entry(judgment.given.annotator).or_insert(next);
                let rating = Rating {
                    candidate: item.rows[usize::from(candidate)],
                    annotator,
                    value: f64::from(value),
                };
                self.ratings.push(KnownRating {
                    rating,
                    item: item.id,
                    cluster: item.cluster,
                    is_audit: Source::of(judgment) == Source::Audit,
                });
            }
        }
        self.ridge = fitted(pool, &self.ratings);
    }

    /// The ratings that it expects of an item's candidates, none beyond the scale; nothing of too few ratings.
    pub fn scores(&self, pool: &Pool, item: &PoolItem) -> Option<ItemScores> {
        let ridge = self.ridge.as_ref()?;
        Some(ItemScores {
            scorer: Scorer::RatingHead,
            name: "rating head".to_owned(),
            dimension: self.key.clone(),
            scores: item.rows.iter().map(|row| Some(self.expected(ridge, pool, *row))).collect(),
        })
    }

    /// How well it foretells; none of too few ratings, or of prompts too few to leave some out.
    pub fn report(&self, pool: &Pool, rubric: &Rubric, audit_only: bool) -> Option<RatingReport> {
        let foretold = self.foretold(pool);
        let told: Vec<Foretold> = foretold.into_iter().filter(|told| told.is_audit || !audit_only).collect();
        let title = rubric.question(&self.key).map(|question| question.title.as_str());
        let clusters: Vec<usize> = told.iter().map(|told| told.cluster as usize).collect();
        let plan = Plan { resamples: RESAMPLES, level: REPORT_LEVEL };
        let interval = |statistic: &dyn Fn(&[usize]) -> Option<f64>| -> Option<Interval> {
            // The same ratings give the same interval.
            let mut random = StdRng::seed_from_u64(told.len() as u64);
            by_cluster(&clusters, plan, &mut random, statistic)
        };
        let error = |guess: fn(&Foretold) -> f64| {
            interval(&|drawn| {
                let errors = drawn.iter().map(|place| (told[*place].given - guess(&told[*place])).abs());
                (!drawn.is_empty()).then(|| errors.sum::<f64>() / drawn.len() as f64)
            })
        };
        Some(RatingReport {
            dimension: title.filter(|title| !title.is_empty()).unwrap_or(&self.key).to_owned(),
            ratings: told.len() as u64,
            error: error(|told| told.expected)?,
            correlation: interval(&|drawn| {
                let of = |value: fn(&Foretold) -> f64| -> Vec<f64> {
                    drawn.iter().map(|place| value(&told[*place])).collect()
                };
                pearson(&of(|told| told.expected), &of(|told| told.given))
            }),
            item_mean_error: error(|told| told.item_mean)?,
            overall_mean_error: error(|told| told.overall_mean)?,
        })
    }

    /// Every rating beside what is expected of it without its prompt.
    fn foretold(&self, pool: &Pool) -> Vec<Foretold> {
        let mut foretold = Vec::new();
        for fold in 0..FOLDS {
            let (left_out, taught): (Vec<KnownRating>, Vec<KnownRating>) =
                self.ratings.iter().partition(|known| known.cluster % FOLDS == fold);
            let Some(ridge) = fitted(pool, &taught) else { continue };
            let overall_mean = mean(taught.iter().map(|known| known.rating.value)).unwrap_or_default();
            let mut of_items: HashMap<ItemId, (f64, u32)> = HashMap::new();
            for known in &left_out {
                let (sum, count) = of_items.entry(known.item).or_default();
                *sum += known.rating.value;
                *count += 1;
            }
            for known in &left_out {
                let (sum, count) = of_items[&known.item];
                let others = (sum - known.rating.value) / f64::from(count.saturating_sub(1));
                foretold.push(Foretold {
                    given: known.rating.value,
                    expected: self.expected(&ridge, pool, known.rating.candidate),
                    item_mean: if count > 1 { others } else { overall_mean },
                    overall_mean,
                    cluster: known.cluster,
                    is_audit: known.is_audit,
                });
            }
        }
        foretold
    }

    fn expected(&self, ridge: &Ridge, pool: &Pool, row: u32) -> f64 {
        let (lowest, highest) = self.range;
        ridge.predict(pool.table.row(row as usize)).mean.clamp(f64::from(lowest), f64::from(highest))
    }
}

/// A rating, and three guesses at it.
struct Foretold {
    given: f64,
    expected: f64,
    item_mean: f64,
    overall_mean: f64,
    cluster: u32,
    is_audit: bool,
}

fn fitted(pool: &Pool, known: &[KnownRating]) -> Option<Ridge> {
    if known.len() < LEAST_RATINGS {
        return None;
    }
    let ratings: Vec<Rating> = known.iter().map(|known| known.rating).collect();
    let first = ratings.first().map(|rating| rating.annotator);
    let is_of_one = ratings.iter().all(|rating| Some(rating.annotator) == first);
    let severity = if is_of_one { Severity::Ignored } else { Severity::Columns };
    Ridge::fit(&pool.table, &ratings, &RidgeSettings { severity, ..RidgeSettings::default() })
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}
