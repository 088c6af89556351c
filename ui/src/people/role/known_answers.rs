//! The list of items that have a role, for the lead: what each is for, what it expects, and two buttons.
//!
//! A role that was taken away stays on the list until it is closed, so that it can be given back with its
//! explanation.

use std::collections::HashMap;

use egui::{Align, Layout, Ui};
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::{AnnotatorId, ItemId, ItemRole, Order, ProjectInfo, Reply, Request};

use super::dialog::RoleDialog;
use super::kind::RoleKind;
use super::words::expected_words;
use crate::app::Action;
use crate::app::dialog::Dialog;
use crate::form;
use crate::people::{Purpose, send};
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Ink, text_ui};

/// How many are listed at first, and how many more at a time.
const LISTED: usize = 25;
/// How much of a prompt and of an explanation is shown, in characters.
const EXCERPT: usize = 160;

/// What is known of the items that have a role.
#[derive(Debug)]
pub struct KnownAnswers {
    items: Option<Vec<Known>>,
    listed: usize,
    /// The prompts that were asked for, and how many candidates each item has.
    prompts: HashMap<ItemId, Option<(String, usize)>>,
}

#[derive(Debug)]
struct Known {
    item: ItemId,
    role: ItemRole,
    is_removed: bool,
}

impl Default for KnownAnswers {
    fn default() -> Self {
        Self { items: None, listed: LISTED, prompts: HashMap::new() }
    }
}

impl KnownAnswers {
    /// The engine answered.
    pub(in crate::people) fn reply(&mut self, purpose: Purpose, reply: Reply) {
        match (purpose, reply) {
            (Purpose::ItemRoles, Reply::ItemRoles(roles)) => {
                let known = |(item, role)| Known { item, role, is_removed: false };
                self.items = Some(roles.into_iter().map(known).collect());
            }
            (Purpose::ItemOfRole(item), Reply::Items(items)) => {
                if let Some(queued) = items.into_iter().next() {
                    let item_of = queued.item.item;
                    let words: String = item_of.prompt_text().chars().take(EXCERPT).collect();
                    let prompt = words.split_whitespace().collect::<Vec<_>>().join(" ");
                    self.prompts.insert(item, Some((prompt, item_of.candidates.len())));
                }
            }
            _ => {}
        }
    }

    /// Paints it.
    pub(in crate::people) fn ui(&mut self, ui: &mut Ui, info: &ProjectInfo, wanted: &mut Vec<Action>) {
        let Some(items) = &mut self.items else { return };
        form::titled_ui(ui, "Items whose answer is known", |ui| {
            if items.is_empty() {
                let says =
                    "None yet: choose items in the table and use them as training, gold or attention items";
                form::note_ui(ui, says);
                return;
            }
            form::note_ui(ui, counts(items));
            for known in items.iter_mut().take(self.listed) {
                let prompt = self.prompts.entry(known.item).or_insert_with(|| {
                    wanted.push(prompt_request(info.annotator, known.item));
                    None
                });
                form::section_ui(ui, ("known answer", known.item.0), |ui| {
                    known_ui(ui, known, prompt.as_ref(), info, wanted);
                });
            }
            let more = items.len().saturating_sub(self.listed);
            if more > 0 {
                let label = format!("Show {} more", more.min(LISTED));
                if ui.add(ActionButton::new(&label).small()).clicked() {
                    self.listed += LISTED;
                }
            }
        });
    }
}

fn prompt_request(annotator: AnnotatorId, item: ItemId) -> Action {
    let request = QueueRequest { annotator, place: Place::At(item), count: 1, except: Vec::new() };
    send(Purpose::ItemOfRole(item), Request::Queue(request))
}

/// `2 training items · 30 gold items`.
fn counts(items: &[Known]) -> String {
    let count = |kind: RoleKind| {
        let is_of = |known: &&Known| !known.is_removed && RoleKind::of(&known.role) == Some(kind);
        items.iter().filter(is_of).count() as u64
    };
    let counts = [
        (count(RoleKind::Training), "training item", "training items"),
        (count(RoleKind::Gold), "gold item", "gold items"),
        (count(RoleKind::Attention), "attention check", "attention checks"),
    ];
    let said = counts.iter().filter(|(count, ..)| *count > 0);
    let said: Vec<String> = said.map(|(count, one, many)| form::counted(*count, one, many)).collect();
    if said.is_empty() { "None any more".to_owned() } else { said.join(" · ") }
}

fn known_ui(
    ui: &mut Ui,
    known: &mut Known,
    prompt: Option<&(String, usize)>,
    info: &ProjectInfo,
    wanted: &mut Vec<Action>,
) {
    let Some(kind) = RoleKind::of(&known.role) else { return };
    let item = known.item;
    ui.add_space(space::TINY);
    ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        let button = |ui: &mut Ui, label: &str| {
            let button = ui.add(ActionButton::new(label).quiet().small());
            let name = format!("{label} item {item}");
            button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name.clone()));
            button.clicked()
        };
        let (label, role) =
            if known.is_removed { ("Bring back", known.role.clone()) } else { ("Remove", ItemRole::Normal) };
        if button(ui, label) {
            known.is_removed = !known.is_removed;
            wanted.push(send(Purpose::SetItemRole, Request::SetItemRole { item, role }));
        }
        if !known.is_removed && button(ui, "Edit…") {
            let dialog = RoleDialog::of_list(kind, item);
            wanted.push(Action::Show(Box::new(Dialog::Role(Box::new(dialog)))));
        }
        ui.with_layout(Layout::top_down(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            let ink = if known.is_removed { Ink::Third } else { Ink::First };
            let what = if known.is_removed { "Ordinary again" } else { kind.title() };
            text_ui(ui, format!("{what}, item {item}"), ink, Face::Medium, text::SMALL + 1.0);
            if let Some((prompt, _)) = prompt.filter(|(prompt, _)| !prompt.is_empty()) {
                form::line_ui(ui, prompt, Ink::Second, Face::Regular, text::SMALL);
            }
            let candidates = prompt.map_or(2, |(_, candidates)| *candidates);
            let expected = expected_words(known.role.expected(), &info.rubric, Order::as_given(candidates));
            let expected: Vec<String> =
                expected.into_iter().map(|(question, answer)| joined(&question, &answer)).collect();
            form::line_ui(ui, &expected.join(" · "), Ink::Second, Face::Regular, text::SMALL);
            if let ItemRole::Training { explanation, .. } = &known.role {
                let words: String = explanation.chars().take(EXCERPT).collect();
                let words = if words.trim().is_empty() { "Not explained".to_owned() } else { words };
                form::line_ui(ui, &words, Ink::Third, Face::Regular, text::SMALL);
            }
        });
    });
}

fn joined(question: &str, answer: &str) -> String {
    let colon = if question.ends_with(['?', ':']) { "" } else { ":" };
    format!("{question}{colon} {answer}")
}
