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
            for StoredPrediction { judgment, scorer, question, prediction } in predictions {
                let Prediction { a, tie, b } = *prediction;
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
            let scorer: String = row.get(1)?;
            Ok(StoredPrediction {
                judgment: JudgmentId(row.get(0)?),
                scorer: Scorer::from_word(&scorer),
                question: row.get(2)?,
                prediction: prediction_from_row(row, 3)?,
            })
        })?;
        predictions.collect()
    }

    /// Every judgment in force that says something, in the order in which they were stored.
    pub fn each_vote(&self, mut take: impl FnMut(Judgment)) -> Result<()> {
        let sql = format!(
            "{} JOIN latest l ON l.judgment = j.number WHERE j.verdict = 'judged' ORDER BY j.number",
            judgment::SELECT
        );
        let mut statement = self.connection().prepare_cached(&sql)?;
        let mut rows = statement.stream(())?;
        let mut judgments = JudgmentRows::new(self.connection())?;
        while let Some(row) = rows.next()? {
            let judgment = judgments.read(row)?;
            debug_assert!(
                matches!(judgment.given.verdict, Verdict::Judged { .. }),
                "the query asks for no other"
            );
            take(judgment);
        }
        Ok(())
    }
}

/// Three columns from the first on.
pub(crate) fn prediction_from_row(row: &Row<'_>, first: usize) -> Result<Prediction> {
    Ok(Prediction { a: row.get(first)?, tie: row.get(first + 1)?, b: row.get(first + 2)? })
}
