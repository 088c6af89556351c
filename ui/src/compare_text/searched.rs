//! A text as it is searched: letters composed (Unicode's form C), so that `é` is `é` however it was written, and every
//! run of white space one space, so that words are found over the end of a line.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;

use crate::document::folded;

/// The text, and where its characters stand in what was read.
#[derive(Debug, Default)]
pub struct Searched {
    text: String,
    /// The same without case, character for character.
    folded: String,
    /// The characters that each of its characters was.
    places: Vec<Range<u32>>,
}

impl Searched {
    /// `text` alone.
    pub fn of(text: &str) -> Self {
        let mut searched = Self::default();
        searched.push(text, 0);
        searched
    }

    /// Adds a text that begins at a character.
    pub fn push(&mut self, text: &str, start: u32) {
        let mut at = start;
        for cluster in text.graphemes(true) {
            let length = cluster.chars().count() as u32;
            let whole = at..at + length;
            if cluster.chars().all(char::is_whitespace) {
                match self.places.last_mut().filter(|_| self.text.ends_with(' ')) {
                    Some(before) => before.end = whole.end,
                    None => self.push_one(' ', whole.clone()),
                }
            } else if cluster.is_ascii() || cluster.nfc().eq(cluster.chars()) {
                for (index, character) in (at..).zip(cluster.chars()) {
                    self.push_one(character, index..index + 1);
                }
            } else {
                cluster.nfc().for_each(|character| self.push_one(character, whole.clone()));
            }
            at = whole.end;
        }
    }

    fn push_one(&mut self, character: char, place: Range<u32>) {
        self.text.push(character);
        self.folded.push(folded(character));
        self.places.push(place);
    }

    /// Its characters, with their case or without.
    pub fn characters(&self, has_case: bool) -> &str {
        if has_case { &self.text } else { &self.folded }
    }

    /// What some of its characters were.
    pub fn place(&self, characters: &Range<usize>) -> Range<u32> {
        match (self.places.get(characters.start), characters.end.checked_sub(1)) {
            (Some(first), Some(last)) => first.start..self.places.get(last).unwrap_or(first).end,
            _ => 0..0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_composed_or_joined_knows_what_it_was() {
        let searched = Searched::of("e\u{301}t\u{a0} \n\nX");
        assert_eq!(searched.characters(true), "ét X");
        assert_eq!(searched.characters(false), "ét x");
        assert_eq!(searched.place(&(0..1)), 0..2);
        assert_eq!(searched.place(&(1..3)), 2..7);
        assert_eq!(searched.place(&(0..4)), 0..8);
        assert_eq!(searched.place(&(9..9)), 0..0);
        let jamo = Searched::of("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}");
        assert_eq!((jamo.characters(true), jamo.place(&(1..2))), ("한글", 3..6));
        assert_eq!(Searched::of("कि").place(&(0..1)), 0..1, "what is composed already stands for itself");
    }
}
