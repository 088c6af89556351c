//! Drafts as the judge screen fills them: what was said before, and the one answer of a plain comparison.
//!
//! A [`Draft`] holds answers by the data's order, so that it means the same in every showing. Nothing is in it
//! until somebody puts it there.

use tiebreak_domain::{AnswerValue, Draft, Judgment, NewJudgment, Outcome, Preference, Strength, Verdict};

/// What was said before, ready to be changed.
pub fn draft_from_previous(previous: Option<&Judgment>) -> Draft {
    previous
        .filter(|judgment| judgment.given.verdict != Verdict::Withdrawn)
        .map_or_else(Draft::default, |judgment| draft_from_judgment(&judgment.given))
}

/// The draft that led to a judgment.
pub fn draft_from_judgment(given: &NewJudgment) -> Draft {
    Draft {
        answers: given.verdict.answers().to_vec(),
        comment: given.comment.clone(),
        notes: given.notes.clone(),
        flagged: given.flagged,
    }
}

/// The preference that stands as the answer to a question, complete or not.
pub fn preference<'a>(draft: &'a Draft, question: &str) -> Option<&'a Preference> {
    match draft.value(question, None) {
        Some(AnswerValue::Preference(preference)) => Some(preference),
        _ => None,
    }
}

/// A preference with another outcome; what does not go with it is forgotten.
pub fn with_outcome(before: Option<&Preference>, outcome: Outcome) -> Preference {
    let before = before.cloned().unwrap_or(Preference::new(outcome));
    Preference {
        outcome,
        strength: before.strength.filter(|_| outcome.is_decided()),
        reason: before.reason.filter(|_| outcome == Outcome::Unratable),
    }
}

/// A preference with a strength, or without it where it had that one; without A or B it means nothing.
pub fn with_strength_toggled(before: &Preference, strength: Strength) -> Preference {
    let is_set = before.strength == Some(strength) || !before.outcome.is_decided();
    Preference { strength: (!is_set).then_some(strength), ..before.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strength_is_unset_until_chosen_and_can_be_taken_back() {
        let chosen = with_outcome(None, Outcome::A);
        assert_eq!(chosen.strength, None, "never a default");
        let much = with_strength_toggled(&chosen, Strength::Much);
        assert_eq!(much.strength, Some(Strength::Much));
        assert_eq!(with_strength_toggled(&much, Strength::Much).strength, None);
        let tie = with_outcome(None, Outcome::Tie);
        assert_eq!(with_strength_toggled(&tie, Strength::Much).strength, None, "much of nothing");
    }

    #[test]
    fn what_does_not_go_with_an_outcome_is_forgotten() {
        let slightly = with_strength_toggled(&with_outcome(None, Outcome::B), Strength::Slightly);
        let tie = with_outcome(Some(&slightly), Outcome::Tie);
        assert_eq!(tie.strength, None);
        let mut unratable = with_outcome(Some(&tie), Outcome::Unratable);
        assert!(unratable.refusal().is_some(), "a reason is missing");
        unratable.reason = Some("blank".into());
        assert_eq!(unratable.refusal(), None);
        assert_eq!(with_outcome(Some(&unratable), Outcome::A).reason, None);
    }
}
