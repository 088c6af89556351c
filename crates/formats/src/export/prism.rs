//! PRISM: conversations, and beside them one line for each utterance of a model, for each person, and for each
//! text.
//!
//! The turns of one conversation are items that follow one another (`conversation_id` in their metadata); what
//! one person said of them is one conversation, with each candidate and its score. An item by itself is a
//! conversation too; what stands before its last message has no scores. `if_chosen` marks the reply that the
//! conversation went on with; of the last turn the one with the highest score, and nobody where several have it.
//! Ratings of the whole whose keys begin with `performance_` and `choice_` are the attributes of those names, a
//! text of the key `open_feedback` (or else the first text about the whole) the feedback. Scores are not
//! comparable across people. The metadata names every text, and leaves open what detectors would say of it.

mod lines;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tiebreak_domain::rubric::{QuestionKind, Scope};
use tiebreak_domain::{AnnotatorId, AnswerValue, Candidate, Judgment, Question, SourceId};

use super::judged::{Judged, Names, answer_to, rating_of};
use super::output::{ItemOutput, json_line};
use super::policy::UNANSWERED;
use super::survey;
use super::turns::{check_end, check_turns, response_text, turns};
use lines::Written;

/// What the names of the files beside it end in.
pub(super) const UTTERANCES: &str = "utterances.jsonl";
pub(super) const SURVEY: &str = "survey.jsonl";
pub(super) const METADATA: &str = "metadata.jsonl";

/// Conversations on their way: the one whose turns are coming in, and how many each person completed.
#[derive(Debug, Default)]
pub(super) struct Conversations {
    open: Option<Open>,
    completed: BTreeMap<AnnotatorId, u64>,
}

/// A conversation whose next turn may follow.
#[derive(Debug)]
struct Open {
    id: Option<String>,
    source: SourceId,
    conversation_type: Option<String>,
    language: Option<Value>,
    turns: Vec<Turn>,
}

/// An item: a turn with several replies.
#[derive(Debug)]
struct Turn {
    /// The place of its message among those of the user, from 0.
    number: usize,
    /// Who said what up to its message, which is the last.
    asked: Vec<(&'static str, String)>,
    replies: Vec<Reply>,
    external_id: Option<String>,
    given: Vec<Given>,
}

#[derive(Debug)]
struct Reply {
    text: String,
    model: Option<String>,
    provider: Option<String>,
    utterance_id: Option<String>,
}

/// What one person said of one turn.
#[derive(Debug)]
struct Given {
    annotator: AnnotatorId,
    judgment: String,
    scores: Vec<Option<i32>>,
    performance: Map<String, Value>,
    choice: Map<String, Value>,
    feedback: String,
    seconds: Option<f64>,
}

impl Conversations {
    /// Takes in a turn; gives the conversation before it, where it begins another.
    pub(super) fn add(&mut self, question: &Question, judged: &Judged) -> ItemOutput {
        let mut account = ItemOutput::default();
        let turn = turn(question, judged, &mut account);
        let mut output = match (&self.open, &turn) {
            (Some(open), Some(turn)) if open.is_followed_by(judged, turn) => ItemOutput::default(),
            _ => self.close(judged.names),
        };
        output.left_out = account.left_out;
        output.refused.append(&mut account.refused);
        if let Some(turn) = turn {
            let open = self.open.get_or_insert_with(|| Open::new(judged));
            open.turns.push(turn);
        }
        output
    }

    /// What is left, and the people.
    pub(super) fn finish(&mut self, names: &Names) -> ItemOutput {
        let mut output = self.close(names);
        for (annotator, conversations) in std::mem::take(&mut self.completed) {
            let row = survey::row(names, annotator, conversations);
            for column in ["self_description", "system_string"] {
                if row.contains_key(column) {
                    let line = lines::metadata(column, &row["user_id"], [None; 3], None);
                    output.add_beside(METADATA, line);
                }
            }
            output.add_beside(SURVEY, json_line(&row));
        }
        output
    }

    fn close(&mut self, names: &Names) -> ItemOutput {
        let mut output = ItemOutput::default();
        let Some(open) = self.open.take() else { return output };
        let mut people: Vec<AnnotatorId> = Vec::new();
        for given in open.turns.iter().flat_map(|turn| &turn.given) {
            if !people.contains(&given.annotator) {
                people.push(given.annotator);
            }
        }
        let is_alone = people.len() == 1;
        for person in people {
            *self.completed.entry(person).or_default() += 1;
            let name = names.annotators.get(&person).map_or("", String::as_str);
            let written = Written::new(&open, person, name, is_alone);
            output.judgments += written.judgments();
            output.lines.push(written.conversation());
            written.utterances().into_iter().for_each(|line| output.add_beside(UTTERANCES, line));
            written.metadata().into_iter().for_each(|line| output.add_beside(METADATA, line));
        }
        output
    }
}

impl Open {
    fn new(judged: &Judged) -> Self {
        let text = |column: &str| judged.metadata(column).map(str::to_owned);
        let metadata = &judged.item.item.metadata;
        Self {
            id: text("conversation_id"),
            source: judged.item.source,
            conversation_type: text("conversation_type"),
            language: metadata.get("language_flag").or_else(|| metadata.get("language")).cloned(),
            turns: Vec::new(),
        }
    }

    /// Whether a turn goes on with one of the replies to the last one here.
    fn is_followed_by(&self, judged: &Judged, turn: &Turn) -> bool {
        let Some(last) = self.turns.last() else { return false };
        let is_same = self.id.is_some()
            && self.id.as_deref() == judged.metadata("conversation_id")
            && self.source == judged.item.source;
        let rest = turn.asked.strip_prefix(last.asked.as_slice());
        let goes_on = |rest: &[(&str, String)]| {
            rest.first().is_some_and(|(_, said)| last.replies.iter().any(|reply| reply.text == *said))
        };
        is_same && rest.is_some_and(goes_on)
    }
}

/// The turn that an item is; none where nobody's scores can be written.
fn turn(question: &Question, judged: &Judged, account: &mut ItemOutput) -> Option<Turn> {
    let answered = judged.answered();
    account.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    let mut given = Vec::new();
    for judgment in answered {
        let scores: Vec<Option<i32>> =
            (0..judged.candidates().len()).map(|index| rating_of(judgment, &question.key, index)).collect();
        if scores.iter().all(Option::is_none) {
            account.leave_out(UNANSWERED, 1);
        } else {
            given.push(given_by(judged, judgment, scores));
        }
    }
    if given.is_empty() {
        return None;
    }
    match (asked(judged), replies(judged)) {
        (Ok(asked), Ok(replies)) => {
            let number = asked.iter().filter(|(role, _)| *role == "user").count().saturating_sub(1);
            let external_id = judged.item.item.external_id.clone();
            Some(Turn { number, asked, replies, external_id, given })
        }
        (Err(reason), _) | (_, Err(reason)) => {
            account.refused.push((given.len() as u64, reason));
            None
        }
    }
}

fn given_by(judged: &Judged, judgment: &Judgment, scores: Vec<Option<i32>>) -> Given {
    let showing = judgment.given.showing.as_ref();
    Given {
        annotator: judgment.given.annotator,
        judgment: judgment.given.id.to_string(),
        scores,
        performance: attributes(judged, judgment, "performance_"),
        choice: attributes(judged, judgment, "choice_"),
        feedback: feedback(judged, judgment).to_owned(),
        seconds: showing.map(|showing| (showing.active_ms + showing.idle_ms) as f64 / 1_000.0),
    }
}

fn replies(judged: &Judged) -> Result<Vec<Reply>, String> {
    let text = |candidate: &Candidate, column: &str| {
        candidate.metadata.get(column).and_then(Value::as_str).map(str::to_owned)
    };
    let reply = |(index, candidate): (usize, &Candidate)| {
        Ok(Reply {
            text: response_text(candidate, index)?,
            model: candidate.model.clone(),
            provider: text(candidate, "model_provider"),
            utterance_id: text(candidate, "utterance_id"),
        })
    };
    judged.candidates().iter().enumerate().map(reply).collect()
}

fn asked(judged: &Judged) -> Result<Vec<(&'static str, String)>, String> {
    let prompt = &judged.item.item.prompt;
    if prompt.iter().any(|part| part.uri().is_some()) {
        return Err("the prompt holds a medium, and this format knows texts only".to_owned());
    }
    let mut asked = turns(prompt, "user");
    asked.retain(|(role, _)| *role != "system");
    check_turns(&asked, "the prompt")?;
    check_end(&asked, "user", "the prompt")?;
    let role = |role: &str| if role == "user" { "user" } else { "model" };
    Ok(asked.into_iter().map(|(speaker, text)| (role(speaker), text)).collect())
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

#[cfg(test)]
mod tests;
