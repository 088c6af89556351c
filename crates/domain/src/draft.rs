//! Drafts: answers on the screen that nobody has submitted. They are kept so that a crash loses none of them,
//! and are never exported.

use serde::{Deserialize, Serialize};

use crate::{Answer, AnswerValue, Note};

/// What one annotator has said of one item so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The answers, complete or not, in no particular order.
    pub answers: Vec<Answer>,
    /// Free words.
    pub comment: String,
    /// What was noted of moments of its videos and sounds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Whether someone should look again.
    pub flagged: bool,
}

impl Draft {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty() && self.comment.is_empty() && self.notes.is_empty() && !self.flagged
    }

    /// What stands as the answer to a question, about a candidate if it is about one.
    pub fn value(&self, question: &str, candidate: Option<u8>) -> Option<&AnswerValue> {
        let answer =
            self.answers.iter().find(|answer| answer.question == question && answer.candidate == candidate);
        answer.map(|answer| &answer.value)
    }

    /// Puts an answer in the place of the one before, or takes it back.
    pub fn set(&mut self, question: &str, candidate: Option<u8>, value: Option<AnswerValue>) {
        self.answers.retain(|answer| answer.question != question || answer.candidate != candidate);
        if let Some(value) = value {
            self.answers.push(Answer { question: question.to_owned(), candidate, value });
        }
    }
}
