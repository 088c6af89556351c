//! Where the characters of set text are seen, and which are seen where.

use std::ops::Range;

use egui::{Rect, Vec2, pos2};

use super::{Cell, Line, Shaped};

impl Shaped {
    /// Where a range of the text is seen, as high as its letters: one rectangle for each stretch of each line.
    pub fn rects(&self, bytes: &Range<usize>) -> Vec<Rect> {
        self.stretches(bytes, |line| (line.letters_top, line.letters_bottom))
    }

    /// The same as high as the lines, without gaps between them.
    pub fn grounds(&self, bytes: &Range<usize>) -> Vec<Rect> {
        self.stretches(bytes, |line| (line.top, line.bottom))
    }

    fn stretches(&self, bytes: &Range<usize>, height: impl Fn(&Line) -> (f32, f32)) -> Vec<Rect> {
        let mut rects: Vec<Rect> = Vec::new();
        let first = self.lines.partition_point(|line| line.end as usize <= bytes.start);
        for line in self.lines[first..].iter().take_while(|line| (line.start as usize) < bytes.end) {
            let (top, bottom) = height(line);
            let of_line = rects.len();
            let boxes = self.boxes.iter().filter(|drawn| {
                let at = drawn.at as usize;
                bytes.contains(&at) && (line.start..line.end).contains(&drawn.at)
            });
            let boxes = boxes.map(|drawn| (drawn.rect.left(), drawn.rect.right()));
            let cells = self.cells_of(line).iter();
            let cells =
                cells.filter(|cell| (cell.start as usize) < bytes.end && bytes.start < cell.end as usize);
            let mut seen: Vec<(f32, f32)> =
                cells.map(|cell| (cell.left, cell.left + cell.width)).chain(boxes).collect();
            if !self.boxes.is_empty() {
                seen.sort_by(|one, other| one.0.total_cmp(&other.0));
            }
            for (left, right) in seen {
                match rects.last_mut() {
                    Some(last)
                        if rects_meet(last.right(), left) && last.top() == top && last.bottom() == bottom =>
                    {
                        last.max.x = last.max.x.max(right);
                    }
                    _ => rects.push(Rect::from_min_max(pos2(left, top), pos2(right, bottom))),
                }
            }
            // What has no width, as marks and joiners have, is seen only where nothing else of the range is.
            if rects[of_line..].iter().any(|rect| rect.width() > 0.0) {
                let kept = rects.split_off(of_line);
                rects.extend(kept.into_iter().filter(|rect| rect.width() > 0.0));
            }
        }
        rects
    }

    /// The place between two characters nearest to a point: the byte at which the text goes on there.
    pub fn place_at(&self, at: Vec2) -> usize {
        let Some(line) = self.line_at(at.y) else { return 0 };
        let cells = self.cells_of(line);
        let drawn = self
            .boxes
            .iter()
            .find(|drawn| (line.start..line.end).contains(&drawn.at) && drawn.rect.x_range().contains(at.x));
        if let Some(drawn) = drawn {
            let is_behind = (at.x > drawn.rect.center().x) != self.is_right_to_left;
            return drawn.at as usize + if is_behind { super::STAND_IN.len_utf8() } else { 0 };
        }
        let Some(cell) = nearest(cells, at.x) else { return line.start as usize };
        let is_right = at.x > cell.left + cell.width / 2.0;
        if is_right == cell.is_right_to_left { cell.start as usize } else { cell.end as usize }
    }

    /// The character under a point, with all that belongs to it; beside the text, the nearest of its line.
    pub fn character_at(&self, at: Vec2) -> Option<Range<usize>> {
        let line = self.line_at(at.y)?;
        let drawn = self
            .boxes
            .iter()
            .find(|drawn| (line.start..line.end).contains(&drawn.at) && drawn.rect.x_range().contains(at.x));
        if let Some(drawn) = drawn {
            return Some(drawn.at as usize..drawn.at as usize + super::STAND_IN.len_utf8());
        }
        nearest(self.cells_of(line), at.x).map(|cell| cell.start as usize..cell.end as usize)
    }

    /// The word that a byte belongs to, or the spaces or signs between words.
    pub fn word_at(&self, byte: usize) -> Range<usize> {
        let next = self.word_starts.partition_point(|start| *start as usize <= byte);
        let start = next.checked_sub(1).map_or(0, |index| self.word_starts[index] as usize);
        start..self.word_starts.get(next).map_or(self.text.len(), |end| *end as usize)
    }

    /// The paragraph that a byte belongs to, without its line break.
    pub fn paragraph_at(&self, byte: usize) -> Range<usize> {
        let byte = self.text.floor_char_boundary(byte);
        let start = self.text[..byte].rfind('\n').map_or(0, |at| at + 1);
        let end = self.text[byte..].find('\n').map_or(self.text.len(), |at| byte + at);
        start..end
    }

    /// The bytes of each line, and how high it stands.
    #[cfg(test)]
    pub fn lines(&self) -> impl Iterator<Item = (Range<usize>, f32)> {
        self.lines.iter().map(|line| (line.start as usize..line.end as usize, line.top))
    }

    /// The characters of each line as they are seen from left to right: their bytes and their direction.
    #[cfg(test)]
    pub fn seen(&self) -> Vec<Vec<(Range<usize>, bool)>> {
        let cell = |cell: &Cell| (cell.start as usize..cell.end as usize, cell.is_right_to_left);
        self.lines.iter().map(|line| self.cells_of(line).iter().map(cell).collect()).collect()
    }

    /// The place one character to the right or to the left of a place, as it is seen, on to the next line at the
    /// end of one; none at the end of the words.
    pub fn beside(&self, byte: usize, is_right: bool) -> Option<usize> {
        let last = self.lines.len().checked_sub(1)?;
        let index = self.lines.partition_point(|line| line.end as usize <= byte).min(last);
        let cells = self.cells_of(&self.lines[index]);
        let before = |cell: &Cell| if is_right == cell.is_right_to_left { cell.end } else { cell.start };
        let behind = |cell: &Cell| if is_right == cell.is_right_to_left { cell.start } else { cell.end };
        if let Some(cell) = cells.iter().find(|cell| before(cell) as usize == byte && cell.width > 0.0) {
            return Some(behind(cell) as usize);
        }
        let is_forth = is_right != self.is_right_to_left;
        let next = if is_forth { self.lines.get(index + 1) } else { self.lines[..index].last() };
        next.map(
            |line| if is_forth { line.start } else { line.end.saturating_sub(1).max(line.start) } as usize,
        )
    }

    fn cells_of(&self, line: &Line) -> &[Cell] {
        &self.cells[line.cells.start as usize..line.cells.end as usize]
    }

    /// The line at a height; above the first that one, below the last that one.
    fn line_at(&self, y: f32) -> Option<&Line> {
        let index = self.lines.partition_point(|line| line.bottom <= y);
        self.lines.get(index).or(self.lines.last())
    }
}

/// The cell over which `x` is, or the one nearest to it.
fn nearest(cells: &[Cell], x: f32) -> Option<&Cell> {
    let distance = |cell: &Cell| (cell.left - x).max(x - cell.left - cell.width).max(0.0);
    let wide = cells.iter().filter(|cell| cell.width > 0.0);
    wide.min_by(|one, other| distance(one).total_cmp(&distance(other))).or(cells.first())
}

fn rects_meet(right: f32, left: f32) -> bool {
    (left - right).abs() < 0.01
}
