//! What the questions of other annotation tools are called, and how their answers read.
//!
//! Such a tool lets everyone name their questions, so a name is kept. But names that say no more than that something
//! is compared, ordered or explained are those of a question that the data has no better name for, where it is the
//! only one of its kind: the project's question of that kind is then meant, whatever it is called.

use std::collections::BTreeMap;

use serde_json::Value;
use tiebreak_domain::answer::{Ranking, TextAnswer};
use tiebreak_domain::import::LabelColumn;
use tiebreak_domain::rubric::OVERALL;
use tiebreak_domain::{Answer, AnswerValue, Outcome, Preference, Strength};

use super::fields::{self, RATIONALE};
use super::image_reward::RANKING;
use super::task::Named;
use crate::votes::{is_unratable, label_column, outcome_from_value};

/// What stands behind the name of a comparison in that of the question how strongly it is meant.
pub(crate) const STRENGTH: &str = "_strength";
/// The same for the words on why it cannot be judged.
pub(crate) const REASON: &str = "_reason";

const COMPARED: [&str; 12] = [
    "overall",
    "comparison",
    "pairwise",
    "preference",
    "pref",
    "choice",
    "winner",
    "vote",
    "better",
    "outcome",
    "rank",
    "ranking",
];

const ORDERED: [&str; 5] = ["rank", "ranker", "ranking", "order", "overall"];

const EXPLAINED: [&str; 9] = [
    "why",
    "rationale",
    "reason",
    "reasons",
    "reasoning",
    "explanation",
    "justification",
    "comment",
    "comments",
];

/// The questions that the first rows answer, by kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Controls {
    compared: Vec<String>,
    ordered: Vec<String>,
    explained: Vec<String>,
    /// How the values of choices read that are votes.
    votes: BTreeMap<String, LabelColumn>,
}

impl Controls {
    /// Takes note of a question that compares.
    pub(crate) fn see_comparison(&mut self, name: &str) {
        see(&mut self.compared, name);
    }

    /// Takes note of a question that orders.
    pub(crate) fn see_order(&mut self, name: &str) {
        see(&mut self.ordered, name);
    }

    /// Takes note of a question that asks for words about the whole.
    pub(crate) fn see_words(&mut self, name: &str) {
        if !name.ends_with(REASON) && !self.compared.iter().any(|known| known == name) {
            see(&mut self.explained, name);
        }
    }

    /// Takes note of the values that a choice between labels has had: where they are words for A, B or a tie, they
    /// are votes.
    pub(crate) fn see_choices(&mut self, name: &str, values: &[String]) {
        if name.ends_with(STRENGTH) {
            return;
        }
        let is_telling = |value: &String| {
            let value = value.trim().to_ascii_lowercase();
            value.parse::<f64>().is_err() && !["true", "false", "left", "right"].contains(&value.as_str())
        };
        if values.iter().all(is_telling)
            && !values.is_empty()
            && let Some(label) = label_column(name, values, ["a", "b"])
        {
            self.votes.insert(name.to_owned(), label);
            self.see_comparison(name);
        }
    }

    /// The key of a question that compares.
    pub(crate) fn comparison(&self, name: &str) -> String {
        key(name, &self.compared, &COMPARED, OVERALL)
    }

    /// The key of a question that orders.
    pub(crate) fn order(&self, name: &str) -> String {
        key(name, &self.ordered, &ORDERED, RANKING)
    }

    /// The key of a question that asks for words about the whole.
    pub(crate) fn words(&self, name: &str) -> String {
        key(name, &self.explained, &EXPLAINED, RATIONALE)
    }

    /// The preference that a choice says, if it is a vote: for A, B or a tie, or for a candidate by its name.
    pub(crate) fn vote(&self, name: &str, value: &str, named: &Named) -> Option<Preference> {
        if named.item.candidates.len() != 2 {
            return None;
        }
        let by_name =
            named.candidate(value).map(|candidate| [Outcome::A, Outcome::B][usize::from(candidate)]);
        let known = self.votes.get(name);
        let outcome = known.and_then(|label| outcome_from_value(label, value, [None, None])).or(by_name);
        match outcome {
            Some(outcome) => Some(Preference::new(outcome)),
            None if known.is_some() && is_unratable(value) => {
                Some(fields::unratable("unratable in the data"))
            }
            None => None,
        }
    }
}

fn see(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

fn key(name: &str, all: &[String], generic: &[&str], nameless: &str) -> String {
    let is_only = all.len() <= 1 && all.iter().all(|known| known == name);
    let is_generic = generic.contains(&name.to_ascii_lowercase().as_str());
    if is_only && is_generic { nameless.to_owned() } else { name.to_owned() }
}

/// Puts what was said beside a preference into it: how strongly it is meant, and why it cannot be judged.
pub(crate) fn joined(controls: &Controls, answers: &mut Vec<Answer>) {
    let beside: Vec<Answer> = answers.clone();
    for answer in beside {
        let name = answer.question.as_str();
        let base = [STRENGTH, REASON].iter().find_map(|suffix| name.strip_suffix(suffix));
        let Some(key) = base.map(|base| controls.comparison(base)) else { continue };
        let preference = answers.iter_mut().find_map(|one| match &mut one.value {
            AnswerValue::Preference(preference) if one.question == key => Some(preference),
            _ => None,
        });
        let Some(preference) = preference else { continue };
        match &answer.value {
            AnswerValue::Choice(word) if name.ends_with(STRENGTH) && preference.outcome.is_decided() => {
                preference.strength = Strength::from_word(word).or(preference.strength);
            }
            AnswerValue::Text(words)
                if name.ends_with(REASON) && preference.outcome == Outcome::Unratable =>
            {
                preference.reason = Some(words.text.clone());
            }
            _ => continue,
        }
        answers.retain(|one| one.question != name);
    }
}

/// An order of the candidates as an answer: of two it is a preference, unless the data asks for that apart.
pub(crate) fn ordered(
    controls: &Controls,
    name: &str,
    named: &Named,
    Ranking { groups, worst }: Ranking,
) -> Answer {
    let outcome = match groups.as_slice() {
        _ if named.item.candidates.len() != 2 || controls.compared.iter().any(|other| other != name) => None,
        [first, ..] => match first.as_slice() {
            [0] => Some(Outcome::A),
            [1] => Some(Outcome::B),
            [_, _] => Some(Outcome::Tie),
            _ => None,
        },
        [] => None,
    };
    if let Some(outcome) = outcome {
        return fields::preference(&controls.comparison(name), Preference::new(outcome));
    }
    let value = AnswerValue::Ranking(Ranking { groups, worst });
    Answer { question: controls.order(name), candidate: None, value }
}

/// Words as an answer; none if there are none.
pub(crate) fn words(question: String, candidate: Option<u8>, text: &str) -> Option<Answer> {
    let value = AnswerValue::Text(TextAnswer { text: text.to_owned(), confidence: None });
    (!text.trim().is_empty()).then_some(Answer { question, candidate, value })
}

/// Chosen entries. One alone may be the answer to a choice or to a checklist, which data does not tell apart: both
/// are given, and a project takes what it asks.
pub(crate) fn chosen(question: &str, candidate: Option<u8>, entries: Vec<String>) -> Vec<Answer> {
    let answer = |value| Answer { question: question.to_owned(), candidate, value };
    let one = match entries.as_slice() {
        [only] => Some(answer(AnswerValue::Choice(only.clone()))),
        _ => None,
    };
    one.into_iter().chain([answer(AnswerValue::Checklist(entries))]).collect()
}

/// The places of candidates by their names, each once; or what is wrong with them, in a sentence.
pub(crate) fn places(name: &str, listed: &[Value], named: &Named) -> Result<Vec<u8>, String> {
    let mut places = Vec::new();
    for value in listed {
        let id = crate::cell::Cell::of_value(value).into_text().unwrap_or_default();
        let place = named.candidate(&id).ok_or_else(|| {
            let id: String = id.chars().take(40).collect();
            format!("{name:?} ranks {id:?}, which is none of {}", named.names.join(", "))
        })?;
        if places.contains(&place) {
            return Err(format!("{name:?} ranks {id:?} twice"));
        }
        places.push(place);
    }
    Ok(places)
}
