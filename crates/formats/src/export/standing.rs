//! How candidates stand to one another by one annotator's answer to one question: a preference, a ranking, or
//! ratings. Nothing is made up: of two candidates that nobody placed, neither is better, nor are they equal.

use tiebreak_domain::answer::Ranking;
use tiebreak_domain::rubric::{QuestionKind, RankingForm, Scope};
use tiebreak_domain::{AnswerValue, Judgment, Outcome, Preference, Question};

use super::judged::{answer_to, rating_of};

/// What one answer says of the order of the candidates.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// One preference between the two candidates of a pair.
    Pair(Preference),
    /// Places.
    Places(Places),
}

/// Places from 1, equal for ties; none for who was not placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// By candidate.
    pub places: Vec<Option<u32>>,
    /// The place of all of whom nothing is known but that they are neither best nor worst.
    unknown: Option<u32>,
}

/// What a judgment says; none if the question was not answered, or of none of the candidates.
pub fn standing_of(judgment: &Judgment, question: &Question, candidates: usize) -> Option<Standing> {
    if question.scope == Scope::Candidate {
        let values: Vec<Option<i32>> =
            (0..candidates).map(|candidate| rating_of(judgment, &question.key, candidate)).collect();
        let is_rated = values.iter().any(Option::is_some);
        return is_rated.then(|| Standing::Places(places_of_ratings(&values)));
    }
    match (&answer_to(judgment, &question.key, None)?.value, &question.kind) {
        (AnswerValue::Preference(preference), _) => {
            (candidates == 2).then(|| Standing::Pair(preference.clone()))
        }
        (AnswerValue::Ranking(ranking), QuestionKind::Ranking { form }) => {
            Some(Standing::Places(places_of_ranking(ranking, *form, candidates)))
        }
        _ => None,
    }
}

impl Standing {
    /// How two candidates stand to one another, A being the first named; none if that is not known.
    pub fn between(&self, first: usize, second: usize) -> Option<Preference> {
        match self {
            Self::Pair(preference) => Some(Preference {
                outcome: if first < second { preference.outcome } else { preference.outcome.swapped() },
                ..preference.clone()
            }),
            Self::Places(places) => places.between(first, second).map(Preference::new),
        }
    }

    /// The place of each candidate, 1 for the best; none where there is no order: both bad, or not to be judged.
    pub fn places(&self) -> Option<Vec<Option<u32>>> {
        match self {
            Self::Places(places) => {
                let known = |place: &Option<u32>| place.filter(|place| Some(*place) != places.unknown);
                Some(places.places.iter().map(known).collect())
            }
            Self::Pair(preference) => match preference.outcome {
                Outcome::A => Some(vec![Some(1), Some(2)]),
                Outcome::B => Some(vec![Some(2), Some(1)]),
                Outcome::Tie => Some(vec![Some(1), Some(1)]),
                Outcome::BothBad | Outcome::Unratable => None,
            },
        }
    }

    /// Where a candidate stands for choosing pairs: unknown places stand in the middle.
    pub(super) fn rough_place(&self, candidate: usize) -> Option<u32> {
        match self {
            Self::Places(places) => places.places.get(candidate).copied().flatten(),
            Self::Pair(_) => None,
        }
    }
}

impl Places {
    fn between(&self, first: usize, second: usize) -> Option<Outcome> {
        let place = |candidate: usize| self.places.get(candidate).copied().flatten();
        let (first, second) = (place(first)?, place(second)?);
        match first.cmp(&second) {
            std::cmp::Ordering::Less => Some(Outcome::A),
            std::cmp::Ordering::Greater => Some(Outcome::B),
            std::cmp::Ordering::Equal => (Some(first) != self.unknown).then_some(Outcome::Tie),
        }
    }
}

fn places_of_ranking(ranking: &Ranking, form: RankingForm, candidates: usize) -> Places {
    let mut places = ranking.places(candidates);
    let asks_ends = matches!(form, RankingForm::Best | RankingForm::BestWorst);
    let unknown = asks_ends.then_some(2);
    if asks_ends {
        for (candidate, place) in places.iter_mut().enumerate() {
            let is_worst = ranking.worst.map(usize::from) == Some(candidate);
            *place = place.or(Some(if is_worst { candidates as u32 } else { 2 }));
        }
        // Of a best and a worst of two, or a best and one other, all is known.
        let middle = places.iter().filter(|place| **place == Some(2)).count();
        if middle < 2 || candidates == 2 {
            return Places { places, unknown: None };
        }
    }
    Places { places, unknown }
}

fn places_of_ratings(values: &[Option<i32>]) -> Places {
    let place = |value: i32| 1 + values.iter().flatten().filter(|other| **other > value).count() as u32;
    Places { places: values.iter().map(|value| value.map(place)).collect(), unknown: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranked(groups: &[&[u8]], worst: Option<u8>, form: RankingForm, candidates: usize) -> Standing {
        let groups = groups.iter().map(|group| group.to_vec()).collect();
        Standing::Places(places_of_ranking(&Ranking { groups, worst }, form, candidates))
    }

    fn outcome(standing: &Standing, first: usize, second: usize) -> Option<Outcome> {
        standing.between(first, second).map(|preference| preference.outcome)
    }

    #[test]
    fn a_ranking_says_who_is_better_and_who_is_equal() {
        let standing = ranked(&[&[2], &[0, 3], &[1]], None, RankingForm::WithTies, 4);
        assert_eq!(outcome(&standing, 2, 1), Some(Outcome::A));
        assert_eq!(outcome(&standing, 1, 2), Some(Outcome::B));
        assert_eq!(outcome(&standing, 0, 3), Some(Outcome::Tie));
        assert_eq!(standing.places(), Some(vec![Some(2), Some(4), Some(1), Some(2)]));
    }

    #[test]
    fn the_ends_of_an_order_say_nothing_of_its_middle() {
        let standing = ranked(&[&[1]], Some(3), RankingForm::BestWorst, 4);
        assert_eq!(outcome(&standing, 1, 0), Some(Outcome::A), "the best beats all");
        assert_eq!(outcome(&standing, 0, 3), Some(Outcome::A), "all beat the worst");
        assert_eq!(outcome(&standing, 0, 2), None, "nobody compared these two");
        assert_eq!(standing.places(), Some(vec![None, Some(1), None, Some(4)]));
        let of_three = ranked(&[&[1]], Some(2), RankingForm::BestWorst, 3);
        assert_eq!(of_three.places(), Some(vec![Some(2), Some(1), Some(3)]), "the one between is known");
        let best_of_two = ranked(&[&[1]], None, RankingForm::Best, 2);
        assert_eq!(best_of_two.places(), Some(vec![Some(2), Some(1)]));
    }

    #[test]
    fn ratings_stand_from_the_highest_and_unrated_ones_nowhere() {
        let standing = Standing::Places(places_of_ratings(&[Some(3), Some(5), None, Some(3)]));
        assert_eq!(standing.places(), Some(vec![Some(2), Some(1), None, Some(2)]));
        assert_eq!(outcome(&standing, 0, 3), Some(Outcome::Tie));
        assert_eq!(outcome(&standing, 0, 2), None, "one was not rated");
    }
}
