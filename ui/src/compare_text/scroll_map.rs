//! Where one text is to be while another is read: shared passages stand at one height.
//!
//! Heights are points from the top of what is scrolled. A map is made of the heights at which shared passages
//! begin and end in both; between them it goes evenly, and it goes from the very top to the very bottom.

use egui::Rangef;

/// Heights in two texts that belong together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScrollMap {
    /// Pairs of heights, both growing.
    anchors: Vec<[f32; 2]>,
}

/// What one text shows of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Viewed {
    /// How far it is scrolled.
    pub offset: f32,
    /// How high the window onto it is.
    pub view: f32,
    /// How high it is.
    pub height: f32,
}

impl Viewed {
    fn most(self) -> f32 {
        (self.height - self.view).max(0.0)
    }

    /// The line that others are held to, and how far down in the window it is.
    fn line(self) -> (f32, f32) {
        let offset = self.offset.clamp(0.0, self.most());
        let share = if offset > 0.0 { offset / self.most() } else { 0.0 };
        (offset + share * self.view.min(self.height), share)
    }

    /// How far it is scrolled when a line stands so far down in the window.
    fn offset_of(self, line: f32, share: f32) -> f32 {
        (line - share * self.view.min(self.height)).clamp(0.0, self.most())
    }
}

impl ScrollMap {
    /// A map by the heights of shared passages, in the order of the first text: in the first, in the second.
    /// A passage that goes back in either text is passed over.
    pub fn new(passages: impl IntoIterator<Item = (Rangef, Rangef)>) -> Self {
        let mut anchors: Vec<[f32; 2]> = Vec::new();
        for (one, other) in passages {
            let last = anchors.last().copied().unwrap_or([0.0, 0.0]);
            if one.min >= last[0] && other.min >= last[1] && one.max >= one.min && other.max >= other.min {
                anchors.push([one.min, other.min]);
                anchors.push([one.max, other.max]);
            }
        }
        Self { anchors }
    }

    /// Whether the texts share nothing.
    pub fn is_empty(&self) -> bool {
        self.anchors.is_empty()
    }

    /// The map from the second text to the first.
    pub fn reversed(&self) -> Self {
        Self { anchors: self.anchors.iter().map(|[one, other]| [*other, *one]).collect() }
    }

    /// The height in the second text that belongs to `height` in the first; both are so high.
    fn height(&self, height: f32, heights: [f32; 2]) -> f32 {
        let next = self.anchors.partition_point(|[one, _]| *one <= height);
        let from = next.checked_sub(1).map_or([0.0, 0.0], |last| self.anchors[last]);
        let to =
            self.anchors.get(next).copied().unwrap_or([heights[0].max(from[0]), heights[1].max(from[1])]);
        let length = to[0] - from[0];
        if length <= 0.0 {
            return from[1];
        }
        from[1] + (height - from[0]) / length * (to[1] - from[1])
    }

    /// How far the second text is to be scrolled when the first is where it is.
    ///
    /// The line that both agree on goes from the top of the window to its bottom while the first text is
    /// scrolled from its top to its end, so that both ends of both texts can be reached.
    pub fn offset(&self, one: Viewed, other: Viewed) -> f32 {
        let (line, share) = one.line();
        other.offset_of(self.height(line, [one.height, other.height]), share)
    }

    /// The same by way of a text in between, of which only the height counts: it need not be scrolled there.
    pub fn offset_by_way_of(&self, between: f32, then: &Self, one: Viewed, other: Viewed) -> f32 {
        let (line, share) = one.line();
        let there = self.height(line, [one.height, between]);
        other.offset_of(then.height(there, [between, other.height]), share)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn viewed(offset: f32, height: f32) -> Viewed {
        Viewed { offset, view: 400.0, height }
    }

    #[test]
    fn a_shared_passage_stands_at_one_height() {
        // The second text says more before the shared passage.
        let map = ScrollMap::new([(Rangef::new(500.0, 900.0), Rangef::new(1_500.0, 1_900.0))]);
        let (one, other) = (viewed(600.0, 2_000.0), viewed(0.0, 3_000.0));
        let offset = map.offset(one, other);
        let line = 600.0 / 1_600.0 * 400.0;
        assert!(
            (offset + line - (1_600.0 + line)).abs() < 0.01,
            "the line read stands where it stands: {offset}"
        );
    }

    #[test]
    fn both_ends_can_be_reached() {
        let map = ScrollMap::new([(Rangef::new(10.0, 20.0), Rangef::new(900.0, 950.0))]);
        assert_eq!(map.offset(viewed(0.0, 2_000.0), viewed(0.0, 3_000.0)), 0.0);
        assert_eq!(map.offset(viewed(1_600.0, 2_000.0), viewed(0.0, 3_000.0)), 2_600.0);
        assert_eq!(map.offset(viewed(9_999.0, 2_000.0), viewed(0.0, 3_000.0)), 2_600.0, "beyond the end");
        assert_eq!(
            map.offset(viewed(0.0, 100.0), viewed(0.0, 3_000.0)),
            0.0,
            "what is not scrolled moves nothing"
        );
    }

    #[test]
    fn a_short_text_in_between_throws_nothing_back() {
        // What both long texts share stands in the short one as well, which has nothing to scroll.
        let to_short = ScrollMap::new([(Rangef::new(1_000.0, 1_100.0), Rangef::new(50.0, 150.0))]);
        let to_long = ScrollMap::new([(Rangef::new(50.0, 150.0), Rangef::new(2_000.0, 2_100.0))]);
        let (one, other) = (viewed(1_000.0, 3_000.0), viewed(0.0, 4_000.0));
        let offset = to_short.offset_by_way_of(200.0, &to_long, one, other);
        assert!((1_500.0..2_600.0).contains(&offset), "{offset}");
        let even = ScrollMap::new([(Rangef::new(0.0, 3_000.0), Rangef::new(0.0, 3_000.0))]);
        let (by_way, at_once) =
            (even.offset_by_way_of(3_000.0, &to_short, one, other), to_short.offset(one, other));
        assert!((by_way - at_once).abs() < 0.01, "by way of the same it is the same: {by_way} {at_once}");
    }

    #[test]
    fn passages_that_go_back_are_passed_over() {
        let map = ScrollMap::new([
            (Rangef::new(100.0, 200.0), Rangef::new(500.0, 600.0)),
            (Rangef::new(300.0, 400.0), Rangef::new(0.0, 100.0)),
        ]);
        assert_eq!(map.anchors.len(), 2);
    }

    proptest! {
        #[test]
        fn whoever_reads_on_never_goes_back_in_the_other(
            lengths in proptest::collection::vec((1.0_f32..300.0, 1.0_f32..300.0, 1.0_f32..100.0), 1..8),
            shares in (0.0_f32..1.0, 0.0_f32..1.0),
        ) {
            let (mut one, mut other) = (0.0, 0.0);
            let passages: Vec<_> = lengths.iter().map(|(before, there, shared)| {
                let passage = (
                    Rangef::new(one + before, one + before + shared),
                    Rangef::new(other + there, other + there + shared),
                );
                (one, other) = (passage.0.max, passage.1.max);
                passage
            }).collect();
            let map = ScrollMap::new(passages);
            let (one, other) = (one + 500.0, other + 500.0);
            let at = |share: f32| map.offset(viewed(share * (one - 400.0), one), viewed(0.0, other));
            let (low, high) = (shares.0.min(shares.1), shares.0.max(shares.1));
            // The line moves down in the window as fast as a shared passage moves up at most.
            prop_assert!(at(high) + 400.0 >= at(low), "{} {}", at(low), at(high));
            prop_assert!((0.0..=other - 400.0 + 0.01).contains(&at(low)));
            let back = map.reversed().reversed();
            prop_assert_eq!(back, map);
        }
    }
}
