//! Slots: the answers that an item wants under a rubric.

use super::{Question, Rubric, Scope};
use crate::{Answer, Item};

/// One place for an answer: a question, and the candidate it is about if it is about one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot {
    /// The question's place in the rubric.
    pub question: usize,
    /// The candidate, by the data's order.
    pub candidate: Option<u8>,
}

impl Slot {
    /// The answer that stands in it.
    pub fn answer<'a>(&self, rubric: &Rubric, answers: &'a [Answer]) -> Option<&'a Answer> {
        let key = &rubric.questions[self.question].key;
        answers.iter().find(|answer| answer.question == *key && answer.candidate == self.candidate)
    }
}

impl Rubric {
    /// The slots of an item, given what was answered so far: question by question, and within a question about
    /// each candidate by the data's order. A question whose condition does not hold has none.
    pub fn slots(&self, item: &Item, answers: &[Answer]) -> Vec<Slot> {
        let mut slots = Vec::new();
        // A condition counts only answers to questions that are asked themselves.
        let mut counted: Vec<Answer> = Vec::new();
        for (index, question) in self.questions.iter().enumerate() {
            if !self.is_asked_of(question, item) {
                continue;
            }
            let candidates: Vec<Option<u8>> = match question.scope {
                Scope::Candidate => (0..item.candidates.len() as u8).map(Some).collect(),
                Scope::Item | Scope::Pair => vec![None],
            };
            for candidate in candidates {
                if question.when.as_ref().is_none_or(|when| when.holds(&counted, candidate)) {
                    let slot = Slot { question: index, candidate };
                    counted.extend(slot.answer(self, answers).cloned());
                    slots.push(slot);
                }
            }
        }
        slots
    }

    /// The first slot whose answer is demanded and missing.
    pub fn missing(&self, item: &Item, answers: &[Answer]) -> Option<Slot> {
        self.slots(item, answers).into_iter().find(|slot| {
            let question = &self.questions[slot.question];
            question.required
                && slot
                    .answer(self, answers)
                    .is_none_or(|answer| !answer.value.is_complete(&question.kind, item, slot.candidate))
        })
    }

    /// The answers that stand in a slot of the item, in the rubric's order: what is left of a draft when it is
    /// submitted. An answer whose question is no longer asked is dropped.
    pub fn kept(&self, item: &Item, answers: &[Answer]) -> Vec<Answer> {
        let slots = self.slots(item, answers);
        slots.into_iter().filter_map(|slot| slot.answer(self, answers).cloned()).collect()
    }

    /// Why nothing is asked of an item, in a sentence; none if something is.
    pub fn refusal_of(&self, item: &Item) -> Option<String> {
        if self.questions.iter().any(|question| self.is_asked_of(question, item)) {
            return None;
        }
        let count = item.candidates.len();
        Some(if self.questions.iter().any(|question| question.scope == Scope::Pair) && count != 2 {
            let mend = if count > 2 { "ask pair by pair, or" } else { "give it two, or" };
            format!(
                "the project asks about pairs, and this item has candidates: {count}; {mend} choose questions about \
                 each"
            )
        } else {
            format!(
                "the project asks nothing of items of this type, column {:?}",
                self.type_column.as_deref().unwrap_or_default()
            )
        })
    }

    /// Whether a question is asked of items of this type and number of candidates.
    fn is_asked_of(&self, question: &Question, item: &Item) -> bool {
        if question.scope == Scope::Pair && item.candidates.len() != 2 {
            return false;
        }
        if question.types.is_empty() {
            return true;
        }
        let kind = self.type_column.as_ref().and_then(|column| item.metadata.get(column)?.as_str());
        kind.is_some_and(|kind| question.types.iter().any(|wanted| wanted == kind))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Condition, QuestionKind, Scale};
    use super::*;
    use crate::{AnswerValue, Candidate};

    fn rating(key: &str, scope: Scope) -> Question {
        Question::new(key, key, scope, QuestionKind::Rating { scale: Scale::Stars { count: 5 } })
    }

    fn answer(question: &str, candidate: Option<u8>, value: i32) -> Answer {
        Answer { question: question.into(), candidate, value: AnswerValue::Rating(value) }
    }

    fn pair() -> Item {
        Item { candidates: vec![Candidate::markdown("x"), Candidate::markdown("y")], ..Item::default() }
    }

    #[test]
    fn a_condition_on_the_same_candidate_opens_that_candidate_only() {
        let mut why = rating("why", Scope::Candidate);
        why.when =
            Some(Condition { question: "quality".into(), is: vec![], at_least: None, at_most: Some(2) });
        let rubric =
            Rubric { questions: vec![rating("quality", Scope::Candidate), why], ..Rubric::default() };
        let answers = [answer("quality", Some(0), 5), answer("quality", Some(1), 2)];
        let slots: Vec<_> =
            rubric.slots(&pair(), &answers).iter().map(|s| (s.question, s.candidate)).collect();
        assert_eq!(slots, [(0, Some(0)), (0, Some(1)), (1, Some(1))]);
        assert_eq!(rubric.missing(&pair(), &answers), Some(Slot { question: 1, candidate: Some(1) }));
    }

    #[test]
    fn an_answer_whose_question_is_no_longer_asked_counts_for_nothing() {
        let mut second = rating("second", Scope::Item);
        second.when =
            Some(Condition { question: "first".into(), is: vec!["1".into()], at_least: None, at_most: None });
        let mut third = rating("third", Scope::Item);
        third.when = Some(Condition { question: "second".into(), is: vec![], at_least: None, at_most: None });
        let rubric =
            Rubric { questions: vec![rating("first", Scope::Item), second, third], ..Rubric::default() };
        let answers = [answer("first", None, 2), answer("second", None, 4)];
        assert_eq!(rubric.slots(&pair(), &answers).len(), 1, "second fell away, and third with it");
        assert_eq!(rubric.kept(&pair(), &answers), [answer("first", None, 2)]);
    }

    #[test]
    fn questions_go_by_type() {
        let mut fill = rating("seam", Scope::Item);
        fill.types = vec!["fill".into()];
        let rubric = Rubric { questions: vec![fill], type_column: Some("task".into()), ..Rubric::default() };
        let mut item = pair();
        assert_eq!(rubric.slots(&item, &[]), [], "an item without a type");
        assert!(rubric.refusal_of(&item).is_some_and(|reason| reason.contains("type")));
        item.metadata.insert("task".into(), "fill".into());
        assert_eq!(rubric.slots(&item, &[]).len(), 1);
        assert_eq!(rubric.refusal_of(&item), None);
        item.candidates.push(Candidate::markdown("z"));
        assert!(Rubric::default().refusal_of(&item).is_some_and(|reason| reason.contains("pairs")));
    }
}
