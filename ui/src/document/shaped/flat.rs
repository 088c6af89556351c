//! From the library's layout to flat rows of glyphs and cells, which is all that painting, marking and selecting
//! need, and small enough to keep a hundred texts ready.

use std::sync::Arc;

use egui::{Color32, Rect, pos2, vec2};
use parley::layout::{Layout, Line as LaidLine, PositionedLayoutItem};

use super::super::drawing::Drawn;
use super::typesetter::{Look, places_of};
use super::{Box as PlacedBox, Cell, Glyph, Line, Run, Shaped};

/// Makes a layout flat. `looks` are those of its styles.
pub(super) fn flatten(
    layout: &Layout<Color32>,
    text: Arc<str>,
    drawn: Vec<Drawn>,
    looks: &[Look],
    width: f32,
) -> Shaped {
    let places = places_of(&text);
    let mut flat = Flat { shaped: Shaped::of(text, places, layout.is_rtl()), drawn, looks };
    for line in layout.lines() {
        flat.line(&line);
    }
    let mut shaped = flat.shaped;
    let across = if shaped.is_right_to_left { width.max(layout.width()) } else { layout.width() };
    let down = shaped.lines.last().map_or(0.0, |line| line.bottom);
    shaped.size = vec2(across, down);
    shaped.word_starts.sort_unstable();
    shaped
}

struct Flat<'a> {
    shaped: Shaped,
    drawn: Vec<Drawn>,
    looks: &'a [Look],
}

impl Flat<'_> {
    fn line(&mut self, line: &LaidLine<'_, Color32>) {
        let metrics = line.metrics();
        let (first_cell, first_glyph) = (self.shaped.cells.len() as u32, self.shaped.glyphs.len() as u32);
        let mut known_run = None;
        for item in line.items() {
            match item {
                PositionedLayoutItem::GlyphRun(glyphs) => {
                    if known_run != Some(glyphs.run().index()) {
                        known_run = Some(glyphs.run().index());
                        self.cells(glyphs.run(), glyphs.offset());
                    }
                    self.glyphs(&glyphs);
                }
                PositionedLayoutItem::InlineBox(placed) => {
                    known_run = None;
                    let Some(drawn) = self.drawn.get(placed.id as usize) else { continue };
                    let at = pos2(placed.x, placed.y);
                    let rect = Rect::from_min_size(at, vec2(placed.width, placed.height));
                    let look = self.looks.first();
                    self.shaped.boxes.push(PlacedBox {
                        rect,
                        at: drawn.at as u32,
                        size: look.map_or(placed.height, |look| look.size),
                        ink: look.map_or(Color32::PLACEHOLDER, |look| look.ink),
                        drawing: Arc::clone(&drawn.drawing),
                    });
                }
            }
        }
        let text = line.text_range();
        // A line never begins above the end of the one before, whatever its letters are.
        let above = self.shaped.lines.last().map_or(0.0, |line| line.bottom);
        let (top, bottom) = (metrics.block_min_coord.max(above), metrics.block_max_coord.max(above));
        self.shaped.lines.push(Line {
            top,
            bottom,
            letters_top: metrics.content_block_min_coord.clamp(top, bottom),
            letters_bottom: metrics.content_block_max_coord.clamp(top, bottom),
            start: text.start as u32,
            end: text.end as u32,
            cells: first_cell..self.shaped.cells.len() as u32,
            glyphs: first_glyph..self.shaped.glyphs.len() as u32,
        });
    }

    /// The clusters of a run from left to right, the first at `left`.
    fn cells(&mut self, run: &parley::layout::Run<'_, Color32>, left: f32) {
        let mut x = left;
        for cluster in run.visual_clusters() {
            let range = cluster.text_range();
            let width = cluster.advance();
            if cluster.is_word_boundary() {
                self.shaped.word_starts.push(range.start as u32);
            }
            if !cluster.is_hard_line_break() {
                let (start, end) = (range.start as u32, range.end as u32);
                self.shaped.cells.push(Cell {
                    left: x,
                    width,
                    start,
                    end,
                    is_right_to_left: cluster.is_rtl(),
                });
            }
            x += width;
        }
    }

    fn glyphs(&mut self, glyphs: &parley::layout::GlyphRun<'_, Color32>) {
        let run = glyphs.run();
        let look = self.looks.get(usize::from(glyphs.style_index())).or(self.looks.first());
        let synthesis = run.synthesis();
        let next = Run {
            font: run.font().clone(),
            size: run.font_size(),
            ink: glyphs.style().brush,
            coords: run.normalized_coords().iter().map(|coordinate| coordinate.to_bits()).collect(),
            skew: synthesis.skew().unwrap_or(0.0),
            is_emboldened: synthesis.embolden(),
        };
        if self.shaped.runs.last() != Some(&next) {
            self.shaped.runs.push(next);
        }
        let index = (self.shaped.runs.len() - 1) as u32;
        for glyph in glyphs.positioned_glyphs() {
            self.shaped.glyphs.push(Glyph { run: index, id: glyph.id, x: glyph.x, y: glyph.y });
        }
        if look.is_some_and(|look| look.is_struck) {
            let y = glyphs.baseline() - 0.3 * run.font_size();
            self.shaped.strikes.push((
                glyphs.offset(),
                glyphs.offset() + glyphs.advance(),
                y,
                glyphs.style().brush,
            ));
        }
    }
}
