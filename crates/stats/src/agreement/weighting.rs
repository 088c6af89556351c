//! How much credit a near miss gets.
//!
//! Weights of agreement between ordered categories, by their distance (Cohen 1968; Gwet 2014, section 3.5). Not to
//! be mixed up with Krippendorff's metrics, which are disagreements and depend on the data.

use serde::{Deserialize, Serialize};

/// Weights of agreement: 1 on the diagonal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weighting {
    /// All or nothing.
    #[default]
    Unweighted,
    /// Falls with the distance.
    Linear,
    /// Falls with the square of the distance.
    Quadratic,
}

impl Weighting {
    /// The weight of two categories out of so many, from 0 to 1.
    pub fn weight(self, one: usize, other: usize, categories: usize) -> f64 {
        if one == other {
            return 1.0;
        }
        let share = one.abs_diff(other) as f64 / (categories - 1) as f64;
        match self {
            Self::Unweighted => 0.0,
            Self::Linear => 1.0 - share,
            Self::Quadratic => 1.0 - share * share,
        }
    }

    /// The sum of all weights (T_w in Gwet's formulas).
    pub(super) fn total(self, categories: usize) -> f64 {
        (0..categories)
            .flat_map(|one| (0..categories).map(move |other| self.weight(one, other, categories)))
            .sum()
    }
}
