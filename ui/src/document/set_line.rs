//! One line of a text set by itself, for views that break lines on their own: in the order in which it is read, with
//! the fonts of its scripts, and to be selected like any text.

use egui::{Color32, Context, Rect, Stroke, pos2, vec2};
use icu_properties::CodePointMapData;
use icu_properties::props::BidiClass;

use super::direction::Direction;
use super::laid_out::{Band, Joint, LaidOut, Mark, Words};
use super::language;
use super::origin::Origins;
use super::shaped::{Copy, Look, Shop};
use crate::theme::TextSizes;
use crate::theme::font::Face;

/// The first letter of scripts whose letters stand in another order than they are written in, join, or are in no font
/// of code; and signs and letters beyond it that are none of those.
const FIRST_UNLIKE: char = '\u{590}';
const PLAIN: std::ops::Range<char> = '\u{1e00}'..'\u{2c00}';

/// A stretch of a line: where it ends, in bytes, its colour, and whether there is a line under it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LineStretch {
    /// The byte behind its last one.
    pub end: usize,
    /// Its colour.
    pub ink: Color32,
    /// The line under it.
    pub underline: Option<Stroke>,
}

/// Whether a line has to be set to be read right: not all of it stands from left to right, letter beside letter.
pub fn needs_setting(text: &str) -> bool {
    let classes = CodePointMapData::<BidiClass>::new();
    let is_unlike = |character: char| {
        character >= FIRST_UNLIKE && !PLAIN.contains(&character)
            || matches!(
                classes.get(character),
                BidiClass::RightToLeftEmbedding
                    | BidiClass::RightToLeftOverride
                    | BidiClass::LeftToRightEmbedding
                    | BidiClass::LeftToRightOverride
                    | BidiClass::RightToLeftIsolate
                    | BidiClass::LeftToRightIsolate
                    | BidiClass::FirstStrongIsolate
            )
    };
    !text.is_ascii() && text.chars().any(is_unlike)
}

/// Sets a line in the face of code. It runs to where `whole`, the line that it is a piece of, runs to, and begins at
/// that side of `width`.
pub(super) fn set_line(
    ctx: &Context,
    text: &str,
    whole: &str,
    stretches: &[LineStretch],
    sizes: TextSizes,
    width: f32,
) -> LaidOut {
    let look = Look {
        face: Face::Mono,
        size: sizes.code,
        line_height: sizes.code_line_height,
        ink: stretches.first().map_or(Color32::PLACEHOLDER, |stretch| stretch.ink),
        is_struck: false,
    };
    let looks: Vec<(usize, Look)> =
        stretches.iter().map(|stretch| (stretch.end, Look { ink: stretch.ink, ..look })).collect();
    let direction = Some(Direction::of(whole).unwrap_or_default());
    let han = language::of_han(whole);
    let copy = Copy { text, look, stretches: &looks, direction, drawn: &[], han };
    let shop = Shop::of(ctx);
    let mut unbroken = shop.lock().unbroken(copy, f32::MAX);
    // In one line, whatever its fonts take of it.
    let own = unbroken.width();
    let shaped = unbroken.broken(own.max(width));
    let mut marks = Vec::new();
    let mut start = 0;
    for stretch in stretches {
        if let Some(underline) = stretch.underline {
            for rect in shaped.rects(&(start..stretch.end)) {
                let line = Rect::from_min_size(
                    pos2(rect.left(), rect.bottom() - 2.0 * underline.width),
                    vec2(rect.width(), underline.width),
                );
                marks.push((line, Mark::Fill { radius: 0, color: underline.color }));
            }
        }
        start = stretch.end;
    }
    let (size, fingerprint) = (shaped.size, egui::util::hash((whole, text)));
    let words = Words {
        at: egui::Pos2::ZERO,
        shaped: std::sync::Arc::new(shaped),
        said_before: None,
        links: Vec::new(),
        origins: Origins::default(),
        joint: Joint::LINE,
    };
    let band = Band { top: 0.0, bottom: size.y, words: 0..1, marks: 0..marks.len() };
    LaidOut {
        size,
        bands: vec![band],
        words: vec![words],
        marks,
        fingerprint,
        is_complete: true,
        ..LaidOut::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_code_are_left_alone_and_others_are_set() {
        for plain in ["let a = 1;", "naïve – “quoted” → ok", "Ελλάδα, Россия", ""] {
            assert!(!needs_setting(plain), "{plain}");
        }
        for unlike in ["שלום", "x = \"سلام\"", "हिन्दी", "ไทย", "漢字", "🙂", "a\u{202e}b"]
        {
            assert!(needs_setting(unlike), "{unlike}");
        }
    }
}
