//! Draws one letter: its outline as coverage, or its colours where the font has some for it, as emoji have.

use egui::{Color32, ColorImage};
use skrifa::raw::TableProvider as _;
use skrifa::{FontRef, GlyphId, MetadataProvider as _};
use vello_cpu::kurbo::{Cap, Join, Stroke};
use vello_cpu::{Pixmap, RenderContext, Resources};

use super::{Run, outline};

/// A letter, drawn.
pub(super) struct Drawn {
    pub image: ColorImage,
    /// From the letter's origin to the top left corner of the image, in pixels.
    pub offset: [i16; 2],
    /// Whether it has colours of its own; else it is white, to be painted in ink.
    pub is_colored: bool,
}

/// Letters larger than this, in pixels, are not drawn: nothing readable is.
const LARGEST: f32 = 300.0;

/// Draws a letter of `size` pixels whose origin lies `shift` of a pixel to the right of a whole one; none where
/// there is nothing to be seen.
pub(super) fn draw(run: &Run, id: u32, size: f32, shift: f32, is_dark: bool) -> Option<Drawn> {
    if !(size > 0.0 && size <= LARGEST) {
        return None;
    }
    let font = FontRef::from_index(run.font.data.as_ref(), run.font.index).ok()?;
    let is_colored = is_colored(&font, id, size);
    // Where a letter's ink ends is only known once it is drawn: so much room is enough for nearly all.
    let reach = |share: f32| (size * share).ceil();
    let (left, above, below) =
        if is_colored { (reach(1.0), reach(2.0), reach(1.0)) } else { (reach(0.75), reach(1.4), reach(0.9)) };
    let advance = font
        .glyph_metrics(skrifa::instance::Size::new(size), coordinates(run).as_slice())
        .advance_width(GlyphId::new(id))
        .unwrap_or(size);
    let across = if is_colored { reach(3.0) } else { (2.0 * left + advance.max(size)).ceil() };
    let width = across.min(4.0 * LARGEST) as u16;
    let height = (above + below) as u16;
    let mut context = RenderContext::new(width, height);
    let mut resources = Resources::new();
    context.set_paint(vello_cpu::color::palette::css::WHITE);
    if is_colored {
        let at = vello_cpu::Glyph { id, x: left, y: above };
        let letters = context.glyph_run(&mut resources, &run.font).font_size(size);
        letters.hint(false).normalized_coords(&run.coords).fill_glyphs(std::iter::once(at));
    } else {
        let lines = outline::lines(&font, run, id, size, (left + shift, above))?;
        context.fill_path(&lines);
        if run.is_emboldened {
            // Round ends would be curves.
            let edge = Stroke::new(f64::from(size) / 40.0).with_join(Join::Miter).with_caps(Cap::Butt);
            context.set_stroke(edge);
            context.stroke_path(&lines);
        }
    }
    let mut pixels = Pixmap::new(width, height);
    context.render(&mut pixels, &mut resources);
    let (image, [x, y]) = cropped(&pixels, (width, height), is_colored, is_dark)?;
    let offset = [(x as f32 - left) as i16, (y as f32 - above) as i16];
    Some(Drawn { image, offset, is_colored })
}

pub(super) fn coordinates(run: &Run) -> Vec<skrifa::instance::NormalizedCoord> {
    run.coords.iter().map(|bits| skrifa::instance::NormalizedCoord::from_bits(*bits)).collect()
}

fn is_colored(font: &FontRef<'_>, id: u32, size: f32) -> bool {
    let has_tables = font.colr().is_ok() || font.cbdt().is_ok() || font.sbix().is_ok();
    let id = GlyphId::new(id);
    let strike = || font.bitmap_strikes().glyph_for_size(skrifa::instance::Size::new(size), id);
    has_tables && (font.color_glyphs().get(id).is_some() || strike().is_some())
}

/// The part of `pixels` that has ink, and where it begins.
fn cropped(
    pixels: &Pixmap,
    (width, height): (u16, u16),
    is_colored: bool,
    is_dark: bool,
) -> Option<(ColorImage, [usize; 2])> {
    let (width, height) = (usize::from(width), usize::from(height));
    let bytes = pixels.data_as_u8_slice();
    let row = |y: usize| &bytes[4 * y * width..4 * (y + 1) * width];
    let has_ink = |y: &usize| row(*y).chunks_exact(4).any(|pixel| pixel[3] != 0);
    let top = (0..height).find(has_ink)?;
    let bottom = (top..height).rev().find(has_ink)? + 1;
    let column = |x: &usize| (top..bottom).any(|y| row(y)[4 * x + 3] != 0);
    let left = (0..width).find(column)?;
    let right = (left..width).rev().find(column)? + 1;
    let color = |pixel: &[u8]| {
        if is_colored {
            return Color32::from_rgba_premultiplied(pixel[0], pixel[1], pixel[2], pixel[3]);
        }
        // Light letters on a dark ground look thinner than they are; egui draws its own the same way.
        let coverage = f32::from(pixel[3]) / 255.0;
        let alpha = if is_dark { 2.0 * coverage - coverage * coverage } else { coverage };
        let alpha = (alpha * 255.0).round() as u8;
        Color32::from_rgba_premultiplied(alpha, alpha, alpha, alpha)
    };
    let ink = (top..bottom).flat_map(|y| row(y)[4 * left..4 * right].chunks_exact(4).map(color)).collect();
    Some((ColorImage::new([right - left, bottom - top], ink), [left, top]))
}
