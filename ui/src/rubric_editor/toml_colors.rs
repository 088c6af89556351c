//! The colours of a rubric's text: comments, headings, keys, texts and numbers.
//!
//! Line by line, with one thing carried over: whether a text in three quotation marks is open. What is wrong
//! with the text is not seen here; the engine says that.

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, FontId};

use crate::theme::Palette;

/// The text with its colours.
pub(super) fn layout(text: &str, font: FontId, line_height: f32, palette: &Palette) -> LayoutJob {
    let mut job = LayoutJob::default();
    for (piece, kind) in pieces(text) {
        let format = TextFormat {
            font_id: font.clone(),
            color: kind.color(palette),
            line_height: Some(line_height),
            ..TextFormat::default()
        };
        job.append(piece, 0.0, format);
    }
    job
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Comment,
    Heading,
    Key,
    Text,
    Number,
}

impl Kind {
    fn color(self, palette: &Palette) -> Color32 {
        match self {
            Self::Plain => palette.ink,
            Self::Comment => palette.syntax.comment,
            Self::Heading => palette.syntax.keyword,
            Self::Key => palette.syntax.function,
            Self::Text => palette.syntax.string,
            Self::Number => palette.syntax.number,
        }
    }
}

/// Every piece of the text in order, together the whole of it.
fn pieces(text: &str) -> Vec<(&str, Kind)> {
    let mut pieces = Vec::new();
    let mut is_text_open = false;
    for line in text.split_inclusive('\n') {
        let mut rest = line;
        if !is_text_open
            && rest.trim_start().starts_with('[')
            && rest.trim_end().ends_with(']')
            && !rest.contains(['"', ','])
        {
            pieces.push((rest, Kind::Heading));
            continue;
        }
        while !rest.is_empty() {
            let (length, kind) = if is_text_open {
                let end = rest.find("\"\"\"").map(|at| at + 3);
                is_text_open = end.is_none();
                (end.unwrap_or(rest.len()), Kind::Text)
            } else if let Some(inside) = rest.strip_prefix("\"\"\"") {
                let end = inside.find("\"\"\"").map(|at| at + 6);
                is_text_open = end.is_none();
                (end.unwrap_or(rest.len()), Kind::Text)
            } else {
                piece(rest)
            };
            let (piece, after) = rest.split_at(length);
            pieces.push((piece, kind));
            rest = after;
        }
    }
    pieces
}

/// The first piece of what is left of a line, outside of texts of several lines.
fn piece(rest: &str) -> (usize, Kind) {
    let first = rest.chars().next().unwrap_or(' ');
    match first {
        '#' => (rest.len(), Kind::Comment),
        '"' | '\'' => (text_length(rest, first), Kind::Text),
        _ if first.is_ascii_alphabetic() => {
            let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.');
            let length = rest.find(|letter| !is_word(letter)).unwrap_or(rest.len());
            let kind = match &rest[..length] {
                _ if rest[length..].trim_start_matches(' ').starts_with('=') => Kind::Key,
                "true" | "false" => Kind::Number,
                _ => Kind::Plain,
            };
            (length, kind)
        }
        _ if first.is_ascii_digit() || matches!(first, '-' | '+') => {
            let is_figure = |letter: char| letter.is_ascii_digit() || matches!(letter, '-' | '+' | '.' | '_');
            (rest.find(|letter| !is_figure(letter)).unwrap_or(rest.len()), Kind::Number)
        }
        _ => (first.len_utf8(), Kind::Plain),
    }
}

/// How long the text is that begins here: to its closing mark, or to the end of the line.
fn text_length(rest: &str, mark: char) -> usize {
    let mut is_escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        if letter == mark && !is_escaped {
            return at + letter.len_utf8();
        }
        is_escaped = letter == '\\' && mark == '"' && !is_escaped;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kind_of(text: &str, wanted: &str) -> Option<Kind> {
        pieces(text).into_iter().find(|(piece, _)| *piece == wanted).map(|(_, kind)| kind)
    }

    #[test]
    fn each_part_of_a_rubric_has_its_kind() {
        let text = "# why\n[[question]]\nkey = \"a # \\\" b\" # end\nfrom = -3\nhelp = \"\"\"\nkey = 1\n\"\"\"\nx = true";
        assert_eq!(kind_of(text, "# why\n"), Some(Kind::Comment));
        assert_eq!(kind_of(text, "[[question]]\n"), Some(Kind::Heading));
        assert_eq!(kind_of(text, "key"), Some(Kind::Key));
        assert_eq!(kind_of(text, "\"a # \\\" b\""), Some(Kind::Text), "a sign in a text begins no comment");
        assert_eq!(kind_of(text, "# end\n"), Some(Kind::Comment));
        assert_eq!(kind_of(text, "-3"), Some(Kind::Number));
        assert_eq!(kind_of(text, "key = 1\n"), Some(Kind::Text), "the inside of a long text is no key");
        assert_eq!(kind_of(text, "true"), Some(Kind::Number), "the long text is closed");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_whatever_is_typed(text in "[a-z\"'#\\[\\]\\\\=\n é→0-9-]{0,80}") {
            let joined: String = pieces(&text).into_iter().map(|(piece, _)| piece).collect();
            prop_assert_eq!(joined, text);
        }
    }
}
