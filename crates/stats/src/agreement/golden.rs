//! Agreement against published tables and real data, several statistics on one table.
//!
//! Krippendorff's 4 × 12 table is that of his 2011 paper and of the irrCAC package; the 3 × 15 one is Wikipedia's.
//! Two tables circulate under one name; these tests say which is which.

use std::path::Path;

use super::{
    Counts, Crosstab, Metric, Weighting, alpha, brennan_prediger, cohen_kappa, fleiss_kappa, gwet,
    raw_agreement, two_raters,
};
use crate::Choice;

/// Raters as lines, units as columns, `.` for no rating, values from 1.
fn counts_from_lines(categories: usize, lines: &[&str]) -> Counts {
    let raters: Vec<Vec<&str>> = lines.iter().map(|line| line.split(' ').collect()).collect();
    let units = (0..raters[0].len()).map(|unit| {
        let given: Vec<usize> = raters.iter().filter_map(|rater| rater[unit].parse().ok()).collect();
        given.into_iter().map(|value| value - 1).collect::<Vec<_>>()
    });
    Counts::from_ratings(categories, units)
}

fn four_by_twelve() -> Counts {
    counts_from_lines(
        5,
        &[
            "1 2 3 3 2 1 4 1 2 . . .",
            "1 2 3 3 2 2 4 1 2 5 . 3",
            ". 3 3 3 2 3 4 2 2 5 1 .",
            "1 2 3 3 2 4 4 1 2 5 1 .",
        ],
    )
}

fn assert_near(found: Option<f64>, expected: f64, tolerance: f64, what: &str) {
    let found = found.unwrap_or_else(|| panic!("{what} is undefined"));
    assert!((found - expected).abs() < tolerance, "{what}: {found}, published {expected}");
}

fn assert_alphas(counts: &Counts, values: &[f64], expected: [f64; 4]) {
    assert_near(alpha(counts, Metric::Nominal), expected[0], 1e-6, "nominal");
    assert_near(alpha(counts, Metric::Ordinal), expected[1], 1e-6, "ordinal");
    assert_near(alpha(counts, Metric::Interval(values)), expected[2], 1e-6, "interval");
    assert_near(alpha(counts, Metric::Ratio(values)), expected[3], 1e-6, "ratio");
}

#[test]
fn krippendorff_on_his_four_by_twelve_table() {
    let values = [1.0, 2.0, 3.0, 4.0, 5.0];
    assert_alphas(&four_by_twelve(), &values, [0.743_421, 0.815_388, 0.849_107, 0.797_403]);
}

#[test]
fn krippendorff_on_the_three_by_fifteen_table() {
    let counts = counts_from_lines(
        4,
        &[". . . . . 3 4 1 2 1 1 3 3 . 3", "1 . 2 1 3 3 4 3 . . . . . . .", ". . 2 1 3 4 4 . 2 1 1 3 3 . 4"],
    );
    assert_alphas(&counts, &[1.0, 2.0, 3.0, 4.0], [0.691_358, 0.806_721, 0.810_845, 0.808_944]);
}

#[test]
fn krippendorff_on_two_raters_and_two_values() {
    let counts = counts_from_lines(2, &["1 2 1 1 1 1 1 1 2 1", "2 2 2 1 1 2 1 1 1 1"]);
    assert_near(alpha(&counts, Metric::Nominal), 0.095_238, 1e-6, "nominal");
}

#[test]
fn chance_corrected_agreement_on_the_four_by_twelve_table() {
    let counts = four_by_twelve();
    let ac1 = gwet(&counts, Weighting::Unweighted).expect("defined");
    assert_near(Some(ac1.coefficient), 0.77544, 5e-6, "AC1");
    assert_near(ac1.standard_error, 0.14295, 5e-6, "its standard error");
    assert_near(fleiss_kappa(&counts), 0.76117, 5e-6, "Fleiss");
    assert_near(brennan_prediger(&counts, Weighting::Unweighted), 0.77273, 5e-6, "Brennan–Prediger");
    let ac2 = gwet(&counts, Weighting::Quadratic).expect("defined");
    assert_near(Some(ac2.coefficient), 0.91400, 5e-6, "quadratic AC2");
}

/// The three annotators of the PandaLM test set, in the order A, tie, B. Absent where the data are not at hand.
fn pandalm() -> Option<Vec<[Choice; 3]>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/text/pandalm_pairs.jsonl");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("the PandaLM pairs are not at hand; nothing was tested");
        return None;
    };
    let choice = |word: &serde_json::Value| match word.as_str().expect("labels are words") {
        "a" => Choice::A,
        "b" => Choice::B,
        _ => Choice::Tie,
    };
    let rows = text.lines().map(|line| {
        let row: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
        [choice(&row["annotators"][0]), choice(&row["annotators"][1]), choice(&row["annotators"][2])]
    });
    Some(rows.collect())
}

#[test]
fn pandalm_gives_its_published_agreement() {
    let Some(rows) = pandalm() else { return };
    assert_eq!(rows.len(), 999);
    let counts = Counts::from_ratings(Choice::COUNT, rows.iter().map(|row| row.map(Choice::category)));
    assert_near(alpha(&counts, Metric::Nominal), 0.864_221, 1e-6, "nominal");
    assert_near(alpha(&counts, Metric::Ordinal), 0.877_464, 1e-6, "ordinal over A, tie, B");
    assert_near(fleiss_kappa(&counts), 0.864_175, 1e-6, "Fleiss");
    let ac1 = gwet(&counts, Weighting::Unweighted).expect("defined");
    assert_near(Some(ac1.coefficient), 0.88644, 5e-6, "AC1");
    assert_near(ac1.standard_error, 0.0098, 5e-5, "its standard error");

    for ((first, second), kappa, raw) in
        [((0, 1), 0.8520, 0.9129), ((0, 2), 0.8789, 0.9289), ((1, 2), 0.8617, 0.9179)]
    {
        let pairs = || rows.iter().map(|row| (row[first], row[second]));
        let table = Crosstab::from_pairs(3, pairs().map(|(one, two)| (one.category(), two.category())));
        assert_near(cohen_kappa(&table, Weighting::Unweighted), kappa, 5e-5, "Cohen");
        let agreement = two_raters(pairs(), 0.95).agreement.map(|share| share.estimate);
        assert_near(agreement, raw, 5e-5, "raw");
    }
    let raw = raw_agreement(&counts, &[false, true, false]);
    assert_near(raw.agreement, (0.9129 + 0.9289 + 0.9179) / 3.0, 1e-4, "the mean of the three pairs");
    assert!(raw.agreement_decided > raw.agreement, "people differ most about ties: {raw:?}");
}
