//! Votes as a Gaussian process: what a prior foretells of held-out votes, at the cost of the votes and not of the
//! columns.
//!
//! Under a normal prior the differences of n votes are normal too, with covariance `Σ v_g · X_g X_gᵀ` over the groups
//! of columns that share a variance `v_g`. The products are made once; trying another prior then costs a
//! factorisation of n × n (Rasmussen and Williams 2006, *Gaussian Processes*, algorithm 3.1), which is little while
//! an embedding has more numbers than there are votes. The peak is the same as that of the weights.

use crate::learn::matrix::{Symmetric, add_scaled, dot};
use crate::learn::ordinal::Ordinal;

use super::Vote;
use super::prior::Prior;
use crate::learn::features::{Column, ColumnKind};

/// Newton steps after which a peak is taken as reached; they square the error, so few are needed.
const MOST_STEPS: usize = 30;
/// A difference that moves less than this, in logits, has arrived.
const ARRIVED: f64 = 1e-7;

/// Votes with the products of their differences, group by group of columns.
pub struct Kernel<'a> {
    votes: &'a [Vote],
    /// `X_g X_gᵀ`, row-major, for columns of features and of blocks.
    features: Vec<f64>,
    block: Vec<f64>,
    /// The same for lengths, scorers and the side of the screen, whose variances are not chosen.
    fixed: Vec<f64>,
    /// What the prior's means alone make of each difference.
    means: Vec<f64>,
}

impl<'a> Kernel<'a> {
    /// From rows of differences, the side of the screen last in each.
    pub fn new(votes: &'a [Vote], rows: &[f64], columns: &[Column], prior: &Prior) -> Self {
        let (means, variances) = prior.moments(columns);
        let width = columns.len() + 1;
        let group = |wanted: Option<ColumnKind>| {
            let weights: Vec<f64> = (0..width)
                .map(|place| {
                    let kind = columns.get(place).map(|column| column.kind);
                    let is_chosen = matches!(kind, Some(ColumnKind::Feature | ColumnKind::Block));
                    match wanted {
                        Some(wanted) => f64::from(u8::from(kind == Some(wanted))),
                        None if is_chosen => 0.0,
                        None => variances[place],
                    }
                })
                .collect();
            outer_products(rows, &weights, votes.len())
        };
        let means = rows.chunks_exact(width).zip(votes).map(|(row, vote)| dot(row, &means) + vote.offset);
        Self {
            votes,
            features: group(Some(ColumnKind::Feature)),
            block: group(Some(ColumnKind::Block)),
            fixed: group(None),
            means: means.collect(),
        }
    }

    /// The log-likelihood of the votes `held_out` at the peak of the votes `learned`, both by their places.
    pub fn foretold(
        &self,
        learned: &[usize],
        held_out: &[usize],
        prior: &Prior,
        columns: &[Column],
        likelihood: &Ordinal,
    ) -> f64 {
        let block = prior.block_variance_of_each(columns);
        let count = self.votes.len();
        let covariance = |one: usize, other: usize| {
            let place = one * count + other;
            self.fixed[place] + prior.feature_variance * self.features[place] + block * self.block[place]
        };
        let pulls = self.peak(learned, covariance, likelihood);
        held_out
            .iter()
            .map(|place| {
                let moved = learned.iter().zip(&pulls).map(|(other, pull)| pull * covariance(*place, *other));
                let difference = self.means[*place] + moved.sum::<f64>();
                let vote = &self.votes[*place];
                vote.weight * likelihood.evaluate(vote.verdict, difference).log_probability
            })
            .sum()
    }

    /// How hard each learned vote pulls at the peak, `∂ ln p / ∂ difference`.
    fn peak(
        &self,
        learned: &[usize],
        covariance: impl Fn(usize, usize) -> f64,
        likelihood: &Ordinal,
    ) -> Vec<f64> {
        let count = learned.len();
        let values = learned.iter().flat_map(|one| learned.iter().map(|other| covariance(*one, *other)));
        let kernel = Symmetric::from_values(count, values.collect());
        let mut pulls = vec![0.0; count];
        // What the pulls move, without the means.
        let mut moved = vec![0.0; count];
        let evaluated = |moved: &[f64]| -> Vec<(f64, f64, f64)> {
            let each = learned.iter().zip(moved).map(|(place, moved)| {
                let vote = &self.votes[*place];
                let at = likelihood.evaluate(vote.verdict, self.means[*place] + moved);
                (vote.weight * at.log_probability, vote.weight * at.gradient, vote.weight * at.information)
            });
            each.collect()
        };
        let objective = |pulls: &[f64], moved: &[f64], at: &[(f64, f64, f64)]| {
            at.iter().map(|(log_probability, ..)| log_probability).sum::<f64>() - 0.5 * dot(pulls, moved)
        };
        let mut at = evaluated(&moved);
        let mut value = objective(&pulls, &moved, &at);
        for _ in 0..MOST_STEPS {
            let roots: Vec<f64> = at.iter().map(|(.., information)| information.sqrt()).collect();
            let mut system = kernel.scaled_both_sides(&roots);
            system.add_diagonal(&vec![1.0; count]);
            let Some(factor) = system.cholesky() else { break };
            let target: Vec<f64> = at
                .iter()
                .zip(&moved)
                .map(|((_, gradient, information), moved)| information * moved + gradient)
                .collect();
            let scaled: Vec<f64> =
                kernel.times(&target).iter().zip(&roots).map(|(value, root)| value * root).collect();
            let solved = factor.solve(&scaled);
            let next: Vec<f64> = target
                .iter()
                .zip(&solved)
                .zip(&roots)
                .map(|((target, solved), root)| target - root * solved)
                .collect();
            let next_moved = kernel.times(&next);
            let (step, step_moved) = (less(&next, &pulls), less(&next_moved, &moved));
            let mut share = 1.0;
            let mut farthest = 0.0;
            while share > 1e-6 {
                let mut tried = (pulls.clone(), moved.clone());
                add_scaled(&mut tried.0, share, &step);
                add_scaled(&mut tried.1, share, &step_moved);
                let reached = evaluated(&tried.1);
                let reached_value = objective(&tried.0, &tried.1, &reached);
                if reached_value >= value {
                    (pulls, moved) = tried;
                    (at, value) = (reached, reached_value);
                    farthest = share * step_moved.iter().fold(0.0_f64, |most, step| most.max(step.abs()));
                    break;
                }
                share *= 0.5;
            }
            if farthest < ARRIVED {
                break;
            }
        }
        pulls
    }
}

fn less(left: &[f64], right: &[f64]) -> Vec<f64> {
    left.iter().zip(right).map(|(left, right)| left - right).collect()
}

/// `rows · diag(weights) · rowsᵀ`; only the columns with a weight cost anything.
fn outer_products(rows: &[f64], weights: &[f64], count: usize) -> Vec<f64> {
    let kept: Vec<(usize, f64)> = weights
        .iter()
        .enumerate()
        .filter(|(_, weight)| **weight > 0.0)
        .map(|(place, weight)| (place, weight.sqrt()))
        .collect();
    let picked: Vec<f64> = rows
        .chunks_exact(weights.len())
        .flat_map(|row| kept.iter().map(|(place, root)| row[*place] * root))
        .collect();
    Symmetric::products_of_rows(&picked, count, kept.len()).into_values()
}
