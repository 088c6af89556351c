//! The list at the left: how many items wait, for which reason, and each with its reasons; and what stands at the
//! right while there is no item.

use egui::{
    Align, CornerRadius, Label, Layout, Margin, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui,
    UiBuilder, WidgetInfo, vec2,
};
use tiebreak_domain::ItemId;
use tiebreak_domain::second_look::LookItem;

use super::words::{self, FILTERS};
use crate::app::notice::with_capital;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::desk::Desk;
use crate::document::hidden_in;
use crate::form;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, radius, space, text};
use crate::widget::{ActionButton, Ink, focus_ring_ui, text_ui};

/// Height of an item's row, in points.
const ROW: f32 = 64.0;

/// Paints the list.
pub(super) fn list_ui(ui: &mut Ui, desk: &Desk, wanted: &mut Vec<Action>) {
    let margin = Margin { left: space::EDGE as i8, right: space::MEDIUM as i8, top: 12, bottom: 12 };
    egui::Frame::new().inner_margin(margin).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::SMALL;
        let open = desk.second_look.open_count();
        let says = if desk.second_look.is_known {
            format!("{} to look at", form::number(open))
        } else {
            "Looking…".to_owned()
        };
        text_ui(ui, says, Ink::First, Face::SemiBold, text::BODY);
        let labels = FILTERS.map(|(_, label)| label);
        let filter = desk.second_look.filter;
        let mut chosen = FILTERS.iter().position(|(kind, _)| *kind == filter).unwrap_or(0);
        let width = ui.available_width();
        if form::combo_ui(ui, "Reason", &labels, &mut chosen, width) {
            wanted.push(Action::LookAgain(FILTERS[chosen].0));
        }
        let left_out = desk.second_look.total.saturating_sub(desk.second_look.listed.len() as u64);
        if left_out > 0 {
            form::note_ui(ui, format!("{} more when these are decided", form::number(left_out)));
        }
    });
    let current = desk.session.current.as_ref().map(|shown| shown.queued.item.id);
    let annotator = desk.info.annotator;
    let second_look = &desk.second_look;
    ui.spacing_mut().item_spacing.y = 0.0;
    let area = ScrollArea::vertical().id_salt("second look rows").auto_shrink(false);
    area.show_rows(ui, ROW, second_look.listed.len(), |ui, rows| {
        for look in &second_look.listed[rows] {
            let is_current = current == Some(look.item);
            let is_decided = second_look.decided.contains(&look.item);
            // Beside the item that is being judged its reason would be an answer to lean on.
            let badge = (!is_current).then(|| words::badge(look, annotator));
            if row_ui(ui, look, badge, is_current, is_decided) && !is_current {
                wanted.push(Action::Look(look.item));
            }
        }
    });
}

fn row_ui(ui: &mut Ui, look: &LookItem, badge: Option<&str>, is_current: bool, is_decided: bool) -> bool {
    let palette = theme::palette(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let response = ui.interact(rect, ui.scope_id().with(("look", look.item.0)), Sense::click());
    let title = title(ui, look);
    let sentence = match (is_decided, is_current) {
        (true, _) => "Decided".to_owned(),
        (false, true) => "Being looked at".to_owned(),
        (false, false) => words::sentence(look),
    };
    response
        .widget_info(|| WidgetInfo::selected(Role::Button, true, is_current, format!("{title}, {sentence}")));
    if is_current {
        ui.painter().rect_filled(rect, CornerRadius::ZERO, palette.accent_wash);
    }
    ui.painter().hline(rect.x_range(), rect.bottom(), Stroke::new(HAIRLINE, palette.line));
    if response.has_focus() {
        focus_ring_ui(ui.painter(), rect.shrink(6.0), radius::SMALL, palette);
    }
    let inside = Rect::from_min_max(
        rect.min + vec2(space::EDGE, space::SMALL + 2.0),
        rect.max - vec2(space::MEDIUM, space::SMALL),
    );
    let line = |ui: &mut Ui, words: &str, ink: Ink, face: Face, size: f32| {
        let words = RichText::new(words).font(face.at(size)).color(ink.color(palette));
        ui.add(Label::new(words).truncate().selectable(false));
    };
    // A child of its own, so that the next row stands where this one ends and not where its words do.
    let mut ui = ui.new_child(UiBuilder::new().max_rect(inside));
    ui.spacing_mut().item_spacing = vec2(space::SMALL, 2.0);
    let room = vec2(inside.width(), 24.0);
    ui.allocate_ui_with_layout(room, Layout::right_to_left(Align::Center), |ui| {
        if is_decided {
            line(ui, "✓", Ink::Saved, Face::SemiBold, text::BODY);
        } else if let Some(badge) = badge {
            egui::Frame::new()
                .stroke(Stroke::new(HAIRLINE, palette.line_strong))
                .corner_radius(CornerRadius::same(radius::SMALL))
                .inner_margin(Margin::symmetric(6, 2))
                .show(ui, |ui| line(ui, badge, Ink::Second, Face::Regular, text::CAPTION));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let ink = if is_decided { Ink::Second } else { Ink::First };
            line(ui, &title, ink, Face::SemiBold, text::BODY);
        });
    });
    line(&mut ui, &sentence, Ink::Second, Face::Regular, text::SMALL);
    response.clicked()
}

fn title(ui: &Ui, look: &LookItem) -> String {
    if look.prompt.is_empty() {
        return item_name(look.item);
    }
    hidden_in(ui.ctx(), &look.prompt, true).into_owned()
}

fn item_name(item: ItemId) -> String {
    format!("Item {item}")
}

/// Paints what stands where the item would be.
pub(super) fn nothing_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &Desk, wanted: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let second_look = &desk.second_look;
    egui::CentralPanel::default_margins().frame(egui::Frame::new().fill(palette.window)).show(ui, |ui| {
        if !second_look.is_known {
            return;
        }
        let room = ui.max_rect();
        let middle = Rect::from_center_size(room.center(), vec2(460.0_f32.min(room.width()), 220.0));
        ui.scope_builder(UiBuilder::new().max_rect(middle), |ui| {
            ui.spacing_mut().item_spacing.y = space::SMALL;
            let (title, says) = match &second_look.error {
                Some(error) => (
                    with_capital(&error.message),
                    error.hint.as_deref().map(with_capital).unwrap_or_default(),
                ),
                None if second_look.open_count() > 0 => {
                    (String::new(), "Choose an item at the left to look at it again".to_owned())
                }
                None => (
                    "Nothing needs another look".to_owned(),
                    match second_look.filter {
                        Some(_) => "No item was found for this reason".to_owned(),
                        None => "Items that are flagged or disputed are listed here".to_owned(),
                    },
                ),
            };
            if !title.is_empty() {
                text_ui(ui, title, Ink::First, Face::Bold, text::DISPLAY);
            }
            text_ui(ui, says, Ink::Second, Face::Regular, text::TITLE);
            ui.add_space(space::LARGE);
            ui.horizontal_wrapped(|ui| {
                for command in [Command::ShowSecondLook, Command::ShowJudge] {
                    let key = scene.keymap.key(command);
                    let label =
                        if command == Command::ShowSecondLook { "Look again" } else { command.label() };
                    if ui.add(ActionButton::new(label).key(&key)).clicked() {
                        wanted.push(Action::Command(command));
                    }
                }
            });
        });
    });
}
