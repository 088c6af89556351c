//! One row of numbers per candidate: what heads learn on.
//!
//! A [`FeatureTable`] is row-major f32, a row per candidate of the pool, and keeps how each column was standardised
//! so that later candidates join on the same scale. [`text`] and [`image`] make features without any weights file;
//! [`embedding`] takes in what a model gave, and a column of the user's own or of a scorer is one more block.
//! Blocks are joined side by side; the kind of a column says which prior a head gives it.

pub mod embedding;
pub mod image;
pub mod text;

use serde::{Deserialize, Serialize};

/// What a column is to a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColumnKind {
    /// Something with a name of its own, which the head learns from scratch.
    Feature,
    /// One of many numbers that mean something together only, such as those of an embedding. Their weights share out
    /// one variance, so that a block's width is not its weight.
    Block,
    /// A length, whose weight the user may want to see and to take out (METHODS 2.13).
    Length,
    /// The score of a reward model, trusted before the first vote.
    Scorer,
    /// What a reward model says of something else than is asked, as of verbosity or toxicity: it may count as much, but
    /// nobody knows for which side.
    Aspect,
}

/// A column, and how its raw values became the stored ones: `scale · (raw − mean) / deviation`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// What it is called.
    pub name: String,
    /// What it is to a head.
    pub kind: ColumnKind,
    /// The mean of the raw values on the pool.
    pub mean: f32,
    /// Their standard deviation; 1 where they do not vary.
    pub deviation: f32,
    /// The weight of the column's block against other blocks.
    pub scale: f32,
}

/// Why blocks do not make a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeatureError {
    /// The values do not fill whole rows.
    #[error("feature values do not fill rows of {columns} columns: {values} values")]
    Ragged {
        /// Columns of a row.
        columns: usize,
        /// Values given.
        values: usize,
    },
    /// Two blocks are about different numbers of candidates.
    #[error("feature blocks have different numbers of rows: {left} and {right}")]
    RowCounts {
        /// Rows of the first.
        left: usize,
        /// Rows of the second.
        right: usize,
    },
}

/// Rows of candidates by columns of features.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureTable {
    columns: Vec<Column>,
    rows: usize,
    values: Vec<f32>,
}

impl FeatureTable {
    /// A block of raw values, row-major, all columns of one kind. [`Self::standardised`] or [`Self::centred`] makes
    /// it fit for a head, which takes finite numbers only.
    pub fn from_values(names: Vec<String>, kind: ColumnKind, values: Vec<f32>) -> Result<Self, FeatureError> {
        let width = names.len();
        if width == 0 || !values.len().is_multiple_of(width) {
            return Err(FeatureError::Ragged { columns: width, values: values.len() });
        }
        let columns = names
            .into_iter()
            .map(|name| Column { name, kind, mean: 0.0, deviation: 1.0, scale: 1.0 })
            .collect();
        Ok(Self { columns, rows: values.len() / width, values })
    }

    /// One column out of a number per candidate, standardised; a missing score is NaN and counts as the mean.
    pub fn from_scores(name: &str, kind: ColumnKind, scores: &[f32]) -> Self {
        let column = Column { name: name.to_owned(), kind, mean: 0.0, deviation: 1.0, scale: 1.0 };
        Self { columns: vec![column], rows: scores.len(), values: scores.to_vec() }.standardised()
    }

    /// Every column brought to mean 0 and deviation 1 on these rows, and kept so for later ones. What is not
    /// finite counts as the mean, and a column that does not vary becomes zero.
    pub fn standardised(mut self) -> Self {
        let width = self.columns.len();
        for (place, column) in self.columns.iter_mut().enumerate() {
            let finite = || {
                self.values
                    .iter()
                    .skip(place)
                    .step_by(width)
                    .copied()
                    .map(f64::from)
                    .filter(|value| value.is_finite())
            };
            let count = finite().count().max(1) as f64;
            let mean = finite().sum::<f64>() / count;
            let variance = finite().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
            let deviation = if variance.sqrt() > 1e-6 * mean.abs().max(1e-6) { variance.sqrt() } else { 1.0 };
            column.mean += column.deviation / column.scale * mean as f32;
            column.deviation *= deviation as f32;
            for value in self.values.iter_mut().skip(place).step_by(width) {
                let moved = ((f64::from(*value) - mean) / deviation) as f32;
                *value = if moved.is_finite() { column.scale * moved } else { 0.0 };
            }
        }
        self
    }

    /// Every column brought to mean 0, and all together to mean square 1: for embeddings, whose long directions
    /// are long for a reason. For raw values, once; what is not finite counts as the mean.
    pub fn centred(mut self) -> Self {
        let width = self.columns.len();
        for (place, column) in self.columns.iter_mut().enumerate() {
            let values = self.values.iter().skip(place).step_by(width);
            let finite = values.filter(|value| value.is_finite());
            let (sum, count) =
                finite.fold((0.0, 0_u32), |(sum, count), value| (sum + f64::from(*value), count + 1));
            column.mean = (sum / f64::from(count.max(1))) as f32;
            for value in self.values.iter_mut().skip(place).step_by(width) {
                *value = if value.is_finite() { *value - column.mean } else { 0.0 };
            }
        }
        let squares = self.values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>();
        let deviation = (squares / self.values.len().max(1) as f64).sqrt();
        let deviation = if deviation > 0.0 { deviation as f32 } else { 1.0 };
        self.columns.iter_mut().for_each(|column| column.deviation = deviation);
        self.values.iter_mut().for_each(|value| *value /= deviation);
        self
    }

    /// Every column multiplied, so that a block of many columns does not drown one of few under one prior.
    pub fn scaled(mut self, factor: f32) -> Self {
        for column in &mut self.columns {
            column.scale *= factor;
        }
        for value in &mut self.values {
            *value *= factor;
        }
        self
    }

    /// One column made another kind to a head.
    pub fn with_kind(mut self, column: usize, kind: ColumnKind) -> Self {
        self.columns[column].kind = kind;
        self
    }

    /// Both blocks side by side.
    pub fn joined(self, other: &Self) -> Result<Self, FeatureError> {
        if self.rows != other.rows {
            return Err(FeatureError::RowCounts { left: self.rows, right: other.rows });
        }
        let mut values = Vec::with_capacity(self.values.len() + other.values.len());
        for row in 0..self.rows {
            values.extend_from_slice(self.row(row));
            values.extend_from_slice(other.row(row));
        }
        let columns = [self.columns, other.columns.clone()].concat();
        Ok(Self { columns, rows: self.rows, values })
    }

    /// Adds a candidate that came later, from its raw values; answers its row.
    pub fn append(&mut self, raw: &[f32]) -> Result<usize, FeatureError> {
        if raw.len() != self.columns.len() {
            return Err(FeatureError::Ragged { columns: self.columns.len(), values: raw.len() });
        }
        self.values.extend(self.columns.iter().zip(raw).map(|(column, raw)| {
            let value = column.scale * (raw - column.mean) / column.deviation;
            if value.is_finite() { value } else { 0.0 }
        }));
        self.rows += 1;
        Ok(self.rows - 1)
    }

    /// The columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// How many candidates.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no candidate.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The features of a candidate.
    pub fn row(&self, candidate: usize) -> &[f32] {
        &self.values[candidate * self.columns.len()..(candidate + 1) * self.columns.len()]
    }

    /// All rows, one behind the other.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// What one candidate has over another, per column.
    pub fn difference(&self, a: u32, b: u32) -> impl Iterator<Item = f64> {
        self.row(a as usize).iter().zip(self.row(b as usize)).map(|(a, b)| f64::from(*a) - f64::from(*b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|index| format!("column {index}")).collect()
    }

    #[test]
    fn standardising_is_kept_for_later_rows() {
        let raw = vec![1.0, 5.0, 3.0, 5.0, 5.0, 5.0, f32::NAN, 5.0];
        let mut table =
            FeatureTable::from_values(names(2), ColumnKind::Feature, raw).unwrap().standardised().scaled(0.5);
        assert_eq!(table.row(1), [0.0, 0.0], "the mean is zero, and so is a column that does not vary");
        assert_eq!(table.row(3)[0], 0.0, "what is missing counts as the mean");
        let again = table.append(&[1.0, 5.0]).unwrap();
        assert!((table.row(again)[0] - table.row(0)[0]).abs() < 1e-6, "equal raw values, equal rows");
        assert!((table.row(0)[0] + 0.5 * 1.5_f32.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn blocks_of_different_length_are_refused() {
        let one = FeatureTable::from_scores("one", ColumnKind::Scorer, &[1.0, 2.0]);
        let other = FeatureTable::from_scores("other", ColumnKind::Scorer, &[1.0]);
        assert_eq!(one.clone().joined(&other), Err(FeatureError::RowCounts { left: 2, right: 1 }));
        let both = one.clone().joined(&one).unwrap();
        assert_eq!(both.row(1), [one.row(1)[0], one.row(1)[0]]);
        let ragged = FeatureTable::from_values(names(2), ColumnKind::Feature, vec![1.0]);
        assert_eq!(ragged, Err(FeatureError::Ragged { columns: 2, values: 1 }));
    }
}
