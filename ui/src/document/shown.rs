//! A text as it is read: its words without the signs of Markdown, block after block, each on a line of its own.
//!
//! This is what texts are compared and searched by; where each character stands in the source is known, so
//! that what was found can be marked on any layout.

use std::ops::Range;

use tiebreak_domain::TextFormat;

use super::block::{Content, Document};
use super::drawing::STAND_IN;
use super::inline::Inlines;
use super::mask::WordMask;
use super::origin::Origins;

/// The words of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The words; blocks, rows of tables and lines of code stand on lines of their own.
    pub text: String,
    origins: Origins,
    length: u32,
}

impl Shown {
    /// The words of `text`, with those of `mask` hidden.
    pub fn of(text: &str, format: TextFormat, mask: Option<&WordMask>) -> Self {
        let mut document = Document::parse_with(text, format, false);
        if let Some(mask) = mask {
            document.hide(mask);
        }
        let mut shown = Self::default();
        for block in &document.blocks {
            if !block.is_continued {
                shown.separate("\n");
            }
            match &block.content {
                Content::Paragraph(words) | Content::Heading { words, .. } | Content::Formula(words) => {
                    shown.push_words(words);
                }
                Content::Code { text, origins, .. } | Content::Html { text, origins } => {
                    if block.is_continued {
                        shown.separate("\n");
                    }
                    shown.push(text, origins);
                }
                Content::Table { rows, .. } => {
                    for (index, row) in rows.iter().enumerate() {
                        if index > 0 {
                            shown.separate("\n");
                        }
                        for (column, cell) in row.iter().enumerate() {
                            if column > 0 {
                                shown.separate("\t");
                            }
                            shown.push_words(cell);
                        }
                    }
                }
                Content::Rule => {}
            }
        }
        shown
    }

    /// Its characters.
    pub fn length(&self) -> u32 {
        self.length
    }

    /// The stretch of the source that some of its characters show; none if the layout added all of them.
    pub fn source_of(&self, shown: &Range<u32>) -> Option<Range<u32>> {
        self.origins.source_of(shown)
    }

    fn separate(&mut self, by: &str) {
        if self.length > 0 {
            self.text.push_str(by);
            self.length += 1;
        }
    }

    /// What is drawn between words counts as what it says, all of which shows all of its source.
    fn push_words(&mut self, words: &Inlines) {
        let (mut rest, mut byte) = (words.origins.clone(), 0);
        for drawn in &words.drawn {
            let before = &words.text[byte..drawn.at];
            let mut behind = rest.split_off(before.chars().count() as u32);
            self.push(before, &rest);
            rest = behind.split_off(1);
            let says = drawn.drawing.says();
            let mut said = Origins::default();
            if let Some(source) = behind.source_of(&(0..1)) {
                said.push(0..says.chars().count() as u32, source);
            }
            self.push(says, &said);
            byte = drawn.at + STAND_IN.len_utf8();
        }
        self.push(&words.text[byte..], &rest);
    }

    fn push(&mut self, text: &str, origins: &Origins) {
        self.origins.append(origins, self.length);
        self.text.push_str(text);
        self.length += text.chars().count() as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_counts_as_what_it_says() {
        let source = "So $x^2$ is **two**";
        let shown = Shown::of(source, TextFormat::Markdown, None);
        let (before, after) = shown.text.split_once("$x^2$").expect("its source is read");
        assert!(before.starts_with("So ") && after.ends_with(" is two"), "{:?}", shown.text);
        let at = before.chars().count() as u32;
        assert_eq!(shown.source_of(&(at..at + 5)), Some(3..8), "all of it is all of the formula");
        let last = shown.length() - 1;
        assert_eq!(shown.source_of(&(last..last + 1)), Some(16..17), "what follows is where it was");
    }

    #[test]
    fn signs_are_left_out_and_places_are_kept() {
        let source = "# One **two**\n\n- é\n- b\n\n| h |\n|---|\n| c |\n\n```\nx\ny\n```\n";
        let shown = Shown::of(source, TextFormat::Markdown, None);
        assert_eq!(shown.text, "One two\né\nb\nh\nc\nx\ny");
        assert_eq!(shown.length(), shown.text.chars().count() as u32);
        let characters: Vec<char> = source.chars().collect();
        for (index, character) in shown.text.chars().enumerate() {
            let index = index as u32;
            if let Some(source) = shown.source_of(&(index..index + 1)) {
                assert_eq!(characters[source.start as usize], character, "character {index}");
            } else {
                assert_eq!(character, '\n', "only what separates blocks stands nowhere");
            }
        }
    }
}
