//! Comparing texts as an editor would: what differs, what is shared, and where a word stands in all of them.
//!
//! Everything that is read becomes a [`script::Script`]; [`TextCompare`] holds those of the item on the
//! screen, compares them a little in each frame ([`TextCompare::work`]), and says what is to be marked, folded
//! or brought into view while a text is painted ([`Overlay`]). Pictures are compared in [`crate::compare`].

mod bar;
mod by_lines;
pub mod code;
pub mod difference;
pub mod find;
mod finding;
mod fold;
mod lines;
mod linking;
mod marking;
mod overlay;
mod passage;
pub mod script;
pub mod scroll_map;
mod searched;
pub mod shared_ends;
mod side;

pub use bar::{bar_ui, buttons_ui, find_id};
pub use finding::Finding;
pub use fold::{FoldEnd, fold_ui};
pub use overlay::{Fold, Overlay, Place};
pub use side::{Against, Side};

use std::collections::HashMap;
use std::ops::Range;

use tiebreak_domain::{Item, ItemId, Order, StoredItem};

use self::by_lines::ByLines;
use self::difference::{Difference, Work, common};
use self::linking::Linking;
use self::marking::{Marking, Marks};
use self::script::{Script, Vocabulary};
use self::shared_ends::{SharedEnds, shared_ends};
use crate::command::Command;
use crate::document::{DocumentCache, Highlights};

/// Bytes of text that are made into scripts, or words that are compared, in one frame.
const FRAME_BYTES: usize = 40_000;
const FRAME_WORDS: u32 = 3_000;

/// What the texts of the item on the screen have in common and what not.
#[derive(Debug, Default)]
pub struct TextCompare {
    /// Whether what differs is marked.
    pub is_difference_on: bool,
    /// Whether what all candidates begin and end with is folded.
    pub is_folded: bool,
    /// What is sought.
    pub finding: Finding,
    chosen: Option<Against>,
    shown: Option<ItemId>,
    /// How often anything was hidden anew.
    mask: u64,
    /// The candidate at each place on the screen.
    order: Vec<usize>,
    /// What each side is compared by; candidates first, then the prompt, then the references.
    scripts: Vec<Script>,
    vocabulary: Vocabulary,
    has_text: Vec<bool>,
    differences: HashMap<(usize, usize), Difference>,
    work: Option<((usize, usize), Work)>,
    marks: Option<(Against, Marks)>,
    marking: Option<Marking>,
    ends: Option<SharedEnds>,
    linking: Linking,
    /// The same line by line.
    by_lines: ByLines,
}

/// Whether a candidate of an item has text, so that there is something to compare or to search.
pub fn has_texts(item: &Item) -> bool {
    Side::all(item).take(item.candidates.len()).any(|side| side.has_text(item))
}

impl TextCompare {
    /// Takes a command; gives whether it was one of these.
    pub fn command(&mut self, command: Command) -> bool {
        match command {
            Command::Difference => self.is_difference_on = !self.is_difference_on,
            Command::DifferenceAgainst => {
                let options = self.options();
                let next = options.iter().position(|option| *option == self.against()).map_or(0, |at| at + 1);
                self.chosen = options.get(next % options.len().max(1)).copied();
                self.is_difference_on = true;
            }
            Command::DifferenceLines => {
                self.by_lines.choose(!self.is_difference_on || !self.is_by_lines());
                self.is_difference_on = true;
            }
            Command::FoldSame => self.is_folded = !self.is_folded,
            Command::Find => self.finding.open(),
            Command::FindNext => self.finding.go(true),
            Command::FindPrevious => self.finding.go(false),
            _ => return false,
        }
        true
    }

    /// Begins with an item; gives whether it is another than before.
    pub fn begin(&mut self, item: &StoredItem, order: &Order, documents: &DocumentCache) -> bool {
        if self.shown == Some(item.id) && self.mask == documents.mask_number() {
            return false;
        }
        *self = Self {
            is_difference_on: self.is_difference_on,
            is_folded: self.is_folded,
            finding: std::mem::take(&mut self.finding).anew(),
            chosen: self.chosen.filter(|against| matches!(against, Against::Reference | Against::Prompt)),
            shown: Some(item.id),
            mask: documents.mask_number(),
            by_lines: self.by_lines.anew(),
            order: (0..order.len()).map(|position| order.candidate_at(position)).collect(),
            has_text: Side::all(&item.item).map(|side| side.has_text(&item.item)).collect(),
            ..Self::default()
        };
        true
    }

    /// Candidates of the item.
    fn count(&self) -> usize {
        self.order.len()
    }

    /// Whether there are texts to compare or to search.
    pub fn is_of_texts(&self) -> bool {
        self.has_text.iter().take(self.count()).any(|has_text| *has_text)
    }

    /// What the candidates can be held against, in the order of the key that goes through it.
    pub fn options(&self) -> Vec<Against> {
        let candidates = match self.count() {
            0 | 1 => &self.order[..0],
            // Of two, either is held against the other.
            2 => &self.order[..1],
            _ => &self.order[..],
        };
        let candidates = candidates.iter().map(|candidate| Against::Candidate(*candidate));
        let has = |side: Side| self.has_text.get(side.index(self.count())).copied().unwrap_or(false);
        let reference = has(Side::Reference).then_some(Against::Reference);
        let prompt = has(Side::Prompt).then_some(Against::Prompt);
        candidates.chain(reference).chain(prompt).collect()
    }

    /// The place on the screen of the candidate of which something is to be brought into view.
    pub fn revealed_position(&self) -> Option<usize> {
        let side = self.finding.revealing()?;
        self.order.iter().position(|candidate| *candidate == side)
    }

    /// What they are held against.
    pub fn against(&self) -> Against {
        let options = self.options();
        let chosen = self.chosen.filter(|chosen| options.contains(chosen));
        chosen.or(options.first().copied()).unwrap_or_default()
    }

    /// Holds them against something else.
    pub fn set_against(&mut self, against: Against) {
        self.chosen = Some(against);
    }

    /// Holds them against the candidate that the keys are at, until something is chosen by hand.
    pub fn follow(&mut self, active: Option<usize>) {
        if self.count() > 2 && self.chosen.is_none() && !self.is_difference_on {
            self.chosen =
                active.and_then(|position| self.order.get(position)).map(|at| Against::Candidate(*at));
        }
    }

    /// Does a little of what is left to do; gives whether more is.
    pub fn work(&mut self, item: &StoredItem, documents: &DocumentCache, is_linked: bool) -> bool {
        let mut bytes = 0;
        let sides = self.has_text.len();
        while self.scripts.len() < sides {
            if bytes > FRAME_BYTES {
                return true;
            }
            let side = Side::of_index(self.scripts.len(), self.count());
            bytes += side.bytes(&item.item);
            let mask = documents.mask_of(!matches!(side, Side::Candidate(_)));
            let script = Script::of(side.parts(&item.item), mask, &mut self.vocabulary);
            self.scripts.push(script);
        }
        self.finding.look(&self.scripts, &self.order);
        if self.ends.is_none() {
            let candidates: Vec<&Script> = self.scripts.iter().take(self.count()).collect();
            self.ends = Some(shared_ends(&candidates));
        }
        if self.is_difference_on && self.has_lines_to_compare(item, documents) {
            return true;
        }
        let mut words = 0;
        while let Some(pair) = self.next_pair(is_linked) {
            if words > FRAME_WORDS {
                return true;
            }
            let (before, after) = (&self.scripts[pair.0], &self.scripts[pair.1]);
            words += before.word_count() + after.word_count();
            let mut work = match self.work.take().filter(|(of, _)| *of == pair) {
                Some((_, work)) => work,
                None => Work::begin(before, after),
            };
            if work.step(before, after, FRAME_WORDS) {
                self.differences.insert(pair, work.finish());
            } else {
                self.work = Some((pair, work));
            }
        }
        self.is_difference_on && (self.is_marking() || self.by_lines.has_colours_to_find())
    }

    /// The next two sides to be compared, the one with the lower place first.
    fn next_pair(&self, is_linked: bool) -> Option<(usize, usize)> {
        let is_open = |pair: &(usize, usize)| !self.differences.contains_key(pair);
        let marked = if self.is_difference_on { self.pairs(self.against()) } else { Vec::new() };
        let linked = if is_linked { self.pairs(Against::Candidate(0)) } else { Vec::new() };
        marked.into_iter().chain(linked).find(is_open)
    }

    /// The sides that are compared where all is held against one.
    fn pairs(&self, against: Against) -> Vec<(usize, usize)> {
        let base = against.side().index(self.count());
        let has = |side: usize| self.has_text.get(side).copied().unwrap_or(false);
        let others = (0..self.count()).filter(|other| *other != base && has(*other) && has(base));
        others.map(|other| (base.min(other), base.max(other))).collect()
    }

    /// What both sides share, once it is known.
    fn difference(&self, one: usize, other: usize) -> Option<&Difference> {
        self.differences.get(&(one.min(other), one.max(other)))
    }

    /// The words that only `side` has and `other` has not.
    fn only(&self, side: usize, other: usize) -> Option<Vec<Range<u32>>> {
        let difference = self.difference(side, other)?;
        if difference.is_of_strangers() {
            return Some(Vec::new());
        }
        Some(if side < other { difference.only_before() } else { difference.only_after() })
    }

    /// The words that a side has alone: a candidate of all, what they are held against of every candidate.
    fn alone(&self, side: usize) -> Option<Vec<Range<u32>>> {
        let base = self.against().side().index(self.count());
        if side != base {
            return self.only(side, base);
        }
        let others = self.pairs(self.against());
        let mut alone: Option<Vec<Range<u32>>> = None;
        for (one, other) in others {
            let only = self.only(side, if one == side { other } else { one })?;
            alone = Some(match alone {
                Some(alone) => common(&alone, &only),
                None => only,
            });
        }
        alone
    }

    /// Words that only this side has, while differences are marked and known.
    pub fn alone_count(&self, side: Side) -> Option<u32> {
        let side = side.index(self.count());
        let takes_part = self.pairs(self.against()).iter().any(|(one, other)| *one == side || *other == side);
        if !self.is_difference_on || !takes_part || self.shows_lines() || self.are_strangers() {
            return None;
        }
        let script = self.scripts.get(side)?;
        Some(self.alone(side)?.iter().map(|run| script.counted(run)).sum())
    }

    /// Whether the texts that are compared have hardly a word in common, so that nothing is marked.
    pub fn are_strangers(&self) -> bool {
        let pairs = self.pairs(self.against());
        let is_stranger = |(one, other): &(usize, usize)| {
            self.difference(*one, *other).is_some_and(Difference::is_of_strangers)
        };
        self.is_difference_on && !pairs.is_empty() && pairs.iter().all(is_stranger)
    }

    /// What all candidates begin and end with.
    pub fn ends(&self) -> SharedEnds {
        self.ends.unwrap_or_default()
    }

    /// How many words a reader counts in them.
    pub fn counted_ends(&self) -> SharedEnds {
        let ends = self.ends();
        let Some(script) = self.scripts.first() else { return ends };
        let words = script.word_count();
        SharedEnds {
            first: script.counted(&(0..ends.first)),
            last: script.counted(&(words - ends.last..words)),
        }
    }

    /// What lies over the texts of one side while they are painted.
    pub fn overlay(&mut self, side: Side) -> Overlay {
        let index = side.index(self.count());
        let mut layers: HashMap<usize, Vec<Highlights>> = HashMap::new();
        if self.is_difference_on
            && let Some((_, marks)) = &self.marks
        {
            for (part, highlights) in marks.get(&index).into_iter().flatten() {
                layers.entry(*part).or_default().push(highlights.clone());
            }
        }
        for (part, highlights) in self.finding.marks(index) {
            layers.entry(*part).or_default().push(highlights.clone());
        }
        let fold = self.fold(side);
        Overlay { layers, fold, reveal: self.finding.reveal(index), ..Overlay::default() }
    }

    /// What of a candidate is folded.
    fn fold(&self, side: Side) -> Option<Fold> {
        let Side::Candidate(candidate) = side else { return None };
        let ends = self.ends().filled()?;
        let script = self.scripts.get(candidate).filter(|_| self.is_folded)?;
        let words = script.word_count();
        let place = |word: u32| script.stretches(&script.characters(&(word..word + 1))).first().cloned();
        let is_all = ends.first + ends.last >= words;
        let from = if ends.first > 0 && !is_all { place(ends.first) } else { None };
        let to = if ends.last > 0 && !is_all { place(words - ends.last - 1) } else { None };
        Some(Fold { ends: self.counted_ends(), is_all, from, to })
    }
}

impl SharedEnds {
    /// Itself, if there is anything to fold.
    fn filled(self) -> Option<Self> {
        (self.first + self.last > 0).then_some(self)
    }
}
