//! Scripts: everything that is read of a candidate, of the prompt or of a reference, as one run of words.
//!
//! Parts stand one under the other. A word knows where it stands in the run, a stretch of the run which
//! stretches of the parts' sources it is.

use std::collections::HashMap;
use std::ops::Range;

use tiebreak_domain::{Part, TextFormat};
use unicode_segmentation::UnicodeSegmentation;

use super::searched::Searched;
use crate::document::{Shown, WordMask};

/// Lines of more words are cut at the ends of their sentences.
const LONG_LINE_WORDS: u32 = 40;

/// One number for every word that differs from all others, over all scripts of an item.
#[derive(Debug, Default)]
pub struct Vocabulary(HashMap<Box<str>, u32>);

impl Vocabulary {
    fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.0.get(word) {
            return *number;
        }
        let number = self.0.len() as u32;
        self.0.insert(word.into(), number);
        number
    }
}

/// A stretch of one part's source, in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The part's place.
    pub part: usize,
    /// Its characters.
    pub source: Range<u32>,
}

/// A run of words.
#[derive(Debug, Default)]
pub struct Script {
    text: String,
    searched: Searched,
    length: u32,
    /// The characters of each word.
    words: Vec<Range<u32>>,
    /// The number of each word.
    numbers: Vec<u32>,
    /// Words of each line, or sentence of a long line.
    lines: Vec<Range<u32>>,
    /// Where each part begins, and what is shown of it.
    parts: Vec<(u32, usize, Shown)>,
}

impl Script {
    /// The script of some parts; pictures and sounds say nothing in it.
    pub fn of<'a>(
        parts: impl IntoIterator<Item = (usize, &'a Part)>,
        mask: Option<&WordMask>,
        vocabulary: &mut Vocabulary,
    ) -> Self {
        let mut script = Self::default();
        for (index, part) in parts {
            let (text, format) = match part {
                Part::Text { text, format } => (text, *format),
                Part::Message { text, .. } => (text, TextFormat::Markdown),
                Part::Image { .. } | Part::Video { .. } | Part::Audio { .. } => continue,
            };
            script.push(index, Shown::of(text, format, mask), vocabulary);
        }
        script
    }

    fn push(&mut self, part: usize, shown: Shown, vocabulary: &mut Vocabulary) {
        if self.length > 0 {
            self.text.push('\n');
            self.searched.push("\n", self.length);
            self.length += 1;
        }
        let mut at = self.length;
        let mut line = self.words.len() as u32;
        let end_line = |script: &mut Self, line: &mut u32| {
            let end = script.words.len() as u32;
            if *line < end {
                script.lines.push(*line..end);
                *line = end;
            }
        };
        for word in shown.text.split_word_bounds() {
            let length = word.chars().count() as u32;
            if word.contains('\n') {
                end_line(self, &mut line);
            } else if !word.chars().all(char::is_whitespace) {
                self.words.push(at..at + length);
                self.numbers.push(vocabulary.number(word));
                let is_long = self.words.len() as u32 - line >= LONG_LINE_WORDS;
                if is_long && matches!(word, "." | "!" | "?" | "。" | "！" | "？" | ";") {
                    end_line(self, &mut line);
                }
            }
            at += length;
        }
        end_line(self, &mut line);
        self.searched.push(&shown.text, self.length);
        self.text.push_str(&shown.text);
        self.parts.push((self.length, part, shown));
        self.length = at;
    }

    /// Whether there is no word in it.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Words in it.
    pub fn word_count(&self) -> u32 {
        self.words.len() as u32
    }

    /// What is read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same as it is searched.
    pub fn searched(&self) -> &Searched {
        &self.searched
    }

    /// Whether a word goes on over the place before a character. In scripts without spaces a word ends at every sign,
    /// since only readers know where it does.
    pub fn is_within_word(&self, character: u32) -> bool {
        let word = self.words.partition_point(|word| word.end <= character);
        self.words.get(word).is_some_and(|word| word.start < character)
    }

    /// The number of each word.
    pub fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// The words of each line, or of each sentence of a long one.
    pub fn lines(&self) -> &[Range<u32>] {
        &self.lines
    }

    /// The characters from the first to the last of some words.
    pub fn characters(&self, words: &Range<u32>) -> Range<u32> {
        match (self.words.get(words.start as usize), words.end.checked_sub(1)) {
            (Some(first), Some(last)) if words.start < words.end => {
                first.start..self.words.get(last as usize).unwrap_or(first).end
            }
            _ => 0..0,
        }
    }

    /// How many words a reader counts in a run of words: signs belong to the word that they stand at.
    pub fn counted(&self, words: &Range<u32>) -> u32 {
        let words = &self.words[words.start as usize..words.end as usize];
        let apart = words.windows(2).filter(|pair| pair[0].end != pair[1].start).count() as u32;
        apart + u32::from(!words.is_empty())
    }

    /// The stretches of the parts' sources that some characters show, one for each part they reach into.
    pub fn stretches(&self, characters: &Range<u32>) -> Vec<Stretch> {
        let first =
            self.parts.partition_point(|(start, _, shown)| start + shown.length() <= characters.start);
        let within = self.parts[first..].iter().take_while(|(start, ..)| *start < characters.end);
        within
            .filter_map(|(start, part, shown)| {
                let from = characters.start.saturating_sub(*start);
                let to = (characters.end - start).min(shown.length());
                Some(Stretch { part: *part, source: shown.source_of(&(from..to))? })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(parts: &[Part]) -> Script {
        Script::of(parts.iter().enumerate(), None, &mut Vocabulary::default())
    }

    #[test]
    fn parts_stand_one_under_the_other_and_keep_their_places() {
        let parts = [Part::markdown("**né** so"), Part::image("x.png"), Part::plain("b\nc d")];
        let script = script(&parts);
        assert_eq!(script.text(), "né so\nb\nc d");
        assert_eq!(script.word_count(), 5);
        assert_eq!(script.lines(), [0..2, 2..3, 3..5]);
        let stretch = |part, source| Stretch { part, source };
        assert_eq!(script.stretches(&(0..2)), [stretch(0, 2..4)], "without the signs");
        assert_eq!(script.stretches(&(3..9)), [stretch(0, 7..9), stretch(2, 0..3)], "over two parts");
        assert_eq!(script.characters(&(3..5)), 8..11);
    }

    #[test]
    fn equal_words_have_equal_numbers_over_all_scripts() {
        let mut vocabulary = Vocabulary::default();
        let of = |text: &str, vocabulary: &mut Vocabulary| {
            Script::of([(0, &Part::markdown(text))], None, vocabulary).numbers().to_vec()
        };
        let first = of("a **b** a", &mut vocabulary);
        assert_eq!(first, of("a b a", &mut vocabulary), "signs are no words");
        assert_ne!(first, of("a B a", &mut vocabulary), "case is a difference");
    }

    #[test]
    fn signs_are_not_counted_as_words() {
        let script = script(&[Part::plain("Well, yes: it's so.")]);
        assert_eq!((script.counted(&(0..script.word_count())), script.counted(&(0..0))), (4, 0));
    }

    #[test]
    fn a_long_line_is_cut_at_its_sentences() {
        let sentence = format!("{}end. ", "word ".repeat(50));
        let script = script(&[Part::plain(sentence.repeat(3))]);
        assert_eq!(script.lines().len(), 3);
    }
}
