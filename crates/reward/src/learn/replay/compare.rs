//! Curves put together: means over seeds, the area below them, and the labels one saves against another.
//!
//! Means only. How sure a difference is, over seeds, is for statistics to say.

use super::{Curve, Point};

/// The mean of several seeds at each number of labels that all of them reached.
pub fn mean_curve(curves: &[Curve]) -> Vec<Point> {
    let shortest = curves.iter().map(|curve| curve.points.len()).min().unwrap_or(0);
    (0..shortest)
        .map(|place| {
            let points = curves.iter().map(|curve| curve.points[place]).collect::<Vec<_>>();
            mean_point(&points)
        })
        .collect()
}

/// The mean of the full-pool points of several seeds.
pub fn mean_full_pool(curves: &[Curve]) -> Point {
    mean_point(&curves.iter().map(|curve| curve.full_pool).collect::<Vec<_>>())
}

fn mean_point(points: &[Point]) -> Point {
    let count = points.len().max(1) as f64;
    let errors = points.iter().filter_map(|point| point.audit_calibration_error).collect::<Vec<_>>();
    Point {
        labels: points.first().map_or(0, |point| point.labels),
        accuracy: points.iter().map(|point| point.accuracy).sum::<f64>() / count,
        log_loss: points.iter().map(|point| point.log_loss).sum::<f64>() / count,
        audit_calibration_error: (!errors.is_empty())
            .then(|| errors.iter().sum::<f64>() / errors.len() as f64),
    }
}

/// The area under the learning curve: the mean test accuracy over the label grid (METHODS 3.1).
pub fn area(points: &[Point]) -> f64 {
    points.iter().map(|point| point.accuracy).sum::<f64>() / points.len().max(1) as f64
}

/// The labels after which the curve first reaches an accuracy, interpolated between points (a crossing, so noisy);
/// none where it never gets there.
pub fn labels_to_reach(points: &[Point], accuracy: f64) -> Option<f64> {
    let place = points.iter().position(|point| point.accuracy >= accuracy)?;
    let here = points[place];
    let Some(before) = place.checked_sub(1).map(|before| points[before]) else {
        return Some(here.labels as f64);
    };
    let share = (accuracy - before.accuracy) / (here.accuracy - before.accuracy);
    Some(before.labels as f64 + share * (here.labels - before.labels) as f64)
}

/// The labels saved at a share of the full pool's gain over chance, `1 − n(a) / n_baseline(a)` (METHODS 3.1); none
/// where either curve does not get there.
pub fn label_saving(active: &[Point], baseline: &[Point], full_accuracy: f64, share: f64) -> Option<f64> {
    let target = 0.5 + share * (full_accuracy - 0.5);
    let wanted = labels_to_reach(baseline, target)?;
    Some(1.0 - labels_to_reach(active, target)? / wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(accuracies: &[f64]) -> Vec<Point> {
        accuracies
            .iter()
            .enumerate()
            .map(|(index, accuracy)| Point {
                labels: 20 * (index + 1),
                accuracy: *accuracy,
                ..Point::default()
            })
            .collect()
    }

    #[test]
    fn savings_are_by_matched_accuracy() {
        let slow = curve(&[0.55, 0.60, 0.65, 0.70]);
        let fast = curve(&[0.55, 0.70, 0.72, 0.72]);
        assert_eq!(labels_to_reach(&slow, 0.625), Some(50.0));
        assert_eq!(labels_to_reach(&slow, 0.5), Some(20.0));
        assert_eq!(labels_to_reach(&slow, 0.9), None);
        let saving = label_saving(&fast, &slow, 0.72, 0.90).unwrap();
        // 90 % of the gain is .698: after 39.7 labels against 79.2.
        assert!((saving - (1.0 - 39.733_333 / 79.2)).abs() < 1e-6, "{saving}");
        assert_eq!(label_saving(&fast, &slow, 0.9, 0.98), None);
        assert!((area(&slow) - 0.625).abs() < 1e-12);
    }
}
