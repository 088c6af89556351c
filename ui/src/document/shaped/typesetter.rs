//! Sets text: from words with their faces to glyphs at their places, in the order in which they are read.
//!
//! Lines break by UAX #14 (words of Thai, Lao, Khmer and Burmese by dictionary), directions are ordered by UAX #9,
//! and every stretch is shaped in the first font that has its letters. One [`Typesetter`] belongs to each egui
//! context; it lives in the context's memory beside the letters it has drawn.

use std::sync::{Arc, Mutex, MutexGuard};

use egui::{Color32, Context};
use parley::fontique::Language;
use parley::style::{LineHeight, OverflowWrap, TextStyle};
use parley::{
    Alignment, AlignmentOptions, BaseDirection, FontContext, InlineBox, InlineBoxKind, Layout, LayoutContext,
    VerticalAlign,
};

use super::super::direction::Direction;
use super::super::drawing::{Drawn, STAND_IN};
use super::super::language;
use super::atlas::Atlas;
use super::flat::flatten;
use super::{Shaped, fonts};
use crate::theme::font::Face;

/// Drawn things, and nothing else, are followed by this sign when they are set; it is as long as [`STAND_IN`] in
/// bytes and is never seen.
const JOINER: &str = "\u{2060}";

/// Columns from one tab stop of code to the next.
const TAB: usize = 4;

/// How wide a column is and how wide the sign is that fonts have for a tab, in multiples of the size: of code,
/// and of words, where a column is a space.
const TAB_OF_CODE: (f32, f32) = (0.6, 0.6);
const TAB_OF_WORDS: (f32, f32) = (0.28, 0.994);

/// How a stretch of text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::document) struct Look {
    pub face: Face,
    pub size: f32,
    /// From line to line; a stretch within a line that asks for less than its block changes nothing.
    pub line_height: f32,
    pub ink: Color32,
    pub is_struck: bool,
}

/// Text to be set.
#[derive(Clone, Copy, Debug)]
pub(in crate::document) struct Copy<'a> {
    pub text: &'a str,
    /// The look of the block, and of what no stretch covers.
    pub look: Look,
    /// Where each stretch ends, in bytes, and its look, in order.
    pub stretches: &'a [(usize, Look)],
    /// Where the text runs to if it does not say so itself; code says nothing.
    pub direction: Option<Direction>,
    pub drawn: &'a [Drawn],
    /// The language of Han characters.
    pub han: Option<&'static str>,
}

/// Text that has been shaped but not broken into lines.
pub(in crate::document) struct Unbroken {
    layout: Layout<Color32>,
    text: Arc<str>,
    drawn: Vec<Drawn>,
    looks: Vec<Seen>,
}

/// How the stretches of one style are seen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub look: Look,
    /// Whether they are tabs, which have a width and nothing to be seen.
    pub is_tab: bool,
}

impl Unbroken {
    /// Its width as one line, or that of the longest where it has line breaks.
    pub fn width(&mut self) -> f32 {
        self.layout.break_all_lines(None);
        self.layout.width()
    }

    /// In lines of at most `width`, and no wider than the widest of them.
    pub fn broken_tight(mut self, width: f32) -> Shaped {
        self.layout.break_all_lines(Some(width));
        let needed = self.layout.width();
        // A sum in another order may be a hair wider.
        self.broken(if needed < width { needed + 0.5 } else { width })
    }

    /// In lines of `width`, at the side on which its direction begins.
    pub fn broken(mut self, width: f32) -> Shaped {
        self.layout.break_all_lines(Some(width));
        self.layout.align(Alignment::Start, AlignmentOptions::default());
        flatten(&self.layout, self.text, self.drawn, &self.looks, width)
    }
}

/// Sets text for one egui context.
pub(in crate::document) struct Typesetter {
    fonts: FontContext,
    layouts: LayoutContext<Color32>,
    pub(super) atlas: Atlas,
}

impl Default for Typesetter {
    fn default() -> Self {
        let fonts = FontContext { collection: fonts::collection().clone(), ..FontContext::default() };
        Self { fonts, layouts: LayoutContext::new(), atlas: Atlas::default() }
    }
}

/// The typesetter of a context.
#[derive(Clone, Default)]
pub(in crate::document) struct Shop(Arc<Mutex<Typesetter>>);

impl Shop {
    /// That of `ctx`.
    pub fn of(ctx: &Context) -> Self {
        ctx.data_mut(|data| data.get_temp_mut_or_default::<Self>(egui::Id::NULL).clone())
    }

    /// For as long as something is being set or painted; nothing else of egui may be called meanwhile that
    /// paints texts itself.
    pub fn lock(&self) -> MutexGuard<'_, Typesetter> {
        // Whoever panicked in between left at most a letter undrawn.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Typesetter {
    /// Takes up fonts that were added since.
    pub(super) fn renew_fonts(&mut self) {
        self.fonts = FontContext { collection: fonts::collection().clone(), ..FontContext::default() };
    }

    /// Shapes `copy`, with drawn things in the room that lines of `width` leave them.
    pub fn unbroken(&mut self, copy: Copy<'_>, width: f32) -> Unbroken {
        let stretches = stretches(copy);
        let set = set_text(copy);
        let mut builder = self.layouts.style_run_builder(&mut self.fonts, &set, 1.0, false);
        let mut looks: Vec<Seen> = Vec::new();
        let mut styles: Vec<(Stretch, u16)> = Vec::new();
        // The first style is that of the block, whose line is never lower than its own.
        let root = Stretch { end: 0, look: copy.look, is_han: false, is_tab: false, spacing: 0.0 };
        let mut start = 0;
        for stretch in [&root].into_iter().chain(&stretches) {
            let known = styles.iter().find(|(known, _)| known.is_like(stretch)).map(|(_, style)| *style);
            let style = known.unwrap_or_else(|| {
                let style = builder.push_style(style_of(stretch, copy.han));
                looks.push(Seen { look: stretch.look, is_tab: stretch.is_tab });
                styles.push((*stretch, style));
                style
            });
            if stretch.end > start {
                builder.push_style_run(style, start..stretch.end);
                start = stretch.end;
            }
        }
        for (index, drawn) in copy.drawn.iter().enumerate() {
            let room = drawn.drawing.room(copy.look.size, width);
            builder.push_inline_box(InlineBox {
                id: index as u64,
                kind: InlineBoxKind::InFlow,
                index: drawn.at,
                width: room.width,
                height: room.height,
                baseline: Some(room.baseline),
                vertical_align: VerticalAlign::BASELINE,
            });
        }
        builder.set_base_direction(match copy.direction {
            None => BaseDirection::Auto,
            Some(Direction::LeftToRight) => BaseDirection::Ltr,
            Some(Direction::RightToLeft) => BaseDirection::Rtl,
        });
        let layout = builder.build(&set);
        Unbroken { layout, text: copy.text.into(), drawn: copy.drawn.to_vec(), looks }
    }

    /// Sets `copy` in lines of `width`.
    pub fn set(&mut self, copy: Copy<'_>, width: f32) -> Shaped {
        self.unbroken(copy, width).broken(width)
    }
}

/// A stretch of one style as it is handed to the library.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    end: usize,
    look: Look,
    is_han: bool,
    is_tab: bool,
    /// Room behind a tab, up to the next stop.
    spacing: f32,
}

impl Stretch {
    fn is_like(&self, other: &Self) -> bool {
        (self.look, self.is_han, self.is_tab, self.spacing)
            == (other.look, other.is_han, other.is_tab, other.spacing)
    }
}

/// The stretches of `copy`, cut where Han characters begin and end and around tabs.
fn stretches(copy: Copy<'_>) -> Vec<Stretch> {
    let mut cut: Vec<Stretch> = Vec::with_capacity(copy.stretches.len() + 1);
    let rest = [(copy.text.len(), copy.look)];
    let mut start = 0;
    let mut column = 0;
    let has_cuts = copy.han.is_some() || copy.text.contains('\t');
    for &(end, look) in copy.stretches.iter().chain(&rest) {
        if start >= end {
            continue;
        }
        if !has_cuts {
            cut.push(Stretch { end, look, is_han: false, is_tab: false, spacing: 0.0 });
            start = end;
            continue;
        }
        for (at, character) in copy.text[start..end].char_indices() {
            let is_han = copy.han.is_some() && language::is_han(character);
            let columns = if character == '\t' { TAB - column % TAB } else { 1 };
            column = if character == '\n' { 0 } else { column + columns };
            let is_tab = character == '\t';
            let (column_width, own_width) = match look.face {
                Face::Mono | Face::MonoBold => TAB_OF_CODE,
                _ => TAB_OF_WORDS,
            };
            let spacing = if is_tab { (columns as f32 * column_width - own_width) * look.size } else { 0.0 };
            let next = Stretch { end: start + at + character.len_utf8(), look, is_han, is_tab, spacing };
            match cut.last_mut().filter(|last| last.is_like(&next) && !is_tab) {
                Some(last) => last.end = next.end,
                None => cut.push(next),
            }
        }
        start = end;
    }
    cut
}

/// The text as the library gets it: of the same length, with an unseen sign in the place of what is drawn.
fn set_text(copy: Copy<'_>) -> std::borrow::Cow<'_, str> {
    if copy.drawn.is_empty() {
        return copy.text.into();
    }
    let mut set = copy.text.to_owned();
    for drawn in copy.drawn {
        let end = drawn.at + STAND_IN.len_utf8();
        if set.get(drawn.at..end).is_some_and(|there| there.starts_with(STAND_IN)) {
            set.replace_range(drawn.at..end, JOINER);
        }
    }
    set.into()
}

fn style_of(stretch: &Stretch, han: Option<&str>) -> TextStyle<'static, 'static, Color32> {
    let look = stretch.look;
    let (font_family, font_weight, font_style) = fonts::asked(look.face);
    TextStyle {
        font_family,
        font_weight,
        font_style,
        font_size: look.size,
        line_height: LineHeight::Absolute(look.line_height),
        brush: look.ink,
        overflow_wrap: OverflowWrap::Anywhere,
        letter_spacing: stretch.spacing,
        locale: han.filter(|_| stretch.is_han).and_then(|tag| Language::parse(tag).ok()),
        ..TextStyle::default()
    }
}
