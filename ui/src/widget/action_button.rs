//! A button with its key: the way every action of the interface is offered.

use std::sync::Arc;

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, Widget,
    WidgetInfo, pos2, vec2,
};

use super::focus_ring_ui;
use super::key_cap::KeyCap;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, Palette, control, radius, space, text};

/// A button that shows its key.
#[must_use = "add it to a ui"]
pub struct ActionButton<'a> {
    label: &'a str,
    key: Option<&'a str>,
    look: Look,
    is_enabled: bool,
    is_small: bool,
    is_wide: bool,
    min_width: f32,
    help: Option<&'a str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    Outlined,
    Choice { is_selected: bool },
    Quiet,
    Primary,
    Danger,
}

/// Colours of a button in one state.
struct Paint {
    fill: Color32,
    edge: Color32,
    ink: Color32,
    cap_edge: Color32,
    cap_ink: Color32,
}

impl<'a> ActionButton<'a> {
    /// An outlined button.
    pub fn new(label: &'a str) -> Self {
        Self {
            label,
            key: None,
            look: Look::Outlined,
            is_enabled: true,
            is_small: false,
            is_wide: false,
            min_width: 0.0,
            help: None,
        }
    }

    /// Shows `key` on the button.
    pub fn key(self, key: &'a str) -> Self {
        self.key_maybe(Some(key))
    }

    /// Shows a key on the button if there is one.
    pub fn key_maybe(mut self, key: Option<&'a str>) -> Self {
        self.key = key.filter(|key| !key.is_empty());
        self
    }

    /// An answer: outlined, and filled with the accent when it is the one chosen.
    pub fn choice(mut self, is_selected: bool) -> Self {
        self.look = Look::Choice { is_selected };
        self
    }

    /// Without a frame until the pointer is on it.
    pub fn quiet(mut self) -> Self {
        self.look = Look::Quiet;
        self
    }

    /// The one button that goes on.
    pub fn primary(mut self) -> Self {
        self.look = Look::Primary;
        self
    }

    /// For what destroys something.
    pub fn danger(mut self) -> Self {
        self.look = Look::Danger;
        self
    }

    /// Whether it can be used now.
    pub fn enabled(mut self, is_enabled: bool) -> Self {
        self.is_enabled = is_enabled;
        self
    }

    /// A lower button with smaller text.
    pub fn small(mut self) -> Self {
        self.is_small = true;
        self
    }

    /// At least this wide, in points; reserves room for labels that change.
    pub fn min_width(mut self, width: f32) -> Self {
        self.min_width = width;
        self
    }

    /// As wide as there is room.
    pub fn wide(mut self) -> Self {
        self.is_wide = true;
        self
    }

    /// One sentence shown under the pointer.
    pub fn help(mut self, help: &'a str) -> Self {
        self.help = Some(help);
        self
    }

    fn paint(&self, palette: &Palette, is_enabled: bool, is_hovered: bool) -> Paint {
        let faint = |ink: Color32, alpha: f32| ink.gamma_multiply(alpha);
        if !is_enabled {
            let (fill, edge) = match self.look {
                Look::Primary => (palette.hover, palette.hover),
                Look::Quiet => (Color32::TRANSPARENT, Color32::TRANSPARENT),
                Look::Choice { is_selected: true } => (palette.accent_wash, palette.accent_wash),
                _ => (Color32::TRANSPARENT, palette.line),
            };
            let ink = palette.ink_disabled;
            return Paint { fill, edge, ink, cap_edge: palette.line, cap_ink: ink };
        }
        match self.look {
            Look::Choice { is_selected: true } => {
                let fill = if is_hovered { palette.accent_hover } else { palette.accent };
                let ink = palette.on_accent;
                Paint { fill, edge: fill, ink, cap_edge: faint(ink, 0.7), cap_ink: ink }
            }
            Look::Primary => {
                let fill = if is_hovered { palette.primary_hover } else { palette.primary };
                let ink = palette.on_primary;
                Paint { fill, edge: fill, ink, cap_edge: faint(ink, 0.5), cap_ink: faint(ink, 0.9) }
            }
            Look::Quiet => Paint {
                fill: if is_hovered { palette.hover } else { Color32::TRANSPARENT },
                edge: Color32::TRANSPARENT,
                ink: if is_hovered { palette.ink } else { palette.ink_second },
                cap_edge: palette.line_strong,
                cap_ink: palette.ink_third,
            },
            Look::Danger => Paint {
                fill: if is_hovered { palette.loss_wash } else { palette.panel },
                edge: if is_hovered { palette.loss } else { palette.line_strong },
                ink: palette.loss,
                cap_edge: palette.line_strong,
                cap_ink: palette.ink_third,
            },
            Look::Outlined | Look::Choice { is_selected: false } => Paint {
                fill: if is_hovered { palette.hover } else { palette.panel },
                edge: if is_hovered { palette.line_strong } else { palette.line },
                ink: palette.ink,
                cap_edge: if is_hovered { palette.line_strong } else { palette.line },
                cap_ink: palette.ink_third,
            },
        }
    }
}

impl Widget for ActionButton<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let palette = theme::palette(ui);
        let (height, text_size, padding) = if self.is_small {
            (control::SMALL_HEIGHT, text::SMALL, space::MEDIUM - 2.0)
        } else {
            (control::HEIGHT, text::BODY, space::LARGE - 2.0)
        };
        let padding = if self.look == Look::Quiet { space::SMALL } else { padding };
        let label = ui.painter().layout_no_wrap(
            self.label.to_owned(),
            Face::Medium.at(text_size),
            Color32::PLACEHOLDER,
        );
        let cap = self.key.map(|key| KeyCap::new(ui.painter(), key));
        let cap_width = cap.as_ref().map_or(0.0, |cap| cap.size().x + space::SMALL);
        let content_width = label.size().x + cap_width;
        let mut width = (content_width + 2.0 * padding).max(self.min_width).ceil();
        if self.is_wide {
            width = width.max(ui.available_width());
        }
        let is_enabled = self.is_enabled && ui.is_enabled();
        let sense = if is_enabled { Sense::click() } else { Sense::hover() };
        let (rect, mut response) = ui.allocate_exact_size(vec2(width, height), sense);
        response.widget_info(|| match self.look {
            Look::Choice { is_selected } => {
                WidgetInfo::selected(Role::Button, is_enabled, is_selected, self.label)
            }
            _ => WidgetInfo::labeled(Role::Button, is_enabled, self.label),
        });
        if ui.is_rect_visible(rect) {
            let paint = self.paint(palette, is_enabled, is_enabled && response.hovered());
            let painter = ui.painter();
            let pressed = if response.is_pointer_button_down_on() && is_enabled { 0.9 } else { 1.0 };
            painter.rect(
                rect,
                CornerRadius::same(radius::MEDIUM),
                paint.fill.gamma_multiply(pressed),
                Stroke::new(HAIRLINE, paint.edge),
                StrokeKind::Inside,
            );
            let content = Align2::CENTER_CENTER.align_size_within_rect(vec2(content_width, height), rect);
            // The key of the one primary button stands behind its word, as in "Next ⏎".
            let is_cap_behind = self.look == Look::Primary;
            let cap_top = rect.center().y - control::KEY_CAP / 2.0;
            let mut left = content.left();
            if let Some(cap) = cap.as_ref().filter(|_| !is_cap_behind) {
                cap.paint(painter, pos2(left, cap_top), paint.cap_edge, paint.cap_ink);
                left += cap_width;
            }
            let label_rect = Rect::from_min_size(pos2(left, rect.top()), vec2(label.size().x, height));
            let label_at = Align2::LEFT_CENTER.align_size_within_rect(label.size(), label_rect).min;
            painter.galley(label_at, Arc::clone(&label), paint.ink);
            if let Some(cap) = cap.as_ref().filter(|_| is_cap_behind) {
                let cap_left = label_rect.right() + space::SMALL;
                cap.paint(painter, pos2(cap_left, cap_top), paint.cap_edge, paint.cap_ink);
            }
            if response.has_focus() {
                focus_ring_ui(painter, rect, radius::MEDIUM, palette);
            }
        }
        if is_enabled {
            response = response.on_hover_cursor(CursorIcon::PointingHand);
        }
        match self.help {
            Some(help) => response.on_hover_text(help),
            None => response,
        }
    }
}
