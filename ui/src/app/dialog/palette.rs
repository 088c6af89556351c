//! The command palette: every command by name.

use egui::{Key, Ui};

use crate::app::{Action, Scene};
use crate::command::{Chord, Command, Scope};
use crate::desk::{Desk, View};
use crate::theme::font::Face;
use crate::theme::{self, radius, space, text};
use crate::widget::{Dialog, key_cap_ui, text_field_ui};

/// What has been typed, and which of the hits is marked.
#[derive(Debug, Default)]
pub struct Palette {
    words: String,
    marked: usize,
    was_shown: bool,
}

/// How many hits are listed.
const MOST: usize = 9;

impl Palette {
    pub(super) fn key(&mut self, chord: Chord) {
        match chord.key {
            Key::ArrowDown => self.marked = (self.marked + 1).min(MOST - 1),
            Key::ArrowUp => self.marked = self.marked.saturating_sub(1),
            _ => {}
        }
    }

    pub(super) fn ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        desk: Option<&Desk>,
        wanted: &mut Vec<Action>,
    ) {
        let mut chosen = None;
        let mut hits = hits(&self.words, desk);
        hits.retain(|command| command.is_offered(scene.knows_files));
        self.marked = self.marked.min(hits.len().saturating_sub(1));
        let response = Dialog::new("palette", "Commands").show(
            ui.ctx(),
            self,
            |ui, state| {
                let field = text_field_ui(ui, "Find a command", &mut state.words, "export");
                if !state.was_shown {
                    field.request_focus();
                    state.was_shown = true;
                }
                if field.changed() {
                    state.marked = 0;
                }
                if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                    chosen = hits.get(state.marked).copied();
                    if chosen.is_none() {
                        // Nothing is called so: what is typed next is the next try.
                        field.request_focus();
                    }
                }
                ui.add_space(space::SMALL);
                ui.spacing_mut().item_spacing.y = 0.0;
                for (index, command) in hits.iter().enumerate() {
                    if row_ui(ui, *command, &scene.keymap.key(*command), index == state.marked) {
                        chosen = Some(*command);
                    }
                }
                let missing = MOST - hits.len();
                ui.add_space(missing as f32 * ROW_HEIGHT);
            },
            |_, _| (),
        );
        if let Some(command) = chosen {
            wanted.push(Action::CloseDialog);
            wanted.push(Action::Command(command));
        } else if response.should_close {
            wanted.push(Action::CloseDialog);
        }
    }
}

const ROW_HEIGHT: f32 = 34.0;

fn row_ui(ui: &mut Ui, command: Command, key: &str, is_marked: bool) -> bool {
    let palette = theme::palette(ui);
    let (rect, response) =
        ui.allocate_exact_size(egui::vec2(ui.available_width(), ROW_HEIGHT), egui::Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, command.label()));
    if is_marked || response.hovered() {
        let fill = if is_marked { palette.accent_wash } else { palette.hover };
        ui.painter().rect_filled(rect, egui::CornerRadius::same(radius::SMALL), fill);
    }
    let mut row = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(rect.shrink2(egui::vec2(space::SMALL, 0.0)))
            .layout(egui::Layout::left_to_right(egui::Align::Center)),
    );
    let label = egui::RichText::new(command.label().trim_end_matches('…'));
    row.add(egui::Label::new(label.font(Face::Medium.at(text::BODY)).color(palette.ink)).selectable(false));
    let help =
        egui::RichText::new(command.help()).font(Face::Regular.at(text::SMALL)).color(palette.ink_second);
    let room = row.available_width() - 90.0;
    row.scope(|ui| {
        ui.set_max_width(room);
        ui.add(egui::Label::new(help).truncate().selectable(false));
    });
    row.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        if !key.is_empty() {
            key_cap_ui(ui, key);
        }
    });
    response.clicked()
}

/// Commands that can be given here and whose label or help holds every typed word; labels first.
fn hits(words: &str, desk: Option<&Desk>) -> Vec<Command> {
    let view = desk.map(|desk| desk.view);
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let in_label = |command: &Command| words.iter().all(|word| command.label().to_lowercase().contains(word));
    let anywhere = |command: &Command| {
        let text = format!("{} {}", command.label(), command.help()).to_lowercase();
        words.iter().all(|word| text.contains(word))
    };
    let mut hits: Vec<Command> = Command::ALL
        .iter()
        .copied()
        .filter(|command| match command.scope() {
            Scope::Anywhere => *command != Command::Palette,
            Scope::Project => view.is_some(),
            Scope::Judge | Scope::Looking | Scope::Playing | Scope::Reading => view.is_some_and(View::judges),
            Scope::SecondLook => view == Some(View::SecondLook),
            Scope::Items => view == Some(View::Items),
            Scope::KnownAnswers => matches!(view, Some(View::Items | View::SecondLook)),
        })
        .filter(anywhere)
        .collect();
    hits.sort_by_key(|command| {
        (!in_label(command), matches!(command.scope(), Scope::Judge | Scope::Looking) && words.is_empty())
    });
    hits.truncate(MOST);
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_found_by_its_words_where_it_can_be_given() {
        assert_eq!(hits("larg", None).first(), Some(&Command::TextLarger));
        assert!(!hits("export", None).contains(&Command::ShowExport), "no project is open");
        assert!(hits("dark", None).contains(&Command::ToggleTheme), "found by its help too");
    }
}
