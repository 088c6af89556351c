//! Conditions: when a question is asked, by the answer to an earlier one.

use serde::{Deserialize, Serialize};

use crate::Answer;

/// Asks a question only where an earlier one was answered so.
///
/// A word is an outcome (`a`, `b`, `tie`, `both_bad`, `unratable`), a rating's number, or an entry's key; of a
/// checklist any checked entry counts. Where both questions are about each candidate, it is the answer about
/// the same candidate that counts, else any candidate's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// The earlier question's key.
    pub question: String,
    /// The answers with which this is asked; any answer if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub is: Vec<String>,
    /// For ratings: asked only from this value on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<i32>,
    /// For ratings: asked only up to this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<i32>,
}

impl Condition {
    /// Whether the answers so far let the question be asked, of that candidate if it is about one.
    pub fn holds(&self, answers: &[Answer], candidate: Option<u8>) -> bool {
        answers
            .iter()
            .filter(|answer| answer.question == self.question)
            .filter(|answer| {
                candidate.is_none() || answer.candidate.is_none() || answer.candidate == candidate
            })
            .any(|answer| self.holds_for(answer))
    }

    fn holds_for(&self, answer: &Answer) -> bool {
        let number = answer.value.rating();
        if self.at_least.is_some_and(|least| number.is_none_or(|number| number < least))
            || self.at_most.is_some_and(|most| number.is_none_or(|number| number > most))
        {
            return false;
        }
        self.is.is_empty() || answer.value.words().iter().any(|word| self.is.contains(word))
    }
}
