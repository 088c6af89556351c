//! TRL's unpaired preference: a prompt, a completion, and whether it is good. Neighbouring rows of one prompt
//! become one item, so that what belongs together is judged together.

use tiebreak_domain::{Candidate, Item, TextFormat};

use super::fields::{self, Columns};
use super::{ItemShape, Understood, parts_from_text_cell, response_from_cell};
use crate::cell::Cell;
use crate::record::Label;

/// The yes/no question that a label answers.
const ACCEPTABLE: &str = "acceptable";

/// Reads KTO rows.
pub(crate) struct KtoShape {
    columns: Columns,
    text_format: TextFormat,
}

impl KtoShape {
    pub(crate) fn new(all: &[String], text_format: TextFormat) -> Self {
        const KNOWN: &[&str] = &["id", "prompt", "completion", "label", "annotator", "model"];
        Self { columns: Columns::new(KNOWN, all), text_format }
    }
}

impl ItemShape for KtoShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let external_id = row.text("id");
        let prompt = parts_from_text_cell("prompt", row.take("prompt"), self.text_format)?;
        let parts = response_from_cell("completion", row.take("completion"), self.text_format)?;
        let model = row.text("model");
        let annotator = row.text("annotator");
        let label = row.take("label");
        let (value, doubt) = match label.text().as_deref().map(str::trim) {
            None | Some("") => (None, None),
            Some(text) => match truth(text) {
                Some(value) => (Some(i32::from(value)), None),
                None => (None, Some(format!("\"label\" is neither true nor false: {text:?}"))),
            },
        };
        let label = |value| {
            let answers = vec![fields::rating(ACCEPTABLE, Some(0), value)];
            Label { annotator, ..Label::of_answers(answers) }
        };
        let labels = value.map(label).into_iter().collect();
        let candidates = vec![Candidate { parts, model, ..Candidate::default() }];
        let item = Item { external_id, prompt, candidates, metadata: row.metadata, ..Item::default() };
        match item.refusal() {
            Some(_) => Err("\"completion\" is empty".to_owned()),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

/// True and false in any case, and 1 and 0 as any number is written.
fn truth(text: &str) -> Option<bool> {
    let is = |word: &str, number: f64| {
        text.eq_ignore_ascii_case(word) || text.parse::<f64>().is_ok_and(|given| given == number)
    };
    match (is("true", 1.0), is("false", 0.0)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_is_read_however_it_is_written() {
        for text in ["true", "TRUE", "True", "1", "1.0"] {
            assert_eq!(truth(text), Some(true), "{text}");
        }
        for text in ["false", "FALSE", "0", "0.0"] {
            assert_eq!(truth(text), Some(false), "{text}");
        }
        for text in ["0.5", "-1", "2", "yes", "nan"] {
            assert_eq!(truth(text), None, "{text}");
        }
    }
}
