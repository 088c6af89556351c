//! Letters that have been drawn, side by side on the pages of textures.
//!
//! A letter is drawn once for each size and for each quarter of a pixel that it begins at. When there are too many
//! pages all are cleared, between two frames, and what is seen then is drawn anew.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use egui::{ColorImage, Context, TextureHandle, TextureOptions};

use super::{Run, raster};

/// Side of a page in pixels: any graphics card can do that.
pub(super) const PAGE: usize = 1024;

/// Pages that are kept from frame to frame: sixteen megabytes.
const MOST_PAGES: usize = 4;

/// Letters that are drawn in one frame, about ten milliseconds of them; the others follow in the next.
const MOST_DRAWN: u32 = 150;

/// Of them, what a letter in colours counts for.
const COLORED: u32 = 4;

/// Places within a pixel that a letter can begin at.
pub(super) const SHIFTS: u8 = 4;

/// A letter on a page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub page: u16,
    /// Its top left corner on the page and its size, in pixels.
    pub at: [u16; 2],
    pub size: [u16; 2],
    pub offset: [i16; 2],
    pub is_colored: bool,
}

/// What there is of a letter.
#[derive(Clone, Copy, Debug)]
pub(super) enum Letter {
    /// It is on a page.
    Drawn(Slot),
    /// There is nothing to be seen of it.
    Blank,
    /// Enough was drawn in this frame.
    Later,
}

/// Which letter: of which kind, how far within a pixel, and for which ground.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub kind: u64,
    pub id: u32,
    pub shift: u8,
    pub is_dark: bool,
}

/// The pages.
#[derive(Default)]
pub(super) struct Atlas {
    pages: Vec<Page>,
    slots: HashMap<Key, Option<Slot>>,
    /// Counts how often everything was cleared.
    pub generation: u64,
    pass: u64,
    /// Drawn in this frame.
    drawn: u32,
}

struct Page {
    texture: TextureHandle,
    /// Where the next letter goes, and how high the row is.
    next: [usize; 2],
    row: usize,
}

impl Page {
    /// A place for a letter of a size, with a pixel around it.
    fn place(&mut self, [width, height]: [usize; 2]) -> Option<[usize; 2]> {
        if self.next[0] + width + 1 > PAGE {
            self.next = [1, self.next[1] + self.row];
            self.row = 0;
        }
        let at = self.next;
        if at[0] + width + 1 > PAGE || at[1] + height + 1 > PAGE {
            return None;
        }
        self.next[0] += width + 1;
        self.row = self.row.max(height + 1);
        Some(at)
    }
}

impl Atlas {
    /// Clears the pages if there are too many; only ever at the first call in a frame.
    pub fn begin(&mut self, ctx: &Context) {
        let pass = ctx.cumulative_pass_nr();
        if self.pass == pass {
            return;
        }
        (self.pass, self.drawn) = (pass, 0);
        if self.pages.len() > MOST_PAGES {
            self.pages.truncate(MOST_PAGES);
            for page in &mut self.pages {
                (page.next, page.row) = ([1, 1], 0);
            }
            self.slots.clear();
            self.generation += 1;
        }
    }

    /// The texture of a page.
    pub fn texture(&self, page: u16) -> Option<egui::TextureId> {
        self.pages.get(usize::from(page)).map(|page| page.texture.id())
    }

    /// A letter, drawn now if it was not before.
    pub fn letter(&mut self, ctx: &Context, key: Key, run: &Run, pixels_per_point: f32) -> Letter {
        let known = match self.slots.get(&key) {
            Some(known) => *known,
            None if self.drawn >= MOST_DRAWN => return Letter::Later,
            None => {
                let shift = f32::from(key.shift) / f32::from(SHIFTS);
                let drawn = raster::draw(run, key.id, run.size * pixels_per_point, shift, key.is_dark);
                self.drawn += if drawn.as_ref().is_some_and(|drawn| drawn.is_colored) { COLORED } else { 1 };
                let slot = drawn.and_then(|drawn| self.put(ctx, drawn));
                self.slots.insert(key, slot);
                slot
            }
        };
        known.map_or(Letter::Blank, Letter::Drawn)
    }

    fn put(&mut self, ctx: &Context, drawn: raster::Drawn) -> Option<Slot> {
        let size = drawn.image.size;
        if size[0] + 2 > PAGE || size[1] + 2 > PAGE {
            return None;
        }
        // Letters of one text are of few sizes, so that an earlier page is full for good.
        let at = if let Some(at) = self.pages.last_mut().and_then(|page| page.place(size)) {
            at
        } else {
            let empty = ColorImage::filled([PAGE, PAGE], egui::Color32::TRANSPARENT);
            let texture = ctx.load_texture("letters of texts", empty, TextureOptions::LINEAR);
            self.pages.push(Page { texture, next: [1, 1], row: 0 });
            self.pages.last_mut().and_then(|page| page.place(size))?
        };
        let page = self.pages.len() - 1;
        self.pages[page].texture.set_partial(at, drawn.image, TextureOptions::LINEAR);
        Some(Slot {
            page: page as u16,
            at: at.map(|value| value as u16),
            size: size.map(|value| value as u16),
            offset: drawn.offset,
            is_colored: drawn.is_colored,
        })
    }
}

/// What tells letters of one kind from those of another.
pub(super) fn kind_of(run: &Run, pixels_per_point: f32) -> u64 {
    let mut hasher = DefaultHasher::new();
    (run.font.data.id(), run.font.index, (run.size * pixels_per_point).to_bits()).hash(&mut hasher);
    (&run.coords, run.skew.to_bits(), run.is_emboldened).hash(&mut hasher);
    hasher.finish()
}
