//! Answers: rows in and out.
//!
//! A preference and a rating have columns of their own, since nearly all answers are one or the other; every
//! other kind is the JSON that domain makes of it.

use tiebreak_domain::{Answer, AnswerValue, Outcome, Preference, Strength};

use crate::sql::{Connection, Row, Statement, params};
use crate::{Result, StoreError, item};

/// The most answers of one judgment: the answers' ids leave room for so many.
pub(crate) const MAX_ANSWERS: i64 = 4096;

const INSERT: &str = "INSERT INTO answer (id, question, candidate, outcome, strength, reason, rating, value) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

const SELECT: &str = "SELECT question, candidate, outcome, strength, reason, rating, value FROM answer \
     WHERE id BETWEEN ?1 AND ?2 ORDER BY id";

/// Stores the answers of the judgment with a number, at most [`MAX_ANSWERS`].
pub(crate) fn insert(connection: &Connection, number: i64, answers: &[Answer]) -> Result<()> {
    if answers.is_empty() {
        return Ok(());
    }
    let mut statement = connection.prepare_cached(INSERT)?;
    for (index, answer) in answers.iter().enumerate() {
        let (mut preference, mut rating, mut value) = (None, None, None);
        match &answer.value {
            AnswerValue::Preference(given) => preference = Some(given),
            AnswerValue::Rating(given) => rating = Some(*given),
            other => value = Some(serde_json::to_string(other)?),
        }
        statement.execute(params![
            number * MAX_ANSWERS + index as i64,
            answer.question,
            answer.candidate,
            preference.map(|preference| preference.outcome.word()),
            preference.and_then(|preference| preference.strength).map(Strength::word),
            preference.and_then(|preference| preference.reason.as_deref()),
            rating,
            value,
        ])?;
    }
    Ok(())
}

/// Reads the answers of one judgment after another.
pub(crate) struct AnswerRows<'connection> {
    statement: Statement<'connection>,
}

impl<'connection> AnswerRows<'connection> {
    pub(crate) fn new(connection: &'connection Connection) -> Result<Self> {
        Ok(Self { statement: connection.prepare_cached(SELECT)? })
    }

    /// The answers of the judgment with a number, in their order.
    pub(crate) fn read(&mut self, number: i64) -> Result<Vec<Answer>> {
        let first = number * MAX_ANSWERS;
        let mut rows = self.statement.query([first, first + MAX_ANSWERS - 1])?;
        let mut answers = Vec::new();
        while let Some(row) = rows.next()? {
            answers.push(Answer {
                question: row.get(0)?,
                candidate: row.get(1)?,
                value: value_from_row(row)?,
            });
        }
        Ok(answers)
    }
}

fn value_from_row(row: &Row<'_>) -> Result<AnswerValue> {
    if let Some(rating) = row.get(5)? {
        return Ok(AnswerValue::Rating(rating));
    }
    let Some(outcome) = row.get_ref(2)?.as_str_or_null()? else {
        return item::json(row, 6);
    };
    let outcome = Outcome::from_word(outcome)
        .ok_or_else(|| StoreError::Damaged(format!("an answer has an unknown outcome: {outcome:?}")))?;
    let strength: Option<String> = row.get(3)?;
    Ok(AnswerValue::Preference(Preference {
        outcome,
        strength: strength.as_deref().and_then(Strength::from_word),
        reason: row.get(4)?,
    }))
}
