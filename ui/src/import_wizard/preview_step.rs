//! The second step: what was recognised, how it is read, and the first items that come of it.

use egui::Ui;
use tiebreak_domain::import::ImportPreview;
use tiebreak_domain::{DataFormat, Item, TextFormat};

use super::file_step::explained;
use super::first_items::first_items_ui;
use super::mapping::missing;
use super::mapping_editor::mapping_editor_ui;
use super::votes::votes_ui;
use super::{ImportWizard, Signals};
use crate::app::notice::with_capital;
use crate::app::{Action, Scene};
use crate::form;
use crate::host::Pick;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{Ink, Notice, text_field_ui, text_ui};

impl ImportWizard {
    pub(super) fn preview_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        height: f32,
        signals: &mut Signals,
        wanted: &mut Vec<Action>,
    ) {
        let mut changes = Changes::default();
        let mut left_signals = *signals;
        form::columns_ui(
            ui,
            self,
            height,
            |ui, state| state.reading_ui(ui, scene, &mut changes, &mut left_signals, wanted),
            |ui, state| first_items_ui(ui, &state.preview),
        );
        *signals = left_signals;
        self.change(changes);
    }

    fn reading_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        changes: &mut Changes,
        signals: &mut Signals,
        wanted: &mut Vec<Action>,
    ) {
        form::section_ui(ui, "import error", |ui| signals.tries_again |= self.error_ui(ui));
        form::row_ui(ui, "Read as", |ui| self.format_ui(ui, changes));
        form::section_ui(ui, "import facts", |ui| facts_ui(ui, self.preview.answer.as_ref()));
        let Some(preview) = &mut self.preview.answer else { return };
        if preview.format == DataFormat::Tiebreak {
            form::note_ui(ui, "Items, judgments and annotators come in as they were exported");
            return;
        }
        if preview.format == DataFormat::PrismSurvey {
            form::note_ui(ui, "Profiles come in under the names of the survey, and no items");
            return;
        }
        if preview.format == DataFormat::Columns {
            form::titled_ui(ui, "Columns", |ui| changes.is_mapping_changed = mapping_editor_ui(ui, preview));
        }
        form::row_ui(ui, "Texts are", |ui| {
            let options = [("Markdown", TextFormat::Markdown), ("Plain text", TextFormat::Plain)];
            changes.is_text_changed = form::one_of_ui(ui, "Texts are", &options, &mut self.plan.text_format);
        });
        let most = preview.items.iter().map(|item| item.candidates.len()).max().unwrap_or_default();
        if most > 2 {
            form::titled_ui(ui, "More than two candidates", |ui| {
                pairs_ui(ui, most, self.asks_only_pairs, &mut self.plan.makes_pairs);
            });
        }
        if preview.items_with_labels > 0 {
            form::titled_ui(ui, "Existing votes", |ui| {
                signals.enter |= votes_ui(ui, preview, &mut self.takes_votes, &mut self.votes_of);
            });
        }
        let has_media = preview.items.iter().any(Item::has_media);
        if has_media {
            form::titled_ui(ui, "Images", |ui| self.media_ui(ui, scene, signals, wanted));
        }
        form::section_ui(ui, "import source", |ui| {
            let file = form::file_name_of(&self.plan.path).to_owned();
            let field = text_field_ui(ui, "Name of the source", &mut self.source_name, &file);
            signals.enter |= field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        });
    }

    /// What went wrong with reading; says whether to try again.
    fn error_ui(&self, ui: &mut Ui) -> bool {
        let Some(error) = &self.preview.error else { return false };
        let what = format!("{} cannot be read so", form::file_name_of(&self.plan.path));
        let why = with_capital(&error.message);
        let todo = error.hint.as_deref().map(with_capital).unwrap_or_default();
        Notice::error(&what).why(&why).todo(&todo).action("Try again").show(ui).is_some()
    }

    fn format_ui(&self, ui: &mut Ui, changes: &mut Changes) {
        let shown = self.preview.answer.as_ref().map(|preview| preview.format).or(self.plan.format);
        let titles = DataFormat::ALL.map(DataFormat::title);
        let mut labels = vec!["Recognise by looking"];
        labels.extend(titles);
        let position = shown.and_then(|shown| DataFormat::ALL.iter().position(|format| *format == shown));
        let mut chosen = position.map_or(0, |position| position + 1);
        if form::combo_ui(ui, "Read as", &labels, &mut chosen, 240.0) {
            changes.format = Some(chosen.checked_sub(1).map(|index| DataFormat::ALL[index]));
        }
    }

    fn media_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, signals: &mut Signals, wanted: &mut Vec<Action>) {
        let folder = form::folder_of(&self.plan.path);
        let hint = if folder.is_empty() { "the file's own folder" } else { folder };
        let path =
            form::path_field_ui(ui, "Folder of the images", &mut self.media_folder, hint, scene.has_dialogs);
        signals.enter |= path.entered;
        if path.browses {
            wanted.push(Action::Dialog(Pick::MediaFolder, self.media_folder.clone()));
        }
        let hosts = self
            .preview
            .answer
            .as_ref()
            .map(|preview| hosts_in_words(&preview.media_hosts))
            .unwrap_or_default();
        if !hosts.is_empty() {
            form::check_ui(ui, &mut self.plan.fetches_addresses, &format!("Fetch images from {hosts}"));
            form::note_ui(
                ui,
                "When such an image is shown, this machine downloads it from there, which tells the host that \
                 you look at it. Nothing else is sent. Without it these images stay empty.",
            );
        }
    }

    /// Carries a change out: what makes items read otherwise is previewed anew.
    fn change(&mut self, changes: Changes) {
        if let Some(format) = changes.format {
            self.plan.format = format;
            self.plan.mapping = None;
            self.wants_preview = true;
        }
        if changes.is_text_changed {
            self.wants_preview = true;
        }
        if changes.is_mapping_changed
            && let Some(preview) = &mut self.preview.answer
        {
            self.plan.format = Some(DataFormat::Columns);
            self.plan.mapping.clone_from(&preview.mapping);
            self.wants_preview = true;
            if preview.mapping.as_ref().is_none_or(|mapping| missing(mapping).is_some()) {
                // There is nothing to ask yet; what was asked before is answered too late.
                preview.items.clear();
                preview.problems.clear();
                self.preview.pass_over();
                self.wants_preview = false;
            }
        }
    }
}

/// What was changed in this frame.
#[derive(Debug, Default)]
struct Changes {
    #[expect(clippy::option_option, reason = "changed or not, and then to one or to whatever is recognised")]
    format: Option<Option<DataFormat>>,
    is_mapping_changed: bool,
    is_text_changed: bool,
}

/// Whether items of many candidates are asked as a whole.
fn pairs_ui(ui: &mut Ui, most: usize, asks_only_pairs: bool, makes_pairs: &mut bool) {
    if asks_only_pairs {
        form::note_ui(
            ui,
            format!(
                "This project asks about pairs: every two candidates become an item, {} of {most} candidates; votes \
                 on all of them become votes on each pair",
                most * (most - 1) / 2
            ),
        );
        return;
    }
    let pairs = format!(
        "{most} candidates become {} items, so that the queue chooses which two to show; votes on all of them become \
         votes on each pair",
        most * (most - 1) / 2
    );
    let options =
        [("Ask the whole", "Every candidate is on the screen at once"), ("Ask pair by pair", &pairs)];
    let mut chosen = Some(usize::from(*makes_pairs));
    form::options_ui(ui, "More than two candidates", &options, &mut chosen);
    *makes_pairs = chosen == Some(1);
}

/// What the file is and why it is read as it is.
fn facts_ui(ui: &mut Ui, preview: Option<&ImportPreview>) {
    let Some(preview) = preview else {
        form::note_ui(ui, "…");
        return;
    };
    text_ui(ui, with_capital(&preview.because), Ink::First, Face::Regular, text::SMALL + 1.0);
    form::note_ui(ui, explained(preview.format));
    let facts = format!(
        "{} · {} · {} looked at",
        preview.container,
        form::size(preview.size_bytes),
        form::counted(preview.rows_read, "row", "rows"),
    );
    form::note_ui(ui, facts);
    ui.add_space(space::TINY);
}

/// The hosts as words: all of a few, the first two of many.
fn hosts_in_words(hosts: &[String]) -> String {
    match hosts {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, rest @ ..] => {
            format!("{one}, {two} and {}", form::counted(rest.len() as u64, "other", "others"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_named_and_many_are_counted() {
        let hosts =
            |names: &[&str]| hosts_in_words(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(hosts(&["a.org"]), "a.org");
        assert_eq!(hosts(&["a.org", "b.org"]), "a.org and b.org");
        assert_eq!(hosts(&["a.org", "b.org", "c.org"]), "a.org, b.org and 1 other");
    }
}
