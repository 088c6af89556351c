//! When asking no longer pays: three signs, of which two are wanted (METHODS 2.14).
//!
//! Successive heads agree on a fixed set of pairs (stabilising predictions, Bloodgood and Vijay-Shanker 2009,
//! CoNLL); the best questions hardly teach any more; and, from outside, the accuracy on audits is about to stand
//! still. The curve of audits belongs to statistics, so its slope is handed in.

use serde::{Deserialize, Serialize};

/// The limits; the defaults are those of METHODS 2.14.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoppingRule {
    /// The least agreement of successive heads.
    pub kappa: f64,
    /// How often in a row.
    pub repeats: usize,
    /// The share of the information before the first label below which questions hardly teach.
    pub information_share: f64,
    /// The gain in audit accuracy over the next 200 labels below which it stands still.
    pub audit_gain: f64,
}

impl Default for StoppingRule {
    fn default() -> Self {
        Self { kappa: 0.99, repeats: 3, information_share: 0.2, audit_gain: 0.005 }
    }
}

/// The signs, and what they say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoppingSigns {
    /// Successive heads agree.
    pub is_stable: bool,
    /// The best questions hardly teach.
    pub is_exhausted: bool,
    /// Accuracy on audits stands still; none where it was not told.
    pub is_flat: Option<bool>,
}

impl StoppingSigns {
    /// Whether two of three say so.
    pub fn says_stop(self) -> bool {
        [self.is_stable, self.is_exhausted, self.is_flat == Some(true)]
            .into_iter()
            .filter(|sign| *sign)
            .count()
            >= 2
    }
}

/// The labels that lie between two heads that are held against each other: heads that learned from hardly anything new
/// agree whatever is left to learn.
pub const LABELS_BETWEEN: usize = 25;
/// How many heads' sides are kept.
const SIDES_KEPT: usize = 4;

/// What is kept from one batch to the next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoppingHistory {
    heads: Vec<PastHead>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct PastHead {
    labels: usize,
    /// On the stop set; empty of heads long past.
    sides: Vec<bool>,
    /// The agreement with the head before.
    kappa: Option<f64>,
    /// What the batch that was to follow promised; none of a head of which that was not asked.
    promise: Option<Promise>,
}

/// What the best questions of the next batch promise: their mean mutual information, in nats; 0 where none is left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Promise {
    /// Under what is believed now.
    pub now: f64,
    /// Under what was believed before the first label.
    pub at_first: f64,
}

impl StoppingHistory {
    /// Whether a head that learned from so many labels is to be noted. Heads that learned from more are forgotten:
    /// labels were taken back.
    pub fn is_due(&mut self, labels: usize) -> bool {
        self.heads.retain(|head| head.labels <= labels);
        labels >= self.heads.last().map_or(0, |head| head.labels) + LABELS_BETWEEN
    }

    /// Whether no head was noted.
    pub fn is_empty(&self) -> bool {
        self.heads.is_empty()
    }

    /// Takes note of the head after so many labels, if that is due: whether it holds the first of each pair of a fixed
    /// set (2,000 are plenty) for the better one, and what the next batch promises.
    pub fn push(&mut self, labels: usize, sides: Vec<bool>, promise: Option<Promise>) {
        if !self.is_due(labels) {
            return;
        }
        let before = self.heads.last().map(|head| &head.sides);
        let before = before.filter(|before| before.len() == sides.len() && !sides.is_empty());
        let kappa = before.map(|before| kappa(before, &sides));
        self.heads.push(PastHead { labels, sides, kappa, promise });
        if let Some(past) = self.heads.len().checked_sub(SIDES_KEPT + 1) {
            self.heads[past].sides = Vec::new();
        }
    }

    /// The agreement of each head with the one before.
    pub fn kappas(&self) -> impl DoubleEndedIterator<Item = f64> {
        self.heads.iter().filter_map(|head| head.kappa)
    }

    /// The signs now. `audit_gain` is the gain in audit accuracy that the next 200 labels are predicted to bring.
    pub fn signs(&self, rule: &StoppingRule, audit_gain: Option<f64>) -> StoppingSigns {
        let promise = self.heads.last().and_then(|head| head.promise);
        let is_exhausted =
            promise.is_some_and(|promise| promise.now < rule.information_share * promise.at_first);
        StoppingSigns {
            is_stable: self.kappas().count() >= rule.repeats
                && self.kappas().rev().take(rule.repeats).all(|kappa| kappa >= rule.kappa),
            is_exhausted,
            is_flat: audit_gain.map(|gain| gain < rule.audit_gain),
        }
    }
}

/// Cohen's kappa of two lists of sides (1960, *Educ. Psychol. Meas.* 20:37); 1 where chance alone would agree
/// wholly, since then both say one thing throughout.
pub fn kappa(before: &[bool], after: &[bool]) -> f64 {
    let count = before.len().min(after.len()).max(1) as f64;
    let share = |sides: &[bool]| sides.iter().filter(|side| **side).count() as f64 / count;
    let agreed = before.iter().zip(after).filter(|(before, after)| before == after).count() as f64 / count;
    let (one, other) = (share(before), share(after));
    let by_chance = one * other + (1.0 - one) * (1.0 - other);
    if by_chance >= 1.0 { 1.0 } else { (agreed - by_chance) / (1.0 - by_chance) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kappa_is_the_published_one() {
        // METHODS golden 10: 20, 5, 10, 15 give .4.
        let sides = |counts: [usize; 4], of: [bool; 4]| {
            counts.into_iter().zip(of).flat_map(|(count, side)| vec![side; count]).collect::<Vec<_>>()
        };
        let before = sides([20, 5, 10, 15], [true, true, false, false]);
        let after = sides([20, 5, 10, 15], [true, false, true, false]);
        assert!((kappa(&before, &after) - 0.4).abs() < 1e-12);
        assert_eq!(kappa(&[true; 4], &[true; 4]), 1.0);
    }

    fn promise(now: f64) -> Promise {
        Promise { now, at_first: 0.1 }
    }

    #[test]
    fn two_signs_of_three_stop() {
        let rule = StoppingRule::default();
        let mut history = StoppingHistory::default();
        let steady = (0..100).map(|index| index % 3 == 0).collect::<Vec<_>>();
        history.push(25, steady.iter().map(|side| !side).collect(), Some(promise(0.1)));
        for turn in 2..=4 {
            history.push(25 * turn, steady.clone(), Some(promise(0.09)));
        }
        assert!(!history.signs(&rule, Some(0.001)).is_stable, "the first step was a turn");
        history.push(125, steady.clone(), Some(promise(0.09)));
        let signs = history.signs(&rule, None);
        assert!(signs.is_stable && !signs.is_exhausted && !signs.says_stop(), "one sign is not enough");
        assert!(history.signs(&rule, Some(0.001)).says_stop(), "and a flat audit makes two");
        history.push(150, steady.clone(), Some(promise(0.01)));
        assert!(history.signs(&rule, Some(0.02)).says_stop(), "so do questions that hardly teach");
        history.push(175, steady, Some(promise(0.0)));
        assert!(history.signs(&rule, None).is_exhausted, "and where none is left, none teaches");
    }

    #[test]
    fn heads_are_held_against_each_other_only_after_enough_labels() {
        let mut history = StoppingHistory::default();
        let sides = vec![true, false, true];
        for labels in 0..=60 {
            history.push(labels, sides.clone(), Some(promise(0.1)));
        }
        assert_eq!(history.kappas().count(), 1, "at 25 and at 50");
        history.push(48, sides.clone(), Some(promise(0.1)));
        assert_eq!(history.kappas().count(), 0, "what learned from labels that were taken back is forgotten");
        for labels in (50..=400).step_by(25) {
            history.push(labels, sides.clone(), Some(promise(0.1)));
        }
        assert_eq!(history.kappas().count(), 15, "each against the one before, however many there were");
    }
}
