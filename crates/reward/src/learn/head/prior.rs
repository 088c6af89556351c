//! What a head believes before the first vote.
//!
//! Features start at zero with one common variance. A block of numbers, such as an embedding, has a variance of its
//! own, shared out between its columns: under a common one, hundreds of numbers that say little of quality drown the
//! few named columns that do. Both variances are chosen by the votes once there are some. A scorer
//! starts above zero with a wide variance: with a few labels its weight β is a compromise of both, which is what
//! makes it safe (METHODS 2.6 and 3.4, where the scorer's gap as a learned column saved the most labels).

use serde::{Deserialize, Serialize};

use crate::learn::features::{Column, ColumnKind};

/// Means and variances by kind of column; columns are standardised, so these are logits per deviation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prior {
    /// τ², the variance of a feature's weight.
    pub feature_variance: f64,
    /// The variance of what a block's numbers of mean square one add up to, shared out between their weights.
    pub block_variance: f64,
    /// The variance of a length's weight.
    pub length_variance: f64,
    /// The expected weight of a scorer's column; shared out between scorers when there are several. That of what a
    /// model says of something else than is asked is zero.
    pub scorer_mean: f64,
    /// The variance of a scorer's weight, whatever it is about.
    pub scorer_variance: f64,
    /// The variance of the advantage of the left side.
    pub position_variance: f64,
}

impl Default for Prior {
    fn default() -> Self {
        Self {
            feature_variance: 0.05,
            block_variance: 0.05,
            length_variance: 1.0,
            scorer_mean: 0.7,
            scorer_variance: 0.5,
            position_variance: 0.25,
        }
    }
}

impl Prior {
    /// The mean and variance of every weight; the side of the screen comes last.
    pub fn moments(&self, columns: &[Column]) -> (Vec<f64>, Vec<f64>) {
        let scorers = columns.iter().filter(|column| column.kind == ColumnKind::Scorer).count().max(1);
        let block_variance = self.block_variance_of_each(columns);
        let of = |column: &Column| match column.kind {
            ColumnKind::Feature => (0.0, self.feature_variance),
            ColumnKind::Block => (0.0, block_variance),
            ColumnKind::Length => (0.0, self.length_variance),
            ColumnKind::Scorer => (self.scorer_mean / scorers as f64, self.scorer_variance),
            ColumnKind::Aspect => (0.0, self.scorer_variance),
        };
        columns.iter().map(of).chain([(0.0, self.position_variance)]).unzip()
    }

    /// The variance of one weight of a block.
    pub fn block_variance_of_each(&self, columns: &[Column]) -> f64 {
        let count = columns.iter().filter(|column| column.kind == ColumnKind::Block).count();
        self.block_variance / count.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_about_something_else_is_expected_to_say_nothing_of_the_question() {
        let column = |kind| Column { name: String::new(), kind, mean: 0.0, deviation: 1.0, scale: 1.0 };
        let columns = [ColumnKind::Scorer, ColumnKind::Aspect, ColumnKind::Feature].map(column);
        let (means, variances) = Prior::default().moments(&columns);
        assert_eq!(means, [0.7, 0.0, 0.0, 0.0], "one scorer has all of the trust");
        assert_eq!(variances, [0.5, 0.5, 0.05, 0.25]);
    }
}
