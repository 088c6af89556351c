//! Flags with a guarantee: how unlikely a judgment must look to the model before somebody is asked to look again.
//!
//! A score says how odd a judgment is, for instance 1 − p̂ of what was said ([`oddness`]). Against the scores of
//! audit labels, [`AuditScores::threshold`] flags at most a share α of honest judgments (split conformal; Vovk et al.
//! 2005, Lei et al. 2018), and [`AuditScores::p_value`] with [`benjamini_hochberg`] makes a queue whose false flags
//! stay below a share of all flags (Bates et al. 2023, Ann. Stat. 51:149). [`Grouped`] keeps groups apart, such as a
//! dimension and a kind of media. All of it means "as odd as audit labels are": their own mistakes are counted in.
//! Labels that fitted a calibration must not serve here as well.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The score of a judgment: one less the model's probability of what was said.
pub fn oddness(probability_of_choice: f64) -> f64 {
    1.0 - probability_of_choice
}

/// How strongly the model speaks against a judgment: the logarithm of its odds against it, 0 where it does not.
pub fn severity(probability_of_choice: f64) -> f64 {
    (-crate::calibration::logit(probability_of_choice)).max(0.0)
}

/// There are fewer audit labels than the level needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
#[error("too few audit labels: {needed} are needed, and there are {have}")]
pub struct TooFewAuditLabels {
    /// How many there are.
    pub have: u64,
    /// The least number that this level needs.
    pub needed: u64,
}

/// Above it, a judgment is flagged.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// The share of honest judgments that may be flagged.
    pub alpha: f64,
    /// The score above which a judgment is flagged.
    pub score: f64,
    /// Which audit score that is, from the least, counted from 1.
    pub rank: u64,
    /// How many audit labels it rests on.
    pub audit_labels: u64,
}

impl Threshold {
    /// Whether a judgment with this score is flagged.
    pub fn flags(&self, score: f64) -> bool {
        score > self.score
    }
}

/// The scores of audit labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AuditScores {
    sorted: Vec<f64>,
}

impl AuditScores {
    /// From scores in any order.
    pub fn new(mut scores: Vec<f64>) -> Self {
        scores.sort_by(f64::total_cmp);
        Self { sorted: scores }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sorted.is_empty()
    }

    /// The threshold of a level: the ⌈(n+1)(1−α)⌉-th least score. An honest judgment is flagged with probability at
    /// most α, whatever the model.
    pub fn threshold(&self, alpha: f64) -> Result<Threshold, TooFewAuditLabels> {
        let have = self.sorted.len() as u64;
        let rank = rounded_up((have + 1) as f64 * (1.0 - alpha)).max(1);
        if rank > have {
            return Err(TooFewAuditLabels { have, needed: labels_needed(alpha) });
        }
        Ok(Threshold { alpha, score: self.sorted[rank as usize - 1], rank, audit_labels: have })
    }

    /// The share of scores at least as odd, the judgment itself counted in: small where it is odder than nearly all.
    pub fn p_value(&self, score: f64) -> f64 {
        let at_least = self.sorted.len() - self.sorted.partition_point(|audit| *audit < score);
        (at_least + 1) as f64 / (self.sorted.len() + 1) as f64
    }
}

/// The least number of audit labels for a level: 19 for 5 %.
pub fn labels_needed(alpha: f64) -> u64 {
    rounded_up(1.0 / alpha - 1.0).max(1)
}

/// The next whole number, except that 19.000000000000004, meant as 19, stays 19.
fn rounded_up(value: f64) -> u64 {
    (value - 1e-9 * value.abs().max(1.0)).ceil().max(0.0) as u64
}

/// Which of some p-values to flag so that, on average, at most a share `level` of the flags are false, and by what
/// level each would be just flagged (Benjamini and Hochberg 1995; adjusted p-values as Yekutieli and Benjamini 1999).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Discoveries {
    /// Whether each is flagged, in the order given.
    pub is_flagged: Vec<bool>,
    /// The least level at which each would be.
    pub adjusted: Vec<f64>,
}

/// The procedure of Benjamini and Hochberg.
pub fn benjamini_hochberg(p_values: &[f64], level: f64) -> Discoveries {
    let count = p_values.len();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|one, other| p_values[*one].total_cmp(&p_values[*other]));
    let mut adjusted = vec![1.0; count];
    let mut least = 1.0_f64;
    for (place, at) in order.iter().enumerate().rev() {
        least = least.min(p_values[*at] * count as f64 / (place + 1) as f64);
        adjusted[*at] = least;
    }
    // A product that is a hair above a level it equals on paper is not a reason to leave one out.
    let is_flagged = adjusted.iter().map(|value| *value <= level * (1.0 + 1e-12)).collect();
    Discoveries { is_flagged, adjusted }
}

/// Audit scores by group, so that the guarantee holds within each (Mondrian; Vovk et al. 2005, section 4.5). Where a
/// group has too few, all groups together stand in, and the guarantee is only over all.
#[derive(Clone, Debug, PartialEq)]
pub struct Grouped<Key> {
    pooled: AuditScores,
    groups: BTreeMap<Key, AuditScores>,
    least_group: usize,
}

/// Audit scores, and whose they are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Basis<'a> {
    /// The scores.
    pub scores: &'a AuditScores,
    /// Whether they are the group's own, rather than everybody's.
    pub is_own: bool,
}

impl<Key: Ord> Grouped<Key> {
    /// From scores with their groups; groups below `least_group` scores do not stand alone.
    pub fn new(scores: impl IntoIterator<Item = (Key, f64)>, least_group: usize) -> Self {
        let mut by_key = BTreeMap::<Key, Vec<f64>>::new();
        let mut all = Vec::new();
        for (key, score) in scores {
            all.push(score);
            by_key.entry(key).or_default().push(score);
        }
        let groups = by_key.into_iter().map(|(key, scores)| (key, AuditScores::new(scores))).collect();
        Self { pooled: AuditScores::new(all), groups, least_group }
    }

    /// The scores that a group is held against.
    pub fn basis(&self, key: &Key) -> Basis<'_> {
        match self.groups.get(key) {
            Some(own) if own.len() >= self.least_group => Basis { scores: own, is_own: true },
            _ => Basis { scores: &self.pooled, is_own: false },
        }
    }

    /// A group's threshold, and whether it is its own. A group that has too few scores for this level takes the one
    /// of all groups.
    pub fn threshold(&self, key: &Key, alpha: f64) -> Result<(Threshold, bool), TooFewAuditLabels> {
        let basis = self.basis(key);
        match basis.scores.threshold(alpha) {
            Ok(threshold) => Ok((threshold, basis.is_own)),
            Err(_) => self.pooled.threshold(alpha).map(|threshold| (threshold, false)),
        }
    }
}

#[cfg(test)]
mod tests;
