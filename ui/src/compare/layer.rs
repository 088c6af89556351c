//! Layers: what can be laid on one another, the candidates in the order of the screen and then what they are
//! held against; how two of different size are brought together; and what is asked of whoever shows one.

use egui::{Pos2, Rect, TextureOptions, Vec2, pos2, vec2};

use super::Visual;

/// What can be looked at.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// Its letter, or a word for what is no candidate.
    pub letter: String,
    /// What screen readers say.
    pub name: String,
    /// Width and height in pixels, once they are known.
    pub size: Option<[u32; 2]>,
    /// Whether something could shine through it.
    pub has_alpha: bool,
    /// Whether it is a candidate, and not what candidates are held against.
    pub is_candidate: bool,
    /// Whether its pane stands among other parts that are scrolled, so that the wheel and the arrows are theirs.
    pub is_among_others: bool,
}

/// What is needed of a layer to be painted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wanted {
    /// What of it is in view, in pixels of the full picture, or of `as_size`.
    pub view: Rect,
    /// Screen pixels for each pixel of it.
    pub scale: f32,
    /// The size that it is to be brought to; none for its own.
    pub as_size: Option<[u32; 2]>,
    /// How its own pixels are to be sampled. Copies with fewer pixels are always smooth.
    pub options: TextureOptions,
}

/// Whoever shows layers: hands over what is here of one, and asks for what is missing. It is called anew in
/// every frame, so a video's frame costs no more than a picture.
pub type Show<'a> = dyn FnMut(usize, &Wanted) -> Option<Visual> + 'a;

/// From this magnification on, pixels are shown as they are.
const SHARP_FROM: f32 = 2.0;

impl Wanted {
    /// What is needed of a picture of so many pixels that stands at `place` and is seen through `window`.
    pub fn of(
        place: Rect,
        window: Rect,
        size: [u32; 2],
        pixels_per_point: f32,
        is_smooth: bool,
        as_size: Option<[u32; 2]>,
    ) -> Self {
        let points = place.width() / size[0] as f32;
        let scale = points * pixels_per_point;
        let seen = window.intersect(place);
        let pixel = |at: Pos2| ((at - place.min) / points).to_pos2();
        let options =
            if scale >= SHARP_FROM && !is_smooth { TextureOptions::NEAREST } else { TextureOptions::LINEAR };
        Self { view: Rect::from_min_max(pixel(seen.min), pixel(seen.max)), scale, as_size, options }
    }
}

/// How pictures of different size are laid on one another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alignment {
    /// Brought to the same size.
    #[default]
    Fit,
    /// Pixel on pixel, from the left upper corner.
    Pixel,
}

/// Where layers lie on a common ground.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ground {
    /// Width and height of the ground, in pixels.
    pub size: [u32; 2],
    /// Where each of the two lies on it, in its pixels.
    pub frames: [Rect; 2],
}

/// Shapes that differ by no more than this are taken for the same: a few rows lost to rounding.
const SAME_SHAPE: f32 = 0.02;

impl Ground {
    /// The ground of two layers of these sizes.
    pub fn of(sizes: [[u32; 2]; 2], alignment: Alignment) -> Self {
        let [one, other] = sizes.map(vector);
        if alignment == Alignment::Pixel {
            let size = [sizes[0][0].max(sizes[1][0]), sizes[0][1].max(sizes[1][1])];
            return Self { size, frames: [one, other].map(|size| Rect::from_min_size(Pos2::ZERO, size)) };
        }
        let whole = Rect::from_min_size(Pos2::ZERO, one);
        let is_same_shape = ((one.x / one.y) / (other.x / other.y) - 1.0).abs() <= SAME_SHAPE;
        let frame = if is_same_shape {
            whole
        } else {
            let scaled = (other * (one.x / other.x).min(one.y / other.y)).round().max(Vec2::splat(1.0));
            let spare = ((one - scaled) / 2.0).floor();
            Rect::from_min_size(pos2(spare.x, spare.y), scaled)
        };
        Self { size: sizes[0], frames: [whole, frame] }
    }

    /// The size that a layer is to be asked for in; none for its own.
    pub fn as_size(&self, which: usize, own: [u32; 2]) -> Option<[u32; 2]> {
        let size = self.frames[which].size();
        Some([size.x as u32, size.y as u32]).filter(|size| *size != own)
    }

    /// Where one of the two stands on the screen, when the ground stands at `place`.
    pub fn on_screen(&self, which: usize, place: Rect) -> Rect {
        let points = place.width() / self.size[0] as f32;
        let frame = self.frames[which];
        Rect::from_min_size(place.min + frame.min.to_vec2() * points, frame.size() * points)
    }
}

/// A size as egui counts.
pub fn vector([width, height]: [u32; 2]) -> Vec2 {
    vec2(width as f32, height as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_of_one_shape_are_brought_to_one_size_and_others_keep_theirs() {
        let ground = Ground::of([[1000, 500], [2001, 1000]], Alignment::Fit);
        assert_eq!(ground.frames[1], Rect::from_min_size(Pos2::ZERO, vec2(1000.0, 500.0)));
        assert_eq!(ground.as_size(1, [2001, 1000]), Some([1000, 500]));
        assert_eq!(ground.as_size(0, [1000, 500]), None, "the first lies as it is");
        let ground = Ground::of([[1000, 500], [300, 300]], Alignment::Fit);
        assert_eq!(
            ground.frames[1],
            Rect::from_min_size(pos2(250.0, 0.0), vec2(500.0, 500.0)),
            "not distorted"
        );
    }

    #[test]
    fn pixel_on_pixel_nothing_is_scaled() {
        let sizes = [[1000, 500], [300, 700]];
        let ground = Ground::of(sizes, Alignment::Pixel);
        assert_eq!(ground.size, [1000, 700]);
        assert_eq!((0..2).map(|which| ground.as_size(which, sizes[which])).collect::<Vec<_>>(), [None, None]);
        let place = Rect::from_min_size(pos2(10.0, 20.0), vec2(500.0, 350.0));
        let other = Rect::from_min_size(pos2(10.0, 20.0), vec2(150.0, 350.0));
        assert_eq!(ground.on_screen(1, place), other);
    }

    #[test]
    fn what_is_wanted_is_what_is_in_view_and_sharp_from_twice_on() {
        let place = Rect::from_min_size(pos2(-100.0, 0.0), vec2(400.0, 400.0));
        let window = Rect::from_min_size(Pos2::ZERO, vec2(200.0, 200.0));
        let wanted = |pixels_per_point, is_smooth| {
            Wanted::of(place, window, [400, 400], pixels_per_point, is_smooth, None)
        };
        assert_eq!(wanted(1.0, false).view, Rect::from_min_size(pos2(100.0, 0.0), vec2(200.0, 200.0)));
        assert_eq!(wanted(1.0, false).options, TextureOptions::LINEAR);
        assert_eq!(wanted(2.0, false).options, TextureOptions::NEAREST);
        assert_eq!(wanted(2.0, true).options, TextureOptions::LINEAR, "unless smooth was chosen");
    }
}
