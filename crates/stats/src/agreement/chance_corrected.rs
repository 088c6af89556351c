//! Fleiss' κ, Gwet's AC1 and AC2, Brennan and Prediger's coefficient: one observed agreement, three ideas of chance.
//!
//! Formulas of Gwet 2014, *Handbook of Inter-Rater Reliability*, chapters 2, 3 and 5, which take missing ratings:
//! observed agreement averages over units with two or more ratings, margins over all units with any. With equal
//! numbers of ratings they are those of Fleiss 1971, Gwet 2008 and Brennan and Prediger 1981.

use serde::{Deserialize, Serialize};

use super::counts::ratings;
use super::{Counts, Weighting};
use crate::Interval;

/// Gwet's coefficient and how certain it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gwet {
    /// AC1 where unweighted, else AC2.
    pub coefficient: f64,
    /// Its standard error over units, raters being fixed. None of a single unit.
    pub standard_error: Option<f64>,
}

impl Gwet {
    /// The interval that the standard error gives, cut at 1.
    pub fn interval(&self, level: f64) -> Option<Interval> {
        let mut interval =
            crate::interval::from_standard_error(self.coefficient, self.standard_error?, level);
        interval.high = interval.high.min(1.0);
        Some(interval)
    }
}

/// Fleiss' κ: chance draws both ratings from everybody's margin. None where no unit has two ratings, or only one
/// category was ever used.
pub fn fleiss_kappa(counts: &Counts) -> Option<f64> {
    let margins = margins(counts)?;
    let chance: f64 = margins.iter().map(|share| share * share).sum();
    corrected(observed(counts, Weighting::Unweighted)?, chance)
}

/// Brennan and Prediger's coefficient: chance draws every category alike. None where no unit has two ratings, or
/// there are fewer than two categories.
pub fn brennan_prediger(counts: &Counts, weighting: Weighting) -> Option<f64> {
    let categories = counts.categories();
    let chance = weighting.total(categories) / (categories * categories) as f64;
    corrected(observed(counts, weighting)?, chance)
}

/// Gwet's AC1 (unweighted) or AC2 with its standard error: steady where one category has nearly all ratings. None
/// where no unit has two ratings, or there are fewer than two categories.
pub fn gwet(counts: &Counts, weighting: Weighting) -> Option<Gwet> {
    let categories = counts.categories();
    if categories < 2 {
        return None;
    }
    let margins = margins(counts)?;
    let scale = weighting.total(categories) / (categories * (categories - 1)) as f64;
    let chance = scale * margins.iter().map(|share| share * (1.0 - share)).sum::<f64>();
    let coefficient = corrected(observed(counts, weighting)?, chance)?;

    // Gwet 2008, equation 24, in the form for missing ratings (2014, section 5.4): each unit's pull on the
    // coefficient, through observed agreement and through the margins.
    let rated = rated_units(counts) as f64;
    let inflation = rated / counts.pairable_units() as f64;
    let mut sum_of_squares = 0.0;
    for (row, multiplicity) in counts.rows() {
        let total = ratings(row);
        if total == 0.0 {
            continue;
        }
        let own = match unit_agreement(row, weighting) {
            Some(agreement) => inflation * (agreement - chance) / (1.0 - chance),
            None => 0.0,
        };
        let own_chance = scale
            * row
                .iter()
                .zip(&margins)
                .map(|(count, share)| f64::from(*count) / total * (1.0 - share))
                .sum::<f64>();
        let pull = own - 2.0 * (1.0 - coefficient) * (own_chance - chance) / (1.0 - chance);
        sum_of_squares += multiplicity as f64 * (pull - coefficient).powi(2);
    }
    let standard_error = (rated > 1.0).then(|| (sum_of_squares / (rated * (rated - 1.0))).sqrt());
    Some(Gwet { coefficient, standard_error })
}

/// Agreement beyond chance, as a share of what is beyond chance. None where chance leaves nothing.
fn corrected(observed: f64, chance: f64) -> Option<f64> {
    (1.0 - chance > 1e-12).then(|| (observed - chance) / (1.0 - chance))
}

/// The share of a unit's pairs of ratings that agree, weighted. None of fewer than two ratings.
fn unit_agreement(row: &[u32], weighting: Weighting) -> Option<f64> {
    let total = ratings(row);
    if total < 2.0 {
        return None;
    }
    let mut agreeing = 0.0;
    for (one, count) in row.iter().enumerate().filter(|(_, count)| **count > 0) {
        let credit: f64 = row
            .iter()
            .enumerate()
            .map(|(other, count)| f64::from(*count) * weighting.weight(one, other, row.len()))
            .sum();
        agreeing += f64::from(*count) * (credit - 1.0);
    }
    Some(agreeing / (total * (total - 1.0)))
}

/// Observed agreement: the mean over units with two or more ratings.
fn observed(counts: &Counts, weighting: Weighting) -> Option<f64> {
    let pairable = counts.pairable_units();
    let sum: f64 = counts
        .rows()
        .filter_map(|(row, multiplicity)| Some(unit_agreement(row, weighting)? * multiplicity as f64))
        .sum();
    (pairable > 0).then(|| sum / pairable as f64)
}

/// How many units have any rating.
fn rated_units(counts: &Counts) -> u64 {
    counts.rows().filter(|(row, _)| ratings(row) > 0.0).map(|(_, count)| count).sum()
}

/// The share of each category: the mean over rated units of its share within the unit.
fn margins(counts: &Counts) -> Option<Vec<f64>> {
    let rated = rated_units(counts);
    let mut margins = vec![0.0; counts.categories()];
    for (row, multiplicity) in counts.rows() {
        let total = ratings(row);
        if total > 0.0 {
            for (margin, count) in margins.iter_mut().zip(row) {
                *margin += multiplicity as f64 * f64::from(*count) / total / rated as f64;
            }
        }
    }
    (rated > 0).then_some(margins)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fleiss 1971, the table that textbooks copy: ten units, fourteen raters, five categories.
    #[test]
    fn fleiss_own_table_gives_his_kappa() {
        let mut counts = Counts::new(5);
        for row in [
            [0, 0, 0, 0, 14],
            [0, 2, 6, 4, 2],
            [0, 0, 3, 5, 6],
            [0, 3, 9, 2, 0],
            [2, 2, 8, 1, 1],
            [7, 7, 0, 0, 0],
            [3, 2, 6, 3, 0],
            [2, 5, 3, 2, 2],
            [6, 5, 2, 1, 0],
            [0, 2, 2, 3, 7],
        ] {
            counts.add(&row);
        }
        let kappa = fleiss_kappa(&counts).expect("defined");
        assert!((kappa - 0.209_931).abs() < 1e-6, "{kappa}");
    }

    /// The table on which Cohen's κ is below zero at 94 % agreement.
    #[test]
    fn where_one_category_has_nearly_all_gwet_stays_high() {
        let mut counts = Counts::new(2);
        (0..118).for_each(|_| counts.add(&[2, 0]));
        (0..7).for_each(|_| counts.add(&[1, 1]));
        let ac1 = gwet(&counts, Weighting::Unweighted).expect("defined");
        assert!((ac1.coefficient - 0.94078).abs() < 5e-6, "{ac1:?}");
        assert!(ac1.interval(0.95).expect("many units").high <= 1.0);
        let bp = brennan_prediger(&counts, Weighting::Unweighted).expect("defined");
        assert!((bp - 0.888).abs() < 5e-6, "{bp}");
    }

    #[test]
    fn nothing_to_compare_is_none() {
        let single = Counts::from_ratings(2, [vec![0], vec![1]]);
        assert_eq!(fleiss_kappa(&single), None);
        assert_eq!(gwet(&single, Weighting::Unweighted), None);
        assert_eq!(brennan_prediger(&single, Weighting::Unweighted), None);
        let same = Counts::from_ratings(2, [vec![0, 0]]);
        assert_eq!(fleiss_kappa(&same), None, "one category only");
        let same = gwet(&same, Weighting::Unweighted).expect("AC1 needs no variation");
        assert_eq!((same.coefficient, same.standard_error), (1.0, None));
    }
}
