//! The dialog: an item at the left, what it is for and what is expected of it at the right.
//!
//! Several chosen items are gone through one after the other. Nothing is expected beforehand, except by an item
//! that has its role already, and where the answers on the screen of a second look are to be those.

use std::collections::VecDeque;

use egui::{Context, Key, Rect, Ui, pos2};
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::{
    AnnotatorId, Answer, ApiError, ItemId, ItemRole, Order, QueuedItem, Reply, Request, Verdict,
};

use super::expected::Expected;
use super::kind::RoleKind;
use crate::app::{Action, Scene};
use crate::command::{Chord, Command, Keymap, Scope};
use crate::desk::Desk;
use crate::form;
use crate::people::{Heard, Purpose, error_ui, send, sentence};
use crate::rubric_editor;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Dialog, Ink, text_area_ui};

/// Width of the dialog, in points, where the window has it.
const WIDE: f32 = 1240.0;
/// Width of the questions.
const QUESTIONS: f32 = 400.0;
/// Narrower than this, the item stands above the questions.
const BESIDE: f32 = 780.0;

/// What a second look has on the screen.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The item, in the order of that screen.
    pub queued: QueuedItem,
    /// What was answered so far.
    pub answers: Vec<Answer>,
}

/// The dialog.
#[derive(Debug)]
pub struct RoleDialog {
    kind: RoleKind,
    /// Those still to come; the first is at hand.
    items: VecDeque<ItemId>,
    count: usize,
    begun: Option<Begun>,
    is_from_list: bool,
    is_asked: bool,
    queued: Option<QueuedItem>,
    /// The role so far, once it is known.
    role: Option<ItemRole>,
    expected: Option<Box<Expected>>,
    /// What whoever sits here said of the item.
    own: Vec<Answer>,
    explanation: String,
    is_sent: bool,
    is_warned: bool,
    error: Option<ApiError>,
}

impl RoleDialog {
    /// For chosen items, at least one, or for the one on the screen of a second look.
    pub fn new(kind: RoleKind, items: Vec<ItemId>, begun: Option<Begun>) -> Self {
        Self {
            kind,
            count: items.len(),
            items: items.into(),
            begun,
            is_from_list: false,
            is_asked: false,
            queued: None,
            role: None,
            expected: None,
            own: Vec::new(),
            explanation: String::new(),
            is_sent: false,
            is_warned: false,
            error: None,
        }
    }

    /// For an item on the list of those that have a role, to which it goes back.
    pub(super) fn of_list(kind: RoleKind, item: ItemId) -> Self {
        Self { is_from_list: true, ..Self::new(kind, vec![item], None) }
    }

    /// What a key means while this is open.
    pub fn key(&mut self, chord: Chord, keymap: &Keymap, ctx: &Context) -> Option<Action> {
        let is_plain = !chord.control && !chord.alt;
        if chord.key == Key::Escape && is_plain {
            return self.leave();
        }
        if chord.key == Key::Enter && chord.control {
            return self.save();
        }
        let focused = ctx.memory(egui::Memory::focused).is_some();
        if ctx.text_edit_focused()
            || chord.key == Key::Tab
            || (focused && matches!(chord.key, Key::Enter | Key::Space))
        {
            return None;
        }
        if let Some(kind) = keymap.command(chord, &[Scope::KnownAnswers]).and_then(RoleKind::of_command) {
            self.kind = kind;
            return None;
        }
        if chord.key == Key::Enter && is_plain {
            return self.save();
        }
        if let Some(expected) = &mut self.expected {
            self.is_warned &= !expected.key(chord, keymap);
        }
        None
    }

    /// The engine answered.
    pub fn reply(&mut self, purpose: Purpose, result: Result<Reply, ApiError>) -> Heard {
        match (purpose, result) {
            (Purpose::ItemOfRole(item), Ok(Reply::Items(items))) if self.items.front() == Some(&item) => {
                self.queued = items.into_iter().next();
            }
            (Purpose::ItemRoles, Ok(Reply::ItemRoles(roles))) => {
                let item = self.items.front();
                let known = roles.into_iter().find(|(known, _)| Some(known) == item);
                self.role = Some(known.map_or(ItemRole::Normal, |(_, role)| role));
            }
            (Purpose::SetItemRole, Ok(_)) => return self.done(),
            (_, Ok(_)) => {}
            (_, Err(error)) => {
                self.is_sent = false;
                self.error = Some(error);
            }
        }
        Heard::Stays
    }

    fn done(&mut self) -> Heard {
        self.items.pop_front();
        if !self.items.is_empty() {
            let items = std::mem::take(&mut self.items);
            *self = Self { items, count: self.count, ..Self::new(self.kind, Vec::new(), None) };
            return Heard::Stays;
        }
        let says = self.kind.made(self.count);
        if self.is_from_list { Heard::Goes(says, Command::ShowQuality) } else { Heard::Done(says) }
    }

    /// Whether something is expected or explained that is not saved.
    pub fn is_changed(&self) -> bool {
        let said =
            if let Some(ItemRole::Training { explanation, .. }) = &self.role { explanation } else { "" };
        self.expected.as_ref().is_some_and(|expected| expected.is_changed()) || self.explanation != *said
    }

    fn leave(&mut self) -> Option<Action> {
        if self.is_changed() && !std::mem::replace(&mut self.is_warned, true) {
            return None;
        }
        Some(if self.is_from_list { Action::Command(Command::ShowQuality) } else { Action::CloseDialog })
    }

    fn save(&mut self) -> Option<Action> {
        let item = *self.items.front()?;
        let expected = self.expected.as_ref()?.answers()?;
        if std::mem::replace(&mut self.is_sent, true) {
            return None;
        }
        self.error = None;
        let role = self.kind.role(expected, &self.explanation);
        Some(send(Purpose::SetItemRole, Request::SetItemRole { item, role }))
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, desk: &mut Desk, wanted: &mut Vec<Action>) {
        self.ask(desk.info.annotator, wanted);
        self.begin(ui, scene, desk);
        let height = rubric_editor::height(ui.ctx());
        let mut asked = Vec::new();
        let title = match (self.items.front(), self.count) {
            (Some(item), 0 | 1) => format!("What is expected of item {item}"),
            (Some(item), count) => {
                let place = count + 1 - self.items.len();
                format!("What is expected of item {item} ({place} of {count})")
            }
            (None, _) => String::new(),
        };
        let response = Dialog::new("role", &title).width(WIDE).stay().show(
            ui.ctx(),
            self,
            |ui, state| state.body_ui(&mut form::body(ui, height), scene, desk, &mut asked),
            |ui, state| state.footer_ui(ui),
        );
        for action in asked {
            match (action, &mut self.expected) {
                (Action::Answer(slot, change), Some(expected)) => {
                    self.is_warned = false;
                    expected.change(slot, change);
                }
                (Action::GoToSlot(slot), Some(expected)) => expected.go_to(slot),
                (other, _) => wanted.push(other),
            }
        }
        let (saves, closes) = response.footer;
        if saves {
            wanted.extend(self.save());
        }
        if closes {
            wanted.extend(self.leave());
        }
    }

    fn ask(&mut self, annotator: AnnotatorId, wanted: &mut Vec<Action>) {
        let Some(&item) = self.items.front() else { return };
        if std::mem::replace(&mut self.is_asked, true) {
            return;
        }
        wanted.push(send(Purpose::ItemRoles, Request::ItemRoles));
        let request = QueueRequest { annotator, place: Place::At(item), count: 1, except: Vec::new() };
        wanted.push(send(Purpose::ItemOfRole(item), Request::Queue(request)));
    }

    /// Sets the item out as soon as it and its role are known.
    fn begin(&mut self, ui: &Ui, scene: &Scene<'_>, desk: &Desk) {
        let (None, Some(role)) = (&self.expected, &self.role) else { return };
        let Some(mut queued) = self.queued.take() else { return };
        let previous =
            queued.previous.take().filter(|said| matches!(said.given.verdict, Verdict::Judged { .. }));
        self.own = previous.map(|said| said.given.verdict.answers().to_vec()).unwrap_or_default();
        // The letters are those of the data, and of the table, unless the item is on the screen just now.
        queued.order = Order::as_given(queued.item.item.candidates.len());
        let mut answers = role.expected().to_vec();
        if let Some(begun) = self.begun.take() {
            queued.order = begun.queued.order;
            if !begun.answers.is_empty() {
                answers = begun.answers;
            }
        }
        if let ItemRole::Training { explanation, .. } = role {
            self.explanation.clone_from(explanation);
        }
        let moment = Desk::moment(ui.ctx(), scene.now, 0);
        let expected = Expected::new(&desk.session.setup, queued, answers, &moment);
        self.own = expected.of(&self.own);
        self.expected = Some(Box::new(expected));
    }

    fn body_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, desk: &mut Desk, asked: &mut Vec<Action>) {
        if self.expected.is_none() {
            match &self.error {
                Some(error) => error_ui(ui, error),
                None => form::note_ui(ui, "Fetching the item…"),
            }
            return;
        }
        let room = ui.max_rect();
        let (item, questions) = if room.width() < BESIDE {
            let (above, below) = room.split_top_bottom_at_fraction(0.45);
            (above, below.with_min_y(below.top() + space::SMALL))
        } else {
            let middle = room.right() - QUESTIONS;
            let left = Rect::from_min_max(room.min, pos2(middle - space::LARGE, room.bottom()));
            (left, room.with_min_x(middle))
        };
        ui.scope_builder(egui::UiBuilder::new().max_rect(item).id_salt("role item"), |ui| {
            ui.set_clip_rect(item.expand(space::TINY).intersect(ui.clip_rect()));
            // The caption of the prompt reaches a little above the room it is given.
            let inner = item.with_min_y(item.top() + space::SMALL);
            if let Some(expected) = &mut self.expected {
                expected.item_ui(ui, scene, desk, inner, asked);
            }
        });
        ui.scope_builder(egui::UiBuilder::new().max_rect(questions).id_salt("role answers"), |ui| {
            form::column_ui(ui, "role answers", questions.height(), |ui| self.answers_ui(ui, scene, asked));
        });
    }

    fn answers_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, asked: &mut Vec<Action>) {
        let kinds = RoleKind::ALL.map(|kind| (kind.title(), kind));
        form::one_of_ui(ui, "What it is for", &kinds, &mut self.kind);
        form::note_ui(ui, self.kind.does());
        let Some(expected) = &mut self.expected else { return };
        form::titled_ui(ui, "Expected answers", |ui| {
            if !expected.asks_something() {
                form::note_ui(
                    ui,
                    "Nothing that is asked here has an answer that others could be held against",
                );
                return;
            }
            form::note_ui(ui, "What is left out may be answered anyhow; words and marks always may");
            let is_own = expected.so_far() == self.own;
            if !self.own.is_empty() && !is_own {
                let label = "Expect what I answered";
                if ui.add(ActionButton::new(label).small()).clicked() {
                    expected.set(&self.own);
                }
            }
            ui.add_space(space::TINY);
            expected.questions_ui(ui, scene, asked);
        });
        if self.kind == RoleKind::Training {
            form::titled_ui(ui, "Explanation", |ui| {
                let label = "What is said once it was judged (Markdown)";
                text_area_ui(ui, label, &mut self.explanation, "Why this is right", 5);
            });
        }
    }

    fn footer_ui(&mut self, ui: &mut Ui) -> (bool, bool) {
        let answers = self.expected.as_ref().map(|expected| expected.answers().is_some());
        let is_ready = answers == Some(true) && !self.is_sent;
        let button = ActionButton::new(self.kind.makes()).primary().key("Ctrl+Enter").enabled(is_ready);
        let saves = ui.add(button).clicked();
        let closes = ui.add(ActionButton::new("Cancel").key("Escape")).clicked();
        if self.is_warned {
            form::foot_note_ui(ui, "Once more throws the changes away");
        } else if let Some(error) = self.error.as_ref().filter(|_| self.expected.is_some()) {
            form::line_ui(ui, &sentence(&error.message), Ink::Loss, Face::Regular, text::SMALL);
        } else if answers == Some(false) {
            form::foot_note_ui(ui, "Say what is expected of at least one answer");
        }
        (saves, closes)
    }
}
