//! Predictions: what a reward model, or a head learned from this project, says of a pair before it is judged.

use serde::{Deserialize, Serialize};

use super::ModelKey;
use crate::Outcome;

/// Who says something of a candidate or a pair.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scorer {
    /// The head that this project's judgments taught.
    #[default]
    Head,
    /// An installed model, by itself.
    Model(ModelKey),
    /// Several models that score the same, taken together.
    Ensemble(Combination),
    /// The head that this project's ratings taught: it says what a rating is likely to be.
    RatingHead,
}

/// How the scores of several models become one, each in its deviations from its mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Combination {
    /// Their mean.
    Mean,
    /// What the most critical of them says.
    WorstCase,
    /// Their mean less their variance, so that what they disagree about counts less.
    UncertaintyWeighted,
}

impl Combination {
    /// Every combination, in the order in which they are told.
    pub const ALL: [Self; 3] = [Self::Mean, Self::WorstCase, Self::UncertaintyWeighted];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::WorstCase => "worst case",
            Self::UncertaintyWeighted => "mean less variance",
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Mean => "ensemble_mean",
            Self::WorstCase => "ensemble_worst_case",
            Self::UncertaintyWeighted => "ensemble_uncertainty_weighted",
        }
    }
}

impl Scorer {
    /// The word stored for it: `head`, or the model's key.
    pub fn word(&self) -> &str {
        match self {
            Self::Head => "head",
            Self::RatingHead => "rating_head",
            Self::Ensemble(combination) => combination.word(),
            Self::Model(key) => &key.0,
        }
    }

    /// The scorer that a stored word names.
    pub fn from_word(word: &str) -> Self {
        let ensembles = Combination::ALL.map(Self::Ensemble);
        let known = [Self::Head, Self::RatingHead].into_iter().chain(ensembles);
        let found = known.into_iter().find(|known| known.word() == word);
        found.unwrap_or_else(|| Self::Model(ModelKey(word.to_owned())))
    }
}

/// A probability for each outcome of a pair that says which is better, in the data's order. Adds up to 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The first candidate is better.
    pub a: f64,
    /// Neither is.
    pub tie: f64,
    /// The second candidate is better.
    pub b: f64,
}

impl Prediction {
    /// The probability of an outcome; none for one about which models say nothing. Both bad is a tie between them.
    pub fn of(&self, outcome: Outcome) -> Option<f64> {
        match outcome {
            Outcome::A => Some(self.a),
            Outcome::B => Some(self.b),
            Outcome::Tie | Outcome::BothBad => Some(self.tie),
            Outcome::Unratable => None,
        }
    }

    /// The outcome it holds likeliest.
    pub fn likeliest(&self) -> Outcome {
        if self.tie > self.a && self.tie > self.b {
            Outcome::Tie
        } else if self.a >= self.b {
            Outcome::A
        } else {
            Outcome::B
        }
    }

    /// How likely it holds that outcome.
    pub fn confidence(&self) -> f64 {
        self.a.max(self.b).max(self.tie)
    }

    /// The probability that the first is better, of the cases in which one is; ½ where it never is.
    pub fn a_if_decided(&self) -> f64 {
        let decided = self.a + self.b;
        if decided > 0.0 { self.a / decided } else { 0.5 }
    }

    /// The same with the candidates exchanged.
    #[must_use]
    pub fn swapped(&self) -> Self {
        Self { a: self.b, tie: self.tie, b: self.a }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_bad_is_a_tie_and_an_unratable_pair_is_not_predicted() {
        let prediction = Prediction { a: 0.2, tie: 0.5, b: 0.3 };
        assert_eq!(prediction.of(Outcome::BothBad), Some(0.5));
        assert_eq!(prediction.of(Outcome::Unratable), None);
        assert_eq!(prediction.likeliest(), Outcome::Tie);
        assert_eq!(prediction.swapped().a, 0.3);
        assert!((prediction.a_if_decided() - 0.4).abs() < 1e-12, "0.2 of the 0.5 that are decided");
    }

    #[test]
    fn a_scorer_survives_its_word() {
        let ensembles = Combination::ALL.map(Scorer::Ensemble);
        let others = [Scorer::Head, Scorer::RatingHead, Scorer::Model(ModelKey("0a1b".into()))];
        for scorer in others.into_iter().chain(ensembles) {
            assert_eq!(Scorer::from_word(scorer.word()), scorer);
        }
    }
}
