//! From TeX to shapes, within limits.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ratex_layout::{
    FallbackGlyphMetrics, LayoutOptions, layout_with_fallback_metrics, to_display_list, validate_layout,
};
use ratex_types::color::Color as RatexColor;
use ratex_types::display_item::{DisplayItem, DisplayList};
use ratex_types::math_style::MathStyle;
use ratex_types::path_command::PathCommand;
use vello_cpu::kurbo::BezPath;

use crate::face::{Face, has_character};
use crate::fault::Fault;
use crate::laid::{Color, Laid, Place, Shape};

/// Longest formula that is laid out, in bytes.
pub const MAX_TEX_BYTES: usize = 16 * 1024;
/// Widest and highest formula, in ems of its letters.
const MAX_EMS: f64 = 1_000.0;
/// Most shapes of a formula.
const MAX_SHAPES: usize = 20_000;
/// Ems of the line that is drawn along an outline which is not filled.
const STROKE_EMS: f32 = 0.046;

/// How a formula stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    /// By itself: sums have their limits above and below.
    Display,
    /// In a line of text.
    Inline,
}

/// Lays out `tex`, without the signs around it, in letters whose em is `size_points` long.
///
/// # Errors
/// What keeps it from being shown.
pub fn lay_out(tex: &str, style: Style, size_points: f32) -> Result<Laid, Fault> {
    lay_out_with(tex, style, size_points, |_| 1.0)
}

/// The same where letters that no face of mathematics has are `width_of` ems wide.
///
/// # Errors
/// What keeps it from being shown.
pub fn lay_out_with(
    tex: &str,
    style: Style,
    size_points: f32,
    width_of: impl Fn(char) -> f32,
) -> Result<Laid, Fault> {
    if tex.len() > MAX_TEX_BYTES {
        return Err(Fault::TooLong(tex.len()));
    }
    let foreign = tex.chars().filter(|character| !has_character(*character));
    let widths: HashMap<char, FallbackGlyphMetrics> =
        foreign.map(|character| (character, foreign_metrics(width_of(character)))).collect();
    // The library is made to answer any input; where it has a fault after all, one formula is lost and not the
    // program.
    let list =
        catch_unwind(AssertUnwindSafe(|| list_of(tex, style, widths))).map_err(|_| Fault::Broken)??;
    let is_size = |ems: f64| (-MAX_EMS..=MAX_EMS).contains(&ems);
    if ![list.width, list.height, list.depth].into_iter().all(is_size) || list.items.len() > MAX_SHAPES {
        return Err(Fault::TooLarge);
    }
    let origin = Origin { ems: size_points, baseline: list.height };
    Ok(Laid {
        width: origin.points(list.width).max(0.0),
        height: origin.points(list.height),
        depth: origin.points(list.depth),
        size: size_points,
        shapes: list.items.into_iter().filter_map(|item| origin.shape(item)).collect(),
    })
}

fn foreign_metrics(width: f32) -> FallbackGlyphMetrics {
    let width = if width.is_finite() { f64::from(width.clamp(0.0, 4.0)) } else { 1.0 };
    FallbackGlyphMetrics { width, height: 0.85, depth: 0.15 }
}

fn list_of(
    tex: &str,
    style: Style,
    widths: HashMap<char, FallbackGlyphMetrics>,
) -> Result<DisplayList, Fault> {
    let nodes = ratex_parser::parse(tex).map_err(|error| Fault::Tex {
        message: error.message,
        at: error.loc.map(|location| location.start),
    })?;
    let style = match style {
        Style::Display => MathStyle::Display,
        Style::Inline => MathStyle::Text,
    };
    let tree =
        layout_with_fallback_metrics(&nodes, &LayoutOptions::default().with_style(style), Arc::new(widths));
    validate_layout(&tree).map_err(|_| Fault::TooLarge)?;
    Ok(to_display_list(&tree))
}

/// From ems below the upper edge to points below the baseline.
struct Origin {
    ems: f32,
    baseline: f64,
}

impl Origin {
    fn points(&self, ems: f64) -> f32 {
        ems as f32 * self.ems
    }

    fn place(&self, x: f64, y: f64, color: &RatexColor) -> Place {
        Place { x: self.points(x), y: self.points(y - self.baseline), color: color_of(color) }
    }

    /// The shape of an item; none where it stands nowhere.
    fn shape(&self, item: DisplayItem) -> Option<Shape> {
        let shape = match item {
            DisplayItem::GlyphPath { x, y, scale, font, char_code, color } => {
                let (place, size) = (self.place(x, y, &color), self.points(scale));
                match Face::glyph_of(&font, char_code) {
                    Some((face, glyph)) => Shape::Glyph { place, face, glyph, size },
                    None => Shape::Foreign { place, character: char::from_u32(char_code)?, size },
                }
            }
            DisplayItem::Line { x, y, width, thickness, color, dashed: false } => Shape::Rule {
                place: self.place(x, y - thickness / 2.0, &color),
                width: self.points(width),
                height: self.points(thickness),
            },
            DisplayItem::Line { x, y, width, thickness, color, dashed: true } => Shape::Path {
                place: self.place(x, y, &color),
                path: self.dashes(width, thickness),
                stroke: None,
            },
            DisplayItem::Rect { x, y, width, height, color } => Shape::Rule {
                place: self.place(x, y, &color),
                width: self.points(width),
                height: self.points(height),
            },
            DisplayItem::Path { x, y, commands, fill, color } => Shape::Path {
                place: self.place(x, y, &color),
                path: self.path(&commands),
                stroke: (!fill).then_some(STROKE_EMS * self.ems),
            },
        };
        let place = shape.place();
        (place.x.is_finite() && place.y.is_finite()).then_some(shape)
    }

    fn dashes(&self, width: f64, thickness: f64) -> BezPath {
        let (width, thickness) = (f64::from(self.points(width)), f64::from(self.points(thickness)));
        let mut path = BezPath::new();
        if !(width > 0.0 && thickness > 0.0) {
            return path;
        }
        let step = (8.0 * thickness).max(width / 2_000.0);
        let mut left = 0.0;
        while left < width {
            let right = (left + step / 2.0).min(width);
            path.move_to((left, -thickness / 2.0));
            path.line_to((right, -thickness / 2.0));
            path.line_to((right, thickness / 2.0));
            path.line_to((left, thickness / 2.0));
            path.close_path();
            left += step;
        }
        path
    }

    fn path(&self, commands: &[PathCommand]) -> BezPath {
        let at = |x: f64, y: f64| (f64::from(self.points(x)), f64::from(self.points(y)));
        let mut path = BezPath::new();
        for command in commands {
            match *command {
                PathCommand::MoveTo { x, y } => path.move_to(at(x, y)),
                // An outline that begins with anything else has no beginning.
                _ if path.elements().is_empty() => {}
                PathCommand::LineTo { x, y } => path.line_to(at(x, y)),
                PathCommand::QuadTo { x1, y1, x, y } => path.quad_to(at(x1, y1), at(x, y)),
                PathCommand::CubicTo { x1, y1, x2, y2, x, y } => {
                    path.curve_to(at(x1, y1), at(x2, y2), at(x, y));
                }
                PathCommand::Close => path.close_path(),
            }
        }
        path
    }
}

/// The colour asked for; black is the ink of the text, whatever that is.
fn color_of(color: &RatexColor) -> Option<Color> {
    let byte = |part: f32| (part.clamp(0.0, 1.0) * 255.0).round() as u8;
    let color = [byte(color.r), byte(color.g), byte(color.b), byte(color.a)];
    (color != [0, 0, 0, 255]).then_some(color)
}
