//! Parts as turns of a conversation or as bare text, and the rules that both have to keep.

use serde_json::{Value, json};
use tiebreak_domain::{Candidate, Part};

use crate::message::message_json;

/// Who says what.
pub(super) type Turn<'a> = (&'a str, String);

/// All words, parts separated by blank lines.
pub(super) fn joined(parts: &[Part]) -> String {
    parts.iter().filter_map(Part::text).collect::<Vec<_>>().join("\n\n")
}

/// The text of parts that are texts, or one message of the expected role.
pub(super) fn bare_text(parts: &[Part], expected: &str, name: &str) -> Result<String, String> {
    let count = parts.iter().filter(|part| matches!(part, Part::Message { .. })).count();
    match parts {
        _ if count == 0 => Ok(joined(parts)),
        [Part::Message { role, text }] if role == expected => Ok(text.clone()),
        [Part::Message { role, .. }] => Err(format!(
            "{name} is a message of {role:?}, which a bare text cannot say; export it conversational"
        )),
        _ => Err(format!(
            "{name} is a conversation of {count} turns, which a bare text cannot say; export it conversational"
        )),
    }
}

/// Parts as turns; texts that follow one another are one turn of the usual speaker.
pub(super) fn turns<'a>(parts: &'a [Part], usual: &'a str) -> Vec<Turn<'a>> {
    turns_with(parts, usual, |part| part.text().unwrap_or_default().to_owned())
}

/// The same, with a word of one's own for each part that is no message, or none.
pub(super) fn turns_with<'a>(
    parts: &'a [Part],
    usual: &'a str,
    word: impl Fn(&'a Part) -> String,
) -> Vec<Turn<'a>> {
    let join = |said: Vec<(&Part, String)>| {
        let mut text = String::new();
        for (_, word) in said.into_iter().filter(|(part, word)| part.uri().is_none() || !word.is_empty()) {
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(&word);
        }
        text
    };
    let said = parts.iter().map(|part| (part, word(part))).collect();
    grouped(said, usual).into_iter().map(|(role, said)| (role, join(said))).collect()
}

/// Turns as messages whose content is a list, in which an image has its place and its address stands elsewhere.
pub(super) fn content_lists(parts: &[Part], usual: &str) -> Vec<Value> {
    let blocks = |said: Vec<(&Part, ())>| -> Vec<Value> {
        let block = |(part, ()): (&Part, ())| match part.text() {
            Some("") => None,
            Some(text) => Some(json!({ "type": "text", "text": text })),
            None => Some(json!({ "type": "image" })),
        };
        said.into_iter().filter_map(block).collect()
    };
    grouped(parts.iter().map(|part| (part, ())).collect(), usual)
        .into_iter()
        .map(|(role, said)| json!({ "role": role, "content": blocks(said) }))
        .collect()
}

/// Parts by who says them. Texts that follow one another are one turn of the usual speaker. A medium stands in the turn
/// before it; at the start, and behind a system message, it begins the turn of the usual speaker.
fn grouped<'a, W>(parts: Vec<(&'a Part, W)>, usual: &'a str) -> Vec<(&'a str, Vec<(&'a Part, W)>)> {
    let mut turns: Vec<(&str, Vec<(&Part, W)>)> = Vec::new();
    for (part, word) in parts {
        let role = if let Part::Message { role, .. } = part { Some(role.as_str()) } else { None };
        let is_medium = part.uri().is_some();
        let joins = |(before, said): &(&str, Vec<(&Part, W)>)| {
            if let Some(role) = role {
                // A message may still be the words of a turn that is nothing but media.
                return role == usual && said.iter().all(|(part, _)| part.uri().is_some());
            }
            let was_message = matches!(said.last(), Some((Part::Message { .. }, _)));
            !was_message || (is_medium && *before != "system")
        };
        match turns.last_mut() {
            Some(turn) if joins(turn) => turn.1.push((part, word)),
            _ => turns.push((role.unwrap_or(usual), vec![(part, word)])),
        }
    }
    turns
}

/// Holds turns against the rule that user and assistant alternate, after at most one system message.
pub(super) fn check_turns(turns: &[Turn], name: &str) -> Result<(), String> {
    let spoken = turns.iter().skip(usize::from(turns.first().is_some_and(|(role, _)| *role == "system")));
    let mut before = "";
    for (role, _) in spoken {
        if !matches!(*role, "user" | "assistant") {
            return Err(format!("{name} has a turn of {role:?}, expected user or assistant"));
        }
        if *role == before {
            return Err(format!(
                "{name} has two turns of {role:?} after one another, and roles must alternate"
            ));
        }
        before = role;
    }
    Ok(())
}

/// Holds the last turn against who has to say it. An assistant may have said nothing; a user who did asks nothing.
pub(super) fn check_end(turns: &[Turn], expected: &str, name: &str) -> Result<(), String> {
    match turns.last() {
        Some((role, text)) if *role == expected && (expected == "assistant" || !text.trim().is_empty()) => {
            Ok(())
        }
        Some((role, _)) if *role == expected => Err(format!("{name} ends with an empty turn of {role:?}")),
        Some((role, _)) => Err(format!("{name} ends with {role:?}, expected {expected:?}")),
        None => Err(format!("{name} is empty")),
    }
}

/// Turns as a list of messages.
pub(super) fn messages(turns: &[Turn]) -> Value {
    turns.iter().map(|(role, text)| message_json(role, text)).collect()
}

/// The prompt as one text, for formats that know texts only: a conversation stands as HelpSteer2 writes it,
/// each turn after the first behind `<extra_id_1>` and who speaks.
pub(super) fn prompt_text(prompt: &[Part]) -> Result<String, String> {
    refuse_media(prompt, "the prompt")?;
    let turns = turns(prompt, "user");
    if turns.iter().all(|(_, text)| text.trim().is_empty()) {
        return Err("the prompt is empty".to_owned());
    }
    if let [(_, text)] = turns.as_slice() {
        return Ok(text.clone());
    }
    check_turns(&turns, "the prompt")?;
    check_end(&turns, "user", "the prompt")?;
    let mut text = String::new();
    for (place, (role, said)) in turns.iter().enumerate() {
        match (place, *role) {
            (0, "user") => {}
            (_, "assistant") => text.push_str("\n<extra_id_1>Assistant\n"),
            (_, "user") => text.push_str("\n<extra_id_1>User\n"),
            _ => return Err("the prompt has a system message, which this format cannot say".to_owned()),
        }
        text.push_str(said);
    }
    Ok(text)
}

/// What a candidate says, for formats that know texts only; nothing, where it is an empty response.
pub(super) fn response_text(candidate: &Candidate, index: usize) -> Result<String, String> {
    let name = format!("candidate {}", index + 1);
    refuse_media(&candidate.parts, &name)?;
    if candidate.is_missing() {
        return Err(format!("{name} is empty"));
    }
    bare_text(&candidate.parts, "assistant", &name)
}

/// Where the one medium of a candidate is, for formats that know media only.
pub(super) fn medium(candidate: &Candidate, index: usize) -> Result<&str, String> {
    let mut media = candidate.parts.iter().filter_map(Part::uri);
    match (media.next(), media.next()) {
        (Some(uri), None) if !uri.trim().is_empty() => Ok(uri),
        (Some(_), Some(_)) => {
            Err(format!("candidate {} has several media, and this format names one", index + 1))
        }
        _ => Err(format!("candidate {} has no image or video, and this format names one", index + 1)),
    }
}

/// A candidate in one word: its text, or where its medium is.
pub(super) fn text_or_medium(candidate: &Candidate, index: usize) -> Result<String, String> {
    if candidate.parts.iter().any(|part| part.uri().is_some()) {
        medium(candidate, index).map(str::to_owned)
    } else {
        response_text(candidate, index)
    }
}

/// Holds parts against the rule of formats that know texts only.
pub(super) fn refuse_media(parts: &[Part], name: &str) -> Result<(), String> {
    if parts.iter().any(|part| part.uri().is_some()) {
        return Err(format!("{name} holds a medium, and this format knows texts only"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_conversation_in_one_text_stands_as_helpsteer2_writes_it() {
        let said =
            [Part::message("user", "Hi"), Part::message("assistant", "Hello"), Part::message("user", "Why?")];
        assert_eq!(
            prompt_text(&said).unwrap(),
            "Hi\n<extra_id_1>Assistant\nHello\n<extra_id_1>User\nWhy?",
            "the delimiters of the dataset's card"
        );
        assert_eq!(prompt_text(&[Part::markdown("Hi")]).unwrap(), "Hi", "one turn has no delimiter");
        assert!(prompt_text(&said[..2]).is_err(), "a prompt that ends with the assistant asks nothing");
    }

    #[test]
    fn one_medium_is_named_and_several_are_refused() {
        let picture = |parts: Vec<Part>| Candidate { parts, ..Candidate::default() };
        assert_eq!(medium(&picture(vec![Part::image("a.png")]), 0), Ok("a.png"));
        let two = picture(vec![Part::image("a.png"), Part::image("b.png")]);
        assert!(medium(&two, 0).unwrap_err().contains("several"));
        assert!(response_text(&two, 1).unwrap_err().starts_with("candidate 2 holds a medium"));
    }
}
