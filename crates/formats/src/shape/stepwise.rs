//! TRL's stepwise supervision: a prompt, the steps of a solution, and whether each is right. Whole numbers are
//! read as PRM800K has them, 1 right, 0 neutral, −1 wrong, where the first rows hold a −1; else 0 is wrong.

use serde_json::Value;
use tiebreak_domain::answer::StepVerdict;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Answer, AnswerValue, Candidate, Item, Part, TextFormat};

use super::fields::{Columns, whole_number};
use super::{ItemShape, Understood, parts_from_text_cell};
use crate::cell::Cell;
use crate::record::Label;

/// Reads stepwise rows.
pub(crate) struct StepwiseShape {
    columns: Columns,
    text_format: TextFormat,
    /// Whether 0 stands between right and wrong.
    has_neutral: bool,
}

impl StepwiseShape {
    pub(crate) fn new(all: &[String], rows: &[Metadata], text_format: TextFormat) -> Self {
        let mut labels = rows.iter().filter_map(|row| row.get("labels")?.as_array()).flatten();
        Self {
            columns: Columns::new(&["prompt", "completions", "labels", "annotator"], all),
            text_format,
            has_neutral: labels.any(|label| whole_number(label) == Some(-1)),
        }
    }
}

impl ItemShape for StepwiseShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let prompt = parts_from_text_cell("prompt", row.take("prompt"), self.text_format)?;
        let mut parts = Vec::new();
        for (index, step) in row.list("completions")?.iter().enumerate() {
            let step = step.as_str().ok_or_else(|| format!("step {} is no text", index + 1))?;
            parts.push(Part::Text { text: step.to_owned(), format: self.text_format });
        }
        let candidate = Candidate { parts, ..Candidate::default() };
        let annotator = row.text("annotator");
        let given = row.list("labels").unwrap_or_default();
        let verdicts: Result<Vec<_>, String> =
            given.iter().map(|label| verdict(label, self.has_neutral)).collect();
        let steps = candidate.steps().len();
        let (labels, doubt) = match verdicts {
            Ok(verdicts) if verdicts.is_empty() => (Vec::new(), None),
            Ok(verdicts) if verdicts.len() > steps => {
                (Vec::new(), Some(format!("there are {} labels for {steps} steps", verdicts.len())))
            }
            Ok(mut verdicts) => {
                verdicts.resize(steps, None);
                let value = AnswerValue::Steps(verdicts);
                let answer = Answer { question: "steps".to_owned(), candidate: Some(0), value };
                (vec![Label { annotator, ..Label::of_answers(vec![answer]) }], None)
            }
            Err(reason) => (Vec::new(), Some(reason)),
        };
        let item = Item { prompt, candidates: vec![candidate], metadata: row.metadata, ..Item::default() };
        // A solution without steps has nothing to judge.
        match item.refusal() {
            _ if steps == 0 => Err("\"completions\" is empty".to_owned()),
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

fn verdict(label: &Value, has_neutral: bool) -> Result<Option<StepVerdict>, String> {
    Ok(match (label, whole_number(label), has_neutral) {
        (Value::Null, ..) => None,
        (Value::Bool(true), ..) | (_, Some(1), _) => Some(StepVerdict::Right),
        (Value::Bool(false), ..) | (_, Some(-1), true) | (_, Some(0), false) => Some(StepVerdict::Wrong),
        (_, Some(0), true) => Some(StepVerdict::Neutral),
        (_, Some(-1), false) => {
            return Err("\"labels\" has -1, and the first rows have 0 as wrong".to_owned());
        }
        _ => return Err(format!("\"labels\" has {label}, expected true or false")),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;

    fn understand(line: &str) -> Understood {
        let shape = StepwiseShape::new(&[], &[serde_json::from_str(line).unwrap()], TextFormat::Plain);
        shape.understand(cells_from_json(line, &shape.columns()).unwrap()).unwrap()
    }

    #[test]
    fn steps_are_parts_with_a_verdict_each() {
        let row = understand(
            r#"{"prompt":"Which?","completions":["one","two\n\nstill two","three"],"labels":[true,false]}"#,
        );
        assert_eq!(row.item.candidates[0].steps(), ["one", "two\n\nstill two", "three"]);
        let expected = AnswerValue::Steps(vec![Some(StepVerdict::Right), Some(StepVerdict::Wrong), None]);
        assert_eq!(row.labels[0].answers[0].value, expected, "nobody looked at the third");
        let row = understand(r#"{"prompt":"Which?","completions":["one"],"labels":[true,false]}"#);
        assert_eq!(row.doubt.unwrap(), "there are 2 labels for 1 steps");
    }

    #[test]
    fn nought_is_neutral_only_where_wrong_is_below_it() {
        let said = |labels: &str| {
            let line = format!("{{\"prompt\":\"p\",\"completions\":[\"x\",\"y\"],\"labels\":{labels}}}");
            match &understand(&line).labels[0].answers[0].value {
                AnswerValue::Steps(steps) => steps.clone(),
                other => panic!("no steps: {other:?}"),
            }
        };
        let (right, neutral, wrong) =
            (Some(StepVerdict::Right), Some(StepVerdict::Neutral), Some(StepVerdict::Wrong));
        assert_eq!(said("[1,0]"), [right, wrong]);
        assert_eq!(said("[\"1\",0.0]"), [right, wrong]);
        assert_eq!(said("[0,-1]"), [neutral, wrong]);
        let shape = StepwiseShape::new(&[], &[], TextFormat::Plain);
        let late = r#"{"prompt":"p","completions":["x"],"labels":[-1]}"#;
        let row = shape.understand(cells_from_json(late, &shape.columns()).unwrap()).unwrap();
        assert_eq!(row.doubt.unwrap(), "\"labels\" has -1, and the first rows have 0 as wrong");
    }
}
