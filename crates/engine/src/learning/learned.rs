//! What was learned: a head for each dimension over one pool, and what the main one believes of every pair.
//!
//! A vote moves a head exactly ([`Learned::take_in`]); a refit starts again from all votes, which is also how a
//! vote is undone. Everything is a function of the pool and the votes, whatever was learned before ([`fitting`]).

mod fitting;
mod planning;
mod stopping;

pub use fitting::{Dimension, Foretold};
pub use planning::Planned;

use std::collections::HashSet;
use std::sync::Arc;

use tiebreak_domain::reward::{ItemScores, Prediction, Scorer};
use tiebreak_domain::{ItemId, Judgment, JudgmentId, Rubric};
use tiebreak_reward::learn::ensemble::{Member, differences};
use tiebreak_reward::learn::head::Belief;
use tiebreak_reward::learn::head::information::InformationTable;
use tiebreak_reward::learn::head::pool::{Pair, PoolBelief};
use tiebreak_reward::learn::ordinal::{Ordinal, OutcomeProbabilities};
use tiebreak_reward::learn::stopping::StoppingHistory;

use super::pool::{Pool, PoolItem, PoolScorer};
use super::rating::{self, RatingHead};
use super::votes::{dimensions, pair_of, votes_of};

/// Models contradict each other where one says this much for the first and another for the second, in deviations of
/// the pool.
const CONTRADICTS: f64 = 1.0;
/// From here on the head counts as sure.
pub const SURE: f64 = 0.9;

/// What was learned. A copy takes little beside the pool, which all copies share.
#[derive(Clone)]
pub struct Learned {
    /// What it was learned on.
    pub pool: Arc<Pool>,
    /// One for each question that compares, the main one first.
    pub dimensions: Vec<Dimension>,
    /// One for each question that rates candidates.
    pub ratings: Vec<RatingHead>,
    /// What the main head believes of each pair.
    pub belief: PoolBelief,
    /// From one refit to the next.
    pub stopping: StoppingHistory,
    information: InformationTable,
    /// The judgments it has learned from, or that say nothing it could learn.
    known: HashSet<JudgmentId>,
    /// Votes since the last refit.
    since_refit: usize,
    is_fitted: bool,
}

impl Learned {
    /// Heads that have seen no vote; none where the rubric compares nothing.
    pub fn new(pool: Pool, rubric: &Rubric, threads: usize) -> Option<Self> {
        let keys = dimensions(rubric);
        let dimensions: Vec<Dimension> =
            keys.into_iter().map(|key| Dimension::new(key, rubric, &pool)).collect();
        let head = &dimensions.first()?.head;
        let offsets = dimensions[0].offsets();
        let belief = PoolBelief::new(head, &pool.table, &pool.pairs, offsets, threads);
        let information = InformationTable::new(head.likelihood());
        let stopping = StoppingHistory::default();
        let ratings = rating::heads(rubric);
        Some(Self {
            pool: Arc::new(pool),
            dimensions,
            ratings,
            belief,
            stopping,
            information,
            known: HashSet::new(),
            since_refit: 0,
            is_fitted: false,
        })
    }

    /// The dimension by which the queue is chosen.
    pub fn main(&self) -> &Dimension {
        &self.dimensions[0]
    }

    /// Whether it has learned from a judgment already.
    pub fn knows(&self, judgment: JudgmentId) -> bool {
        self.known.contains(&judgment)
    }

    /// Whether a head has learned from somebody's vote on the pair that an item is.
    pub fn has_vote_on(&self, item: ItemId) -> bool {
        let Some(pair) = self.pool.item(item).filter(|item| item.candidates == 2).map(Pool::pairs_of) else {
            return false;
        };
        let ends = ends(&self.pool.pairs[pair.start]);
        let votes = self.dimensions.iter().flat_map(|dimension| &dimension.votes);
        votes.into_iter().any(|known| ends == self::ends(&self.pool.pairs[known.pair]))
    }

    /// How many votes came since the last refit.
    pub fn since_refit(&self) -> usize {
        self.since_refit
    }

    /// What the heads say of an item's first pair now, by question.
    pub fn predictions(&self, item: ItemId) -> Vec<(String, Prediction)> {
        let Some(item) = self.pool.item(item).filter(|item| item.candidates == 2) else { return Vec::new() };
        let place = pair_of(item, 0, 1);
        let pair = self.pool.pairs[place];
        self.dimensions
            .iter()
            .map(|dimension| {
                let offset = dimension.offset(place);
                let belief = dimension.head.belief(&self.pool.table, pair.a, pair.b, offset);
                (dimension.key.clone(), prediction(belief, dimension.head.likelihood()))
            })
            .collect()
    }

    /// What the main head says of a pair.
    pub fn prediction_of_pair(&self, pair: usize) -> Prediction {
        prediction(self.belief.belief(pair), self.main().head.likelihood())
    }

    /// What the heads, and models taken together, say of an item's candidates.
    pub fn scores(&self, item: ItemId) -> Vec<ItemScores> {
        let Some(item) = self.pool.item(item) else { return Vec::new() };
        let heads = self
            .dimensions
            .iter()
            .filter(|dimension| {
                let has_prior = !self.pool.scorers.is_empty() || !self.pool.judges.is_empty();
                !dimension.votes.is_empty() || has_prior
            })
            .map(|dimension| ItemScores {
                scorer: Scorer::Head,
                name: "head".to_owned(),
                dimension: dimension.key.clone(),
                scores: self.scores_by(dimension, item),
            });
        let ratings = self.ratings.iter().filter_map(|head| head.scores(&self.pool, item));
        let ensembles = self.pool.ensembles.iter().map(|ensemble| scores_of(ensemble, item));
        heads.chain(ratings).chain(ensembles).collect()
    }

    /// What judges of pairs say of the two that an item is.
    pub fn scores_of_judges(&self, item: ItemId) -> Vec<ItemScores> {
        let item = self.pool.item(item);
        item.map_or_else(Vec::new, |item| {
            self.pool.judges.iter().filter_map(|judge| judge.scores(item)).collect()
        })
    }

    /// What a head says of an item's candidates; of two, with half of what judges of pairs add to each.
    fn scores_by(&self, dimension: &Dimension, item: &PoolItem) -> Vec<Option<f64>> {
        let half = if item.candidates == 2 { dimension.offset(item.first_pair as usize) / 2.0 } else { 0.0 };
        let scores = item.rows.iter().map(|row| dimension.head.score(&self.pool.table, *row));
        scores
            .zip([half, -half].into_iter().chain(std::iter::repeat(0.0)))
            .map(|(score, of_judges)| Some(score + of_judges))
            .collect()
    }

    /// Takes a judgment in; of one that is known already nothing is learned twice.
    pub fn take_in(&mut self, judgment: &Judgment) {
        if !self.known.insert(judgment.given.id) {
            return;
        }
        for (place, dimension) in self.dimensions.iter_mut().enumerate() {
            for mut known in votes_of(&self.pool, judgment, &dimension.key) {
                known.vote.offset = dimension.offset(known.pair);
                let update = dimension.head.update(&self.pool.table, &known.vote);
                if place == 0 {
                    self.belief.refresh(&self.pool.table, &self.pool.pairs, &update);
                    self.since_refit += 1;
                }
                dimension.votes.push(known);
            }
        }
    }

    /// Starts again from all judgments in force. A review stands for its item alone.
    pub fn refit(&mut self, judgments: &[Judgment], threads: usize) {
        self.known = judgments.iter().map(|judgment| judgment.given.id).collect();
        let reviewed: HashSet<ItemId> = judgments
            .iter()
            .filter(|judgment| judgment.given.origin == tiebreak_domain::Origin::Review)
            .map(|judgment| judgment.given.item)
            .collect();
        for dimension in &mut self.dimensions {
            let votes = judgments.iter().flat_map(|judgment| votes_of(&self.pool, judgment, &dimension.key));
            let counted = votes.filter(|vote| vote.is_review || !reviewed.contains(&vote.item));
            dimension.fit(&self.pool, counted.collect());
        }
        for head in &mut self.ratings {
            let counted = judgments.iter().filter(|judgment| {
                let is_review = judgment.given.origin == tiebreak_domain::Origin::Review;
                is_review || !reviewed.contains(&judgment.given.item)
            });
            head.refit(&self.pool, counted);
        }
        let head = &self.dimensions[0].head;
        let offsets = self.dimensions[0].offsets();
        self.belief = PoolBelief::new(head, &self.pool.table, &self.pool.pairs, offsets, threads);
        self.information = InformationTable::new(head.likelihood());
        self.note_for_stopping(threads);
        self.since_refit = 0;
        self.is_fitted = true;
    }

    /// Whether it was fitted since it was made.
    pub fn is_fitted(&self) -> bool {
        self.is_fitted
    }

    /// The items that the head is sure of, so far as that.
    pub fn sure(&self, above: f64) -> Vec<(ItemId, Prediction)> {
        let pairs = self.pool.items.iter().filter(|item| item.candidates == 2);
        pairs
            .map(|item| (item.id, self.prediction_of_pair(item.first_pair as usize)))
            .filter(|(_, prediction)| prediction.confidence() > above)
            .collect()
    }

    /// Judged items of which one model holds the first for much better, and another the second.
    pub fn contradicted(&self) -> Vec<ItemId> {
        let members: Vec<Member> = self.pool.scorers.iter().map(|scorer| scorer.member.clone()).collect();
        let mut items: Vec<ItemId> = self
            .main()
            .votes
            .iter()
            .filter(|known| {
                let mut differences = differences(&members, known.vote.a, known.vote.b);
                let of_judges =
                    self.pool.judges.iter().map(|judge| judge.logit(known.pair) / judge.deviation());
                differences.extend(of_judges.filter(|logit| logit.is_finite()));
                let highest = differences.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let lowest = differences.iter().copied().fold(f64::INFINITY, f64::min);
                highest > CONTRADICTS && lowest < -CONTRADICTS
            })
            .map(|known| known.item)
            .collect();
        items.dedup();
        items
    }
}

/// What a scorer of the pool says of an item.
fn scores_of(scorer: &PoolScorer, item: &PoolItem) -> ItemScores {
    let said = item.rows.iter().map(|row| scorer.scores[*row as usize]);
    ItemScores {
        scorer: scorer.scorer.clone(),
        name: scorer.name.clone(),
        dimension: scorer.dimension.clone(),
        scores: said.map(|score| score.is_finite().then(|| f64::from(score))).collect(),
    }
}

/// The two candidates of a pair, whichever is A.
pub fn ends(pair: &Pair) -> [u32; 2] {
    [pair.a.min(pair.b), pair.a.max(pair.b)]
}

pub fn prediction(belief: Belief, likelihood: &Ordinal) -> Prediction {
    let OutcomeProbabilities { a, tie, b } = belief.outcome_probabilities(likelihood);
    let sum = a + tie + b;
    Prediction { a: a / sum, tie: tie / sum, b: b / sum }
}
