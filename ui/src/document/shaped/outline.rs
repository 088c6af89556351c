//! The outline of a letter as straight lines.
//!
//! vello flattens curves itself, and is known to write beyond its own room for some (linebender/vello#1277), at which a
//! page ends. It is given lines only.

use skrifa::instance::Size;
use skrifa::outline::{
    DrawSettings, Engine, HintingInstance, HintingOptions, OutlinePen, SmoothMode, Target,
};
use skrifa::{FontRef, GlyphId, MetadataProvider as _};
use vello_cpu::kurbo::{Affine, BezPath, flatten};

use super::Run;

/// How far a line may lie from its curve, in pixels.
const TOLERANCE: f64 = 0.1;
/// Along the vertical only: widths stay as the font has them, so that letters stand where they were laid out.
const HINTING: HintingOptions = HintingOptions {
    engine: Engine::AutoFallback,
    target: Target::Smooth {
        mode: SmoothMode::Lcd,
        symmetric_rendering: false,
        preserve_linear_metrics: true,
    },
};

/// The outline of a letter of `size` pixels with its origin at `x` and `y` from the top left, downwards; none where
/// the font has no outline for it.
pub(super) fn lines(
    font: &FontRef<'_>,
    run: &Run,
    id: u32,
    size: f32,
    (x, y): (f32, f32),
) -> Option<BezPath> {
    let outlines = font.outline_glyphs();
    let letter = outlines.get(GlyphId::new(id))?;
    let coordinates = super::raster::coordinates(run);
    let size = Size::new(size);
    let hinting = HintingInstance::new(&outlines, size, coordinates.as_slice(), HINTING).ok();
    let mut pen = Pen::default();
    let hinted =
        hinting.and_then(|hinting| letter.draw(DrawSettings::hinted(&hinting, false), &mut pen).ok());
    if hinted.is_none() {
        pen = Pen::default();
        letter.draw(DrawSettings::unhinted(size, coordinates.as_slice()), &mut pen).ok()?;
    }
    let slant = Affine::skew(-f64::from(run.skew).to_radians().tan(), 0.0);
    let upright = Affine::translate((f64::from(x), f64::from(y))) * slant * Affine::FLIP_Y;
    let mut lines = BezPath::new();
    flatten(upright * pen.0, TOLERANCE, |line| lines.push(line));
    Some(lines)
}

/// Takes down what a font draws.
#[derive(Default)]
struct Pen(BezPath);

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to((x, y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to((x, y));
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.0.quad_to((cx, cy), (x, y));
    }

    fn curve_to(&mut self, ax: f32, ay: f32, bx: f32, by: f32, x: f32, y: f32) {
        self.0.curve_to((ax, ay), (bx, by), (x, y));
    }

    fn close(&mut self) {
        self.0.close_path();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use parley::FontData;
    use parley::fontique::Blob;
    use skrifa::raw::TableProvider as _;
    use vello_cpu::kurbo::{PathEl, Shape as _};

    use super::*;

    #[test]
    fn every_letter_is_of_lines_and_stands_where_it_should() {
        let bytes = include_bytes!("../../../../assets/fonts/Inter-Regular.otf");
        let run = Run {
            font: FontData::new(Blob::new(Arc::new(bytes)), 0),
            size: 17.0,
            ink: egui::Color32::WHITE,
            coords: Vec::new(),
            skew: 0.0,
            is_emboldened: false,
        };
        let font = FontRef::new(bytes).unwrap();
        let letters = font.maxp().unwrap().num_glyphs();
        for id in 0..u32::from(letters) {
            let lines = lines(&font, &run, id, run.size, (10.0, 30.0)).unwrap();
            let is_straight =
                |part: &PathEl| matches!(part, PathEl::MoveTo(_) | PathEl::LineTo(_) | PathEl::ClosePath);
            assert!(lines.elements().iter().all(is_straight), "letter {id}");
        }
        let id = font.charmap().map('o').unwrap().to_u32();
        let size = |skew: f32| {
            let run = Run { skew, ..run.clone() };
            lines(&font, &run, id, run.size, (10.0, 30.0)).unwrap().bounding_box()
        };
        let upright = size(0.0);
        assert!(upright.x0 > 10.0 && upright.x1 < 20.0, "right of its origin: {upright:?}");
        assert!(upright.y0 > 19.0 && upright.y1 < 31.0 && upright.height() > 8.0, "on its line: {upright:?}");
        assert!(size(14.0).x1 > upright.x1 + 1.0, "what is slanted leans to the right");
    }
}
