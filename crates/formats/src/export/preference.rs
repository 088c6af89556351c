//! Rows of chosen and rejected, as trainers read them. A row that would not be valid is refused, and why.
//!
//! What each format says, and what is held against it (FORMATS, section 5, rule 5): explicit: texts only, and a prompt.
//! Implicit: for texts, prompt and response in one, put together by a blank line unless the data brought its own white
//! space between the two; for conversations, full lists of messages. Conversational: lists of messages, the prompt
//! ending with the user, one assistant turn on each side. HH: transcripts, in which no text may hold the marks that
//! part turns, and each side ends with the assistant. OpenAI and LLaMA-Factory have files of their own beside this.
//! None of them can say that one image was chosen over another. Images of the prompt stand in `images` and have their
//! places in lists of content, which TRL reads in conversations; tools stand in `tools`. An empty response can be
//! rejected; to choose one would teach a model to say nothing, and such a row is refused in every format.

use serde::Serialize;
use serde_json::Value;
use tiebreak_domain::{Candidate, ExportFormat, Part};

use super::turns::{Turn, bare_text, check_end, check_turns, content_lists, joined, messages, turns};
use super::{axolotl, llama_factory, openai};
use crate::shape::hh::MARKS;

/// A decided pair, ready to be written.
#[derive(Clone, Copy, Debug)]
pub struct PreferenceRow<'a> {
    /// What was asked for.
    pub prompt: &'a [Part],
    /// The better candidate.
    pub chosen: &'a Candidate,
    /// The other.
    pub rejected: &'a Candidate,
    /// How much better, if it shall be written; finite.
    pub margin: Option<f64>,
    /// Who said so, if it shall be written.
    pub annotator: Option<&'a str>,
    /// The data's name for the item, if it shall be written.
    pub external_id: Option<&'a str>,
    /// The tools that could be called, a list.
    pub tools: Option<&'a Value>,
    /// Whether several of them at once.
    pub may_call_in_parallel: bool,
}

/// The item that a row of more than two candidates belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct Membership {
    /// The same for all rows of the item.
    pub id: String,
    /// How much the row weighs, if it shall be written; finite.
    pub weight: Option<f64>,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt: Option<Value>,
    chosen: Value,
    rejected: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    margin: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<f64>,
}

/// The row as one line without its end, or why it is not valid in this format, in a sentence.
pub fn preference_line(format: ExportFormat, row: &PreferenceRow) -> Result<String, String> {
    preference_line_in_group(format, row, None)
}

/// The same for a row that was made of more than two candidates.
pub fn preference_line_in_group(
    format: ExportFormat,
    row: &PreferenceRow,
    group: Option<&Membership>,
) -> Result<String, String> {
    if format == ExportFormat::LlamaFactory {
        return llama_factory::llama_factory_line(row, group);
    }
    check(row)?;
    check_prompt(format, row)?;
    let (prompt, chosen, rejected) = match format {
        ExportFormat::OpenAi => return openai::openai_line(row),
        ExportFormat::Axolotl(kind) => return axolotl::preference_line(kind, row, group),
        ExportFormat::TrlExplicit => explicit(row)?,
        ExportFormat::TrlImplicit => implicit(row)?,
        ExportFormat::TrlConversational => conversational(row)?,
        ExportFormat::AnthropicHh => transcripts(row)?,
        _ => {
            return Err(format!("{} has no rows of chosen and rejected", format.title()));
        }
    };
    if chosen == rejected {
        return Err("chosen and rejected are the same".to_owned());
    }
    let line = Line {
        prompt,
        chosen,
        rejected,
        images: row.prompt.iter().filter_map(Part::uri).collect(),
        tools: row.tools,
        margin: row.margin,
        annotator: row.annotator,
        id: row.external_id,
        group_id: group.map(|group| group.id.as_str()),
        weight: group.and_then(|group| group.weight),
    };
    Ok(serde_json::to_string(&line).expect("keys are strings and the writer is memory"))
}

/// Holds a row against what goes for every format but those that know media.
pub(super) fn check(row: &PreferenceRow) -> Result<(), String> {
    let parts = [("the chosen side", &row.chosen.parts), ("the rejected side", &row.rejected.parts)];
    for (name, parts) in parts {
        if parts.iter().any(|part| part.uri().is_some()) {
            return Err(format!(
                "{name} holds an image, and this format cannot say that one image was chosen over another; export CSV or the lossless format"
            ));
        }
    }
    if row.chosen.parts.iter().all(Part::is_empty) {
        return Err("the chosen side is empty, and nothing can be learned from it".to_owned());
    }
    if row.rejected.is_missing() {
        return Err("the rejected side is empty".to_owned());
    }
    if row.chosen.parts == row.rejected.parts {
        return Err("chosen and rejected are the same".to_owned());
    }
    match row.margin {
        Some(margin) if !margin.is_finite() => Err(format!("the margin is not a finite number: {margin}")),
        _ => Ok(()),
    }
}

/// Holds what only conversations can say against the format.
fn check_prompt(format: ExportFormat, row: &PreferenceRow) -> Result<(), String> {
    let title = format.title();
    let is_trl_conversation = match format {
        ExportFormat::TrlConversational => true,
        ExportFormat::TrlImplicit => is_conversation(row),
        _ => false,
    };
    let mut media = row.prompt.iter().filter(|part| part.uri().is_some()).peekable();
    if media.peek().is_some() && !is_trl_conversation {
        return Err(format!(
            "the prompt holds a medium, and {title} knows texts only; a conversational row of TRL can hold images"
        ));
    }
    if media.any(|part| !matches!(part, Part::Image { .. })) {
        return Err(format!("the prompt holds a video or a sound, and {title} knows images only"));
    }
    if row.tools.is_some() && !is_trl_conversation && format != ExportFormat::OpenAi {
        return Err(format!(
            "the data names tools that could be called, and {title} has no place for them; export it conversational"
        ));
    }
    Ok(())
}

fn explicit(row: &PreferenceRow) -> Result<(Option<Value>, Value, Value), String> {
    let prompt = bare_text(row.prompt, "user", "the prompt")?;
    if prompt.trim().is_empty() {
        return Err("the prompt is empty; the format with an implicit prompt does without one".to_owned());
    }
    let chosen = bare_text(&row.chosen.parts, "assistant", "the chosen side")?;
    let rejected = bare_text(&row.rejected.parts, "assistant", "the rejected side")?;
    Ok((Some(prompt.into()), chosen.into(), rejected.into()))
}

fn implicit(row: &PreferenceRow) -> Result<(Option<Value>, Value, Value), String> {
    if is_conversation(row) {
        let side = |parts: &[Part], name: &str| {
            let turns: Vec<Turn> =
                turns(row.prompt, "user").into_iter().chain(turns(parts, "assistant")).collect();
            check_turns(&turns, name)?;
            check_end(&turns, "assistant", name)?;
            if has_images(row) {
                return Ok([content_lists(row.prompt, "user"), content_lists(parts, "assistant")]
                    .concat()
                    .into());
            }
            Ok::<Value, String>(messages(&turns))
        };
        return Ok((
            None,
            side(&row.chosen.parts, "the chosen side")?,
            side(&row.rejected.parts, "the rejected side")?,
        ));
    }
    let prompt = joined(row.prompt);
    let side = |parts: &[Part]| {
        let text = joined(parts);
        let is_apart = prompt.is_empty()
            || prompt.ends_with(char::is_whitespace)
            || text.starts_with(char::is_whitespace);
        Value::String(if is_apart { format!("{prompt}{text}") } else { format!("{prompt}\n\n{text}") })
    };
    Ok((None, side(&row.chosen.parts), side(&row.rejected.parts)))
}

pub(super) fn conversational(row: &PreferenceRow) -> Result<(Option<Value>, Value, Value), String> {
    let prompt = turns(row.prompt, "user");
    if prompt.iter().all(|(_, text)| text.trim().is_empty()) {
        return Err("the prompt is empty; the format with an implicit prompt does without one".to_owned());
    }
    check_turns(&prompt, "the prompt")?;
    check_end(&prompt, "user", "the prompt")?;
    let side = |parts: &[Part], name: &str| {
        let turns = turns(parts, "assistant");
        match turns.as_slice() {
            [("assistant", _)] if has_images(row) => Ok(content_lists(parts, "assistant").into()),
            [("assistant", _)] => Ok(messages(&turns)),
            [(role, _)] => Err(format!("{name} is not said by the assistant but by {role:?}")),
            turns => Err(format!(
                "{name} has {} turns, expected one of the assistant; as HH it can be written",
                turns.len()
            )),
        }
    };
    let chosen = side(&row.chosen.parts, "the chosen side")?;
    let prompt = if has_images(row) { content_lists(row.prompt, "user").into() } else { messages(&prompt) };
    Ok((Some(prompt), chosen, side(&row.rejected.parts, "the rejected side")?))
}

fn transcripts(row: &PreferenceRow) -> Result<(Option<Value>, Value, Value), String> {
    let side = |parts: &[Part], name: &str| {
        let turns: Vec<Turn> =
            turns(row.prompt, "user").into_iter().chain(turns(parts, "assistant")).collect();
        check_turns(&turns, name)?;
        check_end(&turns, "assistant", name)?;
        let mut transcript = String::new();
        for (role, text) in &turns {
            let Some((mark, _)) = MARKS.iter().find(|(_, who)| who == role) else {
                return Err(format!("HH knows Human and Assistant only, {name} has a turn of {role:?}"));
            };
            if MARKS.iter().any(|(mark, _)| text.contains(mark)) {
                return Err(format!(
                    "a turn of {name} holds a mark that parts turns, \"Human:\" or \"Assistant:\""
                ));
            }
            transcript.push_str(mark);
            transcript.push(' ');
            transcript.push_str(text);
        }
        Ok(Value::String(transcript))
    };
    Ok((None, side(&row.chosen.parts, "the chosen side")?, side(&row.rejected.parts, "the rejected side")?))
}

fn has_images(row: &PreferenceRow) -> bool {
    row.prompt.iter().any(|part| part.uri().is_some())
}

fn is_conversation(row: &PreferenceRow) -> bool {
    let parts = row.prompt.iter().chain(&row.chosen.parts).chain(&row.rejected.parts);
    parts.into_iter().any(|part| matches!(part, Part::Message { .. }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn candidate(parts: Vec<Part>) -> Candidate {
        Candidate { parts, ..Candidate::default() }
    }

    fn line(
        format: ExportFormat,
        prompt: &[Part],
        chosen: &[Part],
        rejected: &[Part],
    ) -> Result<String, String> {
        let (chosen, rejected) = (candidate(chosen.to_vec()), candidate(rejected.to_vec()));
        let row = PreferenceRow {
            prompt,
            chosen: &chosen,
            rejected: &rejected,
            margin: None,
            annotator: None,
            external_id: None,
            tools: None,
            may_call_in_parallel: true,
        };
        preference_line(format, &row)
    }

    fn texts(format: ExportFormat) -> String {
        line(format, &[Part::plain("Sky?")], &[Part::plain("Blue.")], &[Part::plain("Green.")]).unwrap()
    }

    #[test]
    fn texts_are_written_in_every_format() {
        assert_eq!(
            texts(ExportFormat::TrlExplicit),
            r#"{"prompt":"Sky?","chosen":"Blue.","rejected":"Green."}"#
        );
        assert_eq!(
            texts(ExportFormat::TrlImplicit),
            r#"{"chosen":"Sky?\n\nBlue.","rejected":"Sky?\n\nGreen."}"#
        );
        assert_eq!(
            texts(ExportFormat::TrlConversational),
            r#"{"prompt":[{"role":"user","content":"Sky?"}],"chosen":[{"role":"assistant","content":"Blue."}],"rejected":[{"role":"assistant","content":"Green."}]}"#
        );
        assert_eq!(
            texts(ExportFormat::AnthropicHh),
            r#"{"chosen":"\n\nHuman: Sky?\n\nAssistant: Blue.","rejected":"\n\nHuman: Sky?\n\nAssistant: Green."}"#
        );
    }

    #[test]
    fn extra_keys_come_only_when_given() {
        let (chosen, rejected) = (Candidate::markdown("a"), Candidate::markdown("b"));
        let prompt = [Part::markdown("p")];
        let mut row = PreferenceRow {
            prompt: &prompt,
            chosen: &chosen,
            rejected: &rejected,
            margin: Some(1.5),
            annotator: Some("anna"),
            external_id: Some("7"),
            tools: None,
            may_call_in_parallel: true,
        };
        assert_eq!(
            preference_line(ExportFormat::TrlExplicit, &row).unwrap(),
            r#"{"prompt":"p","chosen":"a","rejected":"b","margin":1.5,"annotator":"anna","id":"7"}"#
        );
        row.margin = Some(f64::NAN);
        assert_eq!(
            preference_line(ExportFormat::TrlExplicit, &row).unwrap_err(),
            "the margin is not a finite number: NaN"
        );
    }

    #[test]
    fn images_of_the_prompt_have_their_places_in_conversations() {
        let (a, b) = ([Part::plain("A cat.")], [Part::plain("A dog.")]);
        let asked = [Part::message("user", ""), Part::image("1.png"), Part::plain("What is this?")];
        let expected =
            r#"[{"role":"user","content":[{"type":"image"},{"type":"text","text":"What is this?"}]}]"#;
        let side =
            |text: &str| format!(r#"[{{"role":"assistant","content":[{{"type":"text","text":"{text}"}}]}}]"#);
        let written = line(ExportFormat::TrlConversational, &asked, &a, &b).unwrap();
        assert_eq!(
            written,
            format!(
                r#"{{"prompt":{expected},"chosen":{},"rejected":{},"images":["1.png"]}}"#,
                side("A cat."),
                side("A dog.")
            )
        );
        let implicit = line(ExportFormat::TrlImplicit, &asked, &a, &b).unwrap();
        let implicit: Value = serde_json::from_str(&implicit).unwrap();
        assert_eq!(implicit["chosen"][0]["content"][0]["type"], "image");
        assert_eq!(
            (&implicit["chosen"][1]["role"], &implicit["images"][0]),
            (&"assistant".into(), &"1.png".into())
        );
        let refused = line(ExportFormat::TrlExplicit, &[Part::image("1.png"), Part::plain("p")], &a, &b);
        assert!(refused.unwrap_err().contains("knows texts only; a conversational row"));
        let film = [Part::message("user", "What?"), Part::Video { uri: "1.mp4".into() }];
        assert!(line(ExportFormat::TrlConversational, &film, &a, &b).unwrap_err().contains("images only"));
    }

    #[test]
    fn tools_are_written_or_the_row_is_refused() {
        let tools = serde_json::json!([{"type":"function","function":{"name":"look"}}]);
        let (chosen, rejected) = (Candidate::markdown("a"), Candidate::markdown("b"));
        let prompt = [Part::markdown("p")];
        let row = PreferenceRow {
            prompt: &prompt,
            chosen: &chosen,
            rejected: &rejected,
            margin: None,
            annotator: None,
            external_id: None,
            tools: Some(&tools),
            may_call_in_parallel: false,
        };
        let read = |format| serde_json::from_str::<Value>(&preference_line(format, &row).unwrap()).unwrap();
        assert_eq!(read(ExportFormat::TrlConversational)["tools"], tools);
        let input = &read(ExportFormat::OpenAi)["input"];
        assert_eq!((&input["tools"], &input["parallel_tool_calls"]), (&tools, &false.into()));
        assert_eq!(read(ExportFormat::LlamaFactory)["tools"], tools.to_string());
        for format in [ExportFormat::TrlExplicit, ExportFormat::AnthropicHh] {
            assert!(preference_line(format, &row).unwrap_err().contains("names tools"));
        }
    }

    #[test]
    fn white_space_that_the_data_brought_is_not_doubled() {
        let written = line(
            ExportFormat::TrlImplicit,
            &[Part::plain("The sky is")],
            &[Part::plain(" blue.")],
            &[Part::plain(" green.")],
        );
        assert_eq!(written.unwrap(), r#"{"chosen":"The sky is blue.","rejected":"The sky is green."}"#);
    }

    #[test]
    fn rows_that_would_not_be_valid_are_refused_with_their_reason() {
        let (user, assistant) = (Part::message("user", "Hi"), Part::message("assistant", "Hello"));
        let (a, b) = ([Part::plain("a")], [Part::plain("b")]);
        let refused = |format, prompt: &[Part], chosen: &[Part], rejected: &[Part]| {
            line(format, prompt, chosen, rejected).unwrap_err()
        };
        let prompt = [Part::plain("p")];
        assert_eq!(
            refused(ExportFormat::TrlExplicit, &prompt, &[Part::plain(" ")], &b),
            "the chosen side is empty, and nothing can be learned from it"
        );
        assert_eq!(refused(ExportFormat::TrlExplicit, &prompt, &a, &a), "chosen and rejected are the same");
        let same = refused(ExportFormat::TrlExplicit, &prompt, &a, &[Part::markdown("a")]);
        assert_eq!(same, "chosen and rejected are the same", "though one is Markdown");
        assert!(refused(ExportFormat::TrlExplicit, &[], &a, &b).starts_with("the prompt is empty"));
        assert!(
            refused(ExportFormat::TrlExplicit, &prompt, &[Part::image("x.png")], &b)
                .contains("cannot say that one image was chosen")
        );
        let several = [user.clone(), assistant.clone(), user.clone()];
        assert!(
            refused(ExportFormat::TrlExplicit, &several, &a, &b)
                .starts_with("the prompt is a conversation of 3 turns")
        );
        assert!(
            refused(ExportFormat::TrlConversational, &[user.clone(), user.clone()], &a, &b)
                .contains("roles must alternate")
        );
        assert!(
            refused(ExportFormat::TrlConversational, &[user.clone(), assistant.clone()], &a, &b)
                .contains("expected \"user\"")
        );
        assert!(refused(ExportFormat::TrlConversational, &prompt, &several, &b).contains("has 3 turns"));
        assert!(
            refused(ExportFormat::TrlImplicit, &[Part::message("tool", "x")], &a, &b)
                .contains("a turn of \"tool\"")
        );
        let system = [Part::message("system", "Be kind."), user];
        assert!(refused(ExportFormat::AnthropicHh, &system, &a, &b).contains("Human and Assistant only"));
        assert!(
            line(ExportFormat::TrlConversational, &system, &a, &b).is_ok(),
            "a system message may come first"
        );
        let marked = [Part::plain("x\n\nHuman: y")];
        assert!(
            refused(ExportFormat::AnthropicHh, &prompt, &marked, &b)
                .contains("holds a mark that parts turns")
        );
        assert!(refused(ExportFormat::Csv, &prompt, &a, &b).contains("no rows of chosen and rejected"));
    }
}
