//! What was open before: one line per project, which opens it.

use egui::{
    Align, Align2, Color32, CornerRadius, CursorIcon, Id, Layout, Rect, Role, Sense, Stroke, StrokeKind, Ui,
    UiBuilder, WidgetInfo, pos2, vec2,
};
use tiebreak_domain::settings::RecentProject;

use crate::app::{Action, Scene};
use crate::theme::font::Face;
use crate::theme::{self, FOCUS_RING, HAIRLINE, radius, space, text};
use crate::widget::{ActionButton, BarKind, caption_ui, count_text, focus_ring_ui, progress_bar_ui};

const LINE: f32 = 46.0;
const BAR: f32 = 120.0;
/// Room for `1,000,000 of 1,000,000`.
const COUNT: f32 = 96.0;
const REMOVE: f32 = 40.0;
/// Narrower than this, the bar gives its room to the name.
const NARROW: f32 = 520.0;

/// Paints the list, if there is anything in it.
pub(super) fn recent_ui(ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
    let recent = &scene.settings.recent;
    if recent.is_empty() {
        return;
    }
    ui.add_space(space::MEDIUM);
    caption_ui(ui, "Recent");
    ui.add_space(space::SMALL);
    let palette = theme::palette(ui);
    let size = vec2(ui.available_width(), LINE * recent.len() as f32);
    let (whole, _) = ui.allocate_exact_size(size, Sense::hover());
    let corner_radius = CornerRadius::same(radius::LARGE);
    let edge = Stroke::new(HAIRLINE, palette.line);
    ui.painter().rect_filled(whole, corner_radius, palette.panel);
    for (index, project) in recent.iter().enumerate() {
        let top = whole.top() + LINE * index as f32;
        let rect = Rect::from_min_size(pos2(whole.left(), top), vec2(whole.width(), LINE));
        let corners = corners(index == 0, index + 1 == recent.len());
        line_ui(ui, rect, corners, project, wanted);
        if index > 0 {
            ui.painter().hline(whole.x_range(), top, edge);
        }
    }
    ui.painter().rect_stroke(whole, corner_radius, edge, StrokeKind::Inside);
}

fn line_ui(
    ui: &mut Ui,
    rect: Rect,
    corners: CornerRadius,
    project: &RecentProject,
    wanted: &mut Vec<Action>,
) {
    let palette = theme::palette(ui);
    let is_enabled = ui.is_enabled();
    let (open_rect, remove_rect) = rect.split_left_right_at_x(rect.right() - REMOVE);
    let response = ui.interact(open_rect, Id::unique(("recent", &project.path)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, spoken(project)));
    if is_enabled && response.hovered() {
        ui.painter().rect_filled(rect, corners, palette.hover);
    }

    let is_wide = rect.width() >= NARROW;
    let ink = |color: Color32| if is_enabled { color } else { palette.ink_disabled };
    let mut right = open_rect.right();
    let count = format!("{} of {}", count_text(project.judged), count_text(project.total));
    let galley = ui.painter().layout_no_wrap(count, Face::Figures.at(text::BODY), ink(palette.ink_second));
    let count_width = galley.size().x.max(COUNT);
    paint(ui, pos2(right - galley.size().x, rect.center().y), galley);
    right -= count_width + space::LARGE;
    if is_wide {
        let bar = Rect::from_center_size(pos2(right - BAR / 2.0, rect.center().y), vec2(BAR, rect.height()));
        bar_ui(ui, bar, project);
        right -= BAR + space::LARGE;
    }
    if project.flagged > 0 {
        let words = format!("{} to look at twice", count_text(project.flagged));
        let galley =
            ui.painter().layout_no_wrap(words, Face::Regular.at(text::SMALL), ink(palette.look_again));
        paint(ui, pos2(right - galley.size().x, rect.center().y), galley.clone());
        right -= galley.size().x + space::LARGE;
    }
    let left = rect.left() + space::LARGE;
    let name =
        one_line(ui, &project.name, Face::SemiBold, text::BODY, ink(palette.ink), (right - left).max(40.0));
    let content_left = left + name.size().x + space::LARGE;
    paint(ui, pos2(left, rect.center().y), name);
    if right - content_left > 48.0 {
        let content = ink(palette.ink_third);
        let galley = one_line(ui, &project.content, Face::Regular, text::BODY, content, right - content_left);
        paint(ui, pos2(content_left, rect.center().y), galley);
    }
    if response.has_focus() {
        focus_ring_ui(ui.painter(), open_rect.shrink(FOCUS_RING + 2.0), radius::MEDIUM - 2, palette);
    }
    let response = response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(&project.path);
    if response.clicked() {
        wanted.push(Action::OpenAny(project.path.clone()));
    }
    remove_ui(ui, remove_rect, project, wanted);
}

fn bar_ui(ui: &mut Ui, rect: Rect, project: &RecentProject) {
    let is_done = project.total > 0 && project.judged >= project.total;
    let kind = if is_done { BarKind::Done } else { BarKind::Running };
    let fraction = project.judged as f32 / project.total.max(1) as f32;
    let builder = UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center));
    progress_bar_ui(
        &mut ui.new_child(builder),
        &format!("{}, judged", project.name),
        fraction,
        rect.width(),
        kind,
    );
}

fn remove_ui(ui: &mut Ui, rect: Rect, project: &RecentProject, wanted: &mut Vec<Action>) {
    let builder = UiBuilder::new()
        .id_salt(("forget", &project.path))
        .max_rect(rect)
        .layout(Layout::centered_and_justified(egui::Direction::LeftToRight));
    let help = format!("Take {} off this list; the file stays", project.name);
    let response = ui.new_child(builder).add(ActionButton::new("×").quiet().small().help(&help));
    response.widget_info(|| {
        WidgetInfo::labeled(Role::Button, ui.is_enabled(), format!("Forget {}", project.name))
    });
    if response.clicked() {
        wanted.push(Action::Forget(project.path.clone()));
    }
}

fn one_line(
    ui: &Ui,
    words: &str,
    face: Face,
    size: f32,
    color: Color32,
    width: f32,
) -> std::sync::Arc<egui::Galley> {
    let mut job = egui::text::LayoutJob::simple_singleline(words.to_owned(), face.at(size), color);
    job.wrap = egui::text::TextWrapping {
        max_width: width,
        max_rows: 1,
        break_anywhere: true,
        ..Default::default()
    };
    ui.painter().layout_job(job)
}

/// Paints a line from its left end at half its height.
fn paint(ui: &Ui, left_center: egui::Pos2, galley: std::sync::Arc<egui::Galley>) {
    let at = Align2::LEFT_CENTER.anchor_size(left_center, galley.size()).min;
    ui.painter().galley(at, galley, Color32::PLACEHOLDER);
}

/// The line as a screen reader says it.
fn spoken(project: &RecentProject) -> String {
    let mut words = format!(
        "Open {}, {}, {} of {} judged",
        project.name,
        project.content,
        count_text(project.judged),
        count_text(project.total)
    );
    if project.flagged > 0 {
        words += &format!(", {} to look at twice", count_text(project.flagged));
    }
    words
}

fn corners(is_first: bool, is_last: bool) -> CornerRadius {
    let above = if is_first { radius::LARGE } else { 0 };
    let below = if is_last { radius::LARGE } else { 0 };
    CornerRadius { nw: above, ne: above, sw: below, se: below }
}
