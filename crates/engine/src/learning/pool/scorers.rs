//! What models said of the pool's candidates, and of its pairs.
//!
//! A model that holds two candidates against each other says one thing of an item, which the project keeps at the
//! item's first candidate. Where the project does not say that a model does, its scores tell: it has scored first
//! candidates of pairs and nothing else.

use tiebreak_domain::learning::Learning;
use tiebreak_domain::reward::{ModelKey, Scorer};
use tiebreak_domain::{ApiError, ItemId};
use tiebreak_reward::learn::ensemble::{standardised, standardised_by};
use tiebreak_store::{Reader, ScoredModel};

use super::{LEAST_COVERED, PoolScorer, Raw, References};
use crate::learning::judges::PoolJudge;

/// What models said, by candidate and by pair.
#[derive(Default)]
pub(super) struct Said {
    /// Models that score each candidate.
    pub scorers: Vec<PoolScorer>,
    /// Models that score pairs.
    pub judges: Vec<RawJudge>,
}

impl Said {
    /// Whether this model holds two candidates against each other.
    pub fn is_judge(&self, key: &ModelKey) -> bool {
        self.judges.iter().any(|judge| judge.key == *key)
    }
}

/// A judge of pairs before the pairs have their places.
pub(super) struct RawJudge {
    key: ModelKey,
    name: String,
    dimension: String,
    logits: Vec<(ItemId, f32)>,
}

impl RawJudge {
    /// With its logits by pair.
    pub fn placed(self, pairs: usize, pair_of: impl Fn(&ItemId) -> Option<usize>) -> PoolJudge {
        let mut logits = vec![f32::NAN; pairs];
        for (item, logit) in &self.logits {
            if let Some(pair) = pair_of(item) {
                logits[pair] = *logit;
            }
        }
        PoolJudge { scorer: Scorer::Model(self.key), name: self.name, dimension: self.dimension, logits }
    }
}

/// What one model said of items, while it may be a judge of pairs.
struct OfPairs {
    /// Whether it is one; none while only its scores can tell.
    is_judge: Option<bool>,
    said: Vec<(ItemId, Vec<f32>)>,
}

impl OfPairs {
    fn note(&mut self, raw: &Raw, item: ItemId, candidate: u8, scores: &[f32]) {
        let is_read = |candidate: u8| {
            raw.rows.get(&(item, candidate)).map(|row| !raw.texts[*row as usize].trim().is_empty())
        };
        // A model of single candidates that cannot read the second is no judge of both.
        let are_alike = || is_read(1).is_some() && is_read(0) == is_read(1) && is_read(2).is_none();
        match self.is_judge {
            Some(false) => {}
            Some(true) if candidate != 0 => {}
            None if candidate != 0 || !are_alike() => {
                *self = Self { is_judge: Some(false), said: Vec::new() };
            }
            _ => self.said.push((item, scores.to_vec())),
        }
    }
}

impl Raw {
    /// What the models of the study said.
    pub(super) fn said(
        &self,
        reader: &Reader,
        models: &[ScoredModel],
        learning: &Learning,
        references: &References,
    ) -> Result<Said, ApiError> {
        let mut said = Said::default();
        for model in models {
            let is_wanted = learning.priors.is_empty() || learning.priors.contains(&model.key);
            if !is_wanted || model.dimensions.is_empty() {
                continue;
            }
            let mut by_dimension = vec![vec![f32::NAN; self.texts.len()]; model.dimensions.len()];
            let mut of_pairs = OfPairs { is_judge: model.is_judge, said: Vec::new() };
            reader.each_score(&model.key, |item, candidate, _, scores| {
                let Some(row) = self.rows.get(&(item, candidate)) else { return };
                of_pairs.note(self, item, candidate, scores);
                for (column, score) in by_dimension.iter_mut().zip(scores) {
                    column[*row as usize] = *score;
                }
            })?;
            let is_covered = of_pairs.said.len() >= LEAST_COVERED;
            if is_covered {
                said.judges.extend(judges(model, &of_pairs.said));
            }
            if is_covered || of_pairs.is_judge == Some(true) {
                continue;
            }
            let reference = references.get(&model.key);
            for (place, (dimension, scores)) in model.dimensions.iter().zip(by_dimension).enumerate() {
                if scores.iter().filter(|score| score.is_finite()).count() < LEAST_COVERED {
                    continue;
                }
                let of_maker = reference.and_then(|reference| {
                    Some((f64::from(*reference.mean.get(place)?), f64::from(*reference.sd.get(place)?)))
                });
                let member = match of_maker {
                    Some((mean, deviation)) => standardised_by(&scores, mean, deviation),
                    None => standardised(&scores, None),
                };
                said.scorers.push(PoolScorer {
                    scorer: Scorer::Model(model.key.clone()),
                    name: model.name.clone(),
                    dimension: dimension.clone(),
                    scores,
                    member,
                });
            }
        }
        Ok(said)
    }
}

/// A judge for each thing that a model of pairs judges.
fn judges(model: &ScoredModel, said: &[(ItemId, Vec<f32>)]) -> Vec<RawJudge> {
    let of_dimension = |(place, dimension): (usize, &String)| RawJudge {
        key: model.key.clone(),
        name: model.name.clone(),
        dimension: dimension.clone(),
        logits: said.iter().filter_map(|(item, scores)| Some((*item, *scores.get(place)?))).collect(),
    };
    model.dimensions.iter().enumerate().map(of_dimension).collect()
}
