//! LLaMA-Factory's ranking data in ShareGPT form, and its entry for `dataset_info.json`.
//!
//! Media may stand in the prompt: each has a placeholder in the text, its own or the data's, and a place in `images`,
//! `videos` or `audios`, and there must be as many of the one as of the other. In the candidates they cannot stand. A
//! system message has a column of its own.

use serde::Serialize;
use serde_json::{Value, json};
use tiebreak_domain::Part;

use super::output::json_line;
use super::preference::{Membership, PreferenceRow};
use super::turns::{bare_text, check_end, check_turns, turns_with};

#[derive(Serialize)]
struct Line<'a> {
    conversations: Vec<Message>,
    chosen: Message,
    rejected: Message,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    videos: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    audios: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tools: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<f64>,
}

#[derive(PartialEq, Serialize)]
struct Message {
    from: &'static str,
    value: String,
}

/// A kind of medium: its placeholder, and what holds it.
type Medium = (&'static str, fn(&Part) -> Option<&str>);

const MEDIA: [Medium; 3] = [("<image>", image), ("<video>", video), ("<audio>", audio)];

/// The row as one line, or why it is not valid.
pub(super) fn llama_factory_line(row: &PreferenceRow, group: Option<&Membership>) -> Result<String, String> {
    // Where the text says already where its media stand, they get no second placeholder.
    let has_places = MEDIA.map(|(placeholder, uri)| {
        let written: usize =
            row.prompt.iter().filter_map(Part::text).map(|text| text.matches(placeholder).count()).sum();
        written > 0 && written == row.prompt.iter().filter_map(uri).count()
    });
    let mut turns = turns_with(row.prompt, "user", |part| {
        match MEDIA.iter().zip(has_places).find(|((_, uri), _)| uri(part).is_some()) {
            Some((_, true)) => String::new(),
            Some(((placeholder, _), false)) => (*placeholder).to_owned(),
            None => part.text().unwrap_or_default().to_owned(),
        }
    });
    check_turns(&turns, "the prompt")?;
    check_end(&turns, "user", "the prompt")?;
    let system = (turns[0].0 == "system").then(|| turns.remove(0).1);
    let [images, videos, audios] = MEDIA.map(|(placeholder, uri)| {
        let uris: Vec<&str> = row.prompt.iter().filter_map(uri).collect();
        let written: usize = turns.iter().map(|(_, text)| text.matches(placeholder).count()).sum();
        if written == uris.len() {
            Ok(uris)
        } else {
            Err(format!("the prompt holds {written} times {placeholder} and {} such media", uris.len()))
        }
    });
    let conversations = turns
        .into_iter()
        .map(|(role, value)| Message { from: if role == "user" { "human" } else { "gpt" }, value })
        .collect();
    let side = |parts: &[Part], name: &str| {
        if parts.iter().any(|part| part.uri().is_some()) {
            return Err(format!("{name} holds a medium, and this format knows those in the prompt only"));
        }
        let value = bare_text(parts, "assistant", name)?;
        Ok(Message { from: "gpt", value })
    };
    let chosen = side(&row.chosen.parts, "the chosen side")?;
    if chosen.value.trim().is_empty() {
        return Err("the chosen side is empty, and nothing can be learned from it".to_owned());
    }
    if row.rejected.is_missing() {
        return Err("the rejected side is empty".to_owned());
    }
    let rejected = side(&row.rejected.parts, "the rejected side")?;
    if chosen == rejected {
        return Err("chosen and rejected are the same".to_owned());
    }
    let (images, videos, audios) = (images?, videos?, audios?);
    let tools = row.tools.map(Value::to_string);
    let (group_id, weight) = (group.map(|group| group.id.as_str()), group.and_then(|group| group.weight));
    let line =
        Line { conversations, chosen, rejected, system, images, videos, audios, tools, group_id, weight };
    Ok(json_line(&line))
}

/// The entry that `dataset_info.json` needs for a file. Without `ranking` it would be read as something else.
pub fn dataset_info(name: &str, file_name: &str, columns: DatasetColumns) -> String {
    let mut named = json!({ "messages": "conversations", "chosen": "chosen", "rejected": "rejected" });
    let optional = [
        ("system", columns.system),
        ("images", columns.images),
        ("videos", columns.videos),
        ("audios", columns.audios),
        ("tools", columns.tools),
    ];
    for (column, _) in optional.into_iter().filter(|(_, is_there)| *is_there) {
        named[column] = Value::from(column);
    }
    let entry =
        json!({ "file_name": file_name, "formatting": "sharegpt", "ranking": true, "columns": named });
    let info = Value::Object([(name.to_owned(), entry)].into_iter().collect());
    serde_json::to_string_pretty(&info).expect("keys are strings and the writer is memory") + "\n"
}

/// Which optional columns a file has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DatasetColumns {
    /// System messages.
    pub system: bool,
    /// Pictures.
    pub images: bool,
    /// Moving pictures.
    pub videos: bool,
    /// Sounds.
    pub audios: bool,
    /// Tools that could be called.
    pub tools: bool,
}

impl DatasetColumns {
    /// Takes note of the columns of one more line.
    pub fn see(&mut self, line: &str) {
        // Keys cannot be told from texts by looking, so the line is read, and only as long as that helps.
        if self.system && self.images && self.videos && self.audios && self.tools {
            return;
        }
        let Ok(Value::Object(row)) = serde_json::from_str(line) else { return };
        self.system |= row.contains_key("system");
        self.images |= row.contains_key("images");
        self.videos |= row.contains_key("videos");
        self.audios |= row.contains_key("audios");
        self.tools |= row.contains_key("tools");
    }
}

fn image(part: &Part) -> Option<&str> {
    if let Part::Image { uri } = part { Some(uri) } else { None }
}

fn video(part: &Part) -> Option<&str> {
    if let Part::Video { uri } = part { Some(uri) } else { None }
}

fn audio(part: &Part) -> Option<&str> {
    if let Part::Audio { uri } = part { Some(uri) } else { None }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tiebreak_domain::Candidate;

    fn line(prompt: &[Part]) -> Result<String, String> {
        let (chosen, rejected) = (Candidate::markdown("A cat."), Candidate::markdown("A dog."));
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
        llama_factory_line(&row, None)
    }

    #[test]
    fn pictures_of_the_prompt_have_a_placeholder_each() {
        let prompt = [Part::message("user", "What is this?"), Part::image("img/1.png")];
        let written = line(&prompt).unwrap();
        assert_eq!(
            written,
            r#"{"conversations":[{"from":"human","value":"What is this?\n\n<image>"}],"chosen":{"from":"gpt","value":"A cat."},"rejected":{"from":"gpt","value":"A dog."},"images":["img/1.png"]}"#
        );
        let mut columns = DatasetColumns::default();
        columns.see(&written);
        let info: Value = serde_json::from_str(&dataset_info("pref", "data.jsonl", columns)).unwrap();
        assert_eq!(info["pref"]["ranking"], true, "without it the file is read as plain instruction data");
        assert_eq!(info["pref"]["columns"]["images"], "images");
        assert!(info["pref"]["columns"].get("videos").is_none());
    }

    #[test]
    fn the_placeholders_of_the_data_are_not_doubled() {
        let value = |prompt: &[Part]| {
            let row: Value = serde_json::from_str(&line(prompt).unwrap()).unwrap();
            assert_eq!(row["conversations"].as_array().unwrap().len(), 1, "one turn: {row}");
            row["conversations"][0]["value"].as_str().unwrap().to_owned()
        };
        let (image, video) = (Part::image("1.png"), Part::Video { uri: "2.mp4".into() });
        let asked = Part::message("user", "<image>What is this?");
        assert_eq!(value(&[image.clone(), asked.clone()]), "<image>What is this?");
        assert_eq!(value(&[asked, image.clone(), video.clone()]), "<image>What is this?\n\n<video>");
        assert_eq!(
            value(&[image.clone(), Part::message("user", "What is this?")]),
            "<image>\n\nWhat is this?"
        );
        let system = Part::message("system", "Be kind.");
        assert_eq!(
            value(&[system, image, video, Part::message("user", "What?")]),
            "<image>\n\n<video>\n\nWhat?"
        );
    }

    #[test]
    fn a_placeholder_without_its_picture_is_refused() {
        let refused = line(&[Part::markdown("What does <image> mean?")]).unwrap_err();
        assert_eq!(refused, "the prompt holds 1 times <image> and 0 such media");
    }

    #[test]
    fn a_system_message_has_its_own_column() {
        let written = line(&[Part::message("system", "Be kind."), Part::message("user", "Hi")]).unwrap();
        let row: Value = serde_json::from_str(&written).unwrap();
        assert_eq!((&row["system"], row["conversations"].as_array().unwrap().len()), (&json!("Be kind."), 1));
    }
}
