//! A text that is code, or mostly, line by line and with its colours.
//!
//! What stands around the code stays in it, as lines of words: nothing that a model wrote is ever left out. Colours
//! come after it, a little at a time ([`CodeText::colour_some`]).

use std::ops::Range;

use tiebreak_domain::TextFormat;

use super::block::{Content, Document};
use super::code_language;
use super::highlight::{Colouring, Token};
use super::mask::WordMask;

/// A text is mostly code from this share of its characters on.
const MOSTLY: f32 = 0.6;
/// Less is not worth a view of its own.
const LEAST_LINES: usize = 3;

/// Code, line by line.
#[derive(Debug, Default)]
pub struct CodeText {
    /// Everything.
    pub text: String,
    /// The bytes of each line, without its line break.
    pub lines: Vec<Range<usize>>,
    /// Where each part of the text ends, in bytes, and what it is; as far as it is coloured.
    pub tokens: Vec<(usize, Token)>,
    /// What it is in, as far as it says or can be told; may be empty.
    pub language: String,
    /// What is still to be coloured, the last first: its bytes, and what it is in.
    waiting: Vec<(Range<usize>, String)>,
    colouring: Option<Colouring>,
}

impl CodeText {
    /// `text` if it is code, or mostly, with the words of `mask` hidden and without colours.
    pub fn of(text: &str, format: TextFormat, mask: Option<&WordMask>) -> Option<Self> {
        let mut document = Document::parse_with(text, format, false);
        if let Some(mask) = mask {
            document.hide(mask);
        }
        let mut code = Self::default();
        let mut code_bytes = 0;
        for block in &document.blocks {
            match &block.content {
                Content::Code { language, text, .. } => {
                    code_bytes += text.len();
                    code.push_code(text, language, block.is_continued);
                }
                Content::Paragraph(words) | Content::Heading { words, .. } | Content::Formula(words) => {
                    code.push(&words.text);
                }
                Content::Html { text, .. } => code.push(text),
                Content::Table { rows, .. } => {
                    for row in rows {
                        let cells: Vec<&str> = row.iter().map(|cell| cell.text.as_str()).collect();
                        code.push(&cells.join(" | "));
                    }
                }
                Content::Rule => code.push("---"),
            }
        }
        if code_bytes == 0 {
            code = Self::bare(text, mask)?;
        } else if (code_bytes as f32) < code.text.len() as f32 * MOSTLY {
            return None;
        } else if code.language.is_empty() {
            code_language::guess(&code.text).unwrap_or_default().clone_into(&mut code.language);
        }
        code.waiting.reverse();
        code.cut();
        (code.lines.len() >= LEAST_LINES).then_some(code)
    }

    /// Words that are no code, line by line.
    pub fn of_words(text: &str) -> Self {
        let mut code = Self { text: text.to_owned(), ..Self::default() };
        code.cut();
        code
    }

    /// Notes where its lines are.
    fn cut(&mut self) {
        let mut start = 0;
        for line in self.text.split('\n') {
            self.lines.push(start..start + line.len());
            start += line.len() + 1;
        }
    }

    /// Code that nothing marks as such.
    fn bare(text: &str, mask: Option<&WordMask>) -> Option<Self> {
        if !code_language::is_code(text) {
            return None;
        }
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim_end_matches('\n');
        let text = mask.map_or_else(|| text.to_owned(), |mask| mask.masked(text));
        let language = code_language::guess(&text).unwrap_or_default().to_owned();
        let waiting = vec![(0..text.len(), language.clone())];
        Some(Self { text, language, waiting, ..Self::default() })
    }

    /// Colours about so many bytes more. Gives whether all of it is.
    pub fn colour_some(&mut self, most_bytes: usize) -> bool {
        let Some((bytes, language)) = self.waiting.last() else { return true };
        let (start, code) = (bytes.start, &self.text[bytes.clone()]);
        if self.colouring.is_none() {
            self.colouring = Colouring::begin(language, code);
        }
        let is_done = self.colouring.as_mut().is_none_or(|colouring| colouring.go_on(code, most_bytes));
        if is_done {
            self.tokens.push((start, Token::Plain));
            let tokens = self.colouring.take().map(|colouring| colouring.tokens).unwrap_or_default();
            self.tokens.extend(tokens.into_iter().map(|(end, token)| (start + end, token)));
            self.waiting.pop();
        }
        self.waiting.is_empty()
    }

    fn push(&mut self, text: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
    }

    /// A piece of code; `is_continued` if it goes on where the last piece ended.
    fn push_code(&mut self, text: &str, language: &str, is_continued: bool) {
        self.push(text);
        let (start, end) = (self.text.len() - text.len(), self.text.len());
        match self.waiting.last_mut() {
            Some((bytes, _)) if is_continued => bytes.end = end,
            _ => {
                let guessed = || code_language::guess(text).unwrap_or_default();
                let language = if language.is_empty() { guessed() } else { language };
                if self.language.is_empty() {
                    language.clone_into(&mut self.language);
                }
                self.waiting.push((start..end, language.to_owned()));
            }
        }
    }

    /// The words of a line.
    pub fn line(&self, line: usize) -> &str {
        self.lines.get(line).map_or("", |bytes| &self.text[bytes.clone()])
    }

    /// What the parts of some bytes are, each with where it ends.
    pub fn tokens_within(&self, bytes: &Range<usize>) -> Vec<(Range<usize>, Token)> {
        let mut at = bytes.start;
        let mut within = Vec::new();
        let first = self.tokens.partition_point(|(end, _)| *end <= bytes.start);
        let rest = self.tokens[first..].iter().copied().chain([(bytes.end, Token::Plain)]);
        for (end, token) in rest {
            let end = end.min(bytes.end);
            if at < end {
                within.push((at..end, token));
                at = end;
            }
        }
        within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fence_with_a_word_around_it_is_code_and_keeps_the_word() {
        let source = "Here:\n\n```python\ndef f(x):\n    return x + 1  # one more\n```";
        let mut code = CodeText::of(source, TextFormat::Markdown, None).expect("code");
        while !code.colour_some(10) {}
        assert_eq!(code.text, "Here:\ndef f(x):\n    return x + 1  # one more");
        assert_eq!(code.language, "python");
        assert_eq!(code.line(1), "def f(x):");
        let tokens = code.tokens_within(&code.lines[1]);
        assert_eq!(tokens.first(), Some(&(6..9, Token::Keyword)), "{tokens:?}");
        let covered: usize = tokens.iter().map(|(bytes, _)| bytes.len()).sum();
        assert_eq!(covered, code.lines[1].len(), "every letter has a colour");
    }

    #[test]
    fn bare_code_is_known_and_prose_is_none() {
        let bare = "def f(x):\n    return x\n\nprint(f(1))";
        assert_eq!(
            CodeText::of(bare, TextFormat::Plain, None).map(|code| code.language),
            Some("python".into())
        );
        let prose = format!("{}\n\n```\nx = 1\n```", "Some words that say why. ".repeat(10));
        assert!(CodeText::of(&prose, TextFormat::Markdown, None).is_none());
        assert!(CodeText::of("", TextFormat::Markdown, None).is_none());
    }

    #[test]
    fn colours_are_those_of_the_whole_fence_however_it_was_cut() {
        let lines = "def f(x):\n    \"\"\"Says\n    why\"\"\"\n    return x + 1\n".repeat(90);
        let source = format!("```python\n{lines}```\n\nand\n\n```\n{lines}```");
        let mut code = CodeText::of(&source, TextFormat::Markdown, None).expect("code");
        let mut steps = 1;
        while !code.colour_some(500) {
            steps += 1;
        }
        assert!(steps > 10, "{steps} steps");
        let whole = crate::document::highlight::tokens("python", lines.trim_end_matches('\n'));
        let length = lines.len() - 1;
        for start in [0, length + "\nand\n".len()] {
            let bytes = start..start + length;
            let here = code.tokens_within(&bytes);
            let (ends, kinds): (Vec<usize>, Vec<Token>) =
                here.iter().map(|(bytes, token)| (bytes.end - start, *token)).unzip();
            assert_eq!(ends.iter().copied().zip(kinds).collect::<Vec<_>>(), whole);
        }
    }
}
