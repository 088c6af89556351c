//! One level of a pyramid from the one before it: the mean of two by two pixels.
//!
//! The mean is taken of the 8-bit sRGB numbers, as browsers and viewers scale pictures, not of the light that they
//! stand for; colours count by their alpha, so that what is invisible does not bleed into what is seen. Halves round
//! to even, so that no level is brighter than the one before it. At an odd right or lower edge the mean is of the
//! pixels that are there.

use crate::levels::PIXEL_BYTES;

/// Rows of RGBA pixels of a width to half as many, rounded up, of half the width, rounded up.
pub(crate) fn halved(rows: &[u8], width: u32) -> Vec<u8> {
    let row_bytes = width as usize * PIXEL_BYTES;
    let small_row_bytes = width.div_ceil(2) as usize * PIXEL_BYTES;
    let mut small = vec![0; rows.len().div_ceil(2 * row_bytes) * small_row_bytes];
    for (pair, small_row) in rows.chunks(2 * row_bytes).zip(small.chunks_exact_mut(small_row_bytes)) {
        // A row without a partner is its own: the mean of two of the same is itself.
        let (upper, lower) = pair.split_at(row_bytes);
        halve_rows(upper, if lower.is_empty() { upper } else { lower }, small_row);
    }
    small
}

fn halve_rows(upper: &[u8], lower: &[u8], small: &mut [u8]) {
    let (upper_pairs, upper_rest) = upper.as_chunks::<{ 2 * PIXEL_BYTES }>();
    let (lower_pairs, lower_rest) = lower.as_chunks::<{ 2 * PIXEL_BYTES }>();
    let (small, _) = small.as_chunks_mut::<PIXEL_BYTES>();
    for ((upper, lower), mean) in upper_pairs.iter().zip(lower_pairs).zip(small.iter_mut()) {
        *mean = mean_of(*upper, *lower);
    }
    let rests = (upper_rest.first_chunk(), lower_rest.first_chunk(), small.last_mut());
    if let (Some(upper), Some(lower), Some(mean)) = rests {
        *mean = mean_of(twice(*upper), twice(*lower));
    }
}

fn twice([red, green, blue, alpha]: [u8; PIXEL_BYTES]) -> [u8; 2 * PIXEL_BYTES] {
    [red, green, blue, alpha, red, green, blue, alpha]
}

fn mean_of(upper: [u8; 2 * PIXEL_BYTES], lower: [u8; 2 * PIXEL_BYTES]) -> [u8; PIXEL_BYTES] {
    let sum_of = |channel: usize| {
        [upper[channel], upper[channel + 4], lower[channel], lower[channel + 4]]
            .iter()
            .map(|value| u32::from(*value))
            .sum::<u32>()
    };
    let alphas = [upper[3], upper[7], lower[3], lower[7]];
    if alphas == [alphas[0]; 4] {
        return [0, 1, 2, 3].map(|channel| quarter(sum_of(channel)));
    }
    let alpha_sum: u32 = alphas.iter().map(|alpha| u32::from(*alpha)).sum();
    let colour = |channel: usize| {
        let values = [upper[channel], upper[channel + 4], lower[channel], lower[channel + 4]];
        let weighted: u32 =
            values.iter().zip(alphas).map(|(value, alpha)| u32::from(*value) * u32::from(alpha)).sum();
        ((weighted + alpha_sum / 2) / alpha_sum) as u8
    };
    [colour(0), colour(1), colour(2), quarter(alpha_sum)]
}

/// A quarter, halves to even.
fn quarter(sum: u32) -> u8 {
    ((sum + 1 + ((sum >> 2) & 1)) / 4) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_round_halves_to_even_and_edges_are_means_of_what_is_there() {
        let grey = |value: u8| [value, value, value, 255];
        let rows = [0, 1, 7, 0, 1, 0, 8, 9, 100].map(grey).concat();
        // (0 + 1 + 0 + 1) / 4 is a half; (7 + 0) / 2 and (8 + 9) / 2 too; the corner is alone.
        assert_eq!(halved(&rows, 3), [0, 4, 8, 100].map(grey).concat());
        let exact = |sum: u32| {
            let (whole, rest) = (sum / 4, sum % 4);
            whole + u32::from(rest == 3 || (rest == 2 && whole % 2 == 1))
        };
        assert!((0..=1020).all(|sum| u32::from(quarter(sum)) == exact(sum)));
    }

    #[test]
    fn colours_count_by_their_alpha() {
        let rows = [[200, 0, 0, 255], [0, 255, 0, 0], [100, 0, 0, 51], [0, 255, 0, 0]].concat();
        // (200 · 255 + 100 · 51) / 306 is 183.3; (255 + 51) / 4 is 76.5.
        assert_eq!(halved(&rows, 2), [183, 0, 0, 76]);
        let invisible = [[10, 20, 30, 0], [20, 20, 30, 0], [10, 20, 30, 0], [20, 20, 30, 0]].concat();
        assert_eq!(halved(&invisible, 2), [15, 20, 30, 0], "nothing is divided by zero");
    }
}
