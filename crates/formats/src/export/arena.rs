//! Chatbot Arena battles: who met whom, and who won by whom. Both models have names, since a battle without
//! them says nothing; `anony` is whether the judge could not see them.

use serde::Serialize;
use serde_json::Value;
use tiebreak_domain::{AnswerValue, Judgment, Outcome, Question};

use super::judged::{Judged, answer_to};
use super::output::{ItemOutput, json_line};
use super::policy::{UNANSWERED, UNRATABLE};
use super::turns::{check_end, check_turns, messages, response_text, turns};

#[derive(Serialize)]
struct Battle<'a> {
    question_id: String,
    model_a: &'a str,
    model_b: &'a str,
    winner: &'static str,
    judge: &'a str,
    conversation_a: Value,
    conversation_b: Value,
    turn: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    anony: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    /// Seconds since 1970.
    tstamp: f64,
}

/// Writes a battle for each judgment of one pair.
pub(super) fn write(question: &Question, judged: &Judged, output: &mut ItemOutput) {
    let answered = judged.answered();
    output.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    for judgment in answered {
        let answer = answer_to(judgment, &question.key, None).map(|answer| &answer.value);
        let Some(AnswerValue::Preference(preference)) = answer else {
            output.leave_out(UNANSWERED, 1);
            continue;
        };
        match winner(preference.outcome) {
            Some(winner) => output.take(vec![battle(judged, judgment, winner)], 1),
            None => output.leave_out(UNRATABLE, 1),
        }
    }
}

fn winner(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::A => Some("model_a"),
        Outcome::B => Some("model_b"),
        Outcome::Tie => Some("tie"),
        Outcome::BothBad => Some("tie (bothbad)"),
        Outcome::Unratable => None,
    }
}

fn battle(judged: &Judged, judgment: &Judgment, winner: &'static str) -> Result<String, String> {
    let [first, second] = judged.candidates() else { return Err("the item is no pair".to_owned()) };
    let (Some(model_a), Some(model_b)) = (&first.model, &second.model) else {
        return Err("a battle names both models, and the data does not".to_owned());
    };
    let prompt = &judged.item.item.prompt;
    if prompt.iter().any(|part| part.uri().is_some()) {
        return Err("the prompt holds a medium, and this format knows texts only".to_owned());
    }
    let asked = turns(prompt, "user");
    check_turns(&asked, "the prompt")?;
    check_end(&asked, "user", "the prompt")?;
    let conversation = |text: String| {
        let mut turns = asked.clone();
        turns.push(("assistant", text));
        messages(&turns)
    };
    Ok(json_line(&Battle {
        question_id: judged.name(),
        model_a,
        model_b,
        winner,
        judge: judged.names.annotator(judgment),
        conversation_a: conversation(response_text(first, 0)?),
        conversation_b: conversation(response_text(second, 1)?),
        turn: asked.iter().filter(|(role, _)| *role == "user").count(),
        anony: judgment.given.showing.as_ref().map(|showing| !showing.models_visible),
        language: judged.metadata("language"),
        tstamp: judgment.given.recorded_at.0 as f64 / 1_000.0,
    }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use tiebreak_domain::rubric::StrengthSteps;
    use tiebreak_domain::{ExportFormat, ExportPlan};

    #[test]
    fn every_outcome_is_a_winner_of_the_arena_but_what_cannot_be_judged() {
        let names = names(vec![preference("overall", StrengthSteps::None)]);
        let mut item = item(2);
        item.item.candidates[0].model = Some("gpt-4".into());
        item.item.candidates[1].model = Some("vicuna".into());
        let judgments: Vec<_> = Outcome::ALL
            .iter()
            .zip(1..)
            .map(|(said, who)| judgment(who, 2, vec![outcome("overall", *said)]))
            .collect();
        let plan = ExportPlan::new(ExportFormat::Arena);
        let output = written(&plan, &names, &item, &judgments);
        assert_eq!(
            output.lines[0],
            r#"{"question_id":"q1","model_a":"gpt-4","model_b":"vicuna","winner":"model_a","judge":"ada","conversation_a":[{"role":"user","content":"Why?"},{"role":"assistant","content":"text 0"}],"conversation_b":[{"role":"user","content":"Why?"},{"role":"assistant","content":"text 1"}],"turn":1,"anony":true,"tstamp":1.0}"#
        );
        let winners: Vec<_> =
            rows(&plan, &names, &item, &judgments).iter().map(|row| row["winner"].clone()).collect();
        assert_eq!(winners, ["model_a", "model_b", "tie", "tie (bothbad)"]);
        assert_eq!(output.left_out, [("cannot be judged".to_owned(), 1)]);
        item.item.candidates[1].model = None;
        let refused = written(&plan, &names, &item, &judgments[..1]).refused;
        assert_eq!(refused, [(1, "a battle names both models, and the data does not".to_owned())]);
    }
}
