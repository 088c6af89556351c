//! Label Studio's tasks, as its JSON export has them: what is shown under `data`, and `annotations` with the `result`
//! of each control by its name.
//!
//! `pairwise` prefers the first or the second thing shown; a `ranker` orders a list, whose buckets are places where
//! their names are numbers; a `rating` or a `number` is about the candidate that its `to_name` names; `choices` that
//! read as votes are some, since pairwise has no tie. An annotation that `was_cancelled` was skipped. What a model
//! predicted is a label of that model where it prefers one of two; predictions that are but their numbers say
//! nothing.

use serde_json::{Map, Value};
use tiebreak_domain::answer::Ranking;
use tiebreak_domain::import::ColumnMapping;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{Answer, AnswerValue, Outcome, Preference, TextFormat};

use super::control::{self, Controls};
use super::fields::{self, Columns, Row, whole_number};
use super::task::{Named, Task};
use super::{ItemShape, Understood};
use crate::cell::Cell;
use crate::record::Label;

const KNOWN: &[&str] = &["data", "annotations", "completions", "predictions", "id", "meta"];

/// What stands behind the name of a comparison in that of the choices beside it: what pairwise cannot say.
pub(crate) const OUTCOME: &str = "_outcome";

/// Reads Label Studio's tasks.
pub(crate) struct LabelStudioShape {
    columns: Columns,
    task: Task,
    controls: Controls,
}

impl LabelStudioShape {
    /// Looks at the first rows. None if nothing in their data looks like a candidate; or why what somebody said of it
    /// cannot be, in a sentence.
    pub(crate) fn new(
        rows: &[Metadata],
        said: Option<&ColumnMapping>,
        format: TextFormat,
    ) -> Result<Option<Self>, String> {
        let data: Vec<Metadata> =
            rows.iter().filter_map(|row| row.get("data")?.as_object().cloned()).collect();
        let Some(task) = Task::new(&data, said, format)? else { return Ok(None) };
        Ok(Some(Self { columns: Columns::new(KNOWN, &[]), task, controls: controls(rows) }))
    }
}

/// Whether a row is a task with its annotations, or with what models predict of it.
pub(crate) fn is_task(row: &Metadata) -> bool {
    let has_list = |name: &str| row.get(name).is_some_and(Value::is_array);
    row.get("data").is_some_and(Value::is_object)
        && ["annotations", "completions", "predictions"].into_iter().any(has_list)
}

impl ItemShape for LabelStudioShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let shown = match row.take("data") {
            Cell::Json(Value::Object(shown)) => shown,
            Cell::Missing => return Err("\"data\" is missing, so there is nothing to judge".to_owned()),
            other => return Err(format!("\"data\" is {}, expected an object", other.kind())),
        };
        let mut named = self.task.item(shown)?;
        if named.item.external_id.is_none() {
            named.item.external_id = row.text("id");
        }
        if let Cell::Json(Value::Object(meta)) = row.take("meta")
            && !meta.is_empty()
        {
            named.item.metadata.extend(meta);
            named.name_models();
        }
        let (mut labels, mut doubt) = (Vec::new(), None);
        for annotation in ["annotations", "completions"].into_iter().flat_map(|name| list(&mut row, name)) {
            let Some(annotation) = annotation.as_object() else {
                doubt = Some(format!(
                    "an annotation is {}, expected an object",
                    Cell::of_value(&annotation).kind()
                ));
                continue;
            };
            let annotator = annotator(annotation);
            if annotation.get("was_cancelled").and_then(Value::as_bool) == Some(true) {
                labels.push(Label::skip(annotator));
                continue;
            }
            let (answers, wrong) = self.answers(annotation.get("result"), &named);
            doubt = doubt.or(wrong);
            if !answers.is_empty() {
                labels.push(Label { annotator, ..Label::of_answers(answers) });
            }
        }
        labels.extend(list(&mut row, "predictions").iter().filter_map(|one| self.prediction(one, &named)));
        Ok(Understood { item: named.item, labels, doubt })
    }
}

impl LabelStudioShape {
    /// What the results of one annotation say, and what of it could not be understood.
    fn answers(&self, results: Option<&Value>, named: &Named) -> (Vec<Answer>, Option<String>) {
        let (mut answers, mut doubt): (Vec<Answer>, Option<String>) = (Vec::new(), None);
        let results = results.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
        for result in results {
            match self.answers_of(result, named) {
                Ok(given) => answers.extend(given),
                Err(wrong) => doubt = doubt.or(Some(wrong)),
            }
        }
        control::joined(&self.controls, &mut answers);
        (answers, doubt)
    }

    /// What one result says; or what is wrong with it, in a sentence.
    fn answers_of(&self, result: &Map<String, Value>, named: &Named) -> Result<Vec<Answer>, String> {
        let (name, kind) = (text(result, "from_name"), text(result, "type"));
        let value = result.get("value").unwrap_or(&Value::Null);
        let (question, of_name) = named.question_of(name);
        match kind {
            "pairwise" => {
                let selected = value.get("selected").and_then(Value::as_str).unwrap_or_default();
                let outcome = match selected {
                    "left" => Outcome::A,
                    "right" => Outcome::B,
                    _ => return Err(format!("{name:?} selected {selected:?}, expected left or right")),
                };
                if named.item.candidates.len() != 2 {
                    let count = named.item.candidates.len();
                    return Err(format!("{name:?} compares two, and there are {count} candidates"));
                }
                Ok(vec![fields::preference(&self.controls.comparison(name), Preference::new(outcome))])
            }
            "ranker" => {
                let ranking = ranking(name, value.get("ranker").unwrap_or(&Value::Null), named)?;
                Ok(vec![control::ordered(&self.controls, name, named, ranking)])
            }
            "rating" | "number" => {
                let number = value.get(kind).unwrap_or(&Value::Null);
                let whole = whole_number(number);
                let whole = whole.ok_or_else(|| format!("{name:?} is {number}, expected a whole number"))?;
                let candidate = of_name.or_else(|| named.candidate(text(result, "to_name")));
                let only = (named.item.candidates.len() == 1).then_some(0);
                Ok(vec![fields::rating(question, candidate.or(only), whole)])
            }
            "textarea" => {
                let said = match value.get("text") {
                    Some(Value::Array(texts)) => {
                        texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n\n")
                    }
                    Some(Value::String(text)) => text.clone(),
                    _ => return Err(format!("{name:?} has no text")),
                };
                let question =
                    if of_name.is_some() { question.to_owned() } else { self.controls.words(name) };
                Ok(control::words(question, of_name, &said).into_iter().collect())
            }
            "choices" => Ok(self.choices(name, &entries(result), named)),
            _ => Err(format!("{name:?} is a result of the type {kind:?}, which is not read")),
        }
    }

    fn choices(&self, name: &str, entries: &[String], named: &Named) -> Vec<Answer> {
        if let Some(compared) = name.strip_suffix(OUTCOME)
            && let [word] = entries
            && let Some(outcome) = Outcome::from_word(word)
        {
            let preference = match outcome {
                Outcome::Unratable => fields::unratable("unratable in the data"),
                outcome => Preference::new(outcome),
            };
            return vec![fields::preference(&self.controls.comparison(compared), preference)];
        }
        if let [entry] = entries
            && let Some(preference) = self.controls.vote(name, entry, named)
        {
            return vec![fields::preference(&self.controls.comparison(name), preference)];
        }
        let (question, candidate) = named.question_of(name);
        control::chosen(question, candidate, entries.to_vec())
    }

    /// What a model says of a pair; none where it is but a number, or about something else.
    fn prediction(&self, prediction: &Value, named: &Named) -> Option<Label> {
        let (answers, _) = self.answers(prediction.get("result"), named);
        let preferences =
            answers.into_iter().filter(|answer| matches!(answer.value, AnswerValue::Preference(_)));
        let answers: Vec<Answer> = preferences.collect();
        let model = prediction.get("model_version").and_then(Value::as_str).filter(|model| !model.is_empty());
        let annotator = Some(model.unwrap_or("prediction").to_owned());
        (!answers.is_empty()).then(|| Label { annotator, is_model: true, ..Label::of_answers(answers) })
    }
}

/// The questions of the first rows.
fn controls(rows: &[Metadata]) -> Controls {
    let mut controls = Controls::default();
    let mut choices: Vec<(String, Vec<String>)> = Vec::new();
    let lists = rows.iter().flat_map(|row| ["annotations", "completions"].map(|name| row.get(name)));
    let annotations = lists.filter_map(|list| list?.as_array()).flatten();
    let results = annotations.filter_map(|annotation| annotation.get("result")?.as_array()).flatten();
    for result in results.filter_map(Value::as_object) {
        let name = text(result, "from_name");
        match text(result, "type") {
            "pairwise" => controls.see_comparison(name),
            "ranker" => controls.see_order(name),
            "textarea" => controls.see_words(name),
            "choices" => match name.strip_suffix(OUTCOME) {
                Some(compared) => controls.see_comparison(compared),
                None => match choices.iter_mut().find(|(known, _)| known == name) {
                    Some((_, values)) => values.extend(entries(result)),
                    None => choices.push((name.to_owned(), entries(result))),
                },
            },
            _ => {}
        }
    }
    for (name, values) in choices {
        controls.see_choices(&name, &values);
    }
    controls
}

/// The order of a ranker: one list, by the control's name or bare; or buckets whose names are places, or the ends.
fn ranking(name: &str, ranker: &Value, named: &Named) -> Result<Ranking, String> {
    let places = |list: &Value| match list.as_array() {
        Some(list) => control::places(name, list, named),
        None => Err(format!("{name:?} ranks {}, expected a list", Cell::of_value(list).kind())),
    };
    let of_groups = |groups: Vec<Vec<u8>>| {
        let groups: Vec<Vec<u8>> = groups.into_iter().filter(|group| !group.is_empty()).collect();
        if groups.is_empty() {
            return Err(format!("{name:?} places nothing"));
        }
        Ok(Ranking { groups, worst: None })
    };
    let apart = |list: &Value| of_groups(places(list)?.into_iter().map(|place| vec![place]).collect());
    let buckets = match ranker {
        Value::Array(_) => return apart(ranker),
        Value::Object(buckets) => buckets,
        other => {
            return Err(format!("{name:?} ranks {}, expected a list", Cell::of_value(other).kind()));
        }
    };
    // What was left where it lay stands under this name.
    let buckets: Vec<(&String, &Value)> = buckets.iter().filter(|(bucket, _)| *bucket != "_").collect();
    match buckets.as_slice() {
        [(_, only)] => return apart(only),
        [(best, list), (worst, last)] if *best == "best" && *worst == "worst" => {
            let ranking = of_groups(vec![places(list)?])?;
            return Ok(Ranking { worst: places(last)?.first().copied(), ..ranking });
        }
        _ => {}
    }
    let numbered: Option<Vec<(u32, &Value)>> =
        buckets.iter().map(|(bucket, list)| Some((bucket.trim().parse().ok()?, *list))).collect();
    let mut numbered = numbered.filter(|numbered| !numbered.is_empty()).ok_or_else(|| {
        let names: Vec<&str> = buckets.iter().map(|(bucket, _)| bucket.as_str()).collect();
        format!("{name:?} sorts into {}, and which of them is better is not said", names.join(", "))
    })?;
    numbered.sort_by_key(|(number, _)| *number);
    let groups: Vec<Vec<u8>> =
        numbered.into_iter().map(|(_, list)| places(list)).collect::<Result<_, String>>()?;
    of_groups(groups)
}

/// Whose an annotation is: people are told by numbers, or by what is known of them; Tiebreak writes their names.
fn annotator(annotation: &Map<String, Value>) -> Option<String> {
    let ours = annotation.get("annotator").and_then(Value::as_str).map(str::to_owned);
    if ours.is_some() {
        return ours;
    }
    match annotation.get("completed_by")? {
        Value::Object(person) => {
            let known = ["email", "username", "id"].iter().find_map(|name| person.get(*name));
            known.and_then(|known| Cell::of_value(known).into_text())
        }
        number => Cell::of_value(number).into_text(),
    }
}

fn text<'a>(result: &'a Map<String, Value>, name: &str) -> &'a str {
    result.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn entries(result: &Map<String, Value>) -> Vec<String> {
    let chosen = result.get("value").and_then(|value| value.get("choices"));
    match chosen {
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(one)) => vec![one.clone()],
        _ => Vec::new(),
    }
}

fn list(row: &mut Row, name: &str) -> Vec<Value> {
    match row.take(name) {
        Cell::Json(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}
