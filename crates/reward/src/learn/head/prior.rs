//! What a head believes before the first vote.
//!
//! Features start at zero with one common variance, which the evidence chooses once there are votes. A scorer
//! starts above zero with a wide variance: with a few labels its weight β is a compromise of both, which is what
//! makes it safe (METHODS 2.6 and 3.4, where the scorer's gap as a learned column saved the most labels).

use serde::{Deserialize, Serialize};

use crate::learn::features::{Column, ColumnKind};

/// Means and variances by kind of column; columns are standardised, so these are logits per deviation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prior {
    /// τ², the variance of a feature's weight.
    pub feature_variance: f64,
    /// The variance of a length's weight.
    pub length_variance: f64,
    /// The expected weight of a scorer's column; shared out between scorers when there are several.
    pub scorer_mean: f64,
    /// The variance of a scorer's weight.
    pub scorer_variance: f64,
    /// The variance of the advantage of the left side.
    pub position_variance: f64,
}

impl Default for Prior {
    fn default() -> Self {
        Self {
            feature_variance: 0.05,
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
        let of = |column: &Column| match column.kind {
            ColumnKind::Feature => (0.0, self.feature_variance),
            ColumnKind::Length => (0.0, self.length_variance),
            ColumnKind::Scorer => (self.scorer_mean / scorers as f64, self.scorer_variance),
        };
        columns.iter().map(of).chain([(0.0, self.position_variance)]).unzip()
    }
}
