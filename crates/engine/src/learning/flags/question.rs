//! One question: its votes beside what a head that has not seen them said, and what they are held against.

use std::collections::{BTreeSet, HashMap, HashSet};

use tiebreak_domain::assignment::mixed;
use tiebreak_domain::learning::Learning;
use tiebreak_domain::{AnnotatorId, ItemId, JudgmentId};
use tiebreak_stats::calibration::{MIN_TEMPERATURE_LABELS, Temperature, fit_temperature_of_classes};
use tiebreak_stats::conformal::{Grouped, Threshold, labels_needed, oddness};

use super::{class_of, logits};
use crate::learning::learned::{Dimension, Learned};
use crate::learning::pool::Medium;
use crate::learning::votes::{KnownVote, Source};

/// What votes are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// Second looks at items drawn by lot.
    Lot,
    /// Second looks at whatever was looked at.
    Looks,
    /// Audit votes, or while there are too few votes on items that no model chose.
    Audits,
}

/// A question's votes.
pub(super) struct Question<'a> {
    /// Its key.
    pub key: &'a str,
    /// What was judged and stands, a row for each judgment.
    pub rows: Vec<Row>,
    /// The same as it was first given: what was looked at again is odder than the rest.
    pub first: Vec<Row>,
    /// What second looks of others decided, a row for each item.
    pub clean: Vec<Row>,
    /// The items at which somebody looked again whose own vote it was: that gives no second opinion.
    pub own: Vec<ItemId>,
    /// Which first votes are measured on.
    measure: Measure,
    /// Half of the items of those: by those the temperature is fitted, and votes are held against the others.
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

/// What may be measured on: audits, and votes on items that no model chose while there are too few of those. Chance has
/// no part in which of the latter are held against which: they are exchangeable with one another, if not with votes on
/// items that were chosen.
struct Measure {
    audits: usize,
    unchosen: usize,
    has_audits: bool,
}

impl Measure {
    fn new(first: &[Row], learning: &Learning) -> Self {
        let count_of = |source: Source| first.iter().filter(|row| row.source == source).count();
        let (audits, unchosen) = (count_of(Source::Audit), count_of(Source::Unchosen));
        let needed = 2 * labels_needed(learning.flag_level);
        Self { audits, unchosen, has_audits: audits as u64 >= needed || unchosen == 0 }
    }

    fn takes(&self, row: &Row) -> bool {
        match row.source {
            Source::Audit => true,
            Source::Unchosen => !self.has_audits,
            Source::Chosen => false,
        }
    }
}

impl<'a> Question<'a> {
    /// Every vote beside what was said of it.
    pub fn read(learned: &Learned, dimension: &'a Dimension, learning: &Learning) -> Self {
        let said = learned.cross_fitted(dimension);
        let row_of = |known: &KnownVote| {
            Some(Row {
                known_at: known.judgment,
                item: known.item,
                pair: known.candidates,
                annotator: known.annotator,
                class: class_of(known.vote.verdict),
                medium: learned.pool.item(known.item)?.medium,
                logits: logits(said.get(&(known.judgment, known.pair))?),
                source: known.source,
            })
        };
        let votes = dimension.votes.iter().filter(|known| !known.is_review);
        let rows = oddest_of_each_judgment(&votes.filter_map(row_of).collect::<Vec<Row>>());
        let first_pairs: Vec<Row> = dimension.first_votes().filter_map(row_of).collect();
        let first = oddest_of_each_judgment(&first_pairs);
        let voters: HashSet<(ItemId, AnnotatorId)> =
            dimension.first_votes().map(|known| (known.item, known.annotator)).collect();
        let reviews = dimension.votes.iter().filter(|known| known.is_review);
        let (own, clean): (Vec<&KnownVote>, Vec<&KnownVote>) =
            reviews.partition(|known| voters.contains(&(known.item, known.annotator)));
        let own = own.into_iter().map(|known| known.item).collect();
        let clean: Vec<Row> = clean.into_iter().filter_map(row_of).collect();
        let clean = one_of_each_item(oddest_of_each_judgment(&clean));
        let measure = Measure::new(&first, learning);
        let first_half = first_half_of(first.iter().filter(|row| measure.takes(row)));
        let fitting: Vec<([f64; 3], usize)> = first_pairs
            .iter()
            .filter(|row| measure.takes(row) && first_half.contains(&row.item))
            .map(|row| (row.logits, row.class))
            .collect();
        let temperature = temperature(&fitting);
        Self { key: &dimension.key, rows, first, clean, own, measure, first_half, temperature }
    }

    /// How many of the votes are measured on.
    pub fn measures(&self) -> usize {
        self.measure.audits + self.standing_in().unwrap_or(0)
    }

    /// How many votes on items that nobody drew stand for audits; none where audits stand for themselves.
    pub fn standing_in(&self) -> Option<usize> {
        (!self.measure.has_audits).then_some(self.measure.unchosen)
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
            let is_second_half = |row: &&Row| self.measure.takes(row) && !self.first_half.contains(&row.item);
            let second_half = self.first.iter().filter(is_second_half);
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
    pub fn control(&self, learning: &Learning) -> String {
        let allowed = learning.false_discovery * 100.0;
        match self.basis {
            Basis::Lot => format!(
                "at most {allowed:.0} % false alarms expected, by {} second looks at items drawn at random",
                self.basis_count
            ),
            Basis::Looks => {
                format!("at most {allowed:.0} % false alarms expected, by {} second looks", self.basis_count)
            }
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
    /// The two candidates, by their places in the item.
    pub pair: [u8; 2],
    /// Who gave it.
    pub annotator: AnnotatorId,
    /// What was said.
    pub class: usize,
    medium: Medium,
    logits: [f64; 3],
    source: Source,
}

/// Half the items of some votes, as chance has it: votes on one item are on one side, and nothing of how the items are
/// ordered decides which.
fn first_half_of<'a>(rows: impl Iterator<Item = &'a Row>) -> BTreeSet<ItemId> {
    let items: BTreeSet<ItemId> = rows.map(|row| row.item).collect();
    let mut shuffled: Vec<ItemId> = items.into_iter().collect();
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
