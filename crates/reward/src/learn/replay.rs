//! The label-efficiency benchmark on labels that are already there (METHODS 3).
//!
//! A run splits the prompts into a pool and a test set, gives every method the same random warm-up, lets a policy
//! ask batch after batch, and keeps a curve: labels against accuracy and log-loss on the test pairs, with the
//! calibration on audits beside. One seed gives one curve, on every machine. [`compare`] has means over seeds and
//! what they save; intervals are the caller's. The study says where the labels come from: people, or a hidden
//! [`teacher`] with a known ceiling.

pub mod compare;
pub mod teacher;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};

use super::acquire::batch::choose;
use super::acquire::{BatchSettings, Policy, Situation};
use super::ensemble::{Member, standardised};
use super::features::{ColumnKind, FeatureTable};
use super::head::information::InformationTable;
use super::head::pool::{Pair, PoolBelief};
use super::head::prior::Prior;
use super::head::{Head, Vote};
use super::ordinal::{Ordinal, Verdict};

/// What a replay runs on.
#[derive(Clone, Copy)]
pub struct Study<'a> {
    /// The candidates' features, without scorers.
    pub table: &'a FeatureTable,
    /// The pairs, each with its prompt as the cluster.
    pub pairs: &'a [Pair],
    /// What people said of each.
    pub labels: &'a [Verdict],
    /// The length of each candidate, for the baseline.
    pub lengths: &'a [f32],
    /// A reward model's score of each candidate, for the baseline and as a prior.
    pub scorer: Option<&'a [f32]>,
    /// Scores of models, standardised, which [`Policy::ModelAgainstModel`] holds against each other and the head.
    pub members: &'a [Member],
    /// A row per cluster, the features of its prompt, which [`Policy::PromptSpread`] goes by.
    pub prompts: Option<&'a FeatureTable>,
}

/// Whether labels that are there can stand for answers to this policy's questions. A pair has one label here, so that
/// nobody has a second opinion.
pub fn can_replay(policy: Policy) -> bool {
    policy != Policy::SecondOpinion
}

/// One run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Who chooses.
    pub policy: Policy,
    /// Decides split, warm-up, draws and teacher; equal seeds are paired across policies.
    pub seed: u64,
    /// Labels to spend, warm-up included.
    pub budget: usize,
    /// Labels between refits.
    pub batch_size: usize,
    /// Random labels at the start, the same for every policy.
    pub warm_up: usize,
    /// The share of prompts kept for the test.
    pub test_share: f64,
    /// The share of audits among the picks.
    pub audit_share: f64,
    /// Pairs of one prompt in a batch; 0 for no cap.
    pub cap_per_cluster: usize,
    /// Whether the scorer joins as a column.
    pub has_scorer: bool,
    /// Labels from a hidden linear taste with this accuracy at best, instead of people's.
    pub teacher_accuracy: Option<f64>,
    /// The share of pool labels turned around; the test stays clean.
    pub flipped_share: f64,
    /// Whether each batch ends in a refit, its prior chosen across prompts; otherwise one-by-one updates only.
    pub has_refit: bool,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            policy: Policy::GreedyInformation,
            seed: 0,
            budget: 600,
            batch_size: 20,
            warm_up: 20,
            test_share: 0.35,
            audit_share: 0.15,
            cap_per_cluster: 1,
            has_scorer: false,
            teacher_accuracy: None,
            flipped_share: 0.0,
            has_refit: true,
        }
    }
}

/// A point of a curve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Labels spent.
    pub labels: usize,
    /// Share of decided test pairs whose side is met.
    pub accuracy: f64,
    /// Mean log-loss of decided test pairs, in nats.
    pub log_loss: f64,
    /// Expected calibration error on the audits so far, each predicted before it was learned from, in ten bins of
    /// equal width; none before there are ten.
    pub audit_calibration_error: Option<f64>,
}

/// What needs no learning, on the same test pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Baselines {
    /// The longer candidate wins.
    pub longer_wins: f64,
    /// The scorer's higher score wins; none where there is no scorer.
    pub scorer_alone: Option<f64>,
    /// The place, A or B, that wins more often in the pool.
    pub majority_place: f64,
}

/// What a run found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The run.
    pub run: Run,
    /// After the warm-up, and after each batch.
    pub points: Vec<Point>,
    /// With every label of the pool.
    pub full_pool: Point,
    /// Without any.
    pub baselines: Baselines,
    /// Pairs in the pool.
    pub pool_size: usize,
    /// Decided pairs in the test.
    pub test_size: usize,
}

/// Runs one seed of one policy.
pub fn replay(study: &Study<'_>, run: &Run) -> Curve {
    let mut split_random = StdRng::seed_from_u64(run.seed);
    let (pool, test) = split(study, run, &mut split_random);
    let mut labels = match run.teacher_accuracy {
        Some(accuracy) => teacher::labels(study.table, study.pairs, accuracy, &mut split_random),
        None => study.labels.to_vec(),
    };
    let test = test.into_iter().filter(|pair| labels[*pair] != Verdict::Tie).collect::<Vec<_>>();
    let baselines = baselines(study, &labels, &pool, &test);
    for pair in &pool {
        if split_random.random::<f64>() < run.flipped_share {
            labels[*pair] = labels[*pair].swapped();
        }
    }
    let joined = study.scorer.filter(|_| run.has_scorer).map(|scorer| {
        let column = FeatureTable::from_scores("scorer", ColumnKind::Scorer, scorer);
        column.joined(study.table).expect("a scorer scores every candidate")
    });
    let ground = Ground {
        table: joined.as_ref().unwrap_or(study.table),
        pairs: pool.iter().map(|pair| study.pairs[*pair]).collect(),
        labels: pool.iter().map(|pair| labels[*pair]).collect(),
        test: test.iter().map(|pair| (study.pairs[*pair], labels[*pair])).collect(),
        study: *study,
    };
    let (points, full_pool) = ground.spend(run, &mut split_random);
    Curve {
        run: *run,
        points,
        full_pool,
        baselines,
        pool_size: ground.pairs.len(),
        test_size: ground.test.len(),
    }
}

/// Pool and test, no prompt in both; places in the study.
fn split(study: &Study<'_>, run: &Run, random: &mut StdRng) -> (Vec<usize>, Vec<usize>) {
    let mut clusters = study.pairs.iter().map(|pair| pair.cluster).collect::<Vec<_>>();
    clusters.sort_unstable();
    clusters.dedup();
    clusters.shuffle(random);
    let test_count = (clusters.len() as f64 * run.test_share).round() as usize;
    let mut test_clusters = clusters[..test_count].to_vec();
    test_clusters.sort_unstable();
    let is_test = |pair: &usize| test_clusters.binary_search(&study.pairs[*pair].cluster).is_ok();
    let (test, pool) = (0..study.pairs.len()).partition(is_test);
    (pool, test)
}

fn baselines(study: &Study<'_>, labels: &[Verdict], pool: &[usize], test: &[usize]) -> Baselines {
    let by_values = |values: &[f32]| {
        let met = test.iter().map(|pair| {
            let ends = study.pairs[*pair];
            let gap = values[ends.a as usize] - values[ends.b as usize];
            // Equal values are a guess.
            if gap == 0.0 { 0.5 } else { f64::from(u8::from((gap > 0.0) == is_a(labels[*pair]))) }
        });
        met.sum::<f64>() / test.len().max(1) as f64
    };
    let wins = |pairs: &[usize]| pairs.iter().filter(|pair| is_a(labels[**pair])).count();
    let losses = |pairs: &[usize]| pairs.iter().filter(|pair| is_a(labels[**pair].swapped())).count();
    let a_leads = wins(pool) >= losses(pool);
    let met = if a_leads { wins(test) } else { losses(test) };
    Baselines {
        longer_wins: by_values(study.lengths),
        scorer_alone: study.scorer.map(by_values),
        majority_place: met as f64 / test.len().max(1) as f64,
    }
}

fn is_a(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::A(_))
}

struct Ground<'a> {
    table: &'a FeatureTable,
    pairs: Vec<Pair>,
    labels: Vec<Verdict>,
    test: Vec<(Pair, Verdict)>,
    study: Study<'a>,
}

impl Ground<'_> {
    fn spend(&self, run: &Run, shared: &mut StdRng) -> (Vec<Point>, Point) {
        let likelihood = Ordinal::bradley_terry();
        let information = InformationTable::new(&likelihood);
        let start = Head::new(self.table, likelihood, Prior::default());
        let mut open = vec![true; self.pairs.len()];
        let mut votes = Vec::new();
        let mut groups = Vec::new();
        let mut audits = Vec::new();
        let mut order = (0..self.pairs.len()).collect::<Vec<_>>();
        order.shuffle(shared);
        for pair in order.into_iter().take(run.warm_up.min(run.budget)) {
            open[pair] = false;
            votes.push(self.vote(pair));
            groups.push(self.pairs[pair].cluster);
        }
        // The policy's draws are its own, so that the shared ones stay paired.
        let mut random = StdRng::seed_from_u64(shared.random());
        let mut head = start.refit_across_groups(self.table, &votes, &groups);
        let mut points = vec![self.point(&head, votes.len(), &audits)];
        while votes.len() < run.budget {
            let pool = PoolBelief::new(&head, self.table, &self.pairs, None, 1);
            let settings = BatchSettings {
                policy: run.policy,
                size: run.batch_size.min(run.budget - votes.len()),
                audit_share: run.audit_share,
                cap_per_cluster: run.cap_per_cluster,
                ..BatchSettings::default()
            };
            let members = self.members(run.policy, &head);
            let situation = Situation {
                head: &head,
                table: self.table,
                pairs: &self.pairs,
                pool: &pool,
                information: &information,
                open: &open,
                askable: &open,
                items: None,
                votes: &votes,
                members: &members,
                prompts: self.study.prompts,
            };
            let picks = choose(&situation, &settings, &mut random);
            if picks.is_empty() {
                break;
            }
            let mut asked = Vec::with_capacity(picks.len());
            for pick in &picks {
                open[pick.pair] = false;
                asked.push(self.vote(pick.pair));
                groups.push(self.pairs[pick.pair].cluster);
                if pick.is_audit && self.labels[pick.pair] != Verdict::Tie {
                    audits.push((pool.belief(pick.pair).chance_of_a(), is_a(self.labels[pick.pair])));
                }
            }
            votes.extend(&asked);
            if run.has_refit {
                head = head.refit_across_groups(self.table, &votes, &groups);
            } else {
                for vote in &asked {
                    head.update(self.table, vote);
                }
            }
            points.push(self.point(&head, votes.len(), &audits));
        }
        let all = (0..self.pairs.len()).map(|pair| self.vote(pair)).collect::<Vec<_>>();
        let clusters = self.pairs.iter().map(|pair| pair.cluster).collect::<Vec<_>>();
        let full = head.refit_across_groups(self.table, &all, &clusters);
        (points, self.point(&full, all.len(), &audits))
    }

    /// The models, and the head as one of them, where they are held against each other.
    fn members(&self, policy: Policy, head: &Head) -> Vec<Member> {
        if policy != Policy::ModelAgainstModel {
            return Vec::new();
        }
        let score = |row: usize| head.score(self.table, row as u32) as f32;
        let of_head: Vec<f32> = (0..self.table.len()).map(score).collect();
        self.study.members.iter().cloned().chain([standardised(&of_head, None)]).collect()
    }

    fn vote(&self, pair: usize) -> Vote {
        Vote::new(self.pairs[pair].a, self.pairs[pair].b, self.labels[pair])
    }

    fn point(&self, head: &Head, labels: usize, audits: &[(f64, bool)]) -> Point {
        let (mut met, mut loss) = (0.0, 0.0);
        for (pair, label) in &self.test {
            let belief = head.belief(self.table, pair.a, pair.b, 0.0);
            let chance = belief.chance_of_a();
            met += if chance == 0.5 { 0.5 } else { f64::from(u8::from((chance > 0.5) == is_a(*label))) };
            loss -= if is_a(*label) { chance } else { 1.0 - chance }.max(1e-12).ln();
        }
        let count = self.test.len().max(1) as f64;
        Point {
            labels,
            accuracy: met / count,
            log_loss: loss / count,
            audit_calibration_error: (audits.len() >= 10).then(|| calibration_error(audits)),
        }
    }
}

/// Ten bins of equal width over the chance of A: the mean gap between chance and frequency, by count.
fn calibration_error(predictions: &[(f64, bool)]) -> f64 {
    let mut bins = [(0.0, 0.0); 10];
    for (chance, came) in predictions {
        let bin = &mut bins[((chance * 10.0) as usize).min(9)];
        bin.0 += chance;
        bin.1 += f64::from(u8::from(*came));
    }
    bins.iter().map(|(chances, came)| (chances - came).abs()).sum::<f64>() / predictions.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::head::tests::world;

    struct Owned {
        table: FeatureTable,
        pairs: Vec<Pair>,
        labels: Vec<Verdict>,
        lengths: Vec<f32>,
    }

    fn owned() -> Owned {
        let (table, votes) = world(240, 6, 300, 30);
        let pairs = votes
            .iter()
            .enumerate()
            .map(|(index, vote)| Pair { a: vote.a, b: vote.b, cluster: index as u32 / 2 })
            .collect();
        let lengths = (0..240).map(|row| table.row(row)[0]).collect();
        Owned { table, pairs, labels: votes.iter().map(|vote| vote.verdict).collect(), lengths }
    }

    impl Owned {
        fn study(&self) -> Study<'_> {
            Study {
                table: &self.table,
                pairs: &self.pairs,
                labels: &self.labels,
                lengths: &self.lengths,
                scorer: Some(&self.lengths),
                members: &[],
                prompts: None,
            }
        }
    }

    fn short(policy: Policy) -> Run {
        Run { policy, budget: 80, ..Run::default() }
    }

    #[test]
    fn one_seed_is_one_curve_and_learning_shows() {
        let owned = owned();
        let run = short(Policy::GreedyInformation);
        let curve = replay(&owned.study(), &run);
        assert_eq!(curve, replay(&owned.study(), &run), "the same again");
        assert_ne!(curve.points, replay(&owned.study(), &Run { seed: 1, ..run }).points);
        assert_eq!(curve.points.iter().map(|point| point.labels).collect::<Vec<_>>(), [20, 40, 60, 80]);
        let last = curve.points[3];
        assert!(last.accuracy > 0.7 && last.log_loss < 0.62, "a linear taste is learned: {last:?}");
        assert!(curve.full_pool.accuracy >= last.accuracy - 0.05);
        assert_eq!(curve.pool_size + curve.test_size, 300);
    }

    #[test]
    fn policies_share_split_and_warm_up() {
        let owned = owned();
        let [one, other] =
            [Policy::Random, Policy::Coreset].map(|policy| replay(&owned.study(), &short(policy)));
        assert_eq!(one.points[0], other.points[0], "the warm-up is the same");
        assert_eq!(one.full_pool.accuracy, other.full_pool.accuracy);
        assert_eq!(one.baselines, other.baselines);
        assert_ne!(one.points[2], other.points[2], "then they part");
    }

    #[test]
    fn models_and_prompts_that_are_there_are_gone_by() {
        let owned = owned();
        let first_picks = |study: &Study<'_>, policy| replay(study, &short(policy)).points;
        let members = [(0..240).map(|row| owned.table.row(row)[3]).collect::<Member>()];
        let against = Study { members: &members, ..owned.study() };
        assert_ne!(
            first_picks(&against, Policy::ModelAgainstModel),
            first_picks(&owned.study(), Policy::ModelAgainstModel),
            "a model that contradicts the head is asked about"
        );
        let (prompts, _) = world(150, 4, 0, 31);
        let spread = Study { prompts: Some(&prompts), ..owned.study() };
        assert_ne!(
            first_picks(&spread, Policy::PromptSpread),
            first_picks(&owned.study(), Policy::GreedyInformation),
            "and prompts that are apart"
        );
        assert!(!can_replay(Policy::SecondOpinion) && can_replay(Policy::PromptSpread));
    }

    #[test]
    fn no_prompt_is_in_pool_and_test() {
        let owned = owned();
        let (pool, test) = split(&owned.study(), &Run::default(), &mut StdRng::seed_from_u64(1));
        assert_eq!(pool.len() + test.len(), 300);
        for pair in &test {
            let cluster = owned.pairs[*pair].cluster;
            assert!(pool.iter().all(|other| owned.pairs[*other].cluster != cluster));
        }
        assert!((test.len() as f64 / 300.0 - 0.35).abs() < 0.02);
    }

    #[test]
    fn updates_alone_come_near_refits() {
        let owned = owned();
        let mean = |has_refit| {
            let curves = (0..4).map(|seed| {
                replay(&owned.study(), &Run { seed, has_refit, ..short(Policy::Random) }).points[3].accuracy
            });
            curves.sum::<f64>() / 4.0
        };
        let (with, without) = (mean(true), mean(false));
        assert!((with - without).abs() < 0.03, "{with} and {without}");
    }

    #[test]
    fn flips_hurt_and_a_good_scorer_helps() {
        let owned = owned();
        let clean = replay(&owned.study(), &short(Policy::Random));
        let flipped = replay(&owned.study(), &Run { flipped_share: 0.5, ..short(Policy::Random) });
        assert!(flipped.full_pool.accuracy < clean.full_pool.accuracy - 0.1);
        let mut study = owned.study();
        // The hidden taste itself, by what a head of all pairs thinks.
        let votes =
            owned.pairs.iter().zip(&owned.labels).map(|(pair, label)| Vote::new(pair.a, pair.b, *label));
        let head = Head::new(&owned.table, Ordinal::bradley_terry(), Prior::default())
            .refit(&owned.table, &votes.collect::<Vec<_>>());
        let scores = (0..240).map(|row| head.score(&owned.table, row) as f32).collect::<Vec<_>>();
        study.scorer = Some(&scores);
        let helped = replay(&study, &Run { has_scorer: true, ..short(Policy::Random) });
        assert!(helped.points[0].accuracy > clean.points[0].accuracy + 0.02, "the prior counts at once");
        assert!(helped.baselines.scorer_alone > Some(0.7));
    }

    #[test]
    fn calibration_error_is_by_count() {
        let predictions = [(0.95, true), (0.95, false), (0.05, false), (0.05, false)];
        assert!((calibration_error(&predictions) - (0.9 + 0.1) / 4.0).abs() < 1e-12);
    }
}
