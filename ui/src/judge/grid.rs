//! The grid of candidates: side by side up to three, then in rows; stacked where the window is narrow; or one
//! of them large.

use egui::{Rect, Vec2, pos2, vec2};

use crate::theme::space;

/// Between the cards, in points.
const GAP: f32 = space::MEDIUM;
/// Narrower than this, two candidates are stacked.
const STACKED_BELOW: f32 = 760.0;
/// A card of a grid is at least so wide and so high.
const LEAST: Vec2 = vec2(264.0, 230.0);

/// How many columns so many candidates want.
fn wanted_columns(count: usize) -> usize {
    match count {
        0..=3 => count.max(1),
        4 => 2,
        5 | 6 | 9 => 3,
        _ => 4,
    }
}

/// The cards of so many candidates in a room, in the order of the screen; they may reach below the room, and
/// are scrolled then.
pub fn cards(room: Rect, count: usize) -> Vec<Rect> {
    let wanted = wanted_columns(count);
    let least = if count == 2 { (STACKED_BELOW - GAP) / 2.0 } else { LEAST.x };
    let fitting = ((room.width() + GAP) / (least + GAP)).floor().max(1.0) as usize;
    let columns = wanted.min(fitting);
    let rows = count.div_ceil(columns).max(1);
    let width = ((room.width() - GAP * (columns - 1) as f32) / columns as f32).floor();
    let fitted = (room.height() - GAP * (rows - 1) as f32) / rows as f32;
    let height = if rows <= 2 { fitted } else { fitted.max(LEAST.y) };
    let card = |position: usize| {
        let (row, column) = (position / columns, position % columns);
        let left_top = room.min + vec2(column as f32 * (width + GAP), row as f32 * (height + GAP));
        Rect::from_min_size(pos2(left_top.x, left_top.y), vec2(width, height))
    };
    (0..count).map(card).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(count: usize, size: Vec2) -> (usize, usize) {
        let cards = cards(Rect::from_min_size(pos2(0.0, 0.0), size), count);
        let columns = cards.iter().filter(|card| card.top() == cards[0].top()).count();
        (columns, count.div_ceil(columns))
    }

    #[test]
    fn candidates_stand_side_by_side_and_then_in_rows() {
        let window = vec2(1400.0, 700.0);
        let shapes: Vec<_> = [1, 2, 3, 4, 6, 8, 12].map(|count| shape(count, window)).to_vec();
        assert_eq!(shapes, [(1, 1), (2, 1), (3, 1), (2, 2), (3, 2), (4, 2), (4, 3)]);
        assert_eq!(shape(2, vec2(700.0, 700.0)), (1, 2), "a narrow pair is stacked");
        assert_eq!(shape(8, vec2(600.0, 700.0)), (2, 4));
    }

    #[test]
    fn what_does_not_fit_reaches_below_rather_than_shrinking() {
        let room = Rect::from_min_size(pos2(0.0, 0.0), vec2(1200.0, 500.0));
        let last = cards(room, 12).pop().expect("twelve cards");
        assert!(last.bottom() > room.bottom());
        assert!(last.height() >= LEAST.y);
        let pair = cards(room, 2);
        assert_eq!(pair[0].height(), room.height(), "a pair always fits");
    }
}
