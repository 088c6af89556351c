//! Where a word begins and ends that is looked for in any language, and how far the version reaches that stands behind
//! a model's name.
//!
//! Between letters of two scripts one word ends and another begins: `我是ChatGPT` holds a name, though no space does.
//! Where a script has no spaces at all, as Chinese and Thai have none, a word may begin and end at any letter.

use icu_properties::CodePointMapData;
use icu_properties::props::Script;

/// What the makers call the sizes and kinds of their models, and hardly anybody says of anything else.
const KINDS: [&str; 5] = ["haiku", "instruct", "opus", "sonnet", "turbo"];
/// The same, of words that are said of other things too: told by a hyphen before them, a capital, or a version.
const COMMON_KINDS: [&str; 29] = [
    "advanced",
    "air",
    "audio",
    "base",
    "chat",
    "code",
    "coder",
    "distill",
    "exp",
    "experimental",
    "flash",
    "image",
    "large",
    "latest",
    "lite",
    "math",
    "max",
    "medium",
    "mini",
    "nano",
    "next",
    "omni",
    "plus",
    "preview",
    "pro",
    "small",
    "thinking",
    "ultra",
    "vl",
];
/// More words than these are no version.
const MOST_WORDS: usize = 8;

/// Whether a character belongs to words.
pub(super) fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Whether a word may begin with `next`, which stands behind `before`.
pub(super) fn may_begin(before: char, next: char) -> bool {
    if !is_of_word(before) || !is_of_word(next) {
        return true;
    }
    match (script_of(before), script_of(next)) {
        // What belongs to every script, such as the mark of a long vowel, goes with its neighbour.
        (Script::Common | Script::Inherited, _) | (_, Script::Common | Script::Inherited) => false,
        (one, other) => one != other || has_no_spaces(one),
    }
}

/// Whether a word may end with `last`, behind which stands `next`.
pub(super) fn may_end(last: char, next: char) -> bool {
    // Korean sets its particles behind a name without a space.
    let is_hangul = |character| script_of(character) == Script::Hangul;
    may_begin(last, next) || (is_hangul(last) && is_hangul(next))
}

/// Where the version ends that stands at `at`, behind a name: `4o`, `-R1`, ` 3.5 Sonnet`; `at` itself where none does.
pub(super) fn version_end(text: &[char], at: usize) -> usize {
    let mut end = at;
    let mut has_number = false;
    for _ in 0..MOST_WORDS {
        let Some(gap) = Gap::at(text, end) else { break };
        let start = end + gap.length(text, end);
        let word: Vec<char> = word_at(text, start);
        if !gap.takes(&word, has_number) {
            break;
        }
        has_number |= word.iter().any(char::is_ascii_digit);
        end = start + word.len();
    }
    end
}

/// What stands between a name and a part of its version.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    Nothing,
    Point,
    Hyphen,
    Space,
}

impl Gap {
    fn at(text: &[char], at: usize) -> Option<Self> {
        let before = at.checked_sub(1).map(|before| text[before]);
        Some(match text.get(at)? {
            '.' if before.is_some_and(|before| before.is_ascii_digit()) => Self::Point,
            '-' | '_' | '‐' | '‑' | '–' => Self::Hyphen,
            ' ' | '\u{a0}' | '\u{202f}' => Self::Space,
            next if next.is_ascii_alphanumeric() => Self::Nothing,
            _ => return None,
        })
    }

    fn length(self, text: &[char], at: usize) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Point | Self::Hyphen => 1,
            Self::Space => text[at..].iter().take_while(|character| character.is_whitespace()).count(),
        }
    }

    /// Whether a word behind it belongs to the version.
    fn takes(self, word: &[char], has_number: bool) -> bool {
        let Some(first) = word.first() else { return false };
        let folded: String = word.iter().map(char::to_ascii_lowercase).collect();
        let starts_with_digit = first.is_ascii_digit();
        // V3, R1, o1.
        let is_lettered = matches!(first, 'v' | 'V' | 'r' | 'R' | 'o')
            && word.get(1).is_some_and(char::is_ascii_digit)
            && word.len() <= 5;
        let has_digit = word.iter().any(char::is_ascii_digit);
        let is_common = COMMON_KINDS.contains(&folded.as_str());
        match self {
            Self::Nothing => (starts_with_digit && word.len() <= 8) || is_lettered,
            Self::Point => starts_with_digit,
            Self::Hyphen => has_digit || is_common || KINDS.contains(&folded.as_str()),
            Self::Space => {
                let digits = word.iter().take_while(|character| character.is_ascii_digit()).count();
                let is_size = folded.ends_with('b') && digits + 1 == word.len();
                (starts_with_digit && digits <= 2 && word.len() <= 5)
                    || is_size
                    || is_lettered
                    || KINDS.contains(&folded.as_str())
                    || (is_common && (has_number || first.is_ascii_uppercase()))
            }
        }
    }
}

/// The letters and digits at `at`; a point between digits is one of them.
fn word_at(text: &[char], at: usize) -> Vec<char> {
    let is_digit = |at: usize| text.get(at).is_some_and(char::is_ascii_digit);
    let is_of_it = |at: usize| match text[at] {
        '.' => at > 0 && is_digit(at - 1) && is_digit(at + 1),
        character => character.is_ascii_alphanumeric(),
    };
    (at..text.len()).take_while(|at| is_of_it(*at)).map(|at| text[at]).collect()
}

fn script_of(character: char) -> Script {
    if character.is_ascii() { Script::Latin } else { CodePointMapData::<Script>::new().get(character) }
}

fn has_no_spaces(script: Script) -> bool {
    [
        Script::Han,
        Script::Hiragana,
        Script::Thai,
        Script::Lao,
        Script::Khmer,
        Script::Myanmar,
        Script::Tibetan,
    ]
    .contains(&script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_end_where_words_go_on() {
        let swallowed = |text: &str| {
            let characters: Vec<char> = text.chars().collect();
            characters[..version_end(&characters, 0)].iter().collect::<String>()
        };
        for whole in [
            "4o",
            "-R1",
            " 3.5 Sonnet",
            "-3.1-8B-Instruct",
            "-4-0613",
            " 1.5 Pro",
            " 3.1 70B",
            "V3",
            " Opus 4.1",
        ] {
            assert_eq!(swallowed(whole), whole, "all of it");
        }
        for (text, version) in [
            (" 3.5. Then", " 3.5"),
            ("-based", ""),
            ("s are", ""),
            (" 2023 was", ""),
            (" pro and con", ""),
            (", 4", ""),
            ("4 模型", "4"),
            ("-4模型", "-4"),
            (" and 3", ""),
        ] {
            assert_eq!(swallowed(text), version, "{text:?}");
        }
    }
}
