//! Flat rows, read by a [`ColumnMapping`].
//!
//! Some conventions go beyond the mapping's words. Where several candidates name the same column, each takes its
//! element of the list in it, and a single candidate whose column holds a list gives all its elements; the same holds
//! for models, where a text such as `bloom-7b_llama-7b` is taken apart. Where no column is the prompt, the messages
//! that all candidates begin with are. A blank candidate is an empty response; a blank column behind those of a pair
//! more likely belongs to a candidate that never was, and its row is refused. And images beside the prompt whose column
//! is called so are a mask, unless the mapping says what they are.

use serde_json::Value;
use tiebreak_domain::import::{CandidateColumns, ColumnMapping, ContentKind, ContextContent, LabelColumn};
use tiebreak_domain::item::{MAX_CANDIDATES, Metadata};
use tiebreak_domain::{Candidate, Context, ContextKind, Item, Part, Preference, TextFormat};

use super::fields::unratable;
use super::pandalm::models_from_pair;
use super::{
    ItemShape, Understood, metadata_from_cells, parts_from_text_cell, prompt_from_cells, refusal_by_name,
    response_from_cell,
};
use crate::cell::Cell;
use crate::mapping::is_image_uri;
use crate::message::{common_prefix, parts_from_messages};
use crate::record::Label;
use crate::votes::{is_no_vote, is_unratable, outcome_from_value};

/// What a candidate says, and the model that it names itself.
type Content = (Vec<Part>, Option<String>);

/// Reads flat rows.
pub(crate) struct ColumnsShape {
    mapping: ColumnMapping,
    text_format: TextFormat,
    /// Whether the texts of a single candidate's column are lists in JSON, as a table has them.
    texts_are_lists: bool,
    columns: Vec<String>,
    /// Where each role's column stands in `columns`.
    id: Option<usize>,
    annotator: Option<usize>,
    label: Option<usize>,
    prompt: Vec<usize>,
    context: Vec<usize>,
    contents: Vec<usize>,
    models: Vec<Option<usize>>,
    metadata: Vec<usize>,
}

impl ColumnsShape {
    /// Prepares a mapping; or says why it cannot be read by, in a sentence.
    pub(crate) fn new(mapping: ColumnMapping, text_format: TextFormat) -> Result<Self, String> {
        let count = mapping.candidates.len();
        if count == 0 || count > MAX_CANDIDATES {
            return Err(format!("it names {count} candidates, expected 1 to {MAX_CANDIDATES}"));
        }
        let mut columns: Vec<String> = Vec::new();
        let mut place = |name: &String| {
            columns.iter().position(|known| known == name).unwrap_or_else(|| {
                columns.push(name.clone());
                columns.len() - 1
            })
        };
        let id = mapping.id.as_ref().map(&mut place);
        let prompt = mapping.prompt.iter().map(&mut place).collect();
        let context = mapping.context.iter().map(&mut place).collect();
        let contents = mapping.candidates.iter().map(|candidate| place(&candidate.content)).collect();
        let models =
            mapping.candidates.iter().map(|candidate| candidate.model.as_ref().map(&mut place)).collect();
        let label = mapping.label.as_ref().map(|label| place(&label.column));
        let annotator = mapping.annotator.as_ref().map(&mut place);
        let metadata = mapping.metadata.iter().map(&mut place).collect();
        Ok(Self {
            mapping,
            text_format,
            texts_are_lists: false,
            columns,
            id,
            annotator,
            label,
            prompt,
            context,
            contents,
            models,
            metadata,
        })
    }

    /// Looks at the first rows of a table, in which a list can only be a text: where every text in the column of
    /// the only candidate is one, they are lists of candidates, and else they are what one candidate said.
    pub(crate) fn of_table(mut self, rows: &[Metadata]) -> Self {
        if let [only] = self.mapping.candidates.as_slice() {
            let mut texts = rows.iter().filter_map(|row| row.get(&only.content)?.as_str());
            self.texts_are_lists =
                texts.all(|text| text.trim().is_empty() || list_in(&Cell::Text(text.into())).is_some());
        }
        self
    }

    /// The models, as far as they are named.
    fn models(&self, cells: &[Cell]) -> Vec<Option<String>> {
        let text = |place: usize| text_of(&cells[place]);
        match self.models.as_slice() {
            // All of what one column lists.
            [Some(only)] => match list_in(&cells[*only]) {
                Some(list) => list.iter().map(|model| model.as_str().map(str::to_owned)).collect(),
                None => vec![text(*only)],
            },
            [Some(first), Some(second)] if first == second && list_in(&cells[*first]).is_none() => {
                text(*first)
                    .and_then(|pair| models_from_pair(&pair))
                    .map(|models| models.map(Some).to_vec())
                    .unwrap_or_default()
            }
            models => (0..models.len()).map(|side| self.model_of(side, cells)).collect(),
        }
    }

    /// The model of one of several candidates: of those that name the same column, each takes its element of a list.
    fn model_of(&self, side: usize, cells: &[Cell]) -> Option<String> {
        let place = self.models[side]?;
        let sharing = |models: &[Option<usize>]| models.iter().filter(|other| **other == Some(place)).count();
        match list_in(&cells[place]) {
            Some(list) if sharing(&self.models) > 1 => {
                list.get(sharing(&self.models[..side]))?.as_str().map(str::to_owned)
            }
            _ => text_of(&cells[place]),
        }
    }

    /// The candidates' contents, with the models that stand in them.
    fn contents(&self, cells: &mut [Cell]) -> Result<Vec<Content>, String> {
        if let ([columns], [place]) = (self.mapping.candidates.as_slice(), self.contents.as_slice())
            && let Some(list) = list_of_candidates(&cells[*place], self.texts_are_lists)
        {
            return list.iter().map(|element| self.element(columns, element)).collect();
        }
        let mut contents = Vec::new();
        for (side, columns) in self.mapping.candidates.iter().enumerate() {
            let place = self.contents[side];
            let is_shared = self.contents.iter().filter(|other| **other == place).count() > 1;
            if is_shared {
                let list = list_in(&cells[place]).ok_or_else(|| {
                    format!("{:?} is {}, expected a list", columns.content, cells[place].kind())
                })?;
                let turn = self.contents[..side].iter().filter(|other| **other == place).count();
                contents.push(self.element(columns, list.get(turn).unwrap_or(&Value::Null))?);
            } else if side > 1 && cells[place] != Cell::Missing && cells[place].is_empty() {
                return Err(format!("{:?} is empty", columns.content));
            } else {
                contents.push((self.parts(columns, std::mem::take(&mut cells[place]))?, None));
            }
        }
        Ok(contents)
    }

    /// An element of a list: a content as it stands, or an object that holds one and perhaps names its model.
    fn element(&self, columns: &CandidateColumns, element: &Value) -> Result<Content, String> {
        const CONTENTS: [&str; 9] =
            ["text", "response", "answer", "content", "output", "completion", "image", "path", "url"];
        let is_message = ["role", "from"].iter().any(|key| element.get(*key).is_some());
        let within = element.as_object().filter(|_| !is_message).and_then(|object| {
            let content = CONTENTS.iter().find_map(|key| object.get(*key))?;
            Some((content, object.get("model").and_then(Value::as_str).map(str::to_owned)))
        });
        let (content, model) = within.unwrap_or((element, None));
        Ok((self.parts(columns, Cell::of_value(content))?, model))
    }

    fn parts(&self, columns: &CandidateColumns, cell: Cell) -> Result<Vec<Part>, String> {
        if cell == Cell::Missing {
            return Err(format!("{:?} is missing", columns.content));
        }
        match columns.kind {
            ContentKind::Text => response_from_cell(&columns.content, cell, self.text_format),
            ContentKind::Image => images(&columns.content, &cell),
            ContentKind::Video => videos(&columns.content, &cell),
        }
    }

    fn context(&self, cells: &mut [Cell]) -> Result<Vec<Context>, String> {
        let mut context = Vec::new();
        for (name, &place) in self.mapping.context.iter().zip(&self.context) {
            let cell = std::mem::take(&mut cells[place]);
            if cell.is_empty() {
                continue;
            }
            let said = self.mapping.context_as.get(name);
            let content = said.and_then(|said| said.content);
            let looks_like_images = || match &cell {
                Cell::Text(text) => is_image_uri(text),
                Cell::Json(Value::Array(list)) => {
                    list.iter().all(|uri| uri.as_str().is_some_and(is_image_uri))
                }
                _ => false,
            };
            let content = content.unwrap_or_else(|| match looks_like_images() {
                true if name.to_lowercase().contains("mask") => ContextContent::Mask,
                true => ContextContent::Image,
                false => ContextContent::Text,
            });
            let parts = match content {
                ContextContent::Text => parts_from_text_cell(name, cell, self.text_format)?,
                ContextContent::Image | ContextContent::Mask => images(name, &cell)?,
            };
            let kind = match content {
                ContextContent::Mask => ContextKind::Mask,
                ContextContent::Text | ContextContent::Image => ContextKind::Reference,
            };
            let title = said.and_then(|said| said.title.as_ref()).unwrap_or(name).clone();
            context.push(Context { kind, title, parts });
        }
        Ok(context)
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
        // Beside the votes of its own table, Tiebreak writes why somebody could not judge.
        let reason = self.mapping.metadata.iter().zip(&self.metadata).find(|(name, _)| *name == "reason");
        let reason = reason.and_then(|(_, place)| text_of(&cells[*place]));
        let reason = reason.unwrap_or_else(|| "unratable in the data".to_owned());
        let mut labels = Vec::new();
        let mut doubt = None;
        let mut vote = |value: &str, annotator: Option<String>| match outcome_from_value(label, value, models)
        {
            Some(outcome) => labels.push(Label { annotator, ..Label::new(Preference::new(outcome)) }),
            None if is_no_vote(value) => {}
            None if is_unratable(value) => {
                labels.push(Label { annotator, ..Label::new(unratable(&reason)) });
            }
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

impl ItemShape for ColumnsShape {
    fn columns(&self) -> Vec<String> {
        self.columns.clone()
    }

    fn understand(&self, mut cells: Vec<Cell>) -> Result<Understood, String> {
        // What is read of the whole row comes before what takes its cells.
        let models = self.models(&cells);
        let model = |index: usize| models.get(index).and_then(|model| model.as_deref());
        let (mut labels, mut doubt) = match &self.mapping.label {
            Some(label) => self.labels(label, &cells, [model(0), model(1)]),
            None => (Vec::new(), None),
        };
        let mut contents = self.contents(&mut cells)?;
        if contents.len() != 2 && !labels.is_empty() {
            labels.clear();
            doubt = Some(format!("it is a vote for a pair, and there are {} candidates", contents.len()));
        }
        let prompt: Vec<Cell> = self.prompt.iter().map(|&place| std::mem::take(&mut cells[place])).collect();
        let mut prompt = prompt_from_cells(&self.mapping.prompt, prompt, self.text_format)?;
        let mut parts = contents.iter().flat_map(|(parts, _)| parts);
        if self.prompt.is_empty() && parts.all(|part| matches!(part, Part::Message { .. })) {
            let shared = contents.iter().map(|(parts, _)| common_prefix(&contents[0].0, parts)).min();
            let shared = shared.unwrap_or_default();
            for (index, (parts, _)) in contents.iter_mut().enumerate() {
                let said = parts.drain(..shared);
                if index == 0 {
                    prompt = said.collect();
                }
            }
        }
        let context = self.context(&mut cells)?;
        let external_id = self.id.and_then(|place| std::mem::take(&mut cells[place]).into_text());
        let candidates = contents.into_iter().zip(models.into_iter().chain(std::iter::repeat(None)));
        let candidates = candidates
            .map(|((parts, own), model)| Candidate { parts, model: own.or(model), ..Candidate::default() })
            .collect();
        let metadata = self.metadata.iter().map(|&place| std::mem::take(&mut cells[place]));
        let item = Item {
            external_id: external_id.filter(|id| !id.is_empty()),
            prompt,
            context,
            candidates,
            metadata: metadata_from_cells(&self.mapping.metadata, metadata),
        };
        let names: Vec<&str> =
            self.mapping.candidates.iter().map(|candidate| candidate.content.as_str()).collect();
        match refusal_by_name(&item, &names) {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

fn text_of(cell: &Cell) -> Option<String> {
    cell.text().map(std::borrow::Cow::into_owned).filter(|text| !text.is_empty())
}

/// The list in a cell, or in the JSON that its text is.
fn list_in<'c>(cell: &'c Cell) -> Option<std::borrow::Cow<'c, [Value]>> {
    match cell {
        Cell::Json(Value::Array(list)) => Some(list.as_slice().into()),
        Cell::Text(text) if text.trim_start().starts_with('[') => {
            serde_json::from_str::<Vec<Value>>(text).ok().map(Into::into)
        }
        _ => None,
    }
}

/// The same where its elements are candidates, and not the messages of one conversation or the pictures of one.
fn list_of_candidates<'c>(cell: &'c Cell, texts_are_lists: bool) -> Option<std::borrow::Cow<'c, [Value]>> {
    if !texts_are_lists && !matches!(cell, Cell::Json(_)) {
        return None;
    }
    let list = list_in(cell)?;
    let is_conversation = parts_from_messages(&Value::Array(list.to_vec())).is_some();
    (!list.is_empty() && !is_conversation).then_some(list)
}

fn images(name: &str, cell: &Cell) -> Result<Vec<Part>, String> {
    media(name, cell, "an image", |uri| Part::image(uri))
}

fn videos(name: &str, cell: &Cell) -> Result<Vec<Part>, String> {
    media(name, cell, "a video", |uri| Part::Video { uri: uri.to_owned() })
}

fn media(name: &str, cell: &Cell, what: &str, part: impl Fn(&str) -> Part) -> Result<Vec<Part>, String> {
    let part = |uri: &str| part(uri.trim());
    match cell {
        Cell::Text(uri) => Ok(vec![part(uri)]),
        Cell::Json(value) => {
            let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            let uri = |value: &serde_json::Value| {
                let uri = value.as_str().or_else(|| {
                    ["path", "url", "uri", "src"].iter().find_map(|key| value.get(*key)?.as_str())
                });
                uri.map(part)
            };
            let parts: Option<Vec<Part>> = list.iter().map(uri).collect();
            parts.ok_or_else(|| format!("{name:?} holds no path or address of {what}"))
        }
        other => Err(format!("{name:?} is {}, expected the path or address of {what}", other.kind())),
    }
}

#[cfg(test)]
mod tests;
