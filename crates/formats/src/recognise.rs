//! Recognises what the rows of a file mean, by looking at the first of them.

use serde_json::Value;
use tiebreak_domain::import::ColumnMapping;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{DataFormat, ImportPlan};

use crate::FormatError;
use crate::mapping::{Proposal, propose};
use crate::rows::{Advance, Rows};
use crate::shape::Shape;
use crate::shape::columns::ColumnsShape;
use crate::shape::hh::{HhShape, is_transcript};
use crate::shape::pandalm::{PandaLmShape, annotator_number};
use crate::shape::trl::TrlShape;

/// How many rows are looked at, and how many bytes at most.
const ROWS: usize = 50;
const BYTES: usize = 4 * 1024 * 1024;

/// What was recognised.
pub(crate) struct Recognised {
    pub(crate) format: DataFormat,
    /// Why, in a sentence.
    pub(crate) because: String,
    /// Every column that the first rows have, in their order.
    pub(crate) columns: Vec<String>,
    /// The first rows that could be read.
    pub(crate) rows: Vec<Metadata>,
    /// How columns are read, if the format is [`DataFormat::Columns`].
    pub(crate) mapping: Option<ColumnMapping>,
}

/// Looks at the first rows of a file; what the plan says goes before what is seen.
pub(crate) fn recognise(plan: &ImportPlan) -> Result<Recognised, FormatError> {
    let (columns, rows) = first_rows(&plan.path)?;
    let (format, because) = match (plan.format, &plan.mapping) {
        (Some(format), _) => (format, "This format was asked for".to_owned()),
        (None, Some(_)) => (DataFormat::Columns, "A column mapping was given".to_owned()),
        (None, None) => format_of_rows(&columns, &rows),
    };
    let mut recognised = Recognised { format, because, columns, rows, mapping: None };
    if format == DataFormat::Columns {
        let Proposal { mapping, videos } = propose(&recognised.columns, &recognised.rows);
        if plan.mapping.is_none() && plan.format.is_none() {
            recognised.because = because_of_mapping(&mapping, &videos);
        }
        recognised.mapping = Some(plan.mapping.clone().unwrap_or(mapping));
    }
    Ok(recognised)
}

impl Recognised {
    /// What reads the rows; none for the lossless format.
    pub(crate) fn shape(&self, plan: &ImportPlan) -> Result<Option<Box<dyn Shape>>, FormatError> {
        if self.rows.is_empty() && plan.mapping.is_none() && self.format != DataFormat::Tiebreak {
            return Ok(Some(Box::new(NoShape)));
        }
        let without = |known: &[&str]| {
            self.columns.iter().filter(|name| !known.contains(&name.as_str())).cloned().collect()
        };
        Ok(match self.format {
            DataFormat::Tiebreak => None,
            DataFormat::AnthropicHh => Some(Box::new(HhShape { metadata: without(&["chosen", "rejected"]) })),
            DataFormat::TrlPreference => Some(Box::new(TrlShape::new(&self.columns, plan.text_format))),
            DataFormat::PandaLm => Some(Box::new(PandaLmShape::new(&self.columns, plan.text_format))),
            DataFormat::Columns => {
                let mapping = self.mapping.clone().unwrap_or_default();
                if mapping.candidates.is_empty() {
                    return Err(FormatError::MappingNeeded { path: plan.path.clone() });
                }
                let shape = ColumnsShape::new(mapping, plan.text_format);
                Some(Box::new(
                    shape.map_err(|reason| FormatError::Mapping { path: plan.path.clone(), reason })?,
                ))
            }
        })
    }
}

/// Stands in where no row among the first could be read: the rows say themselves what is wrong with them.
struct NoShape;

impl Shape for NoShape {
    fn columns(&self) -> Vec<String> {
        Vec::new()
    }

    fn understand(&self, _: Vec<crate::cell::Cell>) -> Result<crate::shape::Understood, String> {
        Err("none of the first rows could be read, so what this one means is not known".to_owned())
    }
}

fn first_rows(path: &str) -> Result<(Vec<String>, Vec<Metadata>), FormatError> {
    let mut rows = Rows::open(path)?;
    let mut columns: Vec<String> = rows.header().map(<[String]>::to_vec).unwrap_or_default();
    let mut found = Vec::new();
    let mut bytes = 0;
    while found.len() < ROWS && bytes < BYTES {
        match rows.advance() {
            Ok(Advance::Row) => {
                bytes += rows.row_bytes() + 1;
                let Ok(object) = rows.object() else { continue };
                for name in object.keys() {
                    if !columns.contains(name) && columns.len() < 1_000 {
                        columns.push(name.clone());
                    }
                }
                found.push(object);
            }
            Ok(Advance::Bad(_)) => bytes += 1024,
            Ok(Advance::End) if rows.rows() == 0 => return Err(FormatError::Empty { path: path.to_owned() }),
            Ok(Advance::End) => break,
            // The import will come to the break again, after the rows before it.
            Err(_) if rows.rows() > 0 => break,
            Err(error) => return Err(error),
        }
    }
    Ok((columns, found))
}

fn format_of_rows(columns: &[String], rows: &[Metadata]) -> (DataFormat, String) {
    let has = |name: &str| columns.iter().any(|column| column == name);
    let in_most = |test: &dyn Fn(&Metadata) -> bool| {
        !rows.is_empty() && rows.iter().filter(|row| test(row)).count() * 10 >= rows.len() * 9
    };
    if rows
        .first()
        .is_some_and(|row| row.contains_key("tiebreak") && row.get("record") == Some(&"project".into()))
    {
        return (DataFormat::Tiebreak, "The first line is a project record of Tiebreak".to_owned());
    }
    let text = |row: &Metadata, name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
    if in_most(&|row| {
        ["chosen", "rejected"].iter().all(|name| text(row, name).is_some_and(|text| is_transcript(&text)))
    }) {
        let because =
            "Each row has `chosen` and `rejected`, and both are transcripts marked Human: and Assistant:";
        return (DataFormat::AnthropicHh, because.to_owned());
    }
    if in_most(&|row| row.contains_key("chosen") && row.contains_key("rejected")) {
        let are_lists = in_most(&|row| {
            ["chosen", "rejected"].iter().all(|name| row.get(*name).is_some_and(|value| !value.is_string()))
        });
        let content = if are_lists { "messages" } else { "texts" };
        let prompt = if has("prompt") {
            "with a `prompt` of its own"
        } else {
            "the prompt being what both begin with"
        };
        return (
            DataFormat::TrlPreference,
            format!("Each row has `chosen` and `rejected` as {content}, {prompt}"),
        );
    }
    let is_pandalm = ["instruction", "response1", "response2"].iter().all(|name| has(name))
        && columns.iter().any(|name| annotator_number(name).is_some());
    if is_pandalm {
        let because = "Each row has `instruction`, `response1`, `response2` and votes in `annotator1` and on";
        return (DataFormat::PandaLm, because.to_owned());
    }
    (DataFormat::Columns, String::new())
}

fn because_of_mapping(mapping: &ColumnMapping, videos: &[String]) -> String {
    match (mapping.candidates.as_slice(), videos) {
        ([first, second], _) => {
            format!("The columns `{}` and `{}` look like a pair of candidates", first.content, second.content)
        }
        (_, [first, second, ..]) => {
            format!("The columns `{first}` and `{second}` hold videos, which cannot be judged yet")
        }
        _ => "No two columns look like a pair of candidates: say which are".to_owned(),
    }
}
