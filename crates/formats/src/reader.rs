//! Streams a whole file: every row once, in order, as an item, a problem or a lossless record.

use tiebreak_domain::import::{ColumnMapping, RowProblem};
use tiebreak_domain::{DataFormat, ImportPlan};

use crate::FormatError;
use crate::lossless::{LosslessError, LosslessRecord};
use crate::recognise::{Recognised, recognise};
use crate::record::Record;
use crate::rows::{Advance, Rows, Wanted};
use crate::shape::Shape;

/// Streams a file, row by row, in constant memory.
///
/// Rows that are refused come as [`Record::Problem`]. After an error nothing more comes.
pub struct Reader {
    rows: Rows,
    /// What a row means; none for the lossless format.
    meaning: Option<(Box<dyn Shape>, Wanted)>,
    format: DataFormat,
    waiting: Option<Record>,
    has_ended: bool,
    has_begun: bool,
}

impl Reader {
    /// Opens the file and recognises what the plan leaves open.
    pub fn open(plan: &ImportPlan) -> Result<Self, FormatError> {
        Self::of_recognised(plan, &recognise(plan)?)
    }

    pub(crate) fn of_recognised(plan: &ImportPlan, recognised: &Recognised) -> Result<Self, FormatError> {
        let shape = recognised.shape(plan)?;
        let rows = Rows::open(&plan.path)?;
        if let (Some(header), Some(mapping)) = (rows.header(), &recognised.mapping) {
            check_mapping(&plan.path, header, mapping)?;
        }
        let meaning = shape.map(|shape| {
            let wanted = rows.wanted(shape.columns());
            (shape, wanted)
        });
        if meaning.is_none() && !rows.is_json() {
            return Err(FormatError::NotLossless { path: plan.path.clone() });
        }
        Ok(Self {
            rows,
            meaning,
            format: recognised.format,
            waiting: None,
            has_ended: false,
            has_begun: false,
        })
    }

    /// Bytes of the file read so far (compressed ones, if it is compressed).
    pub fn bytes_read(&self) -> u64 {
        self.rows.source().bytes_read()
    }

    /// Bytes in the file when it was opened.
    pub fn bytes_total(&self) -> u64 {
        self.rows.source().size_bytes()
    }

    /// The format it is read as.
    pub fn format(&self) -> DataFormat {
        self.format
    }

    /// BLAKE3 of the file's bytes in hexadecimal; none until the end was reached.
    pub fn blake3(&self) -> Option<String> {
        self.rows.source().blake3()
    }

    /// What people call what holds the rows: "JSONL, gzipped".
    pub(crate) fn container(&self) -> String {
        self.rows.title()
    }

    /// How many bytes the row that was read last takes, unpacked.
    pub fn row_bytes(&self) -> usize {
        self.rows.row_bytes()
    }

    /// How many rows were read.
    pub(crate) fn rows_read(&self) -> u64 {
        self.rows.rows()
    }

    fn problem(&self, reason: String) -> Record {
        Record::Problem(RowProblem { line: self.rows.line(), reason })
    }

    fn read(&mut self) -> Result<Option<Record>, FormatError> {
        match self.rows.advance()? {
            Advance::End if self.rows.rows() == 0 => {
                Err(FormatError::Empty { path: self.rows.source().path().to_owned() })
            }
            Advance::End => Ok(None),
            Advance::Bad(reason) => Ok(Some(self.problem(reason))),
            Advance::Row => match self.understand()? {
                Ok(record) => Ok(Some(record)),
                Err(reason) => Ok(Some(self.problem(reason))),
            },
        }
    }

    fn understand(&mut self) -> Result<Result<Record, String>, FormatError> {
        let Some((shape, wanted)) = &self.meaning else { return self.lossless() };
        let understood = self.rows.cells(wanted).and_then(|cells| shape.understand(cells));
        Ok(understood.map(|understood| {
            let line = self.rows.line();
            self.waiting = understood.doubt.map(|doubt| {
                Record::Problem(RowProblem { line, reason: format!("taken without its vote: {doubt}") })
            });
            Record::Item { line, item: understood.item, labels: understood.labels }
        }))
    }

    fn lossless(&mut self) -> Result<Result<Record, String>, FormatError> {
        let path = || self.rows.source().path().to_owned();
        let record = match LosslessRecord::from_line(self.rows.text()) {
            Ok(record) => record,
            Err(LosslessError::Version { found }) => {
                return Err(FormatError::LosslessVersion { path: path(), found });
            }
            Err(_) if !self.has_begun => return Err(FormatError::NotLossless { path: path() }),
            Err(error) => return Ok(Err(error.to_string())),
        };
        if self.has_begun == matches!(record, LosslessRecord::Project(_)) {
            return if self.has_begun {
                Ok(Err("a second project begins here, and one file holds one project".to_owned()))
            } else {
                Err(FormatError::NotLossless { path: path() })
            };
        }
        self.has_begun = true;
        Ok(Ok(Record::Lossless(record)))
    }
}

impl Iterator for Reader {
    type Item = Result<Record, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(record) = self.waiting.take() {
            return Some(Ok(record));
        }
        if self.has_ended {
            return None;
        }
        let read = self.read();
        self.has_ended = !matches!(read, Ok(Some(_)));
        read.transpose()
    }
}

fn check_mapping(path: &str, header: &[String], mapping: &ColumnMapping) -> Result<(), FormatError> {
    let candidates =
        mapping.candidates.iter().flat_map(|candidate| candidate.model.iter().chain([&candidate.content]));
    let label = mapping.label.iter().map(|label| &label.column);
    let single = mapping.id.iter().chain(&mapping.annotator).chain(label);
    let named = single.chain(&mapping.prompt).chain(&mapping.metadata).chain(candidates);
    match named.into_iter().find(|name| !header.contains(name)) {
        Some(name) => Err(FormatError::Mapping {
            path: path.to_owned(),
            reason: format!("there is no column {name:?}"),
        }),
        None => Ok(()),
    }
}
