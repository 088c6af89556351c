//! Heads that learn from ratings: one ridge regression per dimension over the shared features.
//!
//! `w = (XᵀX + αI)⁻¹ Xᵀy` over the rows that have a rating (ArmoRM, Wang et al. 2024, arXiv 2406.12845, stage 1;
//! missing ratings are masked as there). α is chosen by leave-one-out error, which one eigendecomposition gives
//! for every α at once: `e_i = (y_i − ŷ_i) / (1 − h_ii)` (Golub, Heath and Wahba 1979, *Technometrics* 21:215).
//! The Gram matrix is kept, so a further rating is a rank-one update.

mod severity;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::features::FeatureTable;
use super::logistic::{mean, population_variance};
use super::matrix::{Symmetric, add_scaled, dot};
use severity::Levels;

/// One rating of one candidate by one annotator. What is not a number is a rating not given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rating {
    /// Row of the candidate.
    pub candidate: u32,
    /// Which annotator, counted from zero.
    pub annotator: u32,
    /// The rating.
    pub value: f64,
}

/// What becomes of annotators who rate higher or lower than others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Severity {
    /// Ratings are taken as they are.
    #[default]
    Ignored,
    /// Each annotator's ratings are brought to the common mean and deviation first.
    ZScores,
    /// Each annotator has a weight of their own, as of a column that says who rated, which is left out of predictions.
    Columns,
}

/// How a ridge head is fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RidgeSettings {
    /// The penalties to choose from (ArmoRM's grid).
    pub alphas: Vec<f64>,
    /// What becomes of severity.
    pub severity: Severity,
}

impl Default for RidgeSettings {
    fn default() -> Self {
        let alphas = (-4..=4).map(|power| 10_f64.powi(power)).collect();
        Self { alphas, severity: Severity::Ignored }
    }
}

/// A predicted rating.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RatingPrediction {
    /// The expected rating.
    pub mean: f64,
    /// The deviation of one more rating around it, `σ √(1 + xᵀ(G + αI)⁻¹x)`.
    pub deviation: f64,
}

impl RatingPrediction {
    /// The interval of so many deviations each way; 1.96 for 95 %.
    pub fn interval(self, deviations: f64) -> (f64, f64) {
        (self.mean - deviations * self.deviation, self.mean + deviations * self.deviation)
    }
}

/// A fitted head of one dimension.
#[derive(Clone, Debug)]
pub struct Ridge {
    alpha: f64,
    intercept: f64,
    noise_variance: f64,
    leave_one_out_error: f64,
    gram: Symmetric,
    moments: Vec<f64>,
    inverse: Symmetric,
    weights: Vec<f64>,
}

impl Ridge {
    /// Fits the ratings that are there, with the α whose leave-one-out error is least. None where nothing was
    /// rated, or no α was given.
    pub fn fit(table: &FeatureTable, ratings: &[Rating], settings: &RidgeSettings) -> Option<Self> {
        let given = ratings.iter().copied().filter(|rating| rating.value.is_finite()).collect::<Vec<_>>();
        if given.is_empty() {
            return None;
        }
        let values = levelled(&given, settings.severity);
        let intercept = mean(&values);
        let targets = values.iter().map(|value| value - intercept).collect::<Vec<_>>();
        let (alpha, errors, gram, moments) = if settings.severity == Severity::Columns {
            let levels = Levels::new(table, &given, &targets);
            let (alpha, errors) = best_of(&settings.alphas, |alpha| levels.errors(alpha))?;
            let (gram, moments) = levels.eliminated(alpha);
            (alpha, errors, gram, moments)
        } else {
            let columns = table.width();
            let rows = given.iter().flat_map(|rating| table.row(rating.candidate as usize));
            let rows = rows.map(|value| f64::from(*value)).collect::<Vec<_>>();
            let gram = Symmetric::weighted_gram(&rows, &vec![1.0; given.len()], columns);
            let mut moments = vec![0.0; columns];
            for (row, target) in rows.chunks_exact(columns.max(1)).zip(&targets) {
                add_scaled(&mut moments, *target, row);
            }
            let (alpha, errors) = best_alpha(&gram, &rows, &targets, &moments, &settings.alphas)?;
            (alpha, errors, gram, moments)
        };
        let mut head = Self {
            alpha,
            intercept,
            noise_variance: errors.noise_variance,
            leave_one_out_error: errors.leave_one_out,
            inverse: Symmetric::from_diagonal(&[]),
            weights: Vec::new(),
            gram,
            moments,
        };
        head.solve()?;
        Some(head)
    }

    /// Takes one more rating in, at O(d²): the inverse follows by Sherman and Morrison's formula. The penalty, the
    /// intercept and the noise stay until the next fit, and so does what annotators' severity took out.
    pub fn add(&mut self, row: &[f32], value: f64) {
        let design = row.iter().map(|value| f64::from(*value)).collect::<Vec<_>>();
        let direction = self.inverse.times(&design);
        self.inverse.add_outer(-1.0 / (1.0 + dot(&design, &direction)), &direction);
        self.gram.add_outer(1.0, &design);
        add_scaled(&mut self.moments, value - self.intercept, &design);
        self.weights = self.inverse.times(&self.moments);
    }

    /// What it expects of a candidate with these features.
    pub fn predict(&self, row: &[f32]) -> RatingPrediction {
        let design = row.iter().map(|value| f64::from(*value)).collect::<Vec<_>>();
        let spread = dot(&design, &self.inverse.times(&design));
        RatingPrediction {
            mean: self.intercept + dot(&design, &self.weights),
            deviation: (self.noise_variance * (1.0 + spread)).sqrt(),
        }
    }

    /// The weights of the features.
    pub fn weights(&self) -> &[f64] {
        &self.weights
    }

    /// The penalty that was chosen.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The mean squared leave-one-out error at that penalty.
    pub fn leave_one_out_error(&self) -> f64 {
        self.leave_one_out_error
    }

    fn solve(&mut self) -> Option<()> {
        let mut penalised = self.gram.clone();
        penalised.add_diagonal(&vec![self.alpha; self.moments.len()]);
        let factor = penalised.cholesky()?;
        self.weights = factor.solve(&self.moments);
        self.inverse = factor.inverse();
        Some(())
    }
}

struct Errors {
    leave_one_out: f64,
    noise_variance: f64,
}

/// The penalty of the least leave-one-out error: with `G = V diag(λ) Vᵀ` and `z_i = Vᵀx_i`, the leverage is
/// `h_ii = Σ z_ij² / (λ_j + α)`.
fn best_alpha(
    gram: &Symmetric,
    rows: &[f64],
    targets: &[f64],
    moments: &[f64],
    alphas: &[f64],
) -> Option<(f64, Errors)> {
    let columns = gram.size();
    let (values, vectors) = gram.eigen()?;
    let turned = |vector: &[f64]| {
        let mut turned = vec![0.0; columns];
        for (component, row) in vector.iter().zip(vectors.chunks_exact(columns)) {
            add_scaled(&mut turned, *component, row);
        }
        turned
    };
    let turned_moments = turned(moments);
    let turned_rows = rows.chunks_exact(columns).map(turned).collect::<Vec<_>>();
    best_of(alphas, |alpha| {
        let shrink = values.iter().map(|value| 1.0 / (value.max(0.0) + alpha)).collect::<Vec<_>>();
        let mut errors = Tally::default();
        for (row, target) in turned_rows.iter().zip(targets) {
            let (mut leverage, mut fitted) = (0.0, 0.0);
            for ((component, shrink), moment) in row.iter().zip(&shrink).zip(&turned_moments) {
                leverage += component * component * shrink;
                fitted += component * shrink * moment;
            }
            errors.add(target - fitted, leverage, targets.len());
        }
        Some(errors.errors(targets.len()))
    })
}

/// The penalty of the least leave-one-out error; none where none can be reckoned.
fn best_of(alphas: &[f64], errors: impl Fn(f64) -> Option<Errors>) -> Option<(f64, Errors)> {
    let reckoned = alphas.iter().filter_map(|alpha| Some((*alpha, errors(*alpha)?)));
    reckoned.min_by(|one, other| one.1.leave_one_out.total_cmp(&other.1.leave_one_out))
}

/// Errors being added up.
#[derive(Default)]
struct Tally {
    squares: f64,
    residual: f64,
    degrees: f64,
}

impl Tally {
    /// Adds a row's error, with its leverage but for the intercept, which is a mean and takes 1/n of every row.
    fn add(&mut self, error: f64, leverage: f64, count: usize) {
        let leverage = leverage + 1.0 / count as f64;
        self.degrees += leverage;
        self.residual += error * error;
        self.squares += (error / (1.0 - leverage).max(1e-6)).powi(2);
    }

    fn errors(&self, count: usize) -> Errors {
        let count = count as f64;
        Errors {
            leave_one_out: self.squares / count,
            noise_variance: self.residual / (count - self.degrees).max(1.0),
        }
    }
}

/// The ratings with severity taken out, as far as that is done before fitting.
fn levelled(ratings: &[Rating], severity: Severity) -> Vec<f64> {
    let values = ratings.iter().map(|rating| rating.value).collect::<Vec<_>>();
    if severity != Severity::ZScores {
        return values;
    }
    let (centre, spread) = (mean(&values), population_variance(&values).sqrt());
    let mut of_annotator: HashMap<u32, Vec<f64>> = HashMap::new();
    for rating in ratings {
        of_annotator.entry(rating.annotator).or_default().push(rating.value);
    }
    let own: HashMap<u32, (f64, f64)> = of_annotator
        .into_iter()
        .map(|(annotator, values)| (annotator, (mean(&values), population_variance(&values).sqrt())))
        .collect();
    ratings
        .iter()
        .map(|rating| {
            let (own_mean, own_spread) = own[&rating.annotator];
            // Who always says the same says nothing of the difference.
            let z = if own_spread > 0.0 { (rating.value - own_mean) / own_spread } else { 0.0 };
            centre + spread * z
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;
    use crate::learn::features::ColumnKind;
    use crate::learn::logistic::normal_draw;

    fn world(count: usize) -> (FeatureTable, Vec<Rating>) {
        let mut random = StdRng::seed_from_u64(4);
        let values = (0..count * 3).map(|_| normal_draw(&mut random) as f32).collect();
        let names = ["x", "y", "z"].map(str::to_owned).to_vec();
        let table = FeatureTable::from_values(names, ColumnKind::Feature, values).unwrap();
        let ratings = (0..count as u32)
            .map(|candidate| {
                let row = table.row(candidate as usize);
                let value =
                    3.0 + f64::from(row[0]) - 0.5 * f64::from(row[1]) + 0.4 * normal_draw(&mut random);
                Rating { candidate, annotator: candidate % 2, value }
            })
            .collect();
        (table, ratings)
    }

    fn at(alpha: f64) -> RidgeSettings {
        RidgeSettings { alphas: vec![alpha], severity: Severity::Ignored }
    }

    #[test]
    fn leave_one_out_is_leaving_one_out() {
        let (table, ratings) = world(25);
        let head = Ridge::fit(&table, &ratings, &at(1.0)).unwrap();
        let mut squares = 0.0;
        for left_out in 0..ratings.len() {
            let mut rest = ratings.clone();
            let one = rest.remove(left_out);
            let fitted = Ridge::fit(&table, &rest, &at(1.0)).unwrap();
            squares += (one.value - fitted.predict(table.row(left_out)).mean).powi(2);
        }
        let naive = squares / ratings.len() as f64;
        // The intercept is a mean and not part of the penalised fit, so the formula is near and not exact.
        assert!((head.leave_one_out_error() / naive - 1.0).abs() < 0.02, "{naive}");
    }

    #[test]
    fn weights_come_back_and_intervals_cover() {
        let (table, ratings) = world(400);
        let head = Ridge::fit(&table, &ratings[..200], &RidgeSettings::default()).unwrap();
        for (weight, wanted) in head.weights().iter().zip([1.0, -0.5, 0.0]) {
            assert!((weight - wanted).abs() < 0.1);
        }
        let covered = ratings[200..].iter().filter(|rating| {
            let (low, high) = head.predict(table.row(rating.candidate as usize)).interval(1.645);
            (low..high).contains(&rating.value)
        });
        let share = covered.count() as f64 / 200.0;
        assert!((share - 0.9).abs() < 0.06, "nine in ten are covered: {share}");
    }

    #[test]
    fn adding_is_fitting_again() {
        let (table, ratings) = world(30);
        let mut head = Ridge::fit(&table, &ratings[..29], &at(0.5)).unwrap();
        head.add(table.row(29), ratings[29].value);
        let mut again = head.clone();
        again.solve().unwrap();
        for (one, other) in head.weights.iter().zip(&again.weights) {
            assert!((one - other).abs() < 1e-10);
        }
    }

    #[test]
    fn missing_ratings_are_masked_and_severity_is_taken_out() {
        let (table, mut ratings) = world(200);
        let clean = Ridge::fit(&table, &ratings, &at(1.0)).unwrap();
        ratings.push(Rating { candidate: 0, annotator: 0, value: f64::NAN });
        assert_eq!(Ridge::fit(&table, &ratings, &at(1.0)).unwrap().weights, clean.weights);
        for rating in ratings.iter_mut().filter(|rating| rating.annotator == 1) {
            rating.value += 6.0;
        }
        let error = |severity| {
            let settings = RidgeSettings { severity, ..at(1.0) };
            Ridge::fit(&table, &ratings, &settings).unwrap().leave_one_out_error()
        };
        assert!(error(Severity::Ignored) > 5.0, "a lenient annotator looks like noise");
        assert!(error(Severity::Columns) < 0.5, "a column of their own explains them");
        let levelled =
            Ridge::fit(&table, &ratings, &RidgeSettings { severity: Severity::ZScores, ..at(1.0) });
        let weights = levelled.unwrap().weights;
        assert!((weights[1] / weights[0] + 0.5).abs() < 0.1, "and scores per annotator keep the direction");
        assert!(Ridge::fit(&table, &ratings[200..], &at(1.0)).is_none(), "nothing rated, nothing fitted");
    }
}
