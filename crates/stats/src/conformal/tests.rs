//! The toy with known answers, the guarantees exactly on every set of scores, and in seeded simulation.

use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::*;

#[test]
fn the_toy_has_its_known_threshold() {
    let toy = AuditScores::new(vec![0.9, 0.1, 0.12, 0.2, 0.3, 0.22, 0.35, 0.5, 0.7, 0.05]);
    let threshold = toy.threshold(0.2).expect("ten are enough for a fifth");
    assert_eq!((threshold.rank, threshold.score, threshold.audit_labels), (9, 0.7, 10));
    assert!(!threshold.flags(0.7) && threshold.flags(0.71));
    assert_eq!(toy.p_value(0.7), 3.0 / 11.0);
    assert_eq!(toy.p_value(0.71), 2.0 / 11.0);
    assert_eq!(toy.p_value(1.0), 1.0 / 11.0);
}

#[test]
fn too_few_labels_say_how_many_are_needed() {
    let scores = |count: i32| AuditScores::new((0..count).map(f64::from).collect());
    for (alpha, needed) in [(0.05, 19), (0.1, 9), (0.2, 4), (0.01, 99), (0.03, 33)] {
        assert_eq!(labels_needed(alpha), needed, "at {alpha}");
        let short = scores(needed as i32 - 1).threshold(alpha);
        assert_eq!(short, Err(TooFewAuditLabels { have: needed - 1, needed }), "at {alpha}");
        let enough = scores(needed as i32).threshold(alpha).expect("just enough");
        assert_eq!(
            enough.rank, needed,
            "the least sufficient number flags above its largest score, at {alpha}"
        );
    }
    let said = TooFewAuditLabels { have: 3, needed: 19 }.to_string();
    assert_eq!(said, "too few audit labels: 19 are needed, and there are 3");
}

#[test]
fn severity_is_for_disagreement_only() {
    assert_eq!(severity(0.8), 0.0);
    assert!((severity(0.2) - 4_f64.ln()).abs() < 1e-12);
    assert_eq!(oddness(0.25), 0.75);
}

/// The example of Benjamini and Hochberg 1995, section 4.2: of fifteen, the four smallest stand at 5 %.
#[test]
fn the_published_example_has_its_four_discoveries() {
    let p_values = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
        0.6528, 0.7590, 1.0,
    ];
    let found = benjamini_hochberg(&p_values, 0.05);
    assert_eq!(found.is_flagged.iter().filter(|flag| **flag).count(), 4);
    assert!(found.is_flagged[..4].iter().all(|flag| *flag));
    assert!((found.adjusted[3] - 0.0095 * 15.0 / 4.0).abs() < 1e-12, "{:?}", found.adjusted);
    assert!((found.adjusted[4] - 0.0201 * 15.0 / 5.0).abs() < 1e-12, "{:?}", found.adjusted);
    assert!((found.adjusted[5] - 0.0298 * 15.0 / 7.0).abs() < 1e-12, "a later one may pull it down");
}

#[test]
fn a_later_p_value_carries_earlier_ones_with_it() {
    let found = benjamini_hochberg(&[0.04, 0.03, 0.9], 0.07);
    assert_eq!(found.is_flagged, [true, true, false], "{:?}", found.adjusted);
    assert_eq!(benjamini_hochberg(&[], 0.1).is_flagged, Vec::<bool>::new());
}

#[test]
fn groups_stand_alone_where_they_can() {
    let large = (0..40).map(|at| ("large", f64::from(at)));
    let small = (0..3).map(|at| ("small", 100.0 + f64::from(at)));
    let groups = Grouped::new(large.chain(small), 20);
    let (own, is_own) = groups.threshold(&"large", 0.1).expect("forty");
    assert!(is_own && own.audit_labels == 40 && own.score == 36.0, "{own:?}");
    let (pooled, is_own) = groups.threshold(&"small", 0.1).expect("all");
    assert!(!is_own && pooled.audit_labels == 43, "{pooled:?}");
    assert!(!groups.basis(&"unheard of").is_own);
    let (fallback, is_own) =
        groups.threshold(&"large", 0.024).expect("all together are 43, and 41 are needed");
    assert!(!is_own && fallback.audit_labels == 43, "{fallback:?}");
    assert_eq!(groups.threshold(&"large", 0.01), Err(TooFewAuditLabels { have: 43, needed: 99 }));
}

proptest! {
    /// The guarantee is exact: of n+1 exchangeable scores, at most α(n+1) are flagged against the others.
    #[test]
    fn no_set_of_scores_has_too_many_flags(
        tenths in prop::collection::vec(0_u8..30, 2..60), alpha in 0.02..0.5_f64,
    ) {
        let scores: Vec<f64> = tenths.iter().map(|tenth| f64::from(*tenth) / 10.0).collect();
        let (mut flagged, mut small) = (0, 0);
        for at in 0..scores.len() {
            let mut others = scores.clone();
            let score = others.remove(at);
            let others = AuditScores::new(others);
            small += usize::from(others.p_value(score) <= alpha);
            let threshold = others.threshold(alpha);
            prop_assert_eq!(threshold.is_err(), (others.len() as u64) < labels_needed(alpha));
            if let Ok(threshold) = threshold {
                flagged += usize::from(threshold.flags(score));
                prop_assert!(!threshold.flags(score) || others.p_value(score) <= alpha + 1e-9, "both tests agree");
            }
        }
        let most = alpha * scores.len() as f64 + 1e-6;
        prop_assert!(flagged as f64 <= most, "{} flags, at most {}", flagged, most);
        prop_assert!(small as f64 <= most, "{} small p-values, at most {}", small, most);
    }
}

/// The mean of some shares, and the half-width of its interval at 99.9 %.
fn mean_and_half_width(shares: &[f64]) -> (f64, f64) {
    let count = shares.len() as f64;
    let mean = shares.iter().sum::<f64>() / count;
    let variance = shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / (count - 1.0);
    (mean, 3.29 * (variance / count).sqrt())
}

#[test]
fn honest_judgments_are_flagged_at_the_level() {
    let mut rng = StdRng::seed_from_u64(41);
    let mut draw = || rng.random::<f64>().powi(3);
    let rates: Vec<f64> = (0..2000)
        .map(|_| {
            let audit = AuditScores::new((0..39).map(|_| draw()).collect());
            let threshold = audit.threshold(0.1).expect("39 are enough");
            (0..20).filter(|_| threshold.flags(draw())).count() as f64 / 20.0
        })
        .collect();
    let (mean, half_width) = mean_and_half_width(&rates);
    // (n+1)(1−α) is whole here, so the level is met exactly, not only kept.
    assert!((mean - 0.1).abs() <= half_width, "{mean} ± {half_width}");
}

#[test]
fn false_flags_stay_below_their_share_of_all_flags() {
    let mut rng = StdRng::seed_from_u64(42);
    let (level, honest, odd) = (0.2, 80, 20);
    let mut power = 0.0;
    let shares: Vec<f64> = (0..500)
        .map(|_| {
            let audit = AuditScores::new((0..300).map(|_| rng.random::<f64>()).collect());
            let p_values: Vec<f64> = (0..honest + odd)
                .map(|at| rng.random::<f64>() + if at < honest { 0.0 } else { 0.9 })
                .map(|score| audit.p_value(score))
                .collect();
            let flags = benjamini_hochberg(&p_values, level).is_flagged;
            let false_flags = flags[..honest].iter().filter(|flag| **flag).count() as f64;
            let true_flags = flags[honest..].iter().filter(|flag| **flag).count() as f64;
            power += true_flags / f64::from(odd as u8) / 500.0;
            false_flags / (false_flags + true_flags).max(1.0)
        })
        .collect();
    let (mean, half_width) = mean_and_half_width(&shares);
    assert!(mean - half_width <= level, "{mean} ± {half_width}");
    // Theory says level times the share of honest ones: .16. Far below, the procedure would only be timid.
    assert!((mean - 0.16).abs() <= half_width + 0.005, "{mean} ± {half_width}");
    assert!(power > 0.7, "odd judgments are found: {power}");
}
