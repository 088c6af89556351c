//! The words of a text, for a database that is told them: what FTS5's `unicode61` makes of it, as near as matters.
//!
//! A word is a run of letters and digits, in small letters and without diacritics.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer words are cut: a lexeme of PostgreSQL has at most 2046 bytes.
const MOST_WORD_BYTES: usize = 512;

/// Calls back with each word.
pub(super) fn each_word(text: &str, mut word_is: impl FnMut(&str)) {
    let mut word = String::new();
    let folded = text.nfd().filter(|character| !is_combining_mark(*character)).flat_map(char::to_lowercase);
    // What a small letter comes apart into may have marks of its own: İ.
    for character in folded.filter(|character| !is_combining_mark(*character)) {
        if character.is_alphanumeric() {
            if word.len() < MOST_WORD_BYTES {
                word.push(character);
            }
        } else if !word.is_empty() {
            word_is(&word);
            word.clear();
        }
    }
    if !word.is_empty() {
        word_is(&word);
    }
}

/// The words, in their order.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_word(text, |word| words.push(word.to_owned()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_small_and_bare() {
        assert_eq!(words("Ein Café, zwei CAFE\u{301}s!"), ["ein", "cafe", "zwei", "cafes"]);
        assert_eq!(words("x_1.png"), ["x", "1", "png"]);
        assert_eq!(words(" \u{301} – "), Vec::<String>::new());
        assert_eq!(words(&"a".repeat(9_000))[0].len(), MOST_WORD_BYTES);
    }
}
