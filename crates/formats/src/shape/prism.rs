//! PRISM's conversations: messages of one person, and to each several replies, scored from 1 to 100.
//!
//! Every turn is an item: the conversation so far is its prompt, its replies the candidates. The conversation
//! goes on with the reply that was chosen. A turn whose only reply nobody scored is part of the conversation and
//! nothing to judge, unless it is the last. What was said of the conversation as a whole stands with its last
//! item. Scores are the person's own and are not comparable between people; the person is the annotator.

use serde_json::{Map, Value};
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Answer, Item, Part};

use super::continuation::{self, Reply, Room, rated};
use super::fields::{self, Columns};
use super::{Meaning, Shape, Understood};
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
            "conversation_turns",
            "performance_attributes",
            "choice_attributes",
            "open_feedback",
        ];
        Self { columns: Columns::new(KNOWN, all) }
    }
}

/// One message and the replies to it.
#[derive(Default)]
struct Turn {
    message: Option<String>,
    replies: Vec<Reply>,
}

impl Shape for ConversationsShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    /// Several people's scores of one item follow one another in Tiebreak's own files.
    fn joins_rows(&self) -> bool {
        true
    }

    fn meanings(&self, cells: Vec<Cell>) -> Vec<Result<Meaning, String>> {
        let mut row = self.columns.row(cells);
        let conversation_id = row.text("conversation_id");
        let annotator = row.text("user_id");
        let history = match row.list("conversation_history") {
            Ok(history) => history,
            Err(reason) => return vec![Err(reason)],
        };
        let mut turns = turns_of(&history);
        if let Some(first) = turns.first_mut()
            && first.message.is_none()
        {
            first.message = row.text("opening_prompt");
        }
        let (whole, mut doubt) = about_the_whole(&mut row);
        let mut items = items_of(&turns, conversation_id.as_deref(), &row.metadata);
        if items.is_empty() {
            return vec![Err("\"conversation_history\" holds no reply to judge".to_owned())];
        }
        if let Some((_, answers, own)) = items.iter_mut().rev().find_map(|item| item.as_mut().ok()) {
            answers.extend(whole);
            *own = own.take().or_else(|| doubt.take());
        }
        let understood = |(item, answers, doubt): Said| {
            let label = Label { annotator: annotator.clone(), ..Label::of_answers(answers) };
            let labels = if label.answers.is_empty() { Vec::new() } else { vec![label] };
            Meaning::Item(Understood { item, labels, doubt })
        };
        items.into_iter().map(|item| item.map(understood)).collect()
    }
}

/// An item, what was said of it, and what of that could not be understood.
type Said = (Item, Vec<Answer>, Option<String>);

fn turns_of(history: &[Value]) -> Vec<Turn> {
    let word = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    let mut turns: Vec<(i64, Turn)> = Vec::new();
    for entry in history {
        let before = turns.last().map_or(0, |(number, _)| *number);
        let number = entry.get("turn").and_then(Value::as_i64).unwrap_or(before);
        let place = turns.iter().rposition(|(known, _)| *known == number).unwrap_or_else(|| {
            turns.push((number, Turn::default()));
            turns.len() - 1
        });
        let turn = &mut turns[place].1;
        let content = word(entry, "content");
        if word(entry, "role").as_deref() == Some("user") {
            turn.message.get_or_insert(content.unwrap_or_default());
            continue;
        }
        let provider = word(entry, "model_provider");
        turn.replies.push(Reply {
            text: content,
            model: word(entry, "model_name"),
            metadata: provider
                .map(|provider| ("model_provider".to_owned(), provider.into()))
                .into_iter()
                .collect(),
            score: entry.get("score").cloned(),
            is_chosen: entry.get("if_chosen").and_then(Value::as_bool),
        });
    }
    turns.sort_by_key(|(number, _)| *number);
    turns.into_iter().map(|(_, turn)| turn).collect()
}

/// The items of a conversation, up to the first turn that cannot follow.
fn items_of(turns: &[Turn], conversation_id: Option<&str>, metadata: &Metadata) -> Vec<Result<Said, String>> {
    let mut room = Room::new();
    let mut prompt = Vec::new();
    let mut items = Vec::new();
    for (number, turn) in turns.iter().enumerate() {
        let Some(message) = turn.message.clone() else {
            let what = if number == 0 { "opening message" } else { "message of the user" };
            items.push(Err(format!("turn {number} has no {what}; it and what follows are left out")));
            break;
        };
        prompt.push(Part::message("user", message));
        let is_last = number + 1 == turns.len();
        let is_scored = |reply: &Reply| reply.score.as_ref().is_some_and(|score| !score.is_null());
        let is_judged = turn.replies.len() > 1 || turn.replies.iter().any(is_scored);
        if is_judged || (is_last && !turn.replies.is_empty()) {
            let candidates: Vec<_> = turn.replies.iter().map(Reply::candidate).collect();
            let parts = prompt.iter().chain(candidates.iter().flat_map(|candidate| &candidate.parts));
            if let Err(reason) = room.take(parts) {
                items.push(Err(format!("turn {number} is left out, and what follows: {reason}")));
                break;
            }
            let mut metadata = metadata.clone();
            if let Some(id) = conversation_id {
                metadata.insert("conversation_id".to_owned(), id.into());
            }
            metadata.insert("turn".to_owned(), number.into());
            let item = Item {
                external_id: conversation_id.map(|id| external_id(id, number)),
                prompt: prompt.clone(),
                candidates,
                metadata,
                ..Item::default()
            };
            let (answers, doubt) = continuation::answers(&turn.replies);
            items.push(match item.refusal() {
                None => Ok((item, answers, doubt)),
                Some(reason) if turns.len() == 1 => Err(reason),
                Some(reason) => Err(format!("turn {number} is left out: {reason}")),
            });
        }
        if is_last {
            break;
        }
        let Some(chosen) = continuation::chosen(&turn.replies) else {
            items.push(Err(format!(
                "turn {} is left out, and what follows: which reply it follows is not known; mark one reply of turn {number} by \"if_chosen\"",
                number + 1
            )));
            break;
        };
        prompt.push(Part::message("assistant", turn.replies[chosen].words()));
    }
    items
}

/// The name of a turn: of the first one that of the conversation.
fn external_id(conversation_id: &str, turn: usize) -> String {
    if turn == 0 { conversation_id.to_owned() } else { format!("{conversation_id}:{turn}") }
}

/// What was said of the conversation as a whole.
fn about_the_whole(row: &mut fields::Row) -> (Vec<Answer>, Option<String>) {
    let mut answers = Vec::new();
    let mut doubt = None;
    for (column, prefix) in [("performance_attributes", "performance"), ("choice_attributes", "choice")] {
        for (name, value) in object(row.take(column)) {
            doubt = rated(&format!("{prefix}_{name}"), None, Some(&value), &mut answers).or(doubt);
        }
    }
    if let Some(feedback) = row.text("open_feedback") {
        answers.push(fields::text("open_feedback", None, &feedback));
    }
    (answers, doubt)
}

fn object(cell: Cell) -> Map<String, Value> {
    match cell {
        Cell::Json(Value::Object(object)) => object,
        Cell::Text(text) => serde_json::from_str(&text).unwrap_or_default(),
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests;
