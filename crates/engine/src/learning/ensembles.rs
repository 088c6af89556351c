//! Ensembles: what several models that score the same dimension say together, as one more scorer each.
//!
//! Members are taken in standard deviations of what their makers measured, or else of the pool. What comes of it is
//! told beside the models, held against people like them, and has a word like any of them. Heads do not start from
//! them: what a head makes of the models' scores is a combination already.

use tiebreak_domain::reward::{Combination, Scorer};
use tiebreak_reward::learn::ensemble::{average, combined, uncertainty_weighted, worst_case};

use super::pool::PoolScorer;

/// How much of the members' variance is taken from their mean: λ of Coste et al. (2023, arXiv 2310.02743), whose
/// code takes 1 for choosing the best of many.
pub const VARIANCE_PENALTY: f64 = 1.0;

/// Every combination of the models that score the same dimension, wherever there are two of them and candidates
/// that both scored.
pub fn ensembles(scorers: &[PoolScorer]) -> Vec<PoolScorer> {
    let kind = |scorer: &PoolScorer| scorer.dimension.trim().to_lowercase();
    let mut kinds: Vec<String> = Vec::new();
    for scorer in scorers {
        if !kinds.contains(&kind(scorer)) {
            kinds.push(kind(scorer));
        }
    }
    let mut ensembles = Vec::new();
    for wanted in kinds {
        let members: Vec<&PoolScorer> = scorers.iter().filter(|scorer| kind(scorer) == wanted).collect();
        if members.len() < 2 {
            continue;
        }
        let scores: Vec<&[f32]> = members.iter().map(|member| member.member.as_slice()).collect();
        for combination in Combination::ALL {
            let said = match combination {
                Combination::Mean => combined(&scores, average),
                Combination::WorstCase => combined(&scores, worst_case),
                Combination::UncertaintyWeighted => {
                    combined(&scores, |said| uncertainty_weighted(said, VARIANCE_PENALTY))
                }
            };
            if said.iter().filter(|score| score.is_finite()).count() < 2 {
                continue;
            }
            ensembles.push(PoolScorer {
                scorer: Scorer::Ensemble(combination),
                name: format!("{} of {} models", combination.label(), members.len()),
                dimension: members[0].dimension.clone(),
                member: said.clone(),
                scores: said,
            });
        }
    }
    ensembles
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiebreak_domain::reward::ModelKey;
    use tiebreak_reward::learn::ensemble::{standardised, standardised_by};

    fn scorer(key: &str, dimension: &str, scores: &[f32]) -> PoolScorer {
        PoolScorer {
            scorer: Scorer::Model(ModelKey(key.into())),
            name: key.into(),
            dimension: dimension.into(),
            scores: scores.to_vec(),
            member: standardised(scores, None),
        }
    }

    #[test]
    fn two_models_of_one_dimension_make_three_scorers() {
        let scorers = [
            scorer("a", "Overall", &[0.0, 10.0, 20.0]),
            scorer("b", "overall", &[3.0, 2.0, 1.0]),
            scorer("c", "harmlessness", &[0.0, 1.0, 2.0]),
        ];
        let made = ensembles(&scorers);
        let names: Vec<_> = made.iter().map(|one| (one.name.as_str(), one.dimension.as_str())).collect();
        let expected = ["mean of 2 models", "worst case of 2 models", "mean less variance of 2 models"];
        assert_eq!(names, expected.map(|name| (name, "Overall")), "a model alone is no ensemble");
        assert_eq!(made[0].scores, [0.0; 3], "they say the opposite of each other");
        let side = 1.5_f32.sqrt();
        assert!((made[1].scores[0] + side).abs() < 1e-6 && made[1].scores[1].abs() < 1e-6);
        assert!((made[2].scores[0] + 1.5).abs() < 1e-6, "0 less a variance of 1.5");
    }

    #[test]
    fn a_member_weighs_by_what_its_maker_measured() {
        let mut scorers =
            [scorer("a", "overall", &[0.0, 10.0, 20.0]), scorer("b", "overall", &[3.0, 2.0, 1.0])];
        // On its maker's data its scores lie a hundred apart: here it hardly tells anything apart.
        scorers[0].member = standardised_by(&scorers[0].scores, 0.0, 100.0);
        let mean = &ensembles(&scorers)[0].scores;
        let side = 1.5_f32.sqrt();
        assert!(
            (mean[0] - side / 2.0).abs() < 1e-6 && (mean[2] - (0.2 - side) / 2.0).abs() < 1e-6,
            "{mean:?}"
        );
    }

    #[test]
    fn models_that_score_nothing_in_common_make_none() {
        let nan = f32::NAN;
        let scorers = [scorer("a", "overall", &[1.0, 2.0, nan]), scorer("b", "overall", &[nan, nan, 2.0])];
        assert!(ensembles(&scorers).is_empty());
    }
}
