//! Fitting a head to all votes at once, and choosing its prior by the evidence.
//!
//! Newton steps on the penalised log-likelihood, halved until they climb: undamped, they diverge under weak priors
//! (METHODS 5, trap 1). The curvature at the top is the Laplace approximation, whose determinant gives the
//! evidence `ln p(votes | τ²)` (MacKay 1992, *Neural Comput.* 4:415).

use crate::learn::features::{ColumnKind, FeatureTable};
use crate::learn::matrix::{Cholesky, Symmetric, dot};
use crate::learn::ordinal::Ordinal;
use crate::learn::ordinal::thresholds::{self, Answer};

use super::kernel::Kernel;
use super::luce::{Order, Orders};
use super::{Head, Vote};

/// Half a decade: neighbouring variances that the evidence is asked about.
const VARIANCE_STEP: f64 = 3.162_277_660_168_379_5;
const FOLDS: usize = 5;
/// Above so many votes a column, going by weights is cheaper than going by votes.
const MOST_VOTES_PER_COLUMN: usize = 2;
/// Rounds over the variances; each ends at once where nothing moves.
const MOST_ROUNDS: usize = 4;
const VARIANCE_RANGE: std::ops::RangeInclusive<f64> = 1e-5..=1e2;
/// How far an answer's threshold may stray from where it started, as a deviation of its logarithm.
const THRESHOLD_DEVIATION: f64 = 0.7;

/// Votes laid out for fitting: a row of differences per vote, the side of the screen last; and whole orders.
pub(super) struct Votes<'a> {
    votes: &'a [Vote],
    rows: Vec<f64>,
    width: usize,
    orders: Orders<'a>,
}

struct Peak {
    weights: Vec<f64>,
    factor: Cholesky,
    log_evidence: f64,
}

impl<'a> Votes<'a> {
    pub(super) fn new(table: &FeatureTable, votes: &'a [Vote]) -> Self {
        let rows =
            votes.iter().flat_map(|vote| table.difference(vote.a, vote.b).chain([vote.position])).collect();
        Self { votes, rows, width: table.width() + 1, orders: Orders::default() }
    }

    fn with_orders(table: &FeatureTable, votes: &'a [Vote], orders: &'a [Order]) -> Self {
        Self { orders: Orders::new(table, orders), ..Self::new(table, votes) }
    }

    fn differences(&self, weights: &[f64]) -> Vec<f64> {
        self.rows
            .chunks_exact(self.width)
            .zip(self.votes)
            .map(|(row, vote)| dot(row, weights) + vote.offset)
            .collect()
    }
}

impl Head {
    /// The head that these votes make, from its prior; this one is only where the search starts. Pure and `Send`:
    /// run it on a worker and swap the result in.
    pub fn refit(&self, table: &FeatureTable, votes: &[Vote]) -> Self {
        let votes = Votes::new(table, votes);
        self.at_peak(self.climb(&votes, &self.weights))
    }

    /// [`Self::refit`], with whole orders beside votes. An order's pairs are not among the votes.
    pub fn refit_with_orders(&self, table: &FeatureTable, votes: &[Vote], orders: &[Order]) -> Self {
        let votes = Votes::with_orders(table, votes, orders);
        self.at_peak(self.climb(&votes, &self.weights))
    }

    /// [`Self::refit`], with the variances of features and of blocks that the evidence prefers. It walks in half
    /// decades from those it has, so that a refit after a few more votes asks about neighbours only.
    ///
    /// Evidence takes votes as independent. Where several pairs share a prompt they are not, and it trusts features
    /// that only tell the prompts apart: there, [`Self::refit_across_groups`] is the safe one.
    pub fn refit_with_evidence(&self, table: &FeatureTable, votes: &[Vote]) -> Self {
        let laid_out = Votes::new(table, votes);
        let chosen = self.walk(|head| head.climb(&laid_out, &head.weights).log_evidence);
        chosen.at_peak(chosen.climb(&laid_out, &chosen.weights))
    }

    /// [`Self::refit`], with the variances of features and of blocks that foretell votes of other groups best:
    /// five-fold cross-validation of the log-likelihood, no group (prompt) in two folds. `groups` has one entry per
    /// vote. With fewer groups than folds the variances stay.
    pub fn refit_across_groups(&self, table: &FeatureTable, votes: &[Vote], groups: &[u32]) -> Self {
        let mut distinct = groups.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() < FOLDS {
            return self.refit(table, votes);
        }
        let fold = |place: usize| distinct.binary_search(&groups[place]).unwrap_or(0) % FOLDS;
        let folds: Vec<(Vec<usize>, Vec<usize>)> =
            (0..FOLDS).map(|held_out| (0..votes.len()).partition(|place| fold(*place) != held_out)).collect();
        let chosen = if votes.len() <= table.width() * MOST_VOTES_PER_COLUMN {
            let laid_out = Votes::new(table, votes);
            let kernel = Kernel::new(votes, &laid_out.rows, &self.columns, &self.prior);
            self.walk(|head| {
                let of_fold = |(learned, held_out): &(Vec<usize>, Vec<usize>)| {
                    kernel.foretold(learned, held_out, &head.prior, &head.columns, &head.likelihood)
                };
                folds.iter().map(of_fold).sum()
            })
        } else {
            self.walk(|head| head.foretold_by_weights(table, votes, &folds))
        };
        chosen.refit(table, votes)
    }

    /// The log-likelihood of each fold under the weights that the others make.
    fn foretold_by_weights(
        &self,
        table: &FeatureTable,
        votes: &[Vote],
        folds: &[(Vec<usize>, Vec<usize>)],
    ) -> f64 {
        let of_fold = |(learned, held_out): &(Vec<usize>, Vec<usize>)| {
            let pick = |places: &[usize]| places.iter().map(|place| votes[*place]).collect::<Vec<_>>();
            let (learned, held_out) = (pick(learned), pick(held_out));
            let peak = self.climb(&Votes::new(table, &learned), &self.weights);
            self.log_likelihood(&Votes::new(table, &held_out), &peak.weights)
        };
        folds.iter().map(of_fold).sum()
    }

    /// The head whose variances score highest, found by steps of half a decade uphill, one variance after the other
    /// until none of them moves.
    fn walk(&self, score: impl Fn(&Self) -> f64) -> Self {
        let mut best = (self.clone(), score(self));
        let kinds = [ColumnKind::Feature, ColumnKind::Block];
        let there: Vec<ColumnKind> =
            kinds.into_iter().filter(|kind| self.columns.iter().any(|column| column.kind == *kind)).collect();
        for _ in 0..MOST_ROUNDS {
            let before = best.0.prior;
            for kind in &there {
                for factor in [VARIANCE_STEP, VARIANCE_STEP.recip()] {
                    let mut has_climbed = false;
                    loop {
                        let mut next = best.0.clone();
                        let variance = match kind {
                            ColumnKind::Block => &mut next.prior.block_variance,
                            _ => &mut next.prior.feature_variance,
                        };
                        *variance *= factor;
                        if !VARIANCE_RANGE.contains(variance) {
                            break;
                        }
                        let reached = score(&next);
                        if reached <= best.1 {
                            break;
                        }
                        best = (next, reached);
                        has_climbed = true;
                    }
                    if has_climbed {
                        break;
                    }
                }
            }
            if there.len() < 2 || best.0.prior == before {
                break;
            }
        }
        best.0
    }

    /// [`Self::refit`], with the thresholds of ties and strengths learned in turn with the weights.
    pub fn refit_with_thresholds(&self, table: &FeatureTable, votes: &[Vote], start: &Ordinal) -> Self {
        self.refit_orders_with_thresholds(table, votes, &[], &[], start)
    }

    /// The same with whole orders beside votes. What their pairs say of ties is said by `of_orders`.
    pub fn refit_orders_with_thresholds(
        &self,
        table: &FeatureTable,
        votes: &[Vote],
        orders: &[Order],
        of_orders: &[Vote],
        start: &Ordinal,
    ) -> Self {
        let laid_out = Votes::with_orders(table, votes, orders);
        let pairs = Votes::new(table, of_orders);
        let mut head = self.clone();
        head.likelihood = start.clone();
        for _ in 0..20 {
            let peak = head.climb(&laid_out, &head.weights);
            head = head.at_peak(peak);
            let differences =
                [laid_out.differences(&head.weights), pairs.differences(&head.weights)].concat();
            let answers = differences
                .into_iter()
                .zip(votes.iter().chain(of_orders))
                .map(|(difference, vote)| Answer { difference, verdict: vote.verdict, weight: vote.weight })
                .collect::<Vec<_>>();
            let before = head.likelihood.clone();
            head.likelihood = thresholds::learn(start, &answers, THRESHOLD_DEVIATION);
            let moved = before.thresholds().iter().zip(head.likelihood.thresholds());
            if moved.map(|(before, after)| (before - after).abs()).fold(0.0, f64::max) < 1e-4 {
                break;
            }
        }
        head.at_peak(head.climb(&laid_out, &head.weights))
    }

    /// The logarithm of the evidence of these votes under this head's prior, by Laplace's approximation.
    pub fn log_evidence(&self, table: &FeatureTable, votes: &[Vote]) -> f64 {
        self.climb(&Votes::new(table, votes), &self.weights).log_evidence
    }

    fn at_peak(&self, peak: Peak) -> Self {
        Self { weights: peak.weights, covariance: peak.factor.inverse(), ..self.clone() }
    }

    fn log_likelihood(&self, votes: &Votes<'_>, weights: &[f64]) -> f64 {
        let each = votes.differences(weights).into_iter().zip(votes.votes).map(|(difference, vote)| {
            vote.weight * self.likelihood.evaluate(vote.verdict, difference).log_probability
        });
        each.sum::<f64>() + votes.orders.log_likelihood(weights)
    }

    fn climb(&self, votes: &Votes<'_>, start: &[f64]) -> Peak {
        let (prior_mean, prior_variance) = self.prior.moments(&self.columns);
        // A column that may not move has no variance; so small a one leaves it where it is.
        let precision = prior_variance.iter().map(|variance| variance.max(1e-12).recip()).collect::<Vec<_>>();
        let objective = |weights: &[f64]| {
            let likelihood = self.log_likelihood(votes, weights);
            let penalty = weights
                .iter()
                .zip(&prior_mean)
                .zip(&precision)
                .map(|((weight, mean), precision)| precision * (weight - mean).powi(2))
                .sum::<f64>();
            likelihood - 0.5 * penalty
        };
        let mut weights = start.to_vec();
        let mut value = objective(&weights);
        // A start that lies badly, say from another prior, is worse than none.
        let from_prior = objective(&prior_mean);
        if !value.is_finite() || from_prior > value {
            weights.clone_from(&prior_mean);
            value = from_prior;
        }
        for _ in 0..100 {
            let (gradient, factor) = self.slopes(votes, &weights, &prior_mean, &precision);
            let step = factor.solve(&gradient);
            let mut share = 1.0;
            let mut has_moved = false;
            while share > 1e-8 {
                let next =
                    weights.iter().zip(&step).map(|(weight, step)| weight + share * step).collect::<Vec<_>>();
                let reached = objective(&next);
                if reached >= value {
                    value = reached;
                    weights = next;
                    has_moved = true;
                    break;
                }
                share *= 0.5;
            }
            if !has_moved || share * step.iter().fold(0.0_f64, |most, step| most.max(step.abs())) < 1e-10 {
                break;
            }
        }
        let (_, factor) = self.slopes(votes, &weights, &prior_mean, &precision);
        let log_prior_determinant = precision.iter().map(|precision| precision.ln()).sum::<f64>();
        let log_evidence = value + 0.5 * (log_prior_determinant - factor.log_determinant());
        Peak { weights, factor, log_evidence }
    }

    fn slopes(
        &self,
        votes: &Votes<'_>,
        weights: &[f64],
        prior_mean: &[f64],
        precision: &[f64],
    ) -> (Vec<f64>, Cholesky) {
        let mut gradient = weights
            .iter()
            .zip(prior_mean)
            .zip(precision)
            .map(|((weight, mean), precision)| precision * (mean - weight))
            .collect::<Vec<_>>();
        let differences = votes.differences(weights);
        let mut information = Vec::with_capacity(differences.len());
        for ((difference, vote), row) in
            differences.into_iter().zip(votes.votes).zip(votes.rows.chunks_exact(votes.width))
        {
            let at = self.likelihood.evaluate(vote.verdict, difference);
            crate::learn::matrix::add_scaled(&mut gradient, vote.weight * at.gradient, row);
            information.push(vote.weight * at.information);
        }
        let mut curvature = Symmetric::weighted_gram(&votes.rows, &information, votes.width);
        let (of_orders, information) = votes.orders.slopes(weights, &mut gradient);
        if !information.is_empty() {
            curvature.add_all(&Symmetric::weighted_gram(&of_orders, &information, votes.width));
        }
        curvature.add_diagonal(precision);
        let factor = curvature.cholesky().expect("a prior's precision makes the curvature positive definite");
        (gradient, factor)
    }
}

#[cfg(test)]
mod tests {
    use super::super::prior::Prior;
    use super::super::tests::world;
    use super::*;
    use crate::learn::ordinal::Verdict;

    #[test]
    fn weak_priors_do_not_make_it_diverge() {
        // Separable: without damping and a prior the weights run away.
        let (table, votes) = world(40, 30, 20, 8);
        let prior = Prior { feature_variance: 1e4, ..Prior::default() };
        let head = Head::new(&table, Ordinal::bradley_terry(), prior).refit(&table, &votes);
        assert!(head.weights.iter().all(|weight| weight.is_finite()));
        for vote in &votes {
            let chance = head.belief(&table, vote.a, vote.b, 0.0).mean;
            assert_eq!(chance > 0.0, vote.verdict == Verdict::A(None), "what was said is fitted");
        }
    }

    #[test]
    fn evidence_finds_the_scale_of_the_taste() {
        // The hidden taste has variance 1 per column.
        let (table, votes) = world(300, 10, 1_500, 9);
        for start in [1e-4, 50.0] {
            let prior = Prior { feature_variance: start, ..Prior::default() };
            let head = Head::new(&table, Ordinal::bradley_terry(), prior).refit_with_evidence(&table, &votes);
            let found = head.prior.feature_variance;
            assert!((0.2..5.0).contains(&found), "from {start} it walks to about one: {found}");
            assert!(
                head.log_evidence(&table, &votes) > {
                    let beside = Prior { feature_variance: found * 10.0, ..head.prior };
                    Head::new(&table, Ordinal::bradley_terry(), beside).log_evidence(&table, &votes)
                }
            );
        }
    }

    #[test]
    fn groups_unmask_features_that_only_tell_prompts_apart() {
        // Ten votes on each of 60 pairs, settled by a coin per pair: no feature carries over to another pair.
        let (table, coins) = world(120, 40, 60, 14);
        let votes = (0..600_u32)
            .map(|index| {
                Vote::new(2 * (index % 60), 2 * (index % 60) + 1, coins[index as usize % 60].verdict)
            })
            .collect::<Vec<_>>();
        let groups = (0..600).map(|index| index % 60).collect::<Vec<_>>();
        let start = Head::new(&table, Ordinal::bradley_terry(), Prior::default());
        let by_evidence = start.refit_with_evidence(&table, &votes).prior.feature_variance;
        let across = start.refit_across_groups(&table, &votes, &groups).prior.feature_variance;
        assert!(by_evidence > 0.1 && across < 0.01, "{by_evidence} trusts them, {across} does not");
    }

    /// Two named columns that decide, and 60 numbers that say nothing.
    fn drowned(votes: usize, seed: u64) -> (FeatureTable, Vec<Vote>) {
        let (named, votes) = world(200, 2, votes, seed);
        let (noise, _) = world(200, 60, 0, seed + 100);
        let names = (0..60).map(|index| format!("number {index}")).collect();
        let block =
            FeatureTable::from_values(names, ColumnKind::Block, noise.values().to_vec()).expect("whole rows");
        (named.joined(&block).expect("as many rows"), votes)
    }

    #[test]
    fn going_by_votes_foretells_what_going_by_weights_does() {
        let (table, mut votes) = drowned(60, 15);
        votes[3].verdict = Verdict::Tie;
        votes[7].weight = 0.5;
        votes[9].offset = 0.4;
        let scorer: Vec<f32> = (0..200).map(|row| table.row(row)[0]).collect();
        let table = FeatureTable::from_scores("scorer", ColumnKind::Scorer, &scorer).joined(&table).unwrap();
        let prior = Prior { feature_variance: 0.4, block_variance: 2.0, ..Prior::default() };
        let head = Head::new(&table, Ordinal::rao_kupper(0.4), prior);
        let folds = [((0..45).collect::<Vec<_>>(), (45..60).collect::<Vec<_>>())];
        let by_weights = head.foretold_by_weights(&table, &votes, &folds);
        let laid_out = Votes::new(&table, &votes);
        let kernel = Kernel::new(&votes, &laid_out.rows, &head.columns, &Prior::default());
        let by_votes = kernel.foretold(&folds[0].0, &folds[0].1, &prior, &head.columns, &head.likelihood);
        assert!((by_weights - by_votes).abs() < 1e-6, "{by_weights} and {by_votes}");
    }

    #[test]
    fn a_block_does_not_drown_named_columns() {
        let (table, votes) = drowned(120, 16);
        let groups: Vec<u32> = (0..120).collect();
        let head = Head::new(&table, Ordinal::bradley_terry(), Prior::default());
        let prior = head.refit_across_groups(&table, &votes, &groups).prior;
        assert!(prior.feature_variance > 10.0 * prior.block_variance, "each finds its own width: {prior:?}");
    }

    #[test]
    fn thresholds_follow_the_ties() {
        let (table, mut votes) = world(100, 3, 400, 10);
        for vote in &mut votes[..200] {
            vote.verdict = Verdict::Tie;
        }
        let start = Ordinal::rao_kupper(0.3);
        let head = Head::new(&table, start.clone(), Prior::default());
        let fitted = head.refit_with_thresholds(&table, &votes, &start);
        let rate = votes
            .iter()
            .map(|vote| {
                fitted.belief(&table, vote.a, vote.b, 0.0).outcome_probabilities(&fitted.likelihood).tie
            })
            .sum::<f64>()
            / 400.0;
        assert!((rate - 0.5).abs() < 0.05, "the tie rate is met: {rate}");
    }

    #[test]
    fn a_scorer_is_trusted_first_and_overruled_later() {
        let (table, votes) = world(200, 2, 600, 11);
        let against = (0..200).map(|row| -table.row(row)[0] - table.row(row)[1]).collect::<Vec<_>>();
        let scorer = FeatureTable::from_scores("scorer", ColumnKind::Scorer, &against);
        let both = scorer.joined(&table).unwrap();
        let head = Head::new(&both, Ordinal::bradley_terry(), Prior::default());
        let gap = f64::from(both.row(1)[0] - both.row(2)[0]);
        assert!((head.belief(&both, 1, 2, 0.0).mean - 0.7 * gap).abs() < 1e-6, "without votes it decides");
        let votes = votes
            .iter()
            .map(|vote| {
                let difference = f64::from(against[vote.b as usize] - against[vote.a as usize]);
                Vote { verdict: if difference > 0.0 { Verdict::A(None) } else { Verdict::B(None) }, ..*vote }
            })
            .collect::<Vec<_>>();
        assert!(head.refit(&both, &votes).weights()[0] < 0.0, "votes against it turn its weight");
    }
}
