//! Moving and resizing marks: what of a mark a pointer holds, and what becomes of the mark. Everything is
//! counted in fractions of the picture, so that a mark stays where it is whatever the zoom.

use egui::{Pos2, Rect, Vec2, pos2, vec2};
use tiebreak_domain::answer::{Mark, MarkForm};

/// What of a mark is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// All of it: it moves.
    Whole,
    /// The ring of a point: its radius changes.
    Ring,
    /// A corner or an edge of a box: −1 is the left or upper one, 1 the right or lower one, 0 neither.
    Edge(i8, i8),
}

/// How near the pointer has to be, in points.
const GRIP: f32 = 7.0;
/// The smallest ring is painted this large, in points.
const LEAST_RING: f32 = 4.0;
/// The smallest and the largest radius, as fractions of the picture's width.
const RADII: [f32; 2] = [0.002, 0.5];
/// The smallest side of a box, as a fraction of the picture.
const LEAST_SIDE: f32 = 0.004;

/// A box between two corners, in fractions.
pub fn box_between(first: [f32; 2], second: [f32; 2]) -> (f32, f32, MarkForm) {
    let (left, right) = (first[0].min(second[0]), first[0].max(second[0]));
    let (top, bottom) = (first[1].min(second[1]), first[1].max(second[1]));
    (left, top, MarkForm::Size([right - left, bottom - top]))
}

/// The radius of a point's ring on the screen, in points.
pub fn ring(radius: f32, place: Rect) -> f32 {
    (radius * place.width()).max(LEAST_RING)
}

/// Where a mark stands on the screen: the box, or the square around the ring.
pub fn rect_of(mark: &Mark, place: Rect) -> Rect {
    let at = on_screen([mark.x, mark.y], place);
    match mark.form {
        MarkForm::Radius(radius) => Rect::from_center_size(at, Vec2::splat(2.0 * ring(radius, place))),
        MarkForm::Size([width, height]) => {
            Rect::from_min_size(at, vec2(width * place.width(), height * place.height()))
        }
    }
}

/// A point of the picture on the screen.
pub fn on_screen([x, y]: [f32; 2], place: Rect) -> Pos2 {
    pos2(place.left() + x * place.width(), place.top() + y * place.height())
}

/// Where a chosen mark can be taken to resize it.
pub fn handles(mark: &Mark, place: Rect) -> Vec<(Hold, Pos2)> {
    let rect = rect_of(mark, place);
    if let MarkForm::Radius(_) = mark.form {
        return vec![(Hold::Ring, rect.right_center())];
    }
    let at = |side: i8, low: f32, high: f32| match side {
        -1 => low,
        1 => high,
        _ => f32::midpoint(low, high),
    };
    let sides = (-1..=1).flat_map(|x| (-1..=1).map(move |y| (x, y))).filter(|side| *side != (0, 0));
    let handle =
        |(x, y)| (Hold::Edge(x, y), pos2(at(x, rect.left(), rect.right()), at(y, rect.top(), rect.bottom())));
    sides.map(handle).collect()
}

/// What of a mark the pointer is on; of one that is not chosen, only its outline and a point's middle.
pub fn hold_at(mark: &Mark, place: Rect, pointer: Pos2, is_chosen: bool) -> Option<Hold> {
    let rect = rect_of(mark, place);
    if let MarkForm::Radius(_) = mark.form {
        let (from_middle, ring) = (rect.center().distance(pointer), rect.width() / 2.0);
        let is_on_ring = (from_middle - ring).abs() <= GRIP.min(ring / 2.0 + 2.0);
        return match (is_chosen, is_on_ring) {
            (true, true) => Some(Hold::Ring),
            (true, false) if from_middle <= ring.max(GRIP) => Some(Hold::Whole),
            (false, true) => Some(Hold::Whole),
            (false, false) if from_middle <= GRIP => Some(Hold::Whole),
            _ => None,
        };
    }
    if is_chosen {
        let distance = |at: Pos2| at.distance(pointer);
        let near = handles(mark, place).into_iter().filter(|(_, at)| distance(*at) <= GRIP);
        let nearest = near.min_by(|(_, one), (_, other)| distance(*one).total_cmp(&distance(*other)));
        return nearest.map(|(hold, _)| hold).or_else(|| rect.contains(pointer).then_some(Hold::Whole));
    }
    let is_on_outline =
        rect.expand(GRIP - 2.0).contains(pointer) && !rect.shrink(GRIP - 2.0).contains(pointer);
    is_on_outline.then_some(Hold::Whole)
}

/// The mark after what is held of it was moved by a fraction of the picture, of which `aspect` is the height
/// over the width.
pub fn dragged(mark: &Mark, hold: Hold, by: [f32; 2], pointer: [f32; 2], aspect: f32) -> Mark {
    match (hold, mark.form) {
        (Hold::Whole, _) => moved(mark, by),
        (Hold::Ring, _) => {
            let radius = (pointer[0] - mark.x).hypot((pointer[1] - mark.y) * aspect);
            with_radius(mark, radius)
        }
        (Hold::Edge(x, y), MarkForm::Size([width, height])) => {
            let side = |low: f32, length: f32, side: i8, by: f32| {
                let by_low = if side < 0 { by } else { 0.0 };
                let by_high = if side > 0 { by } else { 0.0 };
                [(low + by_low).clamp(0.0, 1.0), (low + length + by_high).clamp(0.0, 1.0)]
            };
            let (across, down) = (side(mark.x, width, x, by[0]), side(mark.y, height, y, by[1]));
            let (x, y, form) = box_between([across[0], down[0]], [across[1], down[1]]);
            let MarkForm::Size([width, height]) = form else { return mark.clone() };
            let form = MarkForm::Size([width.max(LEAST_SIDE), height.max(LEAST_SIDE)]);
            moved(&Mark { x, y, form, ..mark.clone() }, [0.0, 0.0])
        }
        (Hold::Edge(..), MarkForm::Radius(_)) => mark.clone(),
    }
}

/// The mark elsewhere; it ends at the edge of the picture.
pub fn moved(mark: &Mark, by: [f32; 2]) -> Mark {
    let [width, height] = match mark.form {
        MarkForm::Radius(_) => [0.0, 0.0],
        MarkForm::Size(size) => size,
    };
    Mark {
        x: (mark.x + by[0]).clamp(0.0, (1.0 - width).max(0.0)),
        y: (mark.y + by[1]).clamp(0.0, (1.0 - height).max(0.0)),
        ..mark.clone()
    }
}

/// The mark larger or smaller by so much of the picture: a box at its right and lower edge, a point by its
/// radius.
pub fn resized(mark: &Mark, by: [f32; 2]) -> Mark {
    match mark.form {
        MarkForm::Radius(radius) => with_radius(mark, radius + 0.5 * by[0] + 0.5 * by[1]),
        MarkForm::Size([width, height]) => {
            let side =
                |low: f32, length: f32, by: f32| (length + by).clamp(LEAST_SIDE, (1.0 - low).max(LEAST_SIDE));
            let form = MarkForm::Size([side(mark.x, width, by[0]), side(mark.y, height, by[1])]);
            Mark { form, ..mark.clone() }
        }
    }
}

fn with_radius(mark: &Mark, radius: f32) -> Mark {
    Mark { form: MarkForm::Radius(radius.clamp(RADII[0], RADII[1])), ..mark.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_box(x: f32, y: f32, width: f32, height: f32) -> Mark {
        Mark { part: 0, x, y, form: MarkForm::Size([width, height]), label: None, at_us: None }
    }

    fn point(x: f32, y: f32, radius: f32) -> Mark {
        Mark { part: 0, x, y, form: MarkForm::Radius(radius), label: None, at_us: None }
    }

    #[test]
    fn a_box_is_the_same_from_whichever_corner_it_is_drawn() {
        let (x, y, form) = box_between([0.75, 0.5], [0.25, 0.25]);
        assert_eq!((x, y, form), (0.25, 0.25, MarkForm::Size([0.5, 0.25])));
        assert_eq!(box_between([0.25, 0.25], [0.75, 0.5]), (x, y, form));
    }

    #[test]
    fn a_mark_stays_on_the_picture() {
        let moved_box = moved(&a_box(0.5, 0.5, 0.25, 0.25), [0.5, -0.75]);
        assert_eq!(moved_box, a_box(0.75, 0.0, 0.25, 0.25), "as large as before");
        assert_eq!(moved(&point(0.9, 0.5, 0.1), [0.5, 0.0]), point(1.0, 0.5, 0.1));
        assert_eq!(resized(&a_box(0.5, 0.5, 0.25, 0.25), [0.5, -0.125]), a_box(0.5, 0.5, 0.5, 0.125));
        assert_eq!(resized(&point(0.5, 0.5, 0.25), [0.0, 0.5]), point(0.5, 0.5, 0.5));
    }

    #[test]
    fn a_corner_drags_two_edges_and_may_pass_the_others() {
        let drag = |hold, by| dragged(&a_box(0.25, 0.25, 0.25, 0.25), hold, by, [0.0, 0.0], 1.0);
        assert_eq!(drag(Hold::Edge(-1, -1), [-0.125, 0.125]), a_box(0.125, 0.375, 0.375, 0.125));
        assert_eq!(drag(Hold::Edge(1, 0), [0.25, 0.5]), a_box(0.25, 0.25, 0.5, 0.25), "one edge");
        assert_eq!(drag(Hold::Edge(-1, 0), [0.5, 0.0]), a_box(0.5, 0.25, 0.25, 0.25), "past the right edge");
    }

    #[test]
    fn a_ring_goes_where_the_pointer_is_whatever_the_shape_of_the_picture() {
        let wide = dragged(&point(0.5, 0.5, 0.02), Hold::Ring, [0.0, 0.0], [0.5, 0.75], 0.5);
        assert_eq!(wide.form, MarkForm::Radius(0.125), "a quarter of the height is an eighth of the width");
    }

    #[test]
    fn only_a_chosen_mark_is_held_by_its_inside() {
        let place = Rect::from_min_size(pos2(100.0, 100.0), vec2(400.0, 400.0));
        let mark = a_box(0.25, 0.25, 0.5, 0.5);
        let inside = pos2(280.0, 300.0);
        assert_eq!(hold_at(&mark, place, inside, false), None, "more can be drawn in it");
        assert_eq!(hold_at(&mark, place, inside, true), Some(Hold::Whole));
        assert_eq!(hold_at(&mark, place, pos2(200.0, 260.0), false), Some(Hold::Whole), "its outline");
        assert_eq!(hold_at(&mark, place, pos2(403.0, 398.0), true), Some(Hold::Edge(1, 1)));
        let ring = point(0.5, 0.5, 0.1);
        assert_eq!(hold_at(&ring, place, pos2(340.0, 300.0), true), Some(Hold::Ring));
        assert_eq!(hold_at(&ring, place, pos2(340.0, 300.0), false), Some(Hold::Whole));
        assert_eq!(hold_at(&ring, place, pos2(320.0, 300.0), false), None);
    }
}
