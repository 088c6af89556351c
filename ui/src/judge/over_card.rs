//! The one large card of a comparison: two layers on one another where the cards of all candidates would be.

use egui::{CornerRadius, Layout, Rect, Stroke, StrokeKind, Ui};

use super::card::mask_of;
use super::image_pane::{mask_ui, missing_ui};
use super::looks::Looks;
use super::pane;
use crate::app::Scene;
use crate::compare::over_ui;
use crate::desk::Desk;
use crate::player::pane::{LINE_HEIGHT, Playing};
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, radius, text};
use crate::widget::{Ink, letter_badge_ui, text_ui};

/// Paints it.
pub(super) fn over_card_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &mut Desk, looks: &Looks, card: Rect) {
    let Desk { session, judge_screen, images, player, .. } = desk;
    let Some(shown) = &session.current else { return };
    let mask = mask_of(&shown.queued.item.item).filter(|_| judge_screen.is_mask_shown);
    let looking = &mut judge_screen.looking;
    let palette = theme::palette(ui);
    let corners = CornerRadius::same(radius::LARGE);
    ui.painter().rect_filled(card, corners, palette.panel);
    let (header, body) = pane::inside(card);
    let mut pane = pane::picture_in(card, body);
    let pair = looking.pair(looks.layers.len());
    if pair.iter().any(|index| looks.medium(*index).is_some()) {
        let lines = pane.with_min_y(pane.bottom() - LINE_HEIGHT);
        pane.max.y = lines.top();
        let halves = lines.split_left_right_at_fraction(0.5);
        for (which, line) in [halves.0, halves.1].into_iter().enumerate() {
            let name = &looks.layers[pair[which]].name;
            if let Some(medium) = looks.medium(pair[which]) {
                player.painted(medium);
                if looking.shows(which, scene.now.monotonic_ms) {
                    player.looked_at(medium);
                }
                Playing { medium, name, now_ms: scene.now.monotonic_ms }.line_ui(ui, player, line);
            }
        }
    }
    let ctx = ui.ctx().clone();
    let now_ms = scene.now.monotonic_ms;
    let painted = over_ui(ui, looking, &looks.layers, pane, now_ms, &mut |index, wanted| {
        looks.visual(images, player, &ctx, index, wanted)
    });
    if let Some(painted) = painted {
        mask_ui(ui, images, looks.request(pair[0]), mask, &painted, pane);
    } else {
        let missing = pair.into_iter().find(|index| looks.layers[*index].size.is_none());
        missing_ui(ui, images, player, looks, missing.unwrap_or(pair[0]), pane);
    }
    pane::within(ui, header, |ui| {
        ui.with_layout(Layout::left_to_right(egui::Align::Center), |ui| {
            for index in pair {
                let layer = &looks.layers[index];
                if layer.is_candidate {
                    letter_badge_ui(ui, &layer.letter, false);
                } else {
                    text_ui(ui, &layer.name, Ink::First, Face::Medium, text::SMALL);
                }
                if let Some([width, height]) = layer.size {
                    let says = format!("{width} × {height}");
                    text_ui(ui, says, Ink::Third, Face::Figures, text::SMALL);
                }
            }
        });
    });
    let stroke = Stroke::new(HAIRLINE, palette.line);
    ui.painter().rect_stroke(card, corners, stroke, StrokeKind::Inside);
}
