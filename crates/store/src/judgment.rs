//! The log of judgments: rows in and out, revisions, and the last word kept beside it.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};
use tiebreak_domain::{
    AnnotatorId, Answer, AnswerValue, ItemId, Judgment, JudgmentId, NewJudgment, Origin, Outcome, Preference,
    Rubric, Strength, UnixMillis, Verdict,
};

use crate::last_word::LastWord;
use crate::{Result, StoreError, showing};

/// The most answers of one judgment: the answers' ids leave room for so many.
const MAX_ANSWERS: i64 = 64;

/// The columns of [`judgment_from_row`].
pub(crate) const SELECT: &str = "SELECT j.number, j.id, j.item_id, j.annotator_id, j.revision, j.supersedes, \
     j.verdict, j.flagged, j.comment, j.rubric_version, j.origin, j.recorded_at, j.showing_id, \
     s.candidate_order, s.models_visible, s.scores_visible, s.shown_at, s.first_input_at, s.submitted_at, \
     s.active_ms, s.idle_ms, s.utc_offset_minutes, s.app_version, s.session, s.acquisition_method, \
     s.acquisition_score, s.propensity, s.window_width, s.window_height, s.pixels_per_point \
     FROM judgment j LEFT JOIN showing s ON s.id = j.showing_id ";

const SELECT_ANSWERS: &str =
    "SELECT question, outcome, strength, reason FROM answer WHERE id BETWEEN ?1 AND ?2 ORDER BY id";

/// What an annotator's log on an item ends with.
pub(crate) struct Head {
    pub(crate) id: JudgmentId,
    pub(crate) revision: u32,
    pub(crate) is_withdrawn: bool,
}

/// The end of an annotator's log on an item; none if it has none.
pub(crate) fn head(connection: &Connection, annotator: AnnotatorId, item: ItemId) -> Result<Option<Head>> {
    let mut statement = connection.prepare_cached(
        "SELECT j.id, j.revision, j.verdict = 'withdrawn' FROM latest l JOIN judgment j ON j.number = l.judgment \
         WHERE l.annotator_id = ?1 AND l.item_id = ?2",
    )?;
    let head = statement.query_row([annotator.0, item.0], |row| {
        Ok(Head { id: JudgmentId(row.get(0)?), revision: row.get(1)?, is_withdrawn: row.get(2)? })
    });
    Ok(head.optional()?)
}

/// The revision of a judgment that is in the log.
pub(crate) fn revision_of(connection: &Connection, id: JudgmentId) -> Result<Option<u32>> {
    let mut statement = connection.prepare_cached("SELECT revision FROM judgment WHERE id = ?1")?;
    Ok(statement.query_row([id.0], |row| row.get(0)).optional()?)
}

/// Refuses what can never be stored, whatever the project holds.
pub(crate) fn validate(judgment: &NewJudgment, rubric: Option<&Rubric>) -> Result<()> {
    if let Some(refusal) = rubric.and_then(|rubric| judgment.verdict.refusal(rubric)) {
        return Err(StoreError::Refused(refusal));
    }
    if let Verdict::Judged { answers } = &judgment.verdict
        && answers.len() > MAX_ANSWERS as usize
    {
        return Err(StoreError::Refused(format!("a judgment has at most {MAX_ANSWERS} answers")));
    }
    match judgment.showing.as_ref().and_then(showing::refusal) {
        Some(refusal) => Err(StoreError::Refused(refusal)),
        None => Ok(()),
    }
}

/// Appends one revision and, if it is the highest, makes it the last word.
pub(crate) fn append(
    connection: &Connection,
    judgment: &NewJudgment,
    revision: u32,
    supersedes: Option<JudgmentId>,
    is_last: bool,
) -> Result<()> {
    let showing_id =
        judgment.showing.as_ref().map(|showing| showing::insert(connection, showing)).transpose()?;
    let mut statement = connection.prepare_cached(
        "INSERT INTO judgment (id, item_id, annotator_id, revision, supersedes, verdict, flagged, comment, \
         rubric_version, showing_id, origin, recorded_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
    )?;
    let verdict = match &judgment.verdict {
        Verdict::Judged { .. } => "judged",
        Verdict::Skipped => "skipped",
        Verdict::Withdrawn => "withdrawn",
    };
    let origin = match judgment.origin {
        Origin::Screen => "screen",
        Origin::Label => "label",
    };
    let number = statement.insert(params![
        judgment.id.0,
        judgment.item.0,
        judgment.annotator.0,
        revision,
        supersedes.map(|id| id.0),
        verdict,
        judgment.flagged,
        judgment.comment,
        judgment.rubric_version,
        showing_id,
        origin,
        judgment.recorded_at.0,
    ])?;
    if let Verdict::Judged { answers } = &judgment.verdict {
        let mut statement = connection.prepare_cached(
            "INSERT INTO answer (id, question, outcome, strength, reason) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for (index, answer) in answers.iter().enumerate() {
            let AnswerValue::Preference(preference) = &answer.value;
            statement.execute(params![
                number * MAX_ANSWERS + index as i64,
                answer.question,
                preference.outcome.word(),
                preference.strength.map(Strength::word),
                preference.reason,
            ])?;
        }
    }
    if is_last {
        let mut statement = connection.prepare_cached(
            "INSERT INTO latest (annotator_id, item_id, judgment, state) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (annotator_id, item_id) DO UPDATE SET judgment = excluded.judgment, state = excluded.state",
        )?;
        let state = LastWord::new(&judgment.verdict, judgment.flagged).state();
        statement.execute(params![judgment.annotator.0, judgment.item.0, number, state])?;
    }
    Ok(())
}

/// Reads rows of [`SELECT`], each with its answers.
pub(crate) struct JudgmentRows<'connection> {
    answers: CachedStatement<'connection>,
}

impl<'connection> JudgmentRows<'connection> {
    pub(crate) fn new(connection: &'connection Connection) -> Result<Self> {
        Ok(Self { answers: connection.prepare_cached(SELECT_ANSWERS)? })
    }

    /// The judgment in a row of [`SELECT`].
    pub(crate) fn read(&mut self, row: &Row<'_>) -> Result<Judgment> {
        let number: i64 = row.get(0)?;
        let verdict: String = row.get(6)?;
        let verdict = match verdict.as_str() {
            "judged" => Verdict::Judged { answers: self.answers_of(number)? },
            "skipped" => Verdict::Skipped,
            "withdrawn" => Verdict::Withdrawn,
            other => {
                return Err(StoreError::Damaged(format!(
                    "judgment {number} has an unknown verdict: {other:?}"
                )));
            }
        };
        let showing = match row.get::<_, Option<i64>>(12)? {
            Some(_) => Some(showing::from_row(row, 13)?),
            None => None,
        };
        let origin: String = row.get(10)?;
        Ok(Judgment {
            given: NewJudgment {
                id: JudgmentId(row.get(1)?),
                item: ItemId(row.get(2)?),
                annotator: AnnotatorId(row.get(3)?),
                verdict,
                flagged: row.get(7)?,
                comment: row.get(8)?,
                rubric_version: row.get(9)?,
                showing,
                origin: if origin == "label" { Origin::Label } else { Origin::Screen },
                recorded_at: UnixMillis(row.get(11)?),
            },
            revision: row.get(4)?,
            supersedes: row.get::<_, Option<[u8; 16]>>(5)?.map(JudgmentId),
        })
    }

    fn answers_of(&mut self, number: i64) -> Result<Vec<Answer>> {
        let first = number * MAX_ANSWERS;
        let mut rows = self.answers.query([first, first + MAX_ANSWERS - 1])?;
        let mut answers = Vec::new();
        while let Some(row) = rows.next()? {
            let outcome: String = row.get(1)?;
            let outcome = Outcome::from_word(&outcome).ok_or_else(|| {
                StoreError::Damaged(format!("an answer has an unknown outcome: {outcome:?}"))
            })?;
            let strength: Option<String> = row.get(2)?;
            answers.push(Answer {
                question: row.get(0)?,
                value: AnswerValue::Preference(Preference {
                    outcome,
                    strength: strength.as_deref().and_then(Strength::from_word),
                    reason: row.get(3)?,
                }),
            });
        }
        Ok(answers)
    }
}
