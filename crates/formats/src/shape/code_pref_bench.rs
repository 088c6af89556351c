//! CodePrefBench: an instruction, two programs, and the votes of several developers. `criterion` names the
//! question that was asked, where the data has it; who voted is named in `annotators`, or only numbered.

use serde_json::Value;
use tiebreak_domain::rubric::OVERALL;
use tiebreak_domain::{Candidate, Item, Outcome, Part, Preference, TextFormat};

use super::fields::{self, Columns};
use super::{ItemShape, Understood, parts_from_text_cell, refusal};
use crate::cell::Cell;
use crate::record::Label;

/// Reads CodePrefBench.
pub(crate) struct CodePrefBenchShape {
    columns: Columns,
    text_format: TextFormat,
}

impl CodePrefBenchShape {
    pub(crate) fn new(all: &[String], text_format: TextFormat) -> Self {
        const KNOWN: &[&str] =
            &["task_id", "instruction", "choices", "annotations", "annotators", "criterion", "gt_choice"];
        Self { columns: Columns::new(KNOWN, all), text_format }
    }
}

impl ItemShape for CodePrefBenchShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    /// A task is asked once for each criterion.
    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let external_id = row.text("task_id");
        let prompt = parts_from_text_cell("instruction", row.take("instruction"), self.text_format)?;
        let choices = row.list("choices")?;
        let [first, second] = choices.as_slice() else {
            return Err(format!("\"choices\" has {} programs, expected 2", choices.len()));
        };
        let mut candidates = Vec::new();
        for choice in [first, second] {
            let code = choice.as_str().ok_or("\"choices\" holds something that is no text")?;
            let fenced = format!("```\n{}\n```", code.trim_end());
            // Programs that bring their own fences, or words around them, are Markdown already.
            let text =
                if code.trim().is_empty() || code.contains("```") || self.text_format == TextFormat::Plain {
                    code.to_owned()
                } else {
                    fenced
                };
            candidates.push(Candidate {
                parts: vec![Part::Text { text, format: self.text_format }],
                ..Candidate::default()
            });
        }
        let question = row.text("criterion").unwrap_or_else(|| OVERALL.to_owned());
        let names = row.list("annotators").unwrap_or_default();
        let mut labels = Vec::new();
        let mut doubt = None;
        for (index, vote) in row.list("annotations").unwrap_or_default().iter().enumerate() {
            let Some(preference) = preference_from_vote(vote) else {
                doubt = Some(format!("\"annotations\" has a vote that is not known: {vote}"));
                continue;
            };
            let name = names.get(index).and_then(Value::as_str).map(str::to_owned);
            let annotator = Some(name.unwrap_or_else(|| (index + 1).to_string()));
            let answers = vec![fields::preference(&question, preference)];
            labels.push(Label { annotator, ..Label::of_answers(answers) });
        }
        row.keep("gt_choice");
        let item = Item { external_id, prompt, candidates, metadata: row.metadata, ..Item::default() };
        match refusal(&item, ["the first of \"choices\"", "the second of \"choices\""]) {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

fn preference_from_vote(vote: &Value) -> Option<Preference> {
    let vote = vote.as_str()?.trim().to_ascii_lowercase();
    Some(match vote.as_str() {
        "codea" | "a" | "code a" => Preference::new(Outcome::A),
        "codeb" | "b" | "code b" => Preference::new(Outcome::B),
        "tie" | "same" => Preference::new(Outcome::Tie),
        "unsure" | "cannot decide" | "unknown" | "unsolved" => fields::unratable("could not decide"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;

    #[test]
    fn every_developer_votes_on_the_criterion_of_the_row() {
        let shape = CodePrefBenchShape::new(&[], TextFormat::Markdown);
        let line = r#"{"task_id":"t1","instruction":"sort","choices":["sorted(x)","x.sort()"],"gt_choice":0,"criterion":"security",
            "annotations":["codeA","Tie","cannot decide","maybe"],"annotators":["ann","bob","cy","di"]}"#;
        let row = shape.understand(cells_from_json(line, &shape.columns()).unwrap()).unwrap();
        let votes: Vec<_> = row
            .labels
            .iter()
            .map(|label| {
                (
                    label.annotator.as_deref().unwrap(),
                    &*label.answers[0].question,
                    label.preference().unwrap().outcome,
                )
            })
            .collect();
        let expected = [
            ("ann", "security", Outcome::A),
            ("bob", "security", Outcome::Tie),
            ("cy", "security", Outcome::Unratable),
        ];
        assert_eq!(votes, expected);
        assert_eq!(
            row.item.candidates[0].parts,
            [Part::markdown("```\nsorted(x)\n```")],
            "code is shown as code"
        );
        assert_eq!(row.item.metadata["gt_choice"], 0);
        assert!(row.doubt.unwrap().ends_with("\"maybe\""));
    }
}
