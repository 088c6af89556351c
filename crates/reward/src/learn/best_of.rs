//! Many candidates of one prompt: put in order before anyone looks, and only what is unsure asked.
//!
//! Nothing here decides for a person: an order is where to start reading, and a sure pair is one that may be left
//! for later.

use serde::{Deserialize, Serialize};

use super::ensemble::{Member, average, uncertainty_weighted, worst_case};
use super::head::pool::PoolBelief;

/// How several models' scores become one (Coste et al. 2023, arXiv 2310.02743).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub enum Combination {
    /// Their mean.
    #[default]
    Mean,
    /// The lowest.
    WorstCase,
    /// Their mean less this many times their variance.
    UncertaintyWeighted(f64),
}

impl Combination {
    /// The one score; none where no member has any.
    pub fn of(self, scores: &[f64]) -> Option<f64> {
        if scores.is_empty() {
            return None;
        }
        Some(match self {
            Self::Mean => average(scores),
            Self::WorstCase => worst_case(scores),
            Self::UncertaintyWeighted(penalty) => uncertainty_weighted(scores, penalty),
        })
    }
}

/// A candidate in its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// Row of the candidate.
    pub candidate: u32,
    /// Its combined score; none where no member has one.
    pub score: Option<f64>,
}

/// The candidates, best first, by the combined score of standardised members. Equal scores keep their order, and
/// what has no score comes last.
pub fn pre_rank(candidates: &[u32], members: &[Member], combination: Combination) -> Vec<Ranked> {
    let score = |candidate: u32| {
        let scores = members.iter().map(|member| f64::from(member[candidate as usize]));
        combination.of(&scores.filter(|score| score.is_finite()).collect::<Vec<_>>())
    };
    let mut ranked = candidates
        .iter()
        .map(|candidate| Ranked { candidate: *candidate, score: score(*candidate) })
        .collect::<Vec<_>>();
    ranked.sort_by(|one, other| {
        let value = |ranked: &Ranked| ranked.score.unwrap_or(f64::NEG_INFINITY);
        value(other).total_cmp(&value(one))
    });
    ranked
}

/// Whether a chance of A counts as sure at this threshold, say .9, on either side.
pub fn is_sure(chance_of_a: f64, threshold: f64) -> bool {
    chance_of_a.max(1.0 - chance_of_a) >= threshold
}

/// The pairs of a pool that the head is sure about, and those it is not.
pub fn split_by_sureness(pool: &PoolBelief, threshold: f64) -> (Vec<usize>, Vec<usize>) {
    (0..pool.len()).partition(|pair| is_sure(pool.belief(*pair).chance_of_a(), threshold))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn critics_turn_the_order() {
        let members = vec![vec![3.0, 2.0, f32::NAN, 0.0], vec![-2.0, 1.5, f32::NAN, 0.0]];
        let order = |combination| {
            pre_rank(&[0, 1, 2, 3], &members, combination)
                .into_iter()
                .map(|ranked| ranked.candidate)
                .collect::<Vec<_>>()
        };
        assert_eq!(order(Combination::Mean), [1, 0, 3, 2]);
        assert_eq!(order(Combination::WorstCase), [1, 3, 0, 2], "what one member calls bad falls");
        assert_eq!(order(Combination::UncertaintyWeighted(1.0)), [1, 3, 0, 2]);
    }

    #[test]
    fn sureness_is_the_same_for_both_sides() {
        assert!(is_sure(0.93, 0.9) && is_sure(0.07, 0.9) && !is_sure(0.6, 0.9));
    }
}
