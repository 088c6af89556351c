//! Stretches of a text told apart by a ground and a line under them: what is different, and what was found.
//!
//! They count the characters of the source, as markings do, and are painted under the words wherever those
//! stand. No tone says good or bad, and none is told by colour alone.

use std::ops::Range;
use std::sync::Arc;

use egui::{Painter, Pos2, Rangef, Rect, Stroke, StrokeKind, Vec2, vec2};

use super::laid_out::{LaidOut, Words};
use crate::theme::{HAIRLINE, Palette, radius};

/// What a stretch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It stands in this text and not in the other: a line under it.
    OnlyHere,
    /// It stands in what the candidates are held against, and in none of them: a broken line under it.
    Missing,
    /// It was found.
    Found,
    /// It was found, and the keys are at it: framed.
    FoundHere,
}

/// Stretches of one text in order, none over another. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Highlights {
    /// The stretches, in characters of the source.
    pub ranges: Arc<[(Range<u32>, Tone)]>,
}

impl Highlights {
    /// Stretches in any order; what overlaps one before it is left out.
    pub fn new(mut ranges: Vec<(Range<u32>, Tone)>) -> Self {
        ranges.sort_by_key(|(range, _)| (range.start, range.end));
        let mut end = 0;
        ranges.retain(|(range, _)| {
            let is_free = range.start >= end && range.start < range.end;
            if is_free {
                end = range.end;
            }
            is_free
        });
        Self { ranges: ranges.into() }
    }

    /// Those that reach into `source`.
    fn within(&self, source: &Range<u32>) -> &[(Range<u32>, Tone)] {
        let first = self.ranges.partition_point(|(range, _)| range.end <= source.start);
        let last = self.ranges.partition_point(|(range, _)| range.start < source.end);
        &self.ranges[first..last.max(first)]
    }

    /// Paints what is visible of them.
    pub(super) fn ui(&self, painter: &Painter, document: &LaidOut, origin: Pos2, palette: &Palette) {
        if self.ranges.is_empty() {
            return;
        }
        let clip = painter.clip_rect();
        let visible = Rangef::new(clip.top() - origin.y, clip.bottom() - origin.y);
        for words in document.words_between(visible) {
            let Some(source) = source_of(words) else { continue };
            for (range, tone) in self.within(&source) {
                for rect in rects_of_words(words, range) {
                    if visible.intersects(rect.y_range()) {
                        tone.ui(painter, rect.translate(origin.to_vec2()), palette);
                    }
                }
            }
        }
    }
}

impl Tone {
    fn ui(self, painter: &Painter, rect: Rect, palette: &Palette) {
        let ground = rect.expand2(vec2(1.0, 0.5));
        let y = rect.bottom() + 0.5;
        match self {
            Self::OnlyHere => {
                painter.rect_filled(ground, radius::SMALL, palette.hover);
                painter.hline(rect.x_range(), y, Stroke::new(1.5, palette.ink_third));
            }
            Self::Missing => {
                painter.rect_filled(ground, radius::SMALL, palette.hover);
                let (dash, gap) = (4.0, 3.0);
                let ends = [Pos2::new(rect.left(), y), Pos2::new(rect.right(), y)];
                let stroke = Stroke::new(1.5, palette.ink_third);
                painter.extend(egui::Shape::dashed_line(&ends, stroke, dash, gap));
            }
            Self::Found => {
                painter.rect_filled(ground, radius::SMALL, palette.accent_wash);
                painter.hline(rect.x_range(), y, Stroke::new(HAIRLINE, palette.accent));
            }
            Self::FoundHere => {
                let edge = Stroke::new(1.5, palette.accent);
                painter.rect(ground, radius::SMALL, palette.text_selection, edge, StrokeKind::Outside);
            }
        }
    }
}

/// From the first to the last character of the source that is seen in some words.
fn source_of(words: &Words) -> Option<Range<u32>> {
    words.origins.sources().reduce(|all, next| all.start.min(next.start)..all.end.max(next.end))
}

fn rects_of_words(words: &Words, source: &Range<u32>) -> Vec<Rect> {
    let shown = words.origins.shown_of(source).into_iter();
    let rects = shown.flat_map(|shown| words.shaped.rects(&words.shaped.places().bytes(&shown)));
    rects.map(|rect| rect.translate(words.at.to_vec2())).collect()
}

impl LaidOut {
    /// The words of the strips that reach between two heights.
    fn words_between(&self, visible: Rangef) -> &[Words] {
        let first = self.bands.partition_point(|band| band.bottom < visible.min);
        let end = self.bands.partition_point(|band| band.top <= visible.max);
        let bands = self.bands.get(first..end.max(first)).unwrap_or_default();
        match (bands.first(), bands.last()) {
            (Some(first), Some(last)) => &self.words[first.words.start..last.words.end],
            _ => &[],
        }
    }

    /// Where the line that a character of the source is seen on begins and ends, for each of `sources`, which
    /// are in order; none for what is not seen.
    pub fn lines_of(&self, sources: &[u32]) -> Vec<Option<Rangef>> {
        let mut places: Vec<(Range<u32>, &Words)> =
            self.words.iter().filter_map(|words| Some((source_of(words)?, words))).collect();
        places.sort_by_key(|(source, _)| source.start);
        let line = |source: &u32| {
            let end = places.partition_point(|(range, _)| range.start <= *source);
            let (_, words) = places[..end].last()?;
            let rect = *rects_of_words(words, &(*source..source + 1)).first()?;
            Some(rect.y_range())
        };
        sources.iter().map(line).collect()
    }

    /// Where a stretch of the source is seen first.
    pub fn first_rect_of(&self, source: &Range<u32>) -> Option<Rect> {
        let holds = |words: &&Words| {
            source_of(words).is_some_and(|range| range.start < source.end && source.start < range.end)
        };
        self.words.iter().filter(holds).find_map(|words| rects_of_words(words, source).first().copied())
    }

    /// Its size as a part of something larger.
    pub fn size(&self) -> Vec2 {
        self.size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_put_in_order_and_none_covers_another() {
        let highlights = Highlights::new(vec![
            (5..9, Tone::Found),
            (0..3, Tone::Found),
            (2..4, Tone::FoundHere),
            (4..4, Tone::Found),
        ]);
        let ranges: Vec<_> = highlights.ranges.iter().map(|(range, _)| range.clone()).collect();
        assert_eq!(ranges, [0..3, 5..9]);
        assert_eq!(highlights.within(&(2..5)).len(), 1);
        assert_eq!(highlights.within(&(3..5)).len(), 0);
        assert_eq!(highlights.within(&(0..20)).len(), 2);
    }
}
