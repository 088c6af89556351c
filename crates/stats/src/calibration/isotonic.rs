//! Isotonic calibration: the rising curve that is nearest to the labels.
//!
//! Found by pooling adjacent violators (Ayer et al. 1955; Zadrozny and Elkan 2002 for classifiers): neighbours that
//! fall are replaced by their mean until nothing falls. It can mend any monotone distortion, and overfits few
//! labels. Between the blocks it is read off a straight line, outside it stays flat.

use serde::{Deserialize, Serialize};

/// A rising curve through the ends of its blocks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Isotonic {
    /// Scores at which blocks begin and end, rising.
    pub scores: Vec<f64>,
    /// The probability at each.
    pub probabilities: Vec<f64>,
}

impl Isotonic {
    /// The corrected probability of a score.
    pub fn apply(&self, score: f64) -> f64 {
        let above = self.scores.partition_point(|knot| *knot < score);
        let Some(high) = self.scores.get(above) else {
            return self.probabilities[self.probabilities.len() - 1];
        };
        if above == 0 || *high == score {
            return self.probabilities[above];
        }
        let (low, start) = (self.scores[above - 1], self.probabilities[above - 1]);
        start + (score - low) / (high - low) * (self.probabilities[above] - start)
    }
}

/// A run of scores with one probability.
struct Block {
    low: f64,
    high: f64,
    happened: f64,
    count: f64,
}

impl Block {
    fn mean(&self) -> f64 {
        self.happened / self.count
    }
}

/// Fits scores (a probability or a logit) to whether it happened. None of no labels.
pub fn fit_isotonic(labels: &[(f64, bool)]) -> Option<Isotonic> {
    let mut sorted = labels.to_vec();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut blocks: Vec<Block> = Vec::new();
    // Equal scores are one point, whatever was said of them: they are brought together before anything is pooled.
    for points in sorted.chunk_by(|one, other| one.0 == other.0) {
        let happened = points.iter().filter(|(_, happened)| *happened).count() as f64;
        let mut block = Block { low: points[0].0, high: points[0].0, happened, count: points.len() as f64 };
        while let Some(last) = blocks.pop_if(|last| last.mean() >= block.mean()) {
            block = Block {
                low: last.low,
                high: block.high,
                happened: last.happened + block.happened,
                count: last.count + block.count,
            };
        }
        blocks.push(block);
    }
    let mut curve = Isotonic { scores: Vec::new(), probabilities: Vec::new() };
    for block in &blocks {
        let ends = if block.low < block.high { vec![block.low, block.high] } else { vec![block.low] };
        curve.probabilities.extend(ends.iter().map(|_| block.mean()));
        curve.scores.extend(ends);
    }
    (!blocks.is_empty()).then_some(curve)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn falling_neighbours_are_pooled() {
        let labels = [(1.0, false), (2.0, true), (3.0, false), (4.0, false), (5.0, true), (6.0, true)];
        let curve = fit_isotonic(&labels).expect("six labels");
        assert_eq!(curve.scores, [1.0, 2.0, 4.0, 5.0, 6.0]);
        let third = 1.0 / 3.0;
        assert_eq!(curve.probabilities, [0.0, third, third, 1.0, 1.0]);
        assert_eq!(curve.apply(3.0), third);
        assert_eq!(curve.apply(1.5), third / 2.0, "between blocks it is a straight line");
        assert_eq!((curve.apply(-9.0), curve.apply(9.0)), (0.0, 1.0), "outside it stays flat");
    }

    #[test]
    fn equal_scores_are_one_point() {
        let curve = fit_isotonic(&[(1.0, true), (1.0, false), (2.0, true)]).expect("three labels");
        assert_eq!((curve.scores, curve.probabilities), (vec![1.0, 2.0], vec![0.5, 1.0]));
        assert_eq!(fit_isotonic(&[]), None);
    }

    proptest! {
        /// The least-squares rising fit is max over starts of min over ends of block means (Barlow et al. 1972).
        #[test]
        fn it_is_the_fit_that_theory_names(labels in prop::collection::vec((0_u8..12, any::<bool>()), 1..40)) {
            let labels: Vec<(f64, bool)> =
                labels.into_iter().map(|(score, happened)| (f64::from(score), happened)).collect();
            let curve = fit_isotonic(&labels).expect("there are labels");
            for (score, _) in &labels {
                let mean = |low: f64, high: f64| {
                    let inside: Vec<f64> = labels
                        .iter()
                        .filter(|(at, _)| (low..=high).contains(at))
                        .map(|(_, happened)| f64::from(u8::from(*happened)))
                        .collect();
                    inside.iter().sum::<f64>() / inside.len() as f64
                };
                let starts = labels.iter().map(|(low, _)| *low).filter(|low| low <= score);
                let expected = starts
                    .map(|low| {
                        let ends = labels.iter().map(|(high, _)| *high).filter(|high| high >= score);
                        ends.map(|high| mean(low, high)).fold(f64::INFINITY, f64::min)
                    })
                    .fold(f64::NEG_INFINITY, f64::max);
                prop_assert!((curve.apply(*score) - expected).abs() < 1e-9);
            }
        }
    }
}
