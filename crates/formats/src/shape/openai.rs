//! OpenAI's preference fine-tuning: `input` with its `messages`, `preferred_output` and `non_preferred_output`. The
//! `tools` that could be called, and whether in parallel, are kept as metadata.

use serde_json::Value;
use tiebreak_domain::{Candidate, Item, Part, Preference};

use super::fields::Columns;
use super::preference::pair_from_choice;
use super::{ItemShape, Understood, refusal};
use crate::cell::Cell;
use crate::message::{parts_from_messages, tool_call_in};
use crate::record::Label;

/// Reads OpenAI's preferences.
pub(crate) struct OpenAiShape {
    columns: Columns,
}

impl OpenAiShape {
    pub(crate) fn new(all: &[String]) -> Self {
        Self { columns: Columns::new(&["input", "preferred_output", "non_preferred_output"], all) }
    }
}

impl ItemShape for OpenAiShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let input = match row.take("input") {
            Cell::Json(Value::Object(input)) => input,
            other => return Err(format!("\"input\" is {}, expected an object with messages", other.kind())),
        };
        let prompt = messages("input.messages", input.get("messages").cloned())?;
        let mut side = |name: &'static str| {
            let parts = messages(name, row.take(name).into_value())?;
            Ok::<_, String>(Candidate { parts, ..Candidate::default() })
        };
        let candidates = vec![side("preferred_output")?, side("non_preferred_output")?];
        let mut item = Item { candidates, ..Item::default() };
        if let Some(reason) = refusal(&item, ["preferred_output", "non_preferred_output"]) {
            return Err(reason);
        }
        let rejected = item.candidates.pop().unwrap_or_default();
        let chosen = item.candidates.pop().unwrap_or_default();
        let (candidates, outcome) = pair_from_choice(&prompt, chosen, rejected);
        let mut metadata = row.metadata;
        if let Some(tools) =
            input.get("tools").filter(|tools| tools.as_array().is_some_and(|list| !list.is_empty()))
        {
            metadata.insert("tools".to_owned(), tools.clone());
            metadata.extend(input.get(PARALLEL).map(|parallel| (PARALLEL.to_owned(), parallel.clone())));
        }
        let item = Item { prompt, candidates, metadata, ..Item::default() };
        Ok(Understood { item, labels: vec![Label::new(Preference::new(outcome))], doubt: None })
    }
}

/// Whether several tools may be called at once.
pub(crate) const PARALLEL: &str = "parallel_tool_calls";

fn messages(name: &str, value: Option<Value>) -> Result<Vec<Part>, String> {
    let value = value.ok_or_else(|| format!("{name:?} is missing"))?;
    let cell = Cell::Json(value);
    if let Some(reason) = tool_call_in(&cell) {
        return Err(format!("{name:?} {reason}"));
    }
    match &cell {
        Cell::Json(value) => parts_from_messages(value),
        _ => None,
    }
    .ok_or_else(|| format!("{name:?} is {}, expected a list of messages", cell.kind()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;
    use tiebreak_domain::Outcome;

    fn understand(line: &str) -> Result<Understood, String> {
        let shape = OpenAiShape::new(&[]);
        shape.understand(cells_from_json(line, &shape.columns()).unwrap())
    }

    #[test]
    fn the_preferred_output_is_chosen_and_tools_are_kept() {
        let row = |preferred: &str, other: &str| {
            let said = |text: &str| format!("[{{\"role\":\"assistant\",\"content\":\"{text}\"}}]");
            let input = r#"{"messages":[{"role":"user","content":"Hi"}],"tools":[{"type":"function"}],"parallel_tool_calls":false}"#;
            let (preferred, other) = (said(preferred), said(other));
            understand(&format!(
                "{{\"input\":{input},\"preferred_output\":{preferred},\"non_preferred_output\":{other}}}"
            ))
            .unwrap()
        };
        let first = row("Hello", "No");
        assert_eq!(first.item.prompt, [Part::message("user", "Hi")]);
        let chosen = usize::from(first.labels[0].preference().unwrap().outcome == Outcome::B);
        assert_eq!(first.item.candidates[chosen].parts, [Part::message("assistant", "Hello")]);
        assert_eq!(first.item.metadata["tools"][0]["type"], "function");
        assert_eq!(first.item.metadata[PARALLEL], false);
        assert_eq!(row("No", "Hello").item, first.item, "the choice does not change the item");
    }

    #[test]
    fn what_would_be_lost_is_refused() {
        let call = r#"{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"assistant","tool_calls":[{"id":"1"}],"content":null}],"non_preferred_output":[{"role":"assistant","content":"No"}]}"#;
        assert!(
            understand(call).unwrap_err().starts_with("\"preferred_output\" has a message that calls a tool")
        );
        let gone = r#"{"input":{"messages":[]},"preferred_output":[]}"#;
        assert_eq!(understand(gone).unwrap_err(), "\"non_preferred_output\" is missing");
    }
}
