//! Rows of a file, whatever holds them.

use std::collections::HashMap;

use serde_json::Value;
use tiebreak_domain::item::Metadata;

use crate::FormatError;
use crate::cell::{Cell, cells_from_json, reason_of_json_error};
use crate::container::{Container, WINDOW_BYTES};
use crate::delimited::Delimited;
use crate::elements::{Elements, Place};
use crate::lines::{RowRead, read_line};
use crate::source::Source;

enum Cutter {
    Lines,
    Elements(Elements),
    Table(Box<Delimited>),
}

/// What [`Rows::advance`] came to.
pub(crate) enum Advance {
    /// A row that can be looked at.
    Row,
    /// A row that cannot, and why, in a sentence.
    Bad(String),
    /// The end.
    End,
}

/// The columns that are wanted of each row.
pub(crate) struct Wanted {
    names: Vec<String>,
    /// Where they stand in a table.
    places: Vec<Option<usize>>,
}

/// The rows of a file.
pub(crate) struct Rows {
    source: Source,
    container: Container,
    cutter: Cutter,
    buffer: Vec<u8>,
    header: Vec<String>,
    rows: u64,
    line: u64,
    /// The row that was read to learn the number of columns, if it is data.
    is_first_row_waiting: bool,
}

impl Rows {
    /// Opens a file and recognises what holds its rows.
    pub(crate) fn open(path: &str) -> Result<Self, FormatError> {
        let container = container_of(path)?;
        let mut source = Source::open(path)?;
        let mut header = Vec::new();
        let mut is_first_row_waiting = false;
        let cutter = match &container {
            Container::Lines => Cutter::Lines,
            Container::Elements(place) => Cutter::Elements(Elements::new(place.clone())),
            Container::Table { delimiter, has_header } => {
                let mut table = Delimited::new(*delimiter);
                table.read(&mut source, 0)?;
                let names = table.fields().enumerate().map(|(index, field)| {
                    let name = String::from_utf8_lossy(field).trim().to_owned();
                    if *has_header && !name.is_empty() { name } else { format!("column {}", index + 1) }
                });
                header = numbered(names.collect());
                is_first_row_waiting = !has_header;
                Cutter::Table(Box::new(table))
            }
        };
        Ok(Self {
            source,
            container,
            cutter,
            buffer: Vec::new(),
            header,
            rows: 0,
            line: 0,
            is_first_row_waiting,
        })
    }

    /// Goes to the next row; blank lines are none.
    pub(crate) fn advance(&mut self) -> Result<Advance, FormatError> {
        let read = self.read()?;
        if read == RowRead::End {
            return Ok(Advance::End);
        }
        self.rows += 1;
        if read == RowRead::TooLong {
            return Ok(Advance::Bad("the row is longer than 64 MiB".to_owned()));
        }
        if let RowRead::Unclosed { lines } = read {
            return Ok(Advance::Bad(format!(
                "a quotation mark in this row is never closed, so everything from here to the end of the file is lost, lines: {lines}"
            )));
        }
        match &self.cutter {
            Cutter::Table(table) => {
                let (found, expected) = (table.fields().count(), self.header.len());
                let is_padded = table.fields().skip(expected).all(<[u8]>::is_empty);
                if found < expected || !is_padded {
                    return Ok(Advance::Bad(format!("the row has {found} fields, expected {expected}")));
                }
                for (field, name) in table.fields().zip(&self.header) {
                    if let Err(error) = std::str::from_utf8(field) {
                        return Ok(Advance::Bad(format!(
                            "{name:?} is not valid UTF-8 at its byte {}",
                            error.valid_up_to() + 1
                        )));
                    }
                }
            }
            Cutter::Lines | Cutter::Elements(_) => {
                if let Err(error) = std::str::from_utf8(&self.buffer) {
                    let place = error.valid_up_to() + 1;
                    return Ok(Advance::Bad(format!("the row is not valid UTF-8 at its byte {place}")));
                }
            }
        }
        Ok(Advance::Row)
    }

    fn read(&mut self) -> Result<RowRead, FormatError> {
        match &mut self.cutter {
            Cutter::Lines => loop {
                let read = read_line(&mut self.source, &mut self.buffer, self.rows)?;
                self.line += 1;
                if read != RowRead::Row || !self.buffer.trim_ascii().is_empty() {
                    return Ok(read);
                }
            },
            Cutter::Elements(elements) => {
                self.line += 1;
                elements.read(&mut self.source, &mut self.buffer, self.rows)
            }
            Cutter::Table(table) => {
                let read = if self.is_first_row_waiting {
                    self.is_first_row_waiting = false;
                    RowRead::Row
                } else {
                    table.read(&mut self.source, self.rows)?
                };
                self.line = table.line();
                Ok(read)
            }
        }
    }

    /// The wanted values of the row; or why it cannot be read, in a sentence.
    pub(crate) fn cells(&self, wanted: &Wanted) -> Result<Vec<Cell<'_>>, String> {
        match &self.cutter {
            Cutter::Table(table) => {
                let mut cells = vec![Cell::Missing; wanted.names.len()];
                for (index, field) in table.fields().enumerate() {
                    for (cell, _) in
                        cells.iter_mut().zip(&wanted.places).filter(|(_, place)| **place == Some(index))
                    {
                        *cell = Cell::Text(String::from_utf8_lossy(field));
                    }
                }
                Ok(cells)
            }
            Cutter::Lines | Cutter::Elements(_) => {
                let line = self.text();
                cells_from_json(line, &wanted.names).map_err(|error| reason_of_json_error(line, &error))
            }
        }
    }

    /// The whole row; or why it cannot be read, in a sentence.
    pub(crate) fn object(&self) -> Result<Metadata, String> {
        match &self.cutter {
            Cutter::Table(table) => {
                let value = |field| Value::String(String::from_utf8_lossy(field).into_owned());
                Ok(self.header.iter().cloned().zip(table.fields().map(value)).collect())
            }
            Cutter::Lines | Cutter::Elements(_) => {
                let line = self.text();
                serde_json::from_str(line).map_err(|error| reason_of_json_error(line, &error))
            }
        }
    }

    /// The row of JSON as it stands; empty for a table.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.buffer).unwrap_or_default()
    }

    /// How many bytes the row has.
    pub(crate) fn row_bytes(&self) -> usize {
        match &self.cutter {
            Cutter::Table(table) => table.fields().map(<[u8]>::len).sum(),
            Cutter::Lines | Cutter::Elements(_) => self.buffer.len(),
        }
    }

    /// Prepares to read some columns.
    pub(crate) fn wanted(&self, names: Vec<String>) -> Wanted {
        let places = names.iter().map(|name| self.header.iter().position(|column| column == name)).collect();
        Wanted { names, places }
    }

    /// The columns of a table; none where every row names its own.
    pub(crate) fn header(&self) -> Option<&[String]> {
        matches!(self.cutter, Cutter::Table(_)).then_some(self.header.as_slice())
    }

    /// The line on which the row began, or its number where lines mean nothing; from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// How many rows were read.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Where the bytes come from.
    pub(crate) fn source(&self) -> &Source {
        &self.source
    }

    /// What people call what holds the rows.
    pub(crate) fn title(&self) -> String {
        let packed = if self.source.is_packed() { ", gzipped" } else { "" };
        format!("{}{packed}", self.container.title())
    }

    /// Whether rows are JSON.
    pub(crate) fn is_json(&self) -> bool {
        !matches!(self.cutter, Cutter::Table(_))
    }
}

/// Names that are each there once, as they are; others with the first numbers that are free: "note 1", "note 2".
fn numbered(names: Vec<String>) -> Vec<String> {
    let mut counts = HashMap::new();
    for name in &names {
        *counts.entry(name.clone()).or_insert(0) += 1;
    }
    let mut last_numbers: HashMap<String, usize> = HashMap::new();
    let mut unique = Vec::with_capacity(names.len());
    for name in names {
        if counts[&name] == 1 {
            unique.push(name);
            continue;
        }
        let number = last_numbers.entry(name.clone()).or_default();
        let numbered = loop {
            *number += 1;
            let numbered = format!("{name} {number}");
            if !counts.contains_key(&numbered) {
                break numbered;
            }
        };
        unique.push(numbered);
    }
    unique
}

fn container_of(path: &str) -> Result<Container, FormatError> {
    let mut source = Source::open(path)?;
    let mut start = Vec::new();
    let mut is_whole = false;
    while start.len() < WINDOW_BYTES {
        let bytes = match source.fill(0) {
            Ok(bytes) => bytes,
            // What was read before the break can still be recognised; the rows will come to the break again.
            Err(_) if !start.is_empty() => break,
            Err(error) => return Err(error),
        };
        if bytes.is_empty() {
            is_whole = true;
            break;
        }
        let used = bytes.len().min(WINDOW_BYTES - start.len());
        start.extend_from_slice(&bytes[..used]);
        source.consume(used);
    }
    if start.iter().all(u8::is_ascii_whitespace) && is_whole {
        return Err(FormatError::Empty { path: path.to_owned() });
    }
    match Container::recognise(&start, is_whole) {
        Some(Container::Elements(Place::Array)) if is_whole && start.trim_ascii() == b"[]" => {
            Err(FormatError::Empty { path: path.to_owned() })
        }
        Some(container) => Ok(container),
        None => Err(FormatError::Unrecognised { path: path.to_owned() }),
    }
}
