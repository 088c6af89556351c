//! Deep inside a picture: the grid of its pixels, the values in them, and the value under the pointer.

use std::fmt::Write as _;

use egui::{Align2, Color32, CornerRadius, Painter, Pos2, Rect, Stroke, pos2, vec2};

use super::Visual;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, Palette, radius, space, text};

/// From so many screen pixels for one of the picture on, the grid is painted.
const GRID_FROM: f32 = 24.0;
/// From so many points for one pixel of the picture on, its values stand in it.
const VALUES_FROM: f32 = 60.0;
/// From so many screen pixels for one of the picture on, the value under the pointer is told.
pub const TOLD_FROM: f32 = 6.0;

/// Paints the grid and the values of a visual that stands at `place`, as far as `window` shows it.
pub fn grid_ui(painter: &Painter, visual: &Visual, place: Rect, window: Rect, palette: &Palette) {
    let points = place.width() / visual.full_size[0] as f32;
    if points * painter.pixels_per_point() < GRID_FROM {
        return;
    }
    let seen = place.intersect(window);
    if !seen.is_positive() {
        return;
    }
    let [columns, rows] = [
        range(seen.left() - place.left(), seen.right() - place.left(), points, visual.full_size[0]),
        range(seen.top() - place.top(), seen.bottom() - place.top(), points, visual.full_size[1]),
    ];
    let stroke = Stroke::new(HAIRLINE, palette.line_strong.gamma_multiply(0.7));
    for column in columns.clone().skip(1) {
        painter.vline(place.left() + column as f32 * points, seen.y_range(), stroke);
    }
    for row in rows.clone().skip(1) {
        painter.hline(seen.x_range(), place.top() + row as f32 * points, stroke);
    }
    if points < VALUES_FROM {
        return;
    }
    for row in rows {
        for column in columns.clone() {
            let Some(value) = visual.pixel([column, row]) else { continue };
            let middle = place.min + vec2(column as f32 + 0.5, row as f32 + 0.5) * points;
            let ink = ink_on(value);
            painter.text(
                middle,
                Align2::CENTER_CENTER,
                lines(value),
                Face::Mono.at(text::CAPTION - 1.0),
                ink,
            );
        }
    }
}

/// The pixels of one direction that are in view.
fn range(from: f32, to: f32, points: f32, count: u32) -> std::ops::Range<u32> {
    ((from / points) as u32)..((to / points).ceil() as u32).min(count)
}

/// Dark on bright pixels, bright on dark ones.
fn ink_on([red, green, blue, _]: [u8; 4]) -> Color32 {
    // ITU-R BT.601 weights, in 256ths.
    let luma = (77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue)) >> 8;
    if luma > 140 { theme::LIGHT.ink } else { theme::DARK.ink }
}

fn lines(value: [u8; 4]) -> String {
    let [red, green, blue, alpha] = value;
    let mut lines = format!("{red}\n{green}\n{blue}");
    if alpha != u8::MAX {
        // Writing to a string cannot fail.
        let _ = write!(lines, "\n{alpha}");
    }
    lines
}

/// What is told of a pixel: where it is, red, green, blue and alpha, and the same as one number.
pub fn told([x, y]: [u32; 2], value: Option<[u8; 4]>) -> String {
    let Some([red, green, blue, alpha]) = value else { return format!("{x}, {y}  …") };
    format!("{x}, {y}  {red} {green} {blue} {alpha}  {}", hex([red, green, blue, alpha]))
}

/// A colour as designers write it; alpha is left out where nothing shines through.
fn hex([red, green, blue, alpha]: [u8; 4]) -> String {
    let mut hex = format!("#{red:02X}{green:02X}{blue:02X}");
    if alpha != u8::MAX {
        let _ = write!(hex, "{alpha:02X}");
    }
    hex
}

/// The pixel at a place given in fractions of a picture.
pub fn pixel_at(fraction: Pos2, size: [u32; 2]) -> Option<[u32; 2]> {
    let [x, y] = [fraction.x * size[0] as f32, fraction.y * size[1] as f32];
    let is_inside = x >= 0.0 && y >= 0.0 && x < size[0] as f32 && y < size[1] as f32;
    is_inside.then_some([x as u32, y as u32])
}

/// Paints lines of figures on a small plate, its corner at `at`; says how large it is.
pub fn plate_ui(painter: &Painter, align: Align2, at: Pos2, lines: &str, palette: &Palette) -> Rect {
    let galley = painter.layout_no_wrap(lines.to_owned(), Face::Figures.at(text::SMALL), palette.ink);
    let size = galley.size() + vec2(2.0 * space::SMALL, space::TINY);
    let rect = align.anchor_size(at, size);
    painter.rect_filled(rect, CornerRadius::same(radius::SMALL), palette.panel.gamma_multiply(0.92));
    painter.galley(pos2(rect.left() + space::SMALL, rect.top() + space::TINY / 2.0), galley, palette.ink);
    rect
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pixel_is_told_in_figures_and_as_one_number() {
        assert_eq!(told([3, 4], Some([255, 128, 0, 255])), "3, 4  255 128 0 255  #FF8000");
        assert_eq!(told([3, 4], Some([255, 128, 0, 127])), "3, 4  255 128 0 127  #FF80007F");
        assert_eq!(told([3, 4], None), "3, 4  …", "where only a copy is here, nothing is made up");
    }

    #[test]
    fn the_edge_belongs_to_no_pixel_beyond() {
        assert_eq!(pixel_at(pos2(0.999, 0.0), [10, 10]), Some([9, 0]));
        assert_eq!(pixel_at(pos2(1.0, 0.0), [10, 10]), None);
        assert_eq!(pixel_at(pos2(-0.01, 0.0), [10, 10]), None);
    }
}
