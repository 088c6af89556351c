//! UltraFeedback: an instruction and its completions, each with ratings (written as texts) on four aspects, an
//! overall score and a critique.
//!
//! Two of the aspects first say which kinds of fault or merit were found (`Type`). There `Rationale` explains the
//! kinds and `Rationale For Rating` the rating; elsewhere `Rationale` explains the rating. Answers are called by
//! the aspect: `truthfulness`, `truthfulness_rationale`, `truthfulness_type`, `truthfulness_type_rationale`.

use serde_json::Value;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Answer, AnswerValue, Candidate, Item, Part, TextFormat};

use super::fields::{self, Columns, whole_number};
use super::{ItemShape, Understood, parts_from_text_cell};
use crate::cell::Cell;
use crate::record::Label;

/// The name of the words about a rating where `Rationale` is about the kinds.
const RATIONALE_FOR_RATING: &str = "Rationale For Rating";

/// Reads UltraFeedback.
pub(crate) struct UltraFeedbackShape {
    columns: Columns,
    text_format: TextFormat,
}

impl UltraFeedbackShape {
    pub(crate) fn new(all: &[String], text_format: TextFormat) -> Self {
        // The models stand in the completions, too.
        Self { columns: Columns::new(&["instruction", "completions", "models"], all), text_format }
    }

    fn candidate(&self, index: usize, completion: &Value) -> Result<Candidate, String> {
        let response = completion.get("response").and_then(Value::as_str);
        let response = response.ok_or_else(|| format!("completion {} has no \"response\"", index + 1))?;
        let mut metadata = Metadata::new();
        for key in ["principle", "custom_system_prompt"] {
            if let Some(value) = completion.get(key).filter(|value| !fields::is_absent(value)) {
                metadata.insert(key.to_owned(), value.clone());
            }
        }
        Ok(Candidate {
            parts: vec![Part::Text { text: response.to_owned(), format: self.text_format }],
            model: completion.get("model").and_then(Value::as_str).map(str::to_owned),
            metadata,
        })
    }
}

impl ItemShape for UltraFeedbackShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let prompt = parts_from_text_cell("instruction", row.take("instruction"), self.text_format)?;
        let completions = row.list("completions")?;
        let mut candidates = Vec::new();
        let mut answers = Vec::new();
        let mut doubt = None;
        for (index, completion) in completions.iter().enumerate() {
            candidates.push(self.candidate(index, completion)?);
            doubt = said_of(completion, index as u8, &mut answers).or(doubt);
        }
        let item = Item { prompt, candidates, metadata: row.metadata, ..Item::default() };
        let labels = if answers.is_empty() { Vec::new() } else { vec![Label::of_answers(answers)] };
        match item.refusal() {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

/// Collects the answers about one completion; what could not be understood, in a sentence.
fn said_of(completion: &Value, candidate: u8, answers: &mut Vec<Answer>) -> Option<String> {
    let mut doubt = None;
    let annotations = completion.get("annotations").and_then(Value::as_object);
    for (aspect, said) in annotations.into_iter().flatten() {
        // Some aspects were annotated several times; they are lists then, and the first counts.
        let said = said.as_array().and_then(|list| list.first()).unwrap_or(said);
        let given = said.get("Rating").unwrap_or(&Value::Null);
        match whole_number(given) {
            Some(value) => answers.push(fields::rating(aspect, Some(candidate), value)),
            None if fields::is_absent(given) => {}
            None => doubt = Some(format!("the rating of {aspect:?} is {given}, expected a whole number")),
        }
        let words = |name: &str| said.get(name).filter(|words| !fields::is_absent(words))?.as_str();
        let has_kinds = said.get("Type").is_some() || said.get(RATIONALE_FOR_RATING).is_some();
        if let Some(Value::Array(kinds)) = said.get("Type") {
            let kinds = kinds.iter().filter(|kind| !fields::is_absent(kind)).filter_map(Value::as_str);
            answers.push(Answer {
                question: format!("{aspect}_type"),
                candidate: Some(candidate),
                value: AnswerValue::Checklist(kinds.map(str::to_owned).collect()),
            });
        }
        let explained = if has_kinds { format!("{aspect}_type") } else { aspect.clone() };
        for (explained, name) in [(&explained, "Rationale"), (aspect, RATIONALE_FOR_RATING)] {
            if let Some(words) = words(name) {
                answers.push(fields::text(&format!("{explained}_rationale"), Some(candidate), words));
            }
        }
    }
    let overall = completion.get("overall_score").unwrap_or(&Value::Null);
    match whole_number(overall) {
        Some(value) => answers.push(fields::rating("overall_score", Some(candidate), value)),
        None if fields::is_absent(overall) => {}
        None => doubt = Some(format!("\"overall_score\" is {overall}, expected a whole number")),
    }
    if let Some(critique) =
        completion.get("critique").and_then(Value::as_str).filter(|text| !text.trim().is_empty())
    {
        answers.push(fields::text("critique", Some(candidate), critique));
    }
    doubt
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;

    #[test]
    fn ratings_are_texts_and_belong_to_their_completion() {
        let shape = UltraFeedbackShape::new(&["source".to_owned()], TextFormat::Markdown);
        let line = r#"{"source":"sharegpt","instruction":"Trip?","models":["m","n"],"completions":[
            {"model":"m","principle":"helpfulness","response":"Giza","critique":"More","overall_score":7,
             "annotations":{"truthfulness":{"Type":["1"],"Rationale":"Giza is no city","Rating":"3","Rationale For Rating":"one slip"},
                "honesty":{"Rating":"N/A","Rationale":"N/A"},"instruction_following":{"Rating":"2","Rationale":"partial"}}},
            {"model":"n","response":"Luxor","overall_score":7.5,"annotations":{"truthfulness":{"Type":["None"],"Rating":"5"}}}]}"#;
        let row = shape.understand(cells_from_json(line, &shape.columns()).unwrap()).unwrap();
        assert_eq!(row.item.candidates[1].model.as_deref(), Some("n"));
        let list = |candidate, kinds: &[&str]| Answer {
            question: "truthfulness_type".into(),
            candidate: Some(candidate),
            value: AnswerValue::Checklist(kinds.iter().map(|kind| (*kind).to_owned()).collect()),
        };
        let expected = [
            fields::rating("truthfulness", Some(0), 3),
            list(0, &["1"]),
            fields::text("truthfulness_type_rationale", Some(0), "Giza is no city"),
            fields::text("truthfulness_rationale", Some(0), "one slip"),
            fields::rating("instruction_following", Some(0), 2),
            fields::text("instruction_following_rationale", Some(0), "partial"),
            fields::rating("overall_score", Some(0), 7),
            fields::text("critique", Some(0), "More"),
            fields::rating("truthfulness", Some(1), 5),
            list(1, &[]),
        ];
        assert_eq!(
            row.labels[0].answers, expected,
            "not available is not given, and none is a list of nothing"
        );
        assert_eq!(row.doubt.unwrap(), "\"overall_score\" is 7.5, expected a whole number");
    }
}
