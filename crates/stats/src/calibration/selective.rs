//! What is gained by trusting a model only where it is confident.
//!
//! Predictions are taken in falling order of confidence; the risk at a coverage is the share of errors among those
//! taken so far (Geifman, Uziel and El-Yaniv 2018, arXiv 1805.08206). AURC is the mean of all risks; E-AURC takes
//! away what a perfect ordering of the same errors would have. Equal confidences keep the order they came in.

use serde::{Deserialize, Serialize};

use super::Scored;
use crate::Interval;
use crate::interval::wilson;

/// One point of a risk–coverage curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SelectivePoint {
    /// The share of predictions that are taken.
    pub coverage: f64,
    /// The share of errors among them.
    pub risk: f64,
    /// The least confidence among them.
    pub confidence: f64,
}

/// A risk–coverage curve and its areas.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Selective {
    /// From the most confident to all.
    pub points: Vec<SelectivePoint>,
    /// The mean risk over all coverages: less is better.
    pub aurc: f64,
    /// How much of that better ordering could save: 0 where errors are the least confident.
    pub excess_aurc: f64,
}

/// The curve of confidences and whether each was right ([`Scored::as_confidence`]), thinned to at most `max_points`
/// points, the last of which is full coverage. None of no predictions.
pub fn selective(confident: &[Scored], max_points: usize) -> Option<Selective> {
    let mut sorted = confident.to_vec();
    sorted.sort_by(|one, other| other.probability.total_cmp(&one.probability));
    let count = sorted.len();
    let right = sorted.iter().filter(|one| one.happened).count();
    let kept = max_points.clamp(1, count.max(1));
    let mut points = Vec::with_capacity(kept);
    let (mut errors, mut sum, mut sum_of_best) = (0_u64, 0.0, 0.0);
    for (at, one) in sorted.iter().enumerate() {
        let taken = at + 1;
        errors += u64::from(!one.happened);
        let risk = errors as f64 / taken as f64;
        sum += risk;
        sum_of_best += taken.saturating_sub(right) as f64 / taken as f64;
        // Evenly spread: a point wherever the rounded-down place among those kept moves on.
        if taken * kept / count > at * kept / count {
            points.push(SelectivePoint {
                coverage: taken as f64 / count as f64,
                risk,
                confidence: one.probability,
            });
        }
    }
    let aurc = sum / count as f64;
    (count > 0).then(|| Selective { points, aurc, excess_aurc: aurc - sum_of_best / count as f64 })
}

/// The share of errors among predictions at least as confident as a threshold, with Wilson's interval, and how many
/// those are. The share is none where there is none.
pub fn wrong_at(confident: &[Scored], threshold: f64, level: f64) -> (Option<Interval>, u64) {
    let taken = confident.iter().filter(|one| one.probability >= threshold);
    let (count, wrong) =
        taken.fold((0, 0), |(count, wrong), one| (count + 1, wrong + u64::from(!one.happened)));
    (wilson(wrong, count, level), count)
}

#[cfg(test)]
mod tests {
    use super::super::toy;
    use super::*;

    fn confident() -> Vec<Scored> {
        toy().into_iter().map(Scored::as_confidence).collect()
    }

    #[test]
    fn the_toy_has_its_known_areas() {
        let curve = selective(&confident(), 100).expect("ten predictions");
        assert!((curve.aurc - 0.217_460_3).abs() < 5e-8, "{}", curve.aurc);
        assert!((curve.excess_aurc - 0.152_738_1).abs() < 5e-8, "{}", curve.excess_aurc);
        assert_eq!(curve.points.len(), 10);
        let last = curve.points[9];
        assert!((last.risk - 0.3).abs() < 1e-12 && last.coverage == 1.0, "accuracy is .7: {last:?}");
    }

    #[test]
    fn the_toy_is_wrong_as_often_as_known() {
        for (threshold, share, count) in [(0.8, 0.2, 5), (0.85, 1.0 / 3.0, 3), (0.9, 0.0, 2)] {
            let (wrong, of) = wrong_at(&confident(), threshold, 0.95);
            let wrong = wrong.expect("some are that confident");
            assert!((wrong.estimate - share).abs() < 1e-12 && of == count, "{threshold}: {wrong:?} of {of}");
        }
        assert_eq!(wrong_at(&confident(), 0.99, 0.95), (None, 0));
    }

    #[test]
    fn a_perfect_order_has_no_excess_and_a_thinned_curve_the_same_areas() {
        let ordered: Vec<Scored> = (0..100)
            .map(|at| Scored { probability: 1.0 - f64::from(at) / 200.0, happened: at < 80 })
            .collect();
        let whole = selective(&ordered, 1000).expect("a hundred predictions");
        assert!(whole.excess_aurc.abs() < 1e-12, "{}", whole.excess_aurc);
        let thin = selective(&ordered, 7).expect("a hundred predictions");
        assert_eq!((thin.points.len(), thin.aurc), (7, whole.aurc));
        assert_eq!(thin.points.last(), whole.points.last());
        assert_eq!(selective(&[], 10), None);
    }
}
