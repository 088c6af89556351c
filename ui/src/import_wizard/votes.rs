//! What to do with votes that the data holds: nothing, unless somebody says so.

use egui::{Key, Ui};
use tiebreak_domain::import::ImportPreview;

use crate::form;
use crate::theme::space;
use crate::widget::text_field_ui;

const OPTIONS: [(&str, &str); 2] = [
    ("Leave out", "Every item is judged afresh"),
    (
        "Take in as judgments of…",
        "They count as those of a past annotator, and what you judge stands beside them",
    ),
];

/// Asks; says whether Enter was pressed in the name's field.
pub(super) fn votes_ui(
    ui: &mut Ui,
    preview: &ImportPreview,
    takes_votes: &mut bool,
    name: &mut String,
) -> bool {
    let seen = form::counted(preview.items_with_labels, "item holds a vote", "items hold votes");
    form::note_ui(ui, format!("Of the first {}, {seen}", form::counted(preview.rows_read, "row", "rows")));
    let mut chosen = Some(usize::from(*takes_votes));
    form::options_ui(ui, "Existing votes", &OPTIONS, &mut chosen);
    *takes_votes = chosen == Some(1);
    if !*takes_votes {
        return false;
    }
    ui.add_space(space::TINY);
    let field = text_field_ui(ui, "Name of the past annotator", name, "Original");
    form::note_ui(ui, "Where a row holds several votes, a number follows the name");
    field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
}
