//! Prodigy's choice interface: a task with its `options`, the ids that were chosen in `accept`, and `answer`.
//!
//! An option that says that both or neither are good is no candidate but an outcome. Whoever ignored a task skipped
//! it, and whoever rejected it could not judge it. The annotator is the session (`_annotator_id`, else
//! `_session_id`).

use serde_json::Value;
use tiebreak_domain::answer::Ranking;
use tiebreak_domain::rubric::OVERALL;
use tiebreak_domain::{
    Answer, AnswerValue, Candidate, Item, Outcome, Part, Preference, Strength, TextFormat,
};

use super::fields::{self, Columns, Row};
use super::image_reward::RANKING;
use super::{ItemShape, Understood, parts_from_text_cell, refusal_by_name, response_from_cell};
use crate::cell::Cell;
use crate::mapping::{ends_as, is_image_uri};
use crate::record::Label;
use crate::votes::outcome_without_winner;

const KNOWN: &[&str] = &[
    "text",
    "html",
    "image",
    "video",
    "options",
    "accept",
    "answer",
    "_annotator_id",
    "_session_id",
    "id",
    "strength",
    "comment",
    "spans",
    "tokens",
];

/// Reads Prodigy's choices.
pub(crate) struct ProdigyShape {
    columns: Columns,
    text_format: TextFormat,
}

/// What an option stands for.
enum Meant {
    Candidate(u8),
    Outcome(Outcome),
}

impl ProdigyShape {
    pub(crate) fn new(all: &[String], text_format: TextFormat) -> Self {
        Self { columns: Columns::new(KNOWN, all), text_format }
    }
}

/// Whether a row is a task of the choice interface.
pub(crate) fn is_choice(row: &serde_json::Map<String, Value>) -> bool {
    let is_option = |option: &Value| option.get("id").is_some();
    let options = row.get("options").and_then(Value::as_array);
    options.is_some_and(|options| !options.is_empty() && options.iter().all(is_option))
        && (row.contains_key("accept") || row.contains_key("answer") || row.contains_key("_task_hash"))
}

impl ItemShape for ProdigyShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    /// A task stands once for each of its annotators.
    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let prompt = self.prompt(&mut row)?;
        let (mut candidates, mut names, mut meant) = (Vec::new(), Vec::new(), Vec::new());
        for option in row.list("options")? {
            let id = option.get("id").and_then(|id| Cell::of_value(id).into_text()).unwrap_or_default();
            let words = option.get("text").and_then(Value::as_str).unwrap_or_default();
            let outcome = [id.as_str(), words].into_iter().find_map(outcome_without_winner);
            if let Some(outcome) = outcome {
                meant.push((id, Meant::Outcome(outcome)));
                continue;
            }
            candidates.push(self.candidate(&option, &id)?);
            names.push(format!("the option {id:?}"));
            meant.push((id, Meant::Candidate((candidates.len() - 1) as u8)));
        }
        let (labels, doubt) = match labels(&mut row, &meant, candidates.len()) {
            Ok(label) => (label.into_iter().collect(), None),
            Err(wrong) => (Vec::new(), Some(wrong)),
        };
        let external_id = row.text("id");
        row.take("tokens");
        row.keep("spans");
        let item = Item { external_id, prompt, candidates, metadata: row.metadata, ..Item::default() };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        match refusal_by_name(&item, &names) {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

impl ProdigyShape {
    fn prompt(&self, row: &mut Row) -> Result<Vec<Part>, String> {
        let mut prompt = parts_from_text_cell("text", row.take("text"), self.text_format)?;
        // Words that a page shows are words in Markdown, too.
        prompt.extend(parts_from_text_cell("html", row.take("html"), TextFormat::Markdown)?);
        prompt.extend(row.text("image").map(Part::image));
        prompt.extend(row.text("video").map(|uri| Part::Video { uri }));
        Ok(prompt)
    }

    fn candidate(&self, option: &Value, id: &str) -> Result<Candidate, String> {
        let text = |name: &str| option.get(name).and_then(Value::as_str);
        let parts = match (text("image"), text("video"), option.get("text").or(option.get("html"))) {
            (Some(uri), ..) => vec![medium(uri)],
            (None, Some(uri), _) => vec![Part::Video { uri: uri.to_owned() }],
            (None, None, Some(words)) => {
                response_from_cell(&format!("option {id}"), Cell::of_value(words), self.text_format)?
            }
            (None, None, None) => return Err(format!("the option {id:?} shows nothing")),
        };
        let model = text("model").map(str::to_owned);
        Ok(Candidate { parts, model, ..Candidate::default() })
    }
}

fn medium(uri: &str) -> Part {
    let is_video = !is_image_uri(uri) && ends_as(uri, tiebreak_domain::import::ContentKind::Video);
    if is_video { Part::Video { uri: uri.to_owned() } } else { Part::image(uri) }
}

/// What was said, if anything was; or what is wrong with it, in a sentence.
fn labels(row: &mut Row, meant: &[(String, Meant)], candidates: usize) -> Result<Option<Label>, String> {
    let annotator = row.text("_annotator_id");
    let annotator = annotator.or(row.text("_session_id"));
    let comment = row.text("comment").unwrap_or_default();
    let strength = row.text("strength").and_then(|word| Strength::from_word(&word));
    let answer = row.text("answer");
    let chosen = match row.take("accept") {
        Cell::Missing => Vec::new(),
        Cell::Json(Value::Array(list)) => list,
        other => return Err(format!("\"accept\" is {}, expected a list of ids", other.kind())),
    };
    let of = |preference: Preference| {
        let label = Label::of_answers(vec![fields::preference(OVERALL, preference)]);
        Some(Label { annotator: annotator.clone(), comment: comment.clone(), ..label })
    };
    match answer.as_deref() {
        Some("ignore") => return Ok(Some(Label { comment, ..Label::skip(annotator) })),
        Some("reject") if candidates == 2 => return Ok(of(fields::unratable("rejected in Prodigy"))),
        Some("reject") => return Err("the task was rejected, which says nothing of an order".to_owned()),
        Some("accept") | None => {}
        Some(other) => return Err(format!("\"answer\" is {other:?}, expected accept, reject or ignore")),
    }
    if chosen.is_empty() {
        // A task that nobody has seen yet has no answer either.
        return if answer.is_none() { Ok(None) } else { Err("no option was chosen".to_owned()) };
    }
    let mut better = Vec::new();
    let mut outcomes = Vec::new();
    for id in &chosen {
        let id = Cell::of_value(id).into_text().unwrap_or_default();
        match meant.iter().find(|(known, _)| *known == id) {
            Some((_, Meant::Candidate(place))) => better.push(*place),
            Some((_, Meant::Outcome(outcome))) => outcomes.push(*outcome),
            None => return Err(format!("{id:?} was chosen, which is no option")),
        }
    }
    better.sort_unstable();
    better.dedup();
    match (outcomes.as_slice(), better.as_slice(), candidates) {
        ([outcome], [], 2) => Ok(of(match outcome {
            Outcome::Unratable => fields::unratable("unratable in the data"),
            outcome => Preference::new(*outcome),
        })),
        ([Outcome::Tie], [], _) => Ok(Some(order(annotator, comment, (0..candidates as u8).collect()))),
        ([], [place @ 0..=1], 2) => {
            let outcome = if *place == 0 { Outcome::A } else { Outcome::B };
            Ok(of(Preference { strength, ..Preference::new(outcome) }))
        }
        ([], [0, 1], 2) => Ok(of(Preference::new(Outcome::Tie))),
        ([], [_, ..], _) => Ok(Some(order(annotator, comment, better))),
        _ => Err("what was chosen says two things at once".to_owned()),
    }
}

/// Some are better than the others.
fn order(annotator: Option<String>, comment: String, best: Vec<u8>) -> Label {
    let value = AnswerValue::Ranking(Ranking { groups: vec![best], worst: None });
    let answer = Answer { question: RANKING.to_owned(), candidate: None, value };
    Label { annotator, comment, ..Label::of_answers(vec![answer]) }
}
