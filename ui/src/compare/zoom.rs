//! Zoom and pan of one picture in its pane, relative to the picture, so that the same zoom shows the same
//! place of pictures of different size.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

/// Which part of the picture is in view. Relative to the picture, so that it means the same for candidates
/// of different size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zoom {
    /// 1 = the whole picture fits its pane.
    scale: f32,
    /// The point of the picture in the middle of the pane, from 0 to 1.
    center: Pos2,
}

/// How far one can go in: so many points for one pixel of the picture.
pub const MAX_POINTS_A_PIXEL: f32 = 80.0;
/// One step of a key.
pub const STEP: f32 = 1.25;

impl Default for Zoom {
    fn default() -> Self {
        Self { scale: 1.0, center: pos2(0.5, 0.5) }
    }
}

impl Zoom {
    /// Whether the picture fits its pane.
    pub fn is_fit(self) -> bool {
        self.scale == 1.0
    }

    /// Whether the whole picture is in view.
    pub fn is_whole(self) -> bool {
        self.scale <= 1.0
    }

    /// 1 = the whole picture fits its pane.
    pub fn scale(self) -> f32 {
        self.scale
    }

    /// Where a picture of this size, in its own pixels, stands in its pane.
    pub fn place(self, pane: Rect, picture: Vec2) -> Rect {
        let size = picture * fit(pane, picture) * self.scale;
        let middle = pane.center() - vec2((self.center.x - 0.5) * size.x, (self.center.y - 0.5) * size.y);
        let mut rect = Rect::from_center_size(middle, size);
        // What is smaller than the pane stays in its middle; what is larger covers it.
        for (low, high, side, place) in
            [(pane.left(), pane.right(), size.x, 0), (pane.top(), pane.bottom(), size.y, 1)]
        {
            let start = if place == 0 { rect.left() } else { rect.top() };
            let held = if side <= high - low {
                f32::midpoint(low, high) - side / 2.0
            } else {
                start.clamp(high - side, low)
            };
            let by = held - start;
            rect = rect.translate(if place == 0 { vec2(by, 0.0) } else { vec2(0.0, by) });
        }
        rect
    }

    /// Goes in or out by a factor; the point under `anchor` stays where it is.
    pub fn by(&mut self, factor: f32, anchor: Pos2, pane: Rect, picture: Vec2) {
        let before = self.place(pane, picture);
        let at =
            vec2((anchor.x - before.left()) / before.width(), (anchor.y - before.top()) / before.height());
        // Out as far as the whole picture; only its own size may be smaller than that.
        let least = self.scale.min(1.0);
        self.scale = (self.scale * factor).clamp(least, most(pane, picture));
        if self.is_whole() {
            self.center = pos2(0.5, 0.5);
            return;
        }
        let size = before.size() / before.width() * (self.place(pane, picture).width());
        let wanted = pane.center() - anchor;
        self.center = pos2(at.x + wanted.x / size.x, at.y + wanted.y / size.y);
        self.hold(pane, picture);
    }

    /// Moves the picture by so many points.
    pub fn pan(&mut self, by: Vec2, pane: Rect, picture: Vec2) {
        if self.is_whole() {
            return;
        }
        let size = self.place(pane, picture).size();
        self.center -= vec2(by.x / size.x, by.y / size.y);
        self.hold(pane, picture);
    }

    /// Moves the picture no further than needed for one of its points, in fractions, to be well in view.
    pub fn reveal(&mut self, [x, y]: [f32; 2], pane: Rect, picture: Vec2) {
        let place = self.place(pane, picture);
        let at = place.min + vec2(x * place.width(), y * place.height());
        let room = pane.shrink2(pane.size() * 0.12);
        if !self.is_fit() && !room.contains(at) {
            self.pan(room.clamp(at) - at, pane, picture);
        }
    }

    /// Shows one picture pixel on one screen pixel; the point under `anchor` stays where it is.
    pub fn actual(&mut self, anchor: Pos2, pane: Rect, picture: Vec2, pixels_per_point: f32) {
        let wanted = (1.0 / (fit(pane, picture) * pixels_per_point)).min(most(pane, picture));
        if wanted < 1.0 {
            *self = Self { scale: wanted, center: pos2(0.5, 0.5) };
        } else {
            self.by(wanted / self.scale, anchor, pane, picture);
        }
    }

    /// The centre that is really in the middle after the edges were held.
    fn hold(&mut self, pane: Rect, picture: Vec2) {
        let rect = self.place(pane, picture);
        let middle = pane.center() - rect.min;
        self.center = pos2(middle.x / rect.width(), middle.y / rect.height());
    }
}

/// Points for one pixel of a picture that fits its pane.
fn fit(pane: Rect, picture: Vec2) -> f32 {
    (pane.width() / picture.x).min(pane.height() / picture.y)
}

/// The largest scale.
fn most(pane: Rect, picture: Vec2) -> f32 {
    (MAX_POINTS_A_PIXEL / fit(pane, picture)).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PANE: Rect = Rect { min: Pos2 { x: 0.0, y: 0.0 }, max: Pos2 { x: 400.0, y: 200.0 } };

    #[test]
    fn a_picture_fits_and_stays_in_the_middle() {
        let rect = Zoom::default().place(PANE, vec2(1000.0, 1000.0));
        assert_eq!(rect, Rect::from_min_size(pos2(100.0, 0.0), vec2(200.0, 200.0)));
    }

    #[test]
    fn the_point_under_the_pointer_stays_there() {
        let picture = vec2(1000.0, 500.0);
        let mut zoom = Zoom::default();
        let anchor = pos2(100.0, 50.0);
        zoom.by(4.0, anchor, PANE, picture);
        let rect = zoom.place(PANE, picture);
        let under = (anchor - rect.min) / rect.width();
        assert!((under.x - 0.25).abs() < 1e-4, "{under:?}");
        assert!((under.y * 2.0 - 0.25).abs() < 1e-4, "{under:?}");
    }

    #[test]
    fn panning_ends_at_the_edge() {
        let picture = vec2(400.0, 200.0);
        let mut zoom = Zoom::default();
        zoom.by(2.0, PANE.center(), PANE, picture);
        zoom.pan(vec2(10_000.0, 10_000.0), PANE, picture);
        assert_eq!(zoom.place(PANE, picture).min, PANE.min);
        zoom.pan(vec2(-10.0, 0.0), PANE, picture);
        assert_eq!(zoom.place(PANE, picture).left(), -10.0, "the way back is not swallowed");
    }

    #[test]
    fn a_point_out_of_view_comes_into_it() {
        let picture = vec2(400.0, 200.0);
        let mut zoom = Zoom::default();
        zoom.by(8.0, PANE.center(), PANE, picture);
        let at = |zoom: Zoom, [x, y]: [f32; 2]| zoom.place(PANE, picture).lerp_inside(vec2(x, y));
        assert!(!PANE.contains(at(zoom, [0.9, 0.2])));
        zoom.reveal([0.9, 0.2], PANE, picture);
        assert!(PANE.contains(at(zoom, [0.9, 0.2])), "{:?}", at(zoom, [0.9, 0.2]));
        let before = zoom;
        zoom.reveal([0.9, 0.21], PANE, picture);
        assert_eq!(zoom, before, "what is in view moves nothing");
    }

    #[test]
    fn actual_pixels_are_what_they_say() {
        let mut zoom = Zoom::default();
        zoom.actual(PANE.center(), PANE, vec2(2000.0, 1000.0), 2.0);
        assert!((zoom.place(PANE, vec2(2000.0, 1000.0)).width() - 1000.0).abs() < 0.01);
        zoom.by(1e-3, PANE.center(), PANE, vec2(2000.0, 1000.0));
        assert!(zoom.is_fit());
    }

    #[test]
    fn a_small_picture_can_be_seen_in_its_own_size_and_large_in_any_pane() {
        let mut zoom = Zoom::default();
        let picture = vec2(50.0, 50.0);
        zoom.actual(PANE.center(), PANE, picture, 1.0);
        assert_eq!(zoom.place(PANE, picture).width(), 50.0, "smaller than it would fit");
        zoom.by(0.5, PANE.center(), PANE, picture);
        assert_eq!(zoom.place(PANE, picture).width(), 50.0, "and no smaller");
        let huge = vec2(16_384.0, 16_384.0);
        zoom.by(1e9, PANE.center(), PANE, huge);
        assert!((zoom.place(PANE, huge).width() / huge.x - MAX_POINTS_A_PIXEL).abs() < 0.1);
    }
}
