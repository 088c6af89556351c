//! Pixel truth: what is painted, pixel by pixel, held against what it should be, reckoned another way.
//!
//! The triangles that would go to the graphics card are filled here as it fills them, pixel by pixel at the
//! centres; only textures of pictures count, so letters and lines over them do not disturb. With the feature
//! `test-card`, a graphics driver paints them instead (`truth/card.rs`).

use std::collections::HashMap;
use std::sync::Arc;

use egui::epaint::{ClippedPrimitive, Primitive, Vertex};
use egui::{
    Color32, ColorImage, Context, FullOutput, ImageData, Pos2, RawInput, Rect, TextureFilter, TextureId,
    TextureOptions, pos2, vec2,
};
use tiebreak_domain::door::Pixels;

use super::difference::{Map, Sight};
use super::layer::vector;
use super::*;

#[cfg(feature = "test-card")]
mod card;
mod tiled;

const PANE: [usize; 2] = [640, 480];
/// So many frames after it is first painted a picture is here whole.
const MOST_FRAMES: usize = 60;

type Picture = Box<dyn Fn(u32, u32) -> [u8; 3]>;

/// Unlike in every pixel, and alike in none.
fn pictures() -> [Picture; 2] {
    let noise = |x: u32, y: u32, seed: u32| {
        let mixed = (x * 73 + y * 151 + seed).wrapping_mul(2_654_435_761);
        [(mixed >> 8) as u8, (mixed >> 16) as u8, (mixed >> 24) as u8]
    };
    [Box::new(move |x, y| noise(x, y, 1)), Box::new(move |x, y| noise(x, y, 77))]
}

struct Screen {
    ctx: Context,
    textures: HashMap<TextureId, (Arc<ColorImage>, TextureOptions)>,
    /// Kept, as whoever shows pictures keeps them.
    shown: HashMap<(usize, bool), Visual>,
    /// Where pictures come from that are more than one piece.
    store: Option<tiled::Store>,
    size: [u32; 2],
}

impl Screen {
    fn new(size: [u32; 2]) -> Self {
        let (ctx, textures, shown) = (Context::default(), HashMap::new(), HashMap::new());
        Self { ctx, textures, shown, store: None, size }
    }

    /// Runs a frame; `index` is the one pane, or both layers on one another.
    fn run(&mut self, looking: &mut Looking, index: Option<usize>, now_ms: u64) -> FullOutput {
        let layer = |letter: &str| Layer {
            letter: letter.to_owned(),
            name: letter.to_owned(),
            size: Some(self.size),
            is_candidate: true,
            ..Layer::default()
        };
        let layers = [layer("A"), layer("B")];
        let pane = Rect::from_min_size(Pos2::ZERO, vec2(PANE[0] as f32, PANE[1] as f32));
        let input = RawInput { screen_rect: Some(pane), ..RawInput::default() };
        let (ctx, size) = (self.ctx.clone(), self.size);
        let Self { shown, store, .. } = self;
        self.ctx.run_ui(input, |ui| {
            let mut show = |index: usize, wanted: &Wanted| {
                if let Some(store) = store {
                    return store.visual(&ctx, index, wanted);
                }
                let is_sharp = wanted.options == TextureOptions::NEAREST;
                let make = || visual(&ctx, size, &pictures()[index], wanted.options);
                Some(shown.entry((index, is_sharp)).or_insert_with(make).clone())
            };
            match index {
                Some(index) => drop(pane_ui(ui, looking, &layers, index, pane, false, &mut show)),
                None => drop(over_ui(ui, looking, &layers, pane, now_ms, &mut show)),
            }
        })
    }

    /// Runs frames until all that is wanted is here; `pass` is given those before the last.
    fn settled(
        &mut self,
        looking: &mut Looking,
        index: Option<usize>,
        now_ms: u64,
        pass: &mut dyn FnMut(&mut Self, FullOutput),
    ) -> FullOutput {
        let mut frames = 0;
        loop {
            let output = self.run(looking, index, now_ms);
            let is_at_work = looking.differences.is_at_work();
            if !is_at_work && self.store.as_mut().is_none_or(|store| store.is_settled(&self.ctx)) {
                return output;
            }
            pass(self, output);
            if is_at_work {
                // What is made beside the interface takes as long as it takes.
                std::thread::sleep(std::time::Duration::from_millis(1));
            } else {
                frames += 1;
                assert!(frames < MOST_FRAMES, "something is wanted again and again");
            }
        }
    }

    fn take_textures(&mut self, output: &FullOutput) {
        for (id, deltas) in &output.textures_delta.set {
            for delta in deltas.iter().filter(|delta| delta.pos.is_none()) {
                let ImageData::Color(image) = &delta.image;
                self.textures.insert(*id, (Arc::clone(image), delta.options));
            }
        }
    }

    /// What is on the pane.
    fn paint(&mut self, looking: &mut Looking, index: Option<usize>, now_ms: u64) -> Vec<Color32> {
        let mut output = self.settled(looking, index, now_ms, &mut |screen, output| {
            screen.take_textures(&output);
            output.drop_without_applying_deltas();
        });
        self.take_textures(&output);
        let shapes = std::mem::take(&mut output.shapes);
        let primitives = self.ctx.tessellate(shapes, 1.0);
        output.drop_without_applying_deltas();
        self.fill(&primitives)
    }

    fn fill(&self, primitives: &[ClippedPrimitive]) -> Vec<Color32> {
        let mut pixels = vec![Color32::TRANSPARENT; PANE[0] * PANE[1]];
        for ClippedPrimitive { clip_rect, primitive } in primitives {
            let Primitive::Mesh(mesh) = primitive else { continue };
            let is_picture = mesh.texture_id != TextureId::default();
            let Some((image, options)) = self.textures.get(&mesh.texture_id).filter(|_| is_picture) else {
                continue;
            };
            for corners in mesh.indices.chunks_exact(3) {
                let [a, b, c] = [0, 1, 2].map(|corner| mesh.vertices[corners[corner] as usize]);
                fill_triangle(&mut pixels, [a, b, c], *clip_rect, image, *options);
            }
        }
        pixels
    }
}

fn visual(ctx: &Context, size: [u32; 2], picture: &Picture, options: TextureOptions) -> Visual {
    let [width, height] = size;
    let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let rgba: Vec<u8> = places
        .flat_map(|(x, y)| {
            let [red, green, blue] = picture(x, y);
            [red, green, blue, 255]
        })
        .collect();
    let image = ColorImage::from_rgba_premultiplied([width as usize, height as usize], &rgba);
    let texture = ctx.load_texture("picture", image, options);
    let pixels = Pixels { width, height, full_width: width, full_height: height, rgba: rgba.into() };
    let place = Rect::from_min_size(Pos2::ZERO, vector(size));
    Visual { full_size: size, pieces: vec![Piece { texture, place, pixels }], is_moving: true }
}

/// Fills what lies inside, the lower and right edge left to the neighbour, and blends it over what is there.
fn fill_triangle(
    pixels: &mut [Color32],
    [a, b, c]: [Vertex; 3],
    clip: Rect,
    image: &ColorImage,
    options: TextureOptions,
) {
    let edge = |from: Pos2, to: Pos2, at: Pos2| {
        f64::from(to.x - from.x) * f64::from(at.y - from.y)
            - f64::from(to.y - from.y) * f64::from(at.x - from.x)
    };
    let area = edge(a.pos, b.pos, c.pos);
    let bounds = Rect::from_points(&[a.pos, b.pos, c.pos]).intersect(clip);
    for y in bounds.top().max(0.0) as usize..(bounds.bottom().ceil() as usize).min(PANE[1]) {
        for x in bounds.left().max(0.0) as usize..(bounds.right().ceil() as usize).min(PANE[0]) {
            let at = pos2(x as f32 + 0.5, y as f32 + 0.5);
            let shares = [edge(b.pos, c.pos, at), edge(c.pos, a.pos, at), edge(a.pos, b.pos, at)]
                .map(|part| part / area);
            // The diagonal of a rectangle belongs to one of its halves: pixels on it are filled by the first.
            if !bounds.contains(at) || shares.iter().any(|share| *share < 0.0) {
                continue;
            }
            let mix = |of: fn(&Vertex) -> f32| {
                let corners = [&a, &b, &c];
                corners.iter().zip(shares).map(|(corner, share)| f64::from(of(corner)) * share).sum::<f64>()
            };
            let uv = [mix(|vertex| vertex.uv.x), mix(|vertex| vertex.uv.y)];
            let texel = sampled(image, uv, options);
            let tint = a.color.to_array();
            let [red, green, blue, alpha] =
                [0, 1, 2, 3].map(|channel| texel[channel] * f64::from(tint[channel]) / 255.0);
            let under = pixels[y * PANE[0] + x].to_array().map(f64::from);
            let over = [red, green, blue, alpha];
            let blended = [0, 1, 2, 3].map(|channel| over[channel] + under[channel] * (1.0 - alpha / 255.0));
            let [red, green, blue, alpha] = blended.map(|value| value.round().clamp(0.0, 255.0) as u8);
            pixels[y * PANE[0] + x] = Color32::from_rgba_premultiplied(red, green, blue, alpha);
        }
    }
}

fn sampled(image: &ColorImage, [u, v]: [f64; 2], options: TextureOptions) -> [f64; 4] {
    let [width, height] = image.size;
    let texel = |x: f64, y: f64| {
        let x = x.clamp(0.0, width as f64 - 1.0) as usize;
        let y = y.clamp(0.0, height as f64 - 1.0) as usize;
        image.pixels[y * width + x].to_array().map(f64::from)
    };
    let (x, y) = (u * width as f64, v * height as f64);
    if options.magnification == TextureFilter::Nearest {
        return texel(x.floor(), y.floor());
    }
    let (x, y) = (x - 0.5, y - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (right_share, lower_share) = (x - left, y - top);
    let corners = [
        (texel(left, top), (1.0 - right_share) * (1.0 - lower_share)),
        (texel(left + 1.0, top), right_share * (1.0 - lower_share)),
        (texel(left, top + 1.0), (1.0 - right_share) * lower_share),
        (texel(left + 1.0, top + 1.0), right_share * lower_share),
    ];
    [0, 1, 2, 3].map(|channel| corners.iter().map(|(texel, share)| texel[channel] * share).sum())
}

/// Holds every pixel of the pane against what it should be, of the picture that stands at `place`; `near` is
/// how far each channel may be off. Those on an edge between two pixels of the picture may be either's.
fn assert_painted(
    painted: &[Color32],
    place: Rect,
    size: [u32; 2],
    near: u8,
    wanted: impl Fn(usize, u32, u32) -> Option<[u8; 3]>,
) {
    let points = f64::from(place.width()) / f64::from(size[0]);
    let mut held = 0;
    for y in 0..PANE[1] {
        for x in 0..PANE[0] {
            let inside = [
                (x as f64 + 0.5 - f64::from(place.left())) / points,
                (y as f64 + 0.5 - f64::from(place.top())) / points,
            ];
            let is_inside =
                (0..2).all(|which| inside[which] >= 0.0 && inside[which] < f64::from(size[which]));
            let is_edge = inside.iter().any(|at| (at - at.round()).abs() * points < 0.02);
            if !is_inside || is_edge {
                continue;
            }
            let Some(wanted) = wanted(x, inside[0] as u32, inside[1] as u32) else { continue };
            let [red, green, blue, _] = painted[y * PANE[0] + x].to_array();
            let is_it = [red, green, blue].iter().zip(wanted).all(|(one, other)| one.abs_diff(other) <= near);
            assert!(is_it, "at {x}, {y}: {:?} and not {wanted:?}", [red, green, blue]);
            held += 1;
        }
    }
    assert!(held > PANE[0] * PANE[1] / 4, "{held} pixels were held against something");
}

const SIZE: [u32; 2] = [64, 48];

fn whole() -> Rect {
    Rect::from_min_size(Pos2::ZERO, vec2(PANE[0] as f32, PANE[1] as f32))
}

fn in_mode(mode: Mode) -> Looking {
    let mut looking = Looking::default();
    looking.mode = mode;
    looking
}

#[test]
fn a_zoomed_crop_shows_each_pixel_as_it_is() {
    let mut screen = Screen::new(SIZE);
    let mut looking = Looking::default();
    let [one, other] = pictures();
    assert_painted(&screen.paint(&mut looking, Some(0), 0), whole(), SIZE, 0, |_, x, y| Some(one(x, y)));
    looking.zoom_mut(0).by(3.7, pos2(411.0, 77.0), whole(), vector(SIZE));
    let place = looking.zoom(0).place(whole(), vector(SIZE));
    assert!(place.width() > 2_300.0);
    let painted = screen.paint(&mut looking, Some(1), 0);
    assert_painted(&painted, place, SIZE, 0, |_, x, y| Some(other(x, y)));
}

#[test]
fn a_wipe_shows_a_to_the_left_and_b_to_the_right() {
    let mut screen = Screen::new(SIZE);
    let mut looking = in_mode(Mode::Wipe);
    looking.line = 0.3;
    let [one, other] = pictures();
    let painted = screen.paint(&mut looking, None, 0);
    let wanted = |column: usize, x, y| Some(if column < 192 { one(x, y) } else { other(x, y) });
    assert_painted(&painted, whole(), SIZE, 0, wanted);
}

#[test]
fn flickering_shows_one_and_then_the_other_and_nothing_between() {
    let mut screen = Screen::new(SIZE);
    let mut looking = in_mode(Mode::Flicker);
    let pictures = pictures();
    for (now_ms, which) in [(0, 0), (499, 0), (500, 1), (999, 1), (1_000, 0)] {
        let painted = screen.paint(&mut looking, None, now_ms);
        assert_painted(&painted, whole(), SIZE, 0, |_, x, y| Some(pictures[which](x, y)));
    }
}

#[test]
fn a_difference_is_that_of_each_channel_times_its_gain() {
    let mut screen = Screen::new(SIZE);
    let [one, other] = pictures();
    for gain in [1, 4] {
        let mut looking = in_mode(Mode::Difference);
        looking.sight = Sight { gain, map: Map::Absolute };
        looking.zoom_mut(0).by(2.0, pos2(100.0, 400.0), whole(), vector(SIZE));
        let place = looking.zoom(0).place(whole(), vector(SIZE));
        let painted = screen.paint(&mut looking, None, 0);
        assert_painted(&painted, place, SIZE, 0, |_, x, y| {
            let (one, other) = (one(x, y), other(x, y));
            let of = |channel: usize| {
                let difference = i32::from(one[channel]) - i32::from(other[channel]);
                (difference.abs() * i32::from(gain)).min(255) as u8
            };
            Some([of(0), of(1), of(2)])
        });
    }
}

#[test]
fn an_onion_skin_is_the_mean_by_its_opacity() {
    let mut screen = Screen::new(SIZE);
    let mut looking = in_mode(Mode::Onion);
    looking.opacity = 0.25;
    let [one, other] = pictures();
    let painted = screen.paint(&mut looking, None, 0);
    assert_painted(&painted, whole(), SIZE, 2, |_, x, y| {
        let (one, other) = (one(x, y), other(x, y));
        let of = |channel: usize| f32::from(one[channel]) * 0.75 + f32::from(other[channel]) * 0.25;
        Some([0, 1, 2].map(|channel| of(channel).round() as u8))
    });
}

#[test]
fn pixel_on_pixel_every_loupe_is_over_the_same_pixel() {
    let sizes = [[64, 48], [32, 40]];
    let layer = |size: [u32; 2]| Layer {
        name: format!("{size:?}"),
        size: Some(size),
        is_candidate: true,
        ..Layer::default()
    };
    let layers = sizes.map(layer);
    let panes = [0.0, 330.0].map(|left| Rect::from_min_size(pos2(left, 0.0), vec2(300.0, 300.0)));
    let ctx = Context::default();
    let mut looking = Looking::default();
    (looking.has_loupe, looking.alignment) = (true, Alignment::Pixel);
    for pointer in [pos2(70.0, 120.0), pos2(400.0, 120.0)] {
        let mut shown = Vec::new();
        for _ in 0..3 {
            shown.clear();
            let events = vec![egui::Event::PointerMoved(pointer)];
            let screen_rect = Some(Rect::from_min_size(Pos2::ZERO, vec2(640.0, 300.0)));
            let input = RawInput { events, screen_rect, ..RawInput::default() };
            let output = ctx.run_ui(input, |ui| {
                for (index, pane) in panes.into_iter().enumerate() {
                    let mut show = |index: usize, wanted: &Wanted| {
                        Some(visual(&ctx, sizes[index], &pictures()[index], wanted.options))
                    };
                    let painted = pane_ui(ui, &mut looking, &layers, index, pane, false, &mut show);
                    shown.push(painted.expect("its size is known"));
                }
            });
            output.drop_without_applying_deltas();
        }
        let at = [0, 1].map(|which: usize| {
            let Shown { place, loupe, .. } = &shown[which];
            let points = place.width() / sizes[which][0] as f32;
            (loupe.expect("the pointer is on one of them").at - place.min) / points
        });
        assert!((at[0] - at[1]).length() < 0.01, "{pointer:?}: {at:?}");
    }
}
