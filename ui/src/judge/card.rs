//! The card of one candidate: its letter, and its picture or its text, scrolled and zoomed with the others.

use egui::{CornerRadius, Layout, Rect, Sense, Stroke, StrokeKind, Ui, pos2};
use tiebreak_domain::{ContextKind, Item, Outcome, Part, QueuedItem, Verdict};

use super::image_pane::{Picture, image_ui, looked_at_ui};
use super::looks::Looks;
use super::pane::{self, Content, Looked};
use super::question::drawing::Drawing;
use super::question::letter_at;
use super::question::marks::Canvas;
use super::top_bar::grouped;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::compare_text::scroll_map::Viewed;
use crate::compare_text::{self, FoldEnd};
use crate::desk::Desk;
use crate::player::medium_of;
use crate::player::pane::{Playing, kind_word};
use crate::theme::font::Face;
use crate::theme::{self, FOCUS_RING, HAIRLINE, radius, space, text};
use crate::widget::{Ink, letter_badge_ui, text_ui};

/// Paints the card of the candidate at a place on the screen.
pub(super) fn card_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    desk: &mut Desk,
    looks: &Looks,
    position: usize,
    card: Rect,
    wanted: &mut Vec<Action>,
) {
    let Desk { session, judge_screen, images, player, documents, .. } = desk;
    let Some(shown) = &session.current else { return };
    let QueuedItem { item, order, previous, scores, .. } = &shown.queued;
    let previous = session.setup.said_before(previous.as_ref());
    let Some(candidate) = item.item.candidates.get(order.candidate_at(position)) else { return };
    let palette = theme::palette(ui);
    let is_plain = session.is_plain();
    let letter = &letter_at(position).to_string();
    let (outcome, command) =
        if position == 0 { (Outcome::A, Command::ChooseA) } else { (Outcome::B, Command::ChooseB) };
    let said = session.outcome_on_screen();
    let is_chosen = said == Some(outcome) || said == Some(Outcome::Tie);
    let index = order.candidate_at(position) as u8;
    let asked = shown.asked(&session.setup.rubric);
    let active = shown.sheet.active_slot().filter(|_| !is_plain);
    let is_active = order.len() > 1 && active.is_some_and(|slot| slot.candidate == Some(index));
    let stroke = match (is_chosen, is_active) {
        (true, _) => Stroke::new(FOCUS_RING, palette.accent),
        (false, true) => Stroke::new(HAIRLINE, palette.accent),
        (false, false) => Stroke::new(HAIRLINE, palette.line),
    };
    let corner_radius = CornerRadius::same(radius::LARGE);
    ui.painter().rect_filled(card, corner_radius, palette.panel);
    let (header, body) = pane::inside(card);
    let press = ui.interact(
        Rect::from_min_max(card.min, pos2(card.right(), header.bottom())),
        ui.scope_id().with(("card", position)),
        Sense::click(),
    );
    let does = if is_plain { "Choose" } else { "Enlarge" };
    press.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("{does} {letter}")));
    if press.clicked() && is_plain {
        wanted.push(Action::Command(command));
    } else if press.clicked() && order.len() > 1 {
        judge_screen.toggle_enlarged(position);
    }
    let mask = mask_of(&item.item).filter(|_| judge_screen.is_mask_shown);
    let cursor = &shown.sheet.cursor;
    let mut drawing = if is_plain {
        Drawing::default()
    } else {
        Drawing::of(&asked, active, cursor, Some(index), candidate.parts.len())
    };
    for (place, part) in candidate.parts.iter().enumerate() {
        drawing.keep_of_frame(place, |at_us| player.is_on_screen(&shown.queued, part, at_us));
    }
    let mut full_size = None;
    let only = pane::only_picture(candidate);
    if let Some(layer) = looks.layers.get(position).filter(|_| looks.fill_cards()) {
        let pane = pane::picture_in(card, body);
        let mut none = Canvas::default();
        let canvas = drawing.canvases.first_mut().unwrap_or(&mut none);
        full_size = layer.size;
        let mut looked = Looked { looks, looking: &mut judge_screen.looking, position, touched: None };
        let now_ms = scene.now.monotonic_ms;
        looked_at_ui(ui, images, player, &mut looked, mask, pane, now_ms, canvas);
    } else if let Some((part, medium)) =
        only.filter(|_| looks.layers.is_empty()).and_then(|part| Some((part, medium_of(item.source, part)?)))
    {
        let pane = pane::picture_in(card, body);
        let mut none = Canvas::default();
        let canvas = drawing.canvases.first_mut().unwrap_or(&mut none);
        let name = format!("{} {letter}", kind_word(part));
        if player.plays(item.source, part) {
            let playing = Playing { medium: &medium, name: &name, now_ms: scene.now.monotonic_ms };
            playing.ui(ui, player, pane, canvas);
        } else {
            let picture = Picture { source: item.source, uri: &medium.uri, name: &name, mask };
            image_ui(ui, images, picture, pane, canvas);
        }
    } else {
        judge_screen.text_width = Some(body.width() - SCROLL_BAR);
        let before = judge_screen.offsets[position];
        let side = judge_screen.texts.side_at(position);
        let mut overlay = judge_screen.texts.overlay(side);
        let mut touched = None;
        let (viewed, top) = pane::within(ui, body, |ui| {
            let area = egui::ScrollArea::vertical()
                .id_salt(("candidate", item.id.0, position))
                .auto_shrink([false, false])
                .vertical_scroll_offset(before);
            let output = area.show(ui, |ui| {
                ui.set_max_width(body.width() - SCROLL_BAR);
                let top = ui.min_rect().top();
                let mut content = Content {
                    images,
                    player,
                    now_ms: scene.now.monotonic_ms,
                    documents,
                    settings: scene.settings,
                    source: item.source,
                    is_prompt: false,
                    mask,
                    drawing: std::mem::take(&mut drawing),
                    overlay: std::mem::take(&mut overlay),
                    first_part: 0,
                    looked: looks.part(position).map(|_| Looked {
                        looks,
                        looking: &mut judge_screen.looking,
                        position,
                        touched: None,
                    }),
                };
                if let Some((rows, way, broken)) = judge_screen.texts.rows_at(position) {
                    compare_text::code::code_ui(ui, rows, way, broken, scene.settings.text_size);
                    ui.add_space(space::LARGE);
                    drawing = content.drawing;
                    return top;
                }
                compare_text::fold_ui(ui, scene, &content, FoldEnd::First, wanted);
                pane::parts_ui(ui, &mut content, &candidate.parts, &format!("Candidate {letter}"));
                compare_text::fold_ui(ui, scene, &content, FoldEnd::Last, wanted);
                drawing = content.drawing;
                overlay = content.overlay;
                touched = content.looked.and_then(|looked| looked.touched);
                ui.add_space(space::LARGE);
                top
            });
            let offset = output.state.clamped_offset().y;
            let (view, height) = (output.inner_rect.height(), output.content_size.y);
            (Viewed { offset, view, height }, output.inner)
        });
        judge_screen.look_at_picture(touched);
        let by = viewed.offset - before;
        judge_screen.offsets[position] = viewed.offset;
        let is_linked = scene.settings.linked_scrolling;
        let places = std::mem::take(&mut overlay.places);
        judge_screen.texts.placed(usize::from(index), top, places, viewed);
        if is_linked && by != 0.0 && ui.rect_contains_pointer(body) {
            judge_screen.scroll_others(position, by);
            ui.ctx().request_repaint();
        }
        if judge_screen.reveal(position, &overlay, top, viewed, is_linked) {
            ui.ctx().request_repaint();
        }
    }
    let drawn = drawing.changes(&asked, active, cursor).into_iter();
    wanted.extend(drawn.map(|(slot, change)| Action::Answer(slot, change)));
    pane::within(ui, header, |ui| {
        ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
            letter_badge_ui(ui, letter, is_chosen);
            text_ui(ui, pane::size_words(candidate, full_size), Ink::Third, Face::Figures, text::SMALL);
            if let Some(words) = judge_screen.texts.alone_count(judge_screen.texts.side_at(position)) {
                let says = match words {
                    1 => "1 only here".to_owned(),
                    words => format!("{} only here", grouped(u64::from(words))),
                };
                text_ui(ui, says, Ink::Second, Face::Figures, text::SMALL);
            }
            let was_judged =
                previous.is_some_and(|judgment| matches!(judgment.given.verdict, Verdict::Judged { .. }));
            if let Some(model) =
                candidate.model.as_deref().filter(|_| was_judged || session.setup.rubric.models_visible)
            {
                text_ui(ui, model, Ink::Second, Face::Medium, text::SMALL);
            }
            // Only where the study shows scores before the vote, and not in every showing.
            for said in scores {
                if let Some(score) = said.scores.get(usize::from(index)).copied().flatten() {
                    let words = format!("{} {score:.2}", said.name);
                    text_ui(ui, words, Ink::Second, Face::Figures, text::SMALL);
                }
            }
        });
    });
    ui.painter().rect_stroke(card, corner_radius, stroke, StrokeKind::Inside);
}

/// The image that can be laid over the pictures of an item.
pub(super) fn mask_of(item: &Item) -> Option<&str> {
    let masks = item.context.iter().filter(|context| context.kind == ContextKind::Mask);
    masks.flat_map(|mask| &mask.parts).find_map(Part::uri)
}

/// Room kept free for the scroll bar, so that text never moves when it appears.
pub(super) const SCROLL_BAR: f32 = space::LARGE;
