//! Chatbot Arena with one column for each winner (the "55k" table). Prompts and responses are lists of turns,
//! written as JSON, and become one conversation: all turns but the last answers are the prompt, where both sides
//! agree on them, and else stay with their side. A `winner` beside them, as Tiebreak writes it, tells a tie from
//! both bad, and `judge` who said so.

use serde_json::Value;
use tiebreak_domain::{Candidate, Item, Outcome, Part, Preference};

use super::battle::outcome_of;
use super::fields::Columns;
use super::{ItemShape, Understood, refusal};
use crate::cell::Cell;
use crate::message::common_prefix;
use crate::record::Label;

/// Reads one-hot arena rows.
pub(crate) struct ArenaShape {
    columns: Columns,
}

impl ArenaShape {
    pub(crate) fn new(all: &[String]) -> Self {
        const KNOWN: &[&str] = &[
            "id",
            "model_a",
            "model_b",
            "prompt",
            "response_a",
            "response_b",
            "winner_model_a",
            "winner_model_b",
            "winner_tie",
            "winner",
            "judge",
        ];
        Self { columns: Columns::new(KNOWN, all) }
    }
}

impl ItemShape for ArenaShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    /// A battle stands once for each of its judges.
    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let external_id = row.text("id");
        let models = ["model_a", "model_b"].map(|name| row.text(name));
        let prompts = turns(row.take("prompt"), "prompt")?;
        let words = |turn: &Option<String>| turn.clone().unwrap_or_default();
        let mut conversations = Vec::new();
        for name in ["response_a", "response_b"] {
            let answers = turns(row.take(name), name)?;
            let mut said = Vec::new();
            for (index, prompt) in prompts.iter().enumerate() {
                said.push(Part::message("user", words(prompt)));
                if let Some(answer) = answers.get(index) {
                    said.push(Part::message("assistant", words(answer)));
                }
            }
            if answers.iter().all(Option::is_none) {
                return Err(format!("{name:?} is empty"));
            }
            conversations.push(said);
        }
        let shared = common_prefix(&conversations[0], &conversations[1]);
        let prompt = conversations[0][..shared].to_vec();
        let candidates = conversations.into_iter().zip(models.clone());
        let candidates = candidates
            .map(|(said, model)| Candidate { parts: said[shared..].to_vec(), model, ..Candidate::default() })
            .collect();
        let judge = row.text("judge");
        let winner = row.text("winner");
        let winners =
            [("winner_model_a", Outcome::A), ("winner_model_b", Outcome::B), ("winner_tie", Outcome::Tie)];
        let won: Vec<Outcome> = winners
            .into_iter()
            .filter(|(name, _)| is_one(&row.take(name)))
            .map(|(_, outcome)| outcome)
            .collect();
        let (labels, doubt) = match won.as_slice() {
            [] => (Vec::new(), None),
            [outcome] => {
                let told = winner.and_then(|winner| outcome_of(&winner, &models));
                let outcome = told.filter(|told| one_hot(*told) == *outcome).unwrap_or(*outcome);
                (vec![Label { annotator: judge, ..Label::new(Preference::new(outcome)) }], None)
            }
            _ => (Vec::new(), Some(format!("{} of the three winner columns are set, expected 1", won.len()))),
        };
        let item = Item { external_id, prompt, candidates, metadata: row.metadata, ..Item::default() };
        match refusal(&item, ["response_a", "response_b"]) {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

/// What the three columns can say of an outcome.
fn one_hot(outcome: Outcome) -> Outcome {
    if outcome == Outcome::BothBad { Outcome::Tie } else { outcome }
}

/// The turns in a cell; none for one that is null, as now and then an answer is that never came.
fn turns(cell: Cell, name: &str) -> Result<Vec<Option<String>>, String> {
    let list = match cell {
        Cell::Missing => return Err(format!("{name:?} is missing")),
        Cell::Json(Value::Array(list)) => list,
        Cell::Text(text) => match serde_json::from_str(&text) {
            Ok(Value::Array(list)) => list,
            _ => vec![Value::String(text.into_owned())],
        },
        other => other.into_text().map(Value::String).into_iter().collect(),
    };
    Ok(list.into_iter().map(|turn| turn.as_str().map(str::to_owned)).collect())
}

fn is_one(cell: &Cell) -> bool {
    cell.text().is_some_and(|text| matches!(text.trim(), "1" | "1.0" | "true" | "True"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn understand(cells: [&'static str; 9]) -> Result<Understood, String> {
        ArenaShape::new(&[]).understand(cells.map(|text| Cell::Text(text.into())).to_vec())
    }

    #[test]
    fn turns_in_json_become_conversations() {
        let row = understand([
            "30192",
            "m",
            "n",
            r#"["Hi","And?"]"#,
            r#"["Hello","Fine"]"#,
            r#"["Hello","Bad \"one\""]"#,
            "0",
            "1",
            "0",
        ])
        .unwrap();
        assert_eq!(row.item.prompt.len(), 3, "both gave the same first answer");
        assert_eq!(row.item.candidates[1].parts, [Part::message("assistant", "Bad \"one\"")]);
        assert_eq!(row.item.candidates[0].model.as_deref(), Some("m"));
        assert_eq!(row.labels[0].preference().unwrap().outcome, Outcome::B);
    }

    #[test]
    fn a_winner_beside_the_three_columns_tells_what_they_cannot() {
        let outcome = |tie: &'static str, winner: &'static str| {
            let cells =
                ["1", "m", "n", "Hi", "x", "y", if tie == "1" { "0" } else { "1" }, "0", tie, winner, "ann"];
            let shape = ArenaShape::new(&[]);
            let row = shape.understand(cells.map(|text| Cell::Text(text.into())).to_vec()).unwrap();
            assert_eq!(row.labels[0].annotator.as_deref(), Some("ann"));
            row.labels[0].preference().unwrap().outcome
        };
        assert_eq!(outcome("1", "tie (bothbad)"), Outcome::BothBad);
        assert_eq!(outcome("1", "tie"), Outcome::Tie);
        assert_eq!(outcome("0", "model_b"), Outcome::A, "what contradicts the columns is not believed");
    }

    #[test]
    fn two_winners_are_none() {
        let row = understand(["1", "m", "n", "Hi", "x", "y", "1", "0", "1"]).unwrap();
        assert!(row.labels.is_empty());
        assert!(row.doubt.unwrap().starts_with("2 of the three winner columns"));
        assert_eq!(
            understand(["1", "m", "n", "Hi", "[null]", "y", "1", "0", "0"]).unwrap_err(),
            "\"response_a\" is empty"
        );
        let silent = understand(["1", "m", "n", "Hi", r#"[""]"#, "y", "0", "1", "0"]).unwrap();
        assert!(silent.item.candidates[0].is_empty_response(), "an answer that came and says nothing");
    }
}
