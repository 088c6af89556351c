//! What all candidates begin and end with: words that need be read once, and can be folded.

use super::script::Script;

/// Fewer words are not worth a fold.
pub const LEAST_WORDS: u32 = 12;

/// How many words all scripts begin and end with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SharedEnds {
    /// From the beginning.
    pub first: u32,
    /// To the end; none of them is among the first.
    pub last: u32,
}

/// What some scripts begin and end with; nothing where there are fewer than two, or too little to fold.
pub fn shared_ends(scripts: &[&Script]) -> SharedEnds {
    let Some((base, others)) = scripts.split_first().filter(|(_, others)| !others.is_empty()) else {
        return SharedEnds::default();
    };
    let same = |one: &u32, other: &u32| one == other;
    let from_start = |other: &&Script| {
        base.numbers().iter().zip(other.numbers()).take_while(|(one, other)| same(one, other)).count() as u32
    };
    let first = others.iter().map(from_start).min().unwrap_or(0);
    let shortest = scripts.iter().map(|script| script.word_count()).min().unwrap_or(0);
    let from_end = |other: &&Script| {
        let pairs = base.numbers().iter().rev().zip(other.numbers().iter().rev());
        pairs.take_while(|(one, other)| same(one, other)).count() as u32
    };
    let last = others.iter().map(from_end).min().unwrap_or(0).min(shortest - first);
    let worth = |words: u32| if words >= LEAST_WORDS { words } else { 0 };
    SharedEnds { first: worth(first), last: worth(last) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tiebreak_domain::Part;

    use super::*;
    use crate::compare_text::script::Vocabulary;

    fn ends(texts: &[String]) -> SharedEnds {
        let mut vocabulary = Vocabulary::default();
        let script = |text: &String| Script::of([(0, &Part::plain(text))], None, &mut vocabulary);
        let scripts: Vec<Script> = texts.iter().map(script).collect();
        shared_ends(&scripts.iter().collect::<Vec<_>>())
    }

    #[test]
    fn long_common_ends_are_counted_and_short_ones_are_not() {
        let history = "one two three four five six seven eight nine ten eleven twelve".to_owned();
        let shared = ends(&[format!("{history} yes"), format!("{history} no")]);
        assert_eq!(shared, SharedEnds { first: 12, last: 0 });
        let shared = ends(&[format!("yes {history}"), format!("no no {history}")]);
        assert_eq!(shared, SharedEnds { first: 0, last: 12 });
        assert_eq!(ends(&["a b c".into(), "a b d".into()]), SharedEnds::default());
        assert_eq!(ends(&[history]), SharedEnds::default(), "one alone shares nothing");
    }

    proptest! {
        #[test]
        fn what_is_shared_never_overlaps(texts in proptest::collection::vec("(a |b ){10,40}", 2..4)) {
            let shared = ends(&texts);
            let shortest = texts.iter().map(|text| text.split_whitespace().count()).min().unwrap_or(0);
            prop_assert!((shared.first + shared.last) as usize <= shortest);
        }
    }
}
