//! The first rows as they would stand in the file, and what would go in and what not.

use egui::{CornerRadius, Frame, Margin, Stroke, Ui};
use tiebreak_domain::export::{ExportCounts, ExportPreview};

use crate::app::notice::with_capital;
use crate::form;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, radius, space, text};
use crate::widget::{Ink, Notice, caption_ui, text_ui};

/// How much of a row is shown; rows can be megabytes long.
const ROW: usize = 1_200;

/// Says whether to ask for the preview again.
pub(super) fn rows_preview_ui(ui: &mut Ui, preview: &form::Asking<ExportPreview>) -> bool {
    if let Some(error) = &preview.error {
        let why = with_capital(&error.message);
        let todo = error.hint.as_deref().map(with_capital).unwrap_or_default();
        let notice = Notice::error("The project cannot be read so").why(&why).todo(&todo).action("Try again");
        return notice.show(ui).is_some();
    }
    let is_waiting = preview.is_waiting;
    let Some(preview) = &preview.answer else {
        caption_ui(ui, "Being counted…");
        return false;
    };
    caption_ui(ui, if is_waiting { "Would be written, being counted…" } else { "Would be written" });
    counts_ui(ui, &preview.counts);
    form::problems_ui(ui, "Item", &preview.problems);
    ui.add_space(space::SMALL);
    caption_ui(ui, "First rows");
    if preview.rows.is_empty() {
        form::note_ui(ui, "None");
    }
    for row in &preview.rows {
        row_ui(ui, row);
    }
    false
}

pub(super) fn counts_ui(ui: &mut Ui, counts: &ExportCounts) {
    let rows = form::counted(counts.rows, "row", "rows");
    let judgments = form::counted(counts.judgments, "judgment", "judgments");
    text_ui(ui, format!("{rows} from {judgments}"), Ink::First, Face::FiguresSemiBold, text::BODY);
    for (source, count) in &counts.model_labels {
        let words = format!("{} of {source}", form::counted(*count, "label", "labels"));
        text_ui(ui, words, Ink::LookAgain, Face::Figures, text::SMALL);
    }
    for (reason, count) in &counts.left_out {
        let words = format!("{} left out: {reason}", form::number(*count));
        text_ui(ui, words, Ink::Second, Face::Figures, text::SMALL);
    }
    if counts.rows_refused > 0 {
        let words = format!("{} refused", form::counted(counts.rows_refused, "row", "rows"));
        text_ui(ui, words, Ink::Loss, Face::Figures, text::SMALL);
    }
}

fn row_ui(ui: &mut Ui, row: &str) {
    let palette = theme::palette(ui);
    let cut = row.char_indices().nth(ROW).map(|(at, _)| format!("{}…", &row[..at]));
    Frame::new()
        .fill(palette.code)
        .stroke(Stroke::new(HAIRLINE, palette.line))
        .corner_radius(CornerRadius::same(radius::MEDIUM))
        .inner_margin(Margin::symmetric(space::MEDIUM as i8, space::SMALL as i8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let words =
                egui::RichText::new(cut.as_deref().unwrap_or(row)).font(Face::Mono.at(text::SMALL - 1.0));
            ui.add(egui::Label::new(words.color(palette.ink)).wrap().selectable(true));
        });
}
