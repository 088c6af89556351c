//! Judgments: one annotator's answers on one item.
//!
//! Append-only. A change is a new revision that supersedes the one before; an undo is a revision too. Nothing
//! is ever overwritten, so every state that was ever on the screen can be derived again.

use serde::{Deserialize, Serialize};

use crate::content_hash::ContentHash;
use crate::rubric::OVERALL;
use crate::{
    AnnotatorId, AnnotatorKey, Answer, AnswerValue, ItemId, ItemKey, JudgmentId, Note, Preference, Rubric,
    Showing, UnixMillis,
};

/// What an annotator did with an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Verdict {
    /// Answered it.
    Judged {
        /// The answers, in the rubric's order.
        answers: Vec<Answer>,
    },
    /// Passed it by.
    Skipped,
    /// Took back what was said before: the item is open again.
    Withdrawn,
}

impl Verdict {
    /// The verdict of a plain comparison.
    pub fn overall(preference: Preference) -> Self {
        Self::Judged {
            answers: vec![Answer {
                question: OVERALL.to_owned(),
                candidate: None,
                value: AnswerValue::Preference(preference),
            }],
        }
    }

    /// The overall preference: the answer to the question [`OVERALL`] if that is one, else to the first
    /// preference question that was answered.
    pub fn preference(&self) -> Option<&Preference> {
        let Self::Judged { answers } = self else { return None };
        let preference = |answer: &'_ Answer| matches!(answer.value, AnswerValue::Preference(_));
        let overall = answers.iter().find(|answer| answer.question == OVERALL && preference(answer));
        let answer = overall.or_else(|| answers.iter().find(|answer| preference(answer)))?;
        if let AnswerValue::Preference(preference) = &answer.value { Some(preference) } else { None }
    }

    /// The preference that answers this question.
    pub fn preference_on(&self, question: &str) -> Option<&Preference> {
        let answer = self.answers().iter().find(|answer| answer.question == question)?;
        if let AnswerValue::Preference(preference) = &answer.value { Some(preference) } else { None }
    }

    /// The answers, if it was judged.
    pub fn answers(&self) -> &[Answer] {
        if let Self::Judged { answers } = self { answers } else { &[] }
    }

    /// What is wrong with it under a rubric, in a sentence; none if nothing is. Whether it is complete depends
    /// on the item: [`Rubric::missing`].
    pub fn refusal(&self, rubric: &Rubric) -> Option<String> {
        let Self::Judged { answers } = self else { return None };
        if answers.is_empty() {
            return Some("a judgment answers at least one question".to_owned());
        }
        for (index, answer) in answers.iter().enumerate() {
            let Some(question) = rubric.question(&answer.question) else {
                return Some(format!("the rubric has no question {:?}", answer.question));
            };
            let is_same =
                |other: &Answer| other.question == answer.question && other.candidate == answer.candidate;
            if answers[..index].iter().any(is_same) {
                return Some(format!("the question {:?} is answered twice", answer.question));
            }
            if let Some(refusal) = answer.refusal(question) {
                return Some(refusal);
            }
        }
        None
    }
}

/// Where a judgment came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Given here, on the screen.
    #[default]
    Screen,
    /// Taken from a label in imported data; it has no showing.
    Label,
    /// Given on the screen by whoever took a second look, knowing what others had said.
    Review,
}

/// A judgment as the interface hands it over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewJudgment {
    /// Its identity, made where it was given, so that sending it twice stores it once.
    pub id: JudgmentId,
    /// What it is about.
    pub item: ItemId,
    /// Who gives it.
    pub annotator: AnnotatorId,
    /// What was done.
    pub verdict: Verdict,
    /// Whether the annotator wants someone to look again.
    pub flagged: bool,
    /// Free words; may be empty.
    pub comment: String,
    /// What was noted of moments of its videos and sounds, in the order it was written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// The rubric it was given under.
    pub rubric_version: u32,
    /// What was on the screen; none for a label from data.
    pub showing: Option<Showing>,
    /// Where it came from.
    pub origin: Origin,
    /// When it was given.
    pub recorded_at: UnixMillis,
}

/// A judgment as a project holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Judgment {
    /// What was handed over.
    #[serde(flatten)]
    pub given: NewJudgment,
    /// 1 for the first of this annotator on this item, and one more for each after.
    pub revision: u32,
    /// The revision before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<JudgmentId>,
}

impl JudgmentId {
    /// The identity of a label found in data: the same label of the same annotator on the same item is the
    /// same judgment, however often the file is imported.
    pub fn of_label(item: ItemKey, annotator: AnnotatorKey, preference: &Preference) -> Self {
        let mut hash = ContentHash::new("tiebreak label 1");
        hash.field(&item.0).field(&annotator.0).field(preference.outcome.word().as_bytes());
        hash.optional(preference.strength.map(|strength| strength.word().as_bytes()));
        Self(hash.finish())
    }

    /// The same for a label that answers any questions; a lone overall preference is [`JudgmentId::of_label`].
    pub fn of_label_answers(item: ItemKey, annotator: AnnotatorKey, answers: &[Answer]) -> Self {
        if let [Answer { question, candidate: None, value: AnswerValue::Preference(preference) }] = answers
            && question == OVERALL
        {
            return Self::of_label(item, annotator, preference);
        }
        let mut hash = ContentHash::new("tiebreak label 2");
        hash.field(&item.0).field(&annotator.0);
        for answer in answers {
            hash.field(&serde_json::to_vec(answer).expect("keys are strings and the writer is memory"));
        }
        Self(hash.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outcome, Strength};

    #[test]
    fn a_verdict_is_held_against_its_rubric() {
        let rubric = Rubric::default();
        assert_eq!(Verdict::overall(Preference::new(Outcome::A)).refusal(&rubric), None);
        assert_eq!(Verdict::Skipped.refusal(&rubric), None);
        assert!(Verdict::Judged { answers: vec![] }.refusal(&rubric).is_some());
        let tie = Preference { strength: Some(Strength::Clearly), ..Preference::new(Outcome::Tie) };
        assert!(Verdict::overall(tie).refusal(&rubric).is_some(), "a tie has no strength");
        let unknown = Verdict::Judged {
            answers: vec![Answer {
                question: "style".into(),
                candidate: None,
                value: AnswerValue::Preference(Preference::new(Outcome::A)),
            }],
        };
        assert!(unknown.refusal(&rubric).is_some(), "a question nobody asked");
    }

    #[test]
    fn a_judgment_survives_json() {
        let judgment = NewJudgment {
            id: JudgmentId([7; 16]),
            item: ItemId(3),
            annotator: AnnotatorId(1),
            verdict: Verdict::overall(Preference::new(Outcome::BothBad)),
            flagged: true,
            comment: "neither".into(),
            notes: Vec::new(),
            rubric_version: 1,
            showing: None,
            origin: Origin::Screen,
            recorded_at: UnixMillis(5),
        };
        let json = serde_json::to_string(&judgment).expect("serialisable");
        assert_eq!(serde_json::from_str::<NewJudgment>(&json).expect("readable"), judgment);
    }
}
