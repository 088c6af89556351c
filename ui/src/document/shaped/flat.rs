//! From the library's layout to flat rows of glyphs and cells, which is all that painting, marking and selecting
//! need, and small enough to keep a hundred texts ready.

use std::ops::Range;
use std::sync::Arc;

use egui::{Color32, Rect, pos2, vec2};
use parley::layout::{Layout, Line as LaidLine, PositionedLayoutItem};

use super::super::drawing::Drawn;
use super::super::lent_fonts;
use super::super::places::Places;
use super::ends::{self, Item};
use super::typesetter::Seen;
use super::{Box as PlacedBox, Cell, Glyph, Line, Run, Shaped};

/// What fonts have in the place of letters that they lack (OpenType, glyph 0).
const NO_LETTER: u32 = 0;

/// Makes a layout flat. `looks` are those of its styles.
pub(super) fn flatten(
    layout: &Layout<Color32>,
    text: Arc<str>,
    drawn: Vec<Drawn>,
    looks: &[Seen],
    width: f32,
) -> Shaped {
    let places = Places::of(&text);
    let mut flat =
        Flat { shaped: Shaped::of(text, places, layout.is_rtl()), drawn, looks, items: Vec::new() };
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
    looks: &'a [Seen],
    /// What stands in the line that is being made flat, from left to right.
    items: Vec<Item>,
}

impl Flat<'_> {
    fn line(&mut self, line: &LaidLine<'_, Color32>) {
        let metrics = line.metrics();
        let text = line.text_range();
        let (first_cell, first_glyph) = (self.shaped.cells.len() as u32, self.shaped.glyphs.len() as u32);
        let first_strike = self.shaped.strikes.len();
        self.items.clear();
        let mut known_run = None;
        for item in line.items() {
            match item {
                PositionedLayoutItem::GlyphRun(glyphs) => {
                    if known_run != Some(glyphs.run().index()) {
                        known_run = Some(glyphs.run().index());
                        self.cells(glyphs.run(), glyphs.offset(), metrics.baseline);
                    }
                }
                PositionedLayoutItem::InlineBox(placed) => {
                    known_run = None;
                    let Some(drawn) = self.drawn.get(placed.id as usize) else { continue };
                    let at = pos2(placed.x, placed.y);
                    let rect = Rect::from_min_size(at, vec2(placed.width, placed.height));
                    let look = self.looks.first();
                    self.items.push(Item::of_box(self.shaped.boxes.len(), &rect, drawn.at));
                    self.shaped.boxes.push(PlacedBox {
                        rect,
                        at: drawn.at as u32,
                        size: look.map_or(placed.height, |seen| seen.look.size),
                        ink: look.map_or(Color32::PLACEHOLDER, |seen| seen.look.ink),
                        drawing: Arc::clone(&drawn.drawing),
                    });
                }
            }
        }
        if ends::sorted(&mut self.items, &self.shaped.text, self.shaped.is_right_to_left) {
            self.shaped.follow(&self.items, first_cell as usize);
        }
        self.strikes(first_cell as usize, metrics.baseline, first_strike);
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

    /// The clusters of a run from left to right, the first at `left`, with their glyphs.
    fn cells(&mut self, run: &parley::layout::Run<'_, Color32>, left: f32, baseline: f32) {
        let mut x = left;
        // A ligature belongs to its first character, which stands at the right of the others where the text runs
        // from right to left; it is seen from where the leftmost of them begins.
        let mut ligature_left = None;
        let mut known_style = None;
        for cluster in run.visual_clusters() {
            let range = cluster.text_range();
            let width = cluster.advance();
            if cluster.is_word_boundary() {
                self.shaped.word_starts.push(range.start as u32);
            }
            let first_glyph = self.shaped.glyphs.len() as u32;
            if cluster.is_ligature_continuation() {
                ligature_left.get_or_insert(x);
            } else {
                let before = ligature_left.take().filter(|_| cluster.is_rtl());
                let mut glyph_x = before.unwrap_or(x);
                let seen = self.looks.get(usize::from(cluster.style_index()));
                if !seen.is_some_and(|seen| seen.is_tab) && !cluster.is_hard_line_break() {
                    if known_style.replace(cluster.style_index()) != Some(cluster.style_index()) {
                        self.begin_run(run, cluster.style().brush);
                    }
                    let index = (self.shaped.runs.len() - 1) as u32;
                    for glyph in cluster.glyphs() {
                        let (x, y) = (glyph_x + glyph.x, baseline + glyph.y);
                        if glyph.id == NO_LETTER {
                            lent_fonts::miss(self.shaped.text.get(range.clone()).unwrap_or_default());
                        }
                        self.shaped.glyphs.push(Glyph { run: index, id: glyph.id, x, y });
                        glyph_x += glyph.advance;
                    }
                }
            }
            if !cluster.is_hard_line_break() {
                let (start, end) = (range.start as u32, range.end as u32);
                let is_right_to_left = cluster.is_rtl();
                let cell = Cell { left: x, width, start, end, is_right_to_left };
                let glyphs = first_glyph..self.shaped.glyphs.len() as u32;
                let is_struck = (self.looks.get(usize::from(cluster.style_index())))
                    .is_some_and(|seen| seen.look.is_struck);
                let strike = is_struck.then(|| (run.font_size(), cluster.style().brush));
                self.items.push(Item::of_cell(self.shaped.cells.len(), &cell, glyphs, strike));
                self.shaped.cells.push(cell);
            }
            x += width;
        }
    }

    fn begin_run(&mut self, run: &parley::layout::Run<'_, Color32>, ink: Color32) {
        let synthesis = run.synthesis();
        let next = Run {
            font: run.font().clone(),
            size: run.font_size(),
            ink,
            coords: run.normalized_coords().iter().map(|coordinate| coordinate.to_bits()).collect(),
            skew: synthesis.skew().unwrap_or(0.0),
            is_emboldened: synthesis.embolden(),
        };
        if self.shaped.runs.last() != Some(&next) {
            self.shaped.runs.push(next);
        }
    }

    /// Lines through the struck cells of a line, those side by side in one.
    fn strikes(&mut self, first_cell: usize, baseline: f32, first: usize) {
        let Self { shaped, items, .. } = self;
        let cells = &shaped.cells[first_cell..];
        let struck = items.iter().filter_map(|item| Some((item.cell?, item.strike?)));
        for (index, (size, ink)) in struck {
            let Some(cell) = cells.get(index - first_cell) else { continue };
            let (left, right, y) = (cell.left, cell.left + cell.width, baseline - 0.3 * size);
            match shaped.strikes[first..].last_mut() {
                Some(last) if (last.1 - left).abs() < 0.01 && last.2 == y && last.3 == ink => last.1 = right,
                _ => shaped.strikes.push((left, right, y, ink)),
            }
        }
    }
}

impl Shaped {
    /// Puts cells, their glyphs and what is drawn where the items of the line, now in another order, have them.
    fn follow(&mut self, items: &[Item], first_cell: usize) {
        let mut cells = Vec::with_capacity(items.len());
        let Some(mut x) = items.iter().map(|item| item.left).reduce(f32::min) else { return };
        for item in items {
            let by = x - item.left;
            if let Some(cell) = item.cell.and_then(|index| self.cells.get(index)) {
                cells.push(Cell { left: x, is_right_to_left: item.is_right_to_left, ..*cell });
            }
            let glyphs: Range<usize> = item.glyphs.start as usize..item.glyphs.end as usize;
            self.glyphs[glyphs].iter_mut().for_each(|glyph| glyph.x += by);
            if let Some(drawn) = item.drawn.and_then(|index| self.boxes.get_mut(index)) {
                drawn.rect = drawn.rect.translate(vec2(by, 0.0));
            }
            x += item.width;
        }
        self.cells.splice(first_cell.., cells);
    }
}
