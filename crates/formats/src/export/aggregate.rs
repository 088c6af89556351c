//! Several numbers as one: mean, median, and the three that are most alike.

use tiebreak_domain::export::RatingPolicy;

/// The mean; none of nothing.
pub fn mean(values: &[i32]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    Some(values.iter().map(|value| f64::from(*value)).sum::<f64>() / values.len() as f64)
}

/// The value in the middle, and of an even number of values the mean of the two in the middle; none of nothing.
pub fn median(values: &[i32]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => None,
        odd if odd % 2 == 1 => Some(f64::from(sorted[middle])),
        _ => mean(&sorted[middle - 1..=middle]),
    }
}

/// Several ratings as one number; none of nothing. `Each` has one value, and that is it.
pub fn combined(policy: RatingPolicy, values: &[i32]) -> Option<f64> {
    match policy {
        RatingPolicy::Median => median(values),
        RatingPolicy::Mean | RatingPolicy::Each => mean(values),
    }
}

/// The nearest whole number; halves go to the even one, as NumPy and Python round.
pub fn rounded(value: f64) -> i64 {
    value.round_ties_even() as i64
}

/// The places of the three values that are most alike, in the order given: those with the smallest difference
/// between the largest and the smallest (Wang et al. 2024, HelpSteer2-Preference, section 2). The paper does
/// not say which of several equally narrow threes it takes; here it is the one whose mean is nearest to that of
/// all values, and then the one given earlier. Fewer than three values are all taken.
pub fn three_most_alike(values: &[i32]) -> Vec<usize> {
    if values.len() <= 3 {
        return (0..values.len()).collect();
    }
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|place| (values[*place], *place));
    let count = values.len() as i64;
    let total: i64 = values.iter().map(|value| i64::from(*value)).sum();
    let best = order.windows(3).min_by_key(|three| {
        let range = values[three[2]] - values[three[0]];
        let sum: i64 = three.iter().map(|place| i64::from(values[*place])).sum();
        (range, (sum * count - total * 3).abs(), three.iter().sum::<usize>())
    });
    let mut three = best.map(<[usize]>::to_vec).unwrap_or_default();
    three.sort_unstable();
    three
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_medians_are_those_of_the_textbook() {
        assert_eq!(mean(&[4, 3, 3]), Some(10.0 / 3.0));
        assert_eq!(median(&[4, 1, 3]), Some(3.0));
        assert_eq!(median(&[4, 1, 3, 2]), Some(2.5), "the two in the middle");
        assert_eq!((mean(&[]), median(&[])), (None, None), "nothing was rated");
        assert_eq!(combined(RatingPolicy::Median, &[0, 0, 4]), Some(0.0));
        assert_eq!(combined(RatingPolicy::Mean, &[0, 0, 4]), Some(4.0 / 3.0));
    }

    #[test]
    fn halves_go_to_the_even_number() {
        for (value, expected) in [(2.5, 2), (3.5, 4), (-2.5, -2), (10.0 / 3.0, 3), (-5.0 / 3.0, -2)] {
            assert_eq!(rounded(value), expected, "{value}, as Python's round() gives");
        }
    }

    #[test]
    fn the_three_most_alike_by_hand() {
        for (values, expected, why) in [
            (vec![-3, -2], vec![0, 1], "fewer than three are all taken"),
            (vec![-3, 2, -2, -3], vec![0, 2, 3], "-3 -3 -2 spans 1, -3 -2 2 spans 5"),
            (vec![-2, -1, 0, 1, 1], vec![2, 3, 4], "0 1 1 spans 1, the others 2"),
            (vec![-3, -1, 1, 3, 3], vec![2, 3, 4], "1 3 3 spans 2, the others 4"),
            (vec![0, 1, 2, 3], vec![0, 1, 2], "both span 2 and are as far from 1.5: the earlier"),
            (vec![3, 2, 1, 0], vec![0, 1, 2], "the earlier given, not the lower"),
            (vec![-1, 0, 1, 3, 2], vec![1, 2, 4], "0 1 2 has the mean of all, 1"),
        ] {
            assert_eq!(three_most_alike(&values), expected, "{values:?}: {why}");
        }
    }
}
