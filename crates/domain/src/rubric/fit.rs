//! What a rubric takes of answers that were given elsewhere: votes found in data, which know their own
//! questions but not the project's.

use super::{Question, QuestionKind, Rubric, StrengthSteps, TextPurpose};
use crate::rubric::OVERALL;
use crate::{Answer, AnswerValue};

/// The keys under which data without names of its own for them is read, with the kinds that they stand for.
/// A comparison of summaries and the missed words of a prompt have a name in the data that few rubrics share.
const NAMELESS: [&str; 6] =
    [OVERALL, "rationale", "ranking", "steps", "overall_comparison", "misaligned_words"];

impl Rubric {
    /// The answers as this rubric can hold them, in its order.
    ///
    /// An answer goes to the question of its key. A preference for [`OVERALL`] or `overall_comparison`, words for
    /// `rationale`, an order for `ranking`, verdicts for `steps` and spans for `misaligned_words`, the names where the
    /// data has no better ones, go to the only question of their kind if none has that key. A strength that is not
    /// asked is left out. What answers no question, or is no answer to it, is dropped.
    pub fn fitted(&self, answers: Vec<Answer>) -> Vec<Answer> {
        let mut fitted: Vec<(usize, Answer)> = Vec::new();
        for mut answer in answers {
            if NAMELESS.contains(&answer.question.as_str())
                && self.question(&answer.question).is_none()
                && let Some(only) = self.only_question_for(&answer.value)
            {
                answer.question.clone_from(&only.key);
            }
            let place = self.questions.iter().position(|question| question.key == answer.question);
            let Some(place) = place else { continue };
            let question = &self.questions[place];
            if let (AnswerValue::Preference(preference), QuestionKind::Preference { strength, .. }) =
                (&mut answer.value, &question.kind)
                && *strength == StrengthSteps::None
            {
                preference.strength = None;
            }
            let is_first = !fitted
                .iter()
                .any(|(_, other)| other.question == answer.question && other.candidate == answer.candidate);
            if is_first && answer.refusal(question).is_none() {
                fitted.push((place, answer));
            }
        }
        fitted.sort_by_key(|(place, answer)| (*place, answer.candidate));
        fitted.into_iter().map(|(_, answer)| answer).collect()
    }

    fn only_question_for(&self, value: &AnswerValue) -> Option<&Question> {
        let is_meant = |question: &&Question| {
            matches!(
                (value, &question.kind),
                (AnswerValue::Preference(_), QuestionKind::Preference { .. })
                    | (AnswerValue::Text(_), QuestionKind::Text { purpose: TextPurpose::Rationale, .. })
                    | (AnswerValue::Ranking(_), QuestionKind::Ranking { .. })
                    | (AnswerValue::Steps(_), QuestionKind::Steps)
                    | (AnswerValue::Spans(_), QuestionKind::Spans { .. })
            )
        };
        let mut questions = self.questions.iter().filter(is_meant);
        questions.next().filter(|_| questions.next().is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Scale, Scope};
    use super::*;
    use crate::{Outcome, Preference, Strength};

    fn vote(question: &str, strength: Option<Strength>) -> Answer {
        let preference = Preference { strength, ..Preference::new(Outcome::B) };
        Answer { question: question.into(), candidate: None, value: AnswerValue::Preference(preference) }
    }

    fn asking(key: &str) -> Question {
        let kind = QuestionKind::Preference { outcomes: Outcome::all(), strength: StrengthSteps::None };
        Question::new(key, key, Scope::Pair, kind)
    }

    #[test]
    fn a_nameless_preference_goes_to_the_only_question_that_asks_for_one() {
        let rubric = Rubric { questions: vec![asking("winner")], ..Rubric::default() };
        let fitted = rubric.fitted(vec![vote(OVERALL, Some(Strength::Much))]);
        assert_eq!(fitted, [vote("winner", None)], "without the strength that is not asked");
        let two = Rubric { questions: vec![asking("style"), asking("truth")], ..Rubric::default() };
        assert_eq!(two.fitted(vec![vote(OVERALL, None)]), [], "which of two it answers is not known");
        assert_eq!(two.fitted(vec![vote("truth", None), vote("style", None)]).len(), 2, "names say it");
    }

    #[test]
    fn answers_off_the_scale_or_to_nothing_are_dropped() {
        let stars = QuestionKind::Rating { scale: Scale::Stars { count: 5 } };
        let rubric =
            Rubric { questions: vec![Question::new("q", "Q", Scope::Candidate, stars)], ..Rubric::default() };
        let rating = |question: &str, candidate, value| Answer {
            question: question.into(),
            candidate,
            value: AnswerValue::Rating(value),
        };
        let given = vec![
            rating("q", Some(1), 4),
            rating("q", Some(0), 9),
            rating("p", Some(0), 3),
            rating("q", None, 3),
        ];
        assert_eq!(rubric.fitted(given), [rating("q", Some(1), 4)]);
    }
}
