//! Annotators' columns without the columns: each annotator has a weight of their own, penalised like any other, and is
//! eliminated from the normal equations.
//!
//! With `s_a` the sum of an annotator's rows, `t_a` of their targets and `n_a` their number, what is left for the
//! features is `(G − Σ s_a s_aᵀ / (n_a + α) + αI) w = Xᵀy − Σ s_a t_a / (n_a + α)` (the Schur complement of a block
//! that is diagonal), and an annotator's weight is `(t_a − s_aᵀw) / (n_a + α)`. Estimates are those of a column for
//! each, at a cost that does not grow with how many there are; no row is ever written out with them.

use std::collections::HashMap;

use super::{Errors, Rating};
use crate::learn::features::FeatureTable;
use crate::learn::matrix::{Symmetric, add_scaled, dot};

/// Rows that are written out at a time.
const ROWS: usize = 1_024;

/// Normal equations of features, and what annotators take out of them.
pub struct Levels<'a> {
    table: &'a FeatureTable,
    ratings: &'a [Rating],
    targets: &'a [f64],
    /// The place of each rating's annotator.
    annotators: Vec<usize>,
    /// How many ratings each gave.
    counts: Vec<f64>,
    /// The sum of the rows of each, a row for each annotator.
    sums: Vec<f64>,
    /// The sum of the targets of each.
    totals: Vec<f64>,
    gram: Symmetric,
    moments: Vec<f64>,
}

impl<'a> Levels<'a> {
    pub fn new(table: &'a FeatureTable, ratings: &'a [Rating], targets: &'a [f64]) -> Self {
        let width = table.width();
        let mut places = HashMap::new();
        let annotators: Vec<usize> = ratings
            .iter()
            .map(|rating| {
                let next = places.len();
                *places.entry(rating.annotator).or_insert(next)
            })
            .collect();
        let mut levels = Self {
            table,
            ratings,
            targets,
            counts: vec![0.0; places.len()],
            sums: vec![0.0; places.len() * width],
            totals: vec![0.0; places.len()],
            gram: Symmetric::from_diagonal(&vec![0.0; width]),
            moments: vec![0.0; width],
            annotators,
        };
        for start in (0..ratings.len()).step_by(ROWS) {
            let rows = levels.rows(start);
            let count = rows.len() / width.max(1);
            levels.gram.add_all(&Symmetric::weighted_gram(&rows, &vec![1.0; count], width));
            for (row, place) in rows.chunks_exact(width.max(1)).zip(start..) {
                let annotator = levels.annotators[place];
                add_scaled(&mut levels.moments, targets[place], row);
                add_scaled(&mut levels.sums[annotator * width..(annotator + 1) * width], 1.0, row);
            }
        }
        for (annotator, target) in levels.annotators.iter().zip(targets) {
            levels.counts[*annotator] += 1.0;
            levels.totals[*annotator] += target;
        }
        levels
    }

    /// What is left of the normal equations for the features at a penalty, the penalty itself not added.
    pub fn eliminated(&self, alpha: f64) -> (Symmetric, Vec<f64>) {
        let width = self.table.width();
        let shrink: Vec<f64> = self.counts.iter().map(|count| -1.0 / (count + alpha)).collect();
        let mut gram = self.gram.clone();
        gram.add_all(&Symmetric::weighted_gram(&self.sums, &shrink, width));
        let mut moments = self.moments.clone();
        for ((sum, shrink), total) in self.sums.chunks_exact(width.max(1)).zip(&shrink).zip(&self.totals) {
            add_scaled(&mut moments, shrink * total, sum);
        }
        (gram, moments)
    }

    /// The errors at a penalty, leaving one out: a row's leverage is that of its annotator, `1 / (n_a + α)`, and that
    /// of what its annotator leaves of it.
    pub fn errors(&self, alpha: f64) -> Option<Errors> {
        let width = self.table.width();
        let (mut penalised, moments) = self.eliminated(alpha);
        penalised.add_diagonal(&vec![alpha; width]);
        let factor = penalised.cholesky()?;
        let (weights, inverse) = (factor.solve(&moments), factor.inverse());
        let sum_of = |annotator: usize| &self.sums[annotator * width..(annotator + 1) * width];
        let level = |annotator: usize| {
            (self.totals[annotator] - dot(sum_of(annotator), &weights)) / (self.counts[annotator] + alpha)
        };
        let levels: Vec<f64> = (0..self.counts.len()).map(level).collect();
        let mut errors = super::Tally::default();
        for start in (0..self.ratings.len()).step_by(ROWS) {
            let mut rows = self.rows(start);
            let mut fitted = Vec::with_capacity(ROWS);
            for (row, place) in rows.chunks_exact_mut(width.max(1)).zip(start..) {
                let annotator = self.annotators[place];
                fitted.push(dot(row, &weights) + levels[annotator]);
                add_scaled(row, -1.0 / (self.counts[annotator] + alpha), sum_of(annotator));
            }
            for ((form, fitted), place) in inverse.forms_of_rows(&rows).into_iter().zip(fitted).zip(start..) {
                let of_annotator = 1.0 / (self.counts[self.annotators[place]] + alpha);
                errors.add(self.targets[place] - fitted, form + of_annotator, self.targets.len());
            }
        }
        Some(errors.errors(self.targets.len()))
    }

    /// Some ratings' rows, from one on.
    fn rows(&self, start: usize) -> Vec<f64> {
        let ratings = &self.ratings[start..self.ratings.len().min(start + ROWS)];
        let rows = ratings.iter().flat_map(|rating| self.table.row(rating.candidate as usize));
        rows.map(|value| f64::from(*value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Ridge, RidgeSettings, Severity};
    use super::*;
    use crate::learn::features::ColumnKind;

    #[test]
    fn estimates_are_those_of_a_column_for_each_annotator() {
        let (candidates, annotators) = (60_u32, 7_u32);
        let number = |seed: u32| f64::from(seed.wrapping_mul(2_654_435_761) >> 16) / 32_768.0 - 1.0;
        let features: Vec<f32> = (0..candidates * 3).map(|place| number(place + 1) as f32).collect();
        let names = ["x", "y", "z"].map(str::to_owned).to_vec();
        let plain = FeatureTable::from_values(names, ColumnKind::Feature, features).unwrap();
        // The third annotator gave one rating, the others many.
        let of_whom =
            |place: u32| if place == 2 { 2 } else { place % annotators + u32::from(place % 7 == 2) };
        let ratings: Vec<Rating> = (0..candidates)
            .map(|place| {
                let row = plain.row(place as usize);
                let annotator = of_whom(place);
                let value = 3.0 + f64::from(row[0]) + 0.4 * f64::from(annotator) + 0.3 * number(900 + place);
                Rating { candidate: place, annotator, value }
            })
            .collect();
        // A row for each rating, with its annotator's column written out.
        let written: Vec<f32> = ratings
            .iter()
            .flat_map(|rating| {
                let row = plain.row(rating.candidate as usize).to_vec();
                row.into_iter().chain((0..annotators).map(|one| f32::from(u8::from(one == rating.annotator))))
            })
            .collect();
        let names = (0..3 + annotators).map(|place| format!("{place}")).collect();
        let wide = FeatureTable::from_values(names, ColumnKind::Feature, written).unwrap();
        for alphas in [vec![0.01], vec![1.0], vec![30.0], RidgeSettings::default().alphas] {
            let settings = |severity| RidgeSettings { alphas: alphas.clone(), severity };
            let eliminated = Ridge::fit(&plain, &ratings, &settings(Severity::Columns)).unwrap();
            let columns = Ridge::fit(&wide, &ratings, &settings(Severity::Ignored)).unwrap();
            assert_eq!(eliminated.alpha(), columns.alpha(), "the same penalty is chosen");
            let near = |one: f64, other: f64| (one - other).abs() < 1e-8 * (1.0 + other.abs());
            for (one, other) in eliminated.weights().iter().zip(columns.weights()) {
                assert!(near(*one, *other), "{one} and {other} at {alphas:?}");
            }
            assert!(near(eliminated.leave_one_out_error(), columns.leave_one_out_error()), "{alphas:?}");
            let mut row = plain.row(5).to_vec();
            let one = eliminated.predict(&row);
            row.resize(3 + annotators as usize, 0.0);
            let other = columns.predict(&row);
            assert!(near(one.mean, other.mean) && near(one.deviation, other.deviation), "{one:?} {other:?}");
        }
    }
}
