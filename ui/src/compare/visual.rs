//! What a pane shows at this moment, as pieces of picture.

use egui::{Rect, TextureHandle, pos2};
use tiebreak_domain::door::Pixels;

/// A piece of a picture that is with the graphics card: a tile, a whole picture scaled down, or a frame.
#[derive(Clone)]
pub struct Piece {
    /// Its texture, which it fills.
    pub texture: TextureHandle,
    /// Where it stands, in pixels of the full picture.
    pub place: Rect,
    /// The same pixels in memory, for values and differences.
    pub pixels: Pixels,
}

impl Piece {
    /// Whether its pixels are the picture's own, neither more nor fewer.
    pub fn is_native(&self) -> bool {
        (self.place.width() - self.pixels.width as f32).abs() < 0.5
            && (self.place.height() - self.pixels.height as f32).abs() < 0.5
    }
}

/// What a pane shows.
#[derive(Clone)]
pub struct Visual {
    /// Width and height of the full picture, upright.
    pub full_size: [u32; 2],
    /// From coarse to fine: later pieces cover earlier ones.
    pub pieces: Vec<Piece>,
    /// Whether the next frame may show something else.
    pub is_moving: bool,
}

impl Visual {
    /// Red, green, blue and alpha of a pixel of the full picture; none where only a scaled copy of it is here.
    pub fn pixel(&self, [x, y]: [u32; 2]) -> Option<[u8; 4]> {
        let middle = pos2(x as f32 + 0.5, y as f32 + 0.5);
        let is_it = |piece: &&Piece| piece.is_native() && piece.place.contains(middle);
        let piece = self.pieces.iter().rev().find(is_it)?;
        let inside = middle - piece.place.min;
        let index = inside.y as usize * piece.pixels.width as usize + inside.x as usize;
        piece.pixels.rgba.get(index * 4..index * 4 + 4)?.try_into().ok()
    }
}
