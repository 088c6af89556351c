//! Battles of Chatbot Arena and MT-Bench: two conversations, which model won, and by whom. What both
//! conversations begin with is the prompt. `turn` is how many answers were judged: MT-Bench holds both turns
//! where a vote is on the first alone, and what came after is cut off.

use serde_json::Value;
use tiebreak_domain::{Candidate, Item, Outcome, Part, Preference};

use super::fields::{Columns, whole_number};
use super::{ItemShape, Understood, refusal};
use crate::cell::Cell;
use crate::message::{common_prefix, parts_from_cell, tool_call_in};
use crate::record::Label;
use crate::votes::is_no_vote;

/// Reads battles.
pub(crate) struct BattleShape {
    columns: Columns,
}

impl BattleShape {
    pub(crate) fn new(all: &[String]) -> Self {
        const KNOWN: &[&str] = &[
            "question_id",
            "id",
            "model_a",
            "model_b",
            "winner",
            "judge",
            "conversation_a",
            "conversation_b",
            "turn",
            // The same once more, with what both sides saw.
            "full_conversation",
        ];
        Self { columns: Columns::new(KNOWN, all) }
    }
}

impl ItemShape for BattleShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    /// A battle stands once for each of its judges.
    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let external_id = row.text("question_id").or_else(|| row.text("id"));
        let models = ["model_a", "model_b"].map(|name| row.text(name));
        let turn = row.take("turn").into_value();
        let answers = turn.as_ref().and_then(whole_number).and_then(|turn| usize::try_from(turn).ok());
        let mut sides = Vec::new();
        for name in ["conversation_a", "conversation_b"] {
            let cell = row.take(name);
            if let Some(reason) = tool_call_in(&cell) {
                return Err(format!("{name:?} {reason}"));
            }
            let mut said = match parts_from_cell(&cell) {
                Some(said) => said,
                None if cell.is_empty() => return Err(format!("{name:?} is empty")),
                None => return Err(format!("{name:?} is {}, expected a list of messages", cell.kind())),
            };
            cut(&mut said, answers.filter(|answers| *answers > 0));
            sides.push(said);
        }
        let shared = common_prefix(&sides[0], &sides[1]);
        let prompt = sides[0][..shared].to_vec();
        let candidates = sides.into_iter().zip(models.clone());
        let candidates = candidates
            .map(|(said, model)| Candidate { parts: said[shared..].to_vec(), model, ..Candidate::default() })
            .collect();
        let judge = judge(row.take("judge"));
        let is_model = judge.as_ref().is_some_and(|(_, is_model)| *is_model);
        let annotator = judge.map(|(name, _)| name);
        let winner = row.text("winner");
        let (labels, doubt) = match winner.map(|winner| (outcome_of(&winner, &models), winner)) {
            Some((Some(outcome), _)) => {
                (vec![Label { annotator, is_model, ..Label::new(Preference::new(outcome)) }], None)
            }
            Some((None, winner)) if !is_no_vote(&winner) => {
                let winner: String = winner.chars().take(40).collect();
                let expected = "expected model_a, model_b, tie or tie (bothbad)";
                (Vec::new(), Some(format!("\"winner\" is {winner:?}, {expected}")))
            }
            _ => (Vec::new(), None),
        };
        if let Some(turn) = turn {
            row.metadata.insert("turn".to_owned(), turn);
        }
        let item = Item { external_id, prompt, candidates, metadata: row.metadata, ..Item::default() };
        match refusal(&item, ["conversation_a", "conversation_b"]) {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

/// Cuts off what was said after so many answers.
fn cut(said: &mut Vec<Part>, answers: Option<usize>) {
    let Some(answers) = answers else { return };
    let is_answer = |part: &Part| matches!(part, Part::Message { role, .. } if role == "assistant");
    let last = said.iter().enumerate().filter(|(_, part)| is_answer(part)).nth(answers - 1);
    if let Some((last, _)) = last {
        said.truncate(last + 1);
    }
}

/// Who judged, and whether it is a model: a list has its name and the way in which it was asked.
fn judge(cell: Cell) -> Option<(String, bool)> {
    let (name, is_model) = match cell {
        Cell::Json(Value::Array(names)) => {
            (names.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "), true)
        }
        other => (other.into_text()?, false),
    };
    Some((name, is_model)).filter(|(name, _)| !name.trim().is_empty())
}

/// Who won by the arena's words, or by the name of one of two different models.
pub(super) fn outcome_of(winner: &str, models: &[Option<String>; 2]) -> Option<Outcome> {
    Some(match winner.trim().to_ascii_lowercase().as_str() {
        "model_a" | "a" => Outcome::A,
        "model_b" | "b" => Outcome::B,
        "tie" => Outcome::Tie,
        "tie (bothbad)" | "bothbad" | "both_bad" | "tie (both bad)" => Outcome::BothBad,
        _ => {
            let [first, second] = models.each_ref().map(|model| model.as_deref() == Some(winner.trim()));
            match (first, second) {
                (true, false) => Outcome::A,
                (false, true) => Outcome::B,
                _ => return None,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;

    fn understand(line: &str) -> Result<Understood, String> {
        let shape = BattleShape::new(&["tstamp".to_owned()]);
        shape.understand(cells_from_json(line, &shape.columns()).unwrap())
    }

    fn battle(winner: &str, turn: usize) -> Understood {
        let conversation = |first: &str, second: &str| {
            format!(
                r#"[{{"role":"user","content":"Hi"}},{{"role":"assistant","content":"{first}"}},{{"role":"user","content":"And?"}},{{"role":"assistant","content":"{second}"}}]"#
            )
        };
        let (a, b) = (conversation("Hello", "Fine"), conversation("Oh", "Bad"));
        understand(&format!(
            r#"{{"question_id":81,"model_a":"m","model_b":"n","winner":{winner},"judge":"expert_1","conversation_a":{a},"conversation_b":{b},"turn":{turn},"tstamp":7.5}}"#
        ))
        .unwrap()
    }

    #[test]
    fn a_vote_on_the_first_turn_is_on_the_first_answers() {
        let first = battle("\"model_b\"", 1);
        assert_eq!(first.item.prompt, [Part::message("user", "Hi")]);
        assert_eq!(first.item.candidates[1].parts, [Part::message("assistant", "Oh")]);
        let second = battle("\"model_b\"", 2);
        assert_eq!(second.item.candidates[1].parts.len(), 3, "what differs stays with its side");
        assert_eq!(second.item.external_id.as_deref(), Some("81"));
        assert_eq!(second.labels[0].annotator.as_deref(), Some("expert_1"));
        assert_eq!(second.item.metadata["tstamp"], 7.5);
    }

    #[test]
    fn winners_are_the_words_of_the_arena_or_the_name_of_a_model() {
        let outcome =
            |winner: &str| battle(winner, 1).labels.first().map(|label| label.preference().unwrap().outcome);
        assert_eq!(outcome("\"model_a\""), Some(Outcome::A));
        assert_eq!(outcome("\"n\""), Some(Outcome::B), "the second model");
        assert_eq!(outcome("\"tie\""), Some(Outcome::Tie));
        assert_eq!(outcome("\"tie (bothbad)\""), Some(Outcome::BothBad));
        assert_eq!(outcome("null"), None);
        let doubt = battle("\"tie (inconsistent)\"", 1).doubt.unwrap();
        assert!(doubt.starts_with("\"winner\" is \"tie (inconsistent)\""), "{doubt}");
    }

    #[test]
    fn a_judge_in_a_list_is_a_model() {
        assert_eq!(
            judge(Cell::Json(serde_json::json!(["gpt-4", "pair-v2"]))),
            Some(("gpt-4 pair-v2".to_owned(), true))
        );
        assert_eq!(judge(Cell::Text("expert_1".into())), Some(("expert_1".to_owned(), false)));
        assert_eq!(judge(Cell::Json(serde_json::json!([]))), None);
    }

    #[test]
    fn a_side_that_is_no_conversation_is_refused() {
        let refused =
            understand(r#"{"conversation_a":"Hello","conversation_b":[],"winner":"tie"}"#).unwrap_err();
        assert_eq!(refused, "\"conversation_a\" is a text, expected a list of messages");
        let refused = understand(r#"{"conversation_b":[],"winner":"tie"}"#).unwrap_err();
        assert_eq!(refused, "\"conversation_a\" is empty");
    }
}
