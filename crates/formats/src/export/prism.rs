//! PRISM: conversations, and beside them one line for each utterance of a model.
//!
//! A judgment is a conversation: what was asked, and each candidate with its score. `if_chosen` marks the one
//! that scored highest, and nobody where several did. Ratings of the whole whose keys begin with `performance_`
//! and `choice_` are the attributes of those names, a text of the key `open_feedback` (or else the first text
//! about the whole) the feedback. Scores are not comparable across people. The survey is no part of this.

use serde::Serialize;
use serde_json::{Map, Value};
use tiebreak_domain::rubric::{QuestionKind, Scope};
use tiebreak_domain::{AnswerValue, Candidate, Judgment, Question};

use super::judged::{Judged, answer_to, rating_of};
use super::output::{ItemOutput, json_line};
use super::policy::UNANSWERED;
use super::turns::{Turn, check_end, check_turns, response_text, turns};

#[derive(Serialize)]
struct Conversation<'a> {
    conversation_id: String,
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_type: Option<&'a str>,
    opening_prompt: &'a str,
    conversation_turns: usize,
    conversation_history: Vec<Said<'a>>,
    performance_attributes: Map<String, Value>,
    choice_attributes: Map<String, Value>,
    open_feedback: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timing_duration_s: Option<f64>,
}

#[derive(Serialize)]
struct Said<'a> {
    turn: usize,
    role: &'static str,
    content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(flatten)]
    model: Option<Model<'a>>,
}

#[derive(Clone, Copy, Serialize)]
struct Model<'a> {
    model_provider: Option<&'a str>,
    model_name: Option<&'a str>,
    score: Option<i32>,
    if_chosen: bool,
    within_turn_id: usize,
}

#[derive(Serialize)]
struct Utterance<'a> {
    utterance_id: String,
    interaction_id: String,
    conversation_id: &'a str,
    user_id: &'a str,
    turn: usize,
    within_turn_id: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_type: Option<&'a str>,
    user_prompt: &'a str,
    model_response: &'a str,
    model_name: Option<&'a str>,
    model_provider: Option<&'a str>,
    score: Option<i32>,
    if_chosen: bool,
}

/// Writes a conversation for each judgment of one item, and its utterances.
pub(super) fn write(question: &Question, judged: &Judged, output: &mut ItemOutput) {
    let answered = judged.answered();
    output.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    for judgment in answered {
        let scores: Vec<Option<i32>> =
            (0..judged.candidates().len()).map(|index| rating_of(judgment, &question.key, index)).collect();
        if scores.iter().all(Option::is_none) {
            output.leave_out(UNANSWERED, 1);
            continue;
        }
        match lines(judged, judgment, &scores) {
            Ok((conversation, mut utterances)) => {
                output.lines.push(conversation);
                output.second_lines.append(&mut utterances);
                output.judgments += 1;
            }
            Err(reason) => output.refused.push((1, reason)),
        }
    }
}

fn lines(
    judged: &Judged,
    judgment: &Judgment,
    scores: &[Option<i32>],
) -> Result<(String, Vec<String>), String> {
    let asked = asked(judged)?;
    let texts = judged.candidates().iter().enumerate().map(|(index, one)| response_text(one, index));
    let texts: Vec<String> = texts.collect::<Result<_, String>>()?;
    let user_turns = asked.iter().filter(|(role, _)| *role == "user").count();
    let last_turn = user_turns.saturating_sub(1);
    let best = scores.iter().flatten().max();
    let is_alone = scores.iter().filter(|score| score.as_ref() == best).count() == 1;
    let models: Vec<Model> = judged
        .candidates()
        .iter()
        .zip(scores)
        .enumerate()
        .map(|(index, (candidate, score))| Model {
            model_provider: text_of(candidate, "model_provider"),
            model_name: candidate.model.as_deref(),
            score: *score,
            if_chosen: is_alone && score.as_ref() == best,
            within_turn_id: index,
        })
        .collect();
    let mut history = Vec::new();
    let mut turn = 0;
    for (role, content) in &asked {
        let role = if *role == "user" { "user" } else { "model" };
        history.push(Said { turn, role, content, model: None });
        turn += usize::from(role == "model");
    }
    for (model, content) in models.iter().zip(&texts) {
        history.push(Said { turn: last_turn, role: "model", content, model: Some(*model) });
    }
    let user_id = judged.names.annotator(judgment);
    let conversation_id = judgment.given.id.to_string();
    let user_prompt = asked.last().map_or("", |(_, text)| text.as_str());
    let conversation_type = judged.metadata("conversation_type");
    let utterances = models.iter().zip(&texts).map(|(model, text)| {
        json_line(&Utterance {
            utterance_id: format!("{conversation_id}-{last_turn}-{}", model.within_turn_id),
            interaction_id: format!("{conversation_id}-{last_turn}"),
            conversation_id: &conversation_id,
            user_id,
            turn: last_turn,
            within_turn_id: model.within_turn_id,
            conversation_type,
            user_prompt,
            model_response: text,
            model_name: model.model_name,
            model_provider: model.model_provider,
            score: model.score,
            if_chosen: model.if_chosen,
        })
    });
    let utterances = utterances.collect();
    let showing = judgment.given.showing.as_ref();
    let conversation = json_line(&Conversation {
        conversation_id,
        user_id,
        conversation_type,
        opening_prompt: asked.first().map_or("", |(_, text)| text.as_str()),
        conversation_turns: user_turns,
        conversation_history: history,
        performance_attributes: attributes(judged, judgment, "performance_"),
        choice_attributes: attributes(judged, judgment, "choice_"),
        open_feedback: feedback(judged, judgment),
        timing_duration_s: showing.map(|showing| (showing.active_ms + showing.idle_ms) as f64 / 1_000.0),
    });
    Ok((conversation, utterances))
}

fn asked<'a>(judged: &Judged<'a>) -> Result<Vec<Turn<'a>>, String> {
    let prompt = &judged.item.item.prompt;
    if prompt.iter().any(|part| part.uri().is_some()) {
        return Err("the prompt holds a medium, and this format knows texts only".to_owned());
    }
    let mut asked = turns(prompt, "user");
    asked.retain(|(role, _)| *role != "system");
    check_turns(&asked, "the prompt")?;
    check_end(&asked, "user", "the prompt")?;
    Ok(asked)
}

fn attributes(judged: &Judged, judgment: &Judgment, prefix: &str) -> Map<String, Value> {
    let rated = judged.names.questions().into_iter().filter_map(|question| {
        let is_of_whole =
            question.scope == Scope::Item && matches!(question.kind, QuestionKind::Rating { .. });
        let name = question.key.strip_prefix(prefix).filter(|_| is_of_whole)?;
        let rating = answer_to(judgment, &question.key, None)?.value.rating()?;
        Some((name.to_owned(), rating.into()))
    });
    rated.collect()
}

fn feedback<'a>(judged: &Judged, judgment: &'a Judgment) -> &'a str {
    let words = |answer: &'a tiebreak_domain::Answer| match &answer.value {
        AnswerValue::Text(words) if answer.candidate.is_none() => Some(words.text.as_str()),
        _ => None,
    };
    let named = answer_to(judgment, "open_feedback", None).and_then(words);
    let is_known = |answer: &&tiebreak_domain::Answer| judged.names.question(&answer.question).is_some();
    let first = || judgment.given.verdict.answers().iter().filter(is_known).find_map(words);
    named.or_else(first).unwrap_or(&judgment.given.comment)
}

fn text_of<'a>(candidate: &'a Candidate, column: &str) -> Option<&'a str> {
    candidate.metadata.get(column)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use serde_json::json;
    use tiebreak_domain::rubric::{Scale, TextPurpose};
    use tiebreak_domain::{ExportFormat, ExportPlan, Part};

    #[test]
    fn a_judgment_is_a_conversation_with_utterances() {
        let slider = |key: &str, scope: Scope| {
            let ends = [String::new(), String::new()];
            let scale = Scale::Slider { from: 0, to: 100, ends, is_number_hidden: true };
            Question { required: false, ..Question::new(key, key, scope, QuestionKind::Rating { scale }) }
        };
        let names = names(vec![
            slider("score", Scope::Candidate),
            slider("performance_fluency", Scope::Item),
            slider("choice_values", Scope::Item),
            text("open_feedback", TextPurpose::Critique, Scope::Item),
        ]);
        let mut item = item(2);
        item.item.prompt = vec![
            Part::message("user", "Is war ever right?"),
            Part::message("assistant", "Hard to say."),
            Part::message("user", "Try."),
        ];
        item.item.candidates[0].model = Some("m".into());
        item.item.metadata.insert("conversation_type".into(), "values guided".into());
        let answers = [
            rates("score", &[81, 40]),
            vec![
                said("performance_fluency", None, AnswerValue::Rating(90)),
                said("choice_values", None, AnswerValue::Rating(75)),
                writes("open_feedback", None, "clear"),
            ],
        ]
        .concat();
        let plan = ExportPlan::new(ExportFormat::Prism);
        let output = written(
            &plan,
            &names,
            &item,
            &[judgment(1, 2, answers), judgment(2, 2, rates("score", &[5, 5]))],
        );
        let id = "01".repeat(16);
        let expected = json!({
            "conversation_id": id, "user_id": "ada", "conversation_type": "values guided",
            "opening_prompt": "Is war ever right?", "conversation_turns": 2,
            "conversation_history": [
                {"turn": 0, "role": "user", "content": "Is war ever right?"},
                {"turn": 0, "role": "model", "content": "Hard to say."},
                {"turn": 1, "role": "user", "content": "Try."},
                {"turn": 1, "role": "model", "content": "text 0", "model_provider": null, "model_name": "m",
                 "score": 81, "if_chosen": true, "within_turn_id": 0},
                {"turn": 1, "role": "model", "content": "text 1", "model_provider": null, "model_name": null,
                 "score": 40, "if_chosen": false, "within_turn_id": 1},
            ],
            "performance_attributes": {"fluency": 90}, "choice_attributes": {"values": 75},
            "open_feedback": "clear", "timing_duration_s": 0.9,
        });
        let read = |line: &str| serde_json::from_str::<Value>(line).unwrap_or_default();
        assert_eq!(read(&output.lines[0]), expected);
        assert_eq!(output.second_lines.len(), 4);
        let utterance = read(&output.second_lines[1]);
        assert_eq!(utterance["utterance_id"], format!("{id}-1-1"));
        assert_eq!((&utterance["user_prompt"], &utterance["score"]), (&json!("Try."), &json!(40)));
        let chosen = |line: &String| read(line)["if_chosen"] == true;
        assert!(!output.second_lines[2..].iter().any(chosen), "of two equal scores none is the choice");
    }
}
