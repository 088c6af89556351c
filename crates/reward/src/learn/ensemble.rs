//! Many scores of one candidate: how to combine them, and how far they disagree.
//!
//! Members are standardised on one reference set first; otherwise the member with the largest scale decides
//! (METHODS 5, trap 15). Worst-case and uncertainty-weighted optimisation are those of Coste et al. (2023, arXiv
//! 2310.02743), with the population variance of their code.

use super::logistic::{entropy_term, mean, population_variance, sigmoid};

/// The scores of one member, by candidate; not a number where it has none.
pub type Member = Vec<f32>;

/// A member's scores brought to mean 0 and deviation 1 on the reference candidates; all of them where none are
/// named.
pub fn standardised(member: &[f32], reference: Option<&[u32]>) -> Member {
    let known = |value: &f32| value.is_finite().then(|| f64::from(*value));
    let values: Vec<f64> = match reference {
        Some(candidates) => {
            candidates.iter().filter_map(|candidate| known(&member[*candidate as usize])).collect()
        }
        None => member.iter().filter_map(known).collect(),
    };
    let centre = mean(&values);
    let deviation = population_variance(&values).sqrt();
    standardised_by(member, centre, if deviation > 0.0 { deviation } else { 1.0 })
}

/// A member's scores less this mean, in deviations of this size: what they are like on some fixed reference set.
pub fn standardised_by(member: &[f32], centre: f64, deviation: f64) -> Member {
    member.iter().map(|value| ((f64::from(*value) - centre) / deviation) as f32).collect()
}

/// One member out of several that are standardised: of the candidates that all of them scored, their scores are
/// combined. Of other candidates it says nothing.
pub fn combined(members: &[&[f32]], combine: impl Fn(&[f64]) -> f64) -> Member {
    let count = members.iter().map(|member| member.len()).min().unwrap_or(0);
    let shared: Vec<u32> = (0..count as u32)
        .filter(|row| members.iter().all(|member| member[*row as usize].is_finite()))
        .collect();
    let mut scores = vec![f32::NAN; count];
    for row in shared {
        let said: Vec<f64> = members.iter().map(|member| f64::from(member[row as usize])).collect();
        scores[row as usize] = combine(&said) as f32;
    }
    scores
}

/// The mean of the members.
pub fn average(scores: &[f64]) -> f64 {
    mean(scores)
}

/// Worst-case optimisation: what the most critical member says.
pub fn worst_case(scores: &[f64]) -> f64 {
    scores.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Uncertainty-weighted optimisation: the mean less `penalty` times the population variance; 1 for best-of-n.
pub fn uncertainty_weighted(scores: &[f64], penalty: f64) -> f64 {
    mean(scores) - penalty * population_variance(scores)
}

/// How far members disagree about a pair: the population variance of `σ(Δ)` over their score differences.
pub fn disagreement(differences: &[f64]) -> f64 {
    population_variance(&differences.iter().map(|difference| sigmoid(*difference)).collect::<Vec<_>>())
}

/// The entropy of the members' votes on a pair, in nats; a difference of zero is half a vote for each.
pub fn vote_entropy(differences: &[f64]) -> f64 {
    if differences.is_empty() {
        return 0.0;
    }
    let votes = differences.iter().map(|difference| match difference.total_cmp(&0.0) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    });
    let share = votes.sum::<f64>() / differences.len() as f64;
    entropy_term(share) + entropy_term(1.0 - share)
}

/// What each member says of a pair; members that have no score for one of both are left out.
pub fn differences(members: &[Member], a: u32, b: u32) -> Vec<f64> {
    members
        .iter()
        .map(|member| f64::from(member[a as usize]) - f64::from(member[b as usize]))
        .filter(|difference| difference.is_finite())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_weigh_alike_once_standardised() {
        let loud = standardised(&[100.0, 300.0, 200.0], None);
        let quiet = standardised(&[0.001, 0.003, 0.002], None);
        for (one, other) in loud.iter().zip(&quiet) {
            assert!((one - other).abs() < 1e-4);
        }
        let on_two = standardised(&[1.0, 3.0, f32::NAN], Some(&[0, 1, 2]));
        assert_eq!(on_two[..2], [-1.0, 1.0]);
        assert!(on_two[2].is_nan(), "a missing score stays missing");
    }

    #[test]
    fn combinations_are_those_of_the_paper() {
        let scores = [1.0, 2.0, 6.0];
        assert_eq!(worst_case(&scores), 1.0);
        assert!(
            (uncertainty_weighted(&scores, 1.0) - (3.0 - 14.0 / 3.0)).abs() < 1e-12,
            "population variance"
        );
        assert_eq!(disagreement(&[1.0, 1.0]), 0.0);
        assert!(disagreement(&[3.0, -3.0]) > disagreement(&[0.5, -0.5]));
        assert!((vote_entropy(&[1.0, -2.0]) - 2.0_f64.ln()).abs() < 1e-12);
        assert_eq!(vote_entropy(&[1.0, 2.0]), 0.0);
    }

    #[test]
    fn members_are_combined_where_all_of_them_say_something() {
        // On the first three: 1, 2, 3 and 30, 10, 20 are −√1.5, 0, √1.5 and √1.5, −√1.5, 0.
        let shared = Some(&[0, 1, 2][..]);
        let members = [&[1.0, 2.0, 3.0, 900.0], &[30.0, 10.0, 20.0, f32::NAN]]
            .map(|member| standardised(member, shared));
        let members = [members[0].as_slice(), members[1].as_slice()];
        let side = 1.5_f64.sqrt();
        let near = |combined: Member, expected: [f64; 3]| {
            for (one, other) in combined.iter().zip(expected) {
                assert!((f64::from(*one) - other).abs() < 1e-6, "{combined:?} and {expected:?}");
            }
            assert!(combined[3].is_nan(), "one of them says nothing of the fourth");
        };
        near(combined(&members, average), [0.0, -side / 2.0, side / 2.0]);
        near(combined(&members, worst_case), [-side, -side, 0.0]);
        // The population variances are 1.5, 0.375 and 0.375.
        let weighted = |scores: &[f64]| uncertainty_weighted(scores, 1.0);
        near(combined(&members, weighted), [-1.5, -side / 2.0 - 0.375, side / 2.0 - 0.375]);
    }
}
