//! The three doors: the sample, a new project, a project there is.

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, CursorIcon, Galley, Id, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};

use crate::app::{Action, Scene};
use crate::command::Command;
use crate::theme::font::Face;
use crate::theme::{self, FOCUS_RING, HAIRLINE, control, radius, space, text};
use crate::widget::{focus_ring_ui, key_cap_ui};

const GAP: f32 = space::MEDIUM;
/// Narrower than this, the doors stand one below the other.
const NARROW: f32 = 560.0;

const DOORS: [(Command, &str); 3] = [
    (Command::OpenSample, "Forty pairs of texts and images. Ten minutes, nothing to set up."),
    (Command::NewProject, "Give it a name, then bring your data: JSONL, JSON, CSV or TSV."),
    (Command::OpenProject, "A .tiebreak file, or drop one anywhere on this window."),
];

struct Door {
    command: Command,
    title: Arc<Galley>,
    help: Arc<Galley>,
}

/// Paints the doors, all equally high.
pub(super) fn doors_ui(ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
    let is_stacked = ui.available_width() < NARROW;
    let columns = if is_stacked { 1.0 } else { DOORS.len() as f32 };
    let width = (ui.available_width() - GAP * (columns - 1.0)) / columns;
    let text_width = width - 2.0 * space::EDGE;
    let doors = DOORS.map(|(command, help)| {
        let title = ui.painter().layout_no_wrap(
            command.label().to_owned(),
            Face::SemiBold.at(text::BODY),
            Color32::PLACEHOLDER,
        );
        let mut job = egui::text::LayoutJob::simple(
            help.to_owned(),
            Face::Regular.at(text::BODY),
            Color32::PLACEHOLDER,
            text_width,
        );
        job.sections[0].format.line_height = Some((text::BODY * 1.5).round());
        Door { command, title, help: ui.painter().layout_job(job) }
    });
    let highest = doors.iter().map(|door| door.help.size().y).fold(0.0, f32::max);
    let title_height = doors[0].title.size().y;
    let height = (space::EDGE + title_height + space::SMALL + highest + space::LARGE).ceil();
    let start = ui.cursor().min;
    for (index, door) in doors.iter().enumerate() {
        let offset = if is_stacked {
            vec2(0.0, index as f32 * (height + GAP))
        } else {
            vec2(index as f32 * (width + GAP), 0.0)
        };
        let rect = Rect::from_min_size(start + offset, vec2(width, height));
        door.ui(ui, rect, index == 0, scene, wanted);
    }
    let rows = if is_stacked { DOORS.len() as f32 } else { 1.0 };
    let whole = vec2(ui.available_width(), rows * height + (rows - 1.0) * GAP);
    ui.advance_cursor_after_rect(Rect::from_min_size(start, whole));
}

impl Door {
    fn ui(&self, ui: &mut Ui, rect: Rect, is_first: bool, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        let palette = theme::palette(ui);
        let is_enabled = ui.is_enabled();
        let response = ui.interact(rect, Id::unique(("door", self.command.id())), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, self.command.label()));
        let is_nobody_focused =
            ui.memory(|memory| memory.focused().is_none() && memory.top_modal_layer().is_none());
        if is_first && is_enabled && is_nobody_focused {
            response.request_focus();
        }
        let has_focus = response.has_focus() && is_enabled;
        let is_lit = is_enabled && (response.hovered() || has_focus);
        let edge = if is_lit { palette.accent } else { palette.line };
        let fill = if response.is_pointer_button_down_on() { palette.hover } else { palette.panel };
        let corner_radius = CornerRadius::same(radius::LARGE);
        ui.painter().rect(rect, corner_radius, fill, Stroke::new(HAIRLINE, edge), StrokeKind::Inside);
        if has_focus {
            focus_ring_ui(ui.painter(), rect.shrink(FOCUS_RING), radius::LARGE - FOCUS_RING as u8, palette);
        }
        let (ink, second) = if is_enabled {
            (palette.ink, palette.ink_second)
        } else {
            (palette.ink_disabled, palette.ink_disabled)
        };
        let title_at = rect.min + vec2(space::EDGE, space::EDGE - 2.0);
        ui.painter().galley(title_at, Arc::clone(&self.title), ink);
        let help_at = title_at + vec2(0.0, self.title.size().y + space::SMALL);
        ui.painter().galley(help_at, Arc::clone(&self.help), second);

        // A door without a key of its own shows the one that works while it has the focus.
        let key = Some(scene.keymap.key(self.command)).filter(|key| !key.is_empty());
        if let Some(key) = key.or_else(|| has_focus.then(|| "Enter".to_owned())) {
            let top = title_at.y + (self.title.size().y - control::KEY_CAP) / 2.0;
            let room = Rect::from_min_max(
                pos2(rect.left(), top),
                pos2(rect.right() - space::MEDIUM, top + control::KEY_CAP),
            );
            let builder =
                egui::UiBuilder::new().max_rect(room).layout(egui::Layout::right_to_left(egui::Align::Min));
            key_cap_ui(&mut ui.new_child(builder), &key);
        }
        if response.on_hover_cursor(CursorIcon::PointingHand).clicked() {
            wanted.push(Action::Command(self.command));
        }
    }
}
