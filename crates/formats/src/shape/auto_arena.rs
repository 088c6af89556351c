//! AutoArena's tables: head-to-heads of two models, whose `winner` is `A`, `B` or `-`; or what one model, after which
//! the file is named, said to each prompt. `judge` is a model by its name, or `Human`.

use std::path::Path;

use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Candidate, Item, Outcome, Preference, TextFormat};

use super::fields::Columns;
use super::{ItemShape, Understood, parts_from_text_cell, refusal, response_from_cell};
use crate::cell::Cell;
use crate::record::Label;
use crate::votes::is_no_vote;

const HEAD_TO_HEAD: &[&str] =
    &["prompt", "model_a", "model_b", "response_a", "response_b", "judge", "winner"];
const RESPONSES: &[&str] = &["prompt", "response", "model"];

/// Reads AutoArena's tables.
pub(crate) struct AutoArenaShape {
    columns: Columns,
    text_format: TextFormat,
    /// The model that a file of responses is named after; none of head-to-heads.
    model: Option<String>,
}

impl AutoArenaShape {
    pub(crate) fn new(all: &[String], path: &str, text_format: TextFormat) -> Self {
        let is_of_one = !all.iter().any(|name| name == "response_a");
        let known = if is_of_one { RESPONSES } else { HEAD_TO_HEAD };
        let stem = Path::new(path).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let model = is_of_one.then(|| stem.unwrap_or_default().trim_end_matches(".csv").to_owned());
        Self { columns: Columns::new(known, all), text_format, model }
    }
}

/// Whether a table has AutoArena's columns, and winners as it writes them.
pub(crate) fn is_auto_arena(columns: &[String], rows: &[Metadata]) -> bool {
    let has = |names: &[&str]| names.iter().all(|name| columns.iter().any(|column| column == name));
    if has(HEAD_TO_HEAD) {
        let winner = |row: &Metadata| row.get("winner").and_then(|winner| winner.as_str().map(str::to_owned));
        let is_known = |winner: String| ["A", "B", "-", ""].contains(&winner.trim());
        return rows.iter().filter_map(winner).all(is_known);
    }
    let is_its_own =
        |name: &String| ["prompt", "response", "model", "result_id", "response_id"].contains(&name.as_str());
    has(&["prompt", "response"]) && columns.iter().all(is_its_own)
}

impl ItemShape for AutoArenaShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    /// A pair stands once for each of its judges.
    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let prompt = parts_from_text_cell("prompt", row.take("prompt"), self.text_format)?;
        if let Some(model) = &self.model {
            let parts = response_from_cell("response", row.take("response"), self.text_format)?;
            let model = row.text("model").unwrap_or_else(|| model.clone());
            let candidates = vec![Candidate { parts, model: Some(model), ..Candidate::default() }];
            let item = Item { prompt, candidates, metadata: row.metadata, ..Item::default() };
            return match refusal(&item, ["response"]) {
                Some(reason) => Err(reason),
                None => Ok(Understood { item, labels: Vec::new(), doubt: None }),
            };
        }
        let mut candidates = Vec::new();
        for (model, response) in [("model_a", "response_a"), ("model_b", "response_b")] {
            let parts = response_from_cell(response, row.take(response), self.text_format)?;
            candidates.push(Candidate { parts, model: row.text(model), ..Candidate::default() });
        }
        let judge = row.text("judge");
        // AutoArena knows one person, whoever it is; every other judge has the name of a model.
        let is_model = judge.as_deref().is_some_and(|judge| models(judge).next().is_some());
        let winner = row.text("winner").filter(|winner| !is_no_vote(winner));
        let outcome = winner.as_deref().map(|winner| match winner.trim() {
            "A" => Ok(Outcome::A),
            "B" => Ok(Outcome::B),
            "-" => Ok(Outcome::Tie),
            other => Err(format!("\"winner\" is {other:?}, expected A, B or -")),
        });
        let (labels, doubt) = match outcome {
            None => (Vec::new(), None),
            Some(Err(doubt)) => (Vec::new(), Some(doubt)),
            Some(Ok(outcome)) => {
                (vec![Label { annotator: judge, is_model, ..Label::new(Preference::new(outcome)) }], None)
            }
        };
        let item = Item { prompt, candidates, metadata: row.metadata, ..Item::default() };
        match refusal(&item, ["response_a", "response_b"]) {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

/// The words of a judge's name that models are called by.
fn models(judge: &str) -> impl Iterator<Item = &str> {
    const FAMILIES: [&str; 18] = [
        "gpt", "chatgpt", "o1", "o3", "o4", "claude", "gemini", "gemma", "llama", "mistral", "mixtral",
        "command", "qwen", "deepseek", "phi", "grok", "nova", "titan",
    ];
    let is_family = |word: &&str| {
        let word = word.to_ascii_lowercase();
        let letters = word.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        FAMILIES.contains(&word.as_str()) || FAMILIES.contains(&letters)
    };
    judge.split(|letter: char| !letter.is_alphanumeric() && letter != '.').filter(is_family)
}
