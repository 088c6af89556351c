//! The lines of two long scripts: which of them both have, found a little at a time.
//!
//! First every line gets a number, the same for the same words. What both scripts begin and end with is left aside, and
//! what lies between is cut at lines that each has once, as far as those stand in one order in both ("patience", by
//! Bram Cohen); each piece is compared by itself. So no step has to look at all of it.

use std::collections::HashMap;
use std::ops::Range;

use super::difference::{Passage, changes};
use super::script::Script;

/// So many words are numbered in the time in which one is compared.
const NUMBERED_FOR_ONE: u32 = 4;
/// Pieces of at most so many lines are not cut.
const MOST_LINES_AT_ONCE: usize = 200;

/// A comparison of lines that is being made.
#[derive(Debug, Default)]
pub(super) struct LineWork {
    known: HashMap<Box<[u32]>, u32>,
    /// The number of each line of each script, as far as they have one.
    numbers: [Vec<u32>; 2],
    /// What is still to be compared, the last first; none before all lines have numbers.
    pieces: Option<Vec<Lines>>,
    /// Lines that differ, in order.
    changed: Vec<Lines>,
}

/// Lines of the first script and of the second.
type Lines = (Range<u32>, Range<u32>);

impl LineWork {
    /// Goes on until about `most_words` were looked at. Gives what differs, in words, once everything was.
    pub(super) fn step(&mut self, scripts: [&Script; 2], most_words: u32) -> Option<Vec<Passage>> {
        let Some(pieces) = &mut self.pieces else {
            if self.number(scripts, most_words.saturating_mul(NUMBERED_FOR_ONE)) {
                let [before, after] = &self.numbers;
                let mut pieces = pieces_of(before, after, MOST_LINES_AT_ONCE);
                pieces.reverse();
                self.pieces = Some(pieces);
            }
            return None;
        };
        let mut compared = 0;
        while compared < most_words {
            let Some((before, after)) = pieces.pop() else { break };
            let numbers = |side: usize, lines: &Range<u32>| {
                self.numbers[side][lines.start as usize..lines.end as usize].to_vec()
            };
            compared += 1 + before.len() as u32 + after.len() as u32;
            let shift = |lines: Range<u32>, by: u32| lines.start + by..lines.end + by;
            let (from, to) = (before.start, after.start);
            let changed = changes(numbers(0, &before), numbers(1, &after));
            self.changed.extend(changed.into_iter().map(|(old, new)| (shift(old, from), shift(new, to))));
        }
        pieces.is_empty().then(|| {
            let changed = self.changed.iter();
            changed
                .map(|(before, after)| Passage {
                    before: words_of(scripts[0], before),
                    after: words_of(scripts[1], after),
                })
                .collect()
        })
    }

    /// Numbers lines of about so many words more. Gives whether all have numbers.
    fn number(&mut self, scripts: [&Script; 2], most_words: u32) -> bool {
        let mut words = 0;
        for (numbers, script) in self.numbers.iter_mut().zip(scripts) {
            for line in &script.lines()[numbers.len()..] {
                if words >= most_words {
                    return false;
                }
                words += line.len() as u32 + 1;
                let line = &script.numbers()[line.start as usize..line.end as usize];
                let next = self.known.len() as u32;
                let number = match self.known.get(line) {
                    Some(number) => *number,
                    None => *self.known.entry(line.into()).or_insert(next),
                };
                numbers.push(number);
            }
        }
        true
    }
}

/// The words of some lines.
fn words_of(script: &Script, lines: &Range<u32>) -> Range<u32> {
    let start =
        |line: u32| script.lines().get(line as usize).map_or(script.word_count(), |words| words.start);
    start(lines.start)..start(lines.end)
}

/// The pieces in which two rows of numbers may differ, in order; what is no longer than `uncut` together is one.
pub(super) fn pieces_of(before: &[u32], after: &[u32], uncut: usize) -> Vec<Lines> {
    let same = |(one, other): &(&u32, &u32)| one == other;
    let first = before.iter().zip(after).take_while(same).count();
    let (rest_before, rest_after) = (&before[first..], &after[first..]);
    let last = rest_before.iter().rev().zip(rest_after.iter().rev()).take_while(same).count();
    let end = (before.len() - last, after.len() - last);
    let whole = (first as u32..end.0 as u32, first as u32..end.1 as u32);
    if whole.0.len() + whole.1.len() <= uncut {
        return if whole.0.is_empty() && whole.1.is_empty() { Vec::new() } else { vec![whole] };
    }
    let mut pieces = Vec::new();
    let (mut at, mut there) = (first as u32, first as u32);
    let anchors = anchors(&before[first..end.0], &after[first..end.1]);
    let anchors = anchors.into_iter().map(|(one, other)| (first as u32 + one, first as u32 + other));
    for (one, other) in anchors.chain([(end.0 as u32, end.1 as u32)]) {
        if at < one || there < other {
            pieces.push((at..one, there..other));
        }
        (at, there) = (one + 1, other + 1);
    }
    pieces
}

/// The places of lines that each side has once, as many of them as stand in one order in both.
fn anchors(before: &[u32], after: &[u32]) -> Vec<(u32, u32)> {
    // For each line how often and where it is in each.
    let mut places: HashMap<u32, [(u32, u32); 2]> = HashMap::new();
    for (side, lines) in [before, after].into_iter().enumerate() {
        for (at, line) in lines.iter().enumerate() {
            let place = &mut places.entry(*line).or_default()[side];
            *place = (place.0 + 1, at as u32);
        }
    }
    let mut once: Vec<(u32, u32)> = places
        .into_values()
        .filter(|[(in_before, _), (in_after, _)]| (*in_before, *in_after) == (1, 1))
        .map(|[(_, at), (_, there)]| (at, there))
        .collect();
    once.sort_unstable();
    // The longest run that rises in the second: of every length the one that ends lowest.
    let mut ends: Vec<usize> = Vec::new();
    let mut came_from: Vec<Option<usize>> = Vec::with_capacity(once.len());
    for (index, (_, there)) in once.iter().enumerate() {
        let length = ends.partition_point(|end| once[*end].1 < *there);
        came_from.push(length.checked_sub(1).map(|before| ends[before]));
        if length == ends.len() {
            ends.push(index);
        } else {
            ends[length] = index;
        }
    }
    let mut run = Vec::new();
    let mut last = ends.last().copied();
    while let Some(index) = last {
        run.push(once[index]);
        last = came_from[index];
    }
    run.reverse();
    run
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pieces_lie_between_lines_that_both_have_once() {
        let before: Vec<u32> = (0..600).collect();
        let mut after = before.clone();
        after[50] = 1_000;
        after.insert(500, 1_001);
        assert_eq!(pieces_of(&before, &after, 200), [(50..51, 50..51), (500..500, 500..501)]);
        assert_eq!(pieces_of(&before, &before, 200), [], "nothing is left where nothing differs");
        let moved: Vec<u32> = (100..600).chain(0..100).collect();
        assert_eq!(
            pieces_of(&before, &moved, 200),
            [(0..100, 0..0), (600..600, 500..600)],
            "the longer run stays"
        );
    }

    proptest! {
        #[test]
        fn what_lies_outside_of_the_pieces_is_the_same(
            before in proptest::collection::vec(0_u32..200, 0..300),
            after in proptest::collection::vec(0_u32..200, 0..300),
        ) {
            let (mut at, mut there) = (0, 0);
            let end = (before.len() as u32, after.len() as u32);
            for (old, new) in pieces_of(&before, &after, 200).into_iter().chain([(end.0..end.0, end.1..end.1)]) {
                prop_assert!(old.start >= at && new.start >= there, "in order");
                prop_assert_eq!(&before[at as usize..old.start as usize], &after[there as usize..new.start as usize]);
                (at, there) = (old.end, new.end);
            }
        }
    }
}
