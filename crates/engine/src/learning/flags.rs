//! Flags: votes that the head held for unlikely, with the guarantees of conformal calibration (METHODS 2.8).
//!
//! What is held against a vote is what a head says that has not seen it. Its temperature is fitted on one half of the
//! audit votes and the threshold is set on the other, so that of honest votes at most the study's share is flagged.
//! For a judgment that orders several pairs the oddest of them stands: it is one vote like any other.
//! A side is held against sides, by the odds of the other one, and a tie against ties: ties are rare, and by the plain
//! probability nearly every tie would be odder than a vote for the wrong side. The queue goes by how odd a vote is
//! among its like, those first that survive the control of false discoveries (Benjamini and Hochberg).
//!
//! Audit votes hold slips themselves, the very thing that is looked for: held against them, hardly any vote stands out
//! beyond chance. Once there are enough second looks, votes are held against what those decided, which is clean. Second
//! looks at what was flagged are odder than second looks at random items, so that p-values are rather too large than
//! too small; second looks at items drawn by lot ([`Lot`]) are just as odd as honest votes, and where there are enough
//! of those, they alone count. What two people agree on would be no such measure: they agree on plain pairs, against which each honest
//! vote on a hard one would look like a slip. Until then it is said how many second looks are missing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use tiebreak_domain::assignment::mixed;
use tiebreak_domain::learning::Learning;
use tiebreak_domain::reward::{Prediction, Scorer};
use tiebreak_domain::second_look::ModelFlag;
use tiebreak_domain::{AnnotatorId, ItemId, JudgmentId, UnixMillis};
use tiebreak_reward::learn::ordinal::Verdict;
use tiebreak_stats::calibration::fit_temperature_of_classes;
use tiebreak_stats::conformal::{AuditScores, benjamini_hochberg, labels_needed, oddness, severity};

use super::learned::Learned;
use super::lot::{Looked, Lot};
use super::votes::{KnownVote, Source};

/// Flags, or why there are none.
pub struct Flags {
    /// Those that survive the control of false discoveries first, then the most severe first.
    pub flags: Vec<ModelFlag>,
    /// How many survive it.
    pub discoveries: usize,
    /// What is to be told of them, a sentence each.
    pub remarks: Vec<String>,
    /// Items drawn for a second look.
    pub lot: Lot,
}

/// Holds every vote of the main dimension against a head that has not seen it.
pub fn raise(learned: &Learned, learning: &Learning, now: UnixMillis) -> Flags {
    let said = learned.cross_fitted();
    let main = learned.main();
    let row_of = |known: &KnownVote| {
        Some(Row {
            known_at: known.judgment,
            item: known.item,
            pair: known.candidates,
            class: class_of(known.vote.verdict),
            logits: logits(said.get(&(known.judgment, known.pair))?),
            source: known.source,
        })
    };
    let rows_of =
        |votes: &mut dyn Iterator<Item = &KnownVote>| votes.filter_map(row_of).collect::<Vec<Row>>();
    let rows = oddest_of_each_judgment(&rows_of(&mut main.votes.iter().filter(|known| !known.is_review)));
    // What votes are held against is as it was first given: what was looked at again is odder than the rest.
    let first_pairs = rows_of(&mut main.first_votes());
    let first = oddest_of_each_judgment(&first_pairs);
    let voters: HashSet<(ItemId, AnnotatorId)> =
        main.first_votes().map(|known| (known.item, known.annotator)).collect();
    // Whoever looks again at a vote of their own gives no second opinion.
    let (own, clean): (Vec<&KnownVote>, Vec<&KnownVote>) = main
        .votes
        .iter()
        .filter(|known| known.is_review)
        .partition(|known| voters.contains(&(known.item, known.annotator)));
    let clean = one_of_each_item(oddest_of_each_judgment(&rows_of(&mut clean.into_iter())));
    let needed = 2 * labels_needed(learning.flag_level);
    let count_of = |source: Source| first.iter().filter(|row| row.source == source).count();
    let (audits, unchosen) = (count_of(Source::Audit), count_of(Source::Unchosen));
    // Chance has no part in which votes on items that no model chose are held against which: they are exchangeable with
    // one another, if not with votes on items that were chosen.
    let has_audits = audits as u64 >= needed || unchosen == 0;
    let is_measure = |row: &Row| match row.source {
        Source::Audit => true,
        Source::Unchosen => !has_audits,
        Source::Chosen => false,
    };
    let measures = if has_audits { audits } else { audits + unchosen };
    let first_half = first_half_of(first.iter().filter(|row| is_measure(row)));
    let is_first_half = |row: &Row| first_half.contains(&row.item);
    let fitting: Vec<([f64; 3], usize)> = first_pairs
        .iter()
        .filter(|row| is_measure(row) && is_first_half(row))
        .map(|row| (row.logits, row.class))
        .collect();
    let temperature = fit_temperature_of_classes(&fitting).map(|fit| fit.temperature);
    let probabilities = |row: &Row| match temperature {
        Some(temperature) => temperature.apply_to_classes(row.logits),
        None => row.logits.map(f64::exp),
    };
    let of_vote = |row: &Row| probabilities(row)[row.class];
    let among_its_like = |row: &Row| likelihood_among_its_like(probabilities(row), row.class);
    let audit_of = |is_tie: bool| {
        let second_half = first.iter().filter(|row| is_measure(row) && !is_first_half(row));
        let alike = second_half.filter(|row| (row.class == TIE) == is_tie);
        AuditScores::new(alike.map(|row| oddness(among_its_like(row))).collect())
    };
    let clean_needed = clean_needed(learning);
    let lot = Lot::draw(&looked_at(&first, &own, &clean), clean_needed);
    let drawn: BTreeSet<ItemId> = lot.items.iter().copied().collect();
    let clean_of = |is_tie: bool, is_wanted: &dyn Fn(&Row) -> bool| {
        let alike = clean.iter().filter(|row| (row.class == TIE) == is_tie && is_wanted(row));
        AuditScores::new(alike.map(|row| oddness(among_its_like(row))).collect())
    };
    let basis_of = |is_tie: bool| {
        let is_enough = |scores: &AuditScores| scores.len() as u64 >= clean_needed;
        let by_lot = clean_of(is_tie, &|row| drawn.contains(&row.item));
        if is_enough(&by_lot) {
            return (by_lot, Basis::Lot);
        }
        let clean = clean_of(is_tie, &|_| true);
        if is_enough(&clean) { (clean, Basis::Looks) } else { (audit_of(is_tie), Basis::Audits) }
    };
    // Sides, and ties; whichever has too few audits is not flagged.
    let ((sides, basis), (ties, _)) = (basis_of(false), basis_of(true));
    let basis_count = sides.len();
    let audits_alike = [sides, ties];
    let thresholds = [0, 1].map(|like: usize| audits_alike[like].threshold(learning.flag_level).ok());
    if thresholds.iter().all(Option::is_none) {
        let remark = format!("votes are flagged once about {needed} audits are judged; there are {measures}");
        return Flags { flags: Vec::new(), discoveries: 0, remarks: vec![remark], lot };
    }
    let like = |row: &Row| usize::from(row.class == TIE);
    let p_values: Vec<f64> =
        rows.iter().map(|row| audits_alike[like(row)].p_value(oddness(among_its_like(row)))).collect();
    let discoveries = benjamini_hochberg(&p_values, learning.false_discovery);
    let voter_of: HashMap<JudgmentId, AnnotatorId> =
        main.votes.iter().map(|known| (known.judgment, known.annotator)).collect();
    let mut flags: Vec<(bool, ModelFlag)> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let probability = of_vote(row);
        let is_discovery = discoveries.is_flagged[at];
        let likelihood = among_its_like(row);
        let is_odd = thresholds[like(row)].is_some_and(|threshold| threshold.flags(oddness(likelihood)));
        if !is_odd && !is_discovery {
            continue;
        }
        let Some(annotator) = voter_of.get(&row.known_at).copied() else { continue };
        let [a, tie, b] = probabilities(row);
        flags.push((
            is_discovery,
            ModelFlag {
                judgment: row.known_at,
                item: row.item,
                annotator,
                question: main.key.clone(),
                pair: row.pair,
                scorer: Scorer::Head,
                name: "head".to_owned(),
                prediction: Prediction { a, tie, b },
                probability,
                p_value: p_values[at],
                severity: severity(likelihood),
                raised_at: now,
            },
        ));
    }
    flags.sort_by(|(one_first, one), (other_first, other)| {
        let by_oddness = one.p_value.total_cmp(&other.p_value);
        other_first.cmp(one_first).then(by_oddness).then(other.severity.total_cmp(&one.severity))
    });
    let found = flags.iter().filter(|(is_discovery, _)| *is_discovery).count();
    let allowed = learning.false_discovery * 100.0;
    let control = match basis {
        Basis::Lot => format!(
            "at most {allowed:.0} % false alarms expected, by {basis_count} second looks at items drawn at random"
        ),
        Basis::Looks => {
            format!("at most {allowed:.0} % false alarms expected, by {} second looks", clean.len())
        }
        Basis::Audits => format!(
            "at most {allowed:.0} % false alarms expected; as odd as audit votes are, whose own slips count in"
        ),
    };
    let mut remarks = vec![format!("{} flagged, {found} of them with {control}", flags.len())];
    if !has_audits && basis == Basis::Audits {
        remarks.push(format!(
            "of the votes that stand for audits {unchosen} are on items that nobody drew, labels of data or in the order of \
             the file: the share of false alarms holds among such votes, and not for items that a model chose"
        ));
    }
    if basis == Basis::Audits {
        let sides = clean.iter().filter(|row| row.class != TIE).count() as u64;
        remarks.push(format!(
            "no clean audits to tell slips from chance: look twice at {} items more that have a better side first, best at those drawn at random",
            clean_needed - sides
        ));
    }
    Flags { flags: flags.into_iter().map(|(_, flag)| flag).collect(), discoveries: found, remarks, lot }
}

/// The least number of second looks against which the oddest share of votes that is flagged could survive the control
/// of false discoveries: the smallest p-value of n is 1/(n + 1), and of m votes the k oddest survive where it is at most
/// the level times k/m.
pub fn clean_needed(learning: &Learning) -> u64 {
    // A hair more than a whole number is meant as it.
    (1.0 / (learning.false_discovery * learning.flag_level) - 1e-6).ceil().max(1.0) as u64 - 1
}

/// What votes are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Basis {
    /// Second looks at items drawn by lot.
    Lot,
    /// Second looks at whatever was looked at.
    Looks,
    /// Audit votes, or while there are too few votes on items that no model chose.
    Audits,
}

/// Every item with a vote, and what a second look at it found.
fn looked_at(votes: &[Row], own: &[&KnownVote], looks: &[Row]) -> BTreeMap<ItemId, Looked> {
    let open = votes.iter().map(|row| (row.item, Looked::Open));
    let own = own.iter().map(|known| (known.item, Looked::Own));
    let found = |row: &Row| if row.class == TIE { Looked::Tie } else { Looked::Side };
    open.chain(own).chain(looks.iter().map(|row| (row.item, found(row)))).collect()
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
const TIE: usize = 1;

#[derive(Clone)]
struct Row {
    known_at: JudgmentId,
    item: ItemId,
    pair: [u8; 2],
    class: usize,
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
fn likelihood_among_its_like([a, tie, b]: [f64; 3], class: usize) -> f64 {
    let of_sides = |side: f64| if a + b > 0.0 { side / (a + b) } else { 0.5 };
    match class {
        0 => of_sides(a),
        TIE => tie,
        _ => of_sides(b),
    }
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

#[cfg(test)]
mod tests {
    use tiebreak_domain::showing::AcquisitionMethod;
    use tiebreak_domain::{Judgment, Origin, Outcome, Rubric};

    use super::super::pool::Pool;
    use super::super::tests::{items, judgment, learned, preferred, ranked, rankings};
    use super::*;

    #[test]
    fn so_many_second_looks_are_needed_that_the_oddest_twentieth_can_survive() {
        let learning = Learning { flag_level: 0.05, false_discovery: 0.1, ..Learning::default() };
        assert_eq!(clean_needed(&learning), 199);
        let (votes, odd) = (1_000, 50);
        let survive = |looks: u64| {
            let least = 1.0 / (looks + 1) as f64;
            let p_values: Vec<f64> = (0..votes).map(|at| if at < odd { least } else { 1.0 }).collect();
            benjamini_hochberg(&p_values, 0.1).is_flagged[0]
        };
        assert!(survive(199) && !survive(198));
    }

    #[test]
    fn a_side_is_held_against_the_other_side_and_not_against_ties() {
        let likelihood = |class| likelihood_among_its_like([0.6, 0.2, 0.2], class);
        assert!((likelihood(0) - 0.75).abs() < 1e-12 && (likelihood(2) - 0.25).abs() < 1e-12);
        assert!((likelihood(TIE) - 0.2).abs() < 1e-12, "a tie is as likely as it is");
        assert!((likelihood_among_its_like([0.0, 1.0, 0.0], 0) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_ranking_is_one_vote_and_each_of_its_pairs_is_foretold() {
        let items = items(60, 4);
        let mut heads = learned(&items, &rankings());
        let said: Vec<_> = (1..=60)
            .map(|number| {
                // Every twentieth puts the worst first.
                let order = if number % 20 == 0 { [0, 1, 2, 3] } else { [3, 2, 1, 0] };
                judgment(number, 1, number, ranked(&order), AcquisitionMethod::Random)
            })
            .collect();
        heads.refit(&said, 1);
        let foretold = heads.cross_fitted();
        assert_eq!(foretold.len(), 60 * 6, "each pair of each ranking");
        let outer = |item: usize| Pool::pairs_of(&heads.pool.items[item]).start + 2;
        let side = |item: usize, pair| foretold[&(said[item].given.id, pair)];
        let is_apart = |item: &usize| {
            let (nearest, farthest) = (side(*item, outer(*item) - 2), side(*item, outer(*item)));
            farthest.b > nearest.b
        };
        assert!((0..60).filter(is_apart).count() > 50, "the first is surer to lose against the last");
        let learning = Learning { flag_level: 0.1, ..Learning::default() };
        let raised = raise(&heads, &learning, UnixMillis(0));
        let flagged: BTreeSet<i64> = raised.flags.iter().map(|flag| flag.item.0).collect();
        assert_eq!(flagged.len(), raised.flags.len(), "a judgment is flagged once: {flagged:?}");
        assert!([20, 40, 60].iter().all(|slip| flagged.contains(slip)), "the slips are found: {flagged:?}");
        heads.refit(&said[..10], 1);
        let told = raise(&heads, &learning, UnixMillis(0)).remarks.concat();
        assert!(told.ends_with("there are 10"), "ten rankings are ten audits: {told}");
    }

    /// Votes for the better one, but by every sixth; the second looks of `reviewer` agree with those slips.
    fn looked_at_slips(reviewer: i64, looks: i64) -> Learned {
        let mut heads = learned(&items(120, 2), &Rubric::default());
        let vote = |number: i64, annotator: i64, outcome| {
            judgment(number, annotator, 1 + (number - 1) % 120, preferred(outcome), AcquisitionMethod::Audit)
        };
        let outcome = |number: i64| if number % 6 == 0 { Outcome::A } else { Outcome::B };
        let mut said: Vec<Judgment> = (1..=120).map(|number| vote(number, 1, outcome(number))).collect();
        said.extend((1..=looks).map(|look| {
            let mut review = vote(120 + 6 * look, reviewer, Outcome::A);
            review.given.origin = Origin::Review;
            review
        }));
        heads.refit(&said, 1);
        heads
    }

    #[test]
    fn audits_that_were_looked_at_again_are_still_what_votes_are_held_against() {
        let learning = Learning { flag_level: 0.3, ..Learning::default() };
        let heads = looked_at_slips(2, 18);
        let raised = raise(&heads, &learning, UnixMillis(0));
        let left = raised.flags.iter().find(|flag| flag.item.0 % 6 == 0).expect("a slip that is left is odd");
        // Of the 60 audits of one half about ten are slips, which are as odd as the one that is left.
        assert!(left.p_value > 4.0 / 61.0, "it is no odder than they were: {left:?}");
    }

    #[test]
    fn a_second_look_at_ones_own_vote_is_no_clean_one() {
        let learning = Learning { flag_level: 0.25, false_discovery: 0.4, ..Learning::default() };
        let told = |reviewer| {
            let raised = raise(&looked_at_slips(reviewer, 12), &learning, UnixMillis(0));
            (raised.remarks.concat(), raised.lot.items.len())
        };
        let (of_other, _) = told(2);
        assert!(of_other.contains("by 12 second looks"), "{of_other}");
        let (of_own, drawn) = told(1);
        assert!(of_own.contains("look twice at 9 items more"), "none of twelve counts: {of_own}");
        assert!(drawn > 9, "and what of them was drawn is made good: {drawn}");
    }

    #[test]
    fn votes_that_nobody_drew_stand_for_audits_while_there_are_none_and_it_is_said() {
        let learning = Learning { flag_level: 0.1, ..Learning::default() };
        let told = |audits: i64| {
            let mut heads = learned(&items(120, 2), &Rubric::default());
            let said: Vec<Judgment> = (1..=120)
                .map(|number| {
                    let is_audit = number <= audits;
                    let method =
                        if is_audit { AcquisitionMethod::Audit } else { AcquisitionMethod::FileOrder };
                    judgment(number, 1, number, preferred(Outcome::B), method)
                })
                .collect();
            heads.refit(&said, 1);
            raise(&heads, &learning, UnixMillis(0)).remarks.concat()
        };
        let words = "on items that nobody drew";
        assert!(told(0).contains(&format!("120 are {words}")), "{}", told(0));
        assert!(told(10).contains(words), "ten audits are too few");
        assert!(!told(60).contains(words), "{}", told(60));
    }
}
