//! What the formats of other annotation tools say: what is shown, under a name for each thing, and everyone's
//! answers, under a name for each question.
//!
//! Candidates are `a`, `b` and so on. A question about each of them has one answer for each, named `question_a`;
//! what a preference says besides its outcome is named `question_strength` and `question_reason`. Models are not
//! shown but stand with the item's metadata, in the candidates' order.

use serde_json::{Map, Value, json};
use tiebreak_domain::answer::Ranking;
use tiebreak_domain::rubric::{QuestionKind, RankingForm, Scale, Scope};
use tiebreak_domain::{AnswerValue, ContextKind, Judgment, Outcome, Part, Question};

use super::judged::{Judged, Names};
use super::turns::{check_turns, joined, messages, turns};
use crate::shape::control::{REASON, STRENGTH};

/// Names that things shown have, and so no question.
pub(super) const TAKEN: [&str; 6] = ["prompt", "items", "reference", "mask", "id", "comment"];

/// The name of a candidate by its place.
pub(super) fn name_of(candidate: usize) -> String {
    char::from(b'a' + candidate as u8).to_string()
}

/// What is shown, by its names; or why it cannot be, in a sentence.
pub(super) fn shown(judged: &Judged) -> Result<Map<String, Value>, String> {
    let item = &judged.item.item;
    let mut shown = Map::new();
    if !item.prompt.is_empty() {
        shown.insert("prompt".to_owned(), value(&item.prompt, "user", "the prompt")?);
    }
    for context in &item.context {
        let kind = if context.kind == ContextKind::Mask { "mask" } else { "reference" };
        let is_free = |name: &String| !shown.contains_key(name);
        let numbered = (2..).map(|number| format!("{kind} {number}"));
        let name = std::iter::once(kind.to_owned()).chain(numbered).find(is_free);
        let name = name.expect("numbers do not end");
        let value = value(&context.parts, "user", &name)?;
        shown.insert(name, value);
    }
    for (index, candidate) in item.candidates.iter().enumerate() {
        let place = format!("candidate {}", index + 1);
        shown.insert(name_of(index), value(&candidate.parts, "assistant", &place)?);
    }
    Ok(shown)
}

/// A text, the address of one medium, or a list of messages.
fn value(parts: &[Part], usual: &str, name: &str) -> Result<Value, String> {
    let media: Vec<&str> = parts.iter().filter_map(Part::uri).collect();
    match (media.as_slice(), parts.len()) {
        ([], _) => {}
        ([uri], 1) => return Ok(Value::from(*uri)),
        _ => {
            return Err(format!(
                "{name} holds a medium beside other things, and one thing has one name in this format"
            ));
        }
    }
    if parts.iter().all(|part| matches!(part, Part::Text { .. })) {
        return Ok(Value::from(joined(parts)));
    }
    match parts {
        // A bare answer is what everybody expects.
        [Part::Message { role, text }] if role == usual => Ok(Value::from(text.as_str())),
        _ => {
            let turns = turns(parts, usual);
            check_turns(&turns, name)?;
            Ok(messages(&turns))
        }
    }
}

/// The item's metadata, and the models that made its candidates.
pub(super) fn metadata(judged: &Judged) -> Map<String, Value> {
    let item = &judged.item.item;
    let mut metadata = item.metadata.clone();
    if item.candidates.iter().any(|candidate| candidate.model.is_some()) {
        let models: Vec<_> = item.candidates.iter().map(|candidate| candidate.model.as_deref()).collect();
        metadata.insert("models".to_owned(), json!(models));
    }
    metadata
}

/// One thing that was said.
pub(super) struct Told<'a> {
    /// The question's name, with the candidate's where it is about one.
    pub(super) name: String,
    /// The candidate.
    pub(super) candidate: Option<usize>,
    /// What.
    pub(super) said: Said<'a>,
}

/// What was said.
pub(super) enum Said<'a> {
    /// Which of two is better, or that neither is.
    Outcome(Outcome),
    /// The order of the candidates, and how much of it was asked.
    Order(&'a Ranking, RankingForm),
    /// A number, and whether it is one of a row of stars.
    Number(i32, bool),
    /// One entry.
    Entry(&'a str),
    /// Several entries.
    Entries(&'a [String]),
    /// Words.
    Words(&'a str),
}

/// What a judgment says of what such formats can say.
pub(super) fn told<'a>(judged: &Judged<'a>, judgment: &'a Judgment) -> Vec<Told<'a>> {
    let mut all = Vec::new();
    for answer in judgment.given.verdict.answers() {
        let Some(question) = judged.names.question(&answer.question) else { continue };
        let candidate = answer.candidate.map(usize::from);
        let name = name(&answer.question, candidate);
        let mut say = |name: String, said: Said<'a>| all.push(Told { name, candidate, said });
        match &answer.value {
            AnswerValue::Preference(preference) => {
                say(name.clone(), Said::Outcome(preference.outcome));
                if let Some(strength) = preference.strength {
                    say(format!("{name}{STRENGTH}"), Said::Entry(strength.word()));
                }
                if let Some(reason) = &preference.reason {
                    say(format!("{name}{REASON}"), Said::Words(reason));
                }
            }
            AnswerValue::Ranking(ranking) => {
                if let QuestionKind::Ranking { form } = question.kind {
                    say(name, Said::Order(ranking, form));
                }
            }
            AnswerValue::Rating(number) => say(name, Said::Number(*number, is_of_stars(question))),
            AnswerValue::Choice(entry) => say(name, Said::Entry(entry)),
            AnswerValue::Checklist(entries) => say(name, Said::Entries(entries)),
            AnswerValue::Text(words) => say(name, Said::Words(&words.text)),
            AnswerValue::Marks(_)
            | AnswerValue::Spans(_)
            | AnswerValue::Steps(_)
            | AnswerValue::Segments(_) => {}
        }
    }
    let comment = &judgment.given.comment;
    if !comment.is_empty() {
        all.push(Told { name: "comment".to_owned(), candidate: None, said: Said::Words(comment) });
    }
    all
}

/// The name of a question, about one candidate or about all.
pub(super) fn name(key: &str, candidate: Option<usize>) -> String {
    match candidate {
        Some(candidate) => format!("{key}_{}", name_of(candidate)),
        None => key.to_owned(),
    }
}

/// Whether a rating is a row of stars from 1, and no other number.
pub(super) fn is_of_stars(question: &Question) -> bool {
    match &question.kind {
        QuestionKind::Rating { scale: Scale::Stars { .. } } => true,
        QuestionKind::Rating { scale: Scale::Points { from, .. } } => *from == 1,
        _ => false,
    }
}

/// The names under which a question is answered: for each of so many candidates, or once.
pub(super) fn names_of(question: &Question, candidates: usize) -> Vec<(String, Option<usize>)> {
    if question.scope == Scope::Candidate {
        (0..candidates).map(|index| (name(&question.key, Some(index)), Some(index))).collect()
    } else {
        vec![(question.key.clone(), None)]
    }
}

/// The key of a question that has the name of something that is shown.
pub(super) fn taken_key(names: &Names) -> Option<String> {
    let is_taken = |key: &str| TAKEN.contains(&key) || (key.len() == 1 && ("a"..="l").contains(&key));
    names.questions().into_iter().map(|question| question.key.clone()).find(|key| is_taken(key))
}
