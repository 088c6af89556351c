//! Painting pieces of picture where they stand, on a checkerboard where something shines through.

use egui::{
    Color32, ColorImage, Context, Mesh, Painter, Pos2, Rect, Shape, TextureHandle, TextureId, TextureOptions,
    pos2, vec2,
};

use super::Visual;
use crate::theme;

/// The side of a square of the checkerboard, in points.
const SQUARE: f32 = 8.0;

/// The checkerboard, once it is with the graphics card.
#[derive(Clone, Default)]
pub struct Checkerboard(Option<(bool, TextureHandle)>);

impl std::fmt::Debug for Checkerboard {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Checkerboard({})", self.0.is_some())
    }
}

impl Checkerboard {
    /// Its texture in the colours of the theme.
    pub fn texture(&mut self, ctx: &Context) -> TextureId {
        let palette = theme::palette_of(ctx);
        if self.0.as_ref().is_none_or(|(is_dark, _)| *is_dark != palette.is_dark) {
            let (one, other) = (palette.panel, palette.line_strong);
            let image = ColorImage::new([2, 2], vec![one, other, other, one]);
            let options = TextureOptions::NEAREST_REPEAT;
            self.0 = Some((palette.is_dark, ctx.load_texture("checkerboard", image, options)));
        }
        self.0.as_ref().map_or(TextureId::default(), |(_, texture)| texture.id())
    }
}

/// Paints a visual that stands at `place`, as far as `window` shows it.
pub fn visual_ui(
    painter: &Painter,
    visual: &Visual,
    place: Rect,
    window: Rect,
    tint: Color32,
    checkerboard: Option<TextureId>,
) {
    let size = visual.full_size;
    for piece in &visual.pieces {
        let rect = on_screen(piece.place, size, place);
        if let Some(checkerboard) = checkerboard {
            checkerboard_ui(painter, checkerboard, rect.intersect(window));
        }
        texture_ui(painter, piece.texture.id(), rect, window, tint);
    }
}

/// Where a rectangle in pixels of a picture stands, when the picture of that size stands at `place`.
///
/// Edges are reckoned from the picture's corner, so that neighbours share theirs to the last bit.
pub fn on_screen(rect: Rect, size: [u32; 2], place: Rect) -> Rect {
    let points = vec2(place.width() / size[0] as f32, place.height() / size[1] as f32);
    let at = |pixel: Pos2| pos2(place.left() + pixel.x * points.x, place.top() + pixel.y * points.y);
    Rect::from_min_max(at(rect.min), at(rect.max))
}

/// Paints a texture that fills `rect`, as far as `window` shows it.
pub fn texture_ui(painter: &Painter, texture: TextureId, rect: Rect, window: Rect, tint: Color32) {
    let seen = rect.intersect(window);
    if !seen.is_positive() {
        return;
    }
    let uv = |at: Pos2| pos2((at.x - rect.left()) / rect.width(), (at.y - rect.top()) / rect.height());
    let mut mesh = Mesh::with_texture(texture);
    mesh.add_rect_with_uv(seen, Rect::from_min_max(uv(seen.min), uv(seen.max)), tint);
    painter.add(Shape::mesh(mesh));
}

/// Paints the checkerboard; its squares stand still while the picture moves.
fn checkerboard_ui(painter: &Painter, texture: TextureId, rect: Rect) {
    if rect.is_positive() {
        let uv = |at: Pos2| pos2(at.x / (2.0 * SQUARE), at.y / (2.0 * SQUARE));
        let mut mesh = Mesh::with_texture(texture);
        mesh.add_rect_with_uv(rect, Rect::from_min_max(uv(rect.min), uv(rect.max)), Color32::WHITE);
        painter.add(Shape::mesh(mesh));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_leave_no_seam_however_deep_in() {
        let place = Rect::from_min_size(pos2(-312_345.7, 11.3), vec2(655_360.0, 655_360.0));
        let tile =
            |column: f32| Rect::from_min_max(pos2(column * 512.0, 0.0), pos2((column + 1.0) * 512.0, 512.0));
        for column in 0..15 {
            let [left, right] =
                [column, column + 1].map(|column| on_screen(tile(column as f32), [8192, 8192], place));
            assert_eq!(left.right(), right.left());
        }
    }
}
