//! Pictures of formulas on the graphics card, kept for as long as there is room: those seen last stay.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use egui::{Color32, ColorImage, Context, TextureHandle, TextureId, TextureOptions, Vec2, vec2};
use tiebreak_math::{Laid, Picture};

/// Bytes of pictures that are kept when none of them is seen.
const BUDGET_BYTES: usize = 24 * 1024 * 1024;

/// Which picture.
pub(super) struct Wanted<'a> {
    source: &'a Arc<str>,
    laid: &'a Arc<Laid>,
    pixels_per_em: f32,
    ink: Color32,
}

impl<'a> Wanted<'a> {
    /// `laid`, whose em is one point, with so many pixels to the em. Formulas that are written alike and laid out
    /// alike have one picture.
    pub fn new(source: &'a Arc<str>, laid: &'a Arc<Laid>, pixels_per_em: f32, ink: Color32) -> Self {
        Self { source, laid, pixels_per_em, ink }
    }

    fn key(&self) -> Key {
        let size = [self.pixels_per_em.to_bits(), self.laid.width.to_bits(), self.laid.height.to_bits()];
        Key { source: Arc::clone(self.source), size, ink: self.ink }
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    source: Arc<str>,
    size: [u32; 3],
    ink: Color32,
}

/// The pictures of one context.
#[derive(Clone, Default)]
pub(super) struct Pictures(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    pictures: HashMap<Key, Drawn>,
    used_bytes: usize,
}

struct Drawn {
    /// None where nothing is to be seen.
    texture: Option<TextureHandle>,
    offset: Vec2,
    pixels: Vec2,
    /// The frame in which it was seen last.
    seen: u64,
}

impl Drawn {
    fn bytes(&self) -> usize {
        (self.pixels.x * self.pixels.y) as usize * 4 + 200
    }
}

impl Pictures {
    /// Those of `ctx`.
    pub fn of(ctx: &Context) -> Self {
        ctx.data_mut(|data| data.get_temp_mut_or_default::<Self>(egui::Id::NULL).clone())
    }

    /// A picture, its place from the formula's left end on the baseline, and its size, in pixels; none where
    /// nothing is to be seen.
    pub fn get(&self, ctx: &Context, wanted: Wanted<'_>) -> Option<(TextureId, Vec2, Vec2)> {
        let pass = ctx.cumulative_pass_nr();
        let mut kept = self.lock();
        let key = wanted.key();
        if !kept.pictures.contains_key(&key) {
            let drawn = draw(ctx, &wanted, pass);
            kept.used_bytes += drawn.bytes();
            kept.pictures.insert(key.clone(), drawn);
            kept.make_room(pass);
        }
        let drawn = kept.pictures.get_mut(&key)?;
        drawn.seen = pass;
        Some((drawn.texture.as_ref()?.id(), drawn.offset, drawn.pixels))
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // Whoever panicked in between left at most a picture undrawn.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Kept {
    /// Forgets what was seen longest ago, and nothing that is seen in this frame or was in the one before.
    fn make_room(&mut self, pass: u64) {
        if self.used_bytes <= BUDGET_BYTES {
            return;
        }
        let mut old: Vec<(u64, Key)> = (self.pictures.iter())
            .filter(|(_, drawn)| drawn.seen + 1 < pass)
            .map(|(key, drawn)| (drawn.seen, key.clone()))
            .collect();
        old.sort_by_key(|(seen, _)| *seen);
        for (_, key) in old {
            // Down to half, so that not every new picture sorts all of them.
            if self.used_bytes <= BUDGET_BYTES / 2 {
                return;
            }
            if let Some(drawn) = self.pictures.remove(&key) {
                self.used_bytes -= drawn.bytes();
            }
        }
    }
}

fn draw(ctx: &Context, wanted: &Wanted<'_>, seen: u64) -> Drawn {
    let [red, green, blue, alpha] = wanted.ink.to_srgba_unmultiplied();
    let Some(picture) = Picture::of(wanted.laid, wanted.pixels_per_em, [red, green, blue, alpha]) else {
        return Drawn { texture: None, offset: Vec2::ZERO, pixels: Vec2::ZERO, seen };
    };
    // Light letters look thinner than they are; texts and egui draw theirs the same way.
    let is_light = wanted.ink.intensity() > 0.5;
    let color = |pixel: &[u8]| {
        let color = Color32::from_rgba_premultiplied(pixel[0], pixel[1], pixel[2], pixel[3]);
        if is_light { color.gamma_multiply(2.0 - f32::from(pixel[3]) / 255.0) } else { color }
    };
    let colors = picture.pixels.chunks_exact(4).map(color).collect();
    let image = ColorImage::new([picture.width, picture.height], colors);
    Drawn {
        texture: Some(ctx.load_texture("formula", image, TextureOptions::LINEAR)),
        offset: vec2(picture.left as f32, picture.top as f32),
        pixels: vec2(picture.width as f32, picture.height as f32),
        seen,
    }
}
