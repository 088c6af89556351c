//! Label efficiency on PandaLM's test set: `cargo run --release -p tiebreak-reward --example replay -- FILE [SEEDS]`.
//!
//! FILE holds lines of `prompt`, `response_a`, `response_b` and `label` (`a`, `b` or `tie`). Features are the
//! built-in ones, so this is the floor and not what an embedding model gives. Prints mean curves over the seeds for
//! several policies, without and with the length as a scorer, and the baselines that need no learning.

use std::collections::HashMap;

use serde::Deserialize;
use tiebreak_reward::learn::acquire::Policy;
use tiebreak_reward::learn::features::text;
use tiebreak_reward::learn::head::pool::Pair;
use tiebreak_reward::learn::ordinal::Verdict;
use tiebreak_reward::learn::replay::compare::{area, label_saving, mean_curve, mean_full_pool};
use tiebreak_reward::learn::replay::{Curve, Run, Study, replay};

#[derive(Deserialize)]
struct Row {
    prompt: String,
    response_a: String,
    response_b: String,
    label: String,
}

const POLICIES: [Policy; 7] = [
    Policy::Random,
    Policy::GreedyInformation,
    Policy::DOptimal,
    Policy::Uncertainty,
    Policy::VOptimal,
    Policy::Coreset,
    Policy::MaximalGap,
];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().expect("the first argument is the file of pairs");
    let seeds = arguments.next().and_then(|seeds| seeds.parse().ok()).unwrap_or(4_u64);
    let text = std::fs::read_to_string(&path).expect("the file can be read");
    let rows = text.lines().map(|line| serde_json::from_str::<Row>(line).expect("a line is a pair"));
    let rows = rows.collect::<Vec<_>>();
    let texts = rows.iter().flat_map(|row| [row.response_a.as_str(), row.response_b.as_str()]);
    let texts = texts.collect::<Vec<_>>();
    let table = text::table(&texts);
    let lengths = texts.iter().map(|text| (1.0 + text.chars().count() as f32).ln()).collect::<Vec<_>>();
    let mut clusters = HashMap::new();
    let pairs = rows.iter().enumerate().map(|(index, row)| {
        let next = clusters.len() as u32;
        let cluster = *clusters.entry(row.prompt.as_str()).or_insert(next);
        Pair { a: 2 * index as u32, b: 2 * index as u32 + 1, cluster }
    });
    let pairs = pairs.collect::<Vec<_>>();
    let labels = rows.iter().map(|row| match row.label.as_str() {
        "a" => Verdict::A(None),
        "b" => Verdict::B(None),
        _ => Verdict::Tie,
    });
    let labels = labels.collect::<Vec<_>>();
    let study = Study {
        table: &table,
        pairs: &pairs,
        labels: &labels,
        lengths: &lengths,
        scorer: Some(&lengths),
        members: &[],
        prompts: None,
    };
    println!("{} pairs of {} prompts, {seeds} seeds", pairs.len(), clusters.len());
    for (name, base) in [
        ("people", Run { budget: 500, ..Run::default() }),
        ("people, length as scorer", Run { budget: 500, has_scorer: true, ..Run::default() }),
        ("teacher .85", Run { budget: 500, teacher_accuracy: Some(0.85), ..Run::default() }),
    ] {
        println!("\n{name}");
        let mut random = Vec::new();
        for policy in POLICIES {
            let curves = (0..seeds).map(|seed| replay(&study, &Run { policy, seed, ..base }));
            let curves = curves.collect::<Vec<_>>();
            if policy == Policy::Random {
                say_baselines(&curves);
                random = mean_curve(&curves);
            }
            let mean = mean_curve(&curves);
            let full = mean_full_pool(&curves).accuracy;
            let at = [20, 40, 60, 100, 200, 300, 400, 500].map(|labels| {
                let point = mean.iter().find(|point| point.labels >= labels);
                point.map_or("    -".to_owned(), |point| format!("{:.3}", point.accuracy))
            });
            let saving = label_saving(&mean, &random, full, 0.90);
            let saving = saving.map_or("not reached".to_owned(), |saving| format!("{:.0} %", 100.0 * saving));
            let last = mean.last().copied().unwrap_or_default();
            println!(
                "{:>20}: {} | area {:.4} ({:+.2} pp), saving at 90 %: {saving}, log-loss {:.3}, audit ECE {:.3}",
                policy.word(),
                at.join(" "),
                area(&mean),
                100.0 * (area(&mean) - area(&random)),
                last.log_loss,
                last.audit_calibration_error.unwrap_or(f64::NAN),
            );
        }
    }
}

fn say_baselines(curves: &[Curve]) {
    let mean = |of: &dyn Fn(&Curve) -> f64| curves.iter().map(of).sum::<f64>() / curves.len().max(1) as f64;
    println!(
        "pool {:.0}, test {:.0}; longer wins {:.3}, majority place {:.3}, full pool {:.3} (log-loss {:.3})",
        mean(&|curve| curve.pool_size as f64),
        mean(&|curve| curve.test_size as f64),
        mean(&|curve| curve.baselines.longer_wins),
        mean(&|curve| curve.baselines.majority_place),
        mean(&|curve| curve.full_pool.accuracy),
        mean(&|curve| curve.full_pool.log_loss),
    );
    println!("labels:                20    40    60   100   200   300   400   500");
}
