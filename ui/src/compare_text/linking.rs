//! Scrolling linked by content: where each text stands, and the maps from one to another.

use std::collections::HashMap;

use egui::Rangef;

use super::overlay::Place;
use super::scroll_map::{ScrollMap, Viewed};
use super::{Side, TextCompare};

/// More passages tell nothing more about where a text is to be.
const MOST_PASSAGES: usize = 1_000;
/// Shorter passages move nothing.
const LEAST_WORDS: usize = 4;

/// What is known of where texts stand.
#[derive(Debug, Default)]
pub(super) struct Linking {
    viewed: HashMap<usize, Viewed>,
    places: HashMap<usize, Vec<Place>>,
    maps: HashMap<(usize, usize), ScrollMap>,
}

impl TextCompare {
    /// Says where the texts of a candidate stand in what is scrolled, which begins at the height `top`.
    pub fn placed(&mut self, candidate: usize, top: f32, mut places: Vec<Place>, viewed: Viewed) {
        for place in &mut places {
            place.top -= top;
        }
        self.linking.viewed.insert(candidate, viewed);
        let is_same = self.linking.places.get(&candidate).is_some_and(|known| {
            let same = |(one, other): (&Place, &Place)| {
                std::sync::Arc::ptr_eq(&one.laid_out, &other.laid_out) && (one.top - other.top).abs() < 0.5
            };
            known.len() == places.len() && known.iter().zip(&places).all(same)
        });
        if !is_same {
            self.linking.places.insert(candidate, places);
            self.linking.maps.retain(|(one, other), _| *one != candidate && *other != candidate);
        }
    }

    /// How far the text at a place on the screen is to be scrolled when that at another is scrolled to `offset`;
    /// none where they share nothing.
    pub fn linked_offset(&mut self, from: usize, offset: f32, to: usize) -> Option<f32> {
        if self.shows_same_rows() {
            return Some(offset);
        }
        if self.shows_lines() {
            let (most, there) = (self.most_offset(from)?, self.most_offset(to)?);
            return Some(if most > 0.0 { offset / most * there } else { 0.0 });
        }
        let (from, to) = (*self.order.get(from)?, *self.order.get(to)?);
        let viewed = |linking: &Linking, candidate| linking.viewed.get(&candidate).copied();
        let one = Viewed { offset, ..viewed(&self.linking, from)? };
        if from == 0 || to == 0 {
            let other = viewed(&self.linking, to)?;
            return Some(self.map(from, to)?.offset(one, other));
        }
        // Everything is compared with the first.
        let between = viewed(&self.linking, 0)?.height;
        let other = viewed(&self.linking, to)?;
        self.map(from, 0)?;
        self.map(0, to)?;
        let (there, then) = (self.linking.maps.get(&(from, 0))?, self.linking.maps.get(&(0, to))?);
        Some(there.offset_by_way_of(between, then, one, other))
    }

    /// As far as the text at a place on the screen can be scrolled, once it was painted.
    pub fn most_offset(&self, position: usize) -> Option<f32> {
        let viewed = self.linking.viewed.get(self.order.get(position)?)?;
        Some((viewed.height - viewed.view).max(0.0))
    }

    /// The place on the screen of the text with most to scroll: keys move it, and the others follow.
    pub fn longest(&self) -> Option<usize> {
        let room = |position: &usize| self.most_offset(*position).unwrap_or(0.0);
        (0..self.count()).max_by(|one, other| room(one).total_cmp(&room(other)))
    }

    /// Whether any two texts share passages, so that one can follow another.
    pub fn is_linked_by_content(&mut self) -> bool {
        self.shows_lines() || (1..self.count()).any(|candidate| self.map(0, candidate).is_some())
    }

    fn map(&mut self, from: usize, to: usize) -> Option<&ScrollMap> {
        if !self.linking.maps.contains_key(&(from, to)) {
            let map = self.new_map(from, to)?;
            self.linking.maps.insert((from, to), map);
        }
        self.linking.maps.get(&(from, to)).filter(|map| !map.is_empty())
    }

    fn new_map(&self, from: usize, to: usize) -> Option<ScrollMap> {
        let difference = self.difference(from, to)?;
        let mut passages: Vec<_> = difference
            .passages
            .iter()
            .filter(|passage| passage.before.len() >= LEAST_WORDS)
            .map(|passage| {
                if from < to { (&passage.before, &passage.after) } else { (&passage.after, &passage.before) }
            })
            .collect();
        if passages.len() > MOST_PASSAGES {
            passages.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
            passages.truncate(MOST_PASSAGES);
            passages.sort_by_key(|(words, _)| words.start);
        }
        let heights = |candidate: usize, words: Vec<u32>| self.heights(candidate, &words);
        let ends = |words: &std::ops::Range<u32>| [words.start, words.end - 1];
        let there = heights(from, passages.iter().flat_map(|(words, _)| ends(words)).collect());
        let here = heights(to, passages.iter().flat_map(|(_, words)| ends(words)).collect());
        let range = |lines: &[Option<Rangef>]| Some(Rangef::new(lines[0]?.min, lines[1]?.max));
        let pairs = there.chunks_exact(2).zip(here.chunks_exact(2));
        Some(ScrollMap::new(pairs.filter_map(|(one, other)| Some((range(one)?, range(other)?)))))
    }

    /// The heights at which words of a candidate stand.
    fn heights(&self, candidate: usize, words: &[u32]) -> Vec<Option<Rangef>> {
        let mut heights = vec![None; words.len()];
        let (Some(script), Some(places)) = (self.scripts.get(candidate), self.linking.places.get(&candidate))
        else {
            return heights;
        };
        let stretch = |word: &u32| script.stretches(&script.characters(&(*word..word + 1))).first().cloned();
        let stretches: Vec<_> = words.iter().map(stretch).collect();
        for place in places {
            let within = stretches.iter().enumerate().filter_map(|(index, stretch)| {
                let stretch = stretch.as_ref().filter(|stretch| stretch.part == place.part)?;
                Some((index, stretch.source.start))
            });
            let (indices, sources): (Vec<usize>, Vec<u32>) = within.unzip();
            for (index, line) in indices.into_iter().zip(place.laid_out.lines_of(&sources)) {
                heights[index] = line.map(|line| Rangef::new(line.min + place.top, line.max + place.top));
            }
        }
        heights
    }

    /// The side at a place on the screen.
    pub fn side_at(&self, position: usize) -> Side {
        Side::Candidate(self.order.get(position).copied().unwrap_or(position))
    }
}
