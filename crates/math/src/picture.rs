//! A formula filled into pixels.

use vello_cpu::color::{AlphaColor, Srgb};
use vello_cpu::kurbo::{Affine, BezPath, PathEl, Rect, Shape as _, Stroke};
use vello_cpu::{Pixmap, RenderContext, Resources};

use crate::laid::{Color, Laid, Shape};

/// Most pixels of a picture; a screen of 4K has 8 million.
const MAX_PIXELS: f64 = 16_000_000.0;
/// Most pixels across or down, as textures have them everywhere.
const MAX_SIDE: f64 = 8_192.0;

/// A formula in pixels. Its baseline lies between two rows of pixels, and its left edge between two columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Pixels from the formula's left edge to the picture's; below 0 where a letter hangs over.
    pub left: i32,
    /// Pixels from the baseline to the picture's upper edge; below 0 where it reaches above the line.
    pub top: i32,
    /// Red, green, blue and opacity, row by row, the colours multiplied by the opacity.
    pub pixels: Vec<u8>,
}

impl Picture {
    /// `laid` with so many pixels to the point, in `ink` where it asks for no colour; none where nothing of it
    /// is to be seen or where it would be larger than any screen. Foreign letters are left out.
    pub fn of(laid: &Laid, pixels_per_point: f32, ink: Color) -> Option<Self> {
        let scale = f64::from(pixels_per_point);
        let strokes: Vec<Filled> =
            laid.shapes.iter().filter_map(|shape| Filled::of(shape, scale, ink)).collect();
        // What a formula moves far out of its own box is not shown over the text around it.
        let margin = f64::from(laid.size) * scale;
        let (width, height, depth) = (laid.width, laid.height, laid.depth);
        let allowed = Rect::new(0.0, -f64::from(height), f64::from(width), f64::from(depth))
            .scale_from_origin(scale)
            .inflate(margin, margin);
        let bounds = strokes.iter().map(|filled| filled.bounds).reduce(|all, bounds| all.union(bounds))?;
        let bounds = bounds.intersect(allowed).inflate(1.0, 1.0).expand();
        let (width, height) = (bounds.width(), bounds.height());
        let is_shown = width > 2.0 && height > 2.0;
        if !is_shown || width > MAX_SIDE || height > MAX_SIDE || width * height > MAX_PIXELS {
            return None;
        }
        let mut context = RenderContext::new(width as u16, height as u16);
        context.set_transform(Affine::translate((-bounds.x0, -bounds.y0)));
        for filled in &strokes {
            filled.paint(&mut context);
        }
        let mut pixmap = Pixmap::new(width as u16, height as u16);
        context.flush();
        context.render(&mut pixmap, &mut Resources::new());
        Some(Self {
            width: width as usize,
            height: height as usize,
            left: bounds.x0 as i32,
            top: bounds.y0 as i32,
            pixels: pixmap.data_as_u8_slice().to_vec(),
        })
    }
}

/// A shape in pixels.
struct Filled {
    path: BezPath,
    /// Whether each part of the path is filled by itself.
    is_in_parts: bool,
    stroke: Option<f64>,
    color: Color,
    bounds: Rect,
}

impl Filled {
    fn of(shape: &Shape, scale: f64, ink: Color) -> Option<Self> {
        let place = shape.place();
        let (x, y) = (f64::from(place.x) * scale, f64::from(place.y) * scale);
        let (path, stroke) = match shape {
            Shape::Foreign { .. } => return None,
            Shape::Glyph { face, glyph, size, .. } => {
                let mut path = face.outline(*glyph, size * scale as f32);
                path.apply_affine(Affine::translate((x, y)));
                (path, None)
            }
            Shape::Rule { width, height, .. } => {
                let rule = snapped(x, y, f64::from(*width) * scale, f64::from(*height) * scale);
                (rule.to_path(0.1), None)
            }
            Shape::Path { path, stroke, .. } => {
                let path = Affine::translate((x, y)) * Affine::scale(scale) * path.clone();
                (path, stroke.map(|width| (f64::from(width) * scale).max(1.0)))
            }
        };
        let bounds = path.control_box().inflate(stroke.unwrap_or(0.0), stroke.unwrap_or(0.0));
        let is_drawn = !path.elements().is_empty() && bounds.is_finite();
        // Arrows are put together from outlines that may run against each other, and would be empty where they
        // overlap; letters have holes, which are outlines that run against theirs.
        let is_in_parts = matches!(shape, Shape::Path { .. });
        is_drawn.then(|| Self { path, is_in_parts, stroke, color: place.color.unwrap_or(ink), bounds })
    }

    fn paint(&self, context: &mut RenderContext) {
        let [red, green, blue, alpha] = self.color;
        context.set_paint(AlphaColor::<Srgb>::from_rgba8(red, green, blue, alpha));
        if let Some(width) = self.stroke {
            context.set_stroke(Stroke::new(width));
            context.stroke_path(&self.path);
            return;
        }
        if self.is_in_parts {
            for part in subpaths(&self.path) {
                context.fill_path(&part);
            }
        } else {
            context.fill_path(&self.path);
        }
    }
}

/// A rule as whole pixels across its thin side, so that it is sharp and as dark as its neighbours.
fn snapped(x: f64, y: f64, width: f64, height: f64) -> Rect {
    let side = |start: f64, length: f64| {
        let length_snapped = length.round().max(1.0);
        let start_snapped = (start + length / 2.0 - length_snapped / 2.0).round();
        (start_snapped, start_snapped + length_snapped)
    };
    let (left, right) = if width < height { side(x, width) } else { (x, x + width) };
    let (top, bottom) = if height <= width { side(y, height) } else { (y, y + height) };
    Rect::new(left, top, right, bottom)
}

/// The parts of a path that each begin anew.
fn subpaths(path: &BezPath) -> Vec<BezPath> {
    let mut parts: Vec<BezPath> = Vec::new();
    for element in path.elements() {
        if matches!(element, PathEl::MoveTo(_)) || parts.is_empty() {
            parts.push(BezPath::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(*element);
        }
    }
    parts
}
