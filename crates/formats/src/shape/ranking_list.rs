//! Ranking lists: a prompt, its candidates, and the ranks that each annotator gave them, as Tiebreak writes them:
//! `candidates`, `models`, and `rankings` with an `annotator` and its `ranks`, of the question `question`.

use serde_json::Value;
use tiebreak_domain::import::ContentKind;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Answer, AnswerValue, Candidate, Item, TextFormat};

use super::fields::Columns;
use super::image_reward::{RANKING, ranking_from_ranks};
use super::placeholders::medium;
use super::{ItemShape, Understood, parts_from_text_cell, response_from_cell};
use crate::cell::Cell;
use crate::mapping::{ends_as, kind_of_lists};
use crate::record::Label;

/// Reads ranking lists.
pub(crate) struct RankingListShape {
    columns: Columns,
    text_format: TextFormat,
    /// What the candidates are, where they are no texts.
    kind: ContentKind,
}

impl RankingListShape {
    pub(crate) fn new(all: &[String], rows: &[Metadata], text_format: TextFormat) -> Self {
        const KNOWN: &[&str] = &["id", "prompt", "candidates", "models", "question", "rankings"];
        let kind = kind_of_lists("candidates", rows);
        Self { columns: Columns::new(KNOWN, all), text_format, kind }
    }
}

impl ItemShape for RankingListShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let external_id = row.text("id");
        let prompt = parts_from_text_cell("prompt", row.take("prompt"), self.text_format)?;
        let models = row.list("models").unwrap_or_default();
        let mut candidates = Vec::new();
        for (index, content) in row.list("candidates")?.iter().enumerate() {
            let parts = match content.as_str() {
                Some(uri) if ends_as(uri, self.kind) => {
                    vec![medium(usize::from(self.kind == ContentKind::Video), uri)]
                }
                _ => response_from_cell("candidates", Cell::of_value(content), self.text_format)?,
            };
            let model = models.get(index).and_then(Value::as_str).map(str::to_owned);
            candidates.push(Candidate { parts, model, ..Candidate::default() });
        }
        let question = row.text("question").unwrap_or_else(|| RANKING.to_owned());
        let mut labels = Vec::new();
        let mut doubt = None;
        for (index, given) in row.list("rankings").unwrap_or_default().iter().enumerate() {
            let ranks = given.get("ranks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            match ranking_from_ranks(ranks, candidates.len()) {
                Ok(ranking) => {
                    let name = given.get("annotator").and_then(Value::as_str).map(str::to_owned);
                    let annotator = Some(name.unwrap_or_else(|| (index + 1).to_string()));
                    let value = AnswerValue::Ranking(ranking);
                    let answer = Answer { question: question.clone(), candidate: None, value };
                    labels.push(Label { annotator, ..Label::of_answers(vec![answer]) });
                }
                Err(reason) => doubt = Some(format!("ranking {} {reason}", index + 1)),
            }
        }
        let item = Item { external_id, prompt, candidates, metadata: row.metadata, ..Item::default() };
        match item.refusal() {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}
