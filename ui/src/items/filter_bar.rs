//! The bar above the table: the search field, what narrows the list, and how much was found.

use egui::{Align, ComboBox, Layout, Role, TextEdit, Ui, WidgetInfo, vec2};
use tiebreak_domain::filter::ItemState;
use tiebreak_domain::{ItemFilter, ItemStatus, Outcome, ProjectInfo};

use super::ItemsBrowser;
use super::beliefs::belief_ui;
use super::row::outcome_words;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::theme::font::Face;
use crate::theme::{self, control, space, text};
use crate::widget::{ActionButton, Ink, Segmented, as_read_ui, count_text, figures_ui, key_cap_ui, text_ui};

const STATES: [(ItemState, &str); 4] = [
    (ItemState::Any, "All"),
    (ItemState::Open, "Open"),
    (ItemState::Judged, "Judged"),
    (ItemState::Skipped, "Skipped"),
];

/// The filter as the engine gets it: somebody who has typed `expl` wants to see `explain` already.
pub(super) fn filter_to_send(filter: &ItemFilter) -> ItemFilter {
    let search = filter.search.trim_start();
    let last_word = search.rsplit(|character: char| !character.is_alphanumeric()).next().unwrap_or_default();
    let is_in_phrase = search.matches('"').count() % 2 == 1;
    let is_begun = last_word.chars().count() >= 2 && !is_in_phrase;
    let search = if is_begun { format!("{search}*") } else { search.trim_end().to_owned() };
    ItemFilter { search, ..filter.clone() }
}

pub(super) fn filter_bar_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    items: &mut ItemsBrowser,
    info: &ProjectInfo,
    may_lead: bool,
    wanted: &mut Vec<Action>,
) {
    ui.spacing_mut().item_spacing = vec2(space::SMALL, space::SMALL);
    let width = ui.available_width();
    ui.allocate_ui_with_layout(
        vec2(width, control::SMALL_HEIGHT),
        Layout::right_to_left(Align::Center),
        |ui| {
            let is_narrowed = items.filter != ItemFilter::default();
            let clear = ActionButton::new("Clear filters").small().enabled(is_narrowed);
            if ui.add(clear).clicked() {
                items.clear_filters();
            }
            ui.add_space(space::SMALL);
            figures_ui(
                ui,
                &found_words(items),
                "1,000,000 items, still searching…",
                Ink::Second,
                text::SMALL,
                Align::Max,
            );
            ui.add_space(space::SMALL);
            search_field_ui(ui, scene, items);
        },
    );
    ui.horizontal_wrapped(|ui| {
        narrowing_ui(ui, items, info);
        if may_lead {
            belief_ui(ui, items, info.annotator, wanted);
        }
        let index = info.search_index;
        if !index.is_complete() {
            let words =
                format!("Search covers {} of {} so far", count_text(index.indexed), count_text(index.total));
            text_ui(ui, words, Ink::Third, Face::Figures, text::SMALL);
        }
    });
}

fn search_field_ui(ui: &mut Ui, scene: &Scene<'_>, items: &mut ItemsBrowser) {
    let palette = theme::palette(ui);
    key_cap_ui(ui, &scene.keymap.key(Command::FocusSearch));
    let hint = egui::RichText::new("Search words, \"a phrase\", begin*")
        .color(palette.ink_third)
        .font(Face::Regular.at(text::BODY));
    let width = ui.available_width();
    let field = ui.add_sized(
        vec2(width, control::SMALL_HEIGHT),
        TextEdit::singleline(&mut items.filter.search)
            .hint_text(hint)
            .font(Face::Regular.at(text::BODY))
            .margin(egui::Margin::symmetric(space::MEDIUM as i8 - 2, 6))
            .desired_width(width),
    );
    ui.ctx().accesskit_node_builder(field.id, |node| node.set_label("Search"));
    as_read_ui(ui, &field, &items.filter.search);
    // After the field was painted, or it would take in the very key that leads to it.
    if std::mem::take(&mut items.is_search_wanted) {
        field.request_focus();
    }
}

fn narrowing_ui(ui: &mut Ui, items: &mut ItemsBrowser, info: &ProjectInfo) {
    let filter = &mut items.filter;
    let mut state = STATES.iter().position(|(state, _)| *state == filter.state);
    let segments =
        STATES.iter().fold(Segmented::new("State").keep_one(), |segments, (_, label)| segments.option(label));
    segments.show(ui, &mut state);
    filter.state = state.map_or(ItemState::Any, |index| STATES[index].0);

    let flagged = ActionButton::new("Flagged")
        .small()
        .choice(filter.flagged)
        .help("Only items that ask for a second look");
    if ui.add(flagged).clicked() {
        filter.flagged = !filter.flagged;
    }

    let outcomes = Outcome::ALL.map(|outcome| (Some(outcome), outcome_words(outcome).to_owned()));
    choice_ui(ui, "Outcome", 148.0, any("Any outcome", outcomes), &mut filter.outcome);
    let annotators = info.annotators.iter().map(|annotator| (Some(annotator.id), annotator.name.clone()));
    choice_ui(ui, "Annotator", 140.0, any("Any annotator", annotators), &mut filter.annotator);
    let sources = info.sources.iter().map(|source| (Some(source.id), source.name.clone()));
    choice_ui(ui, "Source", 140.0, any("Any source", sources), &mut filter.source);
    let statuses = [
        (Some(ItemStatus::Active), "Active".to_owned()),
        (Some(ItemStatus::Excluded), "Excluded".to_owned()),
        (Some(ItemStatus::Deleted), "Deleted".to_owned()),
    ];
    choice_ui(ui, "Status", 132.0, any("Not deleted", statuses), &mut filter.status);
}

fn any<T>(word: &str, rest: impl IntoIterator<Item = (Option<T>, String)>) -> Vec<(Option<T>, String)> {
    std::iter::once((None, word.to_owned())).chain(rest).collect()
}

pub(super) fn choice_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    width: f32,
    options: Vec<(Option<T>, String)>,
    chosen: &mut Option<T>,
) {
    let current = options.iter().find(|(value, _)| value == chosen).map_or("", |(_, label)| label.as_str());
    let font = Face::Medium.at(text::SMALL);
    let selected = egui::RichText::new(current).font(font.clone());
    let combo =
        ComboBox::from_id_salt(name).selected_text(selected).width(width).truncate().show_ui(ui, |ui| {
            for (value, label) in &options {
                let label = egui::RichText::new(label.as_str()).font(font.clone());
                if ui.selectable_label(value == chosen, label).clicked() {
                    *chosen = *value;
                }
            }
        });
    combo.response.widget_info(|| WidgetInfo {
        label: Some(name.to_owned()),
        current_text_value: Some(current.to_owned()),
        ..WidgetInfo::new(Role::ComboBox)
    });
}

fn found_words(items: &ItemsBrowser) -> String {
    if items.error.is_some() {
        return String::new();
    }
    if items.shown.is_none() {
        return "Searching…".to_owned();
    }
    let count = items.pages.count();
    let noun = if count == 1 { "item" } else { "items" };
    let going_on = if items.is_complete { "" } else { ", still searching…" };
    format!("{} {noun}{going_on}", count_text(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_being_typed_is_a_beginning_and_finished_ones_are_not() {
        let sent = |search: &str| {
            filter_to_send(&ItemFilter { search: search.to_owned(), ..ItemFilter::default() }).search
        };
        assert_eq!(sent("expl"), "expl*");
        assert_eq!(sent("explain the mu"), "explain the mu*");
        assert_eq!(sent("explain "), "explain", "a space ends the word");
        assert_eq!(sent("e"), "e", "one letter is the beginning of nearly everything");
        assert_eq!(sent("\"a phr"), "\"a phr", "a phrase is searched as it is");
        assert_eq!(sent("\"a phrase\""), "\"a phrase\"");
        assert_eq!(sent("expl*"), "expl*");
        assert_eq!(sent("  "), "");
    }
}
