//! Outcomes of a pair, and how strongly they are meant.

use serde::{Deserialize, Serialize};

/// What was said of a pair.
///
/// `A` and `B` are the item's first and second candidate as the data had them, never the side of the
/// screen: [`crate::Order`] turns one into the other. A skip is not an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The first candidate is better.
    A,
    /// The second candidate is better.
    B,
    /// Equally good.
    Tie,
    /// Neither is acceptable.
    BothBad,
    /// It cannot be judged; the preference's `reason` says why.
    Unratable,
}

impl Outcome {
    /// Every outcome, in the order of the buttons.
    pub const ALL: [Self; 5] = [Self::A, Self::B, Self::Tie, Self::BothBad, Self::Unratable];

    /// [`Self::ALL`], as a list of one's own.
    pub fn all() -> Vec<Self> {
        Self::ALL.to_vec()
    }

    /// The word used in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::Tie => "tie",
            Self::BothBad => "both_bad",
            Self::Unratable => "unratable",
        }
    }

    /// The outcome that a file's word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.word() == word)
    }

    /// Whether one candidate won.
    pub fn is_decided(self) -> bool {
        matches!(self, Self::A | Self::B)
    }

    /// The same outcome with the candidates exchanged.
    pub fn swapped(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
            other => other,
        }
    }
}

/// How much better the winner is. Optional, and never given a value that nobody chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strength {
    /// By a hair.
    Slightly,
    /// Plainly.
    Clearly,
    /// By far.
    Much,
}

impl Strength {
    /// Every strength, weakest first.
    pub const ALL: [Self; 3] = [Self::Slightly, Self::Clearly, Self::Much];

    /// The word used in files and on buttons.
    pub fn word(self) -> &'static str {
        match self {
            Self::Slightly => "slightly",
            Self::Clearly => "clearly",
            Self::Much => "much",
        }
    }

    /// The strength that a file's word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strength| strength.word() == word)
    }

    /// 1, 2 or 3.
    pub fn level(self) -> u8 {
        match self {
            Self::Slightly => 1,
            Self::Clearly => 2,
            Self::Much => 3,
        }
    }
}

/// An answered preference question.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Preference {
    /// What was said.
    pub outcome: Outcome,
    /// How strongly; only with a decided outcome, and only if it was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<Strength>,
    /// Why it cannot be judged; only with [`Outcome::Unratable`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Preference {
    /// A bare outcome.
    pub fn new(outcome: Outcome) -> Self {
        Self { outcome, strength: None, reason: None }
    }

    /// What is wrong with it, in a sentence; none if nothing is.
    pub fn refusal(&self) -> Option<&'static str> {
        if self.strength.is_some() && !self.outcome.is_decided() {
            return Some("a strength belongs to A or B only");
        }
        let has_reason = self.reason.as_deref().is_some_and(|reason| !reason.trim().is_empty());
        if self.reason.is_some() && self.outcome != Outcome::Unratable {
            return Some("a reason belongs to an item that cannot be judged");
        }
        if self.outcome == Outcome::Unratable && !has_reason {
            return Some("an item that cannot be judged needs a reason");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_outcomes_are_one_to_one() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_word(outcome.word()), Some(outcome));
            assert_eq!(outcome.swapped().swapped(), outcome);
        }
        for strength in Strength::ALL {
            assert_eq!(Strength::from_word(strength.word()), Some(strength));
        }
        assert_eq!(Outcome::from_word("skip"), None, "a skip is not an outcome");
    }

    #[test]
    fn strength_and_reason_go_where_they_belong() {
        let strong_tie = Preference { strength: Some(Strength::Much), ..Preference::new(Outcome::Tie) };
        assert!(strong_tie.refusal().is_some());
        assert!(Preference::new(Outcome::Unratable).refusal().is_some(), "no reason given");
        let reasoned =
            Preference { reason: Some("both in Finnish".into()), ..Preference::new(Outcome::Unratable) };
        assert_eq!(reasoned.refusal(), None);
    }
}
