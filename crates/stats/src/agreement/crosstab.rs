//! Two raters against each other, and Cohen's κ (Cohen 1960, 1968).
//!
//! κ supposes that each rater has habits of their own: chance is the product of the two margins. For more raters,
//! or unknown ones, use [`super::fleiss_kappa`] or [`super::alpha`].

use rand::Rng;

use super::Weighting;
use crate::Interval;
use crate::bootstrap::{Plan, from_resamples, redraw_multiplicities};

/// How often the first rater said one category and the second another.
#[derive(Clone, Debug, PartialEq)]
pub struct Crosstab {
    categories: usize,
    cells: Vec<u64>,
}

impl Crosstab {
    /// The categories that both gave each unit, all below `categories`.
    pub fn from_pairs(categories: usize, pairs: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let mut cells = vec![0; categories * categories];
        for (first, second) in pairs {
            assert!(second < categories, "a category is below their number: {second}");
            cells[first * categories + second] += 1;
        }
        Self { categories, cells }
    }

    /// The cells row by row: the first rater's category is the row.
    pub fn from_cells(categories: usize, cells: &[u64]) -> Self {
        assert_eq!(cells.len(), categories * categories, "a table of two raters is square");
        Self { categories, cells: cells.to_vec() }
    }

    /// How many units both rated.
    pub fn units(&self) -> u64 {
        self.cells.iter().sum()
    }

    /// How often the first said one and the second the other.
    pub fn cell(&self, first: usize, second: usize) -> u64 {
        self.cells[first * self.categories + second]
    }

    /// The interval of any statistic of the table: units are drawn.
    pub fn bootstrap(
        &self,
        plan: Plan,
        rng: &mut impl Rng,
        statistic: impl Fn(&Self) -> Option<f64>,
    ) -> Option<Interval> {
        let estimate = statistic(self)?;
        let mut resample = self.clone();
        from_resamples(estimate, plan, || {
            redraw_multiplicities(&self.cells, &mut resample.cells, rng);
            statistic(&resample)
        })
    }
}

/// Cohen's κ. None where the table is empty, or chance alone would agree always.
pub fn cohen_kappa(table: &Crosstab, weighting: Weighting) -> Option<f64> {
    let (categories, total) = (table.categories, table.units() as f64);
    let mut first_margin = vec![0.0; categories];
    let mut second_margin = vec![0.0; categories];
    let mut observed = 0.0;
    for (first, row) in table.cells.chunks_exact(categories.max(1)).enumerate() {
        for (second, count) in row.iter().enumerate() {
            let share = *count as f64 / total;
            first_margin[first] += share;
            second_margin[second] += share;
            observed += share * weighting.weight(first, second, categories);
        }
    }
    let mut expected = 0.0;
    for (first, first_share) in first_margin.iter().enumerate() {
        for (second, second_share) in second_margin.iter().enumerate() {
            expected += first_share * second_share * weighting.weight(first, second, categories);
        }
    }
    // An empty table makes both NaN, which fails the comparison too.
    (1.0 - expected > 1e-12).then(|| (observed - expected) / (1.0 - expected))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn textbook_tables_give_their_kappa() {
        for (cells, kappa) in
            [([20, 5, 10, 15], 0.4), ([45, 15, 25, 15], 0.130_435), ([25, 35, 5, 35], 0.259_259)]
        {
            let table = Crosstab::from_cells(2, &cells);
            let found = cohen_kappa(&table, Weighting::Unweighted).expect("both used both categories");
            assert!((found - kappa).abs() < 1e-6, "{cells:?}: {found}");
        }
    }

    #[test]
    fn kappa_can_be_negative_while_nearly_everybody_agrees() {
        let kappa = cohen_kappa(&Crosstab::from_cells(2, &[118, 5, 2, 0]), Weighting::Unweighted);
        assert!((kappa.expect("defined") + 0.02339).abs() < 5e-6, "{kappa:?}");
    }

    /// Worked by hand: margins (.5, .3, .2) and (.4, .4, .2) of ten units.
    #[test]
    fn weights_give_credit_to_near_misses() {
        let table = Crosstab::from_cells(3, &[3, 2, 0, 1, 1, 1, 0, 1, 1]);
        // Observed: 5 right, 5 off by one. Expected distance: .5*(.4+2*.2) + .3*(.4+.2) + .2*(2*.4+.4) = .82.
        let linear = cohen_kappa(&table, Weighting::Linear).expect("defined");
        assert!((linear - (1.0 - 0.5 / 0.82)).abs() < 1e-12, "{linear}");
        // Expected squared distance: .5*(.4+4*.2) + .3*(.4+.2) + .2*(4*.4+.4) = 1.18.
        let quadratic = cohen_kappa(&table, Weighting::Quadratic).expect("defined");
        assert!((quadratic - (1.0 - 0.5 / 1.18)).abs() < 1e-12, "{quadratic}");
    }

    #[test]
    fn it_is_undefined_where_chance_agrees_always() {
        assert_eq!(cohen_kappa(&Crosstab::from_cells(2, &[9, 0, 0, 0]), Weighting::Unweighted), None);
        assert_eq!(cohen_kappa(&Crosstab::from_cells(2, &[0; 4]), Weighting::Linear), None);
    }

    /// The large-sample standard error of Fleiss, Cohen and Everitt 1969 for this table is 0.1289.
    #[test]
    fn the_interval_is_as_wide_as_theory_says() {
        let table = Crosstab::from_cells(2, &[20, 5, 10, 15]);
        let mut rng = StdRng::seed_from_u64(6);
        let plan = Plan { resamples: 4000, level: 0.95 };
        let interval = table.bootstrap(plan, &mut rng, |table| cohen_kappa(table, Weighting::Unweighted));
        let interval = interval.expect("defined");
        assert!(((interval.high - interval.low) / (2.0 * 1.96) - 0.1289).abs() < 0.008, "{interval:?}");
    }
}
