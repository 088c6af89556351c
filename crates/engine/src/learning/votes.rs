//! Votes: what judgments say of pairs of the pool, question by question.

use std::cmp::Ordering;

use tiebreak_domain::compared::compared;
use tiebreak_domain::rubric::{QuestionKind, RankingForm, Scope};
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::{
    AnnotatorId, Answer, AnswerValue, ItemId, Judgment, JudgmentId, Origin, Rubric, Showing,
};
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
    /// The same by the places of its candidates in the item.
    pub candidates: [u8; 2],
    /// What heads learn.
    pub vote: Vote,
    /// Where its item came from.
    pub source: Source,
    /// Whether scores were in sight.
    pub scores_visible: bool,
    /// Whether A stood on the left; none where that is not known.
    pub a_was_left: Option<bool>,
    /// Whether it was given in a second look.
    pub is_review: bool,
    /// Whether it is the first of its log, as far as that is known.
    pub is_first: bool,
}

impl KnownVote {
    /// Whether its item was drawn at random and no scores were in sight.
    pub fn is_audit(&self) -> bool {
        self.source == Source::Audit
    }
}

/// Where the item of a vote came from, and so what the vote can be taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It was drawn uniformly at random and judged with no scores in sight: what is measured on such votes holds for
    /// all items.
    Audit,
    /// No model chose it, and no scores were in sight, but nobody drew it either: a label of data, or what came in the
    /// order of the file.
    Unchosen,
    /// A model or the annotator chose it, scores were in sight, or it was looked at again.
    Chosen,
}

impl Source {
    /// Of a judgment.
    pub fn of(judgment: &Judgment) -> Self {
        let showing = judgment.given.showing.as_ref();
        let has_seen_scores = showing.is_some_and(|showing: &Showing| showing.scores_visible);
        let method = showing.map(|showing| showing.acquisition.method);
        match (judgment.given.origin, method) {
            _ if has_seen_scores => Self::Chosen,
            (Origin::Review, _) => Self::Chosen,
            (Origin::Label, _) | (_, Some(AcquisitionMethod::FileOrder)) => Self::Unchosen,
            (_, Some(method)) if method.is_uniform() => Self::Audit,
            _ => Self::Chosen,
        }
    }
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

/// What a judgment says on one question; several votes where it ranks or rates more than two candidates. `form` is how
/// much of an order the question asks, where it asks one.
pub fn votes_of(
    pool: &Pool,
    judgment: &Judgment,
    dimension: &str,
    form: Option<RankingForm>,
) -> Vec<KnownVote> {
    let given = &judgment.given;
    let Some(item) = pool.item(given.item) else { return Vec::new() };
    let pairs = verdicts(given.verdict.answers(), dimension, form, item.candidates);
    let weight = 1.0 / f64::from(item.candidates.saturating_sub(1).max(1));
    let showing = given.showing.as_ref();
    let place_of = |candidate: u8| {
        showing.and_then(|showing| showing.order.indices().iter().position(|index| *index == candidate))
    };
    let source = Source::of(judgment);
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
                candidates: [a, b],
                vote,
                source,
                scores_visible: showing.is_some_and(|showing| showing.scores_visible),
                a_was_left,
                is_review: given.origin == Origin::Review,
                is_first: true,
            }
        })
        .collect()
}

/// The place of a pair of an item's candidates, the first of which comes before the second.
pub fn pair_of(item: &PoolItem, a: u8, b: u8) -> usize {
    let (a, b, count) = (usize::from(a), usize::from(b), usize::from(item.candidates));
    // Pairs stand as (0, 1), (0, 2), …, (1, 2), …
    let before = a * count - a * (a + 1) / 2;
    Pool::pairs_of(item).start + before + (b - a - 1)
}

fn verdicts(
    answers: &[Answer],
    dimension: &str,
    form: Option<RankingForm>,
    candidates: u8,
) -> Vec<(u8, u8, Verdict)> {
    let preferred = answers.iter().find_map(|answer| match &answer.value {
        AnswerValue::Preference(preference) if answer.question == dimension => Some(preference),
        _ => None,
    });
    if let Some(preference) = preferred.filter(|_| candidates == 2) {
        let verdict = Verdict::from_outcome(preference.outcome, preference.strength);
        return verdict.map(|verdict| (0, 1, verdict)).into_iter().collect();
    }
    let mut pairs = Vec::new();
    for a in 0..candidates {
        for b in a + 1..candidates {
            let said = compared(answers, dimension, form, [a, b]).filter(|_| preferred.is_none());
            let verdict = said.map(|said| match said {
                Ordering::Greater => Verdict::A(None),
                Ordering::Less => Verdict::B(None),
                Ordering::Equal => Verdict::Tie,
            });
            pairs.extend(verdict.map(|verdict| (a, b, verdict)));
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiebreak_domain::answer::Ranking;
    use tiebreak_domain::{Outcome, Preference};

    use super::super::tests::{judgment, preferred};

    fn answer(candidate: Option<u8>, value: AnswerValue) -> Answer {
        Answer { question: "q".into(), candidate, value }
    }

    fn order(groups: &[&[u8]], worst: Option<u8>) -> Vec<Answer> {
        let groups = groups.iter().map(|group| group.to_vec()).collect();
        vec![answer(None, AnswerValue::Ranking(Ranking { groups, worst }))]
    }

    #[test]
    fn rankings_and_ratings_are_every_pair_they_order() {
        let whole = Some(RankingForm::WithTies);
        let said = verdicts(&order(&[&[2], &[0, 1], &[3]], None), "q", whole, 4);
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
        assert_eq!(
            verdicts(&rated, "q", None, 3),
            [(0, 2, Verdict::B(None))],
            "who was not rated says nothing"
        );
    }

    #[test]
    fn the_best_alone_is_better_than_every_other_one() {
        let said = verdicts(&order(&[&[1]], None), "q", Some(RankingForm::Best), 4);
        let expected = [(0, 1, Verdict::B(None)), (1, 2, Verdict::A(None)), (1, 3, Verdict::A(None))];
        assert_eq!(said, expected, "and of the others nothing is said");
        let ends = verdicts(&order(&[&[1]], Some(0)), "q", Some(RankingForm::BestWorst), 4);
        let expected = [
            (0, 1, Verdict::B(None)),
            (0, 2, Verdict::B(None)),
            (0, 3, Verdict::B(None)),
            (1, 2, Verdict::A(None)),
            (1, 3, Verdict::A(None)),
        ];
        assert_eq!(ends, expected, "the others lie between");
    }

    #[test]
    fn an_unratable_pair_says_nothing_and_both_bad_is_a_tie() {
        let said = |outcome| {
            verdicts(&[answer(None, AnswerValue::Preference(Preference::new(outcome)))], "q", None, 2)
        };
        assert_eq!(said(Outcome::BothBad), [(0, 1, Verdict::Tie)]);
        assert_eq!(said(Outcome::Unratable), []);
        assert_eq!(said(Outcome::A), [(0, 1, Verdict::A(None))]);
    }

    #[test]
    fn an_audit_was_drawn_and_judged_with_no_scores_in_sight() {
        let of = |method, origin, scores_visible| {
            let mut judgment = judgment(1, 1, 1, preferred(Outcome::A), method);
            judgment.given.origin = origin;
            judgment.given.showing.as_mut().unwrap().scores_visible = scores_visible;
            Source::of(&judgment)
        };
        let (audit, in_file) = (AcquisitionMethod::Audit, AcquisitionMethod::FileOrder);
        assert_eq!(of(audit, Origin::Screen, false), Source::Audit);
        assert_eq!(
            of(AcquisitionMethod::OwnOrder, Origin::Screen, false),
            Source::Audit,
            "an order that was drawn"
        );
        assert_eq!(of(audit, Origin::Screen, true), Source::Chosen, "whoever sees scores may follow them");
        assert_eq!(of(in_file, Origin::Screen, false), Source::Unchosen, "nobody drew the order of a file");
        assert_eq!(of(in_file, Origin::Screen, true), Source::Chosen);
        assert_eq!(of(audit, Origin::Label, false), Source::Unchosen, "nor what data were labelled");
        assert_eq!(of(audit, Origin::Review, false), Source::Chosen);
        assert_eq!(of(AcquisitionMethod::GreedyBald, Origin::Screen, false), Source::Chosen);
    }
}
