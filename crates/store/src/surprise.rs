//! Surprises: votes that a model held for unlikely, with what a second look decided of them.

use std::collections::HashMap;

use tiebreak_domain::{AnnotatorId, ItemId, JudgmentId};

use crate::Result;
use crate::reader::Reader;
use crate::sql::{Connection, OptionalExtension, params};

/// What a review says of a vote that a model held for unlikely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surprise {
    /// The vote.
    pub vote: JudgmentId,
    /// Whether the reviewer agreed with it.
    pub model_was_wrong: bool,
}

/// A surprise with the review that looked into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReviewedSurprise {
    /// The item.
    pub item: ItemId,
    /// The review.
    pub review: JudgmentId,
    /// Whose the vote was; nobody's where the vote is not in this project.
    pub voter: Option<AnnotatorId>,
    /// What it says.
    pub surprise: Surprise,
}

/// Keeps what a review says, which is in the log already; what is kept of it stays.
pub(crate) fn insert(connection: &Connection, review: JudgmentId, surprise: Surprise) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT r.judgment FROM review r JOIN judgment j ON j.number = r.judgment WHERE j.id = ?1",
    )?;
    let number: Option<i64> = statement.query_row([review.0], |row| row.get(0)).optional()?;
    let Some(number) = number else { return Ok(()) };
    let mut statement = connection.prepare_cached(
        "INSERT INTO surprise (review, vote, model_was_wrong) VALUES (?1, ?2, ?3) \
         ON CONFLICT (review) DO NOTHING",
    )?;
    statement.execute(params![number, surprise.vote.0, surprise.model_was_wrong])?;
    Ok(())
}

/// Brings in those of another copy whose reviews are here.
pub(crate) fn merge(connection: &Connection, other: &Connection) -> Result<()> {
    let mut statement = other.prepare_cached(
        "SELECT j.id, s.vote, s.model_was_wrong FROM surprise s JOIN judgment j ON j.number = s.review \
         ORDER BY s.review",
    )?;
    let theirs = statement.query_map((), |row| {
        let surprise = Surprise { vote: JudgmentId(row.get(1)?), model_was_wrong: row.get(2)? };
        Ok((JudgmentId(row.get(0)?), surprise))
    })?;
    for their in theirs {
        let (review, surprise) = their?;
        insert(connection, review, surprise)?;
    }
    Ok(())
}

impl Reader {
    /// What each review says of a vote that a model held for unlikely, in force or not.
    pub fn surprises_of_reviews(&self) -> Result<HashMap<JudgmentId, Surprise>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT j.id, s.vote, s.model_was_wrong FROM surprise s JOIN judgment j ON j.number = s.review",
        )?;
        let surprises = statement.query_map((), |row| {
            let surprise = Surprise { vote: JudgmentId(row.get(1)?), model_was_wrong: row.get(2)? };
            Ok((JudgmentId(row.get(0)?), surprise))
        })?;
        surprises.collect()
    }

    /// What the reviews in force say of votes that a model held for unlikely, item by item.
    pub fn surprises(&self) -> Result<Vec<ReviewedSurprise>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT j.item_id, j.id, v.annotator_id, s.vote, s.model_was_wrong \
             FROM surprise s JOIN judgment j ON j.number = s.review \
             JOIN latest l ON l.annotator_id = j.annotator_id AND l.item_id = j.item_id \
             LEFT JOIN judgment v ON v.id = s.vote \
             WHERE l.judgment = s.review AND j.verdict = 'judged' ORDER BY j.item_id, j.number",
        )?;
        let surprises = statement.query_map((), |row| {
            Ok(ReviewedSurprise {
                item: ItemId(row.get(0)?),
                review: JudgmentId(row.get(1)?),
                voter: row.get::<Option<i64>>(2)?.map(AnnotatorId),
                surprise: Surprise { vote: JudgmentId(row.get(3)?), model_was_wrong: row.get(4)? },
            })
        })?;
        surprises.collect()
    }
}
