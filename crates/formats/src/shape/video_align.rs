//! VideoAlign: two videos of a prompt with a verdict on each dimension (`A`, `B`, `same`, `invalid`), and ratings
//! of each video where the table has them (`MOS_A_VQ`, …).

use serde_json::Value;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::rubric::OVERALL;
use tiebreak_domain::{Candidate, Item, Outcome, Part, Preference, TextFormat};

use super::fields::{self, Columns, Row, whole_number};
use super::{ItemShape, Understood, parts_from_text_cell, refusal};
use crate::cell::Cell;
use crate::record::Label;

/// The columns of the dimensions, and the questions that they answer.
const DIMENSIONS: [(&str, &str); 4] = [("VQ", "vq"), ("MQ", "mq"), ("TA", "ta"), ("Overall", OVERALL)];

/// For each side: the path, the model, what is kept of the video, and its ratings.
const SIDES: [[&str; 7]; 2] = [
    ["path_A", "A_model", "fps_A", "num_frames_A", "MOS_A_VQ", "MOS_A_MQ", "MOS_A_TA"],
    ["path_B", "B_model", "fps_B", "num_frames_B", "MOS_B_VQ", "MOS_B_MQ", "MOS_B_TA"],
];

const RATINGS: [&str; 3] = ["mos_vq", "mos_mq", "mos_ta"];

/// Reads VideoAlign tables.
pub(crate) struct VideoAlignShape {
    columns: Columns,
    text_format: TextFormat,
}

impl VideoAlignShape {
    pub(crate) fn new(all: &[String], text_format: TextFormat) -> Self {
        const KNOWN: &[&str] = &[
            "prompt",
            "VQ",
            "MQ",
            "TA",
            "Overall",
            "path_A",
            "A_model",
            "fps_A",
            "num_frames_A",
            "MOS_A_VQ",
            "MOS_A_MQ",
            "MOS_A_TA",
            "path_B",
            "B_model",
            "fps_B",
            "num_frames_B",
            "MOS_B_VQ",
            "MOS_B_MQ",
            "MOS_B_TA",
        ];
        Self { columns: Columns::new(KNOWN, all), text_format }
    }
}

impl ItemShape for VideoAlignShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let prompt = parts_from_text_cell("prompt", row.take("prompt"), self.text_format)?;
        let mut answers = Vec::new();
        let mut doubt = None;
        for (column, question) in DIMENSIONS {
            let Some(verdict) = row.text(column) else { continue };
            match preference_from_verdict(&verdict) {
                Some(preference) => answers.push(fields::preference(question, preference)),
                None => doubt = Some(format!("{column:?} is none of A, B, same and invalid: {verdict:?}")),
            }
        }
        let mut candidates = Vec::new();
        for (side, names) in SIDES.iter().enumerate() {
            candidates.push(candidate(&mut row, names)?);
            for (column, question) in names[4..].iter().zip(RATINGS) {
                let Some(value) = row.take(column).into_value() else { continue };
                match whole_number(&value) {
                    Some(value) => answers.push(fields::rating(question, Some(side as u8), value)),
                    None => doubt = Some(format!("{column:?} is {value}, expected a whole number")),
                }
            }
        }
        let labels = if answers.is_empty() { Vec::new() } else { vec![Label::of_answers(answers)] };
        let item = Item { prompt, candidates, metadata: row.metadata, ..Item::default() };
        match refusal(&item, ["path_A", "path_B"]) {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

fn candidate(row: &mut Row, names: &[&str; 7]) -> Result<Candidate, String> {
    let [path, model, fps, frames, ..] = names;
    let uri = row.text(path).ok_or_else(|| format!("{path:?} is empty"))?;
    let mut metadata = Metadata::new();
    for (key, column) in [("fps", fps), ("num_frames", frames)] {
        let value = row.text(column).and_then(|text| text.trim().parse::<f64>().ok());
        if let Some(value) = value.and_then(serde_json::Number::from_f64) {
            metadata.insert(key.to_owned(), Value::Number(value));
        }
    }
    let parts = vec![Part::Video { uri: uri.trim().to_owned() }];
    Ok(Candidate { parts, model: row.text(model), metadata })
}

fn preference_from_verdict(verdict: &str) -> Option<Preference> {
    Some(match verdict.trim() {
        "A" => Preference::new(Outcome::A),
        "B" => Preference::new(Outcome::B),
        "same" => Preference::new(Outcome::Tie),
        "invalid" => fields::unratable("invalid in the data"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_dimension_is_a_question_of_its_own() {
        let shape = VideoAlignShape::new(&[], TextFormat::Markdown);
        let cell = |name: &String| {
            let text = match name.as_str() {
                "path_A" => "v/1_A.mp4",
                "path_B" => "v/1_B.mp4",
                "prompt" => "A girl sits",
                "VQ" => "B",
                "MQ" => "same",
                "TA" => "invalid",
                "fps_A" => "24.0",
                "MOS_B_TA" => "4",
                "MOS_A_VQ" => "3.5",
                _ => "",
            };
            Cell::Text(text.into())
        };
        let row = shape.understand(shape.columns().iter().map(cell).collect()).unwrap();
        let video = Part::Video { uri: "v/1_B.mp4".into() };
        assert_eq!(row.item.candidates[1].parts, [video]);
        assert_eq!(row.item.candidates[0].metadata["fps"], 24.0);
        let answers: Vec<_> = row.labels[0].answers.iter().map(|answer| answer.question.as_str()).collect();
        assert_eq!(answers, ["vq", "mq", "ta", "mos_ta"]);
        assert_eq!(row.labels[0].answers[3].candidate, Some(1));
        assert_eq!(row.doubt.unwrap(), "\"MOS_A_VQ\" is \"3.5\", expected a whole number");
    }
}
