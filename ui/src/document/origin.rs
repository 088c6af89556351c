//! Where shown characters come from: which stretch of a laid-out text shows which stretch of its source.
//!
//! Markdown hides signs, joins lines and writes some characters as names; a span counts the characters of the
//! source all the same. Both sides are counted in characters (Unicode scalar values), as spans are.

use std::ops::Range;

/// A stretch that is shown and the stretch of the source that it shows: character by character where both are
/// of one length, else as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Origin {
    shown: Range<u32>,
    source: Range<u32>,
}

/// The origins of a text, in its order. What has none was added by the layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origins(Vec<Origin>);

impl Origin {
    fn is_exact(&self) -> bool {
        self.shown.len() == self.source.len()
    }
}

impl Origins {
    /// Adds what is shown next.
    pub fn push(&mut self, shown: Range<u32>, source: Range<u32>) {
        if shown.is_empty() || source.is_empty() {
            return;
        }
        let added = Origin { shown, source };
        match self.0.last_mut() {
            Some(last)
                if last.is_exact()
                    && added.is_exact()
                    && last.shown.end == added.shown.start
                    && last.source.end == added.source.start =>
            {
                last.shown.end = added.shown.end;
                last.source.end = added.source.end;
            }
            _ => self.0.push(added),
        }
    }

    /// Adds the origins of a text that was put behind `by` characters.
    pub fn append(&mut self, other: &Self, by: u32) {
        for origin in &other.0 {
            self.push(origin.shown.start + by..origin.shown.end + by, origin.source.clone());
        }
    }

    /// Cuts off what is shown from the character `at` on, and gives it back, counted from there.
    pub fn split_off(&mut self, at: u32) -> Self {
        let (mut before, mut after) = (Self::default(), Self::default());
        for origin in &self.0 {
            let (shown, source) = (&origin.shown, &origin.source);
            if shown.end <= at {
                before.push(shown.clone(), source.clone());
            } else if shown.start >= at {
                after.push(shown.start - at..shown.end - at, source.clone());
            } else {
                // What is shown as a whole belongs to both sides of the cut.
                let cut = if origin.is_exact() { source.start + (at - shown.start) } else { source.end };
                before.push(shown.start..at, source.start..cut);
                let rest = if origin.is_exact() { cut } else { source.start };
                after.push(0..shown.end - at, rest..source.end);
            }
        }
        *self = before;
        after
    }

    /// The shown characters in which any of `source` is seen.
    pub fn shown_of(&self, source: &Range<u32>) -> Vec<Range<u32>> {
        let mut shown: Vec<Range<u32>> = Vec::new();
        let first = self.0.partition_point(|origin| origin.source.end <= source.start);
        for origin in self.0[first..].iter().take_while(|origin| origin.source.start < source.end) {
            let next = if origin.is_exact() {
                let at = |character: u32| origin.shown.start + (character - origin.source.start);
                at(source.start.max(origin.source.start))..at(source.end.min(origin.source.end))
            } else {
                origin.shown.clone()
            };
            match shown.last_mut() {
                Some(last) if last.end == next.start => last.end = next.end,
                _ => shown.push(next),
            }
        }
        shown
    }

    /// The stretch of the source from the first to the last of the `shown` characters; none if the layout
    /// added all of them.
    pub fn source_of(&self, shown: &Range<u32>) -> Option<Range<u32>> {
        let first = self.0.partition_point(|origin| origin.shown.end <= shown.start);
        let end = self.0.partition_point(|origin| origin.shown.start < shown.end);
        let (first, last) = (self.0.get(first).filter(|_| first < end)?, self.0.get(end.checked_sub(1)?)?);
        let start = if first.is_exact() {
            first.source.start + (shown.start.max(first.shown.start) - first.shown.start)
        } else {
            first.source.start
        };
        let end = if last.is_exact() {
            last.source.start + (shown.end.min(last.shown.end) - last.shown.start)
        } else {
            last.source.end
        };
        Some(start..end)
    }

    /// The stretch of the source from the first to the last that is seen at all.
    pub fn whole(&self) -> Option<Range<u32>> {
        Some(self.0.first()?.source.start..self.0.last()?.source.end)
    }

    /// The stretches of the source that are seen at all.
    pub fn sources(&self) -> impl Iterator<Item = Range<u32>> {
        self.0.iter().map(|origin| origin.source.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a **bc** &amp; d` shown as `a bc & d`.
    fn origins() -> Origins {
        let mut origins = Origins::default();
        origins.push(0..2, 0..2);
        origins.push(2..4, 4..6);
        origins.push(4..5, 8..9);
        origins.push(5..6, 9..14);
        origins.push(6..8, 14..16);
        origins
    }

    #[test]
    fn what_is_chosen_on_the_screen_is_counted_in_the_source() {
        let origins = origins();
        assert_eq!(origins.source_of(&(2..4)), Some(4..6), "without the signs around it");
        assert_eq!(origins.source_of(&(1..3)), Some(1..5), "with those within");
        assert_eq!(origins.source_of(&(5..6)), Some(9..14), "a name as a whole");
        assert_eq!(origins.source_of(&(8..9)), None);
    }

    #[test]
    fn what_is_kept_of_the_source_is_found_on_the_screen() {
        let origins = origins();
        let shown_of = |source| {
            let shown = origins.shown_of(&source).into_iter();
            shown.map(|shown| (shown.start, shown.end)).collect::<Vec<_>>()
        };
        assert_eq!(shown_of(2..8), [(2, 4)], "a word with its signs");
        assert_eq!(shown_of(0..16), [(0, 8)]);
        assert_eq!(shown_of(10..11), [(5, 6)], "a part of a name");
        assert!(origins.shown_of(&(2..4)).is_empty(), "hidden signs");
    }

    #[test]
    fn a_cut_keeps_both_sides() {
        for at in 0..=8 {
            let mut before = origins();
            let after = before.split_off(at);
            let mut joined = before.clone();
            joined.append(&after, at);
            for source in 0..16 {
                let of = |origins: &Origins| origins.shown_of(&(source..source + 1));
                assert_eq!(of(&joined), of(&origins()), "cut at {at}, character {source}");
            }
        }
    }
}
