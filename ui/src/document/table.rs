//! Tables: columns as wide as they need, hairlines between rows, cells that wrap.

use std::sync::Arc;

use egui::{Rect, pos2, vec2};

use super::block::Alignment;
use super::direction::Direction;
use super::inline::{InlineStyle, Inlines};
use super::laid_out::{Joint, Mark, Words};
use super::layout::{Layout, Type, links_of};
use crate::theme::{HAIRLINE, space};

/// Narrower columns cannot be read; a table that would need them is shown as lines of text.
const NARROWEST_COLUMN: f32 = 44.0;

/// Larger tables are shown as lines of text.
const MAX_CELLS: usize = 4_000;

/// Lays the table out from `left`, `width` wide; `is_in_rows` asks for a strip for each row.
pub(super) fn lay_out(
    layout: &mut Layout<'_>,
    alignments: &[Alignment],
    rows: &[Vec<Inlines>],
    (left, width): (f32, f32),
    is_in_rows: bool,
) {
    let columns = alignments.len();
    let most_columns = (width / NARROWEST_COLUMN) as usize;
    if columns == 0 || columns > most_columns || columns * rows.len() > MAX_CELLS {
        return as_lines(layout, rows, (left, width), is_in_rows);
    }
    let widths = column_widths(layout, rows, columns, width);
    let table_width: f32 = widths.iter().sum();
    let direction = layout.direction;
    let is_mirrored = direction.is_right_to_left();
    let line_left = if is_mirrored { left + width - table_width } else { left };
    let pad = vec2(space::MEDIUM - 2.0, 6.0);
    for (index, row) in rows.iter().enumerate() {
        let top = layout.y;
        let (first_words, first_mark) = (layout.out.words.len(), layout.out.marks.len());
        let kind = Type::table(layout.reading.sizes, index == 0);
        // Columns follow each other in the direction of the table.
        let mut cell_left = if is_mirrored { left + width } else { left };
        let mut height = 0.0_f32;
        for (column, column_width) in widths.iter().enumerate() {
            if is_mirrored {
                cell_left -= column_width;
            }
            if let Some(words) = row.get(column).filter(|words| !words.text.is_empty()) {
                let room = column_width - 2.0 * pad.x;
                layout.direction = Direction::of_any(&words.text).unwrap_or(direction);
                let unbroken = layout.shape(words, &kind, room);
                // What begins at the right is set against the right of as much as it needs.
                let shaped = unbroken.broken_tight(room);
                let spare = (room - shaped.size.x).max(0.0);
                let shift = match alignments[column] {
                    Alignment::Left if is_mirrored => spare,
                    Alignment::Left => 0.0,
                    Alignment::Center => (spare / 2.0).round(),
                    Alignment::Right => spare,
                };
                let at = pos2(cell_left + pad.x + shift, top + pad.y);
                layout.inline_marks(words, &shaped, at.x, at.y);
                let links = links_of(words, &shaped);
                height = height.max(shaped.size.y);
                let (shaped, origins) = (Arc::new(shaped), words.origins.clone());
                let is_first = layout.out.words.len() == first_words;
                let joint = if is_first { Joint::LINE } else { Joint::Cell };
                layout.out.words.push(Words { at, shaped, said_before: None, links, origins, joint });
            }
            if !is_mirrored {
                cell_left += column_width;
            }
        }
        layout.direction = direction;
        layout.y = top + height + 2.0 * pad.y + HAIRLINE;
        let is_last = index + 1 == rows.len();
        if !is_last {
            let color = if index == 0 { layout.palette.line_strong } else { layout.palette.line };
            let line = Rect::from_min_size(pos2(line_left, layout.y - HAIRLINE), vec2(table_width, HAIRLINE));
            layout.out.marks.push((line, Mark::Fill { radius: 0, color }));
        }
        if is_in_rows {
            layout.band(top, first_words, first_mark);
        }
    }
}

/// Columns that need less than their share keep what they need; the others share what is left.
fn column_widths(layout: &mut Layout<'_>, rows: &[Vec<Inlines>], columns: usize, width: f32) -> Vec<f32> {
    let pad = 2.0 * (space::MEDIUM - 2.0);
    let mut wanted = vec![NARROWEST_COLUMN; columns];
    for (index, row) in rows.iter().enumerate() {
        let kind = Type::table(layout.reading.sizes, index == 0);
        for (want, words) in wanted.iter_mut().zip(row) {
            // No need to lay a long cell out to know that it will have to wrap.
            let natural =
                if words.text.len() > 200 { width } else { layout.shape(words, &kind, width).width() };
            *want = want.max((natural + pad + 1.0).ceil());
        }
    }
    let mut widths = wanted.clone();
    let mut room = width;
    let mut open: Vec<usize> = (0..columns).collect();
    loop {
        let share = room / open.len().max(1) as f32;
        let (fits, wide): (Vec<usize>, Vec<usize>) =
            open.iter().partition(|&&column| wanted[column] <= share);
        if fits.is_empty() {
            for column in wide {
                widths[column] = share.floor();
            }
            return widths;
        }
        room -= fits.iter().map(|&column| wanted[column]).sum::<f32>();
        if wide.is_empty() {
            return widths;
        }
        open = wide;
    }
}

fn as_lines(layout: &mut Layout<'_>, rows: &[Vec<Inlines>], (left, width): (f32, f32), is_in_rows: bool) {
    let kind = Type::body(layout.reading.sizes);
    for row in rows {
        let (top, first_words, first_mark) = (layout.y, layout.out.words.len(), layout.out.marks.len());
        let mut line = Inlines::default();
        for (index, cell) in row.iter().enumerate() {
            let separator = if index == 0 { "" } else { " | " };
            line.push(separator, InlineStyle::default());
            line.append(cell);
        }
        let shaped = layout.set(&line, &kind, width);
        let height = shaped.size.y;
        let (at, shaped, origins) = (pos2(left, top), Arc::new(shaped), line.origins);
        let (links, joint) = (Vec::new(), Joint::LINE);
        layout.out.words.push(Words { at, shaped, said_before: None, links, origins, joint });
        layout.y = top + height;
        if is_in_rows {
            layout.band(top, first_words, first_mark);
        }
    }
}
