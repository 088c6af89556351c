//! Flat rows, read by a [`ColumnMapping`].
//!
//! Two conventions go beyond the mapping's words. Where both candidates name the same column, each takes its
//! element of the list in it; the same holds for models, where a text such as `bloom-7b_llama-7b` is taken
//! apart. And where no column is the prompt, the messages that both candidates begin with are.

use tiebreak_domain::import::{ColumnMapping, ContentKind, LabelColumn};
use tiebreak_domain::{Candidate, Item, Part, Preference, TextFormat};

use super::pandalm::models_from_pair;
use super::{Shape, Understood, metadata_from_cells, parts_from_text_cell, prompt_from_cells, refusal};
use crate::cell::Cell;
use crate::message::common_prefix;
use crate::record::Label;
use crate::votes::{is_no_vote, outcome_from_value};

/// Reads flat rows.
pub(crate) struct ColumnsShape {
    mapping: ColumnMapping,
    text_format: TextFormat,
    columns: Vec<String>,
    /// Where each role's column stands in `columns`.
    id: Option<usize>,
    annotator: Option<usize>,
    label: Option<usize>,
    prompt: Vec<usize>,
    contents: [usize; 2],
    models: [Option<usize>; 2],
    metadata: Vec<usize>,
}

impl ColumnsShape {
    /// Prepares a mapping; or says why it cannot be read by, in a sentence.
    pub(crate) fn new(mapping: ColumnMapping, text_format: TextFormat) -> Result<Self, String> {
        let [first, second] = mapping.candidates.as_slice() else {
            return Err(format!("it names {} candidates, expected 2", mapping.candidates.len()));
        };
        let mut columns: Vec<String> = Vec::new();
        let mut place = |name: &String| {
            columns.iter().position(|known| known == name).unwrap_or_else(|| {
                columns.push(name.clone());
                columns.len() - 1
            })
        };
        let id = mapping.id.as_ref().map(&mut place);
        let prompt = mapping.prompt.iter().map(&mut place).collect();
        let contents = [place(&first.content), place(&second.content)];
        let models = [first.model.as_ref().map(&mut place), second.model.as_ref().map(&mut place)];
        let label = mapping.label.as_ref().map(|label| place(&label.column));
        let annotator = mapping.annotator.as_ref().map(&mut place);
        let metadata = mapping.metadata.iter().map(&mut place).collect();
        Ok(Self { mapping, text_format, columns, id, annotator, label, prompt, contents, models, metadata })
    }

    fn models(&self, cells: &[Cell]) -> [Option<String>; 2] {
        let text = |place: usize| {
            cells[place].text().map(std::borrow::Cow::into_owned).filter(|text| !text.is_empty())
        };
        match self.models {
            [Some(first), Some(second)] if first == second => match &cells[first] {
                Cell::Json(list) => [list.get(0), list.get(1)].map(|model| Some(model?.as_str()?.to_owned())),
                _ => text(first)
                    .and_then(|pair| models_from_pair(&pair))
                    .map(|models| models.map(Some))
                    .unwrap_or_default(),
            },
            models => models.map(|place| place.and_then(text)),
        }
    }

    fn candidate(&self, cells: &mut [Cell], side: usize) -> Result<Vec<Part>, String> {
        let columns = &self.mapping.candidates[side];
        let place = self.contents[side];
        let element;
        let cell = if self.contents[0] == self.contents[1] {
            let Cell::Json(list) = &cells[place] else {
                return Err(format!("{:?} is {}, expected a list", columns.content, cells[place].kind()));
            };
            element = list.get(side).cloned().unwrap_or_default();
            Cell::of_value(&element)
        } else {
            std::mem::take(&mut cells[place])
        };
        if cell == Cell::Missing {
            return Err(format!("{:?} is missing", columns.content));
        }
        match columns.kind {
            ContentKind::Text => parts_from_text_cell(&columns.content, cell, self.text_format),
            ContentKind::Image => images(&columns.content, &cell),
        }
    }

    fn labels(
        &self,
        label: &LabelColumn,
        cells: &[Cell],
        models: [Option<&str>; 2],
    ) -> (Vec<Label>, Option<String>) {
        let cell = self.label.map_or(&Cell::Missing, |place| &cells[place]);
        let annotator =
            self.annotator.and_then(|place| cells[place].text()).map(std::borrow::Cow::into_owned);
        let annotator = annotator.filter(|name| !name.trim().is_empty());
        let mut labels = Vec::new();
        let mut doubt = None;
        let mut vote = |value: &str, annotator: Option<String>| match outcome_from_value(label, value, models)
        {
            Some(outcome) => labels.push(Label { annotator, ..Label::new(Preference::new(outcome)) }),
            None if is_no_vote(value) => {}
            None => {
                let start: String = value.chars().take(40).collect();
                doubt = Some(format!("{:?} is no vote that the mapping knows: {start:?}", label.column));
            }
        };
        if let Cell::Json(list) = cell {
            for (index, value) in list.as_array().into_iter().flatten().enumerate() {
                vote(&Cell::of_value(value).text().unwrap_or_default(), Some((index + 1).to_string()));
            }
        } else {
            vote(&cell.text().unwrap_or_default(), annotator);
        }
        (labels, doubt)
    }
}

impl Shape for ColumnsShape {
    fn columns(&self) -> Vec<String> {
        self.columns.clone()
    }

    fn understand(&self, mut cells: Vec<Cell>) -> Result<Understood, String> {
        let models = self.models(&cells);
        let (labels, doubt) = match &self.mapping.label {
            Some(label) => self.labels(label, &cells, [models[0].as_deref(), models[1].as_deref()]),
            None => (Vec::new(), None),
        };
        let mut contents = [self.candidate(&mut cells, 0)?, self.candidate(&mut cells, 1)?];
        let prompt: Vec<Cell> = self.prompt.iter().map(|&place| std::mem::take(&mut cells[place])).collect();
        let mut prompt = prompt_from_cells(&self.mapping.prompt, prompt, self.text_format)?;
        if self.prompt.is_empty()
            && contents.iter().flatten().all(|part| matches!(part, Part::Message { .. }))
        {
            let shared = common_prefix(&contents[0], &contents[1]);
            prompt = contents[0].drain(..shared).collect();
            contents[1].drain(..shared);
        }
        let external_id = self.id.and_then(|place| std::mem::take(&mut cells[place]).into_text());
        let candidates = contents.into_iter().zip(models);
        let candidates =
            candidates.map(|(parts, model)| Candidate { parts, model, ..Candidate::default() }).collect();
        let metadata = self.metadata.iter().map(|&place| std::mem::take(&mut cells[place]));
        let item = Item {
            external_id: external_id.filter(|id| !id.is_empty()),
            prompt,
            candidates,
            metadata: metadata_from_cells(&self.mapping.metadata, metadata),
        };
        let names = [&*self.mapping.candidates[0].content, &*self.mapping.candidates[1].content];
        match refusal(&item, names) {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

fn images(name: &str, cell: &Cell) -> Result<Vec<Part>, String> {
    let image = |uri: &str| Part::image(uri.trim());
    match cell {
        Cell::Text(uri) => Ok(vec![image(uri)]),
        Cell::Json(value) => {
            let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            let uri = |value: &serde_json::Value| {
                let uri = value.as_str().or_else(|| {
                    ["path", "url", "uri", "src"].iter().find_map(|key| value.get(*key)?.as_str())
                });
                uri.map(image)
            };
            let parts: Option<Vec<Part>> = list.iter().map(uri).collect();
            parts.ok_or_else(|| format!("{name:?} holds no path or address of an image"))
        }
        other => Err(format!("{name:?} is {}, expected the path or address of an image", other.kind())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;
    use crate::mapping::propose;
    use tiebreak_domain::Outcome;

    fn understand(line: &str) -> Result<Understood, String> {
        let row: tiebreak_domain::item::Metadata = serde_json::from_str(line).unwrap();
        let columns: Vec<String> = row.keys().cloned().collect();
        let shape = ColumnsShape::new(propose(&columns, &[row]).mapping, TextFormat::Markdown).unwrap();
        shape.understand(cells_from_json(line, &shape.columns()).unwrap())
    }

    #[test]
    fn a_row_of_votes_and_one_name_for_both_models() {
        let row = understand(
            r#"{"id":"p0","prompt":"Q","response_a":"x","response_b":"y","label":"b","annotators":["b","tie","a"],"models":"m_n","source":"s"}"#,
        )
        .unwrap();
        let votes: Vec<_> =
            row.labels.iter().map(|label| (label.annotator.as_deref(), label.preference.outcome)).collect();
        assert_eq!(votes, [(Some("1"), Outcome::B), (Some("2"), Outcome::Tie), (Some("3"), Outcome::A)]);
        assert_eq!(row.item.candidates[0].model.as_deref(), Some("m"));
        assert_eq!(row.item.metadata.keys().collect::<Vec<_>>(), ["label", "source"]);
    }

    #[test]
    fn conversations_without_a_prompt_share_their_beginning() {
        let row = understand(
            r#"{"conversation_a":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],
                "conversation_b":[{"role":"user","content":"Hi"},{"role":"assistant","content":"No"}],"winner":"tie (bothbad)"}"#,
        )
        .unwrap();
        assert_eq!(row.item.prompt, [Part::message("user", "Hi")]);
        assert_eq!(row.item.candidates[1].parts, [Part::message("assistant", "No")]);
        assert_eq!(row.labels[0].preference.outcome, Outcome::BothBad);
    }

    #[test]
    fn a_strange_vote_is_a_doubt_and_not_a_refusal() {
        let mapping = ColumnMapping {
            candidates: ["x", "y"]
                .map(|content| tiebreak_domain::import::CandidateColumns {
                    content: content.into(),
                    kind: ContentKind::Text,
                    model: None,
                })
                .to_vec(),
            label: Some(LabelColumn { column: "v".into(), a: vec!["A".into()], ..LabelColumn::default() }),
            ..ColumnMapping::default()
        };
        let shape = ColumnsShape::new(mapping, TextFormat::Plain).unwrap();
        let cells = cells_from_json(r#"{"x":"1","y":"2","v":"maybe"}"#, &shape.columns).unwrap();
        let row = shape.understand(cells).unwrap();
        assert!(row.labels.is_empty());
        assert_eq!(row.doubt.unwrap(), "\"v\" is no vote that the mapping knows: \"maybe\"");
        let gone = shape.understand(cells_from_json(r#"{"x":"1"}"#, &shape.columns).unwrap());
        assert_eq!(gone.unwrap_err(), "\"y\" is missing");
    }
}
