//! A formula of a text: laid out once when the text is parsed, at any size when it is painted.

use std::sync::{Arc, OnceLock};

use egui::{Color32, Painter, Rect, pos2, vec2};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use tiebreak_math::{Fault, Laid, Shape, Style};

use super::drawing::{Drawing, Room};
use super::picture::{Pictures, Wanted};
use crate::theme::font::{FACES, Face};

/// Letters of formulas are lower than those of Inter of the same size; so they look as large.
const SCALE: f32 = 1.15;

/// A formula that can be shown.
#[derive(Debug)]
pub(super) struct Formula {
    /// As it is written, with the signs around it.
    source: Arc<str>,
    /// Laid out with an em of one point.
    laid: Arc<Laid>,
}

impl Formula {
    /// The formula `tex` that is written as `source`.
    ///
    /// # Errors
    /// What keeps it from being shown.
    pub fn new(source: &str, tex: &str, is_display: bool) -> Result<Self, Fault> {
        let style = if is_display { Style::Display } else { Style::Inline };
        let laid = tiebreak_math::lay_out_with(tex, style, 1.0, width_of)?;
        Ok(Self { source: source.into(), laid: Arc::new(laid) })
    }

    /// Points of an em beside letters of `size`, where the formula must not be wider than `width`.
    fn em(&self, size: f32, width: f32) -> f32 {
        let em = size * SCALE;
        if self.laid.width * em > width { width / self.laid.width } else { em }
    }
}

impl Drawing for Formula {
    fn says(&self) -> &str {
        &self.source
    }

    fn room(&self, size: f32, width: f32) -> Room {
        let em = self.em(size, width);
        let (height, depth) = (self.laid.height * em, self.laid.depth * em);
        Room { width: self.laid.width * em, height: height + depth, baseline: height }
    }

    fn paint(&self, painter: &Painter, rect: Rect, size: f32, ink: Color32) {
        let em = self.em(size, rect.width().max(0.1));
        // Letters may hang over the edges of their boxes.
        if !rect.expand(em).intersects(painter.clip_rect()) {
            return;
        }
        let scale = painter.ctx().pixels_per_point();
        let baseline = ((rect.top() + self.laid.height * em) * scale).round() / scale;
        let left = (rect.left() * scale).round() / scale;
        let wanted = Wanted::new(&self.source, &self.laid, em * scale, ink);
        if let Some((texture, offset, pixels)) = Pictures::of(painter.ctx()).get(painter.ctx(), wanted) {
            let place = Rect::from_min_size(pos2(left, baseline) + offset / scale, pixels / scale);
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            painter.image(texture, place, whole, Color32::WHITE);
        }
        for shape in &self.laid.shapes {
            let Shape::Foreign { place, character, size } = shape else { continue };
            #[expect(clippy::disallowed_methods, reason = "a formula's own colour, and none of the theme")]
            let ink = place.color.map_or(ink, |[red, green, blue, alpha]| {
                Color32::from_rgba_unmultiplied(red, green, blue, alpha)
            });
            let galley = painter.layout_no_wrap(character.to_string(), Face::Regular.at(size * em), ink);
            let row = galley.rows.first();
            let own = row.and_then(|row| Some(row.pos.y + row.glyphs.first()?.pos.y)).unwrap_or(0.0);
            painter.galley(pos2(left, baseline - own) + vec2(place.x, place.y) * em, galley, ink);
        }
    }
}

/// How many ems wide a letter is that the fonts of the text draw: Inter's where it has it, a square for others.
fn width_of(character: char) -> f32 {
    static INTER: OnceLock<Option<FontRef<'static>>> = OnceLock::new();
    let inter = INTER.get_or_init(|| {
        let (_, bytes) = FACES.into_iter().find(|(name, _)| *name == "Inter-Regular")?;
        FontRef::new(bytes).ok()
    });
    let advance = inter.as_ref().and_then(|font| {
        let glyph = font.charmap().map(character)?;
        font.glyph_metrics(Size::new(1.0), LocationRef::default()).advance_width(glyph)
    });
    advance.unwrap_or(1.0)
}
