//! Where formulas stand in a Markdown text, found before Markdown is read, so that a `_` or a line that begins with
//! `-` within one means nothing to it.
//!
//! `$…$` follows pandoc's rule, by which money stays text: what opens has no space behind it, what closes none before
//! it and no digit behind. `\(…\)` stands in the line too; `$$…$$`, `\[…\]` and the environments of amsmath stand by
//! themselves. Nothing is found in code, in HTML, or over an empty line. What was found is [`masked`]: Markdown reads
//! as many dollar signs in its place.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag};

/// A formula in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its bytes with the signs around it, and with the punctuation that ends its line where it stands by itself.
    pub range: Range<usize>,
    /// The bytes between the signs.
    pub inner: Range<usize>,
    /// Whether it stands by itself.
    pub is_display: bool,
}

/// Environments that are formulas without any signs around them.
const ENVIRONMENTS: [&str; 5] = ["equation", "align", "gather", "alignat", "eqnarray"];

impl Found {
    /// The formula in TeX, without the bars of a quote that it stands in.
    pub fn tex(&self, source: &str) -> String {
        let inner = &source[self.inner.clone()];
        let line_start = || source[..self.range.start].rfind('\n').map_or(0, |at| at + 1);
        let is_quoted = || source[line_start()..self.range.start].trim_start().starts_with('>');
        let mut tex = if inner.contains('\n') && is_quoted() {
            let unquoted = inner.lines().map(|line| line.trim_start_matches([' ', '\t', '>']));
            unquoted.collect::<Vec<_>>().join("\n")
        } else {
            inner.to_owned()
        };
        // A full stop is part of what stands by itself.
        let closed =
            source[..self.range.end].chars().next_back().filter(|sign| matches!(sign, '.' | ',' | ';'));
        if self.is_display
            && let Some(sign) = closed
        {
            tex.push_str(r"\text{");
            tex.push(sign);
            tex.push('}');
        }
        tex
    }
}

/// The formulas of a text, in its order.
pub(super) fn find(source: &str, options: Options) -> Vec<Found> {
    let may_have =
        source.contains('$') || [r"\(", r"\[", r"\begin{"].iter().any(|sign| source.contains(sign));
    if !may_have {
        return Vec::new();
    }
    let (literal, breaks) = literal(source, options);
    let mut search = Search { source, bytes: source.as_bytes(), breaks, end: source.len() };
    let mut found = Vec::new();
    let mut start = 0;
    for literal in literal.into_iter().chain(std::iter::once(source.len()..source.len())) {
        if literal.start > start {
            search.end = literal.start;
            search.stretch(start, &mut found);
        }
        start = start.max(literal.end);
    }
    found
}

/// A text of the same length in which no formula means anything to Markdown.
pub(super) fn masked<'a>(source: &'a str, found: &[Found]) -> Cow<'a, str> {
    if found.is_empty() {
        return source.into();
    }
    let mut masked = String::with_capacity(source.len());
    for formula in found {
        masked.push_str(&source[masked.len()..formula.range.start]);
        masked.extend(std::iter::repeat_n('$', formula.range.len()));
    }
    masked.push_str(&source[masked.len()..]);
    masked.into()
}

/// What Markdown shows as it is written, in order, and where its blocks begin.
fn literal(source: &str, options: Options) -> (Vec<Range<usize>>, Vec<usize>) {
    let mut literal: Vec<Range<usize>> = Vec::new();
    let mut breaks = Vec::new();
    for (event, range) in Parser::new_ext(source, options).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) | Event::Code(_) => literal.push(range),
            Event::Start(Tag::Link { link_type, .. } | Tag::Image { link_type, .. }) => match link_type {
                LinkType::Autolink | LinkType::Email => literal.push(range),
                // Of a link, what it says may hold formulas, and its address none.
                _ => {
                    if let Some(at) = source[range.clone()].rfind("](") {
                        literal.push(range.start + at..range.end);
                    }
                }
            },
            Event::Start(Tag::Paragraph | Tag::Item | Tag::Heading { .. } | Tag::TableRow) => {
                breaks.push(range.start);
            }
            _ => {}
        }
    }
    literal.sort_by_key(|range| range.start);
    (literal, breaks)
}

struct Search<'a> {
    source: &'a str,
    bytes: &'a [u8],
    /// Where blocks begin.
    breaks: Vec<usize>,
    /// Where the stretch ends that is searched.
    end: usize,
}

impl Search<'_> {
    fn stretch(&self, start: usize, found: &mut Vec<Found>) {
        let mut at = start;
        while at < self.end {
            let formula = match self.bytes[at] {
                b'\\' => self.after_backslash(at),
                b'$' => self.after_dollar(at),
                _ => None,
            };
            at = match (formula, self.bytes[at]) {
                (Some(formula), _) => {
                    let next = formula.range.end;
                    found.push(formula);
                    next
                }
                (None, b'\\') => at + 2,
                // Dollars that open nothing are no chance for each of them.
                (None, b'$') => {
                    at + self.bytes[at..self.end].iter().take_while(|byte| **byte == b'$').count()
                }
                (None, _) => at + 1,
            };
        }
    }

    fn has(&self, at: usize, sign: &str) -> bool {
        self.bytes[..self.end].get(at..).is_some_and(|rest| rest.starts_with(sign.as_bytes()))
    }

    fn after_backslash(&self, at: usize) -> Option<Found> {
        let inner = at + 2;
        if self.has(at, r"\(") {
            let end = self.closing(inner, r"\)", r"\(")?;
            return (!self.is_blank(inner..end)).then(|| Found {
                range: at..end + 2,
                inner: inner..end,
                is_display: false,
            });
        }
        if self.has(at, r"\[") {
            let end = self.closing(inner, r"\]", r"\[")?;
            let is_formula = !self.is_blank(inner..end) && !self.is_bracketed_word(at, inner..end);
            return is_formula.then(|| self.display(at, inner..end, end + 2));
        }
        let name = self.source.get(at..self.end)?.strip_prefix(r"\begin{")?;
        let longest = ENVIRONMENTS[0].len() + 1;
        let name = &name[..name.bytes().take(longest + 1).position(|byte| byte == b'}')?];
        if !ENVIRONMENTS.contains(&name.trim_end_matches('*')) {
            return None;
        }
        let close = format!(r"\end{{{name}}}");
        let end = self.closing(inner, &close, &format!(r"\begin{{{name}}}"))? + close.len();
        Some(self.display(at, at..end, end))
    }

    /// A formula by itself, with the sign that ends its sentence.
    fn display(&self, start: usize, inner: Range<usize>, end: usize) -> Found {
        let is_closed = self.bytes.get(end).is_some_and(|byte| matches!(byte, b'.' | b',' | b';'))
            && self.bytes.get(end + 1).is_none_or(u8::is_ascii_whitespace);
        Found { range: start..end + usize::from(is_closed), inner, is_display: true }
    }

    fn after_dollar(&self, at: usize) -> Option<Found> {
        if self.has(at, "$$") {
            let inner = at + 2;
            let end = self.closing(inner, "$$", "\0")?;
            return (!self.is_blank(inner..end)).then(|| self.display(at, inner..end, end + 2));
        }
        let inner = at + 1;
        // US$5 opens nothing.
        let is_after_letter = at > 0 && self.bytes[at - 1].is_ascii_alphabetic();
        if is_after_letter || self.bytes.get(inner).is_none_or(u8::is_ascii_whitespace) {
            return None;
        }
        let end = self.closing(inner, "$", "\0")?;
        let is_close = !self.bytes[end - 1].is_ascii_whitespace()
            && self.bytes.get(end + 1).is_none_or(|next| !next.is_ascii_digit())
            && !self.has(end, "$$");
        // A formula in the line ends in its paragraph, item or row.
        let first = self.breaks.partition_point(|start| *start <= at);
        let is_whole = self.breaks.get(first).is_none_or(|start| *start >= end);
        (is_close && is_whole).then(|| Found { range: at..end + 1, inner: inner..end, is_display: false })
    }

    /// Where the sign `close` stands first from `at` on, neither escaped nor behind an empty line, the sign `open`
    /// or the end of the stretch.
    fn closing(&self, mut at: usize, close: &str, open: &str) -> Option<usize> {
        while at < self.end {
            if self.has(at, close) {
                return Some(at);
            }
            match self.bytes[at] {
                b'\\' if self.has(at, open) => return None,
                b'\\' => at += 2,
                b'\n' if self.is_line_empty(at + 1) => return None,
                _ => at += 1,
            }
        }
        None
    }

    /// Whether the line that begins at a byte has nothing but spaces and the bars of quotes.
    fn is_line_empty(&self, start: usize) -> bool {
        let line = self.bytes[start..self.end].iter().take_while(|byte| **byte != b'\n');
        let mut line = line.filter(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'>'));
        line.next().is_none()
    }

    fn is_blank(&self, range: Range<usize>) -> bool {
        self.bytes[range].iter().all(u8::is_ascii_whitespace)
    }

    /// Whether brackets that were escaped for Markdown stand around a word or a number in a line of text, as around
    /// the number of a reference.
    fn is_bracketed_word(&self, at: usize, inner: Range<usize>) -> bool {
        let is_word = self.bytes[inner.clone()].iter().all(|byte| {
            byte.is_ascii_alphanumeric() || !byte.is_ascii() || matches!(byte, b' ' | b',' | b'.')
        });
        let is_padded = [inner.start, inner.end - 1].iter().all(|at| self.bytes[*at].is_ascii_whitespace());
        let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
        let (before, after) = (&self.bytes[..at], &self.bytes[inner.end + 2..]);
        let is_alone = before.iter().rev().take_while(|byte| **byte != b'\n').all(is_blank)
            && after.iter().take_while(|byte| **byte != b'\n').all(is_blank);
        after.starts_with(b"(") || (is_word && !is_alone && !is_padded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: Options = Options::ENABLE_TABLES;

    /// The formulas of a text as they are written, those that stand by themselves between bars.
    fn found(source: &str) -> Vec<String> {
        let found = find(source, OPTIONS);
        let masked = masked(source, &found);
        assert_eq!(masked.len(), source.len());
        let said = |found: &Found| {
            let said = &source[found.range.clone()];
            if found.is_display { format!("|{said}|") } else { said.to_owned() }
        };
        found.iter().map(said).collect()
    }

    #[test]
    fn formulas_are_found_in_all_their_signs() {
        assert_eq!(found("so $x^2$, and \\(y_1\\) too"), ["$x^2$", "\\(y_1\\)"]);
        assert_eq!(found("so $$x$$ and \\[y = 1\\]."), ["|$$x$$|", "|\\[y = 1\\].|"]);
        assert_eq!(
            found("\\begin{align*}\na &= b \\\\[2pt]\n&= c\n\\end{align*}"),
            ["|\\begin{align*}\na &= b \\\\[2pt]\n&= c\n\\end{align*}|"]
        );
        assert_eq!(found("$$\na\n+ b\n= c\n$$"), ["|$$\na\n+ b\n= c\n$$|"]);
        assert_eq!(found("设$x$为"), ["$x$"]);
        assert_eq!(found("$\\text{\\$5}$ and $a\nb$"), ["$\\text{\\$5}$", "$a\nb$"]);
        assert_eq!(found("| $|x|$ | $b$ |\n|---|---|\n| $c$ | d |"), ["$|x|$", "$b$", "$c$"]);
    }

    #[test]
    fn money_and_escaped_signs_stay_text() {
        for text in [
            "it costs $5 and $10",
            "between $5-$10 or ($6)",
            "US$5 and CA$6",
            "a \\$5 b\\$",
            "$ x$ and $x $",
            "- costs $5\n- or $",
            "$x\n\ny$",
            "\\[\n\nx\\]",
            "as in \\[1\\] and \\[Smith, 2020\\]",
            "\\[a = b\\](c)",
            "$$$$ and $$ $$",
            "\\(x \\(y",
            "\\\\(x\\\\)",
            "$",
            "\\",
        ] {
            assert!(found(text).is_empty(), "{text:?}: {:?}", found(text));
        }
        assert_eq!(found("costs $5 and the sum $x+y$"), ["$x+y$"]);
    }

    #[test]
    fn nothing_is_found_in_code_html_and_addresses() {
        for text in [
            "`$x$` and ``\\(y\\)``",
            "```\n$x$\n```",
            "    $x$",
            "<div>\n$x$\n</div>",
            "[a](b$x$c)",
            "<http://a.b/$x$>",
        ] {
            assert!(found(text).is_empty(), "{text:?}: {:?}", found(text));
        }
        assert_eq!(found("[$x$](b$c$)"), ["$x$"]);
        assert_eq!(found("$a <b$ and `$x$`"), ["$a <b$"]);
    }

    #[test]
    fn a_formula_in_a_quote_loses_its_bars() {
        let source = "> so\n> \\[\n> a > b\n> \\].";
        let found = find(source, OPTIONS);
        assert_eq!(found[0].tex(source), "\na > b\n\\text{.}");
    }

    #[test]
    fn a_text_full_of_openings_is_searched_quickly() {
        for sign in ["$", "$a ", "\\(", "\\[", "$$ ", "\\begin{align}"] {
            let text = sign.repeat(40_000);
            let found = find(&text, OPTIONS);
            assert!(found.is_empty() || sign.starts_with('$'), "{sign}: {}", found.len());
        }
    }
}
