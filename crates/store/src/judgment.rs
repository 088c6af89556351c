//! The log of judgments: rows in and out, revisions, and the last word kept beside it.

use tiebreak_domain::{
    AnnotatorId, Item, ItemId, Judgment, JudgmentId, NewJudgment, Note, Origin, Rubric, UnixMillis, Verdict,
};

use crate::answer::{self, AnswerRows, MAX_ANSWERS};
use crate::last_word::LastWord;
use crate::sql::{Connection, OptionalExtension, Row, params};
use crate::{Result, StoreError, showing};

/// The columns of [`judgment_from_row`].
pub(crate) const SELECT: &str = "SELECT j.number, j.id, j.item_id, j.annotator_id, j.revision, j.supersedes, \
     j.verdict, j.flagged, j.comment, j.rubric_version, \
     CASE WHEN r.judgment IS NULL THEN j.origin ELSE 'review' END, j.recorded_at, j.showing_id, \
     s.candidate_order, s.models_visible, s.scores_visible, s.shown_at, s.first_input_at, s.submitted_at, \
     s.active_ms, s.idle_ms, s.utc_offset_minutes, s.app_version, s.session, s.acquisition_method, \
     s.acquisition_score, s.propensity, s.window_width, s.window_height, s.pixels_per_point, \
     s.watched, j.notes \
     FROM judgment j LEFT JOIN showing s ON s.id = j.showing_id LEFT JOIN review r ON r.judgment = j.number ";

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
    head.optional()
}

/// The revision of a judgment that is in the log.
pub(crate) fn revision_of(connection: &Connection, id: JudgmentId) -> Result<Option<u32>> {
    let mut statement = connection.prepare_cached("SELECT revision FROM judgment WHERE id = ?1")?;
    statement.query_row([id.0], |row| row.get(0)).optional()
}

/// Whose a judgment in the log is, and what it is about.
pub(crate) fn place_of(connection: &Connection, id: JudgmentId) -> Result<Option<(AnnotatorId, ItemId)>> {
    let mut statement =
        connection.prepare_cached("SELECT annotator_id, item_id FROM judgment WHERE id = ?1")?;
    let place = statement.query_row([id.0], |row| Ok((AnnotatorId(row.get(0)?), ItemId(row.get(1)?))));
    place.optional()
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

/// Refuses what is not the whole answer to what its rubric asks of its item, or more than that.
pub(crate) fn validate_whole(judgment: &NewJudgment, rubric: &Rubric, item: &Item) -> Result<()> {
    let Verdict::Judged { answers } = &judgment.verdict else { return Ok(()) };
    if let Some(slot) = rubric.missing(item, answers) {
        let title = &rubric.questions[slot.question].title;
        return Err(StoreError::Refused(format!("a question has no complete answer yet, {title:?}")));
    }
    if let Some(refusal) = Note::refusal(&judgment.notes, item) {
        return Err(StoreError::Refused(refusal));
    }
    // What was taken back and is said again was seen, or need not be, when it was said first.
    if let Some(showing) = &judgment.showing
        && showing.submitted_at == judgment.recorded_at
        && let Some(candidate) = rubric.unseen(item, answers, &showing.watched)
    {
        let refusal = format!("a candidate has to be seen to its end first, candidate {}", candidate + 1);
        return Err(StoreError::Refused(refusal));
    }
    let kept = rubric.kept(item, answers);
    match answers.iter().find(|answer| !kept.contains(answer)) {
        Some(answer) => {
            let refusal = format!("the question is not asked of this item, {:?}", answer.question);
            Err(StoreError::Refused(refusal))
        }
        None => Ok(()),
    }
}

/// Says that this transaction is about to append: once in each, before the first.
pub(crate) fn announce(connection: &Connection) -> Result<()> {
    match connection.dialect().announce_numbers() {
        Some(sql) => connection.execute_batch(sql),
        None => Ok(()),
    }
}

/// Appends one revision and, if it is the highest, makes it the last word. The transaction has [announced](announce)
/// it.
pub(crate) fn append(
    connection: &Connection,
    judgment: &NewJudgment,
    revision: u32,
    supersedes: Option<JudgmentId>,
    is_last: bool,
) -> Result<()> {
    let showing_id =
        judgment.showing.as_ref().map(|showing| showing::insert(connection, showing)).transpose()?;
    let mut statement = connection.prepare_insert(
        "INSERT INTO judgment (id, item_id, annotator_id, revision, supersedes, verdict, flagged, comment, \
         rubric_version, showing_id, origin, recorded_at, notes) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
        "number",
    )?;
    let verdict = match &judgment.verdict {
        Verdict::Judged { .. } => "judged",
        Verdict::Skipped => "skipped",
        Verdict::Withdrawn => "withdrawn",
    };
    let origin = match judgment.origin {
        // A review is one by its row in a table of its own.
        Origin::Screen | Origin::Review => "screen",
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
        text_from_notes(&judgment.notes)?,
    ])?;
    if judgment.origin == Origin::Review {
        connection.prepare_cached("INSERT INTO review (judgment) VALUES (?1)")?.execute([number])?;
    }
    answer::insert(connection, number, judgment.verdict.answers())?;
    if is_last {
        let word = LastWord::new(&judgment.verdict, judgment.flagged);
        set_last(connection, judgment.annotator, judgment.item, number, word)?;
    }
    Ok(())
}

fn text_from_notes(notes: &[Note]) -> Result<Option<String>> {
    if notes.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_string(notes);
    Ok(Some(text.map_err(|error| StoreError::Refused(format!("notes cannot be written: {error}")))?))
}

fn notes_from_text(number: i64, text: Option<&str>) -> Result<Vec<Note>> {
    let Some(text) = text else { return Ok(Vec::new()) };
    serde_json::from_str(text)
        .map_err(|error| StoreError::Damaged(format!("judgment {number} has unreadable notes: {error}")))
}

/// Makes the judgment with a number the last word of its log.
pub(crate) fn set_last(
    connection: &Connection,
    annotator: AnnotatorId,
    item: ItemId,
    number: i64,
    word: LastWord,
) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO latest (annotator_id, item_id, judgment, state) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (annotator_id, item_id) DO UPDATE SET judgment = excluded.judgment, state = excluded.state",
    )?;
    statement.execute(params![annotator.0, item.0, number, word.state()])?;
    Ok(())
}

/// Reads rows of [`SELECT`], each with its answers.
pub(crate) struct JudgmentRows<'connection> {
    answers: AnswerRows<'connection>,
}

impl<'connection> JudgmentRows<'connection> {
    pub(crate) fn new(connection: &'connection Connection) -> Result<Self> {
        Ok(Self { answers: AnswerRows::new(connection)? })
    }

    /// The judgment in a row of [`SELECT`].
    pub(crate) fn read(&mut self, row: &Row<'_>) -> Result<Judgment> {
        let number: i64 = row.get(0)?;
        let verdict: String = row.get(6)?;
        let verdict = match verdict.as_str() {
            "judged" => Verdict::Judged { answers: self.answers.read(number)? },
            "skipped" => Verdict::Skipped,
            "withdrawn" => Verdict::Withdrawn,
            other => {
                return Err(StoreError::Damaged(format!(
                    "judgment {number} has an unknown verdict: {other:?}"
                )));
            }
        };
        let showing = match row.get::<Option<i64>>(12)? {
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
                notes: notes_from_text(number, row.get::<Option<String>>(31)?.as_deref())?,
                rubric_version: row.get(9)?,
                showing,
                origin: match origin.as_str() {
                    "label" => Origin::Label,
                    "review" => Origin::Review,
                    _ => Origin::Screen,
                },
                recorded_at: UnixMillis(row.get(11)?),
            },
            revision: row.get(4)?,
            supersedes: row.get::<Option<[u8; 16]>>(5)?.map(JudgmentId),
        })
    }
}
