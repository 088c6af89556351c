//! Differences that were made, with the graphics card: kept by the pixels they were made of, a bounded number
//! made in each frame, and forgotten when the budget is spent, least recently shown first.
//!
//! Pixels are known by where they lie in memory, so a frame of a video is another picture although its texture
//! is the same; they are held, and counted, for as long as what was made of them. What is larger than a frame has time
//! for is made in the [`super::workshop`]; until it is there, what was made last for the same spot is shown. What was
//! made for a spot is forgotten once the pixels there are others.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use egui::{ColorImage, Context, Rect, TextureHandle, TextureOptions};
use tiebreak_domain::door::Pixels;

use super::Visual;
use super::difference::{Difference, Lying, Sight, difference};
use super::layer::Ground;
use super::workshop::{Done, Workshop};

/// A difference that can be painted.
#[derive(Clone)]
pub struct Made {
    /// Its texture, which it fills.
    pub texture: TextureHandle,
    /// Where it lies on the ground.
    pub place: Rect,
}

/// Where something is made, and how it is seen.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Spot {
    places: [[u32; 4]; 2],
    sight: Sight,
    is_sharp: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    pixels: [usize; 2],
    spot: Spot,
}

struct Entry {
    made: Option<Made>,
    size_bytes: usize,
    last_used: u64,
    _pixels: [Arc<[u8]>; 2],
}

/// How much is made and kept.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// How much memory differences may take on the graphics card, with the pixels that they were made of.
    kept_bytes: usize,
    /// How many pixels are made in one frame at most: about a frame of a video.
    pixels_a_frame: usize,
    /// The same of pictures that stand still, of which a piece may come a moment later.
    standing_pixels_a_frame: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { kept_bytes: 96 << 20, pixels_a_frame: 1_200_000, standing_pixels_a_frame: 100_000 }
    }
}

/// The cache.
#[derive(Default)]
pub struct Differences {
    limits: Limits,
    entries: HashMap<Key, Entry>,
    frame: u64,
    size_bytes: usize,
    workshop: Workshop<Spot, Key>,
}

/// Pieces whose pixels differ in size by more than this factor are not of the same level.
const SAME_LEVEL: f32 = 1.7;

impl fmt::Debug for Differences {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Differences({} of {} bytes)", self.entries.len(), self.size_bytes)
    }
}

impl Differences {
    /// The differences of two visuals on a ground, from coarse to fine, and whether that is all of them; what
    /// is missing is made in the next frames.
    pub fn of(
        &mut self,
        ctx: &Context,
        visuals: [&Visual; 2],
        ground: &Ground,
        sight: Sight,
        options: TextureOptions,
    ) -> (Vec<Made>, bool) {
        self.frame += 1;
        for Done { key, pieces, difference } in self.workshop.collect(|key| key.spot) {
            let made = difference.map(|difference| uploaded(ctx, difference, key.spot.is_sharp));
            self.keep(key, made, pieces.each_ref().map(|(pixels, _)| pixels));
        }
        let is_moving = visuals.iter().any(|visual| visual.is_moving);
        let most = if is_moving { self.limits.pixels_a_frame } else { self.limits.standing_pixels_a_frame };
        let mut room = most;
        let mut made = Vec::new();
        let (mut is_all, mut has_room_next) = (true, false);
        for [one, other] in pairs(visuals, ground) {
            let pixels = [one.0, other.0];
            let places = [one.1, other.1]
                .map(|place| [place.min.x, place.min.y, place.max.x, place.max.y].map(f32::to_bits));
            let spot = Spot { places, sight, is_sharp: options == TextureOptions::NEAREST };
            let key = Key { pixels: pixels.map(|pixels| pixels.rgba.as_ptr().addr()), spot };
            if let Some(entry) = self.entries.get_mut(&key) {
                entry.last_used = self.frame;
                made.extend(entry.made.clone());
                continue;
            }
            let count = (one.0.width * one.0.height) as usize;
            let is_too_large = count > most;
            let pieces = || [one, other].map(|(pixels, place)| (pixels.clone(), place));
            let is_late = if is_too_large {
                self.workshop.order(ctx, spot, key, pieces(), sight) || room < most
            } else {
                count > room
            };
            if is_late {
                is_all = false;
                made.extend(self.before(spot));
                has_room_next |= !is_too_large;
                continue;
            }
            room = room.saturating_sub(count);
            let lying = |(pixels, place)| Lying { pixels, place };
            let difference = difference(lying(one), lying(other), sight)
                .map(|difference| uploaded(ctx, difference, spot.is_sharp));
            made.extend(difference.clone());
            self.keep(key, difference, pixels);
        }
        self.forget_some();
        // The workshop wakes the window by itself.
        if has_room_next {
            ctx.request_repaint();
        }
        (made, is_all)
    }

    /// What was made last for a spot, of other pixels.
    fn before(&mut self, spot: Spot) -> Option<Made> {
        let entry = self.entries.iter_mut().find(|(key, _)| key.spot == spot)?.1;
        entry.last_used = self.frame;
        entry.made.clone()
    }

    /// Whether something is being made beside the interface.
    #[cfg(test)]
    pub fn is_at_work(&self) -> bool {
        self.workshop.is_at_work()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.workshop.clear();
        self.size_bytes = 0;
    }

    fn keep(&mut self, key: Key, made: Option<Made>, pixels: [&Pixels; 2]) {
        self.entries.retain(|other, entry| {
            let stays = other.spot != key.spot;
            self.size_bytes -= if stays { 0 } else { entry.size_bytes };
            stays
        });
        let held: usize = pixels.iter().map(|pixels| pixels.rgba.len()).sum();
        let size_bytes = held + made.as_ref().map_or(0, |made| made.texture.byte_size());
        self.size_bytes += size_bytes;
        let pixels = pixels.map(|pixels| Arc::clone(&pixels.rgba));
        self.entries.insert(key, Entry { made, size_bytes, last_used: self.frame, _pixels: pixels });
    }

    fn forget_some(&mut self) {
        while self.size_bytes > self.limits.kept_bytes {
            let old = self.entries.iter().filter(|(_, entry)| entry.last_used < self.frame);
            let Some(key) = old.min_by_key(|(_, entry)| entry.last_used).map(|(key, _)| *key) else { return };
            if let Some(entry) = self.entries.remove(&key) {
                self.size_bytes -= entry.size_bytes;
            }
        }
    }
}

fn uploaded(ctx: &Context, difference: Difference, is_sharp: bool) -> Made {
    let options = if is_sharp { TextureOptions::NEAREST } else { TextureOptions::LINEAR };
    let image = ColorImage::new(difference.size, difference.colors);
    Made { texture: ctx.load_texture("difference", image, options), place: difference.place }
}

type Placed<'a> = (&'a Pixels, Rect);

/// The pieces of two visuals that meet and are of the same level; where none are, the finest whole ones.
fn pairs<'a>([one, other]: [&'a Visual; 2], ground: &Ground) -> Vec<[Placed<'a>; 2]> {
    let placed = |visual: &'a Visual, which: usize| -> Vec<Placed<'a>> {
        let frame = ground.frames[which];
        let scale = frame.width() / visual.full_size[0] as f32;
        let scale_y = frame.height() / visual.full_size[1] as f32;
        let scale = egui::vec2(scale, scale_y);
        visual
            .pieces
            .iter()
            .map(|piece| {
                let corner = frame.min + piece.place.min.to_vec2() * scale;
                (&piece.pixels, Rect::from_min_size(corner, piece.place.size() * scale))
            })
            .collect()
    };
    let (ones, others) = (placed(one, 0), placed(other, 1));
    let density = |(pixels, place): &Placed<'_>| pixels.width as f32 / place.width();
    let mut pairs = Vec::new();
    for one in &ones {
        for other in &others {
            let ratio = density(one) / density(other);
            if (1.0 / SAME_LEVEL..SAME_LEVEL).contains(&ratio) && one.1.intersect(other.1).is_positive() {
                pairs.push([*one, *other]);
            }
        }
    }
    if pairs.is_empty()
        && let (Some(one), Some(other)) = (ones.first(), others.first())
    {
        pairs.push([*one, *other]);
    }
    pairs
}

#[cfg(test)]
mod tests {
    use egui::{Color32, Pos2, pos2, vec2};

    use super::super::Piece;
    use super::super::difference::Map;
    use super::super::layer::Alignment;
    use super::*;

    const PLAIN: Sight = Sight { gain: 1, map: Map::Absolute };

    fn piece(ctx: &Context, place: Rect, size: [u32; 2]) -> Piece {
        let rgba: Arc<[u8]> = vec![7; (size[0] * size[1] * 4) as usize].into();
        let pixels = Pixels { width: size[0], height: size[1], full_width: 100, full_height: 100, rgba };
        let texture =
            ctx.load_texture("p", ColorImage::filled([1, 1], Color32::WHITE), TextureOptions::LINEAR);
        Piece { texture, place, pixels }
    }

    /// A whole copy of half the size, and the right half in full.
    fn visual(ctx: &Context) -> Visual {
        let whole = Rect::from_min_size(Pos2::ZERO, vec2(100.0, 100.0));
        let right = Rect::from_min_max(pos2(50.0, 0.0), whole.max);
        Visual {
            full_size: [100, 100],
            pieces: vec![piece(ctx, whole, [50, 50]), piece(ctx, right, [50, 100])],
            is_moving: true,
        }
    }

    #[test]
    fn pieces_of_one_level_meet_and_are_made_once() {
        let ctx = Context::default();
        let (one, other) = (visual(&ctx), visual(&ctx));
        let ground = Ground::of([[100, 100]; 2], Alignment::Fit);
        let mut differences = Differences::default();
        let mut show = |visuals| differences.of(&ctx, visuals, &ground, PLAIN, TextureOptions::LINEAR).0;
        let first = show([&one, &other]);
        assert_eq!(first.iter().map(|made| made.place.left()).collect::<Vec<_>>(), [0.0, 50.0]);
        let again = show([&one, &other]);
        assert!(first.iter().zip(&again).all(|(one, other)| one.texture.id() == other.texture.id()));
        let next_frame = visual(&ctx);
        let after = show([&one, &next_frame]);
        assert!(after[0].texture.id() != first[0].texture.id(), "other pixels are another difference");
    }

    #[test]
    fn a_frame_makes_no_more_than_its_share_and_what_was_made_is_bounded() {
        let ctx = Context::default();
        let ground = Ground::of([[10, 50]; 2], Alignment::Fit);
        let tall = || Visual {
            full_size: [10, 50],
            pieces: (0..5)
                .map(|row| {
                    let at = pos2(0.0, row as f32 * 10.0);
                    piece(&ctx, Rect::from_min_size(at, vec2(10.0, 10.0)), [10, 10])
                })
                .collect(),
            is_moving: true,
        };
        let (one, other) = (tall(), tall());
        let limits = Limits { kept_bytes: 20_000, pixels_a_frame: 120, ..Limits::default() };
        let mut differences = Differences { limits, ..Differences::default() };
        let mut counts = Vec::new();
        for _ in 0..6 {
            let (made, is_all) = differences.of(&ctx, [&one, &other], &ground, PLAIN, TextureOptions::LINEAR);
            counts.push((made.len(), is_all));
        }
        assert_eq!(counts, [(1, false), (2, false), (3, false), (4, false), (5, true), (5, true)]);
        for gain in 2..12 {
            let sight = Sight { gain, ..PLAIN };
            while !differences.of(&ctx, [&one, &other], &ground, sight, TextureOptions::LINEAR).1 {}
        }
        assert!((6_000..=20_000).contains(&differences.size_bytes), "{differences:?}");
    }

    #[test]
    fn what_stands_still_may_come_a_moment_later_than_what_moves() {
        let ctx = Context::default();
        let ground = Ground::of([[100, 100]; 2], Alignment::Fit);
        let limits = Limits { standing_pixels_a_frame: 2_000, ..Limits::default() };
        for is_moving in [true, false] {
            let mut differences = Differences { limits, ..Differences::default() };
            let visuals = [0, 1].map(|_| Visual { is_moving, ..visual(&ctx) });
            let [one, other] = &visuals;
            let made = differences.of(&ctx, [one, other], &ground, PLAIN, TextureOptions::LINEAR);
            assert_eq!(made.1, is_moving, "made in the frame that asked");
        }
    }

    #[test]
    fn what_is_too_large_for_a_frame_is_made_beside_it_and_what_was_there_stays_meanwhile() {
        let ctx = Context::default();
        let ground = Ground::of([[100, 100]; 2], Alignment::Fit);
        let limits = Limits { pixels_a_frame: 2_000, ..Limits::default() };
        let mut differences = Differences { limits, ..Differences::default() };
        let mut one = visual(&ctx);
        let other = visual(&ctx);
        let settled = |differences: &mut Differences, one: &Visual| {
            let mut frames = 0;
            loop {
                let (made, is_all) =
                    differences.of(&ctx, [one, &other], &ground, PLAIN, TextureOptions::LINEAR);
                if is_all {
                    return (frames, made);
                }
                frames += 1;
                assert!(frames < 10_000, "it is never made");
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
        };
        let (frames, first) = settled(&mut differences, &one);
        assert!(frames > 0 && first.len() == 2, "not in the frame that asked: {frames}");
        let held = differences.size_bytes;
        let whole: usize = [&one, &other]
            .iter()
            .flat_map(|visual| &visual.pieces)
            .map(|piece| piece.pixels.rgba.len())
            .sum();
        assert_eq!(held, whole + whole / 2, "what it was made of is counted");
        for _ in 0..5 {
            one = visual(&ctx);
            let stand_in = differences.of(&ctx, [&one, &other], &ground, PLAIN, TextureOptions::LINEAR).0;
            assert_eq!(stand_in.len(), 2, "the frame before is shown until this one is made");
            settled(&mut differences, &one);
            assert_eq!(differences.entries.len(), 2, "and is forgotten then");
            assert_eq!(differences.size_bytes, held);
        }
    }
}
