//! Correlation of two lists of numbers.

/// Pearson's product-moment correlation (1895). None of lists of unequal length, of fewer than two numbers, and
/// where one of them does not vary.
pub fn pearson(first: &[f64], second: &[f64]) -> Option<f64> {
    if first.len() != second.len() || first.len() < 2 {
        return None;
    }
    let count = first.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / count;
    let (mean_first, mean_second) = (mean(first), mean(second));
    let (mut together, mut of_first, mut of_second) = (0.0, 0.0, 0.0);
    for (one, other) in first.iter().zip(second) {
        let (one, other) = (one - mean_first, other - mean_second);
        together += one * other;
        of_first += one * one;
        of_second += other * other;
    }
    let varies = of_first > 0.0 && of_second > 0.0;
    varies.then(|| (together / (of_first * of_second).sqrt()).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correlation_worked_by_hand() {
        // Deviations −1.5, −0.5, 0.5, 1.5 and −1, 0, −1, 2: products 1.5 + 0 − 0.5 + 3 = 4, squares 5 and 6.
        let said = pearson(&[1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, 1.0, 4.0]).expect("both vary");
        assert!((said - 4.0 / 30.0_f64.sqrt()).abs() < 1e-12, "{said}");
        assert_eq!(pearson(&[1.0, 2.0], &[4.0, 2.0]), Some(-1.0));
        assert_eq!(pearson(&[1.0, 1.0], &[4.0, 2.0]), None, "what does not vary does not vary together");
        assert_eq!(pearson(&[1.0], &[1.0]), None);
    }
}
