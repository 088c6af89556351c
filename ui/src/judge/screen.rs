//! The judge screen: prompt above, candidates side by side (stacked when narrow), answers below.

mod nothing;
mod scrolling;

use std::collections::HashMap;

use egui::{Rect, Sense, Ui, pos2, vec2};
use tiebreak_domain::item::MAX_CANDIDATES;
use tiebreak_domain::{ContextKind, ItemId, Part, Settings, TextFormat, Verdict};

use super::card::{SCROLL_BAR, card_ui, mask_of};
use super::looks::Looks;
use super::over_card::over_card_ui;
use super::pane;
use super::{answer_bar, failed_pane, grid, panel, prompt, top_bar};
use crate::app::{Action, Scene};
use crate::command::{Command, Keymap};
use crate::compare::{Layer, Looking, Mode, bar_height, bar_ui};
use crate::compare_text::{self, TextCompare};
use crate::desk::Desk;
use crate::document::Reading;
use crate::images::Images;
use crate::player::transport;
use crate::theme::{self, space};

/// What the judge screen remembers between frames.
#[derive(Debug, Default)]
pub struct JudgeScreen {
    /// Whether the comment field is open.
    pub is_comment_open: bool,
    /// Whether the active question's help is shown.
    pub is_help_open: bool,
    /// Whether the mask lies over the images.
    pub is_mask_shown: bool,
    /// What the texts have in common and what not.
    pub texts: TextCompare,
    wants_focus: bool,
    nudged_at_ms: Option<u64>,
    commands: Vec<Command>,
    /// How its pictures are looked at.
    pub looking: Looking,
    has_layers: bool,
    pub(crate) offsets: [f32; MAX_CANDIDATES],
    active_position: Option<usize>,
    followed: Option<usize>,
    enlarged: Option<usize>,
    count: usize,
    shown: Option<ItemId>,
    pane: Option<Rect>,
    /// Of candidates with several pictures, the number of that which is looked at closely.
    picture: usize,
    pub(super) text_width: Option<f32>,
    prompt_width: Option<f32>,
    prompt_heights: HashMap<ItemId, f32>,
}

/// One step of an arrow key, in points.
const SCROLL_STEP: f32 = 60.0;
const NUDGE_MS: u64 = 1_500;

impl JudgeScreen {
    /// Opens the comment field of an item and puts the keys there.
    pub fn open_comment(&mut self, item: ItemId) {
        // The item may have come in this very frame.
        self.begin(item);
        self.is_comment_open = true;
        self.wants_focus = true;
    }

    /// Closes the comment field.
    pub fn close_comment(&mut self) {
        self.is_comment_open = false;
        self.wants_focus = false;
    }

    /// Whether the comment field was opened and gets the keys when it is painted.
    pub fn opens_comment(&self) -> bool {
        self.is_comment_open && self.wants_focus
    }

    /// Whether the comment field is to get the keys now.
    pub fn takes_focus(&mut self) -> bool {
        std::mem::take(&mut self.wants_focus)
    }

    /// Says that something must be chosen first.
    pub fn nudge(&mut self, now_ms: u64) {
        self.nudged_at_ms = Some(now_ms);
    }

    /// Whether that is still to be said.
    pub fn is_nudging(&self, now_ms: u64) -> bool {
        self.nudged_at_ms.is_some_and(|at_ms| now_ms < at_ms + NUDGE_MS)
    }

    /// Takes a command that moves the view; carried out while painting, when the sizes are known.
    pub fn command(&mut self, command: Command) {
        // Pictures take what texts take as well.
        self.texts.command(command);
        self.commands.push(command);
    }

    /// How high the prompt of an item is, once it was laid out.
    pub fn prompt_height(&self, item: ItemId) -> Option<f32> {
        self.prompt_heights.get(&item).copied()
    }

    /// Remembers how high a prompt is.
    pub fn set_prompt_height(&mut self, item: ItemId, height: f32, ctx: &egui::Context) {
        if self.prompt_heights.len() > 64 {
            self.prompt_heights.clear();
        }
        if self.prompt_heights.insert(item, height) != Some(height) {
            ctx.request_repaint();
        }
    }

    /// Shows one candidate large, or all of them again.
    pub(super) fn toggle_enlarged(&mut self, position: usize) {
        self.enlarged = if self.enlarged.is_some() { None } else { Some(position) };
    }

    /// Whether the keys have just come to the candidate at a place.
    fn is_moved_to(&mut self, position: usize, active: Option<usize>) -> bool {
        let is_new = active == Some(position) && self.followed != active;
        if is_new {
            self.followed = active;
        }
        is_new
    }

    fn begin(&mut self, item: ItemId) {
        if self.shown != Some(item) {
            self.shown = Some(item);
            self.looking.begin();
            self.offsets = [0.0; MAX_CANDIDATES];
            self.enlarged = None;
            self.picture = 0;
            self.nudged_at_ms = None;
            self.close_comment();
        }
    }

    /// A picture of a candidate with several was pressed or zoomed, counted from its first: from now on it is the one
    /// that is looked at closely.
    pub(super) fn look_at_picture(&mut self, number: Option<usize>) {
        if let Some(number) = number.filter(|number| *number != self.picture) {
            self.picture = number;
            self.looking.begin_anew();
        }
    }

    /// Goes back from a comparison to the panes; says whether there was anything to go back from.
    pub fn leave_comparison(&mut self) -> bool {
        self.has_layers && self.looking.leave()
    }

    fn move_view(
        &mut self,
        page: f32,
        layers: &[Layer],
        pixels_per_point: f32,
        now_ms: u64,
        is_linked: bool,
    ) {
        for command in std::mem::take(&mut self.commands) {
            let is_of_texts = layers.first().is_some_and(|layer| layer.is_among_others)
                && (scrolls(command) || command == Command::Difference && self.texts.is_of_texts());
            if !layers.is_empty()
                && !is_of_texts
                && self.looking.command(command, layers, pixels_per_point, now_ms)
            {
                continue;
            }
            match command {
                Command::QuestionHelp => self.is_help_open = !self.is_help_open,
                Command::ToggleMask => self.is_mask_shown = !self.is_mask_shown,
                Command::Enlarge => self.toggle_enlarged(self.active_position.unwrap_or(0)),
                Command::EnlargeNext => {
                    self.enlarged =
                        Some(self.enlarged.map_or(0, |position| position + 1) % self.count.max(1));
                }
                _ => {}
            }
            let by = match command {
                Command::ScrollDown => SCROLL_STEP,
                Command::ScrollUp => -SCROLL_STEP,
                Command::PageDown => page * 0.85,
                Command::PageUp => -page * 0.85,
                _ => 0.0,
            };
            self.scroll(by, is_linked);
        }
    }
}

/// Paints the judge screen.
pub fn judge_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &mut Desk, wanted: &mut Vec<Action>) {
    top_bar::top_bar_ui(ui, scene, desk, wanted);
    if desk.session.current.is_none() {
        nothing::nothing_ui(ui, scene, desk, wanted);
        return;
    }
    item_ui(ui, scene, desk, wanted);
}

/// Paints the item on the screen with its answers, in the room there is.
pub fn item_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &mut Desk, wanted: &mut Vec<Action>) {
    if desk.session.is_plain() {
        answer_bar::answer_bar_ui(ui, scene, desk, wanted);
    } else {
        panel::panel_ui(ui, scene, desk, wanted);
    }
    let palette = theme::palette(ui);
    let frame = egui::Frame::new().fill(palette.window);
    egui::CentralPanel::default_margins().frame(frame).show(ui, |ui| {
        let room = ui.max_rect().shrink2(vec2(space::EDGE, space::MEDIUM));
        content_ui(ui, scene, desk, room, wanted);
    });
    if let Some(shown) = &mut desk.session.current {
        shown.sheet.cursor.is_moved = false;
    }
}

/// Paints the item on the screen without its answers.
pub(crate) fn content_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    desk: &mut Desk,
    room: Rect,
    wanted: &mut Vec<Action>,
) {
    let Some(shown) = &desk.session.current else { return };
    let count = shown.queued.order.len();
    let was_judged = desk
        .session
        .setup
        .said_before(shown.queued.previous.as_ref())
        .is_some_and(|judgment| matches!(judgment.given.verdict, Verdict::Judged { .. }));
    failed_pane::tell_places(ui.ctx(), was_judged || desk.session.setup.rubric.models_visible);
    desk.judge_screen.begin(shown.queued.item.id);
    desk.judge_screen.count = count;
    let is_linked = scene.settings.linked_scrolling;
    compare_texts(ui, desk, is_linked);
    desk.judge_screen.active_position = active_position(desk);
    if desk.judge_screen.is_nudging(scene.now.monotonic_ms) {
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(NUDGE_MS));
    }
    desk.judge_screen.prompt_width = Some(prompt::width(room.width()));
    let prompt_height = prompt::prompt_ui(ui, scene, desk, room, wanted);
    let mut below = Rect::from_min_max(pos2(room.left(), room.top() + prompt_height), room.max);
    if desk.player.has_anything() {
        let bar = below.with_min_y(below.bottom() - transport::HEIGHT);
        below.max.y = bar.top() - space::TINY;
        transport::transport_ui(ui, scene, desk, bar, wanted);
    }
    below.min.y += compare_text::bar_ui(ui, scene, desk, below, wanted);
    if let (Some(position), true) =
        (desk.judge_screen.texts.revealed_position(), desk.judge_screen.enlarged.is_some())
    {
        desk.judge_screen.enlarged = Some(position);
    }
    let is_enlarged = desk.judge_screen.enlarged.is_some_and(|position| position < count);
    // Nothing that is compared lies under the bar that says how.
    let bar = below.with_min_y(below.bottom() - bar_height(ui, below.width()));
    let above = below.with_max_y(bar.top() - space::TINY);
    let mut cards = grid::cards(above, count);
    let looks = looks(ui, desk, cards[0]);
    if looks.layers.is_empty() {
        cards = grid::cards(below, count);
    } else {
        below = above;
    }
    let page = pane::inside(if is_enlarged { below } else { cards[0] }).1.height();
    look(ui, scene, desk, &looks, page);
    candidates_ui(ui, scene, desk, &looks, below, cards, wanted);
    if !looks.layers.is_empty() {
        let clicked = bar_ui(ui, &mut desk.judge_screen.looking, &looks.layers, bar, scene.keymap);
        wanted.extend(clicked.into_iter().map(Action::Command));
    }
}

/// What can be looked at closely of the item on the screen, whose candidates stand in cards like `card`.
fn looks(ui: &Ui, desk: &mut Desk, card: Rect) -> Looks {
    let Desk { session, judge_screen, images, player, .. } = desk;
    let Some(shown) = &session.current else { return Looks::default() };
    let pane = pane::picture_in(card, pane::inside(card).1);
    let fit = pane.size() * ui.ctx().pixels_per_point();
    let looks = Looks::of(&shown.queued, images, player, ui.ctx(), fit, judge_screen.picture);
    judge_screen.has_layers = !looks.layers.is_empty();
    if judge_screen.has_layers {
        judge_screen.pane = Some(pane);
    }
    looks
}

/// Takes commands and held keys that change how it is looked at.
fn look(ui: &Ui, scene: &Scene<'_>, desk: &mut Desk, looks: &Looks, page: f32) {
    let Desk { session, judge_screen, .. } = desk;
    let (pixels_per_point, now_ms) = (ui.ctx().pixels_per_point(), scene.now.monotonic_ms);
    judge_screen.looking.link(scene.settings.linked_scrolling);
    judge_screen.move_view(page, &looks.layers, pixels_per_point, now_ms, scene.settings.linked_scrolling);
    let is_down = |command| is_down(ui, scene.keymap, command);
    judge_screen.looking.tick(is_down(Command::Flicker), is_down(Command::Loupe), now_ms);
    let cursor = session.current.as_ref().map(|shown| &shown.sheet.cursor);
    if cursor.is_some_and(|cursor| cursor.is_moved && (cursor.point.is_some() || cursor.mark.is_some())) {
        // What is drawn by keys is drawn on the candidate's own picture.
        judge_screen.looking.mode = Mode::SideBySide;
    }
}

fn scrolls(command: Command) -> bool {
    matches!(command, Command::ScrollDown | Command::ScrollUp | Command::PageDown | Command::PageUp)
}

fn is_down(ui: &Ui, keymap: &Keymap, command: Command) -> bool {
    let chords = keymap.chords(command);
    ui.input(|input| chords.iter().any(|chord| input.key_down(chord.key)))
}

fn candidates_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    desk: &mut Desk,
    looks: &Looks,
    below: Rect,
    cards: Vec<Rect>,
    wanted: &mut Vec<Action>,
) {
    let count = cards.len();
    if looks.layers.len() > 1 && desk.judge_screen.looking.mode != Mode::SideBySide {
        over_card_ui(ui, scene, desk, looks, below);
        return;
    }
    if let Some(position) = desk.judge_screen.enlarged.filter(|position| *position < count) {
        card_ui(ui, scene, desk, looks, position, below, wanted);
        return;
    }
    let height = cards.last().map_or(0.0, |card| card.bottom() - below.top());
    if height <= below.height() + 1.0 {
        for (position, card) in cards.into_iter().enumerate() {
            card_ui(ui, scene, desk, looks, position, card, wanted);
        }
        return;
    }
    pane::within(ui, below, |ui| {
        egui::ScrollArea::vertical().id_salt("grid").auto_shrink(false).show(ui, |ui| {
            let width = below.width() - SCROLL_BAR;
            let (all, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
            let cards = grid::cards(Rect::from_min_size(all.min, vec2(width, below.height())), count);
            for (position, card) in cards.into_iter().enumerate() {
                let is_revealed = desk.judge_screen.texts.revealed_position() == Some(position);
                if desk.judge_screen.is_moved_to(position, active_position(desk)) || is_revealed {
                    ui.scroll_to_rect(card, None);
                }
                if ui.is_rect_visible(card) {
                    card_ui(ui, scene, desk, looks, position, card, wanted);
                }
            }
        });
    });
}

/// Compares the texts of the item on the screen, a little in each frame.
fn compare_texts(ui: &Ui, desk: &mut Desk, is_linked: bool) {
    let active = active_position(desk);
    let Desk { session, judge_screen, documents, .. } = desk;
    let Some(shown) = &session.current else { return };
    let (item, texts) = (&shown.queued.item, &mut judge_screen.texts);
    // The frame in which an item appears has enough to do.
    let is_new = texts.begin(item, &shown.queued.order, documents);
    if !texts.is_of_texts() {
        return;
    }
    texts.follow(active);
    if is_new || texts.work(item, documents, is_linked) {
        ui.ctx().request_repaint();
    }
}

/// The place of the candidate that the active question is about.
fn active_position(desk: &Desk) -> Option<usize> {
    let shown = desk.session.current.as_ref().filter(|_| !desk.session.is_plain())?;
    let candidate = shown.sheet.active_slot()?.candidate?;
    Some(shown.asked(&desk.session.setup.rubric).position(candidate))
}

/// Lays out texts and asks for images of the items that come next.
pub fn prepare_ahead(ui: &mut Ui, desk: &mut Desk, settings: &Settings) {
    let Desk { session, judge_screen, images, documents, .. } = desk;
    let pixels_per_point = ui.ctx().pixels_per_point();
    // All images in every frame, nearest first: what is no longer wanted makes room.
    if let Some(pane) = judge_screen.pane {
        let pixels = [pane.width() * pixels_per_point, pane.height() * pixels_per_point];
        // A mask is a key away, and masks that are shown stay shown with the next item.
        let current = session.current.iter().map(|shown| &shown.queued);
        for queued in current.chain(session.ahead().filter(|_| judge_screen.is_mask_shown)) {
            if let Some(mask) = mask_of(&queued.item.item) {
                images.want_veil(&Images::request(queued.item.source, mask, pixels));
            }
        }
        for queued in session.ahead() {
            let context = queued.item.item.context.iter().filter(|context| context.kind != ContextKind::Mask);
            let shown = queued.item.item.prompt.iter().chain(context.flat_map(|context| &context.parts));
            let candidates = queued.item.item.candidates.iter().flat_map(|candidate| &candidate.parts);
            for part in shown.chain(candidates) {
                if let Part::Image { uri } = part {
                    images.want(&Images::request(queued.item.source, uri, pixels));
                }
            }
        }
    }
    for queued in session.ahead() {
        let candidates = queued.item.item.candidates.iter();
        let columns = std::iter::once((judge_screen.prompt_width, &queued.item.item.prompt, true))
            .chain(candidates.map(|candidate| (judge_screen.text_width, &candidate.parts, false)));
        for (width, parts, is_prompt) in columns {
            let Some(width) = width else { continue };
            let reading = Reading::of(ui, width, settings.text_size);
            for part in parts {
                let (words, format) = match part {
                    Part::Text { text, format } => (text, *format),
                    Part::Message { text, .. } => (text, TextFormat::Markdown),
                    _ => continue,
                };
                if documents.prepare(ui.ctx(), words, format, reading, is_prompt) {
                    // One text a frame: a frame must never be late for what is not yet on the screen.
                    ui.ctx().request_repaint();
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_scroll_and_the_next_item_begins_anew() {
        let mut screen = JudgeScreen::default();
        screen.begin(ItemId(1));
        screen.command(Command::PageDown);
        screen.command(Command::Wipe);
        screen.move_view(100.0, &[], 1.0, 0, true);
        assert_eq!(screen.offsets[..2], [85.0, 85.0]);
        assert_eq!(screen.looking.mode, Mode::SideBySide, "texts are not laid on one another");
        screen.begin(ItemId(2));
        assert_eq!(screen.offsets[..2], [0.0, 0.0]);
    }
}
