//! A long passage that changed, compared word by word a little at a time.
//!
//! As lines are ([`super::lines`]), it is cut at words that each side has once, and each piece is cut again until
//! it is short enough to be compared in one step. A word that only happens to be in both cuts nothing apart for good:
//! what is shared is looked at as a whole when all pieces were compared ([`super::difference`]).

use std::ops::Range;

use imara_diff::Algorithm;

use super::difference::{Passage, changes_by, gaps};
use super::lines::pieces_of;
use super::script::Script;

/// Pieces are cut no more often than this one into the other; then they are compared however long they are.
const MOST_CUTS: u8 = 12;
/// So many words are cut in the time in which one is compared.
const CUT_FOR_ONE: u32 = 4;

/// Words of the first script and of the second, from the beginning of the passage.
type Words = (Range<u32>, Range<u32>);

/// A comparison that is being made.
#[derive(Debug)]
pub(super) struct PassageWork {
    within: Passage,
    /// Pieces of at most so many words together are compared at once.
    most_at_once: u32,
    /// What is still to be compared, the last first, and how often it was cut.
    open: Vec<(Words, u8)>,
    /// What differs, in order.
    changed: Vec<Words>,
}

impl PassageWork {
    /// Nothing is compared yet.
    pub(super) fn begin(within: Passage, most_at_once: u32) -> Self {
        let whole = (0..within.before.len() as u32, 0..within.after.len() as u32);
        Self { within, most_at_once, open: vec![(whole, 0)], changed: Vec::new() }
    }

    /// Which passage it is.
    pub(super) fn within(&self) -> &Passage {
        &self.within
    }

    /// Goes on until about `most_words` were compared. Gives what both sides share, once everything was.
    pub(super) fn step(&mut self, before: &Script, after: &Script, most_words: u32) -> Option<Vec<Passage>> {
        let before = &before.numbers()[self.within.before.start as usize..self.within.before.end as usize];
        let after = &after.numbers()[self.within.after.start as usize..self.within.after.end as usize];
        let mut compared = 0;
        while compared < most_words {
            let Some(((old, new), cuts)) = self.open.pop() else { break };
            let words = (old.len() + new.len()) as u32;
            let (before, after) =
                (&before[old.start as usize..old.end as usize], &after[new.start as usize..new.end as usize]);
            let shift = |(one, other): Words| {
                (one.start + old.start..one.end + old.start, other.start + new.start..other.end + new.start)
            };
            if words > self.most_at_once && cuts < MOST_CUTS && !old.is_empty() && !new.is_empty() {
                let pieces = pieces_of(before, after, 0);
                compared += words / CUT_FOR_ONE;
                // With nothing to cut it at, it is compared as it is.
                let cuts = if pieces.len() > 1 { cuts + 1 } else { MOST_CUTS };
                self.open.extend(pieces.into_iter().rev().map(|piece| (shift(piece), cuts)));
                continue;
            }
            compared += 1 + words;
            let way = if words > self.most_at_once { Algorithm::Histogram } else { Algorithm::Myers };
            let changed = changes_by(way, before.to_vec(), after.to_vec());
            self.changed.extend(changed.into_iter().map(shift));
        }
        self.open.is_empty().then(|| self.shared())
    }

    fn shared(&self) -> Vec<Passage> {
        let befores =
            gaps(self.changed.iter().map(|(before, _)| before), self.within.before.len() as u32).into_iter();
        let afters = gaps(self.changed.iter().map(|(_, after)| after), self.within.after.len() as u32);
        let shift = |words: Range<u32>, by: u32| words.start + by..words.end + by;
        befores
            .zip(afters)
            .map(|(before, after)| Passage {
                before: shift(before, self.within.before.start),
                after: shift(after, self.within.after.start),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tiebreak_domain::Part;

    use super::*;
    use crate::compare_text::script::Vocabulary;

    fn scripts(texts: [&str; 2]) -> [Script; 2] {
        let mut vocabulary = Vocabulary::default();
        texts.map(|text| Script::of([(0, &Part::plain(text))], None, &mut vocabulary))
    }

    fn shared(scripts: &[Script; 2], most_at_once: u32, most_words: u32) -> (Vec<Passage>, u32) {
        let [one, other] = scripts;
        let within = Passage { before: 0..one.word_count(), after: 0..other.word_count() };
        let mut work = PassageWork::begin(within, most_at_once);
        let mut steps = 1;
        loop {
            if let Some(shared) = work.step(one, other, most_words) {
                return (shared, steps);
            }
            steps += 1;
        }
    }

    #[test]
    fn it_comes_in_small_steps_and_the_same_as_at_once() {
        let text = |changed: &str| -> String {
            let word = |number: u32| match number % 7 {
                0 => format!("{changed}{number} "),
                _ => format!("w{number} "),
            };
            (0..3_000).map(word).collect()
        };
        let scripts = scripts([&text("a"), &text("b")]);
        let (slowly, steps) = shared(&scripts, 100, 50);
        assert!(steps > 20, "{steps} steps");
        assert_eq!(slowly, shared(&scripts, u32::MAX, u32::MAX).0);
        assert_eq!(slowly.iter().map(|passage| passage.before.len()).sum::<usize>(), 3_000 - 429);
    }

    #[test]
    fn words_that_are_all_the_same_are_compared_without_a_cut() {
        let scripts = scripts([&format!("a {}b", "ha ".repeat(300)), &format!("c {}d", "ha ".repeat(200))]);
        let (passages, _) = shared(&scripts, 10, 10);
        assert_eq!(passages.iter().map(|passage| passage.before.len()).sum::<usize>(), 200);
    }

    proptest! {
        #[test]
        fn what_is_shared_is_the_same_in_both(
            before in proptest::collection::vec("[a-h]{1,2}", 0..60),
            after in proptest::collection::vec("[a-h]{1,2}", 0..60),
        ) {
            let scripts = scripts([&before.join(" "), &after.join(" ")]);
            let (passages, _) = shared(&scripts, 6, 5);
            let (mut at, mut there) = (0, 0);
            for Passage { before, after } in passages {
                prop_assert!(before.start >= at && after.start >= there && before.len() == after.len());
                let of = |script: &Script, words: &Range<u32>| {
                    script.numbers()[words.start as usize..words.end as usize].to_vec()
                };
                prop_assert_eq!(of(&scripts[0], &before), of(&scripts[1], &after));
                (at, there) = (before.end, after.end);
            }
        }
    }
}
