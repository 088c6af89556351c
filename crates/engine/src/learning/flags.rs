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
//! of those, they alone count. What two people agree on would be no such measure: they agree on plain pairs, against
//! which each honest vote on a hard one would look like a slip. Until then it is said how many second looks are
//! missing.
//!
//! Each question is held against its own audits and second looks ([`question`]), and within it each medium, as far as
//! it has enough; what survives is decided over all of them together.

mod question;

use std::collections::{BTreeMap, BTreeSet};

use tiebreak_domain::learning::Learning;
use tiebreak_domain::reward::{Prediction, Scorer};
use tiebreak_domain::second_look::ModelFlag;
use tiebreak_domain::{ItemId, UnixMillis};
use tiebreak_reward::learn::ordinal::Verdict;
use tiebreak_stats::conformal::{benjamini_hochberg, labels_needed, severity};

use super::learned::{Dimension, Learned};
use super::lot::{Looked, Lot};
use question::{Basis, Measured, Question, Row, TIE};

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

/// Holds every vote on these questions, the main one first, against a head that has not seen it.
pub fn raise(learned: &Learned, dimensions: &[Dimension], learning: &Learning, now: UnixMillis) -> Flags {
    let questions: Vec<Question<'_>> =
        dimensions.iter().map(|dimension| Question::read(learned, dimension, learning)).collect();
    let clean_needed = clean_needed(learning);
    let lot = questions.first().map_or_else(Lot::default, |main| Lot::draw(&looked_at(main), clean_needed));
    let drawn: BTreeSet<ItemId> = lot.items.iter().copied().collect();
    let measured: Vec<(&Question<'_>, Measured)> = questions
        .iter()
        .filter_map(|question| Some((question, question.measured(learning, &drawn, clean_needed)?)))
        .collect();
    if measured.is_empty() {
        let needed = 2 * labels_needed(learning.flag_level);
        let measures = questions.iter().map(Question::measures).max().unwrap_or(0);
        let remark = format!("votes are flagged once about {needed} audits are judged; there are {measures}");
        return Flags { flags: Vec::new(), discoveries: 0, remarks: vec![remark], lot };
    }
    let p_values: Vec<f64> = measured.iter().flat_map(|(_, measured)| &measured.p_values).copied().collect();
    let discoveries = benjamini_hochberg(&p_values, learning.false_discovery);
    let mut is_discovery = discoveries.is_flagged.into_iter();
    let mut flags: Vec<(bool, ModelFlag)> = Vec::new();
    for (question, measured) in &measured {
        for (at, row) in question.rows.iter().enumerate() {
            let is_discovery = is_discovery.next().unwrap_or(false);
            if !measured.is_odd[at] && !is_discovery {
                continue;
            }
            let [a, tie, b] = question.probabilities(row);
            flags.push((
                is_discovery,
                ModelFlag {
                    judgment: row.known_at,
                    item: row.item,
                    annotator: row.annotator,
                    question: question.key.to_owned(),
                    pair: row.pair,
                    scorer: Scorer::Head,
                    name: "head".to_owned(),
                    prediction: Prediction { a, tie, b },
                    probability: [a, tie, b][row.class],
                    p_value: measured.p_values[at],
                    severity: severity(question.among_its_like(row)),
                    raised_at: now,
                },
            ));
        }
    }
    flags.sort_by(|(one_first, one), (other_first, other)| {
        let by_oddness = one.p_value.total_cmp(&other.p_value);
        other_first.cmp(one_first).then(by_oddness).then(other.severity.total_cmp(&one.severity))
    });
    let found = flags.iter().filter(|(is_discovery, _)| *is_discovery).count();
    let (question, main) = &measured[0];
    let mut remarks =
        vec![format!("{} flagged, {found} of them with {}", flags.len(), main.control(learning))];
    if let Some(unchosen) = question.standing_in().filter(|_| main.basis == Basis::Audits) {
        remarks.push(format!(
            "of the votes that stand for audits {unchosen} are on items that nobody drew, labels of data or in the order of \
             the file: the share of false alarms holds among such votes, and not for items that a model chose"
        ));
    }
    if main.basis == Basis::Audits {
        let sides = question.clean.iter().filter(|row| row.class != TIE).count() as u64;
        remarks.push(format!(
            "no clean audits to tell slips from chance: look twice at {} items more that have a better side first, best at those drawn at random",
            clean_needed.saturating_sub(sides)
        ));
    }
    Flags { flags: flags.into_iter().map(|(_, flag)| flag).collect(), discoveries: found, remarks, lot }
}

/// The least number of second looks against which the oddest share of votes that is flagged could survive the control
/// of false discoveries: the smallest p-value of n is 1/(n + 1), and of m votes the k oddest survive where it is at
/// most the level times k/m.
pub fn clean_needed(learning: &Learning) -> u64 {
    // A hair more than a whole number is meant as it.
    (1.0 / (learning.false_discovery * learning.flag_level) - 1e-6).ceil().max(1.0) as u64 - 1
}

/// Every item with a vote on a question, and what a second look at it found.
fn looked_at(question: &Question<'_>) -> BTreeMap<ItemId, Looked> {
    let open = question.first.iter().map(|row| (row.item, Looked::Open));
    let own = question.own.iter().map(|item| (*item, Looked::Own));
    let found = |row: &Row| if row.class == TIE { Looked::Tie } else { Looked::Side };
    open.chain(own).chain(question.clean.iter().map(|row| (row.item, found(row)))).collect()
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
    use super::question::likelihood_among_its_like;
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
    fn every_question_that_learns_is_held_against_its_own_audits() {
        use tiebreak_domain::rubric::Scope;
        use tiebreak_domain::{Answer, AnswerValue, Preference, Question};
        let mut rubric = Rubric::default();
        let kind = rubric.questions[0].kind.clone();
        rubric.questions.push(Question::new("tone", "Tone", Scope::Item, kind));
        let mut heads = learned(&items(80, 2), &rubric);
        let answer = |question: &str, outcome| Answer {
            question: question.into(),
            candidate: None,
            value: AnswerValue::Preference(Preference::new(outcome)),
        };
        // The one question goes by what the texts are like, the other against it; slips are on the other alone.
        let votes: Vec<_> = (1..=80)
            .map(|number| {
                let tone = if number % 20 == 0 { Outcome::B } else { Outcome::A };
                let answers = vec![answer("overall", Outcome::B), answer("tone", tone)];
                let said = tiebreak_domain::Verdict::Judged { answers };
                judgment(number, 1, number, said, AcquisitionMethod::Random)
            })
            .collect();
        heads.refit(&votes, 1);
        let learning = Learning { flag_level: 0.1, ..Learning::default() };
        let raised = raise(&heads, &heads.dimensions, &learning, UnixMillis(0));
        let of = |question: &str| -> BTreeSet<i64> {
            let flags = raised.flags.iter().filter(|flag| flag.question == question);
            flags.map(|flag| flag.item.0).collect()
        };
        assert!([20, 40, 60, 80].iter().all(|slip| of("tone").contains(slip)), "{:?}", of("tone"));
        assert_ne!(of("overall"), of("tone"), "each by what was said on it");
        let main = raise(&heads, &heads.dimensions[..1], &learning, UnixMillis(0));
        assert!(main.flags.iter().all(|flag| flag.question == "overall"));
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
        let foretold = heads.cross_fitted(heads.main());
        assert_eq!(foretold.len(), 60 * 6, "each pair of each ranking");
        let outer = |item: usize| Pool::pairs_of(&heads.pool.items[item]).start + 2;
        let side = |item: usize, pair| foretold[&(said[item].given.id, pair)];
        let is_apart = |item: &usize| {
            let (nearest, farthest) = (side(*item, outer(*item) - 2), side(*item, outer(*item)));
            farthest.b > nearest.b
        };
        assert!((0..60).filter(is_apart).count() > 50, "the first is surer to lose against the last");
        let learning = Learning { flag_level: 0.1, ..Learning::default() };
        let raised = raise(&heads, &heads.dimensions, &learning, UnixMillis(0));
        let flagged: BTreeSet<i64> = raised.flags.iter().map(|flag| flag.item.0).collect();
        assert_eq!(flagged.len(), raised.flags.len(), "a judgment is flagged once: {flagged:?}");
        assert!([20, 40, 60].iter().all(|slip| flagged.contains(slip)), "the slips are found: {flagged:?}");
        heads.refit(&said[..10], 1);
        let told = raise(&heads, &heads.dimensions, &learning, UnixMillis(0)).remarks.concat();
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
        let raised = raise(&heads, &heads.dimensions, &learning, UnixMillis(0));
        let left = raised.flags.iter().find(|flag| flag.item.0 % 6 == 0).expect("a slip that is left is odd");
        // Of the 60 audits of one half about ten are slips, which are as odd as the one that is left.
        assert!(left.p_value > 4.0 / 61.0, "it is no odder than they were: {left:?}");
    }

    #[test]
    fn a_second_look_at_ones_own_vote_is_no_clean_one() {
        let learning = Learning { flag_level: 0.25, false_discovery: 0.4, ..Learning::default() };
        let told = |reviewer| {
            let heads = looked_at_slips(reviewer, 12);
            let raised = raise(&heads, &heads.dimensions, &learning, UnixMillis(0));
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
            raise(&heads, &heads.dimensions, &learning, UnixMillis(0)).remarks.concat()
        };
        let words = "on items that nobody drew";
        assert!(told(0).contains(&format!("120 are {words}")), "{}", told(0));
        assert!(told(10).contains(words), "ten audits are too few");
        assert!(!told(60).contains(words), "{}", told(60));
    }
}
