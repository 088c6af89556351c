//! Streams a whole file: every row once, in order, as an item, a problem or a lossless record.

use std::collections::VecDeque;

use tiebreak_domain::import::{ColumnMapping, RowProblem};
use tiebreak_domain::{DataFormat, ImportPlan};

use crate::FormatError;
use crate::lossless::{LosslessError, LosslessRecord};
use crate::recognise::{Recognised, recognise};
use crate::record::{Record, WITH_DOUBT, WITHOUT_VOTE};
use crate::rows::{Advance, Rows, Wanted};
use crate::shape::joining::join;
use crate::shape::{Meaning, Shape, Understood};

/// Streams a file, row by row, in constant memory.
///
/// Rows that are refused come as [`Record::Problem`]. After an error nothing more comes.
pub struct Reader {
    rows: Rows,
    /// What a row means; none for the lossless format.
    meaning: Option<(Box<dyn Shape>, Wanted)>,
    format: DataFormat,
    /// What was made of rows already read and comes next.
    waiting: VecDeque<Record>,
    /// An item that the next row may still belong to, and the line where it began.
    open: Option<(u64, Understood)>,
    is_at_end: bool,
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
            waiting: VecDeque::new(),
            open: None,
            is_at_end: false,
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

    /// Reads until there is something to give, or the end.
    fn read(&mut self) -> Result<Option<Record>, FormatError> {
        loop {
            if let Some(record) = self.waiting.pop_front() {
                return Ok(Some(record));
            }
            if self.is_at_end {
                return Ok(None);
            }
            match self.rows.advance()? {
                Advance::End if self.rows.rows() == 0 => {
                    return Err(FormatError::Empty { path: self.rows.source().path().to_owned() });
                }
                Advance::End => {
                    self.is_at_end = true;
                    self.close();
                }
                Advance::Bad(reason) => self.refuse(reason),
                Advance::Row => {
                    if let Err(reason) = self.understand()? {
                        self.refuse(reason);
                    }
                }
            }
        }
    }

    fn refuse(&mut self, reason: String) {
        self.close();
        self.waiting.push_back(self.problem(reason));
    }

    /// Nothing more belongs to the open item.
    fn close(&mut self) {
        if let Some((line, understood)) = self.open.take() {
            self.give(line, understood);
        }
    }

    fn give(&mut self, line: u64, understood: Understood) {
        self.waiting.push_back(Record::Item { line, item: understood.item, labels: understood.labels });
        if let Some(doubt) = understood.doubt {
            let reason = format!("{WITHOUT_VOTE}: {doubt}");
            self.waiting.push_back(Record::Problem(RowProblem { line, reason }));
        }
    }

    fn understand(&mut self) -> Result<Result<(), String>, FormatError> {
        let Some((shape, wanted)) = &self.meaning else {
            let record = self.lossless()?;
            return Ok(record.map(|record| self.waiting.push_back(record)));
        };
        let joins_rows = shape.joins_rows();
        let meanings = match self.rows.cells(wanted) {
            Ok(cells) => shape.meanings(cells),
            Err(reason) => return Ok(Err(reason)),
        };
        let line = self.rows.line();
        for meaning in meanings {
            match meaning {
                Err(reason) => self.refuse(reason),
                Ok(Meaning::Profile(profile)) => {
                    self.close();
                    self.waiting.push_back(Record::Profile { line, profile });
                }
                Ok(Meaning::Doubt(doubt)) => self.refuse(format!("{WITH_DOUBT}: {doubt}")),
                Ok(Meaning::Item(mut understood)) => {
                    for label in &mut understood.labels {
                        // A name that is blank names nobody.
                        label.annotator = label.annotator.take().filter(|name| !name.trim().is_empty());
                    }
                    if joins_rows { self.join(line, understood) } else { self.give(line, understood) }
                }
            }
        }
        Ok(Ok(()))
    }

    /// Adds to the open item, or closes it and opens another.
    fn join(&mut self, line: u64, understood: Understood) {
        let left = match &mut self.open {
            Some((_, open)) => join(open, understood),
            None => Some(understood),
        };
        if let Some(next) = left {
            self.close();
            self.open = Some((line, next));
        }
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
        Ok(Ok(Record::Lossless(Box::new(record))))
    }
}

impl Iterator for Reader {
    type Item = Result<Record, FormatError>;

    fn next(&mut self) -> Option<Self::Item> {
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
    let lists = mapping.prompt.iter().chain(&mapping.context).chain(&mapping.metadata);
    let named = single.chain(lists).chain(candidates);
    match named.into_iter().find(|name| !header.contains(name)) {
        Some(name) => Err(FormatError::Mapping {
            path: path.to_owned(),
            reason: format!("there is no column {name:?}"),
        }),
        None => Ok(()),
    }
}
