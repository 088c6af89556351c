//! Lines set one by one, for views that break lines on their own, and yet one text: it is selected and copied over as
//! many of them as there are.

use egui::{Context, Pos2, Vec2};

use super::laid_out::{Band, Joint, LaidOut};
use super::set_line::{LineStretch, set_line};
use crate::theme::TextSizes;

/// A line that is to be set, or a piece of one that was too long.
pub struct LineToSet<'a> {
    /// What it says.
    pub text: &'a str,
    /// All of the line that it is a piece of.
    pub whole: &'a str,
    /// Its colours, and what has a line under it.
    pub stretches: Vec<LineStretch>,
    /// Its top left corner.
    pub at: Pos2,
    /// The width that it stands in.
    pub width: f32,
    /// How many line breaks are between it and the one before it: none within a line.
    pub breaks: u16,
    /// What a screen reader says before it; nothing where it is empty.
    pub said_before: &'static str,
}

#[derive(Clone, Debug)]
struct Line {
    stretches: Vec<LineStretch>,
    at: Pos2,
    breaks: u16,
    said_before: &'static str,
    set: LaidOut,
}

/// The lines.
#[derive(Clone, Debug, Default)]
pub struct SetLines {
    lines: Vec<Line>,
    document: LaidOut,
    is_stale: bool,
}

impl SetLines {
    /// How many are set.
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// Sets the line of an index, which may be the next one, unless it looks so already.
    pub fn set(&mut self, ctx: &Context, sizes: TextSizes, index: usize, line: LineToSet<'_>) {
        let LineToSet { text, whole, stretches, at, width, breaks, said_before } = line;
        if self.lines.get(index).is_some_and(|known| known.stretches == stretches) {
            return;
        }
        let set = set_line(ctx, text, whole, &stretches, sizes, width);
        let line = Line { stretches, at, breaks, said_before, set };
        match self.lines.get_mut(index) {
            Some(known) => *known = line,
            None => self.lines.push(line),
        }
        self.is_stale = true;
    }

    /// All of them as one text of this size; `fingerprint` tells it from others.
    pub fn document(&mut self, size: Vec2, fingerprint: u64) -> &LaidOut {
        if self.is_stale {
            self.is_stale = false;
            self.document = LaidOut { size, fingerprint, is_complete: true, ..LaidOut::default() };
            for line in &self.lines {
                self.document.append(line);
            }
        }
        &self.document
    }
}

impl LaidOut {
    fn append(&mut self, line: &Line) {
        let by = line.at.to_vec2();
        let (words_before, marks_before) = (self.words.len(), self.marks.len());
        for mut words in line.set.words.iter().cloned() {
            words.at += by;
            words.joint = Joint::Lines(line.breaks);
            words.said_before = Some(line.said_before.to_owned()).filter(|said| !said.is_empty());
            self.words.push(words);
        }
        self.marks.extend(line.set.marks.iter().map(|(rect, mark)| (rect.translate(by), mark.clone())));
        self.bands.push(Band {
            top: line.at.y,
            bottom: line.at.y + line.set.size.y,
            words: words_before..self.words.len(),
            marks: marks_before..self.marks.len(),
        });
    }
}
