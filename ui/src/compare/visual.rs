//! What a pane shows at this moment, as pieces of picture.

use egui::{Rect, TextureHandle};
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

/// What a pane shows.
#[derive(Clone)]
pub struct Visual {
    /// Width and height of the full picture, upright.
    pub full_size: [u32; 2],
    /// From coarse to fine: later pieces cover earlier ones.
    pub pieces: Vec<Piece>,
}
