//! The PandaLM test set: `instruction`, `input`, `response1`, `response2`, and `annotator1`, `annotator2`, …
//! whose votes are 0 for a tie, 1 and 2. `cmp_key` names both models. Some texts are JSON booleans or numbers.

use tiebreak_domain::{Candidate, Item, Outcome, Part, Preference, TextFormat};

use super::{ItemShape, Understood, metadata_from_cells, refusal};
use crate::cell::Cell;
use crate::record::Label;

const KNOWN: [&str; 6] = ["idx", "cmp_key", "instruction", "input", "response1", "response2"];

/// Reads the PandaLM test set.
pub(crate) struct PandaLmShape {
    annotators: Vec<String>,
    metadata: Vec<String>,
    text_format: TextFormat,
}

impl PandaLmShape {
    /// `columns` are all that the first rows have.
    pub(crate) fn new(columns: &[String], text_format: TextFormat) -> Self {
        let others = columns.iter().filter(|name| !KNOWN.contains(&name.as_str())).cloned();
        let (annotators, metadata) = others.partition(|name| annotator_number(name).is_some());
        Self { annotators, metadata, text_format }
    }
}

/// The number behind `annotator`.
pub(crate) fn annotator_number(column: &str) -> Option<u32> {
    column.strip_prefix("annotator")?.parse().ok()
}

/// Both models of a name such as `bloom-7b_llama-7b`; none if it is not plain where one ends.
pub(crate) fn models_from_pair(name: &str) -> Option<[String; 2]> {
    let separators = [" vs. ", " vs ", "_vs_", "_"];
    let separator = separators.into_iter().find(|separator| name.contains(separator))?;
    let mut models = name.split(separator).map(|model| model.trim().to_owned());
    match (models.next(), models.next(), models.next()) {
        (Some(first), Some(second), None) if !first.is_empty() && !second.is_empty() => Some([first, second]),
        _ => None,
    }
}

impl ItemShape for PandaLmShape {
    fn columns(&self) -> Vec<String> {
        let known = KNOWN.map(str::to_owned).into_iter();
        known.chain(self.annotators.iter().cloned()).chain(self.metadata.iter().cloned()).collect()
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut cells = cells.into_iter();
        let mut next = || cells.next().unwrap_or_default().into_text();
        let [id, models, instruction, input] = std::array::from_fn(|_| next().unwrap_or_default());
        let response = |text: Option<String>, name: &str| text.ok_or_else(|| format!("{name:?} is missing"));
        let responses = [response(next(), "response1")?, response(next(), "response2")?];
        let prompt =
            [instruction, input].into_iter().filter(|text| !text.trim().is_empty()).collect::<Vec<_>>();
        let text = |text| Part::Text { text, format: self.text_format };
        let [first, second] = models_from_pair(&models).map(|models| models.map(Some)).unwrap_or_default();
        let candidates = responses.into_iter().zip([first, second]).map(|(response, model)| Candidate {
            parts: vec![text(response)],
            model,
            ..Candidate::default()
        });
        let candidates = candidates.collect();
        let mut labels = Vec::new();
        let mut doubt = None;
        for name in &self.annotators {
            let vote = cells.next().unwrap_or_default();
            let outcome = match vote.text().as_deref() {
                None | Some("") => continue,
                Some("0") => Outcome::Tie,
                Some("1") => Outcome::A,
                Some("2") => Outcome::B,
                Some(other) => {
                    doubt = Some(format!("{name:?} is none of 0, 1 and 2: {other:?}"));
                    continue;
                }
            };
            let annotator = annotator_number(name).map(|number| number.to_string());
            labels.push(Label { annotator, ..Label::new(Preference::new(outcome)) });
        }
        let item = Item {
            external_id: Some(id).filter(|id| !id.is_empty()),
            prompt: if prompt.is_empty() { Vec::new() } else { vec![text(prompt.join("\n\n"))] },
            candidates,
            metadata: metadata_from_cells(&self.metadata, cells),
            ..Item::default()
        };
        match refusal(&item, ["response1", "response2"]) {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;

    fn understand(line: &str) -> Result<Understood, String> {
        let columns = ["annotator1", "annotator2", "annotator3", "motivation_app"].map(str::to_owned);
        let shape = PandaLmShape::new(&columns, TextFormat::Plain);
        shape.understand(cells_from_json(line, &shape.columns()).unwrap())
    }

    #[test]
    fn a_row_is_read_whole() {
        let row = understand(
            r#"{"idx":3,"motivation_app":"G","cmp_key":"bloom-7b_llama-7b","instruction":"Add","input":"1 and 2",
                "response1":3,"response2":false,"annotator1":1,"annotator2":0,"annotator3":2}"#,
        )
        .unwrap();
        assert_eq!(row.item.external_id.as_deref(), Some("3"));
        assert_eq!(row.item.prompt, [Part::plain("Add\n\n1 and 2")]);
        assert_eq!(row.item.candidates[0].parts, [Part::plain("3")]);
        assert_eq!(row.item.candidates[1].parts, [Part::plain("false")], "a boolean is text here");
        assert_eq!(row.item.candidates[1].model.as_deref(), Some("llama-7b"));
        let votes: Vec<_> = row
            .labels
            .iter()
            .map(|label| (label.annotator.as_deref(), label.preference().unwrap().outcome))
            .collect();
        assert_eq!(votes, [(Some("1"), Outcome::A), (Some("2"), Outcome::Tie), (Some("3"), Outcome::B)]);
        assert_eq!(row.item.metadata["motivation_app"], "G");
    }

    #[test]
    fn an_empty_response_is_taken_and_a_missing_one_refused_by_name() {
        let row = understand(r#"{"instruction":"x","response1":"","response2":"y","annotator1":2}"#).unwrap();
        assert!(row.item.candidates[0].is_empty_response());
        assert_eq!(row.labels[0].preference().unwrap().outcome, Outcome::B);
        let refused = |line| understand(line).unwrap_err();
        assert_eq!(refused(r#"{"instruction":"x","response2":"y"}"#), "\"response1\" is missing");
        let both = r#"{"instruction":"x","response1":"","response2":" "}"#;
        assert_eq!(refused(both), "\"response1\" and \"response2\" are the same");
    }

    #[test]
    fn models_are_told_apart_only_where_that_is_plain() {
        assert_eq!(models_from_pair("a_b"), Some(["a".into(), "b".into()]));
        assert_eq!(models_from_pair("a_b_c"), None);
    }
}
