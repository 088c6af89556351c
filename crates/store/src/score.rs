//! Scores: what models said of candidates. Derived data: it can be computed again, and a change of the content is
//! another candidate, so that nothing here is ever out of date.

use tiebreak_domain::reward::ModelKey;
use tiebreak_domain::rubric::OVERALL;
use tiebreak_domain::{ItemId, UnixMillis};

use crate::change::Change;
use crate::reader::Reader;
use crate::sql::{Connection, Row, Statement, Value, params};
use crate::store::Store;
use crate::{Result, StoreError};

/// Room for the candidates of an item among the numbers of candidates.
const CANDIDATES_PER_ITEM: i64 = 16;

/// A model whose scores a project holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoredModel {
    /// Its identity.
    pub key: ModelKey,
    /// What people call it.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What its numbers are about.
    pub dimensions: Vec<String>,
    /// Whether it holds the two candidates of a pair against each other, and says one thing of both, which is kept at the
    /// first; none where it scored before that was kept.
    pub is_judge: Option<bool>,
}

/// What a model said of one candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct CandidateScore {
    /// The item.
    pub item: ItemId,
    /// The candidate, by the data's order.
    pub candidate: u8,
    /// The content as the model reads it, hashed.
    pub input_key: [u8; 16],
    /// One number a dimension.
    pub scores: Vec<f32>,
    /// Its embedding, where it gives one.
    pub embedding: Option<Vec<f32>>,
}

/// What one model said of an item.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredScores {
    /// The model.
    pub model: ScoredModel,
    /// Candidate by candidate, those that have a score, in the data's order.
    pub candidates: Vec<(u8, Vec<f32>)>,
}

/// An outcome that was taken from a model in bulk.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelLabel {
    /// The item.
    pub item: ItemId,
    /// The word of whoever said it ([`tiebreak_domain::reward::Scorer::word`]).
    pub scorer: String,
    /// Whoever said it, as exports name them: `model:NAME@PRECISION`.
    pub source: String,
    /// The question that it answers.
    pub question: String,
    /// What it said.
    pub prediction: tiebreak_domain::reward::Prediction,
    /// When it was taken.
    pub accepted_at: UnixMillis,
}

impl Store {
    /// Stores what a model said, all or nothing. What is known of a candidate is replaced by the same.
    pub fn add_scores(&mut self, model: &ScoredModel, scores: &[CandidateScore]) -> Result<()> {
        self.change(|connection| {
            connection.execute(
                "INSERT INTO model (key, name, version, dimensions, is_judge) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT (key) DO UPDATE SET \
                 name = excluded.name, is_judge = coalesce(excluded.is_judge, model.is_judge)",
                params![
                    model.key.0,
                    model.name,
                    model.version,
                    serde_json::to_string(&model.dimensions)?,
                    model.is_judge,
                ],
            )?;
            let id: i64 =
                connection
                    .query_row("SELECT id FROM model WHERE key = ?1", [&model.key.0], |row| row.get(0))?;
            let mut statement = connection.prepare_cached(
                "INSERT INTO score (model_id, candidate, input_key, scores, embedding) \
                 VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (model_id, candidate) DO UPDATE SET \
                 input_key = excluded.input_key, scores = excluded.scores, embedding = excluded.embedding",
            )?;
            for score in scores {
                let numbers = score.scores.iter().chain(score.embedding.iter().flatten());
                if let Some(bad) = numbers.copied().find(|number| !number.is_finite()) {
                    let refusal = format!("the score of item {} is no number, {bad}", score.item);
                    return Err(StoreError::Refused(refusal));
                }
                statement.execute(params![
                    id,
                    place(score.item, score.candidate),
                    score.input_key,
                    bytes_from_floats(&score.scores),
                    score.embedding.as_deref().map(bytes_from_floats),
                ])?;
            }
            Ok(())
        })?;
        self.tell(&[Change::Scores]);
        Ok(())
    }

    /// Takes labels from a model, in the place of those taken before for the same items.
    pub fn add_model_labels(&mut self, labels: &[ModelLabel]) -> Result<()> {
        self.change(|connection| {
            let mut statement = connection.prepare_cached(
                "INSERT INTO model_label (item_id, scorer, a, tie, b, accepted_at, source, question) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (item_id) DO UPDATE SET \
                 scorer = excluded.scorer, a = excluded.a, tie = excluded.tie, b = excluded.b, \
                 accepted_at = excluded.accepted_at, source = excluded.source, question = excluded.question",
            )?;
            for label in labels {
                write_label(&mut statement, label)?;
            }
            Ok(())
        })
    }

    /// Takes every label of a model back; how many there were.
    pub fn forget_model_labels(&mut self) -> Result<u64> {
        self.change(|connection| connection.execute("DELETE FROM model_label", ()))
    }
}

impl Reader {
    /// Every model whose scores the project holds, the first that scored first. What is kept beside them under
    /// hidden keys ([`ModelKey::is_hidden`]) is no model.
    pub fn scored_models(&self) -> Result<Vec<ScoredModel>> {
        let mut statement = self
            .connection()
            .prepare_cached("SELECT key, name, version, dimensions, is_judge FROM model ORDER BY id")?;
        let mut rows = statement.query(())?;
        let mut models = Vec::new();
        while let Some(row) = rows.next()? {
            models.push(model_from_row(row, 0)?);
        }
        models.retain(|model| !model.key.is_hidden());
        Ok(models)
    }

    /// How many candidates a model has scored.
    pub fn score_count(&self, model: &ModelKey) -> Result<u64> {
        let mut statement = self.connection().prepare_cached(
            "SELECT count(*) FROM score WHERE model_id = (SELECT id FROM model WHERE key = ?1)",
        )?;
        Ok(statement.query_row([&model.0], |row| row.get::<i64>(0))? as u64)
    }

    /// Every score of a model in the order of items and candidates: item, candidate, key of the input, scores.
    pub fn each_score(
        &self,
        model: &ModelKey,
        mut take: impl FnMut(ItemId, u8, [u8; 16], &[f32]),
    ) -> Result<()> {
        let mut statement = self.connection().prepare_cached(
            "SELECT candidate, input_key, scores FROM score \
             WHERE model_id = (SELECT id FROM model WHERE key = ?1) ORDER BY candidate",
        )?;
        let mut rows = statement.stream([&model.0])?;
        let mut numbers = Vec::new();
        while let Some(row) = rows.next()? {
            floats_from_row(row, 2, &mut numbers)?;
            let (item, candidate) = item_and_candidate(row.get(0)?);
            take(item, candidate, row.get(1)?, &numbers);
        }
        Ok(())
    }

    /// What a model said of one candidate, its embedding included.
    pub fn score_of(&self, model: &ModelKey, item: ItemId, candidate: u8) -> Result<Option<CandidateScore>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT input_key, scores, embedding FROM score \
             WHERE model_id = (SELECT id FROM model WHERE key = ?1) AND candidate = ?2",
        )?;
        let mut rows = statement.query(params![model.0, place(item, candidate)])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let mut scores = Vec::new();
        floats_from_row(row, 1, &mut scores)?;
        let mut embedding = None;
        if !matches!(row.get_ref(2)?, Value::Null) {
            floats_from_row(row, 2, embedding.insert(Vec::new()))?;
        }
        Ok(Some(CandidateScore { item, candidate, input_key: row.get(0)?, scores, embedding }))
    }

    /// What has a score of a model, of the items from one number to another.
    pub fn scored_between(&self, model: &ModelKey, first: ItemId, last: ItemId) -> Result<Vec<(ItemId, u8)>> {
        let known = "SELECT candidate FROM score WHERE model_id = (SELECT id FROM model WHERE key = ?1) \
                     AND candidate BETWEEN ?2 AND ?3";
        self.known_between(known, model, first, last)
    }

    /// What has an embedding of a model, of the items from one number to another.
    pub fn embedded_between(
        &self,
        model: &ModelKey,
        first: ItemId,
        last: ItemId,
    ) -> Result<Vec<(ItemId, u8)>> {
        let known = "SELECT candidate FROM score WHERE model_id = (SELECT id FROM model WHERE key = ?1) \
                     AND candidate BETWEEN ?2 AND ?3 AND embedding IS NOT NULL";
        self.known_between(known, model, first, last)
    }

    fn known_between(
        &self,
        known: &str,
        model: &ModelKey,
        first: ItemId,
        last: ItemId,
    ) -> Result<Vec<(ItemId, u8)>> {
        let mut statement = self.connection().prepare_cached(known)?;
        let most = (CANDIDATES_PER_ITEM - 1) as u8;
        let places = statement.query_map(params![model.0, place(first, 0), place(last, most)], |row| {
            row.get(0).map(item_and_candidate)
        })?;
        places.collect()
    }

    /// Every embedding of a model in the order of items and candidates.
    pub fn each_embedding(&self, model: &ModelKey, mut take: impl FnMut(ItemId, u8, &[f32])) -> Result<()> {
        let mut statement = self.connection().prepare_cached(
            "SELECT candidate, embedding FROM score \
             WHERE model_id = (SELECT id FROM model WHERE key = ?1) AND embedding IS NOT NULL ORDER BY candidate",
        )?;
        let mut rows = statement.stream([&model.0])?;
        let mut numbers = Vec::new();
        while let Some(row) = rows.next()? {
            floats_from_row(row, 1, &mut numbers)?;
            let (item, candidate) = item_and_candidate(row.get(0)?);
            take(item, candidate, &numbers);
        }
        Ok(())
    }

    /// What models said of an item's candidates.
    pub fn item_scores(&self, item: ItemId) -> Result<Vec<StoredScores>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT m.key, m.name, m.version, m.dimensions, m.is_judge, s.candidate, s.scores FROM model m \
             JOIN score s ON s.model_id = m.id AND s.candidate BETWEEN ?1 AND ?2 ORDER BY m.id, s.candidate",
        )?;
        let mut rows = statement.query([place(item, 0), place(item, 15)])?;
        let mut said: Vec<StoredScores> = Vec::new();
        while let Some(row) = rows.next()? {
            let model = model_from_row(row, 0)?;
            if model.key.is_hidden() {
                continue;
            }
            let mut numbers = Vec::new();
            floats_from_row(row, 6, &mut numbers)?;
            let (_, candidate) = item_and_candidate(row.get(5)?);
            match said.last_mut().filter(|last| last.model.key == model.key) {
                Some(last) => last.candidates.push((candidate, numbers)),
                None => said.push(StoredScores { model, candidates: vec![(candidate, numbers)] }),
            }
        }
        Ok(said)
    }

    /// Every label that was taken from a model, in the order of the file.
    pub fn model_labels(&self) -> Result<Vec<ModelLabel>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT item_id, scorer, a, tie, b, accepted_at, source, question FROM model_label ORDER BY item_id",
        )?;
        let labels = statement.query_map((), label_from_row)?;
        labels.collect()
    }
}

/// The label that an item has from a model, if any.
pub(crate) fn label_of(connection: &Connection, item: ItemId) -> Result<Option<ModelLabel>> {
    let mut statement = connection.prepare_cached(
        "SELECT item_id, scorer, a, tie, b, accepted_at, source, question FROM model_label WHERE item_id = ?1",
    )?;
    let mut rows = statement.query([item.0])?;
    rows.next()?.map(label_from_row).transpose()
}

fn label_from_row(row: &Row<'_>) -> Result<ModelLabel> {
    let (scorer, source, question): (String, String, String) = (row.get(1)?, row.get(6)?, row.get(7)?);
    Ok(ModelLabel {
        item: ItemId(row.get(0)?),
        source: if source.is_empty() { format!("model:{scorer}") } else { source },
        question: if question.is_empty() { OVERALL.to_owned() } else { question },
        scorer,
        prediction: crate::prediction::prediction_from_row(row, 2)?,
        accepted_at: UnixMillis(row.get(5)?),
    })
}

/// Keeps a label that came from elsewhere, unless the item has one that was taken later; whether it did. Of labels
/// taken at one time the same stays whichever comes first, so that two copies that take each other in agree.
pub(crate) fn add_later_label(connection: &Connection, label: &ModelLabel) -> Result<bool> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO model_label (item_id, scorer, a, tie, b, accepted_at, source, question) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (item_id) DO UPDATE SET scorer = excluded.scorer, \
         a = excluded.a, tie = excluded.tie, b = excluded.b, accepted_at = excluded.accepted_at, \
         source = excluded.source, question = excluded.question \
         WHERE (excluded.accepted_at, excluded.source, excluded.question, excluded.a, excluded.b) \
             > (model_label.accepted_at, model_label.source, model_label.question, model_label.a, model_label.b)",
    )?;
    write_label(&mut statement, label)
}

/// Whether a row was written.
fn write_label(statement: &mut Statement<'_>, label: &ModelLabel) -> Result<bool> {
    let said = label.prediction;
    let written = statement.execute(params![
        label.item.0,
        label.scorer,
        said.a,
        said.tie,
        said.b,
        label.accepted_at.0,
        label.source,
        label.question
    ])?;
    Ok(written > 0)
}

fn place(item: ItemId, candidate: u8) -> i64 {
    item.0 * CANDIDATES_PER_ITEM + i64::from(candidate)
}

fn item_and_candidate(place: i64) -> (ItemId, u8) {
    (ItemId(place / CANDIDATES_PER_ITEM), (place % CANDIDATES_PER_ITEM) as u8)
}

fn model_from_row(row: &Row<'_>, first: usize) -> Result<ScoredModel> {
    Ok(ScoredModel {
        key: ModelKey(row.get(first)?),
        name: row.get(first + 1)?,
        version: row.get(first + 2)?,
        dimensions: crate::item::json(row, first + 3)?,
        is_judge: row.get(first + 4)?,
    })
}

fn bytes_from_floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn floats_from_row(row: &Row<'_>, column: usize, numbers: &mut Vec<f32>) -> Result<()> {
    let bytes = row.get_ref(column)?.as_blob()?;
    let (whole, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(StoreError::Damaged(format!("a score has {} bytes", bytes.len())));
    }
    numbers.clear();
    numbers.extend(whole.iter().map(|bytes| f32::from_le_bytes(*bytes)));
    Ok(())
}
