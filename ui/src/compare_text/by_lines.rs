//! Texts line by line: a mode of the difference, for anything that is read. A pair of code is shown so unasked.
//!
//! Of two candidates that are held against each other the rows of both stand at one height; held against one of many, a
//! reference or the prompt, each candidate is shown with the lines that it lacks among its own.

use std::collections::HashMap;

use tiebreak_domain::{Part, StoredItem, TextFormat};

use super::code::{Broken, CodeRows, Way};
use super::script::Script;
use super::{Against, FRAME_BYTES, Side, TextCompare};
use crate::document::{CodeText, DocumentCache};

/// Lines that are held against others in one frame, as pairs.
const FRAME_PAIRS: usize = 1_000;

/// Longer texts are compared by words only.
const MOST_LINES: usize = 10_000;

/// Two sides, the one that the other is held against first.
type Pair = (usize, usize);

/// What is known of the lines of an item's texts.
#[derive(Debug, Default)]
pub(super) struct ByLines {
    /// What was chosen by hand; else a pair of code is compared by lines, and nothing else.
    chosen: Option<bool>,
    /// Whether the candidates are a pair of code; none before anybody asked.
    is_code: Option<bool>,
    rows: HashMap<Pair, CodeRows>,
    making: Option<(Pair, Making)>,
    /// Whether a text has too many lines.
    is_too_long: bool,
    /// Where the lines of each pane are broken.
    broken: HashMap<usize, Broken>,
}

/// Rows that are being made.
#[derive(Debug)]
enum Making {
    /// The lines of the first side.
    First(Box<CodeText>),
    /// Those of both.
    Rows(Box<CodeRows>),
}

impl ByLines {
    /// Compares by lines, or by words, from now on.
    pub(super) fn choose(&mut self, is_by_lines: bool) {
        self.chosen = Some(is_by_lines);
    }

    /// The same for another item.
    pub(super) fn anew(&self) -> Self {
        Self { chosen: self.chosen, ..Self::default() }
    }

    /// Colours a little more of what is code. Gives whether there is more to do.
    pub(super) fn has_colours_to_find(&mut self) -> bool {
        self.rows.values_mut().any(|rows| !rows.colour_some())
    }
}

impl TextCompare {
    /// Whether what differs is to be shown line by line.
    pub fn is_by_lines(&self) -> bool {
        let by_itself = self.by_lines.is_code == Some(true) && self.is_of_each_other();
        self.by_lines.chosen.unwrap_or(by_itself) && !self.by_lines.is_too_long
    }

    /// Whether two candidates are held against each other.
    fn is_of_each_other(&self) -> bool {
        self.count() == 2 && matches!(self.against(), Against::Candidate(_))
    }

    /// The sides whose lines are compared.
    fn line_pairs(&self) -> Vec<Pair> {
        if self.is_of_each_other() {
            return vec![(self.order[0], self.order[1])];
        }
        let base = self.against().side().index(self.count());
        let others = self.pairs(self.against()).into_iter();
        others.map(|(one, other)| (base, if one == base { other } else { one })).collect()
    }

    /// Goes on to find out whether the candidates are a pair of code, and to make rows where lines are wanted. Gives
    /// whether there is more to do.
    pub(super) fn has_lines_to_compare(&mut self, item: &StoredItem, documents: &DocumentCache) -> bool {
        let mut bytes = 0;
        while bytes < FRAME_BYTES / 2 {
            match self.by_lines.making.take() {
                None => {
                    let is_unknown = self.by_lines.is_code.is_none() && self.by_lines.chosen.is_none();
                    let pair = if is_unknown && self.count() == 2 {
                        Some((self.order[0], self.order[1]))
                    } else if self.is_by_lines() {
                        self.line_pairs().into_iter().find(|pair| !self.by_lines.rows.contains_key(pair))
                    } else {
                        None
                    };
                    let Some(pair) = pair else { return false };
                    if let Some(first) = self.lines_of(pair.0, item, documents, is_unknown) {
                        bytes += first.text.len();
                        self.by_lines.making = Some((pair, Making::First(Box::new(first))));
                    }
                }
                Some((pair, Making::First(first))) => {
                    let is_unknown = self.by_lines.is_code.is_none() && self.by_lines.chosen.is_none();
                    if let Some(second) = self.lines_of(pair.1, item, documents, is_unknown) {
                        bytes += second.text.len();
                        if is_unknown {
                            self.by_lines.is_code = Some(true);
                        }
                        let rows = Box::new(CodeRows::begin(*first, second));
                        self.by_lines.making = Some((pair, Making::Rows(rows)));
                    }
                }
                Some((pair, Making::Rows(mut rows))) => {
                    if !rows.go_on(FRAME_PAIRS) {
                        self.by_lines.making = Some((pair, Making::Rows(rows)));
                        return true;
                    }
                    self.by_lines.rows.insert(pair, *rows);
                    self.by_lines.broken.clear();
                }
            }
        }
        true
    }

    /// The lines of a side; where only code is wanted, none of anything else.
    fn lines_of(
        &mut self,
        side: usize,
        item: &StoredItem,
        documents: &DocumentCache,
        only_code: bool,
    ) -> Option<CodeText> {
        let mut parts = Side::of_index(side, self.count()).parts(&item.item).map(|(_, part)| part);
        let (part, more) = (parts.next(), parts.next());
        let text = match (part, more) {
            (Some(Part::Text { text, format }), None) => Some((text, *format)),
            (Some(Part::Message { text, .. }), None) => Some((text, TextFormat::Markdown)),
            _ => None,
        };
        let mask = documents.mask_of(side >= self.count());
        let code = text.and_then(|(text, format)| CodeText::of(text, format, mask));
        let lines = match code {
            None if only_code => {
                self.by_lines.is_code = Some(false);
                return None;
            }
            None => CodeText::of_words(self.scripts.get(side).map_or("", Script::text)),
            Some(code) => code,
        };
        if lines.lines.len() <= MOST_LINES {
            return Some(lines);
        }
        if only_code {
            self.by_lines.is_code = Some(false);
        } else {
            self.by_lines.is_too_long = true;
        }
        None
    }

    /// Whether they are shown line by line now; what is found is shown where it stands, and not there.
    pub fn shows_lines(&self) -> bool {
        let is_wanted = self.is_difference_on && !self.finding.is_seeking() && self.is_by_lines();
        let pairs = if is_wanted { self.line_pairs() } else { Vec::new() };
        !pairs.is_empty() && pairs.iter().all(|pair| self.by_lines.rows.contains_key(pair))
    }

    /// Whether the rows of all panes are the same.
    pub(super) fn shows_same_rows(&self) -> bool {
        self.is_of_each_other() && self.shows_lines()
    }

    /// The rows of the candidate at a place on the screen while it is shown line by line, how they are to be shown,
    /// and where they are broken.
    pub fn rows_at(&mut self, position: usize) -> Option<(&CodeRows, Way, &mut Broken)> {
        if !self.shows_lines() {
            return None;
        }
        let candidate = *self.order.get(position)?;
        let pairs = self.line_pairs();
        let (pair, way) = if self.is_of_each_other() {
            (*pairs.first()?, Way::Beside(position))
        } else {
            (*pairs.iter().find(|(_, other)| *other == candidate)?, Way::Within)
        };
        Some((self.by_lines.rows.get(&pair)?, way, self.by_lines.broken.entry(position).or_default()))
    }
}
