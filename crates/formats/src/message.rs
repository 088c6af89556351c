//! Lists of messages: as data writes them, and as parts.
//!
//! Two spellings are known: `{"role", "content"}`, whose content is a text or a list of blocks, and
//! `{"from", "value"}`. The usual other names of the two usual speakers become `user` and `assistant`.

use serde_json::{Map, Value, json};
use tiebreak_domain::Part;

use crate::cell::Cell;

/// The parts of a list of messages (or of a single one); none if the value is no such list.
pub(crate) fn parts_from_messages(value: &Value) -> Option<Vec<Part>> {
    match value {
        Value::Array(messages) => {
            let parts: Option<Vec<Vec<Part>>> = messages.iter().map(parts_from_message).collect();
            parts.map(|parts| parts.into_iter().flatten().collect())
        }
        message => parts_from_message(message),
    }
}

/// The same for a cell, whose text may hold such a list.
pub(crate) fn parts_from_cell(cell: &Cell) -> Option<Vec<Part>> {
    match cell {
        Cell::Json(value) => parts_from_messages(value),
        Cell::Text(text) if looks_like_messages(text) => {
            let value: Value = serde_json::from_str(text).ok()?;
            parts_from_messages(&value).filter(|parts| !parts.is_empty())
        }
        _ => None,
    }
}

/// Why messages cannot be taken though they are some: one calls a tool, and a message that is judged is words. None if
/// no message does.
pub(crate) fn tool_call_in(cell: &Cell) -> Option<&'static str> {
    let calls = |message: &Value| {
        let is_there = |key: &str| message.get(key).is_some_and(|call| !call.is_null() && *call != json!([]));
        ["tool_calls", "function_call"].into_iter().any(is_there)
    };
    let any = |value: &Value| match value {
        Value::Array(messages) => messages.iter().any(calls),
        message => calls(message),
    };
    let has_call = match cell {
        Cell::Json(value) => any(value),
        Cell::Text(text) if looks_like_messages(text) => {
            serde_json::from_str::<Value>(text).is_ok_and(|value| any(&value))
        }
        _ => false,
    };
    has_call
        .then_some("has a message that calls a tool, which would be lost: write the call into its content")
}

fn looks_like_messages(text: &str) -> bool {
    let Some(rest) = text.trim_start().strip_prefix('[') else { return false };
    let Some(rest) = rest.trim_start().strip_prefix('{') else { return false };
    ["\"role\"", "\"content\"", "\"from\"", "\"value\""].iter().any(|key| rest.trim_start().starts_with(key))
}

fn parts_from_message(message: &Value) -> Option<Vec<Part>> {
    let message = message.as_object()?;
    let (role, content) = match (message.get("role"), message.get("from")) {
        (Some(role), _) => (role.as_str()?, message.get("content")?),
        (None, Some(from)) => (from.as_str()?, message.get("value")?),
        (None, None) => return None,
    };
    let role = role_from_data(role);
    match content {
        Value::Null => Some(vec![Part::message(role, "")]),
        Value::String(text) => Some(vec![Part::message(role, text)]),
        Value::Array(blocks) => parts_from_blocks(&role, blocks),
        _ => None,
    }
}

fn parts_from_blocks(role: &str, blocks: &[Value]) -> Option<Vec<Part>> {
    let mut texts = Vec::new();
    let mut images = Vec::new();
    for block in blocks {
        let block = block.as_object()?;
        if let Some(text) = block.get("text").and_then(Value::as_str) {
            texts.push(text);
        } else if let Some(uri) = image_of_block(block) {
            images.push(Part::image(uri));
        } else if block.get("type").and_then(Value::as_str) == Some("image") {
            // A column of its own says which.
            texts.push("<image>");
        }
    }
    let mut parts = vec![Part::message(role, texts.join("\n\n"))];
    parts.append(&mut images);
    Some(parts)
}

fn image_of_block(block: &Map<String, Value>) -> Option<&str> {
    let image = ["image", "image_url", "url", "path"].iter().find_map(|key| block.get(*key))?;
    image.as_str().or_else(|| ["url", "path"].iter().find_map(|key| image.get(*key)?.as_str()))
}

fn role_from_data(role: &str) -> String {
    match role.to_ascii_lowercase().as_str() {
        "user" | "human" | "prompter" => "user".to_owned(),
        "assistant" | "gpt" | "bot" | "model" | "chatgpt" | "ai" => "assistant".to_owned(),
        "system" => "system".to_owned(),
        _ => role.to_owned(),
    }
}

/// One message as trainers write it.
pub(crate) fn message_json(role: &str, text: &str) -> Value {
    json!({ "role": role, "content": text })
}

/// How many parts at the start are equal, leaving at least one on each side.
pub(crate) fn common_prefix(first: &[Part], second: &[Part]) -> usize {
    let most = first.len().min(second.len()).saturating_sub(1);
    first.iter().zip(second).take(most).take_while(|(first, second)| first == second).count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn both_spellings_of_messages_are_read() {
        let expected = Some(vec![Part::message("user", "Hi"), Part::message("assistant", "Hello")]);
        let openai = json!([{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}]);
        let sharegpt = json!([{"from":"human","value":"Hi"},{"from":"gpt","value":"Hello"}]);
        assert_eq!(parts_from_messages(&openai), expected);
        assert_eq!(parts_from_messages(&sharegpt), expected);
        assert_eq!(
            parts_from_cell(&Cell::Text(openai.to_string().into())),
            expected,
            "JSON in a cell of a table"
        );
        assert_eq!(parts_from_messages(&json!([1, 2])), None);
        assert_eq!(parts_from_cell(&Cell::Text("[1] is a footnote".into())), None);
    }

    #[test]
    fn a_call_of_a_tool_is_told() {
        let call = json!([{"role":"assistant","content":null,"tool_calls":[{"id":"1","type":"function"}]}]);
        assert!(tool_call_in(&Cell::Text(call.to_string().into())).is_some(), "in a table, too");
        assert!(tool_call_in(&Cell::Json(call)).is_some());
        let none = json!([{"role":"assistant","content":"Hi","tool_calls":[],"function_call":null}]);
        assert!(tool_call_in(&Cell::Json(none)).is_none());
    }

    #[test]
    fn blocks_keep_their_words_and_their_images() {
        let message = json!({"role":"user","content":[
            {"type":"image","image":"a.png"}, {"type":"text","text":"What is this?"},
            {"type":"image_url","image_url":{"url":"https://x.org/b.png"}}
        ]});
        let expected = vec![
            Part::message("user", "What is this?"),
            Part::image("a.png"),
            Part::image("https://x.org/b.png"),
        ];
        assert_eq!(parts_from_messages(&message), Some(expected));
    }
}
