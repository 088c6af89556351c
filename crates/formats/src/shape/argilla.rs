//! Argilla's records: what is shown under `fields`, `responses` to each question by its name, and `suggestions` of
//! models. So its SDK writes them (`to_dict`); flattened, as its Hugging Face data sets have them, every field is a
//! column and a question has its answers in `q.responses` and their people in `q.responses.users`, or an answer in
//! `q.response.USER`.
//!
//! Answers to a ranking may carry ranks, and equal ones are a tie. The SDK drops them and gives an order without any:
//! where a file has such orders, it is said once that ties may be missing.

use std::cell::Cell as Once;

use serde_json::Value;
use tiebreak_domain::answer::Ranking;
use tiebreak_domain::import::ColumnMapping;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Answer, AnswerValue, TextFormat};

use super::control::{self, Controls};
use super::fields::{self, whole_number};
use super::task::{Named, Task};
use super::{Meaning, Shape, Understood};
use crate::cell::Cell;
use crate::record::Label;

const NESTED: [&str; 7] = ["id", "fields", "metadata", "suggestions", "responses", "vectors", "_server_id"];
/// Columns of a flat record that are not shown.
const BESIDE: [&str; 4] = ["id", "status", "_server_id", "external_id"];

const RANKS_DROPPED: &str = "rankings have no ranks, as Argilla's SDK writes them, so ties among them are lost; export from the server or as a Hugging Face data set to keep them";

/// Reads Argilla's records.
pub(crate) struct ArgillaShape {
    columns: Vec<String>,
    is_flat: bool,
    task: Task,
    controls: Controls,
    /// Whether it was said that ranks are missing.
    has_warned: Once<bool>,
}

/// One answer of one person to one question.
struct Response {
    question: String,
    value: Value,
    user: Option<String>,
    /// `submitted`, `draft` or `discarded`, where it is said.
    status: Option<String>,
}

/// A record taken apart.
#[derive(Default)]
struct Opened {
    id: Option<String>,
    fields: Metadata,
    metadata: Metadata,
    responses: Vec<Response>,
    /// The question, the value, and which model says so.
    suggestions: Vec<(String, Value, Option<String>)>,
}

impl ArgillaShape {
    /// Looks at the first rows. None if nothing in their fields looks like a candidate; or why what somebody said of
    /// them cannot be, in a sentence.
    pub(crate) fn new(
        columns: &[String],
        rows: &[Metadata],
        said: Option<&ColumnMapping>,
        format: TextFormat,
    ) -> Result<Option<Self>, String> {
        let is_flat = !rows.iter().any(is_nested);
        let opened: Vec<Opened> = rows.iter().map(|row| opened(row.clone(), is_flat)).collect();
        let shown: Vec<Metadata> = opened.iter().map(|one| one.fields.clone()).collect();
        let Some(task) = Task::new(&shown, said, format)? else { return Ok(None) };
        let columns = if is_flat { columns.to_vec() } else { NESTED.map(str::to_owned).to_vec() };
        Ok(Some(Self {
            columns,
            is_flat,
            controls: controls(&opened, &task),
            task,
            has_warned: Once::new(false),
        }))
    }
}

/// Whether a row is a record, nested or flattened.
pub(crate) fn is_record(row: &Metadata) -> bool {
    let is_answered = |(name, value): (&String, &Value)| {
        (name.ends_with(".responses")
            && (value.is_array() || value.is_null())
            && row.contains_key(&format!("{name}.users")))
            || (name.ends_with(".suggestion") && row.contains_key(&format!("{name}.agent")))
    };
    is_nested(row) || row.iter().any(is_answered)
}

fn is_nested(row: &Metadata) -> bool {
    let is_object = |name: &str| row.get(name).is_some_and(Value::is_object);
    is_object("fields") && (is_object("responses") || is_object("suggestions"))
}

impl Shape for ArgillaShape {
    fn columns(&self) -> Vec<String> {
        self.columns.clone()
    }

    fn meanings(&self, cells: Vec<Cell>) -> Vec<Result<Meaning, String>> {
        let values = cells.into_iter().map(|cell| cell.into_value().unwrap_or_default());
        let row: Metadata =
            self.columns.iter().cloned().zip(values).filter(|(_, value)| !value.is_null()).collect();
        let (understood, has_ranks) = match self.understood(row) {
            Ok(understood) => understood,
            Err(reason) => return vec![Err(reason)],
        };
        let mut meanings = vec![Ok(Meaning::Item(understood))];
        if !has_ranks && !self.has_warned.replace(true) {
            meanings.push(Ok(Meaning::Doubt(RANKS_DROPPED.to_owned())));
        }
        meanings
    }
}

impl ArgillaShape {
    /// The item and its votes, and whether every ranking among them has ranks.
    fn understood(&self, row: Metadata) -> Result<(Understood, bool), String> {
        if !self.is_flat && !row.get("fields").is_some_and(Value::is_object) {
            return Err("\"fields\" is missing or no object, so there is nothing to judge".to_owned());
        }
        let opened = opened(row, self.is_flat);
        let mut named = self.task.item(opened.fields)?;
        named.item.external_id = opened.id.or(named.item.external_id.take());
        named.item.metadata.extend(opened.metadata);
        named.name_models();
        let (mut labels, mut doubt, mut has_ranks): (Vec<Label>, _, _) = (Vec::new(), None, true);
        for response in opened.responses {
            let of_user = |label: &&mut Label| label.annotator == response.user && response.user.is_some();
            if response.status.as_deref() == Some("discarded") {
                if !labels.iter_mut().any(|label| of_user(&label)) {
                    labels.push(Label::skip(response.user));
                }
                continue;
            }
            // A draft is what nobody has said yet.
            if response.value.is_null() || response.status.as_deref() == Some("draft") {
                continue;
            }
            match self.answers(&response.question, &response.value, &named) {
                Ok((answers, is_ranked)) => {
                    has_ranks &= is_ranked;
                    match labels.iter_mut().find(of_user).filter(|label| !label.is_skip) {
                        Some(label) => label.answers.extend(answers),
                        None => labels.push(Label { annotator: response.user, ..Label::of_answers(answers) }),
                    }
                }
                Err(wrong) => doubt = doubt.or(Some(wrong)),
            }
        }
        for (question, value, agent) in opened.suggestions {
            let Ok((answers, _)) = self.answers(&question, &value, &named) else { continue };
            let preferences =
                answers.into_iter().filter(|answer| matches!(answer.value, AnswerValue::Preference(_)));
            let answers: Vec<Answer> = preferences.collect();
            if !answers.is_empty() {
                let annotator = Some(agent.unwrap_or_else(|| "suggestion".to_owned()));
                labels.push(Label { annotator, is_model: true, ..Label::of_answers(answers) });
            }
        }
        for label in &mut labels {
            control::joined(&self.controls, &mut label.answers);
        }
        labels.retain(|label| label.is_skip || !label.answers.is_empty());
        Ok((Understood { item: named.item, labels, doubt }, has_ranks))
    }

    /// What an answer says, and whether it is no ranking without ranks; or what is wrong with it, in a sentence.
    fn answers(&self, question: &str, value: &Value, named: &Named) -> Result<(Vec<Answer>, bool), String> {
        let (about, candidate) = named.question_of(question);
        let only = (named.item.candidates.len() == 1).then_some(0);
        Ok(match value {
            Value::Number(_) => {
                let whole = whole_number(value);
                let whole =
                    whole.ok_or_else(|| format!("{question:?} is {value}, expected a whole number"))?;
                (vec![fields::rating(about, candidate.or(only), whole)], true)
            }
            Value::String(text) => (self.said(question, text, named), true),
            Value::Array(list) => {
                if let Some((groups, has_ranks)) = ranked(question, list, named)? {
                    let ranking = Ranking { groups, worst: None };
                    return Ok((vec![control::ordered(&self.controls, question, named, ranking)], has_ranks));
                }
                let entries: Option<Vec<String>> =
                    list.iter().map(|entry| entry.as_str().map(str::to_owned)).collect();
                let entries = entries.ok_or_else(|| {
                    format!("{question:?} holds what is neither ranks nor labels, and is not read")
                })?;
                let value = AnswerValue::Checklist(entries);
                (vec![Answer { question: about.to_owned(), candidate, value }], true)
            }
            other => {
                return Err(format!("{question:?} is {}, which is not read", Cell::of_value(other).kind()));
            }
        })
    }

    /// A vote, a label or words, which are all texts.
    fn said(&self, question: &str, text: &str, named: &Named) -> Vec<Answer> {
        if let Some(preference) = self.controls.vote(question, text, named) {
            return vec![fields::preference(&self.controls.comparison(question), preference)];
        }
        let (about, candidate) = named.question_of(question);
        let key = if candidate.is_some() { about.to_owned() } else { self.controls.words(question) };
        let label = AnswerValue::Choice(text.to_owned());
        let label = Answer { question: about.to_owned(), candidate, value: label };
        control::words(key, candidate, text).into_iter().chain([label]).collect()
    }
}

/// Groups of candidates from the best, and whether they were told by ranks.
type Ranked = (Vec<Vec<u8>>, bool);

/// What a list ranks; none if it is none of candidates.
fn ranked(question: &str, list: &[Value], named: &Named) -> Result<Option<Ranked>, String> {
    if list.is_empty() {
        return Ok(None);
    }
    let is_name = |value: &Value| value.as_str().is_some_and(|name| named.candidate(name).is_some());
    if list.iter().all(is_name) {
        let places = control::places(question, list, named)?;
        return Ok(Some((places.into_iter().map(|place| vec![place]).collect(), false)));
    }
    let values: Option<Vec<Value>> = list.iter().map(|one| one.get("value").cloned()).collect();
    let Some(values) = values else { return Ok(None) };
    let places = control::places(question, &values, named)?;
    let mut ranks: Vec<(i32, u8)> = Vec::new();
    for (place, one) in places.into_iter().zip(list) {
        match one.get("rank").filter(|rank| !rank.is_null()) {
            // Without a rank it was not placed.
            None => {}
            Some(rank) => {
                let whole = whole_number(rank);
                let whole = whole
                    .ok_or_else(|| format!("{question:?} has the rank {rank}, expected a whole number"))?;
                ranks.push((whole, place));
            }
        }
    }
    ranks.sort_unstable();
    if ranks.is_empty() {
        return Err(format!("{question:?} places nothing"));
    }
    let groups = ranks.chunk_by(|one, other| one.0 == other.0);
    Ok(Some((groups.map(|group| group.iter().map(|(_, place)| *place).collect()).collect(), true)))
}

/// Takes a record apart.
fn opened(row: Metadata, is_flat: bool) -> Opened {
    if is_flat { opened_columns(row) } else { opened_record(row) }
}

fn opened_record(row: Metadata) -> Opened {
    let mut opened = Opened::default();
    for (name, value) in row {
        match (name.as_str(), value) {
            ("id", id) => opened.id = Cell::of_value(&id).into_text(),
            ("fields", Value::Object(fields)) => opened.fields = fields,
            ("metadata", Value::Object(metadata)) => opened.metadata.extend(metadata),
            ("responses", Value::Object(responses)) => {
                for (question, given) in responses {
                    let given = given.as_array().into_iter().flatten().map(|one| Response {
                        question: question.clone(),
                        value: one.get("value").cloned().unwrap_or_default(),
                        user: one.get("user_id").and_then(|user| Cell::of_value(user).into_text()),
                        status: one.get("status").and_then(Value::as_str).map(str::to_owned),
                    });
                    opened.responses.extend(given);
                }
            }
            ("suggestions", Value::Object(suggestions)) => {
                for (question, suggestion) in suggestions {
                    let agent = suggestion.get("agent").and_then(Value::as_str).map(str::to_owned);
                    let value = suggestion.get("value").cloned().unwrap_or_default();
                    opened.suggestions.push((question, value, agent));
                }
            }
            // Numbers that only a search needs.
            ("vectors" | "_server_id", _) => {}
            (_, value) => {
                opened.metadata.insert(name, value);
            }
        }
    }
    opened
}

fn opened_columns(mut row: Metadata) -> Opened {
    let mut opened =
        Opened { id: row.get("id").and_then(|id| Cell::of_value(id).into_text()), ..Opened::default() };
    let names: Vec<String> = row.keys().cloned().collect();
    for name in &names {
        if let Some(question) = name.strip_suffix(".responses") {
            let mut list = |suffix: &str| match row.shift_remove(&format!("{name}{suffix}")) {
                Some(Value::Array(list)) => list,
                _ => Vec::new(),
            };
            let (values, users, status) = (list(""), list(".users"), list(".status"));
            for (at, value) in values.into_iter().enumerate() {
                opened.responses.push(Response {
                    question: question.to_owned(),
                    value,
                    user: users.get(at).and_then(|user| Cell::of_value(user).into_text()),
                    status: status.get(at).and_then(Value::as_str).map(str::to_owned),
                });
            }
        } else if let Some((question, user)) = name.split_once(".response.") {
            let value = row.shift_remove(name).unwrap_or_default();
            let user = Some(user.to_owned());
            opened.responses.push(Response { question: question.to_owned(), value, user, status: None });
        } else if let Some(question) = name.strip_suffix(".suggestion") {
            row.shift_remove(&format!("{name}.score"));
            let agent = row.shift_remove(&format!("{name}.agent"));
            let agent = agent.and_then(|agent| agent.as_str().map(str::to_owned));
            let value = row.shift_remove(name).unwrap_or_default();
            opened.suggestions.push((question.to_owned(), value, agent));
        }
    }
    for name in BESIDE {
        row.shift_remove(name);
    }
    let mut metadata = Metadata::new();
    for name in names {
        if let Some(key) = name.strip_prefix("metadata.")
            && let Some(value) = row.shift_remove(&name)
        {
            metadata.insert(key.to_owned(), value);
        }
    }
    Opened { fields: row, metadata, ..opened }
}

/// The questions of the first rows.
fn controls(opened: &[Opened], task: &Task) -> Controls {
    let mut controls = Controls::default();
    let mut texts: Vec<(&str, Vec<String>)> = Vec::new();
    for record in opened {
        let Ok(named) = task.item(record.fields.clone()) else { continue };
        for Response { question, value, .. } in &record.responses {
            match value {
                Value::Array(list) if matches!(ranked(question, list, &named), Ok(Some(_))) => {
                    controls.see_order(question);
                }
                Value::String(text) if named.candidate(text).is_some() => controls.see_comparison(question),
                Value::String(text) => match texts.iter_mut().find(|(known, _)| known == question) {
                    Some((_, values)) => values.push(text.clone()),
                    None => texts.push((question, vec![text.clone()])),
                },
                _ => {}
            }
        }
    }
    for (question, values) in texts {
        controls.see_choices(question, &values);
        controls.see_words(question);
    }
    controls
}
