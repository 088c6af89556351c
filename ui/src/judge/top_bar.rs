//! The quiet bar on top of an open project: menu, name, progress, pace, what is saved, and who sits here.

use egui::containers::menu::MenuButton;
use egui::{Align, Layout, Margin, Panel, Ui};

use super::saving::SavedState;
use super::session::Round;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::desk::{Desk, Job};
use crate::theme::font::Face;
use crate::theme::{self, control, space, text};
use crate::widget::{ActionButton, BarKind, Ink, figures_ui, progress_bar_ui, text_ui};

const MENU: [&[Command]; 6] = [
    &[Command::ShowJudge, Command::ShowItems, Command::ShowSecondLook],
    &[Command::ShowImport, Command::ShowExport, Command::ShowMerge, Command::MakePairs],
    &[
        Command::ShowSeats,
        Command::ShowAccounts,
        Command::ShowProfile,
        Command::ShowStudy,
        Command::ShowQuality,
    ],
    &[Command::ShowQueue, Command::ShowModels, Command::ShowReport],
    &[Command::OpenProject, Command::NewProject, Command::CloseProject],
    &[Command::ShowSettings, Command::ShowKeys, Command::Palette],
];

/// Paints it.
pub fn top_bar_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &Desk, wanted: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let frame = egui::Frame::new().fill(palette.window).inner_margin(Margin::symmetric(space::EDGE as i8, 0));
    Panel::top("top bar").exact_size(control::TOP_BAR).frame(frame).show(ui, |ui| {
        ui.set_height(control::TOP_BAR);
        ui.horizontal_centered(|ui| {
            // The menu's own padding must not push its name to the right of what stands below.
            ui.add_space(-ui.spacing().button_padding.x);
            menu_ui(ui, scene, wanted);
            let is_wide = ui.available_width() > 820.0;
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = space::LARGE;
                annotator_ui(ui, scene, desk, wanted);
                saved_ui(ui, scene, desk, wanted);
                progress_ui(ui, desk, is_wide);
                job_ui(ui, desk, wanted);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| name_ui(ui, desk));
            });
        });
    });
}

fn menu_ui(ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let label = egui::RichText::new("Tiebreak").font(Face::SemiBold.at(text::BODY)).color(palette.ink);
    MenuButton::from_button(egui::Button::new(label).frame_when_inactive(false)).ui(ui, |ui| {
        ui.set_min_width(230.0);
        for (index, group) in MENU.iter().enumerate() {
            if index > 0 {
                ui.separator();
            }
            for command in group.iter().filter(|command| command.is_offered(scene.knows_files)) {
                let label = egui::RichText::new(command.label())
                    .font(Face::Regular.at(text::BODY))
                    .color(palette.ink);
                let key = egui::RichText::new(crate::widget::key_label(&scene.keymap.key(*command)))
                    .font(Face::Mono.at(text::SMALL))
                    .color(palette.ink_third);
                if ui.add(egui::Button::new(label).shortcut_text(key)).clicked() {
                    wanted.push(Action::Command(*command));
                    ui.close();
                }
            }
        }
    });
}

fn name_ui(ui: &mut Ui, desk: &Desk) {
    let palette = theme::palette(ui);
    let mut name = desk.info.name.clone();
    if desk.session.round == Round::Skipped {
        name.push_str(" · skipped items");
    }
    let name = egui::RichText::new(name).font(Face::Regular.at(text::SMALL)).color(palette.ink_second);
    ui.add(egui::Label::new(name).truncate().selectable(false)).on_hover_text(&desk.info.path);
}

fn annotator_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &Desk, wanted: &mut Vec<Action>) {
    let name = desk.info.current_annotator().map_or("", |annotator| annotator.name.as_str());
    let shown: String = if name.chars().count() > 18 {
        name.chars().take(17).chain(['…']).collect()
    } else {
        name.to_owned()
    };
    let button = ui.add(ActionButton::new(&shown).quiet().small());
    let (hint, command) = if scene.knows_files {
        ("Who judges; click to change", Command::ShowSeats)
    } else {
        ("Who is signed in; click for your account", Command::ShowAccounts)
    };
    if button.on_hover_text(hint).clicked() {
        wanted.push(Action::Command(command));
    }
}

fn saved_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &Desk, wanted: &mut Vec<Action>) {
    let (words, ink) = match desk.saved_state() {
        SavedState::Nothing => (String::new(), Ink::Third),
        SavedState::Saved => ("✓ Saved".to_owned(), Ink::Saved),
        SavedState::Saving(count) if scene.network.holds_up() => {
            (format!("{count} not sent yet"), Ink::LookAgain)
        }
        SavedState::Saving(1) => ("Saving…".to_owned(), Ink::Second),
        SavedState::Saving(count) => (format!("Saving {count}…"), Ink::Second),
        SavedState::Failed(count) => {
            let label = format!("✗ {count} not saved: try again");
            if ui.add(ActionButton::new(&label).danger().small()).clicked() {
                wanted.push(Action::RetrySaving);
            }
            return;
        }
    };
    figures_ui(ui, &words, "Saving 00…", ink, text::SMALL, Align::Min);
}

fn progress_ui(ui: &mut Ui, desk: &Desk, is_wide: bool) {
    let progress = desk.session.progress;
    if is_wide {
        let pace =
            desk.session.pace.per_hour().map(|pace| format!("{} an hour", grouped(pace))).unwrap_or_default();
        figures_ui(ui, &pace, "1,000 an hour", Ink::Second, text::SMALL, Align::Min);
    }
    let of = format!("{} of {}", grouped(progress.judged), grouped(progress.total));
    let widest = format!("{0} of {0}", grouped(progress.total));
    figures_ui(ui, &of, &widest, Ink::First, text::SMALL, Align::Max);
    let fraction = progress.judged as f32 / progress.total.max(1) as f32;
    let kind = if progress.judged >= progress.total && progress.total > 0 {
        BarKind::Done
    } else {
        BarKind::Running
    };
    let width = if is_wide { 220.0 } else { 90.0 };
    progress_bar_ui(ui, &format!("{of} judged"), fraction, width, kind);
}

fn job_ui(ui: &mut Ui, desk: &Desk, wanted: &mut Vec<Action>) {
    let running = match (&desk.import, &desk.export) {
        (Some(Job::Running(_, progress)), _) => {
            Some((format!("Importing {}", grouped(progress.items_added)), Command::ShowImport))
        }
        (_, Some(Job::Running(_, progress))) => {
            Some((format!("Exporting {}", grouped(progress.items_done)), Command::ShowExport))
        }
        _ => None,
    };
    if let Some((label, command)) = running {
        if ui.add(ActionButton::new(&label).quiet().small()).clicked() {
            wanted.push(Action::Command(command));
        }
    } else if !desk.info.search_index.is_complete() {
        let index = desk.info.search_index;
        let percent = index.indexed * 100 / index.total.max(1);
        text_ui(ui, format!("Indexing {percent} %"), Ink::Third, Face::Figures, text::SMALL);
    }
}

/// A number with commas between thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    #[test]
    fn thousands_are_grouped() {
        assert_eq!(super::grouped(7), "7");
        assert_eq!(super::grouped(1_200), "1,200");
        assert_eq!(super::grouped(1_000_000), "1,000,000");
    }
}
