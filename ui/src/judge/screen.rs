//! The judge screen: prompt above, candidates side by side (stacked when narrow), answers below.

use std::collections::HashMap;

use egui::{CornerRadius, Layout, Rect, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};
use tiebreak_domain::{ItemId, Outcome, Part, QueuedItem, Settings, TextFormat, Verdict};

use super::image_pane::{Picture, image_ui};
use super::pane::{self, Content};
use super::zoom::{STEP, Zoom};
use super::{answer_bar, prompt, top_bar};
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::desk::Desk;
use crate::document::Reading;
use crate::images::Images;
use crate::theme::font::Face;
use crate::theme::{self, FOCUS_RING, HAIRLINE, radius, space, text};
use crate::widget::{ActionButton, Ink, letter_badge_ui, text_ui};

/// What the judge screen remembers between frames.
#[derive(Debug, Default)]
pub struct JudgeScreen {
    /// Whether the comment field is open.
    pub is_comment_open: bool,
    wants_focus: bool,
    nudged_at_ms: Option<u64>,
    commands: Vec<Command>,
    zoom: Zoom,
    offsets: [f32; 2],
    shown: Option<ItemId>,
    pane: Option<Rect>,
    full_size: Option<[u32; 2]>,
    text_width: Option<f32>,
    prompt_width: Option<f32>,
    prompt_heights: HashMap<ItemId, f32>,
}

/// Narrower than this, candidates are stacked.
const STACKED_BELOW: f32 = 760.0;
/// Between the cards.
const GAP: f32 = space::MEDIUM;
/// One step of an arrow key, in points.
const SCROLL_STEP: f32 = 60.0;
const NUDGE_MS: u64 = 1_500;

impl JudgeScreen {
    /// Opens the comment field and puts the keys there.
    pub fn open_comment(&mut self) {
        self.is_comment_open = true;
        self.wants_focus = true;
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

    fn begin(&mut self, item: ItemId) {
        if self.shown != Some(item) {
            self.shown = Some(item);
            self.zoom = Zoom::default();
            self.full_size = None;
            self.offsets = [0.0; 2];
            self.nudged_at_ms = None;
            self.is_comment_open = false;
        }
    }

    fn move_view(&mut self, page: f32, pixels_per_point: f32) {
        for command in std::mem::take(&mut self.commands) {
            let by = match command {
                Command::ScrollDown => SCROLL_STEP,
                Command::ScrollUp => -SCROLL_STEP,
                Command::PageDown => page * 0.85,
                Command::PageUp => -page * 0.85,
                _ => 0.0,
            };
            self.offsets = self.offsets.map(|offset| (offset + by).max(0.0));
            if let Some(pane) = self.pane {
                // Keys zoom about the middle; a square stands for pictures of any shape.
                let picture = pane.size();
                match command {
                    Command::ZoomIn => self.zoom.by(STEP, pane.center(), pane, picture),
                    Command::ZoomOut => self.zoom.by(1.0 / STEP, pane.center(), pane, picture),
                    Command::ZoomFit => self.zoom = Zoom::default(),
                    Command::ZoomActual => {
                        if let Some([width, height]) = self.full_size {
                            self.zoom.actual(pane, vec2(width as f32, height as f32), pixels_per_point);
                        }
                    }
                    _ => {}
                }
            }
        }
    }
}

/// Paints the judge screen.
pub fn judge_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &mut Desk, wanted: &mut Vec<Action>) {
    top_bar::top_bar_ui(ui, scene, desk, wanted);
    if desk.session.current.is_none() {
        nothing_ui(ui, scene, desk, wanted);
        return;
    }
    answer_bar::answer_bar_ui(ui, scene, desk, wanted);
    let palette = theme::palette(ui);
    let frame = egui::Frame::new().fill(palette.window);
    egui::CentralPanel::default_margins().frame(frame).show(ui, |ui| {
        let room = ui.max_rect().shrink2(vec2(space::EDGE, space::MEDIUM));
        content_ui(ui, scene, desk, room, wanted);
    });
}

fn content_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &mut Desk, room: Rect, wanted: &mut Vec<Action>) {
    let Some(shown) = &desk.session.current else { return };
    desk.judge_screen.begin(shown.queued.item.id);
    if desk.judge_screen.is_nudging(scene.now.monotonic_ms) {
        ui.ctx().request_repaint_after(std::time::Duration::from_millis(NUDGE_MS));
    }
    desk.judge_screen.prompt_width = Some(prompt::width(room.width()));
    let prompt_height = prompt::prompt_ui(ui, scene, desk, room, wanted);
    let below = Rect::from_min_max(pos2(room.left(), room.top() + prompt_height), room.max);
    let cards = cards(below);
    let page = pane::inside(cards[0]).1.height();
    desk.judge_screen.move_view(page, ui.ctx().pixels_per_point());
    for (position, card) in cards.into_iter().enumerate() {
        card_ui(ui, scene, desk, position, card, wanted);
    }
}

fn cards(room: Rect) -> [Rect; 2] {
    if room.width() < STACKED_BELOW {
        let height = (room.height() - GAP) / 2.0;
        let first = Rect::from_min_size(room.min, vec2(room.width(), height));
        [first, first.translate(vec2(0.0, height + GAP))]
    } else {
        let width = ((room.width() - GAP) / 2.0).floor();
        let first = Rect::from_min_size(room.min, vec2(width, room.height()));
        [first, first.translate(vec2(width + GAP, 0.0))]
    }
}

fn card_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    desk: &mut Desk,
    position: usize,
    card: Rect,
    wanted: &mut Vec<Action>,
) {
    let Desk { session, judge_screen, images, documents, .. } = desk;
    let Some(shown) = &session.current else { return };
    let QueuedItem { item, order, previous, .. } = &shown.queued;
    let Some(candidate) = item.item.candidates.get(order.candidate_at(position)) else { return };
    let palette = theme::palette(ui);
    let (letter, outcome, command) =
        if position == 0 { ("A", Outcome::A, Command::ChooseA) } else { ("B", Outcome::B, Command::ChooseB) };
    let said = shown.outcome_on_screen();
    let is_chosen = said == Some(outcome) || said == Some(Outcome::Tie);
    let stroke =
        if is_chosen { Stroke::new(FOCUS_RING, palette.accent) } else { Stroke::new(HAIRLINE, palette.line) };
    let corner_radius = CornerRadius::same(radius::LARGE);
    ui.painter().rect_filled(card, corner_radius, palette.panel);
    let (header, body) = pane::inside(card);
    let press = ui.interact(
        Rect::from_min_max(card.min, pos2(card.right(), header.bottom())),
        ui.scope_id().with(("card", position)),
        Sense::click(),
    );
    press.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Choose {letter}")));
    if press.clicked() {
        wanted.push(Action::Command(command));
    }
    let mut full_size = None;
    if let Some(uri) = pane::only_picture(candidate) {
        let pane = Rect::from_min_max(
            pos2(card.left() + FOCUS_RING, body.top()),
            card.max - vec2(FOCUS_RING, FOCUS_RING),
        );
        judge_screen.pane = Some(pane);
        let name = format!("Image {letter}");
        let picture = Picture { source: item.source, uri, name: &name };
        full_size = image_ui(ui, images, picture, pane, &mut judge_screen.zoom);
        judge_screen.full_size = full_size.or(judge_screen.full_size);
    } else {
        judge_screen.text_width = Some(body.width() - SCROLL_BAR);
        let before = judge_screen.offsets[position];
        let after = pane::within(ui, body, |ui| {
            let area = egui::ScrollArea::vertical()
                .id_salt(("candidate", item.id.0, position))
                .auto_shrink([false, false])
                .vertical_scroll_offset(before);
            let output = area.show(ui, |ui| {
                ui.set_max_width(body.width() - SCROLL_BAR);
                let mut content = Content {
                    images,
                    documents,
                    settings: scene.settings,
                    source: item.source,
                    is_prompt: false,
                };
                pane::parts_ui(ui, &mut content, &candidate.parts, &format!("Candidate {letter}"));
                ui.add_space(space::LARGE);
            });
            output.state.clamped_offset().y
        });
        let by = after - before;
        judge_screen.offsets[position] = after;
        // A candidate that is at its end stays there while the other goes on.
        if scene.settings.linked_scrolling && by != 0.0 && ui.rect_contains_pointer(body) {
            let other = 1 - position;
            judge_screen.offsets[other] = (judge_screen.offsets[other] + by).max(0.0);
            ui.ctx().request_repaint();
        }
    }
    pane::within(ui, header, |ui| {
        ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
            letter_badge_ui(ui, letter, is_chosen);
            text_ui(ui, pane::size_words(candidate, full_size), Ink::Third, Face::Figures, text::SMALL);
            let was_judged = previous
                .as_ref()
                .is_some_and(|judgment| matches!(judgment.given.verdict, Verdict::Judged { .. }));
            if let Some(model) =
                candidate.model.as_deref().filter(|_| was_judged || session.setup.rubric.models_visible)
            {
                text_ui(ui, model, Ink::Second, Face::Medium, text::SMALL);
            }
        });
    });
    ui.painter().rect_stroke(card, corner_radius, stroke, StrokeKind::Inside);
}

/// Room kept free for the scroll bar, so that text never moves when it appears.
const SCROLL_BAR: f32 = space::LARGE;

fn nothing_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &Desk, wanted: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let progress = desk.session.progress;
    egui::CentralPanel::default_margins().frame(egui::Frame::new().fill(palette.window)).show(ui, |ui| {
        if !desk.session.is_done() {
            return;
        }
        let room = ui.max_rect();
        let middle = Rect::from_center_size(room.center(), vec2(460.0_f32.min(room.width()), 260.0));
        ui.scope_builder(UiBuilder::new().max_rect(middle), |ui| {
            ui.spacing_mut().item_spacing.y = space::SMALL;
            let (title, says) = if progress.total == 0 {
                ("Nothing to judge yet".to_owned(), "Bring in a file of pairs to begin.".to_owned())
            } else {
                let judged = top_bar::grouped(progress.judged);
                let skipped = match progress.skipped {
                    0 => "None was skipped.".to_owned(),
                    1 => "One was skipped.".to_owned(),
                    count => format!("{} were skipped.", top_bar::grouped(count)),
                };
                (
                    "All done".to_owned(),
                    format!("You have judged {judged} of {}. {skipped}", top_bar::grouped(progress.total)),
                )
            };
            text_ui(ui, title, Ink::First, Face::Bold, text::DISPLAY);
            text_ui(ui, says, Ink::Second, Face::Regular, text::TITLE);
            ui.add_space(space::LARGE);
            ui.horizontal_wrapped(|ui| {
                if progress.skipped > 0
                    && ui.add(ActionButton::new("Go through skipped items").primary()).clicked()
                {
                    wanted.push(Action::JudgeSkipped);
                }
                for command in [Command::ShowExport, Command::ShowImport, Command::ShowItems] {
                    let key = scene.keymap.key(command);
                    if ui.add(ActionButton::new(command.label()).key(&key)).clicked() {
                        wanted.push(Action::Command(command));
                    }
                }
            });
        });
    });
}

/// Lays out texts and asks for images of the items that come next.
pub fn prepare_ahead(ui: &mut Ui, desk: &mut Desk, settings: &Settings) {
    let Desk { session, judge_screen, images, documents, .. } = desk;
    let pixels_per_point = ui.ctx().pixels_per_point();
    for queued in session.ahead() {
        for part in queued.item.item.parts() {
            match part {
                Part::Image { uri } => {
                    if let Some(pane) = judge_screen.pane {
                        let pixels = [pane.width() * pixels_per_point, pane.height() * pixels_per_point];
                        images.want(&Images::request(queued.item.source, uri, pixels));
                    }
                }
                Part::Text { .. } | Part::Message { .. } | Part::Video { .. } | Part::Audio { .. } => {}
            }
        }
        let columns = [
            (judge_screen.prompt_width, &queued.item.item.prompt),
            (judge_screen.text_width, &queued.item.item.candidates[0].parts),
            (judge_screen.text_width, &queued.item.item.candidates[1].parts),
        ];
        for (width, parts) in columns {
            let Some(width) = width else { continue };
            let reading = Reading::of(ui, width, settings.text_size);
            for part in parts {
                let (words, format) = match part {
                    Part::Text { text, format } => (text, *format),
                    Part::Message { text, .. } => (text, TextFormat::Markdown),
                    _ => continue,
                };
                if documents.prepare(ui.ctx(), words, format, reading) {
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
    use egui::Vec2;

    use super::*;

    #[test]
    fn keys_zoom_and_scroll_and_the_next_item_begins_anew() {
        let mut screen = JudgeScreen {
            pane: Some(Rect::from_min_size(egui::Pos2::ZERO, Vec2::splat(500.0))),
            full_size: Some([2000, 1000]),
            ..JudgeScreen::default()
        };
        screen.begin(ItemId(1));
        screen.full_size = Some([2000, 1000]);
        screen.command(Command::ZoomActual);
        screen.command(Command::PageDown);
        screen.move_view(100.0, 1.0);
        assert!(
            (screen.zoom.scale() - 4.0).abs() < 1e-3,
            "2000 pixels on 500 points: {}",
            screen.zoom.scale()
        );
        assert_eq!(screen.offsets, [85.0, 85.0]);
        screen.begin(ItemId(2));
        assert!(screen.zoom.is_fit());
        assert_eq!(screen.offsets, [0.0, 0.0]);
    }
}
