//! Flags: votes that the head held for unlikely, with the guarantees of conformal calibration (METHODS 2.8).
//!
//! What is held against a vote is what a head says that has not seen it. Its temperature is fitted on one half of the
//! audit votes and the threshold is set on the other, so that of honest votes at most the study's share is flagged.
//! Among the flags those come first that survive the control of false discoveries (Benjamini and Hochberg).

use std::collections::BTreeSet;

use tiebreak_domain::assignment::mixed;
use tiebreak_domain::learning::Learning;
use tiebreak_domain::reward::{Prediction, Scorer};
use tiebreak_domain::second_look::ModelFlag;
use tiebreak_domain::{ItemId, JudgmentId, UnixMillis};
use tiebreak_reward::learn::ordinal::Verdict;
use tiebreak_stats::calibration::fit_temperature_of_classes;
use tiebreak_stats::conformal::{AuditScores, benjamini_hochberg, labels_needed, oddness, severity};

use super::learned::Learned;

/// Flags, or why there are none.
pub struct Flags {
    /// The most severe first.
    pub flags: Vec<ModelFlag>,
    /// What is to be told of them, a sentence each.
    pub remarks: Vec<String>,
}

/// Holds every vote of the main dimension against a head that has not seen it.
pub fn raise(learned: &Learned, learning: &Learning, now: UnixMillis) -> Flags {
    let said = learned.cross_fitted();
    let main = learned.main();
    let rows: Vec<Row> = main
        .votes
        .iter()
        .filter(|known| !known.is_review)
        .filter_map(|known| {
            let (verdict, prediction) = said.get(&known.judgment)?;
            let class = class_of(*verdict);
            Some(Row {
                known_at: known.judgment,
                item: known.item,
                class,
                logits: logits(prediction),
                is_audit: known.is_audit,
            })
        })
        .collect();
    let first_half = first_half_of(&rows);
    let is_first_half = |row: &Row| first_half.contains(&row.item);
    let audits = rows.iter().filter(|row| row.is_audit).count();
    let needed = 2 * labels_needed(learning.flag_level);
    let fitting: Vec<([f64; 3], usize)> = rows
        .iter()
        .filter(|row| row.is_audit && is_first_half(row))
        .map(|row| (row.logits, row.class))
        .collect();
    let temperature = fit_temperature_of_classes(&fitting).map(|fit| fit.temperature);
    let probabilities = |row: &Row| match temperature {
        Some(temperature) => temperature.apply_to_classes(row.logits),
        None => row.logits.map(f64::exp),
    };
    let of_vote = |row: &Row| probabilities(row)[row.class];
    let audit_scores: Vec<f64> = rows
        .iter()
        .filter(|row| row.is_audit && !is_first_half(row))
        .map(|row| oddness(of_vote(row)))
        .collect();
    let audit = AuditScores::new(audit_scores);
    let Ok(threshold) = audit.threshold(learning.flag_level) else {
        let remark = format!("votes are flagged once about {needed} audits are judged; there are {audits}");
        return Flags { flags: Vec::new(), remarks: vec![remark] };
    };
    let p_values: Vec<f64> = rows.iter().map(|row| audit.p_value(oddness(of_vote(row)))).collect();
    let discoveries = benjamini_hochberg(&p_values, learning.false_discovery);
    let mut flags: Vec<(bool, ModelFlag)> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let probability = of_vote(row);
        let is_discovery = discoveries.is_flagged[at];
        if !threshold.flags(oddness(probability)) && !is_discovery {
            continue;
        }
        let Some(known) = main.votes.iter().find(|known| known.judgment == row.known_at) else { continue };
        let [a, tie, b] = probabilities(row);
        flags.push((
            is_discovery,
            ModelFlag {
                judgment: known.judgment,
                item: known.item,
                annotator: known.annotator,
                scorer: Scorer::Head,
                name: "head".to_owned(),
                prediction: Prediction { a, tie, b },
                probability,
                p_value: p_values[at],
                severity: severity(probability),
                raised_at: now,
            },
        ));
    }
    flags.sort_by(|(one_first, one), (other_first, other)| {
        other_first.cmp(one_first).then(other.severity.total_cmp(&one.severity))
    });
    let found = flags.iter().filter(|(is_discovery, _)| *is_discovery).count();
    let remarks = vec![format!(
        "{} flagged, {found} of them with at most {:.0} % false alarms expected; as odd as audit votes are, whose \
         own slips count in",
        flags.len(),
        learning.false_discovery * 100.0
    )];
    Flags { flags: flags.into_iter().map(|(_, flag)| flag).collect(), remarks }
}

struct Row {
    known_at: JudgmentId,
    item: ItemId,
    class: usize,
    logits: [f64; 3],
    is_audit: bool,
}

/// Half the items that were audited, as chance has it: votes on one item are on one side, and nothing of how the items
/// are ordered decides which.
fn first_half_of(rows: &[Row]) -> BTreeSet<ItemId> {
    let audited: BTreeSet<ItemId> = rows.iter().filter(|row| row.is_audit).map(|row| row.item).collect();
    let mut shuffled: Vec<ItemId> = audited.into_iter().collect();
    shuffled.sort_by_key(|item| mixed(item.0.unsigned_abs()));
    shuffled.truncate(shuffled.len() / 2);
    shuffled.into_iter().collect()
}

/// The place of a verdict among the probabilities: A, tie, B.
pub fn class_of(verdict: Verdict) -> usize {
    match verdict {
        Verdict::A(_) => 0,
        Verdict::Tie => 1,
        Verdict::B(_) => 2,
    }
}

/// The logarithms of the probabilities; none is minus infinity.
pub fn logits(prediction: &Prediction) -> [f64; 3] {
    [prediction.a, prediction.tie, prediction.b].map(|probability| probability.max(1e-12).ln())
}
