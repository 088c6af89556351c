//! Predictions of votes before they were given, and all votes as heads learn from them.

use tiebreak_domain::reward::{Prediction, Scorer};
use tiebreak_domain::{Judgment, JudgmentId, Verdict};

use crate::Result;
use crate::judgment::{self, JudgmentRows};
use crate::reader::Reader;
use crate::sql::{Row, params};
use crate::store::Store;

/// What was said of a vote before it was given.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPrediction {
    /// The vote.
    pub judgment: JudgmentId,
    /// Who said it.
    pub scorer: Scorer,
    /// The question that was answered.
    pub question: String,
    /// Which two candidates it is about, where the item has more; the first comes before the second.
    pub pair: Option<[u8; 2]>,
    /// What was said.
    pub prediction: Prediction,
}

impl Store {
    /// Keeps what was said of votes before they were given. What is kept already stays.
    pub fn note_predictions(&mut self, predictions: &[StoredPrediction]) -> Result<()> {
        self.change(|connection| {
            let mut statement = connection.prepare_cached(
                "INSERT INTO prediction (judgment, scorer, question, a, tie, b) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
            )?;
            for StoredPrediction { judgment, scorer, question, pair, prediction } in predictions {
                let Prediction { a, tie, b } = *prediction;
                let question = question_of_pair(question, *pair);
                statement.execute(params![judgment.0, scorer.word(), question, a, tie, b])?;
            }
            Ok(())
        })
    }
}

impl Reader {
    /// Everything that was predicted, by vote.
    pub fn predictions(&self) -> Result<Vec<StoredPrediction>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT judgment, scorer, question, a, tie, b FROM prediction ORDER BY judgment, scorer, question",
        )?;
        let predictions = statement.query_map((), |row| {
            let (scorer, asked): (String, String) = (row.get(1)?, row.get(2)?);
            let (question, pair) = pair_of_question(&asked);
            Ok(StoredPrediction {
                judgment: JudgmentId(row.get(0)?),
                scorer: Scorer::from_word(&scorer),
                question,
                pair,
                prediction: prediction_from_row(row, 3)?,
            })
        })?;
        predictions.collect()
    }

    /// Every judgment in force that says something, in the order in which they were stored.
    pub fn each_vote(&self, mut take: impl FnMut(Judgment)) -> Result<()> {
        self.each_vote_numbered(|_, judgment| take(judgment))
    }

    /// The same with each one's number in the log.
    pub fn each_vote_numbered(&self, take: impl FnMut(i64, Judgment)) -> Result<()> {
        self.each_of("JOIN latest l ON l.judgment = j.number WHERE j.verdict = 'judged'", take)
    }

    /// The first judgment that says something of every log that goes on and ends with another one that does, with its
    /// number in the log and in the order in which they were stored.
    pub fn each_superseded_first_vote(&self, take: impl FnMut(i64, Judgment)) -> Result<()> {
        self.each_of(
            "JOIN latest l ON l.annotator_id = j.annotator_id AND l.item_id = j.item_id \
             JOIN judgment f ON f.number = l.judgment \
             WHERE f.revision > 1 AND f.verdict = 'judged' AND j.verdict = 'judged' AND j.revision < f.revision \
             AND NOT EXISTS (SELECT 1 FROM judgment e WHERE e.annotator_id = j.annotator_id \
             AND e.item_id = j.item_id AND e.verdict = 'judged' AND e.revision < j.revision)",
            take,
        )
    }

    fn each_of(&self, which: &str, mut take: impl FnMut(i64, Judgment)) -> Result<()> {
        let sql = format!("{} {which} ORDER BY j.number", judgment::SELECT);
        let mut statement = self.connection().prepare_cached(&sql)?;
        let mut rows = statement.stream(())?;
        let mut judgments = JudgmentRows::new(self.connection())?;
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(0)?;
            let judgment = judgments.read(row)?;
            debug_assert!(
                matches!(judgment.given.verdict, Verdict::Judged { .. }),
                "the query asks for no other"
            );
            take(number, judgment);
        }
        Ok(())
    }
}

/// How a question is written down: with the two candidates after it where the item has more. No key of a question has
/// a slash.
fn question_of_pair(question: &str, pair: Option<[u8; 2]>) -> String {
    pair.map_or_else(|| question.to_owned(), |[a, b]| format!("{question}/{a}/{b}"))
}

fn pair_of_question(written: &str) -> (String, Option<[u8; 2]>) {
    let mut parts = written.split('/');
    let question = parts.next().unwrap_or_default().to_owned();
    let mut candidate = || parts.next().and_then(|part| part.parse().ok());
    let pair = candidate().zip(candidate()).map(|(a, b)| [a, b]);
    (question, pair)
}

/// Three columns from the first on.
pub(crate) fn prediction_from_row(row: &Row<'_>, first: usize) -> Result<Prediction> {
    Ok(Prediction { a: row.get(first)?, tie: row.get(first + 1)?, b: row.get(first + 2)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_written_down_with_the_pair_that_it_is_about() {
        for pair in [None, Some([0, 2]), Some([3, 11])] {
            let written = question_of_pair("over-all", pair);
            assert_eq!(pair_of_question(&written), ("over-all".to_owned(), pair));
        }
    }
}
