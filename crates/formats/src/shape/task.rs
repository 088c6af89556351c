//! What annotation tools show of a task: named texts and media, of which some are the prompt and some the candidates.
//!
//! Nothing in an export of theirs says which is which, so that it is told by the names and the first rows, as of any
//! table ([`propose`]), unless somebody said it. Answers name a candidate by the name of its column, or by the id
//! that it has in a list.

use serde_json::Value;
use tiebreak_domain::import::{CandidateColumns, ColumnMapping};
use tiebreak_domain::item::{MAX_CANDIDATES, Metadata};
use tiebreak_domain::{Item, TextFormat};

use super::ItemShape;
use super::columns::ColumnsShape;
use crate::cell::Cell;
use crate::mapping::{kind_of_values, propose};

/// Columns that hold the only thing to judge, where there is no pair; the first that is there is it.
const ONLY: [&str; 13] = [
    "a",
    "response",
    "answer",
    "output",
    "completion",
    "text",
    "summary",
    "generation",
    "content",
    "image",
    "video",
    "audio",
    "url",
];

/// Where the words of an element of a list are.
const WORDS: [&str; 8] = ["body", "text", "html", "content", "response", "answer", "image", "title"];

/// Which parts of a task are what.
pub(crate) struct Task {
    /// For tasks of one candidate, of two and so on: of several, the last may be missing.
    shapes: Vec<ColumnsShape>,
    /// What the candidates are called, where each has its own column.
    columns: Vec<String>,
    /// The list that holds them, where they have none.
    list: Option<String>,
    /// A list that says the same as the columns do.
    repeated: Option<String>,
}

/// A task as an item, and what its candidates are called.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) item: Item,
    pub(crate) names: Vec<String>,
}

impl Task {
    /// Looks at the first rows of what is shown. None if nothing in them looks like a candidate; or why what somebody
    /// said of them cannot be, in a sentence.
    pub(crate) fn new(
        rows: &[Metadata],
        said: Option<&ColumnMapping>,
        format: TextFormat,
    ) -> Result<Option<Self>, String> {
        let mut columns: Vec<String> = Vec::new();
        for name in rows.iter().flat_map(Metadata::keys) {
            if !columns.contains(name) {
                columns.push(name.clone());
            }
        }
        let list = columns.iter().find(|name| is_list_with_ids(name, rows)).cloned();
        let is_repeated = list.as_ref().is_some_and(|list| {
            let mut ids = rows.iter().flat_map(|row| ids(row.get(list)));
            ids.all(|id| columns.contains(&id))
        });
        let (list, repeated) = if is_repeated { (None, list) } else { (list, None) };
        // Whoever says what is judged may mean something else than the list.
        let is_meant = |list: &String| {
            said.is_none_or(|said| said.candidates.iter().any(|candidate| candidate.content == *list))
        };
        let list = list.filter(is_meant);
        columns.retain(|name| repeated.as_ref() != Some(name));
        let mut mapping = match (said, &list) {
            (Some(said), _) => said.clone(),
            (None, Some(list)) => {
                let others: Vec<String> = columns.iter().filter(|name| *name != list).cloned().collect();
                let mut mapping = propose(&others, rows);
                let taken = std::mem::take(&mut mapping.candidates);
                mapping.metadata.extend(taken.into_iter().map(|candidate| candidate.content));
                let words = rows.iter().flat_map(|row| elements(row.get(list))).filter_map(words);
                let words: Vec<&str> = words.filter_map(|(_, words)| words.as_str()).collect();
                let kind = kind_of_values(words.into_iter());
                mapping.candidates = vec![CandidateColumns { content: list.clone(), kind, model: None }];
                mapping
            }
            (None, None) => with_only(propose(&columns, rows), rows),
        };
        if mapping.candidates.is_empty() {
            return Ok(None);
        }
        // Votes stand beside the task; what stands in it is part of what was shown.
        let label = mapping.label.take().map(|label| label.column);
        mapping.metadata.extend(label.into_iter().chain(mapping.annotator.take()));
        let columns: Vec<String> = match mapping.candidates.as_slice() {
            [_] if list.is_some() => Vec::new(),
            candidates => candidates.iter().map(|candidate| candidate.content.clone()).collect(),
        };
        let shape = |count: usize| {
            let candidates = mapping.candidates[..count].to_vec();
            ColumnsShape::new(ColumnMapping { candidates, ..mapping.clone() }, format)
        };
        let most = mapping.candidates.len();
        if most > MAX_CANDIDATES {
            return Err(format!("it names {most} candidates, expected 1 to {MAX_CANDIDATES}"));
        }
        let shapes = (1..=most).map(shape).collect::<Result<_, String>>()?;
        Ok(Some(Self { shapes, columns, list, repeated }))
    }

    /// What is shown as an item; or why it cannot be judged, in a sentence.
    pub(crate) fn item(&self, mut shown: Metadata) -> Result<Named, String> {
        let is_there = |name: &String| shown.get(name).is_some_and(|value| !value.is_null());
        let present = self.columns.iter().rposition(is_there).map_or(1, |last| last + 1);
        let shape = &self.shapes[if self.list.is_some() { 0 } else { present - 1 }];
        if let Some(repeated) = &self.repeated {
            shown.shift_remove(repeated);
        }
        let mut names: Vec<String> = self.columns.iter().take(present).cloned().collect();
        let mut titles: Vec<Option<Value>> = Vec::new();
        if let Some(list) = &self.list {
            names = ids(shown.get(list));
            let found: Vec<(Option<Value>, Value)> = elements(shown.get(list))
                .map(|element| match words(element) {
                    Some((name, words)) if name != "title" => (element.get("title").cloned(), words.clone()),
                    _ => (None, words(element).map_or(Value::Null, |(_, words)| words.clone())),
                })
                .collect();
            let (found_titles, contents): (Vec<_>, Vec<_>) = found.into_iter().unzip();
            titles = found_titles;
            shown.insert(list.clone(), Value::Array(contents));
        }
        let wanted = ItemShape::columns(shape);
        let cells = wanted.iter().map(|name| shown.get(name).map_or(Cell::Missing, Cell::of_value));
        let mut item = shape.understand(cells.collect())?.item;
        for (candidate, title) in item.candidates.iter_mut().zip(titles) {
            candidate.metadata.extend(title.map(|title| ("title".to_owned(), title)));
        }
        // What the first rows do not have is kept, too.
        let others = shown.into_iter().filter(|(name, value)| !wanted.contains(name) && !value.is_null());
        item.metadata.extend(others);
        if self.columns.len() == 1 && item.candidates.len() > 1 {
            names = (0..item.candidates.len()).map(|index| index.to_string()).collect();
        }
        Ok(Named { item, names })
    }
}

impl Named {
    /// Takes the candidates' models from where Tiebreak writes them: with the metadata, in their order.
    pub(crate) fn name_models(&mut self) {
        let Some(Value::Array(models)) = self.item.metadata.get("models") else { return };
        let is_name = |model: &Value| model.is_string() || model.is_null();
        if models.len() != self.item.candidates.len() || !models.iter().all(is_name) {
            return;
        }
        for (candidate, model) in self.item.candidates.iter_mut().zip(models) {
            candidate.model = model.as_str().map(str::to_owned).or(candidate.model.take());
        }
        self.item.metadata.shift_remove("models");
    }

    /// The candidate of a name, in any case of its letters.
    pub(crate) fn candidate(&self, name: &str) -> Option<u8> {
        let place = self.names.iter().position(|known| known == name);
        let place = place.or_else(|| self.names.iter().position(|known| known.eq_ignore_ascii_case(name)))?;
        u8::try_from(place).ok()
    }

    /// A question whose name ends or begins with that of a candidate is about it: `helpful_a` asks `helpful` of `a`.
    pub(crate) fn question_of<'a>(&self, name: &'a str) -> (&'a str, Option<u8>) {
        const BETWEEN: [char; 4] = ['_', '-', '.', ' '];
        let mut candidates: Vec<&String> = self.names.iter().collect();
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.len()));
        for candidate in candidates {
            let rest = [name.strip_suffix(candidate.as_str()), name.strip_prefix(candidate.as_str())];
            let apart = |(at, rest): (usize, Option<&'a str>)| {
                let question = rest?.trim_matches(BETWEEN);
                let is_apart = match at {
                    0 => rest?.ends_with(BETWEEN),
                    _ => rest?.starts_with(BETWEEN),
                };
                (is_apart && !question.is_empty()).then_some(question)
            };
            if let Some(question) = rest.into_iter().enumerate().find_map(apart) {
                return (question, self.candidate(candidate));
            }
        }
        (name, None)
    }
}

/// The only column that could be judged, where no two look like a pair.
fn with_only(mut mapping: ColumnMapping, rows: &[Metadata]) -> ColumnMapping {
    if !mapping.candidates.is_empty() {
        return mapping;
    }
    let is_free = |name: &&str| mapping.metadata.iter().any(|free| free == name);
    let only = ONLY.into_iter().find(is_free).map(str::to_owned);
    let only = only.or_else(|| match mapping.metadata.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    });
    // A text alone is what is judged, whatever it is called.
    let only = only.or_else(|| match mapping.prompt.as_slice() {
        [_] if mapping.metadata.is_empty() => mapping.prompt.pop(),
        _ => None,
    });
    if let Some(content) = only {
        mapping.metadata.retain(|name| *name != content);
        let kind = kind_of_values(rows.iter().filter_map(|row| row.get(&content)?.as_str()));
        mapping.candidates = vec![CandidateColumns { content, kind, model: None }];
    }
    mapping
}

/// Whether a column holds lists of things with ids and words.
fn is_list_with_ids(name: &str, rows: &[Metadata]) -> bool {
    let lists: Vec<&Value> = rows.iter().filter_map(|row| row.get(name)).collect();
    let is_thing = |element: &Value| element.get("id").is_some() && words(element).is_some();
    let is_list =
        |value: &&Value| value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(is_thing));
    !lists.is_empty() && lists.iter().filter(|list| is_list(list)).count() * 10 >= lists.len() * 9
}

fn elements(list: Option<&Value>) -> impl Iterator<Item = &Value> {
    list.and_then(Value::as_array).into_iter().flatten()
}

fn ids(list: Option<&Value>) -> Vec<String> {
    let id = |element: &Value| element.get("id").map(|id| Cell::of_value(id).into_text().unwrap_or_default());
    elements(list).map(|element| id(element).unwrap_or_default()).collect()
}

/// The words of an element of a list, and what they are called there.
fn words(element: &Value) -> Option<(&'static str, &Value)> {
    WORDS.into_iter().find_map(|name| {
        let words = element.get(name)?;
        words.as_str().is_some_and(|words| !words.trim().is_empty()).then_some((name, words))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn named(row: Value) -> Named {
        let Value::Object(row) = row else { panic!("an object") };
        let task = Task::new(std::slice::from_ref(&row), None, TextFormat::Markdown).unwrap().unwrap();
        task.item(row).unwrap()
    }

    #[test]
    fn candidates_are_called_by_their_columns_or_their_ids() {
        let pair = named(json!({"prompt":"Hi","a":"Hello","b":"No","label":"x","lang":"en"}));
        assert_eq!(
            (pair.names.as_slice(), pair.item.prompt_text().as_str()),
            (&["a".into(), "b".into()][..], "Hi")
        );
        assert_eq!(pair.item.metadata["lang"], "en");
        assert_eq!(pair.candidate("B"), Some(1));
        let list = named(json!({"prompt":"Hi","items":[
            {"id":"x","title":"First","body":"Hello"},{"id":7,"body":"No"},{"id":"z","body":"Yes"}]}));
        assert_eq!(list.names, ["x", "7", "z"]);
        assert_eq!(list.item.candidates[0].text(), "Hello");
        assert_eq!(list.item.candidates[0].metadata["title"], "First", "nothing is lost");
        let both =
            named(json!({"a":"Hello","b":"No","items":[{"id":"a","body":"Hello"},{"id":"b","body":"No"}]}));
        assert_eq!((both.names.len(), both.item.metadata.len()), (2, 0), "the list repeats the columns");
        let one = named(json!({"text":"Some words"}));
        assert_eq!((one.names.as_slice(), one.item.candidates.len()), (&["text".into()][..], 1));
    }

    #[test]
    fn the_last_candidates_may_be_missing() {
        let rows: Vec<Metadata> =
            [json!({"a":"1","b":"2","c":"3"}), json!({"a":"1","b":"2"}), json!({"a":"1","c":"3"})]
                .into_iter()
                .map(|row| row.as_object().unwrap().clone())
                .collect();
        let task = Task::new(&rows, None, TextFormat::Markdown).unwrap().unwrap();
        let counts: Vec<_> =
            rows.into_iter().map(|row| task.item(row).map(|named| named.item.candidates.len())).collect();
        assert_eq!(counts, [Ok(3), Ok(2), Err("\"b\" is missing".to_owned())]);
    }

    #[test]
    fn a_question_may_name_its_candidate() {
        let pair = named(json!({"prompt":"p","response_a":"x","response_b":"y"}));
        assert_eq!(pair.question_of("helpful_response_b"), ("helpful", Some(1)));
        assert_eq!(pair.question_of("response_a.clarity"), ("clarity", Some(0)));
        assert_eq!(pair.question_of("response_b"), ("response_b", None), "nothing would be left of it");
        let short = named(json!({"prompt":"p","a":"x","b":"y"}));
        assert_eq!(short.question_of("quality_b"), ("quality", Some(1)));
        assert_eq!(short.question_of("media"), ("media", None), "only what stands apart is a name");
    }
}
