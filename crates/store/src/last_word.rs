//! The last word of an annotator on an item, packed into one number for the table `latest`.
//!
//! The packing is written down in `migrations/0003_judgment.sql`.

use tiebreak_domain::{Outcome, Strength, Verdict};

/// What the highest revision does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LastVerdict {
    Withdrawn,
    Skipped,
    Judged,
}

/// What the highest revision says, as far as filters and counts ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LastWord {
    pub(crate) verdict: LastVerdict,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) strength: Option<Strength>,
    pub(crate) flagged: bool,
}

impl LastWord {
    /// Of a judgment.
    pub(crate) fn new(verdict: &Verdict, flagged: bool) -> Self {
        let preference = verdict.preference();
        Self {
            verdict: match verdict {
                Verdict::Judged { .. } => LastVerdict::Judged,
                Verdict::Skipped => LastVerdict::Skipped,
                Verdict::Withdrawn => LastVerdict::Withdrawn,
            },
            outcome: preference.map(|preference| preference.outcome),
            strength: preference.and_then(|preference| preference.strength),
            flagged,
        }
    }

    /// As stored.
    pub(crate) fn state(self) -> i64 {
        let outcome = self.outcome.map_or(0, |outcome| outcome as i64 + 1);
        let strength = self.strength.map_or(0, |strength| i64::from(strength.level()));
        self.verdict as i64 + 4 * outcome + 32 * strength + 128 * i64::from(self.flagged)
    }

    /// From what was stored; none if this program does not know it.
    pub(crate) fn from_state(state: i64) -> Option<Self> {
        let verdict = match state & 3 {
            0 => LastVerdict::Withdrawn,
            1 => LastVerdict::Skipped,
            2 => LastVerdict::Judged,
            _ => return None,
        };
        let chosen = |code: i64| usize::try_from(code).ok()?.checked_sub(1);
        Some(Self {
            verdict,
            outcome: chosen(state >> 2 & 7).and_then(|index| Outcome::ALL.get(index).copied()),
            strength: chosen(state >> 5 & 3).and_then(|index| Strength::ALL.get(index).copied()),
            flagged: state >> 7 & 1 == 1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_survives_its_number_and_no_two_share_one() {
        let mut seen = std::collections::BTreeSet::new();
        let outcomes = Outcome::ALL.into_iter().map(Some).chain([None]);
        for outcome in outcomes {
            for strength in Strength::ALL.into_iter().map(Some).chain([None]) {
                for verdict in [LastVerdict::Withdrawn, LastVerdict::Skipped, LastVerdict::Judged] {
                    for flagged in [false, true] {
                        let word = LastWord { verdict, outcome, strength, flagged };
                        assert_eq!(LastWord::from_state(word.state()), Some(word));
                        assert!(seen.insert(word.state()), "{word:?} shares its number");
                    }
                }
            }
        }
    }

    #[test]
    fn the_numbers_are_those_of_the_migration() {
        let both_bad_flagged = LastWord {
            verdict: LastVerdict::Judged,
            outcome: Some(Outcome::BothBad),
            strength: None,
            flagged: true,
        };
        assert_eq!(both_bad_flagged.state(), 2 + 4 * 4 + 128);
    }
}
