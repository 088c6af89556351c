//! Finding words in everything that is on the screen.
//!
//! What is sought is sought in the words as they are read ([`Script`]), so that `hello **world**` is found by
//! `hello world`; unless wanted otherwise, without regard to case. How a letter was put together and what white space
//! stands between words makes no difference ([`Searched`]).

use std::ops::Range;

use super::script::Script;
use super::searched::Searched;

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
    let wanted = Searched::of(&sought.words);
    let wanted = wanted.characters(sought.is_case_told);
    let searched = script.searched();
    let text = searched.characters(sought.is_case_told);
    let length = wanted.chars().count();
    let is_whole = |at: usize, place: &Range<u32>| {
        let before = text[..at].chars().next_back();
        let after = text[at + wanted.len()..].chars().next();
        let goes_on = |inner: Option<char>, outer: Option<char>, between: u32| {
            inner.is_some_and(is_of_word) && outer.is_some_and(is_of_word) && script.is_within_word(between)
        };
        !goes_on(wanted.chars().next(), before, place.start)
            && !goes_on(wanted.chars().next_back(), after, place.end)
    };
    let (mut byte, mut character) = (0, 0);
    let mut found = Vec::new();
    for (at, _) in text.match_indices(wanted) {
        character += text[byte..at].chars().count();
        byte = at;
        let place = searched.place(&(character..character + length));
        if !sought.is_whole || is_whole(at, &place) {
            found.push(place);
        }
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
    use crate::document::folded;

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

    #[test]
    fn letters_and_spaces_are_found_however_they_were_written() {
        let script = script(Part::plain("cafe\u{301} au\u{a0}lait,\ncafé au  lait"));
        assert_eq!(find(&script, &sought("CAFÉ AU LAIT")), [0..13, 15..28]);
        assert_eq!(find(&script, &sought("cafe\u{301} au\nlait")).len(), 2, "and so in what is sought");
        assert_eq!(find(&script, &sought("lait, café")).first(), Some(&(9..19)));
        assert_eq!(
            find(&script, &sought("cafe")),
            Vec::<Range<u32>>::new(),
            "an accent is a letter of its own"
        );
    }

    #[test]
    fn whole_words_are_found_where_no_spaces_part_them() {
        let whole = |text: &str, words: &str| {
            find(&script(Part::plain(text)), &Sought { is_whole: true, ..sought(words) }).len()
        };
        assert_eq!(whole("私は東京都に住む", "東京"), 1);
        assert_eq!(whole("ฉันรักภาษาไทย", "ภาษา"), 1);
        assert_eq!(whole("나는 서울에 산다", "서울"), 0, "where spaces part them, they tell");
        assert_eq!(whole("나는 서울 산다", "서울"), 1);
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
