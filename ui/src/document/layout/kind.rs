//! The type of each kind of text: which letters, how large, how far from line to line.
//!
//! Body, headings and the cells of tables differ in size and weight; how a stretch of words looks follows from its
//! kind and its own style.

use crate::document::inline::InlineStyle;
use crate::document::shaped::Look;
use crate::theme::font::Face;
use crate::theme::{Palette, TextSizes};

/// The type of one kind of text.
pub(in crate::document) struct Type {
    pub size: f32,
    pub code_size: f32,
    pub line_height: f32,
    pub regular: Face,
    pub bold: Face,
}

impl Type {
    pub(in crate::document) fn body(sizes: TextSizes) -> Self {
        let line_height = sizes.line_height;
        Self {
            size: sizes.body,
            code_size: sizes.code,
            line_height,
            regular: Face::Regular,
            bold: Face::Bold,
        }
    }

    pub(in crate::document) fn table(sizes: TextSizes, is_head: bool) -> Self {
        let regular = if is_head { Face::SemiBold } else { Face::Regular };
        let size = (sizes.body * 0.94).round();
        let line_height = (size * 1.4).round();
        Self { size, code_size: sizes.code - 1.0, line_height, regular, bold: Face::Bold }
    }

    pub(in crate::document) fn heading(sizes: TextSizes, level: u8) -> Self {
        let size = sizes.headings[usize::from(level.clamp(1, 4)) - 1];
        Self {
            size,
            code_size: (size * 0.9).round(),
            line_height: TextSizes::heading_line_height(size),
            regular: Face::SemiBold,
            bold: Face::Bold,
        }
    }

    pub(in crate::document) fn look(&self, style: InlineStyle, palette: &Palette) -> Look {
        let face = match (style.is_code, style.is_bold, style.is_italic) {
            (true, false, _) => Face::Mono,
            (true, true, _) => Face::MonoBold,
            (false, false, false) => self.regular,
            (false, true, false) => self.bold,
            (false, false, true) if self.regular == Face::Regular => Face::Italic,
            (false, _, true) => Face::BoldItalic,
        };
        let size = if style.is_code { self.code_size } else { self.size };
        // Smaller letters on the same line must not make it higher.
        let line_height = if style.is_code { size } else { self.line_height };
        let ink = match (style.link, style.is_aside) {
            (Some(_), _) => palette.accent,
            (None, true) => palette.ink_third,
            (None, false) => palette.ink,
        };
        Look { face, size, line_height, ink, is_struck: style.is_struck }
    }
}
