//! Controls of forms: options with a sentence each, lists to choose from, check boxes, paths.

use egui::{
    ComboBox, CornerRadius, CursorIcon, EventFilter, Key, Popup, Rect, Response, Role, Sense, Stroke, Ui,
    UiBuilder, WidgetInfo, pos2, vec2,
};

use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, control, radius, space, text};
use crate::widget::{ActionButton, Segmented, focus_ring_ui, text_field_ui};

/// Options of which one can be chosen, each with a sentence; none is until somebody chooses. Says whether
/// another one was chosen.
pub(crate) fn options_ui(
    ui: &mut Ui,
    name: &str,
    options: &[(&str, &str)],
    chosen: &mut Option<usize>,
) -> bool {
    let before = *chosen;
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = space::TINY;
        for (index, (title, sentence)) in options.iter().enumerate() {
            if option_ui(ui, name, title, sentence, *chosen == Some(index)).clicked() {
                *chosen = Some(index);
            }
        }
    });
    *chosen != before
}

fn option_ui(ui: &mut Ui, name: &str, title: &str, sentence: &str, is_chosen: bool) -> Response {
    const MARK: f32 = 16.0;
    let palette = theme::palette(ui);
    let indent = MARK + 2.0 * space::SMALL;
    let room = ui.available_width() - indent - space::SMALL;
    let title_galley =
        ui.painter().layout_no_wrap(title.to_owned(), Face::Medium.at(text::SMALL + 1.0), palette.ink);
    let sentence_galley =
        ui.painter().layout(sentence.to_owned(), Face::Regular.at(text::SMALL), palette.ink_second, room);
    let sentence_height = if sentence.is_empty() { 0.0 } else { sentence_galley.size().y + 2.0 };
    let height = title_galley.size().y + sentence_height + space::SMALL;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), is_chosen, format!("{name}: {title}"))
    });
    if ui.is_rect_visible(rect) {
        let corners = CornerRadius::same(radius::MEDIUM);
        let painter = ui.painter();
        if is_chosen {
            painter.rect_filled(rect, corners, palette.accent_wash);
        } else if response.hovered() {
            painter.rect_filled(rect, corners, palette.hover);
        }
        let top = rect.top() + space::TINY;
        let center = pos2(rect.left() + space::SMALL + MARK / 2.0, top + title_galley.size().y / 2.0);
        let edge = if is_chosen { palette.accent } else { palette.ink_third };
        painter.circle(center, MARK / 2.0 - 1.0, palette.panel, Stroke::new(HAIRLINE * 1.5, edge));
        if is_chosen {
            painter.circle_filled(center, 4.0, palette.accent);
        }
        let left = rect.left() + indent;
        let below = top + title_galley.size().y + 2.0;
        painter.galley(pos2(left, top), title_galley, palette.ink);
        painter.galley(pos2(left, below), sentence_galley, palette.ink_second);
        if response.has_focus() {
            focus_ring_ui(painter, rect.shrink(2.0), radius::MEDIUM - 2, palette);
        }
    }
    response.on_hover_cursor(CursorIcon::PointingHand)
}

/// A list to choose one entry from, `width` points wide. With the focus, arrows up and down choose too.
/// Says whether another entry was chosen.
pub(crate) fn combo_ui(ui: &mut Ui, name: &str, labels: &[&str], chosen: &mut usize, width: f32) -> bool {
    let before = *chosen;
    let shown = labels.get(*chosen).copied().unwrap_or_default();
    let words = egui::RichText::new(shown).font(Face::Regular.at(text::SMALL + 1.0));
    let response = ComboBox::from_id_salt(("combo", name))
        .selected_text(words)
        .width(width)
        .height(360.0)
        .truncate()
        .show_ui(ui, |ui| {
            for (index, label) in labels.iter().enumerate() {
                if ui.selectable_label(index == *chosen, *label).clicked() {
                    *chosen = index;
                }
            }
        })
        .response;
    if response.has_focus() {
        focus_ring_ui(ui.painter(), response.rect, radius::MEDIUM, theme::palette(ui));
        if !Popup::is_any_open(ui.ctx()) {
            let keeps = EventFilter { vertical_arrows: true, ..EventFilter::default() };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, keeps));
            let (up, down) =
                ui.input(|input| (input.key_pressed(Key::ArrowUp), input.key_pressed(Key::ArrowDown)));
            if down {
                *chosen = (*chosen + 1).min(labels.len().saturating_sub(1));
            } else if up {
                *chosen = chosen.saturating_sub(1);
            }
        }
    }
    response.accessible_name(name);
    *chosen != before
}

/// Joined options that always have a value. Says whether it changed.
pub(crate) fn one_of_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    options: &[(&str, T)],
    value: &mut T,
) -> bool {
    let before = *value;
    let mut chosen = options.iter().position(|(_, option)| option == value);
    let mut control = Segmented::new(name).keep_one();
    for (label, _) in options {
        control = control.option(label);
    }
    control.show(ui, &mut chosen);
    if let Some((_, option)) = chosen.and_then(|chosen| options.get(chosen)) {
        *value = *option;
    }
    *value != before
}

/// A check box with its words. Says whether it changed.
pub(crate) fn check_ui(ui: &mut Ui, is_on: &mut bool, words: &str) -> bool {
    let label = egui::RichText::new(words).font(Face::Medium.at(text::SMALL + 1.0));
    let response = ui.checkbox(is_on, label);
    if response.has_focus() {
        focus_ring_ui(ui.painter(), response.rect, radius::SMALL, theme::palette(ui));
    }
    response.changed()
}

/// What became of a path field.
pub(crate) struct PathResponse {
    /// The field.
    pub field: Response,
    /// Whether the button was clicked that opens a file dialog.
    pub browses: bool,
    /// Whether Enter was pressed in the field.
    pub entered: bool,
}

/// A path that can be typed, and picked where the system has dialogs.
pub(crate) fn path_field_ui(
    ui: &mut Ui,
    label: &str,
    path: &mut String,
    hint: &str,
    has_dialogs: bool,
) -> PathResponse {
    let reserved = if has_dialogs { BROWSE + space::SMALL } else { 0.0 };
    let width = ui.available_width() - reserved;
    let field = ui
        .scope(|ui| {
            ui.set_max_width(width);
            text_field_ui(ui, label, path, hint)
        })
        .inner;
    let mut browses = false;
    if has_dialogs {
        let at = pos2(field.rect.right() + space::SMALL, field.rect.center().y - control::SMALL_HEIGHT / 2.0);
        let rect = Rect::from_min_size(at, vec2(BROWSE, control::SMALL_HEIGHT));
        let mut beside = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("browse"));
        let button = beside.add(ActionButton::new("Browse…").small().min_width(BROWSE));
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Browse… for {label}")));
        browses = button.clicked();
    }
    let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    PathResponse { field, browses, entered }
}

const BROWSE: f32 = 88.0;
