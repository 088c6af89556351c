//! What a row means: one file per data format, each from wanted cells to an item and its votes.
//!
//! Most formats have an item in each row ([`ItemShape`]). Where a row is a whole conversation or tree, it holds
//! several; where it is a person, it holds none ([`Meaning`]). The formats of other annotation tools keep what is
//! judged ([`task`]) apart from what was said of it ([`control`]).

pub(crate) mod arena;
pub(crate) mod argilla;
pub(crate) mod auto_arena;
pub(crate) mod battle;
pub(crate) mod code_pref_bench;
pub(crate) mod columns;
pub(crate) mod continuation;
pub(crate) mod control;
pub(crate) mod fields;
pub(crate) mod help_steer;
pub(crate) mod hh;
pub(crate) mod hpd;
pub(crate) mod image_reward;
pub(crate) mod joining;
pub(crate) mod kto;
pub(crate) mod label_studio;
pub(crate) mod margin;
pub(crate) mod oasst;
pub(crate) mod openai;
pub(crate) mod pandalm;
pub(crate) mod placeholders;
pub(crate) mod preference;
pub(crate) mod prism;
pub(crate) mod prism_utterances;
pub(crate) mod prodigy;
pub(crate) mod ranking_list;
pub(crate) mod rich_hf;
pub(crate) mod stepwise;
pub(crate) mod summaries;
pub(crate) mod survey;
pub(crate) mod task;
pub(crate) mod trl;
pub(crate) mod ultra_feedback;
pub(crate) mod video_align;

use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Item, Part, TextFormat};

use crate::cell::Cell;
use crate::message::{parts_from_cell, tool_call_in};
use crate::record::{Label, Profile};

/// What a row became.
#[derive(Debug)]
pub(crate) struct Understood {
    /// The item.
    pub(crate) item: Item,
    /// Its votes.
    pub(crate) labels: Vec<Label>,
    /// Why a vote in it could not be understood, in a sentence.
    pub(crate) doubt: Option<String>,
}

/// One thing that a row tells.
#[derive(Debug)]
pub(crate) enum Meaning {
    /// An item and its votes.
    Item(Understood),
    /// What somebody says of themselves.
    Profile(Profile),
    /// What speaks against the item just before, though it is taken whole; in a sentence.
    Doubt(String),
}

/// A data format, ready to read rows.
pub(crate) trait Shape: Send {
    /// The columns it wants, in the order in which [`Shape::meanings`] gets them.
    fn columns(&self) -> Vec<String>;

    /// All that a row tells, in its order; or, of each part that cannot be used, why, in a sentence.
    fn meanings(&self, cells: Vec<Cell>) -> Vec<Result<Meaning, String>>;

    /// Whether neighbouring rows can be one item (see [`joining`]).
    fn joins_rows(&self) -> bool {
        false
    }
}

/// A data format with one item in each row, or a part of one.
pub(crate) trait ItemShape: Send {
    /// The columns it wants, in the order in which [`ItemShape::understand`] gets them.
    fn columns(&self) -> Vec<String>;

    /// Makes an item of a row; or says why it cannot, in a sentence.
    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String>;

    /// Whether neighbouring rows can be one item (see [`joining`]).
    fn joins_rows(&self) -> bool {
        false
    }
}

impl<T: ItemShape> Shape for T {
    fn columns(&self) -> Vec<String> {
        ItemShape::columns(self)
    }

    fn meanings(&self, cells: Vec<Cell>) -> Vec<Result<Meaning, String>> {
        vec![self.understand(cells).map(Meaning::Item)]
    }

    fn joins_rows(&self) -> bool {
        ItemShape::joins_rows(self)
    }
}

/// A text column's parts: a list of messages, a list of texts, or one text. Empty if there is nothing.
pub(crate) fn parts_from_text_cell(name: &str, cell: Cell, format: TextFormat) -> Result<Vec<Part>, String> {
    if cell.is_empty() {
        return Ok(Vec::new());
    }
    if let Some(reason) = tool_call_in(&cell) {
        return Err(format!("{name:?} {reason}"));
    }
    if let Some(parts) = parts_from_cell(&cell) {
        return Ok(parts);
    }
    if let Cell::Json(value) = &cell {
        let texts: Option<Vec<&str>> = value
            .as_array()
            .map(|list| list.iter().map(|text| text.as_str()).collect::<Option<_>>())
            .unwrap_or_default();
        return match texts {
            Some(texts) => Ok(vec![Part::Text { text: texts.join("\n\n"), format }]),
            None => Err(format!("{name:?} is {}, expected a text or a list of messages", cell.kind())),
        };
    }
    Ok(cell.into_text().map(|text| Part::Text { text, format }).into_iter().collect())
}

/// The same for what a model said: an empty text is an output, and a missing one is refused.
pub(crate) fn response_from_cell(name: &str, cell: Cell, format: TextFormat) -> Result<Vec<Part>, String> {
    match cell {
        Cell::Missing => Err(format!("{name:?} is missing")),
        Cell::Text(text) if text.trim().is_empty() => {
            Ok(vec![Part::Text { text: text.into_owned(), format }])
        }
        cell => parts_from_text_cell(name, cell, format),
    }
}

/// The prompt in some columns; texts that follow one another are joined by a blank line.
pub(crate) fn prompt_from_cells(
    names: &[String],
    cells: Vec<Cell>,
    format: TextFormat,
) -> Result<Vec<Part>, String> {
    let mut prompt = Vec::new();
    for (name, cell) in names.iter().zip(cells) {
        let parts = parts_from_text_cell(name, cell, format)?;
        match (prompt.last_mut(), parts.as_slice()) {
            (Some(Part::Text { text, .. }), [Part::Text { text: more, .. }]) => {
                text.push_str("\n\n");
                text.push_str(more);
            }
            _ => prompt.extend(parts),
        }
    }
    Ok(prompt)
}

/// Metadata from the cells that are left over; what is missing or empty is left out.
pub(crate) fn metadata_from_cells<'a>(names: &[String], cells: impl Iterator<Item = Cell<'a>>) -> Metadata {
    let values = names.iter().zip(cells);
    values.filter_map(|(name, cell)| Some((name.clone(), cell.into_value()?))).collect()
}

/// Why candidates cannot be judged, with the names of their columns; none if they can.
pub(crate) fn refusal(item: &Item, names: impl AsRef<[&'static str]>) -> Option<String> {
    refusal_by_name(item, names.as_ref())
}

/// The same for names that only the data knows.
pub(crate) fn refusal_by_name(item: &Item, names: &[&str]) -> Option<String> {
    for (candidate, name) in item.candidates.iter().zip(names) {
        if candidate.is_missing() {
            return Some(format!("{name:?} is empty"));
        }
    }
    if names.len() == 2 && item.is_of_two_equal() {
        return Some(format!("{:?} and {:?} are the same", names[0], names[1]));
    }
    item.refusal()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_response_is_one_and_a_missing_one_is_none() {
        let read = |cell| response_from_cell("completion", cell, TextFormat::Plain);
        assert_eq!(read(Cell::Text("".into())), Ok(vec![Part::plain("")]));
        assert_eq!(read(Cell::Missing), Err("\"completion\" is missing".to_owned()));
        assert_eq!(read(Cell::Json(serde_json::json!([]))), Ok(Vec::new()), "no message is no response");
    }
}
