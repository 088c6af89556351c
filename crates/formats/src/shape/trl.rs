//! TRL preference data: `chosen`, `rejected` and perhaps `prompt`, as texts or as lists of messages.
//!
//! Where the prompt is implicit it is what both sides begin with: whole messages, or text. Text is cut at the
//! last blank line that both share, which then belongs to neither side, else before the last white space,
//! which then belongs to the sides (as TRL's own `extract_prompt` does with a space).
//!
//! Two columns whose names differ by the choice alone (`chosen_response` and `rejected_response`, `img_better` and
//! `img_worse`) are read likewise.
//!
//! LLaMA-Factory's ranking data is the same with other names: media in `images`, `videos` and `audios` stand where
//! their placeholders do, and `system` comes before the prompt.

use serde_json::Value;
use tiebreak_domain::import::ContentKind;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Candidate, Item, Part, TextFormat};

use super::margin::Margins;
use super::placeholders::{self, medium};
use super::preference::pair_from_choice;
use super::{ItemShape, Understood, metadata_from_cells, prompt_from_cells, refusal, response_from_cell};
use crate::cell::Cell;
use crate::mapping::{ends_as, kind_of_columns, pair_of_choice, prompt_beside};
use crate::message::common_prefix;
use crate::record::Label;

/// The columns that a trainer knows besides the prompt and metadata.
const KNOWN: [&str; 8] = ["id", "annotator", "system", "margin", "image", "images", "videos", "audios"];

/// What the two sides are called.
const SIDES: [&str; 2] = ["chosen", "rejected"];

/// What the prompt is called elsewhere, as in LLaMA-Factory's files, where no column has its own name.
const OTHER_PROMPTS: [&str; 6] = ["conversations", "messages", "question", "query", "caption", "context"];

/// Reads TRL preference data.
pub(crate) struct TrlShape {
    /// What the columns of the chosen one and the rejected one are called.
    sides: [String; 2],
    prompt: Vec<String>,
    metadata: Vec<String>,
    text_format: TextFormat,
    /// What both sides are, where they are no texts.
    kind: ContentKind,
    margins: Margins,
}

impl TrlShape {
    /// `columns` are all that the first rows have.
    pub(crate) fn new(columns: &[String], rows: &[Metadata], text_format: TextFormat) -> Self {
        let is_there = |name: &&str| columns.iter().any(|column| column == name);
        let named = if SIDES.iter().all(is_there) { None } else { pair_of_choice(columns, rows) };
        let sides = named.clone().unwrap_or_else(|| SIDES.map(str::to_owned));
        let asked: Option<String> = named.as_ref().and_then(|named| prompt_beside(columns, named));
        let prompt: Vec<&str> = if let Some(asked) = asked.as_deref().filter(|_| !is_there(&"instruction")) {
            vec![asked]
        } else if is_there(&"prompt") {
            vec!["prompt"]
        } else if is_there(&"instruction") {
            ["instruction", "input"].into_iter().filter(is_there).collect()
        } else {
            OTHER_PROMPTS.into_iter().filter(is_there).take(1).collect()
        };
        let is_metadata = |name: &&String| {
            !KNOWN.contains(&name.as_str()) && !prompt.contains(&name.as_str()) && !sides.contains(name)
        };
        let metadata = columns.iter().filter(is_metadata).cloned().collect();
        Self {
            prompt: prompt.into_iter().map(str::to_owned).collect(),
            metadata,
            text_format,
            kind: kind_of_columns(&[&sides[0], &sides[1]], rows),
            sides,
            margins: Margins::of_rows(rows),
        }
    }

    fn side(&self, name: &str, cell: Cell) -> Result<Vec<Part>, String> {
        match &cell {
            Cell::Missing => Err(format!("{name:?} is missing")),
            Cell::Text(uri) if ends_as(uri, self.kind) => {
                Ok(vec![medium(usize::from(self.kind == ContentKind::Video), uri)])
            }
            _ => response_from_cell(name, cell, self.text_format),
        }
    }
}

impl ItemShape for TrlShape {
    fn columns(&self) -> Vec<String> {
        let known = self.sides.iter().cloned().chain(KNOWN.map(str::to_owned));
        known.chain(self.prompt.iter().cloned()).chain(self.metadata.iter().cloned()).collect()
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut cells = cells.into_iter();
        let mut next = || cells.next().unwrap_or_default();
        let (chosen, rejected) = (next(), next());
        let (id, annotator, system, margin) = (next(), next(), next(), next());
        let (image, [images, videos, audios]) = (next(), [next(), next(), next()]);
        let prompt: Vec<Cell> = self.prompt.iter().map(|_| next()).collect();
        let is_prompt_given = prompt.iter().any(|cell| *cell != Cell::Missing);
        let mut prompt = prompt_from_cells(&self.prompt, prompt, self.text_format)?;
        let mut chosen = self.side(&self.sides[0], chosen)?;
        let mut rejected = self.side(&self.sides[1], rejected)?;

        let is_conversation = |parts: &[Part]| parts.iter().any(|part| matches!(part, Part::Message { .. }));
        if is_conversation(&chosen) && is_conversation(&rejected) {
            let shared = common_prefix(&chosen, &rejected);
            let said: Vec<Part> = chosen.drain(..shared).collect();
            rejected.drain(..shared);
            let is_said = |part: &Part| said.iter().any(|said| said.text() == part.text());
            if prompt.iter().all(is_said) {
                prompt = said;
            } else {
                prompt.extend(said);
            }
        } else if !is_prompt_given
            && let ([Part::Text { text: first, .. }], [Part::Text { text: second, .. }]) =
                (&*chosen, &*rejected)
        {
            let (shared, from) = shared_text(first, second);
            let text = |text: &str| Part::Text { text: text.to_owned(), format: self.text_format };
            let sides = (text(&first[from..]), text(&second[from..]));
            if !shared.trim().is_empty() {
                prompt = vec![text(shared)];
                (chosen, rejected) = (vec![sides.0], vec![sides.1]);
            }
        }
        let media = [
            [media("image", 0, &image)?, media("images", 0, &images)?].concat(),
            media("videos", 1, &videos)?,
            media("audios", 2, &audios)?,
        ];
        prompt = placeholders::place(prompt, media, self.text_format);
        let mut metadata = metadata_from_cells(&self.metadata, cells);
        let has_system = matches!(prompt.first(), Some(Part::Message { role, .. }) if role == "system");
        match system.into_text().filter(|text| !text.trim().is_empty()) {
            Some(system) if has_system => drop(metadata.insert("system".to_owned(), system.into())),
            Some(system) => prompt.insert(0, Part::message("system", system)),
            None => {}
        }

        let candidate = |parts| Candidate { parts, ..Candidate::default() };
        let (chosen, rejected) = (candidate(chosen), candidate(rejected));
        let mut item = Item { candidates: vec![chosen, rejected], ..Item::default() };
        if let Some(reason) = refusal(&item, SIDES) {
            return Err(reason);
        }
        let rejected = item.candidates.pop().unwrap_or_default();
        let chosen = item.candidates.pop().unwrap_or_default();
        let (candidates, outcome) = pair_from_choice(&prompt, chosen, rejected);
        let external_id = id.into_text().filter(|id| !id.is_empty());
        let annotator = annotator.into_text().filter(|name| !name.trim().is_empty());
        let preference = self.margins.preference(outcome, margin, &mut metadata);
        let label = Label { annotator, ..Label::new(preference) };
        Ok(Understood {
            item: Item { external_id, prompt, candidates, metadata, ..Item::default() },
            labels: vec![label],
            doubt: None,
        })
    }
}

/// The media in a column: paths and addresses, or objects with one.
fn media(name: &str, kind: usize, cell: &Cell) -> Result<Vec<Part>, String> {
    let list = match cell {
        Cell::Missing => return Ok(Vec::new()),
        cell if cell.is_empty() => return Ok(Vec::new()),
        Cell::Text(uri) => return Ok(vec![medium(kind, uri)]),
        Cell::Json(Value::Array(list)) => list.as_slice(),
        Cell::Json(value) => std::slice::from_ref(value),
        other => return Err(format!("{name:?} is {}, expected paths or addresses", other.kind())),
    };
    let uri = |value: &Value| {
        let within = || ["path", "url", "uri", "src"].iter().find_map(|key| value.get(*key)?.as_str());
        value.as_str().or_else(within).filter(|uri| !uri.trim().is_empty()).map(|uri| medium(kind, uri))
    };
    let parts: Option<Vec<Part>> = list.iter().map(uri).collect();
    parts.ok_or_else(|| format!("{name:?} holds something that is no path or address"))
}

/// What two texts begin with, and where the rest of each begins.
fn shared_text<'a>(first: &'a str, second: &str) -> (&'a str, usize) {
    let equal = first.char_indices().zip(second.chars()).find(|((_, first), second)| first != second);
    let end = equal.map_or(first.len().min(second.len()), |((at, _), _)| at);
    let shared = &first[..end];
    if let Some(blank) = shared.rfind("\n\n") {
        return (&shared[..blank], blank + 2);
    }
    match shared.rfind(char::is_whitespace) {
        Some(space) => {
            let words = shared[..space].trim_end();
            (words, words.len())
        }
        None => ("", 0),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;
    use tiebreak_domain::{Outcome, Strength};

    fn understand(line: &str) -> Understood {
        let row: Metadata = serde_json::from_str(line).unwrap();
        let columns: Vec<String> = row.keys().cloned().collect();
        let shape = TrlShape::new(&columns, &[row], TextFormat::Plain);
        shape.understand(cells_from_json(line, &shape.columns()).unwrap()).unwrap()
    }

    fn chosen_and_rejected(understood: &Understood) -> (String, String) {
        let chosen = usize::from(understood.labels[0].preference().unwrap().outcome == Outcome::B);
        (understood.item.candidates[chosen].text(), understood.item.candidates[1 - chosen].text())
    }

    fn pair(chosen: &str, rejected: &str) -> (String, String) {
        (chosen.to_owned(), rejected.to_owned())
    }

    #[test]
    fn explicit_texts_stay_as_they_are() {
        let row = understand(
            r#"{"prompt":"The sky is","chosen":" blue.","rejected":" green.","margin":1.5,"id":7,"annotator":"anna"}"#,
        );
        assert_eq!(row.item.prompt, [Part::plain("The sky is")]);
        assert_eq!(chosen_and_rejected(&row), pair(" blue.", " green."));
        assert_eq!(row.item.metadata["margin"], 1.5);
        assert_eq!(row.item.external_id.as_deref(), Some("7"));
        assert_eq!(row.labels[0].annotator.as_deref(), Some("anna"));
    }

    #[test]
    fn an_implicit_prompt_is_what_both_begin_with() {
        let row = understand(r#"{"chosen":"The sky is blue.","rejected":"The sky is bleak."}"#);
        assert_eq!(row.item.prompt, [Part::plain("The sky is")], "words are not torn apart");
        assert_eq!(chosen_and_rejected(&row), pair(" blue.", " bleak."));
        let row =
            understand(r#"{"chosen":"Why?\n\nThe sky is blue.","rejected":"Why?\n\nThe sky is bleak."}"#);
        assert_eq!(row.item.prompt, [Part::plain("Why?")]);
        assert_eq!(chosen_and_rejected(&row), pair("The sky is blue.", "The sky is bleak."));
        let row = understand(r#"{"chosen":"Blue.","rejected":"Green."}"#);
        assert!(row.item.prompt.is_empty());
    }

    #[test]
    fn conversations_are_read_explicit_and_implicit() {
        let user = r#"{"role":"user","content":"Sky?"}"#;
        let (blue, green) =
            (r#"{"role":"assistant","content":"Blue."}"#, r#"{"role":"assistant","content":"Green."}"#);
        let explicit =
            understand(&format!(r#"{{"prompt":[{user}],"chosen":[{blue}],"rejected":[{green}]}}"#));
        let implicit = understand(&format!(r#"{{"chosen":[{user},{blue}],"rejected":[{user},{green}]}}"#));
        let both = understand(&format!(
            r#"{{"prompt":"Sky?","chosen":[{user},{blue}],"rejected":[{user},{green}]}}"#
        ));
        for row in [explicit, implicit, both] {
            assert_eq!(row.item.prompt, [Part::message("user", "Sky?")]);
            assert_eq!(chosen_and_rejected(&row), pair("Blue.", "Green."));
        }
    }

    #[test]
    fn paths_of_images_are_images() {
        let row = understand(r#"{"prompt":"a fox","chosen":"w/1.png","rejected":"l/1.png"}"#);
        assert!(row.item.candidates.iter().all(|candidate| matches!(candidate.parts[0], Part::Image { .. })));
    }

    #[test]
    fn a_sentence_that_ends_in_a_file_is_no_image() {
        let row = understand(
            r#"{"prompt":"Plot it","chosen":"Save the plot as chart.png","rejected":"Save it as plot.png"}"#,
        );
        assert_eq!(chosen_and_rejected(&row), pair("Save the plot as chart.png", "Save it as plot.png"));
        let row = understand(r#"{"prompt":"a file","chosen":"chart.png","rejected":"I cannot."}"#);
        assert_eq!(chosen_and_rejected(&row), pair("chart.png", "I cannot."), "both sides, or neither");
        let row = understand(r#"{"prompt":"a fox runs","chosen":"w/1.mp4","rejected":"l/1.mp4"}"#);
        assert!(row.item.candidates.iter().all(|candidate| matches!(candidate.parts[0], Part::Video { .. })));
    }

    #[test]
    fn a_margin_of_whole_steps_is_a_strength_and_nought_a_tie_in_what_tiebreak_wrote_alone() {
        let read = |more: &str, margin: &str| {
            let line = |margin: &str| {
                format!("{{\"prompt\":\"p\",\"chosen\":\"x\",\"rejected\":\"y\",\"margin\":{margin}{more}}}")
            };
            // The column is judged by all first rows; another one of it is a clear vote.
            let rows: Vec<Metadata> =
                [line(margin), line("2")].iter().map(|line| serde_json::from_str(line).unwrap()).collect();
            let columns: Vec<String> = rows[0].keys().cloned().collect();
            let shape = TrlShape::new(&columns, &rows, TextFormat::Plain);
            let row = shape.understand(cells_from_json(&line(margin), &shape.columns()).unwrap()).unwrap();
            let preference = row.labels[0].preference().unwrap().clone();
            (
                preference.outcome == Outcome::Tie,
                preference.strength,
                row.item.metadata.get("margin").cloned(),
            )
        };
        let said = |margin| read(",\"annotator\":\"anna\"", margin);
        assert_eq!(said("0.0"), (true, None, None));
        assert_eq!(said("1"), (false, Some(Strength::Slightly), None));
        assert_eq!(said("3.0"), (false, Some(Strength::Much), None));
        assert_eq!(said("0.7"), (false, None, Some(0.7.into())), "the margin of something else");
        assert_eq!(said("null"), (false, None, None));
        for margin in [0, 1, 3] {
            let foreign = read("", &margin.to_string());
            assert_eq!(foreign, (false, None, Some(margin.into())), "nobody here said how much");
        }
    }

    #[test]
    fn the_margin_that_a_trainer_takes_where_nothing_was_said_is_no_tie() {
        for more in ["", ",\"annotator\":\"anna\""] {
            let line = format!("{{\"prompt\":\"p\",\"chosen\":\"x\",\"rejected\":\"y\",\"margin\":0{more}}}");
            let row = understand(&line);
            assert_eq!(chosen_and_rejected(&row), pair("x", "y"));
            assert_ne!(row.labels[0].preference().unwrap().outcome, Outcome::Tie, "{line}");
            assert_eq!(row.item.metadata["margin"], 0);
        }
    }

    #[test]
    fn the_names_of_two_columns_are_votes_too() {
        let row = understand(
            r#"{"question":"Sky?","chosen_response":"Blue.","rejected_response":"Green.","sample_id":"s"}"#,
        );
        assert_eq!(chosen_and_rejected(&row), pair("Blue.", "Green."));
        assert_eq!(row.item.prompt, [Part::plain("Sky?")]);
        assert_eq!(row.item.metadata["sample_id"], "s");
        let row = understand(r#"{"caption":"a fox","img_better":"1.png","img_worse":"2.png"}"#);
        let chosen = usize::from(row.labels[0].preference().unwrap().outcome == Outcome::B);
        assert_eq!(row.item.candidates[chosen].parts, [Part::image("1.png")]);
    }

    #[test]
    fn a_system_column_comes_before_the_prompt() {
        let row =
            understand(r#"{"system":"Be kind.","instruction":"Hi","input":"","chosen":"x","rejected":"y"}"#);
        assert_eq!(row.item.prompt, [Part::message("system", "Be kind."), Part::plain("Hi")]);
        assert!(row.item.metadata.is_empty(), "{:?}", row.item.metadata);
    }

    #[test]
    fn media_of_columns_stand_in_the_prompt() {
        let row = understand(
            r#"{"conversations":[{"from":"human","value":"<image>What is <video>?"}],"chosen":{"from":"gpt","value":"A cat."},"rejected":{"from":"gpt","value":"A dog."},"images":["1.png"],"videos":["2.mp4"]}"#,
        );
        let expected = [
            Part::message("user", ""),
            Part::image("1.png"),
            Part::plain("What is"),
            medium(1, "2.mp4"),
            Part::plain("?"),
        ];
        assert_eq!(row.item.prompt, expected);
    }
}
