//! The Human Preference Datasets. HPDv2 has pairs with `human_preference` (1 for the preferred picture) for
//! training, and lists of pictures with everyone's `rank` under `raw_annotations` for testing. HPDv3 names the
//! preferred picture `path1` and the other one `path2`, so its pictures are put in an order that says nothing of
//! the choice ([`pair_from_choice`]).

use serde_json::Value;
use tiebreak_domain::answer::Ranking;
use tiebreak_domain::rubric::OVERALL;
use tiebreak_domain::{Answer, AnswerValue, Candidate, Item, Outcome, Part, Preference, TextFormat};

use super::fields::{self, Columns, whole_number};
use super::image_reward::{RANKING, ranking_from_ranks};
use super::preference::pair_from_choice;
use super::{ItemShape, Understood, parts_from_text_cell, refusal};
use crate::cell::Cell;
use crate::record::Label;

/// Reads HPDv2.
pub(crate) struct HpdV2Shape {
    columns: Columns,
    text_format: TextFormat,
}

impl HpdV2Shape {
    pub(crate) fn new(all: &[String], text_format: TextFormat) -> Self {
        const KNOWN: &[&str] = &[
            "id",
            "prompt",
            "file_path",
            "image_path",
            "human_preference",
            "user_hash",
            "rank",
            "raw_annotations",
        ];
        Self { columns: Columns::new(KNOWN, all), text_format }
    }
}

impl ItemShape for HpdV2Shape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    /// A pair stands once for each of its annotators.
    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let external_id = row.text("id");
        let prompt = parts_from_text_cell("prompt", row.take("prompt"), self.text_format)?;
        let paths = match (row.list("image_path"), row.list("file_path")) {
            (Ok(paths), _) | (Err(_), Ok(paths)) => paths,
            (Err(_), Err(reason)) => {
                return Err(format!("there is no list of pictures under \"image_path\", and {reason}"));
            }
        };
        let mut candidates = Vec::new();
        for (index, path) in paths.iter().enumerate() {
            let path = path.as_str().ok_or_else(|| format!("picture {} is no path", index + 1))?;
            candidates.push(Candidate { parts: vec![Part::image(path.trim())], ..Candidate::default() });
        }
        let annotator = row.text("user_hash");
        let mut labels = Vec::new();
        let mut doubt = None;
        let mut take = |annotator: Option<String>, answer: Result<Option<Answer>, String>| match answer {
            Ok(answer) => {
                labels.extend(answer.map(|answer| Label { annotator, ..Label::of_answers(vec![answer]) }))
            }
            Err(reason) => doubt = Some(reason),
        };
        let annotations = row.list("raw_annotations").unwrap_or_default();
        let rank = row.take("rank").into_value();
        for (index, annotation) in annotations.iter().enumerate() {
            let name = annotation.get("user_hash").and_then(Value::as_str).map(str::to_owned);
            let name = name.unwrap_or_else(|| (index + 1).to_string());
            let ranked = ranked(annotation.get("rank"), candidates.len());
            take(Some(name), ranked.map_err(|reason| format!("annotation {} {reason}", index + 1)));
        }
        // The rank of all is the rank of nobody, unless nobody is named.
        if annotations.is_empty() {
            let ranked = ranked(rank.as_ref(), candidates.len());
            take(annotator.clone(), ranked.map_err(|reason| format!("\"rank\" {reason}")));
        }
        let preferred = row.take("human_preference").into_value();
        take(annotator, preferred.map_or(Ok(None), |given| preferred_answer(&given, candidates.len())));
        let item = Item { external_id, prompt, candidates, metadata: row.metadata, ..Item::default() };
        match refusal(&item, ["the first picture", "the second picture"]) {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

fn ranked(ranks: Option<&Value>, candidates: usize) -> Result<Option<Answer>, String> {
    let ranks = match ranks {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(ranks)) => ranks,
        Some(other) => return Err(format!("is {other}, expected a list with a rank for each picture")),
    };
    let value = AnswerValue::Ranking(ranking_from_ranks(ranks, candidates)?);
    Ok(Some(Answer { question: RANKING.to_owned(), candidate: None, value }))
}

/// 1 for what is preferred and 0 for the rest; of a pair also for both, which is a tie.
fn preferred_answer(given: &Value, candidates: usize) -> Result<Option<Answer>, String> {
    let expected =
        || format!("\"human_preference\" is {given}, expected a list with 0 or 1 for each picture");
    let list = given.as_array().ok_or_else(expected)?;
    let votes: Vec<i32> = list.iter().map(whole_number).collect::<Option<_>>().ok_or_else(expected)?;
    if votes.len() != candidates || votes.iter().any(|vote| !(0..=1).contains(vote)) {
        return Err(expected());
    }
    let preferred: Vec<u8> =
        votes.iter().enumerate().filter(|(_, vote)| **vote == 1).map(|(place, _)| place as u8).collect();
    Ok(match (preferred.as_slice(), candidates) {
        ([], _) => None,
        ([0, 1], 2) => Some(fields::preference(OVERALL, Preference::new(Outcome::Tie))),
        ([first], 2) => {
            let outcome = if *first == 0 { Outcome::A } else { Outcome::B };
            Some(fields::preference(OVERALL, Preference::new(outcome)))
        }
        _ => {
            let value = AnswerValue::Ranking(Ranking { groups: vec![preferred], worst: None });
            Some(Answer { question: RANKING.to_owned(), candidate: None, value })
        }
    })
}

/// Reads HPDv3.
pub(crate) struct HpdV3Shape {
    columns: Columns,
    text_format: TextFormat,
}

impl HpdV3Shape {
    pub(crate) fn new(all: &[String], text_format: TextFormat) -> Self {
        const KNOWN: &[&str] = &["id", "prompt", "path1", "path2", "model1", "model2", "annotator"];
        Self { columns: Columns::new(KNOWN, all), text_format }
    }
}

impl ItemShape for HpdV3Shape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let external_id = row.text("id");
        let prompt = parts_from_text_cell("prompt", row.take("prompt"), self.text_format)?;
        let mut candidate = |path: &'static str, model: &str| {
            let uri =
                row.text(path).ok_or_else(|| format!("{path:?} is empty, expected the path of a picture"))?;
            let parts = vec![Part::image(uri.trim())];
            Ok::<_, String>(Candidate { parts, model: row.text(model), ..Candidate::default() })
        };
        let candidates = vec![candidate("path1", "model1")?, candidate("path2", "model2")?];
        let mut item = Item { candidates, ..Item::default() };
        if let Some(reason) = refusal(&item, ["path1", "path2"]) {
            return Err(reason);
        }
        let rejected = item.candidates.pop().unwrap_or_default();
        let chosen = item.candidates.pop().unwrap_or_default();
        let (candidates, outcome) = pair_from_choice(&prompt, chosen, rejected);
        let label = Label { annotator: row.text("annotator"), ..Label::new(Preference::new(outcome)) };
        let item = Item { external_id, prompt, candidates, metadata: row.metadata, ..Item::default() };
        Ok(Understood { item, labels: vec![label], doubt: None })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;

    fn understand(line: &str) -> Result<Understood, String> {
        let shape = HpdV2Shape::new(&[], TextFormat::Markdown);
        shape.understand(cells_from_json(line, &shape.columns()).unwrap())
    }

    fn outcome(preference: &str) -> Result<Option<Outcome>, Option<String>> {
        let line = format!(
            "{{\"prompt\":\"a fox\",\"human_preference\":{preference},\"file_path\":[\"a.jpg\",\"b.jpg\"]}}"
        );
        let row = understand(&line).unwrap();
        match row.doubt {
            None => Ok(row.labels.first().map(|label| label.preference().unwrap().outcome)),
            doubt => Err(doubt),
        }
    }

    #[test]
    fn a_pair_has_its_preferred_picture_or_a_tie_or_no_vote() {
        assert_eq!(outcome("[1,0]"), Ok(Some(Outcome::A)));
        assert_eq!(outcome("[0,1]"), Ok(Some(Outcome::B)));
        assert_eq!(outcome("[1,1]"), Ok(Some(Outcome::Tie)));
        assert_eq!(outcome("[0,0]"), Ok(None));
        let expected = "\"human_preference\" is [1], expected a list with 0 or 1 for each picture";
        assert_eq!(outcome("[1]"), Err(Some(expected.to_owned())));
    }

    #[test]
    fn everyone_has_a_rank_of_their_own_and_the_rank_of_all_is_nobodys() {
        let row = understand(
            r#"{"prompt":"a fox","image_path":["a.jpg","b.jpg","c.jpg"],"rank":[1,2,3],
            "raw_annotations":[{"rank":[3,1,2],"user_hash":"9f3a"},{"rank":[1,2],"user_hash":"77b1"}]}"#,
        )
        .unwrap();
        assert_eq!(row.labels.len(), 1, "{:?}", row.labels);
        assert_eq!(row.labels[0].annotator.as_deref(), Some("9f3a"));
        let AnswerValue::Ranking(ranking) = &row.labels[0].answers[0].value else { panic!("a ranking") };
        assert_eq!(ranking.groups, [[1], [2], [0]]);
        assert_eq!(row.doubt.unwrap(), "annotation 2 has 2 ranks for 3 candidates");
        let row = understand(r#"{"prompt":"a fox","image_path":["a.jpg","b.jpg"],"rank":[2,1]}"#).unwrap();
        assert_eq!(row.labels[0].annotator, None, "the plan's past annotator, where nobody is named");
        assert!(understand(r#"{"prompt":"a fox"}"#).unwrap_err().contains("\"file_path\" is missing"));
    }

    #[test]
    fn the_first_path_is_preferred() {
        let shape = HpdV3Shape::new(&["confidence".to_owned()], TextFormat::Markdown);
        let read = |line: &str| shape.understand(cells_from_json(line, &shape.columns()).unwrap());
        let preferred = |row: &Understood| {
            let second = row.labels[0].preference().unwrap().outcome == Outcome::B;
            row.item.candidates[usize::from(second)].clone()
        };
        let row = read(
            r#"{"prompt":"a fox","path1":"w.jpg","model1":"m","path2":"l.jpg","model2":"n","confidence":0.9}"#,
        )
        .unwrap();
        assert_eq!(
            (preferred(&row).parts[0].uri(), preferred(&row).model.as_deref()),
            (Some("w.jpg"), Some("m"))
        );
        assert_eq!(row.item.metadata["confidence"], 0.9);
        let other = read(
            r#"{"prompt":"a fox","path1":"l.jpg","model1":"n","path2":"w.jpg","model2":"m","confidence":0.9}"#,
        )
        .unwrap();
        assert_eq!(other.item, row.item, "who prefers the other one judges the same item");
        assert_eq!(preferred(&other).parts[0].uri(), Some("l.jpg"));
        assert!(read(r#"{"prompt":"a fox","path1":"w.jpg"}"#).unwrap_err().starts_with("\"path2\" is empty"));
    }
}
