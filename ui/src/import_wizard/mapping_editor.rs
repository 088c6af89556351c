//! The mapping editor: each column of the file with an example, and what it is for.

use egui::{Ui, vec2};
use tiebreak_domain::import::{ColumnMapping, ContentKind, ImportPreview, LabelColumn};

use super::mapping::{self, Role};
use crate::form;
use crate::theme::font::Face;
use crate::theme::{control, space, text};
use crate::widget::{Ink, text_field_ui};

const COMBO: f32 = 164.0;

/// Edits the preview's mapping; says whether it changed.
pub(super) fn mapping_editor_ui(ui: &mut Ui, preview: &mut ImportPreview) -> bool {
    let mapping = preview.mapping.get_or_insert_with(ColumnMapping::default);
    let mut change = None;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::TINY;
        for column in &preview.columns {
            if let Some(role) = column_ui(ui, &column.name, &column.example, mapping) {
                change = Some((column.name.clone(), role));
            }
        }
    });
    let mut is_changed = false;
    if let Some((column, role)) = change {
        mapping::set_role(mapping, &column, role);
        is_changed = true;
    }
    is_changed |= kind_ui(ui, mapping);
    is_changed |= titles_ui(ui, mapping);
    if let Some(label) = &mut mapping.label {
        is_changed |= form::section_ui(ui, "votes' words", |ui| words_ui(ui, label));
    }
    is_changed
}

fn column_ui(ui: &mut Ui, name: &str, example: &str, mapping: &ColumnMapping) -> Option<Role> {
    let role = mapping::role(mapping, name);
    let titles: Vec<String> = Role::ALL.iter().map(|role| role.title().to_owned()).collect();
    let mut labels: Vec<&str> = titles.iter().map(String::as_str).collect();
    let prompt_place = mapping.prompt.iter().position(|prompt| prompt == name);
    let numbered =
        prompt_place.filter(|_| mapping.prompt.len() > 1).map(|place| format!("Prompt {}", place + 1));
    if let Some(numbered) = &numbered {
        labels[1] = numbered;
    }
    let before = Role::ALL.iter().position(|candidate| *candidate == role).unwrap_or_default();
    let mut chosen = before;
    form::section_ui(ui, ("column", name), |ui| {
        ui.horizontal(|ui| {
            form::combo_ui(ui, &format!("Use of column {name}"), &labels, &mut chosen, COMBO);
            let size = vec2(ui.available_width(), control::SMALL_HEIGHT);
            ui.allocate_ui_with_layout(size, egui::Layout::top_down(egui::Align::Min), |ui| {
                ui.set_width(size.x);
                ui.spacing_mut().item_spacing.y = 0.0;
                let ink = if role == Role::Unused { Ink::Second } else { Ink::First };
                form::line_ui(ui, name, ink, Face::Medium, text::SMALL + 1.0);
                let example: String = example.split_whitespace().collect::<Vec<_>>().join(" ");
                let example = if example.is_empty() { "(empty in the first rows)" } else { &example };
                form::line_ui(ui, example, Ink::Second, Face::Regular, text::SMALL);
            });
        });
    });
    (chosen != before).then(|| Role::ALL[chosen])
}

/// Whether the candidates are texts, images or videos.
fn kind_ui(ui: &mut Ui, mapping: &mut ColumnMapping) -> bool {
    let Some(mut kind) = mapping.candidates.first().map(|candidate| candidate.kind) else { return false };
    let options =
        [("Texts", ContentKind::Text), ("Images", ContentKind::Image), ("Videos", ContentKind::Video)];
    let is_changed =
        form::row_ui(ui, "Candidates are", |ui| form::one_of_ui(ui, "Candidates are", &options, &mut kind));
    if is_changed {
        for candidate in &mut mapping.candidates {
            candidate.kind = kind;
        }
    }
    is_changed
}

/// What people read above each reference; the name of its column until somebody says so.
fn titles_ui(ui: &mut Ui, mapping: &mut ColumnMapping) -> bool {
    let is_titled = |column: &&String| mapping::role(mapping, column) != Role::Mask;
    let columns: Vec<String> = mapping.context.iter().filter(is_titled).cloned().collect();
    let mut is_changed = false;
    for column in columns {
        let said = mapping.context_as.get(&column).and_then(|said| said.title.clone());
        let mut title = said.unwrap_or_else(|| column.clone());
        form::section_ui(ui, ("title", &column), |ui| {
            let label = format!("Title above {column}");
            if text_field_ui(ui, &label, &mut title, "none").changed() {
                mapping.context_as.entry(column.clone()).or_default().title = Some(title);
                is_changed = true;
            }
        });
    }
    is_changed
}

/// Which values of the vote's column mean what.
fn words_ui(ui: &mut Ui, label: &mut LabelColumn) -> bool {
    let mut is_changed = false;
    form::note_ui(ui, format!("How “{}” reads, words separated by commas:", label.column));
    let lists = [
        ("A is better", &mut label.a),
        ("B is better", &mut label.b),
        ("Tie", &mut label.tie),
        ("Both bad", &mut label.both_bad),
    ];
    let width = (ui.available_width() - space::SMALL) / 2.0;
    let mut lists = lists.into_iter();
    for _ in 0..2 {
        ui.horizontal(|ui| {
            for (title, words) in lists.by_ref().take(2) {
                ui.allocate_ui_with_layout(
                    vec2(width, 0.0),
                    egui::Layout::top_down(egui::Align::Min),
                    |ui| {
                        ui.set_width(width);
                        is_changed |= list_ui(ui, title, words);
                    },
                );
            }
        });
    }
    is_changed
}

/// A list of words in a field. What is typed is kept apart while the field is edited, or a comma at the end
/// could not be typed.
fn list_ui(ui: &mut Ui, title: &str, words: &mut Vec<String>) -> bool {
    let id = ui.make_persistent_id(("words", title));
    let mut typed = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_else(|| words.join(", "));
    let response = text_field_ui(ui, title, &mut typed, "");
    if response.has_focus() {
        ui.data_mut(|data| data.insert_temp(id, typed.clone()));
    } else {
        ui.data_mut(|data| data.remove::<String>(id));
    }
    let read: Vec<String> =
        typed.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let is_changed = response.changed() && read != *words;
    if is_changed {
        *words = read;
    }
    is_changed
}
