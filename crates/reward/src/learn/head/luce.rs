//! Whole orders, by the model of Plackett and Luce: the best is chosen among all, the next among the rest, and so on.
//!
//! `ln L = Σ_k [θ_{o_k} − ln Σ_{l ≥ k} e^{θ_{o_l}}]` (METHODS 2.2). The pairs of an order hang together: taken for
//! independent votes they would count for more than the one answer that they are. A stage's curvature is the covariance
//! of the rows that are left under their chances to be chosen, so that it joins the votes' as centred rows.

use crate::learn::features::FeatureTable;
use crate::learn::matrix::{add_scaled, dot};

/// A whole order of some candidates.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Rows of the candidates, the best first.
    pub rows: Vec<u32>,
    /// How much it counts; 1 for a plain answer.
    pub weight: f64,
}

/// Orders laid out for fitting: a row of features per candidate, with nothing for the side of the screen.
#[derive(Default)]
pub struct Orders<'a> {
    orders: &'a [Order],
    rows: Vec<f64>,
    width: usize,
}

impl<'a> Orders<'a> {
    /// Lays orders out.
    pub fn new(table: &FeatureTable, orders: &'a [Order]) -> Self {
        let candidates = orders.iter().flat_map(|order| &order.rows);
        let row_of = |row: &u32| table.row(*row as usize).iter().map(|value| f64::from(*value)).chain([0.0]);
        Self { orders, rows: candidates.flat_map(row_of).collect(), width: table.width() + 1 }
    }

    /// What the orders' likelihood is.
    pub fn log_likelihood(&self, weights: &[f64]) -> f64 {
        let mut sum = 0.0;
        self.each(|order, rows| {
            let scores: Vec<f64> = rows.chunks_exact(self.width).map(|row| dot(row, weights)).collect();
            for first in 0..scores.len().saturating_sub(1) {
                sum += order.weight * (scores[first] - log_sum(&scores[first..]));
            }
        });
        sum
    }

    /// Adds the slope to the gradient, and gives the rows whose weighted outer products are the curvature.
    pub fn slopes(&self, weights: &[f64], gradient: &mut [f64]) -> (Vec<f64>, Vec<f64>) {
        let (mut centred, mut information) = (Vec::new(), Vec::new());
        self.each(|order, rows| {
            let scores: Vec<f64> = rows.chunks_exact(self.width).map(|row| dot(row, weights)).collect();
            for first in 0..scores.len().saturating_sub(1) {
                let sum = log_sum(&scores[first..]);
                let chances: Vec<f64> = scores[first..].iter().map(|score| (score - sum).exp()).collect();
                let left = &rows[first * self.width..];
                let mut mean = vec![0.0; self.width];
                for (row, chance) in left.chunks_exact(self.width).zip(&chances) {
                    add_scaled(&mut mean, *chance, row);
                }
                add_scaled(gradient, order.weight, &left[..self.width]);
                add_scaled(gradient, -order.weight, &mean);
                for (row, chance) in left.chunks_exact(self.width).zip(chances) {
                    centred.extend(row.iter().zip(&mean).map(|(value, mean)| value - mean));
                    information.push(order.weight * chance);
                }
            }
        });
        (centred, information)
    }

    fn each(&self, mut take: impl FnMut(&Order, &[f64])) {
        let mut start = 0;
        for order in self.orders {
            let end = start + order.rows.len() * self.width;
            take(order, &self.rows[start..end]);
            start = end;
        }
    }
}

/// The logarithm of the sum of exponentials.
fn log_sum(scores: &[f64]) -> f64 {
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    highest + scores.iter().map(|score| (score - highest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::super::prior::Prior;
    use super::super::{Head, Vote};
    use super::*;
    use crate::learn::features::ColumnKind;
    use crate::learn::ordinal::{Ordinal, Verdict};

    /// A column for each candidate, so that weights are scores.
    fn candidates(count: usize) -> FeatureTable {
        let values = (0..count * count).map(|place| f32::from(u8::from(place / count == place % count)));
        let names = (0..count).map(|place| format!("{place}")).collect();
        FeatureTable::from_values(names, ColumnKind::Feature, values.collect()).unwrap()
    }

    fn order(rows: &[u32]) -> Order {
        Order { rows: rows.to_vec(), weight: 1.0 }
    }

    /// Scores at the greatest likelihood, around zero.
    fn scores(count: usize, votes: &[Vote], orders: &[Order]) -> Vec<f64> {
        let table = candidates(count);
        let prior = Prior { feature_variance: 1e8, ..Prior::default() };
        let head =
            Head::new(&table, Ordinal::bradley_terry(), prior).refit_with_orders(&table, votes, orders);
        let mean = head.weights().iter().sum::<f64>() / count as f64;
        head.weights().iter().map(|weight| weight - mean).collect()
    }

    #[test]
    fn scores_are_the_likeliest_and_those_of_choix() {
        let orders = [order(&[0, 1, 2]), order(&[3, 2, 0]), order(&[1, 3])];
        // To the last digit by plain ascent; what choix 0.4.1 stops at is a hair short of it.
        let likeliest = [-0.443_308_489, 0.695_067_867, -0.670_609_570, 0.418_850_193];
        let of_choix = [-0.443_281_17, 0.695_062_19, -0.670_614_42, 0.418_833_4];
        for ((score, likeliest), of_choix) in scores(4, &[], &orders).iter().zip(likeliest).zip(of_choix) {
            assert!((score - likeliest).abs() < 1e-6, "{score} and {likeliest}");
            assert!((score - of_choix).abs() < 5e-5, "{score} and {of_choix}");
        }
    }

    #[test]
    fn an_order_of_two_is_a_vote() {
        let pairs = [[0, 1], [0, 1], [1, 2], [2, 0]];
        let votes = pairs.map(|[a, b]| Vote::new(a, b, Verdict::A(None)));
        let orders = pairs.map(|pair| order(&pair));
        let (by_votes, by_orders) = (scores(3, &votes, &[]), scores(3, &[], &orders));
        let mixed = scores(3, &votes[..2], &orders[2..]);
        for (score, wanted) in by_orders.iter().zip([0.419_617_624, -0.419_617_624, 0.0]) {
            assert!((score - wanted).abs() < 1e-6, "as of choix: {by_orders:?}");
        }
        for ((one, other), both) in by_votes.iter().zip(&by_orders).zip(&mixed) {
            assert!(
                (one - other).abs() < 1e-6 && (one - both).abs() < 1e-6,
                "{by_votes:?} {by_orders:?} {mixed:?}"
            );
        }
    }
}
