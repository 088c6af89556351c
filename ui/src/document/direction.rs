//! In which direction a paragraph runs: by its first strong character (UAX #9, rules P2 and P3).
//!
//! The order within its lines is the business of the library that lays them out; it is asked here only which
//! side a paragraph begins on, so that what stands beside it can stand on that side too.

use icu_properties::CodePointMapData;
use icu_properties::props::BidiClass;

/// The direction of a paragraph.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From left to right.
    #[default]
    LeftToRight,
    /// From right to left.
    RightToLeft,
}

impl Direction {
    /// Whether it is from right to left.
    pub fn is_right_to_left(self) -> bool {
        self == Self::RightToLeft
    }

    /// The direction of the first strong character outside of isolates; none where there is none before the
    /// end of the paragraph.
    pub fn of(text: &str) -> Option<Self> {
        let classes = CodePointMapData::<BidiClass>::new();
        let mut depth = 0_u32;
        for character in text.chars() {
            match classes.get(character) {
                BidiClass::LeftToRight if depth == 0 => return Some(Self::LeftToRight),
                BidiClass::RightToLeft | BidiClass::ArabicLetter if depth == 0 => {
                    return Some(Self::RightToLeft);
                }
                BidiClass::LeftToRightIsolate
                | BidiClass::RightToLeftIsolate
                | BidiClass::FirstStrongIsolate => depth += 1,
                BidiClass::PopDirectionalIsolate => depth = depth.saturating_sub(1),
                BidiClass::ParagraphSeparator => return None,
                _ => {}
            }
        }
        None
    }

    /// The direction of the first paragraph of `text` that has one.
    pub fn of_any(text: &str) -> Option<Self> {
        if text.is_ascii() {
            let has_letter = text.bytes().any(|byte| byte.is_ascii_alphabetic());
            return has_letter.then_some(Self::LeftToRight);
        }
        text.split('\n').find_map(Self::of)
    }
}

/// Where the lines of `text` change their direction: the bytes at which stretches of one direction begin, but for
/// the first. A line without a strong character goes with the one before.
pub(super) fn turns(text: &str) -> Vec<usize> {
    if text.is_ascii() {
        return Vec::new();
    }
    let mut turns = Vec::new();
    let mut before = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let direction = Direction::of(line);
        if direction.is_some() && before.is_some() && direction != before {
            turns.push(at);
        }
        before = direction.or(before);
        at += line.len();
    }
    turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_strong_character_decides() {
        for (text, direction) in [
            ("abc שלום", Some(Direction::LeftToRight)),
            ("12. «שלום» abc", Some(Direction::RightToLeft)),
            ("السلام", Some(Direction::RightToLeft)),
            ("123 …", None),
            ("\u{2067}שלום\u{2069} abc", Some(Direction::LeftToRight)),
            ("\u{2069}שלום", Some(Direction::RightToLeft)),
            ("1\nשלום", None),
        ] {
            assert_eq!(Direction::of(text), direction, "{text:?}");
        }
        assert_eq!(Direction::of_any("1\nשלום"), Some(Direction::RightToLeft));
    }

    #[test]
    fn lines_of_one_direction_stay_together() {
        let text = "abc\n\nדה\n1\nו\nx";
        let starts: Vec<&str> = turns(text).into_iter().map(|at| &text[at..]).collect();
        assert_eq!(starts, ["דה\n1\nו\nx", "x"]);
    }
}
