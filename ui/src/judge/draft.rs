//! Drafts: answers on the screen that nobody has submitted.

use tiebreak_domain::{Judgment, Outcome, Preference, Strength, Verdict};

/// What has been chosen and written for one item so far. Nothing is chosen until somebody chooses it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Which is better, by the data's order.
    pub outcome: Option<Outcome>,
    /// How much.
    pub strength: Option<Strength>,
    /// Why it cannot be judged.
    pub reason: String,
    /// Free words.
    pub comment: String,
    /// Whether someone should look again.
    pub flagged: bool,
}

impl Draft {
    /// What was said before, ready to be changed.
    pub fn from_previous(previous: Option<&Judgment>) -> Self {
        previous.filter(|judgment| judgment.given.verdict != Verdict::Withdrawn).map_or_else(
            Self::default,
            |judgment| {
                Self::from_verdict(&judgment.given.verdict, &judgment.given.comment, judgment.given.flagged)
            },
        )
    }

    /// The draft that led to a verdict.
    pub fn from_verdict(verdict: &Verdict, comment: &str, flagged: bool) -> Self {
        let preference = verdict.preference();
        Self {
            outcome: preference.map(|preference| preference.outcome),
            strength: preference.and_then(|preference| preference.strength),
            reason: preference.and_then(|preference| preference.reason.clone()).unwrap_or_default(),
            comment: comment.to_owned(),
            flagged,
        }
    }

    /// Chooses an outcome; what does not go with it is forgotten.
    pub fn choose(&mut self, outcome: Outcome) {
        self.outcome = Some(outcome);
        if !outcome.is_decided() {
            self.strength = None;
        }
        if outcome != Outcome::Unratable {
            self.reason.clear();
        }
    }

    /// Chooses a strength, or takes it back when it was chosen already; without A or B it means nothing.
    pub fn toggle_strength(&mut self, strength: Strength) {
        if self.outcome.is_some_and(Outcome::is_decided) {
            self.strength = if self.strength == Some(strength) { None } else { Some(strength) };
        }
    }

    /// The preference, if it is complete.
    pub fn preference(&self) -> Option<Preference> {
        let reason = self.reason.trim();
        let preference = Preference {
            outcome: self.outcome?,
            strength: self.strength,
            reason: (!reason.is_empty()).then(|| reason.to_owned()),
        };
        preference.refusal().is_none().then_some(preference)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strength_is_unset_until_chosen_and_can_be_taken_back() {
        let mut draft = Draft::default();
        draft.toggle_strength(Strength::Much);
        assert_eq!(draft.strength, None, "much of nothing");
        draft.choose(Outcome::A);
        assert_eq!(draft.preference().and_then(|preference| preference.strength), None, "never a default");
        draft.toggle_strength(Strength::Much);
        assert_eq!(draft.strength, Some(Strength::Much));
        draft.toggle_strength(Strength::Much);
        assert_eq!(draft.strength, None);
    }

    #[test]
    fn what_does_not_go_with_an_outcome_is_forgotten() {
        let mut draft = Draft::default();
        draft.choose(Outcome::B);
        draft.toggle_strength(Strength::Slightly);
        draft.choose(Outcome::Tie);
        assert_eq!(draft.strength, None);
        draft.choose(Outcome::Unratable);
        assert_eq!(draft.preference(), None, "a reason is missing");
        draft.reason = "blank".into();
        assert!(draft.preference().is_some());
        draft.choose(Outcome::A);
        assert_eq!(draft.reason, "");
    }
}
