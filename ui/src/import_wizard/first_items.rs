//! The first items as they would come in, each in three lines, and the rows that would be refused.

use egui::{CornerRadius, Frame, Margin, Stroke, Ui};
use tiebreak_domain::import::ImportPreview;
use tiebreak_domain::{Item, Part};

use crate::form;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, radius, space, text};
use crate::widget::{Ink, caption_ui, text_ui};

/// How much of a text is looked at for its line.
const EXCERPT: usize = 240;

pub(super) fn first_items_ui(ui: &mut Ui, preview: &form::Asking<ImportPreview>) {
    let is_waiting = preview.is_waiting;
    caption_ui(ui, if is_waiting { "First items, being read…" } else { "First items" });
    let Some(preview) = &preview.answer else { return };
    if preview.items.is_empty() && !is_waiting {
        form::note_ui(ui, "None yet: say how the file is read");
    }
    for item in &preview.items {
        item_ui(ui, item);
    }
    if preview.problems.is_empty() {
        return;
    }
    ui.add_space(space::SMALL);
    let refused = form::counted(preview.problems.len() as u64, "row", "rows");
    caption_ui(ui, &format!("{refused} of the first {} refused", form::number(preview.rows_read)));
    form::problems_ui(ui, "Line", &preview.problems);
}

/// One item. Who made what is not shown: it must not sway whoever judges it later.
fn item_ui(ui: &mut Ui, item: &Item) {
    let palette = theme::palette(ui);
    Frame::new()
        .fill(palette.window)
        .stroke(Stroke::new(HAIRLINE, palette.line))
        .corner_radius(CornerRadius::same(radius::MEDIUM))
        .inner_margin(Margin::symmetric(space::MEDIUM as i8, space::SMALL as i8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = space::TINY;
            let prompt = excerpt(&item.prompt);
            let (prompt, ink) =
                if prompt.is_empty() { ("No prompt".to_owned(), Ink::Third) } else { (prompt, Ink::First) };
            form::line_ui(ui, &prompt, ink, Face::Medium, text::SMALL + 1.0);
            for (index, candidate) in item.candidates.iter().enumerate() {
                ui.horizontal(|ui| {
                    let letter =
                        char::from(b'A' + u8::try_from(index.min(25)).unwrap_or_default()).to_string();
                    text_ui(ui, letter, Ink::Third, Face::Bold, text::SMALL);
                    form::line_ui(ui, &excerpt(&candidate.parts), Ink::Second, Face::Regular, text::SMALL);
                });
            }
        });
}

/// The beginning of some content on one line; images by the names of their files.
pub(super) fn excerpt(parts: &[Part]) -> String {
    let mut line = String::new();
    for part in parts {
        let piece = match part {
            Part::Text { text, .. } => cut(text),
            Part::Message { role, text } => format!("{role}: {}", cut(text)),
            Part::Image { uri } | Part::Video { uri } | Part::Audio { uri } => {
                form::file_name_of(uri).to_owned()
            }
        };
        if !line.is_empty() {
            line.push_str("  ");
        }
        line.extend(piece.split_whitespace().flat_map(|word| [word, " "]));
        if line.len() >= EXCERPT {
            break;
        }
    }
    line.truncate(line.trim_end().len());
    line
}

/// The beginning of a text that may be megabytes long.
fn cut(text: &str) -> String {
    text.chars().take(EXCERPT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_told_on_one_line() {
        let parts = [Part::markdown("# One\n\ntwo   three"), Part::image("pictures/cat 1.png")];
        assert_eq!(excerpt(&parts), "# One two three   cat 1.png");
        assert_eq!(excerpt(&[Part::message("user", "Hi\n")]), "user: Hi");
        assert!(excerpt(&[Part::plain("é".repeat(100_000))]).len() < 1_000, "a long text is cut first");
    }
}
