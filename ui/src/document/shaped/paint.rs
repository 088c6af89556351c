//! Painting set text: the letters of its visible lines as meshes, one for each page they stand on.

use egui::epaint::{Mesh, Vertex};
use egui::{Color32, Context, Painter, Pos2, Rangef, Rect, Shape, Stroke, pos2, vec2};

use super::atlas::{Key, Letter, PAGE, SHIFTS, Slot, kind_of};
use super::{Shaped, Typesetter};
use crate::theme::HAIRLINE;

/// What one letter takes once its line was painted.
pub(super) const QUAD_BYTES: usize = size_of::<Quad>();

/// The lines that were painted, for one generation of the pages, one number of pixels per point, and one ground.
#[derive(Default)]
pub(super) struct Painted {
    of: Option<(u64, u32, bool)>,
    /// The letters of each line, once it was seen.
    lines: Vec<Option<std::boxed::Box<[Quad]>>>,
}

/// A letter at its place, in pixels from the corner of the text.
#[derive(Clone, Copy, Debug)]
struct Quad {
    min: [f32; 2],
    ink: Color32,
    slot: Slot,
}

/// The letters of one view, gathered from all its texts and painted at once.
pub(in crate::document) struct Sheets<'a> {
    ctx: &'a Context,
    meshes: Vec<Mesh>,
    pixels_per_point: f32,
    is_dark: bool,
}

impl<'a> Sheets<'a> {
    /// Empty ones.
    pub fn new(ctx: &'a Context, is_dark: bool) -> Self {
        Self { ctx, meshes: Vec::new(), pixels_per_point: ctx.pixels_per_point(), is_dark }
    }

    /// Paints everything that was gathered.
    pub fn paint(self, painter: &Painter) {
        let meshes = self.meshes.into_iter().filter(|mesh| !mesh.is_empty());
        painter.extend(meshes.map(Shape::mesh));
    }

    /// Draws the letters of `shaped` that stand between two heights within it, so that painting them later draws
    /// nothing. Gives whether none is left for another frame.
    pub fn draw(&self, typesetter: &mut Typesetter, shaped: &Shaped, between: Rangef) -> bool {
        shaped.with_quads(self, typesetter, between, |_| {})
    }

    /// Gathers the letters of `shaped` at `at` that stand between two heights of the screen.
    pub fn add(&mut self, typesetter: &mut Typesetter, shaped: &Shaped, at: Pos2, between: Rangef) {
        // Letters are drawn for whole pixels down, and for quarters across.
        let round = |value: f32| (value * self.pixels_per_point).round();
        let corner = [round(at.x), round(at.y)];
        let between = Rangef::new(between.min - at.y, between.max - at.y);
        let mut meshes = std::mem::take(&mut self.meshes);
        let points = 1.0 / self.pixels_per_point;
        let texel = 1.0 / PAGE as f32;
        let mut quads: Vec<Quad> = Vec::new();
        if !shaped.with_quads(self, typesetter, between, |line| quads.extend_from_slice(line)) {
            self.ctx.request_repaint();
        }
        for quad in quads {
            let page = usize::from(quad.slot.page);
            while meshes.len() <= page {
                let texture = typesetter.atlas.texture(meshes.len() as u16).unwrap_or_default();
                meshes.push(Mesh::with_texture(texture));
            }
            let size = quad.slot.size.map(f32::from);
            let min = pos2((corner[0] + quad.min[0]) * points, (corner[1] + quad.min[1]) * points);
            let place = Rect::from_min_size(min, vec2(size[0], size[1]) * points);
            let [u, v] = quad.slot.at.map(f32::from);
            let on_page = Rect::from_min_size(pos2(u, v) * texel, vec2(size[0], size[1]) * texel);
            push(&mut meshes[page], place, on_page, quad.ink);
        }
        self.meshes = meshes;
    }
}

fn push(mesh: &mut Mesh, place: Rect, on_page: Rect, color: Color32) {
    let first = mesh.vertices.len() as u32;
    mesh.indices.extend([0, 1, 2, 2, 1, 3].map(|corner| first + corner));
    mesh.vertices.extend([
        Vertex { pos: place.left_top(), uv: on_page.left_top(), color },
        Vertex { pos: place.right_top(), uv: on_page.right_top(), color },
        Vertex { pos: place.left_bottom(), uv: on_page.left_bottom(), color },
        Vertex { pos: place.right_bottom(), uv: on_page.right_bottom(), color },
    ]);
}

impl Shaped {
    /// Paints what is no letter: lines through words, and what is drawn.
    pub fn paint_drawn(&self, painter: &Painter, at: Pos2) {
        for &(left, right, y, ink) in &self.strikes {
            painter.hline(at.x + left..=at.x + right, at.y + y, Stroke::new(HAIRLINE, ink));
        }
        for drawn in &self.boxes {
            drawn.drawing.paint(painter, drawn.rect.translate(at.to_vec2()), drawn.size, drawn.ink);
        }
    }

    /// Hands out the letters of every line that reaches between two heights, drawing those that are new. Gives
    /// whether that were all.
    fn with_quads(
        &self,
        sheets: &Sheets<'_>,
        typesetter: &mut Typesetter,
        between: Rangef,
        mut take: impl FnMut(&[Quad]),
    ) -> bool {
        typesetter.atlas.begin(sheets.ctx);
        let mut painted = self.painted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let of = (typesetter.atlas.generation, sheets.pixels_per_point.to_bits(), sheets.is_dark);
        if painted.of != Some(of) {
            *painted = Painted { of: Some(of), lines: Vec::new() };
            painted.lines.resize_with(self.lines.len(), || None);
        }
        let mut is_all = true;
        // Marks above and below letters reach over into the lines beside theirs.
        let first = self.lines.partition_point(|line| line.bottom + (line.bottom - line.top) < between.min);
        for (index, line) in self.lines.iter().enumerate().skip(first) {
            if line.top - (line.bottom - line.top) > between.max {
                break;
            }
            if let Some(quads) = &painted.lines[index] {
                take(quads);
                continue;
            }
            let glyphs = line.glyphs.start as usize..line.glyphs.end as usize;
            let (quads, is_whole) = self.quads(sheets, typesetter, glyphs);
            take(&quads);
            if is_whole {
                painted.lines[index] = Some(quads.into());
            } else {
                is_all = false;
            }
        }
        is_all
    }

    /// The letters of some glyphs, and whether all of them are drawn.
    fn quads(
        &self,
        sheets: &Sheets<'_>,
        typesetter: &mut Typesetter,
        glyphs: std::ops::Range<usize>,
    ) -> (Vec<Quad>, bool) {
        let scale = sheets.pixels_per_point;
        let mut kind = (u32::MAX, 0);
        let mut is_whole = true;
        let quad = |glyph: &super::Glyph| {
            let run = self.runs.get(glyph.run as usize)?;
            if kind.0 != glyph.run {
                kind = (glyph.run, kind_of(run, scale));
            }
            let (x, y) = (glyph.x * scale, (glyph.y * scale).round());
            let quarters = (x * f32::from(SHIFTS)).round();
            let whole = (quarters / f32::from(SHIFTS)).floor();
            let shift = (quarters - whole * f32::from(SHIFTS)) as u8;
            let key = Key { kind: kind.1, id: glyph.id, shift, is_dark: sheets.is_dark };
            let slot = match typesetter.atlas.letter(sheets.ctx, key, run, scale) {
                Letter::Drawn(slot) => slot,
                Letter::Blank => return None,
                Letter::Later => {
                    is_whole = false;
                    return None;
                }
            };
            let min = [whole + f32::from(slot.offset[0]), y + f32::from(slot.offset[1])];
            let ink = if slot.is_colored { Color32::WHITE } else { run.ink };
            Some(Quad { min, ink, slot })
        };
        let quads = self.glyphs[glyphs].iter().filter_map(quad).collect();
        (quads, is_whole)
    }
}
