//! Distances, corners and text sizes, all in points.

use std::ops::RangeInclusive;

/// Width of the thin lines between things.
pub const HAIRLINE: f32 = 1.0;

/// Width of the ring around whatever has the keyboard's focus.
pub const FOCUS_RING: f32 = 2.0;

/// How long the little motion there is may take, in seconds.
pub const ANIMATION_SECONDS: f32 = 0.1;

/// Body text sizes that a person may choose.
pub const TEXT_SIZES: RangeInclusive<f32> = 12.0..=28.0;

/// Body text size until a person chooses one.
pub const DEFAULT_TEXT_SIZE: f32 = 16.0;

/// Widest a column of text may get, in multiples of its text size: about 75 characters of Inter.
pub const MEASURE_IN_EMS: f32 = 38.0;

/// Distances: steps of four.
pub mod space {
    /// 4: between parts of one control.
    pub const TINY: f32 = 4.0;
    /// 8: between controls that belong together.
    pub const SMALL: f32 = 8.0;
    /// 12: inside small frames.
    pub const MEDIUM: f32 = 12.0;
    /// 16: between groups.
    pub const LARGE: f32 = 16.0;
    /// 20: inside cards, at the window's edge.
    pub const EDGE: f32 = 20.0;
    /// 32: between sections.
    pub const HUGE: f32 = 32.0;
}

/// Corner radii.
pub mod radius {
    /// 4: key caps, inline code.
    pub const SMALL: u8 = 4;
    /// 8: controls, code blocks.
    pub const MEDIUM: u8 = 8;
    /// 10: cards, dialogs.
    pub const LARGE: u8 = 10;
}

/// Text sizes of the interface itself, which do not follow the reading size.
pub mod text {
    /// 11: captions in capitals, key caps.
    pub const CAPTION: f32 = 11.0;
    /// 13: secondary text.
    pub const SMALL: f32 = 13.0;
    /// 15: labels, buttons.
    pub const BODY: f32 = 15.0;
    /// 17: titles of cards and dialogs.
    pub const TITLE: f32 = 17.0;
    /// 30: the one large heading of the start screen.
    pub const DISPLAY: f32 = 30.0;
}

/// Sizes of controls.
pub mod control {
    /// Height of an answer button.
    pub const HEIGHT: f32 = 40.0;
    /// Height of small controls: segments, fields, quiet buttons.
    pub const SMALL_HEIGHT: f32 = 32.0;
    /// Side of a key cap.
    pub const KEY_CAP: f32 = 20.0;
    /// Side of the A and B badges.
    pub const BADGE: f32 = 26.0;
    /// Thickness of a progress bar.
    pub const BAR: f32 = 4.0;
    /// Height of the quiet bar at the top of a screen.
    pub const TOP_BAR: f32 = 44.0;
}

/// Text sizes of a document, derived from the body size that the person chose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextSizes {
    /// Running text.
    pub body: f32,
    /// Code, a little smaller because monospaced letters look larger.
    pub code: f32,
    /// Headings of level 1 to 4; deeper ones look like level 4.
    pub headings: [f32; 4],
    /// Distance from line to line of running text.
    pub line_height: f32,
    /// Distance from line to line of code.
    pub code_line_height: f32,
}

impl TextSizes {
    /// The sizes for a `body` size in points, which is held within [`TEXT_SIZES`].
    pub fn of(body: f32) -> Self {
        let body = if body.is_finite() { body } else { DEFAULT_TEXT_SIZE };
        let body = body.clamp(*TEXT_SIZES.start(), *TEXT_SIZES.end());
        let code = (body * 0.875).round();
        Self {
            body,
            code,
            headings: [1.5, 1.3, 1.15, 1.0].map(|factor| (body * factor).round()),
            line_height: (body * 1.5).round(),
            code_line_height: (code * 1.45).round(),
        }
    }

    /// Distance from line to line of text of `size` points: tighter for larger type.
    pub fn heading_line_height(size: f32) -> f32 {
        (size * 1.3).round()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_stay_readable_whatever_is_asked() {
        assert_eq!(TextSizes::of(2.0).body, 12.0);
        assert_eq!(TextSizes::of(90.0).body, 28.0);
        assert_eq!(TextSizes::of(f32::NAN).body, DEFAULT_TEXT_SIZE);
    }

    #[test]
    fn lines_stand_one_and_a_half_apart() {
        assert_eq!(TextSizes::of(16.0).line_height, 24.0);
    }

    #[test]
    fn headings_get_smaller_level_by_level() {
        for body in 12..=28 {
            let sizes = TextSizes::of(body as f32);
            assert!(sizes.headings.is_sorted_by(|larger, smaller| larger >= smaller), "{sizes:?}");
            assert!(
                sizes.headings[3] >= sizes.body,
                "no heading is smaller than the text under it: {sizes:?}"
            );
        }
    }
}
