//! RichHF: a picture with scores, marks, and the words of its prompt that it misses, as Tiebreak writes it.
//!
//! Scores are whole numbers and answer the questions of their columns; fractions are means of several people,
//! and are kept as metadata of the picture. Marks stand in columns that end in `_marks`, each with its
//! annotator; maps (`_map`) are drawings of them and are not read. Of the words, 0 says that the picture misses
//! it. The picture's name is the name of the item: neighbouring rows of one picture are its annotators.

use serde_json::Value;
use tiebreak_domain::answer::{Mark, MarkForm, Span};
use tiebreak_domain::{Answer, AnswerValue, Candidate, Item, Part, TextFormat};

use super::fields::{self, whole_number};
use super::{ItemShape, Understood, metadata_from_cells, parts_from_text_cell};
use crate::cell::Cell;
use crate::record::Label;
use crate::words::words_of;

/// The question that missed words answer.
const WORDS: &str = "misaligned_words";
const MARKS: &str = "_marks";
const SCORE: &str = "_score";
const KNOWN: [&str; 5] = ["filename", "prompt", "prompt_words", "prompt_misalignment_label", "annotator"];

/// Reads RichHF rows.
pub(crate) struct RichHfShape {
    scores: Vec<String>,
    marks: Vec<String>,
    metadata: Vec<String>,
    text_format: TextFormat,
}

impl RichHfShape {
    pub(crate) fn new(all: &[String], text_format: TextFormat) -> Self {
        let ending = |ending: &str| all.iter().filter(|name| name.ends_with(ending)).cloned().collect();
        let (scores, marks): (Vec<String>, Vec<String>) = (ending(SCORE), ending(MARKS));
        let is_read =
            |name: &String| KNOWN.contains(&name.as_str()) || scores.contains(name) || marks.contains(name);
        let metadata = all.iter().filter(|name| !is_read(name) && !name.ends_with("_map")).cloned().collect();
        Self { scores, marks, metadata, text_format }
    }

    /// Whether columns are those of such rows.
    pub(crate) fn fits(columns: &[String]) -> bool {
        let is_telling = |name: &String| {
            name.ends_with(MARKS) || ["prompt_misalignment_label", "artifact_map"].contains(&name.as_str())
        };
        columns.iter().any(|name| name == "filename") && columns.iter().any(is_telling)
    }
}

/// Answers of several people, in the order in which they come up.
#[derive(Default)]
struct Said(Vec<(Option<String>, Vec<Answer>)>);

impl Said {
    fn of(&mut self, annotator: Option<&str>) -> &mut Vec<Answer> {
        let known = self.0.iter().position(|(known, _)| known.as_deref() == annotator);
        let place = known.unwrap_or_else(|| {
            self.0.push((annotator.map(str::to_owned), Vec::new()));
            self.0.len() - 1
        });
        &mut self.0[place].1
    }

    fn labels(self) -> Vec<Label> {
        let label = |(annotator, answers)| Label { annotator, ..Label::of_answers(answers) };
        self.0.into_iter().filter(|(_, answers)| !answers.is_empty()).map(label).collect()
    }
}

impl ItemShape for RichHfShape {
    fn columns(&self) -> Vec<String> {
        let known = KNOWN.map(str::to_owned).into_iter();
        known.chain([&self.scores, &self.marks, &self.metadata].into_iter().flatten().cloned()).collect()
    }

    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut cells = cells.into_iter();
        let mut next = || cells.next().unwrap_or_default();
        let [filename, prompt, words, labels, annotator] = [next(), next(), next(), next(), next()];
        let filename = filename.into_text().filter(|name| !name.trim().is_empty());
        let filename = filename.ok_or("\"filename\" is empty, expected the path of a picture")?;
        let annotator = annotator.into_text().filter(|name| !name.trim().is_empty());
        let mut prompt = parts_from_text_cell("prompt", prompt, self.text_format)?;
        if let (true, Cell::Json(Value::Array(words))) = (prompt.is_empty(), &words) {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            prompt.push(Part::Text { text: words.join(" "), format: self.text_format });
        }
        let mut candidate = Candidate { parts: vec![Part::image(filename.trim())], ..Candidate::default() };
        let mut said = Said::default();
        let mut doubt = None;
        for name in &self.scores {
            let Some(value) = next().into_value().filter(|value| !fields::is_absent(value)) else { continue };
            if let Some(score) = whole_number(&value) {
                said.of(annotator.as_deref()).push(fields::rating(name, Some(0), score));
                continue;
            }
            doubt = Some(format!(
                "{name:?} is {value}, and what somebody gave is a whole number; export a row for each annotator"
            ));
            candidate.metadata.insert(name.clone(), value);
        }
        for name in &self.marks {
            doubt = marks(name, next(), annotator.as_deref(), &mut said).err().or(doubt);
        }
        match missed_words(labels, &prompt) {
            Ok(None) => {}
            Ok(Some(spans)) => said.of(annotator.as_deref()).push(Answer {
                question: WORDS.to_owned(),
                candidate: None,
                value: AnswerValue::Spans(spans),
            }),
            Err(reason) => doubt = Some(reason),
        }
        let item = Item {
            external_id: Some(filename),
            prompt,
            candidates: vec![candidate],
            metadata: metadata_from_cells(&self.metadata, cells),
            ..Item::default()
        };
        match item.refusal() {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels: said.labels(), doubt }),
        }
    }
}

/// The list in a cell, or in the JSON that its text is; none where there is nothing.
fn list(name: &str, cell: Cell) -> Result<Option<Vec<Value>>, String> {
    match cell {
        Cell::Json(Value::Array(list)) => Ok(Some(list)),
        cell if cell.is_empty() => Ok(None),
        Cell::Text(text) => {
            serde_json::from_str(&text).map(Some).map_err(|_| format!("{name:?} is a text, expected a list"))
        }
        other => Err(format!("{name:?} is {}, expected a list", other.kind())),
    }
}

/// The marks of a column. Who marked nothing is known only where the row is of one annotator.
fn marks(name: &str, cell: Cell, annotator: Option<&str>, said: &mut Said) -> Result<(), String> {
    let Some(list) = list(name, cell)? else { return Ok(()) };
    let question = name.strip_suffix(MARKS).unwrap_or(name);
    let mut of_people: Vec<(Option<&str>, Vec<Mark>)> = Vec::new();
    if annotator.is_some() {
        of_people.push((annotator, Vec::new()));
    }
    for value in &list {
        let mark = mark(value).ok_or_else(|| {
            format!("{name:?} has {value}, expected a mark with x, y and a radius, or a width and a height, from 0 to 1")
        })?;
        let who = annotator.or_else(|| value.get("annotator").and_then(Value::as_str));
        match of_people.iter_mut().find(|(known, _)| *known == who) {
            Some((_, marks)) => marks.push(mark),
            None => of_people.push((who, vec![mark])),
        }
    }
    for (who, marks) in of_people {
        let answer =
            Answer { question: question.to_owned(), candidate: Some(0), value: AnswerValue::Marks(marks) };
        said.of(who).push(answer);
    }
    Ok(())
}

fn mark(value: &Value) -> Option<Mark> {
    let number = |name: &str| {
        let number = value.get(name)?.as_f64()?;
        (0.0..=1.0).contains(&number).then_some(number as f32)
    };
    let form = match (number("radius"), number("width"), number("height")) {
        (Some(radius), _, _) => MarkForm::Radius(radius),
        (None, Some(width), Some(height)) => MarkForm::Size([width, height]),
        _ => return None,
    };
    let label = value.get("label").and_then(Value::as_str).map(str::to_owned);
    Some(Mark { part: 0, x: number("x")?, y: number("y")?, form, label, at_us: None })
}

/// The words that are missed, from a list of zeros and ones or a text of them.
fn missed_words(labels: Cell, prompt: &[Part]) -> Result<Option<Vec<Span>>, String> {
    const NAME: &str = "prompt_misalignment_label";
    if labels.is_empty() {
        return Ok(None);
    }
    let shown: Option<Vec<bool>> = match &labels {
        Cell::Json(Value::Array(list)) => list.iter().map(|label| shown(whole_number(label)?)).collect(),
        other => other
            .text()
            .unwrap_or_default()
            .split([' ', ',', '[', ']'])
            .filter(|label| !label.is_empty())
            .map(|label| shown(label.parse().ok()?))
            .collect(),
    };
    let shown = shown.ok_or_else(|| format!("{NAME:?} holds something else than 0 and 1"))?;
    let words = words_of(prompt.first().and_then(Part::text).unwrap_or_default());
    if words.len() != shown.len() {
        return Err(format!("{NAME:?} has {} labels for {} words of the prompt", shown.len(), words.len()));
    }
    let missed = words.into_iter().zip(shown).filter(|(_, shown)| !shown);
    let span = |((start, end, _), _): ((usize, usize, String), bool)| Span {
        part: 0,
        start: start as u32,
        end: end as u32,
        label: None,
    };
    Ok(Some(missed.map(span).collect()))
}

fn shown(label: i32) -> Option<bool> {
    match label {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;

    const COLUMNS: [&str; 8] = [
        "filename",
        "prompt",
        "overall_score",
        "artifact_map",
        "regions_marks",
        "prompt_misalignment_label",
        "annotator",
        "split",
    ];

    fn understand(line: &str) -> Understood {
        let shape = RichHfShape::new(&COLUMNS.map(str::to_owned), TextFormat::Markdown);
        shape.understand(cells_from_json(line, &shape.columns()).unwrap()).unwrap()
    }

    #[test]
    fn a_row_of_one_annotator_is_all_that_was_said() {
        let row = understand(
            r#"{"filename":"f.png","prompt":"a réd fox","overall_score":4,"artifact_map":"m.png","split":"train",
            "regions_marks":[{"label":"artifact","x":0.5,"y":0.25,"radius":0.125,"annotator":"ada"}],
            "prompt_misalignment_label":[1,0,1],"annotator":"ada"}"#,
        );
        let mark = Mark {
            part: 0,
            x: 0.5,
            y: 0.25,
            form: MarkForm::Radius(0.125),
            label: Some("artifact".into()),
            at_us: None,
        };
        let span = Span { part: 0, start: 2, end: 5, label: None };
        let answer =
            |question: &str, candidate, value| Answer { question: question.into(), candidate, value };
        let expected = [
            fields::rating("overall_score", Some(0), 4),
            answer("regions", Some(0), AnswerValue::Marks(vec![mark])),
            answer("misaligned_words", None, AnswerValue::Spans(vec![span])),
        ];
        assert_eq!((row.labels.len(), row.labels[0].annotator.as_deref()), (1, Some("ada")));
        assert_eq!(row.labels[0].answers, expected);
        assert_eq!(row.item.metadata.keys().collect::<Vec<_>>(), ["split"], "a map is only a drawing");
        assert_eq!(row.item.candidates[0].parts, [Part::image("f.png")]);
    }

    #[test]
    fn means_are_nobodys_and_marks_name_their_people() {
        let row = understand(
            r#"{"filename":"f.png","prompt":"a fox","overall_score":2.5,"prompt_misalignment_label":"1 0",
            "regions_marks":[{"x":0,"y":0,"width":0.5,"height":1,"annotator":"bob"},{"x":0.1,"y":0,"radius":0,"annotator":"ada"}]}"#,
        );
        let people: Vec<_> = row.labels.iter().map(|label| label.annotator.as_deref()).collect();
        assert_eq!(people, [Some("bob"), Some("ada"), None]);
        assert!(row.doubt.unwrap().starts_with("\"overall_score\" is 2.5"));
        assert_eq!(row.item.candidates[0].metadata["overall_score"], 2.5);
    }

    #[test]
    fn what_does_not_fit_is_a_doubt() {
        let doubt =
            |rest: &str| understand(&format!("{{\"filename\":\"f.png\",\"prompt\":\"a fox\",{rest}}}")).doubt;
        let words = doubt("\"prompt_misalignment_label\":[1]").unwrap();
        assert_eq!(words, "\"prompt_misalignment_label\" has 1 labels for 2 words of the prompt");
        let far = doubt("\"regions_marks\":[{\"x\":7,\"y\":0,\"radius\":0.1}]").unwrap();
        assert!(far.contains("from 0 to 1"), "{far}");
        assert_eq!(doubt("\"regions_marks\":3").unwrap(), "\"regions_marks\" is a number, expected a list");
        assert_eq!(doubt("\"regions_marks\":null"), None, "nobody was asked");
    }
}
