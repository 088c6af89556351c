//! Comparisons: which of two candidates answers hold for the better on one question, whatever form it has.

use std::cmp::Ordering;

use crate::answer::Ranking;
use crate::rubric::{QuestionKind, RankingForm};
use crate::{Answer, AnswerValue, Outcome, Rubric};

impl Rubric {
    /// How much of an order a question asks; none where it asks none.
    pub fn ranking_form(&self, question: &str) -> Option<RankingForm> {
        match self.question(question)?.kind {
            QuestionKind::Ranking { form } => Some(form),
            _ => None,
        }
    }
}

impl Ranking {
    /// Which of two candidates stands higher: greater where the first does. Where only the ends of the order are
    /// asked, whoever is not named stands below the best and above the worst, and of two who are not named nothing is
    /// said; where all of it is asked, nothing is said of whoever is not named.
    pub fn compared(&self, [first, second]: [u8; 2], form: Option<RankingForm>) -> Option<Ordering> {
        let asks_ends = matches!(form, Some(RankingForm::Best | RankingForm::BestWorst));
        let middle = (1, 0);
        let place = |candidate: u8| {
            let named = self.groups.iter().position(|group| group.contains(&candidate));
            let worst = (self.worst == Some(candidate)).then_some((2, 0));
            worst.or_else(|| named.map(|place| (0, place))).or_else(|| asks_ends.then_some(middle))
        };
        let (first, second) = (place(first)?, place(second)?);
        (first != middle || second != middle).then(|| second.cmp(&first))
    }
}

/// Which of two candidates is the better one by the answers to a question: greater where the first is, equal where both
/// are as good or as bad. None where the answers do not say. `form` is how much of an order the question asks, where it
/// asks one.
pub fn compared(
    answers: &[Answer],
    question: &str,
    form: Option<RankingForm>,
    pair: [u8; 2],
) -> Option<Ordering> {
    let of_question = || answers.iter().filter(|answer| answer.question == question);
    for answer in of_question() {
        match &answer.value {
            AnswerValue::Preference(preference) if pair == [0, 1] => {
                return match preference.outcome {
                    Outcome::A => Some(Ordering::Greater),
                    Outcome::B => Some(Ordering::Less),
                    Outcome::Tie | Outcome::BothBad => Some(Ordering::Equal),
                    Outcome::Unratable => None,
                };
            }
            AnswerValue::Ranking(ranking) => return ranking.compared(pair, form),
            _ => {}
        }
    }
    let rating = |candidate: u8| {
        of_question()
            .filter(|answer| answer.candidate == Some(candidate))
            .find_map(|answer| answer.value.rating())
    };
    Some(rating(pair[0])?.cmp(&rating(pair[1])?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Preference;

    fn answer(candidate: Option<u8>, value: AnswerValue) -> Answer {
        Answer { question: "q".into(), candidate, value }
    }

    #[test]
    fn the_ends_of_an_order_say_who_stands_between_and_nothing_more() {
        let best = Ranking { groups: vec![vec![2]], worst: None };
        let ends = Ranking { groups: vec![vec![2]], worst: Some(0) };
        let (of_best, of_both) = (Some(RankingForm::Best), Some(RankingForm::BestWorst));
        assert_eq!(
            best.compared([1, 2], of_best),
            Some(Ordering::Less),
            "the best beats whoever is not named"
        );
        assert_eq!(best.compared([0, 1], of_best), None, "of the others nothing is said");
        assert_eq!(ends.compared([2, 0], of_both), Some(Ordering::Greater));
        assert_eq!(ends.compared([1, 0], of_both), Some(Ordering::Greater), "all beat the worst");
        assert_eq!(ends.compared([1, 3], of_both), None);
        assert_eq!(
            best.compared([2, 1], Some(RankingForm::WithTies)),
            None,
            "whoever was not placed is not known"
        );
    }

    #[test]
    fn every_form_says_which_is_better() {
        let said = |outcome| {
            let preference = AnswerValue::Preference(Preference::new(outcome));
            compared(&[answer(None, preference)], "q", None, [0, 1])
        };
        assert_eq!((said(Outcome::B), said(Outcome::Unratable)), (Some(Ordering::Less), None));
        assert_eq!(said(Outcome::BothBad), said(Outcome::Tie), "neither is better");
        let groups = vec![vec![1], vec![0, 2]];
        let ranking = answer(None, AnswerValue::Ranking(Ranking { groups, worst: None }));
        let form = Some(RankingForm::WithTies);
        assert_eq!(compared(std::slice::from_ref(&ranking), "q", form, [0, 2]), Some(Ordering::Equal));
        assert_eq!(compared(&[ranking], "other", form, [0, 2]), None, "another question");
        let rated = [answer(Some(0), AnswerValue::Rating(4)), answer(Some(2), AnswerValue::Rating(5))];
        assert_eq!(compared(&rated, "q", None, [0, 2]), Some(Ordering::Less));
        assert_eq!(compared(&rated, "q", None, [0, 1]), None, "who was not rated says nothing");
    }
}
