//! What is typed into a field, as it reads: egui sets letters beside each other in the order of typing, which is wrong
//! for scripts that run from right to left, join their letters or stack them. Those stand once more above the field, set
//! as every text is.

use egui::{Align2, Area, Context, Frame, Id, Margin, Order, Rect, Response, Stroke, Ui, vec2};

use crate::document::{LineLook, few_lines_ui};
use crate::theme::font::Face;
use crate::theme::{self, radius, space, text};

/// Scripts that egui's fields do not set, block by block of Unicode: Hebrew to Myanmar, Khmer and Mongolian, the Arabic
/// and Hebrew presentation forms, and those above that run from right to left or come from Brahmi.
const UNSET: [std::ops::RangeInclusive<char>; 6] = [
    '\u{590}'..='\u{109f}',
    '\u{1780}'..='\u{18af}',
    '\u{fb1d}'..='\u{fdff}',
    '\u{fe70}'..='\u{fefc}',
    '\u{10800}'..='\u{11fff}',
    '\u{1e800}'..='\u{1efff}',
];
/// More of what was typed than its end has no room.
const MOST_CHARACTERS: usize = 400;
const NARROWEST: f32 = 160.0;

/// Whether a field shows this otherwise than it reads.
fn is_shown_wrongly(typed: &str) -> bool {
    !typed.is_ascii() && typed.chars().any(|character| UNSET.iter().any(|block| block.contains(&character)))
}

/// Shows what is typed into `field` as it reads, above it, or below where there is no room; nothing while it has no
/// focus, or shows it so itself.
pub fn as_read_ui(ui: &Ui, field: &Response, typed: &str) {
    if field.has_focus() && is_shown_wrongly(typed) {
        over_ui(ui.ctx(), field.id.with("as it reads"), field.rect, ending(typed));
    }
}

/// The end of a text, from the beginning of a line or a word on.
fn ending(typed: &str) -> &str {
    let Some((from, _)) = typed.char_indices().rev().nth(MOST_CHARACTERS) else { return typed };
    let rest = &typed[from..];
    rest.split_once(char::is_whitespace).map_or(rest, |(_, rest)| rest)
}

fn over_ui(ctx: &Context, id: Id, field: Rect, typed: &str) {
    let palette = theme::palette_of(ctx);
    let has_room_above = field.top() > 0.4 * ctx.content_rect().height();
    let (pivot, at) = if has_room_above {
        (Align2::LEFT_BOTTOM, field.left_top() - vec2(0.0, space::TINY))
    } else {
        (Align2::LEFT_TOP, field.left_bottom() + vec2(0.0, space::TINY))
    };
    let area = Area::new(id).order(Order::Tooltip).interactable(false).pivot(pivot).fixed_pos(at);
    area.show(ctx, |ui| {
        let frame = Frame::new()
            .fill(palette.panel)
            .stroke(Stroke::new(theme::HAIRLINE, palette.line_strong))
            .corner_radius(radius::MEDIUM)
            .inner_margin(Margin::symmetric(space::MEDIUM as i8, space::SMALL as i8));
        frame.show(ui, |ui| {
            ui.set_width((field.width() - 2.0 * space::MEDIUM).max(NARROWEST));
            let look = LineLook { face: Face::Regular, size: text::BODY, ink: palette.ink };
            few_lines_ui(ui, typed, look);
        });
    });
}
