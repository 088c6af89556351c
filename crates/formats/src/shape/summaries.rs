//! OpenAI's summarize-from-feedback: comparisons of two summaries of a post, and ratings of single summaries on
//! several axes. The post is the prompt; `worker` is the annotator; `policy` is who wrote a summary. What `extra`
//! says of the confidence is kept in words with the vote, since its scale is not that of a strength.

use serde_json::Value;
use tiebreak_domain::{Candidate, Item, Outcome, Part, Preference, TextFormat};

use super::continuation::rated;
use super::fields::{self, Columns, Row, whole_number};
use super::{ItemShape, Understood, refusal};
use crate::cell::Cell;
use crate::record::Label;

/// The question that a choice answers; `overall` is an axis.
const COMPARISON: &str = "overall_comparison";

/// Reads comparisons.
pub(crate) struct ComparisonsShape {
    columns: Columns,
    text_format: TextFormat,
}

impl ComparisonsShape {
    pub(crate) fn new(all: &[String], text_format: TextFormat) -> Self {
        let known = &["info", "summaries", "choice", "worker", "extra"];
        Self { columns: Columns::new(known, all), text_format }
    }
}

impl ItemShape for ComparisonsShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    /// A pair stands once for each of its workers.
    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let (external_id, prompt) = post(&mut row, self.text_format)?;
        let summaries = row.list("summaries")?;
        let [first, second] = summaries.as_slice() else {
            return Err(format!("\"summaries\" has {} summaries, expected 2", summaries.len()));
        };
        let candidates = vec![candidate(first, self.text_format)?, candidate(second, self.text_format)?];
        let annotator = row.text("worker");
        let extra = object(row.take("extra"));
        let confidence = extra.get("confidence").filter(|value| !fields::is_absent(value));
        let choice = row.take("choice").into_value().filter(|value| !fields::is_absent(value));
        let (labels, doubt) = match choice.as_ref().map(|choice| (whole_number(choice), choice)) {
            None => (Vec::new(), None),
            Some((Some(choice @ 0..=1), _)) => {
                let outcome = if choice == 0 { Outcome::A } else { Outcome::B };
                let mut answers = vec![fields::preference(COMPARISON, Preference::new(outcome))];
                let notes: Vec<&str> = [first, second].into_iter().filter_map(note).collect();
                if !notes.is_empty() {
                    answers.push(fields::text("note", None, &notes.join("\n\n")));
                }
                let comment = confidence.map(|value| format!("confidence {value}")).unwrap_or_default();
                (vec![Label { annotator, comment, ..Label::of_answers(answers) }], None)
            }
            Some((_, choice)) => (Vec::new(), Some(format!("\"choice\" is {choice}, expected 0 or 1"))),
        };
        let item = Item { external_id, prompt, candidates, metadata: row.metadata, ..Item::default() };
        match refusal(&item, ["the first of \"summaries\"", "the second of \"summaries\""]) {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

/// Reads ratings on axes.
pub(crate) struct AxesShape {
    columns: Columns,
    text_format: TextFormat,
}

impl AxesShape {
    pub(crate) fn new(all: &[String], text_format: TextFormat) -> Self {
        Self { columns: Columns::new(&["info", "summary", "worker"], all), text_format }
    }
}

impl ItemShape for AxesShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    /// The summaries of a post, and their workers, follow one another.
    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let (external_id, prompt) = post(&mut row, self.text_format)?;
        let summary = match row.take("summary") {
            Cell::Missing => return Err("\"summary\" is missing".to_owned()),
            cell => Value::Object(object(cell)),
        };
        let candidate = candidate(&summary, self.text_format)?;
        let annotator = row.text("worker");
        let mut answers = Vec::new();
        let mut doubt = None;
        for (axis, value) in summary.get("axes").and_then(Value::as_object).into_iter().flatten() {
            doubt = rated(axis, Some(0), Some(value), &mut answers).or(doubt);
        }
        if let Some(note) = note(&summary).filter(|_| !answers.is_empty()) {
            answers.push(fields::text("note", Some(0), note));
        }
        let labels = if answers.is_empty() {
            Vec::new()
        } else {
            vec![Label { annotator, ..Label::of_answers(answers) }]
        };
        let candidates = vec![candidate];
        let item = Item { external_id, prompt, candidates, metadata: row.metadata, ..Item::default() };
        match item.refusal() {
            Some(_) => Err("the text of \"summary\" is empty".to_owned()),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

/// The name and the text of a post or an article; what else is known of it becomes metadata.
fn post(row: &mut Row, format: TextFormat) -> Result<(Option<String>, Vec<Part>), String> {
    let mut info = match row.take("info") {
        Cell::Missing => return Err("\"info\" is missing, so there is no post to summarise".to_owned()),
        cell => object(cell),
    };
    let id = info.shift_remove("id").as_ref().and_then(|id| Cell::of_value(id).into_text());
    let mut text = |name: &str| {
        let text = info.shift_remove(name)?.as_str()?.trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    let text = text("post").or_else(|| text("article"));
    let text = text.ok_or("\"info\" has neither a post nor an article to summarise")?;
    row.metadata.extend(info.into_iter().filter(|(_, value)| !value.is_null()));
    Ok((id, vec![Part::Text { text, format }]))
}

fn candidate(summary: &Value, format: TextFormat) -> Result<Candidate, String> {
    let text = summary.get("text").and_then(Value::as_str).ok_or("a summary has no text")?;
    let model = summary.get("policy").and_then(Value::as_str).map(str::to_owned);
    let parts = vec![Part::Text { text: text.trim().to_owned(), format }];
    Ok(Candidate { parts, model, ..Candidate::default() })
}

fn note(summary: &Value) -> Option<&str> {
    summary.get("note")?.as_str().map(str::trim).filter(|note| !note.is_empty())
}

fn object(cell: Cell) -> serde_json::Map<String, Value> {
    match cell {
        Cell::Json(Value::Object(object)) => object,
        Cell::Text(text) => serde_json::from_str(&text).unwrap_or_default(),
        _ => serde_json::Map::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;

    fn comparison(summaries: &str, choice: &str) -> Result<Understood, String> {
        let shape = ComparisonsShape::new(&["split".to_owned()], TextFormat::Plain);
        let line = format!(
            r#"{{"info":{{"id":"t3_1","post":" My cat left. ","title":"Cat","subreddit":"pets","site":null}},"summaries":{summaries},"choice":{choice},"worker":"w1","split":"train","extra":{{"confidence":8}}}}"#
        );
        shape.understand(cells_from_json(&line, &shape.columns()).unwrap())
    }

    const TWO: &str = r#"[{"text":" Cat gone.","policy":"sup2","note":"short"},{"text":"Help","policy":"ref","note":null}]"#;

    #[test]
    fn a_worker_chooses_one_of_two_summaries() {
        let row = comparison(TWO, "1").unwrap();
        assert_eq!(row.item.prompt_text(), "My cat left.");
        assert_eq!(row.item.candidates[0].text(), "Cat gone.", "generated with a blank before it");
        assert_eq!(row.item.candidates[0].model.as_deref(), Some("sup2"));
        let keys: Vec<_> = row.item.metadata.keys().map(String::as_str).collect();
        assert_eq!(keys, ["split", "title", "subreddit"], "what is not known is not kept");
        let label = &row.labels[0];
        assert_eq!((label.annotator.as_deref(), label.comment.as_str()), (Some("w1"), "confidence 8"));
        let preferred = fields::preference("overall_comparison", Preference::new(Outcome::B));
        assert_eq!(label.answers, [preferred, fields::text("note", None, "short")]);
    }

    #[test]
    fn what_is_no_comparison_says_so() {
        assert_eq!(comparison("[]", "0").unwrap_err(), "\"summaries\" has 0 summaries, expected 2");
        assert_eq!(comparison(TWO, "2").unwrap().doubt.unwrap(), "\"choice\" is 2, expected 0 or 1");
        let unasked = comparison(TWO, "null").unwrap();
        assert!(unasked.labels.is_empty() && unasked.doubt.is_none(), "nobody chose yet");
        let shape = ComparisonsShape::new(&[], TextFormat::Plain);
        let row = shape.understand(cells_from_json(r#"{"info":{"id":"x"}}"#, &shape.columns()).unwrap());
        assert_eq!(row.unwrap_err(), "\"info\" has neither a post nor an article to summarise");
    }

    #[test]
    fn axes_are_ratings_of_the_summary() {
        let shape = AxesShape::new(&[], TextFormat::Plain);
        let line = r#"{"info":{"id":"t3_1","article":"News."},"summary":{"text":"Sum","policy":"sup2","note":"","axes":{"overall":4,"accuracy":7,"coverage":null,"coherence":"6"}},"worker":"w1"}"#;
        let row = shape.understand(cells_from_json(line, &shape.columns()).unwrap()).unwrap();
        let expected = [("overall", 4), ("accuracy", 7), ("coherence", 6)];
        assert_eq!(row.labels[0].answers, expected.map(|(axis, value)| fields::rating(axis, Some(0), value)));
        assert_eq!(row.item.prompt_text(), "News.");
    }
}
