//! What is known of the people who judge, from items whose answer is known and from repeats. For the lead only.

use serde::{Deserialize, Serialize};

use crate::AnnotatorId;

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// Those that were as expected, or the same again.
    pub right: u64,
    /// All that were judged.
    pub total: u64,
}

impl Score {
    /// Counts one more.
    pub fn add(&mut self, is_right: bool) {
        self.right += u64::from(is_right);
        self.total += 1;
    }

    /// From 0 to 1; none of none.
    pub fn share(self) -> Option<f64> {
        (self.total > 0).then(|| self.right as f64 / self.total as f64)
    }
}

/// What is known of one annotator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnnotatorQuality {
    /// Who.
    pub annotator: AnnotatorId,
    /// Training items, by their first judgment.
    pub training: Score,
    /// Gold items, by their first judgment.
    pub gold: Score,
    /// Attention checks, by their first judgment.
    pub attention: Score,
    /// Repeats that said what the first judgment said.
    pub repeats: Score,
}

/// What is known of everyone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityReport {
    /// Everyone of whom something is known, oldest first.
    pub annotators: Vec<AnnotatorQuality>,
}
