//! PRISM's utterances: a row for each reply. The replies of one turn follow one another and become one item, and
//! the turns of one conversation follow one another too, so that each is read with what was said before it.

use std::cell::RefCell;

use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Item, Part, TextFormat};

use super::continuation::{Reply, Room, chosen, rated};
use super::fields::{Columns, whole_number};
use super::{ItemShape, Understood, response_from_cell};
use crate::cell::Cell;
use crate::record::Label;

/// Reads PRISM's `utterances` file.
pub(crate) struct UtterancesShape {
    columns: Columns,
    text_format: TextFormat,
    /// The conversation that the row before belonged to.
    before: RefCell<Conversation>,
}

/// A conversation as far as it was read.
#[derive(Debug)]
struct Conversation {
    id: Option<String>,
    turn: i32,
    /// What was said up to the message of this turn.
    prompt: Vec<Part>,
    /// The replies to it that were read.
    replies: Vec<Reply>,
    room: Room,
}

impl UtterancesShape {
    pub(crate) fn new(all: &[String], text_format: TextFormat) -> Self {
        const KNOWN: &[&str] = &[
            "interaction_id",
            "conversation_id",
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
        let before = RefCell::new(Conversation::new(None, Vec::new()));
        Self { columns: Columns::new(KNOWN, all), text_format, before }
    }
}

impl Conversation {
    fn new(id: Option<String>, prompt: Vec<Part>) -> Self {
        Self { id, turn: 0, prompt, replies: Vec::new(), room: Room::new() }
    }

    /// Goes to a turn of a conversation, with the message that opens it; or says why it cannot.
    fn go_to(&mut self, id: Option<String>, turn: i32, message: &str) -> Result<(), String> {
        let message = Part::message("user", message);
        let is_same = id.is_some() && id == self.id;
        if turn == 0 {
            if !is_same || self.turn != 0 || self.prompt.first() != Some(&message) {
                *self = Self::new(id, vec![message]);
            }
            return Ok(());
        }
        if is_same && turn == self.turn && self.prompt.last() == Some(&message) {
            return Ok(());
        }
        if !is_same || turn != self.turn + 1 {
            return Err(format!(
                "turn {turn} does not follow turn {} of its conversation; put the turns of each \"conversation_id\" after one another, or import conversations.jsonl",
                turn - 1
            ));
        }
        let reply = chosen(&self.replies).ok_or_else(|| {
            format!(
                "which reply turn {turn} follows is not known; mark one reply of turn {} by \"if_chosen\"",
                turn - 1
            )
        })?;
        self.prompt.push(Part::message("assistant", self.replies[reply].words()));
        self.prompt.push(message);
        self.turn = turn;
        self.replies.clear();
        Ok(())
    }
}

impl ItemShape for UtterancesShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let turn = row.take("turn").into_value();
        let turn = match &turn {
            None => 0,
            Some(value) => whole_number(value)
                .filter(|turn| *turn >= 0)
                .ok_or_else(|| format!("\"turn\" is {value}, expected a whole number from 0"))?,
        };
        let external_id = row.text("interaction_id");
        let conversation_id = row.text("conversation_id");
        let annotator = row.text("user_id");
        let message = row.text("user_prompt").ok_or("\"user_prompt\" is empty")?;
        let text = response_from_cell("model_response", row.take("model_response"), self.text_format)?;
        let text = text.iter().find_map(Part::text).map(str::to_owned);
        let mut metadata = Metadata::new();
        for name in ["model_provider", "utterance_id"] {
            if let Some(value) = row.take(name).into_value() {
                metadata.insert(name.to_owned(), value);
            }
        }
        let is_chosen =
            row.take("if_chosen").text().map(|text| matches!(&*text, "true" | "True" | "1" | "1.0"));
        let score = row.take("score").into_value();
        let reply = Reply { text, model: row.text("model_name"), metadata, score, is_chosen };
        let mut answers = Vec::new();
        let doubt = rated("score", Some(0), reply.score.as_ref(), &mut answers);
        let candidate = reply.candidate();
        let mut before = self.before.borrow_mut();
        before.go_to(conversation_id.clone(), turn, &message)?;
        let Conversation { prompt, replies, room, .. } = &mut *before;
        if replies.is_empty() {
            room.take(prompt.iter())?;
        }
        room.take_bytes(&candidate.parts)?;
        replies.push(reply);
        if let Some(id) = conversation_id {
            row.metadata.insert("conversation_id".to_owned(), id.into());
        }
        row.metadata.insert("turn".to_owned(), turn.into());
        let item = Item {
            external_id,
            prompt: prompt.clone(),
            candidates: vec![candidate],
            metadata: row.metadata,
            ..Item::default()
        };
        let labels = if answers.is_empty() {
            Vec::new()
        } else {
            vec![Label { annotator, ..Label::of_answers(answers) }]
        };
        match item.refusal() {
            Some(_) => Err("\"model_response\" is empty".to_owned()),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;

    fn read(
        shape: &UtterancesShape,
        turn: i32,
        message: &str,
        reply: &str,
        chosen: bool,
    ) -> Result<Understood, String> {
        let line = format!(
            "{{\"conversation_id\":\"c1\",\"interaction_id\":\"i{turn}\",\"turn\":{turn},\"user_prompt\":\"{message}\",\"model_response\":\"{reply}\",\"score\":81,\"if_chosen\":{chosen}}}"
        );
        shape.understand(cells_from_json(&line, &ItemShape::columns(shape)).unwrap())
    }

    #[test]
    fn a_later_turn_is_read_with_the_conversation_before_it() {
        let shape = UtterancesShape::new(&[], TextFormat::Markdown);
        read(&shape, 0, "Hi", "x", false).unwrap();
        read(&shape, 0, "Hi", "y", true).unwrap();
        let second = read(&shape, 1, "Why?", "z", true).unwrap();
        let so_far =
            [Part::message("user", "Hi"), Part::message("assistant", "y"), Part::message("user", "Why?")];
        assert_eq!(second.item.prompt, so_far);
        assert_eq!(read(&shape, 1, "Why?", "w", false).unwrap().item.prompt, so_far, "the same turn");
        let refused = read(&shape, 3, "So?", "v", true).unwrap_err();
        assert!(refused.starts_with("turn 3 does not follow turn 2"), "{refused}");
        let alone = UtterancesShape::new(&[], TextFormat::Markdown);
        assert!(read(&alone, 1, "Why?", "x", true).is_err(), "nothing stands before it");
    }
}
