//! Running text with its styles, and where each of its characters comes from.

use std::ops::Range;
use std::sync::Arc;

use super::drawing::{Drawing, Drawn, STAND_IN};
use super::origin::Origins;

/// How a stretch of running text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct InlineStyle {
    /// Strong.
    pub is_bold: bool,
    /// Emphasised.
    pub is_italic: bool,
    /// Struck out.
    pub is_struck: bool,
    /// Code.
    pub is_code: bool,
    /// Said of the text rather than by it: the description of an image.
    pub is_aside: bool,
    /// Index into [`Inlines::links`].
    pub link: Option<u32>,
    /// Index into [`Inlines::faults`].
    pub fault: Option<u32>,
}

/// A stretch of one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Byte at which it ends; it begins where the one before ends.
    pub end: usize,
    /// How it looks.
    pub style: InlineStyle,
}

/// Running text. The spans cover it without gaps, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inlines {
    /// The words.
    pub text: String,
    /// Their styles.
    pub spans: Vec<Span>,
    /// Addresses that spans link to.
    pub links: Vec<String>,
    /// What is wrong with spans that are shown as they are written.
    pub faults: Vec<String>,
    /// Where its characters stand in the source.
    pub origins: Origins,
    /// What is drawn between the words, in order.
    pub drawn: Vec<Drawn>,
    /// Its characters.
    length: u32,
}

impl Inlines {
    /// Words without any style.
    pub fn plain(text: impl Into<String>) -> Self {
        let mut inlines = Self::default();
        inlines.push(&text.into(), InlineStyle::default());
        inlines
    }

    /// Adds words that show this stretch of the source.
    pub fn push_from(&mut self, text: &str, style: InlineStyle, source: Range<u32>) {
        let start = self.length;
        self.push(text, style);
        self.origins.push(start..self.length, source);
    }

    /// Adds something drawn that shows this stretch of the source.
    pub fn push_drawn(&mut self, drawing: Arc<dyn Drawing>, style: InlineStyle, source: Range<u32>) {
        self.drawn.push(Drawn { at: self.text.len(), drawing });
        self.push_from(STAND_IN.encode_utf8(&mut [0; 4]), style, source);
    }

    /// Adds the words of another text without their styles.
    pub fn append(&mut self, other: &Self) {
        let by = self.length;
        let bytes = self.text.len();
        self.drawn.extend(other.drawn.iter().map(|drawn| Drawn { at: drawn.at + bytes, ..drawn.clone() }));
        self.push(&other.text, InlineStyle::default());
        self.origins.append(&other.origins, by);
    }

    /// Adds words that do not stand in the source.
    pub fn push(&mut self, text: &str, style: InlineStyle) {
        if text.is_empty() {
            return;
        }
        self.text.push_str(text);
        self.length += text.chars().count() as u32;
        let end = self.text.len();
        match self.spans.last_mut() {
            Some(last) if last.style == style => last.end = end,
            _ => self.spans.push(Span { end, style }),
        }
    }

    /// Puts other words in the place of all, whose spans and origins are theirs already.
    pub(super) fn set_text(&mut self, text: String) {
        self.length = text.chars().count() as u32;
        self.text = text;
    }

    /// Adds an address and gives its index.
    pub fn add_link(&mut self, address: &str) -> u32 {
        self.links.push(address.to_owned());
        self.links.len() as u32 - 1
    }

    /// Adds what is wrong with a formula and gives its index.
    pub fn add_fault(&mut self, fault: &str) -> u32 {
        self.faults.push(fault.to_owned());
        self.faults.len() as u32 - 1
    }

    /// Stretches of one style, in order.
    pub fn stretches(&self) -> impl Iterator<Item = (&str, InlineStyle)> {
        let mut start = 0;
        self.spans.iter().map(move |span| {
            let stretch = &self.text[start..span.end];
            start = span.end;
            (stretch, span.style)
        })
    }

    /// Cuts off what lies beyond `byte`, a character boundary, and gives it back.
    pub fn split_off(&mut self, byte: usize) -> Self {
        let text = self.text.split_off(byte);
        let whole = self.spans.partition_point(|span| span.end <= byte);
        let begun = self.spans.get(whole).map(|span| span.style);
        let begins_before = whole.checked_sub(1).map_or(0, |last| self.spans[last].end) < byte;
        let mut spans = self.spans.split_off(whole);
        if let Some(style) = begun.filter(|_| begins_before) {
            self.spans.push(Span { end: byte, style });
        }
        for span in &mut spans {
            span.end -= byte;
        }
        let mut drawn = self.drawn.split_off(self.drawn.partition_point(|drawn| drawn.at < byte));
        for drawn in &mut drawn {
            drawn.at -= byte;
        }
        let kept = self.text.chars().count() as u32;
        let origins = self.origins.split_off(kept);
        let length = self.length - kept;
        self.length = kept;
        let (links, faults) = (self.links.clone(), self.faults.clone());
        Self { text, spans, links, faults, origins, drawn, length }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_split_keeps_every_word_and_style() {
        let bold = InlineStyle { is_bold: true, ..InlineStyle::default() };
        for byte in 0..=7 {
            let mut first = Inlines::plain("abc");
            first.push("defg", bold);
            let second = first.split_off(byte);
            assert_eq!(format!("{}{}", first.text, second.text), "abcdefg");
            let styles = |inlines: &Inlines| {
                inlines
                    .stretches()
                    .flat_map(|(text, style)| vec![style.is_bold; text.len()])
                    .collect::<Vec<_>>()
            };
            let mut all = styles(&first);
            all.extend(styles(&second));
            assert_eq!(all, [false, false, false, true, true, true, true], "split at {byte}");
        }
    }
}
