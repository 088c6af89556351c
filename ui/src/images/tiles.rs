//! Tiles of pictures that are larger than their pane: asked for as they come into view, with a ring around it,
//! uploaded a few a frame, and forgotten when the budget is spent, least recently shown first. Until the tiles
//! in view are here, coarser ones are shown that are.

use std::collections::HashMap;

use egui::{Context, Rect, TextureHandle, TextureOptions, pos2};
use tiebreak_domain::door::Pixels;
use tiebreak_domain::media::{TILE_SIDE, TileRequest};
use tiebreak_domain::{ApiError, SourceId};

use super::{color_image, is_opaque};
use crate::compare::{Piece, Wanted};

/// A picture in a size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Medium {
    source: SourceId,
    uri: String,
    as_size: Option<[u32; 2]>,
}

/// A tile of it: level, column, row.
type Spot = (u8, u32, u32);

enum State {
    Coming,
    Here(Pixels),
    Failed,
}

struct Tile {
    state: State,
    /// Smooth and sharp, each once it was wanted.
    textures: [Option<TextureHandle>; 2],
    size_bytes: usize,
    last_used: u64,
}

/// The tiles.
#[derive(Default)]
pub struct Tiles {
    media: HashMap<Medium, HashMap<Spot, Tile>>,
    wanted: Vec<TileRequest>,
    coming: usize,
    frame: u64,
    uploads_left: usize,
    size_bytes: usize,
}

/// How much memory tiles may take, in pixels and on the graphics card together.
pub const BUDGET_BYTES: usize = 320 << 20;
/// How many tiles are uploaded in one frame.
const UPLOADS_A_FRAME: usize = 2;
/// How many tiles are on their way at most, so that what comes into view waits for little.
const COMING: usize = 12;

/// What is known of a level of a picture.
#[derive(Clone, Copy)]
struct Level {
    level: u8,
    /// Its width and height in pixels.
    size: [u32; 2],
    /// Those of the full picture.
    full: [u32; 2],
}

impl Level {
    fn of(full: [u32; 2], level: u8) -> Self {
        Self { level, size: full.map(|side| side.div_ceil(1 << level).max(1)), full }
    }

    /// Where a tile stands, in pixels of the full picture.
    fn place(self, column: u32, row: u32) -> Rect {
        let edge = |tile: u32, which: usize| {
            let pixel = (tile * TILE_SIDE).min(self.size[which]);
            pixel as f32 * (self.full[which] as f32 / self.size[which] as f32)
        };
        Rect::from_min_max(pos2(edge(column, 0), edge(row, 1)), pos2(edge(column + 1, 0), edge(row + 1, 1)))
    }

    /// The tiles that show a rectangle of the full picture, and so many more around it.
    fn spots(self, view: Rect, ring: u32) -> impl Iterator<Item = Spot> {
        let range = |from: f32, to: f32, which: usize| {
            let tile = TILE_SIDE as f32 * (self.full[which] as f32 / self.size[which] as f32);
            let count = self.size[which].div_ceil(TILE_SIDE);
            let first = ((from / tile).max(0.0) as u32).saturating_sub(ring);
            first..((to / tile).ceil().max(0.0) as u32 + ring).min(count)
        };
        let columns = range(view.left(), view.right(), 0);
        let level = self.level;
        range(view.top(), view.bottom(), 1)
            .flat_map(move |row| columns.clone().map(move |column| (level, column, row)))
    }
}

/// The level whose pixels are at least as many as those of the screen.
fn level_of(scale: f32, coarsest: u8) -> u8 {
    let level = (1.0 / scale.max(f32::MIN_POSITIVE)).log2().floor().max(0.0);
    (level as u8).min(coarsest)
}

/// The first level that is one tile.
fn coarsest(size: [u32; 2]) -> u8 {
    (0..16).find(|level| Level::of(size, *level).size.iter().all(|side| *side <= TILE_SIDE)).unwrap_or(16)
}

impl Tiles {
    /// A frame begins.
    pub fn begin_frame(&mut self) {
        self.frame += 1;
        self.uploads_left = UPLOADS_A_FRAME;
        self.forget_some();
    }

    /// The tiles of a picture of `size` that are in view, from coarse to fine, and whether they cover all that
    /// is in view; those missing are asked for.
    pub fn pieces(
        &mut self,
        ctx: &Context,
        (source, uri): (SourceId, &str),
        size: [u32; 2],
        wanted: &Wanted,
    ) -> (Vec<Piece>, bool) {
        let medium = Medium { source, uri: uri.to_owned(), as_size: wanted.as_size };
        let coarsest = coarsest(size);
        let level = level_of(wanted.scale, coarsest);
        let is_sharp = wanted.options == TextureOptions::NEAREST;
        let tiles = self.media.entry(medium.clone()).or_default();
        let mut upload = Upload {
            left: &mut self.uploads_left,
            size_bytes: &mut self.size_bytes,
            frame: self.frame,
            ctx,
            name: uri,
        };
        let fine = Level::of(size, level);
        let mut pieces = Vec::new();
        let mut is_complete = true;
        for spot in fine.spots(wanted.view, 0) {
            match tiles.get_mut(&spot).and_then(|tile| upload.piece(tile, fine, spot, is_sharp && level == 0))
            {
                Some(piece) => pieces.push(piece),
                None => is_complete = false,
            }
        }
        if !is_complete {
            let mut under = Vec::new();
            let finer = level.checked_sub(1);
            for level in (level + 1..=coarsest).rev().chain(finer) {
                let level = Level::of(size, level);
                for spot in level.spots(wanted.view, 0) {
                    let tile = tiles.get_mut(&spot).filter(|tile| tile.textures[0].is_some());
                    under.extend(tile.and_then(|tile| upload.piece(tile, level, spot, false)));
                }
            }
            under.append(&mut pieces);
            pieces = under;
        }
        self.ask(&medium, fine, wanted.view);
        (pieces, is_complete)
    }

    /// Asks for what is in view, its middle first, then for the ring around it.
    fn ask(&mut self, medium: &Medium, level: Level, view: Rect) {
        let Some(tiles) = self.media.get_mut(medium) else { return };
        for ring in [0, 1] {
            let is_missing = |spot: &Spot| !tiles.contains_key(spot);
            let mut missing: Vec<Spot> = level.spots(view, ring).filter(is_missing).collect();
            let distance =
                |(_, column, row): &Spot| level.place(*column, *row).center().distance_sq(view.center());
            missing.sort_by(|one, other| distance(one).total_cmp(&distance(other)));
            for spot in missing {
                if self.coming >= COMING {
                    return;
                }
                self.coming += 1;
                let tile = Tile {
                    state: State::Coming,
                    textures: [None, None],
                    size_bytes: 0,
                    last_used: self.frame,
                };
                tiles.insert(spot, tile);
                let Medium { source, uri, as_size } = medium.clone();
                let (level, column, row) = spot;
                self.wanted.push(TileRequest { source, uri, as_size, level, column, row });
            }
        }
    }

    /// What is to be asked for.
    pub fn take_wanted(&mut self) -> Vec<TileRequest> {
        std::mem::take(&mut self.wanted)
    }

    /// A tile arrived, or could not be had; then the picture stays as coarse as it is there.
    pub fn arrived(&mut self, request: TileRequest, pixels: Result<Pixels, ApiError>) {
        let TileRequest { source, uri, as_size, level, column, row } = request;
        let tiles = self.media.get_mut(&Medium { source, uri, as_size });
        let Some(tile) = tiles.and_then(|tiles| tiles.get_mut(&(level, column, row))) else { return };
        if !matches!(tile.state, State::Coming) {
            return;
        }
        self.coming = self.coming.saturating_sub(1);
        match pixels {
            Ok(pixels) => {
                tile.size_bytes = pixels.rgba.len();
                self.size_bytes += tile.size_bytes;
                tile.state = State::Here(pixels);
                self.forget_some();
            }
            Err(error) => {
                tracing::warn!(%error, "a tile could not be had");
                tile.state = State::Failed;
            }
        }
    }

    /// Asks again for what could not be had, when it comes into view.
    pub fn retry(&mut self) {
        for tiles in self.media.values_mut() {
            tiles.retain(|_, tile| !matches!(tile.state, State::Failed));
        }
    }

    /// How much memory they take.
    pub fn size_bytes(&self) -> usize {
        self.size_bytes
    }

    fn forget_some(&mut self) {
        while self.size_bytes > BUDGET_BYTES {
            let all = self.media.iter().flat_map(|(medium, tiles)| {
                tiles.iter().filter(|(_, tile)| tile.size_bytes > 0).map(move |entry| (medium, entry))
            });
            // What was in view in the last frame stays, however much it is.
            let old = all.filter(|(_, (_, tile))| tile.last_used + 1 < self.frame);
            let oldest = old.min_by_key(|(_, (_, tile))| tile.last_used);
            let Some((medium, spot)) = oldest.map(|(medium, (spot, _))| (medium.clone(), *spot)) else {
                return;
            };
            let tiles = self.media.get_mut(&medium);
            if let Some(tile) = tiles.and_then(|tiles| tiles.remove(&spot)) {
                self.size_bytes -= tile.size_bytes;
            }
        }
        self.media.retain(|_, tiles| !tiles.is_empty());
    }
}

/// Brings tiles to the graphics card, a few a frame.
struct Upload<'a> {
    left: &'a mut usize,
    size_bytes: &'a mut usize,
    frame: u64,
    ctx: &'a Context,
    name: &'a str,
}

impl Upload<'_> {
    fn piece(&mut self, tile: &mut Tile, level: Level, spot: Spot, is_sharp: bool) -> Option<Piece> {
        tile.last_used = self.frame;
        let State::Here(pixels) = &tile.state else { return None };
        let which = usize::from(is_sharp);
        if tile.textures[which].is_none() {
            if *self.left == 0 {
                self.ctx.request_repaint();
                // The other sampling is better than nothing.
                let texture = tile.textures[1 - which].clone()?;
                return Some(Piece { texture, place: level.place(spot.1, spot.2), pixels: pixels.clone() });
            }
            *self.left -= 1;
            let options = if is_sharp { TextureOptions::NEAREST } else { TextureOptions::LINEAR };
            let image = color_image(pixels, is_opaque(pixels));
            tile.size_bytes += pixels.rgba.len();
            *self.size_bytes += pixels.rgba.len();
            tile.textures[which] = Some(self.ctx.load_texture(self.name, image, options));
        }
        let texture = tile.textures[which].clone()?;
        Some(Piece { texture, place: level.place(spot.1, spot.2), pixels: pixels.clone() })
    }
}

#[cfg(test)]
mod tests {
    use egui::{Pos2, vec2};

    use super::*;

    const SIZE: [u32; 2] = [4_000, 3_000];

    fn wanted(view: Rect, scale: f32) -> Wanted {
        Wanted { view, scale, as_size: None, options: TextureOptions::LINEAR }
    }

    fn view(x: f32, y: f32, width: f32, height: f32) -> Rect {
        Rect::from_min_size(pos2(x, y), vec2(width, height))
    }

    fn tile(request: &TileRequest) -> Pixels {
        let level = Level::of(SIZE, request.level);
        let side = |tile: u32, which: usize| (level.size[which] - tile * TILE_SIDE).min(TILE_SIDE);
        let (width, height) = (side(request.column, 0), side(request.row, 1));
        let rgba: std::sync::Arc<[u8]> = vec![255; (width * height * 4) as usize].into();
        Pixels { width, height, full_width: SIZE[0], full_height: SIZE[1], rgba }
    }

    /// Frames until nothing more is asked for; how many there were.
    fn settle(tiles: &mut Tiles, ctx: &Context, wanted: &Wanted) -> usize {
        for frame in 1..500 {
            tiles.begin_frame();
            let is_complete = tiles.pieces(ctx, (SourceId(1), "a.png"), SIZE, wanted).1;
            let asked = tiles.take_wanted();
            assert!(tiles.coming <= COMING);
            if asked.is_empty() && is_complete {
                return frame;
            }
            for request in asked {
                let pixels = tile(&request);
                tiles.arrived(request, Ok(pixels));
            }
        }
        panic!("it never settles");
    }

    #[test]
    fn levels_halve_and_tiles_cover_the_picture_without_gaps() {
        assert_eq!([1.0, 0.51, 0.5, 0.3, 0.25, 4.0].map(|scale| level_of(scale, 9)), [0, 0, 1, 1, 2, 0]);
        for level in 0..=coarsest(SIZE) {
            let level = Level::of(SIZE, level);
            let area: f32 = level
                .spots(view(0.0, 0.0, 4_000.0, 3_000.0), 0)
                .map(|(_, column, row)| level.place(column, row).area())
                .sum();
            assert!((area - 12e6).abs() < 12.0, "{:?}: {area}", level.size);
        }
        assert_eq!(Level::of([1_025, 7], 1).size, [513, 4], "rounded up");
    }

    #[test]
    fn only_what_is_in_view_and_a_ring_is_asked_for_the_middle_first() {
        let ctx = Context::default();
        let mut tiles = Tiles::default();
        let wanted = wanted(view(1_100.0, 600.0, 300.0, 300.0), 1.0);
        tiles.begin_frame();
        tiles.pieces(&ctx, (SourceId(1), "a.png"), SIZE, &wanted);
        let first = tiles.take_wanted();
        assert_eq!((first[0].level, first[0].column, first[0].row), (0, 2, 1));
        for request in first {
            let pixels = tile(&request);
            tiles.arrived(request, Ok(pixels));
        }
        settle(&mut tiles, &ctx, &wanted);
        assert_eq!(tiles.media.values().map(HashMap::len).sum::<usize>(), 9, "one in view and eight around");
    }

    #[test]
    fn coarse_is_shown_until_fine_is_here_and_uploads_are_few_a_frame() {
        let ctx = Context::default();
        let mut tiles = Tiles::default();
        let coarse = wanted(view(0.0, 0.0, 4_000.0, 3_000.0), 0.25);
        settle(&mut tiles, &ctx, &coarse);
        let fine = wanted(view(0.0, 0.0, 1_500.0, 1_500.0), 1.0);
        tiles.begin_frame();
        let (pieces, is_complete) = tiles.pieces(&ctx, (SourceId(1), "a.png"), SIZE, &fine);
        assert!(!is_complete && !pieces.is_empty(), "what is here covers it");
        assert!(pieces.iter().all(|piece| piece.place.width() > 600.0));
        for request in tiles.take_wanted() {
            let pixels = tile(&request);
            tiles.arrived(request, Ok(pixels));
        }
        tiles.begin_frame();
        let (pieces, _) = tiles.pieces(&ctx, (SourceId(1), "a.png"), SIZE, &fine);
        assert_eq!(pieces.iter().filter(|piece| piece.is_native()).count(), UPLOADS_A_FRAME);
        assert!(settle(&mut tiles, &ctx, &fine) > 2);
        let (pieces, is_complete) = tiles.pieces(&ctx, (SourceId(1), "a.png"), SIZE, &fine);
        assert!(is_complete && pieces.iter().all(Piece::is_native), "and then nothing is under it");
    }

    #[test]
    fn a_walk_over_many_pictures_stays_within_the_budget() {
        let ctx = Context::default();
        let mut tiles = Tiles::default();
        let all = wanted(view(0.0, 0.0, 4_000.0, 3_000.0), 1.0);
        for picture in 0..8 {
            let uri = format!("{picture}.png");
            for _ in 0..60 {
                tiles.begin_frame();
                tiles.pieces(&ctx, (SourceId(1), &uri), SIZE, &all);
                for request in tiles.take_wanted() {
                    let pixels = tile(&request);
                    tiles.arrived(request, Ok(pixels));
                }
            }
        }
        tiles.begin_frame();
        assert!(tiles.size_bytes() <= BUDGET_BYTES, "{}", tiles.size_bytes());
        let kept: usize = tiles.media.values().flat_map(HashMap::values).map(|tile| tile.size_bytes).sum();
        assert_eq!(kept, tiles.size_bytes(), "the sum is kept right");
        tiles.begin_frame();
        assert!(tiles.pieces(&ctx, (SourceId(1), "7.png"), SIZE, &all).1, "the last one is whole");
    }

    #[test]
    fn what_is_refused_is_not_asked_for_again_by_itself() {
        let ctx = Context::default();
        let mut tiles = Tiles::default();
        let wanted = wanted(Rect::from_min_size(Pos2::ZERO, vec2(100.0, 100.0)), 1.0);
        for frame in 0..4 {
            tiles.begin_frame();
            tiles.pieces(&ctx, (SourceId(1), "a.png"), SIZE, &wanted);
            let asked = tiles.take_wanted();
            assert_eq!(asked.len(), if frame == 0 { 4 } else { 0 });
            for request in asked {
                tiles.arrived(request, Err(ApiError::new(tiebreak_domain::ErrorCode::NotFound, "gone")));
            }
        }
        assert_eq!(tiles.coming, 0);
        tiles.retry();
        tiles.pieces(&ctx, (SourceId(1), "a.png"), SIZE, &wanted);
        assert_eq!(tiles.take_wanted().len(), 4);
    }
}
