//! The shape of a pyramid: how large each level is, how it is cut into tiles, and where a tile is in the row of all.
//!
//! Level 0 is the picture itself; every level halves both sides, rounded up, down to a single pixel. Nothing here
//! holds pixels.

use tiebreak_domain::media::TILE_SIDE;

/// Bytes of a pixel: red, green, blue, alpha.
pub(crate) const PIXEL_BYTES: usize = 4;

/// Which tile of a pyramid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TilePlace {
    pub(crate) level: u8,
    pub(crate) column: u32,
    pub(crate) row: u32,
}

/// The levels of a picture of a size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Levels {
    sizes: Vec<[u32; 2]>,
    /// The number of tiles before each level, and at the end of all.
    firsts: Vec<usize>,
}

impl Levels {
    /// Of a picture with at least one pixel.
    pub(crate) fn of(size: [u32; 2]) -> Self {
        let halved = |size: &[u32; 2]| (*size != [1, 1]).then(|| size.map(|side| side.div_ceil(2)));
        let sizes: Vec<_> = std::iter::successors(Some(size), halved).collect();
        let mut firsts = vec![0];
        for size in &sizes {
            let [columns, rows] = grid(*size);
            let before = firsts.last().copied().unwrap_or_default();
            firsts.push(before + columns as usize * rows as usize);
        }
        Self { sizes, firsts }
    }

    /// Width and height of each level, in pixels.
    pub(crate) fn sizes(&self) -> &[[u32; 2]] {
        &self.sizes
    }

    /// How many tiles there are in all levels.
    pub(crate) fn tile_count(&self) -> usize {
        self.firsts.last().copied().unwrap_or_default()
    }

    /// Where a tile is among all, the full size first, rows from the top; none where there is no such tile.
    pub(crate) fn index(&self, place: TilePlace) -> Option<usize> {
        let level = usize::from(place.level);
        let [columns, rows] = grid(*self.sizes.get(level)?);
        (place.column < columns && place.row < rows)
            .then(|| self.firsts[level] + place.row as usize * columns as usize + place.column as usize)
    }

    /// Width and height of a tile in pixels, smaller at the right and lower edge; none where there is no such tile.
    pub(crate) fn tile_size(&self, place: TilePlace) -> Option<[u32; 2]> {
        self.index(place)?;
        let [width, height] = self.sizes[usize::from(place.level)];
        let side = |full: u32, at: u32| (full - at * TILE_SIDE).min(TILE_SIDE);
        Some([side(width, place.column), side(height, place.row)])
    }

    /// What the pixels from a level on take in bytes.
    pub(crate) fn bytes_from(&self, level: usize) -> u64 {
        let bytes = |[width, height]: &[u32; 2]| u64::from(*width) * u64::from(*height) * PIXEL_BYTES as u64;
        self.sizes.iter().skip(level).map(bytes).sum()
    }
}

/// Columns and rows of tiles.
pub(crate) fn grid(size: [u32; 2]) -> [u32; 2] {
    size.map(|side| side.div_ceil(TILE_SIDE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_halve_rounded_up_down_to_a_pixel() {
        let sizes = |size| Levels::of(size).sizes().to_vec();
        assert_eq!(sizes([1, 1]), [[1, 1]]);
        assert_eq!(sizes([3, 1]), [[3, 1], [2, 1], [1, 1]]);
        assert_eq!(
            sizes([1000, 5]),
            [
                [1000, 5],
                [500, 3],
                [250, 2],
                [125, 1],
                [63, 1],
                [32, 1],
                [16, 1],
                [8, 1],
                [4, 1],
                [2, 1],
                [1, 1]
            ]
        );
        assert_eq!(sizes([16_384, 16_384]).len(), 15);
    }

    #[test]
    fn every_tile_has_its_own_place_and_the_edges_are_smaller() {
        let levels = Levels::of([1025, 513]);
        let place = |level, column, row| TilePlace { level, column, row };
        assert_eq!(levels.index(place(0, 2, 1)), Some(5));
        assert_eq!(levels.index(place(1, 0, 0)), Some(6));
        assert_eq!(levels.index(place(1, 1, 0)), Some(7));
        assert_eq!(levels.index(place(2, 0, 0)), Some(8));
        assert_eq!(levels.tile_count(), 8 + levels.sizes().len() - 2);
        assert_eq!(levels.tile_size(place(0, 0, 0)), Some([512, 512]));
        assert_eq!(levels.tile_size(place(0, 2, 1)), Some([1, 1]));
        assert_eq!(levels.tile_size(place(1, 1, 0)), Some([1, 257]));
        for none in [place(0, 3, 0), place(0, 0, 2), place(1, 2, 0), place(200, 0, 0)] {
            assert_eq!((levels.index(none), levels.tile_size(none)), (None, None), "{none:?}");
        }
        assert_eq!(Levels::of([3, 1]).bytes_from(0), 24);
        assert_eq!(Levels::of([3, 1]).bytes_from(1), 12);
    }
}
