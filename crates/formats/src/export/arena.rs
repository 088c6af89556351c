//! Chatbot Arena battles: who met whom, and who won by whom. Both models have names, since a battle without
//! them says nothing; `anony` is whether the judge could not see them, `turn` how many answers each side has.
//! Leaderboards such as arena-rank read `model_a`, `model_b` and `winner`.

use serde::Serialize;
use serde_json::Value;
use tiebreak_domain::{AnswerValue, Candidate, Judgment, Outcome, Question};

use super::judged::{Judged, answer_to};
use super::output::{ItemOutput, json_line};
use super::policy::{UNANSWERED, UNRATABLE};
use super::turns::{Turn, check_end, check_turns, messages, refuse_media, turns};

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
    each_vote(question, judged, output, |judgment, winner| battle(judged, judgment, winner));
}

/// Writes a row for each judgment that names a winner, or says that there is none.
pub(super) fn each_vote(
    question: &Question,
    judged: &Judged,
    output: &mut ItemOutput,
    row: impl Fn(&Judgment, &'static str) -> Result<String, String>,
) {
    each_outcome(question, judged, output, |output, judgment, outcome| match winner(outcome) {
        Some(winner) => output.take(vec![row(judgment, winner)], 1),
        None => output.leave_out(UNRATABLE, 1),
    });
}

/// Goes through what each judgment says of the pair, and counts those that say nothing.
pub(super) fn each_outcome(
    question: &Question,
    judged: &Judged,
    output: &mut ItemOutput,
    write: impl Fn(&mut ItemOutput, &Judgment, Outcome),
) {
    let answered = judged.answered();
    output.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    for judgment in answered {
        match answer_to(judgment, &question.key, None).map(|answer| &answer.value) {
            Some(AnswerValue::Preference(preference)) => write(output, judgment, preference.outcome),
            _ => output.leave_out(UNANSWERED, 1),
        }
    }
}

pub(super) fn winner(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::A => Some("model_a"),
        Outcome::B => Some("model_b"),
        Outcome::Tie => Some("tie"),
        Outcome::BothBad => Some("tie (bothbad)"),
        Outcome::Unratable => None,
    }
}

/// The two models, which the data has to name.
pub(super) fn models<'a>(judged: &Judged<'a>) -> Result<[&'a str; 2], String> {
    let [first, second] = judged.candidates() else { return Err("the item is no pair".to_owned()) };
    match (&first.model, &second.model) {
        (Some(first), Some(second)) => Ok([first, second]),
        _ => Err("a battle names both models, and the data does not".to_owned()),
    }
}

/// The whole conversation on each side: what was asked, and what the candidate says, be it one answer or several
/// with what was asked between them.
pub(super) fn conversations<'a>(judged: &Judged<'a>) -> Result<[Vec<Turn<'a>>; 2], String> {
    let [first, second] = judged.candidates() else { return Err("the item is no pair".to_owned()) };
    let prompt = &judged.item.item.prompt;
    refuse_media(prompt, "the prompt")?;
    let side = |candidate: &'a Candidate, name: &str| {
        refuse_media(&candidate.parts, name)?;
        let mut said = turns(prompt, "user");
        said.extend(turns(&candidate.parts, "assistant"));
        check_turns(&said, name)?;
        check_end(&said, "assistant", name)?;
        match said.iter().find(|(role, _)| *role != "system") {
            Some((role, _)) if *role == "assistant" => Err(format!("{name} begins with the assistant")),
            _ => Ok(said),
        }
    };
    Ok([side(first, "the first conversation")?, side(second, "the second conversation")?])
}

fn battle(judged: &Judged, judgment: &Judgment, winner: &'static str) -> Result<String, String> {
    let [model_a, model_b] = models(judged)?;
    let [first, second] = conversations(judged)?;
    Ok(json_line(&Battle {
        question_id: judged.name(),
        model_a,
        model_b,
        winner,
        judge: judged.names.annotator(judgment),
        conversation_a: messages(&first),
        conversation_b: messages(&second),
        turn: first.iter().filter(|(role, _)| *role == "assistant").count(),
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
    use tiebreak_domain::{ExportFormat, ExportPlan, Part};

    #[test]
    fn a_side_may_be_a_conversation_and_has_to_be_one() {
        let names = names(vec![preference("overall", StrengthSteps::None)]);
        let mut item = item(2);
        for (candidate, model) in item.item.candidates.iter_mut().zip(["m", "n"]) {
            candidate.model = Some(model.into());
        }
        item.item.candidates[0].parts = vec![
            Part::message("assistant", "x"),
            Part::message("user", "And?"),
            Part::message("assistant", "y"),
        ];
        let said = [judgment(1, 2, vec![outcome("overall", Outcome::A)])];
        let plan = ExportPlan::new(ExportFormat::Arena);
        let row = rows(&plan, &names, &item, &said).remove(0);
        assert_eq!(row["conversation_a"].as_array().map(Vec::len), Some(4));
        assert_eq!((row["conversation_b"].as_array().map(Vec::len), &row["turn"]), (Some(2), &2.into()));
        item.item.candidates[0].parts.pop();
        let refused = written(&plan, &names, &item, &said).refused.remove(0).1;
        assert_eq!(refused, "the first conversation ends with \"user\", expected \"assistant\"");
    }

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
