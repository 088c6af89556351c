//! What two scripts share, and what stands in one of them only.
//!
//! Short scripts are compared word by word; long ones line by line first ([`super::lines`]), and then word by word
//! within what changed ([`super::passage`]), so that no step takes longer than a frame has ([`Work::step`]). Runs of a
//! few common words between long differences say nothing and are left out of what is shared, by the rule of Fraser's
//! "Diff strategies" (2006, "semantics"): a shared run no longer than the differences on both sides of it is no shared
//! run.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput, Interner};

use super::lines::LineWork;
use super::passage::PassageWork;
use super::script::Script;

/// Scripts of at most so many words together are compared word by word at once.
const MOST_WORDS_AT_ONCE: u32 = 3_000;
/// A shared run of so many words is one whatever stands beside it.
const TELLING_WORDS: u32 = 8;
/// Scripts of more words that share less than this of them have nothing marked.
const LITTLE_WORDS: u32 = 40;
const LITTLE_SHARE: f32 = 0.12;

/// A passage that both scripts have: as many words in the one as in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// Its words in the first script.
    pub before: Range<u32>,
    /// Its words in the second.
    pub after: Range<u32>,
}

/// What two scripts share.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// What both have, in order.
    pub passages: Vec<Passage>,
    /// Words of the first and of the second script.
    words: [u32; 2],
}

impl Difference {
    /// The words that only the first script has, in runs.
    pub fn only_before(&self) -> Vec<Range<u32>> {
        gaps(self.passages.iter().map(|passage| &passage.before), self.words[0])
    }

    /// The words that only the second script has, in runs.
    pub fn only_after(&self) -> Vec<Range<u32>> {
        gaps(self.passages.iter().map(|passage| &passage.after), self.words[1])
    }

    /// Of the words of the longer script, the share that the other has too.
    pub fn share(&self) -> f32 {
        let shared: u32 = self.passages.iter().map(|passage| passage.before.len() as u32).sum();
        shared as f32 / self.words[0].max(self.words[1]).max(1) as f32
    }

    /// Whether they have so little in common that marking the rest would mark everything.
    pub fn is_of_strangers(&self) -> bool {
        self.words[0].min(self.words[1]) >= LITTLE_WORDS && self.share() < LITTLE_SHARE
    }
}

/// What lies between runs, up to `end`.
pub fn gaps<'a>(runs: impl Iterator<Item = &'a Range<u32>>, end: u32) -> Vec<Range<u32>> {
    let mut gaps = Vec::new();
    let mut at = 0;
    for run in runs {
        if at < run.start {
            gaps.push(at..run.start);
        }
        at = run.end;
    }
    if at < end {
        gaps.push(at..end);
    }
    gaps
}

/// What lies in both of two lists of runs.
pub fn common(one: &[Range<u32>], other: &[Range<u32>]) -> Vec<Range<u32>> {
    let (mut first, mut second) = (0, 0);
    let mut common = Vec::new();
    while let (Some(a), Some(b)) = (one.get(first), other.get(second)) {
        let (start, end) = (a.start.max(b.start), a.end.min(b.end));
        if start < end {
            common.push(start..end);
        }
        if a.end <= b.end {
            first += 1;
        } else {
            second += 1;
        }
    }
    common
}

/// A comparison that is being made.
#[derive(Debug, Default)]
pub struct Work {
    difference: Difference,
    /// The lines of long scripts, while they are compared.
    lines: Option<LineWork>,
    /// What changed and is still to be compared word by word, the last first.
    open: Vec<Passage>,
    /// A long passage that changed, while it is compared.
    passage: Option<PassageWork>,
}

impl Work {
    /// Nothing is compared yet.
    pub fn begin(before: &Script, after: &Script) -> Self {
        let words = [before.word_count(), after.word_count()];
        let difference = Difference { passages: Vec::new(), words };
        if words[0] + words[1] > MOST_WORDS_AT_ONCE {
            return Self { difference, lines: Some(LineWork::default()), ..Self::default() };
        }
        let whole = Passage { before: 0..words[0], after: 0..words[1] };
        Self { difference, open: vec![whole], ..Self::default() }
    }

    /// Goes on until about `most_words` were compared. Gives whether everything was.
    pub fn step(&mut self, before: &Script, after: &Script, most_words: u32) -> bool {
        if let Some(lines) = &mut self.lines {
            let Some(changed) = lines.step([before, after], most_words) else { return false };
            self.lines = None;
            self.open = changed;
            self.difference.passages = between(&self.open, self.difference.words);
            self.open.reverse();
            return self.open.is_empty();
        }
        let mut compared = 0;
        while compared < most_words {
            if let Some(passage) = &mut self.passage {
                let Some(shared) = passage.step(before, after, most_words) else { return false };
                self.difference.passages.extend(telling(before, after, passage.within(), shared));
                self.passage = None;
                break;
            }
            let Some(changed) = self.open.pop() else { break };
            let words = changed.before.len() as u32 + changed.after.len() as u32;
            if changed.before.is_empty() || changed.after.is_empty() {
                continue;
            }
            if words > MOST_WORDS_AT_ONCE {
                self.passage = Some(PassageWork::begin(changed, MOST_WORDS_AT_ONCE));
                continue;
            }
            compared += words;
            self.difference.passages.extend(shared_words(before, after, &changed));
        }
        let is_all = self.open.is_empty() && self.passage.is_none();
        if is_all {
            self.difference.passages.sort_by_key(|passage| passage.before.start);
        }
        is_all
    }

    /// What was found.
    pub fn finish(self) -> Difference {
        self.difference
    }
}

/// The whole comparison at once.
pub fn difference(before: &Script, after: &Script) -> Difference {
    let mut work = Work::begin(before, after);
    while !work.step(before, after, u32::MAX) {}
    work.finish()
}

/// Runs of tokens that differ.
pub fn changes<T: Eq + std::hash::Hash>(before: Vec<T>, after: Vec<T>) -> Vec<(Range<u32>, Range<u32>)> {
    changes_by(Algorithm::Myers, before, after)
}

/// The same in a way of one's own.
pub(super) fn changes_by<T: Eq + std::hash::Hash>(
    way: Algorithm,
    before: Vec<T>,
    after: Vec<T>,
) -> Vec<(Range<u32>, Range<u32>)> {
    let mut interner = Interner::new(before.len() + after.len());
    let [before, after] =
        [before, after].map(|tokens| tokens.into_iter().map(|token| interner.intern(token)).collect());
    let input = InternedInput { before, after, interner };
    let mut diff = Diff::compute(way, &input);
    diff.postprocess_no_heuristic(&input);
    diff.hunks().map(|hunk| (hunk.before, hunk.after)).collect()
}

/// What lies between changes, of scripts of so many words.
fn between(changed: &[Passage], words: [u32; 2]) -> Vec<Passage> {
    let befores = gaps(changed.iter().map(|change| &change.before), words[0]);
    let afters = gaps(changed.iter().map(|change| &change.after), words[1]);
    befores.into_iter().zip(afters).map(|(before, after)| Passage { before, after }).collect()
}

fn shared_words(before: &Script, after: &Script, within: &Passage) -> Vec<Passage> {
    let numbers = |script: &Script, words: &Range<u32>| {
        script.numbers()[words.start as usize..words.end as usize].to_vec()
    };
    let changed = changes(numbers(before, &within.before), numbers(after, &within.after));
    let (from, to) = (within.before.start, within.after.start);
    let mut shared = Vec::new();
    let (mut at, mut there) = (0, 0);
    let end = (within.before.len() as u32, within.after.len() as u32);
    for (old, new) in changed.into_iter().chain([(end.0..end.0, end.1..end.1)]) {
        if at < old.start {
            shared.push(Passage { before: from + at..from + old.start, after: to + there..to + new.start });
        }
        (at, there) = (old.end, new.end);
    }
    telling(before, after, within, shared)
}

/// The shared runs that say something.
fn telling(before: &Script, after: &Script, within: &Passage, shared: Vec<Passage>) -> Vec<Passage> {
    let length = |script: &Script, words: Range<u32>| script.characters(&words).len();
    let between = |old: Range<u32>, new: Range<u32>| length(before, old).max(length(after, new));
    let mut kept: Vec<Passage> = Vec::new();
    let mut waiting = shared.into_iter().rev().collect::<Vec<_>>();
    while let Some(passage) = waiting.pop() {
        let last = kept
            .last()
            .map_or((within.before.start, within.after.start), |last| (last.before.end, last.after.end));
        let next = waiting
            .last()
            .map_or((within.before.end, within.after.end), |next| (next.before.start, next.after.start));
        let left = between(last.0..passage.before.start, last.1..passage.after.start);
        let right = between(passage.before.end..next.0, passage.after.end..next.1);
        let own = length(before, passage.before.clone());
        let is_telling = passage.before.len() as u32 >= TELLING_WORDS;
        if is_telling || own > left || own > right {
            kept.push(passage);
        } else if let Some(earlier) = kept.pop() {
            // What lies beside it grew: it is looked at once more.
            waiting.push(earlier);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tiebreak_domain::Part;

    use super::*;
    use crate::compare_text::script::Vocabulary;

    fn scripts(before: &str, after: &str) -> [Script; 2] {
        let mut vocabulary = Vocabulary::default();
        [before, after].map(|text| Script::of([(0, &Part::plain(text))], None, &mut vocabulary))
    }

    /// The words that only one has, with `|` between runs.
    fn only(before: &str, after: &str) -> [String; 2] {
        let [one, other] = scripts(before, after);
        let difference = difference(&one, &other);
        let said = |script: &Script, runs: Vec<Range<u32>>| {
            let said = |words: &Range<u32>| {
                let characters = script.characters(words);
                let taken = script.text().chars().skip(characters.start as usize).take(characters.len());
                taken.collect::<String>()
            };
            runs.iter().map(said).collect::<Vec<_>>().join("|")
        };
        [said(&one, difference.only_before()), said(&other, difference.only_after())]
    }

    #[test]
    fn words_that_only_one_has_are_told() {
        let sides =
            only("If you have any questions about my rate, tell me.", "If you have any questions, tell me.");
        assert_eq!(sides, ["about my rate", ""]);
        assert_eq!(only("the black cat sat", "the white cat sat"), ["black", "white"]);
        assert_eq!(only("one two", "one\n two"), ["", ""], "where lines break is no difference");
        assert_eq!(only("", "a"), ["", "a"]);
    }

    #[test]
    fn a_common_little_word_between_two_changes_is_no_shared_passage() {
        let sides = only("alpha beta the gamma delta", "first second the third fourth");
        assert_eq!(sides, ["alpha beta the gamma delta", "first second the third fourth"]);
    }

    #[test]
    fn long_texts_are_compared_by_lines_and_then_by_words() {
        let text = |changed: &str| -> String {
            let line = |number: u32| {
                if number == 300 {
                    format!("line {number} says {changed} and so on\n")
                } else {
                    format!("line {number} says what the others say\n")
                }
            };
            (0..600).map(line).collect()
        };
        assert_eq!(only(&text("white"), &text("black")), ["white", "black"]);
        let [one, other] = scripts(&text("white"), &text("black"));
        let mut work = Work::begin(&one, &other);
        while work.lines.is_some() {
            assert!(!work.step(&one, &other, 100), "not in one step");
        }
        assert_eq!(work.open.len(), 1, "only the line that changed is left to be compared");
        assert!(work.step(&one, &other, 1), "in one step");
    }

    #[test]
    fn a_word_changed_in_every_line_is_one_word_changed_in_every_line() {
        // No line is the same, and no passage is short.
        let words = |line: usize| format!("as {} said before of {} and of {}", line * 3, line * 5, line * 7);
        let text = |changed: &str, lines: usize| -> String {
            let line = |number| format!("{} {changed} that was all\n", words(number));
            (0..lines).map(line).collect()
        };
        for lines in [300, 2_500] {
            let [one, other] = scripts(&text("white", lines), &text("black", lines));
            assert!(one.word_count() + other.word_count() > 7_000, "{}", one.word_count());
            let difference = difference(&one, &other);
            assert!(!difference.is_of_strangers());
            let alone: usize = difference.only_before().iter().map(ExactSizeIterator::len).sum();
            assert_eq!((difference.only_before().len(), alone), (lines, lines));
            let mut work = Work::begin(&one, &other);
            let mut steps = 1;
            while !work.step(&one, &other, 3_000) {
                steps += 1;
            }
            assert!(steps > 2, "not in one frame: {steps}");
            assert_eq!(work.finish(), difference);
        }
    }

    #[test]
    fn strangers_are_known() {
        let words =
            |from: u32| (from..from + 60).map(|word| format!("w{word}")).collect::<Vec<_>>().join(" ");
        let [one, other] = scripts(&words(0), &words(100));
        assert!(difference(&one, &other).is_of_strangers());
        let [one, other] = scripts(&words(0), &words(20));
        assert!(!difference(&one, &other).is_of_strangers());
        let [one, other] = scripts("yes", "no");
        assert!(!difference(&one, &other).is_of_strangers(), "short texts are marked all the same");
    }

    #[test]
    fn what_is_common_to_two_lists_of_runs() {
        assert_eq!(common(&[0..5, 8..12], &[3..9, 11..20]), [3..5, 8..9, 11..12]);
        assert!(common(&[0..5, 7..9], &[]).is_empty());
    }

    fn texts() -> impl Strategy<Value = String> {
        proptest::collection::vec(proptest::sample::select(vec!["a", "b", "c", "d\n", "e."]), 0..40)
            .prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn a_passage_is_the_same_in_both_and_everything_is_told(before in texts(), after in texts()) {
            let [one, other] = scripts(&before, &after);
            let difference = difference(&one, &other);
            let (mut at, mut there) = (0, 0);
            for Passage { before, after } in &difference.passages {
                prop_assert!(before.start >= at && after.start >= there && before.start < before.end);
                let of = |script: &Script, words: &Range<u32>| {
                    script.numbers()[words.start as usize..words.end as usize].to_vec()
                };
                prop_assert_eq!(of(&one, before), of(&other, after));
                (at, there) = (before.end, after.end);
            }
            let only: u32 = difference.only_before().iter().map(|run| run.len() as u32).sum();
            let shared: u32 = difference.passages.iter().map(|passage| passage.before.len() as u32).sum();
            prop_assert_eq!(only + shared, one.word_count());
            if before == after {
                prop_assert!(difference.only_before().is_empty() && difference.only_after().is_empty());
            }
        }

        #[test]
        fn one_way_is_the_other_way_round(before in texts(), after in texts()) {
            let [one, other] = scripts(&before, &after);
            prop_assert_eq!(difference(&one, &other).only_before().is_empty(),
                difference(&other, &one).only_after().is_empty());
        }
    }
}
