//! Lines of a text, one at a time, in one buffer that is used again.

use crate::FormatError;
use crate::source::Source;

/// The most bytes of one row; longer ones are passed over without being held.
pub(crate) const MAX_ROW_BYTES: usize = 64 * 1024 * 1024;

/// What was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowRead {
    /// A row, in the buffer.
    Row,
    /// A row of more than [`MAX_ROW_BYTES`]; the buffer is empty.
    TooLong,
    /// A row of a table with a quotation mark that is not closed before the end of the file; the buffer is
    /// empty.
    Unclosed {
        /// How many lines the file has from the row's own to its end.
        lines: u64,
    },
    /// Nothing more.
    End,
}

/// Reads up to the next line end, without it.
pub(crate) fn read_line(
    source: &mut Source,
    buffer: &mut Vec<u8>,
    rows: u64,
) -> Result<RowRead, FormatError> {
    buffer.clear();
    let mut is_too_long = false;
    let mut is_empty = true;
    loop {
        let bytes = source.fill(rows)?;
        if bytes.is_empty() {
            break;
        }
        is_empty = false;
        let end = memchr::memchr(b'\n', bytes);
        let piece = &bytes[..end.unwrap_or(bytes.len())];
        if buffer.len() + piece.len() > MAX_ROW_BYTES {
            is_too_long = true;
            *buffer = Vec::new();
        }
        if !is_too_long {
            buffer.extend_from_slice(piece);
        }
        let used = piece.len() + usize::from(end.is_some());
        source.consume(used);
        if end.is_some() {
            break;
        }
    }
    Ok(match (is_too_long, is_empty) {
        (true, _) => RowRead::TooLong,
        (_, true) => RowRead::End,
        _ => RowRead::Row,
    })
}
