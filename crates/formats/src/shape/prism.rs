//! PRISM: conversations that begin with one message and several replies, each scored from 1 to 100.
//!
//! The first turn is the item. What follows it depends on which reply was chosen and is another conversation for
//! every person, so it stays behind. Scores are the person's own and are not comparable between people; the
//! person is the annotator.

use serde_json::{Map, Value};
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Answer, Candidate, Item, Part, TextFormat};

use super::fields::{self, Columns, whole_number};
use super::{Shape, Understood, parts_from_text_cell};
use crate::cell::Cell;
use crate::record::Label;

/// Reads PRISM's `conversations` file.
pub(crate) struct ConversationsShape {
    columns: Columns,
}

impl ConversationsShape {
    pub(crate) fn new(all: &[String]) -> Self {
        const KNOWN: &[&str] = &[
            "conversation_id",
            "user_id",
            "conversation_history",
            "opening_prompt",
            "performance_attributes",
            "choice_attributes",
            "open_feedback",
        ];
        Self { columns: Columns::new(KNOWN, all) }
    }
}

impl Shape for ConversationsShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    /// Several people's scores of one item follow one another in Tiebreak's own files.
    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let external_id = row.text("conversation_id");
        let annotator = row.text("user_id");
        let history = row.list("conversation_history")?;
        let is_of_first_turn =
            |entry: &&Value| entry.get("turn").and_then(Value::as_i64).unwrap_or_default() == 0;
        let first: Vec<&Value> = history.iter().filter(is_of_first_turn).collect();
        let word = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
        let is_user = |entry: &&&Value| word(entry, "role").as_deref() == Some("user");
        let opening = first.iter().find(is_user).and_then(|entry| word(entry, "content"));
        let opening = opening.or_else(|| row.text("opening_prompt")).ok_or("there is no opening message")?;
        let mut candidates = Vec::new();
        let mut answers = Vec::new();
        let mut doubt = None;
        for entry in first.iter().filter(|entry| !is_user(entry)) {
            let place = candidates.len() as u8;
            let mut metadata = Metadata::new();
            if let Some(provider) = word(entry, "model_provider") {
                metadata.insert("model_provider".to_owned(), provider.into());
            }
            let parts = vec![Part::message("assistant", word(entry, "content").unwrap_or_default())];
            candidates.push(Candidate { parts, model: word(entry, "model_name"), metadata });
            doubt = rated("score", Some(place), entry.get("score"), &mut answers).or(doubt);
        }
        for (column, prefix) in [("performance_attributes", "performance"), ("choice_attributes", "choice")] {
            for (name, value) in object(row.take(column)) {
                doubt = rated(&format!("{prefix}_{name}"), None, Some(&value), &mut answers).or(doubt);
            }
        }
        if let Some(feedback) = row.text("open_feedback") {
            answers.push(fields::text("open_feedback", None, &feedback));
        }
        let labels = if answers.is_empty() {
            Vec::new()
        } else {
            vec![Label { annotator, ..Label::of_answers(answers) }]
        };
        let prompt = vec![Part::message("user", opening)];
        let item = Item { external_id, prompt, candidates, metadata: row.metadata, ..Item::default() };
        match item.refusal() {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

/// Reads PRISM's `utterances` file, a reply to each row.
pub(crate) struct UtterancesShape {
    columns: Columns,
    text_format: TextFormat,
}

impl UtterancesShape {
    pub(crate) fn new(all: &[String], text_format: TextFormat) -> Self {
        const KNOWN: &[&str] = &[
            "interaction_id",
            "user_id",
            "turn",
            "user_prompt",
            "model_response",
            "model_name",
            "model_provider",
            "score",
            "utterance_id",
            "within_turn_id",
            "if_chosen",
        ];
        Self { columns: Columns::new(KNOWN, all), text_format }
    }
}

impl Shape for UtterancesShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let turn = row.take("turn").into_value();
        if turn.as_ref().and_then(whole_number).is_some_and(|turn| turn > 0) {
            return Err("a later turn cannot be judged without its conversation; only first turns are taken"
                .to_owned());
        }
        let external_id = row.text("interaction_id");
        let annotator = row.text("user_id");
        let prompt = row.text("user_prompt").ok_or("\"user_prompt\" is empty")?;
        let reply = parts_from_text_cell("model_response", row.take("model_response"), self.text_format)?;
        let reply = reply.iter().find_map(Part::text).unwrap_or_default();
        let mut metadata = Metadata::new();
        if let Some(provider) = row.take("model_provider").into_value() {
            metadata.insert("model_provider".to_owned(), provider);
        }
        let parts = vec![Part::message("assistant", reply)];
        let candidate = Candidate { parts, model: row.text("model_name"), metadata };
        let mut answers = Vec::new();
        let score = row.take("score").into_value();
        let doubt = rated("score", Some(0), score.as_ref(), &mut answers);
        let labels = if answers.is_empty() {
            Vec::new()
        } else {
            vec![Label { annotator, ..Label::of_answers(answers) }]
        };
        let prompt = vec![Part::message("user", prompt)];
        let item = Item {
            external_id,
            prompt,
            candidates: vec![candidate],
            metadata: row.metadata,
            ..Item::default()
        };
        match item.refusal() {
            Some(_) => Err("\"model_response\" is empty".to_owned()),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

/// Takes a rating if there is one; what could not be understood, in a sentence.
fn rated(
    question: &str,
    candidate: Option<u8>,
    value: Option<&Value>,
    answers: &mut Vec<Answer>,
) -> Option<String> {
    let value = value.filter(|value| !fields::is_absent(value))?;
    match whole_number(value) {
        Some(value) => {
            answers.push(fields::rating(question, candidate, value));
            None
        }
        None => Some(format!("{question:?} is {value}, expected a whole number")),
    }
}

fn object(cell: Cell) -> Map<String, Value> {
    match cell {
        Cell::Json(Value::Object(object)) => object,
        Cell::Text(text) => serde_json::from_str(&text).unwrap_or_default(),
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;

    #[test]
    fn the_first_turn_is_the_item_and_its_person_the_annotator() {
        let shape = ConversationsShape::new(&["conversation_type".to_owned()]);
        let line = r#"{"conversation_id":"c1","user_id":"u1","conversation_type":"unguided","conversation_history":[
            {"turn":0,"role":"user","content":"Is war right?"},
            {"turn":0,"role":"model","content":"No","model_name":"m","model_provider":"p","score":81,"if_chosen":true},
            {"turn":0,"role":"model","content":"Yes","model_name":"n","score":3,"if_chosen":false},
            {"turn":1,"role":"user","content":"Why?"},{"turn":1,"role":"model","content":"…","score":50}],
            "performance_attributes":{"fluency":90,"safety":null},"choice_attributes":{"values":75},"open_feedback":"clear"}"#;
        let row = shape.understand(cells_from_json(line, &shape.columns()).unwrap()).unwrap();
        assert_eq!(row.item.prompt, [Part::message("user", "Is war right?")]);
        assert_eq!(row.item.candidates.len(), 2, "the second turn stays behind");
        assert_eq!(row.labels[0].annotator.as_deref(), Some("u1"));
        let expected = [
            fields::rating("score", Some(0), 81),
            fields::rating("score", Some(1), 3),
            fields::rating("performance_fluency", None, 90),
            fields::rating("choice_values", None, 75),
            fields::text("open_feedback", None, "clear"),
        ];
        assert_eq!(row.labels[0].answers, expected);
    }

    #[test]
    fn later_turns_are_refused_and_say_why() {
        let shape = UtterancesShape::new(&[], TextFormat::Markdown);
        let line = r#"{"interaction_id":"i1","turn":1,"user_prompt":"Why?","model_response":"x","score":81}"#;
        let refused = shape.understand(cells_from_json(line, &shape.columns()).unwrap()).unwrap_err();
        assert!(refused.starts_with("a later turn"), "{refused}");
    }
}
