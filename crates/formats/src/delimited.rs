//! Rows of a table (CSV, TSV and their kin), by RFC 4180 as lenient readers take it.
//!
//! A quotation mark that is not closed makes one field of everything after it. Such a row is a bad row, held
//! no further than the limit of a row; it must never pass for a row with a long text.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::FormatError;
use crate::lines::{MAX_ROW_BYTES, RowRead};
use crate::source::Source;

/// Cuts rows out of a table.
pub(crate) struct Delimited {
    reader: Reader,
    fields: Vec<u8>,
    fields_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
    line: u64,
}

impl Delimited {
    pub(crate) fn new(delimiter: u8) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            fields: vec![0; 4096],
            fields_len: 0,
            ends: vec![0; 32],
            ends_len: 0,
            line: 1,
        }
    }

    /// Reads the next row.
    pub(crate) fn read(&mut self, source: &mut Source, rows: u64) -> Result<RowRead, FormatError> {
        self.fields_len = 0;
        self.ends_len = 0;
        self.line = self.reader.line();
        let mut is_too_long = false;
        let mut has_begun = false;
        let mut ends_in_line_end = false;
        loop {
            let mut bytes = source.fill(rows)?;
            let is_closing = bytes.is_empty() && has_begun;
            if is_closing {
                // Ends the row as the end of the file does, but for a field whose quotation mark is open.
                bytes = b"\n";
            }
            let (result, read, written, ended) = self.reader.read_record(
                bytes,
                &mut self.fields[self.fields_len..],
                &mut self.ends[self.ends_len..],
            );
            if is_closing && result == ReadRecordResult::InputEmpty {
                let lines = self.reader.line() - self.line - u64::from(ends_in_line_end);
                // Leaves the row, so that the next read finds the end.
                self.reader.reset();
                self.fields_len = 0;
                self.ends_len = 0;
                return Ok(RowRead::Unclosed { lines });
            }
            // Blank lines before a row are eaten with it; its line is the one where its first byte stands.
            if self.fields_len == 0 && self.ends_len == 0 {
                let blank = bytes[..read].iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
                self.line += blank.filter(|&&byte| byte == b'\n').count() as u64;
            }
            has_begun |= bytes[..read].iter().any(|byte| !matches!(byte, b'\n' | b'\r'));
            ends_in_line_end = bytes[..read].ends_with(b"\n");
            if !is_closing {
                source.consume(read);
            }
            self.fields_len += written;
            self.ends_len += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.fields.len() >= MAX_ROW_BYTES => {
                    is_too_long = true;
                    self.fields_len = 0;
                }
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() >= 1 << 20 => {
                    is_too_long = true;
                    self.ends_len = 0;
                }
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record if is_too_long => {
                    self.fields = vec![0; 4096];
                    self.fields_len = 0;
                    self.ends_len = 0;
                    return Ok(RowRead::TooLong);
                }
                ReadRecordResult::Record => return Ok(RowRead::Row),
                ReadRecordResult::End => return Ok(RowRead::End),
            }
        }
    }

    /// The line on which the last row began, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// The fields of the last row.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &[u8]> {
        let mut start = 0;
        self.ends[..self.ends_len].iter().map(move |&end| {
            let field = &self.fields[start..end];
            start = end;
            field
        })
    }
}
