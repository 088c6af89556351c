//! Proper scores of forecasts: Brier, negative log-likelihood, ranked probability. Lower is better for all.
//!
//! A proper score is best when the forecaster says what it believes, so it sees sharpness as well as calibration
//! (Gneiting and Raftery 2007). The ranked score (Epstein 1969) knows that a tie lies between the sides: give it
//! outcomes in the order A, tie, B.

use super::Scored;

/// Probabilities are held this far from 0 and 1 before a logarithm: one wrong certainty shall not be infinite.
pub(super) const LEAST_PROBABILITY: f64 = 1e-12;

/// Brier's score of two outcomes: the mean squared distance. None of no predictions.
pub fn brier(scored: &[Scored]) -> Option<f64> {
    mean(scored.iter().map(|one| (one.probability - one.outcome()).powi(2)))
}

/// The mean negative log-likelihood, in nats. None of no predictions.
pub fn nll(scored: &[Scored]) -> Option<f64> {
    mean(
        scored.iter().map(|one| surprise(if one.happened { one.probability } else { 1.0 - one.probability })),
    )
}

/// Brier's score of several outcomes, summed over them (from 0 to 2). Each row: probabilities, which came true.
pub fn brier_of_classes<const K: usize>(rows: &[([f64; K], usize)]) -> Option<f64> {
    mean(rows.iter().map(|(probabilities, happened)| {
        let distance = |(class, probability): (usize, &f64)| {
            (probability - f64::from(u8::from(class == *happened))).powi(2)
        };
        probabilities.iter().enumerate().map(distance).sum()
    }))
}

/// The mean negative log-likelihood of several outcomes, in nats.
pub fn nll_of_classes<const K: usize>(rows: &[([f64; K], usize)]) -> Option<f64> {
    mean(rows.iter().map(|(probabilities, happened)| surprise(probabilities[*happened])))
}

/// The ranked probability score of ordered outcomes, divided by their number less one (from 0 to 1).
pub fn ranked_probability_score<const K: usize>(rows: &[([f64; K], usize)]) -> Option<f64> {
    mean(rows.iter().map(|(probabilities, happened)| {
        let (mut reached, mut sum) = (0.0, 0.0);
        for (class, probability) in probabilities.iter().enumerate().take(K.saturating_sub(1)) {
            reached += probability;
            sum += (reached - f64::from(u8::from(*happened <= class))).powi(2);
        }
        sum / K.saturating_sub(1).max(1) as f64
    }))
}

/// One outcome of several against the rest, as predictions of that outcome.
pub fn one_against_rest<const K: usize>(rows: &[([f64; K], usize)], class: usize) -> Vec<Scored> {
    rows.iter()
        .map(|(probabilities, happened)| Scored {
            probability: probabilities[class],
            happened: *happened == class,
        })
        .collect()
}

fn surprise(probability: f64) -> f64 {
    -probability.clamp(LEAST_PROBABILITY, 1.0).ln()
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let count = values.len();
    (count > 0).then(|| values.sum::<f64>() / count as f64)
}

#[cfg(test)]
mod tests {
    use super::super::toy;
    use super::*;

    #[test]
    fn the_toy_has_its_known_scores() {
        let brier = brier(&toy()).expect("ten predictions");
        assert!((brier - 0.198).abs() < 1e-12, "{brier}");
        let nll = nll(&toy()).expect("ten predictions");
        assert!((nll - 0.580_082_5).abs() < 5e-8, "{nll}");
    }

    #[test]
    fn two_classes_score_as_two_outcomes_do() {
        let rows: Vec<([f64; 2], usize)> = toy()
            .iter()
            .map(|one| ([1.0 - one.probability, one.probability], usize::from(one.happened)))
            .collect();
        let close = |one: Option<f64>, other: Option<f64>| (one.unwrap() - other.unwrap()).abs() < 1e-12;
        assert!(close(brier_of_classes(&rows), brier(&toy()).map(|score| 2.0 * score)));
        assert!(close(nll_of_classes(&rows), nll(&toy())));
        assert!(
            close(ranked_probability_score(&rows), brier(&toy())),
            "of two outcomes the ranked score is Brier's"
        );
    }

    #[test]
    fn the_ranked_score_minds_how_far_off_one_was() {
        let near = ranked_probability_score(&[([0.0, 1.0, 0.0], 0)]).unwrap();
        let far = ranked_probability_score(&[([0.0, 0.0, 1.0], 0)]).unwrap();
        assert_eq!((near, far), (0.5, 1.0));
        assert_eq!(brier_of_classes(&[([0.0, 1.0, 0.0], 0)]), Some(2.0), "Brier's score does not");
        assert_eq!(
            ranked_probability_score(&[([0.2, 0.3, 0.5], 2)]).map(|score| (score * 1e9).round()),
            Some(145e6)
        );
    }

    #[test]
    fn a_wrong_certainty_is_bad_but_finite() {
        let certain = [Scored { probability: 1.0, happened: false }];
        assert!(nll(&certain).is_some_and(|score| (20.0..40.0).contains(&score)));
        assert_eq!(nll(&[]), None);
    }
}
