//! Texts that are shown as they were written, code and plain words, with the origins of their characters, cut
//! into pieces that are quick to lay out.

use std::ops::Range;

use super::origin::Origins;

/// Longest text of one block in bytes; longer ones go on in the next, so that layout stays quick.
pub(super) const MAX_BLOCK_BYTES: usize = 8_000;

/// Code or plain text with the origins of its characters.
#[derive(Default)]
pub(super) struct Traced {
    pub text: String,
    pub origins: Origins,
    length: u32,
}

impl Traced {
    fn push(&mut self, text: &str, source: Range<u32>) {
        let start = self.length;
        self.text.push_str(text);
        self.length += text.chars().count() as u32;
        self.origins.push(start..self.length, source);
    }

    /// Adds words that stand in the source from the byte `at` on just so, with one sign for every line break.
    pub fn push_lines(&mut self, text: &str, at: usize, characters: &Characters) {
        let mut start = 0;
        for (index, _) in text.match_indices('\r') {
            self.push(&text[start..index], characters.range(&(at + start..at + index)));
            let length = if text[index + 1..].starts_with('\n') { 2 } else { 1 };
            self.push("\n", characters.range(&(at + index..at + index + length)));
            start = index + length;
        }
        self.push(&text[start..], characters.range(&(at + start..at + text.len())));
    }

    /// Adds words of a block that stand in `range` of the source, word for word or not.
    pub fn push_range(&mut self, text: &str, range: Range<usize>, source: &str, characters: &Characters) {
        if source.get(range.clone()) == Some(text) {
            self.push_lines(text, range.start, characters);
        } else {
            self.push(&text.replace('\r', ""), characters.range(&range));
        }
    }
}

/// A long text in pieces of at most [`MAX_BLOCK_BYTES`]; an empty one has none.
pub(super) fn pieces(text: &str, mut origins: Origins) -> Vec<(&str, Origins)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, next) = cut_plain(rest);
        let length = |text: &str| text.chars().count() as u32;
        let behind = origins.split_off(length(&rest[..rest.len() - next.len()]));
        origins.split_off(length(piece));
        pieces.push((piece, std::mem::replace(&mut origins, behind)));
        rest = next;
    }
    pieces
}

/// A first piece of at most [`MAX_BLOCK_BYTES`], up to a line break where there is one, and the rest.
fn cut_plain(text: &str) -> (&str, &str) {
    let limit = MAX_BLOCK_BYTES / 4;
    if text.len() <= limit {
        return (text, "");
    }
    let end = text.floor_char_boundary(limit);
    if let Some(line_end) = text[..end].rfind('\n').filter(|at| *at > 0) {
        return (&text[..line_end], &text[line_end + 1..]);
    }
    let end = text.floor_char_boundary(MAX_BLOCK_BYTES.min(text.len()));
    match text[..end].find('\n') {
        Some(line_end) => (&text[..line_end], &text[line_end + 1..]),
        None if end == text.len() => (text, ""),
        None => {
            let cut = cut_at_space(text, end);
            (&text[..cut], &text[cut..])
        }
    }
}

/// The last place at or before `limit` where a word ends, or `limit` itself in one endless word.
pub(super) fn cut_at_space(text: &str, limit: usize) -> usize {
    text[..limit].rfind(' ').map_or(limit, |at| at + 1)
}

/// Counts the characters of a text from its bytes.
pub(super) enum Characters {
    /// A byte is a character.
    Ascii,
    /// The character that begins at or before each byte, and past the last.
    Numbers(Vec<u32>),
}

impl Characters {
    pub(super) fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii;
        }
        let mut numbers = Vec::with_capacity(text.len() + 1);
        let mut number = 0;
        for character in text.chars() {
            numbers.extend(std::iter::repeat_n(number, character.len_utf8()));
            number += 1;
        }
        numbers.push(number);
        Self::Numbers(numbers)
    }

    /// The characters that stand in so many bytes.
    pub(super) fn range(&self, bytes: &Range<usize>) -> Range<u32> {
        let number = |byte: usize| match self {
            Self::Ascii => byte as u32,
            Self::Numbers(numbers) => numbers.get(byte).or(numbers.last()).copied().unwrap_or(0),
        };
        number(bytes.start)..number(bytes.end)
    }
}

/// Where code stands between its signs, piece by piece: where it goes on in another line of a list or a quote, what
/// stands before it there is no part of it. A line break in code is shown as a space.
pub(super) fn code_within<'a>(
    source: &str,
    range: Range<usize>,
    code: &'a str,
) -> Vec<(&'a str, Range<usize>)> {
    let Some(all) = source.get(range.clone()) else { return vec![(code, range)] };
    let signs = all.bytes().take_while(|byte| *byte == b'`').count();
    let (inner, begins) = match all.get(signs..all.len().saturating_sub(signs)) {
        Some(inner) => (inner, range.start + signs),
        None => (all, range.start),
    };
    if let Some(at) = inner.replace('\n', " ").find(code) {
        return vec![(code, begins + at..begins + at + code.len())];
    }
    let (mut pieces, mut rest, mut at) = (Vec::new(), code, begins);
    for (number, line) in inner.split('\n').enumerate() {
        if number > 0 && rest.starts_with(' ') {
            pieces.push((&rest[..1], at - 1..at));
            rest = &rest[1..];
        }
        let mut ends = line.char_indices().map(|(skipped, _)| skipped).chain([line.len()]);
        let found = ends.find_map(|skipped| {
            let shown = &line[skipped..];
            let ways = [shown, shown.strip_suffix(' ').unwrap_or(shown)];
            let way = ways.into_iter().find(|way| rest.starts_with(way))?;
            Some((skipped, way.len()))
        });
        let (skipped, length) = found.unwrap_or((line.len(), 0));
        if length > 0 {
            pieces.push((&rest[..length], at + skipped..at + skipped + length));
        }
        rest = &rest[length..];
        at += line.len() + 1;
    }
    if rest.is_empty() { pieces } else { vec![(code, range)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_and_not_bytes() {
        let characters = Characters::of("né x");
        assert_eq!(characters.range(&(1..3)), 1..2);
        assert_eq!(characters.range(&(4..5)), 3..4);
    }

    #[test]
    fn every_piece_knows_where_it_stands() {
        let text = format!("{}\r\nend", "word ".repeat(4_000));
        let mut traced = Traced::default();
        traced.push_lines(&text, 0, &Characters::of(&text));
        let pieces = pieces(&traced.text, traced.origins);
        assert!(pieces.len() > 2, "{}", pieces.len());
        let characters: Vec<char> = text.chars().collect();
        for (piece, origins) in pieces {
            let source = origins.source_of(&(0..piece.chars().count() as u32)).expect("it stands there");
            let there: String = characters[source.start as usize..source.end as usize].iter().collect();
            assert_eq!(there, piece);
        }
    }

    #[test]
    fn code_is_found_between_its_signs() {
        assert_eq!(code_within("x `a` y", 2..5, "a"), [("a", 3..4)]);
        assert_eq!(code_within("`` ` ``", 0..7, "`"), [("`", 3..4)]);
        assert_eq!(code_within("`a\nb`", 0..5, "a b"), [("a b", 1..4)]);
        let in_a_list = code_within("- é`#\n  *`", 4..11, "# *");
        assert_eq!(in_a_list, [("#", 5..6), (" ", 6..7), ("*", 9..10)], "what indents it is no part of it");
        let in_a_quote = code_within("> ` a\n> b `", 2..11, "a b");
        assert_eq!(in_a_quote, [("a", 4..5), (" ", 5..6), ("b", 8..9)]);
    }
}
