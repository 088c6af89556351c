//! A picture at full size and at every half of it, cut into tiles.
//!
//! It is built in one pass from the top: bands of rows come in, are cut, and their halves are handed down to the next
//! level, so that beside the decoded picture only a band of each level is in memory. Level 0 is the picture's own
//! pixels, bit by bit; how the others are made is said in `halving`.

use std::{io, sync::Arc};

use image::RgbaImage;
use tiebreak_domain::{door::Pixels, media::TILE_SIDE};

use crate::{
    halving::halved,
    levels::{Levels, PIXEL_BYTES, TilePlace, grid},
    problem::Problem,
    shelf::Shelf,
};

/// Tiles of a picture.
pub(crate) struct Pyramid {
    /// Width and height of the file's picture, turned upright.
    full: [u32; 2],
    levels: Levels,
    shelf: Shelf,
}

impl Pyramid {
    /// Width and height of level 0.
    pub(crate) fn size(&self) -> [u32; 2] {
        self.levels.sizes()[0]
    }

    /// Width and height of the file's picture, turned upright.
    pub(crate) fn full(&self) -> [u32; 2] {
        self.full
    }

    pub(crate) fn is_spilled(&self) -> bool {
        self.shelf.is_spilled()
    }

    /// What the tiles that are kept take, in memory or on the disk.
    pub(crate) fn bytes(&self) -> u64 {
        self.shelf.held_bytes()
    }

    /// All of a level; none where not all of it is kept.
    pub(crate) fn level(&self, level: u8) -> Result<Option<RgbaImage>, Problem> {
        let [width, height] = self.levels.sizes()[usize::from(level)];
        let mut whole = RgbaImage::new(width, height);
        let [columns, rows] = grid([width, height]);
        for row in 0..rows {
            for column in 0..columns {
                let Some(tile) = self.tile(TilePlace { level, column, row })? else { return Ok(None) };
                let tile = RgbaImage::from_raw(tile.width, tile.height, tile.rgba.to_vec());
                let tile = tile.expect("pixels are as many as they say");
                let (left, top) = (column * TILE_SIDE, row * TILE_SIDE);
                image::imageops::replace(&mut whole, &tile, i64::from(left), i64::from(top));
            }
        }
        Ok(Some(whole))
    }

    /// The smallest level that is at least so large.
    pub(crate) fn level_for(&self, [width, height]: [u32; 2]) -> u8 {
        let is_large = |size: &&[u32; 2]| size[0] >= width && size[1] >= height;
        (self.levels.sizes().iter().take_while(is_large).count().max(1) - 1) as u8
    }

    /// A tile; none where it is not kept or cannot be read back.
    pub(crate) fn tile(&self, place: TilePlace) -> Result<Option<Pixels>, Problem> {
        let (Some(index), Some([width, height])) = (self.levels.index(place), self.levels.tile_size(place))
        else {
            let TilePlace { level, column, row } = place;
            let [width, height] = self.size();
            return Err(Problem::NoSuchTile { level, column, row, width, height });
        };
        let tile_bytes = width as usize * height as usize * PIXEL_BYTES;
        let rgba = self.shelf.get(index, tile_bytes).unwrap_or_else(|error| {
            tracing::warn!(%error, "tiles that were put on the disk cannot be read back");
            None
        });
        let [full_width, full_height] = self.full;
        Ok(rgba.map(|rgba: Arc<[u8]>| Pixels { width, height, full_width, full_height, rgba }))
    }
}

/// Which tiles are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Keep {
    /// All of them.
    All,
    /// Those from a level on, and one more.
    From { level: usize, and: Option<TilePlace> },
}

/// A pyramid that is being built.
pub(crate) struct Builder {
    pyramid: Pyramid,
    keep: Keep,
    /// What of each level has come and is not cut yet.
    bands: Vec<Band>,
}

#[derive(Default)]
struct Band {
    rows: Vec<u8>,
    /// How many rows of tiles are cut.
    cut: u32,
}

impl Builder {
    /// Of a picture whose level 0 has a size, while the file's picture has another.
    pub(crate) fn new(levels: Levels, full: [u32; 2], shelf: Shelf, keep: Keep) -> Self {
        let bands = levels.sizes().iter().map(|_| Band::default()).collect();
        Self { pyramid: Pyramid { full, levels, shelf }, keep, bands }
    }

    /// The next whole rows of level 0.
    pub(crate) fn push(&mut self, rows: &[u8]) -> io::Result<()> {
        self.push_to(0, rows)
    }

    /// The pyramid, once all rows have come.
    pub(crate) fn finished(self) -> Pyramid {
        debug_assert!(self.bands.iter().all(|band| band.rows.is_empty()), "rows are missing");
        self.pyramid
    }

    fn push_to(&mut self, level: usize, mut rows: &[u8]) -> io::Result<()> {
        let [width, height] = self.pyramid.levels.sizes()[level];
        let row_bytes = width as usize * PIXEL_BYTES;
        while !rows.is_empty() {
            let band = &mut self.bands[level];
            let band_rows = TILE_SIDE.min(height - band.cut * TILE_SIDE);
            let band_bytes = band_rows as usize * row_bytes;
            let (now, later) = rows.split_at(rows.len().min(band_bytes - band.rows.len()));
            rows = later;
            if band.rows.is_empty() && now.len() == band_bytes {
                self.cut(level, now)?;
                continue;
            }
            band.rows.extend_from_slice(now);
            if band.rows.len() == band_bytes {
                let mut whole = std::mem::take(&mut band.rows);
                self.cut(level, &whole)?;
                whole.clear();
                self.bands[level].rows = whole;
            }
        }
        Ok(())
    }

    /// Cuts a band of full height into tiles, and hands its half down.
    fn cut(&mut self, level: usize, rows: &[u8]) -> io::Result<()> {
        let size = self.pyramid.levels.sizes()[level];
        let row = self.bands[level].cut;
        self.bands[level].cut += 1;
        for column in 0..grid(size)[0] {
            let place = TilePlace { level: level as u8, column, row };
            let is_kept = match self.keep {
                Keep::All => true,
                Keep::From { level: from, and } => level >= from || and == Some(place),
            };
            if let (true, Some(index)) = (is_kept, self.pyramid.levels.index(place)) {
                self.pyramid.shelf.put(index, column_of(rows, size[0], column))?;
            }
        }
        if level + 1 < self.bands.len() {
            self.push_to(level + 1, &halved(rows, size[0]))?;
        }
        Ok(())
    }
}

fn column_of(rows: &[u8], width: u32, column: u32) -> Vec<u8> {
    let left = column * TILE_SIDE;
    let right = (left + TILE_SIDE).min(width);
    let row_bytes = width as usize * PIXEL_BYTES;
    let part = left as usize * PIXEL_BYTES..right as usize * PIXEL_BYTES;
    let mut tile = Vec::with_capacity(part.len() * (rows.len() / row_bytes));
    for row in rows.chunks_exact(row_bytes) {
        tile.extend_from_slice(&row[part.clone()]);
    }
    tile
}

#[cfg(test)]
mod tests;
