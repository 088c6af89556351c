//! A banner that says what happened, why, and what to do about it.

use egui::{Color32, CornerRadius, Frame, Margin, Role, Stroke, Ui, WidgetInfo};

use super::action_button::ActionButton;
use super::words::{Ink, text_ui};
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, Palette, radius, space, text};

/// How serious a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// Good to know.
    Info,
    /// Done.
    Success,
    /// Look at this.
    Warning,
    /// Something failed.
    Error,
}

/// A banner.
#[must_use = "call `show`"]
pub struct Notice<'a> {
    kind: NoticeKind,
    what: &'a str,
    why: Option<&'a str>,
    todo: Option<&'a str>,
    actions: Vec<&'a str>,
}

impl<'a> Notice<'a> {
    /// A notice of `kind` that says `what` happened.
    pub fn new(kind: NoticeKind, what: &'a str) -> Self {
        Self { kind, what, why: None, todo: None, actions: Vec::new() }
    }

    /// Good to know.
    pub fn info(what: &'a str) -> Self {
        Self::new(NoticeKind::Info, what)
    }

    /// Done.
    pub fn success(what: &'a str) -> Self {
        Self::new(NoticeKind::Success, what)
    }

    /// Look at this.
    pub fn warning(what: &'a str) -> Self {
        Self::new(NoticeKind::Warning, what)
    }

    /// Something failed.
    pub fn error(what: &'a str) -> Self {
        Self::new(NoticeKind::Error, what)
    }

    /// Why it happened.
    pub fn why(mut self, why: &'a str) -> Self {
        self.why = Some(why).filter(|why| !why.is_empty());
        self
    }

    /// What to do about it.
    pub fn todo(mut self, todo: &'a str) -> Self {
        self.todo = Some(todo).filter(|todo| !todo.is_empty());
        self
    }

    /// One more button.
    pub fn action(mut self, label: &'a str) -> Self {
        self.actions.push(label);
        self
    }

    /// Shows the notice and tells which action was clicked, by its index.
    pub fn show(self, ui: &mut Ui) -> Option<usize> {
        let palette = theme::palette(ui);
        let (mark, said, ink, wash) = self.kind.looks(palette);
        let mut clicked = None;
        let frame = Frame::new()
            .fill(wash)
            .stroke(Stroke::new(HAIRLINE, ink.color(palette).gamma_multiply(0.35)))
            .corner_radius(CornerRadius::same(radius::MEDIUM))
            .inner_margin(Margin::symmetric(space::LARGE as i8, space::MEDIUM as i8));
        let response = frame.show(ui, |ui| {
            ui.horizontal_top(|ui| {
                ui.spacing_mut().item_spacing.x = space::MEDIUM;
                // As wide for each kind, so that notices under one another line up.
                ui.allocate_ui(egui::vec2(space::MEDIUM, 0.0), |ui| {
                    ui.set_min_width(space::MEDIUM);
                    text_ui(ui, mark, ink, Face::Bold, text::BODY);
                });
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = space::TINY;
                    text_ui(ui, self.what, Ink::First, Face::SemiBold, text::BODY);
                    for words in [self.why, self.todo].into_iter().flatten() {
                        text_ui(ui, words, Ink::Second, Face::Regular, text::SMALL + 1.0);
                    }
                    if !self.actions.is_empty() {
                        ui.add_space(space::TINY);
                        ui.horizontal_wrapped(|ui| {
                            for (index, label) in self.actions.iter().enumerate() {
                                if ui.add(ActionButton::new(label).small()).clicked() {
                                    clicked = Some(index);
                                }
                            }
                        });
                    }
                });
                ui.add_space(ui.available_width());
            });
        });
        response
            .response
            .widget_info(|| WidgetInfo::labeled(Role::Alert, true, format!("{said}: {}", self.what)));
        clicked
    }
}

impl NoticeKind {
    /// The sign before the words, the word for it, and the colours: never told by colour alone.
    fn looks(self, palette: &Palette) -> (&'static str, &'static str, Ink, Color32) {
        match self {
            Self::Info => ("i", "note", Ink::Accent, palette.accent_wash),
            Self::Success => ("✓", "done", Ink::Saved, palette.saved_wash),
            Self::Warning => ("!", "warning", Ink::LookAgain, palette.look_again_wash),
            Self::Error => ("✗", "error", Ink::Loss, palette.loss_wash),
        }
    }
}
