//! Pairs of candidates as items of their own, so that what is asked of a prompt is one pair after the other.
//!
//! A judgment is of one whole item. Where an item has more than two candidates, which two of them to show can be
//! chosen only if every two are an item: same prompt, same context, same metadata, and candidates as they were, so
//! that what was scored once is known for all of them. Start at [`pair_items`]; [`Rubric::votes_of_pair`] says what
//! a vote on all candidates is of two of them.

use serde::{Deserialize, Serialize};

use crate::answer::Ranking;
use crate::rubric::{OVERALL, Rubric};
use crate::{Answer, AnswerValue, Item, Outcome, Preference};

/// The item's metadata that names the pair: "2 and 4 of 4", by the data's order.
pub const PAIR_COLUMN: &str = "pair_of_candidates";

/// Two candidates of an item, as an item.
#[derive(Clone, Debug, PartialEq)]
pub struct PairItem {
    /// What is judged.
    pub item: Item,
    /// Which candidates of the whole they are, by the data's order.
    pub candidates: [u8; 2],
}

/// Under which keys data keeps an order or a value that is about everything.
const OVERALL_KEYS: [&str; 3] = [OVERALL, "overall_score", "ranking"];

/// What came of making pairs of items that a project holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairsMade {
    /// Items of more than two candidates that pairs now stand for; they are excluded, and can be taken in again.
    pub items: u64,
    /// Pairs that were added.
    pub pairs_added: u64,
    /// Pairs that the project had already.
    pub pairs_known: u64,
    /// Votes on pairs that came of labels on whole items.
    pub labels_carried: u64,
    /// Items left as they are because somebody judged or skipped them here: that is an answer to the whole.
    pub items_judged: u64,
    /// Items left as they are because their answers are known, or because the project asks nothing of their pairs.
    pub items_kept: u64,
}

/// Every two different candidates of an item with more than two, in the data's order; nothing of any other item.
/// The name that the data gives the item is followed by `#2-4`, so that every pair has a name of its own.
pub fn pair_items(item: &Item) -> Vec<PairItem> {
    let count = item.candidates.len();
    if count <= 2 {
        return Vec::new();
    }
    let two = (0..count).flat_map(|first| (first + 1..count).map(move |second| (first, second)));
    two.filter(|(first, second)| item.candidates[*first].parts != item.candidates[*second].parts)
        .map(|(first, second)| {
            let mut metadata = item.metadata.clone();
            let name = format!("{} and {} of {count}", first + 1, second + 1);
            metadata.insert(PAIR_COLUMN.to_owned(), name.into());
            let external_id =
                item.external_id.as_ref().map(|id| format!("{id}#{}-{}", first + 1, second + 1));
            let candidates = vec![item.candidates[first].clone(), item.candidates[second].clone()];
            let pair = Item {
                external_id,
                prompt: item.prompt.clone(),
                context: item.context.clone(),
                candidates,
                metadata,
            };
            PairItem { item: pair, candidates: [first as u8, second as u8] }
        })
        .collect()
}

impl Rubric {
    /// What answers about all candidates say of two of them, as this rubric can hold it.
    ///
    /// An order keeps the two that are in it, a value stays with its candidate, and what is about the item as a whole
    /// holds of the pair too. Where the rubric asks which is better and nothing of that answers it, the order does,
    /// or else the values: the higher one is better, equal ones are a tie. Whoever placed or rated fewer than
    /// both said nothing of the pair, which then has no answer at all.
    pub fn votes_of_pair(&self, answers: &[Answer], pair: [u8; 2]) -> Vec<Answer> {
        let of_pair: Vec<Answer> = answers.iter().filter_map(|answer| answer_of_pair(answer, pair)).collect();
        let fitted = self.fitted(of_pair.clone());
        if says_which_is_better(&fitted) {
            return fitted;
        }
        let mut decided = self.fitted(preferences(&of_pair));
        if decided.is_empty() {
            return Vec::new();
        }
        decided.extend(fitted);
        self.fitted(decided)
    }
}

/// An answer as it holds of two candidates; none where it says nothing of both.
fn answer_of_pair(answer: &Answer, pair: [u8; 2]) -> Option<Answer> {
    let place =
        |candidate: u8| pair.iter().position(|of_pair| *of_pair == candidate).map(|place| place as u8);
    match (answer.candidate, &answer.value) {
        (Some(candidate), _) => {
            place(candidate).map(|place| Answer { candidate: Some(place), ..answer.clone() })
        }
        (None, AnswerValue::Ranking(ranking)) => {
            let groups: Vec<Vec<u8>> = ranking
                .groups
                .iter()
                .map(|group| group.iter().filter_map(|candidate| place(*candidate)).collect::<Vec<u8>>())
                .filter(|group| !group.is_empty())
                .collect();
            // Where only the ends are asked, the worst one comes after every other that is named.
            let last = ranking.worst.and_then(place).map(|place| vec![place]);
            let groups: Vec<Vec<u8>> = groups.into_iter().chain(last).collect();
            let is_whole = groups.iter().map(Vec::len).sum::<usize>() == 2;
            let value = AnswerValue::Ranking(Ranking { groups, worst: None });
            is_whole.then(|| Answer { value, ..answer.clone() })
        }
        // Of which two of them, it does not say.
        (None, AnswerValue::Preference(_)) => None,
        (None, _) => Some(answer.clone()),
    }
}

fn says_which_is_better(answers: &[Answer]) -> bool {
    let is_rated = |candidate: u8| {
        answers.iter().any(|answer| {
            answer.candidate == Some(candidate) && matches!(answer.value, AnswerValue::Rating(_))
        })
    };
    let compares =
        |answer: &Answer| matches!(answer.value, AnswerValue::Preference(_) | AnswerValue::Ranking(_));
    answers.iter().any(compares) || (is_rated(0) && is_rated(1))
}

/// The preferences that orders, or else values, come to: each under its own key, and the overall or only one as
/// [`OVERALL`] too.
fn preferences(answers: &[Answer]) -> Vec<Answer> {
    let orders = answers.iter().filter_map(|answer| match &answer.value {
        AnswerValue::Ranking(ranking) => {
            let rank = |candidate: u8| ranking.groups.iter().position(|group| group.contains(&candidate));
            Some((answer.question.as_str(), rank(1)?.cmp(&rank(0)?)))
        }
        _ => None,
    });
    let mut found: Vec<(&str, std::cmp::Ordering)> = orders.collect();
    if found.is_empty() {
        let rating = |question: &str, candidate: u8| {
            answers.iter().find_map(|answer| match answer.value {
                AnswerValue::Rating(value)
                    if answer.question == question && answer.candidate == Some(candidate) =>
                {
                    Some(value)
                }
                _ => None,
            })
        };
        for answer in answers.iter().filter(|answer| answer.candidate == Some(0)) {
            if let Some((first, second)) = rating(&answer.question, 0).zip(rating(&answer.question, 1)) {
                found.push((&answer.question, first.cmp(&second)));
            }
        }
    }
    let said = |question: &str, order: std::cmp::Ordering| {
        let outcome = match order {
            std::cmp::Ordering::Greater => Outcome::A,
            std::cmp::Ordering::Less => Outcome::B,
            std::cmp::Ordering::Equal => Outcome::Tie,
        };
        let value = AnswerValue::Preference(Preference::new(outcome));
        Answer { question: question.to_owned(), candidate: None, value }
    };
    let mut preferences: Vec<Answer> = found.iter().map(|(question, order)| said(question, *order)).collect();
    let overall = found.iter().find(|(question, _)| OVERALL_KEYS.contains(question));
    let only = if let [only] = found.as_slice() { Some(only) } else { None };
    if let Some((_, order)) = overall.or(only) {
        preferences.push(said(OVERALL, *order));
    }
    preferences
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::rubric::{Question, QuestionKind, RankingForm, Scale, Scope};
    use crate::{Candidate, Part};

    fn whole(texts: &[&str]) -> Item {
        let mut item = Item {
            external_id: Some("q1".into()),
            prompt: vec![Part::plain("Why?")],
            candidates: texts.iter().map(|text| Candidate::markdown(*text)).collect(),
            ..Item::default()
        };
        item.metadata.insert("topic".into(), "rain".into());
        item.candidates[0].model = Some("m".into());
        item
    }

    fn ranking(question: &str, groups: &[&[u8]], worst: Option<u8>) -> Answer {
        let groups = groups.iter().map(|group| group.to_vec()).collect();
        let value = AnswerValue::Ranking(Ranking { groups, worst });
        Answer { question: question.into(), candidate: None, value }
    }

    fn rating(question: &str, candidate: u8, value: i32) -> Answer {
        Answer { question: question.into(), candidate: Some(candidate), value: AnswerValue::Rating(value) }
    }

    fn outcome(answers: &[Answer]) -> Option<Outcome> {
        answers.iter().find_map(|answer| match &answer.value {
            AnswerValue::Preference(preference) => Some(preference.outcome),
            _ => None,
        })
    }

    #[test]
    fn every_two_candidates_are_an_item_with_a_name_of_its_own() {
        let item = whole(&["a", "b", "c", "d"]);
        let pairs = pair_items(&item);
        let which: Vec<[u8; 2]> = pairs.iter().map(|pair| pair.candidates).collect();
        assert_eq!(which, [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]]);
        let pair = &pairs[4].item;
        assert_eq!(pair.external_id.as_deref(), Some("q1#2-4"));
        assert_eq!(pair.metadata[PAIR_COLUMN], "2 and 4 of 4");
        assert_eq!(pair.metadata["topic"], "rain", "metadata is kept");
        assert_eq!((&pair.prompt, &pair.candidates[1]), (&item.prompt, &item.candidates[3]));
        assert_eq!(pairs[0].item.candidates[0].model.as_deref(), Some("m"), "and who made it");
        assert_eq!(pair_items(&whole(&["a", "b"])), [], "a pair is one already");
        assert_eq!(pair_items(&whole(&["a", "b", "a"])).len(), 2, "a pair of equals cannot be judged");
    }

    #[test]
    fn an_order_is_a_vote_on_each_pair_that_it_places() {
        let rubric = Rubric::default();
        let said = |answer: Answer, pair| outcome(&rubric.votes_of_pair(&[answer], pair));
        let order = || ranking("ranking", &[&[2], &[0, 1]], None);
        assert_eq!(said(order(), [0, 2]), Some(Outcome::B));
        assert_eq!(said(order(), [0, 1]), Some(Outcome::Tie));
        assert_eq!(said(order(), [0, 3]), None, "the fourth was not placed");
        let ends = || ranking("ranking", &[&[1]], Some(0));
        assert_eq!(said(ends(), [0, 1]), Some(Outcome::B), "the best is better than the worst");
        assert_eq!(said(ends(), [1, 2]), None, "of the middle nothing was said");
    }

    #[test]
    fn an_order_stays_one_where_orders_are_asked() {
        let kind = QuestionKind::Ranking { form: RankingForm::WithTies };
        let rubric = Rubric {
            questions: vec![Question::new("ranking", "In order", Scope::Item, kind)],
            ..Rubric::default()
        };
        let votes = rubric.votes_of_pair(&[ranking("ranking", &[&[3], &[1], &[0, 2]], None)], [1, 3]);
        assert_eq!(votes, [ranking("ranking", &[&[1], &[0]], None)], "by their places in the pair");
    }

    #[test]
    fn values_decide_only_where_nothing_else_answers() {
        let rated = [rating("overall", 0, 4), rating("overall", 1, 4), rating("overall", 2, 1)];
        let rubric = Rubric::default();
        assert_eq!(outcome(&rubric.votes_of_pair(&rated, [0, 2])), Some(Outcome::A));
        assert_eq!(outcome(&rubric.votes_of_pair(&rated, [0, 1])), Some(Outcome::Tie));
        let stars = QuestionKind::Rating { scale: Scale::Stars { count: 5 } };
        let rates = Rubric {
            questions: vec![Question::new("overall", "How good", Scope::Candidate, stars)],
            ..Rubric::default()
        };
        let votes = rates.votes_of_pair(&rated, [0, 2]);
        assert_eq!(votes, [rating("overall", 0, 4), rating("overall", 1, 1)], "values stay values");
        let scored = [rating("honesty", 0, 1), rating("honesty", 2, 5), rating("overall_score", 0, 9)];
        let scored: Vec<Answer> = scored.into_iter().chain([rating("overall_score", 2, 3)]).collect();
        assert_eq!(outcome(&rubric.votes_of_pair(&scored, [0, 2])), Some(Outcome::A), "by the overall score");
        let two = [rating("p", 0, 1), rating("p", 1, 2), rating("q", 0, 2), rating("q", 1, 1)];
        assert_eq!(rubric.votes_of_pair(&two, [0, 1]), [], "which of two decides is not known");
    }
}
