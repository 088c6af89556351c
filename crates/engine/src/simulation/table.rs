//! The curves of a simulation as a table: a row for each policy, setting and number of labels.

use std::fmt::Write;

use super::{Arm, Simulation};

const COLUMNS: &str = "policy,batch_size,has_prior,audit_share,teacher,flipped,seeds,labels,accuracy,log_loss,\
     audit_calibration_error,longer_wins,scorer_alone,majority_place,full_pool_accuracy\n";

/// The table, as CSV.
pub fn csv(simulation: &Simulation) -> String {
    let mut table = String::from(COLUMNS);
    for arm in &simulation.arms {
        for point in &arm.curve {
            let written = writeln!(
                table,
                "{},{},{},{:.6},{:.6},{},{:.6},{},{:.6},{:.6}",
                setting(arm),
                arm.seeds,
                point.labels,
                point.accuracy,
                point.log_loss,
                maybe(point.audit_calibration_error),
                arm.baselines.longer_wins,
                maybe(arm.baselines.scorer_alone),
                arm.baselines.majority_place,
                arm.full_pool.accuracy
            );
            written.expect("a string takes every text");
        }
    }
    table
}

fn setting(arm: &Arm) -> String {
    format!(
        "{},{},{},{},{},{}",
        arm.policy.word(),
        arm.batch_size,
        arm.has_prior,
        arm.audit_share,
        maybe(arm.teacher),
        arm.flipped
    )
}

fn maybe(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| format!("{value:.6}"))
}
