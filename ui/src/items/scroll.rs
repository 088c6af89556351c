//! Where the table stands.
//!
//! A million rows are 36 million points high, more than an `f32` can count one by one, so the place is kept
//! in `f64` and handed out as a whole row and the few points of it that are already out of view. Nothing
//! that is painted ever knows how high the whole table is.

use std::ops::Range;

/// Height of a row in points.
pub const ROW_HEIGHT: f32 = 36.0;

/// The place of the table's first visible point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scroll {
    top: f64,
    /// Where in the thumb of the scroll bar the pointer holds it, in points from its top.
    pub grabbed_at: f32,
}

impl Scroll {
    /// Moves by this many points, downwards where positive.
    pub fn move_by(&mut self, points: f32) {
        self.top += f64::from(points);
    }

    /// Back to the first row.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Holds the place within a table of `count` rows seen through `height` points.
    pub fn clamp(&mut self, count: u64, height: f32) {
        self.top = self.top.clamp(0.0, highest_top(count, height));
    }

    /// Moves as little as needed for `row` to be seen whole.
    pub fn reveal(&mut self, row: u64, height: f32) {
        let above = row as f64 * f64::from(ROW_HEIGHT);
        let below = above + f64::from(ROW_HEIGHT) - f64::from(height);
        // The second comparison last: where not even one row fits, its top is what is seen.
        self.top = self.top.max(below).min(above);
    }

    /// The first row in view, and how many points of it are out of view.
    pub fn first_row(&self) -> (u64, f32) {
        let row = (self.top / f64::from(ROW_HEIGHT)).floor();
        (row as u64, (self.top - row * f64::from(ROW_HEIGHT)) as f32)
    }

    /// The rows of which at least a part is in view.
    pub fn visible_rows(&self, count: u64, height: f32) -> Range<u64> {
        let (first, hidden) = self.first_row();
        let seen = ((height + hidden) / ROW_HEIGHT).ceil() as u64;
        first.min(count)..(first + seen).min(count)
    }

    /// How far down the table is, from 0 to 1.
    pub fn fraction(&self, count: u64, height: f32) -> f32 {
        let highest = highest_top(count, height);
        if highest > 0.0 { (self.top / highest) as f32 } else { 0.0 }
    }

    /// Goes to a place told as [`Scroll::fraction`] tells it.
    pub fn set_fraction(&mut self, fraction: f32, count: u64, height: f32) {
        self.top = highest_top(count, height) * f64::from(fraction.clamp(0.0, 1.0));
    }
}

/// How many whole rows fit into `height` points; at least one.
pub fn rows_in_page(height: f32) -> u64 {
    ((height / ROW_HEIGHT).floor() as u64).max(1)
}

fn highest_top(count: u64, height: f32) -> f64 {
    (count as f64 * f64::from(ROW_HEIGHT) - f64::from(height)).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLION: u64 = 1_000_000;

    #[test]
    fn the_last_of_a_million_rows_ends_exactly_at_the_bottom() {
        let height = 731.5;
        let mut scroll = Scroll::default();
        scroll.reveal(MILLION - 1, height);
        let (first, hidden) = scroll.first_row();
        let bottom = (MILLION - first) as f32 * ROW_HEIGHT - hidden;
        assert_eq!(bottom, height, "the last row ends where the view ends, to the point");
        assert_eq!(scroll.visible_rows(MILLION, height).end, MILLION);
        scroll.set_fraction(1.0, MILLION, height);
        assert_eq!(scroll.first_row(), (first, hidden), "the scroll bar's end is the same place");
    }

    #[test]
    fn a_single_point_moves_the_table_even_at_its_end() {
        let mut scroll = Scroll::default();
        scroll.reveal(MILLION - 1, 360.0);
        let before = scroll.first_row();
        scroll.move_by(-1.0);
        let after = scroll.first_row();
        assert_eq!(before.1 - after.1 + (before.0 - after.0) as f32 * ROW_HEIGHT, 1.0);
    }

    #[test]
    fn revealing_moves_no_more_than_needed() {
        let mut scroll = Scroll::default();
        scroll.reveal(5, 360.0);
        assert_eq!(scroll.first_row(), (0, 0.0), "row 5 is in view already");
        scroll.reveal(10, 360.0);
        assert_eq!(scroll.first_row(), (1, 0.0), "ten rows fit");
        scroll.reveal(0, 360.0);
        assert_eq!(scroll.first_row(), (0, 0.0));
    }

    #[test]
    fn a_short_table_does_not_scroll() {
        let mut scroll = Scroll::default();
        scroll.move_by(500.0);
        scroll.clamp(3, 360.0);
        assert_eq!(scroll.first_row(), (0, 0.0));
        assert_eq!(scroll.visible_rows(3, 360.0), 0..3);
        assert_eq!(scroll.fraction(3, 360.0), 0.0);
    }
}
