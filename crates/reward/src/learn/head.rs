//! The head that learns from votes: Bayesian, over features, with an exact update per vote.
//!
//! A normal belief about one weight per column (features, lengths, scorers) and one for the side of the screen.
//! [`Head::update`] takes one vote in at O(d²) and says what moved, so that [`pool::PoolBelief`] follows at one pass
//! over the candidates (METHODS 2.6). [`Head::refit`] starts again from all votes, by damped Newton steps: undo is
//! a refit without the vote, and what a worker found is swapped in whole. Scorers are columns whose prior is
//! centred above zero and wide, so that a model's opinion counts before the first vote and its weight β is
//! refitted with everything else. One head per dimension; they share a [`FeatureTable`].

pub mod information;
mod kernel;
pub mod luce;
pub mod pool;
pub mod prior;
pub mod refit;

use serde::{Deserialize, Serialize};

use super::features::{Column, FeatureTable};
use super::logistic::{normal_below, normal_density, normal_draw, sigmoid};
use super::matrix::{Cholesky, Symmetric, add_scaled, dot};
use super::ordinal::{Ordinal, OutcomeProbabilities, Verdict};
use super::quadrature::expectation;
use prior::Prior;

/// One answer of one annotator on one pair of candidates (rows of the table).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vote {
    /// Row of the first candidate.
    pub a: u32,
    /// Row of the second.
    pub b: u32,
    /// What was said.
    pub verdict: Verdict,
    /// How much it counts; 1 for a plain vote.
    pub weight: f64,
    /// Where A was on the screen: 1 left, −1 right, 0 unknown.
    pub position: f64,
    /// What a judge of pairs adds to the difference, on the logit scale; 0 for none.
    pub offset: f64,
}

impl Vote {
    /// A vote of weight 1 with nothing known of its side.
    pub fn new(a: u32, b: u32, verdict: Verdict) -> Self {
        Self { a, b, verdict, weight: 1.0, position: 0.0, offset: 0.0 }
    }
}

/// What a head believes of a pair's difference: a normal distribution.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Belief {
    /// The expected advantage of A.
    pub mean: f64,
    /// Its variance.
    pub variance: f64,
}

impl Belief {
    /// The probability that A wins a contest without ties, `σ(m / √(1 + πv/8))` (MacKay 1992, *Neural Comput.*
    /// 4:720); within .009 for a deviation up to 2.
    pub fn chance_of_a(self) -> f64 {
        sigmoid(self.mean / (1.0 + std::f64::consts::PI * self.variance / 8.0).sqrt())
    }

    /// The probability of each outcome.
    pub fn outcome_probabilities(self, likelihood: &Ordinal) -> OutcomeProbabilities {
        let expected = |part: fn(OutcomeProbabilities) -> f64| {
            expectation(self.mean, self.variance, |difference| {
                part(likelihood.outcome_probabilities(difference))
            })
        };
        let (a, b) = (expected(|outcome| outcome.a), expected(|outcome| outcome.b));
        OutcomeProbabilities { a, tie: (1.0 - a - b).max(0.0), b }
    }

    /// What asking could gain: the expected better of both less the better expected one, `√v (φ(z) − z Φ(−z))`
    /// with `z = |m| / √v` (the off-switch rule, METHODS 2.6). Ask where it exceeds the cost of asking.
    pub fn value_of_asking(self) -> f64 {
        let deviation = self.variance.max(0.0).sqrt();
        if deviation == 0.0 {
            return 0.0;
        }
        let z = self.mean.abs() / deviation;
        (deviation * (normal_density(z) - z * normal_below(-z))).max(0.0)
    }
}

/// What one vote moved: `w += gain · u`, `Σ −= shrink · u uᵀ`.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    /// `u`, for the columns of the table.
    pub direction: Vec<f32>,
    /// `a` of METHODS 2.6.
    pub gain: f64,
    /// `c` of METHODS 2.6.
    pub shrink: f64,
}

/// A head's belief, ready to be drawn from.
pub struct Weights {
    means: Vec<f64>,
    factor: Cholesky,
    columns: usize,
}

impl Weights {
    /// Weights drawn from the belief, for the columns of the table.
    pub fn draw(&self, random: &mut impl rand::Rng) -> Vec<f64> {
        let noise = self.means.iter().map(|_| normal_draw(random)).collect::<Vec<_>>();
        let mut drawn = self.factor.colour(&noise);
        add_scaled(&mut drawn, 1.0, &self.means);
        drawn.truncate(self.columns);
        drawn
    }
}

/// A belief about the weights of the columns, and of the side of the screen.
#[derive(Clone, Debug)]
pub struct Head {
    likelihood: Ordinal,
    prior: Prior,
    columns: Vec<Column>,
    weights: Vec<f64>,
    covariance: Symmetric,
}

impl Head {
    /// A head that has seen no vote.
    pub fn new(table: &FeatureTable, likelihood: Ordinal, prior: Prior) -> Self {
        Self::over(table.columns().to_vec(), likelihood, prior)
    }

    /// The same over columns that are those of the table, but may be something else to this head.
    pub fn over(columns: Vec<Column>, likelihood: Ordinal, prior: Prior) -> Self {
        let (weights, variances) = prior.moments(&columns);
        let covariance = Symmetric::from_diagonal(&variances);
        Self { likelihood, prior, columns, weights, covariance }
    }

    /// The likelihood of an answer.
    pub fn likelihood(&self) -> &Ordinal {
        &self.likelihood
    }

    /// The columns it has weights for.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The prior it started from.
    pub fn prior(&self) -> Prior {
        self.prior
    }

    /// The expected weight of each column of the table.
    pub fn weights(&self) -> &[f64] {
        &self.weights[..self.columns.len()]
    }

    /// The expected advantage of the left side, on the logit scale, and its standard error.
    pub fn left_advantage(&self) -> (f64, f64) {
        let place = self.columns.len();
        (self.weights[place], self.covariance.get(place, place).sqrt())
    }

    /// The standard error of a column's weight.
    pub fn weight_error(&self, column: usize) -> f64 {
        self.covariance.get(column, column).sqrt()
    }

    /// What it believes of a pair, with neither side favoured.
    pub fn belief(&self, table: &FeatureTable, a: u32, b: u32, offset: f64) -> Belief {
        let design = design(table, a, b, 0.0);
        let mean = dot(&self.weights, &design) + offset;
        Belief { mean, variance: dot(&design, &self.covariance.times(&design)).max(0.0) }
    }

    /// The expected score of one candidate; only differences mean something.
    pub fn score(&self, table: &FeatureTable, candidate: u32) -> f64 {
        let row = table.row(candidate as usize);
        self.weights.iter().zip(row).map(|(weight, value)| weight * f64::from(*value)).sum()
    }

    /// Takes one vote in, and says what moved. Given the belief before, the new mean is the exact most probable
    /// one: it lies on `w + span(Σx)`, where a one-dimensional search finds it (METHODS 2.6).
    pub fn update(&mut self, table: &FeatureTable, vote: &Vote) -> Update {
        let design = design(table, vote.a, vote.b, vote.position);
        let direction = self.covariance.times(&design);
        let spread = dot(&design, &direction).max(0.0);
        let mean = dot(&self.weights, &design) + vote.offset;
        let gain = self.gain(vote, mean, spread);
        let information =
            vote.weight * self.likelihood.evaluate(vote.verdict, mean + gain * spread).information;
        let shrink = information / (1.0 + information * spread);
        add_scaled(&mut self.weights, gain, &direction);
        self.covariance.add_outer(-shrink, &direction);
        Update { direction: self.table_part(&direction), gain, shrink }
    }

    /// Lowers the variance as if a pair had been asked, without knowing the answer; the mean stays.
    /// For choosing batches (METHODS 2.7, greedy BALD).
    pub fn foresee(&mut self, table: &FeatureTable, a: u32, b: u32, offset: f64) -> Update {
        let design = design(table, a, b, 0.0);
        let direction = self.covariance.times(&design);
        let spread = dot(&design, &direction).max(0.0);
        let belief = Belief { mean: dot(&self.weights, &design) + offset, variance: spread };
        let information = self.predictive_information(belief);
        let shrink = information / (1.0 + information * spread);
        self.covariance.add_outer(-shrink, &direction);
        Update { direction: self.table_part(&direction), gain: 0.0, shrink }
    }

    /// How informative an answer is expected to be: `p̄ (1 − p̄)` for two levels, and Fisher's information at the
    /// mean, shrunken alike, for more.
    pub fn predictive_information(&self, belief: Belief) -> f64 {
        let shrunken = belief.mean / (1.0 + std::f64::consts::PI * belief.variance / 8.0).sqrt();
        self.likelihood.expected_information(shrunken)
    }

    /// Weights drawn from the belief, one list per draw, for the columns of the table.
    pub fn draws(&self, count: usize, random: &mut impl rand::Rng) -> Vec<Vec<f64>> {
        if count == 0 {
            return Vec::new();
        }
        let weights = self.weights_to_draw();
        (0..count).map(|_| weights.draw(random)).collect()
    }

    /// The belief made ready for many draws: what a draw costs most is done once.
    pub fn weights_to_draw(&self) -> Weights {
        Weights { means: self.weights.clone(), factor: self.factor(), columns: self.columns.len() }
    }

    /// A factor of the covariance. Thousands of updates without a refit may leave it a rounding error short of
    /// positive definite; then as little as needed is added to its diagonal.
    fn factor(&self) -> Cholesky {
        let largest =
            (0..self.weights.len()).map(|place| self.covariance.get(place, place)).fold(0.0, f64::max);
        let mut added = 0.0;
        loop {
            let mut raised = self.covariance.clone();
            raised.add_diagonal(&vec![added; self.weights.len()]);
            if let Some(factor) = raised.cholesky() {
                return factor;
            }
            added = (10.0 * added).max(1e-14 * largest).max(1e-300);
            assert!(added.is_finite(), "features and offsets are finite numbers, so a covariance is");
        }
    }

    /// `Σ(φ_a − φ_b)`, for the columns of the table: how the difference of these candidates goes with any other.
    pub fn covariance_times_difference(&self, table: &FeatureTable, a: u32, b: u32) -> Vec<f32> {
        self.table_part(&self.covariance.times(&design(table, a, b, 0.0)))
    }

    /// The root of `a = g(m + a s²)`, where g is the slope of the log-probability. The left side rises and the
    /// right side falls, so there is one root, and Newton's steps are kept inside a shrinking bracket.
    fn gain(&self, vote: &Vote, mean: f64, spread: f64) -> f64 {
        // A slope of the log-probability never exceeds one.
        let (mut low, mut high) = (-vote.weight, vote.weight);
        let mut gain = 0.0;
        for _ in 0..60 {
            let at = self.likelihood.evaluate(vote.verdict, mean + gain * spread);
            let rest = gain - vote.weight * at.gradient;
            if rest.abs() < 1e-14 {
                break;
            }
            if rest > 0.0 {
                high = gain
            } else {
                low = gain
            }
            let step = gain - rest / (1.0 + vote.weight * at.information * spread);
            gain = if step > low && step < high { step } else { f64::midpoint(low, high) };
        }
        gain
    }

    fn table_part(&self, vector: &[f64]) -> Vec<f32> {
        vector[..self.columns.len()].iter().map(|value| *value as f32).collect()
    }
}

/// What A has over B, and where A was on the screen.
fn design(table: &FeatureTable, a: u32, b: u32, position: f64) -> Vec<f64> {
    table.difference(a, b).chain([position]).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;
    use crate::learn::features::ColumnKind;

    /// Random features, and votes of a hidden linear taste.
    pub(in crate::learn) fn world(
        candidates: usize,
        width: usize,
        votes: usize,
        seed: u64,
    ) -> (FeatureTable, Vec<Vote>) {
        let mut random = StdRng::seed_from_u64(seed);
        let values = (0..candidates * width).map(|_| normal_draw(&mut random) as f32).collect();
        let names = (0..width).map(|index| format!("column {index}")).collect();
        let table = FeatureTable::from_values(names, ColumnKind::Feature, values).unwrap();
        let taste = (0..width).map(|_| normal_draw(&mut random)).collect::<Vec<_>>();
        let votes = (0..votes)
            .map(|_| {
                let a = random.random_range(0..candidates as u32);
                let b = (a + random.random_range(1..candidates as u32)) % candidates as u32;
                let difference =
                    table.difference(a, b).zip(&taste).map(|(value, weight)| value * weight).sum::<f64>();
                let verdict =
                    if random.random_bool(sigmoid(difference)) { Verdict::A(None) } else { Verdict::B(None) };
                Vote { position: if random.random() { 1.0 } else { -1.0 }, ..Vote::new(a, b, verdict) }
            })
            .collect();
        (table, votes)
    }

    fn fresh(table: &FeatureTable, likelihood: Ordinal) -> Head {
        Head::new(table, likelihood, Prior { feature_variance: 0.3, ..Prior::default() })
    }

    #[test]
    fn one_update_is_one_refit() {
        let (table, votes) = world(12, 5, 4, 3);
        for (likelihood, verdict) in [
            (Ordinal::bradley_terry(), Verdict::A(None)),
            (Ordinal::bradley_terry(), Verdict::Tie),
            (Ordinal::rao_kupper(0.4), Verdict::Tie),
            (Ordinal::strengths(), Verdict::B(Some(3))),
        ] {
            let vote = Vote { verdict, offset: 0.3, weight: 1.5, ..votes[0] };
            let mut updated = fresh(&table, likelihood);
            updated.update(&table, &vote);
            let refitted = fresh(&table, updated.likelihood.clone()).refit(&table, &[vote]);
            for (one, other) in updated.weights.iter().zip(&refitted.weights) {
                assert!((one - other).abs() < 1e-9, "{verdict:?}: {one} and {other}");
            }
            for index in 0..6 {
                let [one, other] =
                    [&updated, &refitted].map(|head| head.covariance.get(index, (index + 2) % 6));
                assert!((one - other).abs() < 1e-9, "{verdict:?}: covariance");
            }
        }
    }

    #[test]
    fn many_updates_stay_near_the_refit() {
        let (table, votes) = world(60, 8, 200, 4);
        let mut updated = fresh(&table, Ordinal::bradley_terry());
        for vote in &votes {
            updated.update(&table, vote);
        }
        let refitted = fresh(&table, Ordinal::bradley_terry()).refit(&table, &votes);
        // One by one is an approximation of all at once: what it is for, the side of a pair, hardly differs.
        let (mut gaps, mut alike, mut count) = (0.0, 0, 0);
        for a in 0..60 {
            for b in 0..a {
                let [one, other] =
                    [&updated, &refitted].map(|head| head.belief(&table, a, b, 0.0).chance_of_a());
                gaps += (one - other).abs();
                alike += usize::from((one > 0.5) == (other > 0.5));
                count += 1;
            }
        }
        assert!(gaps / f64::from(count) < 0.02, "chances: {}", gaps / f64::from(count));
        assert!(alike as f64 / f64::from(count) > 0.98, "sides: {alike} of {count}");
    }

    #[test]
    fn undo_is_a_refit_without_the_vote() {
        let (table, mut votes) = world(30, 4, 25, 5);
        let before = fresh(&table, Ordinal::bradley_terry()).refit(&table, &votes);
        votes.push(Vote::new(3, 9, Verdict::B(None)));
        let after = before.refit(&table, &votes);
        votes.pop();
        let undone = after.refit(&table, &votes);
        for (one, other) in before.weights.iter().zip(&undone.weights) {
            assert!((one - other).abs() < 1e-9, "nothing of the vote is left");
        }
        assert!(
            before.weights.iter().zip(&after.weights).any(|(one, other)| (one - other).abs() > 1e-3),
            "the vote did move the head"
        );
    }

    #[test]
    fn the_left_side_is_learned_and_kept_out_of_beliefs() {
        let (table, votes) = world(40, 2, 0, 6);
        assert!(votes.is_empty());
        let votes = (0..200)
            .map(|index| {
                let position = if index % 2 == 0 { 1.0 } else { -1.0 };
                // Left wins three times in four whatever is shown.
                let left = index % 8 < 6;
                let verdict = if left == (position > 0.0) { Verdict::A(None) } else { Verdict::B(None) };
                Vote { position, ..Vote::new(index % 39, 39, verdict) }
            })
            .collect::<Vec<_>>();
        let head = fresh(&table, Ordinal::bradley_terry()).refit(&table, &votes);
        let (advantage, error) = head.left_advantage();
        assert!((advantage - 3.0_f64.ln()).abs() < 2.0 * error, "ln 3 is near {advantage}");
        assert!(head.belief(&table, 5, 5, 0.0).mean.abs() < 1e-12, "equal candidates are equal");
    }

    #[test]
    fn golden_predictive_and_off_switch() {
        let belief = Belief { mean: 1.0, variance: 1.0 };
        assert!((belief.outcome_probabilities(&Ordinal::bradley_terry()).a - 0.696_735).abs() < 1e-6);
        assert!((belief.chance_of_a() - 0.696_735).abs() < 0.009);
        let unsure = Belief { mean: 0.0, variance: 4.0 };
        assert!((unsure.value_of_asking() - 2.0 * 0.398_942_28).abs() < 1e-7);
        assert!(Belief { mean: 9.0, variance: 1.0 }.value_of_asking() < 1e-9, "a clear case is not asked");
    }

    #[test]
    fn a_covariance_that_rounding_spoiled_still_serves() {
        let (table, _) = world(10, 3, 0, 13);
        let mut head = fresh(&table, Ordinal::bradley_terry());
        let direction = [0.3_f64.sqrt(), 0.0, 0.0, 0.0];
        head.covariance.add_outer(-1.0 - 1e-12, &direction);
        assert!(head.covariance.cholesky().is_none(), "it is spoiled");
        let draw = &head.draws(1, &mut StdRng::seed_from_u64(1))[0];
        assert!(draw[0].abs() < 1e-4 && draw[1].abs() > 1e-4, "the spent direction is sure, others are not");
    }

    #[test]
    fn draws_have_the_moments_of_the_belief() {
        let (table, votes) = world(30, 3, 20, 7);
        let head = fresh(&table, Ordinal::bradley_terry()).refit(&table, &votes);
        let draws = head.draws(20_000, &mut StdRng::seed_from_u64(1));
        for column in 0..3 {
            let values = draws.iter().map(|draw| draw[column]).collect::<Vec<_>>();
            let spread = crate::learn::logistic::population_variance(&values).sqrt();
            assert!((crate::learn::logistic::mean(&values) - head.weights[column]).abs() < 0.02);
            assert!((spread / head.weight_error(column) - 1.0).abs() < 0.03);
        }
    }

    proptest! {
        #[test]
        fn swapping_a_and_b_changes_only_the_sign(seed in 0_u64..200) {
            let (table, votes) = world(10, 4, 6, seed);
            let swapped = votes
                .iter()
                .map(|vote| Vote {
                    a: vote.b,
                    b: vote.a,
                    verdict: vote.verdict.swapped(),
                    position: -vote.position,
                    ..*vote
                })
                .collect::<Vec<_>>();
            let mut reversed = swapped.clone();
            reversed.reverse();
            let start = fresh(&table, Ordinal::rao_kupper(0.4));
            let one = start.refit(&table, &votes);
            for other in [start.refit(&table, &swapped), start.refit(&table, &reversed)] {
                for (one, other) in one.weights.iter().zip(&other.weights) {
                    prop_assert!((one - other).abs() < 1e-8);
                }
            }
            let (ab, ba) = (one.belief(&table, 1, 2, 0.2), one.belief(&table, 2, 1, -0.2));
            prop_assert!((ab.mean + ba.mean).abs() < 1e-10 && (ab.variance - ba.variance).abs() < 1e-10);
        }
    }
}
