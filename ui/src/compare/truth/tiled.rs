//! The same truth where a picture is more than one piece: tiles as the store of pictures asks for them, four of which
//! meet in the pane.

use tiebreak_domain::SourceId;
use tiebreak_domain::media::{TILE_SIDE, TileRequest};

use super::*;
use crate::images::Images;

/// More than a tile in each direction, and twice as large as the pane.
pub(super) const LARGE: [u32; 2] = [1280, 960];
/// Where four tiles meet, in pixels of the picture.
const CORNER: f32 = TILE_SIDE as f32;
/// So many of the pane's pixels each of the picture's takes in each direction.
pub(super) const ENLARGED: u32 = 8;

/// What arrived is uploaded a little in each frame; after so many all of it is.
const UPLOADED_WITHIN: usize = 12;

/// The app's own store, with an engine that has what is asked for.
pub(super) struct Store {
    images: Images,
    /// So many frames passed without anything being asked for.
    idle_frames: usize,
}

impl Store {
    pub(super) fn visual(&mut self, ctx: &Context, index: usize, wanted: &Wanted) -> Option<Visual> {
        let request = Images::request(SourceId(1), NAMES[index], PANE.map(|side| side as f32));
        self.images.visual(ctx, &request, wanted)
    }

    /// Answers what was asked for; whether nothing was for so long that nothing waits to be uploaded.
    pub(super) fn is_settled(&mut self, ctx: &Context) -> bool {
        let (images, tiles) = (self.images.take_wanted(), self.images.take_wanted_tiles());
        let is_idle = images.is_empty() && tiles.is_empty();
        for request in images {
            // Half as large as it is.
            let pixels = pixels_of(&request.uri, LARGE.map(|side| side / 2), [0, 0], 2);
            self.images.arrived(request, Ok(pixels));
        }
        for request in tiles {
            let tile = tile(&request);
            self.images.tile_arrived(request, Ok(tile));
        }
        self.images.upload_some(ctx);
        self.idle_frames = if is_idle { self.idle_frames + 1 } else { 0 };
        self.idle_frames >= UPLOADED_WITHIN
    }
}

const NAMES: [&str; 2] = ["a.png", "b.png"];

fn tile(request: &TileRequest) -> Pixels {
    let step = 1 << request.level;
    let first = [request.column, request.row].map(|tile| tile * TILE_SIDE);
    let size = [0, 1].map(|side| (LARGE[side].div_ceil(step) - first[side]).min(TILE_SIDE));
    pixels_of(&request.uri, size, first, step)
}

/// Every so many pixels of a picture, from the first of those on.
fn pixels_of(uri: &str, [width, height]: [u32; 2], first: [u32; 2], step: u32) -> Pixels {
    let picture = &pictures()[usize::from(uri == NAMES[1])];
    let places = (0..height).flat_map(|y| (0..width).map(move |x| [first[0] + x, first[1] + y]));
    let rgba = places.flat_map(|[x, y]| {
        let [red, green, blue] = picture(x * step, y * step);
        [red, green, blue, 255]
    });
    Pixels { width, height, full_width: LARGE[0], full_height: LARGE[1], rgba: rgba.collect() }
}

pub(super) fn screen() -> Screen {
    let store = Store { images: Images::default(), idle_frames: 0 };
    Screen { store: Some(store), ..Screen::new(LARGE) }
}

/// Zooms to where the tiles meet.
pub(super) fn zoom_to_the_corner(looking: &mut Looking) -> Rect {
    let at = Pos2::ZERO + vec2(CORNER, CORNER) * (PANE[0] as f32 / LARGE[0] as f32);
    let factor = (ENLARGED * LARGE[0] / PANE[0] as u32) as f32;
    looking.zoom_mut(0).by(factor, at, whole(), vector(LARGE));
    let place = looking.zoom(0).place(whole(), vector(LARGE));
    let corner = place.min + vec2(CORNER, CORNER) * ENLARGED as f32;
    assert!((corner - at).length() < 0.01, "the corner stays where it is: {corner}");
    place
}

/// How many tiles of each picture are on the pane.
fn tiles_in(screen: &mut Screen, looking: &Looking, place: Rect) -> [usize; 2] {
    let wanted = Wanted::of(place, whole(), LARGE, 1.0, looking.is_smooth, None);
    let (ctx, store) = (screen.ctx.clone(), screen.store.as_mut().expect("it has one"));
    [0, 1].map(|index| {
        let pieces = store.visual(&ctx, index, &wanted).map(|visual| visual.pieces).unwrap_or_default();
        assert!(pieces.iter().all(Piece::is_native), "they are of the full size");
        pieces.len()
    })
}

#[test]
fn a_zoomed_crop_has_no_seam_where_tiles_meet() {
    let mut screen = screen();
    for (index, picture) in pictures().iter().enumerate() {
        let mut looking = Looking::default();
        let place = zoom_to_the_corner(&mut looking);
        let painted = screen.paint(&mut looking, Some(index), 0);
        assert_painted(&painted, place, LARGE, 0, |_, x, y| Some(picture(x, y)));
        assert_eq!(tiles_in(&mut screen, &looking, place)[index], 4);
    }
}

#[test]
fn a_wipe_and_flickering_show_tiles_of_one_or_the_other() {
    let mut screen = screen();
    let [one, other] = pictures();
    // The line left and right of where the tiles meet.
    for line in [0.3, 0.6] {
        let mut looking = in_mode(Mode::Wipe);
        looking.line = line;
        let place = zoom_to_the_corner(&mut looking);
        let column = (line * PANE[0] as f32) as usize;
        let painted = screen.paint(&mut looking, None, 0);
        let wanted = |x: usize, at, below| Some(if x < column { one(at, below) } else { other(at, below) });
        assert_painted(&painted, place, LARGE, 0, wanted);
        assert_eq!(tiles_in(&mut screen, &looking, place), [4, 4]);
    }
    let mut looking = in_mode(Mode::Flicker);
    let place = zoom_to_the_corner(&mut looking);
    for (now_ms, picture) in [(0, &one), (500, &other)] {
        let painted = screen.paint(&mut looking, None, now_ms);
        assert_painted(&painted, place, LARGE, 0, |_, x, y| Some(picture(x, y)));
    }
}

#[test]
fn a_difference_is_that_of_the_tiles_that_lie_on_one_another() {
    let mut screen = screen();
    let [one, other] = pictures();
    let mut looking = in_mode(Mode::Difference);
    looking.sight = Sight { gain: 4, map: Map::Absolute };
    let place = zoom_to_the_corner(&mut looking);
    let painted = screen.paint(&mut looking, None, 0);
    assert_painted(&painted, place, LARGE, 0, |_, x, y| {
        let (one, other) = (one(x, y), other(x, y));
        Some([0, 1, 2].map(|channel| one[channel].abs_diff(other[channel]).saturating_mul(4)))
    });
    assert_eq!(tiles_in(&mut screen, &looking, place), [4, 4]);
}
