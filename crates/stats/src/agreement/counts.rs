//! How often each category was given to each unit: all that most agreement statistics need.
//!
//! Units with the same counts are kept once, with how many there are. A million pairs of three raters are ten
//! different rows, so statistics and their resamples cost next to nothing.

use std::collections::BTreeMap;

use rand::Rng;

use crate::Interval;
use crate::bootstrap::{Plan, from_resamples, redraw_multiplicities};

/// Ratings of many units in a fixed number of categories, without who gave them.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    categories: usize,
    rows: Vec<Vec<u32>>,
    multiplicities: Vec<u64>,
    position_of: BTreeMap<Vec<u32>, usize>,
}

impl Counts {
    /// No unit yet.
    pub fn new(categories: usize) -> Self {
        Self { categories, rows: Vec::new(), multiplicities: Vec::new(), position_of: BTreeMap::new() }
    }

    /// One unit per inner list, which holds the category of each rating; categories are below `categories`.
    pub fn from_ratings<Unit: IntoIterator<Item = usize>>(
        categories: usize,
        units: impl IntoIterator<Item = Unit>,
    ) -> Self {
        let mut counts = Self::new(categories);
        let mut row = vec![0; categories];
        for unit in units {
            row.fill(0);
            for category in unit {
                row[category] += 1;
            }
            counts.add(&row);
        }
        counts
    }

    /// One more unit, with how often each category was given to it. Panics where the row has another number of
    /// categories.
    pub fn add(&mut self, row: &[u32]) {
        assert_eq!(row.len(), self.categories, "a unit has one count per category");
        if let Some(position) = self.position_of.get(row) {
            self.multiplicities[*position] += 1;
        } else {
            self.position_of.insert(row.to_vec(), self.rows.len());
            self.rows.push(row.to_vec());
            self.multiplicities.push(1);
        }
    }

    /// One unit less, as when a judgment was withdrawn or another was added. False where there is no such unit.
    pub fn remove(&mut self, row: &[u32]) -> bool {
        let Some(position) = self.position_of.get(row) else { return false };
        let count = &mut self.multiplicities[*position];
        let is_there = *count > 0;
        *count -= u64::from(is_there);
        is_there
    }

    /// How many categories there are.
    pub fn categories(&self) -> usize {
        self.categories
    }

    /// How many units there are.
    pub fn units(&self) -> u64 {
        self.multiplicities.iter().sum()
    }

    /// How many units have at least two ratings: those that agreement is about.
    pub fn pairable_units(&self) -> u64 {
        self.rows().filter(|(row, _)| ratings(row) >= 2.0).map(|(_, count)| count).sum()
    }

    /// Each different row, and how many units have it.
    pub fn rows(&self) -> impl Iterator<Item = (&[u32], u64)> {
        let rows = self.rows.iter().map(Vec::as_slice);
        rows.zip(self.multiplicities.iter().copied()).filter(|(_, multiplicity)| *multiplicity > 0)
    }

    /// The interval of any statistic of these counts: units are drawn.
    pub fn bootstrap(
        &self,
        plan: Plan,
        rng: &mut impl Rng,
        statistic: impl Fn(&Self) -> Option<f64>,
    ) -> Option<Interval> {
        let estimate = statistic(self)?;
        let mut resample = self.clone();
        from_resamples(estimate, plan, || {
            redraw_multiplicities(&self.multiplicities, &mut resample.multiplicities, rng);
            statistic(&resample)
        })
    }
}

/// How many ratings a unit has.
pub(super) fn ratings(row: &[u32]) -> f64 {
    row.iter().map(|count| f64::from(*count)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_units_are_kept_once_and_can_be_taken_back() {
        let mut counts = Counts::from_ratings(3, [vec![0, 0], vec![0, 2], vec![2, 0], vec![1]]);
        assert_eq!((counts.units(), counts.pairable_units(), counts.rows().count()), (4, 3, 3));
        assert!(counts.remove(&[1, 0, 1]));
        assert!(counts.remove(&[1, 0, 1]));
        assert!(!counts.remove(&[1, 0, 1]), "both are gone");
        assert!(!counts.remove(&[3, 0, 0]), "it never was there");
        assert_eq!((counts.units(), counts.rows().count()), (2, 2));
        counts.add(&[1, 0, 1]);
        assert_eq!(counts.units(), 3);
    }
}
