//! One strength per item, fitted to comparisons: the ordinal likelihood without features.
//!
//! For checking the likelihood against published fits, and for few producers. Damped Newton steps on the
//! penalised likelihood, dense, so for hundreds of items and not for millions; thresholds are learned in turn
//! with the strengths. The first item is the origin.

use crate::learn::matrix::{Symmetric, dot};

use super::thresholds::{self, Answer};
use super::{Ordinal, Verdict};

/// Comparisons of the same two items with the same answer.
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    /// The item that is A.
    pub a: usize,
    /// The item that is B.
    pub b: usize,
    /// What was said.
    pub verdict: Verdict,
    /// How often.
    pub count: f64,
    /// 1 where A had the side whose advantage is fitted (left, at home), −1 where B had it, 0 where neither had.
    pub side: f64,
}

/// What is fitted besides the strengths.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The penalty `½ λ ‖θ‖²`; a little of it keeps a disconnected graph finite.
    pub ridge: f64,
    /// Whether the advantage of the side is fitted.
    pub fits_side: bool,
    /// Whether the thresholds are.
    pub fits_thresholds: bool,
}

/// A fit.
#[derive(Clone, Debug)]
pub struct Strengths {
    /// A strength per item, the first being zero.
    pub strengths: Vec<f64>,
    /// The standard error of each, the first being zero; from the curvature at fixed thresholds.
    pub standard_errors: Vec<f64>,
    /// The advantage of the side; zero where it was not fitted.
    pub side: f64,
    /// Its standard error.
    pub side_standard_error: f64,
    /// The likelihood with the thresholds found.
    pub model: Ordinal,
    /// The log-likelihood, without the penalty.
    pub log_likelihood: f64,
}

/// The most probable strengths. None where the comparisons leave them undetermined (a ridge cures that).
pub fn fit(items: usize, comparisons: &[Comparison], start: &Ordinal, options: Options) -> Option<Strengths> {
    let columns = items.saturating_sub(1) + usize::from(options.fits_side);
    let rows = comparisons.iter().map(|row| design(row, items, columns, options)).collect::<Vec<_>>();
    let mut model = start.clone();
    let mut coefficients = vec![0.0; columns];
    let mut covariance = Symmetric::from_diagonal(&vec![0.0; columns]);
    let mut before = f64::NEG_INFINITY;
    for _ in 0..1_000 {
        covariance = newton(&mut coefficients, &rows, comparisons, &model, options.ridge)?;
        let answers = answers(&coefficients, &rows, comparisons);
        if options.fits_thresholds {
            model = thresholds::learn(&model, &answers, f64::INFINITY);
        }
        let reached = thresholds::log_likelihood(&model, &answers);
        if !options.fits_thresholds || (reached - before).abs() < 1e-13 * reached.abs() {
            break;
        }
        before = reached;
    }
    let log_likelihood = thresholds::log_likelihood(&model, &answers(&coefficients, &rows, comparisons));
    let error = |index: usize| covariance.get(index, index).sqrt();
    let first = std::iter::once(0.0);
    Some(Strengths {
        strengths: first.clone().chain(coefficients[..items - 1].iter().copied()).collect(),
        standard_errors: first.chain((0..items - 1).map(error)).collect(),
        side: if options.fits_side { coefficients[items - 1] } else { 0.0 },
        side_standard_error: if options.fits_side { error(items - 1) } else { 0.0 },
        model,
        log_likelihood,
    })
}

fn design(row: &Comparison, items: usize, columns: usize, options: Options) -> Vec<f64> {
    let mut design = vec![0.0; columns];
    for (item, sign) in [(row.a, 1.0), (row.b, -1.0)] {
        if item > 0 {
            design[item - 1] += sign;
        }
    }
    if options.fits_side {
        design[items - 1] = row.side;
    }
    design
}

fn answers(coefficients: &[f64], rows: &[Vec<f64>], comparisons: &[Comparison]) -> Vec<Answer> {
    rows.iter()
        .zip(comparisons)
        .map(|(row, comparison)| Answer {
            difference: dot(row, coefficients),
            verdict: comparison.verdict,
            weight: comparison.count,
        })
        .collect()
}

/// Climbs to the optimum and gives the inverse curvature there.
fn newton(
    coefficients: &mut Vec<f64>,
    rows: &[Vec<f64>],
    comparisons: &[Comparison],
    model: &Ordinal,
    ridge: f64,
) -> Option<Symmetric> {
    let objective = |coefficients: &[f64]| {
        thresholds::log_likelihood(model, &answers(coefficients, rows, comparisons))
            - 0.5 * ridge * dot(coefficients, coefficients)
    };
    let mut value = objective(coefficients);
    for _ in 0..100 {
        let mut curvature = Symmetric::from_diagonal(&vec![ridge; coefficients.len()]);
        let mut gradient = coefficients.iter().map(|value| -ridge * value).collect::<Vec<_>>();
        for (row, answer) in rows.iter().zip(answers(coefficients, rows, comparisons)) {
            let at = model.evaluate(answer.verdict, answer.difference);
            crate::learn::matrix::add_scaled(&mut gradient, answer.weight * at.gradient, row);
            curvature.add_outer(answer.weight * at.information, row);
        }
        let factor = curvature.cholesky()?;
        let step = factor.solve(&gradient);
        let mut share = 1.0;
        while share > 1e-8 {
            let next =
                coefficients.iter().zip(&step).map(|(value, step)| value + share * step).collect::<Vec<_>>();
            let reached = objective(&next);
            if reached >= value {
                value = reached;
                *coefficients = next;
                break;
            }
            share *= 0.5;
        }
        if share <= 1e-8 || step.iter().all(|step| (share * step).abs() < 1e-11) {
            return Some(factor.inverse());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wins(a: usize, b: usize, for_a: f64, for_b: f64, ties: f64) -> Vec<Comparison> {
        [(Verdict::A(None), for_a), (Verdict::B(None), for_b), (Verdict::Tie, ties)]
            .into_iter()
            .map(|(verdict, count)| Comparison { a, b, verdict, count, side: 0.0 })
            .collect()
    }

    fn bradley_terry(items: usize, rows: &[Comparison], fits_side: bool) -> Strengths {
        let options = Options { fits_side, ..Options::default() };
        fit(items, rows, &Ordinal::bradley_terry(), options).unwrap()
    }

    /// METHODS golden 1: the example of Wikipedia's article on the Bradley–Terry model.
    #[test]
    fn wikipedia_example() {
        let rows = [wins(0, 1, 2.0, 3.0, 0.0), wins(0, 3, 1.0, 4.0, 0.0), wins(1, 2, 5.0, 3.0, 0.0)];
        let rows = [rows.concat(), wins(2, 3, 1.0, 3.0, 0.0)].concat();
        let fitted = bradley_terry(4, &rows, false).strengths;
        let centre = fitted.iter().sum::<f64>() / 4.0;
        for (strength, wanted) in fitted.iter().zip([0.639_83, 1.043_31, 0.659_81, 2.270_38]) {
            assert!(((strength - centre).exp() - wanted).abs() < 1e-5, "geometric mean one");
        }
    }

    /// METHODS golden 2: Stigler's journal citations, as fitted by the BradleyTerry2 vignette.
    #[test]
    fn journal_citations() {
        let cited = [
            [0.0, 730.0, 498.0, 221.0],
            [33.0, 0.0, 68.0, 17.0],
            [320.0, 813.0, 0.0, 142.0],
            [284.0, 276.0, 325.0, 0.0],
        ];
        let rows = (0..4)
            .flat_map(|a| (a + 1..4).map(move |b| (a, b)))
            .flat_map(|(a, b)| wins(a, b, cited[a][b], cited[b][a], 0.0))
            .collect::<Vec<_>>();
        let fitted = bradley_terry(4, &rows, false);
        for (index, (strength, error)) in
            [(-2.949_073, 0.102_545), (-0.479_570, 0.060_589), (0.268_954, 0.070_830)].into_iter().enumerate()
        {
            assert!((fitted.strengths[index + 1] - strength).abs() < 1e-6);
            assert!((fitted.standard_errors[index + 1] - error).abs() < 1e-6);
        }
    }

    /// METHODS golden 3: the American League of 1987 with the advantage of the home team (Agresti, *Categorical
    /// Data Analysis*, section 10.6). Rows are at home: Milwaukee, Detroit, Toronto, New York, Boston, Cleveland,
    /// Baltimore.
    #[test]
    fn baseball_has_a_home_advantage() {
        let at_home: [[(f64, f64); 7]; 7] = [
            [(0., 0.), (4., 3.), (4., 2.), (4., 3.), (6., 1.), (4., 2.), (6., 0.)],
            [(3., 3.), (0., 0.), (4., 2.), (4., 3.), (6., 0.), (6., 1.), (4., 3.)],
            [(2., 5.), (4., 3.), (0., 0.), (2., 4.), (4., 3.), (4., 2.), (6., 0.)],
            [(3., 3.), (5., 1.), (2., 5.), (0., 0.), (4., 3.), (4., 2.), (6., 1.)],
            [(5., 1.), (2., 5.), (3., 3.), (4., 2.), (0., 0.), (5., 2.), (6., 0.)],
            [(2., 5.), (3., 3.), (3., 4.), (4., 3.), (4., 2.), (0., 0.), (2., 4.)],
            [(2., 5.), (1., 5.), (1., 6.), (2., 4.), (1., 6.), (3., 4.), (0., 0.)],
        ];
        // Baltimore is the origin.
        let place = |team: usize| (team + 1) % 7;
        let rows = (0..7)
            .flat_map(|home| (0..7).map(move |away| (home, away)))
            .flat_map(|(home, away)| {
                let (won, lost) = at_home[home][away];
                wins(place(home), place(away), won, lost, 0.0)
            })
            .map(|row| Comparison { side: 1.0, ..row })
            .collect::<Vec<_>>();
        assert_eq!(rows.iter().map(|row| row.count).sum::<f64>(), 273.0, "games");
        let fitted = bradley_terry(7, &rows, true);
        assert!((fitted.side - 0.302_3).abs() < 5e-5, "{}", fitted.side);
        assert!((fitted.side_standard_error - 0.130_9).abs() < 5e-5);
        let without = bradley_terry(7, &rows, false);
        assert!((2.0 * (fitted.log_likelihood - without.log_likelihood) - 5.410_6).abs() < 5e-5);
        for (strength, wanted) in
            fitted.strengths[1..].iter().zip([1.619_6, 1.475_4, 1.327_1, 1.281_3, 1.143_8, 0.704_7])
        {
            assert!((strength - wanted).abs() < 5e-5, "{strength} is {wanted}");
        }
    }

    /// METHODS golden 4: Davidson's chocolate puddings (1970), fitted by Rao and Kupper's model.
    #[test]
    fn puddings_by_rao_and_kupper() {
        let table = [
            (1, 2, 19, 22, 16),
            (1, 3, 16, 19, 12),
            (2, 3, 19, 19, 10),
            (1, 4, 18, 23, 13),
            (2, 4, 23, 19, 9),
            (3, 4, 19, 20, 15),
            (1, 5, 13, 19, 18),
            (2, 5, 16, 20, 12),
            (3, 5, 16, 15, 17),
            (4, 5, 17, 14, 16),
            (1, 6, 18, 21, 12),
            (2, 6, 22, 20, 12),
            (3, 6, 13, 18, 10),
            (4, 6, 14, 19, 18),
            (5, 6, 11, 21, 12),
        ];
        let rows = table
            .iter()
            .flat_map(|&(a, b, for_a, for_b, ties)| {
                wins(a - 1, b - 1, f64::from(for_a), f64::from(for_b), f64::from(ties))
            })
            .collect::<Vec<_>>();
        let options = Options { fits_thresholds: true, ..Options::default() };
        let fitted = fit(6, &rows, &Ordinal::rao_kupper(0.3), options).unwrap();
        assert!((fitted.model.thresholds()[0].exp() - 1.748_457).abs() < 2e-6, "{:?}", fitted.model);
        assert!((fitted.log_likelihood + 809.697_13).abs() < 1e-5, "{}", fitted.log_likelihood);
        let total = fitted.strengths.iter().map(|strength| strength.exp()).sum::<f64>();
        let wanted = [0.144_399, 0.171_794, 0.162_817, 0.166_078, 0.160_381, 0.194_531];
        for (strength, wanted) in fitted.strengths.iter().zip(wanted) {
            assert!((strength.exp() / total - wanted).abs() < 2e-6);
        }
    }

    #[test]
    fn an_unbeaten_item_needs_the_ridge() {
        let rows = wins(0, 1, 4.0, 0.0, 0.0);
        let options = Options { ridge: 1e-2, ..Options::default() };
        let fitted = fit(2, &rows, &Ordinal::bradley_terry(), options).unwrap();
        assert!(fitted.strengths[1] < -2.0 && fitted.strengths[1].is_finite());
    }
}
