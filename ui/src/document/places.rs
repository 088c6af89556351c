//! Counts the characters of a text from its bytes and back. Spans and origins count characters (Unicode scalar
//! values), what is laid out counts bytes.

use std::ops::Range;
use std::sync::Arc;

/// Where the characters of one text stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Places {
    /// A byte is a character.
    #[default]
    Ascii,
    /// The first byte of every character, and the text's length.
    Starts(Arc<[u32]>),
}

impl Places {
    /// The places of `text`.
    pub fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii;
        }
        let starts = text.char_indices().map(|(at, _)| at as u32);
        Self::Starts(starts.chain([text.len() as u32]).collect())
    }

    /// The first byte of a character; of one past the last, the length of the text.
    pub fn byte(&self, character: u32) -> usize {
        match self {
            Self::Ascii => character as usize,
            Self::Starts(starts) => {
                starts.get(character as usize).or(starts.last()).copied().unwrap_or(0) as usize
            }
        }
    }

    /// The character that a byte belongs to.
    pub fn character(&self, byte: usize) -> u32 {
        match self {
            Self::Ascii => byte as u32,
            Self::Starts(starts) => {
                let after = starts.partition_point(|start| (*start as usize) <= byte);
                after.saturating_sub(1) as u32
            }
        }
    }

    /// The bytes of some characters.
    pub fn bytes(&self, characters: &Range<u32>) -> Range<usize> {
        self.byte(characters.start)..self.byte(characters.end)
    }

    /// The characters of which any byte is in the range.
    pub fn characters(&self, bytes: &Range<usize>) -> Range<u32> {
        let end = match bytes.end.checked_sub(1) {
            Some(last) if bytes.start < bytes.end => self.character(last) + 1,
            _ => self.character(bytes.end),
        };
        self.character(bytes.start)..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_and_bytes_are_counted_into_each_other() {
        let text = "né שx";
        let places = Places::of(text);
        for (character, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(places.byte(character as u32), byte);
            assert_eq!(places.character(byte), character as u32);
        }
        assert_eq!(places.byte(99), text.len(), "past the end");
        assert_eq!(places.characters(&(2..3)), 1..2, "half of a character is that character");
        assert_eq!(places.characters(&(1..1)), 1..1);
        assert_eq!(places.bytes(&(1..4)), 1..6);
        assert_eq!(Places::of("abc").characters(&(1..3)), 1..3);
    }
}
