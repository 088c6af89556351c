//! Prodigy's choice interface: one line for each judgment, with an option for each candidate and for every outcome
//! that names no winner. Whoever skipped ignored the task, and what could not be judged was rejected.

use serde_json::{Map, Value, json};
use tiebreak_domain::rubric::QuestionKind;
use tiebreak_domain::{AnswerValue, Candidate, Judgment, Outcome, Part, Preference, Question, Verdict};

use super::judged::{Judged, answer_to};
use super::output::{ItemOutput, json_line};
use super::policy::UNANSWERED;
use super::told::name_of;
use super::turns::{medium, prompt_text, response_text};

/// Writes a line for each judgment of one item.
pub(super) fn write(question: &Question, judged: &Judged, output: &mut ItemOutput) {
    for judgment in judged.judgments {
        let answer = answer_to(judgment, &question.key, None).map(|answer| &answer.value);
        let (accept, answer, preference) = match (&judgment.given.verdict, answer) {
            (Verdict::Judged { .. }, Some(AnswerValue::Preference(preference))) => {
                let accept = match preference.outcome {
                    Outcome::A => vec!["a".to_owned()],
                    Outcome::B => vec!["b".to_owned()],
                    Outcome::Tie | Outcome::BothBad => vec![preference.outcome.word().to_owned()],
                    Outcome::Unratable => Vec::new(),
                };
                let answer = if preference.outcome == Outcome::Unratable { "reject" } else { "accept" };
                (accept, answer, Some(preference))
            }
            (Verdict::Judged { .. }, Some(AnswerValue::Ranking(ranking))) => {
                let best = ranking.groups.first().map(Vec::as_slice).unwrap_or_default();
                (best.iter().map(|place| name_of(usize::from(*place))).collect(), "accept", None)
            }
            (Verdict::Judged { .. }, _) => {
                output.leave_out(UNANSWERED, 1);
                continue;
            }
            _ => (Vec::new(), "ignore", None),
        };
        output.take(vec![line(question, judged, judgment, (accept, answer), preference)], 1);
    }
}

fn line(
    question: &Question,
    judged: &Judged,
    judgment: &Judgment,
    (accept, answer): (Vec<String>, &str),
    preference: Option<&Preference>,
) -> Result<String, String> {
    let mut line = Map::new();
    let mut set = |name: &str, value: Value| line.insert(name.to_owned(), value);
    set("id", judged.name().into());
    let prompt = &judged.item.item.prompt;
    match prompt.as_slice() {
        [] => {}
        [Part::Image { uri }] => drop(set("image", uri.as_str().into())),
        [Part::Video { uri }] => drop(set("video", uri.as_str().into())),
        _ => drop(set("text", prompt_text(prompt)?.into())),
    }
    let mut options =
        judged.candidates().iter().enumerate().map(option).collect::<Result<Vec<Value>, String>>()?;
    if let QuestionKind::Preference { outcomes, .. } = &question.kind {
        let open = outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Tie | Outcome::BothBad));
        let words = |outcome: &Outcome| if *outcome == Outcome::Tie { "Tie" } else { "Both bad" };
        options.extend(open.map(|outcome| json!({ "id": outcome.word(), "text": words(outcome) })));
    }
    set("options", options.into());
    set("accept", json!(accept));
    set("answer", answer.into());
    if let Some(strength) = preference.and_then(|preference| preference.strength) {
        set("strength", strength.word().into());
    }
    let reason = preference.and_then(|preference| preference.reason.as_deref()).unwrap_or_default();
    let comment: Vec<&str> =
        [reason, judgment.given.comment.as_str()].into_iter().filter(|words| !words.is_empty()).collect();
    if !comment.is_empty() {
        set("comment", comment.join("\n\n").into());
    }
    if let Some(annotator) = judged.names.known_annotator(judgment) {
        set("_annotator_id", annotator.into());
        set("_session_id", annotator.into());
    }
    // Prodigy tells tasks apart by numbers that fit into 32 bits.
    let hash = i32::from_be_bytes(judged.item.key.0[..4].try_into().expect("a key has 16 bytes"));
    set("_input_hash", hash.into());
    set("_task_hash", hash.into());
    set("_view_id", "choice".into());
    set("_timestamp", judgment.given.recorded_at.0.div_euclid(1_000).into());
    Ok(json_line(&line))
}

fn option((index, candidate): (usize, &Candidate)) -> Result<Value, String> {
    let mut option = json!({ "id": name_of(index) });
    let is_medium = candidate.parts.iter().any(|part| part.uri().is_some());
    let (name, value) = match candidate.parts.first() {
        Some(Part::Video { .. }) => ("video", medium(candidate, index)?.to_owned()),
        _ if is_medium => ("image", medium(candidate, index)?.to_owned()),
        _ => ("text", response_text(candidate, index)?),
    };
    option[name] = value.into();
    if let Some(model) = &candidate.model {
        option["model"] = model.as_str().into();
    }
    Ok(option)
}
