//! Votes: what judgments say of pairs of the pool, question by question.

use tiebreak_domain::rubric::{QuestionKind, Scope};
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::{AnnotatorId, AnswerValue, ItemId, Judgment, JudgmentId, Origin, Rubric};
use tiebreak_reward::learn::head::Vote;
use tiebreak_reward::learn::ordinal::Verdict;

use super::pool::{Pool, PoolItem};

/// A vote, and whose it is.
#[derive(Clone, Debug)]
pub struct KnownVote {
    /// The judgment it is part of.
    pub judgment: JudgmentId,
    /// The item.
    pub item: ItemId,
    /// Who gave it.
    pub annotator: AnnotatorId,
    /// The pair, by its place in the pool.
    pub pair: usize,
    /// What heads learn.
    pub vote: Vote,
    /// Whether the item was chosen by no model, so that the vote stands for others.
    pub is_audit: bool,
    /// Whether scores were in sight.
    pub scores_visible: bool,
    /// Whether A stood on the left; none where that is not known.
    pub a_was_left: Option<bool>,
    /// Whether it was given in a second look.
    pub is_review: bool,
}

/// The questions that say which of two candidates is better, the main one first: preferences and rankings, and
/// ratings where there is neither.
pub fn dimensions(rubric: &Rubric) -> Vec<String> {
    let of = |is_wanted: fn(&QuestionKind) -> bool| -> Vec<String> {
        rubric
            .questions
            .iter()
            .filter(|question| is_wanted(&question.kind))
            .map(|question| question.key.clone())
            .collect()
    };
    let comparing = of(|kind| matches!(kind, QuestionKind::Preference { .. } | QuestionKind::Ranking { .. }));
    if !comparing.is_empty() {
        return comparing;
    }
    rubric
        .questions
        .iter()
        .filter(|question| {
            matches!(question.kind, QuestionKind::Rating { .. }) && question.scope == Scope::Candidate
        })
        .map(|question| question.key.clone())
        .collect()
}

/// What a judgment says on one question; several votes where it ranks or rates more than two candidates.
pub fn votes_of(pool: &Pool, judgment: &Judgment, dimension: &str) -> Vec<KnownVote> {
    let given = &judgment.given;
    let Some(item) = pool.item(given.item) else { return Vec::new() };
    let pairs = verdicts(given.verdict.answers(), dimension, item.candidates);
    let weight = 1.0 / f64::from(item.candidates.saturating_sub(1).max(1));
    let showing = given.showing.as_ref();
    let place_of = |candidate: u8| {
        showing.and_then(|showing| showing.order.indices().iter().position(|index| *index == candidate))
    };
    let method = showing.map(|showing| showing.acquisition.method);
    pairs
        .into_iter()
        .map(|(a, b, verdict)| {
            let a_was_left = place_of(a).zip(place_of(b)).map(|(a, b)| a < b);
            let position = match a_was_left {
                Some(true) => 1.0,
                Some(false) => -1.0,
                None => 0.0,
            };
            let vote = Vote {
                a: item.rows[usize::from(a)],
                b: item.rows[usize::from(b)],
                verdict,
                weight: if item.candidates > 2 { weight } else { 1.0 },
                position,
                offset: 0.0,
            };
            KnownVote {
                judgment: given.id,
                item: given.item,
                annotator: given.annotator,
                pair: pair_of(item, a, b),
                vote,
                is_audit: is_audit(given.origin, method),
                scores_visible: showing.is_some_and(|showing| showing.scores_visible),
                a_was_left,
                is_review: given.origin == Origin::Review,
            }
        })
        .collect()
}

/// Whether the item of a judgment was chosen by no model.
pub fn is_of_audit(judgment: &Judgment) -> bool {
    let showing = judgment.given.showing.as_ref();
    is_audit(judgment.given.origin, showing.map(|showing| showing.acquisition.method))
}

/// Labels of data were chosen by no model of ours, nor was what came in an order.
fn is_audit(origin: Origin, method: Option<AcquisitionMethod>) -> bool {
    origin == Origin::Label
        || method.is_some_and(|method| method.is_uniform() || method == AcquisitionMethod::FileOrder)
}

/// The place of a pair of an item's candidates, the first of which comes before the second.
pub fn pair_of(item: &PoolItem, a: u8, b: u8) -> usize {
    let (a, b, count) = (usize::from(a), usize::from(b), usize::from(item.candidates));
    // Pairs stand as (0, 1), (0, 2), …, (1, 2), …
    let before = a * count - a * (a + 1) / 2;
    Pool::pairs_of(item).start + before + (b - a - 1)
}

fn verdicts(answers: &[tiebreak_domain::Answer], dimension: &str, candidates: u8) -> Vec<(u8, u8, Verdict)> {
    let of_dimension = || answers.iter().filter(|answer| answer.question == dimension);
    for answer in of_dimension() {
        match &answer.value {
            AnswerValue::Preference(preference) if candidates == 2 => {
                let verdict = Verdict::from_outcome(preference.outcome, preference.strength);
                return verdict.map(|verdict| (0, 1, verdict)).into_iter().collect();
            }
            AnswerValue::Ranking(ranking) => {
                let rank = |candidate: u8| {
                    let worst = (ranking.worst == Some(candidate)).then_some(usize::MAX);
                    worst.or_else(|| ranking.groups.iter().position(|group| group.contains(&candidate)))
                };
                return compared(candidates, |candidate| rank(candidate).map(|rank| -(rank as f64)));
            }
            _ => {}
        }
    }
    let rating = |candidate: u8| {
        of_dimension().filter(|answer| answer.candidate == Some(candidate)).find_map(|answer| {
            if let AnswerValue::Rating(value) = answer.value { Some(f64::from(value)) } else { None }
        })
    };
    compared(candidates, rating)
}

/// Every pair of which both have a value.
fn compared(candidates: u8, value: impl Fn(u8) -> Option<f64>) -> Vec<(u8, u8, Verdict)> {
    let mut compared = Vec::new();
    for a in 0..candidates {
        for b in a + 1..candidates {
            let Some((first, second)) = value(a).zip(value(b)) else { continue };
            let verdict = match first.total_cmp(&second) {
                std::cmp::Ordering::Greater => Verdict::A(None),
                std::cmp::Ordering::Less => Verdict::B(None),
                std::cmp::Ordering::Equal => Verdict::Tie,
            };
            compared.push((a, b, verdict));
        }
    }
    compared
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiebreak_domain::answer::Ranking;
    use tiebreak_domain::{Answer, Outcome, Preference};

    fn answer(candidate: Option<u8>, value: AnswerValue) -> Answer {
        Answer { question: "q".into(), candidate, value }
    }

    #[test]
    fn rankings_and_ratings_are_every_pair_they_order() {
        let ranking = Ranking { groups: vec![vec![2], vec![0, 1]], worst: Some(3) };
        let said = verdicts(&[answer(None, AnswerValue::Ranking(ranking))], "q", 4);
        let expected = [
            (0, 1, Verdict::Tie),
            (0, 2, Verdict::B(None)),
            (0, 3, Verdict::A(None)),
            (1, 2, Verdict::B(None)),
            (1, 3, Verdict::A(None)),
            (2, 3, Verdict::A(None)),
        ];
        assert_eq!(said, expected);
        let rated = [answer(Some(0), AnswerValue::Rating(4)), answer(Some(2), AnswerValue::Rating(5))];
        assert_eq!(verdicts(&rated, "q", 3), [(0, 2, Verdict::B(None))], "who was not rated says nothing");
    }

    #[test]
    fn an_unratable_pair_says_nothing_and_both_bad_is_a_tie() {
        let said =
            |outcome| verdicts(&[answer(None, AnswerValue::Preference(Preference::new(outcome)))], "q", 2);
        assert_eq!(said(Outcome::BothBad), [(0, 1, Verdict::Tie)]);
        assert_eq!(said(Outcome::Unratable), []);
        assert_eq!(said(Outcome::A), [(0, 1, Verdict::A(None))]);
    }
}
