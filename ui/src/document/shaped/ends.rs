//! White space at the ends of lines and before tabs runs in the direction of the paragraph, whatever it stands in
//! (UAX #9, rule L1); the library orders lines by rule L2 without it.
//!
//! Two characters are seen in reverse order if every level between them is odd at the lowest, so what lies between
//! two signs of the paragraph's own level keeps its order within, and such stretches follow each other in the
//! direction of the paragraph. That is all that has to be put right here; the levels themselves need not be known.

use std::ops::Range;

use egui::{Color32, Rect};
use icu_properties::CodePointMapData;
use icu_properties::props::BidiClass;

use super::Cell;

/// A cell or something drawn, at its place in a line.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub left: f32,
    pub width: f32,
    pub is_right_to_left: bool,
    pub cell: Option<usize>,
    pub drawn: Option<usize>,
    pub glyphs: Range<u32>,
    /// The size of its letters and its ink, if it is struck out.
    pub strike: Option<(f32, Color32)>,
    bytes: Range<usize>,
}

impl Item {
    pub fn of_cell(index: usize, cell: &Cell, glyphs: Range<u32>, strike: Option<(f32, Color32)>) -> Self {
        Self {
            left: cell.left,
            width: cell.width,
            is_right_to_left: cell.is_right_to_left,
            cell: Some(index),
            drawn: None,
            glyphs,
            strike,
            bytes: cell.start as usize..cell.end as usize,
        }
    }

    pub fn of_box(index: usize, rect: &Rect, at: usize) -> Self {
        Self {
            left: rect.left(),
            width: rect.width(),
            is_right_to_left: false,
            cell: None,
            drawn: Some(index),
            glyphs: 0..0,
            strike: None,
            // Before the sign that stands for it, which is a character and no white space.
            bytes: at..at,
        }
    }
}

/// What a cell is to rule L1.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A tab.
    Separator,
    /// White space, or a sign that begins or ends an isolate.
    Space,
    /// A sign that is passed over.
    Removed,
    Other,
}

fn kind(text: &str) -> Kind {
    let classes = CodePointMapData::<BidiClass>::new();
    let mut whole = None;
    for character in text.chars() {
        let kind = match classes.get(character) {
            BidiClass::SegmentSeparator | BidiClass::ParagraphSeparator => Kind::Separator,
            BidiClass::WhiteSpace
            | BidiClass::LeftToRightIsolate
            | BidiClass::RightToLeftIsolate
            | BidiClass::FirstStrongIsolate
            | BidiClass::PopDirectionalIsolate => Kind::Space,
            BidiClass::BoundaryNeutral
            | BidiClass::LeftToRightEmbedding
            | BidiClass::RightToLeftEmbedding
            | BidiClass::LeftToRightOverride
            | BidiClass::RightToLeftOverride
            | BidiClass::PopDirectionalFormat => Kind::Removed,
            _ => return Kind::Other,
        };
        whole = whole.filter(|whole| *whole != Kind::Removed).or(Some(kind));
    }
    whole.unwrap_or(Kind::Removed)
}

/// Sorts the items of one line, which stand in the order of rule L2 alone, as rule L1 wants them. Gives whether
/// anything changed.
pub(super) fn sorted(items: &mut Vec<Item>, text: &str, is_right_to_left: bool) -> bool {
    if items.iter().all(|item| item.is_right_to_left == is_right_to_left) {
        return false;
    }
    let mut logical: Vec<usize> = (0..items.len()).collect();
    logical.sort_by_key(|&index| (items[index].bytes.start, items[index].bytes.end));
    // Which stretch each item belongs to, in the order of the text; signs of the paragraph's own level are one each.
    let mut stretches = vec![0; items.len()];
    let mut is_own = vec![false; items.len()];
    let mut is_before_end = true;
    for &index in logical.iter().rev() {
        let item = &items[index];
        let kind = if item.bytes.is_empty() { Kind::Other } else { kind(&text[item.bytes.clone()]) };
        is_before_end = match kind {
            Kind::Separator => true,
            Kind::Space | Kind::Removed => is_before_end,
            Kind::Other => false,
        };
        is_own[index] = is_before_end;
    }
    let mut stretch = 0;
    for (place, &index) in logical.iter().enumerate() {
        let goes_on = place > 0 && !is_own[index] && !is_own[logical[place - 1]];
        stretch += usize::from(!goes_on);
        stretches[index] = stretch;
    }
    let mut order: Vec<usize> = (0..items.len()).collect();
    // Stable: within a stretch the order stays.
    order.sort_by_key(|&index| if is_right_to_left { stretch - stretches[index] } else { stretches[index] });
    let is_sorted = order.is_sorted();
    if is_sorted
        && is_own.iter().zip(&*items).all(|(own, item)| !own || item.is_right_to_left == is_right_to_left)
    {
        return false;
    }
    let before = std::mem::take(items);
    items.extend(order.into_iter().map(|index| {
        let item = before[index].clone();
        let own = if is_own[index] { is_right_to_left } else { item.is_right_to_left };
        Item { is_right_to_left: own, ..item }
    }));
    true
}
