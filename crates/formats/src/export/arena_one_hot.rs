//! Chatbot Arena's "55k" table: one column for each winner, prompts and answers as lists of turns in JSON.
//!
//! It has one word for a tie and for both bad. `winner` beside the three columns tells them apart, and is what
//! leaderboards read together with the models; `judge` is who said so.

use serde_json::Value;
use tiebreak_domain::{Judgment, Question};

use super::arena::{conversations, each_vote, models};
use super::judged::Judged;
use super::output::ItemOutput;
use super::table::quoted;
use super::turns::Turn;

const COLUMNS: [&str; 11] = [
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

/// The names of the columns.
pub(super) fn header() -> String {
    COLUMNS.join(",")
}

/// Writes a row for each judgment of one pair.
pub(super) fn write(question: &Question, judged: &Judged, output: &mut ItemOutput) {
    each_vote(question, judged, output, |judgment, winner| row(judged, judgment, winner));
}

fn row(judged: &Judged, judgment: &Judgment, winner: &'static str) -> Result<String, String> {
    let [model_a, model_b] = models(judged)?;
    let [first, second] = conversations(judged)?;
    if first.first().is_some_and(|(role, _)| *role == "system") {
        return Err("the prompt has a system message, which this format cannot say".to_owned());
    }
    if said_by("user", &first) != said_by("user", &second) {
        return Err("the two sides were asked different things, and this format has one prompt".to_owned());
    }
    let one = |is_so: bool| if is_so { "1" } else { "0" }.to_owned();
    let fields = [
        judged.name(),
        model_a.to_owned(),
        model_b.to_owned(),
        said_by("user", &first).to_string(),
        said_by("assistant", &first).to_string(),
        said_by("assistant", &second).to_string(),
        one(winner == "model_a"),
        one(winner == "model_b"),
        one(winner.starts_with("tie")),
        winner.to_owned(),
        judged.names.annotator(judgment).to_owned(),
    ];
    Ok(fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(","))
}

fn said_by(speaker: &str, said: &[Turn]) -> Value {
    said.iter().filter(|(role, _)| *role == speaker).map(|(_, text)| Value::from(text.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use tiebreak_domain::rubric::StrengthSteps;
    use tiebreak_domain::{ExportFormat, ExportPlan, Outcome, Part};

    #[test]
    fn a_row_has_one_winner_and_turns_as_json() {
        let names = names(vec![preference("overall", StrengthSteps::None)]);
        let mut item = item(2);
        item.item.prompt = vec![
            Part::message("user", "Hi, \"you\""),
            Part::message("assistant", "Hello"),
            Part::message("user", "And?"),
        ];
        for (candidate, model) in item.item.candidates.iter_mut().zip(["m", "n"]) {
            candidate.model = Some(model.into());
        }
        let judgments: Vec<_> = Outcome::ALL
            .iter()
            .zip(1..)
            .map(|(said, who)| judgment(who, 2, vec![outcome("overall", *said)]))
            .collect();
        let output = written(&ExportPlan::new(ExportFormat::ArenaOneHot), &names, &item, &judgments);
        let asked = r#""[""Hi, \""you\"""",""And?""]""#;
        assert_eq!(
            output.lines[0],
            format!(r#"q1,m,n,{asked},"[""Hello"",""text 0""]","[""Hello"",""text 1""]",1,0,0,model_a,ada"#)
        );
        let ends: Vec<_> = output.lines.iter().filter_map(|line| line.split("]\",").nth(3)).collect();
        let expected = ["1,0,0,model_a,ada", "0,1,0,model_b,bob", "0,0,1,tie,cy", "0,0,1,tie (bothbad),dee"];
        assert_eq!(ends, expected);
        assert_eq!(output.left_out, [("cannot be judged".to_owned(), 1)]);
    }
}
