//! A row of joined options of which at most one is chosen, and none until somebody chooses.

use std::sync::Arc;

use egui::{
    Align2, Color32, CornerRadius, CursorIcon, Galley, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

use super::focus_ring_ui;
use super::key_cap::KeyCap;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, Palette, control, radius, space, text};

/// A segmented control.
#[must_use = "call `show`"]
pub struct Segmented<'a> {
    name: &'a str,
    options: Vec<Choice<'a>>,
    width: Option<f32>,
    is_enabled: bool,
    is_active: bool,
    keeps_one: bool,
}

#[derive(Clone, Copy)]
struct Choice<'a> {
    label: &'a str,
    /// What screen readers and the pointer are told instead.
    said: &'a str,
    key: Option<&'a str>,
}

struct Segment<'a> {
    said: &'a str,
    is_short: bool,
    galley: Arc<Galley>,
    cap: Option<KeyCap>,
    width: f32,
}

impl<'a> Segmented<'a> {
    /// A control without options yet, whose `name` screen readers say before each option.
    pub fn new(name: &'a str) -> Self {
        Self { name, options: Vec::new(), width: None, is_enabled: true, is_active: false, keeps_one: false }
    }

    /// One more option.
    pub fn option(mut self, label: &'a str) -> Self {
        self.options.push(Choice { label, said: label, key: None });
        self
    }

    /// One more option, with the key that chooses it.
    pub fn option_with_key(mut self, label: &'a str, key: &'a str) -> Self {
        self.options.push(Choice { label, said: label, key: Some(key).filter(|key| !key.is_empty()) });
        self
    }

    /// One more option of which only a short label is shown; screen readers, and the pointer, are told `said`.
    pub fn option_said(mut self, label: &'a str, said: &'a str) -> Self {
        self.options.push(Choice { label, said, key: None });
        self
    }

    /// Gives the options equal shares of this width, however long their labels are.
    pub fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// Whether it can be used now.
    pub fn enabled(mut self, is_enabled: bool) -> Self {
        self.is_enabled = is_enabled;
        self
    }

    /// Marks the control to which the keys go.
    pub fn active(mut self, is_active: bool) -> Self {
        self.is_active = is_active;
        self
    }

    /// A click on the chosen option keeps it chosen, for settings that always have a value.
    pub fn keep_one(mut self) -> Self {
        self.keeps_one = true;
        self
    }

    /// Shows the control. `chosen` is the index of the option; `changed()` tells when it became another.
    pub fn show(self, ui: &mut Ui, chosen: &mut Option<usize>) -> Response {
        let palette = theme::palette(ui);
        let is_enabled = self.is_enabled && ui.is_enabled();
        let segments: Vec<Segment<'_>> = self
            .options
            .iter()
            .map(|&Choice { label, said, key }| {
                let font = Face::Medium.at(text::SMALL);
                let galley = ui.painter().layout_no_wrap(label.to_owned(), font, Color32::PLACEHOLDER);
                let cap = key.map(|key| KeyCap::new(ui.painter(), key));
                let cap_width = cap.as_ref().map_or(0.0, |cap| cap.size().x + space::SMALL - 2.0);
                let own = (galley.size().x + cap_width + 2.0 * (space::LARGE - 2.0)).ceil();
                let width = self.width.map_or(own, |width| width / self.options.len() as f32);
                Segment { said, is_short: said != label, galley, cap, width }
            })
            .collect();
        let width = segments.iter().map(|segment| segment.width).sum();
        let (rect, mut response) = ui.allocate_exact_size(vec2(width, control::SMALL_HEIGHT), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Group, is_enabled, self.name));

        let mut left = rect.left();
        let mut focused = None;
        let last = segments.len().saturating_sub(1);
        ui.painter().rect_filled(rect, CornerRadius::same(radius::MEDIUM), palette.panel);
        for (index, segment) in segments.iter().enumerate() {
            let part = Rect::from_min_size(pos2(left, rect.top()), vec2(segment.width, rect.height()));
            left += segment.width;
            let sense = if is_enabled { Sense::click() } else { Sense::hover() };
            let mut part_response = ui.interact(part, response.id.with(index), sense);
            if part_response.clicked() {
                *chosen = if *chosen == Some(index) && !self.keeps_one { None } else { Some(index) };
                part_response.mark_changed();
            }
            let is_chosen = *chosen == Some(index);
            let name = self.name;
            part_response.widget_info(|| {
                let label = if name.is_empty() {
                    segment.said.to_owned()
                } else {
                    format!("{name}: {}", segment.said)
                };
                WidgetInfo::selected(Role::RadioButton, is_enabled, is_chosen, label)
            });
            if is_enabled {
                part_response = part_response.on_hover_cursor(CursorIcon::PointingHand);
            }
            if segment.is_short {
                part_response = part_response.on_hover_text(segment.said);
            }
            if part_response.has_focus() {
                focused = Some(part);
            }
            let is_hovered = is_enabled && part_response.hovered();
            segment.paint(
                ui,
                part,
                corners(index == 0, index == last),
                is_chosen,
                is_hovered,
                is_enabled,
                palette,
            );
            if index > 0 {
                let line = Stroke::new(HAIRLINE, palette.line);
                ui.painter().vline(part.left(), part.y_range(), line);
            }
            response |= part_response;
        }
        let edge = if self.is_active && is_enabled { palette.accent } else { palette.line };
        ui.painter().rect_stroke(
            rect,
            CornerRadius::same(radius::MEDIUM),
            Stroke::new(HAIRLINE, edge),
            StrokeKind::Inside,
        );
        if let Some(part) = focused {
            focus_ring_ui(ui.painter(), part, radius::MEDIUM, palette);
        }
        response
    }
}

impl Segment<'_> {
    #[allow(
        clippy::too_many_arguments,
        clippy::fn_params_excessive_bools,
        reason = "the state of one segment"
    )]
    fn paint(
        &self,
        ui: &Ui,
        rect: Rect,
        corners: CornerRadius,
        is_chosen: bool,
        is_hovered: bool,
        is_enabled: bool,
        palette: &Palette,
    ) {
        let (fill, ink, cap_edge) = match (is_enabled, is_chosen) {
            (false, true) => (palette.accent_wash, palette.ink_second, palette.line),
            (false, false) => (Color32::TRANSPARENT, palette.ink_disabled, palette.line),
            (true, true) if is_hovered => {
                (palette.accent_hover, palette.on_accent, palette.on_accent.gamma_multiply(0.7))
            }
            (true, true) => (palette.accent, palette.on_accent, palette.on_accent.gamma_multiply(0.7)),
            (true, false) if is_hovered => (palette.hover, palette.ink, palette.line_strong),
            (true, false) => (Color32::TRANSPARENT, palette.ink_second, palette.line),
        };
        let painter = ui.painter();
        painter.rect_filled(rect, corners, fill);
        let cap_width = self.cap.as_ref().map_or(0.0, |cap| cap.size().x + space::SMALL - 2.0);
        let content =
            Align2::CENTER_CENTER.align_size_within_rect(vec2(self.galley.size().x + cap_width, 0.0), rect);
        let label_at = pos2(content.left(), rect.center().y - self.galley.size().y / 2.0);
        painter.galley(label_at, Arc::clone(&self.galley), ink);
        if let Some(cap) = &self.cap {
            let cap_at = pos2(content.right() - cap.size().x, rect.center().y - control::KEY_CAP / 2.0);
            let cap_ink = if is_enabled && !is_chosen { palette.ink_third } else { ink };
            cap.paint(painter, cap_at, cap_edge, cap_ink);
        }
    }
}

fn corners(is_first: bool, is_last: bool) -> CornerRadius {
    let left = if is_first { radius::MEDIUM } else { 0 };
    let right = if is_last { radius::MEDIUM } else { 0 };
    CornerRadius { nw: left, sw: left, ne: right, se: right }
}
