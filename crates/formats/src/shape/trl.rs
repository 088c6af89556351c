//! TRL preference data: `chosen`, `rejected` and perhaps `prompt`, as texts or as lists of messages.
//!
//! Where the prompt is implicit it is what both sides begin with: whole messages, or text. Text is cut at the
//! last blank line that both share, which then belongs to neither side, else before the last white space,
//! which then belongs to the sides (as TRL's own `extract_prompt` does with a space).

use tiebreak_domain::{Candidate, Item, Part, Preference, TextFormat};

use super::preference::pair_from_choice;
use super::{ItemShape, Understood, metadata_from_cells, prompt_from_cells, refusal, response_from_cell};
use crate::cell::Cell;
use crate::mapping::is_image_uri;
use crate::message::common_prefix;
use crate::record::Label;

/// The columns that a trainer knows besides the prompt and metadata.
const KNOWN: [&str; 5] = ["chosen", "rejected", "id", "annotator", "images"];

/// What the prompt is called elsewhere, as in LLaMA-Factory's files, where no column has its own name.
const OTHER_PROMPTS: [&str; 6] = ["conversations", "messages", "question", "query", "caption", "context"];

/// Reads TRL preference data.
pub(crate) struct TrlShape {
    prompt: Vec<String>,
    metadata: Vec<String>,
    text_format: TextFormat,
}

impl TrlShape {
    /// `columns` are all that the first rows have.
    pub(crate) fn new(columns: &[String], text_format: TextFormat) -> Self {
        let is_there = |name: &&str| columns.iter().any(|column| column == name);
        let prompt: Vec<&str> = if is_there(&"prompt") {
            vec!["prompt"]
        } else if is_there(&"instruction") {
            ["instruction", "input"].into_iter().filter(is_there).collect()
        } else {
            OTHER_PROMPTS.into_iter().filter(is_there).take(1).collect()
        };
        let is_metadata =
            |name: &&String| !KNOWN.contains(&name.as_str()) && !prompt.contains(&name.as_str());
        let metadata = columns.iter().filter(is_metadata).cloned().collect();
        Self { prompt: prompt.into_iter().map(str::to_owned).collect(), metadata, text_format }
    }

    fn side(&self, name: &str, cell: Cell) -> Result<Vec<Part>, String> {
        match &cell {
            Cell::Missing => Err(format!("{name:?} is missing")),
            Cell::Text(uri) if is_image_uri(uri) => Ok(vec![Part::image(uri.trim())]),
            _ => response_from_cell(name, cell, self.text_format),
        }
    }
}

impl ItemShape for TrlShape {
    fn columns(&self) -> Vec<String> {
        let known = KNOWN.map(str::to_owned).into_iter();
        known.chain(self.prompt.iter().cloned()).chain(self.metadata.iter().cloned()).collect()
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut cells = cells.into_iter();
        let mut next = || cells.next().unwrap_or_default();
        let (chosen, rejected) = (next(), next());
        let (id, annotator, images) = (next(), next(), next());
        let prompt: Vec<Cell> = self.prompt.iter().map(|_| next()).collect();
        let is_prompt_given = prompt.iter().any(|cell| *cell != Cell::Missing);
        let mut prompt = prompt_from_cells(&self.prompt, prompt, self.text_format)?;
        let mut chosen = self.side("chosen", chosen)?;
        let mut rejected = self.side("rejected", rejected)?;

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
        prompt.splice(0..0, image_parts(&images));

        let candidate = |parts| Candidate { parts, ..Candidate::default() };
        let (chosen, rejected) = (candidate(chosen), candidate(rejected));
        let mut item = Item { candidates: vec![chosen, rejected], ..Item::default() };
        if let Some(reason) = refusal(&item, ["chosen", "rejected"]) {
            return Err(reason);
        }
        let rejected = item.candidates.pop().unwrap_or_default();
        let chosen = item.candidates.pop().unwrap_or_default();
        let (candidates, outcome) = pair_from_choice(&prompt, chosen, rejected);
        let metadata = metadata_from_cells(&self.metadata, cells);
        let external_id = id.into_text().filter(|id| !id.is_empty());
        let annotator = annotator.into_text().filter(|name| !name.trim().is_empty());
        let label = Label { annotator, ..Label::new(Preference::new(outcome)) };
        Ok(Understood {
            item: Item { external_id, prompt, candidates, metadata, ..Item::default() },
            labels: vec![label],
            doubt: None,
        })
    }
}

fn image_parts(cell: &Cell) -> Vec<Part> {
    let uris = match cell {
        Cell::Text(uri) => vec![uri.as_ref()],
        Cell::Json(value) => value.as_array().into_iter().flatten().filter_map(|uri| uri.as_str()).collect(),
        _ => Vec::new(),
    };
    uris.into_iter().filter(|uri| is_image_uri(uri)).map(|uri| Part::image(uri.trim())).collect()
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
    use tiebreak_domain::Outcome;

    fn understand(line: &str) -> Understood {
        let columns = ["prompt", "margin"].map(str::to_owned);
        let shape = TrlShape::new(&columns, TextFormat::Plain);
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
            r#"{"prompt":"The sky is","chosen":" blue.","rejected":" green.","margin":2,"id":7,"annotator":"anna"}"#,
        );
        assert_eq!(row.item.prompt, [Part::plain("The sky is")]);
        assert_eq!(chosen_and_rejected(&row), pair(" blue.", " green."));
        assert_eq!(row.item.metadata["margin"], 2);
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
}
