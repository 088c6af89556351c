//! What the formats with several questions have in common: known columns apart from the rest, numbers that may
//! be texts, and answers made of them.

use serde_json::Value;
use tiebreak_domain::answer::TextAnswer;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::rubric::OVERALL;
use tiebreak_domain::{Answer, AnswerValue, Outcome, Preference, Strength};

use super::metadata_from_cells;
use crate::cell::Cell;

/// The key of the words that go with a preference, where the data has no better name for them.
pub(crate) const RATIONALE: &str = "rationale";

/// The columns of a format: those it knows, and behind them what it keeps as metadata.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    known: &'static [&'static str],
    metadata: Vec<String>,
}

impl Columns {
    pub(crate) fn new(known: &'static [&'static str], all: &[String]) -> Self {
        let metadata = all.iter().filter(|name| !known.contains(&name.as_str())).cloned().collect();
        Self { known, metadata }
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.known.iter().map(|name| (*name).to_owned()).chain(self.metadata.iter().cloned()).collect()
    }

    pub(crate) fn row<'a>(&self, cells: Vec<Cell<'a>>) -> Row<'a> {
        let mut cells = cells.into_iter();
        let known = self.known.iter().map(|name| (*name, cells.next().unwrap_or_default())).collect();
        Row { known, metadata: metadata_from_cells(&self.metadata, cells) }
    }
}

/// A row by the names of its columns.
pub(crate) struct Row<'a> {
    known: Vec<(&'static str, Cell<'a>)>,
    /// What no format knows.
    pub(crate) metadata: Metadata,
}

impl<'a> Row<'a> {
    /// The cell of a column, which is then empty.
    pub(crate) fn take(&mut self, name: &str) -> Cell<'a> {
        let cell = self.known.iter_mut().find(|(known, _)| *known == name);
        cell.map(|(_, cell)| std::mem::take(cell)).unwrap_or_default()
    }

    /// The text of a column; none if it is missing or blank.
    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        self.take(name).into_text().filter(|text| !text.trim().is_empty())
    }

    /// The list in a column, or in the JSON that its text is; why it is none, in a sentence.
    pub(crate) fn list(&mut self, name: &str) -> Result<Vec<Value>, String> {
        match self.take(name) {
            Cell::Json(Value::Array(list)) => Ok(list),
            Cell::Text(text) if text.trim_start().starts_with('[') => serde_json::from_str(&text)
                .map_err(|_| format!("{name:?} begins as a list and is no valid JSON")),
            Cell::Missing => Err(format!("{name:?} is missing")),
            other => Err(format!("{name:?} is {}, expected a list", other.kind())),
        }
    }

    /// Keeps a column as metadata.
    pub(crate) fn keep(&mut self, name: &str) {
        if let Some(value) = self.take(name).into_value() {
            self.metadata.insert(name.to_owned(), value);
        }
    }
}

/// A whole number, be it written as a number, with a fraction of nothing, or as text; none for anything else.
pub(crate) fn whole_number(value: &Value) -> Option<i32> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    let is_whole = number.fract() == 0.0 && number.abs() <= f64::from(i32::MAX);
    is_whole.then_some(number as i32)
}

/// Whether a value says that there is none.
pub(crate) fn is_absent(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => {
            let text = text.trim();
            text.is_empty()
                || ["n/a", "none", "nan", "null"].iter().any(|none| text.eq_ignore_ascii_case(none))
        }
        _ => false,
    }
}

pub(crate) fn rating(question: &str, candidate: Option<u8>, value: i32) -> Answer {
    Answer { question: question.to_owned(), candidate, value: AnswerValue::Rating(value) }
}

pub(crate) fn text(question: &str, candidate: Option<u8>, text: &str) -> Answer {
    let value = AnswerValue::Text(TextAnswer { text: text.to_owned(), confidence: None });
    Answer { question: question.to_owned(), candidate, value }
}

pub(crate) fn preference(question: &str, preference: Preference) -> Answer {
    Answer { question: question.to_owned(), candidate: None, value: AnswerValue::Preference(preference) }
}

/// A preference that cannot be had, with the reason that the data gives.
pub(crate) fn unratable(reason: &str) -> Preference {
    Preference { reason: Some(reason.to_owned()), ..Preference::new(Outcome::Unratable) }
}

/// −3 to 3: below 0 the first is better. A number outside says that neither can be preferred, and is no number.
pub(crate) fn preference_from_steps(steps: i32) -> Preference {
    let outcome = match steps {
        -3..=-1 => Outcome::A,
        0 => Outcome::Tie,
        1..=3 => Outcome::B,
        _ => return unratable("neither response is valid"),
    };
    let strength = match steps.abs() {
        1 => Some(Strength::Slightly),
        2 => Some(Strength::Clearly),
        3 => Some(Strength::Much),
        _ => None,
    };
    Preference { strength, ..Preference::new(outcome) }
}

/// The answers of one annotator to a preference in steps and its words.
pub(crate) fn steps_and_words(steps: i32, words: &str) -> Vec<Answer> {
    let mut answers = vec![preference(OVERALL, preference_from_steps(steps))];
    if !words.trim().is_empty() {
        answers.push(text(RATIONALE, None, words));
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_read_as_data_writes_them() {
        assert_eq!(whole_number(&json!("4")), Some(4), "UltraFeedback writes texts");
        assert_eq!(whole_number(&json!(4.0)), Some(4));
        assert_eq!(whole_number(&json!(3.67)), None, "a mean is nobody's rating");
        assert_eq!(whole_number(&json!("N/A")), None);
        assert_eq!(whole_number(&json!(1e300)), None, "and no number overflows");
    }

    #[test]
    fn steps_outside_the_scale_are_no_preference() {
        assert_eq!(preference_from_steps(-3).strength, Some(Strength::Much));
        assert_eq!(preference_from_steps(2).outcome, Outcome::B);
        assert_eq!(preference_from_steps(0), Preference::new(Outcome::Tie));
        assert_eq!(preference_from_steps(-100).outcome, Outcome::Unratable);
        assert_eq!(preference_from_steps(-100).refusal(), None, "it has its reason");
    }
}
