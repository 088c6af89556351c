//! Elements of a JSON array, one at a time: brackets and strings are followed, nothing is parsed.
//!
//! The array is the whole text or stands under one key of an object; or there is no array, and objects follow
//! one another. Only the element at hand is held.

use crate::FormatError;
use crate::lines::{MAX_ROW_BYTES, RowRead};
use crate::source::Source;

/// Where the elements are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In an array that is the whole text.
    Array,
    /// In the array under this key of an object.
    Key(String),
    /// One after another, without an array.
    Sequence,
}

/// Cuts elements out of a text.
pub(crate) struct Elements {
    place: Place,
    has_begun: bool,
    has_ended: bool,
}

impl Elements {
    pub(crate) fn new(place: Place) -> Self {
        Self { has_begun: place == Place::Sequence, place, has_ended: false }
    }

    /// Reads the next element into the buffer.
    pub(crate) fn read(
        &mut self,
        source: &mut Source,
        buffer: &mut Vec<u8>,
        rows: u64,
    ) -> Result<RowRead, FormatError> {
        buffer.clear();
        if !self.has_begun {
            self.begin(source)?;
            self.has_begun = true;
        }
        if self.has_ended {
            return Ok(RowRead::End);
        }
        loop {
            match next_byte(source, rows)? {
                None if self.place == Place::Sequence => return Ok(RowRead::End),
                None => return Err(broken(source, rows, "the file ends before the array does")),
                Some(byte) if byte.is_ascii_whitespace() || byte == b',' => source.consume(1),
                Some(b']') if self.place != Place::Sequence => {
                    source.consume(1);
                    self.has_ended = true;
                    self.finish(source, rows)?;
                    return Ok(RowRead::End);
                }
                Some(_) => break,
            }
        }
        self.element(source, buffer, rows)
    }

    /// Reads an element; one that is too long is passed over without being held.
    fn element(&self, source: &mut Source, buffer: &mut Vec<u8>, rows: u64) -> Result<RowRead, FormatError> {
        let mut follower = Follower::default();
        let mut read = RowRead::Row;
        loop {
            let bytes = source.fill(rows)?;
            if bytes.is_empty() {
                if self.place == Place::Sequence {
                    return Ok(read);
                }
                return Err(broken(source, rows, "the file ends in the middle of an element"));
            }
            let (used, has_ended) = follower.follow(bytes);
            if buffer.len() + used > MAX_ROW_BYTES {
                read = RowRead::TooLong;
                *buffer = Vec::new();
            }
            if read == RowRead::Row {
                buffer.extend_from_slice(&bytes[..used]);
            }
            source.consume(used);
            if has_ended {
                return Ok(read);
            }
        }
    }

    /// Goes to behind the opening bracket.
    fn begin(&self, source: &mut Source) -> Result<(), FormatError> {
        let mut depth = 0usize;
        let mut string: Option<Vec<u8>> = None;
        let mut is_escaped = false;
        let mut last_string = Vec::new();
        while let Some(byte) = next_byte(source, 0)? {
            source.consume(1);
            if let Some(text) = &mut string {
                match byte {
                    _ if is_escaped => is_escaped = false,
                    b'\\' => is_escaped = true,
                    b'"' => {
                        last_string = string.take().unwrap_or_default();
                        continue;
                    }
                    _ => {}
                }
                if text.len() < 1024 {
                    text.push(byte);
                }
                continue;
            }
            match byte {
                b'"' => string = Some(Vec::new()),
                b'[' if depth == 0 && self.place == Place::Array => return Ok(()),
                b'[' if depth == 1
                    && matches!(&self.place, Place::Key(key) if key.as_bytes() == last_string) =>
                {
                    return Ok(());
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        Err(broken(source, 0, "the array was not found"))
    }

    /// Reads to the end of the file: the hash wants every byte, and nothing may follow the array.
    fn finish(&self, source: &mut Source, rows: u64) -> Result<(), FormatError> {
        loop {
            let bytes = source.fill(rows)?;
            if bytes.is_empty() {
                return Ok(());
            }
            let count = bytes.len();
            let is_blank = bytes.iter().all(u8::is_ascii_whitespace);
            if self.place == Place::Array && !is_blank {
                return Err(broken(source, rows, "something follows the end of the array"));
            }
            source.consume(count);
        }
    }
}

#[derive(Default)]
struct Follower {
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
    has_started: bool,
}

impl Follower {
    /// How many of these bytes belong to the element, and whether it ends there.
    fn follow(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            if self.is_in_string {
                if self.is_escaped {
                    self.is_escaped = false;
                } else if byte == b'"' {
                    self.is_in_string = false;
                    if self.depth == 0 {
                        return (at + 1, true);
                    }
                } else if byte == b'\\' {
                    self.is_escaped = true;
                } else {
                    let Some(skipped) = memchr::memchr2(b'"', b'\\', &bytes[at..]) else {
                        return (bytes.len(), false);
                    };
                    at += skipped;
                    continue;
                }
            } else {
                match byte {
                    b'"' => self.is_in_string = true,
                    b'[' | b'{' => self.depth += 1,
                    b']' | b'}' if self.depth == 0 && self.has_started => return (at, true),
                    b']' | b'}' => {
                        self.depth = self.depth.saturating_sub(1);
                        if self.depth == 0 {
                            return (at + 1, true);
                        }
                    }
                    b',' if self.depth == 0 => return (at, true),
                    _ if self.depth == 0 && byte.is_ascii_whitespace() => return (at, true),
                    _ => {}
                }
            }
            self.has_started = true;
            at += 1;
        }
        (at, false)
    }
}

fn next_byte(source: &mut Source, rows: u64) -> Result<Option<u8>, FormatError> {
    Ok(source.fill(rows)?.first().copied())
}

fn broken(source: &Source, rows: u64, reason: &str) -> FormatError {
    FormatError::BrokenArray { path: source.path().to_owned(), rows, reason: reason.to_owned() }
}
