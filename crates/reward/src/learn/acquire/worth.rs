//! The worth of a pair under each policy, before and during a batch.
//!
//! What is drawn is drawn once when the batch begins, so that given the draws every policy is a ranking. Policies
//! that look ahead keep one number per candidate for each pick of the batch; a pair's worth is then a few
//! subtractions, and never rises as the batch grows, which [`super::queue`] rests on.

use rand::Rng;
use rand::seq::index::sample;
use statrs::function::gamma::digamma;

use crate::learn::ensemble;
use crate::learn::head::pool::{dot_f32, project_into, squared_distance};
use crate::learn::head::{Belief, Head, Vote};
use crate::learn::logistic::{gumbel_draw, sigmoid};

use super::{Policy, Reason, Situation};

/// Pairs of the open pool whose variance V-optimality looks at.
const TARGETS: usize = 64;
/// Prompts among which neighbours are looked for.
const PROMPTS_COMPARED: usize = 1_000;
/// The neighbour whose distance tells how crowded a prompt is (BAL-PM's code uses 10 to 15).
const NEIGHBOUR: usize = 10;
/// What a nat of prompt entropy counts beside one of information.
const SPREAD_WEIGHT: f64 = 0.01;
/// How deviations count beside the mean for the widest gap.
const GAP_DEVIATIONS: f64 = 1.0;
/// Sharpness of the noisy policy's choice.
const NOISE_SHARPNESS: f64 = 1.0;

pub(super) struct Worth<'a> {
    situation: Situation<'a>,
    policy: Policy,
    /// The head with the variance that the batch so far would leave.
    head: Head,
    /// `φ·u` of every candidate and the shrinkage, per pick.
    foreseen: Vec<(Vec<f32>, f32)>,
    /// What was drawn for each pair or candidate, by policy.
    noise: Vec<f32>,
    draws: Vec<Vec<f32>>,
    targets: Targets,
    spread: Option<Spread>,
    /// Nearest asked difference so far, for the coreset.
    nearest: Vec<f32>,
    /// The verdict of a pair that was asked once.
    asked: Vec<Option<Vote>>,
}

impl<'a> Worth<'a> {
    pub fn new(situation: Situation<'a>, policy: Policy, random: &mut impl Rng) -> Self {
        let policy = match policy {
            Policy::PromptSpread if situation.prompts.is_none() => Policy::GreedyInformation,
            other => other,
        };
        let mut worth = Self {
            situation,
            policy,
            head: situation.head.clone(),
            foreseen: Vec::new(),
            noise: Vec::new(),
            draws: Vec::new(),
            targets: Targets::default(),
            spread: None,
            nearest: Vec::new(),
            asked: Vec::new(),
        };
        let draw_count = if policy == Policy::ThompsonGap { 2 } else { 0 };
        for draw in worth.head.draws(draw_count, random) {
            worth.draws.push(worth.projected(&draw.iter().map(|value| *value as f32).collect::<Vec<_>>()));
        }
        match policy {
            Policy::NoisyInformation => {
                let noise = |_| (gumbel_draw(random) / NOISE_SHARPNESS) as f32;
                worth.noise = (0..situation.pairs.len()).map(noise).collect();
            }
            Policy::VOptimal => worth.targets = Targets::new(&worth, random),
            Policy::PromptSpread => worth.spread = situation.prompts.map(|_| Spread::new(&situation, random)),
            Policy::Coreset => {
                worth.nearest = vec![f32::INFINITY; situation.pairs.len()];
                for vote in situation.votes {
                    worth.come_near(vote.a, vote.b);
                }
            }
            Policy::SecondOpinion => worth.asked = asked_once(&situation),
            _ => {}
        }
        worth
    }

    /// The pairs the policy chooses from: those that are open, and for a second opinion have one vote.
    pub fn is_eligible(&self, pair: usize) -> bool {
        let is_of_kind = self.policy != Policy::SecondOpinion || self.asked[pair].is_some();
        is_of_kind && self.situation.open[pair]
    }

    /// What asking this pair is worth now.
    pub fn of(&self, pair: usize) -> f32 {
        let belief = self.belief(pair);
        let ends = self.situation.pairs[pair];
        let information = |belief: Belief| {
            f64::from(self.situation.information.get(belief.mean as f32, belief.variance as f32))
        };
        let worth = match self.policy {
            Policy::FileOrder => -(pair as f64),
            // Both are drawn by the batch itself.
            Policy::Random | Policy::BestOfSet => 0.0,
            Policy::Uncertainty => -belief.mean.abs(),
            Policy::Information | Policy::GreedyInformation => information(belief),
            Policy::NoisyInformation => information(belief).max(1e-12).ln() + f64::from(self.noise[pair]),
            Policy::DOptimal => 0.5 * (self.head.predictive_information(belief) * belief.variance).ln_1p(),
            Policy::Variance => belief.variance,
            Policy::VOptimal => {
                let weight = self.head.predictive_information(belief);
                weight * self.targets.reduction(ends.a, ends.b) / (1.0 + weight * belief.variance)
            }
            Policy::GradientLength => {
                let chance = belief.chance_of_a();
                let (a, b) = (ends.a as usize, ends.b as usize);
                let length =
                    squared_distance(self.situation.table.row(a), self.situation.table.row(b)).sqrt();
                2.0 * chance * (1.0 - chance) * f64::from(length)
            }
            Policy::ThompsonGap => {
                let chance = |draw: &[f32]| {
                    sigmoid(f64::from(draw[ends.a as usize]) - f64::from(draw[ends.b as usize]))
                };
                (chance(&self.draws[0]) - chance(&self.draws[1])).abs()
            }
            Policy::Coreset => f64::from(self.nearest[pair]),
            Policy::PromptSpread => {
                information(belief)
                    + SPREAD_WEIGHT * self.spread.as_ref().map_or(0.0, |spread| spread.of(ends.cluster))
            }
            Policy::MaximalGap => belief.mean.abs() + GAP_DEVIATIONS * belief.variance.sqrt(),
            Policy::ModelAgainstModel => {
                ensemble::disagreement(&ensemble::differences(self.situation.members, ends.a, ends.b))
            }
            Policy::SecondOpinion => 1.0 - self.chance_of_vote(pair),
        };
        worth as f32
    }

    /// Why this pair is asked.
    pub fn reason(&self, pair: usize) -> Reason {
        let chance = self.belief(pair).chance_of_a();
        match self.policy {
            Policy::FileOrder => Reason::InOrder,
            Policy::Random => Reason::Random,
            Policy::Uncertainty => Reason::HeadUnsure { chance },
            Policy::Coreset | Policy::Variance => Reason::Unfamiliar,
            Policy::BestOfSet => Reason::Contenders,
            Policy::MaximalGap => Reason::ClearGap { chance },
            Policy::SecondOpinion => Reason::SecondOpinion { chance_of_vote: self.chance_of_vote(pair) },
            Policy::ModelAgainstModel => {
                let ends = self.situation.pairs[pair];
                let chances = ensemble::differences(self.situation.members, ends.a, ends.b);
                let chances = chances.into_iter().map(sigmoid);
                Reason::ModelsDisagree {
                    lowest: chances.clone().fold(1.0, f64::min),
                    highest: chances.fold(0.0, f64::max),
                }
            }
            _ if (0.4..=0.6).contains(&chance) => Reason::HeadUnsure { chance },
            _ => Reason::Informative { chance },
        }
    }

    /// Takes note that a pair is in the batch.
    pub fn took(&mut self, pair: usize) {
        let ends = self.situation.pairs[pair];
        match self.policy {
            Policy::GreedyInformation
            | Policy::DOptimal
            | Policy::Variance
            | Policy::VOptimal
            | Policy::PromptSpread => {
                // The pool's mean holds the offset of a judge of pairs, which the head does not know.
                let offset = f64::from(self.situation.pool.means()[pair])
                    - self.situation.head.belief(self.situation.table, ends.a, ends.b, 0.0).mean;
                let update = self.head.foresee(self.situation.table, ends.a, ends.b, offset);
                let projected = self.projected(&update.direction);
                self.targets.follow(&projected, update.shrink as f32);
                self.foreseen.push((projected, update.shrink as f32));
                if let Some(spread) = &mut self.spread {
                    spread.took(ends.cluster);
                }
            }
            Policy::Coreset => self.come_near(ends.a, ends.b),
            _ => {}
        }
    }

    /// What the head would believe of a pair after the batch so far.
    pub fn belief(&self, pair: usize) -> Belief {
        let ends = self.situation.pairs[pair];
        let mut belief = self.situation.pool.belief(pair);
        for (projected, shrink) in &self.foreseen {
            let moved = projected[ends.a as usize] - projected[ends.b as usize];
            belief.variance -= f64::from(shrink * moved * moved);
        }
        belief.variance = belief.variance.max(0.0);
        belief
    }

    fn chance_of_vote(&self, pair: usize) -> f64 {
        self.asked[pair].map_or(1.0, |vote| {
            let chance = self.belief(pair).outcome_probabilities(self.head.likelihood());
            match vote.verdict {
                crate::learn::ordinal::Verdict::A(_) => chance.a,
                crate::learn::ordinal::Verdict::B(_) => chance.b,
                // Without a tie level a tie is half of each, and surprises where one side is sure.
                crate::learn::ordinal::Verdict::Tie if chance.tie == 0.0 => 2.0 * chance.a.min(chance.b),
                crate::learn::ordinal::Verdict::Tie => chance.tie,
            }
        })
    }

    /// Lowers the distance of every pair to the nearest asked one. A pair and its mirror teach the same.
    fn come_near(&mut self, a: u32, b: u32) {
        let table = self.situation.table;
        let asked =
            table.row(a as usize).iter().zip(table.row(b as usize)).map(|(a, b)| a - b).collect::<Vec<_>>();
        let length = dot_f32(&asked, &asked);
        let projected = self.projected(&asked);
        for (nearest, pair) in self.nearest.iter_mut().zip(self.situation.pairs) {
            let own = squared_distance(table.row(pair.a as usize), table.row(pair.b as usize));
            let product = projected[pair.a as usize] - projected[pair.b as usize];
            *nearest = nearest.min((own + length - 2.0 * product.abs()).max(0.0));
        }
    }

    fn projected(&self, direction: &[f32]) -> Vec<f32> {
        let mut projected = vec![0.0; self.situation.table.len()];
        project_into(&mut projected, self.situation.table, direction, 1);
        projected
    }
}

/// The vote of every pair that has exactly one.
fn asked_once(situation: &Situation<'_>) -> Vec<Option<Vote>> {
    let mut by_ends = std::collections::HashMap::<(u32, u32), Vec<Vote>>::new();
    for vote in situation.votes {
        by_ends.entry((vote.a, vote.b)).or_default().push(*vote);
    }
    let once = |pair: &super::Pair| match by_ends.get(&(pair.a, pair.b)).map(Vec::as_slice) {
        Some([vote]) => Some(*vote),
        _ => None,
    };
    situation.pairs.iter().map(once).collect()
}

/// `φ·Σt` of every candidate for a sample of target differences t: with them `xᵀΣAΣx` is a mean of squares.
#[derive(Default)]
struct Targets {
    projections: Vec<Vec<f32>>,
    ends: Vec<(u32, u32)>,
}

impl Targets {
    fn new(worth: &Worth<'_>, random: &mut impl Rng) -> Self {
        let open =
            (0..worth.situation.pairs.len()).filter(|pair| worth.situation.open[*pair]).collect::<Vec<_>>();
        let chosen = sample(random, open.len(), TARGETS.min(open.len()));
        let ends = chosen.iter().map(|index| worth.situation.pairs[open[index]]).map(|pair| (pair.a, pair.b));
        let ends = ends.collect::<Vec<_>>();
        let projections = ends
            .iter()
            .map(|(a, b)| {
                worth.projected(&worth.head.covariance_times_difference(worth.situation.table, *a, *b))
            })
            .collect();
        Self { projections, ends }
    }

    fn reduction(&self, a: u32, b: u32) -> f64 {
        let square =
            |projection: &Vec<f32>| f64::from(projection[a as usize] - projection[b as usize]).powi(2);
        self.projections.iter().map(square).sum::<f64>() / self.projections.len().max(1) as f64
    }

    /// `Σ` lost `shrink · u uᵀ`, so every `φ·Σt` loses `shrink · (φ·u)(u·t)`.
    fn follow(&mut self, projected: &[f32], shrink: f32) {
        for (projection, (a, b)) in self.projections.iter_mut().zip(&self.ends) {
            let factor = shrink * (projected[*a as usize] - projected[*b as usize]);
            projection.iter_mut().zip(projected).for_each(|(value, moved)| *value -= factor * moved);
        }
    }
}

/// How much a prompt adds to the entropy of the prompts asked about, by its k-th neighbour among all prompts and
/// the count of asked ones nearer than that (Kraskov, Stögbauer and Grassberger 2004, as in BAL-PM).
struct Spread {
    distances: Vec<f32>,
    asked_near: Vec<u32>,
    features: Vec<Vec<f32>>,
}

impl Spread {
    fn new(situation: &Situation<'_>, random: &mut impl Rng) -> Self {
        let prompts = situation.prompts.expect("the policy is chosen only where prompts are given");
        let features = (0..prompts.len()).map(|row| prompts.row(row).to_vec()).collect::<Vec<_>>();
        let compared = sample(random, features.len(), PROMPTS_COMPARED.min(features.len())).into_vec();
        let distances = features
            .iter()
            .map(|own| {
                let mut others = compared
                    .iter()
                    .map(|other| squared_distance(own, &features[*other]))
                    .filter(|distance| *distance > 0.0)
                    .collect::<Vec<_>>();
                others.sort_by(f32::total_cmp);
                others.get(NEIGHBOUR - 1).or(others.last()).copied().unwrap_or(0.0).sqrt()
            })
            .collect();
        let mut spread = Self { distances, asked_near: vec![0; features.len()], features };
        let clusters = situation.pairs.iter().map(|pair| ((pair.a, pair.b), pair.cluster));
        let clusters = clusters.collect::<std::collections::HashMap<_, _>>();
        for vote in situation.votes {
            if let Some(cluster) = clusters.get(&(vote.a, vote.b)) {
                spread.took(*cluster);
            }
        }
        spread
    }

    fn of(&self, cluster: u32) -> f64 {
        let cluster = cluster as usize;
        let width = self.features[cluster].len() as f64;
        (2.0 * f64::from(self.distances[cluster]) + 1e-4).ln()
            - digamma(f64::from(self.asked_near[cluster]) + 1.0) / width
    }

    fn took(&mut self, cluster: u32) {
        let asked = self.features[cluster as usize].clone();
        for ((features, distance), count) in
            self.features.iter().zip(&self.distances).zip(&mut self.asked_near)
        {
            *count += u32::from(squared_distance(features, &asked) <= distance * distance);
        }
    }
}
