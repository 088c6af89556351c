//! What is marked of what was compared: from runs of words to stretches of the sources, some in each frame.

use std::collections::HashMap;
use std::ops::Range;

use super::script::Script;
use super::{Against, TextCompare};
use crate::document::{Highlights, Tone};

/// Runs of words that are looked up in one frame.
const FRAME_RUNS: usize = 1_500;

/// What each part of each side has marked, by the side's place and the part's.
pub(super) type Marks = HashMap<usize, HashMap<usize, Highlights>>;

/// Marks that are being made.
#[derive(Debug)]
pub(super) struct Marking {
    against: Against,
    marks: Marks,
    side: usize,
    /// Of the side: the runs that it has alone, and how many of them were looked up; none before it begins.
    runs: Option<(Vec<Range<u32>>, usize)>,
    parts: HashMap<usize, Vec<(Range<u32>, Tone)>>,
}

impl Marking {
    fn new(against: Against) -> Self {
        Self { against, marks: Marks::new(), side: 0, runs: None, parts: HashMap::new() }
    }

    /// Looks up some runs of the side. Gives whether all of them are.
    fn look_up(&mut self, script: &Script, tone: Tone, looked: &mut usize) -> bool {
        let Some((runs, next)) = &mut self.runs else { return true };
        let end = runs.len().min(*next + FRAME_RUNS.saturating_sub(*looked));
        for words in &runs[*next..end] {
            for stretch in script.stretches(&script.characters(words)) {
                self.parts.entry(stretch.part).or_default().push((stretch.source, tone));
            }
        }
        *looked += end - *next;
        *next = end;
        end == runs.len()
    }

    fn end_side(&mut self) {
        self.runs = None;
        let parts = std::mem::take(&mut self.parts).into_iter();
        self.marks.insert(self.side, parts.map(|(part, ranges)| (part, Highlights::new(ranges))).collect());
    }
}

impl TextCompare {
    /// Goes on to work out what is marked, once everything is compared. Gives whether there is more to do.
    pub(super) fn is_marking(&mut self) -> bool {
        let against = self.against();
        let is_read = self.scripts.len() == self.has_text.len();
        if !is_read || self.marks.as_ref().is_some_and(|(of, _)| *of == against) {
            return false;
        }
        let mut marking = match self.marking.take().filter(|marking| marking.against == against) {
            Some(marking) => marking,
            None => Marking::new(against),
        };
        let base = against.side().index(self.count());
        let pairs = self.pairs(against);
        let mut looked = 0;
        while marking.side < self.scripts.len() {
            let side = marking.side;
            if pairs.iter().any(|(one, other)| *one == side || *other == side) {
                if marking.runs.is_none() {
                    let Some(alone) = self.alone(side) else { return false };
                    marking.runs = Some((alone, 0));
                }
                let is_candidate = side < self.count();
                let tone = if side == base && !is_candidate { Tone::Missing } else { Tone::OnlyHere };
                if !marking.look_up(&self.scripts[side], tone, &mut looked) {
                    self.marking = Some(marking);
                    return true;
                }
                marking.end_side();
            }
            marking.side += 1;
        }
        self.marks = Some((against, marking.marks));
        false
    }
}
