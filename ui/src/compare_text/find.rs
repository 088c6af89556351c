//! Finding words in everything that is on the screen.
//!
//! What is sought is sought in the words as they are read ([`Script`]), so that `hello **world**` is found by
//! `hello world`; unless wanted otherwise, without regard to case.

use std::ops::Range;

use super::script::Script;
use crate::document::folded;

/// What is sought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sought {
    /// The words.
    pub words: String,
    /// Whether capitals differ from small letters.
    pub is_case_told: bool,
    /// Whether only whole words count.
    pub is_whole: bool,
}

/// The characters of a script at which it is found, in order.
pub fn find(script: &Script, sought: &Sought) -> Vec<Range<u32>> {
    if sought.words.trim().is_empty() {
        return Vec::new();
    }
    let folds = !sought.is_case_told;
    let wanted: String =
        if folds { sought.words.chars().map(folded).collect() } else { sought.words.clone() };
    let text = if folds { script.folded() } else { script.text() };
    let length = wanted.chars().count() as u32;
    let is_whole = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + wanted.len()..].chars().next();
        let goes_on = |inner: Option<char>, outer: Option<char>| {
            inner.is_some_and(is_of_word) && outer.is_some_and(is_of_word)
        };
        !goes_on(wanted.chars().next(), before) && !goes_on(wanted.chars().next_back(), after)
    };
    let (mut byte, mut character) = (0, 0_u32);
    let mut found = Vec::new();
    for (at, _) in text.match_indices(&wanted) {
        if sought.is_whole && !is_whole(at) {
            continue;
        }
        character += text[byte..at].chars().count() as u32;
        byte = at;
        found.push(character..character + length);
    }
    found
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tiebreak_domain::Part;

    use super::*;
    use crate::compare_text::script::Vocabulary;

    fn script(part: Part) -> Script {
        Script::of([(0, &part)], None, &mut Vocabulary::default())
    }

    fn sought(words: &str) -> Sought {
        Sought { words: words.to_owned(), ..Sought::default() }
    }

    #[test]
    fn words_are_found_over_signs_and_in_any_case() {
        let script = script(Part::markdown("İ é Hello **world**, hello\nWorld"));
        assert_eq!(find(&script, &sought("hello world")), [4..15, 17..28]);
        let told = Sought { is_case_told: true, ..sought("hello World") };
        assert_eq!(find(&script, &told).first(), Some(&(17..28)));
        assert_eq!(find(&script, &sought(" ")), Vec::<Range<u32>>::new());
    }

    #[test]
    fn whole_words_only_where_wanted() {
        let script = script(Part::plain("cat concat cat's (cat)"));
        assert_eq!(find(&script, &sought("cat")).len(), 4);
        let whole = Sought { is_whole: true, ..sought("cat") };
        assert_eq!(find(&script, &whole), [0..3, 11..14, 18..21]);
        let sign = Sought { is_whole: true, ..sought("(") };
        assert_eq!(find(&script, &sign).len(), 1, "a sign is whole wherever it stands");
    }

    proptest! {
        #[test]
        fn what_is_found_stands_there(text in "[aAbÉé \n]{0,60}", words in "[aAbÉé]{1,3}") {
            let script = script(Part::plain(text));
            let characters: Vec<char> = script.text().chars().collect();
            let wanted: Vec<char> = words.chars().map(folded).collect();
            for range in find(&script, &sought(&words)) {
                let there: Vec<char> = characters[range.start as usize..range.end as usize].iter().copied().map(folded).collect();
                prop_assert_eq!(&there, &wanted);
            }
        }
    }
}
