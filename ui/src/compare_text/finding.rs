//! The find bar's state: what is sought, where it stands, and which place the keys are at.

use std::collections::HashMap;
use std::ops::Range;

use super::Marks;
use super::find::{Sought, find};
use super::script::{Script, Stretch};
use crate::document::{Highlights, Tone};

/// More places in one text are counted and not marked.
const MOST_MARKED: usize = 5_000;

/// What is sought on the screen.
#[derive(Debug, Default)]
pub struct Finding {
    /// What is sought.
    pub sought: Sought,
    is_open: bool,
    wants_focus: bool,
    /// Whether nothing was looked for in this item yet.
    is_anew: bool,
    /// What was looked for last.
    looked_for: Option<Sought>,
    /// The sides that have it, as they are gone through, with where it stands.
    found: Vec<(usize, Vec<Range<u32>>)>,
    at: usize,
    marks: Marks,
    reveal: Option<(usize, Stretch)>,
    /// Where the stretches of the place that the keys are at were, to mark it anew.
    here: Option<(usize, Stretch)>,
}

impl Finding {
    /// Opens the bar, and gives it the keys.
    pub fn open(&mut self) {
        self.is_open = true;
        self.wants_focus = true;
        self.is_anew = false;
        self.looked_for = None;
    }

    /// Closes it.
    pub fn close(&mut self) {
        self.is_open = false;
        self.reveal = None;
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether something is sought.
    pub fn is_seeking(&self) -> bool {
        self.is_open && !self.sought.words.trim().is_empty()
    }

    /// Whether the bar will get the keys when it is painted.
    pub fn wants_focus(&self) -> bool {
        self.is_open && self.wants_focus
    }

    /// Whether the bar is to get the keys now.
    pub fn takes_focus(&mut self) -> bool {
        std::mem::take(&mut self.wants_focus)
    }

    /// The same for another item: what is sought is sought there too, and nothing jumps.
    pub fn anew(self) -> Self {
        Self {
            sought: self.sought,
            is_open: self.is_open,
            wants_focus: self.wants_focus,
            is_anew: true,
            ..Self::default()
        }
    }

    /// How often it was found on a side.
    pub fn count(&self, side: usize) -> usize {
        self.found.iter().find(|(of, _)| *of == side).map_or(0, |(_, found)| found.len())
    }

    /// Which of all places the keys are at, from 1, and how many there are.
    pub fn place(&self) -> (usize, usize) {
        let total = self.found.iter().map(|(_, found)| found.len()).sum();
        (if total == 0 { 0 } else { self.at + 1 }, total)
    }

    /// Goes to the next place, or to the one before; from the last to the first.
    pub fn go(&mut self, forward: bool) {
        if !self.is_open {
            // F3 with the bar closed opens it where it was.
            return self.open();
        }
        let (_, total) = self.place();
        if total > 0 {
            self.at = if forward { self.at + 1 } else { self.at + total - 1 } % total;
            self.is_anew = false;
            self.looked_for = None;
        }
    }

    /// Looks again, if what is sought or the place has changed.
    pub(super) fn look(&mut self, scripts: &[Script], order: &[usize]) {
        if !self.is_open || self.looked_for.as_ref() == Some(&self.sought) {
            return;
        }
        let count = order.len();
        let ways = [count, count + 1].into_iter().chain(order.iter().copied());
        let found: Vec<(usize, Vec<Range<u32>>)> = ways
            .filter_map(|side| Some((side, find(scripts.get(side)?, &self.sought))))
            .filter(|(_, found)| !found.is_empty())
            .collect();
        let is_same = found == self.found;
        self.found = found;
        if !is_same {
            self.at = self.first_of_candidates(count);
        }
        self.looked_for = Some(self.sought.clone());
        self.mark(scripts);
        self.reveal = self.here.clone().filter(|_| !std::mem::take(&mut self.is_anew));
    }

    /// The first place in a candidate; what is sought is mostly sought there.
    fn first_of_candidates(&self, candidates: usize) -> usize {
        let before = self.found.iter().take_while(|(side, _)| *side >= candidates);
        let before: usize = before.map(|(_, found)| found.len()).sum();
        if before < self.place().1 { before } else { 0 }
    }

    fn mark(&mut self, scripts: &[Script]) {
        self.marks.clear();
        self.here = None;
        let mut number = 0;
        for (side, found) in &self.found {
            let mut parts: HashMap<usize, Vec<(Range<u32>, Tone)>> = HashMap::new();
            for (index, range) in found.iter().enumerate() {
                let is_here = number == self.at;
                number += 1;
                if index >= MOST_MARKED && !is_here {
                    continue;
                }
                for stretch in scripts[*side].stretches(range) {
                    let tone = if is_here { Tone::FoundHere } else { Tone::Found };
                    parts.entry(stretch.part).or_default().push((stretch.source.clone(), tone));
                    if is_here && self.here.is_none() {
                        self.here = Some((*side, stretch));
                    }
                }
            }
            let marks = parts.into_iter().map(|(part, ranges)| (part, Highlights::new(ranges)));
            self.marks.insert(*side, marks.collect());
        }
    }

    /// What is marked on a side.
    pub(super) fn marks(&self, side: usize) -> impl Iterator<Item = (&usize, &Highlights)> {
        self.marks.get(&side).filter(|_| self.is_open).into_iter().flatten()
    }

    /// What of a side is to be brought into view.
    pub(super) fn reveal(&self, side: usize) -> Option<Stretch> {
        self.reveal.as_ref().filter(|(of, _)| *of == side).map(|(_, stretch)| stretch.clone())
    }

    /// It was brought into view.
    pub fn revealed(&mut self) {
        self.reveal = None;
    }

    /// The side of which something is to be brought into view.
    pub(super) fn revealing(&self) -> Option<usize> {
        self.reveal.as_ref().map(|(side, _)| *side)
    }
}
