//! What was learned: a head for each dimension over one pool, and what the main one believes of every pair.
//!
//! A vote moves a head exactly ([`Learned::take_in`]); a refit starts again from all votes, which is also how a
//! vote is undone. Everything is a function of the pool and the votes, whatever was learned before ([`fitting`]).

mod fitting;
mod planning;
mod stopping;

pub use fitting::{Dimension, Foretold, is_about};
pub use planning::{Ahead, Planned};

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use roaring::RoaringBitmap;
use tiebreak_domain::reward::{ItemScores, Prediction, Scorer};
use tiebreak_domain::rubric::OVERALL;
use tiebreak_domain::{AnnotatorId, ItemId, Judgment, JudgmentId, Origin, Rubric};
use tiebreak_reward::learn::ensemble::{Member, differences};
use tiebreak_reward::learn::head::Belief;
use tiebreak_reward::learn::head::information::InformationTable;
use tiebreak_reward::learn::head::pool::{Pair, PoolBelief};
use tiebreak_reward::learn::ordinal::{Ordinal, OutcomeProbabilities};
use tiebreak_reward::learn::stopping::StoppingHistory;

use super::judges::PoolJudge;
use super::pool::{Pool, PoolItem, PoolScorer};
use super::rating::{self, RatingHead};
use super::votes::{KnownVote, dimensions, pair_of, votes_of};

/// Models contradict each other where one says this much for the first and another for the second, in deviations of
/// the pool.
const CONTRADICTS: f64 = 1.0;
/// From here on the head counts as sure.
pub const SURE: f64 = 0.9;

/// What a head says of a pair.
#[derive(Clone, Debug, PartialEq)]
pub struct Foresight {
    /// The question.
    pub question: String,
    /// Which two candidates, where the item has more.
    pub pair: Option<[u8; 2]>,
    /// What it says.
    pub prediction: Prediction,
}

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
    /// The items that compare candidates.
    pub askable: Arc<RoaringBitmap>,
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
        let compares = pool.items.iter().filter(|item| item.candidates > 1);
        let askable = Arc::new(compares.map(|item| item.id.0 as u32).collect());
        Some(Self {
            pool: Arc::new(pool),
            askable,
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

    /// The pairs of somebody's votes, whatever the question.
    fn voted(&self) -> HashSet<[u32; 2]> {
        let votes = self.dimensions.iter().flat_map(|dimension| &dimension.votes);
        votes.map(|known| ends(&self.pool.pairs[known.pair])).collect()
    }

    /// The items that have one of an item's candidates under the same prompt; none of one that is not in the pool.
    pub fn sharing_candidates(&self, item: ItemId) -> Option<Vec<ItemId>> {
        let told = self.pool.item(item)?;
        let of_prompt = self.pool.items.iter().filter(|other| other.cluster == told.cluster);
        let shares = |other: &&PoolItem| other.rows.iter().any(|row| told.rows.contains(row));
        Some(of_prompt.filter(shares).map(|other| other.id).filter(|other| *other != item).collect())
    }

    /// How many votes came since the last refit.
    pub fn since_refit(&self) -> usize {
        self.since_refit
    }

    /// What the heads say now of every pair of an item.
    pub fn predictions(&self, item: ItemId) -> Vec<Foresight> {
        self.foresight(item, |_| true)
    }

    /// The same of the pairs on which nobody has voted: what somebody else said of a pair is no foresight.
    pub fn fresh_predictions(&self, item: ItemId) -> Vec<Foresight> {
        let voted = self.voted();
        self.foresight(item, |pair| !voted.contains(&ends(pair)))
    }

    fn foresight(&self, item: ItemId, is_wanted: impl Fn(&Pair) -> bool) -> Vec<Foresight> {
        let Some(item) = self.pool.item(item) else { return Vec::new() };
        let candidates = item.candidates;
        let pairs = (0..candidates).flat_map(|a| (a + 1..candidates).map(move |b| [a, b]));
        let mut said = Vec::new();
        for [a, b] in pairs {
            let place = pair_of(item, a, b);
            let pair = &self.pool.pairs[place];
            if !is_wanted(pair) {
                continue;
            }
            said.extend(self.dimensions.iter().map(|dimension| {
                let offset = dimension.offset(place);
                let belief = dimension.head.belief(&self.pool.table, pair.a, pair.b, offset);
                Foresight {
                    question: dimension.key.clone(),
                    pair: (candidates > 2).then_some([a, b]),
                    prediction: prediction(belief, dimension.head.likelihood()),
                }
            }));
        }
        said
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
                let knows = |scored: &str| is_about(&dimension.key, scored);
                let has_prior = self.pool.scorers.iter().any(|scorer| knows(&scorer.dimension))
                    || self.pool.judges.iter().any(|judge| knows(&judge.dimension));
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
            for mut known in votes_of(&self.pool, judgment, &dimension.key, dimension.form) {
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
        let is_review = |judgment: &Judgment| judgment.given.origin == Origin::Review;
        let reviews = judgments.iter().filter(|judgment| is_review(judgment));
        let reviewed: HashSet<ItemId> = reviews.map(|judgment| judgment.given.item).collect();
        for dimension in &mut self.dimensions {
            let (key, form) = (dimension.key.clone(), dimension.form);
            let votes = judgments.iter().flat_map(|judgment| votes_of(&self.pool, judgment, &key, form));
            let (counted, set_aside) =
                votes.partition(|vote| vote.is_review || !reviewed.contains(&vote.item));
            dimension.fit(&self.pool, counted);
            dimension.set_aside = set_aside;
        }
        for head in &mut self.ratings {
            let counts =
                |judgment: &&Judgment| is_review(judgment) || !reviewed.contains(&judgment.given.item);
            let counted = judgments.iter().filter(counts);
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

    /// Takes note of the first votes of logs that go on with another vote: they are what is measured on, and nothing is
    /// learned from them.
    pub fn note_superseded(&mut self, first: &[Judgment]) {
        let log_of = |judgment: &Judgment| (judgment.given.item, judgment.given.annotator);
        let logs: HashSet<(ItemId, AnnotatorId)> = first.iter().map(log_of).collect();
        for dimension in &mut self.dimensions {
            let goes_on = |known: &KnownVote| logs.contains(&(known.item, known.annotator));
            for known in dimension.votes.iter_mut().filter(|known| goes_on(known)) {
                known.is_first = false;
            }
            dimension.set_aside.retain(|known| !goes_on(known));
            let votes = first
                .iter()
                .flat_map(|judgment| votes_of(&self.pool, judgment, &dimension.key, dimension.form));
            dimension.set_aside.extend(votes.filter(|known| !known.is_review));
        }
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

    /// Every model once: by its score of what the main question is about, or else overall, or else its first.
    fn main_scorers(&self) -> Vec<&PoolScorer> {
        self.one_of_each(&self.pool.scorers, |scorer| (&scorer.scorer, &scorer.dimension))
    }

    /// Every one of a model's words once, by the same rule.
    fn one_of_each<'a, T>(&self, words: &'a [T], of: impl Fn(&T) -> (&Scorer, &str)) -> Vec<&'a T> {
        let main = |of_model: &[&T]| {
            let about = |wanted: &str| of_model.iter().position(|word| kind(of(word).1) == wanted);
            about(&self.main().key).or_else(|| about(OVERALL)).unwrap_or(0)
        };
        let mut models: Vec<Vec<&T>> = Vec::new();
        for word in words {
            match models.iter_mut().find(|of_model| of(of_model[0]).0 == of(word).0) {
                Some(of_model) => of_model.push(word),
                None => models.push(vec![word]),
            }
        }
        models.into_iter().map(|of_model| of_model[main(&of_model)]).collect()
    }

    /// Models that can contradict each other: those of one dimension, and all by what they mainly say. What one of them
    /// says of two things is no contradiction.
    fn comparable(&self) -> Vec<Comparable<'_>> {
        let mut kinds: BTreeMap<String, Comparable<'_>> = BTreeMap::new();
        for scorer in &self.pool.scorers {
            kinds.entry(kind(&scorer.dimension)).or_default().members.push(scorer.member.clone());
        }
        for judge in &self.pool.judges {
            kinds.entry(kind(&judge.dimension)).or_default().judges.push(judge);
        }
        let main = Comparable {
            members: self.main_scorers().into_iter().map(|scorer| scorer.member.clone()).collect(),
            judges: self.one_of_each(&self.pool.judges, |judge| (&judge.scorer, &judge.dimension)),
        };
        let groups = kinds.into_values().chain([main]);
        groups.filter(|group| group.members.len() + group.judges.len() > 1).collect()
    }

    /// Judged items of which one model holds the first for much better, and another the second.
    pub fn contradicted(&self) -> Vec<ItemId> {
        let groups = self.comparable();
        let mut items: Vec<ItemId> = self
            .main()
            .votes
            .iter()
            .filter(|known| {
                groups.iter().any(|group| {
                    let differences = group.differences(known);
                    let highest = differences.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    let lowest = differences.iter().copied().fold(f64::INFINITY, f64::min);
                    highest > CONTRADICTS && lowest < -CONTRADICTS
                })
            })
            .map(|known| known.item)
            .collect();
        items.sort_unstable();
        items.dedup();
        items
    }
}

/// Models whose word is about one thing.
#[derive(Default)]
struct Comparable<'a> {
    members: Vec<Member>,
    judges: Vec<&'a PoolJudge>,
}

impl Comparable<'_> {
    /// How much each holds A for better, in deviations, so far as it says something.
    fn differences(&self, known: &KnownVote) -> Vec<f64> {
        let mut differences = differences(&self.members, known.vote.a, known.vote.b);
        let of_judges = self.judges.iter().map(|judge| judge.logit(known.pair) / judge.deviation());
        differences.extend(of_judges.filter(|logit| logit.is_finite()));
        differences
    }
}

/// What a model's word is about, as it is compared.
fn kind(dimension: &str) -> String {
    dimension.trim().to_lowercase()
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

#[cfg(test)]
mod tests {
    use tiebreak_domain::reward::ModelKey;
    use tiebreak_domain::showing::AcquisitionMethod;
    use tiebreak_domain::{Outcome, Rubric};

    use super::super::tests::{items, judgment, preferred, scorer};
    use super::*;

    /// Heads over twenty pairs with the scores of models, each (model, dimension, whether it favours the second).
    fn with_scorers(scorers: &[(&str, &str, bool)]) -> Learned {
        of_pool(pool_of(scorers))
    }

    fn pool_of(scorers: &[(&str, &str, bool)]) -> Pool {
        let mut pool = Pool::of_items(&items(20, 2));
        for (model, dimension, is_for_second) in scorers {
            let side = |row: usize| if (row % 2 == 1) == *is_for_second { 1.0 } else { -1.0 };
            let scores: Vec<f32> = (0..40).map(side).collect();
            pool.scorers.push(PoolScorer {
                scorer: Scorer::Model(ModelKey((*model).into())),
                ..scorer(dimension, &scores)
            });
        }
        pool
    }

    fn of_pool(pool: Pool) -> Learned {
        let mut heads = Learned::new(pool, &Rubric::default(), 1).unwrap();
        heads.refit(&[judgment(1, 1, 7, preferred(Outcome::B), AcquisitionMethod::Random)], 1);
        heads
    }

    #[test]
    fn what_one_model_says_of_two_things_is_no_contradiction() {
        let contradicted = |scorers: &[(&str, &str, bool)]| with_scorers(scorers).contradicted();
        let of_one = [("a", "helpfulness", true), ("a", "safety", false)];
        assert_eq!(contradicted(&of_one), []);
        assert_eq!(contradicted(&[("a", "safety", true), ("b", "Safety", false)]), [ItemId(7)]);
        let beside = [("a", "overall", true), ("a", "length", false), ("b", "quality", true)];
        assert_eq!(contradicted(&beside), [], "of models that score other things the main scores count");
        assert_eq!(contradicted(&[("a", "overall", true), ("b", "quality", false)]), [ItemId(7)]);
        let main: Vec<String> =
            with_scorers(&beside).main_scorers().iter().map(|scorer| scorer.dimension.clone()).collect();
        assert_eq!(main, ["overall", "quality"]);
    }

    #[test]
    fn a_judge_of_pairs_contradicts_who_scores_the_same() {
        // It holds the first of every pair for better, by more than a deviation.
        let contradicted = |scorer: (&str, &str, bool), about: &str| {
            let mut pool = pool_of(&[scorer]);
            let logits = (0..20).map(|pair| if pair == 6 { 2.0 } else { 1.0 }).collect();
            let (scorer, name) = (Scorer::Model(ModelKey("judge".into())), "judge".into());
            pool.judges.push(PoolJudge { scorer, name, dimension: about.into(), logits });
            of_pool(pool).contradicted()
        };
        assert_eq!(contradicted(("a", "overall", true), "overall"), [ItemId(7)]);
        assert_eq!(contradicted(("a", "overall", false), "overall"), [], "they agree");
        assert_eq!(contradicted(("a", "safety", true), "Safety"), [ItemId(7)]);
    }
}
