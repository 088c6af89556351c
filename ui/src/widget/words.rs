//! Single lines of the interface's own words: labels, captions, counters.

use egui::{Align, Color32, Response, Role, Sense, Ui, WidgetInfo, vec2};

use crate::theme::font::Face;
use crate::theme::{self, Palette, text};

/// Colour of a text by its rank or meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ink {
    /// What is to be read.
    #[default]
    First,
    /// What accompanies it.
    Second,
    /// Captions and hints.
    Third,
    /// What is active.
    Accent,
    /// Saved, done.
    Saved,
    /// Look again.
    LookAgain,
    /// Loss, failure.
    Loss,
    /// Cannot be used now.
    Disabled,
}

impl Ink {
    /// The colour in `palette`.
    pub fn color(self, palette: &Palette) -> Color32 {
        match self {
            Self::First => palette.ink,
            Self::Second => palette.ink_second,
            Self::Third => palette.ink_third,
            Self::Accent => palette.accent,
            Self::Saved => palette.saved,
            Self::LookAgain => palette.look_again,
            Self::Loss => palette.loss,
            Self::Disabled => palette.ink_disabled,
        }
    }
}

/// Words that wrap at the available width.
pub fn text_ui(ui: &mut Ui, words: impl Into<String>, ink: Ink, face: Face, size: f32) -> Response {
    let color = ink.color(theme::palette(ui));
    let rich =
        egui::RichText::new(words).font(face.at(size)).color(color).line_height(Some((size * 1.45).round()));
    ui.label(rich)
}

/// A caption in small capitals above what it names. Screen readers get it as it was written.
pub fn caption_ui(ui: &mut Ui, words: &str) -> Response {
    let palette = theme::palette(ui);
    let job = egui::text::LayoutJob::single_section(
        words.to_uppercase(),
        egui::TextFormat {
            font_id: Face::SemiBold.at(text::CAPTION),
            color: palette.ink_third,
            extra_letter_spacing: 0.6,
            ..Default::default()
        },
    );
    let galley = ui.painter().layout_job(job);
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, ui.is_enabled(), words));
    ui.painter().galley(rect.min, galley, palette.ink_third);
    response
}

/// One line that changes often, as a counter: digits of one width, and always as wide as `widest`.
///
/// `align` says where the line stands in that room.
pub fn figures_ui(ui: &mut Ui, words: &str, widest: &str, ink: Ink, size: f32, align: Align) -> Response {
    let color = ink.color(theme::palette(ui));
    let font = Face::Figures.at(size);
    let galley = ui.painter().layout_no_wrap(words.to_owned(), font.clone(), color);
    let reserved = ui.painter().layout_no_wrap(widest.to_owned(), font, color).size().x;
    let size = vec2(reserved.max(galley.size().x), galley.size().y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, ui.is_enabled(), words));
    let left = align.align_size_within_range(galley.size().x, rect.x_range()).min;
    ui.painter().galley(egui::pos2(left, rect.top()), galley, color);
    response
}
