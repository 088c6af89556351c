//! One question: its votes beside what a head that has not seen them said, and what they are held against.

use std::collections::{BTreeSet, HashMap};

use tiebreak_domain::assignment::mixed;
use tiebreak_domain::learning::Learning;
use tiebreak_domain::{AnnotatorId, ItemId, JudgmentId};
use tiebreak_stats::calibration::{MIN_TEMPERATURE_LABELS, Temperature, fit_temperature_of_classes};
use tiebreak_stats::conformal::{Grouped, Threshold, labels_needed, oddness};

use super::{class_of, logits};
use crate::learning::learned::{Dimension, Learned};
use crate::learning::pool::Medium;

/// What votes are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// Second looks at items drawn by lot.
    Lot,
    /// Second looks at whatever was looked at.
    Looks,
    /// Votes on items that no model chose.
    Audits,
}

/// A question's votes.
pub(super) struct Question<'a> {
    /// Its key.
    pub key: &'a str,
    /// What was judged, a row for each judgment.
    pub rows: Vec<Row>,
    /// What second looks decided, a row for each item.
    pub clean: Vec<Row>,
    /// Half of the items that were audited: by those the temperature is fitted, and votes are held against the others.
    first_half: BTreeSet<ItemId>,
    temperature: Temperature,
}

/// How odd the votes on a question are.
pub(super) struct Measured {
    /// Of each row.
    pub p_values: Vec<f64>,
    /// Whether each row is among the oddest, by the level of the study.
    pub is_odd: Vec<bool>,
    /// What sides are held against.
    pub basis: Basis,
    /// How many of those there are.
    basis_count: usize,
}

impl<'a> Question<'a> {
    /// Every vote beside what was said of it.
    pub fn read(learned: &Learned, dimension: &'a Dimension) -> Self {
        let said = learned.cross_fitted(dimension);
        let pairs_of = |are_reviews: bool| -> Vec<Row> {
            let wanted = dimension.votes.iter().filter(|known| known.is_review == are_reviews);
            wanted
                .filter_map(|known| {
                    Some(Row {
                        known_at: known.judgment,
                        item: known.item,
                        annotator: known.annotator,
                        class: class_of(known.vote.verdict),
                        medium: learned.pool.item(known.item)?.medium,
                        logits: logits(said.get(&(known.judgment, known.pair))?),
                        is_audit: known.is_audit,
                    })
                })
                .collect()
        };
        let pairs = pairs_of(false);
        let rows = oddest_of_each_judgment(&pairs);
        let clean = one_of_each_item(oddest_of_each_judgment(&pairs_of(true)));
        let first_half = first_half_of(&rows);
        let fitting: Vec<([f64; 3], usize)> = pairs
            .iter()
            .filter(|row| row.is_audit && first_half.contains(&row.item))
            .map(|row| (row.logits, row.class))
            .collect();
        Self { key: &dimension.key, rows, clean, first_half, temperature: temperature(&fitting) }
    }

    /// How many of the votes are audits.
    pub fn audits(&self) -> usize {
        self.rows.iter().filter(|row| row.is_audit).count()
    }

    /// The probabilities of A, a tie and B.
    pub fn probabilities(&self, row: &Row) -> [f64; 3] {
        self.temperature.apply_to_classes(row.logits)
    }

    /// How likely a vote is among its like.
    pub fn among_its_like(&self, row: &Row) -> f64 {
        likelihood_among_its_like(self.probabilities(row), row.class)
    }

    /// Holds the votes against audits, or against second looks once there are so many; none where there are too few
    /// of either.
    pub fn measured(
        &self,
        learning: &Learning,
        drawn: &BTreeSet<ItemId>,
        clean_needed: u64,
    ) -> Option<Measured> {
        let level = learning.flag_level;
        let odd = |row: &Row| oddness(self.among_its_like(row));
        let basis_of = |is_tie: bool| -> (Vec<(Medium, f64)>, Basis) {
            let clean_of = |is_wanted: &dyn Fn(&Row) -> bool| -> Vec<(Medium, f64)> {
                let alike = self.clean.iter().filter(|row| (row.class == TIE) == is_tie && is_wanted(row));
                alike.map(|row| (row.medium, odd(row))).collect()
            };
            let is_enough = |scores: &[(Medium, f64)]| scores.len() as u64 >= clean_needed;
            let by_lot = clean_of(&|row| drawn.contains(&row.item));
            if is_enough(&by_lot) {
                return (by_lot, Basis::Lot);
            }
            let clean = clean_of(&|_| true);
            if is_enough(&clean) {
                return (clean, Basis::Looks);
            }
            let second_half =
                self.rows.iter().filter(|row| row.is_audit && !self.first_half.contains(&row.item));
            let alike = second_half.filter(|row| (row.class == TIE) == is_tie);
            (alike.map(|row| (row.medium, odd(row))).collect(), Basis::Audits)
        };
        // Sides, and ties; whichever has too few audits is not flagged.
        let ((sides, basis), (ties, _)) = (basis_of(false), basis_of(true));
        let basis_count = sides.len();
        // A medium with enough of its own is held against those alone.
        let by_medium = [sides, ties].map(|scores| Grouped::new(scores, labels_needed(level) as usize));
        let of = |row: &Row| &by_medium[usize::from(row.class == TIE)];
        let threshold =
            |row: &Row| of(row).threshold(&row.medium, level).ok().map(|(threshold, _)| threshold);
        let thresholds: Vec<_> = self.rows.iter().map(threshold).collect();
        if thresholds.iter().all(Option::is_none) {
            return None;
        }
        let is_odd = |(row, threshold): (&Row, &Option<Threshold>)| {
            threshold.is_some_and(|threshold| threshold.flags(odd(row)))
        };
        Some(Measured {
            p_values: self
                .rows
                .iter()
                .map(|row| of(row).basis(&row.medium).scores.p_value(odd(row)))
                .collect(),
            is_odd: self.rows.iter().zip(&thresholds).map(is_odd).collect(),
            basis,
            basis_count,
        })
    }
}

impl Measured {
    /// What the control of false discoveries stands on.
    pub fn control(&self, question: &Question<'_>, learning: &Learning) -> String {
        let allowed = learning.false_discovery * 100.0;
        match self.basis {
            Basis::Lot => format!(
                "at most {allowed:.0} % false alarms expected, by {} second looks at items drawn at random",
                self.basis_count
            ),
            Basis::Looks => format!(
                "at most {allowed:.0} % false alarms expected, by {} second looks",
                question.clean.len()
            ),
            Basis::Audits => format!(
                "at most {allowed:.0} % false alarms expected; as odd as audit votes are, whose own slips count in"
            ),
        }
    }
}

/// What audits ask for, where there are enough and they determine it; else probabilities stay as they are. Few audits
/// that were all foretold ask for certainty, under which no vote is odder than another.
fn temperature(audits: &[([f64; 3], usize)]) -> Temperature {
    let fit = fit_temperature_of_classes(audits);
    let fit = fit.filter(|fit| audits.len() >= MIN_TEMPERATURE_LABELS && !fit.is_at_limit);
    fit.map_or(Temperature(1.0), |fit| fit.temperature)
}

/// What stands for each judgment: of one that orders several pairs, the pair whose order is the oddest, and a tie only
/// where it puts no two apart. Pairs of one judgment hang together: counted one by one they would make much of little.
fn oddest_of_each_judgment(pairs: &[Row]) -> Vec<Row> {
    let oddness =
        |row: &Row| (row.class != TIE, -likelihood_among_its_like(row.logits.map(f64::exp), row.class));
    let mut rows: Vec<Row> = Vec::new();
    let mut place_of: HashMap<JudgmentId, usize> = HashMap::new();
    for pair in pairs {
        if let Some(place) = place_of.get(&pair.known_at) {
            let kept = &mut rows[*place];
            if oddness(pair).partial_cmp(&oddness(kept)) == Some(std::cmp::Ordering::Greater) {
                *kept = pair.clone();
            }
        } else {
            place_of.insert(pair.known_at, rows.len());
            rows.push(pair.clone());
        }
    }
    rows
}

/// The first of each item: what several reviewers said of one is not several items.
fn one_of_each_item(rows: Vec<Row>) -> Vec<Row> {
    let mut seen = BTreeSet::new();
    rows.into_iter().filter(|row| seen.insert(row.item)).collect()
}

/// The place of a tie among the probabilities.
pub(super) const TIE: usize = 1;

/// A vote as a flag needs it.
#[derive(Clone)]
pub(super) struct Row {
    /// The judgment it is part of.
    pub known_at: JudgmentId,
    /// The item.
    pub item: ItemId,
    /// Who gave it.
    pub annotator: AnnotatorId,
    /// What was said.
    pub class: usize,
    medium: Medium,
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

/// How likely a vote is among its like: a side, of the two sides; a tie, of all outcomes.
pub(super) fn likelihood_among_its_like([a, tie, b]: [f64; 3], class: usize) -> f64 {
    let of_sides = |side: f64| if a + b > 0.0 { side / (a + b) } else { 0.5 };
    match class {
        0 => of_sides(a),
        TIE => tie,
        _ => of_sides(b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_few_audits_or_a_limit_ask_for_no_temperature() {
        let audits = |right: usize, wrong: usize| -> Vec<([f64; 3], usize)> {
            let said = [0.7_f64.ln(), 1e-6_f64.ln(), 0.3_f64.ln()];
            (0..right + wrong).map(|at| (said, if at < right { 0 } else { 2 })).collect()
        };
        assert_eq!(temperature(&audits(30, 19)).0, 1.0, "49 are too few");
        assert!(temperature(&audits(36, 24)).0 > 1.5, "60 of which two in five were wrong");
        assert_eq!(temperature(&audits(200, 0)).0, 1.0, "always right is no reason to be sure without end");
    }
}
